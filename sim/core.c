/* core.c - one core: switch, burst, slice, and what comes after. */
#include "sim/machine.h"

#include "sim/world.h"

enum { STARTS_SLACK = 10000, STARTS_PER_THREAD = 100 };

NOINLINE static void told(const struct core *c, enum trace_kind kind, const struct thread *t,
                          int64_t arg, int64_t extra)
{
    const struct sim *sim = c->machine->sim;

    trace_emit(sim->trace, sim->eng.now, kind, c->id, t->task ? (int32_t)t->task->slot : -1,
               arg, extra);
}

/* What nobody listens to costs the question. */
static HOT_INLINE void tell(const struct core *c, enum trace_kind kind, const struct thread *t,
                            int64_t arg, int64_t extra)
{
    if (trace_wants(c->machine->sim->trace, kind))
        told(c, kind, t, arg, extra);
}

static HOT_INLINE void set_free(struct core *c)
{
    struct machine *m = c->machine;
    uint32_t id = (uint32_t)c->id;

    c->state = CORE_FREE;
    c->running = NULL;
    if (c->stolen_until > m->sim->eng.now) {
        machine_core_changed(m, c->id);
        engine_at(&m->sim->eng, &c->end, c->stolen_until); /* an interrupt has it */
        return;
    }
    m->free[id / 64] |= UINT64_C(1) << id % 64;
    m->nfree++;
    machine_core_changed(m, c->id);
    engine_soon(&m->sim->eng, &m->bell);
}

void core_set_free(struct core *c)
{
    set_free(c);
}

/* ---- the burst -------------------------------------------------------------------- */

int64_t core_speed(const struct core *c, const struct thread *t)
{
    int64_t speed = c->speed_e6;

    if (UNLIKELY(c->machine->cache != NULL) && (t->flags & THREAD_WARM))
        speed = mul_div_floor(speed, c->machine->spec->cache.speedup_e6, 1000000);
    return speed;
}

/* What a thread gets done in `ran` ns on this core. */
static void core_works(struct core *c, struct thread *t, sim_time ran)
{
    sim_time done = mul_div_floor(ran, core_speed(c, t), 1000000);

    t->rest -= done < t->rest ? done : t->rest;
    if (c->machine->cache)
        cache_ran(c->machine->cache, c, t, ran);
}

static HOT_INLINE void account(struct core *c, sim_time now)
{
    struct sched *s = queues_of(c->machine, c->id);
    struct thread *t = c->running;
    sim_time ran = now - c->since;

    if (ran <= 0)
        return;
    if (LIKELY(c->plain))
        t->rest -= ran;
    else
        core_works(c, t, ran);
    sim_assert(t->rest >= 0);
    c->since = now;
    if (s->policy->charge)
        s->policy->charge(s, t, ran);
}

void core_account(struct core *c)
{
    if (c->state == CORE_RUNNING)
        account(c, c->machine->sim->eng.now);
}

/* How long until the rest is done, or its speed changes. */
static sim_time core_needs(const struct core *c, struct thread *t)
{
    struct cache *cache = c->machine->cache;
    sim_time needs, change;

    if (cache && cache_warm(cache, c, t))
        t->flags |= THREAD_WARM;
    else
        t->flags &= (uint8_t)~THREAD_WARM;
    needs = mul_div_ceil(t->rest, 1000000, core_speed(c, t));
    change = cache ? cache_change(cache, c, t) : SIM_NEVER;
    return needs < change ? needs : change;
}

/* When what runs comes to an end, its slice does, or its speed changes. */
static HOT_INLINE void core_arm(struct core *c)
{
    struct engine *eng = &c->machine->sim->eng;
    struct thread *t = c->running;
    sim_time at; /* `since` may be the end of an interrupt */

    if (UNLIKELY(t->flags & THREAD_SPINS) && c->slice_end >= SIM_TIME_MAX) {
        engine_cancel(eng, &c->end); /* it spins until somebody ends that */
        return;
    }
    at = time_add(c->since, LIKELY(c->plain) ? t->rest : core_needs(c, t));
    engine_at(eng, &c->end, at < c->slice_end ? at : c->slice_end);
}

void core_reslice(struct core *c)
{
    struct sched *s = queues_of(c->machine, c->id);
    sim_time slice;

    if (c->state != CORE_RUNNING || !s->policy->slice)
        return; /* it is asked for when it begins to run */
    slice = s->policy->slice(s, c->running);
    c->slice_over = false;
    c->slice_end =
        slice >= SIM_TIME_MAX ? SIM_NEVER : time_add(c->machine->sim->eng.now, slice);
    if (event_pending(&c->end))
        core_arm(c);
}

