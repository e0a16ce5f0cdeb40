/* queues.c - which thread waits where, and which core takes which. */
#include "sim/machine.h"

#include "sim/world.h"

#include <stdio.h>
#include <stdlib.h>

static bool expired_first(const struct machine *m)
{
    return m->spec->ties == TIES_EXPIRED_FIRST;
}

static void indices_init(struct machine *m)
{
    struct arena *mem = &m->sim->mem;
    size_t words = ((size_t)m->ncores + 63) / 64;

    if (m->nqueues > 1) {
        m->waiting = arena_alloc(mem, words * sizeof(*m->waiting));
        m->judged = arena_alloc(mem, words * sizeof(*m->judged));
        core_index_init(&m->loads, mem, m->ncores);
        core_index_init(&m->longest, mem, m->ncores);
    } else if (m->spec->policy->rank && !m->any_affinity) {
        core_index_init(&m->ranks, mem, m->ncores);
    } else {
        return;
    }
    m->unsettled = arena_alloc(mem, (size_t)m->ncores * sizeof(*m->unsettled));
    for (int32_t i = 0; i < m->ncores; i++)
        machine_core_changed(m, i);
}

void queues_init(struct machine *m)
{
    struct arena *mem = &m->sim->mem;
    const struct sched_policy *policy = m->spec->policy;

    m->nqueues = m->spec->queues == QUEUES_PER_CORE ? m->ncores : 1;
    m->queues = arena_alloc(mem, (size_t)m->nqueues * sizeof(*m->queues));
    for (int32_t i = 0; i < m->nqueues; i++) {
        struct sched *s = &m->queues[i];
        char name[32];

        (void)snprintf(name, sizeof(name), "policy/%d", (int)i);
        s->policy = policy;
        s->params = m->spec->policy_params;
        s->machine = m;
        s->core = m->nqueues == 1 ? -1 : i;
        s->choosy = m->any_affinity;
        s->rng = rng_stream(m->sim->sc->seed, name);
        s->state = arena_alloc(mem, policy->state_size + 1);
        sched_init(s);
        if (policy->init)
            policy->init(s);
    }
    indices_init(m);
    m->probes = rng_stream(m->sim->sc->seed, "balance");
    if (m->nqueues > 1 && m->spec->balance >= BALANCE_PERIODIC)
        engine_at(&m->sim->eng, &m->balance, m->spec->balance_interval);
}

/* ---- which queue ----------------------------------------------------------------------- */

static uint32_t load_of(const struct machine *m, int32_t core)
{
    return m->queues[core].nready + (m->cores[core].state != CORE_FREE);
}

/* A thread that comes and goes changes nothing in the end, so the indices of cores hear of one
 * when they are asked, not when it changes. */
void machine_unsettle(struct machine *m, int32_t core)
{
    struct core *c = &m->cores[core];

    if (c->unsettled)
        return;
    c->unsettled = true;
    m->unsettled[m->nunsettled++] = core;
}

int32_t machine_unsettled(struct machine *m)
{
    int32_t core;

    if (m->nunsettled == 0)
        return -1;
    core = m->unsettled[--m->nunsettled];
    m->cores[core].unsettled = false;
    return core;
}

static void settle(struct machine *m)
{
    for (int32_t core; (core = machine_unsettled(m)) >= 0;) {
        core_index_set(&m->longest, core, -(int64_t)m->queues[core].nready);
        core_index_set(&m->loads, core, load_of(m, core));
    }
}

static int32_t least_loaded_of_all(struct machine *m)
{
    settle(m);
    return core_index_first(&m->loads);
}

/* With a queue a core: `s` may be empty now, or no longer. */
static void queue_turned(struct machine *m, const struct sched *s)
{
    uint64_t bit = UINT64_C(1) << (s->core % 64);

    if (s->nready > 0)
        m->waiting[s->core / 64] |= bit;
    else
        m->waiting[s->core / 64] &= ~bit;
    machine_core_changed(m, s->core);
}

static inline void queue_changed(struct machine *m, const struct sched *s)
{
    if (m->nqueues > 1)
        queue_turned(m, s);
}

static bool runs_anywhere(const struct machine *m, const struct thread *t)
{
    return !m->any_affinity || !m->sim->sc->tasks[t->task->spec].affinity;
}

