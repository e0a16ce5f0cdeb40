/* event_loop.c - one thread for all tasks: each is an async function, and what it waits for
 * the loop waits for.
 *
 * Source: libuv 1.46 src/unix/core.c (uv_run) and node 20.20 lib/internal/process/
 * task_queues.js; the rules that the identifiers name are in executor_loop.h.  Differs: time
 * passes only in what tasks compute; a task ends when nothing that it has started keeps it,
 * as a process would, and the loop itself never does. */
#include "models/executors/executor_loop.h"

#include <stdio.h>
#include <string.h>

#include "sim/scenario.h"

struct loop_params {
    int64_t pool, loops;
    int32_t flavor;
    struct heap_params heap;
    struct loop_costs costs;
    sim_time worker_start, message;
};
enum flavor { FLAVOR_NODE, FLAVOR_NODE18, FLAVOR_BROWSER };

static const char *const flavors[] = {"node", "node18", "browser", NULL};

static const struct param loop_params[] = {
    PARAM(INT, struct loop_params, pool,
          "threads that blocking calls and computations are handed to, made at the first use; "
          "0 means 1",
          .deflt = "4", .max = 1024),
    PARAM(INT, struct loop_params, loops,
          "how many loops, a thread each; tasks are dealt out in turn, and the pool is shared",
          .deflt = "1", .min = 1, .max = 1024),
    PARAM(ENUM, struct loop_params, flavor,
          "node: 20.3 and later (libuv from 1.45); node18: before, which accepts all that wait "
          "at once; browser: one task, then all microtasks, then perhaps a frame",
          .choices = flavors, .deflt = "node"),
    PARAM(OBJECT, struct loop_params, heap,
          "what allocate and free share, one a loop; none: they take no time",
          .inside = heap_params),
    PARAM_AS("turn", TIME, struct loop_params, costs.turn,
             "user time of a round of the loop, its callbacks apart", .deflt = "0",
             .measured = "600ns"),
    PARAM_AS("poll", TIME, struct loop_params, costs.poll, "kernel time of each epoll_wait",
             .deflt = "0", .measured = "110ns"),
    PARAM_AS("dispatch", TIME, struct loop_params, costs.dispatch,
             "user time in front of each callback", .deflt = "0", .measured = "200ns"),
    PARAM_AS("microtask", TIME, struct loop_params, costs.microtask,
             "user time in front of each tick and microtask", .deflt = "0",
             .measured = "100ns"),
    PARAM_AS("handover", TIME, struct loop_params, costs.handover,
             "kernel time of giving a job to the pool, and of giving it back", .deflt = "0",
             .measured = "2us"),
    PARAM(TIME, struct loop_params, worker_start,
          "what a worker's thread computes before its script begins", .deflt = "0",
          .measured = "33ms"),
    PARAM(TIME, struct loop_params, message,
          "how long a message, or the news of a worker's end, is on its way to another thread",
          .deflt = "0", .measured = "15us"),
    PARAM_END,
};

static int64_t event_loop_scripts(const void *params)
{
    return ((const struct loop_params *)params)->loops;
}

static bool event_loop_accepts_all(const void *params)
{
    return ((const struct loop_params *)params)->flavor == FLAVOR_NODE18;
}

static bool event_loop_in_browser(const void *params)
{
    return ((const struct loop_params *)params)->flavor == FLAVOR_BROWSER;
}

static bool event_loop_has_heap(const void *params)
{
    return ((const struct loop_params *)params)->heap.present;
}

static int64_t event_loop_heap_limit(const void *params)
{
    return ((const struct loop_params *)params)->heap.limit;
}

static bool event_loop_has_costs(const void *params)
{
    const struct loop_costs *c = &((const struct loop_params *)params)->costs;

    return c->turn > 0 || c->poll > 0 || c->dispatch > 0 || c->microtask > 0 || c->handover > 0;
}

/* ---- threads --------------------------------------------------------------------------------- */