static HOT_INLINE void core_burst(struct core *c)
{
    struct thread *t = c->running;
    uint8_t kernel = (t->flags & THREAD_KERNEL) != 0;
    sim_time now = c->machine->sim->eng.now;

    if (c->kernel != kernel) {
        c->kernel = kernel;
        tell(c, TR_MODE, t, kernel ? RUN_KERNEL : RUN_USER, 0);
    }
    c->since = c->stolen_until > now ? c->stolen_until : now;
    core_arm(c);
}

/* ---- leaving the core -------------------------------------------------------------- */

static HOT_INLINE void tell_policy(const struct core *c, enum stop_why why)
{
    struct sched *s = queues_of(c->machine, c->id);

    if (s->policy->stop)
        s->policy->stop(s, c->running, why);
}

static HOT_INLINE void core_leave(struct core *c, enum stop_why why)
{
    struct thread *t = c->running;

    tell(c, TR_STOP, t, why, 0);
    if (why != STOP_BLOCKED || c->machine->spec->on_block != ON_BLOCK_HOLD)
        tell_policy(c, why);
    engine_cancel(&c->machine->sim->eng, &c->end);
    if (UNLIKELY(t->flags & THREAD_SPINS))
        sync_spin_off(t);
    c->slice_over = false;
    t->slice_rest = 0;
    t->last_core = c->id;
}

static void core_requeue(struct core *c, enum stop_why stop, enum ready_why ready)
{
    struct thread *t = c->running;

    core_leave(c, stop);
    set_free(c);
    queues_put(c->machine, t, ready);
}

void core_preempt(struct core *c)
{
    struct thread *t = c->running;
    sim_time now = c->machine->sim->eng.now, rest = 0;

    if (c->state == CORE_RUNNING) {
        core_account(c);
        if (c->slice_end < SIM_TIME_MAX && c->slice_end > now)
            rest = c->slice_end - now;
        core_leave(c, STOP_PREEMPTED);
    } else {
        tell_policy(c, STOP_PREEMPTED);
        engine_cancel(&c->machine->sim->eng, &c->end);
        rest = t->slice_rest;
    }
    t->slice_rest = rest;
    core_set_free(c);
    queues_put(c->machine, t, READY_PREEMPTED);
}

static void core_renew(struct core *c)
{
    struct sched *s = queues_of(c->machine, c->id);
    sim_time slice = s->policy->slice ? s->policy->slice(s, c->running) : SIM_NEVER;

    c->slice_over = false;
    c->slice_end = time_add(c->machine->sim->eng.now, slice);
    machine_core_changed(c->machine, c->id);
    tell(c, TR_RENEW, c->running, 0, slice);
}

/* Nobody waits, but the thread may belong on another core now. */
static bool core_regroups(const struct core *c)
{
    const struct machine *m = c->machine;
    const struct sched *s = queues_of(m, c->id);

    if (!s->policy->regroups || !s->policy->regroups(s))
        return false;
    if (m->nqueues > 1) /* where other cores may find it */
        return m->spec->balance == BALANCE_PROBE;
    return m->nfree > 0 && m->spec->placement == PLACEMENT_FIRST;
}

/* The slice is over and the thread wants to go on: true if it may. */
static HOT_INLINE bool core_expire(struct core *c)
{
    struct sched *s = queues_of(c->machine, c->id);
    bool waiting = queues_waiting(c->machine, c);
    bool goes = waiting;

    if (s->policy->expires) {
        c->machine->choosing = c->id;
        goes = s->policy->expires(s, c->running, waiting);
        c->machine->choosing = -1;
    }
    if (goes || core_regroups(c)) {
        core_requeue(c, STOP_EXPIRED, READY_EXPIRED);
        return false;
    }
    core_renew(c);
    return true;
}

/* True: it goes on at once. */
static bool core_yield(struct core *c)
{
    struct machine *m = c->machine;
    struct sched *s = queues_of(m, c->id);
    bool goes = queues_waiting(m, c);

    if (s->policy->yields) {
        m->choosing = c->id;
        goes = s->policy->yields(s, c->running, goes);
        m->choosing = -1;
    }
    if (goes)
        core_requeue(c, STOP_YIELDED, READY_YIELDED);
    else
        core_renew(c);
    return !goes;
}

