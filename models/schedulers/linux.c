/* linux.c - the scheduling classes of Linux, in their order: deadline, real time, fair.
 *
 *   deadline   earliest deadline first, each thread held to its budget by a CBS
 *   real time  priorities 99..1, a list each; SCHED_RR threads take turns on theirs
 *   fair       EEVDF, sched_fair.c; what it is denied for too long the fair server gives it
 *
 * On the lists of real time, where a thread comes in decides who runs:
 *
 *   woken, new, slice used up, yielded, priority raised   the tail
 *   preempted, priority lowered                           the head
 *
 * With `tick` the clock is a kernel's that is interrupted every so often: slices of RR are
 * counted in ticks that hit the thread, budgets and requests are looked at when a tick hits
 * or the scheduler is entered for another reason.  No event is spent on ticks at which
 * nothing would be decided.
 *
 * Source: Linux 6.12 and 6.17, kernel/sched/rt.c (enqueue_rt_entity(), task_tick_rt(),
 * yield_task_rt()), syscalls.c (ENQUEUE_HEAD), deadline.c (enqueue_dl_entity(),
 * update_dl_entity(), dl_server_timer()), fair.c; sched(7).
 * Differs: no admission test; a lock lends priorities to threads of every class, deadlines it
 * lends to none; equals of real time never push each other to other cores; the RR slice is
 * the same for the whole run; with a global queue there is one fair server for all cores, and
 * the N most urgent threads run on N cores. */
#include "models/schedulers/sched_cbs.h"
#include "models/schedulers/sched_fair.h"
#include "models/schedulers/sched_server.h"
#include "sim/scenario.h"

enum { RT_LOWEST = 1, RT_HIGHEST = 99 };

struct linux_params {
    sim_time rr_timeslice, tick, tick_phase;
    sim_time slice; /* 0: 700 us * f */
    bool delay_dequeue;
    sim_time fair_runtime, fair_period;
};

static const struct param linux_params[] = {
    PARAM(TIME, struct linux_params, rr_timeslice,
          "how long a task of class rr runs before its equals have their turn; with a tick, "
          "rounded up to whole ones",
          .min = 1, .max = SIM_TIME_MAX, .deflt = "100ms"),
    PARAM(TIME, struct linux_params, tick,
          "the time between two ticks of the kernel's clock, 1 / HZ (none: an exact clock)",
          .min = 1, .max = SLICE_MAX),
    PARAM(TIME, struct linux_params, tick_phase,
          "when a tick hits; those before and after follow", .max = SIM_TIME_MAX / 4,
          .deflt = "0"),
    PARAM(TIME, struct linux_params, slice,
          "how much a fair task asks for at a time, where it has no slice of its own (700us x "
          "f, f = 1 + floor(log2(min(cores, 8))))",
          .min = 1, .max = SLICE_MAX),
    PARAM(BOOL, struct linux_params, delay_dequeue,
          "a fair task that blocks in debt still counts until its debt is paid (from 6.12 on)",
          .deflt = "true"),
    PARAM(TIME, struct linux_params, fair_runtime,
          "what the fair server gives in each fair_period to fair tasks that starve (0: none, "
          "there is no such server)",
          .max = SLICE_MAX, .deflt = "50ms"),
    PARAM(TIME, struct linux_params, fair_period, "the period of the fair server", .min = 1,
          .max = SLICE_MAX, .deflt = "1s"),
    PARAM_END,
};

enum where { AWAY, IN_FAIR, IN_RT, IN_DEADLINE, THROTTLED };

struct linux_thread {
    struct fair_thread fair; /* first: sched_fair.h */
    struct list link;        /* IN_RT */
    struct ready_node node;  /* IN_DEADLINE: by deadline; THROTTLED: by the end of that */
    uint8_t where;           /* enum where, of a ready thread */
    uint8_t sched_class;     /* enum task_class */
    int32_t own;             /* priority, without what locks lend */
    int32_t priority;        /* of real time, when it was last enqueued; 0: none */
    int64_t left;            /* rr: of its slice, in ns, or in ticks */
    struct cbs cbs;          /* of class deadline */
};

