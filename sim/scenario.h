/* scenario.h - what a configuration means, once it is read: plain data, every
 * default filled in, nothing running.  The reader fills it (config.h), a
 * simulation is built from it (sim.h) and never changes it, so one scenario may
 * run many times, side by side.
 *
 * Everything lives in the scenario's arena; pointers between its parts need no
 * comment.
 */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include "sim/arena.h"
#include "sim/base.h"
#include "sim/rng.h"

struct sched_policy;   /* models/schedulers/sched.h */
struct device_model;   /* models/devices/device.h */
struct device_preset;  /* likewise */
struct executor_model; /* models/executors/executor.h */
struct sync_model;     /* models/sync/sync.h */
struct op_def;         /* models/ops/op.h */

/* Where in the file something stands: the `where` of faults, "tasks[0].do[2]". */
struct place {
    const char *path;
    int32_t line;    /* 0: not from a file */
    uint32_t number; /* of its value in the file (json.h); 0: none */
};

/* ---- programs ------------------------------------------------------------- */

/* One op as it was read: `args` is what op->params describes. */
struct op {
    const struct op_def *def;
    void *args;
    uint32_t place; /* index into scenario.places */
};

struct op_list {
    const struct op *ops;
    uint32_t n;
};

/* What an `await` waits for: a promise's name, one op, or neither: a settled value. */
struct awaited {
    const char *promise; /* NULL: none */
    struct op_list op;   /* of one; or empty */
};

struct program_spec {
    const char *name; /* NULL: written in place, in a task's "do" */
    struct op_list ops;
};

/* ---- machine ---------------------------------------------------------------- */

struct core_spec {
    const char *name; /* never NULL: "core0" where the file names none */
    int64_t speed_e6; /* 1000000: as the file's times say */
};

struct cache_spec {
    bool present;
    int64_t size;       /* in the unit of working_set */
    sim_time warmup;    /* of running, until a task is warm */
    int64_t speedup_e6; /* how many times as fast when warm */
};

enum queue_layout { QUEUES_GLOBAL, QUEUES_PER_CORE };
enum balance { BALANCE_NONE, BALANCE_STEAL, BALANCE_PERIODIC, BALANCE_PROBE };
enum placement { PLACEMENT_LAST, PLACEMENT_FIRST };
enum on_block { ON_BLOCK_SWITCH, ON_BLOCK_HOLD };
enum ties { TIES_READY_FIRST, TIES_EXPIRED_FIRST };
enum on_wake { ON_WAKE_QUEUE, ON_WAKE_PREEMPT };

struct machine_spec {
    struct core_spec *cores;
    int32_t ncores;
    const struct sched_policy *policy;
    void *policy_params; /* policy->params_size bytes */
    int32_t ties;        /* enum ties; these two belong to every policy */
    int32_t on_wake;     /* enum on_wake */
    int32_t queues, balance, placement, on_block; /* the enums above */
    sim_time balance_interval;
    sim_time context_switch, migration, syscall, thread_create;
    struct cache_spec cache;
    int64_t memory; /* bytes; 0: no limit */
    int64_t thread_memory, task_memory;
};

/* ---- devices, sync objects, executors, variables ------------------------------- */

struct device_spec {
    const char *name;
    const struct device_model *model; /* the discipline */
    void *params;                     /* model->params_size bytes */
    const struct dist *service;       /* never NULL */
    const struct dist *latency;       /* never NULL */
    int64_t bandwidth;                /* bytes a second; 0: none */
    int64_t channels;                 /* -1: unlimited */
    int32_t mode;                     /* enum device_mode */
    sim_time interrupt;
    sim_time seek;                      /* for each unit of distance that the head moves */
    int64_t head;                       /* where it stands at first */
    int64_t cylinders;                  /* positions are below; 0: any */
    uint32_t ncursors;                  /* of its DIST_LISTs */
    const struct device_preset *preset; /* NULL: none */
    const struct dist *rtt;             /* of a connection; NULL: it has none */
    int64_t handshake;                  /* round trips that a new connection takes */
    bool keep_alive;                    /* a task's connection is there for its next request */
};
enum device_mode { DEVICE_POLL, DEVICE_POOL };

struct sync_spec {
    const char *name;
    const struct sync_model *model;
    void *params; /* model->params_size bytes */
};

struct executor_spec {
    const char *name;
    const struct executor_model *model;
    void *params;    /* model->params_size bytes */
    int32_t helper;  /* index into scenario.tasks: of its pool threads; -1: it has none */
    int32_t own;     /* likewise: of the time that its loops take by themselves */
    uint32_t number; /* of its value in the file (json.h); 0: none */
};

struct var_spec {
    const char *name;
    int64_t value;
};

/* ---- tasks ------------------------------------------------------------------------ */

