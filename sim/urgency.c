#include "sim/urgency.h"

#include <stdlib.h>
#include <string.h>

enum { CHAIN_MAX = 64 }; /* of holders that wait for holders */

/* A task's name outlives it where somebody still refers to it. */
struct who {
    uint32_t refs;
    int32_t spec;
    uint64_t copy;
    char *name;          /* of a spawned task; NULL: by spec and copy */
    sim_time lent_until; /* it had more than its own priority; SIM_NEVER: it has; -1: never */
};

/* Of one class: the cores it may use that run tasks of one level, and how long there was one. */
struct meter {
    sim_time total, since;
    int32_t cores;
    struct who *last, *other; /* the last two different ones */
    sim_time last_at, other_at;
};

/* Tasks of the same priority that may use the same cores. */
struct class
{
    int32_t level;
    const uint64_t *affinity; /* NULL: all cores */
    struct meter *levels;     /* of those below */
    struct meter below;       /* of all of them together */
    uint64_t starts;          /* of less urgent tasks on its cores */
};

enum waiting { WAITS_NOT, WAITS_READY, WAITS_LOCKED };

struct task_state {
    struct who *who; /* NULL: gone */
    enum waiting waiting;
    sim_time from, below; /* since when, and the class's clock then */
    uint64_t starts;
    sim_time *levels; /* the clocks of the levels below then */
    int32_t lock;
    int32_t holder_slot; /* -1: nobody */
    struct who *holder;
};

struct urgency_state {
    int64_t *priorities; /* of the levels, ascending */
    int32_t nlevels;
    struct class *classes;
    int32_t nclasses;
    int32_t *class_of; /* of each spec */
    struct task_state *tasks;
    size_t ntasks;
    int32_t *cores;   /* the slot that runs on each; -1: none */
    int32_t *holders; /* of sync objects: slot; -1: nobody */
    size_t nholders;
};

/* ---- names ------------------------------------------------------------------------------- */

static struct who *who_keep(struct who *who)
{
    if (who)
        who->refs++;
    return who;
}

static void who_drop(struct who *who)
{
    if (!who || --who->refs > 0)
        return;
    free(who->name);
    free(who);
}

static char *who_name(const struct urgency *u, const struct who *who)
{
    char buf[TASK_NAME_SIZE];

    if (!who)
        return NULL;
    return sim_strdup(who->name ? who->name
                                : task_name(&u->sc->tasks[who->spec], who->copy, buf));
}

/* ---- levels and classes -------------------------------------------------------------------- */

static int compare_priorities(const void *a, const void *b)
{
    int64_t p = *(const int64_t *)a, q = *(const int64_t *)b;

    return (p > q) - (p < q);
}

static void find_levels(struct urgency_state *st, const struct scenario *sc)
{
    size_t n = (size_t)sc->ntasks + (size_t)sc->nhelpers;

    st->priorities = sim_calloc(n + 1, sizeof(*st->priorities));
    for (int32_t i = 0; i < sc->ntasks + sc->nhelpers; i++)
        st->priorities[i] = sc->tasks[i].priority;
    qsort(st->priorities, n, sizeof(*st->priorities), compare_priorities);
    for (int32_t i = 0; i < sc->ntasks + sc->nhelpers; i++)
        if (i == 0 || st->priorities[i] != st->priorities[st->nlevels - 1])
            st->priorities[st->nlevels++] = st->priorities[i];
}

static int32_t level_of(const struct urgency_state *st, int64_t priority)
{
    int32_t level = 0;

    while (st->priorities[level] != priority)
        level++;
    return level;
}

static bool same_cores(const struct scenario *sc, const uint64_t *a, const uint64_t *b)
{
    if (!a || !b)
        return a == b;
    return memcmp(a, b, ((size_t)sc->machine.ncores + 63) / 64 * sizeof(*a)) == 0;
}

