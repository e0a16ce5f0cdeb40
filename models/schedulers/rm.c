/* rm.c - rate monotonic: the shorter a task's period, the more urgent it is. */
#include "models/schedulers/ready_tree.h"
#include "sim/scenario.h"

static sim_time period_of(const struct sched *s, const struct thread *t)
{
    const struct task_spec *spec = sched_spec(s, t);

    return spec->period > 0 ? spec->period : SIM_NEVER;
}

static void rm_enqueue(struct sched *s, struct thread *t, enum ready_why why)
{
    ready_tree_insert(s->state, sched_thread(s, t), period_of(s, t),
                      why == READY_PREEMPTED ? READY_FRONT : READY_BACK);
}

static bool rm_preempts(struct sched *s, const struct thread *t, const struct thread *running)
{
    return period_of(s, t) < period_of(s, running);
}

static int64_t rm_rank(const struct sched *s, const struct thread *t)
{
    return -period_of(s, t);
}

static const struct param rm_params[] = {PARAM_END};

const struct sched_policy sched_rm = {
    .name = "rm",
    .help = "preemptive, the shortest period first; tasks without one last, in order of "
            "becoming ready",
    .source = "Source: Liu, Layland, Scheduling Algorithms for Multiprogramming in a "
              "Hard-Real-Time Environment, JACM 20(1), 1973, section 5; differs: a job that is "
              "late goes on",
    .params = rm_params,
    .state_size = sizeof(struct ready_tree),
    .thread_size = sizeof(struct ready_node),
    .enqueue = rm_enqueue,
    .pick = ready_tree_pick,
    .dequeue = ready_tree_dequeue,
    .first = ready_tree_answer_first,
    .last = ready_tree_answer_last,
    .preempts = rm_preempts,
    .rank = rm_rank,
};