/* The allowed core with the fewest tasks, and of equals the lowest. */
static int32_t least_loaded(struct machine *m, const struct thread *t)
{
    int32_t best = -1;

    if (LIKELY(runs_anywhere(m, t)))
        return least_loaded_of_all(m);
    for (int32_t i = 0; i < m->ncores; i++) {
        if (thread_may_run(m, t, i) && (best < 0 || load_of(m, i) < load_of(m, best)))
            best = i;
    }
    sim_assert(best >= 0);
    return best;
}

static int32_t choose_queue(struct machine *m, const struct thread *t, enum ready_why why)
{
    if (m->nqueues == 1)
        return -1;
    if (why == READY_EXPIRED || why == READY_PREEMPTED || why == READY_YIELDED)
        return t->core;
    if (why == READY_WOKEN && t->last_core >= 0 && thread_may_run(m, t, t->last_core) &&
        load_of(m, t->last_core) == 0)
        return t->last_core;
    return least_loaded(m, t);
}

static HOT_INLINE bool moves(const struct sched *s, const struct thread *t)
{
    return s->policy->moves && s->policy->moves(s, t);
}

static HOT_INLINE void enqueue(struct machine *m, struct thread *t, enum ready_why why)
{
    struct sched *s = queues_of(m, t->core);

    if (UNLIKELY(t->flags & THREAD_ANEW)) {
        t->flags &= (uint8_t)~THREAD_ANEW;
        why = READY_NEW;
    }
    s->policy->enqueue(s, t, why);
    s->nready++;
    m->nready++;
    m->nmovers += moves(s, t);
    queue_changed(m, s);
}

void queues_remove(struct machine *m, struct thread *t)
{
    struct sched *s = queues_of(m, t->core);

    s->policy->dequeue(s, t);
    s->nready--;
    m->nready--;
    m->nmovers -= moves(s, t);
    queue_changed(m, s);
}

/* Who ran for a whole slice, or lost its core, is no more urgent than before. */
static bool may_preempt(enum ready_why why)
{
    return why == READY_NEW || why == READY_WOKEN || why == READY_CHANGED;
}

void queues_put(struct machine *m, struct thread *t, enum ready_why why)
{
    struct sim *sim = m->sim;
    bool wakes_up = why == READY_WOKEN && m->spec->on_wake == ON_WAKE_PREEMPT;

    t->core = choose_queue(m, t, why);
    t->state = THREAD_READY;
    trace_emit(sim->trace, sim->eng.now, TR_READY, t->core, (int32_t)t->task->slot, why, 0);
    if (UNLIKELY(wakes_up)) {
        t->flags |= THREAD_URGENT;
        t->next = m->urgent;
        m->urgent = t;
    }
    if (UNLIKELY(expired_first(m)) && !wakes_up && (why == READY_NEW || why == READY_WOKEN)) {
        t->next = NULL;
        *m->pending_last = t;
        m->pending_last = &t->next;
        t->flags |= THREAD_PENDING;
    } else {
        enqueue(m, t, why);
    }
    if (may_preempt(why))
        machine_reconsider(m, t->core);
    if (m->nfree > 0 || m->pending || m->urgent)
        engine_soon(&sim->eng, &m->bell);
}

static void put_in(struct machine *m, struct thread *t, int32_t core)
{
    t->core = core;
    trace_emit(m->sim->trace, m->sim->eng.now, TR_READY, core, (int32_t)t->task->slot,
               READY_CHANGED, 0);
    enqueue(m, t, READY_CHANGED);
}

void queues_move(struct machine *m, struct thread *t, int32_t core)
{
    queues_remove(m, t);
    put_in(m, t, core);
}

void queues_change(struct machine *m, struct thread *t, int32_t priority)
{
    queues_remove(m, t);
    t->priority = priority;
    trace_emit(m->sim->trace, m->sim->eng.now, TR_READY, t->core, (int32_t)t->task->slot,
               READY_CHANGED, 0);
    enqueue(m, t, READY_CHANGED);
    machine_reconsider(m, t->core);
}

void queues_flush(struct machine *m)
{
    struct thread *t = m->pending;

    m->pending = NULL;
    m->pending_last = &m->pending;
    while (t) {
        struct thread *next = t->next;

        t->flags &= (uint8_t)~THREAD_PENDING;
        enqueue(m, t, t->last_core < 0 ? READY_NEW : READY_WOKEN);
        t = next;
    }
}

