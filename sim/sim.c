#include "sim/sim.h"

#include "sim/world.h"

#include <stdlib.h>

const char *outcome_name(enum outcome outcome)
{
    static const char *const names[] = {
#define X(name, text, help) text,
        OUTCOMES(X)
#undef X
    };

    sim_assert((size_t)outcome < ARRAY_LEN(names));
    return names[outcome];
}

/* ---- the life of a task -------------------------------------------------------------------- */

static void tell_memory(const struct sim *sim, int64_t change)
{
    if (change != 0)
        trace_emit(sim->trace, sim->eng.now, TR_MEMORY, -1, -1, sim->memory, 0);
}

bool sim_take_memory(struct sim *sim, int64_t bytes)
{
    sim->memory += bytes;
    tell_memory(sim, bytes);
    if (sim->sc->machine.memory == 0 || sim->memory <= sim->sc->machine.memory)
        return true;
    sim->out_of_memory = true;
    sim_stop(sim);
    return false;
}

void sim_give_memory(struct sim *sim, int64_t bytes)
{
    sim->memory -= bytes;
    sim_assert(sim->memory >= 0);
    tell_memory(sim, bytes);
}

void sim_stop(struct sim *sim)
{
    sim->over = true;
    engine_stop(&sim->eng);
}

static int64_t task_bytes(const struct sim *sim, int32_t spec)
{
    return sim->sc->machine.task_memory + sim->sc->tasks[spec].memory;
}

struct task *task_new(struct sim *sim, int32_t spec, uint64_t copy, uint32_t entry)
{
    uint32_t slot;
    struct task *t = pool_take(&sim->tasks, &slot);

    t->slot = slot;
    t->serial = ++sim->tasks_made;
    t->spec = spec;
    t->copy = copy;
    t->pc = entry;
    return t;
}

void sim_mind_end(struct sim *sim)
{
    uint32_t live = sim->tasks.live - sim->helpers;

    if (sim->sources_left > 0)
        return;
    if (live == 0)
        sim_stop(sim);
    if (live == 0 || live > sim->lingering)
        return;
    for (int32_t i = 0; i < sim->sc->nexecutors; i++)
        if (sim->executors[i].model->settle)
            sim->executors[i].model->settle(&sim->executors[i]);
}

static void task_gone(struct sim *sim, struct task *t)
{
    struct brood *b = t->ctx ? t->ctx->of : NULL;
    int32_t spec = t->spec;
    uint64_t copy = t->copy;

    sync_task_gone(t);
    if (b)
        list_remove(&t->ctx->sibling);
    task_ctx_free(t);
    pool_give(&sim->tasks, t->slot);
    if (b) {
        struct thread *waiter = b->waiter;

        if (--b->live == 0) {
            b->waiter = NULL;
            if (b->joined)
                b->joined(b);
            if (waiter) {
                task_joined(sim, waiter->task, b);
                thread_waits_no_more(waiter);
                machine_wake(&sim->machine, waiter);
            }
            if (b->orphaned)
                free(b);
        }
    } else {
        source_task_done(sim, spec, copy);
    }
    sim_mind_end(sim);
}

void task_submit(struct sim *sim, struct task *t, const char *name)
{
    const struct task_spec *spec = &sim->sc->tasks[t->spec];
    struct executor *ex = &sim->executors[spec->executor];
    struct trace_rec rec = {sim->eng.now, TR_ARRIVE,        -1,  (int32_t)t->slot,
                            t->spec,      (int64_t)t->copy, name};

    if (ex->model->accepts && !ex->model->accepts(ex)) {
        trace_emit(sim->trace, sim->eng.now, TR_REJECT, ex->id, -1, t->spec, (int64_t)t->copy);
        task_gone(sim, t);
        return;
    }
    if (trace_wants(sim->trace, TR_ARRIVE))
        trace_tell(sim->trace, &rec);
    if (t->ctx && t->ctx->of)
        trace_emit(sim->trace, sim->eng.now, TR_SPAWN, (int32_t)t->ctx->of->parent,
                   (int32_t)t->slot, t->ctx->of->number, 0);
    if (sim->tasks.live - sim->helpers > sim->live_max)
        sim->live_max = sim->tasks.live - sim->helpers;
    if (spec->period > 0 || spec->deadline > 0) {
        struct task_ctx *ctx = task_ctx(t);

        ctx->release = sim->eng.now;
        ctx->job = 1;
    }
    if (sim_take_memory(sim, task_bytes(sim, t->spec)))
        ex->model->submit(ex, t);
}

