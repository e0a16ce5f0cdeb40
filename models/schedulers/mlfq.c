/* mlfq.c - multi-level feedback queue.
 *
 *  1. The highest level with a ready thread runs; what becomes ready above preempts.
 *  2. Within a level: round robin, by the level's quantum.
 *  3. A new task starts on the highest level.
 *  4. When a thread has used its allotment of slices on a level, however often it waited
 *     meanwhile, it goes one level down.
 *  5. Each `boost`, every thread goes to the highest level, with a fresh slice and allotment:
 *     those that are ready behind the ones already there, the lowest level first.
 *
 * What is preempted goes on with the rest of its slice, from where it stood in its level: only
 * what has been put in front since (io_bump) stands before it.  Slices end at boosts, so that
 * what runs is requeued with the rest.  Threads learn of boosts when they are next looked at:
 * each keeps the number of the last boost that it knows of. */
#include "models/schedulers/sched.h"

enum { LEVELS_MAX = 64 };
enum demote { DEMOTE_ALWAYS, DEMOTE_IF_WAITING };

struct mlfq_params {
    int64_t levels;
    struct param_list quanta, allotments; /* one, or one a level from the highest down */
    sim_time boost;                       /* 0: none */
    bool io_bump, stay;
    int32_t demote;
};

struct mlfq_thread {
    struct list link;
    sim_time left;    /* of its slice */
    int64_t slices;   /* left of its allotment, the one in progress included */
    int64_t boosts;   /* the last that it knows of */
    int64_t bump;     /* which one put it in front; 0: none */
    int64_t seen;     /* bumps there were when it got its core */
    int32_t level;    /* 0: the highest */
    bool keeps_place; /* a boost, not its slice, takes it off its core */
};

struct mlfq {
    struct list levels[LEVELS_MAX];
    sim_time next;  /* boost, for which the alarm is set; SIM_NEVER: nothing happens */
    int64_t boosts; /* the number of the last */
    int64_t bumps;
    uint32_t active; /* threads, ready or on a core */
    bool stirred;    /* since the last boost */
};

static const struct mlfq_params *params_of(const struct sched *s)
{
    return s->params;
}

static int64_t value_at(const struct param_list *list, int32_t level)
{
    return list->values[list->array ? level : 0];
}

static void refill(const struct sched *s, struct mlfq_thread *mt)
{
    mt->left = value_at(&params_of(s)->quanta, mt->level);
    mt->slices = value_at(&params_of(s)->allotments, mt->level);
}

static void begin(const struct sched *s, struct mlfq_thread *mt)
{
    const struct mlfq *q = s->state;

    mt->level = 0;
    mt->boosts = q->boosts;
    refill(s, mt);
}

/* ---- boosts ------------------------------------------------------------------------------ */

/* A boost that it has not heard of has put it on the highest level. */
static bool is_boosted(const struct sched *s, const struct mlfq_thread *mt)
{
    const struct mlfq *q = s->state;

    return mt->boosts < q->boosts;
}

static int32_t level_of(const struct sched *s, const struct mlfq_thread *mt)
{
    return is_boosted(s, mt) ? 0 : mt->level;
}

/* What a boost moved stands where that put it. */
static int64_t bump_of(const struct sched *s, const struct mlfq_thread *mt)
{
    return mt->level > 0 && is_boosted(s, mt) ? 0 : mt->bump;
}

static void refresh(const struct sched *s, struct mlfq_thread *mt)
{
    if (!is_boosted(s, mt))
        return;
    mt->bump = bump_of(s, mt);
    begin(s, mt);
}

/* Something happens in this queue.  Boosts go on while it does: where nothing has happened
 * since the last one, the next would change nothing. */
static void stir(struct sched *s)
{
    struct mlfq *q = s->state;
    sim_time period = params_of(s)->boost;

    q->stirred = true;
    if (period == 0 || q->next != SIM_NEVER)
        return;
    q->boosts = sched_now(s) / period;
    q->next = time_add(sched_now(s) - sched_now(s) % period, period);
    sched_alarm(s, q->next);
}

static void come(struct sched *s)
{
    struct mlfq *q = s->state;

    q->active++;
    stir(s);
}

static void rest(struct sched *s)
{
    struct mlfq *q = s->state;

    q->next = SIM_NEVER;
    sched_alarm(s, SIM_NEVER);
}

static void go(struct sched *s)
{
    struct mlfq *q = s->state;

    if (--q->active == 0 && q->next != SIM_NEVER)
        rest(s);
}

static void append(struct list *to, struct list *from)
{
    struct list *first = from->next, *last = from->prev;

    if (list_empty(from))
        return;
    first->prev = to->prev;
    to->prev->next = first;
    last->next = to;
    to->prev = last;
    list_init(from);
}