void loops_know(struct loops *all, const struct thread *th, int32_t number)
{
    if (th->slot >= all->threads_room) {
        uint32_t room = 2 * th->slot + 8;
        int32_t *threads = executor_alloc(all->ex, room * sizeof(*threads));

        for (uint32_t i = 0; i < all->threads_room; i++)
            threads[i] = all->threads[i];
        all->threads = threads;
        all->threads_room = room;
    }
    all->threads[th->slot] = number;
}

static int32_t event_loop_loop_of(const struct executor *ex, const struct thread *th)
{
    const struct loops *all = ex->state;
    int32_t number = all->threads[th->slot];

    return number < 0 ? -1 : loop_numbered((struct loops *)(uintptr_t)all, number)->number;
}

/* A worker's may have been another's before. */
void loop_init(struct loops *all, struct loop *l, int32_t index)
{
    int32_t number = all->ex->first_loop + index;
    uint64_t iteration = l->iteration;
    struct task *own = l->own;

    if (l->all)
        timers_release(l);
    if (index >= all->n + WORKER_LOOPS || (index >= all->n && all->ex->first_worker < 0))
        number = -1;
    else if (index >= all->n)
        number = all->ex->first_worker + index - (int32_t)all->n;
    memset(l, 0, sizeof(*l));
    l->iteration = iteration;
    l->own = own;
    l->watched = all->watched && number >= 0;
    l->listed = (all->watched & TRACE_BIT(ENQUEUE)) && number >= 0;
    l->framed = (all->watched & TRACE_BIT(FRAME)) && number >= 0;
    l->all = all;
    l->ex = all->ex;
    l->number = number;
    l->index = index;
    l->listeners_last = &l->listeners;
    l->visit.place = &l->ports;
    l->ended_last = &l->ended;
    l->accept.loop = l->wakeup.loop = l;
    l->th = executor_thread_new(all->ex, true);
    l->parked = true;
    l->accept.kind = CALLBACK_ACCEPT;
    l->wakeup.kind = CALLBACK_WAKEUP;
    timers_init(l);
    heap_init(l, &((const struct loop_params *)all->ex->params)->heap);
    loops_know(all, l->th, index);
}

static void event_loop_init(struct executor *ex)
{
    const struct loop_params *params = ex->params;
    struct loops *all = ex->state;

    all->ex = ex;
    all->watched = executor_watched(ex);
    all->costs = params->costs;
    all->costly = event_loop_has_costs(params);
    all->browser = params->flavor == FLAVOR_BROWSER;
    all->old = params->flavor == FLAVOR_NODE18;
    all->n = params->loops;
    all->worker_start = params->worker_start;
    all->message = params->message;
    all->pool.n = params->pool > 0 ? params->pool : 1;
    all->loops = executor_alloc(ex, (size_t)all->n * sizeof(*all->loops));
    for (int64_t i = 0; i < all->n; i++)
        loop_init(all, &all->loops[i], (int32_t)i);
}

/* ---- arrivals: connections that the loop accepts ------------------------------------------------- */

/* The next one whose process has not ended. */
static struct loop *deal(struct loops *all)
{
    for (int64_t i = 0; i < all->n; i++) {
        struct loop *l = &all->loops[all->dealt++ % all->n];

        if (!l->dead)
            return l;
    }
    return NULL;
}

static bool event_loop_accepts(const struct executor *ex)
{
    const struct loops *all = ex->state;

    for (int64_t i = 0; i < all->n; i++)
        if (!all->loops[i].dead)
            return true;
    return all->target != NULL;
}

/* What is spawned in a worker stays there. */
static struct loop *loop_for(struct loops *all, struct task *t, bool *script)
{
    uint64_t copy = executor_copy(all->ex, t, script);
    const struct brood *of = t->ctx ? t->ctx->of : NULL;
    const struct loop_task *parent =
        of && of->parent < all->room ? all->by_slot[of->parent] : NULL;

