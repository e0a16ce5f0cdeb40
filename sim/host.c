/* host.c - what an executor asks that runs many tasks on one thread, in turns.
 *
 * Of the tasks of such a thread one is running at most, and only then the thread serves it
 * (thread.task); the others wait, for something or for their turn:
 *
 *            executor_wake(), executor_enter()
 *   BLOCKED ----------------------------------> RUNNING (or READY with the thread)
 *     |   ^            executor_leave()            |  ^
 *     |   +----------------------------------------+  | executor_enter()
 *     |   could not go on                          |  |
 *     |                                could go on |  |
 *     +----------------> WAITING <-----------------+  |
 *      executor_waits()     +-------------------------+
 */
#include "sim/world.h"

static void tell(const struct executor *ex, enum trace_kind kind, int32_t place,
                 const struct task *t, int64_t arg, int64_t extra)
{
    trace_emit(ex->sim->trace, ex->sim->eng.now, kind, place, (int32_t)t->slot, arg, extra);
}

void *executor_alloc(struct executor *ex, size_t bytes)
{
    return arena_alloc(&ex->sim->mem, bytes);
}

void executor_at(struct executor *ex, struct event *ev, sim_time at)
{
    engine_at(&ex->sim->eng, ev, at > ex->sim->eng.now ? at : ex->sim->eng.now);
}

void executor_cancel(struct executor *ex, struct event *ev)
{
    engine_cancel(&ex->sim->eng, ev);
}

struct executor *executor_of_engine(struct engine *eng, int32_t id)
{
    return &container_of(eng, struct sim, eng)->executors[id];
}

/* ---- turns ----------------------------------------------------------------------------- */

void executor_step(struct executor *ex, struct task *t, struct step *out)
{
    task_next(ex->sim, t, out);
}

bool executor_task_step(struct executor *ex, struct thread *th, struct step *out)
{
    if (LIKELY(task_goes_on(ex->sim, th->task, out)))
        return true;
    executor_done(ex, th, out->fault);
    return false;
}

int64_t executor_cores(const struct executor *ex)
{
    return ex->sim->sc->machine.ncores;
}

void executor_waits(struct executor *ex, struct task *t)
{
    tell(ex, TR_READY, -1, t, READY_LOOP, 0);
}

void executor_wake(struct executor *ex, struct thread *th, struct task *t, bool fresh)
{
    sim_assert(th->state == THREAD_PARKED);
    stand_in_leaves(ex->sim, t);
    executor_serve(ex, th, t);
    queues_put(&ex->sim->machine, th, fresh ? READY_NEW : READY_WOKEN);
    tell(ex, TR_TURN, (int32_t)th->slot, t, 1, 0);
}

void executor_wake_anew(struct executor *ex, struct thread *th, struct task *t, bool fresh)
{
    th->flags |= THREAD_ANEW;
    executor_wake(ex, th, t, fresh);
}

void executor_enter(struct executor *ex, struct thread *th, struct task *t, bool fresh)
{
    struct machine *m = &ex->sim->machine;
    struct core *c = &m->cores[th->core];
    struct sched *s = queues_of(m, th->core);
    int32_t priority = th->priority;

    sim_assert(c->running == th);
    sim_assert(!th->task);
    stand_in_leaves(ex->sim, t);
    executor_serve(ex, th, t);
    if (s->policy->renew)
        s->policy->renew(s, th);
    if (th->priority != priority)
        machine_reconsider(m, th->core);
    c->kernel = false;
    if (fresh)
        tell(ex, TR_READY, m->nqueues == 1 ? -1 : c->id, t, READY_NEW, 0);
    tell(ex, TR_RUN, c->id, t, RUN_USER,
         c->slice_end == SIM_NEVER ? SIM_NEVER : c->slice_end - ex->sim->eng.now);
    tell(ex, TR_TURN, (int32_t)th->slot, t, 1, 0);
}

