/* loop_timers.c - Node's timers on libuv's one: lists by duration, in a queue by expiry.
 *
 * Source: node v20.20 lib/internal/timers.js (insert, listOnTimeout, processTimers),
 * lib/timers.js (clearTimeout), lib/internal/priority_queue.js, src/env.cc (RunTimers,
 * ScheduleTimer); libuv 1.46 src/timer.c.  Rules T1 - T17, L16, L17. */
#include "models/executors/loop_timers.h"

#include <stdlib.h>

#include "models/executors/executor_loop.h"

#define TIMEOUT_MAX ((INT64_C(1) << 31) - 1)

/* T2: floor of the clock; only where this is called does the loop's time change. */
void loop_refresh(struct loop *l)
{
    l->now = executor_now(l->ex) / MS(1);
}

static sim_time at_ms(int64_t ms)
{
    return ms < SIM_TIME_MAX / MS(1) ? ms * MS(1) : SIM_TIME_MAX;
}

/* ---- the queue of lists: a binary heap --------------------------------------------------------- */

/* T9: equal expiry, then the list that was made or put back first. */
static bool before(const struct timer_list *a, const struct timer_list *b)
{
    return a->expiry != b->expiry ? a->expiry < b->expiry : a->id < b->id;
}

static void place(struct timers *t, struct timer_list *list, size_t at)
{
    t->heap[at] = list;
    list->place = at;
}

static void sift(struct timers *t, struct timer_list *list)
{
    size_t at = list->place;

    while (at > 0 && before(list, t->heap[(at - 1) / 2])) {
        place(t, t->heap[(at - 1) / 2], at);
        at = (at - 1) / 2;
    }
    for (;;) {
        size_t child = 2 * at + 1;

        if (child >= t->n)
            break;
        if (child + 1 < t->n && before(t->heap[child + 1], t->heap[child]))
            child++;
        if (!before(t->heap[child], list))
            break;
        place(t, t->heap[child], at);
        at = child;
    }
    place(t, list, at);
}

static struct timer_list **bucket(struct timers *t, int64_t duration)
{
    return &t->buckets[(uint64_t)duration & (t->room - 1)];
}

/* For more lists; those there are go to their new buckets. */
static void grow(struct timers *t)
{
    t->room = t->room ? 2 * t->room : 16;
    t->heap = sim_realloc(t->heap, t->room * sizeof(struct timer_list *));
    free(t->buckets);
    t->buckets = sim_calloc(t->room, sizeof(struct timer_list *));
    for (size_t i = 0; i < t->n; i++) {
        struct timer_list **at = bucket(t, t->heap[i]->duration);

        t->heap[i]->next = *at;
        *at = t->heap[i];
    }
}

static struct timer_list *find(struct timers *t, int64_t duration)
{
    struct timer_list *list = t->n > 0 ? *bucket(t, duration) : NULL;

    while (list && list->duration != duration)
        list = list->next;
    return list;
}

static struct timer_list *list_new(struct loop *l, int64_t duration, int64_t expiry)
{
    struct timers *t = &l->timers;
    struct timer_list *list = t->unused;

    if (list)
        t->unused = list->next;
    else
        list = executor_alloc(l->ex, sizeof(*list));
    if (t->n == t->room)
        grow(t);
    list->duration = duration;
    list->expiry = expiry;
    list->id = ++t->ids;
    list_init(&list->timers);
    list->next = *bucket(t, duration);
    *bucket(t, duration) = list;
    place(t, list, t->n++);
    sift(t, list);
    return list;
}

static void list_gone(struct timers *t, struct timer_list *list)
{
    struct timer_list **at = bucket(t, list->duration), *last = t->heap[--t->n];

    while (*at != list)
        at = &(*at)->next;
    *at = list->next;
    if (last != list) {
        place(t, last, list->place);
        sift(t, last);
    }
    list->next = t->unused;
    t->unused = list;
}

/* ---- starting and stopping ---------------------------------------------------------------------- */

/* libuv's timer, relative to the loop's clock, at least 1 ms. */
static void arm_native(struct loop *l, int64_t expiry)
{
    l->timers.native = expiry > l->now ? expiry : l->now + 1;
}

static void fire_due(struct engine *eng, struct event *ev)
{
    struct callback *cb =
        container_of(container_of(ev, struct request, done), struct callback, request.request);

    (void)eng;
    callback_due(cb, true);
    callback_ready(cb);
}

/* T4, T5: at the end of the list of its duration. */
static void insert(struct callback *cb, int64_t start)
{
    struct loop *l = cb->loop;
    struct timers *t = &l->timers;
    struct timer_list *list = find(t, cb->duration);
    int64_t expiry = start + cb->duration;

    cb->start = start;
    if (!list) {
        list = list_new(l, cb->duration, expiry);
        if (t->next_expiry > expiry) {
            arm_native(l, expiry);
            t->next_expiry = expiry;
        }
    }
    cb->list = list;
    list_push_back(&list->timers, &cb->in_list);
    callback_queue(cb, LOOP_QUEUE_TIMERS);
    executor_at(l->ex, &cb->request.request.done, at_ms(expiry));
}

/* T1: whole milliseconds, truncated; 1 where it is less or more than 2^31 - 1.  T2: the delay
 * counts from now, not from when the callback began. */
void timers_start(struct callback *cb, sim_time delay)
{
    int64_t duration = delay / MS(1);

    if (cb->loop->all->browser) {
        browser_timer(cb, delay);
        return;
    }

    cb->duration = duration >= 1 && duration <= TIMEOUT_MAX ? duration : 1;
    event_init(&cb->request.request.done, fire_due, PHASE_WAKE, 0);
    loop_refresh(cb->loop);
    insert(cb, cb->loop->now);
}

