/* loop_tasks.c - the tasks of a loop, their fibers and their callbacks.
 *
 * Source: ECMA-262 27.7, async functions as coroutines; libuv 1.46 src/unix/core.c for what
 * keeps a loop alive (L1), applied to each task. */
#include "models/executors/executor_loop.h"

#include <stdlib.h>
#include <string.h>

#include "sim/program.h"

/* ---- callbacks ------------------------------------------------------------------------------ */

struct callback *callback_new(struct loop_task *lt, enum callback_kind kind, bool holds)
{
    struct loops *all = lt->loop->all;
    struct callback *cb = all->free_callbacks;

    if (cb) {
        all->free_callbacks = cb->next;
        memset(cb, 0, sizeof(*cb));
    } else {
        cb = executor_alloc(all->ex, sizeof(*cb));
    }
    cb->loop = lt->loop;
    cb->of = lt;
    cb->kind = (uint8_t)kind;
    cb->device = -1;
    cb->holds = holds;
    cb->unref = !holds && (kind == CALLBACK_TIMER || kind == CALLBACK_IMMEDIATE ||
                           kind == CALLBACK_WORKER || kind == CALLBACK_PORT);
    lt->refs += cb->holds;
    lt->unrefs += cb->unref;
    lt->loop->unrefs += cb->unref;
    list_push_back(&lt->started, &cb->link);
    return cb;
}

void callback_taken(struct callback *cb)
{
    if (!cb->ready)
        return;
    cb->ready = false;
    cb->of->ready--;
    executor_tells(cb->loop->ex, LOOP_LAG, executor_now(cb->loop->ex) - cb->ready_at);
}

void callback_detach(struct callback *cb)
{
    struct loop_task *lt = cb->of;

    if ((cb->kind == CALLBACK_IMMEDIATE || cb->kind == CALLBACK_TURN) && cb->holds)
        cb->loop->nrefd--;
    callback_unqueue(cb);
    if (cb->ready)
        lt->ready--;
    lt->refs -= cb->holds;
    lt->unrefs -= cb->unref;
    cb->loop->unrefs -= cb->unref;
    list_remove(&cb->link);
    if (cb->named)
        name_lists_remove(&lt->names->timers, &cb->by_name);
    cb->named = cb->ready = cb->holds = cb->unref = false;
    cb->cleared = true;
    cb->of = NULL;
}

void callback_over(struct callback *cb)
{
    struct loops *all = cb->loop->all;

    promise_drop(cb->loop, cb->promise);
    promise_drop(cb->loop, cb->result);
    words_drop(cb->message);
    words_drop(cb->error);
    if (cb->of)
        callback_detach(cb);
    cb->next = all->free_callbacks;
    all->free_callbacks = cb;
}

void callback_ready(struct callback *cb)
{
    struct loop_task *lt = cb->of;
    struct loop *l = cb->loop;

    if (cb->ready)
        return;
    cb->ready = true;
    cb->ready_at = executor_now(l->ex);
    lt->ready++;
    if (l->parked) {
        loop_wake(l, lt);
    } else if (lt->state == TASK_IS_BLOCKED) {
        lt->state = TASK_IS_WAITING;
        executor_waits(l->ex, lt->task);
    }
}

void callback_begin(struct callback *cb, uint32_t entry)
{
    struct fiber *f = fiber_new(cb->of, entry, promise_use(cb->result));

    if (UNLIKELY(cb->message || cb->error))
        fiber_says(f, words_use(cb->message), words_use(cb->error));
    callback_over(cb);
}

void callback_knows(struct callback *cb, const struct fiber *f)
{
    const struct task *t = f->of->task;
    const struct caught *c = t->ctx && f->of->loaded == f ? t->ctx->caught : NULL;

    if (!t->ctx || f->of->loaded != f)
        return;
    cb->message = words_use(t->ctx->message);
    while (c && !c->bound)
        c = c->outer;
    cb->error = c ? words_use(c->words) : NULL;
}

/* ---- turns ------------------------------------------------------------------------------------ */

struct callback *loop_reason(const struct loop_task *lt)
{
    if (lt->waits)
        return lt->waits;
    for (struct list *at = lt->started.next; at != &lt->started; at = at->next) {
        struct callback *cb = container_of(at, struct callback, link);

        if (cb->holds)
            return cb;
    }
    return list_empty(&lt->started) ? NULL
                                    : container_of(lt->started.next, struct callback, link);
}

static struct waiting waiting_for(const struct loop_task *lt)
{
    struct waiting w = {.why = BLOCK_SLEEP, .device = -1};
    const struct callback *cb = loop_reason(lt);

