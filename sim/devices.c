#include "sim/devices.h"

#include "sim/world.h"

#include <stdio.h>
#include <stdlib.h>

static void device_pump(struct device *d);

static struct async_request *async_of(struct request *r)
{
    sim_assert(r->number > 0);
    return container_of(r, struct async_request, request);
}

/* Of the task that asked. */
static struct task *task_of(struct request *r)
{
    return r->number > 0 ? async_of(r)->task : container_of(r, struct thread, request)->task;
}

static int32_t slot_of(struct request *r)
{
    return (int32_t)task_of(r)->slot;
}

static void device_reply(struct device *d, struct request *r)
{
    struct sim *sim = d->sim;

    trace_emit(sim->trace, sim->eng.now, TR_REPLY, d->id, slot_of(r), 0, r->number);
    if (d->spec->interrupt > 0)
        machine_interrupt(&sim->machine, d->spec->interrupt, d->id);
    if (r->number > 0)
        async_of(r)->replied(async_of(r));
    else
        machine_wake(&sim->machine, container_of(r, struct thread, request));
}

static void fire_reply(struct engine *eng, struct event *ev)
{
    struct request *r = container_of(ev, struct request, done);

    (void)eng;
    device_reply(r->device, r);
}

static void fire_served(struct engine *eng, struct event *ev)
{
    struct request *r = container_of(ev, struct request, done);
    struct device *d = r->device;
    sim_time latency = dist_draw(d->spec->latency, &d->rng, d->cursors);

    if (d->spec->rtt)
        latency = time_add(latency, dist_draw(d->spec->rtt, &d->rng, d->cursors));
    sim_assert(d->serving > 0);
    d->serving--;
    trace_emit(d->sim->trace, eng->now, TR_SERVED, d->id, slot_of(r), 0, r->number);
    if (latency > 0) {
        ev->fire = fire_reply;
        engine_at(eng, ev, time_add(eng->now, latency));
    } else {
        device_reply(d, r);
    }
    device_pump(d);
}

/* The model's next request; the head moves there. */
static HOT_INLINE struct request *next_request(struct device *d)
{
    int64_t travel = -1;
    struct request *r = d->spec->model->next(d->state, d->head, &travel);
    sim_time seek = d->spec->seek, way;

    sim_assert(r);
    if (travel < 0)
        travel = r->at > d->head ? r->at - d->head : d->head - r->at;
    d->head = r->at;
    if (seek > 0 && travel > 0) {
        if (!mul_i64(travel, seek, &way) || way > SIM_TIME_MAX)
            way = SIM_TIME_MAX;
        r->service = time_add(r->service, way);
    }
    return r;
}

/* Free channels take what the model gives them. */
static void device_pump(struct device *d)
{
    struct engine *eng = &d->sim->eng;

    while (d->queued > 0 && (d->spec->channels < 0 || d->serving < d->spec->channels)) {
        struct request *r = next_request(d);

        d->queued--;
        d->serving++;
        trace_emit(d->sim->trace, eng->now, TR_SERVE, d->id, slot_of(r), r->service, r->number);
        r->done.fire = fire_served;
        engine_at(eng, &r->done, time_add(eng->now, r->service));
    }
}

/* What takes no time at a free device is over before anybody could notice; where the head
 * stands matters to what comes next. */
static bool takes_no_time(const struct device *d, sim_time service, int64_t at)
{
    const struct device_spec *spec = d->spec;

    return service == 0 && spec->interrupt == 0 && spec->latency->kind == DIST_CONST &&
           spec->latency->a == 0 && !spec->rtt && d->queued == 0 &&
           (at == d->head || (spec->seek == 0 && !spec->model->positions)) &&
           (spec->channels < 0 || d->serving < spec->channels);
}

/* ---- connections ----------------------------------------------------------------------- */

struct connection {
    struct connection *next;
    int32_t device;
    sim_time from; /* on it can be used */
};

void connections_free(struct connection *first)
{
    while (first) {
        struct connection *next = first->next;

        free(first);
        first = next;
    }
}

