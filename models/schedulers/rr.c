/* rr.c - round robin: as fifo, but after a quantum on the core a thread goes to the tail. */
#include "models/schedulers/ready_list.h"

struct rr_params {
    sim_time quantum;
    bool align;
};

static const struct param rr_params[] = {
    PARAM(TIME, struct rr_params, quantum, "longest stay on a core while others wait",
          .required = true, .min = 1, .max = SIM_TIME_MAX),
    PARAM(BOOL, struct rr_params, align,
          "slices end at multiples of the quantum, as under a periodic tick", .deflt = "false"),
    PARAM_END,
};

static sim_time rr_slice(struct sched *s, struct thread *t)
{
    const struct rr_params *rr = s->params;

    (void)t;
    return rr->align ? rr->quantum - sched_now(s) % rr->quantum : rr->quantum;
}

/* Under a periodic tick all cores choose anew, together. */
static bool rr_regroups(const struct sched *s)
{
    const struct rr_params *rr = s->params;

    return rr->align;
}

const struct sched_policy sched_rr = {
    .name = "rr",
    .help = "as fifo, but after a quantum on the core a thread goes to the tail if another is "
            "ready",
    .source = "Source: POSIX.1-2017, System Interfaces 2.8.4, SCHED_RR at one priority; "
              "differs: a thread "
              "that blocks gets a fresh quantum, one that is alone renews its slice in place",
    .params = rr_params,
    .params_size = sizeof(struct rr_params),
    .state_size = sizeof(struct ready_list),
    .thread_size = sizeof(struct ready_thread),
    .init = ready_list_init,
    .enqueue = ready_list_enqueue,
    .pick = ready_list_pick,
    .dequeue = ready_list_dequeue,
    .first = ready_list_first,
    .last = ready_list_last,
    .slice = rr_slice,
    .regroups = rr_regroups,
};
