/* sched_weight.h - nice as weights, and virtual time: what the fair policies have in common.
 *
 * Virtual time advances by `ran * 1024 / weight`: as fast as the clock for nice 0, slower
 * for what is to get more.  It is counted in whole ns; the rest of each division is kept with
 * the thread, so that after any number of bursts
 *
 *     v = floor(1024 * (all that the thread has run) / weight)
 *
 * and nothing is lost by charging a little at a time. */
#ifndef MODELS_SCHED_WEIGHT_H
#define MODELS_SCHED_WEIGHT_H

#include "models/schedulers/sched.h"

enum {
    WEIGHT_NICE_0 = 1024,
    WEIGHT_IDLE = 3, /* class "idle" */
    WEIGHT_MAX = 88761
};

/* nice: -20..19. */
int64_t sched_weight_of(int64_t nice);

/* Of a task: by its nice, or as class "idle" has it. */
int64_t sched_weight(const struct task_spec *spec);

/* Virtual instants stop here, 73 years, where a thread of nice 19 comes after one; differences
 * of two stay far from overflow. */
#define VIRTUAL_MAX (SIM_TIME_MAX / 2)

struct virtual_time {
    int64_t v;      /* ns */
    int64_t rest;   /* of the last division, below weight */
    int64_t weight; /* 0: not set yet */
};

/* How far v goes in `ran`, rounded down. */
int64_t virtual_of(sim_time ran, int64_t weight);

/* The thread has run; says how far v went. */
int64_t virtual_run(struct virtual_time *vt, sim_time ran);

/* How long it must run until v has gone `by` further: rounded up, 0 where by <= 0. */
sim_time virtual_until(const struct virtual_time *vt, int64_t by);

/* The `f` by which Linux scales its parameters: 1 + floor(log2(min(cores, 8))).
 *
 * Source: Linux 6.12, kernel/sched/fair.c, get_update_sysctl_factor(). */
int64_t sched_scale(const struct sched *s);

#endif