static sim_time handshake(struct device *d)
{
    sim_time time = 0;

    for (int64_t i = 0; i < d->spec->handshake; i++)
        time = time_add(time, dist_draw(d->spec->rtt, &d->rng, d->cursors));
    return time;
}

/* How long `t` has to wait for its connection. */
static sim_time connects(struct device *d, struct task *t)
{
    sim_time now = d->sim->eng.now;
    struct connection *c;
    struct task_ctx *ctx;

    if (!d->spec->rtt)
        return 0;
    if (!d->spec->keep_alive)
        return handshake(d);
    ctx = task_ctx(t);
    c = ctx->connections;
    while (c && c->device != d->id)
        c = c->next;
    if (!c) {
        c = sim_malloc(sizeof(*c));
        c->next = ctx->connections;
        c->device = d->id;
        c->from = time_add(now, handshake(d));
        ctx->connections = c;
    }
    return c->from > now ? c->from - now : 0;
}

/* ---- asking ---------------------------------------------------------------------------- */

static void join_queue(struct device *d, struct request *r)
{
    d->spec->model->submit(d->state, r);
    d->queued++;
}

static void fire_connected(struct engine *eng, struct event *ev)
{
    struct request *r = container_of(ev, struct request, done);

    (void)eng;
    join_queue(r->device, r);
    device_pump(r->device);
}

static bool submit(struct device *d, struct request *r, const struct asking *what)
{
    struct sim *sim = d->sim;
    sim_time now = sim->eng.now, service = what->service, wait;
    struct task *behalf = what->behalf ? what->behalf : task_of(r);
    int32_t slot = slot_of(r);

    if (service < 0)
        service = dist_draw(d->spec->service, &d->rng, d->cursors);
    if (what->bytes > 0 && d->spec->bandwidth > 0)
        service = time_add(service, mul_div_ceil(what->bytes, SEC(1), d->spec->bandwidth));
    wait = connects(d, behalf);
    trace_emit(sim->trace, now, TR_SUBMIT, d->id, slot, wait, r->number);
    if (takes_no_time(d, service, what->at)) {
        trace_emit(sim->trace, now, TR_SERVE, d->id, slot, 0, r->number);
        trace_emit(sim->trace, now, TR_SERVED, d->id, slot, 0, r->number);
        trace_emit(sim->trace, now, TR_REPLY, d->id, slot, 0, r->number);
        return false;
    }
    r->device = d;
    r->service = service;
    r->at = what->at;
    r->priority = (int32_t)sim->sc->tasks[behalf->spec].priority;
    if (wait > 0) {
        r->done.fire = fire_connected;
        engine_at(&sim->eng, &r->done, time_add(now, wait));
    } else {
        join_queue(d, r);
    }
    return true;
}

bool device_submit(struct device *d, struct thread *t, const struct asking *what)
{
    t->request.number = 0;
    return submit(d, &t->request, what);
}

bool device_submit_async(struct device *d, struct async_request *a, const struct asking *what)
{
    event_init(&a->request.done, NULL, PHASE_WAKE, 0);
    a->request.number = ++a->task->requests;
    if (!submit(d, &a->request, what))
        return false;
    device_pump(d);
    return true;
}

void device_begin(struct device *d)
{
    device_pump(d);
}

void devices_init(struct sim *sim)
{
    const struct scenario *sc = sim->sc;

    sim->devices = arena_alloc(&sim->mem, ((size_t)sc->ndevices + 1) * sizeof(*sim->devices));
    for (int32_t i = 0; i < sc->ndevices; i++) {
        struct device *d = &sim->devices[i];
        struct text name = {0};

        d->spec = &sc->devices[i];
        d->sim = sim;
        d->id = i;
        text_addf(&name, "device/%s", d->spec->name);
        d->rng = rng_stream(sc->seed, name.data);
        text_release(&name);
        d->cursors = arena_alloc(&sim->mem, (d->spec->ncursors + 1) * sizeof(*d->cursors));
        d->state = arena_alloc(&sim->mem, d->spec->model->state_size + 1);
        d->head = d->spec->head;
        if (d->spec->model->init)
            d->spec->model->init(d->state, d->spec);
    }
}