/* T12: the last ref'd timer takes its list along; an unref'd one leaves it. */
void timers_stop(struct callback *cb)
{
    struct timer_list *list = cb->list;

    executor_cancel(cb->loop->ex, &cb->request.request.done);
    if (!list)
        return;
    list_remove(&cb->in_list);
    callback_unqueue(cb);
    cb->list = NULL;
    if (!cb->unref && list_empty(&list->timers))
        list_gone(&cb->loop->timers, list);
}

/* ---- the pass -------------------------------------------------------------------------------------- */

/* T6 and T8: the first timer that is due; what is not goes back under the time of its first. */
static struct callback *first_due(struct timers *t, int64_t now)
{
    while (t->n > 0 && t->heap[0]->expiry <= now) {
        struct timer_list *list = t->heap[0];
        struct callback *cb;

        if (list_empty(&list->timers)) {
            list_gone(t, list);
            continue;
        }
        cb = container_of(list->timers.next, struct callback, in_list);
        if (now - cb->start >= list->duration)
            return cb;
        list->expiry =
            cb->start + list->duration > now + 1 ? cb->start + list->duration : now + 1;
        list->id = ++t->ids;
        sift(t, list);
    }
    return NULL;
}

/* The time of the pass is fixed when it begins. */
static void pass_begins(struct loop *l)
{
    struct timers *t = &l->timers;

    loop_refresh(l);
    t->native = t->next_expiry = LOOP_NEVER;
    t->pass = l->now;
}

static void pass_ends(struct loop *l)
{
    struct timers *t = &l->timers;

    t->pass = -1;
    if (t->n == 0)
        return;
    t->next_expiry = t->heap[0]->expiry;
    arm_native(l, t->next_expiry);
}

/* L16: another pass, where libuv's timer is due again by the loop's clock, which JS moves on;
 * L17 says that there is one pass only, but what the last drain starts may bring a second. */
struct callback *timers_next(struct loop *l)
{
    struct timers *t = &l->timers;
    struct callback *cb;

    if (t->pass < 0 && t->native > l->now)
        return NULL;
    if (t->pass < 0)
        pass_begins(l);
    cb = first_due(t, t->pass);
    if (!cb) {
        pass_ends(l);
        return NULL;
    }
    list_remove(&cb->in_list);
    callback_unqueue(cb);
    cb->list = NULL;
    executor_cancel(l->ex, &cb->request.request.done);
    t->returns = true;
    if (cb->repeats) { /* T13 */
        loop_refresh(l);
        t->rearm = cb;
        t->rearm_at = l->now;
    }
    return cb;
}

/* Is a timer of the first list due?  After an exception Node begins the pass anew: without a drain in
 * front of that timer, but with one in front of other lists, and at the end.  X2; src/env.cc
 * (RunTimers), lib/internal/timers.js (processTimers). */
static bool at_head(const struct timers *t, int64_t now)
{
    const struct timer_list *list = t->n > 0 ? t->heap[0] : NULL;

    return list && list->expiry <= now && !list_empty(&list->timers) &&
           now - container_of(list->timers.next, struct callback, in_list)->start >=
               list->duration;
}

/* Before the drain Node looks at what comes next: lists that are not due are put back, and
 * where none is due the pass is over. */
void timers_returned(struct loop *l)
{
    struct timers *t = &l->timers;
    struct callback *cb = t->rearm;
    struct loop_task *lt = cb ? cb->of : NULL;

    if (l->all->browser) {
        browser_timer_returned(l);
        return;
    }
    t->returns = false;
    t->rearm = NULL;
    if (cb && cb->cleared)
        callback_over(cb);
    else if (cb)
        insert(cb, t->rearm_at);
    if (l->thrown && !l->leaving.goes && !at_head(t, t->pass))
        l->drain = DRAIN_BEGIN;
    if (!first_due(t, t->pass))
        pass_ends(l);
    if (lt)
        loop_check(lt);
}

/* ---- waiting ------------------------------------------------------------------------------------------ */

/* A list whose first timer was cleared comes up before there is anything to run: putting it
 * back takes no time, and no core. */
static void fire_alarm(struct engine *eng, struct event *ev)
{
    struct loop *l = container_of(ev, struct loop, timers.alarm);
    struct callback *cb;

    (void)eng;
    sim_assert(l->parked);
    loop_refresh(l);
    cb = first_due(&l->timers, l->now);
    if (cb) {
        callback_ready(cb);
        return;
    }
    loop_turns(l);
    l->timers.native = l->timers.next_expiry = LOOP_NEVER;
    pass_ends(l);
    timers_wait(l);
}

/* The process would end here: what is left of its timers, unref'd all, does not fire. */
void timers_end(struct loop *l)
{
    struct timers *t = &l->timers;

    for (size_t i = 0; i < t->n; i++) {
        struct list *timers = &t->heap[i]->timers;

        for (struct list *at = timers->next; at != timers; at = at->next)
            executor_cancel(l->ex,
                            &container_of(at, struct callback, in_list)->request.request.done);
    }
    t->native = t->next_expiry = LOOP_NEVER;
}

void timers_wait(struct loop *l)
{
    if (l->timers.native < LOOP_NEVER)
        executor_at(l->ex, &l->timers.alarm, at_ms(l->timers.native));
}

void timers_init(struct loop *l)
{
    struct timers *t = &l->timers;

    t->native = t->next_expiry = LOOP_NEVER;
    t->pass = -1;
    event_init(&t->alarm, fire_alarm, PHASE_WAKE, 0);
}

void timers_release(struct loop *l)
{
    free(l->timers.heap);
    free(l->timers.buckets);
}
