/* explain_state.h - what the story keeps of a run; for plots/explain*.c only. */
#ifndef PLOTS_EXPLAIN_STATE_H
#define PLOTS_EXPLAIN_STATE_H

#include "plots/explain.h"
#include "plots/task_names.h"

struct told_task {
    bool on_loop, helper;
    bool pooled;        /* a helper: a thread of its executor's pool */
    bool lost;          /* of a loop: its thread lost the core */
    bool switches;      /* nobody's: what a switch in user space takes */
    bool off;           /* it waits for something */
    bool faulted;       /* by a fault of its own */
    int32_t loop;       /* that has called it last; -1: none has */
    sim_time ready_at;  /* since when it waits for a core; -1: it does not */
    int32_t next, prev; /* among those, by slot; -1: none */
    enum ready_why why;
    enum block_why blocked;
    int32_t place; /* of what it is blocked on */
    int depth;     /* of its call stack, on a thread */
};

struct told_loop {
    enum loop_stage stage;
    int32_t calling; /* slot; -1: none */
    sim_time called_at;
    int depth;        /* of its call stack */
    int64_t requests; /* to devices that are polled, and not answered */
    bool changed;     /* what waits, since it was told */
    int64_t queued[LOOP_QUEUE_COUNT];
};

struct told_pool { /* of a loop's executor */
    int64_t threads, busy;
    int64_t woken; /* of the busy ones, those that have yet to take their work */
};

struct explain {
    struct trace_sink sink;
    const struct scenario *sc;
    struct quanta_look look;
    struct quanta_writer *writer;
    bool failed;
    struct task_names names;
    struct told_task *tasks; /* by slot */
    size_t ntasks;
    int32_t first_ready,
        last_ready; /* slots, in the order in which they became ready; -1: none */
    int64_t nready;
    struct told_loop *loops;
    int32_t nloops;
    int32_t at_loop;          /* that the story is at; -1: none yet */
    struct told_pool *pools;  /* by executor */
    sim_time told_at;         /* the time that stands above; -1: none yet */
    uint64_t rules;           /* calls whose rule has been said: a bit an enum call_kind */
    struct text line, broken; /* the line in the making; as it is written */
    struct text later;        /* a line that is told if anything comes behind it */
    sim_time later_at;
};

/* A line at that instant, so many levels under its step; `text` is e->line's from here on. */
struct text *explain_line(struct explain *e);
struct text *explain_line_of(struct explain *e,
                             int32_t loop); /* says which, where it is another */
void explain_say(struct explain *e, sim_time at, int level); /* what explain_line() gave */
void explain_say_later(struct explain *e, sim_time at);      /* where the run does not end */

struct told_task *explain_task(struct explain *e, int32_t slot);
const char *explain_name(const struct explain *e, int32_t slot);
void explain_place(struct explain *e, int64_t place); /* " (line 12)", or nothing */

/* A call of a program or a function, the `depth`th on the stack. */
void explain_frame(struct explain *e, const struct trace_rec *rec, int depth, const char *who);

/* The loop that calls `slot`, and has not had it return; -1: none. */
int32_t explain_calling(const struct explain *e, int32_t slot);

void explain_loop(struct explain *e, const struct trace_rec *rec); /* explain_loop.c */
void explain_core(struct explain *e, const struct trace_rec *rec); /* explain_core.c */

#endif
