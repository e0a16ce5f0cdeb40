/* priority.c - the most urgent ready thread runs; of equals the first that came.
 *
 * Aging: a ready thread's level is its priority plus one for each `aging` that it has waited.
 * All grow alike, so that ready threads stand in the order of
 *
 *     key = since - priority * aging,     level(now) = floor((now - key) / aging)
 *
 * and of those on the highest level, which are the first ones of that order, the earliest to
 * come is looked up by a summary of each subtree.  A thread keeps the level at which it began
 * to run, the switch to it included; when it next waits, it is at its own priority again.
 *
 * A ready thread can only preempt at the instant at which it reaches the level above that of
 * a running one: the alarm rings then, and at no other time. */
#include "models/schedulers/ready_tree.h"

struct priority_params {
    bool preemptive;
    sim_time aging, quantum; /* 0: none */
};

struct priority_thread {
    struct ready_node node;           /* READY: by its key; RUNNING: by its level */
    struct priority_thread *earliest; /* of its subtree, by turn */
    sim_time since;                   /* it waits */
    sim_time slice;                   /* the rest of one, to go on with; 0: none */
    sim_time slice_rest;              /* of the one in progress */
    int64_t aged;                     /* RUNNING: its level above its priority */
    bool begun;                       /* it runs: the switch to it is over */
};

struct priority {
    struct ready_tree ready, running; /* running: while threads age */
};

static struct priority_thread *of_node(struct ready_node *node)
{
    return container_of(node, struct priority_thread, node);
}

static void summarize(struct ready_node *node)
{
    struct priority_thread *pt = of_node(node);
    struct ready_node *children[] = {node->left, node->right};

    pt->earliest = pt;
    for (size_t i = 0; i < ARRAY_LEN(children); i++)
        if (children[i] && of_node(children[i])->earliest->node.turn < pt->earliest->node.turn)
            pt->earliest = of_node(children[i])->earliest;
}

static void priority_init(struct sched *s)
{
    const struct priority_params *params = s->params;
    struct priority *p = s->state;

    if (params->aging > 0)
        p->ready.summarize = summarize;
}

/* How long one waits for so many levels; far beyond every instant where 64 bits end. */
static int64_t time_for(int64_t aging, int64_t levels)
{
    int64_t time;

    if (mul_i64(aging, levels, &time) && time < SIM_TIME_MAX / 2 && time > -SIM_TIME_MAX / 2)
        return time;
    return levels < 0 ? -SIM_TIME_MAX / 2 : SIM_TIME_MAX / 2;
}

static int64_t level_at(sim_time now, int64_t key, sim_time aging)
{
    int64_t waited = now - key;

    return waited / aging - (waited % aging < 0);
}

static int64_t level(const struct sched *s, const struct thread *t)
{
    const struct priority_params *params = s->params;
    const struct priority_thread *pt = sched_thread_const(s, t);

    if (params->aging == 0)
        return sched_priority(t);
    if (sched_running(t))
        return sched_priority(t) + pt->aged;
    return level_at(sched_now(s), pt->node.key, params->aging);
}

/* ---- the alarm ------------------------------------------------------------------------ */

/* The next instant at which a ready thread reaches the level above that of a running one. */
static void set_alarm(struct sched *s)
{
    const struct priority_params *params = s->params;
    struct priority *p = s->state;
    sim_time next = SIM_NEVER;
    struct ready_node *r = ready_tree_first(&p->running);

    if (params->aging == 0 || !params->preemptive)
        return;
    while (r) {
        int64_t wait = time_for(params->aging, r->key + 1);
        struct ready_node *n = ready_tree_above(&p->ready, sched_now(s) - wait);

        if (n && n->key + wait < next)
            next = n->key + wait;
        r = ready_tree_above(&p->running, r->key);
    }
    sched_alarm(s, next);
}

static void priority_alarm(struct sched *s)
{
    sched_reconsider(s);
    set_alarm(s);
}

/* ---- the queue ------------------------------------------------------------------------- */

