/* perf.c - perf.data: `perf sched timehist`, `latency`, `map` and `perf script` open it, and
 * recompute run times, delays and waits by themselves.
 *
 * The events are samples of the kernel's scheduler tracepoints; a thread's name is a record in
 * front of its first event.  The data goes to a scratch file, for the header says how long it
 * is.
 *
 * Source: Linux 6.1, tools/perf/Documentation/perf.data-file-format.txt, tools/perf/util/header.h,
 * include/uapi/linux/perf_event.h. */
#include <stdlib.h>
#include <string.h>

#include "plots/export.h"
#include "plots/tracepoints.h"

enum {
    HEADER_SIZE = 104,
    ATTR_SIZE = 112, /* PERF_ATTR_SIZE_VER5 */
    TYPE_TRACEPOINT = 2,
    /* TID | TIME | ID | CPU | PERIOD | RAW */
    SAMPLE_TYPE = 1 << 1 | 1 << 2 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 10,
    READ_FORMAT_ID = 1 << 2,
    FLAG_SAMPLE_ID_ALL = 1 << 18,
    RECORD_COMM = 3,
    RECORD_SAMPLE = 9,
    MISC_KERNEL = 1,
    SAMPLE_ID_SIZE = 4 + 4 + 8 + 8 + 4 + 4,
    FEATURE_TRACING_DATA = 1,
    FEATURE_HOSTNAME = 3,
    FEATURE_OSRELEASE = 4,
    FEATURE_ARCH = 6,
    FEATURE_NRCPUS = 7
};

struct perf {
    struct exporter base;
    struct sched_events events;
    struct export_out *out;
    struct export_file *data;
};

static void add_record_header(struct export_file *f, uint32_t type, uint16_t misc, size_t size)
{
    file_u32(f, type);
    file_u16(f, misc);
    file_u16(f, (uint16_t)size);
}

/* The number of an event's kind in samples: from 1. */
static uint64_t sample_id(enum tracepoint t)
{
    return (uint64_t)t + 1;
}

static void add_comm(struct export_file *f, const struct kthread *th, sim_time at)
{
    add_record_header(f, RECORD_COMM, 0, 8 + 8 + COMM_SIZE + SAMPLE_ID_SIZE);
    file_u32(f, (uint32_t)th->tgid);
    file_u32(f, (uint32_t)th->pid);
    file_bytes(f, th->comm, COMM_SIZE);
    file_u32(f, (uint32_t)th->tgid); /* the sample's identity again, as of all records */
    file_u32(f, (uint32_t)th->pid);
    file_u64(f, (uint64_t)at);
    file_u64(f, sample_id(TRACEPOINT_SWITCH));
    file_u64(f, 0); /* cpu, and nothing */
}

static void add_sample(struct perf *p, enum tracepoint t, const struct sched_event *event)
{
    const struct kthread *th = event->context;
    struct export_file *f = p->data;
    struct raw_record raw;
    size_t size;

    tracepoint_record(t, p->events.sc, event, &raw);
    size = (4 + raw.len + 7) / 8 * 8; /* the raw part begins with its size */
    add_record_header(f, RECORD_SAMPLE, MISC_KERNEL, 8 + SAMPLE_ID_SIZE + 8 + size);
    file_u32(f, th ? (uint32_t)th->tgid : 0);
    file_u32(f, th ? (uint32_t)th->pid : 0);
    file_u64(f, (uint64_t)event->at);
    file_u64(f, sample_id(t));
    file_u32(f, (uint32_t)event->core);
    file_u32(f, 0);
    file_u64(f, 1); /* period */
    file_u32(f, (uint32_t)(size - 4));
    file_bytes(f, raw.bytes, raw.len);
    file_zeros(f, size - 4 - raw.len);
}

static void perf_event(void *to, const struct sched_event *event)
{
    struct perf *p = to;
    enum tracepoint list[TRACEPOINT_COUNT];
    size_t n = tracepoints_of(event, list);

    if (event->kind == SE_THREAD)
        add_comm(p->data, event->thread, event->at);
    for (size_t i = 0; i < n; i++)
        if (list[i] != TRACEPOINT_PRINT)
            add_sample(p, list[i], event);
}

static void perf_record(struct trace_sink *sink, const struct trace_rec *rec)
{
    sched_events_record(&container_of(sink, struct perf, base.sink)->events, rec);
}

/* ---- the file ------------------------------------------------------------------------------ */

