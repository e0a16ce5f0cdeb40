/* history_state.h - between history.c, which listens, history_rows.c and history_levels.c. */
#ifndef PLOTS_HISTORY_STATE_H
#define PLOTS_HISTORY_STATE_H

#include "plots/history.h"

/* ---- rows: history_rows.c ----------------------------------------------------------------- */

struct span {
    sim_time from, to;
    int32_t row; /* a core, or a task by its number */
    int32_t who;
    uint8_t is; /* enum doing */
};

struct bin {
    sim_time in[DOINGS];
    sim_time top;
    int32_t who;
};

/* The rows of the cores, or of the tasks: spans, and beyond HISTORY_EXACT of them bins. */
struct rows {
    struct span *spans;
    size_t n, room;
    size_t *start;                  /* exact: where each row begins in spans, once sorted */
    struct bin *bins[HISTORY_ROWS]; /* NULL: none yet, or exact */
    bool binned;
    unsigned shift; /* a bin is 2^shift ns */
    unsigned fold;  /* a row has 2^fold cores or tasks */
};

/* Times are counted from where the history begins. */
void rows_add(struct rows *r, struct span span);
/* Before pieces are asked for: n rows, up to `end`. */
void rows_sort(struct rows *r, int32_t n, sim_time end);
void rows_release(struct rows *r);

/* The pieces of `per` rows together, from `first` on, put `from` later; in bins, `first` and
 * `per` are multiples of 2^fold. */
void rows_pieces(const struct rows *r, int32_t first, int32_t per, sim_time from,
                 struct pieces *p);

/* ---- levels: history_levels.c -------------------------------------------------------------- */

enum { LEVEL_EXACT = 4096, LEVEL_BINS = 1024 };

struct level_bin {
    struct wide area;
    int64_t max;
};

struct level_history {
    int64_t value, max;
    sim_time at;              /* told up to here */
    sim_time begin;           /* of what is kept */
    struct level_step *steps; /* exact: where it changed */
    size_t n, room;
    struct level_bin *bins; /* NULL: exact */
    unsigned shift;
};

void level_history_set(struct level_history *l, sim_time now, int64_t value);
void level_history_end(struct level_history *l, sim_time now);
void level_history_steps(const struct level_history *l, sim_time end, struct steps *s);
void level_history_release(struct level_history *l);

/* ---- the whole: history.c ------------------------------------------------------------------ */

struct task_now {
    enum doing is;
    bool here, others;           /* others: what it waits for is up to other tasks */
    int32_t number;              /* among those that are kept; -1: nothing of it was kept yet */
    int32_t colour, spec, story; /* story: -1: not kept */
    int32_t core;                /* it runs on, or is switched to; -1 */
    int32_t level;               /* of the sync object it waits for; -1 */
    int32_t wait;                /* what it waits for: history_wait_of() */
    int32_t needs;               /* number of its spec where it is the one that is kept; -1 */
    int64_t copy;
    uint64_t seq;
    char *name; /* of a spawned task */
    sim_time since, served, arrival, first_run;
};

struct core_now {
    bool busy, changing;
    int32_t who; /* the task's slot */
    sim_time since;
};

struct loop_now {
    bool in;
    enum loop_stage stage;
    sim_time since;
    bool has_heap, collects;
    bool dead, crashed;               /* its process has ended; as it had no room */
    sim_time swept, ended;            /* the end of the last mark-sweep, and of the process */
    int64_t collections;              /* mark-sweeps so far */
    int64_t alive_now;                /* bytes */
    struct level_history used, alive; /* bytes of the heap */
};

struct history {
    struct trace_sink sink;
    const struct scenario *sc;
    sim_time from, to, end;
    struct rows cores, tasks, loops, collections;
    struct core_now *core_now;
    struct task_now *task_now;
    size_t nslots;
    bool begun;      /* what is kept */
    uint64_t seq;    /* of arrivals */
    int32_t arrived; /* that something was kept of */
    int32_t work;    /* that have come, and are somebody's work */
    struct task_story stories[HISTORY_ROWS];
    int32_t nstories;
    unsigned stories_fold;
    struct level_history *levels; /* those of the loops behind the others */
    size_t nlevels;               /* room for so many; all of them may be used */
    struct loop_now *loop_now;
    size_t loops_room;
    int32_t nloops;
    bool *has_loop; /* by executor */
    bool saw[DOINGS];
    struct needs needs[HISTORY_NEEDS];
    sim_time *waits; /* by row and by what was waited for */
    struct longest_wait longest;
    char *longest_name;
};

/* Into what is kept: its part within the bounds, counted from where they begin. */
void history_keep(struct history *h, struct rows *rows, struct span s);

/* ---- what was waited for: history_waits.c ------------------------------------------------------ */

void history_waits_init(struct history *h);
void history_waits_fold(struct history *h); /* rows in pairs */
int32_t history_wait_of(const struct history *h, const struct trace_rec *block);
void history_waited(struct history *h, int32_t row, int32_t wait, sim_time from, sim_time to);

/* ---- loops: history_loops.c ----------------------------------------------------------------- */

void history_loop_record(struct history *h, const struct trace_rec *rec);
void history_loops_end(struct history *h, sim_time end);
void history_loops_release(struct history *h);

#endif
