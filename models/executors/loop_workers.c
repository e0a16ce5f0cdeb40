/* loop_workers.c - workers: a loop on a thread of its own, which shares the pool.
 *
 * A worker is a child of the task that makes it: it is called parent/name, and can be joined.
 * Its script is a task; what that starts, and what is spawned in it, is on the worker's loop.
 * When nothing is left there, the thread ends, and the parent's loop is told.
 *
 *     parent's port <------------> the worker's port, called "parent"
 *
 * An unref'd worker does not keep its parent; where that is all the parent has, both linger: they
 * are there as long as anything else is.
 *
 * Source: node 20.20 src/node_worker.cc, lib/internal/worker.js, lib/internal/main/
 * worker_thread.js; rules D7, TH1, TH2, TH4.  Differs: what a worker says of itself and what it
 * posts go through one port, in the order in which it happened; starting takes what the executor's
 * `worker_start` says, computed by the new thread. */
#include "models/executors/executor_loop.h"

#include <stdio.h>
#include <string.h>

/* ---- loops ----------------------------------------------------------------------------------- */

struct loop *loop_numbered(struct loops *all, int32_t number)
{
    return number < all->n ? &all->loops[number] : all->workers[number - all->n];
}

/* A loop that has been another worker's, or a new one, at its number. */
static struct loop *take_loop(struct loops *all, int32_t *index)
{
    if (all->nfree_loops > 0) {
        struct loop **lowest = &all->free_loops[0], *l;

        for (int64_t i = 1; i < all->nfree_loops; i++)
            if (all->free_loops[i]->index < (*lowest)->index)
                lowest = &all->free_loops[i];
        l = *lowest;
        *lowest = all->free_loops[--all->nfree_loops];
        *index = l->index;
        return l;
    }
    if (all->nworkers == all->workers_room) {
        int64_t room = 2 * all->workers_room + 8;
        struct loop **workers = executor_alloc(all->ex, (size_t)room * sizeof(struct loop *));

        if (all->nworkers > 0)
            memcpy(workers, all->workers, (size_t)all->nworkers * sizeof(struct loop *));
        all->workers = workers;
        all->free_loops = executor_alloc(all->ex, (size_t)room * sizeof(struct loop *));
        all->workers_room = room;
    }
    *index = (int32_t)(all->n + all->nworkers);
    all->workers[all->nworkers] = executor_alloc(all->ex, sizeof(struct loop));
    return all->workers[all->nworkers++];
}

static struct worker *worker_alloc(struct loops *all)
{
    struct worker *w = all->free_workers;

    if (w) {
        all->free_workers = w->next;
        memset(w, 0, sizeof(*w));
    } else {
        w = executor_alloc(all->ex, sizeof(*w));
    }
    return w;
}

/* Linger: the worker's own tasks, if nothing waits for it. */
void worker_new(struct loop *l, struct fiber *f, const struct step *step)
{
    const struct loop_call *call = step->call;
    struct loops *all = l->all;
    struct worker *w = worker_alloc(all);
    struct loop_task *lt = f->of;
    int32_t index;

    w->parent = l;
    w->loop = take_loop(all, &index);
    loop_init(all, w->loop, index);
    w->loop->worker = w;
    w->port = port_new(l, lt, call->name);
    w->port->worker = w;
    w->hold = callback_new(lt, CALLBACK_WORKER, !call->unref);
    w->hold->port = w->port;
    w->hold->place = step->place;
    w->loop->optional = call->unref || l->optional;
    all->target = w->loop;
    executor_spawn(all->ex, lt->task, call->program, call->name);
    all->target = NULL;
    w->script = w->loop->script;
    if (!w->script)
        return; /* the memory is full: the run is over */
    port_join(w->port, port_new(w->loop, w->script, "parent"));
    w->port->peer->worker = w;
}

/* ---- its beginning ---------------------------------------------------------------------------- */

void worker_begins(struct loop *l)
{
    const struct worker *w = l->worker;

    if (w->port->peer && loop_listens(w->parent, EVENT_ONLINE, w->port, w->port->of))
        port_post(w->script, w->port->peer, NULL, EVENT_ONLINE);
}

