#include "plots/tracepoints.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PRIORITY = 120, PAGE = 4096 }; /* nice 0 */

struct tracepoint_def {
    const char *system, *name;
    uint16_t id; /* as on an x86-64 of that version; readers go by the format files */
    const char *fields, *print;
};

#define FIELD(type, name, offset, size, is_signed) \
    "\tfield:" type " " name ";\toffset:" offset ";\tsize:" size ";\tsigned:" is_signed ";\n"
#define COMM(name, offset) FIELD("char", name "[16]", offset, "16", "0")
#define PID(name, offset) FIELD("pid_t", name, offset, "4", "1")
#define INT(name, offset) FIELD("int", name, offset, "4", "1")

static const struct tracepoint_def defs[TRACEPOINT_COUNT] = {
    [TRACEPOINT_SWITCH] =
        {"sched", "sched_switch", 314,
         COMM("prev_comm", "8") PID("prev_pid", "24") INT("prev_prio", "28")
             FIELD("long", "prev_state", "32", "8", "1") COMM("next_comm", "40")
                 PID("next_pid", "56") INT("next_prio", "60"),
         "\"prev_comm=%s prev_pid=%d prev_prio=%d prev_state=%s ==> next_comm=%s next_pid=%d "
         "next_prio=%d\", REC->prev_comm, REC->prev_pid, REC->prev_prio, "
         "(REC->prev_state & 0xff) ? __print_flags(REC->prev_state & 0xff, \"|\", "
         "{ 0x1, \"S\" }, { 0x2, \"D\" }, { 0x10, \"X\" }) : \"R\", "
         "REC->next_comm, REC->next_pid, REC->next_prio"},
    [TRACEPOINT_WAKING] = {"sched", "sched_waking", 318,
                           COMM("comm", "8") PID("pid", "24") INT("prio", "28")
                               INT("target_cpu", "32"),
                           "\"comm=%s pid=%d prio=%d target_cpu=%03d\", REC->comm, REC->pid, "
                           "REC->prio, REC->target_cpu"},
    [TRACEPOINT_WAKEUP] = {"sched", "sched_wakeup", 317,
                           COMM("comm", "8") PID("pid", "24") INT("prio", "28")
                               INT("target_cpu", "32"),
                           "\"comm=%s pid=%d prio=%d target_cpu=%03d\", REC->comm, REC->pid, "
                           "REC->prio, REC->target_cpu"},
    [TRACEPOINT_MIGRATE] = {"sched", "sched_migrate_task", 313,
                            COMM("comm", "8") PID("pid", "24") INT("prio", "28")
                                INT("orig_cpu", "32") INT("dest_cpu", "36"),
                            "\"comm=%s pid=%d prio=%d orig_cpu=%d dest_cpu=%d\", REC->comm, "
                            "REC->pid, REC->prio, REC->orig_cpu, REC->dest_cpu"},
    [TRACEPOINT_RUNTIME] = {"sched", "sched_stat_runtime", 306,
                            COMM("comm", "8") PID("pid", "24")
                                FIELD("u64", "runtime", "32", "8", "0")
                                    FIELD("u64", "vruntime", "40", "8", "0"),
                            "\"comm=%s pid=%d runtime=%Lu [ns] vruntime=%Lu [ns]\", REC->comm, "
                            "REC->pid, (unsigned long long)REC->runtime, "
                            "(unsigned long long)REC->vruntime"},
    [TRACEPOINT_IRQ_ENTRY] = {"irq", "irq_handler_entry", 157,
                              INT("irq", "8") COMM("name", "12"),
                              "\"irq=%d name=%s\", REC->irq, REC->name"},
    [TRACEPOINT_IRQ_EXIT] = {"irq", "irq_handler_exit", 156, INT("irq", "8") INT("ret", "12"),
                             "\"irq=%d ret=%s\", REC->irq, REC->ret ? \"handled\" : "
                             "\"unhandled\""},
    [TRACEPOINT_PRINT] = {"ftrace", "print", 5,
                          FIELD("unsigned long", "ip", "8", "8", "0")
                              FIELD("char", "buf[]", "16", "0", "0"),
                          "\"%ps: %s\", (void *)REC->ip, REC->buf"},
};