/* -1: there are too many. */
static int32_t find_class(struct urgency_state *st, const struct scenario *sc,
                          const struct task_spec *spec)
{
    int32_t level = level_of(st, spec->priority);
    struct class *c;

    for (int32_t i = 0; i < st->nclasses; i++)
        if (st->classes[i].level == level &&
            same_cores(sc, st->classes[i].affinity, spec->affinity))
            return i;
    if (st->nclasses == URGENCY_CLASSES)
        return -1;
    c = &st->classes[st->nclasses];
    c->level = level;
    c->affinity = spec->affinity;
    c->levels = sim_calloc((size_t)level + 1, sizeof(*c->levels));
    return st->nclasses++;
}

static bool find_classes(struct urgency_state *st, const struct scenario *sc)
{
    st->classes = sim_calloc(URGENCY_CLASSES, sizeof(*st->classes));
    st->class_of = sim_calloc((size_t)(sc->ntasks + sc->nhelpers) + 1, sizeof(*st->class_of));
    for (int32_t i = 0; i < sc->ntasks + sc->nhelpers && st->nlevels <= URGENCY_CLASSES; i++) {
        st->class_of[i] = find_class(st, sc, &sc->tasks[i]);
        if (st->class_of[i] < 0)
            return false;
    }
    return st->nlevels <= URGENCY_CLASSES;
}

static struct class *class_of(const struct urgency_state *st, const struct task_state *t)
{
    return &st->classes[st->class_of[t->who->spec]];
}

static bool may_use(const struct class *c, int32_t core)
{
    return affinity_has(c->affinity, core);
}

/* ---- clocks -------------------------------------------------------------------------------- */

static sim_time meter_now(const struct meter *m, sim_time now)
{
    return m->total + (m->cores > 0 ? now - m->since : 0);
}

static void meter_add(struct meter *m, sim_time now, int32_t cores)
{
    m->total = meter_now(m, now);
    m->since = now;
    m->cores += cores;
    sim_assert(m->cores >= 0);
}

static void meter_name(struct meter *m, struct who *who, sim_time now)
{
    if (m->last != who) {
        who_drop(m->other);
        m->other = m->last;
        m->other_at = m->last_at;
        m->last = who_keep(who);
    }
    m->last_at = now;
}

/* A core begins (1) or ceases (-1) to run `t`. */
static void core_runs(struct urgency_state *st, int32_t core, const struct task_state *t,
                      sim_time now, int32_t change)
{
    int32_t level = class_of(st, t)->level;

    for (int32_t i = 0; i < st->nclasses; i++) {
        struct class *c = &st->classes[i];

        if (c->level <= level || !may_use(c, core))
            continue;
        meter_add(&c->below, now, change);
        meter_add(&c->levels[level], now, change);
        meter_name(&c->levels[level], t->who, now);
        c->starts += change > 0;
    }
}

/* ---- waiting --------------------------------------------------------------------------------- */

static void wait_begin(struct urgency_state *st, struct task_state *t, enum waiting what,
                       sim_time now)
{
    const struct class *c = class_of(st, t);

    t->waiting = what;
    t->from = now;
    t->below = meter_now(&c->below, now);
    t->starts = c->starts;
    if (!t->levels)
        t->levels = sim_calloc((size_t)c->level + 1, sizeof(*t->levels));
    for (int32_t l = 0; l < c->level; l++)
        t->levels[l] = meter_now(&c->levels[l], now);
}

/* One of the level that ran since `from`, other than the holder where there is another. */
static struct who *ran_there(const struct meter *m, const struct who *holder, sim_time from)
{
    if (m->last != holder)
        return m->last;
    return m->other && m->other_at >= from ? m->other : NULL;
}

/* Of the levels below the one that ran longest, and one of its tasks; the holder only where
 * nobody else ran. */
static struct who *who_ran(const struct class *c, const struct task_state *t, sim_time now)
{
    struct who *ran = t->holder;
    sim_time longest = 0;

    for (int32_t l = 0; l < c->level; l++) {
        sim_time time = meter_now(&c->levels[l], now) - t->levels[l];
        struct who *who = time > longest ? ran_there(&c->levels[l], t->holder, t->from) : NULL;

        if (who) {
            ran = who;
            longest = time;
        }
    }
    return ran;
}

