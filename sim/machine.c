#include "sim/machine.h"

#include "sim/world.h"

#include <stdlib.h>

static void cores_init(struct machine *m)
{
    struct arena *mem = &m->sim->mem;

    m->ncores = m->spec->ncores;
    m->cores = arena_alloc(mem, (size_t)m->ncores * sizeof(*m->cores));
    m->free = arena_alloc(mem, ((size_t)m->ncores + 63) / 64 * sizeof(*m->free));
    m->starting = arena_alloc(mem, (size_t)m->ncores * sizeof(*m->starting));
    for (int32_t i = 0; i < m->ncores; i++) {
        struct core *c = &m->cores[i];

        event_init(&c->end, core_fire, PHASE_CORE, (uint32_t)i);
        c->machine = m;
        c->id = i;
        c->speed_e6 = m->spec->cores[i].speed_e6;
        c->plain = c->speed_e6 == 1000000 && !m->spec->cache.present;
        core_set_free(c);
    }
}

void machine_init(struct machine *m, struct sim *sim)
{
    const struct scenario *sc = sim->sc;

    m->sim = sim;
    m->spec = &sc->machine;
    m->choosing = -1;
    m->pending_last = &m->pending;
    event_init(&m->bell, queues_dispatch, PHASE_DISPATCH, ENGINE_RANK_MAX);
    event_init(&m->balance, queues_balance, PHASE_DISPATCH, 1);
    for (int32_t i = 0; i < sc->ntasks; i++)
        m->any_affinity = m->any_affinity || sc->tasks[i].affinity;
    cores_init(m);
    queues_init(m);
    if (m->spec->cache.present)
        m->cache = cache_new(m);
}

void machine_release(struct machine *m)
{
    for (int32_t i = 0; i < m->nqueues; i++) {
        if (m->queues[i].policy->release)
            m->queues[i].policy->release(&m->queues[i]);
    }
    cache_free(m->cache);
}

struct thread *machine_thread_new(struct machine *m, int32_t executor)
{
    uint32_t slot;
    struct thread *t = pool_take(&m->sim->threads, &slot);

    t->slot = slot;
    t->serial = ++m->threads_made;
    t->core = t->last_core = -1;
    t->executor = (int16_t)executor;
    t->state = THREAD_PARKED;
    thread_waits_no_more(t);
    m->nthreads++;
    (void)sim_take_memory(m->sim, m->spec->thread_memory);
    return t;
}

void machine_ready(struct machine *m, struct thread *t)
{
    sim_assert(t->state == THREAD_PARKED);
    sim_assert(t->task);
    queues_put(m, t, READY_NEW);
}

void machine_wake(struct machine *m, struct thread *t)
{
    sim_assert(t->state == THREAD_BLOCKED);
    sim_assert(!(t->flags & THREAD_WAITS));
    if (UNLIKELY(thread_stands_in(t))) {
        stand_in_woken(m->sim, t);
        return;
    }
    if (m->spec->on_block == ON_BLOCK_HOLD) {
        struct core *c = &m->cores[t->core];
        sim_time now = m->sim->eng.now;

        sim_assert(c->running == t);
        t->state = THREAD_READY;
        trace_emit(m->sim->trace, now, TR_READY, m->nqueues == 1 ? -1 : c->id,
                   (int32_t)t->task->slot, READY_WOKEN, 0);
        engine_at(&m->sim->eng, &c->end, c->stolen_until > now ? c->stolen_until : now);
        return;
    }
    queues_put(m, t, READY_WOKEN);
}

static void fire_wake(struct engine *eng, struct event *ev)
{
    struct thread *t =
        container_of(container_of(ev, struct request, done), struct thread, request);

    machine_wake(&container_of(eng, struct sim, eng)->machine, t);
}

void machine_wake_after(struct machine *m, struct thread *t, sim_time delay)
{
    t->request.done.fire = fire_wake;
    engine_at(&m->sim->eng, &t->request.done, time_add(m->sim->eng.now, delay));
}

void machine_end_burst(struct machine *m, struct thread *t)
{
    struct core *c = &m->cores[t->core];
    sim_time now = m->sim->eng.now;

    sim_assert(t->state == THREAD_RUNNING);
    sim_assert(c->state == CORE_RUNNING);
    core_account(c);
    t->rest = 0;
    engine_at(&m->sim->eng, &c->end, c->stolen_until > now ? c->stolen_until : now);
}

void machine_set_priority(struct machine *m, struct thread *t, int32_t priority)
{
    if (t->priority == priority)
        return;
    if (t->task)
        trace_emit(m->sim->trace, m->sim->eng.now, TR_PRIORITY, -1, (int32_t)t->task->slot,
                   priority, 0);
    if (t->state == THREAD_READY && !(t->flags & THREAD_PENDING) &&
        m->spec->on_block != ON_BLOCK_HOLD) {
        queues_change(m, t, priority);
        return;
    }
    t->priority = priority;
    if (t->core < 0 || m->cores[t->core].running != t)
        return;
    if (queues_of(m, t->core)->policy->changed)
        queues_of(m, t->core)->policy->changed(queues_of(m, t->core), t);
    machine_reconsider(m, t->core);
}

void machine_next_job(struct machine *m, struct thread *t)
{
    struct sched *s = queues_of(m, t->core);

    sim_assert(t->state == THREAD_RUNNING);
    if (s->policy->next_job)
        s->policy->next_job(s, t);
    machine_reconsider(m, t->core); /* it may be less urgent than before */
}

