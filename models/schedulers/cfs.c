/* cfs.c - Linux's fair class before 6.6: the thread with the least virtual time runs.
 *
 * Virtual time is sched_weight.h's.  `least` of a queue is its min_vruntime: the smallest
 * v of what runs and what is ready, except that it never goes back.  What comes is placed
 * beside it: a sleeper up to half a latency before, a new thread one slice behind. */
#include "models/schedulers/ready_tree.h"
#include "models/schedulers/sched_weight.h"
#include "sim/scenario.h"

struct cfs_params {
    sim_time latency, min_granularity, wakeup_granularity; /* 0: the defaults, times f */
};

struct cfs_thread {
    struct ready_node node; /* READY: by v */
    struct list link;       /* RUNNING */
    struct virtual_time vt;
    struct cfs *home; /* v is of its time; NULL: none yet */
    sim_time ahead;   /* RUNNING: in v, but not charged yet */
    sim_time came;    /* when it became ready */
    sim_time ran;     /* of its slice */
    sim_time share;   /* its slice */
    uint8_t sched_class;
    bool counted; /* in the queue's weight */
};

struct cfs {
    struct sched *s;
    struct ready_tree tree;
    struct list running;
    int64_t least;
    int64_t weight; /* of all that are ready or run */
    int64_t n;
    sim_time synced;
    struct cfs_thread *skip; /* has yielded; NULL: nobody */
    sim_time latency, min_granularity, wakeup_granularity;
};

static const struct param cfs_params[] = {
    PARAM(
        TIME, struct cfs_params, latency,
        "in which each of a few tasks runs once (6ms x f, f = 1 + floor(log2(min(cores, 8))))",
        .min = 1, .max = SLICE_MAX),
    PARAM(TIME, struct cfs_params, min_granularity,
          "the shortest slice, however many tasks there are (750us x f)", .min = 1,
          .max = SLICE_MAX),
    PARAM(TIME, struct cfs_params, wakeup_granularity,
          "how far behind a task that wakes must be to take the core at once (1ms x f)",
          .min = 1, .max = SLICE_MAX),
    PARAM_END,
};

static void cfs_init(struct sched *s)
{
    const struct cfs_params *params = s->params;
    struct cfs *q = s->state;
    int64_t f = sched_scale(s);

    q->s = s;
    list_init(&q->running);
    q->latency = params->latency > 0 ? params->latency : MS(6) * f;
    q->min_granularity = params->min_granularity > 0 ? params->min_granularity : US(750) * f;
    q->wakeup_granularity =
        params->wakeup_granularity > 0 ? params->wakeup_granularity : MS(1) * f;
}

/* ---- virtual time -------------------------------------------------------------------------- */

/* Brings v of what runs up to now. */
static void advance(struct cfs *q)
{
    if (q->synced == sched_now(q->s))
        return;
    q->synced = sched_now(q->s);
    for (struct list *l = q->running.next; l != &q->running; l = l->next) {
        struct cfs_thread *ct = container_of(l, struct cfs_thread, link);
        sim_time ran = sched_ran(q->s, sched_thread_of(q->s, ct)) - ct->ahead;

        ct->ahead += ran;
        (void)virtual_run(&ct->vt, ran);
    }
}

/* ... and `least`. */
static void sync(struct cfs *q)
{
    const struct ready_node *first = ready_tree_first(&q->tree);
    int64_t least = first ? first->key : INT64_MAX;

    advance(q);
    for (struct list *l = q->running.next; l != &q->running; l = l->next) {
        const struct cfs_thread *ct = container_of(l, struct cfs_thread, link);

        least = ct->vt.v < least ? ct->vt.v : least;
    }
    if (least != INT64_MAX && least > q->least)
        q->least = least;
}

/* The part of a period that `ct` gets, of all that are ready or run. */
static sim_time share_of(const struct cfs *q, const struct cfs_thread *ct)
{
    int64_t few = mul_div_ceil(q->latency, 1, q->min_granularity);
    int64_t n = q->n + !ct->counted, weight = q->weight + (ct->counted ? 0 : ct->vt.weight);
    sim_time period = n <= few ? q->latency : mul_div_floor(n, q->min_granularity, 1);
    sim_time share = mul_div_floor(period, ct->vt.weight, weight);

    return share > q->min_granularity ? share : q->min_granularity;
}

static void join(struct cfs *q, struct cfs_thread *ct)
{
    ct->home = q;
    ct->counted = true;
    q->weight += ct->vt.weight;
    q->n++;
}