    if (!cb)
        return w;
    switch ((enum callback_kind)cb->kind) {
    case CALLBACK_REQUEST:
    case CALLBACK_JOB:
        w.why = cb->device >= 0 ? BLOCK_IO : BLOCK_POOL;
        w.device = cb->device;
        break;
    case CALLBACK_JOIN:
        w.why = BLOCK_JOIN;
        w.name = cb->name;
        break;
    case CALLBACK_PERIOD:
        w.why = BLOCK_PERIOD;
        break;
    case CALLBACK_PORT:
    case CALLBACK_WORKER:
        w.why = BLOCK_MESSAGE;
        w.name = cb->port->name;
        break;
    case CALLBACK_REACTION:
    case CALLBACK_ADOPTED:
        w.why = BLOCK_PROMISE;
        w.name = cb->promise ? cb->promise->name : NULL;
        break;
    default:
        break;
    }
    return w;
}

void loop_leave(struct loop *l)
{
    struct loop_task *lt = l->serving;

    if (!lt)
        return;
    l->serving = NULL;
    if (lt->ready > 0) {
        lt->state = TASK_IS_WAITING;
        executor_leave(l->ex, l->th, NULL);
    } else {
        struct waiting w = waiting_for(lt);

        lt->state = TASK_IS_BLOCKED;
        executor_leave(l->ex, l->th, &w);
    }
}

void loop_serve(struct loop *l, struct loop_task *lt)
{
    bool fresh = lt->state == TASK_IS_NEW;

    if (l->serving == lt)
        return;
    loop_leave(l);
    if (lt->state == TASK_IS_BLOCKED)
        executor_waits(l->ex, lt->task);
    lt->state = TASK_IS_SERVED;
    l->serving = lt;
    executor_enter(l->ex, l->th, lt->task, fresh);
}

void loop_wake(struct loop *l, struct loop_task *lt)
{
    bool fresh = lt->state == TASK_IS_NEW;

    sim_assert(l->parked);
    l->parked = l->given_up = false;
    executor_cancel(l->ex, &l->timers.alarm);
    if (costs_wake(l)) {
        if (lt->state != TASK_IS_BLOCKED)
            return;
        lt->state = TASK_IS_WAITING;
        executor_waits(l->ex, lt->task);
        return;
    }
    l->serving = lt;
    lt->state = TASK_IS_SERVED;
    executor_wake(l->ex, l->th, lt->task, fresh);
}

/* Whatever task of it is there is served. */
void loop_rouse(struct loop *l)
{
    const struct loops *all = l->all;

    for (uint32_t slot = 0; slot < all->room && l->parked; slot++) {
        struct loop_task *lt = all->by_slot[slot];

        if (lt && lt->loop == l)
            loop_wake(l, lt);
    }
}

void loop_lingers(struct loop_task *lt, bool does)
{
    if (lt->lingers == does)
        return;
    lt->lingers = does;
    lt->loop->lingerers += does ? 1 : -1;
    executor_lingers(lt->loop->ex, does ? 1 : -1);
}

/* ---- the life of a task ------------------------------------------------------------------------ */

/* ---- names -------------------------------------------------------------------------------------- */

struct task_names *task_names(struct loop_task *lt)
{
    struct loops *all = lt->loop->all;

    if (lt->names)
        return lt->names;
    lt->names = all->free_names;
    if (lt->names) {
        all->free_names = lt->names->next;
    } else {
        lt->names = executor_alloc(all->ex, sizeof(*lt->names));
        lt->names->made_before = all->all_names;
        all->all_names = lt->names;
        name_lists_init(&lt->names->promises);
        name_lists_init(&lt->names->timers);
    }
    return lt->names;
}

/* Nothing is in them; NULL: there are none. */
void task_names_over(struct loops *all, struct task_names *names)
{
    if (!names)
        return;
    sim_assert(names->promises.n == 0);
    sim_assert(names->timers.n == 0);
    name_lists_release(&names->promises);
    name_lists_release(&names->timers);
    names->next = all->free_names;
    all->free_names = names;
}

static const char *timer_name(struct list *by_name)
{
    return container_of(by_name, struct callback, by_name)->name;
}

void callback_name(struct callback *cb, const char *name)
{
    cb->name = name;
    cb->named = true;
    name_lists_add(&task_names(cb->of)->timers, &cb->by_name, timer_name);
}

struct loop_task *loop_task_new(struct loop *l, struct task *t)
{
    struct loops *all = l->all;
    struct loop_task *lt = all->free_tasks;

    if (lt) {
        all->free_tasks = lt->next;
        memset(lt, 0, sizeof(*lt));
    } else {
        lt = executor_alloc(all->ex, sizeof(*lt));
    }
    lt->task = t;
    lt->loop = l;
    lt->arrived = executor_now(l->ex);
    list_init(&lt->started);
    l->live++;
    if (t->slot >= all->room) {
        uint32_t room = 2 * t->slot + 64;

        all->by_slot = sim_realloc(all->by_slot, room * sizeof(struct loop_task *));
        memset(all->by_slot + all->room, 0, (room - all->room) * sizeof(struct loop_task *));
        all->room = room;
    }
    all->by_slot[t->slot] = lt;
    loop_lingers(lt, l->optional);
    return lt;
}

