/* sched_cbs.h - the budget of a deadline thread: a constant bandwidth server.
 *
 * A thread may run `runtime` in each `period` and has a deadline `relative` after it woke.
 * What it has run too much, because nobody looked in time, is a debt of its next period.
 *
 * Source: Linux 6.12, kernel/sched/deadline.c, update_dl_entity(), replenish_dl_entity(),
 * dl_next_period(); Abeni, Buttazzo, Integrating Multimedia Applications in Hard Real-Time
 * Systems, RTSS 1998. */
#ifndef MODELS_SCHED_CBS_H
#define MODELS_SCHED_CBS_H

#include "models/schedulers/sched.h"

struct cbs {
    sim_time runtime, relative, period; /* runtime 0: no limit */
    sim_time budget;                    /* may be negative: a debt */
    sim_time deadline;                  /* an instant; -1: none yet */
};

void cbs_init(struct cbs *cbs, const struct task_spec *spec);

/* It wakes.  What is left may be used until the old deadline, if that takes no more than its
 * part of the core: budget / (deadline - now) <= runtime / period.  Else both are new. */
void cbs_wake(struct cbs *cbs, sim_time now);

static inline bool cbs_spent(const struct cbs *cbs)
{
    return cbs->runtime > 0 && cbs->budget <= 0;
}

/* When its next period begins: at its deadline, where that is the end of the period. */
static inline sim_time cbs_refill_at(const struct cbs *cbs)
{
    return cbs->deadline - cbs->relative + cbs->period;
}

/* That instant has come: new budget, of as many periods as its debt takes. */
void cbs_refill(struct cbs *cbs, sim_time now);

#endif
