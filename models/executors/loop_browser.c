/* loop_browser.c - the event loop of a browser's page.
 *
 *     +--> one task, the oldest that is ready --> microtasks, all --> a frame, if it is time --+
 *     +-----------------------------------------------------------------------------------------+
 *
 * Tasks are: the script, a timer's callback, a reply, a message, an arrival, the news of rejected
 * promises.  Each of these sources is a queue in the order in which its tasks became ready;
 * between the queues a browser may choose.  This one chooses as Chromium does: it takes the
 * oldest, where timers that come due while a task runs stand behind what is queued till its end;
 * continuations of a yield come first.  Rendering has an opportunity every FRAME, counted from 0, and
 * uses it only where an animation frame was asked for: after the task that runs then.
 *
 * Source: WHATWG HTML Living Standard, 8.1.7.3 (processing model: a task, a microtask
 * checkpoint, the rendering), 8.6 (timers: expiry, then creation; at nesting levels above 5 at
 * least 4 ms; an interval begins anew when its callback and the microtasks behind it are done),
 * 8.11 (animation frames: those of before the frame), 8.1.4.4 (a microtask checkpoint where the
 * stack empties), "runtime script errors" (what nobody catches is reported, and the page goes
 * on), "unhandled promise rejections" (told by a task, which the checkpoint queues; each has a
 * checkpoint of its own); WICG Prioritized Task Scheduling (yield: before others' tasks).  FRAME
 * is that of 60 Hz, the rate that the standard's own example names.
 *
 * Chromium, where the standard leaves it open: the oldest of all sources, while none has waited
 * long, delayed tasks being moved to those that are ready when the next is chosen
 * (base/task/sequence_manager/task_queue_impl.cc, MoveReadyDelayedTasksToWorkQueue); `setTimeout`
 * 0 and 1 are apart, and 0 is in the queue at once (blink core/scheduler/dom_timer.cc).  It
 * differs from the standard in two things: the fifth timer of a chain waits 4 ms already, where the standard says the
 * seventh; and an interval keeps its beat, however long its callback takes.  The nesting level
 * counts on in microtasks, as there and in Gecko, where the letter of the standard begins anew.
 *
 * Differs: clocks are exact, not coarsened; no layout and no painting, so a frame takes what its
 * callbacks do; no throttling of pages in the background; two listeners to one event have one
 * checkpoint behind both. */
#include "models/executors/executor_loop.h"

#define FRAME NS(16666667)

enum { DEEP = 5, DEEP_DELAY_MS = 4, NESTING_MAX = 255 };

/* ---- timers -------------------------------------------------------------------------------------- */

/* A timer, or a frame, whose time has come. */
static struct callback *of_event(struct event *ev)
{
    return container_of(container_of(ev, struct request, done), struct callback,
                        request.request);
}

static void becomes_ready(struct queue *q, struct callback *cb)
{
    queue_push(q, cb);
    cb->queued = LOOP_QUEUE_READY + 1;
    callback_counts(cb, LOOP_QUEUE_READY, true);
    callback_ready(cb);
}

/* It stands among the tasks when the loop looks for the next: tasks(). */
static void fire_timer(struct engine *eng, struct event *ev)
{
    struct callback *cb = of_event(ev);

    (void)eng;
    callback_unqueue(cb); /* of the timers */
    becomes_ready(&cb->loop->batch, cb);
}

static void arm(struct callback *cb)
{
    struct loop *l = cb->loop;
    int64_t level = l->nesting;
    sim_time delay = cb->duration;

    if (level > DEEP && delay < MS(DEEP_DELAY_MS))
        delay = MS(DEEP_DELAY_MS);
    cb->nesting = (uint8_t)(level < NESTING_MAX ? level + 1 : NESTING_MAX);
    event_init(&cb->request.request.done, fire_timer, PHASE_WAKE, 0);
    if (delay == 0) {
        loop_polls(l, cb);
        return;
    }
    callback_queue(cb, LOOP_QUEUE_TIMERS);
    executor_at(l->ex, &cb->request.request.done, time_add(executor_now(l->ex), delay));
}

void browser_timer(struct callback *cb, sim_time delay)
{
    cb->duration = delay / MS(1) * MS(1);
    arm(cb);
}

/* It has not fired, or waits for its turn; true: the queue it stands in sees to the rest. */
bool browser_timer_stop(struct callback *cb)
{
    if (cb->queued == LOOP_QUEUE_READY + 1)
        return true;
    executor_cancel(cb->loop->ex, &cb->request.request.done);
    callback_unqueue(cb);
    return false;
}

/* An interval starts anew when its callback is done, and all microtasks. */
void browser_timer_returned(struct loop *l)
{
    struct callback *cb = l->timers.rearm;
    struct loop_task *lt = cb ? cb->of : NULL;

    l->timers.returns = false;
    l->timers.rearm = NULL;
    if (cb && cb->cleared)
        callback_over(cb);
    else if (cb)
        arm(cb);
    l->nesting = 0;
    if (lt)
        loop_check(lt);
}

/* ---- frames ---------------------------------------------------------------------------------------- */

