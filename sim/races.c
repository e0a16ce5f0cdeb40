#include "sim/races.h"

#include <stdlib.h>
#include <string.h>

/* How far each lane is known to have come; those beyond `n` not at all. */
struct clock {
    uint64_t *at;
    uint32_t n;
};

/* A component of the vector clocks: of a live task that has touched a shared variable, or of
 * an ended one of which accesses are kept. */
struct lane {
    uint64_t now;
    uint32_t kept; /* accesses */
    bool live;
    int32_t spec;
    uint64_t copy;
    char *name; /* of a spawned task; NULL: by spec and copy */
};

struct access {
    uint64_t clock;
    sim_time at;
    uint32_t lane, place;
    uint8_t how;
};

struct shadow { /* of one variable */
    struct access list[SHADOW_MAX];
    uint32_t n;
    struct clock atomics; /* what its atomic writes publish */
};

/* A sync object: what its owners have published, and those who posted, sent or arrived; what
 * its readers have; what receivers have. */
struct object {
    struct clock sole, shared, back;
};

/* The children of one parent and one name. */
struct family {
    struct family *next;
    int64_t number;
    uint32_t live;
    bool orphaned;
    struct clock ended;
};

struct task_state {
    struct clock clock;
    int32_t lane; /* -1: none yet */
    int32_t spec;
    uint64_t copy;
    char *name;
    struct family *families, *of;
};

struct spec_state {
    bool followed;         /* another task is `after` it */
    struct clock ended;    /* of its tasks, where followed */
    struct clock *clients; /* of each client's last request */
};

/* What has been posted to a port, in order. */
struct letter {
    struct letter *next;
    struct clock clock;
};

struct port_state {
    struct letter *first, *last;
};

struct races_state {
    struct task_state *tasks; /* by slot */
    size_t ntasks;
    struct lane *lanes;
    uint32_t nlanes, nfree;
    uint32_t free[LANES_MAX];
    struct shadow **shadows; /* of each variable; NULL: not touched yet */
    struct object *objects;
    size_t nobjects;
    struct port_state *ports; /* by number */
    size_t nports;
    struct spec_state *specs;
};

/* ---- clocks ------------------------------------------------------------------------------ */

static void clock_room(struct clock *c, uint32_t n)
{
    if (n <= c->n)
        return;
    c->at = sim_realloc(c->at, n * sizeof(*c->at));
    memset(c->at + c->n, 0, (n - c->n) * sizeof(*c->at));
    c->n = n;
}

static void clock_join(struct clock *to, const struct clock *from)
{
    clock_room(to, from->n);
    for (uint32_t i = 0; i < from->n; i++)
        if (from->at[i] > to->at[i])
            to->at[i] = from->at[i];
}

static void clock_release(struct clock *c)
{
    free(c->at);
    *c = (struct clock){NULL, 0};
}

/* What `t` knows goes into `to`; what it does from now on is not in there. */
static void publish(struct races *r, struct task_state *t, struct clock *to)
{
    clock_join(to, &t->clock);
    if (t->lane >= 0)
        t->clock.at[t->lane] = ++r->state->lanes[t->lane].now;
}

/* ---- lanes ------------------------------------------------------------------------------- */

static void lane_give(struct races_state *st, uint32_t lane)
{
    struct lane *l = &st->lanes[lane];

    if (l->live || l->kept > 0)
        return;
    free(l->name);
    l->name = NULL;
    st->free[st->nfree++] = lane;
}

/* Forgets all accesses of one ended task. */
static void lane_evict(struct races *r)
{
    struct races_state *st = r->state;
    uint32_t lane = 0;

    while (lane < st->nlanes && st->lanes[lane].live)
        lane++;
    if (lane == st->nlanes)
        return;
    for (uint32_t v = 0; v < r->sc->nvars && st->lanes[lane].kept > 0; v++) {
        struct shadow *s = st->shadows[v];
        uint32_t n = 0;

        for (uint32_t i = 0; s && i < s->n; i++)
            if (s->list[i].lane != lane)
                s->list[n++] = s->list[i];
        if (s) {
            st->lanes[lane].kept -= s->n - n;
            s->n = n;
        }
    }
    lane_give(st, lane);
}

/* The lane of a task that touches a shared variable; false: there is none left.  A lane taken
 * over goes on counting, so what others know of its last owner says nothing of this one. */
