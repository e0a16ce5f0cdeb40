/* loop_exits.c - who listens, exceptions that nobody catches, and the end of a process.
 *
 * A process is a loop with all of its tasks; a worker is one, too, and so is each loop of a
 * cluster.  What its tasks throw and do not catch goes to its listeners, of whichever task.
 * Where there is none, the process ends with all of them: a task is an async function, and a
 * rejection that nobody handles is an exception that nobody has caught.  A page goes on.
 *
 * Source: node 20.20 lib/internal/process/execution.js (createOnGlobalUncaughtException),
 * lib/internal/process/promises.js, src/api/embed_helpers.cc (SpinEventLoop), src/api/hooks.cc
 * (EmitProcessBeforeExit, EmitProcessExit); rules X1 - X7.  Differs: the op `exit` of a task
 * beside main ends that task; the listeners of a task to its own end are told when nothing is
 * left that keeps the task, whatever other tasks the loop has. */
#include "models/executors/executor_loop.h"

#include <stdio.h>
#include <string.h>

/* ---- listeners --------------------------------------------------------------------------------- */

static bool of_process(uint8_t event)
{
    return event >= EVENT_BEFORE_EXIT;
}

/* Those of a worker hear their parent where they name nobody; others, any worker of the task. */
static bool choose_port(struct loop *l, struct loop_task *lt, struct listener *on,
                        const struct loop_call *call, uint32_t place)
{
    const char *name = call->name;
    char text[300];

    if (!name && l->worker && call->event == EVENT_MESSAGE)
        name = "parent";
    if (!name) {
        on->any = !of_process(call->event) && call->event != EVENT_EXIT;
        return true;
    }
    on->port = port_find(lt, name);
    if (on->port)
        return true;
    (void)snprintf(text, sizeof(text), "there is no worker and no port \"%.200s\" now", name);
    executor_fault(l->ex, lt->task, place, text);
    loop_kill(lt, true);
    loop_check(lt);
    return false;
}

static void join_dispatch(struct loop *l, const struct listener *on);

void listener_new(struct loop *l, struct fiber *f, const struct step *step)
{
    const struct loop_call *call = step->call;
    struct loops *all = l->all;
    struct loop_task *lt = f->of;
    struct listener *on = all->free_listeners;
    struct callback knows = {0};

    if (on) {
        all->free_listeners = on->next;
        memset(on, 0, sizeof(*on));
    } else {
        on = executor_alloc(all->ex, sizeof(*on));
    }
    on->of = lt;
    on->event = call->event;
    on->entry = call->entry;
    on->place = step->place;
    if (!choose_port(l, lt, on, call, step->place)) {
        on->next = all->free_listeners;
        all->free_listeners = on;
        return;
    }
    callback_knows(&knows, f);
    on->message = knows.message;
    on->error = knows.error;
    *l->listeners_last = on;
    l->listeners_last = &on->next;
    if (call->event == EVENT_BEFORE_EXIT || (call->event == EVENT_EXIT && !on->port))
        lt->leaving++;
    l->leavers += call->event == EVENT_BEFORE_EXIT;
    if (call->event == EVENT_MESSAGE && on->port)
        port_listen(on->port, step->place, call->unref);
    if (on->port && on->port == l->tells.port && on->event == l->tells.event)
        join_dispatch(l, on);
}

static bool hears(const struct listener *on, enum loop_event event, const struct port *p);

static const struct listener *next_to_leave(const struct loop *l, const struct listener *from)
{
    const struct leaving *end = &l->leaving;

    while (from && !(hears(from, (enum loop_event)end->event, NULL) && from->of &&
                     (!end->of || from->of == end->of)))
        from = from->next;
    return from;
}

static void listener_free(struct loop *l, struct listener *on)
{
    if (l->leaving.next == on)
        l->leaving.next = (struct listener *)(uintptr_t)next_to_leave(l, on->next);
    words_drop(on->message);
    words_drop(on->error);
    on->next = l->all->free_listeners;
    l->all->free_listeners = on;
}

void listeners_of_port(struct port *p)
{
    struct loop *l = p->loop;
    struct listener **at = &l->listeners;

    while (*at) {
        struct listener *on = *at;

        if (on->port != p) {
            at = &on->next;
            continue;
        }
        *at = on->next;
        listener_free(l, on);
    }
    l->listeners_last = at;
}

/* What main listens to for the process stays with the process. */
void listeners_of(struct loop_task *lt)
{
    struct loop *l = lt->loop;
    struct listener **at = &l->listeners;

    while (*at) {
        struct listener *on = *at;

        if (on->of != lt || (lt->script && !l->gone && of_process(on->event) &&
                             on->event != EVENT_BEFORE_EXIT)) {
            if (on->of == lt)
                on->of = NULL;
            at = &on->next;
            continue;
        }
        *at = on->next;
        listener_free(l, on);
    }
    l->listeners_last = at;
}

