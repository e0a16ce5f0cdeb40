/* loop_turn.c - the phases of Node's loop, and the drain between callbacks.
 *
 * Source: libuv 1.46 src/unix/core.c (uv_run), async.c; node 20.20 lib/internal/process/
 * task_queues.js, src/env.cc (CheckImmediate); rules L1 - L9, D1 - D7, I1, S1, C1, F2. */
#include "models/executors/executor_loop.h"

void loop_begins(struct loop_task *lt)
{
    struct fiber *f;

    loop_calls_main(lt->loop, lt);
    f = fiber_new(lt, lt->task->pc, NULL);
    f->main = true;
    lt->loop->owed += lt->loop->all->costs.dispatch;
    executor_tells(lt->loop->ex, LOOP_LAG, executor_now(lt->loop->ex) - lt->arrived);
}

/* S1: the new flavour takes one, and comes back for the next in the next turn. */
void loop_accepts(struct loop *l)
{
    struct loop_task *lt = l->arrivals;

    l->arrivals = lt->next;
    loop_arrival(lt, false);
    loop_begins(lt);
    l->accepting = l->all->old && l->arrivals;
    l->accept.ready = l->arrivals != NULL && !l->accepting;
    if (l->accept.ready)
        queue_push(&l->ready, &l->accept);
}

/* ---- callbacks that the loop makes itself ---------------------------------------------------------- */

void loop_polls(struct loop *l, struct callback *cb)
{
    sim_assert(cb->loop == l);
    callback_queue(cb, LOOP_QUEUE_READY);
    callback_ready(cb);
}

/* D2: the drain comes after it, whatever it was. */
void loop_outermost(struct loop *l, struct callback *cb)
{
    struct loop_task *lt = cb->of;
    bool is_close = cb->kind == CALLBACK_CLOSE && !l->all->browser;
    struct fiber *f;

    l->drain = DRAIN_BEGIN;
    l->thrown = false;
    if (!lt) {
        callback_over(cb);
        return;
    }
    l->owed += l->all->costs.dispatch;
    loop_calls(l, cb);
    if (cb->kind == CALLBACK_IMMEDIATE || cb->kind == CALLBACK_TURN) {
        l->nrefd -= cb->holds;
        cb->kind = CALLBACK_MICROTASK;
    }
    if (cb->kind == CALLBACK_CLOSE && cb->port) {
        if (!l->all->browser)
            port_closed(cb->port);
        (void)loop_emit(l, EVENT_CLOSED, cb->port, NULL, NULL);
    }
    if (cb->fiber) { /* settles what that waits for: it goes on in the drain */
        cb->kind = CALLBACK_REACTION;
        callback_queue(cb, LOOP_QUEUE_MICROTASKS);
        return;
    }
    callback_taken(cb);
    if (cb->repeats && !cb->cleared) {
        f = fiber_new(lt, cb->entry, NULL);
        if (cb->message || cb->error)
            fiber_says(f, words_use(cb->message), words_use(cb->error));
    } else if (cb->entry > 0 && !cb->cleared) {
        callback_begin(cb, cb->entry);
        l->top->target = l->top->caught = is_close; /* of a port: X9 */
    } else {
        callback_over(cb);
        loop_check(lt);
    }
}

/* ---- the drain ----------------------------------------------------------------------------------------- */

static void tick(struct callback *cb)
{
    if (cb->of && cb->throws) {
        loop_calls(cb->loop, cb);
        loop_throws_again(cb);
    } else if (cb->of) {
        cb->loop->owed += cb->loop->all->costs.microtask;
        loop_calls(cb->loop, cb);
        callback_taken(cb);
        callback_begin(cb, cb->entry);
    } else {
        callback_over(cb);
    }
}