/* ---- its end ----------------------------------------------------------------------------------- */

void worker_stop(struct worker *w)
{
    struct loop *l = w->loop;

    if (!l || w->terminated)
        return;
    w->terminated = true;
    w->code = 1;
    l->stops = true;
    executor_cut(l->ex, l->th);
    if (l->parked)
        loop_rouse(l);
}

void worker_fails(struct worker *w, struct words *error)
{
    words_drop(w->error);
    w->error = error;
    w->code = 1;
}

static void count_error(struct worker *w, bool counted)
{
    if (w->counted != counted)
        loop_counts(w->parent, LOOP_QUEUE_READY, counted ? 1 : -1);
    w->counted = counted;
}

static void worker_free(struct loops *all, struct worker *w)
{
    count_error(w, false);
    words_drop(w->error);
    w->error = NULL;
    w->port->worker = NULL;
    if (w->port->of)
        w->port->open = false;
    else
        port_abandon(w->port);
    w->next = all->free_workers;
    all->free_workers = w;
}

void worker_abandon(struct callback *hold)
{
    struct worker *w = hold->port->worker;

    bool on_its_way = w->over && event_pending(&hold->request.request.done);

    sim_assert(w->hold == hold);
    if (on_its_way)
        executor_cancel(hold->loop->ex, &hold->request.request.done);
    w->hold = NULL;
    if (w->joiner)
        loop_polls(hold->loop, w->joiner);
    w->joiner = NULL;
    if (on_its_way)
        worker_free(hold->loop->all, w);
    callback_over(hold);
    if (!on_its_way)
        worker_stop(w);
}

static void ends(struct worker *w)
{
    struct loop *parent = w->parent;

    w->next = NULL;
    *parent->ended_last = w;
    parent->ended_last = &w->next;
    loop_wakeup(parent);
    w->hold->queued = LOOP_QUEUE_READY + 1;
    callback_counts(w->hold, LOOP_QUEUE_READY, true);
    count_error(w, w->error != NULL);
    callback_ready(w->hold);
}

static void fire_end(struct engine *eng, struct event *ev)
{
    const struct callback *hold =
        container_of(container_of(ev, struct request, done), struct callback, request.request);

    (void)eng;
    ends(hold->port->worker);
}

/* Its parent is told, behind all that it has posted. */
void worker_over(struct loop *l, struct loop_task *last)
{
    struct worker *w = l->worker;

    executor_posts(l->ex, last->task, w->port->number);
    for (struct port *p = l->ports; p; p = p->next)
        p->open = false;
    heap_ends(l);
    w->script = NULL;
    w->loop = NULL;
    w->over = true;
    l->worker = NULL;
    l->gone = true;
    if (!w->hold) {
        worker_free(l->all, w); /* nobody is left to be told */
    } else if (l->all->message == 0) {
        ends(w);
    } else {
        event_init(&w->hold->request.request.done, fire_end, PHASE_WAKE, 0);
        executor_at(l->ex, &w->hold->request.request.done,
                    time_add(executor_now(l->ex), l->all->message));
    }
}

static void tell_error(struct loop *l, struct worker *w, struct callback *hold)
{
    struct words *error = w->error;
    struct loop_task *by = loop_listens(l, EVENT_ERROR, w->port, hold->of);

    w->error = NULL;
    if (by) {
        loop_calls_for(l, by, hold);
        (void)loop_emit(l, EVENT_ERROR, w->port, NULL, error);
    } else {
        loop_rethrow(hold->of, words_use(error), hold->place, CALLBACK_TICK);
    }
    words_drop(error);
}

/* Of those that have this name, the last to be told; who waits for threads waits for that:
 * lib/internal/worker.js, "exit". */
