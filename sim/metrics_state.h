/* metrics_state.h - what the metrics keep while a run lasts; for metrics.c and
 * metrics_tasks.c only. */
#ifndef SIM_METRICS_STATE_H
#define SIM_METRICS_STATE_H

#include "sim/metrics.h"
#include "sim/owners.h"

enum core_is { CORE_IDLE, CORE_SWITCHES, CORE_USER, CORE_KERNEL };

struct core_now {
    enum core_is is;
    int32_t task; /* slot; -1: none */
    sim_time since;
    sim_time stolen; /* by interrupts, and not yet passed */
};

enum task_is { TASK_GONE, TASK_WAITS, TASK_RUNS, TASK_BLOCKS };

/* A task that has arrived and not completed: what nearly every record of it needs, in 64 bytes,
 * and the rest in `known`.  Where hundreds of thousands are there at once, each first look at a line
 * of memory costs more than all that is done with it. */
struct task_now {
    uint8_t is;   /* enum task_is */
    bool queued;  /* for a thread of its executor */
    bool helper;  /* nobody's task: what a thread of a pool does */
    bool blamed;  /* a loop's hold knows it by its slot */
    int32_t core; /* that switches to it or runs it; -1: none */
    int32_t blocked_by;
    uint32_t owns;                             /* sync objects */
    sim_time since;                            /* it waits or blocks */
    sim_time arrival, first_run, cpu, waiting; /* as in struct task_metrics */
    struct asked *asked;
};

/* Of the same task. */
struct task_known {
    int32_t spec;
    uint64_t copy;
    char *name;    /* of a spawned task; NULL: by spec and copy */
    uint64_t jobs; /* that have ended */
    struct task_metrics
        *kept; /* NULL: it is not, or nobody's task; complete when it has ended */
};

/* What a loop is doing. */
struct loop_now {
    enum loop_stage stage;
    sim_time since; /* it is there */
    int64_t queued[LOOP_QUEUE_COUNT];
    int32_t calling; /* slot; -1: none */
    enum call_kind call;
    int64_t place;
    sim_time called_at;
    struct loop_hold hold; /* that goes on; at -1: none */
    int32_t blamed; /* slot of the task of `hold`, which does not know it yet; -1: it does */
};

struct metrics_state {
    struct loop_now *loops;
    int32_t nloops;
    struct owners owners;
    struct asked *unused;
    struct core_now *cores;
    struct task_now *tasks;   /* by slot */
    struct task_known *known; /* likewise */
    size_t ntasks, nknown;
    int64_t *serving; /* of each device */
    sim_time *busy_since;
    sim_time last_completion;
    struct wide shares, share_squares; /* over tasks, for fairness */
    struct wide run;                   /* task time on cores */
    uint64_t measured;                 /* tasks in cpu */
    size_t kept_room;
    bool keep;
};

static inline struct task_now *metrics_task(struct metrics *m, int32_t slot)
{
    sim_assert(slot >= 0 && (size_t)slot < m->state->ntasks);
    return &m->state->tasks[slot];
}

static inline struct task_known *metrics_known(struct metrics *m, int32_t slot)
{
    sim_assert(slot >= 0 && (size_t)slot < m->state->nknown);
    return &m->state->known[slot];
}

/* ---- metrics_tasks.c --------------------------------------------------------------------- */

void metrics_task_free(struct task_metrics *t);
void metrics_drop_kept(struct metrics *m);
void metrics_arrived(struct metrics *m, const struct trace_rec *rec);
void metrics_task_to(struct metrics *m, int32_t slot, sim_time now);
void metrics_measure(struct metrics *m, int32_t slot);
void metrics_put_away(struct metrics *m, int32_t slot);
const char *metrics_slot_name(struct metrics *m, int32_t slot, char buf[TASK_NAME_SIZE]);
void metrics_completed(struct metrics *m, const struct trace_rec *rec);

/* ---- metrics_memory.c -------------------------------------------------------------------- */

void metrics_memory(struct metrics *m, const struct trace_rec *rec);

/* ---- metrics_loops.c --------------------------------------------------------------------- */

void metrics_loops_init(struct metrics *m);
void metrics_loops_release(struct metrics *m);
#define METRICS_LOOPS \
    (TRACE_BIT(PHASE) | TRACE_BIT(CALL) | TRACE_BIT(RETURN) | TRACE_BIT(QUEUED))
void metrics_loop(struct metrics *m, const struct trace_rec *rec); /* one of these */
void metrics_loops_finish(struct metrics *m);
void metrics_loops_forget(struct metrics *m,
                          int32_t slot); /* a blamed task is about to be gone */

#endif
