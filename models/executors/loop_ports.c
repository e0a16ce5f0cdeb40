/* loop_ports.c - ports, what is sent through them, and the wakeup that delivers it.
 *
 * Source: node 20.20 src/node_messaging.cc (MessagePort::OnMessage, Start, Close,
 * MessagePortData::AddToIncomingQueue), libuv 1.46 src/unix/async.c (uv__async_io); rules L9, TH2.
 * Differs: a message takes the time that the executor's `message` says to arrive, and costs its
 * sender and its receiver nothing. */
#include "models/executors/loop_ports.h"

#include <stdio.h>
#include <string.h>

#include "models/executors/executor_loop.h"

enum { BATCH_MIN = 1000 }; /* messages that one wakeup delivers at a port, at least */

/* ---- the life of a port -------------------------------------------------------------------- */

struct port *port_new(struct loop *l, struct loop_task *of, const char *name)
{
    struct loops *all = l->all;
    struct port *old = port_find(of, name), *p;

    if (old && old->of == of && !old->open) /* its name goes to this one */
        port_abandon(old);
    p = all->free_ports;

    if (p) {
        all->free_ports = p->next;
        memset(p, 0, sizeof(*p));
    } else {
        p = executor_alloc(all->ex, sizeof(*p));
    }
    p->loop = l;
    p->of = of;
    p->name = name;
    p->open = true;
    p->number = executor_port(all->ex);
    p->next = *l->visit.place;
    *l->visit.place = p;
    l->visit.place = &p->next;
    return p;
}

void port_join(struct port *a, struct port *b)
{
    a->peer = b;
    b->peer = a;
}

/* Nobody can name it, and nothing is on its way to it. */
static void port_free(struct port *p)
{
    struct loop *l = p->loop;
    struct port **at = &l->ports;

    if (p->of || p->transit > 0 || p->open || l->visit.at == p)
        return;
    while (*at && *at != p)
        at = &(*at)->next;
    if (!*at)
        return;
    *at = p->next;
    if (l->visit.place == &p->next)
        l->visit.place = at;
    listeners_of_port(p);
    if (p->peer)
        p->peer->peer = NULL;
    p->next = l->all->free_ports;
    l->all->free_ports = p;
}

/* The task's own, the latest, else another's of this loop. */
struct port *port_find(struct loop_task *lt, const char *name)
{
    struct port *own = NULL, *other = NULL, **of;

    for (struct port *p = lt->loop->ports; p; p = p->next) {
        if (!p->of || strcmp(p->name, name) != 0)
            continue;
        of = p->of == lt ? &own : &other;
        if (!*of || (*of)->number < p->number)
            *of = p;
    }
    return own ? own : other;
}

/* ---- the wakeup ------------------------------------------------------------------------------ */

void loop_wakeup(struct loop *l)
{
    if (l->wakeup.ready)
        return;
    l->wakeup.ready = true;
    queue_push(&l->ready, &l->wakeup);
}

static void trigger(struct port *p)
{
    p->pending = true;
    loop_wakeup(p->loop);
}

/* Is it read, so that what comes is worth waking up for? */
static bool is_read(const struct port *p)
{
    return p->open && p->of && (p->hold || (p->worker && p->worker->port == p));
}

/* ---- messages -------------------------------------------------------------------------------- */

struct callback *port_take(struct port *p)
{
    struct callback *m = queue_pop(&p->messages);

    if (m)
        p->n--;
    return m;
}

void message_over(struct callback *m, struct loop_task *by)
{
    struct port *p = m->port;
    struct loop_task *lt = m->of;

    if (lt) {
        callback_taken(m);
        executor_receives(m->loop->ex, (by ? by : lt)->task, p->number, by != NULL);
    }
    callback_over(m);
    if (lt && lt != by)
        loop_check(lt);
}

static void arrives(struct callback *m)
{
    struct port *p = m->port;

    if (m->loop->all->browser && m->of && is_read(p)) {
        loop_polls(m->loop, m); /* a task of its own */
        return;
    }
    p->transit--;
    if (!m->of || !(p->open || p->drains)) {
        message_over(m, NULL);
        port_free(p);
        return;
    }
    queue_push(&p->messages, m);
    m->queued = LOOP_QUEUE_READY + 1;
    callback_counts(m, LOOP_QUEUE_READY, true);
    p->n++;
    if (is_read(p)) {
        trigger(p);
        callback_ready(m);
    }
}