static bool hears(const struct listener *on, enum loop_event event, const struct port *p)
{
    if (on->event != event)
        return false;
    if (!p)
        return !on->port && !on->any;
    return on->port == p || (on->any && p->worker && p->worker->port == p && on->of == p->of);
}

struct loop_task *loop_listens(const struct loop *l, enum loop_event event,
                               const struct port *p, struct loop_task *lt)
{
    for (const struct listener *on = l->listeners; on; on = on->next)
        if (hears(on, event, p))
            return on->of ? on->of : lt;
    return NULL;
}

/* On behalf of `lt`, where the one who listens has ended; the caller's fibers wait below. */
static struct fiber *call_listener(const struct listener *on, struct loop_task *lt,
                                   struct words *message, struct words *error)
{
    struct loop_task *of = on->of ? on->of : lt;
    struct fiber *f;

    sim_assert(of);
    f = fiber_new(of, on->entry, NULL);
    if (!of->loop->optional)
        loop_lingers(of, false);

    fiber_says(f, words_use(message ? message : on->message),
               words_use(error ? error : on->error));
    f->called_at = on->place;
    if (!on->port && !on->any)
        f->hears = (uint8_t)(on->event + 1);
    else if (on->event == EVENT_EXIT)
        f->hears = HEARS_END;
    return f;
}

/* X9.  A port is an EventTarget: its listeners are called each for itself, and what one throws, or a
 * promise of one rejects, a tick throws again: lib/internal/event_target.js (kHybridDispatch,
 * addCatch).  A worker, seen from its parent, is an EventEmitter, and so is the process: the first
 * that throws is the last that is called; what comes through a worker's port meets that one's
 * EventTarget.  In a page all are targets, and exceptions are reported at once. */
static void throws_as(struct fiber *f, enum loop_event event, const struct port *p,
                      uint32_t rest)
{
    bool emitter = !p || (p->worker && p->worker->port == p);

    if (f->of->loop->all->browser)
        return;
    f->rest = emitter ? rest : 0;
    f->target = p && event != EVENT_EXIT;
    f->caught = f->target && !emitter;
}

/* Of the events of a port, who comes while listeners are told is told, too, but by the last of them:
 * lib/internal/event_target.js (kHybridDispatch) looks for the next one before it calls one. */
static void join_dispatch(struct loop *l, const struct listener *on)
{
    struct fiber *last = NULL, *f;
    uint32_t told = 0;

    for (f = l->top; f; f = f->below) {
        told += f->caught;
        last = f;
    }
    if (told < 2 || l->all->browser)
        return;
    f = call_listener(on, NULL, last->saved.message, NULL);
    throws_as(f, (enum loop_event)on->event, on->port, 0);
    l->top = f->below;
    f->below = NULL;
    last->below = f;
}

/* The first is on top, so the last is called first.  How many there are. */
static uint32_t emit_from(struct loop *l, const struct listener *on, enum loop_event event,
                          struct port *p, struct loop_task *lt, struct words *message,
                          struct words *error)
{
    uint32_t rest;

    while (on && !hears(on, event, p))
        on = on->next;
    if (!on)
        return 0;
    rest = emit_from(l, on->next, event, p, lt, message, error);
    throws_as(call_listener(on, lt, message, error), event, p, rest);
    return rest + 1;
}

static bool emit(struct loop *l, enum loop_event event, struct port *p, struct loop_task *lt,
                 struct words *message, struct words *error)
{
    return emit_from(l, l->listeners, event, p, lt, message, error) > 0;
}

bool loop_emit_to(struct loop *l, enum loop_event event, struct loop_task *lt,
                  struct words *error)
{
    for (const struct listener *on = l->listeners; on; on = on->next)
        if (hears(on, event, NULL)) {
            loop_calls_event(l, on->of ? on->of : lt, on->place);
            break;
        }
    return emit(l, event, NULL, lt, NULL, error);
}

bool loop_emit(struct loop *l, enum loop_event event, struct port *p, struct words *message,
               struct words *error)
{
    l->tells.port = p;
    l->tells.event = event;
    return emit(l, event, p, p->of, message, error);
}

