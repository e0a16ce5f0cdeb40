/* loop_uncaught.c - exceptions that nobody catches: where they go, and what goes on behind them.
 *
 * Source: node 20.20 lib/internal/process/execution.js (createOnGlobalUncaughtException),
 * lib/internal/process/promises.js, lib/internal/event_target.js; HTML, runtime script errors;
 * rules X1 - X6, and X9 of executor_loop.h. */
#include "models/executors/executor_loop.h"

#include <stdio.h>

/* The words that Node ends with come last; a page has no end. */
static void fault(struct loop *l, struct loop_task *lt, const struct words *w, uint32_t place,
                  const char *text, int code)
{
    char all[1000], ends[60] = "";

    if (code != 0)
        (void)snprintf(ends, sizeof(ends), "; the process ends with code %d", code);
    if (text)
        (void)snprintf(all, sizeof(all), "%.700s%s", text, ends);
    else
        (void)snprintf(all, sizeof(all), "nobody catches \"%.400s\"%s", w->text, ends);
    executor_fault(l->ex, lt->task, place, all);
    lt->fault = lt->fault || code != 0;
}

/* HTML, runtime script errors: it is reported, and the page, or the worker, goes on. */
static void report(struct loop *l, struct loop_task *lt, struct words *w, uint32_t place,
                   const char *text)
{
    struct port *parent = l->worker && l->worker->port->peer ? l->worker->port->peer : NULL;

    if (loop_emit_uncaught(l, lt, w))
        words_drop(w);
    else if (parent) {
        port_post(lt, parent, w, EVENT_ERROR);
    } else {
        fault(l, lt, w, place, text, 0);
        words_drop(w);
    }
}

/* X1 and X2: the callback is given up, and with it the drain behind it; when it has been handled, the
 * loop turns once more.  X4: of microtasks the others go on. */
static void handled(struct loop *l, struct loop_task *lt)
{
    if (l->drain == DRAIN_BEGIN)
        l->again = l->phase == TURN_CHECK && !l->check.first;
    l->visit.failed = l->drain == DRAIN_TICKS;
    l->thrown = l->drain == DRAIN_BEGIN;
    if (l->drain == DRAIN_BEGIN || l->drain == DRAIN_TICKS)
        l->drain = DRAIN_NONE;
    if (l->once_more)
        loop_once_more(l);
    l->once_more = callback_new(lt, CALLBACK_TURN, true);
    l->nrefd++;
}

void loop_once_more(struct loop *l)
{
    struct callback *cb = l->once_more;

    l->once_more = NULL;
    if (!cb->of) {
        callback_over(cb);
        return;
    }
    callback_queue(cb, LOOP_QUEUE_IMMEDIATES);
    callback_ready(cb);
}

void loop_uncaught(struct loop *l, struct loop_task *lt, struct words *w, uint32_t place,
                   const char *text)
{
    if (l->all->browser) {
        report(l, lt, w, place, text);
        return;
    }
    if (loop_emit_uncaught(l, lt, w)) {
        handled(l, lt);
    } else {
        if (l->worker) /* its parent is told */
            worker_fails(l->worker, words_use(w));
        else
            fault(l, lt, w, place, text, 1);
        loop_exit(l, 1, !l->worker);
    }
    words_drop(w);
}

/* X9: behind the ticks that wait, or, where a promise says so, as a microtask first.  Takes the
 * use. */
void loop_rethrow(struct loop_task *lt, struct words *w, uint32_t place,
                  enum callback_kind kind)
{
    struct callback *cb = callback_new(lt, kind, true);

    cb->error = w;
    cb->throws = true;
    cb->place = place;
    callback_queue(cb, kind == CALLBACK_TICK ? LOOP_QUEUE_TICKS : LOOP_QUEUE_MICROTASKS);
    callback_ready(cb);
}

void loop_throws_again(struct callback *cb)
{
    struct loop *l = cb->loop;
    struct loop_task *lt = cb->of;
    struct words *w = words_use(cb->error);
    uint32_t place = cb->place;
    bool now = cb->kind == CALLBACK_TICK;

    callback_taken(cb);
    lt->refs++;
    callback_over(cb);
    if (now)
        loop_uncaught(l, lt, w, place, NULL);
    else
        loop_rethrow(lt, w, place, CALLBACK_TICK);
    lt->refs--;
    loop_check(lt);
}

/* An async function is one from its beginning, not from its first await. */
static bool is_async(const struct loop *l, const struct fiber *f)
{
    return f->waited || (f->main && !f->of->script) || executor_is_async(l->ex, f->entry);
}

/* A listener to rejections throws, which ends the drain as a tick does; the others are not told:
 * lib/internal/process/promises.js (processPromiseRejections). */
static void stop_reporting(struct loop *l)
{
    promises_unreported(l);
    l->drain = DRAIN_TICKS;
}

/* `f` is a function that is awaited, and is over before that. */
static void throw_to_caller(struct loop *l, const struct fiber *f, struct words *w,
                            uint32_t place)
{
    struct fiber *caller = f->below;

    fiber_drop(l);
    promise_drop(l, caller->awaits);
    caller->awaits = NULL;
    fiber_load(caller);
    if (!executor_throws(l->ex, caller->of->task, w))
        loop_throw(l, caller, w, place);
}

/* Of an async function it rejects the promise that its call gave; P4, X6, X9. */
void loop_throw(struct loop *l, struct fiber *f, struct words *w, uint32_t place)
{
    struct loop_task *lt = f->of;
    bool target = f->target, async = is_async(l, f);
    uint32_t rest = f->rest;
    uint8_t hears = f->hears;
    bool script = f->main && !l->worker && !l->all->browser;

    if (f->plain) {
        throw_to_caller(l, f, w, place);
        return;
    }
    if (f->result || (async && !f->caught)) {
        fiber_over(l, f, true, w, place);
        return;
    }
    fiber_drop(l);
    for (; rest > 0 && !async; rest--)
        fiber_drop(l);
    lt->refs++; /* while it is handled */
    if (hears == EVENT_UNHANDLED + 1 && l->drain == DRAIN_REPORT)
        stop_reporting(l);
    if (hears == EVENT_EXIT + 1)
        l->leaving.last = true; /* no drain: X2 */
    if (target) {
        loop_rethrow(lt, w, place, async ? CALLBACK_REACTION : CALLBACK_TICK);
    } else if (hears == EVENT_UNCAUGHT + 1) {
        int code = l->worker ? 1 : 7;

        if (l->worker) /* lib/internal/main/worker_thread.js */
            worker_fails(l->worker, words_use(w));
        else
            fault(l, lt, w, place, NULL, code);
        words_drop(w);
        loop_exit(l, code, !l->worker);
        l->leaving.next = NULL; /* nobody is told */
    } else {
        loop_uncaught(l, lt, w, place, NULL);
        if (hears == HEARS_END && !l->leaving.goes && !l->visit.ended)
            l->drain = DRAIN_BEGIN; /* of the whole, which has not failed */
        if (script && !l->leaving.goes)
            l->drain = DRAIN_BEGIN; /* src/node.cc (StartExecution): in any case */
    }
    lt->refs--;
    loop_check(lt);
}
