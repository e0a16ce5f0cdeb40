/* srtf.c - shortest remaining time first: what is left of a burst decides, and a strictly
 * shorter one takes the core.
 *
 * What is left is counted down by the work done, at the speed of the core; it may be a ns too
 * much for each change of speed. */
#include "models/schedulers/ready_tree.h"

struct srtf_thread {
    struct ready_node node;
    sim_time left; /* of the burst, at speed 1 */
};

static void srtf_enqueue(struct sched *s, struct thread *t, enum ready_why why)
{
    struct srtf_thread *st = sched_thread(s, t);

    if (why == READY_NEW || why == READY_WOKEN)
        st->left = sched_burst(s, t);
    ready_tree_insert(s->state, &st->node, st->left,
                      why == READY_PREEMPTED ? READY_FRONT : READY_BACK);
}

static void srtf_charge(struct sched *s, struct thread *t, sim_time ran)
{
    struct srtf_thread *st = sched_thread(s, t);
    sim_time done = sched_work(s, t, ran);

    st->left -= done < st->left ? done : st->left;
}

static sim_time left(const struct sched *s, const struct thread *t)
{
    const struct srtf_thread *st = sched_thread_const(s, t);
    sim_time done = sched_running(t) ? sched_work(s, t, sched_ran(s, t)) : 0;

    return done < st->left ? st->left - done : 0;
}

static bool srtf_preempts(struct sched *s, const struct thread *t, const struct thread *running)
{
    return left(s, t) < left(s, running);
}

static void srtf_renew(struct sched *s, struct thread *t)
{
    struct srtf_thread *st = sched_thread(s, t);

    st->left = sched_burst(s, t);
}

static const struct param srtf_params[] = {PARAM_END};

const struct sched_policy sched_srtf = {
    .name = "srtf",
    .alias = "stcf",
    .help = "preemptive, the shortest remaining burst; preempts only when strictly shorter",
    .source =
        "Source: Silberschatz, Galvin, Gagne, Operating System Concepts, 5.3.2; Stallings, "
        "Operating Systems, 9.2; differs: a burst ends where the task waits, whatever for",
    .params = srtf_params,
    .state_size = sizeof(struct ready_tree),
    .thread_size = sizeof(struct srtf_thread),
    .enqueue = srtf_enqueue,
    .pick = ready_tree_pick,
    .dequeue = ready_tree_dequeue,
    .first = ready_tree_answer_first,
    .last = ready_tree_answer_last,
    .charge = srtf_charge,
    .preempts = srtf_preempts,
    .renew = srtf_renew,
    .next_job = srtf_renew,
};
