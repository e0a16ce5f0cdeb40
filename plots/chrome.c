/* chrome.c - the Trace Event Format: JSON for chrome://tracing, Perfetto, speedscope and what
 * else reads it.
 *
 * Rows: each core with the threads that it runs; each thread with its states; and the tracks of
 * tracks.h.  Times are in microseconds, with three decimals; no unit for
 * display is given, for some readers take it as the unit of the numbers.
 *
 * Source: "Trace Event Format" (Google, 2016), phases B, E, X, i, C, s, f, M. */
#include <inttypes.h>
#include <stdlib.h>

#include "plots/export.h"
#include "plots/tracks.h"

/* Processes, as the format calls groups of rows; a thread's own process is its tgid. */
enum { PROCESS_CORES = 1, PROCESS_THREADS, PROCESS_DEVICES, PROCESS_LOCKS, PROCESS_LOOPS };

struct counter {
    struct track_id id;
    char *name;
};

struct chrome {
    struct exporter base;
    struct sched_events events;
    struct track_out out;
    struct tracks *tracks;
    struct export_file *file;
    struct counter *counters; /* an event of theirs needs the name */
    size_t ncounters;
    bool any; /* something has been written */
};

struct row {
    int32_t pid, tid;
};

static void begin(struct chrome *c, char phase, struct row row, sim_time at)
{
    file_addf(c->file, "%s\n{\"ph\":\"%c\",\"pid\":%" PRId32 ",\"tid\":%" PRId32,
              c->any ? "," : "", phase, row.pid, row.tid);
    c->any = true;
    if (at >= 0)
        file_addf(c->file, ",\"ts\":%" PRId64 ".%03" PRId64, at / US(1), at % US(1));
}

static void text(struct chrome *c, const char *key, const char *value)
{
    file_addf(c->file, ",\"%s\":", key);
    file_quote(c->file, value);
}

static void end(struct chrome *c)
{
    file_text(c->file, "}");
}

/* What a row or its process is called, and where it stands. */
static void name_row(struct chrome *c, struct row row, const char *what, const char *name)
{
    begin(c, 'M', row, -1);
    text(c, "name", what);
    file_text(c->file, ",\"args\":{\"name\":");
    file_quote(c->file, name);
    file_text(c->file, "}");
    end(c);
}

static void name_process(struct chrome *c, int32_t pid, const char *name)
{
    begin(c, 'M', (struct row){pid, 0}, -1);
    file_addf(c->file, ",\"name\":\"process_sort_index\",\"args\":{\"sort_index\":%" PRId32 "}",
              pid);
    end(c);
    name_row(c, (struct row){pid, 0}, "process_name", name);
}

static void slice(struct chrome *c, struct row row, sim_time from, sim_time to,
                  const char *name, const char *category)
{
    begin(c, 'X', row, from);
    file_addf(c->file, ",\"dur\":%" PRId64 ".%03" PRId64, (to - from) / US(1),
              (to - from) % US(1));
    text(c, "name", name);
    text(c, "cat", category);
    end(c);
}

/* ---- threads and cores --------------------------------------------------------------------- */

/* The state that a thread is in up to `at`. */
static void thread_state(struct chrome *c, const struct kthread *th, sim_time at)
{
    const char *name = th->core >= 0 ? "running" : th->ready ? "ready" : "waiting";

    if (th->core < 0 && !th->ready && th->last_core < 0)
        return; /* it has only just come to be */
    if (at > th->since)
        slice(c, (struct row){PROCESS_THREADS, th->pid}, th->since, at, name, "state");
}

static void switches(struct chrome *c, const struct sched_event *event, sim_time at)
{
    if (event->prev && at > event->prev->since)
        slice(c, (struct row){PROCESS_CORES, event->core + 1}, event->prev->since, at,
              event->prev->comm, "core");
    if (event->prev)
        thread_state(c, event->prev, at);
    if (event->next)
        thread_state(c, event->next, at);
}

static void chrome_sched(void *to, const struct sched_event *event)
{
    struct chrome *c = to;
    sim_time at = event->at - SCHED_EVENTS_START;

    if (event->kind == SE_THREAD)
        name_row(c, (struct row){PROCESS_THREADS, event->thread->pid}, "thread_name",
                 event->thread->comm);
    tracks_sched(c->tracks, event);
    if (event->kind == SE_WAKE)
        thread_state(c, event->thread, at);
    if (event->kind == SE_SWITCH)
        switches(c, event, at);
    if (event->kind == SE_IRQ_BEGIN || event->kind == SE_IRQ_END) {
        begin(c, event->kind == SE_IRQ_BEGIN ? 'B' : 'E',
              (struct row){PROCESS_CORES, event->core + 1}, at);
        if (event->kind == SE_IRQ_BEGIN)
            text(c, "name", "interrupt");
        end(c);
    }
}

/* ---- tracks -------------------------------------------------------------------------------- */

/* Where a track stands; pid 0: it is a group, which is a process here. */
static struct row row_of(const struct chrome *c, struct track_id id)
{
    const struct scenario *sc = c->events.sc;

