#include "sim/starved.h"

#include <stdlib.h>

enum { SHARE = 10 }; /* of the run: who waits for less is not told */

struct task_now {
    int32_t spec;
    uint64_t copy, serial; /* serial: among all that have arrived, from 1 */
    uint64_t order;        /* of becoming ready, among all */
    char *name;            /* of a spawned task; NULL: by spec and copy */
    sim_time since;
    int32_t queue; /* ready for this core; -1: for any that it may use */
    bool here, ready;
};

struct core_now {
    int32_t slot;    /* who runs, or ran last; -1: nobody */
    uint64_t serial; /* of that task */
    bool endless;    /* its slice */
    sim_time from;
    uint64_t newest; /* who became ready last, of those that have been given it */
};

struct starved_state {
    struct task_now *tasks;
    size_t ntasks;
    struct core_now *cores;
    uint64_t orders, serials;
    sim_time longest;    /* wait that has ended with a core */
    sim_time deadlocked; /* when it was last told; -1: never */
};

static struct task_now *task_of(struct starved_state *st, int32_t slot)
{
    sim_assert(slot >= 0);
    st->tasks = array_reach(st->tasks, &st->ntasks, (size_t)slot, sizeof(*st->tasks));
    return &st->tasks[slot];
}

/* ---- records ----------------------------------------------------------------------------- */

static void arrived(struct starved_state *st, struct task_now *t, const struct trace_rec *rec)
{
    free(t->name);
    *t = (struct task_now){.spec = (int32_t)rec->arg,
                           .copy = (uint64_t)rec->extra,
                           .serial = ++st->serials,
                           .name = rec->text ? sim_strdup(rec->text) : NULL,
                           .here = true};
}

static void becomes_ready(struct starved_state *st, struct task_now *t,
                          const struct trace_rec *rec)
{
    t->queue = rec->place;
    if (t->ready || rec->arg == READY_LOOP)
        return; /* it goes on waiting, elsewhere; or its turn on its loop has not come */
    t->ready = true;
    t->since = rec->at;
    t->order = ++st->orders;
}

static void runs(struct starved_state *st, struct task_now *t, const struct trace_rec *rec)
{
    struct core_now *c = &st->cores[rec->place];

    if (t->ready && rec->at - t->since > st->longest)
        st->longest = rec->at - t->since;
    t->ready = false;
    if (c->serial != t->serial) {
        c->slot = rec->task;
        c->serial = t->serial;
        c->from = rec->at;
    }
    c->endless = rec->extra >= SIM_TIME_MAX;
    c->newest = t->order > c->newest ? t->order : c->newest;
}

/* It might have been another's turn. */
static void renewed(struct starved_state *st, const struct trace_rec *rec)
{
    struct core_now *c = &st->cores[rec->place];

    c->newest = ++st->orders;
    c->endless = rec->extra >= SIM_TIME_MAX;
}

static void record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct starved *s = container_of(sink, struct starved, sink);
    struct starved_state *st = s->state;
    struct task_now *t = task_of(st, rec->task);

    switch ((enum trace_kind)rec->kind) {
    case TR_ARRIVE:
        arrived(st, t, rec);
        break;
    case TR_READY:
        becomes_ready(st, t, rec);
        break;
    case TR_RUN:
        runs(st, t, rec);
        break;
    case TR_RENEW:
        renewed(st, rec);
        break;
    case TR_DEADLOCK:
        st->deadlocked = rec->at;
        break;
    default:
        t->here = t->ready = false;
        break;
    }
}

/* ---- the end ----------------------------------------------------------------------------- */

/* What the cores that a task may use have done. */
struct view {
    uint64_t newest;
    sim_time kept; /* all of them, by one each with an endless slice, from then on */
    int32_t slot;  /* who has one of them, the longest; -1: nobody */
};

static bool may_use(const struct starved *s, const struct task_now *t, int32_t core)
{
    if (t->queue >= 0)
        return core == t->queue;
    return affinity_has(s->sc->tasks[t->spec].affinity, core);
}

/* He who runs there, or ran last, is still the same. */
static bool has_runner(const struct starved_state *st, const struct core_now *c)
{
    return c->slot >= 0 && st->tasks[c->slot].here && st->tasks[c->slot].serial == c->serial;
}

static struct view look(const struct starved *s, const struct task_now *t)
{
    const struct starved_state *st = s->state;
    struct view v = {0, 0, -1};