static void fire_arrival(struct engine *eng, struct event *ev)
{
    (void)eng;
    arrives(
        container_of(container_of(ev, struct request, done), struct callback, request.request));
}

/* Through this end, to the other one. */
void port_post(struct loop_task *by, struct port *from, struct words *w, enum loop_event event)
{
    struct port *to = from->peer;
    struct callback *m;

    if (!from->open || !to || !(to->open || to->drains) || !to->of || to->of->dead) {
        words_drop(w);
        return;
    }
    m = callback_new(to->of, CALLBACK_MESSAGE, false);
    m->message = w;
    m->port = to;
    m->event = (uint8_t)event;
    to->transit++;
    executor_posts(by->loop->ex, by->task, to->number);
    if (to->loop == from->loop || by->loop->all->message == 0) {
        arrives(m);
        return;
    }
    event_init(&m->request.request.done, fire_arrival, PHASE_WAKE, 0);
    executor_at(m->loop->ex, &m->request.request.done,
                time_add(executor_now(m->loop->ex), by->loop->all->message));
}

/* ---- listening and closing ------------------------------------------------------------------ */

void port_listen(struct port *p, uint32_t place, bool unref)
{
    bool first = !p->hold;

    if (!p->open || !p->of || (p->worker && p->worker->port == p))
        return;
    if (first) {
        p->hold = callback_new(p->of, CALLBACK_PORT, !unref);
        p->hold->port = p;
        p->hold->place = place;
    }
    if (!first || !p->messages.first)
        return;
    if (p->loop->all->browser) {
        for (struct callback *m; (m = port_take(p)) != NULL; p->transit++)
            loop_polls(p->loop, m);
        return;
    }
    trigger(p);
    for (struct callback *m = p->messages.first; m; m = m->next)
        if (m->of)
            callback_ready(m);
}

static void drop_messages(struct port *p)
{
    for (struct callback *m; (m = port_take(p)) != NULL;)
        message_over(m, NULL);
}

void port_closed(struct port *p)
{
    struct port *peer = p->peer;

    p->drains = false;
    drop_messages(p);
    if (!peer || !peer->open || !peer->of || peer->worker)
        return;
    peer->ends = true;
    trigger(peer);
    if (peer->loop->parked)
        loop_wake(peer->loop, peer->of);
}

/* C1: what is told of it comes in the closing phase, and so does what the other end is told; until
 * then a wakeup that is at this port goes on with what it finds there. */
void port_close(struct port *p)
{
    struct loop *l = p->loop;
    struct callback *cb;

    if (!p->open)
        return;
    p->drains = is_read(p);
    p->open = p->pending = false;
    cb = callback_new(p->of, CALLBACK_CLOSE, true);
    cb->port = p;
    if (l->all->browser) {
        loop_polls(l, cb);
        port_closed(p);
    } else {
        cb->next = l->closing;
        l->closing = cb;
        callback_queue(cb, LOOP_QUEUE_CLOSING);
        callback_ready(cb);
    }
    if (p->hold)
        callback_over(p->hold);
    p->hold = NULL;
}

void port_abandon(struct port *p)
{
    p->open = false;
    drop_messages(p);
    if (p->hold)
        callback_over(p->hold);
    p->hold = NULL;
    p->of = NULL;
    port_free(p);
}

void ports_of(struct loop_task *lt)
{
    struct port *next;

    for (struct port *p = lt->loop->ports; p; p = next) {
        next = p->next;
        if (p->of != lt)
            continue;
        if (p->worker && p->worker->port == p)
            p->of = NULL; /* the worker still knows it */
        else
            port_abandon(p);
    }
}

bool ports_pending(const struct loop_task *lt)
{
    for (const struct port *p = lt->loop->ports; p; p = p->next)
        if (p->pending && p->of == lt)
            return true;
    return false;
}

/* ---- delivering ------------------------------------------------------------------------------ */