static void leave(struct cfs_thread *ct)
{
    struct cfs *q = ct->home;

    sim_assert(q);
    sync(q);
    ct->counted = false;
    q->weight -= ct->vt.weight;
    q->n--;
    if (q->skip == ct)
        q->skip = NULL;
}

/* v counts from the start of its queue's time; another queue's may be far from there. */
static void move_to(struct cfs *q, struct cfs_thread *ct)
{
    if (ct->home == q)
        return;
    sync(q);
    if (ct->home)
        sync(ct->home);
    ct->vt.v += q->least - (ct->home ? ct->home->least : 0);
    if (ct->counted)
        leave(ct);
    ct->home = q;
}

/* Source: Linux 6.1, kernel/sched/fair.c, place_entity(): GENTLE_FAIR_SLEEPERS, START_DEBIT. */
static void place(struct cfs *q, struct cfs_thread *ct, enum ready_why why)
{
    int64_t v;

    sync(q);
    v = q->least;
    if (why == READY_NEW)
        v += virtual_of(share_of(q, ct), ct->vt.weight);
    else
        v -= (ct->sched_class == CLASS_IDLE ? q->min_granularity : q->latency) / 2;
    if (why == READY_NEW || v > ct->vt.v)
        ct->vt.v = v < VIRTUAL_MAX ? v : VIRTUAL_MAX;
}

static void set(struct sched *s, struct thread *t, struct cfs_thread *ct)
{
    const struct task_spec *spec = sched_spec(s, t);

    ct->sched_class = (uint8_t)spec->sched_class;
    ct->vt.weight = sched_weight(spec);
    ct->vt.rest = 0;
}

/* ---- the queue ----------------------------------------------------------------------------- */

static void cfs_enqueue(struct sched *s, struct thread *t, enum ready_why why)
{
    struct cfs *q = s->state;
    struct cfs_thread *ct = sched_thread(s, t);

    if (why == READY_NEW)
        set(s, t, ct);
    if (why == READY_NEW || why == READY_WOKEN || why == READY_CHANGED)
        ct->came = sched_now(s);
    move_to(q, ct);
    if (!ct->counted) {
        if (why == READY_NEW || why == READY_WOKEN)
            place(q, ct, why);
        join(q, ct);
    }
    ready_tree_insert(&q->tree, &ct->node, ct->vt.v, READY_BACK);
}

static void cfs_dequeue(struct sched *s, struct thread *t)
{
    struct cfs *q = s->state;
    struct cfs_thread *ct = sched_thread(s, t);

    ready_tree_remove(&q->tree, &ct->node);
}

/* How far before `running` a thread must be to take its core: in its own virtual time. */
static int64_t granularity(const struct cfs *q, const struct cfs_thread *ct)
{
    return virtual_of(q->wakeup_granularity, ct->vt.weight);
}

/* Who has yielded is passed over once, if the next is nearly as deserving. */
static struct thread *cfs_first(struct sched *s)
{
    const struct cfs *q = s->state;
    struct thread *t = ready_tree_first_thread(s, &q->tree);
    struct cfs_thread *first = t ? sched_thread(s, t) : NULL;

    if (!t || q->skip != first)
        return t;
    for (struct ready_node *n = ready_tree_next(&first->node); n; n = ready_tree_next(n)) {
        struct thread *second = ready_tree_thread(s, n);

        if (n->key - first->node.key > granularity(q, first))
            break;
        if (sched_may_run(s, second))
            return second;
    }
    return t;
}

static struct thread *cfs_pick(struct sched *s)
{
    struct thread *t = cfs_first(s);

    if (t)
        cfs_dequeue(s, t);
    return t;
}

static struct thread *cfs_last(struct sched *s)
{
    struct cfs *q = s->state;

    return ready_tree_last_thread(s, &q->tree);
}

/* ---- running ------------------------------------------------------------------------------- */

static void cfs_charge(struct sched *s, struct thread *t, sim_time ran)
{
    struct cfs_thread *ct = sched_thread(s, t);

    if (ran > ct->ahead)
        (void)virtual_run(&ct->vt, ran - ct->ahead);
    ct->ran += ran;
    ct->ahead = 0;
}

static void begin_slice(struct cfs *q, struct cfs_thread *ct)
{
    ct->ran = 0;
    ct->share = share_of(q, ct);
    ct->share = ct->share < q->latency ? ct->share : q->latency;
}