static void mlfq_alarm(struct sched *s)
{
    struct mlfq *q = s->state;
    sim_time period = params_of(s)->boost;

    for (int64_t level = params_of(s)->levels - 1; level > 0; level--)
        append(&q->levels[0], &q->levels[level]);
    q->boosts = sched_now(s) / period;
    if (!q->stirred) {
        rest(s);
        return;
    }
    q->stirred = false;
    q->next = time_add(sched_now(s), period);
    sched_alarm(s, q->next);
}

/* ---- the queues --------------------------------------------------------------------------- */

static void mlfq_init(struct sched *s)
{
    struct mlfq *q = s->state;

    for (size_t i = 0; i < LEVELS_MAX; i++)
        list_init(&q->levels[i]);
    q->next = SIM_NEVER;
}

static struct mlfq_thread *of_link(struct list *link)
{
    return container_of(link, struct mlfq_thread, link);
}

/* Behind what was put in front since it got its core, and before the rest. */
static void put_back(struct sched *s, struct list *level, struct mlfq_thread *mt)
{
    struct list *at = level->next;

    while (at != level && bump_of(s, of_link(at)) > mt->seen)
        at = at->next;
    list_insert_before(at, &mt->link);
}

static void mlfq_enqueue(struct sched *s, struct thread *t, enum ready_why why)
{
    struct mlfq *q = s->state;
    struct mlfq_thread *mt = sched_thread(s, t);
    struct list *level;

    come(s);
    if (why == READY_NEW)
        begin(s, mt);
    refresh(s, mt);
    level = &q->levels[mt->level];
    mt->bump = why == READY_WOKEN && params_of(s)->io_bump ? ++q->bumps : 0;
    if (why == READY_PREEMPTED || mt->keeps_place)
        put_back(s, level, mt);
    else if (mt->bump > 0)
        list_push_front(level, &mt->link);
    else
        list_push_back(level, &mt->link);
    mt->keeps_place = false;
}

static void mlfq_dequeue(struct sched *s, struct thread *t)
{
    struct mlfq_thread *mt = sched_thread(s, t);

    list_remove(&mt->link);
    go(s);
}

static struct thread *mlfq_first(struct sched *s)
{
    struct mlfq *q = s->state;

    for (int64_t i = 0; i < params_of(s)->levels; i++)
        for (struct list *l = q->levels[i].next; l != &q->levels[i]; l = l->next) {
            struct thread *t = sched_thread_of(s, of_link(l));

            if (sched_may_run(s, t))
                return t;
        }
    return NULL;
}

static struct thread *mlfq_last(struct sched *s)
{
    struct mlfq *q = s->state;

    for (int64_t i = params_of(s)->levels - 1; i >= 0; i--)
        for (struct list *l = q->levels[i].prev; l != &q->levels[i]; l = l->prev) {
            struct thread *t = sched_thread_of(s, of_link(l));

            if (sched_may_run(s, t))
                return t;
        }
    return NULL;
}

static struct thread *mlfq_pick(struct sched *s)
{
    struct mlfq *q = s->state;
    struct thread *t = mlfq_first(s);

    if (t) {
        struct mlfq_thread *mt = sched_thread(s, t);

        list_remove(&mt->link);
        q->active--; /* start() follows */
    }
    return t;
}

/* ---- on the core ------------------------------------------------------------------------------ */

static void mlfq_start(struct sched *s, struct thread *t)
{
    struct mlfq *q = s->state;
    struct mlfq_thread *mt = sched_thread(s, t);

    come(s);
    refresh(s, mt);
    mt->seen = q->bumps;
}

/* A slice is used up. */
static void spend(struct sched *s, struct mlfq_thread *mt, bool waiting)
{
    const struct mlfq_params *params = s->params;

    if (params->demote == DEMOTE_IF_WAITING && !waiting) {
        refill(s, mt);
        return;
    }
    if (--mt->slices > 0) {
        mt->left = value_at(&params->quanta, mt->level);
        return;
    }
    if (mt->level + 1 < params->levels)
        mt->level++;
    refill(s, mt);
}

static void mlfq_charge(struct sched *s, struct thread *t, sim_time ran)
{
    struct mlfq_thread *mt = sched_thread(s, t);

    stir(s);
    if (is_boosted(s, mt)) { /* an interrupt has carried its slice past the boost */
        sim_time since = sched_now(s) % params_of(s)->boost;

        refresh(s, mt);
        ran = ran < since ? ran : since;
    }
    mt->left -= ran < mt->left ? ran : mt->left;
}

/* On its core, at the instant of a boost, and before it. */
static void boost_in_place(struct sched *s, struct mlfq_thread *mt)
{
    struct mlfq *q = s->state;

    begin(s, mt);
    mt->boosts = q->boosts + 1;
}

static sim_time mlfq_slice(struct sched *s, struct thread *t)
{
    const struct mlfq *q = s->state;
    struct mlfq_thread *mt = sched_thread(s, t);
    sim_time now = sched_now(s), next;

    stir(s);
    next = q->next;
    refresh(s, mt);
    if (next <= now) {
        boost_in_place(s, mt);
        next = time_add(next, params_of(s)->boost);
    }
    return mt->left < next - now ? mt->left : next - now;
}

