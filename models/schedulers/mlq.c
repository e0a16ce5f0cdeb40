/* mlq.c - multi-level queue: queues of fixed priority, each with a policy of its own.
 *
 * Each queue is a `struct sched` nested in this one; a thread's bytes are this policy's,
 * followed by those of the policy of its queue.  A thread whose priority has changed goes to
 * its new queue, as a new one there, when it next becomes ready. */
#include "models/schedulers/sched.h"

#include <stdlib.h>
#include <string.h>

struct mlq_params {
    struct policy_list queues;
};

struct mlq_thread {
    int32_t queue;   /* from 1; 0: none yet */
    sim_time slice;  /* the rest of one, to go on with; 0: none */
    sim_time rest;   /* of the one in progress */
    int64_t inner[]; /* the policy's of its queue */
};

struct mlq {
    struct sched *queues; /* the most urgent first */
    int64_t *priorities;
    int32_t n;
};

static size_t inner_bytes(const struct mlq_params *params)
{
    size_t most = 0;

    for (size_t i = 0; i < params->queues.n; i++) {
        const struct policy_part *part = &params->queues.parts[i];
        size_t bytes = sched_thread_bytes(part->policy, part->params);

        most = bytes > most ? bytes : most;
    }
    return most;
}

static size_t mlq_thread_more(const void *params)
{
    return inner_bytes(params);
}

/* How many queues are more urgent than part `i`: its place. */
static int32_t place_of(const struct policy_list *list, size_t i)
{
    int32_t place = 0;

    for (size_t k = 0; k < list->n; k++)
        place += list->parts[k].priority > list->parts[i].priority;
    return place;
}

static void mlq_init(struct sched *s)
{
    const struct mlq_params *params = s->params;
    struct mlq *q = s->state;

    q->n = (int32_t)params->queues.n;
    q->queues = sim_calloc(params->queues.n, sizeof(*q->queues));
    q->priorities = sim_calloc(params->queues.n, sizeof(*q->priorities));
    for (size_t i = 0; i < params->queues.n; i++) {
        const struct policy_part *part = &params->queues.parts[i];
        int32_t place = place_of(&params->queues, i);

        q->priorities[place] = part->priority;
        sched_nest(&q->queues[place], s, part->policy, part->params,
                   offsetof(struct mlq_thread, inner));
    }
}

static void mlq_release(struct sched *s)
{
    struct mlq *q = s->state;

    for (int32_t i = 0; i < q->n; i++)
        sched_unnest(&q->queues[i]);
    free(q->queues);
    free(q->priorities);
}

/* The most urgent queue whose priority the thread's reaches, else the last. */
static int32_t queue_for(const struct sched *s, const struct thread *t)
{
    const struct mlq *q = s->state;
    int32_t i = 0;

    while (i + 1 < q->n && q->priorities[i] > sched_priority(t))
        i++;
    return i;
}

/* The queue that a thread is in, or was when it was last ready. */
static struct sched *inner_of(const struct sched *s, const struct thread *t)
{
    const struct mlq *q = s->state;
    const struct mlq_thread *mt = sched_thread_const(s, t);

    return &q->queues[mt->queue - 1];
}

/* ---- the queues ------------------------------------------------------------------------- */

static void put(struct sched *inner, struct thread *t, enum ready_why why)
{
    inner->policy->enqueue(inner, t, why);
    inner->nready++;
}

static void take_out(struct sched *inner, struct thread *t)
{
    inner->policy->dequeue(inner, t);
    inner->nready--;
}

/* Into another queue; as the old one's policy may still count it, it leaves that one from its
 * ready threads. */
static void move(struct sched *s, struct thread *t, int32_t to, enum ready_why why)
{
    struct mlq_thread *mt = sched_thread(s, t);

    if (mt->queue > 0 &&
        (why == READY_EXPIRED || why == READY_PREEMPTED || why == READY_YIELDED)) {
        put(inner_of(s, t), t, why);
        take_out(inner_of(s, t), t);
    }
    memset(mt->inner, 0, inner_bytes(s->params));
    mt->queue = to + 1;
    mt->slice = 0;
}

static void mlq_enqueue(struct sched *s, struct thread *t, enum ready_why why)
{
    struct mlq_thread *mt = sched_thread(s, t);
    int32_t to = queue_for(s, t);

    if (mt->queue != to + 1) {
        move(s, t, to, why);
        why = READY_NEW;
    }
    if (why != READY_PREEMPTED && why != READY_CHANGED)
        mt->slice = 0;
    put(inner_of(s, t), t, why);
}

static void mlq_dequeue(struct sched *s, struct thread *t)
{
    take_out(inner_of(s, t), t);
}

static struct thread *mlq_pick(struct sched *s)
{
    struct mlq *q = s->state;

    for (int32_t i = 0; i < q->n; i++) {
        struct sched *inner = &q->queues[i];
        struct thread *t = inner->nready > 0 ? inner->policy->pick(inner) : NULL;

        if (t) {
            inner->nready--;
            return t;
        }
    }
    return NULL;
}

static struct thread *mlq_first(struct sched *s)
{
    struct mlq *q = s->state;
    struct thread *t = NULL;

    for (int32_t i = 0; i < q->n && !t; i++)
        t = q->queues[i].nready > 0 ? q->queues[i].policy->first(&q->queues[i]) : NULL;
    return t;
}

static struct thread *mlq_last(struct sched *s)
{
    struct mlq *q = s->state;
    struct thread *t = NULL;