void task_done(struct sim *sim, struct task *t, bool fault)
{
    trace_emit(sim->trace, sim->eng.now, TR_DONE, -1, (int32_t)t->slot,
               fault ? DONE_FAULT : DONE_END, 0);
    sim_give_memory(sim, task_bytes(sim, t->spec));
    task_gone(sim, t);
}

/* ---- what executors ask --------------------------------------------------------------------- */

struct thread *executor_thread_new(struct executor *ex, bool paid)
{
    struct thread *th = machine_thread_new(&ex->sim->machine, ex->id);

    if (paid)
        th->flags |= THREAD_CREATED;
    ex->threads++;
    trace_emit(ex->sim->trace, ex->sim->eng.now, TR_THREAD, ex->id, -1, ex->threads, 0);
    return th;
}

void executor_serve(struct executor *ex, struct thread *th, struct task *t)
{
    trace_emit(ex->sim->trace, ex->sim->eng.now, TR_SERVES, ex->id, (int32_t)t->slot,
               th->serial, th->slot);
    th->task = t;
    t->thread = th;
    th->priority = sync_priority(ex->sim, t);
}

void executor_start(struct executor *ex, struct thread *th, struct task *t)
{
    executor_serve(ex, th, t);
    if (t->ctx && t->ctx->of)
        th->flags |= THREAD_CREATED; /* spawn has paid */
    th->flags |= THREAD_ANEW;
    machine_ready(&ex->sim->machine, th);
}

bool executor_task_next(struct executor *ex, struct thread *th, struct step *out)
{
    struct sim *sim = ex->sim;
    struct task *t = th->task;

    if (LIKELY(task_goes_on(sim, t, out)))
        return true;
    trace_emit(sim->trace, sim->eng.now, TR_STOP, th->core, (int32_t)t->slot, STOP_DONE, 0);
    th->task = NULL;
    task_done(sim, t, out->fault);
    return false;
}

void executor_take(struct executor *ex, struct thread *th, struct task *t)
{
    struct sim *sim = ex->sim;
    struct core *c = &sim->machine.cores[th->core];
    struct sched *s = queues_of(&sim->machine, th->core);
    sim_time rest;

    sim_assert(c->running == th);
    executor_serve(ex, th, t);
    if (s->policy->renew)
        s->policy->renew(s, th);
    if (s->policy->slices_anew && s->policy->slice) {
        c->slice_over = false;
        c->slice_end = time_add(sim->eng.now, s->policy->slice(s, th));
    }
    rest = c->slice_end >= SIM_TIME_MAX ? SIM_NEVER : c->slice_end - sim->eng.now;
    machine_reconsider(&sim->machine, th->core); /* it may be less urgent than the one before */
    c->kernel = false;
    trace_emit(sim->trace, sim->eng.now, TR_READY, sim->machine.nqueues == 1 ? -1 : c->id,
               (int32_t)t->slot, READY_NEW, 0);
    trace_emit(sim->trace, sim->eng.now, TR_RUN, c->id, (int32_t)t->slot, RUN_USER, rest);
}

void executor_queued(struct executor *ex, int64_t n)
{
    trace_emit(ex->sim->trace, ex->sim->eng.now, TR_QUEUE, ex->id, -1, n, 0);
}

static void executors_init(struct sim *sim)
{
    const struct scenario *sc = sim->sc;

    sim->executors = arena_alloc(&sim->mem, (size_t)sc->nexecutors * sizeof(*sim->executors));
    for (int32_t i = 0; i < sc->nexecutors; i++) {
        struct executor *ex = &sim->executors[i];

        ex->model = sc->executors[i].model;
        ex->params = sc->executors[i].params;
        ex->sim = sim;
        ex->now = &sim->eng.now;
        ex->id = i;
        ex->first_loop = scenario_first_loop(sc, i);
        ex->first_worker = scenario_first_worker(sc, i);
        ex->state = arena_alloc(&sim->mem, ex->model->state_size + 1);
        if (ex->model->init)
            ex->model->init(ex);
    }
}