struct linux_queue {
    struct sched *s;
    struct list rt[RT_HIGHEST + 1];
    int32_t top; /* no list above it has threads */
    struct ready_tree deadline, throttled;
    struct fair fair;
    struct fair_server server;
    uint32_t urgent; /* threads of deadline and real time that are ready or run */
};

static void linux_init(struct sched *s)
{
    const struct linux_params *params = s->params;
    struct linux_queue *q = s->state;

    q->s = s;
    for (int32_t i = 0; i <= RT_HIGHEST; i++)
        list_init(&q->rt[i]);
    fair_init(&q->fair, s, params->slice, params->delay_dequeue);
    q->server.runtime = params->fair_runtime;
    q->server.period = params->fair_period;
    q->fair.tick = params->tick;
    q->fair.phase = params->tick > 0 ? params->tick_phase % params->tick : 0;
}

static struct thread *thread_of(const struct linux_queue *q, struct linux_thread *lt)
{
    return sched_thread_of(q->s, lt);
}

static struct linux_thread *of_link(struct list *l)
{
    return container_of(l, struct linux_thread, link);
}

static struct linux_thread *of_node(struct ready_node *n)
{
    return container_of(n, struct linux_thread, node);
}

/* ---- classes ------------------------------------------------------------------------------- */

enum rank { RANK_FAIR, RANK_RT, RANK_DEADLINE };

/* Priorities beyond those of real time count as the nearest one.  0: not of real time; a
 * thread of another class is while a lock lends it more than its own. */
static int32_t rt_priority(const struct thread *t, const struct linux_thread *lt)
{
    int32_t priority = sched_priority(t);
    bool rt = lt->sched_class == CLASS_FIFO || lt->sched_class == CLASS_RR;

    if (!rt && (priority <= lt->own || priority < RT_LOWEST))
        return 0;
    return priority < RT_LOWEST ? RT_LOWEST : priority > RT_HIGHEST ? RT_HIGHEST : priority;
}

static enum rank own_rank(const struct thread *t, const struct linux_thread *lt)
{
    if (lt->sched_class == CLASS_DEADLINE)
        return RANK_DEADLINE;
    return rt_priority(t, lt) > 0 ? RANK_RT : RANK_FAIR;
}

/* While the fair server serves, fair threads are as a deadline thread is. */
static enum rank rank(const struct linux_queue *q, const struct thread *t,
                      const struct linux_thread *lt)
{
    enum rank own = own_rank(t, lt);

    return own == RANK_FAIR && q->server.state == SERVER_SERVES ? RANK_DEADLINE : own;
}

static sim_time deadline(const struct linux_queue *q, const struct linux_thread *lt)
{
    return lt->sched_class == CLASS_DEADLINE ? lt->cbs.deadline : q->server.deadline;
}

static int64_t rr_slice(const struct linux_params *params)
{
    if (params->tick == 0)
        return params->rr_timeslice;
    return (params->rr_timeslice + params->tick - 1) / params->tick;
}

/* What `t` is, as its task says. */
static void set(struct linux_queue *q, struct thread *t, struct linux_thread *lt)
{
    const struct task_spec *spec = sched_spec(q->s, t);
    enum fair_kind kind = spec->sched_class == CLASS_BATCH  ? FAIR_BATCH
                          : spec->sched_class == CLASS_IDLE ? FAIR_IDLE
                                                            : FAIR_OTHER;

    lt->sched_class = (uint8_t)spec->sched_class;
    lt->own = (int32_t)spec->priority;
    lt->left = rr_slice(q->s->params);
    cbs_init(&lt->cbs, spec);
    fair_leave(&lt->fair);
    fair_set(&lt->fair, kind, spec->nice, spec->slice);
}

