/* loop_calls.c - what ops ask of the loop: to start something, or to wait for it.
 *
 * Source: node 20.20 lib/timers.js, lib/timers/promises.js, lib/internal/timers.js; ECMA-262
 * 27.2 and 27.7; the rules are in executor_loop.h. */
#include "models/executors/executor_loop.h"

#include <stdio.h>
#include <string.h>

/* ---- io, sleep and the like: awaited --------------------------------------------------------------- */

static void io_replied(struct async_request *a)
{
    struct callback *cb = container_of(a, struct callback, request);

    loop_polls(cb->loop, cb);
}

/* A request to a device that is polled, or work for the pool, which blocks there. */
static void start_io(struct callback *cb, const struct step *step)
{
    struct loop *l = cb->loop;

    cb->device = step->device;
    cb->time = step->time;
    cb->bytes = step->bytes;
    cb->at = step->at;
    if (executor_pools(l->ex, step->device)) {
        cb->kind = CALLBACK_JOB;
        work_submit(l->all, cb);
        return;
    }
    cb->request.task = cb->of->task;
    cb->request.replied = io_replied;
    if (!executor_asks(l->ex, &cb->request, step))
        loop_polls(l, cb);
}

/* Of a browser it can only be a yield. */
static void add_immediate(struct callback *cb)
{
    if (cb->loop->all->browser) {
        browser_yield(cb);
        return;
    }
    cb->loop->nrefd += cb->holds;
    callback_queue(cb, LOOP_QUEUE_IMMEDIATES);
    callback_ready(cb);
}

static void children_done(struct brood *b)
{
    struct callback *cb = b->joiner;

    b->joined = NULL;
    executor_joined(cb->loop->ex, cb->of->task, b);
    if (!worker_joined(cb))
        loop_polls(cb->loop, cb);
}

static void fire_period(struct engine *eng, struct event *ev)
{
    struct callback *cb =
        container_of(container_of(ev, struct request, done), struct callback, request.request);

    (void)eng;
    loop_polls(cb->loop, cb);
}

static void start_waiting(struct loop *l, struct callback *cb, const struct step *step)
{
    switch (step->kind) {
    case STEP_IO:
        start_io(cb, step);
        break;
    case STEP_SLEEP: /* timers/promises: T16 */
        timers_start(cb, step->time);
        break;
    case STEP_YIELD: /* scheduler.yield(): I6 */
        add_immediate(cb);
        break;
    case STEP_JOIN:
        cb->name = step->brood->name;
        step->brood->joiner = cb;
        step->brood->joined = children_done;
        break;
    default: /* a timerfd, so to say: to the nanosecond */
        sim_assert(step->kind == STEP_PERIOD);
        event_init(&cb->request.request.done, fire_period, PHASE_WAKE, 0);
        executor_at(l->ex, &cb->request.request.done,
                    time_add(executor_now(l->ex), step->time));
        break;
    }
}

static void wait_for(struct loop *l, struct fiber *f, const struct step *step)
{
    enum callback_kind kind = step->kind == STEP_IO      ? CALLBACK_REQUEST
                              : step->kind == STEP_SLEEP ? CALLBACK_TIMER
                              : step->kind == STEP_YIELD ? CALLBACK_IMMEDIATE
                              : step->kind == STEP_JOIN  ? CALLBACK_JOIN
                                                         : CALLBACK_PERIOD;
    struct callback *cb = callback_new(f->of, kind, true);

    cb->place = step->place;
    fiber_suspend(l, cb);
    start_waiting(l, cb, step);
}

/* ---- promises ------------------------------------------------------------------------------------------ */

struct promise *promise_named(struct loop_task *lt, const char *name, uint32_t place)
{
    struct promise *p = promise_find(lt, name);
    char text[300];

    if (p)
        return p;
    (void)snprintf(text, sizeof(text), "there is no promise \"%.200s\" now", name);
    executor_fault(lt->loop->ex, lt->task, place, text);
    loop_kill(lt, true);
    loop_check(lt);
    return NULL;
}

/* One hop after `p` is settled the fiber goes on. */
static void await_promise(struct loop *l, struct fiber *f, struct promise *p, uint32_t place)
{
    struct callback *cb = callback_new(f->of, CALLBACK_REACTION, true);

    cb->place = place;
    fiber_suspend(l, cb);
    promise_react(l, p, cb);
}

static void await(struct loop *l, struct fiber *f, const struct step *step)
{
    struct promise *p;

    if (step->call->name) {
        p = promise_named(f->of, step->call->name, step->place);
        if (p)
            await_promise(l, f, p, step->place);
        return;
    }
    p = promise_new(l, NULL);
    p->state = PROMISE_FULFILLED;
    await_promise(l, f, p, step->place);
    promise_drop(l, p);
}