static void cfs_start(struct sched *s, struct thread *t)
{
    struct cfs *q = s->state;
    struct cfs_thread *ct = sched_thread(s, t);

    move_to(q, ct);
    if (!ct->counted)
        join(q, ct);
    q->skip = NULL;
    ct->ahead = 0;
    list_push_back(&q->running, &ct->link);
    begin_slice(q, ct);
}

static void cfs_stop(struct sched *s, struct thread *t, enum stop_why why)
{
    struct cfs *q = s->state;
    struct cfs_thread *ct = sched_thread(s, t);

    sync(q);
    list_remove(&ct->link);
    if (why == STOP_BLOCKED || why == STOP_DONE)
        leave(ct);
}

/* How long until somebody else is to run: its share is over; or at least the granularity has
 * passed, and the first of the others is more than a share behind.
 *
 * Source: Linux 6.1, kernel/sched/fair.c, check_preempt_tick(), at the exact instant. */
static sim_time cfs_slice(struct sched *s, struct thread *t)
{
    const struct cfs *q = s->state;
    const struct cfs_thread *ct = sched_thread_const(s, t);
    const struct ready_node *first = ready_tree_first(&q->tree);
    sim_time rest = ct->share - ct->ran, least = q->min_granularity - ct->ran, behind;

    if (first) {
        behind = virtual_until(&ct->vt, first->key + ct->share + 1 - ct->vt.v);
        behind = behind > least ? behind : least;
        rest = rest < behind ? rest : behind;
    }
    return rest > 0 ? rest : 1;
}

/* The first of the others takes over where it is not behind. */
static bool cfs_expires(struct sched *s, struct thread *t, bool waiting)
{
    struct cfs *q = s->state;
    struct cfs_thread *ct = sched_thread(s, t);
    struct thread *first = cfs_first(s);
    const struct cfs_thread *other = first ? sched_thread(s, first) : NULL;

    (void)waiting;
    if (other && other->vt.v <= ct->vt.v)
        return true;
    begin_slice(q, ct);
    return false;
}

static bool cfs_yields(struct sched *s, struct thread *t, bool waiting)
{
    struct cfs *q = s->state;
    struct cfs_thread *ct = sched_thread(s, t);
    struct thread *first = cfs_first(s);
    const struct cfs_thread *other = first ? sched_thread(s, first) : NULL;

    (void)waiting;
    if (!other || other->vt.v - ct->vt.v > granularity(q, ct))
        return false;
    q->skip = ct;
    return true;
}

/* Source: Linux 6.1, kernel/sched/fair.c, check_preempt_wakeup(): only what has just come. */
static bool cfs_preempts(struct sched *s, const struct thread *t, const struct thread *running)
{
    struct cfs *q = s->state;
    const struct cfs_thread *ct = sched_thread_const(s, t);
    const struct cfs_thread *other = sched_thread_const(s, running);

    if (sched_running(t) || ct->came != sched_now(s))
        return false;
    if ((other->sched_class == CLASS_IDLE) != (ct->sched_class == CLASS_IDLE))
        return other->sched_class == CLASS_IDLE;
    if (ct->sched_class == CLASS_BATCH || ct->sched_class == CLASS_IDLE)
        return false;
    advance(q);
    return other->vt.v - ct->vt.v > granularity(q, ct);
}

static void cfs_renew(struct sched *s, struct thread *t)
{
    struct cfs *q = s->state;
    struct cfs_thread *ct = sched_thread(s, t);

    leave(ct);
    set(s, t, ct);
    join(q, ct);
    begin_slice(q, ct);
}

const struct sched_policy sched_cfs = {
    .name = "cfs",
    .help = "Linux before 6.6: the task with the least virtual time, which goes the slower the "
            "more its nice gives it",
    .source =
        "Source: Linux 6.1, kernel/sched/fair.c; differs: an exact clock instead of ticks, "
        "no groups, no buddies but the one of yield",
    .params = cfs_params,
    .params_size = sizeof(struct cfs_params),
    .state_size = sizeof(struct cfs),
    .thread_size = sizeof(struct cfs_thread),
    .init = cfs_init,
    .enqueue = cfs_enqueue,
    .pick = cfs_pick,
    .dequeue = cfs_dequeue,
    .first = cfs_first,
    .last = cfs_last,
    .charge = cfs_charge,
    .start = cfs_start,
    .stop = cfs_stop,
    .slice = cfs_slice,
    .slices_anew = true,
    .expires = cfs_expires,
    .yields = cfs_yields,
    .preempts = cfs_preempts,
    .renew = cfs_renew,
};
