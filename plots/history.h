/* history.h - what a run did, kept for pictures: a sink.
 *
 * For each core and each task it keeps spans: from when to when it was in which state.  Up to
 * HISTORY_EXACT spans they are kept as they are.  A run with more is kept in bins, the time in
 * each state within each of HISTORY_BINS parts of the run, and parts are joined in pairs as it
 * grows; tasks beyond HISTORY_ROWS are joined in pairs as well, neighbours of arrival in one
 * row.  So its memory does not grow with the length of the run nor with its tasks, and a
 * part of the run, asked for by its bounds, is kept as exactly as a short run.
 *
 * Levels are numbers that change in time: tasks in progress, tasks that run, lengths of
 * queues.  They are kept likewise, exactly and then in bins of their mean and maximum.
 */
#ifndef PLOTS_HISTORY_H
#define PLOTS_HISTORY_H

#include "sim/base.h"
#include "sim/scenario.h"
#include "sim/trace.h"

enum {
    HISTORY_EXACT = 1 << 16,
    HISTORY_BINS = 2048,
    HISTORY_ROWS = 128,
    HISTORY_CORES = 64, /* rows of cores: beyond, neighbours share one */
    HISTORY_NEEDS = 16, /* tasks of the file of which it is kept what they need */
};

/* What a core or a task does. */
enum doing {
    DOES_RUN,
    DOES_CHANGE, /* cores: a switch, or an interrupt */
    DOES_WAIT,   /* tasks, from here: is ready, and waits for a core or its thread */
    DOES_IO,
    DOES_SLEEP, /* or waits for time, a child, a promise, a thread of a pool */
    DOES_LOCK,  /* waits for a sync object */
    DOES_STUCK, /* for ever */
    DOINGS
};

/* The time in each state within from .. to.  A span that was kept as it is has one state. */
struct piece {
    sim_time from, to;
    sim_time in[DOINGS];
    int32_t who;  /* cores: the task that ran longest, by number; -1: none */
    sim_time top; /* its time */
};

/* Pieces of one row, in order; gaps are idle, or gone. */
struct pieces {
    struct piece *list;
    size_t n, room;
};

/* A value from an instant on; in a bin its mean, in 1/256, and its maximum. */
struct level_step {
    sim_time at;
    int64_t mean_256, max;
};
struct steps {
    struct level_step *list;
    size_t n, room;
};

enum task_end { TASK_LIVES, TASK_ENDED, TASK_FAULTED, TASK_STUCK };

/* Of a task; of tasks that share a row, of the first one. */
struct task_story {
    char *name;
    int32_t spec;
    int32_t colour; /* its number among those that are somebody's work; -1: it is not */
    sim_time arrival, first_run, end; /* -1: not yet */
    enum task_end ending;
};

/* What a task needs by itself: stretches of running and of waiting for devices or time,
 * without what others made it wait. */
struct need {
    enum doing is;
    sim_time time;
};
enum { NEED_PARTS = 24 };
struct needs {
    bool seen, open; /* the first copy has arrived; and not ended */
    bool more;       /* than fit */
    int32_t colour;  /* that copy's, as in task_story */
    char *name;
    struct need part[NEED_PARTS];
    size_t n;
};

struct history;

/* `from` .. `to` is what is kept; 0, SIM_NEVER: all. */
struct history *history_new(const struct scenario *sc, sim_time from, sim_time to);
void history_free(struct history *h);
struct trace_sink *history_sink(struct history *h);

/* All of what follows after trace_finish(). */
sim_time history_end(const struct history *h);  /* of the run */
sim_time history_from(const struct history *h); /* what is kept */
sim_time history_to(const struct history *h);
bool history_exact(const struct history *h); /* spans of cores and tasks are as they were */

int32_t history_tasks(const struct history *h); /* that arrived, pool threads included */
int32_t history_work(const struct history *h);  /* without those */
/* Tasks a row: 1, 2, 4, ...  Row r has those from r * per on. */
int32_t history_per_row(const struct history *h);
int32_t history_rows(const struct history *h);
const struct task_story *history_story(const struct history *h, int32_t row);
/* The name of a task by its number where it is kept, NULL else. */
const char *history_name(const struct history *h, int32_t number);
int32_t history_colour(const struct history *h, int32_t number);

/* The pieces of `n` rows together, or of `per` cores, into `p`, which was zeroed or used
 * before.  Beyond the first HISTORY_CORES cores `per` is a power of two, and so is `core` / `per`. */
void history_task(const struct history *h, int32_t row, int32_t n, struct pieces *p);
void history_core(const struct history *h, int32_t core, int32_t per, struct pieces *p);
void pieces_release(struct pieces *p);

bool history_saw(const struct history *h, enum doing is);                 /* a task did that */
const struct needs *history_needs(const struct history *h, int32_t spec); /* NULL: not kept */

/* What tasks waited for: kinds of waiting, the devices, the sync objects.  The time that `n` rows
 * from `row` on did so, all their tasks together. */
int32_t history_waits(const struct history *h);
const char *history_wait_name(const struct history *h, int32_t wait);
enum doing history_wait_kind(const struct history *h, int32_t wait); /* IO, SLEEP or LOCK */
sim_time history_wait(const struct history *h, int32_t row, int32_t n, int32_t wait);

/* Levels by number: those above, then the devices, the executors, the sync objects, and the
 * queues of each loop. */
enum { LEVEL_PROGRESS, LEVEL_RUNNING, LEVEL_READY, LEVEL_MORE };
int32_t history_levels(const struct history *h);
const char *history_level_name(const struct history *h, int32_t level);
void history_level(const struct history *h, int32_t level, struct steps *s);
int64_t history_level_max(const struct history *h, int32_t level);
void steps_release(struct steps *s);

/* Event loops, as they tell of themselves.  A piece of a loop has its stage as `who`; where it
 * waits, it is blocked in its poll. */
int32_t history_loops(const struct history *h);
bool history_loops_exact(const struct history *h); /* pieces are as they were */
/* `n` loops from `loop` on together, `n` a power of two and `loop` a multiple of it. */
void history_loop(const struct history *h, int32_t loop, int32_t n, struct pieces *p);
int32_t history_loop_level(const struct history *h, int32_t loop, enum loop_queue queue);
/* The heap of a loop: its most bytes in use, 0 if it has none; the bytes in use, or those of
 * them that are alive, over time; and its collections: scavenges RUN, mark-sweeps CHANGE,
 * 1 ns if they take no time. */
int64_t history_heap_max(const struct history *h, int32_t loop);
void history_heap(const struct history *h, int32_t loop, bool alive, struct steps *s);
void history_collections(const struct history *h, int32_t loop, struct pieces *p);
/* When it ended in the middle of things, as no collection made room; -1: it did not. */
sim_time history_heap_end(const struct history *h, int32_t loop);
bool history_has_loop(const struct history *h, int32_t executor);

/* The longest stretch for which a task was ready and did not run. */
struct longest_wait {
    sim_time from, to;
    int32_t number; /* -1: nobody waited */
};
struct longest_wait history_longest_wait(const struct history *h);
const char *history_longest_name(const struct history *h);

#endif
