/* ftrace.c - the kernel's trace as text, a line an event: for people, and for what reads
 * systrace text.
 *
 * Source: Linux 6.1, Documentation/trace/ftrace.rst, kernel/trace/trace_output.c.
 * Differs: times have nine decimals where the kernel prints six, for simulated time is exact. */
#include <inttypes.h>
#include <stdlib.h>

#include "plots/export.h"
#include "plots/tracepoints.h"

enum { PRIORITY = 120 };

struct ftrace {
    struct exporter base;
    struct sched_events events;
    struct export_file *file;
};

/* "            comm-pid   (  tgid) [cpu] d..2. seconds: event: " */
static void begin_line(struct ftrace *t, const struct sched_event *event, const char *name)
{
    const struct kthread *th = event->context;

    if (th)
        file_addf(t->file, "%16s-%-7" PRId32 " (%7" PRId32 ")", th->comm, th->pid, th->tgid);
    else
        file_addf(t->file, "%16s-%-7d (-------)", "<idle>", COMM_IDLE_PID);
    file_addf(t->file, " [%03" PRId32 "] d..2. %" PRId64 ".%09" PRId64 ": %s: ", event->core,
              event->at / SEC(1), event->at % SEC(1), name);
}

static void add_switch(struct ftrace *t, const struct sched_event *event)
{
    char prev[COMM_SIZE], next[COMM_SIZE];

    tracepoint_comm(event->prev, event->core, prev);
    tracepoint_comm(event->next, event->core, next);
    begin_line(t, event, "sched_switch");
    file_addf(t->file,
              "prev_comm=%s prev_pid=%" PRId32 " prev_prio=%d prev_state=%c ==> next_comm=%s "
              "next_pid=%" PRId32 " next_prio=%d\n",
              prev, event->prev ? event->prev->pid : COMM_IDLE_PID, PRIORITY,
              event->prev ? event->state : 'R', next,
              event->next ? event->next->pid : COMM_IDLE_PID, PRIORITY);
}

/* Readers know one of the two. */
static void add_wake(struct ftrace *t, const struct sched_event *event)
{
    static const char *const names[] = {"sched_waking", "sched_wakeup"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        begin_line(t, event, names[i]);
        file_addf(t->file, "comm=%s pid=%" PRId32 " prio=%d target_cpu=%03" PRId32 "\n",
                  event->thread->comm, event->thread->pid, PRIORITY, event->core);
    }
}

/* A slice on a thread, as programs mark theirs: systrace's B and E. */
static void add_mark(struct ftrace *t, const struct sched_event *event, const char *name)
{
    begin_line(t, event, "tracing_mark_write");
    if (name)
        file_addf(t->file, "B|%" PRId32 "|%s\n", event->thread->tgid, name);
    else
        file_addf(t->file, "E|%" PRId32 "\n", event->thread->tgid);
}

static void add_irq(struct ftrace *t, const struct sched_event *event)
{
    begin_line(t, event,
               event->kind == SE_IRQ_BEGIN ? "irq_handler_entry" : "irq_handler_exit");
    if (event->kind == SE_IRQ_BEGIN)
        file_addf(t->file, "irq=%" PRId32 " name=%s\n", event->device,
                  event->device >= 0 ? t->events.sc->devices[event->device].name : "timer");
    else
        file_addf(t->file, "irq=%" PRId32 " ret=handled\n", event->device);
}

static void ftrace_event(void *to, const struct sched_event *event)
{
    struct ftrace *t = to;

    switch (event->kind) {
    case SE_SWITCH:
        add_switch(t, event);
        break;
    case SE_WAKE:
        add_wake(t, event);
        break;
    case SE_MIGRATE:
        begin_line(t, event, "sched_migrate_task");
        file_addf(t->file,
                  "comm=%s pid=%" PRId32 " prio=%d orig_cpu=%" PRId32 " dest_cpu=%" PRId32 "\n",
                  event->thread->comm, event->thread->pid, PRIORITY, event->from_core,
                  event->core);
        break;
    case SE_COST_BEGIN:
        add_mark(t, event, "context switch");
        break;
    case SE_COST_END:
        add_mark(t, event, NULL);
        break;
    case SE_IRQ_BEGIN:
    case SE_IRQ_END:
        add_irq(t, event);
        break;
    case SE_CLOSE:
        begin_line(t, event, "cpu_idle");
        file_addf(t->file, "state=4294967295 cpu_id=%" PRId32 "\n", event->core);
        break;
    default:
        break;
    }
}

static void ftrace_record(struct trace_sink *sink, const struct trace_rec *rec)
{
    sched_events_record(&container_of(sink, struct ftrace, base.sink)->events, rec);
}

static void ftrace_finish(struct trace_sink *sink, sim_time end)
{
    sched_events_finish(&container_of(sink, struct ftrace, base.sink)->events, end);
}

static void ftrace_free(struct exporter *ex)
{
    struct ftrace *t = container_of(ex, struct ftrace, base);

    export_file_free(t->file);
    sched_events_release(&t->events);
    free(t);
}

static const char head[] =
    "#                                _-----=> irqs-off/BH-disabled\n"
    "#                               / _----=> need-resched\n"
    "#                              | / _---=> hardirq/softirq\n"
    "#                              || / _--=> preempt-depth\n"
    "#                              ||| / _-=> migrate-disable\n"
    "#                              |||| /     delay\n"
    "#           TASK-PID       TGID      CPU#  |||||  TIMESTAMP  FUNCTION\n"
    "#              | |           |         |   |||||     |         |\n";

static struct exporter *ftrace_start(const struct scenario *sc, struct export_out *out)
{
    struct ftrace *t = sim_calloc(1, sizeof(*t));

    t->base.sink.kinds = SCHED_EVENTS_KINDS;
    t->base.sink.record = ftrace_record;
    t->base.sink.finish = ftrace_finish;
    t->base.free = ftrace_free;
    t->file = export_file_main(out);
    file_addf(t->file,
              "# tracer: nop\n#\n# entries-in-buffer/entries-written: 0/0   #P:%" PRId32
              "\n#\n%s",
              sc->machine.ncores, head);
    sched_events_init(&t->events, sc, ftrace_event, t);
    return &t->base;
}

const struct export_format export_ftrace = {
    .is = {.name = "ftrace",
           .suffix = ".ftrace",
           .help = "the kernel's trace as text",
           .opens = "an editor, Perfetto"},
    .source = "Linux 6.1, Documentation/trace/ftrace.rst",
    .start = ftrace_start,
};