static bool lane_take(struct races *r, struct task_state *t)
{
    struct races_state *st = r->state;
    struct lane *l;

    if (t->lane >= 0)
        return true;
    if (st->nfree == 0 && st->nlanes == LANES_MAX)
        lane_evict(r);
    if (st->nfree > 0) {
        t->lane = (int32_t)st->free[--st->nfree];
    } else {
        if (st->nlanes == LANES_MAX)
            return false;
        st->lanes = sim_realloc(st->lanes, (st->nlanes + 1) * sizeof(*st->lanes));
        memset(&st->lanes[st->nlanes], 0, sizeof(*st->lanes));
        t->lane = (int32_t)st->nlanes++;
    }
    l = &st->lanes[t->lane];
    l->live = true;
    l->spec = t->spec;
    l->copy = t->copy;
    l->name = t->name;
    t->name = NULL;
    clock_room(&t->clock, (uint32_t)t->lane + 1);
    t->clock.at[t->lane] = ++l->now;
    return true;
}

/* ---- accesses ---------------------------------------------------------------------------- */

#define HOW(how) (1U << ACCESS_##how)

/* What each kind of access is in conflict with. */
static const unsigned conflicts[ACCESS_COUNT] = {
    [ACCESS_READ] = HOW(WRITE) | HOW(ATOMIC_WRITE),
    [ACCESS_WRITE] = HOW(READ) | HOW(WRITE) | HOW(ATOMIC_READ) | HOW(ATOMIC_WRITE),
    [ACCESS_ATOMIC_READ] = HOW(WRITE),
    [ACCESS_ATOMIC_WRITE] = HOW(READ) | HOW(WRITE),
};

static void fill_side(const struct races *r, struct race_side *side, const struct access *a)
{
    const struct lane *l = &r->state->lanes[a->lane];
    char buf[TASK_NAME_SIZE];

    side->task =
        sim_strdup(l->name ? l->name : task_name(&r->sc->tasks[l->spec], l->copy, buf));
    side->at = a->at;
    side->place = a->place;
    side->how = (enum access_how)a->how;
}

static void found(struct races *r, int32_t var, const struct access *first,
                  const struct access *second)
{
    struct race *race;

    for (size_t i = 0; i < r->n; i++) {
        uint32_t a = r->list[i].first.place, b = r->list[i].second.place;

        if (r->list[i].var == var && ((a == first->place && b == second->place) ||
                                      (b == first->place && a == second->place)))
            return;
    }
    if (r->n == RACES_MAX)
        return;
    r->list = sim_realloc(r->list, (r->n + 1) * sizeof(*r->list));
    race = &r->list[r->n++];
    race->var = var;
    fill_side(r, &race->first, first);
    fill_side(r, &race->second, second);
}

static void forget(struct races_state *st, uint32_t lane)
{
    st->lanes[lane].kept--;
    lane_give(st, lane);
}

/* Compares with what is kept, and drops what the new access stands for: what comes before it
 * and is in conflict with nothing that the new one is not in conflict with. */
static void compare(struct races *r, int32_t var, const struct task_state *t,
                    const struct access *now)
{
    struct shadow *s = r->state->shadows[var];
    uint32_t n = 0;

    for (uint32_t i = 0; i < s->n; i++) {
        const struct access *old = &s->list[i];
        bool before = old->lane < t->clock.n && old->clock <= t->clock.at[old->lane];

        if (!before && (conflicts[now->how] >> old->how & 1))
            found(r, var, old, now);
        if (before && (conflicts[old->how] & ~conflicts[now->how]) == 0)
            forget(r->state, old->lane);
        else
            s->list[n++] = *old;
    }
    s->n = n;
}

static void keep(struct races_state *st, struct shadow *s, const struct access *now)
{
    if (s->n == SHADOW_MAX) {
        forget(st, s->list[0].lane);
        memmove(&s->list[0], &s->list[1], (SHADOW_MAX - 1) * sizeof(s->list[0]));
        s->n--;
    }
    s->list[s->n++] = *now;
    st->lanes[now->lane].kept++;
}

static void accessed(struct races *r, struct task_state *t, const struct trace_rec *rec)
{
    struct races_state *st = r->state;
    struct shadow *s = st->shadows[rec->place];
    struct access now = {0};

    if (!s)
        s = st->shadows[rec->place] = sim_calloc(1, sizeof(*s));
    if (rec->arg == ACCESS_ATOMIC_READ)
        clock_join(&t->clock, &s->atomics);
    if (lane_take(r, t)) {
        now.clock = st->lanes[t->lane].now;
        now.at = rec->at;
        now.lane = (uint32_t)t->lane;
        now.place = (uint32_t)rec->extra;
        now.how = (uint8_t)rec->arg;
        compare(r, rec->place, t, &now);
        keep(st, s, &now);
    }
    if (rec->arg == ACCESS_ATOMIC_WRITE)
        publish(r, t, &s->atomics);
}

/* ---- tasks ------------------------------------------------------------------------------- */

static struct clock *client_of(struct races *r, const struct task_state *t)
{
    struct spec_state *s = &r->state->specs[t->spec];
    uint64_t clients = (uint64_t)r->sc->tasks[t->spec].clients;