/* ---- the alarm, budgets and the fair server ------------------------------------------------ */

static void set_alarm(struct linux_queue *q)
{
    const struct ready_node *first = ready_tree_first(&q->throttled);
    sim_time at = first ? first->key : SIM_NEVER, now = sched_now(q->s);
    sim_time due = q->urgent > 0 ? server_due(&q->server) : SIM_NEVER;

    at = due < at ? due : at;
    sched_alarm(q->s, at > now ? at : now);
}

/* Threads have come or gone. */
static void look(struct linux_queue *q)
{
    server_look(&q->server, fair_live(&q->fair) > 0, sched_now(q->s));
    set_alarm(q);
}

static void deadline_enqueue(struct linux_queue *q, struct linux_thread *lt, enum ready_why why)
{
    if (why == READY_NEW || why == READY_WOKEN)
        cbs_wake(&lt->cbs, sched_now(q->s));
    if (cbs_spent(&lt->cbs) && cbs_refill_at(&lt->cbs) <= sched_now(q->s))
        cbs_refill(&lt->cbs, sched_now(q->s));
    if (cbs_spent(&lt->cbs)) {
        lt->where = THROTTLED;
        ready_tree_insert(&q->throttled, &lt->node, cbs_refill_at(&lt->cbs), READY_BACK);
    } else {
        lt->where = IN_DEADLINE;
        ready_tree_insert(&q->deadline, &lt->node, lt->cbs.deadline,
                          why == READY_PREEMPTED ? READY_FRONT : READY_BACK);
    }
}

static void linux_alarm(struct sched *s)
{
    struct linux_queue *q = s->state;
    struct ready_node *n;

    while ((n = ready_tree_first(&q->throttled)) != NULL && n->key <= sched_now(s)) {
        ready_tree_remove(&q->throttled, n);
        cbs_refill(&of_node(n)->cbs, sched_now(s));
        deadline_enqueue(q, of_node(n), READY_CHANGED);
        sched_reconsider(s);
    }
    if (server_due(&q->server) <= sched_now(s) &&
        server_ring(&q->server, fair_waiting(&q->fair) > 0, sched_now(s)))
        sched_reconsider(s);
    set_alarm(q);
}

/* ---- the queue ----------------------------------------------------------------------------- */

static void rt_enqueue(struct linux_queue *q, struct linux_thread *lt, int32_t priority,
                       enum ready_why why)
{
    bool lowered = why == READY_CHANGED && priority < lt->priority;
    bool kept = why == READY_PREEMPTED && priority <= lt->priority;

    lt->where = IN_RT;
    lt->priority = priority;
    if (priority > q->top)
        q->top = priority;
    if (lowered || kept)
        list_push_front(&q->rt[priority], &lt->link);
    else
        list_push_back(&q->rt[priority], &lt->link);
}

static void linux_enqueue(struct sched *s, struct thread *t, enum ready_why why)
{
    struct linux_queue *q = s->state;
    struct linux_thread *lt = sched_thread(s, t);

    if (why == READY_NEW)
        set(q, t, lt);
    switch (own_rank(t, lt)) {
    case RANK_DEADLINE:
        deadline_enqueue(q, lt, why);
        break;
    case RANK_RT:
        fair_leave(&lt->fair);
        rt_enqueue(q, lt, rt_priority(t, lt), why);
        break;
    default:
        lt->where = IN_FAIR;
        lt->priority = 0;
        fair_enqueue(&q->fair, &lt->fair, why);
        break;
    }
    q->urgent += lt->where != IN_FAIR;
    look(q);
}

static void linux_dequeue(struct sched *s, struct thread *t)
{
    struct linux_queue *q = s->state;
    struct linux_thread *lt = sched_thread(s, t);

    if (lt->where == IN_FAIR)
        fair_dequeue(&q->fair, &lt->fair);
    else if (lt->where == IN_RT)
        list_remove(&lt->link);
    else
        ready_tree_remove(lt->where == IN_DEADLINE ? &q->deadline : &q->throttled, &lt->node);
    q->urgent -= lt->where != IN_FAIR;
    lt->where = AWAY;
    set_alarm(q);
}

