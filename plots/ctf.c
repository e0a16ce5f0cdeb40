/* ctf.c - the Common Trace Format, in the dialect of LTTng's kernel tracer: babeltrace2 and Trace
 * Compass open it.
 *
 * A trace is a folder: `metadata`, which says in text what the bytes mean, and a file a core, in
 * packets.  A packet's header says when it begins and ends and how long it is, so each is put
 * together in memory.
 *
 * Source: Common Trace Format 1.8.3 (diamon.org/ctf); LTTng modules 2.13,
 * include/instrumentation/events/sched.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plots/export.h"
#include "plots/tracepoints.h"

enum {
    UUID_SIZE = 16,
    PACKET_HEADER = 4 + UUID_SIZE + 4 + 8 + 8 + 8 + 8 + 4,
    PACKET_ROOM = 32768,
    PRIORITY = 20
};

#define MAGIC UINT32_C(0xC1FC1FC1)

enum ctf_event { CTF_SWITCH, CTF_WAKING, CTF_WAKEUP, CTF_MIGRATE, CTF_IRQ_ENTRY, CTF_IRQ_EXIT };

struct ctf_packet {
    struct export_file *file;
    unsigned char data[PACKET_ROOM];
    size_t len;
    sim_time begins, ends;
};

struct ctf {
    struct exporter base;
    struct sched_events events;
    unsigned char uuid[UUID_SIZE];
    struct ctf_packet *packets; /* cores */
};

/* ---- packets ------------------------------------------------------------------------------ */

static void packet_out(struct ctf *c, int32_t core)
{
    struct ctf_packet *p = &c->packets[core];
    uint64_t bits = 8 * (PACKET_HEADER + (uint64_t)p->len);

    file_u32(p->file, MAGIC);
    file_bytes(p->file, c->uuid, UUID_SIZE);
    file_u32(p->file, 0); /* the stream's kind */
    file_u64(p->file, (uint64_t)p->begins);
    file_u64(p->file, (uint64_t)p->ends);
    file_u64(p->file, bits); /* of content, of the packet */
    file_u64(p->file, bits);
    file_u32(p->file, (uint32_t)core);
    file_bytes(p->file, p->data, p->len);
    p->len = 0;
}

static void put(struct ctf_packet *p, uint64_t x, size_t bytes)
{
    sim_assert(p->len + bytes <= PACKET_ROOM);
    for (size_t i = 0; i < bytes; i++)
        p->data[p->len++] = (unsigned char)(x >> (8 * i) & 255);
}

static void put_thread(struct ctf_packet *p, const struct kthread *th, int32_t core)
{
    char comm[COMM_SIZE];

    tracepoint_comm(th, core, comm);
    memcpy(p->data + p->len, comm, COMM_SIZE);
    p->len += COMM_SIZE;
    put(p, (uint64_t)(th ? th->pid : COMM_IDLE_PID), 4);
}

/* Each event is shorter than that. */
enum { EVENT_ROOM = 128 };

static struct ctf_packet *begin(struct ctf *c, const struct sched_event *event,
                                enum ctf_event kind)
{
    struct ctf_packet *p = &c->packets[event->core];

    if (p->len + EVENT_ROOM > PACKET_ROOM)
        packet_out(c, event->core);
    if (p->len == 0)
        p->begins = event->at;
    p->ends = event->at;
    put(p, kind, 4);
    put(p, (uint64_t)event->at, 8);
    return p;
}

/* ---- events ------------------------------------------------------------------------------- */

static void add_switch(struct ctf *c, const struct sched_event *event)
{
    struct ctf_packet *p = begin(c, event, CTF_SWITCH);

    put_thread(p, event->prev, event->core);
    put(p, PRIORITY, 4);
    put(p, sched_state_bits(event->prev ? event->state : 'R'), 8);
    put_thread(p, event->next, event->core);
    put(p, PRIORITY, 4);
}

