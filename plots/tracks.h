/* tracks.h - what a kernel has no event for, as slices, instants and counters on tracks: requests
 * at devices, holders of locks and who wakes whom, the phases and callbacks of event loops,
 * lengths of queues, what tasks log.  Perfetto and Chrome's viewers show such tracks.
 *
 * Slices of one track nest.  What may overlap, as requests at a device of several channels, gets
 * lanes: tracks of one name, which a viewer may show as one. */
#ifndef PLOTS_TRACKS_H
#define PLOTS_TRACKS_H

#include "plots/sched_events.h"

enum track_kind {
    TRACK_NONE,
    TRACK_THREAD, /* pid */
    TRACK_GROUP,  /* of others: enum track_kind of theirs */
    TRACK_DEVICE, /* device, lane */
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

struct track_id {
    enum track_kind kind; /* TRACK_NONE: no track */
    int32_t a, b;
};

/* A track is told of before its first event: of a group, or a thread's, or by itself. */
struct track {
    struct track_id id, group;
    const char *name;
    const struct kthread *thread; /* NULL: none */
    const char *unit;             /* of a counter; NULL: it is none */
};

enum track_event_type { SLICE_BEGIN = 1, SLICE_END, SLICE_INSTANT, SLICE_COUNTER };

/* What stands on a track; only what its type asks for. */
struct track_event {
    enum track_event_type type;
    struct track_id track;
    sim_time at;
    const char *name, *category;
    int64_t value;         /* COUNTER */
    uint64_t flow;         /* INSTANT: an arrow from here; 0: none */
    bool flow_ends;        /* it leads here */
    const char *key, *arg; /* one thing more to know of it; NULL: nothing */
};

/* Who writes tracks.  A phase of a loop is told when it is over, all else in order of time. */
struct track_out {
    void (*track)(void *to, const struct track *track);
    void (*event)(void *to, const struct track_event *event);
    void *to;
};

/* `sched` knows the threads. */
struct tracks;
struct tracks *tracks_new(const struct sched_events *sched, const struct track_out *out);
void tracks_free(struct tracks *t);
void tracks_record(struct tracks *t, const struct trace_rec *rec);
void tracks_finish(struct tracks *t, sim_time end);

/* An event of the scheduler: threads' tracks, and slices on them; how many are ready. */
void tracks_sched(struct tracks *t, const struct sched_event *event);

/* Tells a record to both: what a task does at its end while its thread is still known. */
void tracks_with_sched(struct tracks *t, struct sched_events *sched,
                       const struct trace_rec *rec);

/* Kinds of records that they want. */
#define TRACKS_KINDS                                                                           \
    (TRACE_LOOPS | TRACE_BIT(SUBMIT) | TRACE_BIT(SERVE) | TRACE_BIT(SERVED) |                  \
     TRACE_BIT(REPLY) | TRACE_BIT(ACQUIRE) | TRACE_BIT(RELEASE) | TRACE_BIT(QUEUE) |           \
     TRACE_BIT(READY) | TRACE_BIT(BLOCK) | TRACE_BIT(RUN) | TRACE_BIT(DONE) | TRACE_BIT(LOG) | \
     TRACE_BIT(FAULT) | TRACE_BIT(DEADLOCK) | TRACE_BIT(JOB))

#endif