/* ---- a run -------------------------------------------------------------------------------- */

struct sim *sim_new(const struct scenario *sc, struct trace *trace)
{
    struct sim *sim = sim_calloc(1, sizeof(*sim));

    sim_assert(sc && trace);
    sim->sc = sc;
    sim->trace = trace;
    arena_init(&sim->mem);
    list_init(&sim->words);
    engine_init(&sim->eng);
    pool_init(&sim->tasks, &sim->mem, sizeof(struct task));
    pool_init(&sim->threads, &sim->mem,
              sizeof(struct thread) +
                  sched_thread_bytes(sc->machine.policy, sc->machine.policy_params));
    code_compile(&sim->code, &sim->mem, sc);
    sim->vars = arena_alloc(&sim->mem, (sc->nvars + 1) * sizeof(*sim->vars));
    for (uint32_t i = 0; i < sc->nvars; i++)
        sim->vars[i] = sc->vars[i].value;
    return sim;
}

void sim_limit_events(struct sim *sim, uint64_t events)
{
    engine_limit(&sim->eng, events);
}

void sim_shuffle_ties(struct sim *sim, uint64_t seed)
{
    engine_shuffle_ties(&sim->eng, seed);
}

/* What is left of tasks that have not ended. */
static void free_contexts(struct sim *sim)
{
    uint8_t *gone = pool_gone(&sim->tasks);

    for (uint32_t slot = 0; slot < sim->tasks.used; slot++) {
        struct task *t = pool_at(&sim->tasks, slot);

        if (gone[slot])
            continue;
        if (t->ctx && t->ctx->of && --t->ctx->of->live == 0 && t->ctx->of->orphaned)
            free(t->ctx->of);
        task_ctx_free(t);
    }
    free(gone);
}

void sim_free(struct sim *sim)
{
    if (!sim)
        return;
    for (int32_t i = 0; sim->executors && i < sim->sc->nexecutors; i++)
        if (sim->executors[i].model && sim->executors[i].model->release)
            sim->executors[i].model->release(&sim->executors[i]);
    free_contexts(sim);
    words_free_all(&sim->words);
    machine_release(&sim->machine);
    syncs_release(sim);
    sources_release(sim);
    engine_release(&sim->eng);
    pool_release(&sim->tasks);
    pool_release(&sim->threads);
    arena_release(&sim->mem);
    free(sim);
}

static enum outcome outcome_of(const struct sim *sim, enum engine_end how)
{
    bool left = sim->tasks.live > sim->helpers || sim->sources_left > 0;

    if (sim->out_of_memory)
        return OUTCOME_OUT_OF_MEMORY;
    if (sim->faults > 0)
        return OUTCOME_FAULT;
    if (sim->deadlocked)
        return OUTCOME_DEADLOCK;
    if (!left)
        return OUTCOME_COMPLETED;
    return how == ENGINE_HORIZON || sim->eng.pending > 0 ? OUTCOME_UNTIL : OUTCOME_DEADLOCK;
}

enum outcome sim_run(struct sim *sim)
{
    enum engine_end how = ENGINE_STOPPED;
    enum outcome outcome;

    machine_init(&sim->machine, sim);
    devices_init(sim);
    syncs_init(sim);
    executors_init(sim);
    sources_init(sim);
    if (!sim->over)
        how = engine_run(&sim->eng, sim->sc->until);
    sim->end = sim->eng.now;
    outcome = outcome_of(sim, how);
    if (how == ENGINE_DRAINED)
        deadlock_tell_rest(sim);
    trace_finish(sim->trace, sim->end);
    return outcome;
}

sim_time sim_end(const struct sim *sim)
{
    return sim->end;
}

uint64_t sim_events(const struct sim *sim)
{
    return sim->eng.fired;
}

size_t sim_bytes(const struct sim *sim)
{
    return sim->mem.bytes;
}

uint32_t sim_live_max(const struct sim *sim)
{
    return sim->live_max;
}
