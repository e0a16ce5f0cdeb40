/* loop_heap.h - the heap of a loop's process: what it has used, and of whom; the rules are in
 * loop_heap.c. */
#ifndef MODELS_EXECUTORS_LOOP_HEAP_H
#define MODELS_EXECUTORS_LOOP_HEAP_H

#include "models/executors/executor.h"
#include "sim/trace.h"

struct loop;
struct loop_task;

/* Bytes of the heap that are alive because of a task. */
struct heap_share {
    int64_t nursery, aged, old; /* by generation: loop_heap.c */
    struct list link;           /* in heap.young_shares, if any of them is young */
};

struct heap_params {
    bool present;
    int64_t limit, young;
    sim_time scavenge, mark_sweep;
};

struct heap { /* of a loop's process */
    struct heap_params params;
    int64_t young, old; /* bytes used in each generation, garbage and all */
    int64_t alive;      /* of both */
    int64_t soft;       /* `old` beyond it: a mark-sweep */
    int64_t told;       /* bytes that the machine knows of */
    struct list young_shares;
    struct heap_share own;   /* what nobody frees */
    struct loop_task *asker; /* allocates; NULL: nobody */
    int64_t asked;
    uint32_t asked_at;            /* place of the op */
    bool leaks, scavenged, swept; /* of this allocation */
    bool must_sweep;
    enum gc_kind collecting;      /* GC_COUNT: nothing */
    sim_time swept_at, collected; /* time of collections since the last mark-sweep */
    int ineffective;              /* mark-sweeps in a row */
};

extern const struct param heap_params[]; /* of struct heap_params */

void heap_init(struct loop *l, const struct heap_params *params);
/* The task is the one that runs, and heap_goes_on() must be asked before it does anything else. */
void heap_allocate(struct loop *l, struct loop_task *lt, int64_t bytes, bool leaks,
                   uint32_t place);
void heap_free(struct loop *l, struct loop_task *lt, int64_t bytes, uint32_t place);
void heap_task_ends(struct loop *l, struct loop_task *lt);
void heap_ends(struct loop *l); /* its process has */

/* Where an allocation goes on: true: `out` is a pause; false: it is made, or the process has
 * ended. */
bool heap_goes_on(struct loop *l, struct step *out);

#endif
