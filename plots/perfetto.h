/* perfetto.h - the Perfetto export from inside: what its files share.
 *
 *   perfetto.c         packets, threads, the kernel's events
 *   perfetto_tracks.c  tracks of our own: devices, locks, loops, queues
 *
 * Source: Perfetto, protos/perfetto/trace/ (trace_packet.proto, ftrace/sched.proto,
 * track_event/track_event.proto, track_descriptor.proto), as version 20.1 reads it and later
 * ones do. */
#ifndef PLOTS_PERFETTO_H
#define PLOTS_PERFETTO_H

#include "plots/export.h"
#include "plots/protobuf.h"
#include "plots/sched_events.h"

enum slice_type { SLICE_BEGIN = 1, SLICE_END = 2, SLICE_INSTANT = 3, SLICE_COUNTER = 4 };

/* What stands on a track; only what its type asks for. */
struct track_event {
    enum slice_type type;
    uint64_t track;
    const char *name, *category;
    int64_t value;         /* COUNTER */
    uint64_t flow;         /* 0: none */
    bool flow_ends;        /* it leads here */
    const char *key, *arg; /* one thing more to know of it; NULL: nothing */
};

/* A track: below another, or a thread's, or by itself. */
struct track_descriptor {
    uint64_t uuid, parent; /* 0: none */
    const char *name;
    const struct kthread *thread; /* NULL: none */
    const char *unit;             /* of a counter; NULL: it is none */
};

struct tracks;

struct perfetto {
    struct exporter base;
    struct sched_events events;
    struct export_file *file;
    struct proto packet, body, part; /* being put together, from the outside in */
    struct proto *bundles;           /* cores: events that wait to be written */
    int64_t nready;                  /* threads that wait for a core */
    struct tracks *tracks;
};

/* Kinds of tracks; with a number or two they make an identity. */
enum track_kind {
    TRACK_THREAD = 1, /* pid */
    TRACK_GROUP,      /* of others: enum track_kind of theirs */
    TRACK_DEVICE,     /* device, lane */
    TRACK_DEVICE_QUEUE,
    TRACK_LOCK, /* sync object, lane */
    TRACK_PHASES,
    TRACK_CALLS,
    TRACK_GC,
    TRACK_LOOP_QUEUE, /* loop, queue */
    TRACK_HEAP,
    TRACK_POOL,
    TRACK_READY
};

static inline uint64_t track_uuid(enum track_kind kind, int64_t a, int64_t b)
{
    return (uint64_t)kind << 56 | (uint64_t)a << 24 | (uint64_t)b;
}

void perfetto_track(struct perfetto *p, const struct track_descriptor *track);
void perfetto_event(struct perfetto *p, sim_time at, const struct track_event *event);

/* An instant of a task, on its thread's track; nothing where it has none. */
void perfetto_mark(struct perfetto *p, sim_time at, int32_t task,
                   const struct track_event *event);

struct tracks *tracks_new(struct perfetto *p);
void tracks_free(struct tracks *t);
void tracks_record(struct tracks *t, const struct trace_rec *rec);
void tracks_finish(struct tracks *t, sim_time end);

/* Kinds of records that they want. */
#define TRACKS_KINDS                                                                           \
    (TRACE_LOOPS | TRACE_BIT(SUBMIT) | TRACE_BIT(SERVE) | TRACE_BIT(SERVED) |                  \
     TRACE_BIT(REPLY) | TRACE_BIT(ACQUIRE) | TRACE_BIT(RELEASE) | TRACE_BIT(QUEUE) |           \
     TRACE_BIT(READY) | TRACE_BIT(BLOCK) | TRACE_BIT(RUN) | TRACE_BIT(DONE) | TRACE_BIT(LOG) | \
     TRACE_BIT(FAULT) | TRACE_BIT(DEADLOCK) | TRACE_BIT(JOB))

#endif