static void priority_enqueue(struct sched *s, struct thread *t, enum ready_why why)
{
    const struct priority_params *params = s->params;
    struct priority *p = s->state;
    struct priority_thread *pt = sched_thread(s, t);
    int64_t key = -(int64_t)sched_priority(t);

    if (why != READY_CHANGED && (why != READY_PREEMPTED || pt->begun))
        pt->since = sched_now(s);
    if (why != READY_CHANGED && why != READY_PREEMPTED)
        pt->slice = 0;
    if (params->aging > 0)
        key = pt->since - time_for(params->aging, sched_priority(t));
    ready_tree_insert(&p->ready, &pt->node, key,
                      why == READY_PREEMPTED ? READY_FRONT : READY_BACK);
    set_alarm(s);
}

static void priority_dequeue(struct sched *s, struct thread *t)
{
    struct priority *p = s->state;
    struct priority_thread *pt = sched_thread(s, t);

    ready_tree_remove(&p->ready, &pt->node);
    set_alarm(s);
}

/* The first to come of those whose key does not pass `last`. */
static struct priority_thread *earliest(const struct priority *p, int64_t last)
{
    struct priority_thread *found = NULL;
    struct ready_node *node = p->ready.root;

    while (node) {
        struct priority_thread *here = of_node(node), *left;

        if (node->key > last) {
            node = node->left;
            continue;
        }
        left = node->left ? of_node(node->left)->earliest : here;
        if (left->node.turn < here->node.turn)
            here = left;
        if (!found || here->node.turn < found->node.turn)
            found = here;
        node = node->right;
    }
    return found;
}

static struct thread *priority_first(struct sched *s)
{
    const struct priority_params *params = s->params;
    struct priority *p = s->state;
    struct thread *t = ready_tree_first_thread(s, &p->ready), *first;
    struct priority_thread *pt;
    int64_t last;

    if (!t || params->aging == 0)
        return t;
    last = sched_now(s) - time_for(params->aging, level(s, t));
    first = sched_thread_of(s, earliest(p, last));
    if (sched_may_run(s, first))
        return first;
    first = t;
    pt = sched_thread(s, t);
    for (struct ready_node *n = &pt->node; n && n->key <= last; n = ready_tree_next(n)) {
        struct thread *other = ready_tree_thread(s, n);

        pt = sched_thread(s, first);
        if (n->turn < pt->node.turn && sched_may_run(s, other))
            first = other;
    }
    return first;
}

static struct thread *priority_pick(struct sched *s)
{
    struct thread *t = priority_first(s);

    if (t)
        priority_dequeue(s, t);
    return t;
}

static struct thread *priority_last(struct sched *s)
{
    struct priority *p = s->state;

    return ready_tree_last_thread(s, &p->ready);
}

/* ---- on the core ---------------------------------------------------------------------------- */

static void priority_charge(struct sched *s, struct thread *t, sim_time ran)
{
    struct priority_thread *pt = sched_thread(s, t);

    pt->slice_rest -= ran < pt->slice_rest ? ran : pt->slice_rest;
}

/* It runs at the level `aged` above its priority. */
static void run_at(struct sched *s, struct thread *t, int64_t aged)
{
    struct priority *p = s->state;
    struct priority_thread *pt = sched_thread(s, t);

    if (pt->begun)
        ready_tree_remove(&p->running, &pt->node);
    pt->begun = true;
    pt->aged = aged;
    ready_tree_insert(&p->running, &pt->node, sched_priority(t) + aged, READY_BACK);
    set_alarm(s);
}

static void priority_start(struct sched *s, struct thread *t)
{
    const struct priority_params *params = s->params;
    struct priority_thread *pt = sched_thread(s, t);

    pt->begun = false;
    if (params->aging > 0)
        pt->aged = level_at(sched_now(s), pt->node.key, params->aging) - sched_priority(t);
}

/* The switch is over; others may have aged past it meanwhile. */
static void begin(struct sched *s, struct thread *t)
{
    const struct priority_params *params = s->params;
    const struct priority *p = s->state;
    const struct priority_thread *pt = sched_thread(s, t);
    const struct ready_node *first = ready_tree_first(&p->ready);
    sim_time now = sched_now(s);

    run_at(s, t, level_at(now, pt->node.key, params->aging) - sched_priority(t));
    if (first && level_at(now, first->key, params->aging) > level(s, t))
        sched_reconsider(s);
}