static void add_wake(struct ctf *c, const struct sched_event *event, enum ctf_event kind)
{
    struct ctf_packet *p = begin(c, event, kind);

    put_thread(p, event->thread, event->core);
    put(p, PRIORITY, 4);
    put(p, (uint64_t)event->core, 4);
}

static void ctf_sched(void *to, const struct sched_event *event)
{
    struct ctf *c = to;
    struct ctf_packet *p;

    switch (event->kind) {
    case SE_SWITCH:
        add_switch(c, event);
        break;
    case SE_WAKE:
        add_wake(c, event, CTF_WAKING);
        add_wake(c, event, CTF_WAKEUP);
        break;
    case SE_MIGRATE:
        p = begin(c, event, CTF_MIGRATE);
        put_thread(p, event->thread, event->core);
        put(p, PRIORITY, 4);
        put(p, (uint64_t)event->from_core, 4);
        put(p, (uint64_t)event->core, 4);
        break;
    case SE_IRQ_BEGIN:
    case SE_IRQ_END:
        p = begin(c, event, event->kind == SE_IRQ_BEGIN ? CTF_IRQ_ENTRY : CTF_IRQ_EXIT);
        put(p, (uint64_t)event->device, 4);
        break;
    default:
        break;
    }
}

static void ctf_record(struct trace_sink *sink, const struct trace_rec *rec)
{
    sched_events_record(&container_of(sink, struct ctf, base.sink)->events, rec);
}

static void ctf_finish(struct trace_sink *sink, sim_time end)
{
    struct ctf *c = container_of(sink, struct ctf, base.sink);

    sched_events_finish(&c->events, end);
    for (int32_t i = 0; i < c->events.sc->machine.ncores; i++)
        packet_out(c, i);
}

/* ---- metadata ----------------------------------------------------------------------------- */

static const char types[] =
    "/* CTF 1.8 */\n"
    "typealias integer { size = 8; align = 8; signed = false; } := uint8_t;\n"
    "typealias integer { size = 32; align = 8; signed = false; } := uint32_t;\n"
    "typealias integer { size = 32; align = 8; signed = true; } := int32_t;\n"
    "typealias integer { size = 64; align = 8; signed = false; } := uint64_t;\n"
    "typealias integer { size = 64; align = 8; signed = true; } := int64_t;\n"
    "typealias integer { size = 8; align = 8; signed = false; encoding = UTF8; } := comm_t;\n";

static const char environment[] =
    "env {\n"
    "\thostname = \"quanta\"; domain = \"kernel\"; sysname = \"Linux\";\n"
    "\tkernel_release = \"6.1.0\"; kernel_version = \"quanta\";\n"
    "\ttracer_name = \"lttng-modules\"; tracer_major = 2; tracer_minor = 13;\n"
    "\ttracer_patchlevel = 0;\n"
    "};\n"
    "clock {\n"
    "\tname = \"monotonic\"; description = \"simulated time\"; freq = 1000000000; offset = 0;\n"
    "};\n"
    "typealias integer {\n"
    "\tsize = 64; align = 8; signed = false; map = clock.monotonic.value;\n"
    "} := clk_t;\n"
    "stream {\n"
    "\tid = 0;\n"
    "\tpacket.context := struct {\n"
    "\t\tclk_t timestamp_begin; clk_t timestamp_end;\n"
    "\t\tuint64_t content_size; uint64_t packet_size; uint32_t cpu_id;\n"
    "\t};\n"
    "\tevent.header := struct { uint32_t id; clk_t timestamp; };\n"
    "};\n";

static const struct {
    enum ctf_event id;
    const char *name, *fields;
} events[] = {
    {CTF_SWITCH, "sched_switch",
     "comm_t _prev_comm[16]; int32_t _prev_tid; int32_t _prev_prio; int64_t _prev_state; "
     "comm_t _next_comm[16]; int32_t _next_tid; int32_t _next_prio;"},
    {CTF_WAKING, "sched_waking",
     "comm_t _comm[16]; int32_t _tid; int32_t _prio; int32_t _target_cpu;"},
    {CTF_WAKEUP, "sched_wakeup",
     "comm_t _comm[16]; int32_t _tid; int32_t _prio; int32_t _target_cpu;"},
    {CTF_MIGRATE, "sched_migrate_task",
     "comm_t _comm[16]; int32_t _tid; int32_t _prio; int32_t _orig_cpu; int32_t _dest_cpu;"},
    {CTF_IRQ_ENTRY, "irq_handler_entry", "int32_t _irq;"},
    {CTF_IRQ_EXIT, "irq_handler_exit", "int32_t _irq;"},
};