static void wait_end(struct urgency *u, struct task_state *t, sim_time now)
{
    const struct class *c = class_of(u->state, t);
    struct long_wait *w = t->waiting == WAITS_LOCKED ? &u->inversion : &u->starvation;
    sim_time time = meter_now(&c->below, now) - t->below;
    const struct who *ran;

    if (t->waiting != WAITS_NOT && time > w->time) {
        free(w->task);
        free(w->ran);
        free(w->holder);
        w->task = who_name(u, t->who);
        w->from = t->from;
        w->time = time;
        ran = who_ran(c, t, now);
        w->ran = who_name(u, ran);
        w->lock = t->lock;
        w->holder = who_name(u, t->holder);
        w->why = ran && ran->lent_until >= t->from ? STARVED_LENT
                 : c->starts > t->starts           ? STARVED_PASSED_OVER
                                                   : STARVED_NOT_PREEMPTED;
    }
    who_drop(t->holder);
    t->holder = NULL;
    t->holder_slot = -1;
    t->waiting = WAITS_NOT;
}

/* ---- locks ----------------------------------------------------------------------------------- */

static int32_t *holder_of(struct urgency_state *st, int32_t object)
{
    if ((size_t)object >= st->nholders) {
        size_t n = 2 * (size_t)object + 16;

        st->holders = sim_realloc(st->holders, n * sizeof(*st->holders));
        for (size_t i = st->nholders; i < n; i++)
            st->holders[i] = -1;
        st->nholders = n;
    }
    return &st->holders[object];
}

/* Does the way from `slot` through those that it waits for lead to one less urgent? */
static bool leads_down(const struct urgency_state *st, int32_t slot, int32_t level)
{
    for (int i = 0; i < CHAIN_MAX && slot >= 0; i++) {
        const struct task_state *t = &st->tasks[slot];

        if (!t->who)
            return false;
        if (class_of(st, t)->level < level)
            return true;
        slot = t->waiting == WAITS_LOCKED ? t->holder_slot : -1;
    }
    return false;
}

static void blocked(struct urgency *u, struct task_state *t, const struct trace_rec *rec)
{
    struct urgency_state *st = u->state;
    int32_t holder;

    if (rec->arg != BLOCK_SYNC || rec->place < 0)
        return;
    holder = *holder_of(st, rec->place);
    if (!leads_down(st, holder, class_of(st, t)->level))
        return;
    wait_begin(st, t, WAITS_LOCKED, rec->at);
    t->lock = rec->place;
    t->holder_slot = holder;
    t->holder = who_keep(st->tasks[holder].who);
}

/* ---- the sink -------------------------------------------------------------------------------- */

static struct task_state *task_of(struct urgency_state *st, int32_t slot)
{
    sim_assert(slot >= 0);
    st->tasks = array_reach(st->tasks, &st->ntasks, (size_t)slot, sizeof(*st->tasks));
    return &st->tasks[slot];
}

static void arrived(struct task_state *t, const struct trace_rec *rec)
{
    memset(t, 0, sizeof(*t));
    t->who = sim_calloc(1, sizeof(*t->who));
    t->who->refs = 1;
    t->who->spec = (int32_t)rec->arg;
    t->who->copy = (uint64_t)rec->extra;
    t->who->name = rec->text ? sim_strdup(rec->text) : NULL;
    t->who->lent_until = -1;
    t->holder_slot = -1;
}

/* A lock lends, or takes back what it has lent. */
static void prioritized(struct urgency *u, struct task_state *t, const struct trace_rec *rec)
{
    if (rec->arg > u->sc->tasks[t->who->spec].priority)
        t->who->lent_until = SIM_NEVER;
    else if (t->who->lent_until == SIM_NEVER)
        t->who->lent_until = rec->at;
}

static void gone(struct task_state *t)
{
    who_drop(t->who);
    who_drop(t->holder);
    free(t->levels);
    memset(t, 0, sizeof(*t));
}

static void stopped(struct urgency_state *st, int32_t core, sim_time now)
{
    if (st->cores[core] >= 0)
        core_runs(st, core, &st->tasks[st->cores[core]], now, -1);
    st->cores[core] = -1;
}

