/* lockorder.h - a sink that warns of a deadlock that did not happen this time.
 *
 * A task that takes lock B while it holds A adds an edge A -> B to a graph.  A cycle of edges
 * of different tasks could have closed, had they met: each holds what the next one wants.
 *
 * Who only tries a lock does not wait, and adds no edge.
 *
 * A cycle is not told where it cannot close: where two of its edges were taken under a common
 * lock (a gate, which lets only one of the tasks in at a time), or where all that hold and
 * want a lock of it share it as readers.  Nor is one told that did deadlock: the outcome says so.
 *
 * Source: K. Havelund, Using Runtime Analysis to Guide Model Checking of Java Programs, SPIN
 * 2000 (gate locks); S. Bensalem, K. Havelund, Dynamic Deadlock Analysis of Multi-threaded
 * Programs, HVC 2005 (cycles of any length).  Differs: of two tasks that never run at the same
 * time, as one waits for the other's end, it warns all the same; semaphores, which anybody may
 * post, are no locks here; cycles of more than CYCLE_MAX locks are not looked for. */
#ifndef SIM_LOCKORDER_H
#define SIM_LOCKORDER_H

#include "sim/base.h"
#include "sim/scenario.h"
#include "sim/trace.h"

enum { CYCLE_MAX = 8, CYCLES_MAX = 100 };

/* `task` took one lock while it held another. */
struct lock_step {
    char *task;
    int32_t held, taken;              /* sync objects */
    uint32_t held_place, taken_place; /* where it took each: index into scenario.places */
    sim_time at;                      /* when it took the second, for the first time */
};

/* Each step's `taken` is what the next one holds; the last one's is what the first holds. */
struct lock_cycle {
    struct lock_step steps[CYCLE_MAX];
    size_t n;
};

struct lockorder {
    struct trace_sink sink;
    const struct scenario *sc;
    struct lock_cycle *list; /* complete after trace_finish(); one a sequence of locks */
    size_t n;                /* at most CYCLES_MAX */
    struct lockorder_state *state;
};

struct lockorder *lockorder_new(const struct scenario *sc);
void lockorder_free(struct lockorder *lo);

#endif