    for (int32_t i = q->n - 1; i >= 0 && !t; i--)
        t = q->queues[i].nready > 0 ? q->queues[i].policy->last(&q->queues[i]) : NULL;
    return t;
}

/* ---- on the core -------------------------------------------------------------------------- */

static void mlq_charge(struct sched *s, struct thread *t, sim_time ran)
{
    struct sched *inner = inner_of(s, t);
    struct mlq_thread *mt = sched_thread(s, t);

    mt->rest -= ran < mt->rest ? ran : mt->rest;
    if (inner->policy->charge)
        inner->policy->charge(inner, t, ran);
}

static void mlq_start(struct sched *s, struct thread *t)
{
    struct sched *inner = inner_of(s, t);
    struct mlq_thread *mt = sched_thread(s, t);

    mt->rest = mt->slice;
    if (inner->policy->start)
        inner->policy->start(inner, t);
}

static void mlq_stop(struct sched *s, struct thread *t, enum stop_why why)
{
    struct sched *inner = inner_of(s, t);
    struct mlq_thread *mt = sched_thread(s, t);

    mt->slice = why == STOP_PREEMPTED && mt->rest < SIM_TIME_MAX ? mt->rest : 0;
    if (inner->policy->stop)
        inner->policy->stop(inner, t, why);
}

static sim_time mlq_slice(struct sched *s, struct thread *t)
{
    struct sched *inner = inner_of(s, t);
    struct mlq_thread *mt = sched_thread(s, t);
    bool goes_on = mt->slice > 0 && !inner->policy->slices_anew;

    if (goes_on)
        mt->rest = mt->slice;
    else
        mt->rest = inner->policy->slice ? inner->policy->slice(inner, t) : SIM_NEVER;
    mt->slice = 0;
    return mt->rest;
}

/* A slice that is over makes room for its own queue, and for a more urgent one. */
static bool mlq_expires(struct sched *s, struct thread *t, bool waiting)
{
    struct sched *inner = inner_of(s, t);
    const struct mlq_thread *mt = sched_thread(s, t), *other;
    struct thread *first = waiting ? mlq_first(s) : NULL;
    bool shares = inner->nready > 0 && inner->policy->first(inner);
    bool goes = inner->policy->expires ? inner->policy->expires(inner, t, shares) : shares;

    other = first ? sched_thread(s, first) : mt;
    return goes || other->queue < mt->queue;
}

static bool mlq_preempts(struct sched *s, const struct thread *t, const struct thread *running)
{
    struct sched *inner = inner_of(s, t);
    int32_t a = queue_for(s, t), b = queue_for(s, running);

    if (a != b)
        return a < b;
    return inner == inner_of(s, running) && inner->policy->preempts &&
           inner->policy->preempts(inner, t, running);
}

/* A task of another queue's priority: it leaves the one, and begins in the other. */
static void mlq_renew(struct sched *s, struct thread *t)
{
    struct sched *inner = inner_of(s, t);
    int32_t to = queue_for(s, t);
    struct mlq *q = s->state;

    if (inner == &q->queues[to]) {
        if (inner->policy->renew)
            inner->policy->renew(inner, t);
        return;
    }
    mlq_stop(s, t, STOP_DONE);
    move(s, t, to, READY_NEW);
    put(inner_of(s, t), t, READY_NEW);
    take_out(inner_of(s, t), t);
    mlq_start(s, t);
}

static void mlq_next_job(struct sched *s, struct thread *t)
{
    struct sched *inner = inner_of(s, t);

    if (inner->policy->next_job)
        inner->policy->next_job(inner, t);
}

static void mlq_changed(struct sched *s, struct thread *t)
{
    struct sched *inner = inner_of(s, t);

    if (inner->policy->changed)
        inner->policy->changed(inner, t);
}

static const char *mlq_check(const void *data, const char **key)
{
    const struct policy_list *list = &((const struct mlq_params *)data)->queues;

    *key = "queues";
    for (size_t i = 0; i < list->n; i++)
        for (size_t k = 0; k < i; k++)
            if (list->parts[i].priority == list->parts[k].priority)
                return "has two queues of one priority";
    return NULL;
}

static const struct param mlq_params[] = {
    PARAM(POLICIES, struct mlq_params, queues,
          "each with \"priority\", \"policy\" and its parameters; a task goes to the most "
          "urgent one that its priority reaches, or to the least urgent",
          .required = true),
    PARAM_END,
};

const struct sched_policy sched_mlq = {
    .name = "mlq",
    .help = "queues of fixed priority, each with a policy of its own; the higher preempt the "
            "lower",
    .source =
        "Source: Silberschatz, Galvin, Gagne, Operating System Concepts, 5.3.5, multilevel "
        "queue",
    .params = mlq_params,
    .params_size = sizeof(struct mlq_params),
    .state_size = sizeof(struct mlq),
    .thread_size = sizeof(struct mlq_thread),
    .thread_more = mlq_thread_more,
    .init = mlq_init,
    .release = mlq_release,
    .enqueue = mlq_enqueue,
    .pick = mlq_pick,
    .dequeue = mlq_dequeue,
    .first = mlq_first,
    .last = mlq_last,
    .charge = mlq_charge,
    .start = mlq_start,
    .stop = mlq_stop,
    .slice = mlq_slice,
    .slices_anew = true,
    .expires = mlq_expires,
    .preempts = mlq_preempts,
    .renew = mlq_renew,
    .next_job = mlq_next_job,
    .changed = mlq_changed,
    .check = mlq_check,
};