void executor_leave(struct executor *ex, struct thread *th, const struct waiting *w)
{
    struct task *t = th->task;
    struct trace_rec rec = {.at = ex->sim->eng.now,
                            .kind = TR_BLOCK,
                            .place = w ? w->device : -1,
                            .task = (int32_t)t->slot,
                            .arg = w ? (int64_t)w->why : 0,
                            .extra = w ? (int64_t)w->place : 0,
                            .text = w ? w->name : NULL};

    tell(ex, TR_TURN, (int32_t)th->slot, t, 0, 0);
    tell(ex, TR_STOP, th->core, t, w ? STOP_BLOCKED : STOP_YIELDED, 0);
    th->task = NULL;
    if (!w)
        executor_waits(ex, t);
    else if (trace_wants(ex->sim->trace, TR_BLOCK))
        trace_tell(ex->sim->trace, &rec);
}

void executor_done(struct executor *ex, struct thread *th, bool fault)
{
    struct task *t = th->task;

    tell(ex, TR_TURN, (int32_t)th->slot, t, 0, 0);
    tell(ex, TR_STOP, th->core, t, STOP_DONE, 0);
    th->task = NULL;
    task_done(ex->sim, t, fault);
}

/* ---- what tasks need ---------------------------------------------------------------------- */

void executor_fault(struct executor *ex, struct task *t, int64_t place, const char *text)
{
    struct trace_rec rec = {.at = ex->sim->eng.now,
                            .kind = TR_FAULT,
                            .place = t->thread ? t->thread->core : -1,
                            .task = (int32_t)t->slot,
                            .arg = place,
                            .text = text};

    ex->sim->faults++;
    if (trace_wants(ex->sim->trace, TR_FAULT))
        trace_tell(ex->sim->trace, &rec);
}

bool executor_asks(struct executor *ex, struct async_request *a, const struct step *step)
{
    return device_submit_async(&ex->sim->devices[step->device], a,
                               &(struct asking){step->time, step->bytes, step->at, NULL});
}

bool executor_pools(const struct executor *ex, int32_t device)
{
    return ex->sim->sc->devices[device].mode == DEVICE_POOL;
}

bool executor_is_slow(const struct executor *ex, int32_t device)
{
    const struct device_preset *preset = ex->sim->sc->devices[device].preset;

    return preset && preset->slow;
}

void executor_joined(struct executor *ex, struct task *t, struct brood *children)
{
    task_joined(ex->sim, t, children);
}

void executor_spawn(struct executor *ex, struct task *parent, int32_t program, const char *name)
{
    task_spawn(ex->sim, parent, program, name);
}

void executor_cut(struct executor *ex, struct thread *th)
{
    machine_cut(&ex->sim->machine, th);
}

int32_t executor_port(struct executor *ex)
{
    return ex->sim->ports_made++;
}

void executor_posts(struct executor *ex, const struct task *t, int32_t port)
{
    tell(ex, TR_POST, port, t, 0, 0);
}

void executor_receives(struct executor *ex, const struct task *t, int32_t port, bool handled)
{
    tell(ex, TR_RECEIPT, port, t, handled, 0);
}

bool executor_is_async(const struct executor *ex, uint32_t entry)
{
    return code_is_async(&ex->sim->code, entry);
}

bool executor_throws(struct executor *ex, struct task *t, struct words *w)
{
    return task_throw(ex->sim, t, w);
}

struct words *executor_words(struct executor *ex, const char *text)
{
    return words_new(&ex->sim->words, text);
}

void executor_lingers(struct executor *ex, int more)
{
    ex->sim->lingering += (uint32_t)more;
    sim_mind_end(ex->sim);
}

uint64_t executor_copy(const struct executor *ex, const struct task *t, bool *script)
{
    *script = ex->sim->sc->tasks[t->spec].script && !(t->ctx && t->ctx->of);
    return t->copy;
}

static struct task *nobodys(struct executor *ex, struct thread *th, int32_t spec,
                            uint64_t number)
{
    struct task *t;

    sim_assert(spec >= ex->sim->sc->ntasks);
    t = task_new(ex->sim, spec, number, ex->sim->code.entry[ex->sim->sc->tasks[spec].program]);
    t->thread = th;
    ex->sim->helpers++;
    tell(ex, TR_ARRIVE, -1, t, spec, (int64_t)number);
    return t;
}