/* The first of a list that may run; NULL: none. */
static struct thread *rt_first_of(const struct linux_queue *q, int32_t priority)
{
    const struct list *list = &q->rt[priority];

    for (struct list *l = list->next; l != list; l = l->next) {
        struct thread *t = thread_of(q, of_link(l));

        if (sched_may_run(q->s, t))
            return t;
    }
    return NULL;
}

static struct thread *rt_first(struct linux_queue *q)
{
    struct thread *t = NULL;

    while (q->top > 0 && list_empty(&q->rt[q->top]))
        q->top--;
    for (int32_t i = q->top; i > 0 && !t; i--)
        t = rt_first_of(q, i);
    return t;
}

static struct thread *deadline_first(const struct linux_queue *q)
{
    for (struct ready_node *n = ready_tree_first(&q->deadline); n; n = ready_tree_next(n)) {
        struct thread *t = thread_of(q, of_node(n));

        if (sched_may_run(q->s, t))
            return t;
    }
    return NULL;
}

static struct thread *linux_first(struct sched *s)
{
    struct linux_queue *q = s->state;
    struct thread *t = deadline_first(q), *served = NULL;

    if (q->server.state == SERVER_SERVES)
        served = fair_first(&q->fair);
    if (t && served) {
        const struct linux_thread *lt = sched_thread(s, t);

        return lt->cbs.deadline <= q->server.deadline ? t : served;
    }
    if (!t)
        t = served;
    if (!t)
        t = rt_first(q);
    return t ? t : fair_first(&q->fair);
}

static struct thread *linux_pick(struct sched *s)
{
    struct thread *t = linux_first(s);

    if (t)
        linux_dequeue(s, t);
    return t;
}

static struct thread *linux_last(struct sched *s)
{
    struct linux_queue *q = s->state;
    struct thread *t = fair_last(&q->fair);

    for (int32_t i = RT_LOWEST; i <= q->top && !t; i++) {
        for (struct list *l = q->rt[i].prev; l != &q->rt[i] && !t; l = l->prev)
            if (sched_may_run(s, thread_of(q, of_link(l))))
                t = thread_of(q, of_link(l));
    }
    for (struct ready_node *n = t ? NULL : ready_tree_last(&q->deadline); n && !t;
         n = ready_tree_prev(n))
        if (sched_may_run(s, thread_of(q, of_node(n))))
            t = thread_of(q, of_node(n));
    return t;
}

/* ---- running ------------------------------------------------------------------------------- */

static void linux_charge(struct sched *s, struct thread *t, sim_time ran)
{
    struct linux_queue *q = s->state;
    struct linux_thread *lt = sched_thread(s, t);
    sim_time now = sched_now(s), tick = q->fair.tick;

    if (lt->fair.home) {
        fair_charge(&lt->fair, ran);
        if (server_charge(&q->server, ran, now))
            sched_reconsider(s);
        set_alarm(q);
        return;
    }
    if (lt->sched_class == CLASS_DEADLINE && lt->cbs.runtime > 0)
        lt->cbs.budget -= ran;
    if (lt->sched_class == CLASS_RR)
        lt->left -= tick > 0 ? sched_ticks(now - ran, now, tick, q->fair.phase) : ran;
    lt->fair.ahead = 0;
}

static void linux_start(struct sched *s, struct thread *t)
{
    struct linux_queue *q = s->state;
    struct linux_thread *lt = sched_thread(s, t);

    if (own_rank(t, lt) == RANK_FAIR)
        fair_start(&q->fair, &lt->fair);
    else
        q->urgent++;
    look(q);
}