void machine_interrupt(struct machine *m, sim_time cost, int32_t device)
{
    struct core *c = &m->cores[0];
    struct engine *eng = &m->sim->eng;
    sim_time now = eng->now;

    core_account(c);
    trace_emit(m->sim->trace, now, TR_IRQ, 0,
               c->running && c->running->task ? (int32_t)c->running->task->slot : -1, cost,
               device);
    c->stolen_until = time_add(c->stolen_until > now ? c->stolen_until : now, cost);
    if (c->state == CORE_FREE) {
        if (core_is_free(m, 0))
            core_set_taken(c);
        engine_at(eng, &c->end, c->stolen_until);
        return;
    }
    if (c->state == CORE_RUNNING) {
        c->since = c->stolen_until;
        if (c->slice_end < SIM_TIME_MAX)
            c->slice_end = time_add(c->slice_end, cost);
    }
    if (event_pending(&c->end))
        engine_at(eng, &c->end, time_add(c->end.at, cost));
}

bool affinity_allows(const struct machine *m, const struct thread *t, int32_t core)
{
    return affinity_has(m->sim->sc->tasks[t->task->spec].affinity, core);
}

/* ---- what a policy may ask ----------------------------------------------------------- */

sim_time sched_now(const struct sched *s)
{
    return s->machine->sim->eng.now;
}

int32_t sched_ncores(const struct sched *s)
{
    return s->machine->ncores;
}

bool sched_finds_core(const struct sched *s, const struct thread *t)
{
    const struct machine *m = s->machine;

    if (m->choosing >= 0)
        return thread_may_run(m, t, m->choosing);
    for (int32_t i = 0; i < m->ncores; i++) {
        if (core_is_free(m, i) && thread_may_run(m, t, i))
            return true;
    }
    return false;
}

const struct task_spec *sched_spec(const struct sched *s, const struct thread *t)
{
    return &s->machine->sim->sc->tasks[t->task->spec];
}

int32_t sched_priority(const struct thread *t)
{
    return t->priority;
}

sim_time sched_deadline(const struct sched *s, const struct thread *t)
{
    const struct task_spec *spec = sched_spec(s, t);
    sim_time delay = spec->deadline > 0 ? spec->deadline : spec->period;

    if (delay == 0 || !t->task->ctx || t->task->ctx->job == 0)
        return SIM_NEVER; /* a spawned child has none of its own */
    return time_add(t->task->ctx->release, delay);
}

sim_time sched_burst(struct sched *s, const struct thread *t)
{
    return task_rehearse(s->machine->sim, t->task);
}

bool sched_running(const struct thread *t)
{
    return t->state == THREAD_RUNNING;
}

sim_time sched_ran(const struct sched *s, const struct thread *t)
{
    const struct core *c = &s->machine->cores[t->core];
    sim_time now = sched_now(s);

    if (t->state != THREAD_RUNNING || c->state != CORE_RUNNING || now <= c->since)
        return 0;
    return now - c->since;
}

sim_time sched_work(const struct sched *s, const struct thread *t, sim_time ran)
{
    const struct core *c = &s->machine->cores[t->core];

    return mul_div_floor(ran, core_speed(c, t), 1000000);
}

void sched_reslice(struct sched *s, const struct thread *t)
{
    struct core *c = &s->machine->cores[t->core];

    sim_assert(c->running == t);
    core_reslice(c);
}

static void fire_alarm(struct engine *eng, struct event *ev)
{
    struct sched *s = container_of(ev, struct sched, alarm);

    (void)eng;
    s->policy->alarm(s);
    if (deadlock_round(s->machine->sim))
        sim_stop(s->machine->sim);
}

void sched_init(struct sched *s)
{
    /* Before the bell, whose rank is the last. */
    event_init(&s->alarm, fire_alarm, PHASE_DISPATCH, 0);
}

void sched_nest(struct sched *inner, struct sched *outer, const struct sched_policy *policy,
                const void *params, size_t offset)
{
    *inner = (struct sched){.policy = policy,
                            .params = params,
                            .machine = outer->machine,
                            .core = outer->core,
                            .choosy = outer->choosy,
                            .offset = outer->offset + (uint32_t)offset,
                            .rng = rng_stream(rng_next(&outer->rng), policy->name),
                            .state = sim_calloc(1, policy->state_size + 1)};
    sched_init(inner);
    if (policy->init)
        policy->init(inner);
}

void sched_unnest(struct sched *inner)
{
    if (inner->policy->release)
        inner->policy->release(inner);
    free(inner->state);
}

size_t sched_thread_bytes(const struct sched_policy *policy, const void *params)
{
    size_t more = policy->thread_more ? policy->thread_more(params) : 0;

    return policy->thread_size + (more + 7) / 8 * 8;
}

void sched_alarm(struct sched *s, sim_time at)
{
    struct engine *eng = &s->machine->sim->eng;

    if (at >= SIM_TIME_MAX)
        engine_cancel(eng, &s->alarm);
    else if (!event_pending(&s->alarm) || s->alarm.at != at)
        engine_at(eng, &s->alarm, at);
}

void sched_reconsider(struct sched *s)
{
    machine_reconsider(s->machine, s->core);
}

void sched_fetch(const struct thread *t, int turns)
{
    const struct task *task = turns < 2 ? t->task : NULL;

    if (turns == 2) {
        PREFETCH(t);
        PREFETCH((const char *)t + CACHE_LINE);
    } else if (turns == 1 && task) {
        PREFETCH(task);
    } else if (task && task->ctx) {
        PREFETCH(task->ctx);
        PREFETCH((const char *)task + CACHE_LINE);
    }
}

uint32_t sched_number(const struct thread *t)
{
    return t->slot;
}
