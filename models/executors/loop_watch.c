/* loop_watch.c - what an event loop tells those who look into it: where it is in its round, what
 * it calls, and what waits.
 *
 * All of it is told from here and, in words of the machine, by sim/host.c; where nobody looks
 * (loop.watched) only lengths are kept.  Nothing that the loop decides depends on it.
 *
 * Source: libuv 1.46 src/unix/core.c (uv_run) for the phases; node 20.20 src/api/callback.cc
 * for where a callback begins and ends: the drain behind it is no part of it. */
#include "models/executors/executor_loop.h"

/* ---- phases ---------------------------------------------------------------------------------- */

/* A dead loop puts away what was its process's; it is in no phase of a round. */
void watched_phase(struct loop *l, enum loop_stage stage)
{
    if (l->told_gone)
        return;
    l->told_gone = l->dead;
    executor_phase(l->ex, l->number, l->dead ? STAGE_GONE : stage, l->iteration);
}

/* ---- queues ---------------------------------------------------------------------------------- */

void watched_length(const struct loop *l, enum loop_queue queue)
{
    executor_queue(l->ex, l->number, queue, l->queued[queue]);
}

void callback_queue(struct callback *cb, enum loop_queue queue)
{
    struct loop *l = cb->loop;

    sim_assert(cb->queued == 0);
    if (queue == LOOP_QUEUE_TICKS)
        queue_push(&l->ticks, cb);
    else if (queue == LOOP_QUEUE_MICROTASKS)
        queue_push(&l->microtasks, cb);
    else if (queue == LOOP_QUEUE_IMMEDIATES)
        queue_push(&l->immediates, cb);
    else if (queue == LOOP_QUEUE_READY)
        queue_push(&l->ready, cb);
    cb->queued = (uint8_t)(queue + 1);
    callback_counts(cb, queue, true);
}

void callback_due(struct callback *cb, bool is)
{
    if (cb->due != is)
        callback_counts(cb, LOOP_QUEUE_DUE, is);
    cb->due = is;
}

void watched_unqueue(struct callback *cb)
{
    callback_due(cb, false);
    if (cb->queued == 0)
        return;
    callback_counts(cb, (enum loop_queue)(cb->queued - 1), false);
    cb->queued = 0;
}

/* ---- calls ------------------------------------------------------------------------------------ */

static enum call_kind call_of(const struct callback *cb)
{
    static const uint8_t kinds[] = {
        [CALLBACK_TICK] = CALL_TICK,         [CALLBACK_MICROTASK] = CALL_MICROTASK,
        [CALLBACK_REACTION] = CALL_REACTION, [CALLBACK_ADOPT] = CALL_ADOPTION,
        [CALLBACK_ADOPTED] = CALL_ADOPTION,  [CALLBACK_IMMEDIATE] = CALL_IMMEDIATE,
        [CALLBACK_TIMER] = CALL_TIMER,       [CALLBACK_REQUEST] = CALL_IO,
        [CALLBACK_JOB] = CALL_WORK,          [CALLBACK_JOIN] = CALL_JOIN,
        [CALLBACK_PERIOD] = CALL_PERIOD,     [CALLBACK_CLOSE] = CALL_CLOSE,
        [CALLBACK_MESSAGE] = CALL_MESSAGE,   [CALLBACK_PORT] = CALL_MESSAGE,
        [CALLBACK_WORKER] = CALL_MESSAGE,    [CALLBACK_TURN] = CALL_IMMEDIATE,
        [CALLBACK_FRAME] = CALL_FRAME,
    };

    sim_assert(cb->kind < ARRAY_LEN(kinds));
    if (cb->kind == CALLBACK_REACTION && cb->fiber)
        return CALL_CONTINUATION;
    if (cb->kind == CALLBACK_TIMER && cb->repeats)
        return CALL_INTERVAL;
    if (cb->kind == CALLBACK_JOB && cb->device >= 0)
        return CALL_IO;
    return (enum call_kind)kinds[cb->kind];
}

static const char *label_of(const struct callback *cb)
{
    if (cb->name)
        return cb->name;
    if (cb->port)
        return cb->port->name;
    if (cb->device >= 0)
        return executor_device(cb->loop->ex, cb->device);
    return cb->promise ? cb->promise->name : NULL;
}

/* Nobody's callback, as the reaction of a task that has ended, is counted and not named. */
void watched_entry(const struct callback *cb, enum loop_queue queue, bool joins)
{
    const struct loop *l = cb->loop;

    if (cb->of)
        executor_entry(l->ex, l->number, cb->of->task, queue, joins, cb->place, label_of(cb));
}

void loop_arrival(struct loop_task *lt, bool joins)
{
    struct loop *l = lt->loop;

    if (UNLIKELY(l->listed))
        executor_entry(l->ex, l->number, lt->task, LOOP_QUEUE_READY, joins,
                       executor_place(l->ex, lt->task), NULL);
    loop_counts(l, LOOP_QUEUE_READY, joins ? 1 : -1);
}

void loop_calls_for(struct loop *l, struct loop_task *lt, const struct callback *cb)
{
    if (!l->watched || cb->cleared)
        return;
    sim_assert(!l->calling);
    sim_assert(!l->top);
    l->calling = lt;
    executor_calls(l->ex, l->number, lt->task, call_of(cb), cb->place, label_of(cb));
}

void loop_calls_event(struct loop *l, struct loop_task *lt, uint32_t place)
{
    if (!l->watched || l->calling)
        return;
    l->calling = lt;
    executor_calls(l->ex, l->number, lt->task, CALL_EVENT, place, NULL);
}

void loop_calls_main(struct loop *l, struct loop_task *lt)
{
    if (!l->watched)
        return;
    sim_assert(!l->calling);
    l->calling = lt;
    executor_calls(l->ex, l->number, lt->task, lt->script ? CALL_SCRIPT : CALL_TASK,
                   executor_place(l->ex, lt->task), NULL);
}

void watched_return(struct loop *l)
{
    executor_returns(l->ex, l->number, l->calling->task);
    l->calling = NULL;
}

/* ---- the call stack ----------------------------------------------------------------------------- */

/* The programs that it has called.  Its registers stay where they are: what the task would do
 * next, as policies ask, depends on which fiber is loaded. */
static void inner_frames(const struct fiber *f, bool entered)
{
    const struct task *t = f->of->task;
    struct executor *ex = f->of->loop->ex;

    if (f->of->loaded != f)
        executor_frames(ex, t, f->saved.stack, f->saved.calls, f->saved.frame, entered);
    else if (t->ctx)
        executor_frames(ex, t, t->ctx->stack, t->ctx->calls, t->ctx->frame, entered);
}

/* Under them stands the function itself. */
void watched_frames(const struct fiber *f, bool entered)
{
    struct loop *l = f->of->loop;
    const struct task *t = f->of->task;

    if (entered && f->frame)
        executor_frame(l->ex, l->number, t, true, f->called_at, f->frame);
    inner_frames(f, entered);
    if (!entered && f->frame)
        executor_frame(l->ex, l->number, t, false, f->called_at, f->frame);
}
