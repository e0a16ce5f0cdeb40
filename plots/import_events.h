/* import_events.h - the events of a recording, sorted by time: in memory, and beyond some MB of
 * them in a scratch file, as runs that are sorted each and are merged when they are read.  What
 * comes in order, as most traces do, is one run.
 *
 *     add, add, ... -> a chunk, sorted --> run, run, ... --merge--> first to last, any number of times
 */
#ifndef PLOTS_IMPORT_EVENTS_H
#define PLOTS_IMPORT_EVENTS_H

#include "sim/base.h"
#include "sim/quanta.h"

struct import_event;

struct import_run {
    uint64_t from, n; /* in the scratch file, in events */
};

struct import_events {
    struct import_event *chunk;
    size_t n, room;
    uint64_t total;
    struct quanta_writer *to; /* without `read`: all of them stay in memory */
    int scratch;              /* 0: none yet */
    struct import_run *runs;
    size_t nruns;
    int64_t last; /* the time of the last one in the scratch file */
    bool failed;  /* the writer did */
};

void import_events_init(struct import_events *e, struct quanta_writer *to);
void import_events_release(struct import_events *e);

/* `order` is set here: of one instant, what was added first comes first. */
void import_events_add(struct import_events *e, struct import_event event);

/* Once all are there. */
void import_events_sort(struct import_events *e);

/* Reading them in order; several may read at once. */
struct import_cursor {
    struct import_events *events;
    struct import_source *sources; /* a run each, and the chunk */
    size_t nsources;
};
void import_cursor_init(struct import_cursor *c, struct import_events *e);
bool import_cursor_next(struct import_cursor *c,
                        struct import_event *event); /* false: no more */
void import_cursor_release(struct import_cursor *c);

#endif