    if (all->target) {
        *script = true;
        return all->target;
    }
    if (*script)
        return &all->loops[copy > 0 ? (int64_t)copy - 1 : 0];
    if (parent && parent->loop->worker)
        return parent->loop;
    return deal(all);
}

static void event_loop_submit(struct executor *ex, struct task *t)
{
    struct loops *all = ex->state;
    bool script;
    struct loop *l = loop_for(all, t, &script);
    struct loop_task *lt = loop_task_new(l, t);

    lt->script = script;
    if (script) {
        l->script = lt;
    } else {
        if (l->arrivals)
            l->arrivals_last->next = lt;
        else
            l->arrivals = lt;
        l->arrivals_last = lt;
        loop_arrival(lt, true);
        if (!l->accept.ready && !l->accepting) {
            l->accept.ready = true;
            queue_push(&l->ready, &l->accept);
        }
    }
    if (l->parked)
        loop_wake(l, lt);
}

/* ---- what the thread does next ------------------------------------------------------------------------------ */

/* What a worker's thread computes before its script begins; true: it does. */
static bool start(struct loop *l, struct step *out)
{
    if (l->started++ == 0 && l->all->worker_start > 0) {
        *out = (struct step){.kind = STEP_RUN, .time = l->all->worker_start};
        return true;
    }
    l->started = 2;
    worker_begins(l);
    return false;
}

/* The fiber on top.  True: `out` is for the machine. */
static bool run(struct loop *l, struct step *out)
{
    struct fiber *f = l->top;
    struct loop_task *lt = f->of;

    loop_serve(l, lt);
    if (UNLIKELY(f->hears && l->calling && l->calling != lt)) { /* told with another's */
        loop_returns(l);
        loop_calls_event(l, lt, f->called_at);
    }
    if (UNLIKELY(l->owed > 0)) {
        costs_call(l, out);
        return true;
    }
    if (l->heap.asker)
        return heap_goes_on(l, out);
    if (l->worker && l->started < 2 && start(l, out))
        return true;
    if (f->awaits) {
        loop_call(l, f, NULL);
        return false;
    }
    fiber_load(f);
    out->sync = false;
    executor_step(l->ex, lt->task, out);
    switch (out->kind) {
    case STEP_RUN:
        return out->time > 0;
    case STEP_WAIT: /* a lock blocks the whole loop */
    case STEP_SPIN:
        return true;
    case STEP_IO:
        if (out->sync)
            return true;
        break;
    case STEP_END:
        lt->task->pc--; /* stays at the end, for whoever asks what it would do next */
        if (out->fault) {
            loop_kill(lt, true);
            loop_check(lt);
        } else if (out->exits) {
            loop_op_exit(l, lt);
        } else {
            fiber_over(l, f, false, NULL, 0);
        }
        return false;
    case STEP_THROW:
        loop_throw(l, f, out->words, out->place);
        return false;
    default:
        break;
    }
    loop_call(l, f, out);
    return false;
}

/* Callbacks that bring forth callbacks, and no time passes. */
static void mind_endless(struct loop *l)
{
    struct loop_task *lt = l->top ? l->top->of : l->serving;
    char text[120];

    if (l->instant != executor_now(l->ex)) {
        l->instant = executor_now(l->ex);
        l->spins = 0;
    }
    if (++l->spins < SPINS_MAX || !lt)
        return;
    l->spins = 0;
    (void)snprintf(text, sizeof(text), "%d callbacks and no time has passed: an endless loop",
                   (int)SPINS_MAX);
    executor_fault(l->ex, lt->task, -1, text);
    loop_kill(lt, true);
    loop_check(lt);
}

/* Whatever it was doing. */
static void stop(struct loop *l)
{
    l->stops = false;
    l->heap.asker = NULL;
    loop_stop(l, false);
}

/* It is about to poll. */
static bool looks(const struct loop *l)
{
    if (l->phase != TURN_POLLS && l->phase != TURN_WAITS)
        return false;
    return !l->timers.returns && l->drain == DRAIN_NONE && !l->leaving.goes && !l->stops &&
           !l->gone;
}