bool queues_waiting(const struct machine *m, struct core *c)
{
    struct sched *s = queues_of(m, c->id);
    struct thread *t;

    if (s->nready == 0 || LIKELY(!m->any_affinity))
        return s->nready > 0;
    c->machine->choosing = c->id;
    t = s->policy->last(s);
    c->machine->choosing = -1;
    return t != NULL;
}

/* ---- which core ------------------------------------------------------------------------- */

static HOT_INLINE int32_t choose_core(const struct machine *m, const struct thread *t)
{
    int32_t i;

    if (m->spec->placement == PLACEMENT_LAST && t->last_core >= 0 &&
        core_is_free(m, t->last_core) && thread_may_run(m, t, t->last_core))
        return t->last_core;
    for (i = next_core(m, m->free, NULL, 0); i >= 0 && !thread_may_run(m, t, i);)
        i = next_core(m, m->free, NULL, i + 1);
    return i;
}

/* The core takes the thread; where there is no switch to wait for, it begins once all
 * cores have chosen. */
void queues_take(struct machine *m, int32_t core, struct thread *t)
{
    struct core *c = &m->cores[core];
    int32_t at = m->nstarting;

    core_start(c, t);
    if (event_pending(&c->end))
        return;
    while (at > 0 && m->starting[at - 1] > core)
        at--;
    if (at > 0 && m->starting[at - 1] == core)
        return; /* preempted before it began */
    for (int32_t i = m->nstarting; i > at; i--)
        m->starting[i] = m->starting[i - 1];
    m->starting[at] = core;
    m->nstarting++;
}

static HOT_INLINE struct thread *pick(struct machine *m, struct sched *s)
{
    struct thread *t;

    if (s->nready == 0)
        return NULL;
    t = s->policy->pick(s);
    if (t) {
        s->nready--;
        m->nready--;
        m->nmovers -= moves(s, t);
        queue_changed(m, s);
    }
    return t;
}

static void assign_global(struct machine *m)
{
    while (m->nfree > 0) {
        struct thread *t = pick(m, &m->queues[0]);

        if (!t)
            return;
        queues_take(m, choose_core(m, t), t);
    }
}

/* The tail of the longest queue that has something for `thief`. */
static struct thread *find_loot(struct machine *m, int32_t thief)
{
    struct thread *loot = NULL;
    uint32_t longest = 0;
    struct sched *s;

    settle(m);
    s = &m->queues[core_index_first(&m->longest)];
    m->choosing = thief;
    if (s->nready > 0)
        loot = s->policy->last(s);
    for (int32_t i = 0; !loot && m->any_affinity; i++) {
        struct thread *t;

        i = next_core(m, m->waiting, NULL, i);
        if (i < 0)
            break;
        t = m->queues[i].nready > longest ? m->queues[i].policy->last(&m->queues[i]) : NULL;
        if (t) {
            loot = t;
            longest = m->queues[i].nready;
        }
    }
    m->choosing = -1;
    return loot;
}

/* What the free core takes: the first of its queue, unless a thread elsewhere is so much more
 * urgent that it goes before; NULL: nothing. */
static struct thread *pick_for(struct machine *m, int32_t core)
{
    struct sched *s = &m->queues[core];
    struct thread *t;

    m->choosing = core;
    t = m->spec->policy->outranks ? s->policy->first(s) : pick(m, s);
    m->choosing = -1;
    if (!t || !m->spec->policy->outranks)
        return t;
    t = preempt_pull(m, core, t);
    queues_remove(m, t);
    return t;
}

static void assign_per_core(struct machine *m)
{
    for (int32_t i = 0; (i = next_core(m, m->free, m->waiting, i)) >= 0; i++) {
        struct thread *t = pick_for(m, i);

        if (t)
            queues_take(m, i, t);
    }
    if (m->spec->balance != BALANCE_STEAL)
        return;
    for (int32_t i = 0; m->nready > 0 && (i = next_core(m, m->free, NULL, i)) >= 0; i++) {
        struct thread *t = find_loot(m, i);

        if (t && m->spec->policy->outranks)
            t = preempt_pull(m, i, t);
        if (t) {
            queues_remove(m, t);
            queues_take(m, i, t);
        }
    }
}

/* ---- on_wake: preempt ---------------------------------------------------------------------- */

/* Is what `c` runs so urgent that it would take the core back from `t`? */
static bool is_outdone(const struct machine *m, const struct core *c, const struct thread *t)
{
    struct sched *s = queues_of(m, c->id);

    return s->policy->preempts && s->policy->preempts(s, c->running, t);
}