static void priority_stop(struct sched *s, struct thread *t, enum stop_why why)
{
    const struct priority_params *params = s->params;
    struct priority *p = s->state;
    struct priority_thread *pt = sched_thread(s, t);

    (void)why;
    if (pt->begun)
        pt->slice = pt->slice_rest;
    if (params->aging == 0 || !pt->begun)
        return;
    ready_tree_remove(&p->running, &pt->node);
    set_alarm(s);
}

/* A lock has changed its priority while it holds a core; what it has aged stays. */
static void priority_changed(struct sched *s, struct thread *t)
{
    const struct priority_params *params = s->params;
    struct priority_thread *pt = sched_thread(s, t);

    if (params->aging > 0 && pt->begun)
        run_at(s, t, pt->aged);
    else if (params->aging > 0)
        pt->node.key = pt->since - time_for(params->aging, sched_priority(t));
}

/* Back to its own priority: another task or job, or another slice. */
static void priority_renew(struct sched *s, struct thread *t)
{
    const struct priority_params *params = s->params;

    if (params->aging > 0)
        run_at(s, t, 0);
}

static sim_time priority_slice(struct sched *s, struct thread *t)
{
    const struct priority_params *params = s->params;
    struct priority_thread *pt = sched_thread(s, t);

    if (params->aging > 0 && !pt->begun)
        begin(s, t);
    pt->begun = true;
    pt->slice_rest = pt->slice > 0 ? pt->slice : params->quantum;
    pt->slice = 0;
    return pt->slice_rest > 0 ? pt->slice_rest : SIM_NEVER;
}

static bool priority_expires(struct sched *s, struct thread *t, bool waiting)
{
    struct thread *first = waiting ? priority_first(s) : NULL;

    priority_renew(s, t);
    return first && level(s, first) >= level(s, t);
}

static int64_t priority_rank(const struct sched *s, const struct thread *t)
{
    return level(s, t);
}

static bool priority_preempts(struct sched *s, const struct thread *t,
                              const struct thread *running)
{
    const struct priority_params *params = s->params;

    return params->preemptive && level(s, t) > level(s, running);
}

static const struct param priority_params[] = {
    PARAM(BOOL, struct priority_params, preemptive,
          "a task that becomes ready takes the core of a less urgent one", .deflt = "true"),
    PARAM(TIME, struct priority_params, aging,
          "a ready task's priority rises by one each time it has waited this long, until it "
          "has run; none: it does not",
          .min = 1, .max = SIM_TIME_MAX),
    PARAM(TIME, struct priority_params, quantum,
          "longest stay on a core while one at least as urgent waits; none: until it blocks",
          .min = 1, .max = SIM_TIME_MAX),
    PARAM_END,
};

const struct sched_policy sched_by_priority = {
    .name = "priority",
    .by_priority = true,
    .help = "the ready task with the highest priority; of equals the first that came",
    .source = "Source: POSIX.1-2017, System Interfaces 2.8.4, SCHED_FIFO and, with a quantum, "
              "SCHED_RR; aging: Silberschatz, Galvin, Gagne, Operating System Concepts, "
              "5.3.4; differs: a changed priority puts a ready task at the tail of its level",
    .params = priority_params,
    .params_size = sizeof(struct priority_params),
    .state_size = sizeof(struct priority),
    .thread_size = sizeof(struct priority_thread),
    .init = priority_init,
    .enqueue = priority_enqueue,
    .pick = priority_pick,
    .dequeue = priority_dequeue,
    .first = priority_first,
    .last = priority_last,
    .charge = priority_charge,
    .start = priority_start,
    .stop = priority_stop,
    .slice = priority_slice,
    .slices_anew = true,
    .expires = priority_expires,
    .preempts = priority_preempts,
    .rank = priority_rank,
    .renew = priority_renew,
    .changed = priority_changed,
    .alarm = priority_alarm,
};
