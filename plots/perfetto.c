/* perfetto.c - a trace for ui.perfetto.dev and its trace processor: cores and threads as of a
 * kernel, and beside them what a kernel has no event for.
 *
 * Source: Perfetto, protos/perfetto/trace/trace_packet.proto, ftrace/ftrace_event.proto,
 * ftrace/sched.proto, ps/process_tree.proto, track_event/track_event.proto. */
#include <stdlib.h>
#include <string.h>

#include "plots/export.h"
#include "plots/protobuf.h"
#include "plots/tracepoints.h"
#include "plots/tracks.h"

enum {
    BUNDLE_BYTES = 4096, /* a core's events are written together once there are so many */
    SEQUENCE = 1,
    PRIORITY = 120,

    TRACE_PACKET = 1,
    PACKET_FTRACE_EVENTS = 1,
    PACKET_PROCESS_TREE = 2,
    PACKET_TIMESTAMP = 8,
    PACKET_SEQUENCE = 10,
    PACKET_TRACK_EVENT = 11,
    PACKET_SEQUENCE_FLAGS = 13,
    PACKET_TRACK_DESCRIPTOR = 60,

    BUNDLE_CPU = 1,
    BUNDLE_EVENT = 2,
    EVENT_TIMESTAMP = 1,
    EVENT_PID = 2,
    EVENT_SWITCH = 4,
    EVENT_CPU_IDLE = 13,
    EVENT_WAKING = 20,
    EVENT_IRQ_ENTRY = 36,
    EVENT_IRQ_EXIT = 37
};

struct perfetto {
    struct exporter base;
    struct sched_events events;
    struct track_out out;
    struct tracks *tracks;
    struct export_file *file;
    struct proto packet, body, part; /* being put together, from the outside in */
    struct proto whole;              /* a packet as the file has it */
    struct proto *bundles;           /* cores: events that wait to be written */
};

/* ---- packets ------------------------------------------------------------------------------ */

static void put_packet(struct perfetto *p)
{
    proto_number(&p->packet, PACKET_SEQUENCE, SEQUENCE);
    proto_message(&p->whole, TRACE_PACKET, &p->packet);
    file_bytes(p->file, p->whole.data, p->whole.len);
    proto_clear(&p->whole);
    proto_clear(&p->packet);
}

static int64_t uuid(struct track_id id)
{
    return (int64_t)((uint64_t)id.kind << 56 | (uint64_t)id.a << 24 | (uint64_t)id.b);
}

static void add_track(void *to, const struct track *track)
{
    struct perfetto *p = to;

    proto_clear(&p->body);
    proto_number(&p->body, 1, uuid(track->id));
    if (track->name)
        proto_text(&p->body, 2, track->name);
    if (track->group.kind != TRACK_NONE)
        proto_number(&p->body, 5, uuid(track->group));
    if (track->thread) {
        proto_clear(&p->part);
        proto_number(&p->part, 1, track->thread->tgid);
        proto_number(&p->part, 2, track->thread->pid);
        proto_text(&p->part, 5, track->thread->comm);
        proto_message(&p->body, 4, &p->part);
    }
    if (track->unit) {
        proto_clear(&p->part);
        proto_text(&p->part, 6, track->unit);
        proto_message(&p->body, 8, &p->part);
    }
    proto_message(&p->packet, PACKET_TRACK_DESCRIPTOR, &p->body);
    put_packet(p);
}