/* D1, one tick or microtask at a time. */
void loop_drain(struct loop *l)
{
    struct callback *cb;

    if (l->all->browser && l->drain == DRAIN_BEGIN && l->microtasks.first)
        loop_phase(l, STAGE_MICROTASKS);
    if (l->drain == DRAIN_REPORT) {
        if (promises_report(l))
            return;
        if (l->leaving.last)
            l->drain = DRAIN_LAST;
        else
            l->drain =
                l->ticks.first || l->microtasks.first || l->noted ? DRAIN_BEGIN : DRAIN_NONE;
        return;
    }
    if (l->drain == DRAIN_BEGIN || l->drain == DRAIN_TICKS) {
        l->drain = DRAIN_TICKS;
        cb = queue_pop(&l->ticks);
        if (cb) {
            tick(cb);
            return;
        }
        l->drain = DRAIN_MICROTASKS;
    }
    cb = queue_pop(&l->microtasks);
    if (cb) {
        microtask_run(l, cb);
    } else if (l->ticks.first && l->drain != DRAIN_LAST) {
        l->drain = DRAIN_TICKS;
    } else if (l->all->browser) {
        l->drain = DRAIN_NONE;
        browser_drained(l);
    } else {
        if (UNLIKELY(l->noted != NULL))
            promises_begin_report(l);
        l->drain = l->reporting ? DRAIN_REPORT : DRAIN_NONE;
    }
}

/* ---- phases ---------------------------------------------------------------------------------------------- */

static void go_to(struct loop *l, enum loop_phase phase)
{
    l->phase = phase;
    l->entered = false;
}

static void boot(struct loop *l)
{
    struct loop_task *script = l->script;

    if (script && l->worker) { /* D7 */
        l->script = NULL;
        l->iteration++;
        executor_tells(l->ex, LOOP_TURN, 0);
        loop_phase(l, STAGE_POLL);
        loop_refresh(l);
        loop_begins(script);
        l->top->target = true; /* a message tells it to begin: X9 */
        l->drain = DRAIN_BEGIN;
        go_to(l, TURN_BATCH);
        return;
    }
    if (script) {
        l->script = NULL;
        loop_phase(l, STAGE_SCRIPT);
        loop_refresh(l);
        loop_begins(script);
        l->drain = DRAIN_BEGIN; /* D5 */
        return;
    }
    go_to(l, TURN_ALIVE);
    l->booted = true;
}

/* L1: who has nothing left but what is unref'd ends here, or begins to: false. */
bool loop_test_alive(struct loop *l)
{
    struct loop_task *lt;

    workers_look(l);
    while ((lt = l->finishing) != NULL) {
        l->finishing = lt->next;
        lt->finishing = false;
        if (lt->refs > 0)
            continue;
        if (loop_takes_leave(lt))
            return false;
        if (!l->settles && worker_keeps(lt))
            loop_lingers(lt, true);
        else
            loop_task_end(lt);
    }
    return !loop_hears_nothing(l);
}

/* True: it is over. */
static bool timers(struct loop *l)
{
    struct callback *cb;

    if (!l->entered) {
        loop_phase(l, STAGE_TIMERS);
        loop_refresh(l);
    }
    l->entered = true;
    cb = timers_next(l);
    if (cb) {
        loop_outermost(l, cb);
        return false;
    }
    /* The first pass comes before the first turn, which begins whatever it has left alive. */
    go_to(l, l->all->old || l->booted ? TURN_POLLS : TURN_ALIVE);
    l->booted = false;
    return true;
}

/* L4, L5: what is ready now is this turn's; nothing, and nothing else to do: the thread waits.
 * False: it does. */
static bool poll(struct loop *l)
{
    if (l->phase == TURN_POLLS) {
        l->iteration++;
        executor_tells(l->ex, LOOP_TURN, 0);
    }
    loop_phase(l, STAGE_POLL);
    loop_refresh(l);
    if (l->ready.first) {
        l->batch = l->ready;
        l->ready.first = NULL;
        go_to(l, TURN_BATCH);
    } else if (l->nrefd > 0 || l->closing || l->finishing || l->settle_now ||
               l->timers.native <= l->now || loop_is_empty(l)) {
        go_to(l, TURN_CHECK);
    } else {
        go_to(l, TURN_WAITS);
        loop_phase(l, STAGE_WAIT);
        return false;
    }
    return true;
}

void loop_turns(struct loop *l)
{
    static const uint8_t round[] = {STAGE_POLL, STAGE_CHECK, STAGE_CLOSING, STAGE_TIMERS};

    for (size_t i = 0; i < ARRAY_LEN(round); i++)
        loop_phase(l, (enum loop_stage)round[i]);
    l->iteration++;
    executor_tells(l->ex, LOOP_TURN, 0);
    loop_phase(l, STAGE_POLL);
    loop_phase(l, STAGE_WAIT);
}