/* Blocked: off the core, or, on a machine without multiprogramming, staying with it. */
static void core_block(struct core *c, enum block_why why, int32_t device, const char *name,
                       uint32_t place)
{
    struct machine *m = c->machine;
    struct thread *t = c->running;
    struct trace_rec rec = {m->sim->eng.now, TR_BLOCK, device, (int32_t)t->task->slot, why,
                            place,           name};

    core_leave(c, STOP_BLOCKED);
    if (trace_wants(m->sim->trace, TR_BLOCK))
        trace_tell(m->sim->trace, &rec);
    t->state = THREAD_BLOCKED;
    if (m->spec->on_block == ON_BLOCK_HOLD)
        c->state = CORE_HELD;
    else
        set_free(c);
}

static void core_sleep(struct core *c, sim_time delay, enum block_why why)
{
    struct thread *t = c->running;

    core_block(c, why, -1, NULL, 0);
    machine_wake_after(c->machine, t, delay);
}

static void core_exit(struct core *c)
{
    struct machine *m = c->machine;
    struct thread *t = c->running;

    tell_policy(c, STOP_DONE);
    core_set_free(c);
    t->state = THREAD_PARKED;
    m->nthreads--;
    sim_give_memory(m->sim, m->spec->thread_memory);
    pool_give(&m->sim->threads, t->slot);
}

/* The thread has turned to a task that may not run here: it goes on where that may. */
static bool core_moves(struct core *c)
{
    struct thread *t = c->running;

    if (LIKELY(!c->machine->any_affinity) || thread_may_run(c->machine, t, c->id))
        return false;
    c->since = c->machine->sim->eng.now;
    core_preempt(c);
    return true;
}

/* ---- what next ---------------------------------------------------------------------- */

/* One step of the running thread.  True: it goes on at once. */
static bool core_step(struct core *c)
{
    struct machine *m = c->machine;
    struct sim *sim = m->sim;
    struct thread *t = c->running;
    struct executor *ex = &sim->executors[t->executor];
    struct step step;

    ex->model->next(ex, t, &step);
    if (step.kind != STEP_SPIN)
        sim->idle_rounds = 0;
    switch (step.kind) {
    case STEP_RUN:
        if (step.time <= 0)
            return true;
        t->rest = step.time;
        t->flags =
            (uint8_t)(step.kernel ? t->flags | THREAD_KERNEL : t->flags & ~THREAD_KERNEL);
        if (core_moves(c))
            return false;
        if (!c->slice_over || core_expire(c))
            core_burst(c);
        return false;
    case STEP_IO:
        if (!device_submit(&sim->devices[step.device], t,
                           &(struct asking){step.time, step.bytes, step.at, step.behalf}))
            return true;
        core_block(c, BLOCK_IO, step.device, NULL, 0);
        device_begin(&sim->devices[step.device]);
        return false;
    case STEP_SLEEP:
        core_sleep(c, step.time, BLOCK_SLEEP);
        return false;
    case STEP_PERIOD:
        core_sleep(c, step.time, BLOCK_PERIOD);
        return false;
    case STEP_JOIN:
        core_block(c, BLOCK_JOIN, -1, step.brood->name, 0);
        sync_join(sim, t, step.brood, step.place);
        return false;
    case STEP_SPIN:
        t->rest = SIM_TIME_MAX;
        t->flags &= (uint8_t)~THREAD_KERNEL;
        sync_spin(sim, t);
        if (core_moves(c))
            return false;
        if (!c->slice_over || core_expire(c))
            core_burst(c);
        return false;
    case STEP_WAIT:
        core_block(c, BLOCK_SYNC, t->wait.object->id, t->wait.object->name, t->wait.place);
        sync_queue(sim, t);
        return false;
    case STEP_YIELD:
        return core_yield(c);
    case STEP_PARK:
        tell_policy(c, STOP_DONE);
        t->state = THREAD_PARKED;
        t->last_core = c->id;
        c->slice_over = false;
        core_set_free(c);
        return false;
    default:
        sim_assert(step.kind == STEP_EXIT);
        core_exit(c);
        return false;
    }
}

static void core_go(struct core *c)
{
    while (!c->machine->sim->over && core_step(c)) {
    }
}

