/* edf.c - earliest deadline first. */
#include "models/schedulers/ready_tree.h"

static void edf_enqueue(struct sched *s, struct thread *t, enum ready_why why)
{
    ready_tree_insert(s->state, sched_thread(s, t), sched_deadline(s, t),
                      why == READY_PREEMPTED ? READY_FRONT : READY_BACK);
}

static bool edf_preempts(struct sched *s, const struct thread *t, const struct thread *running)
{
    return sched_deadline(s, t) < sched_deadline(s, running);
}

static int64_t edf_rank(const struct sched *s, const struct thread *t)
{
    return -sched_deadline(s, t);
}

static const struct param edf_params[] = {PARAM_END};

const struct sched_policy sched_edf = {
    .name = "edf",
    .help = "preemptive, the earliest deadline first; tasks without one last, in order of "
            "becoming ready",
    .source = "Source: Liu, Layland, Scheduling Algorithms for Multiprogramming in a "
              "Hard-Real-Time Environment, JACM 20(1), 1973, section 7; differs: a job that is "
              "late goes on",
    .params = edf_params,
    .state_size = sizeof(struct ready_tree),
    .thread_size = sizeof(struct ready_node),
    .enqueue = edf_enqueue,
    .pick = ready_tree_pick,
    .dequeue = ready_tree_dequeue,
    .first = ready_tree_answer_first,
    .last = ready_tree_answer_last,
    .preempts = edf_preempts,
    .rank = edf_rank,
};