    switch (id.kind) {
    case TRACK_THREAD:
        return (struct row){id.a, id.a};
    case TRACK_DEVICE:
        return (struct row){PROCESS_DEVICES, id.b * sc->ndevices + id.a + 1};
    case TRACK_LOCK:
        return (struct row){PROCESS_LOCKS, id.b * sc->nsyncs + id.a + 1};
    case TRACK_PHASES:
        return (struct row){PROCESS_LOOPS, 3 * id.a + 1};
    case TRACK_CALLS:
        return (struct row){PROCESS_LOOPS, 3 * id.a + 2};
    case TRACK_GC:
        return (struct row){PROCESS_LOOPS, 3 * id.a + 3};
    case TRACK_DEVICE_QUEUE:
        return (struct row){PROCESS_DEVICES, 0};
    case TRACK_LOOP_QUEUE:
    case TRACK_HEAP:
        return (struct row){PROCESS_LOOPS, 0};
    case TRACK_READY:
    case TRACK_POOL:
        return (struct row){PROCESS_CORES, 0};
    default:
        return (struct row){0, 0};
    }
}

static void add_counter(struct chrome *c, const struct track *track)
{
    c->counters = sim_realloc(c->counters, (c->ncounters + 1) * sizeof(*c->counters));
    c->counters[c->ncounters++] = (struct counter){track->id, sim_strdup(track->name)};
}

static void chrome_track(void *to, const struct track *track)
{
    struct chrome *c = to;
    struct row row = row_of(c, track->id);

    if (track->id.kind == TRACK_GROUP)
        name_process(c,
                     track->id.a == TRACK_DEVICE ? PROCESS_DEVICES
                     : track->id.a == TRACK_LOCK ? PROCESS_LOCKS
                                                 : PROCESS_LOOPS,
                     track->name);
    else if (track->unit)
        add_counter(c, track);
    else if (track->thread && track->thread->tgid == track->thread->pid)
        name_row(c, row, "process_name", track->thread->process);
    if (track->id.kind != TRACK_GROUP && !track->unit)
        name_row(c, row, "thread_name", track->thread ? track->thread->comm : track->name);
}

static const char *counter_name(const struct chrome *c, struct track_id id)
{
    for (size_t i = 0; i < c->ncounters; i++)
        if (c->counters[i].id.kind == id.kind && c->counters[i].id.a == id.a &&
            c->counters[i].id.b == id.b)
            return c->counters[i].name;
    sim_unreachable("a counter that nobody has told of");
    return NULL;
}

static void add_arrow(struct chrome *c, const struct track_event *event, struct row row)
{
    begin(c, event->flow_ends ? 'f' : 's', row, event->at);
    file_addf(c->file, ",\"id\":%" PRIu64 ",\"name\":\"wake\",\"cat\":\"wake\"%s", event->flow,
              event->flow_ends ? ",\"bp\":\"e\"" : "");
    end(c);
}

static void chrome_event(void *to, const struct track_event *event)
{
    static const char phases[] = {
        [SLICE_BEGIN] = 'B', [SLICE_END] = 'E', [SLICE_INSTANT] = 'i', [SLICE_COUNTER] = 'C'};
    struct chrome *c = to;
    struct row row = row_of(c, event->track);

    begin(c, phases[event->type], row, event->at);
    if (event->type == SLICE_INSTANT)
        file_text(c->file, ",\"s\":\"t\"");
    if (event->type == SLICE_COUNTER) {
        text(c, "name", counter_name(c, event->track));
        file_addf(c->file, ",\"args\":{\"value\":%" PRId64 "}", event->value);
    }
    if (event->name)
        text(c, "name", event->name);
    if (event->category)
        text(c, "cat", event->category);
    if (event->arg) {
        file_addf(c->file, ",\"args\":{\"%s\":", event->key);
        file_quote(c->file, event->arg);
        file_text(c->file, "}");
    }
    end(c);
    if (event->flow)
        add_arrow(c, event, row);
}

/* ---- the export ----------------------------------------------------------------------------- */

static void chrome_record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct chrome *c = container_of(sink, struct chrome, base.sink);

    tracks_with_sched(c->tracks, &c->events, rec);
}

static void chrome_finish(struct trace_sink *sink, sim_time at)
{
    struct chrome *c = container_of(sink, struct chrome, base.sink);

    sched_events_finish(&c->events, at);
    tracks_finish(c->tracks, at);
    file_text(c->file, "\n]}\n");
}

static void chrome_free(struct exporter *ex)
{
    struct chrome *c = container_of(ex, struct chrome, base);

    export_file_free(c->file);
    tracks_free(c->tracks);
    sched_events_release(&c->events);
    for (size_t i = 0; i < c->ncounters; i++)
        free(c->counters[i].name);
    free(c->counters);
    free(c);
}

static struct exporter *chrome_start(const struct scenario *sc, struct export_out *out)
{
    struct chrome *c = sim_calloc(1, sizeof(*c));

    c->base.sink.kinds = SCHED_EVENTS_KINDS | TRACKS_KINDS;
    c->base.sink.record = chrome_record;
    c->base.sink.finish = chrome_finish;
    c->base.free = chrome_free;
    c->file = export_file_main(out);
    c->out = (struct track_out){chrome_track, chrome_event, c};
    sched_events_init(&c->events, sc, chrome_sched, c);
    file_text(c->file, "{\"traceEvents\":[");
    name_process(c, PROCESS_CORES, "cores");
    name_process(c, PROCESS_THREADS, "threads");
    for (int32_t i = 0; i < sc->machine.ncores; i++)
        name_row(c, (struct row){PROCESS_CORES, i + 1}, "thread_name",
                 sc->machine.cores[i].name);
    c->tracks = tracks_new(&c->events, &c->out);
    return &c->base;
}

const struct export_format export_chrome = {
    .is = {.name = "chrome",
           .suffix = ".trace.json",
           .help = "Trace Event Format: cores, threads' states, devices, locks, loops",
           .opens = "chrome://tracing, Perfetto, speedscope"},
    .source = "Trace Event Format (Google, 2016)",
    .start = chrome_start,
};