static void fire_frame(struct engine *eng, struct event *ev)
{
    (void)eng;
    callback_ready(of_event(ev));
}

/* The next opportunity, even if one is just now. */
void browser_frame(struct callback *cb)
{
    sim_time now = executor_now(cb->loop->ex);

    event_init(&cb->request.request.done, fire_frame, PHASE_WAKE, 0);
    queue_push(&cb->loop->frames, cb);
    executor_at(cb->loop->ex, &cb->request.request.done, (now / FRAME + 1) * FRAME);
}

/* The frame itself is late by less than one; each FRAME more is one that nobody sees. */
static void tell_lateness(struct loop *l, sim_time late)
{
    executor_tells(l->ex, LOOP_RENDERED, late);
    for (; late >= FRAME; late -= FRAME)
        executor_tells(l->ex, LOOP_DROPPED, late);
}

/* All that were asked for up to now, one after the other; false: it is not time, or none is. */
static bool render(struct loop *l)
{
    struct callback *cb;

    if (!l->frame_batch.first) {
        while (l->frames.first && !l->frames.first->of)
            callback_over(queue_pop(&l->frames)); /* cancelled */
        if (!l->frames.first || !l->frames.first->ready)
            return false;
        tell_lateness(l, executor_now(l->ex) - l->frames.first->ready_at);
        l->frame_batch = l->frames;
        l->frames.first = NULL;
    }
    loop_phase(l, STAGE_RENDER); /* again, behind the microtasks of the callback before */
    cb = queue_pop(&l->frame_batch);
    executor_cancel(l->ex, &cb->request.request.done);
    loop_outermost(l, cb);
    return true;
}

/* ---- yields, and promises that are rejected ------------------------------------------------------ */

/* Its continuation comes before what waits, behind those of other yields. */
void browser_yield(struct callback *cb)
{
    becomes_ready(&cb->loop->check, cb);
}

/* Those rejected since, and looked at by nobody, are told of in a task. */
void browser_drained(struct loop *l)
{
    struct callback *cb;

    if (!l->noted)
        return;
    cb = callback_new(l->noted->of, CALLBACK_REPORT, false);
    cb->promise = l->noted;
    l->noted = NULL;
    loop_polls(l, cb);
}

/* From now on, one after the other: browser_turn(). */
static void report(struct loop *l, struct callback *cb)
{
    l->reporting = cb->promise;
    cb->promise = NULL;
    if (cb->of)
        callback_taken(cb);
    callback_over(cb);
}

/* ---- tasks ----------------------------------------------------------------------------------------- */

static void task_begins(struct loop *l)
{
    l->iteration++;
    executor_tells(l->ex, LOOP_TURN, 0);
    loop_phase(l, STAGE_TASK);
    l->drain = DRAIN_BEGIN;
}

static void timer(struct loop *l, struct callback *cb)
{
    l->timers.returns = cb->of != NULL;
    l->nesting = cb->of ? cb->nesting : 0;
    if (cb->of && cb->repeats)
        l->timers.rearm = cb;
    loop_outermost(l, cb);
}

static void task(struct loop *l, struct callback *cb)
{
    task_begins(l);
    if (cb == &l->wakeup) {
        ports_visit(l);
    } else if (cb == &l->accept) {
        loop_accepts(l);
    } else if (cb->kind == CALLBACK_MESSAGE) {
        message_deliver(l, cb);
    } else if (cb->kind == CALLBACK_TIMER) {
        timer(l, cb);
    } else if (cb->kind == CALLBACK_REPORT) {
        report(l, cb);
    } else {
        loop_outermost(l, cb);
    }
}

/* The next one; timers that came due since the last stand behind what was queued meanwhile. */
static struct callback *next_task(struct loop *l)
{
    struct callback *cb = queue_pop(&l->check);

    if (l->batch.first) {
        if (l->ready.first)
            l->ready.last->next = l->batch.first;
        else
            l->ready.first = l->batch.first;
        l->ready.last = l->batch.last;
        l->batch.first = NULL;
    }
    return cb ? cb : queue_pop(&l->ready);
}

bool browser_turn(struct loop *l)
{
    struct loop_task *script = l->script;
    struct callback *cb;

    if (script) {
        l->script = NULL;
        task_begins(l);
        loop_begins(script);
        l->may_render = true;
        return true;
    }
    if (l->reporting) {
        loop_phase(l, STAGE_TASK); /* still that one, behind the microtasks of the one before */
        (void)promises_report(l);
        l->drain = DRAIN_BEGIN;
        return true;
    }
    if (ports_next(l)) /* a worker has ended, a port has been closed */
        return true;
    if (l->may_render || l->frame_batch.first) {
        l->may_render = false;
        if (render(l))
            return true;
    }
    if (l->finishing || l->settle_now) {
        (void)loop_test_alive(l);
        return true;
    }
    cb = next_task(l);
    if (cb) {
        task(l, cb);
        l->may_render = true;
        return true;
    }
    if (render(l))
        return true;
    loop_phase(l, STAGE_WAIT);
    return false;
}