static void add_section(struct export_file *f, uint64_t offset, uint64_t size)
{
    file_u64(f, offset);
    file_u64(f, size);
}

static void add_header(struct export_file *f, uint64_t data_size)
{
    uint64_t ids = TRACEPOINT_COUNT * 8, attrs = TRACEPOINT_COUNT * (ATTR_SIZE + 16);

    file_text(f, "PERFILE2");
    file_u64(f, HEADER_SIZE);
    file_u64(f, ATTR_SIZE + 16);
    add_section(f, HEADER_SIZE + ids, attrs);
    add_section(f, HEADER_SIZE + ids + attrs, data_size);
    add_section(f, 0, 0);
    file_u64(f, 1 << FEATURE_TRACING_DATA | 1 << FEATURE_HOSTNAME | 1 << FEATURE_OSRELEASE |
                    1 << FEATURE_ARCH | 1 << FEATURE_NRCPUS);
    file_zeros(f, 24);
    for (int t = 0; t < TRACEPOINT_COUNT; t++)
        file_u64(f, sample_id((enum tracepoint)t));
    for (int t = 0; t < TRACEPOINT_COUNT; t++) {
        uint64_t start = f->size;

        file_u32(f, TYPE_TRACEPOINT);
        file_u32(f, ATTR_SIZE);
        file_u64(f, tracepoint_id((enum tracepoint)t));
        file_u64(f, 1); /* every event */
        file_u64(f, SAMPLE_TYPE);
        file_u64(f, READ_FORMAT_ID);
        file_u64(f, FLAG_SAMPLE_ID_ALL);
        file_zeros(f, ATTR_SIZE - (f->size - start));
        add_section(f, HEADER_SIZE + (uint64_t)t * 8, 8);
    }
}

static void add_string(struct export_file *f, const char *text)
{
    size_t size = (strlen(text) + 1 + 63) / 64 * 64;

    file_u32(f, (uint32_t)size);
    file_text(f, text);
    file_zeros(f, size - strlen(text));
}

/* The sections behind the data: a table of them first, so each is written aside. */
static void add_features(struct perf *p, struct export_file *f)
{
    uint32_t ncores = (uint32_t)p->events.sc->machine.ncores;
    struct export_file *part[5];
    uint64_t at;

    for (size_t i = 0; i < ARRAY_LEN(part); i++)
        part[i] = export_file_new(p->out, NULL);
    tracepoint_head(part[0], "0.6");
    file_u64(part[0], 0); /* names of threads: the records have them */
    add_string(part[1], "quanta");
    add_string(part[2], "6.1.0");
    add_string(part[3], "x86_64");
    file_u32(part[4], ncores);
    file_u32(part[4], ncores);
    at = f->size + 16 * ARRAY_LEN(part);
    for (size_t i = 0; i < ARRAY_LEN(part); i++) {
        add_section(f, at, part[i]->size);
        at += part[i]->size;
    }
    for (size_t i = 0; i < ARRAY_LEN(part); i++)
        file_append(f, part[i]);
}

static void perf_finish(struct trace_sink *sink, sim_time end)
{
    struct perf *p = container_of(sink, struct perf, base.sink);
    struct export_file *f = export_file_main(p->out);

    sched_events_finish(&p->events, end);
    add_header(f, p->data->size);
    file_append(f, p->data);
    p->data = NULL;
    add_features(p, f);
    export_file_free(f);
}

static void perf_free(struct exporter *ex)
{
    struct perf *p = container_of(ex, struct perf, base);

    export_file_free(p->data);
    sched_events_release(&p->events);
    free(p);
}

static struct exporter *perf_start(const struct scenario *sc, struct export_out *out)
{
    struct perf *p = sim_calloc(1, sizeof(*p));

    p->base.sink.kinds = SCHED_EVENTS_KINDS;
    p->base.sink.record = perf_record;
    p->base.sink.finish = perf_finish;
    p->base.free = perf_free;
    p->out = out;
    p->data = export_file_new(out, NULL);
    sched_events_init(&p->events, sc, perf_event, p);
    return &p->base;
}

const struct export_format export_perf = {
    .is = {.name = "perf",
           .suffix = ".perf.data",
           .help = "perf.data with the kernel's scheduler events",
           .opens = "perf sched timehist, latency, map; perf script",
           .binary = true},
    .source = "Linux 6.1, tools/perf/Documentation/perf.data-file-format.txt",
    .start = perf_start,
};