struct task *executor_helper(struct executor *ex, struct thread *th, uint64_t number)
{
    return nobodys(ex, th, ex->sim->sc->executors[ex->id].helper, number);
}

struct task *executor_own(struct executor *ex, struct thread *th, uint64_t number)
{
    return nobodys(ex, th, ex->sim->sc->executors[ex->id].own, number);
}

void executor_tells(struct executor *ex, enum loop_fact what, sim_time time)
{
    trace_emit(ex->sim->trace, ex->sim->eng.now, TR_LOOP, ex->id, -1, what, time);
}

uint64_t executor_watched(const struct executor *ex)
{
    return ex->sim->trace->kinds & TRACE_LOOPS & ~TRACE_MEMORY;
}

void executor_phase(struct executor *ex, int32_t loop, enum loop_stage stage,
                    uint64_t iteration)
{
    trace_emit(ex->sim->trace, ex->sim->eng.now, TR_PHASE, loop, -1, stage, (int64_t)iteration);
}

void executor_calls(struct executor *ex, int32_t loop, const struct task *t,
                    enum call_kind kind, int64_t place, const char *name)
{
    struct trace_rec rec = {
        ex->sim->eng.now, TR_CALL, loop, t ? (int32_t)t->slot : -1, kind, place, name};

    if (trace_wants(ex->sim->trace, TR_CALL))
        trace_tell(ex->sim->trace, &rec);
}

void executor_returns(struct executor *ex, int32_t loop, const struct task *t)
{
    trace_emit(ex->sim->trace, ex->sim->eng.now, TR_RETURN, loop, t ? (int32_t)t->slot : -1, 0,
               0);
}

void executor_frame(struct executor *ex, int32_t loop, const struct task *t, bool entered,
                    int64_t place, const char *name)
{
    struct trace_rec rec = {ex->sim->eng.now, TR_FRAME, loop, (int32_t)t->slot,
                            entered,          place,    name};

    if (trace_wants(ex->sim->trace, TR_FRAME))
        trace_tell(ex->sim->trace, &rec);
}

void executor_frames(struct executor *ex, const struct task *t, const int64_t *stack,
                     uint32_t calls, uint32_t frame, bool entered)
{
    task_frames(ex->sim, t, stack, calls, frame, entered);
}

void executor_queue(struct executor *ex, int32_t loop, enum loop_queue queue, int64_t n)
{
    if (trace_wants_queue(ex->sim->trace, queue))
        trace_emit(ex->sim->trace, ex->sim->eng.now, TR_QUEUED, loop, -1, queue, n);
}

void executor_entry(struct executor *ex, int32_t loop, const struct task *t,
                    enum loop_queue queue, bool joins, int64_t place, const char *name)
{
    struct trace_rec rec = {ex->sim->eng.now,
                            joins ? TR_ENQUEUE : TR_DEQUEUE,
                            loop,
                            (int32_t)t->slot,
                            queue,
                            place,
                            name};

    if (trace_wants(ex->sim->trace, TR_ENQUEUE))
        trace_tell(ex->sim->trace, &rec);
}

int64_t executor_place(const struct executor *ex, const struct task *t)
{
    return task_place(ex->sim, t);
}

const char *executor_device(const struct executor *ex, int32_t device)
{
    return ex->sim->sc->devices[device].name;
}

void executor_uses(struct executor *ex, int64_t bytes)
{
    if (bytes < 0)
        sim_give_memory(ex->sim, -bytes);
    else
        (void)sim_take_memory(ex->sim, bytes);
}

void executor_heap(struct executor *ex, int32_t loop, int64_t used, int64_t garbage)
{
    trace_emit(ex->sim->trace, ex->sim->eng.now, TR_HEAP, loop, -1, used, garbage);
}

void executor_gc(struct executor *ex, int32_t loop, enum gc_kind kind, sim_time pause)
{
    trace_emit(ex->sim->trace, ex->sim->eng.now, TR_GC, loop, -1, kind, pause);
}

void executor_no_memory(struct executor *ex)
{
    ex->sim->out_of_memory = true;
}

bool executor_expects(const struct executor *ex)
{
    return ex->sim->sources_left > 0;
}