/* It comes before the boost of this instant, if there is one: what stays on its core is
 * boosted there. */
static bool mlfq_expires(struct sched *s, struct thread *t, bool waiting)
{
    struct mlfq *q = s->state;
    struct mlfq_thread *mt = sched_thread(s, t);
    bool over = mt->left == 0;
    struct thread *first;

    if (over) {
        spend(s, mt, waiting);
        mt->seen = q->bumps; /* it stands behind all of its level */
    }
    if (q->next <= sched_now(s)) {
        if (!waiting || (!over && mt->level == 0)) {
            boost_in_place(s, mt);
            return false;
        }
        mt->keeps_place = !over;
        return true;
    }
    first = over && waiting ? mlfq_first(s) : NULL;
    return first && level_of(s, sched_thread(s, first)) <= mt->level;
}

static void mlfq_stop(struct sched *s, struct thread *t, enum stop_why why)
{
    struct mlfq_thread *mt = sched_thread(s, t);
    bool over = mt->left == 0;

    if (why == STOP_BLOCKED) {
        if (params_of(s)->stay)
            refill(s, mt);
        if (over)
            spend(s, mt, s->nready > 0);
    }
    go(s);
}

static void mlfq_renew(struct sched *s, struct thread *t)
{
    begin(s, sched_thread(s, t));
}

static bool mlfq_preempts(struct sched *s, const struct thread *t, const struct thread *running)
{
    const struct mlfq_thread *a = sched_thread_const(s, t), *b = sched_thread_const(s, running);

    if (params_of(s)->demote == DEMOTE_IF_WAITING)
        return false;
    if (level_of(s, a) != level_of(s, b))
        return level_of(s, a) < level_of(s, b);
    return bump_of(s, a) > b->seen;
}

static const char *mlfq_check(const void *data, const char **key)
{
    const struct mlfq_params *params = data;
    const struct {
        const char *key;
        const struct param_list *list;
    } lists[] = {{"quanta", &params->quanta}, {"allotments", &params->allotments}};

    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        *key = lists[i].key;
        if (lists[i].list->array && (int64_t)lists[i].list->n != params->levels)
            return "needs one value, or as many as there are levels";
    }
    return NULL;
}

static const char *const demote_names[] = {"always", "if-waiting", NULL};

static const struct param mlfq_params[] = {
    PARAM(INT, struct mlfq_params, levels, "how many queues", .min = 1, .max = LEVELS_MAX,
          .deflt = "3"),
    PARAM(TIMES, struct mlfq_params, quanta,
          "the slice of each level, from the highest down, or of all", .required = true,
          .min = 1, .max = SIM_TIME_MAX),
    PARAM(INTS, struct mlfq_params, allotments,
          "slices until a task goes one level down, of each level or of all", .min = 1,
          .max = INT64_C(1) << 31, .deflt = "1"),
    PARAM(TIME, struct mlfq_params, boost,
          "each time this passes all tasks go to the highest level; none: never", .min = 1,
          .max = SIM_TIME_MAX),
    PARAM(BOOL, struct mlfq_params, io_bump,
          "a task that comes back from waiting joins the front of its level", .deflt = "false"),
    PARAM(BOOL, struct mlfq_params, stay, "waiting gives a fresh slice and a fresh allotment",
          .deflt = "false"),
    PARAM(ENUM, struct mlfq_params, demote,
          "a task that has used its allotment goes down, or only if another is ready; then "
          "nothing preempts within a slice",
          .choices = demote_names, .deflt = "always"),
    PARAM_END,
};

const struct sched_policy sched_mlfq = {
    .name = "mlfq",
    .help = "levels of round robin; what computes much goes down, a boost brings all up again",
    .source = "Source: Arpaci-Dusseau, Operating Systems: Three Easy Pieces, 8, and its "
              "homework mlfq.py; demote \"if-waiting\": Stallings, Operating Systems, 9.2, "
              "feedback; differs: time is continuous",
    .params = mlfq_params,
    .params_size = sizeof(struct mlfq_params),
    .state_size = sizeof(struct mlfq),
    .thread_size = sizeof(struct mlfq_thread),
    .init = mlfq_init,
    .enqueue = mlfq_enqueue,
    .pick = mlfq_pick,
    .dequeue = mlfq_dequeue,
    .first = mlfq_first,
    .last = mlfq_last,
    .charge = mlfq_charge,
    .start = mlfq_start,
    .stop = mlfq_stop,
    .slice = mlfq_slice,
    .slices_anew = true,
    .expires = mlfq_expires,
    .preempts = mlfq_preempts,
    .renew = mlfq_renew,
    .alarm = mlfq_alarm,
    .check = mlfq_check,
};
