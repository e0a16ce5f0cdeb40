/* metrics.h - a sink that measures: the numbers of the result document.
 *
 *     struct metrics *m = metrics_new(sc, keep_tasks);
 *
 *     trace_attach(&trace, &m->sink);
 *     ... the run: metrics are complete after trace_finish() ...
 *     metrics_free(m);
 *
 * Definitions (all times in ns): cpu + waiting + blocked = turnaround for a task that has
 * completed.  A core's user + kernel + switch + idle = end.  Memory is proportional to
 * the live tasks, and to all tasks only where they are kept.
 */
#ifndef SIM_METRICS_H
#define SIM_METRICS_H

#include "sim/base.h"
#include "sim/level.h"
#include "sim/notes.h"
#include "sim/samples.h"
#include "sim/scenario.h"
#include "sim/trace.h"

struct core_metrics {
    sim_time user, kernel, switching, idle; /* add up to `end` */
    uint64_t context_switches;
};

struct device_metrics {
    uint64_t requests; /* submitted */
    sim_time busy;     /* with at least one request in service */
    struct samples queue, response;
};

struct heap_metrics {
    int64_t max;                     /* bytes in use, of one loop */
    uint64_t scavenges, mark_sweeps; /* of all loops, as what follows */
    sim_time pauses, pause_max;
};

/* How long one loop was held without a break: by a callback and the drain of ticks and
 * microtasks behind it, from the beginning of the one to the end of the other.  What ran longest
 * of it says what to blame. */
struct loop_hold {
    sim_time time;    /* 0: it was never held */
    sim_time drain;   /* of that: of ticks and microtasks */
    sim_time at;      /* since when */
    int64_t waited;   /* replies, tasks and due timers that were there at its end */
    sim_time longest; /* of the calls in it, and what that was: */
    enum call_kind call;
    int64_t place; /* -1: none */
    int32_t spec;
    uint64_t copy;
    char *name; /* of a spawned task; NULL: by spec and copy */
};

struct loop_metrics {
    sim_time stages[STAGE_COUNT]; /* add up to `end` */
    bool came[STAGE_COUNT];       /* was there, however short */
    struct loop_hold longest;
};

struct executor_metrics {
    int64_t threads, rejected;
    struct heap_metrics heap;
    struct samples
        queue; /* how long tasks waited for a thread: pools; work for one of a loop's */
    struct samples lag;  /* how long what was ready waited for a loop */
    uint64_t iterations; /* of loops */
    uint64_t switches;   /* in user space */
    sim_time switch_time;
    struct samples late; /* of a page's frames, how long after the opportunity asked for */
    uint64_t dropped;    /* opportunities that passed while a frame was wanted */
};

/* Keys of `blocked`: a device's number, that of a sync object behind those of the devices,
 * or one of these. */
enum {
    BLOCKED_SLEEP = -1,
    BLOCKED_JOIN = -2,
    BLOCKED_PERIOD = -3,
    BLOCKED_POOL = -4,
    BLOCKED_PROMISE = -5,
    BLOCKED_MESSAGE = -6
};

struct blocked {
    int32_t key;
    sim_time time;
    struct blocked *next;
};

/* What is known of one task; of those that are kept, in order of arrival. */
struct task_metrics {
    int32_t spec;
    uint64_t copy;
    char *name; /* of a spawned task; NULL: by spec and copy */
    sim_time arrival;
    sim_time first_run;  /* -1: never ran */
    sim_time completion; /* -1: has not completed */
    sim_time cpu, waiting;
    struct blocked *blocked; /* in the order first met */
    uint64_t slices, preemptions, migrations;
    uint64_t jobs, misses; /* where the spec has a deadline or period: jobs that have ended, and
                              those that were late, or are at the end of the run */
    bool faulted;
};

struct metrics {
    struct trace_sink sink;
    const struct scenario *sc;

    /* Complete after trace_finish(). */
    sim_time end, first_arrival, makespan;
    uint64_t tasks;     /* arrived */
    uint64_t completed; /* of them, faulted ones included */
    struct samples turnaround, waiting,
        response;          /* of completed tasks; response: of all that ran */
    int64_t throughput_e9; /* completed a second, ratios in 10^-9 */
    int64_t utilization_e9;
    uint64_t context_switches, preemptions, migrations;
    uint64_t deadline_misses; /* of all tasks */
    int64_t memory;           /* bytes in use, at most; 0: none is counted */
    int64_t memory_tasks;     /* tasks in progress then */
    sim_time switch_time;
    struct level concurrency, parallelism;
    int64_t concurrency_e9, parallelism_e9; /* means */
    int64_t fairness_e9;
    struct core_metrics *cores;         /* sc->machine.ncores */
    struct device_metrics *devices;     /* sc->ndevices */
    struct executor_metrics *executors; /* sc->nexecutors */
    struct loop_metrics *loops;         /* scenario_loops() */
    struct task_metrics **kept; /* nkept of them; none where too many and not asked for */
    size_t nkept;
    bool tasks_dropped; /* there were too many */
    struct notes log, faults, deadlock;

    struct metrics_state *state; /* metrics.c's */
};

enum { METRICS_TASKS_KEPT = 1000 };

/* `keep_tasks`: all of them, however many. */
struct metrics *metrics_new(const struct scenario *sc, bool keep_tasks);
void metrics_free(struct metrics *m);

/* The name of a kept task, into `buf`, which it returns, or its own. */
const char *metrics_task_name(const struct metrics *m, const struct task_metrics *t,
                              char buf[TASK_NAME_SIZE]);

/* Bytes for each task in progress when most were in use. */
int64_t metrics_memory_per_task(const struct metrics *m);

/* Over the loops of an executor: how long they were in a stage (they all came to it: *came), the
 * share of their time that they did not wait, in 10^-9, and what held one of them longest. */
sim_time metrics_stage(const struct metrics *m, int32_t executor, enum loop_stage stage,
                       bool *came);
int64_t metrics_loop_utilization(const struct metrics *m, int32_t executor);
const struct loop_hold *metrics_longest_hold(const struct metrics *m, int32_t executor,
                                             int32_t *loop);
const char *metrics_hold_name(const struct metrics *m, const struct loop_hold *h,
                              char buf[TASK_NAME_SIZE]);

/* A core's share of time in user and kernel work, in 10^-9. */
int64_t metrics_core_utilization(const struct metrics *m, int32_t core);

#endif