void loop_clear(struct callback *cb)
{
    if (cb->kind == CALLBACK_FRAME)
        executor_cancel(cb->loop->ex, &cb->request.request.done);
    if (cb->kind == CALLBACK_TIMER && cb->loop->all->browser && cb->loop->timers.rearm != cb &&
        browser_timer_stop(cb)) {
        callback_detach(cb);
        return;
    }
    if (cb->kind == CALLBACK_TIMER) {
        bool runs = cb->loop->timers.rearm == cb;

        timers_stop(cb);
        cb->cleared = true;
        if (!runs)
            callback_over(cb);
        return;
    }
    callback_detach(cb); /* its queue frees it */
}

/* What the task has left behind, in whatever queue, will do nothing. */
static void abandon(struct loop_task *lt)
{
    struct list *at = lt->started.next;

    while (at != &lt->started) {
        struct callback *cb = container_of(at, struct callback, link);

        at = at->next;
        if (cb->fiber) {
            fiber_free(cb->fiber);
            cb->fiber = NULL;
        }
        if (cb->kind == CALLBACK_REQUEST || cb->kind == CALLBACK_JOB ||
            cb->kind == CALLBACK_PERIOD || cb->kind == CALLBACK_JOIN)
            cb->cleared = true; /* somebody else will be done with it */
        else if (cb->kind == CALLBACK_WORKER)
            worker_abandon(cb);
        else
            loop_clear(cb);
    }
    lt->waits = NULL;
}

void loop_kill(struct loop_task *lt, bool fault)
{
    struct loop *l = lt->loop;

    lt->dead = true;
    lt->fault = lt->fault || fault;
    while (l->top && l->top->of == lt)
        fiber_drop(l);
    abandon(lt);
    ports_of(lt);
}

void loop_task_end(struct loop_task *lt)
{
    struct loop *l = lt->loop;
    struct loops *all = l->all;

    sim_assert(lt->refs == 0);
    if (l->calling == lt)
        loop_returns(l);
    if (l->leaving.goes && l->leaving.of == lt) { /* a fault on its way out */
        l->drain = l->leaving.drain;
        l->leaving = (struct leaving){0};
    }
    loop_serve(l, lt);
    abandon(lt);
    ports_of(lt);
    listeners_of(lt);
    sim_assert(list_empty(&lt->started));
    fiber_unload(lt);
    promises_left(lt);
    task_names_over(all, lt->names);
    heap_task_ends(l, lt);
    l->serving = NULL;
    l->live--;
    loop_lingers(lt, false);
    all->by_slot[lt->task->slot] = NULL;
    if (l->worker && l->live == 0)
        worker_over(l, lt);
    executor_done(l->ex, l->th, lt->fault);
    lt->next = all->free_tasks;
    all->free_tasks = lt;
}

static bool is_alive(const struct callback *cb)
{
    if (!cb->of || !cb->holds)
        return false;
    return cb->ready || (cb->kind != CALLBACK_REACTION && cb->kind != CALLBACK_ADOPTED &&
                         cb->kind != CALLBACK_JOIN);
}

/* The latest first: the others may be a million unref'd timers. */
static bool keeps_alive(struct loop_task *lt)
{
    if (lt->state == TASK_IS_NEW)
        return true;
    for (struct list *at = lt->started.prev; lt->refs > 0 && at != &lt->started;
         at = at->prev) {
        struct callback *cb = container_of(at, struct callback, link);

        if (!is_alive(cb))
            continue;
        lt->loop->keeper = cb;
        return true;
    }
    return false;
}

/* X8: who waits for a promise, or for children that do, keeps nothing alive. */
bool loop_alive(struct loop *l)
{
    const struct loops *all = l->all;

    if (executor_expects(l->ex))
        return true;
    if (l->keeper && l->keeper->loop == l && is_alive(l->keeper))
        return true;
    for (uint32_t slot = 0; slot < all->room; slot++)
        if (all->by_slot[slot] && all->by_slot[slot]->loop == l &&
            keeps_alive(all->by_slot[slot]))
            return true;
    return false;
}

/* L1: what is unref'd gets the chance that the rest of the turn gives it. */
void loop_check(struct loop_task *lt)
{
    struct loop *l = lt->loop;

    if (lt->refs > 0 || lt->finishing)
        return;
    if ((lt->unrefs == 0 && lt->leaving == 0 && !ports_pending(lt)) || lt->dead) {
        loop_task_end(lt);
        return;
    }
    lt->finishing = true;
    lt->next = l->finishing;
    l->finishing = lt;
}

/* ---- the end of the run ---------------------------------------------------------------------- */

/* All but the stacks lies in the simulation's arena. */
void loops_release(struct executor *ex)
{
    struct loops *all = ex->state;

    for (struct fiber *f = all->fibers; f; f = f->made_before)
        fiber_release(f);
    for (struct task_names *names = all->all_names; names; names = names->made_before) {
        name_lists_release(&names->promises);
        name_lists_release(&names->timers);
    }
    for (int64_t i = 0; i < all->n && all->loops; i++)
        timers_release(&all->loops[i]);
    for (int64_t i = 0; i < all->nworkers; i++)
        timers_release(all->workers[i]);
    free(all->by_slot);
}
