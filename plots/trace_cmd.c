/* trace_cmd.c - trace.dat, version 6: `trace-cmd report` and KernelShark open it.
 *
 * A core's events stand in one piece, in pages as the kernel's ring buffer has them; so each
 * core has a scratch file, and the header, which says where they are, is written at the end.
 *
 * Source: trace-cmd.dat.v6(5); Linux 6.1, include/linux/ring_buffer.h,
 * kernel/trace/ring_buffer.c. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "plots/export.h"
#include "plots/tracepoints.h"

enum {
    PAGE_SIZE = 4096,
    PAGE_DATA = PAGE_SIZE - 16, /* behind its time and its length */
    DELTA_BITS = 27,
    TYPE_TIME_EXTEND = 30,
    LENGTH_MAX = 28, /* words, in the five bits of the type */
    COMMS_KEPT = 100000
};

struct page {
    struct export_file *file;
    unsigned char data[PAGE_DATA];
    size_t len;
    sim_time begins, last;
};

struct trace_cmd {
    struct exporter base;
    struct sched_events events;
    struct export_out *out;
    struct page *pages;        /* cores */
    struct export_file *comms; /* "pid name" lines */
    int64_t ncomms;
};

static void page_out(struct page *p)
{
    file_u64(p->file, (uint64_t)p->begins);
    file_u64(p->file, p->len);
    file_bytes(p->file, p->data, p->len);
    file_zeros(p->file, PAGE_DATA - p->len);
    p->len = 0;
}

static void put_word(struct page *p, uint32_t word)
{
    for (int i = 0; i < 4; i++)
        p->data[p->len++] = (unsigned char)(word >> (8 * i) & 255);
}

/* A record, and in front of it how long after the one before it; what 27 bits do not hold is
 * a record of its own. */
static void add_raw(struct page *p, sim_time at, const struct raw_record *raw)
{
    size_t words = raw->len / 4;
    uint64_t delta;

    sim_assert(words > 0 && words <= LENGTH_MAX);
    if (p->len + 8 + 4 + raw->len > PAGE_DATA)
        page_out(p);
    if (p->len == 0)
        p->begins = p->last = at;
    delta = (uint64_t)(at - p->last);
    if (delta >> DELTA_BITS != 0) {
        uint32_t low = (uint32_t)(delta & ((UINT32_C(1) << DELTA_BITS) - 1));

        put_word(p, TYPE_TIME_EXTEND | low << 5);
        put_word(p, (uint32_t)(delta >> DELTA_BITS));
        delta = 0;
    }
    put_word(p, (uint32_t)words | (uint32_t)delta << 5);
    memcpy(p->data + p->len, raw->bytes, raw->len);
    p->len += raw->len;
    p->last = at;
}

static void trace_cmd_event(void *to, const struct sched_event *event)
{
    struct trace_cmd *t = to;
    enum tracepoint list[TRACEPOINT_COUNT];
    size_t n = tracepoints_of(event, list);

    if (event->kind == SE_THREAD && t->ncomms++ < COMMS_KEPT)
        file_addf(t->comms, "%" PRId32 " %s\n", event->thread->pid, event->thread->comm);
    for (size_t i = 0; i < n; i++) {
        struct raw_record raw;

        tracepoint_record(list[i], t->events.sc, event, &raw);
        add_raw(&t->pages[event->core], event->at, &raw);
    }
}

static void trace_cmd_record(struct trace_sink *sink, const struct trace_rec *rec)
{
    sched_events_record(&container_of(sink, struct trace_cmd, base.sink)->events, rec);
}

/* ---- the file ------------------------------------------------------------------------------ */

static void add_data(struct trace_cmd *t, struct export_file *f)
{
    int32_t ncores = t->events.sc->machine.ncores;
    uint64_t at = (f->size + 16 * (uint64_t)ncores + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
    uint64_t first = at;

    for (int32_t i = 0; i < ncores; i++) {
        file_u64(f, at);
        file_u64(f, t->pages[i].file->size);
        at += t->pages[i].file->size;
    }
    file_zeros(f, first - f->size);
    for (int32_t i = 0; i < ncores; i++) {
        file_append(f, t->pages[i].file);
        t->pages[i].file = NULL;
    }
}

static void trace_cmd_finish(struct trace_sink *sink, sim_time end)
{
    struct trace_cmd *t = container_of(sink, struct trace_cmd, base.sink);
    struct export_file *f = export_file_main(t->out);
    int32_t ncores = t->events.sc->machine.ncores;

    sched_events_finish(&t->events, end);
    for (int32_t i = 0; i < ncores; i++)
        page_out(&t->pages[i]);
    tracepoint_head(f, "6");
    file_u64(f, t->comms->size);
    file_append(f, t->comms);
    t->comms = NULL;
    file_u32(f, (uint32_t)ncores);
    file_bytes(f, "options  ", 10);
    file_u16(f, 0);
    file_bytes(f, "flyrecord", 10);
    add_data(t, f);
    export_file_free(f);
}

static void trace_cmd_free(struct exporter *ex)
{
    struct trace_cmd *t = container_of(ex, struct trace_cmd, base);

    for (int32_t i = 0; i < t->events.sc->machine.ncores; i++)
        export_file_free(t->pages[i].file);
    export_file_free(t->comms);
    free(t->pages);
    sched_events_release(&t->events);
    free(t);
}

static struct exporter *trace_cmd_start(const struct scenario *sc, struct export_out *out)
{
    struct trace_cmd *t = sim_calloc(1, sizeof(*t));

    t->base.sink.kinds = SCHED_EVENTS_KINDS;
    t->base.sink.record = trace_cmd_record;
    t->base.sink.finish = trace_cmd_finish;
    t->base.free = trace_cmd_free;
    t->out = out;
    t->pages = sim_calloc((size_t)sc->machine.ncores, sizeof(*t->pages));
    for (int32_t i = 0; i < sc->machine.ncores; i++) {
        t->pages[i].file = export_file_new(out, NULL);
        t->pages[i].begins = SCHED_EVENTS_START;
    }
    t->comms = export_file_new(out, NULL);
    sched_events_init(&t->events, sc, trace_cmd_event, t);
    return &t->base;
}

const struct export_format export_trace_cmd = {
    .is = {.name = "trace-cmd",
           .suffix = ".dat",
           .help = "trace.dat, as a kernel's recording",
           .opens = "trace-cmd report, KernelShark",
           .binary = true},
    .source = "trace-cmd.dat.v6(5)",
    .start = trace_cmd_start,
};