static void linux_stop(struct sched *s, struct thread *t, enum stop_why why)
{
    struct linux_queue *q = s->state;
    struct linux_thread *lt = sched_thread(s, t);

    if (lt->fair.running)
        fair_stop(&q->fair, &lt->fair, why);
    else
        q->urgent--;
    look(q);
    (void)t;
}

static sim_time linux_slice(struct sched *s, struct thread *t)
{
    const struct linux_queue *q = s->state;
    const struct linux_thread *lt = sched_thread_const(s, t);
    sim_time now = sched_now(s), tick = q->fair.tick, phase = q->fair.phase, slice, budget;

    if (lt->fair.running) {
        slice = fair_slice(&q->fair, &lt->fair);
        budget = q->server.left;
        if (q->server.state != SERVER_SERVES)
            return slice;
        return budget < slice && budget > 0 ? budget : slice;
    }
    if (lt->sched_class == CLASS_DEADLINE && lt->cbs.runtime > 0) {
        if (tick > 0)
            return sched_until_tick(now, lt->cbs.budget, tick, phase);
        return lt->cbs.budget > 0 ? lt->cbs.budget : 1;
    }
    if (lt->sched_class != CLASS_RR)
        return SIM_NEVER;
    if (tick > 0)
        return sched_until_tick(now, 1, tick, phase) + (lt->left > 1 ? lt->left - 1 : 0) * tick;
    return lt->left > 0 ? lt->left : 1;
}

/* Does something of a higher rank wait for the core of fair `t`? */
static bool overtaken(struct linux_queue *q, const struct thread *t,
                      const struct linux_thread *lt)
{
    struct thread *first = linux_first(q->s);

    return first && rank(q, first, sched_thread(q->s, first)) > rank(q, t, lt);
}

static bool linux_expires(struct sched *s, struct thread *t, bool waiting)
{
    struct linux_queue *q = s->state;
    struct linux_thread *lt = sched_thread(s, t);

    (void)waiting;
    if (lt->fair.running)
        return overtaken(q, t, lt) || fair_expires(&q->fair, &lt->fair);
    if (lt->sched_class == CLASS_DEADLINE)
        return cbs_spent(&lt->cbs);
    if (lt->sched_class != CLASS_RR || lt->left > 0)
        return false;
    lt->left = rr_slice(s->params);
    return rt_first_of(q, rt_priority(t, lt)) != NULL;
}

static bool linux_yields(struct sched *s, struct thread *t, bool waiting)
{
    struct linux_queue *q = s->state;
    struct linux_thread *lt = sched_thread(s, t);

    if (lt->fair.running)
        return fair_yields(&q->fair, &lt->fair, waiting);
    if (lt->sched_class == CLASS_DEADLINE) { /* the rest of its budget is forfeit */
        lt->cbs.budget = lt->cbs.budget > 0 ? 0 : lt->cbs.budget;
        return cbs_spent(&lt->cbs);
    }
    return rt_first_of(q, rt_priority(t, lt)) != NULL;
}

static bool linux_preempts(struct sched *s, const struct thread *t,
                           const struct thread *running)
{
    struct linux_queue *q = s->state;
    const struct linux_thread *lt = sched_thread_const(s, t);
    const struct linux_thread *other = sched_thread_const(s, running);
    enum rank mine = rank(q, t, lt), theirs = rank(q, running, other);

    if (mine != theirs)
        return mine > theirs;
    if (mine == RANK_RT)
        return rt_priority(t, lt) > rt_priority(running, other);
    if (mine == RANK_DEADLINE &&
        (own_rank(t, lt) == RANK_DEADLINE || own_rank(running, other) == RANK_DEADLINE))
        return deadline(q, lt) < deadline(q, other);
    return fair_preempts(&q->fair, &lt->fair, &other->fair);
}

/* Threads of the fair class are not moved for their urgency; what a server has given a core
 * is not taken from. */