bool worker_joined(struct callback *cb)
{
    struct callback *last = NULL;

    for (struct list *at = cb->of->started.next; at != &cb->of->started; at = at->next) {
        struct callback *hold = container_of(at, struct callback, link);

        if (hold->kind != CALLBACK_WORKER || strcmp(hold->port->name, cb->name) != 0)
            continue;
        if (!last || (last->ready && (!hold->ready || hold->ready_at >= last->ready_at)))
            last = hold;
    }
    if (last && !cb->cleared)
        last->port->worker->joiner = cb;
    return last && !cb->cleared;
}

static void goes_on(struct worker *w)
{
    struct callback *cb = w->joiner;

    w->joiner = NULL;
    cb->kind = CALLBACK_REACTION;
    callback_queue(cb, LOOP_QUEUE_MICROTASKS);
    callback_ready(cb);
}

static void tell_exit(struct loop *l, struct worker *w, struct callback *hold)
{
    struct loop_task *lt = hold->of, *by = loop_listens(l, EVENT_EXIT, w->port, lt);
    struct words *says;
    char code[16];

    callback_unqueue(hold);
    callback_taken(hold);
    (void)snprintf(code, sizeof(code), "%d", w->code);
    says = executor_words(l->ex, code);
    executor_receives(l->ex, lt->task, w->port->number, true);
    if (by)
        loop_calls_for(l, by, hold);
    if (w->joiner)
        goes_on(w);
    (void)loop_emit(l, EVENT_EXIT, w->port, says, NULL);
    words_drop(says);
    w->hold = NULL;
    callback_over(hold);
    worker_free(l->all, w);
    loop_check(lt);
}

/* What it has posted comes first, then its error, then its end: where its parent was idle when it
 * ended, one after the other, as they would have come by themselves; else all in one callback, of the
 * end: lib/internal/worker.js ([kOnExit], drainMessagePort).  One drain follows all that have ended:
 * src/env.cc (RunAndClearNativeImmediates). */
static void tell_end(struct loop *l, struct worker *w)
{
    struct callback *m = port_take(w->port), *hold = w->hold;
    bool goes_on = m || (w->error && hold) ? w->late : w->next != NULL;

    l->drain = goes_on ? DRAIN_NONE : DRAIN_BEGIN;
    if (m) {
        message_deliver(l, m);
        return;
    }
    if (w->error && hold) {
        count_error(w, false);
        tell_error(l, w, hold);
        return;
    }
    l->visit.ended = w->next;
    if (hold)
        tell_exit(l, w, hold);
    else
        worker_free(l->all, w);
}

/* Source: node 20.20 src/env.cc (RunAndClearNativeImmediates), which a wakeup calls before it looks
 * at ports, and CheckImmediate before it calls immediates. */
void workers_hear(struct loop *l)
{
    for (struct worker *w = l->ended; w; w = w->next)
        w->late = w->hold && executor_now(l->ex) > w->hold->ready_at;
    l->visit.ended = l->ended;
    l->ended = NULL;
    l->ended_last = &l->ended;
}

bool worker_tells(struct loop *l)
{
    if (!l->visit.ended)
        return false;
    tell_end(l, l->visit.ended);
    return true;
}

/* ---- what lingers -------------------------------------------------------------------------------- */

bool worker_keeps(const struct loop_task *lt)
{
    for (const struct list *at = lt->started.next; at != &lt->started; at = at->next)
        if (container_of((struct list *)(uintptr_t)at, struct callback, link)->kind ==
            CALLBACK_WORKER)
            return true;
    return false;
}

void workers_settle(struct loops *all)
{
    for (int64_t i = 0; i < all->n + all->nworkers; i++) {
        struct loop *l = loop_numbered(all, (int32_t)i);

        if (l->lingerers == 0 || l->optional || l->settles)
            continue;
        l->settles = l->settle_now = true;
        if (l->parked)
            loop_rouse(l);
    }
}

void workers_look(struct loop *l)
{
    const struct loops *all = l->all;

    if (!l->settle_now)
        return;
    l->settle_now = false;
    for (uint32_t slot = 0; slot < all->room; slot++) {
        struct loop_task *lt = all->by_slot[slot];

        if (lt && lt->loop == l && lt->lingers)
            loop_check(lt);
    }
}