uint16_t tracepoint_id(enum tracepoint t)
{
    return defs[t].id;
}

size_t tracepoints_of(const struct sched_event *event, enum tracepoint list[TRACEPOINT_COUNT])
{
    size_t n = 0;

    switch (event->kind) {
    case SE_WAKE:
        list[n++] = TRACEPOINT_WAKING;
        list[n++] = TRACEPOINT_WAKEUP;
        break;
    case SE_MIGRATE:
        list[n++] = TRACEPOINT_MIGRATE;
        break;
    case SE_SWITCH:
        if (event->prev)
            list[n++] = TRACEPOINT_RUNTIME;
        list[n++] = TRACEPOINT_SWITCH;
        break;
    case SE_IRQ_BEGIN:
        list[n++] = TRACEPOINT_IRQ_ENTRY;
        break;
    case SE_IRQ_END:
        list[n++] = TRACEPOINT_IRQ_EXIT;
        break;
    case SE_COST_BEGIN:
    case SE_COST_END:
        list[n++] = TRACEPOINT_PRINT;
        break;
    default:
        break;
    }
    return n;
}

/* ---- records ------------------------------------------------------------------------------ */

static void number(struct raw_record *r, uint64_t x, size_t bytes)
{
    sim_assert(r->len + bytes <= TRACEPOINT_BYTES);
    for (size_t i = 0; i < bytes; i++)
        r->bytes[r->len++] = (unsigned char)(x >> (8 * i) & 255);
}

static void u32(struct raw_record *r, int64_t x)
{
    number(r, (uint64_t)x, 4);
}

static void comm(struct raw_record *r, const char name[COMM_SIZE])
{
    sim_assert(r->len + COMM_SIZE <= TRACEPOINT_BYTES);
    memcpy(r->bytes + r->len, name, COMM_SIZE);
    r->len += COMM_SIZE;
}

void tracepoint_comm(const struct kthread *th, int32_t core, char name[COMM_SIZE])
{
    memset(name, 0, COMM_SIZE);
    if (th)
        memcpy(name, th->comm, COMM_SIZE);
    else
        (void)snprintf(name, COMM_SIZE, "swapper/%u", (unsigned)core % 10000000);
}

static void thread(struct raw_record *r, const struct kthread *th, int32_t core)
{
    char name[COMM_SIZE];

    tracepoint_comm(th, core, name);
    comm(r, name);
    u32(r, th ? th->pid : COMM_IDLE_PID);
}

static void record_switch(struct raw_record *r, const struct sched_event *event)
{
    thread(r, event->prev, event->core);
    u32(r, PRIORITY);
    number(r, sched_state_bits(event->prev ? event->state : 'R'), 8);
    thread(r, event->next, event->core);
    u32(r, PRIORITY);
}

static void record_irq(struct raw_record *r, const struct scenario *sc,
                       const struct sched_event *event)
{
    char name[COMM_SIZE] = {0};
    const char *device = event->device >= 0 ? sc->devices[event->device].name : "timer";

    u32(r, event->device);
    (void)snprintf(name, sizeof(name), "%.*s", COMM_SIZE - 1, device);
    comm(r, name);
}

/* As programs mark their own slices: systrace's B and E. */
static void record_print(struct raw_record *r, const struct sched_event *event)
{
    char text[64];

    if (event->kind == SE_COST_BEGIN)
        (void)snprintf(text, sizeof(text), "B|%" PRId32 "|context switch\n",
                       event->thread->tgid);
    else
        (void)snprintf(text, sizeof(text), "E|%" PRId32 "\n", event->thread->tgid);
    number(r, 0, 8);
    memcpy(r->bytes + r->len, text, strlen(text) + 1);
    r->len += strlen(text) + 1;
    while (r->len % 4 != 0)
        r->bytes[r->len++] = 0;
}

int32_t tracepoint_pid(const struct sched_event *event)
{
    return event->context ? event->context->pid : COMM_IDLE_PID;
}