/* Threads that come and go without time passing would keep an instant from ending. */
static bool core_endless(struct core *c)
{
    struct machine *m = c->machine;
    struct sim *sim = m->sim;
    struct step out;

    if (m->instant != sim->eng.now) {
        m->instant = sim->eng.now;
        m->starts = 0;
    }
    if (LIKELY(++m->starts <= STARTS_SLACK + (uint64_t)STARTS_PER_THREAD * m->nthreads))
        return false;
    if (c->running->task)
        (void)task_fault(sim, c->running->task, NULL, &out,
                         "%llu switches and no time has passed: an endless loop",
                         (unsigned long long)m->starts);
    sim->endless = true;
    sim_stop(sim);
    return true;
}

void core_run(struct core *c)
{
    struct machine *m = c->machine;
    struct thread *t = c->running;
    struct sched *s = queues_of(m, c->id);
    sim_time now = m->sim->eng.now;
    sim_time slice = s->policy->slices_anew ? 0 : t->slice_rest;

    if (UNLIKELY(core_endless(c)))
        return;
    c->state = CORE_RUNNING;
    if (slice == 0)
        slice = s->policy->slice ? s->policy->slice(s, t) : SIM_NEVER;
    machine_core_changed(m, c->id);
    t->slice_rest = 0;
    c->slice_over = false;
    c->slice_end = slice >= SIM_TIME_MAX ? SIM_NEVER : time_add(now, slice);
    c->kernel = t->rest > 0 && (t->flags & THREAD_KERNEL);
    tell(c, TR_RUN, t, c->kernel ? RUN_KERNEL : RUN_USER, slice);
    if (!(t->flags & THREAD_CREATED)) {
        t->flags |= THREAD_CREATED;
        if (m->spec->thread_create > 0) {
            t->rest = m->spec->thread_create;
            t->flags |= THREAD_KERNEL;
        }
    }
    if (t->rest > 0)
        core_burst(c);
    else
        core_go(c);
}

void core_start(struct core *c, struct thread *t)
{
    struct machine *m = c->machine;
    const struct machine_spec *spec = m->spec;
    struct sched *s = queues_of(m, c->id);
    bool switches = c->last_serial != 0 && c->last_serial != t->serial;
    bool migrates = t->last_core >= 0 && t->last_core != c->id;
    sim_time cost = (switches ? spec->context_switch : 0) + (migrates ? spec->migration : 0);

    sim_assert(t->state == THREAD_READY);
    core_set_taken(c);
    t->state = THREAD_RUNNING;
    t->flags &= (uint8_t)~THREAD_URGENT;
    t->core = c->id;
    c->running = t;
    c->last_serial = t->serial;
    c->state = CORE_SWITCHING;
    machine_core_changed(m, c->id);
    if (s->policy->start)
        s->policy->start(s, t);
    if (switches || migrates)
        tell(c, TR_SWITCH, t, cost, (switches ? 1 : 0) | (migrates ? 2 : 0));
    if (cost > 0)
        engine_at(&m->sim->eng, &c->end, time_add(m->sim->eng.now, cost));
}

void machine_cut(struct machine *m, struct thread *t)
{
    struct core *c = t->state == THREAD_RUNNING ? &m->cores[t->core] : NULL;

    if (t->flags & THREAD_SPINS)
        return;
    if (c && c->state == CORE_RUNNING)
        core_account(c);
    if (t->state == THREAD_READY || c)
        t->rest = 0;
    if (c && c->state == CORE_RUNNING && event_pending(&c->end))
        engine_at(&m->sim->eng, &c->end,
                  c->since > m->sim->eng.now ? c->since : m->sim->eng.now);
}

/* The burst is over, or the slice, or the switch, or an interrupt of a free core. */
void core_fire(struct engine *eng, struct event *ev)
{
    struct core *c = container_of(ev, struct core, end);

    if (c->state == CORE_SWITCHING) {
        core_run(c);
        return;
    }
    if (c->state != CORE_RUNNING) {
        if (c->state == CORE_HELD) {
            c->running->state = THREAD_RUNNING; /* it goes on where it was held */
            core_run(c);
        } else {
            core_set_free(c);
        }
        return;
    }
    account(c, eng->now);
    if (eng->now >= c->slice_end)
        c->slice_over = true;
    if (UNLIKELY(c->running->flags & THREAD_SPINS) && c->slice_over &&
        deadlock_round(c->machine->sim)) {
        sim_stop(c->machine->sim);
        return;
    }
    if (c->running->rest == 0)
        core_go(c);
    else if (!c->slice_over)
        core_arm(c); /* its speed has changed */
    else if (core_expire(c))
        core_burst(c);
}