static void loop_next(struct loop *l, struct step *out)
{
    bool costly = l->all->costly;

    for (;;) {
        mind_endless(l);
        if (UNLIKELY(l->owed_kernel > 0)) {
            costs_submit(l, out);
            return;
        }
        if (l->top && !l->stops) {
            if (UNLIKELY(l->runs_itself))
                costs_done(l);
            if (run(l, out))
                return;
            continue;
        }
        if (UNLIKELY(l->once_more != NULL))
            loop_once_more(l);
        loop_returns(l);
        if (UNLIKELY(costly)) {
            if (looks(l) && costs_poll(l, out))
                return;
            if (l->runs_itself)
                costs_done(l);
        }
        if (l->timers.returns && (l->drain == DRAIN_NONE || !l->all->browser))
            timers_returned(l);
        else if (l->stops)
            stop(l);
        else if (l->drain != DRAIN_NONE)
            loop_drain(l);
        else if (l->leaving.goes)
            loop_leaves(l);
        else if (l->gone || !(l->all->browser ? browser_turn(l) : loop_turn(l)))
            break;
    }
    loop_leave(l);
    if (l->gone) {
        loop_phase(l, STAGE_GONE);
        if (l->own)
            l->own->thread = NULL;
        l->all->free_loops[l->all->nfree_loops++] = l;
        *out = (struct step){.kind = STEP_EXIT};
        return;
    }
    l->parked = true;
    if (l->unrefs > 0 && !loop_alive(l))
        timers_end(l);
    timers_wait(l);
    *out = (struct step){.kind = STEP_PARK};
}

static void event_loop_next(struct executor *ex, struct thread *th, struct step *out)
{
    struct loops *all = ex->state;
    int32_t number = all->threads[th->slot];

    if (number < 0)
        work_next(all, &all->pool.threads[-1 - number], out);
    else
        loop_next(number < all->n ? &all->loops[number] : loop_numbered(all, number), out);
}

static void event_loop_settle(struct executor *ex)
{
    workers_settle(ex->state);
}

static const char *event_loop_waits_for(struct executor *ex, struct task *t, uint32_t *place)
{
    struct loops *all = ex->state;
    struct loop_task *lt = t->slot < all->room ? all->by_slot[t->slot] : NULL;
    const struct callback *cb = lt && lt->task == t ? loop_reason(lt) : NULL;

    if (!cb)
        return NULL;
    *place = cb->place;
    if (cb->kind == CALLBACK_JOIN)
        return cb->name;
    if (cb->port) {
        (void)snprintf(all->text, sizeof(all->text), "a message from %.250s", cb->port->name);
        return all->text;
    }
    if (cb->promise && cb->promise->name) {
        (void)snprintf(all->text, sizeof(all->text), "promise %.250s", cb->promise->name);
        return all->text;
    }
    return cb->promise ? "a promise" : NULL;
}

const struct executor_model executor_event_loop = {
    .name = "event-loop",
    .help = "one thread; every task is an async function, its io and sleeps are awaited",
    .source = "Source: libuv 1.46 and Node 20.20: src/unix/core.c (uv_run), src/threadpool.c; "
              "lib/internal/timers.js, lib/internal/process/task_queues.js",
    .params = loop_params,
    .params_size = sizeof(struct loop_params),
    .state_size = sizeof(struct loops),
    .init = event_loop_init,
    .accepts = event_loop_accepts,
    .submit = event_loop_submit,
    .next = event_loop_next,
    .waits_for = event_loop_waits_for,
    .settle = event_loop_settle,
    .release = loops_release,
    .is_loop = true,
    .scripts = event_loop_scripts,
    .in_browser = event_loop_in_browser,
    .accepts_all = event_loop_accepts_all,
    .has_heap = event_loop_has_heap,
    .heap_limit = event_loop_heap_limit,
    .has_costs = event_loop_has_costs,
    .own_name = "loop",
    .loop_of = event_loop_loop_of,
};