/* ---- nobody catches it --------------------------------------------------------------------------- */

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

    if (emit(l, EVENT_UNCAUGHT, NULL, lt, NULL, w))
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
    if (emit(l, EVENT_UNCAUGHT, NULL, lt, NULL, w)) {
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

/* ---- the end --------------------------------------------------------------------------------------- */

static void leave_by(struct loop *l, uint8_t event)
{
    l->leaving.event = event;
    l->leaving.next = (struct listener *)(uintptr_t)next_to_leave(l, l->listeners);
}

void loop_exit(struct loop *l, int code, bool fault)
{
    bool again =
        l->leaving.goes && l->leaving.event == EVENT_EXIT && (!l->leaving.of || l->live == 1);

    while (l->top)
        fiber_drop(l);
    l->drain = DRAIN_NONE;
    l->leaving = (struct leaving){.goes = true, .abrupt = true, .fault = fault, .code = code};
    if (!again)
        leave_by(l, EVENT_EXIT);
}

/* One task among others: those go on. */
static void task_exit(struct loop *l, struct loop_task *lt)
{
    while (l->top && l->top->of == lt)
        fiber_drop(l);
    if (lt->leaving == 0 || l->leaving.goes) {
        lt->refs++;
        loop_kill(lt, false);
        lt->refs--;
        loop_check(lt);
        return;
    }
    l->leaving = (struct leaving){.goes = true, .of = lt, .abrupt = true, .drain = l->drain};
    l->drain = DRAIN_NONE;
    leave_by(l, EVENT_EXIT);
}

void loop_op_exit(struct loop *l, struct loop_task *by)
{
    if (by->script || l->worker)
        loop_exit(l, 0, false);
    else
        task_exit(l, by);
}

/* Nothing keeps `lt` any more; is anybody to be told of that? */
bool loop_takes_leave(struct loop_task *lt)
{
    struct loop *l = lt->loop;

    if (lt->leaving == 0 || lt->dead)
        return false;
    sim_assert(!l->leaving.goes);
    l->leaving = (struct leaving){.goes = true, .of = lt, .alone = !loop_alive(l)};
    leave_by(l, EVENT_BEFORE_EXIT);
    return true;
}

/* Nobody on it is alive, and somebody may want to hear that: X8. */
bool loop_is_empty(struct loop *l)
{
    return l->leavers > 0 && !l->given_up && !loop_alive(l);
}

/* Listeners to beforeExit are told of that once, then again if something has happened since; true:
 * they are. */
bool loop_hears_nothing(struct loop *l)
{
    const struct loops *all = l->all;

    if (!loop_is_empty(l))
        return false;
    for (uint32_t slot = 0; slot < all->room; slot++) {
        struct loop_task *lt = all->by_slot[slot];

        if (!lt || lt->loop != l || !lt->leaving || lt->dead || lt->refs == 0)
            continue;
        l->leaving = (struct leaving){.goes = true, .of = lt, .alone = true};
        leave_by(l, EVENT_BEFORE_EXIT);
        if (l->leaving.next)
            return true;
        l->leaving = (struct leaving){0};
    }
    l->given_up = true;
    return false;
}

void loop_stop(struct loop *l, bool fault)
{
    struct loops *all = l->all;

    l->dead = true;
    l->accepting = false;
    l->leaving = (struct leaving){0};
    l->drain = DRAIN_NONE;
    for (; l->arrivals; l->arrivals = l->arrivals->next)
        loop_arrival(l->arrivals, false);
    l->script = NULL;
    while (l->top)
        fiber_drop(l);
    promises_forget(l);
    for (uint32_t slot = 0; slot < all->room; slot++) {
        struct loop_task *lt = all->by_slot[slot];

        if (!lt || lt->loop != l || lt->dead)
            continue;
        lt->refs++;
        loop_kill(lt, fault);
        lt->refs--;
        loop_check(lt);
    }
}

static void over(struct loop *l)
{
    struct leaving end = l->leaving;

    if (end.of) {
        l->leaving = (struct leaving){0};
        l->drain = end.drain;
        end.of->refs++;
        loop_kill(end.of, false);
        end.of->refs--;
        loop_check(end.of);
        return;
    }
    if (l->worker)
        l->worker->code = end.code;
    loop_stop(l, end.fault);
}

/* The first is called first, and a drain follows the last; how many there are. */
static uint32_t tell(struct loop *l, const struct listener *on, struct words *says)
{
    uint32_t rest;

    if (!on)
        return 0;
    rest = tell(l, next_to_leave(l, on->next), says);
    throws_as(call_listener(on, on->of, says, NULL), (enum loop_event)on->event, NULL, rest);
    return rest + 1;
}

/* X7: a natural end lets microtasks run, and rejections be told; process.nextTick() does nothing. */
void loop_leaves(struct loop *l)
{
    struct leaving *end = &l->leaving;
    const struct listener *on = end->next;
    char code[16];
    struct words *says;

    if (on) {
        end->next = NULL;
        (void)snprintf(code, sizeof(code), "%d", end->code);
        says = executor_words(l->ex, code);
        if (end->event == EVENT_BEFORE_EXIT)
            l->drain = DRAIN_BEGIN;
        loop_calls_event(l, on->of, on->place);
        (void)tell(l, on, says);
        words_drop(says);
    } else if (end->event == EVENT_BEFORE_EXIT) {
        if (end->of->refs > 0) { /* it goes on, and comes back here */
            bool alone = end->alone;

            *end = (struct leaving){0};
            l->given_up = alone && !loop_alive(l);
            if (alone && !l->given_up)
                loop_runs_anew(l);
        } else {
            leave_by(l, EVENT_EXIT);
        }
    } else if (!end->abrupt && !end->last) {
        end->last = true;
        l->drain = DRAIN_LAST;
    } else {
        over(l);
    }
}
