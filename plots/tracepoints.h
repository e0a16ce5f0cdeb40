/* tracepoints.h - scheduler events as the Linux kernel writes them into its ring buffer: what
 * perf.data and trace.dat both carry, and the descriptions by which readers take them apart.
 *
 * Source: Linux 6.1, include/trace/events/sched.h, irq.h, kernel/trace/trace_entries.h, and the
 * `format` files of tracefs; trace-cmd.dat.v6(5). */
#ifndef PLOTS_TRACEPOINTS_H
#define PLOTS_TRACEPOINTS_H

#include "plots/export_file.h"
#include "plots/sched_events.h"

enum tracepoint {
    TRACEPOINT_SWITCH,
    TRACEPOINT_WAKING,
    TRACEPOINT_WAKEUP,
    TRACEPOINT_MIGRATE,
    TRACEPOINT_RUNTIME,
    TRACEPOINT_IRQ_ENTRY,
    TRACEPOINT_IRQ_EXIT,
    TRACEPOINT_PRINT, /* a mark that a program has written */
    TRACEPOINT_COUNT
};

/* A raw record; a multiple of four bytes. */
enum { TRACEPOINT_BYTES = 128 };
struct raw_record {
    unsigned char bytes[TRACEPOINT_BYTES];
    size_t len;
};

/* The number by which a raw record names its kind. */
uint16_t tracepoint_id(enum tracepoint t);

/* Which tracepoints tell an event, in order; how many, 0 for what has none. */
size_t tracepoints_of(const struct sched_event *event, enum tracepoint list[TRACEPOINT_COUNT]);

/* An event, which `t` is one of the tracepoints of. */
void tracepoint_record(enum tracepoint t, const struct scenario *sc,
                       const struct sched_event *event, struct raw_record *to);

/* The thread that an event happens in the context of; 0: the idle one. */
int32_t tracepoint_pid(const struct sched_event *event);

/* The head that perf.data and trace.dat have in common, to the formats; `version` "6" or "0.6". */
void tracepoint_head(struct export_file *f, const char *version);

/* "swapper/3", as the idle thread of a core is called, or the thread's own. */
void tracepoint_comm(const struct kthread *th, int32_t core, char comm[COMM_SIZE]);

#endif