static void add_event(void *to, const struct track_event *event)
{
    struct perfetto *p = to;

    proto_clear(&p->body);
    proto_number(&p->body, 9, event->type);
    proto_number(&p->body, 11, uuid(event->track));
    if (event->category)
        proto_text(&p->body, 22, event->category);
    if (event->name)
        proto_text(&p->body, 23, event->name);
    if (event->type == SLICE_COUNTER)
        proto_number(&p->body, 30, event->value);
    if (event->flow) { /* older versions know a field of their own, newer ones prefer theirs */
        proto_number(&p->body, event->flow_ends ? 42 : 36, (int64_t)event->flow);
        proto_fixed64(&p->body, event->flow_ends ? 48 : 47, event->flow);
    }
    if (event->arg) {
        proto_clear(&p->part);
        proto_text(&p->part, 10, event->key);
        proto_text(&p->part, 6, event->arg);
        proto_message(&p->body, 4, &p->part);
    }
    proto_number(&p->packet, PACKET_TIMESTAMP, event->at + SCHED_EVENTS_START);
    proto_message(&p->packet, PACKET_TRACK_EVENT, &p->body);
    put_packet(p);
}

/* ---- the kernel's events ------------------------------------------------------------------ */

static void put_bundle(struct perfetto *p, int32_t core)
{
    struct proto *bundle = &p->bundles[core];

    if (bundle->len == 0)
        return;
    proto_number(bundle, BUNDLE_CPU, core);
    proto_message(&p->packet, PACKET_FTRACE_EVENTS, bundle);
    put_packet(p);
    proto_clear(bundle);
}

/* An event of a core, whose own message is in `part`. */
static void add_ftrace(struct perfetto *p, const struct sched_event *event, int32_t core,
                       uint32_t field)
{
    proto_clear(&p->body);
    proto_number(&p->body, EVENT_TIMESTAMP, event->at);
    proto_number(&p->body, EVENT_PID, tracepoint_pid(event));
    proto_message(&p->body, field, &p->part);
    proto_message(&p->bundles[core], BUNDLE_EVENT, &p->body);
    if (p->bundles[core].len > BUNDLE_BYTES)
        put_bundle(p, core);
}

static void add_switch(struct perfetto *p, const struct sched_event *event)
{
    char comm[COMM_SIZE];

    proto_clear(&p->part);
    tracepoint_comm(event->prev, event->core, comm);
    proto_text(&p->part, 1, comm);
    proto_number(&p->part, 2, event->prev ? event->prev->pid : COMM_IDLE_PID);
    proto_number(&p->part, 3, PRIORITY);
    proto_number(&p->part, 4, event->prev ? sched_state_bits(event->state) : 0);
    tracepoint_comm(event->next, event->core, comm);
    proto_text(&p->part, 5, comm);
    proto_number(&p->part, 6, event->next ? event->next->pid : COMM_IDLE_PID);
    proto_number(&p->part, 7, PRIORITY);
    add_ftrace(p, event, event->core, EVENT_SWITCH);
}

/* Differs: of a thread that is woken, runs for no time and waits again, all within one instant,
 * version 20.1 shows the second wait as ready, for it takes wake-ups of an instant last.
 *
 * Told on the core where the thread ran last: the reader takes equal times of different cores
 * in an order of its own, and it must not be woken before it has gone to sleep. */
static void add_waking(struct perfetto *p, const struct sched_event *event)
{
    const struct kthread *th = event->thread;

    proto_clear(&p->part);
    proto_text(&p->part, 1, th->comm);
    proto_number(&p->part, 2, th->pid);
    proto_number(&p->part, 3, PRIORITY);
    proto_number(&p->part, 4, 1);
    proto_number(&p->part, 5, event->core);
    add_ftrace(p, event, th->last_core >= 0 ? th->last_core : event->core, EVENT_WAKING);
}

static void add_irq(struct perfetto *p, const struct sched_event *event)
{
    bool begins = event->kind == SE_IRQ_BEGIN;

    proto_clear(&p->part);
    proto_number(&p->part, 1, event->device);
    if (begins)
        proto_text(&p->part, 2,
                   event->device >= 0 ? p->events.sc->devices[event->device].name : "timer");
    else
        proto_number(&p->part, 2, 1);
    add_ftrace(p, event, event->core, begins ? EVENT_IRQ_ENTRY : EVENT_IRQ_EXIT);
}

