/* loop_exits.c - who listens, and the end of a process.
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

bool loop_emit_uncaught(struct loop *l, struct loop_task *lt, struct words *error)
{
    return emit(l, EVENT_UNCAUGHT, NULL, lt, NULL, error);
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
