#include "sim/devices.h"

#include "sim/world.h"

#include <stdio.h>

static void device_pump(struct device *d);

static struct async_request *async_of(struct request *r)
{
    sim_assert(r->number > 0);
    return container_of(r, struct async_request, request);
}

/* Of the task that asked. */
static int32_t slot_of(struct request *r)
{
    const struct task *t =
        r->number > 0 ? async_of(r)->task : container_of(r, struct thread, request)->task;

    return (int32_t)t->slot;
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

/* Free channels take what the model gives them. */
static void device_pump(struct device *d)
{
    struct engine *eng = &d->sim->eng;

    while (d->queued > 0 && (d->spec->channels < 0 || d->serving < d->spec->channels)) {
        struct request *r = d->spec->model->next(d->state);

        sim_assert(r);
        d->queued--;
        d->serving++;
        trace_emit(d->sim->trace, eng->now, TR_SERVE, d->id, slot_of(r), r->service, r->number);
        r->done.fire = fire_served;
        engine_at(eng, &r->done, time_add(eng->now, r->service));
    }
}

/* What takes no time at a free device is over before anybody could notice. */
static bool takes_no_time(const struct device *d, sim_time service)
{
    const struct device_spec *spec = d->spec;

    return service == 0 && spec->interrupt == 0 && spec->latency->kind == DIST_CONST &&
           spec->latency->a == 0 && d->queued == 0 &&
           (spec->channels < 0 || d->serving < spec->channels);
}

static bool submit(struct device *d, struct request *r, sim_time service, int64_t bytes)
{
    struct sim *sim = d->sim;
    sim_time now = sim->eng.now;
    int32_t slot = slot_of(r);

    if (service < 0)
        service = dist_draw(d->spec->service, &d->rng, d->cursors);
    if (bytes > 0 && d->spec->bandwidth > 0)
        service = time_add(service, mul_div_ceil(bytes, SEC(1), d->spec->bandwidth));
    trace_emit(sim->trace, now, TR_SUBMIT, d->id, slot, 0, r->number);
    if (takes_no_time(d, service)) {
        trace_emit(sim->trace, now, TR_SERVE, d->id, slot, 0, r->number);
        trace_emit(sim->trace, now, TR_SERVED, d->id, slot, 0, r->number);
        trace_emit(sim->trace, now, TR_REPLY, d->id, slot, 0, r->number);
        return false;
    }
    r->device = d;
    r->service = service;
    d->spec->model->submit(d->state, r);
    d->queued++;
    return true;
}

bool device_submit(struct device *d, struct thread *t, sim_time service, int64_t bytes)
{
    t->request.number = 0;
    return submit(d, &t->request, service, bytes);
}

bool device_submit_async(struct device *d, struct async_request *a, sim_time service,
                         int64_t bytes)
{
    event_init(&a->request.done, NULL, PHASE_WAKE, 0);
    a->request.number = ++a->task->requests;
    if (!submit(d, &a->request, service, bytes))
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
    }
}