static void add_thread(struct perfetto *p, const struct kthread *th, sim_time at)
{
    proto_clear(&p->body);
    if (th->tgid == th->pid) {
        proto_clear(&p->part);
        proto_number(&p->part, 1, th->pid);
        proto_number(&p->part, 2, 1);
        proto_text(&p->part, 3, th->process);
        proto_message(&p->body, 1, &p->part);
    }
    proto_clear(&p->part);
    proto_number(&p->part, 1, th->pid);
    proto_text(&p->part, 2, th->comm);
    proto_number(&p->part, 3, th->tgid);
    proto_message(&p->body, 2, &p->part);
    proto_number(&p->packet, PACKET_TIMESTAMP, at);
    proto_message(&p->packet, PACKET_PROCESS_TREE, &p->body);
    put_packet(p);
}

static void perfetto_sched(void *to, const struct sched_event *event)
{
    struct perfetto *p = to;

    if (event->kind == SE_THREAD)
        add_thread(p, event->thread, event->at);
    tracks_sched(p->tracks, event);
    switch (event->kind) {
    case SE_WAKE:
        add_waking(p, event);
        break;
    case SE_SWITCH:
        add_switch(p, event);
        break;
    case SE_IRQ_BEGIN:
    case SE_IRQ_END:
        add_irq(p, event);
        break;
    case SE_CLOSE:
        proto_clear(&p->part);
        proto_number(&p->part, 1, UINT32_MAX);
        proto_number(&p->part, 2, event->core);
        add_ftrace(p, event, event->core, EVENT_CPU_IDLE);
        break;
    default:
        break;
    }
}

/* ---- the export ---------------------------------------------------------------------------- */

static void perfetto_record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct perfetto *p = container_of(sink, struct perfetto, base.sink);

    tracks_with_sched(p->tracks, &p->events, rec);
}

static void perfetto_finish(struct trace_sink *sink, sim_time end)
{
    struct perfetto *p = container_of(sink, struct perfetto, base.sink);

    sched_events_finish(&p->events, end);
    tracks_finish(p->tracks, end);
    for (int32_t i = 0; i < p->events.sc->machine.ncores; i++)
        put_bundle(p, i);
}

static void perfetto_free(struct exporter *ex)
{
    struct perfetto *p = container_of(ex, struct perfetto, base);

    export_file_free(p->file);
    tracks_free(p->tracks);
    for (int32_t i = 0; i < p->events.sc->machine.ncores; i++)
        proto_release(&p->bundles[i]);
    free(p->bundles);
    proto_release(&p->packet);
    proto_release(&p->body);
    proto_release(&p->part);
    proto_release(&p->whole);
    sched_events_release(&p->events);
    free(p);
}

static struct exporter *perfetto_start(const struct scenario *sc, struct export_out *out)
{
    struct perfetto *p = sim_calloc(1, sizeof(*p));

    p->base.sink.kinds = SCHED_EVENTS_KINDS | TRACKS_KINDS;
    p->base.sink.record = perfetto_record;
    p->base.sink.finish = perfetto_finish;
    p->base.free = perfetto_free;
    p->file = export_file_main(out);
    p->bundles = sim_calloc((size_t)sc->machine.ncores, sizeof(*p->bundles));
    sched_events_init(&p->events, sc, perfetto_sched, p);
    proto_number(&p->packet, PACKET_SEQUENCE_FLAGS, 1); /* the first packet of the sequence */
    p->out = (struct track_out){add_track, add_event, p};
    p->tracks = tracks_new(&p->events, &p->out);
    return &p->base;
}

const struct export_format export_perfetto = {
    .is = {.name = "perfetto",
           .suffix = ".pftrace",
           .help = "cores and threads as of a kernel, devices, locks, loops, queues",
           .opens = "ui.perfetto.dev, trace_processor",
           .binary = true},
    .source = "Perfetto, protos/perfetto/trace",
    .start = perfetto_start,
};
