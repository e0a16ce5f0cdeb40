#include "sim/devices.h"

#include "sim/world.h"

#include <stdio.h>

static void device_pump(struct device *d);

static void device_reply(struct device *d, struct thread *t)
{
    struct sim *sim = d->sim;

    trace_emit(sim->trace, sim->eng.now, TR_REPLY, d->id, (int32_t)t->task->slot, 0, 0);
    if (d->spec->interrupt > 0)
        machine_interrupt(&sim->machine, d->spec->interrupt, d->id);
    machine_wake(&sim->machine, t);
}

static void fire_reply(struct engine *eng, struct event *ev)
{
    struct request *r = container_of(ev, struct request, done);

    (void)eng;
    device_reply(r->device, container_of(r, struct thread, request));
}

static void fire_served(struct engine *eng, struct event *ev)
{
    struct request *r = container_of(ev, struct request, done);
    struct thread *t = container_of(r, struct thread, request);
    struct device *d = r->device;
    sim_time latency = dist_draw(d->spec->latency, &d->rng, d->cursors);

    sim_assert(d->serving > 0);
    d->serving--;
    trace_emit(d->sim->trace, eng->now, TR_SERVED, d->id, (int32_t)t->task->slot, 0, 0);
    if (latency > 0) {
        ev->fire = fire_reply;
        engine_at(eng, ev, time_add(eng->now, latency));
    } else {
        device_reply(d, t);
    }
    device_pump(d);
}

/* Free channels take what the model gives them. */
static void device_pump(struct device *d)
{
    struct engine *eng = &d->sim->eng;

    while (d->queued > 0 && (d->spec->channels < 0 || d->serving < d->spec->channels)) {
        struct request *r = d->spec->model->next(d->state);
        struct thread *t = container_of(r, struct thread, request);

        sim_assert(r);
        d->queued--;
        d->serving++;
        trace_emit(d->sim->trace, eng->now, TR_SERVE, d->id, (int32_t)t->task->slot, r->service,
                   0);
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

bool device_submit(struct device *d, struct thread *t, sim_time service, int64_t bytes)
{
    struct sim *sim = d->sim;
    sim_time now = sim->eng.now;
    int32_t slot = (int32_t)t->task->slot;

    if (service < 0)
        service = dist_draw(d->spec->service, &d->rng, d->cursors);
    if (bytes > 0 && d->spec->bandwidth > 0)
        service = time_add(service, mul_div_ceil(bytes, SEC(1), d->spec->bandwidth));
    trace_emit(sim->trace, now, TR_SUBMIT, d->id, slot, 0, 0);
    if (takes_no_time(d, service)) {
        trace_emit(sim->trace, now, TR_SERVE, d->id, slot, 0, 0);
        trace_emit(sim->trace, now, TR_SERVED, d->id, slot, 0, 0);
        trace_emit(sim->trace, now, TR_REPLY, d->id, slot, 0, 0);
        return false;
    }
    t->request.device = d;
    t->request.service = service;
    d->spec->model->submit(d->state, &t->request);
    d->queued++;
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