    for (int32_t i = 0; i < s->sc->machine.ncores; i++) {
        const struct core_now *c = &st->cores[i];

        if (!may_use(s, t, i))
            continue;
        if (c->newest > v.newest)
            v.newest = c->newest;
        if (!has_runner(st, c) || !c->endless)
            v.kept = SIM_NEVER;
        else if (c->from > v.kept)
            v.kept = c->from;
        if (has_runner(st, c) && (v.slot < 0 || c->from < st->cores[v.slot].from))
            v.slot = i;
    }
    if (v.slot >= 0)
        v.slot = st->cores[v.slot].slot;
    return v;
}

static char *name_of(const struct starved *s, const struct task_now *t)
{
    char buf[TASK_NAME_SIZE];

    return sim_strdup(t->name ? t->name : task_name(&s->sc->tasks[t->spec], t->copy, buf));
}

/* By the order in which they became ready. */
static int compare_orders(const void *a, const void *b)
{
    const struct task_now *p = *(struct task_now *const *)a, *q = *(struct task_now *const *)b;

    return (p->order > q->order) - (p->order < q->order);
}

static void tell(struct starved *s, const struct task_now *t, const struct view *v,
                 sim_time end)
{
    if (s->total++ >= STARVED_MAX)
        return;
    s->list = sim_realloc(s->list, (s->n + 1) * sizeof(*s->list));
    s->list[s->n++] =
        (struct starving){.task = name_of(s, t),
                          .ran = v->slot >= 0 ? name_of(s, &s->state->tasks[v->slot]) : NULL,
                          .since = t->since,
                          .time = end - t->since,
                          .passed_over = v->newest > t->order};
}

/* Those that have been ready since `latest`; the caller frees the list. */
static struct task_now **long_ready(struct starved_state *st, sim_time latest, size_t *n)
{
    struct task_now **ready = sim_malloc((st->ntasks + 1) * sizeof(struct task_now *));

    *n = 0;
    for (size_t i = 0; i < st->ntasks; i++)
        if (st->tasks[i].ready && st->tasks[i].since <= latest)
            ready[(*n)++] = &st->tasks[i];
    qsort(ready, *n, sizeof(struct task_now *), compare_orders);
    return ready;
}

static void finish(struct trace_sink *sink, sim_time end)
{
    struct starved *s = container_of(sink, struct starved, sink);
    struct starved_state *st = s->state;
    bool for_ever = st->deadlocked == end && end < s->sc->until;
    sim_time latest = for_ever ? end : end - (end + SHARE - 1) / SHARE;
    sim_time usual = for_ever ? -1 : st->longest;
    struct view anywhere = {0};
    bool looked = false;
    size_t n;
    struct task_now **ready = long_ready(st, latest, &n);

    for (size_t i = 0; i < n; i++) {
        const struct task_now *t = ready[i];
        bool any = t->queue < 0 && !s->sc->tasks[t->spec].affinity;
        struct view v = any && looked ? anywhere : look(s, t);

        if (any)
            anywhere = v;
        looked = looked || any;
        if ((v.newest > t->order && end - t->since > usual) || v.kept <= latest)
            tell(s, t, &v, end);
    }
    free(ready);
}

static bool may_leave_some(const struct scenario *sc)
{
    return sc->until < SIM_NEVER || sc->nsyncs > 0;
}

struct starved *starved_new(const struct scenario *sc)
{
    struct starved *s;

    if (!may_leave_some(sc))
        return NULL;
    s = sim_calloc(1, sizeof(*s));
    s->sink.kinds = TRACE_BIT(ARRIVE) | TRACE_BIT(READY) | TRACE_BIT(RUN) | TRACE_BIT(RENEW) |
                    TRACE_BIT(DONE) | TRACE_BIT(DEADLOCK);
    s->sink.record = record;
    s->sink.finish = finish;
    s->sc = sc;
    s->state = sim_calloc(1, sizeof(*s->state));
    s->state->deadlocked = -1;
    s->state->cores = sim_calloc((size_t)sc->machine.ncores, sizeof(*s->state->cores));
    for (int32_t i = 0; i < sc->machine.ncores; i++)
        s->state->cores[i].slot = -1;
    return s;
}

void starved_free(struct starved *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->state->ntasks; i++)
        free(s->state->tasks[i].name);
    for (size_t i = 0; i < s->n; i++) {
        free(s->list[i].task);
        free(s->list[i].ran);
    }
    free(s->list);
    free(s->state->tasks);
    free(s->state->cores);
    free(s->state);
    free(s);
}
