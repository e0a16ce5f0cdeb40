/* import_state.h - what is gathered of a recording, for import.c and import_build.c only. */
#ifndef PLOTS_IMPORT_STATE_H
#define PLOTS_IMPORT_STATE_H

#include "plots/import.h"
#include "plots/import_events.h"

struct import_thread {
    int64_t pid;
    char *name;      /* NULL: never told */
    int64_t prio;    /* -1: never told */
    bool gone;       /* it has ended; the next thread of this pid is another */
    int32_t earlier; /* the one before of the same pid; -1: none */
};

struct import_core {
    int64_t number;
    char *name; /* NULL: "cpu" and its number */
};

struct imported {
    struct import_events events;
    bool io; /* some thread waits for it */
    struct import_thread *threads;
    size_t nthreads, threads_room;
    int32_t *by_pid; /* hash: thread + 1; 0: free */
    size_t nbuckets;
    struct import_core *cores; /* in the order seen */
    int32_t *core_of;          /* of each number: core + 1; 0: not seen */
    size_t ncores;
    int64_t skipped, lost;
    struct text notes;
};

/* import_build.c: sorts the events and writes the recording.  False: the writer failed. */
bool import_build(struct imported *im, const char *name, struct quanta_writer *to);

#endif