void tracepoint_record(enum tracepoint t, const struct scenario *sc,
                       const struct sched_event *event, struct raw_record *r)
{
    r->len = 0;
    number(r, defs[t].id, 2);
    number(r, 0, 2); /* flags, depth of preemption */
    u32(r, tracepoint_pid(event));
    switch (t) {
    case TRACEPOINT_SWITCH:
        record_switch(r, event);
        break;
    case TRACEPOINT_WAKING:
    case TRACEPOINT_WAKEUP:
        thread(r, event->thread, event->core);
        u32(r, PRIORITY);
        u32(r, event->core);
        break;
    case TRACEPOINT_MIGRATE:
        thread(r, event->thread, event->core);
        u32(r, PRIORITY);
        u32(r, event->from_core);
        u32(r, event->core);
        break;
    case TRACEPOINT_RUNTIME:
        thread(r, event->prev, event->core);
        u32(r, 0); /* up to the alignment of what follows */
        number(r, (uint64_t)event->ran, 8);
        number(r, 0, 8);
        break;
    case TRACEPOINT_IRQ_ENTRY:
        record_irq(r, sc, event);
        break;
    case TRACEPOINT_IRQ_EXIT:
        u32(r, event->device);
        u32(r, 1);
        break;
    default:
        record_print(r, event);
        break;
    }
}

/* ---- the head ----------------------------------------------------------------------------- */

static const char header_page[] =
    FIELD("u64", "timestamp", "0", "8", "0") FIELD("local_t", "commit", "8", "8", "1")
        FIELD("int", "overwrite", "8", "1", "1") FIELD("char", "data", "16", "4080", "1");

static const char header_event[] = "# compressed entry header\n"
                                   "\ttype_len    :    5 bits\n"
                                   "\ttime_delta  :   27 bits\n"
                                   "\tarray       :   32 bits\n\n"
                                   "\tpadding     : type == 29\n"
                                   "\ttime_extend : type == 30\n"
                                   "\ttime_stamp : type == 31\n"
                                   "\tdata max type_len  == 28\n";

static const char common_fields[] = FIELD("unsigned short", "common_type", "0", "2", "0")
    FIELD("unsigned char", "common_flags", "2", "1", "0")
        FIELD("unsigned char", "common_preempt_count", "3", "1", "0")
            INT("common_pid", "4") "\n";

static void add_formats(struct export_file *f, const char *system)
{
    uint32_t n = 0;

    for (int t = 0; t < TRACEPOINT_COUNT; t++)
        n += strcmp(defs[t].system, system) == 0;
    file_u32(f, n);
    for (int t = 0; t < TRACEPOINT_COUNT; t++) {
        struct text format = {0};

        if (strcmp(defs[t].system, system) != 0)
            continue;
        text_addf(&format, "name: %s\nID: %d\nformat:\n%s%s\nprint fmt: %s\n", defs[t].name,
                  (int)defs[t].id, common_fields, defs[t].fields, defs[t].print);
        file_u64(f, format.len);
        file_text(f, format.data);
        text_release(&format);
    }
}

void tracepoint_head(struct export_file *f, const char *version)
{
    static const char *const systems[] = {"irq", "sched"};

    file_text(f, "\027\010\104tracing");
    file_bytes(f, version, strlen(version) + 1);
    file_u8(f, 0); /* little-endian */
    file_u8(f, 8); /* bytes of a long */
    file_u32(f, PAGE);
    file_bytes(f, "header_page", 12);
    file_u64(f, strlen(header_page));
    file_text(f, header_page);
    file_bytes(f, "header_event", 13);
    file_u64(f, strlen(header_event));
    file_text(f, header_event);
    add_formats(f, "ftrace");
    file_u32(f, ARRAY_LEN(systems));
    for (size_t i = 0; i < ARRAY_LEN(systems); i++) {
        file_bytes(f, systems[i], strlen(systems[i]) + 1);
        add_formats(f, systems[i]);
    }
    file_u32(f, 0); /* addresses of functions */
    file_u32(f, 0); /* formats of printk */
}
