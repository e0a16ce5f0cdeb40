#include "sim/lockorder.h"

#include <stdlib.h>
#include <string.h>

enum {
    STEPS_MAX = 200000, /* of the search for cycles, whose number may be exponential */
    EDGES_MAX = 20000
};

struct hold {
    int32_t lock;
    uint32_t place;
    bool shared;
};

struct holds {
    struct hold *list;
    uint32_t n, room;
};

struct task_state {
    struct holds holds; /* in the order taken */
    uint64_t number;    /* of the task among all */
    bool tries;         /* it asks for a lock, and would not wait */
    int32_t spec;
    uint64_t copy;
    char *name;
};

struct actor { /* a task that went along an edge */
    uint64_t number;
    char *name;
    sim_time at;
};

/* What was done at two places under the same locks. */
struct edge {
    struct hold held, taken;
    struct holds under;             /* all that was held, `held` as well */
    struct actor actors[CYCLE_MAX]; /* the first different ones; more are not needed */
    uint32_t nactors;
};

struct node { /* a lock */
    struct edge *edges;
    uint32_t n, room;
    bool deadlocked;
};

struct path {
    const struct edge *edge[CYCLE_MAX];
    const struct actor *actor[CYCLE_MAX];
    uint32_t n;
};

struct lockorder_state {
    struct task_state *tasks; /* by slot */
    size_t ntasks;
    struct node *nodes; /* by sync object */
    size_t nnodes;
    uint32_t nedges;
    uint64_t arrived;
    uint32_t steps;
};

/* ---- holding ------------------------------------------------------------------------------ */

static void holds_add(struct holds *h, struct hold hold)
{
    if (h->n == h->room) {
        h->room = h->room ? 2 * h->room : 4;
        h->list = sim_realloc(h->list, h->room * sizeof(*h->list));
    }
    h->list[h->n++] = hold;
}

static void holds_remove(struct holds *h, int32_t lock)
{
    for (uint32_t i = h->n; i > 0; i--)
        if (h->list[i - 1].lock == lock) {
            h->n--;
            for (uint32_t k = i - 1; k < h->n; k++)
                h->list[k] = h->list[k + 1];
            return;
        }
}

static bool same_hold(const struct hold *a, const struct hold *b)
{
    return a->lock == b->lock && a->place == b->place && a->shared == b->shared;
}

static bool same_locks(const struct holds *a, const struct holds *b)
{
    if (a->n != b->n)
        return false;
    for (uint32_t i = 0; i < a->n; i++)
        if (a->list[i].lock != b->list[i].lock || a->list[i].shared != b->list[i].shared)
            return false;
    return true;
}

/* Is there a lock in both that lets only one of the holders in? */
static bool exclude_each_other(const struct holds *a, const struct holds *b)
{
    for (uint32_t i = 0; i < a->n; i++)
        for (uint32_t k = 0; k < b->n; k++)
            if (a->list[i].lock == b->list[k].lock && !(a->list[i].shared && b->list[k].shared))
                return true;
    return false;
}

/* ---- the graph ---------------------------------------------------------------------------- */

static struct task_state *task_of(struct lockorder_state *st, int32_t slot)
{
    sim_assert(slot >= 0);
    st->tasks = array_reach(st->tasks, &st->ntasks, (size_t)slot, sizeof(*st->tasks));
    return &st->tasks[slot];
}

static struct node *node_of(struct lockorder_state *st, int32_t lock)
{
    sim_assert(lock >= 0);
    st->nodes = array_reach(st->nodes, &st->nnodes, (size_t)lock, sizeof(*st->nodes));
    return &st->nodes[lock];
}

/* NULL: there are too many. */
static struct edge *edge_of(struct lockorder_state *st, const struct hold *held,
                            const struct hold *taken, const struct holds *under)
{
    struct node *node = node_of(st, held->lock);
    struct edge *e;

    for (uint32_t i = 0; i < node->n; i++) {
        e = &node->edges[i];
        if (same_hold(&e->held, held) && same_hold(&e->taken, taken) &&
            same_locks(&e->under, under))
            return e;
    }
    if (st->nedges == EDGES_MAX)
        return NULL;
    st->nedges++;
    if (node->n == node->room) {
        node->room = node->room ? 2 * node->room : 4;
        node->edges = sim_realloc(node->edges, node->room * sizeof(*node->edges));
    }
    e = &node->edges[node->n++];
    memset(e, 0, sizeof(*e));
    e->held = *held;
    e->taken = *taken;
    for (uint32_t i = 0; i < under->n; i++)
        holds_add(&e->under, under->list[i]);
    return e;
}