static void record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct urgency *u = container_of(sink, struct urgency, sink);
    struct urgency_state *st = u->state;
    struct task_state *t = task_of(st, rec->task);

    switch ((enum trace_kind)rec->kind) {
    case TR_ARRIVE:
        arrived(t, rec);
        break;
    case TR_READY:
        if (t->waiting == WAITS_READY || rec->arg == READY_LOOP)
            break; /* it goes on waiting, elsewhere; or its turn on its loop has not come */
        wait_end(u, t, rec->at);
        wait_begin(st, t, WAITS_READY, rec->at);
        break;
    case TR_RUN:
        wait_end(u, t, rec->at);
        stopped(st, rec->place, rec->at);
        st->cores[rec->place] = rec->task;
        core_runs(st, rec->place, t, rec->at, 1);
        break;
    case TR_STOP:
        stopped(st, rec->place, rec->at);
        break;
    case TR_BLOCK:
        blocked(u, t, rec);
        break;
    case TR_PRIORITY:
        prioritized(u, t, rec);
        break;
    case TR_ACQUIRE:
        if (rec->arg < HOLD_ORDER)
            *holder_of(st, rec->place) = rec->task;
        break;
    case TR_RELEASE:
        if (rec->arg < HOLD_ORDER && *holder_of(st, rec->place) == rec->task)
            *holder_of(st, rec->place) = -1;
        break;
    default:
        gone(t);
        break;
    }
}

static void finish(struct trace_sink *sink, sim_time end)
{
    struct urgency *u = container_of(sink, struct urgency, sink);

    for (size_t i = 0; i < u->state->ntasks; i++)
        if (u->state->tasks[i].who)
            wait_end(u, &u->state->tasks[i], end);
}

const char *starved_why_name(enum starved_why why)
{
    static const char *const names[] = {
#define X(why, name) name,
        STARVED_WHYS(X)
#undef X
    };

    sim_assert((size_t)why < ARRAY_LEN(names));
    return names[why];
}

static bool priorities_differ(const struct scenario *sc)
{
    for (int32_t i = 1; i < sc->ntasks; i++)
        if (sc->tasks[i].priority != sc->tasks[0].priority)
            return true;
    return false;
}

struct urgency *urgency_new(const struct scenario *sc)
{
    struct urgency *u;

    if (!priorities_differ(sc))
        return NULL;
    u = sim_calloc(1, sizeof(*u));
    u->sink.kinds = TRACE_BIT(ARRIVE) | TRACE_BIT(READY) | TRACE_BIT(RUN) | TRACE_BIT(STOP) |
                    TRACE_BIT(BLOCK) | TRACE_BIT(DONE) | TRACE_BIT(ACQUIRE) |
                    TRACE_BIT(RELEASE) | TRACE_BIT(PRIORITY);
    u->sink.record = record;
    u->sink.finish = finish;
    u->sc = sc;
    u->state = sim_calloc(1, sizeof(*u->state));
    find_levels(u->state, sc);
    u->state->cores = sim_calloc((size_t)sc->machine.ncores, sizeof(*u->state->cores));
    for (int32_t i = 0; i < sc->machine.ncores; i++)
        u->state->cores[i] = -1;
    if (find_classes(u->state, sc))
        return u;
    urgency_free(u);
    return NULL;
}

static void free_classes(struct urgency_state *st)
{
    for (int32_t i = 0; i < st->nclasses; i++) {
        for (int32_t l = 0; l < st->classes[i].level; l++) {
            who_drop(st->classes[i].levels[l].last);
            who_drop(st->classes[i].levels[l].other);
        }
        free(st->classes[i].levels);
    }
    free(st->classes);
    free(st->class_of);
}

static void free_wait(struct long_wait *w)
{
    free(w->task);
    free(w->ran);
    free(w->holder);
}

void urgency_free(struct urgency *u)
{
    if (!u)
        return;
    for (size_t i = 0; i < u->state->ntasks; i++)
        gone(&u->state->tasks[i]);
    free_classes(u->state);
    free_wait(&u->starvation);
    free_wait(&u->inversion);
    free(u->state->tasks);
    free(u->state->cores);
    free(u->state->holders);
    free(u->state->priorities);
    free(u->state);
    free(u);
}