    if (clients == 0 || t->copy == 0 || t->of)
        return NULL;
    if (!s->clients)
        s->clients = sim_calloc(clients, sizeof(*s->clients));
    return &s->clients[(t->copy - 1) % clients];
}

static struct task_state *slot_of(struct races_state *st, int32_t slot)
{
    sim_assert(slot >= 0);
    st->tasks = array_reach(st->tasks, &st->ntasks, (size_t)slot, sizeof(*st->tasks));
    return &st->tasks[slot];
}

static void arrived(struct races *r, const struct trace_rec *rec)
{
    struct task_state *t = slot_of(r->state, rec->task);
    const struct task_spec *spec = &r->sc->tasks[rec->arg];
    const struct clock *before;

    memset(t, 0, sizeof(*t));
    t->lane = -1;
    t->spec = (int32_t)rec->arg;
    t->copy = (uint64_t)rec->extra;
    t->name = rec->text ? sim_strdup(rec->text) : NULL;
    if (t->name)
        return; /* what it follows, its `spawn` says */
    for (uint32_t i = 0; i < spec->nafter; i++)
        clock_join(&t->clock, &r->state->specs[spec->after[i]].ended);
    before = client_of(r, t);
    if (before)
        clock_join(&t->clock, before);
}

static struct family *family_of(struct task_state *parent, int64_t number)
{
    struct family *f = parent->families;

    while (f && f->number != number)
        f = f->next;
    if (!f) {
        f = sim_calloc(1, sizeof(*f));
        f->number = number;
        f->next = parent->families;
        parent->families = f;
    }
    return f;
}

static void spawned(struct races *r, struct task_state *child, const struct trace_rec *rec)
{
    struct task_state *parent = slot_of(r->state, rec->place);

    child->of = family_of(parent, rec->arg);
    child->of->live++;
    publish(r, parent, &child->clock);
}

static void joined(struct task_state *t, const struct trace_rec *rec)
{
    struct family *f = family_of(t, rec->arg);

    clock_join(&t->clock, &f->ended);
    clock_release(&f->ended);
}

static void leave_families(struct task_state *t)
{
    while (t->families) {
        struct family *f = t->families;

        t->families = f->next;
        f->orphaned = true;
        clock_release(&f->ended);
        if (f->live == 0)
            free(f);
    }
    if (!t->of)
        return;
    if (!t->of->orphaned)
        clock_join(&t->of->ended, &t->clock);
    if (--t->of->live == 0 && t->of->orphaned)
        free(t->of);
}

/* The clock of a task that is over goes to those that wait for its end. */
static void ended(struct races *r, struct task_state *t)
{
    struct races_state *st = r->state;
    struct clock *client = client_of(r, t);

    if (!t->of && st->specs[t->spec].followed)
        clock_join(&st->specs[t->spec].ended, &t->clock);
    if (client)
        clock_join(client, &t->clock);
    leave_families(t);
    if (t->lane >= 0) {
        st->lanes[t->lane].live = false;
        lane_give(st, (uint32_t)t->lane);
    }
    clock_release(&t->clock);
    free(t->name);
    memset(t, 0, sizeof(*t));
}

/* ---- sync objects ------------------------------------------------------------------------ */

static struct object *object_of(struct races_state *st, int32_t number)
{
    sim_assert(number >= 0);
    st->objects = array_reach(st->objects, &st->nobjects, (size_t)number, sizeof(*st->objects));
    return &st->objects[number];
}

/* A reader follows the writers before it, not the readers. */
static void acquired(struct races *r, struct task_state *t, const struct trace_rec *rec)
{
    const struct object *o = object_of(r->state, rec->place);

    clock_join(&t->clock, rec->arg == HOLD_BACK ? &o->back : &o->sole);
    if (rec->arg == HOLD_SOLE)
        clock_join(&t->clock, &o->shared);
}

static void released(struct races *r, struct task_state *t, const struct trace_rec *rec)
{
    struct object *o = object_of(r->state, rec->place);

    publish(r, t,
            rec->arg == HOLD_SHARED ? &o->shared
            : rec->arg == HOLD_BACK ? &o->back
                                    : &o->sole);
}

/* The tasks of one loop run on its thread one after the other: what one has done there comes
 * before what the next does. */
static void takes_turns(struct races *r, struct task_state *t, const struct trace_rec *rec)
{
    struct object *o = object_of(r->state, r->sc->nsyncs + rec->place);

    if (rec->arg == 1)
        clock_join(&t->clock, &o->sole);
    else
        publish(r, t, &o->sole);
}

/* ---- messages --------------------------------------------------------------------------- */

/* What its sender knew goes along with each message; those of a port come in their order. */
static void posted(struct races *r, struct task_state *t, const struct trace_rec *rec)
{
    struct races_state *st = r->state;
    struct letter *m = sim_calloc(1, sizeof(*m));
    struct port_state *p;

    st->ports = array_reach(st->ports, &st->nports, (size_t)rec->place, sizeof(*st->ports));
    p = &st->ports[rec->place];
    publish(r, t, &m->clock);
    if (p->first)
        p->last->next = m;
    else
        p->first = m;
    p->last = m;
}