static void add_actor(struct lockorder *lo, struct edge *e, const struct task_state *t,
                      sim_time at)
{
    char buf[TASK_NAME_SIZE];
    const char *name;

    for (uint32_t i = 0; i < e->nactors; i++)
        if (e->actors[i].number == t->number)
            return;
    if (e->nactors == CYCLE_MAX)
        return;
    name = t->name ? t->name : task_name(&lo->sc->tasks[t->spec], t->copy, buf);
    e->actors[e->nactors++] = (struct actor){t->number, sim_strdup(name), at};
}

static void acquired(struct lockorder *lo, const struct trace_rec *rec)
{
    struct task_state *t = task_of(lo->state, rec->task);
    struct hold taken = {rec->place, (uint32_t)rec->extra, rec->arg == HOLD_SHARED};

    if (rec->arg >= HOLD_ORDER)
        return; /* nobody owns it */
    for (uint32_t i = 0; i < t->holds.n && !t->tries; i++) {
        const struct hold held = t->holds.list[i];
        struct edge *e;

        if (held.lock == taken.lock)
            continue;
        e = edge_of(lo->state, &held, &taken, &t->holds);
        if (e)
            add_actor(lo, e, t, rec->at);
    }
    holds_add(&t->holds, taken);
}

/* ---- cycles ------------------------------------------------------------------------------- */

static bool known(const struct lockorder *lo, const struct path *p)
{
    for (size_t i = 0; i < lo->n; i++) {
        bool same = lo->list[i].n == p->n;

        for (uint32_t k = 0; same && k < p->n; k++)
            same = lo->list[i].steps[k].held == p->edge[k]->held.lock;
        if (same)
            return true;
    }
    return false;
}

static void tell(struct lockorder *lo, const struct path *p)
{
    struct lock_cycle *c;
    bool happened = true;

    for (uint32_t i = 0; i < p->n; i++)
        happened = happened && lo->state->nodes[p->edge[i]->held.lock].deadlocked;
    if (happened || lo->n == CYCLES_MAX || known(lo, p))
        return;
    lo->list = sim_realloc(lo->list, (lo->n + 1) * sizeof(*lo->list));
    c = &lo->list[lo->n++];
    memset(c, 0, sizeof(*c));
    for (c->n = 0; c->n < p->n; c->n++) {
        const struct edge *e = p->edge[c->n];

        c->steps[c->n] = (struct lock_step){
            .task = sim_strdup(p->actor[c->n]->name),
            .held = e->held.lock,
            .taken = e->taken.lock,
            .held_place = e->held.place,
            .taken_place = e->taken.place,
            .at = p->actor[c->n]->at,
        };
    }
}

/* May `e`, gone along by `a`, stand at the end of the path? */
static bool fits(const struct path *p, const struct edge *e, const struct actor *a)
{
    for (uint32_t i = 0; i < p->n; i++) {
        bool closes = e->taken.lock == p->edge[i]->held.lock;

        if (p->actor[i]->number == a->number ||
            exclude_each_other(&p->edge[i]->under, &e->under))
            return false;
        if (closes && (i > 0 || (e->taken.shared && p->edge[i]->held.shared)))
            return false;
    }
    return p->n == 0 || !(p->edge[p->n - 1]->taken.shared && e->held.shared);
}

/* Goes on from the lock that the path has come to; locks below the first have been first
 * themselves.  All paths are tried, with a list of places to go on from instead of recursion:
 * `at` counts the edges and actors tried at each step. */