static bool linux_outranks(const struct sched *s, const struct thread *a,
                           const struct thread *b)
{
    const struct linux_thread *lt = sched_thread_const(s, a);
    const struct linux_thread *other = sched_thread_const(s, b);
    const struct linux_queue *home = s->state;
    enum rank mine = own_rank(a, lt), theirs;

    if (mine == RANK_FAIR)
        return false;
    if (other->fair.home)
        home = container_of(other->fair.home, struct linux_queue, fair);
    theirs = rank(home, b, other);
    if (mine != theirs)
        return mine > theirs;
    if (mine == RANK_DEADLINE)
        return lt->cbs.deadline < deadline(home, other);
    return mine == RANK_RT && rt_priority(a, lt) > rt_priority(b, other);
}

static bool linux_moves(const struct sched *s, const struct thread *t)
{
    return own_rank(t, sched_thread_const(s, t)) != RANK_FAIR;
}

/* A lock lends a priority to what runs, or takes it back: the class changes with it. */
static void linux_changed(struct sched *s, struct thread *t)
{
    struct linux_queue *q = s->state;
    struct linux_thread *lt = sched_thread(s, t);
    bool fair = own_rank(t, lt) == RANK_FAIR;

    if (fair == lt->fair.running)
        return;
    if (fair) {
        fair_start(&q->fair, &lt->fair);
        q->urgent--;
    } else {
        fair_leave(&lt->fair);
        q->urgent++;
    }
    look(q);
    sched_reslice(s, t);
}

static void linux_renew(struct sched *s, struct thread *t)
{
    struct linux_queue *q = s->state;
    struct linux_thread *lt = sched_thread(s, t);

    q->urgent -= !lt->fair.running;
    set(q, t, lt);
    if (own_rank(t, lt) == RANK_DEADLINE)
        cbs_wake(&lt->cbs, sched_now(s));
    linux_start(s, t);
}

/* sched_setscheduler(2) and sched_setattr(2) say EINVAL. */
static const char *linux_check_task(const struct task_spec *spec, const char **key)
{
    sim_time deadline = spec->deadline > 0 ? spec->deadline : spec->period;

    *key = "priority";
    if (spec->sched_class == CLASS_FIFO || spec->sched_class == CLASS_RR)
        return spec->priority < RT_LOWEST || spec->priority > RT_HIGHEST
                   ? "of a task of the classes fifo and rr is from 1 to 99"
                   : NULL;
    if (spec->sched_class != CLASS_DEADLINE)
        return NULL;
    *key = "runtime";
    return spec->runtime > deadline ? "is more than what there is until the deadline" : NULL;
}

static bool linux_rests(const struct task_spec *spec)
{
    return spec->sched_class == CLASS_DEADLINE && spec->runtime > 0;
}

const struct sched_policy sched_linux = {
    .name = "linux",
    .by_priority = true,
    .help = "the classes of Linux from 6.12 on, in order: deadline, SCHED_FIFO and SCHED_RR by "
            "priority 1 to 99, fair (eevdf)",
    .source = "Source: Linux 6.12 and 6.17, kernel/sched/rt.c, deadline.c, fair.c, syscalls.c; "
              "sched(7); differs: no admission test, no groups, locks lend priorities, not "
              "deadlines",
    .params = linux_params,
    .params_size = sizeof(struct linux_params),
    .state_size = sizeof(struct linux_queue),
    .thread_size = sizeof(struct linux_thread),
    .init = linux_init,
    .enqueue = linux_enqueue,
    .pick = linux_pick,
    .dequeue = linux_dequeue,
    .first = linux_first,
    .last = linux_last,
    .charge = linux_charge,
    .start = linux_start,
    .stop = linux_stop,
    .slice = linux_slice,
    .slices_anew = true,
    .expires = linux_expires,
    .yields = linux_yields,
    .preempts = linux_preempts,
    .outranks = linux_outranks,
    .moves = linux_moves,
    .renew = linux_renew,
    .changed = linux_changed,
    .alarm = linux_alarm,
    .rests = linux_rests,
    .check_task = linux_check_task,
    .weight = sched_weight,
};