static void letter_free(struct letter *m)
{
    clock_release(&m->clock);
    free(m);
}

static void receives(struct races_state *st, struct task_state *t, const struct trace_rec *rec)
{
    struct port_state *p = (size_t)rec->place < st->nports ? &st->ports[rec->place] : NULL;
    struct letter *m = p ? p->first : NULL;

    if (!m)
        return;
    p->first = m->next;
    if (rec->arg)
        clock_join(&t->clock, &m->clock);
    letter_free(m);
}

static void free_ports(struct races_state *st)
{
    for (size_t i = 0; i < st->nports; i++)
        for (struct letter *m = st->ports[i].first, *next; m; m = next) {
            next = m->next;
            letter_free(m);
        }
    free(st->ports);
}

/* ---- the sink ---------------------------------------------------------------------------- */

static void record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct races *r = container_of(sink, struct races, sink);
    struct task_state *t;

    if (rec->kind == TR_ARRIVE) {
        arrived(r, rec);
        return;
    }
    t = slot_of(r->state, rec->task);
    if (rec->kind == TR_ACCESS)
        accessed(r, t, rec);
    else if (rec->kind == TR_ACQUIRE)
        acquired(r, t, rec);
    else if (rec->kind == TR_RELEASE)
        released(r, t, rec);
    else if (rec->kind == TR_TURN)
        takes_turns(r, t, rec);
    else if (rec->kind == TR_POST)
        posted(r, t, rec);
    else if (rec->kind == TR_RECEIPT)
        receives(r->state, t, rec);
    else if (rec->kind == TR_SPAWN)
        spawned(r, t, rec);
    else if (rec->kind == TR_JOIN)
        joined(t, rec);
    else
        ended(r, t);
}

struct races *races_new(const struct scenario *sc)
{
    struct races *r = sim_calloc(1, sizeof(*r));
    struct races_state *st = sim_calloc(1, sizeof(*st));

    r->sink.kinds = TRACE_BIT(ARRIVE) | TRACE_BIT(DONE) | TRACE_BIT(SPAWN) | TRACE_BIT(JOIN) |
                    TRACE_BIT(ACCESS) | TRACE_BIT(ACQUIRE) | TRACE_BIT(RELEASE) |
                    TRACE_BIT(TURN) | TRACE_BIT(POST) | TRACE_BIT(RECEIPT);
    r->sink.record = record;
    r->sc = sc;
    r->state = st;
    st->shadows = sim_calloc((size_t)sc->nvars + 1, sizeof(struct shadow *));
    st->specs = sim_calloc((size_t)(sc->ntasks + sc->nhelpers) + 1, sizeof(*st->specs));
    for (int32_t i = 0; i < sc->ntasks; i++)
        for (uint32_t k = 0; k < sc->tasks[i].nafter; k++)
            st->specs[sc->tasks[i].after[k]].followed = true;
    return r;
}

static void free_specs(struct races *r)
{
    for (int32_t i = 0; i < r->sc->ntasks; i++) {
        struct spec_state *s = &r->state->specs[i];

        clock_release(&s->ended);
        for (int64_t k = 0; s->clients && k < r->sc->tasks[i].clients; k++)
            clock_release(&s->clients[k]);
        free(s->clients);
    }
    free(r->state->specs);
}

static void free_tasks(struct races_state *st)
{
    for (size_t i = 0; i < st->ntasks; i++) {
        leave_families(&st->tasks[i]);
        clock_release(&st->tasks[i].clock);
        free(st->tasks[i].name);
    }
    free(st->tasks);
}

size_t races_lanes(const struct races *r)
{
    return r->state->nlanes;
}

void races_free(struct races *r)
{
    struct races_state *st;

    if (!r)
        return;
    st = r->state;
    free_tasks(st);
    free_specs(r);
    for (uint32_t i = 0; i < r->sc->nvars; i++)
        if (st->shadows[i]) {
            clock_release(&st->shadows[i]->atomics);
            free(st->shadows[i]);
        }
    for (size_t i = 0; i < st->nobjects; i++) {
        clock_release(&st->objects[i].sole);
        clock_release(&st->objects[i].shared);
        clock_release(&st->objects[i].back);
    }
    for (uint32_t i = 0; i < st->nlanes; i++)
        free(st->lanes[i].name);
    for (size_t i = 0; i < r->n; i++) {
        free(r->list[i].first.task);
        free(r->list[i].second.task);
    }
    free_ports(st);
    free(st->shadows);
    free(st->objects);
    free(st->lanes);
    free(st);
    free(r->list);
    free(r);
}