/* Nobody listens to the error of a worker: it is an error here. */
void message_deliver(struct loop *l, struct callback *m)
{
    struct loop_task *lt = m->of;
    struct words *w = words_use(m->message);
    struct port *p = m->port;
    bool error = m->event == EVENT_ERROR;
    uint32_t place = p->worker && p->worker->hold ? p->worker->hold->place : 0;
    bool alone = l->all->browser; /* the port does not know it any more */
    struct loop_task *by =
        lt && (!alone || p->open) ? loop_listens(l, (enum loop_event)m->event, p, lt) : NULL;

    if (by) {
        l->owed += l->all->costs.dispatch;
        loop_calls_for(l, by, m);
        (void)loop_emit(l, (enum loop_event)m->event, p, error ? NULL : w, error ? w : NULL);
    } else if (lt && error) {
        loop_uncaught(l, lt, words_use(w), place, NULL);
    }
    message_over(m, by);
    if (alone) {
        p->transit--;
        port_free(p);
    }
    words_drop(w);
}

/* TH2: what has come by now, at least BATCH_MIN, or up to a drain that throws; true: one has been
 * delivered. */
static bool serve(struct loop *l, struct port *p)
{
    struct callback *m;

    if (!is_read(p) && !p->drains && !p->ends)
        return false;
    if (l->visit.failed || (p->messages.first && l->visit.left-- == 0)) {
        if (p->open)
            trigger(p);
        return false;
    }
    m = is_read(p) || p->drains ? port_take(p) : NULL;
    if (m) {
        l->drain = DRAIN_BEGIN;
        message_deliver(l, m);
        return true;
    }
    if (p->ends && p->open && p->of && !p->messages.first)
        port_close(p);
    return false;
}

void ports_visit(struct loop *l)
{
    l->wakeup.ready = false;
    l->visit.going = true;
    l->visit.heard = false;
    l->visit.at = NULL;
    l->visit.place = &l->ports;
    l->visit.left = -1;
}

/* From the port at which the wakeup is to the next that was there when it began. */
static void move_on(struct visit *v)
{
    struct port *before = v->at;

    v->at = *v->place;
    v->left = -1;
    v->failed = false;
    if (v->at)
        v->place = &v->at->next;
    else
        v->going = false;
    if (before)
        port_free(before);
}

bool ports_next(struct loop *l)
{
    struct visit *v = &l->visit;

    if (!v->going)
        return false;
    if (!v->heard)
        workers_hear(l);
    v->heard = true;
    if (worker_tells(l))
        return true;
    if (!v->at)
        move_on(v);
    for (struct port *p; (p = v->at) != NULL; move_on(v)) {
        if (v->left < 0 && p->pending) {
            p->pending = false;
            v->left = p->n > BATCH_MIN ? p->n : BATCH_MIN;
        }
        if (v->left >= 0 && serve(l, p))
            return true;
    }
    return false;
}

/* ---- what ops ask ---------------------------------------------------------------------------- */

static struct port *port_named(struct loop_task *lt, const char *name, uint32_t place)
{
    struct port *p = port_find(lt, name);
    char text[300];

    if (p)
        return p;
    (void)snprintf(text, sizeof(text), "there is no worker and no port \"%.200s\" now", name);
    executor_fault(lt->loop->ex, lt->task, place, text);
    loop_kill(lt, true);
    loop_check(lt);
    return NULL;
}

static void receive(struct loop *l, struct fiber *f, struct port *p)
{
    struct callback *m = port_take(p);

    fiber_says(f, NULL, NULL);
    if (!m && p->ends)
        port_close(p);
    if (!m)
        return;
    fiber_says(f, words_use(m->message), NULL);
    message_over(m, f->of);
    (void)l;
}

void port_call(struct loop *l, struct fiber *f, const struct step *step)
{
    const struct loop_call *call = step->call;
    struct loop_task *lt = f->of;
    struct port *p;

    if (call->verb == LOOP_CHANNEL) {
        p = port_new(l, lt, call->name);
        port_join(p, port_new(l, lt, call->with));
        return;
    }
    p = port_named(lt, call->name, step->place);
    if (!p) {
        words_drop(step->words);
        return;
    }
    if (call->verb == LOOP_POST)
        port_post(lt, p, step->words, EVENT_MESSAGE);
    else if (call->verb == LOOP_RECEIVE)
        receive(l, f, p);
    else if (call->verb == LOOP_TERMINATE && p->worker && p->worker->port == p)
        worker_stop(p->worker);
    else if (call->verb == LOOP_CLOSE_PORT && !(p->worker && p->worker->port == p))
        port_close(p);
}