static void then(struct loop *l, struct fiber *f, const struct step *step)
{
    const struct loop_call *call = step->call;
    struct promise *p = promise_named(f->of, call->name, step->place);
    struct callback *cb;

    if (!p)
        return;
    cb = callback_new(f->of, CALLBACK_REACTION, false);
    cb->entry = call->entry;
    cb->rejected = call->rejected;
    cb->place = step->place;
    callback_knows(cb, f);
    cb->result = promise_new(l, NULL);
    if (call->with)
        promise_declare(f->of, call->with, promise_use(cb->result));
    promise_react(l, p, cb);
}

static void reject_circle(struct loop *l, struct promise *p, struct loop_task *by,
                          uint32_t place)
{
    struct words *why = executor_words(l->ex, "Chaining cycle detected for promise #<Promise>");

    promise_settle(l, p, PROMISE_REJECTED, why, by, place);
    words_drop(why);
}

static void resolve(struct loop *l, struct fiber *f, const struct step *step)
{
    const struct loop_call *call = step->call;
    struct promise *p = promise_named(f->of, call->name, step->place), *other;

    if (!p || p->state != PROMISE_PENDING || p->follows)
        return;
    if (!call->with) {
        promise_settle(l, p, PROMISE_FULFILLED, NULL, f->of, step->place);
        return;
    }
    other = promise_named(f->of, call->with, step->place);
    if (other == p) /* a TypeError */
        reject_circle(l, p, f->of, step->place);
    else if (other)
        promise_follow(f->of, p, other);
}

static void reject(struct loop *l, struct fiber *f, const struct step *step)
{
    struct promise *p = promise_named(f->of, step->call->name, step->place);

    if (p && p->state == PROMISE_PENDING && !p->follows)
        promise_settle(l, p, PROMISE_REJECTED, step->words, f->of, step->place);
    words_drop(step->words);
}

/* P4: runs at once, up to its first await. */
static void call_async(struct loop *l, struct fiber *f, const struct loop_call *call,
                       uint32_t place)
{
    struct fiber *called;
    struct promise *p = promise_new(l, NULL);
    struct callback knows = {0};

    if (call->with)
        promise_declare(f->of, call->with, promise_use(p));
    if (call->awaited)
        f->awaits = promise_use(p);
    callback_knows(&knows, f);
    called = fiber_new(f->of, call->entry, p);
    if (UNLIKELY(knows.message || knows.error))
        fiber_says(called, knows.message, knows.error);
    called->frame = call->frame;
    called->called_at = place;
    called->plain = call->awaited && !call->frame && !executor_is_async(l->ex, call->entry);
    fiber_frames(called, true);
}

/* ---- timers and queues ------------------------------------------------------------------------------------ */

static struct callback *find_started(const struct loop_task *lt, const char *name)
{
    struct list *like = lt->names ? name_lists_like(&lt->names->timers, name) : NULL;

    for (struct list *at = like ? like->prev : NULL; at != like; at = at->prev) {
        struct callback *cb = container_of(at, struct callback, by_name);

        if (!cb->cleared && strcmp(cb->name, name) == 0)
            return cb;
    }
    return NULL;
}

/* The task's own, the latest first, else that of the task in the lowest slot; NULL: none, as one
 * that has fired is nobody's. */
static struct callback *find(struct loop *l, struct loop_task *lt, const char *name)
{
    struct callback *cb = find_started(lt, name);

    for (uint32_t slot = 0; slot < l->all->room && !cb; slot++) {
        const struct loop_task *other = l->all->by_slot[slot];

        if (other && other->loop == l)
            cb = find_started(other, name);
    }
    return cb;
}

static void clear(struct loop *l, struct loop_task *lt, const char *name)
{
    struct callback *cb = find(l, lt, name);

    if (!cb)
        return;
    lt = cb->of;
    loop_clear(cb);
    loop_check(lt);
}

/* T17: whether it holds its task. */
static void hold(struct loop *l, struct loop_task *lt, const struct loop_call *call)
{
    struct callback *cb = find(l, lt, call->name);
    bool holds = call->verb == LOOP_REF;

    if (!cb || cb->holds == holds)
        return;
    lt = cb->of;
    cb->holds = holds;
    cb->unref = !holds;
    if (holds) {
        lt->refs++;
        lt->unrefs--;
    } else {
        lt->refs--;
        lt->unrefs++;
    }
    l->unrefs += holds ? -1 : 1;
    if (cb->kind == CALLBACK_IMMEDIATE)
        l->nrefd += holds ? 1 : -1;
    loop_check(lt);
}

