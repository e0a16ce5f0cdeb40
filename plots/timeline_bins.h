/* timeline_bins.h - between timeline.c, which collects, and timeline_draw.c. */
#ifndef PLOTS_TIMELINE_BINS_H
#define PLOTS_TIMELINE_BINS_H

#include "plots/timeline.h"

enum { BINS = 2048 };

enum task_is {
    TASK_GONE,
    TASK_WAITS,
    TASK_RUNS,
    TASK_BLOCKS,
    TASK_LOCKED,     /* blocks on a sync object */
    TASK_DEADLOCKED, /* and for ever */
    TASK_STATES
};

struct task_bin {
    sim_time in[TASK_STATES];
};

struct core_bin {
    sim_time run, other; /* other: switches and interrupts */
    int32_t task;        /* the one that ran longest, as a number of arrival */
    sim_time longest;
};

struct task_row {
    char *name;
    bool deadlocked; /* for ever */
    struct task_bin bins[BINS];
};

/* What a task is doing, by its slot. */
struct task_now {
    enum task_is is;
    int32_t number; /* of arrival; its row where below TIMELINE_TASKS */
    int32_t core;   /* that switches to it; -1 */
    sim_time since;
};

struct core_now {
    bool busy, switching;
    int32_t number;
    sim_time since;
};

struct timeline {
    struct trace_sink sink;
    const struct scenario *sc;
    unsigned shift; /* a bin is 2^shift ns */
    struct task_row *tasks[TIMELINE_TASKS];
    struct core_bin (*cores)[BINS];
    struct core_now *core_now;
    struct task_now *task_now;
    size_t nslots;
    int32_t ncores; /* with rows */
    int32_t arrived;
    bool locked, deadlocked; /* there was such a task */
    sim_time end;
};

/* The bin of both together; `to` may be one of them. */
void timeline_join_bins(struct core_bin *to, const struct core_bin *a,
                        const struct core_bin *b);

#endif