static void batch(struct loop *l)
{
    struct callback *cb;

    if (l->accepting) {
        l->drain = DRAIN_BEGIN;
        loop_accepts(l);
        return;
    }
    cb = queue_pop(&l->done_batch);
    if (!cb && ports_next(l))
        return;
    if (!cb)
        cb = queue_pop(&l->batch);
    if (!cb) {
        go_to(l, TURN_CHECK);
    } else if (cb == &l->wakeup) { /* L9, W6 */
        l->done_batch = l->done;
        l->done.first = NULL;
        ports_visit(l);
    } else if (cb == &l->accept) {
        if (!l->arrivals) /* the process has ended */
            return;
        l->drain = DRAIN_BEGIN;
        loop_accepts(l);
    } else {
        loop_outermost(l, cb);
    }
}

static void take_immediates(struct loop *l)
{
    l->check = l->immediates;
    l->immediates.first = NULL;
    l->again = false;
}

/* Workers that have ended are told first, whatever phase it happened in.
 *
 * I1: immediates that are queued meanwhile are the next turn's.  But where the last one throws, and
 * somebody hears that, Node does not see that it has run them all, and looks for more: kHasOutstanding
 * of lib/internal/timers.js (processImmediate), src/env.cc (CheckImmediate).  True: it is over. */
static bool check(struct loop *l)
{
    struct callback *cb;

    if (!l->entered) {
        l->entered = l->again = true;
        loop_phase(l, STAGE_CHECK);
        workers_hear(l);
        if (l->ticks.first || l->microtasks.first) { /* X2: left over */
            l->drain = DRAIN_BEGIN;
            return false;
        }
    }
    if (worker_tells(l))
        return false;
    if (l->again && !l->check.first)
        take_immediates(l);
    cb = queue_pop(&l->check);
    if (cb)
        loop_outermost(l, cb);
    else
        go_to(l, TURN_CLOSING);
    return !cb;
}

/* C1: the newest first.  True: it is over. */
static bool closing(struct loop *l)
{
    struct callback *cb;

    if (!l->entered) {
        l->closing_batch = l->closing;
        l->closing = NULL;
        l->entered = true;
        loop_phase(l, STAGE_CLOSING);
    }
    cb = l->closing_batch;
    if (cb) {
        l->closing_batch = cb->next;
        callback_unqueue(cb);
        loop_outermost(l, cb);
    } else {
        go_to(l, l->all->old ? TURN_ALIVE : TURN_TIMERS);
    }
    return !cb;
}

/* Phases in which there is mostly nothing: on to the next one at once, as if somebody had asked
 * for it, and counted as that. */
static void call_or_pass(struct loop *l)
{
    for (;;) {
        bool over = l->phase == TURN_CHECK     ? check(l)
                    : l->phase == TURN_CLOSING ? closing(l)
                                               : timers(l);

        if (!over || (l->phase != TURN_CLOSING && l->phase != TURN_TIMERS))
            return;
        if (l->spins + 1 >= SPINS_MAX)
            return;
        l->spins++;
    }
}

/* L2, L3: what a listener to "beforeExit" has started is a new run's, which looks at the timers
 * first; where nothing is left of the one before.  What others go on with was not alive either. */
void loop_runs_anew(struct loop *l)
{
    bool left = l->check.first || l->batch.first || l->done_batch.first || l->closing_batch;

    if (!l->all->browser && !left && !l->visit.going) {
        l->booted =
            true; /* these timers are its first pass, too: one turn follows in any case */
        go_to(l, TURN_TIMERS);
    }
}

/* One callback, or one phase further.  False: there is nothing to do. */
bool loop_turn(struct loop *l)
{
    switch (l->phase) {
    case TURN_BOOT:
        boot(l);
        return true;
    case TURN_ALIVE: /* F2: before the timers, or behind them */
        if (!loop_test_alive(l))
            return true;
        go_to(l, l->all->old || l->booted ? TURN_TIMERS : TURN_POLLS);
        return true;
    case TURN_POLLS:
    case TURN_WAITS:
        return poll(l);
    case TURN_BATCH:
        batch(l);
        return true;
    default:
        call_or_pass(l);
        return true;
    }
}