static void start(struct loop *l, struct fiber *f, const struct step *step)
{
    static const uint8_t kinds[] = {
        [LOOP_TIMEOUT] = CALLBACK_TIMER,       [LOOP_INTERVAL] = CALLBACK_TIMER,
        [LOOP_IMMEDIATE] = CALLBACK_IMMEDIATE, [LOOP_TICK] = CALLBACK_TICK,
        [LOOP_MICROTASK] = CALLBACK_MICROTASK, [LOOP_IO] = CALLBACK_REQUEST,
        [LOOP_FRAME] = CALLBACK_FRAME,         [LOOP_WORK] = CALLBACK_JOB,
        [LOOP_CLOSE] = CALLBACK_CLOSE};
    const struct loop_call *call = step->call;
    struct callback *cb =
        callback_new(f->of, (enum callback_kind)kinds[call->verb], !call->unref);

    cb->entry = call->entry;
    if (call->name && (cb->kind == CALLBACK_TIMER || cb->kind == CALLBACK_IMMEDIATE ||
                       cb->kind == CALLBACK_FRAME))
        callback_name(cb, call->name);
    cb->place = step->place;
    cb->time = step->time;
    cb->repeats = call->verb == LOOP_INTERVAL;
    callback_knows(cb, f);
    if (call->awaited)
        fiber_suspend(l, cb);
    if (cb->kind == CALLBACK_TIMER) {
        timers_start(cb, step->time);
    } else if (cb->kind == CALLBACK_IMMEDIATE) {
        add_immediate(cb);
    } else if (cb->kind == CALLBACK_REQUEST) {
        start_io(cb, step);
    } else if (cb->kind == CALLBACK_JOB) {
        work_submit(l->all, cb);
    } else if (cb->kind == CALLBACK_FRAME) {
        browser_frame(cb);
    } else {
        if (cb->kind == CALLBACK_CLOSE) { /* C1: a stack */
            cb->next = l->closing;
            l->closing = cb;
            callback_queue(cb, LOOP_QUEUE_CLOSING);
        } else {
            callback_queue(cb, cb->kind == CALLBACK_TICK ? LOOP_QUEUE_TICKS
                                                         : LOOP_QUEUE_MICROTASKS);
        }
        callback_ready(cb);
    }
}

/* Of processes, workers and ports; false: something else. */
static bool crosses(struct loop *l, struct fiber *f, const struct step *step)
{
    switch (step->call->verb) {
    case LOOP_LISTEN:
        listener_new(l, f, step);
        return true;
    case LOOP_WORKER:
        worker_new(l, f, step);
        return true;
    case LOOP_CHANNEL:
    case LOOP_POST:
    case LOOP_RECEIVE:
    case LOOP_CLOSE_PORT:
    case LOOP_TERMINATE:
        port_call(l, f, step);
        return true;
    default:
        return false;
    }
}

void loop_call(struct loop *l, struct fiber *f, const struct step *step)
{
    if (f->awaits) {
        struct promise *p = f->awaits;

        f->awaits = NULL;
        await_promise(l, f, p, f->awaits_at);
        promise_drop(l, p);
        return;
    }
    if (step->kind != STEP_LOOP) {
        wait_for(l, f, step);
        return;
    }
    if (crosses(l, f, step))
        return;
    switch (step->call->verb) {
    case LOOP_CLEAR:
        clear(l, f->of, step->call->name);
        break;
    case LOOP_PROMISE:
        promise_declare(f->of, step->call->name, promise_new(l, step->call->name));
        break;
    case LOOP_RESOLVE:
        resolve(l, f, step);
        break;
    case LOOP_REJECT:
        reject(l, f, step);
        break;
    case LOOP_ALL:
    case LOOP_ALL_SETTLED:
    case LOOP_ANY:
    case LOOP_RACE:
        gather_new(l, f, step);
        break;
    case LOOP_REF:
    case LOOP_UNREF:
        hold(l, f->of, step->call);
        break;
    case LOOP_THEN:
        then(l, f, step);
        break;
    case LOOP_ASYNC:
        f->awaits_at = step->place;
        call_async(l, f, step->call, step->place);
        break;
    case LOOP_AWAIT:
        await(l, f, step);
        break;
    case LOOP_ALLOCATE:
        heap_allocate(l, f->of, step->bytes, step->call->leaks, step->place);
        break;
    case LOOP_FREE:
        heap_free(l, f->of, step->bytes, step->place);
        break;
    default:
        start(l, f, step);
        break;
    }
}