/* Linux's scheduling classes; fifo, rr and deadline are the policy "linux"'s alone. */
enum task_class { CLASS_OTHER, CLASS_BATCH, CLASS_IDLE, CLASS_FIFO, CLASS_RR, CLASS_DEADLINE };

/* The longest slice of a fair task: times 1024 it stays below 2^60. */
#define SLICE_MAX SEC(1000000)

struct task_spec {
    const char *name;
    int32_t program;  /* index into scenario.programs */
    int32_t executor; /* index into scenario.executors */
    uint32_t index;   /* its own place in scenario.tasks: the rank of its arrivals */
    uint32_t number;  /* of its value in the file (json.h); 0: none */

    /* Arrivals.  Exactly one of: plain count (every, rate, clients unset), `every`,
     * `rate`, `clients`. */
    sim_time arrive;
    int64_t count;            /* -1: without end (every or rate under `until`) */
    bool numbered;            /* copies are called name#1 ... */
    bool script;              /* the `main` of its executor */
    const struct dist *every; /* NULL: unset */
    sim_time rate;            /* mean gap; 0: unset */
    int64_t clients;          /* 0: unset */
    const struct dist *think; /* never NULL where clients > 0 */
    int64_t requests;         /* a client; -1: without end (under `until`) */
    const int32_t *after;     /* indices of tasks that must have completed first */
    uint32_t nafter;

    int64_t priority, nice, tickets, working_set, memory;
    int32_t sched_class;       /* enum task_class */
    sim_time slice;            /* 0: the policy's */
    sim_time deadline, period; /* 0: none */
    sim_time runtime;          /* in each period, class deadline; 0: not limited */
    int64_t jobs;              /* with a period; -1: without end (under `until`) */
    const uint64_t *affinity;  /* a bit a core; NULL: all */
    const struct var_spec *locals;
    uint32_t nlocals;
    uint32_t ncursors; /* DIST_LISTs of `every` and `think` */
};

static inline bool affinity_has(const uint64_t *affinity, int32_t core)
{
    return !affinity || (affinity[core / 64] >> (core % 64) & 1) != 0;
}

/* ---- the whole ----------------------------------------------------------------------- */

struct scenario {
    struct arena mem;
    const char *file;    /* as named in messages */
    const char *name;    /* title; the file's name where it has none */
    const char *about;   /* in the chosen language; "" */
    const char *variant; /* "base" where the file has none */
    uint64_t seed;
    sim_time until; /* SIM_NEVER: until nothing is left */

    struct machine_spec machine;
    struct device_spec *devices;
    int32_t ndevices;
    struct sync_spec *syncs;
    int32_t nsyncs;
    struct var_spec *vars;
    uint32_t nvars;
    struct program_spec *programs; /* the named ones first, in file order */
    int32_t nprograms;
    struct executor_spec *executors; /* "default" is among them */
    int32_t nexecutors;
    struct task_spec *tasks;
    int32_t ntasks;
    int32_t nhelpers; /* behind them in `tasks`: of pool threads, nobody's work */

    struct place *places; /* of ops */
    uint32_t nplaces;
    bool has_workers;
    bool has_listeners; /* to what happens to a process, as exceptions that nobody catches */
    uint32_t ncursors;  /* DIST_LISTs of all programs: each op's has its own */
};

struct scenario *scenario_new(void);
void scenario_free(struct scenario *sc);

/* The name of copy `copy` of a task, into `buf`, which it returns: "req" (0), "req#3",
 * of a client's requests "req#3.2".  Client c's request r, both from 1, is the
 * copy (r - 1) * clients + c. */
enum { TASK_NAME_SIZE = 256 };
const char *task_name(const struct task_spec *spec, uint64_t copy, char buf[TASK_NAME_SIZE]);

/* Event loops are numbered over the whole scenario, as records name them: executors in file
 * order, the loops of each in order; behind them, where programs make workers, numbers for
 * WORKER_LOOPS of each executor, in the same order.  A worker takes the lowest that is free, and
 * one beyond them is not told of.  How many there are; the first of an executor's; whose one is
 * (an index into scenario.executors); and its name, into `buf`, which is returned: "default",
 * the second loop of that executor "default 2", its first worker "default worker 1". */
enum { WORKER_LOOPS = 32 };
int32_t scenario_loops(const struct scenario *sc);
int32_t scenario_first_loop(const struct scenario *sc, int32_t executor);
int32_t scenario_first_worker(const struct scenario *sc, int32_t executor); /* -1: none */
int32_t scenario_loop_executor(const struct scenario *sc, int32_t loop);
const char *scenario_loop_name(const struct scenario *sc, int32_t loop,
                               char buf[TASK_NAME_SIZE]);

#endif