static void add_metadata(const struct ctf *c, struct export_file *f)
{
    file_text(f, types);
    file_text(f, "trace {\n\tmajor = 1; minor = 8; byte_order = le; uuid = \"");
    for (int i = 0; i < UUID_SIZE; i++)
        file_addf(f, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", c->uuid[i]);
    file_text(f, "\";\n\tpacket.header := struct { uint32_t magic; uint8_t uuid[16]; uint32_t "
                 "stream_id; };\n};\n");
    file_text(f, environment);
    for (size_t i = 0; i < ARRAY_LEN(events); i++)
        file_addf(
            f, "event { name = \"%s\"; id = %d; stream_id = 0; fields := struct { %s }; };\n",
            events[i].name, (int)events[i].id, events[i].fields);
}

/* Different for different runs, the same for the same: FNV-1a of what a run is named by. */
static void make_uuid(struct ctf *c)
{
    const struct scenario *sc = c->events.sc;
    struct text name = {NULL, 0, 0};

    text_addf(&name, "%s/%s/%" PRIu64, sc->name, sc->variant, sc->seed);
    for (int half = 0; half < 2; half++) {
        uint64_t hash = UINT64_C(0xcbf29ce484222325) + (uint64_t)half;

        for (size_t i = 0; i < name.len; i++)
            hash = (hash ^ (unsigned char)name.data[i]) * UINT64_C(0x100000001b3);
        for (int i = 0; i < 8; i++)
            c->uuid[8 * half + i] = (unsigned char)(hash >> (8 * i) & 255);
    }
    c->uuid[6] = (unsigned char)((c->uuid[6] & 0x0F) | 0x80); /* version 8: our own */
    c->uuid[8] = (unsigned char)((c->uuid[8] & 0x3F) | 0x80);
    text_release(&name);
}

/* ---- the export ----------------------------------------------------------------------------- */

static void ctf_free(struct exporter *ex)
{
    struct ctf *c = container_of(ex, struct ctf, base);

    for (int32_t i = 0; i < c->events.sc->machine.ncores; i++)
        export_file_free(c->packets[i].file);
    free(c->packets);
    sched_events_release(&c->events);
    free(c);
}

static struct exporter *ctf_start(const struct scenario *sc, struct export_out *out)
{
    struct ctf *c = sim_calloc(1, sizeof(*c));
    struct export_file *metadata = export_file_new(out, "metadata");

    c->base.sink.kinds = SCHED_EVENTS_KINDS;
    c->base.sink.record = ctf_record;
    c->base.sink.finish = ctf_finish;
    c->base.free = ctf_free;
    sched_events_init(&c->events, sc, ctf_sched, c);
    make_uuid(c);
    add_metadata(c, metadata);
    export_file_free(metadata);
    c->packets = sim_calloc((size_t)sc->machine.ncores, sizeof(*c->packets));
    for (int32_t i = 0; i < sc->machine.ncores; i++) {
        char name[32];

        (void)snprintf(name, sizeof(name), "channel0_%" PRId32, i);
        c->packets[i].file = export_file_new(out, name);
        c->packets[i].begins = c->packets[i].ends = SCHED_EVENTS_START;
    }
    return &c->base;
}

const struct export_format export_ctf = {
    .is = {.name = "ctf",
           .suffix = ".ctf",
           .help = "Common Trace Format, as LTTng's kernel tracer writes it: a folder",
           .opens = "babeltrace2, Trace Compass",
           .binary = true,
           .folder = true},
    .source = "Common Trace Format 1.8.3",
    .start = ctf_start,
};