static void search_from(struct lockorder *lo, int32_t first)
{
    struct lockorder_state *st = lo->state;
    struct {
        uint32_t edge, actor;
    } at[CYCLE_MAX + 1] = {{0, 0}};
    struct path p = {.n = 0};

    for (;;) {
        int32_t lock = p.n == 0 ? first : p.edge[p.n - 1]->taken.lock;
        const struct node *node = node_of(st, lock);
        const struct edge *e;
        const struct actor *a;

        if (p.n == CYCLE_MAX || at[p.n].edge == node->n || st->steps == STEPS_MAX) {
            if (p.n == 0)
                return;
            p.n--;
            continue;
        }
        e = &node->edges[at[p.n].edge];
        a = &e->actors[at[p.n].actor++];
        if (at[p.n].actor >= e->nactors) {
            at[p.n].actor = 0;
            at[p.n].edge++;
        }
        st->steps++;
        if (e->taken.lock < first || !fits(&p, e, a))
            continue;
        p.edge[p.n] = e;
        p.actor[p.n++] = a;
        if (e->taken.lock == first) {
            tell(lo, &p);
            p.n--;
        } else {
            at[p.n].edge = at[p.n].actor = 0;
        }
    }
}

/* ---- the sink ----------------------------------------------------------------------------- */

static void arrived(struct lockorder *lo, const struct trace_rec *rec)
{
    struct task_state *t = task_of(lo->state, rec->task);

    sim_assert(!t->name);
    t->holds.n = 0;
    t->number = ++lo->state->arrived;
    t->spec = (int32_t)rec->arg;
    t->copy = (uint64_t)rec->extra;
    t->name = rec->text ? sim_strdup(rec->text) : NULL;
}

static void record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct lockorder *lo = container_of(sink, struct lockorder, sink);

    if (rec->kind == TR_ARRIVE) {
        arrived(lo, rec);
    } else if (rec->kind == TR_ACQUIRE) {
        acquired(lo, rec);
    } else if (rec->kind == TR_RELEASE) {
        holds_remove(&task_of(lo->state, rec->task)->holds, rec->place);
    } else if (rec->kind == TR_TRY) {
        task_of(lo->state, rec->task)->tries = rec->arg == 1;
    } else if (rec->kind == TR_DEADLOCK) {
        if (rec->place >= 0)
            node_of(lo->state, rec->place)->deadlocked = true;
    } else {
        struct task_state *t = task_of(lo->state, rec->task);

        free(t->name);
        t->name = NULL;
    }
}

static void finish(struct trace_sink *sink, sim_time end)
{
    struct lockorder *lo = container_of(sink, struct lockorder, sink);

    (void)end;
    for (size_t i = 0; i < lo->state->nnodes; i++)
        search_from(lo, (int32_t)i);
}

struct lockorder *lockorder_new(const struct scenario *sc)
{
    struct lockorder *lo = sim_calloc(1, sizeof(*lo));

    lo->sink.kinds = TRACE_BIT(ARRIVE) | TRACE_BIT(DONE) | TRACE_BIT(ACQUIRE) |
                     TRACE_BIT(RELEASE) | TRACE_BIT(DEADLOCK) | TRACE_BIT(TRY);
    lo->sink.record = record;
    lo->sink.finish = finish;
    lo->sc = sc;
    lo->state = sim_calloc(1, sizeof(*lo->state));
    return lo;
}

static void free_edges(struct node *node)
{
    for (uint32_t i = 0; i < node->n; i++) {
        for (uint32_t k = 0; k < node->edges[i].nactors; k++)
            free(node->edges[i].actors[k].name);
        free(node->edges[i].under.list);
    }
    free(node->edges);
}

void lockorder_free(struct lockorder *lo)
{
    if (!lo)
        return;
    for (size_t i = 0; i < lo->state->ntasks; i++) {
        free(lo->state->tasks[i].holds.list);
        free(lo->state->tasks[i].name);
    }
    for (size_t i = 0; i < lo->state->nnodes; i++)
        free_edges(&lo->state->nodes[i]);
    for (size_t i = 0; i < lo->n; i++)
        for (size_t k = 0; k < lo->list[i].n; k++)
            free(lo->list[i].steps[k].task);
    free(lo->state->tasks);
    free(lo->state->nodes);
    free(lo->state);
    free(lo->list);
    free(lo);
}