/* A core that runs a thread which `t` may displace: the one it ran on last, else the lowest. */
static int32_t choose_victim(const struct machine *m, const struct thread *t, const bool *taken)
{
    int32_t best = -1;

    for (int32_t i = m->ncores - 1; i >= 0 && (best < 0 || best != t->last_core); i--) {
        const struct core *c = &m->cores[i];

        if ((c->state == CORE_RUNNING || c->state == CORE_SWITCHING) && !taken[i] &&
            thread_may_run(m, t, i) && !is_outdone(m, c, t))
            best = i;
    }
    return best;
}

static void serve_urgent(struct machine *m)
{
    bool *taken = sim_calloc((size_t)m->ncores, sizeof(*taken));
    struct thread *t = m->urgent;

    m->urgent = NULL;
    while (t) {
        struct thread *next = t->next;
        int32_t core;

        t->flags &= (uint8_t)~THREAD_URGENT;
        core = choose_core(m, t);
        if (core < 0) {
            core = choose_victim(m, t, taken);
            if (core >= 0)
                core_preempt(&m->cores[core]);
        }
        if (core >= 0 && core_is_free(m, core)) {
            queues_remove(m, t);
            queues_take(m, core, t);
            taken[core] = true;
        }
        t = next;
    }
    free(taken);
}

/* ---- the bell ------------------------------------------------------------------------------ */

void queues_dispatch(struct engine *eng, struct event *ev)
{
    struct machine *m = container_of(ev, struct machine, bell);

    (void)eng;
    if (UNLIKELY(m->pending != NULL))
        queues_flush(m);
    if (UNLIKELY(m->urgent != NULL))
        serve_urgent(m);
    if (m->nqueues == 1)
        assign_global(m);
    else if (m->nfree > 0)
        assign_per_core(m);
    if (UNLIKELY(m->reconsider))
        preempt_all(m);
    for (int32_t i = 0; i < m->nstarting && !m->sim->over; i++)
        core_run(&m->cores[m->starting[i]]);
    m->nstarting = 0;
}

/* ---- balance: periodic ------------------------------------------------------------------------ */

/* One thread of the longest queue goes to `to`, if both are closer then; false: not. */
static bool level_to(struct machine *m, int32_t to)
{
    struct thread *t = find_loot(m, to);

    if (!t || load_of(m, t->core) <= load_of(m, to) + 1)
        return false;
    queues_move(m, t, to);
    machine_reconsider(m, to);
    return true;
}

/* One thread of the longest queue goes to the core with the fewest; false: nothing to gain. */
static bool level(struct machine *m)
{
    bool gained = level_to(m, least_loaded_of_all(m));

    for (int32_t to = 0; !gained && m->any_affinity && to < m->ncores; to++)
        gained = level_to(m, to);
    return gained;
}

/* ---- balance: probe --------------------------------------------------------------------------- */

/* Each core whose queue is empty, even one that runs something, looks at the queue of one other
 * core, drawn at random, and takes the first thread there that may run on it.
 *
 * Source: OSTEP homework multi.py (Arpaci-Dusseau): what its per-CPU queues do at each peek
 * interval; differs: a thread with an affinity may be taken, too. */
static bool probe(struct machine *m)
{
    bool gained = false;

    for (int32_t i = 0; i < m->ncores && m->ncores > 1; i++) {
        struct sched *own = &m->queues[i];
        int32_t other;
        struct thread *t;

        if (own->nready > 0)
            continue;
        other = (int32_t)rng_below(&m->probes, (uint64_t)m->ncores - 1);
        other += other >= i;
        m->choosing = i;
        t = pick(m, &m->queues[other]);
        m->choosing = -1;
        if (!t)
            continue;
        put_in(m, t, i);
        machine_reconsider(m, i);
        gained = true;
    }
    return gained;
}

void queues_balance(struct engine *eng, struct event *ev)
{
    struct machine *m = container_of(ev, struct machine, balance);
    bool going = eng->pending > 0; /* else nothing will ever happen again */

    if (m->spec->balance == BALANCE_PROBE)
        going = (m->nready > 0 && probe(m)) || going;
    else
        while (m->nready > 0 && level(m))
            going = true;
    if (m->nfree > 0 && m->nready > 0)
        engine_soon(eng, &m->bell);
    if (going)
        engine_at(eng, ev, time_add(eng->now, m->spec->balance_interval));
}
