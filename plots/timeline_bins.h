/* timeline_bins.h - between timeline.c, which collects, and timeline_draw.c. */
#ifndef PLOTS_TIMELINE_BINS_H
#define PLOTS_TIMELINE_BINS_H

#include "plots/glyphs.h"
#include "plots/timeline.h"

enum { BINS = 2048, TIMELINE_LOOPS = 16 };

enum task_is {
    TASK_GONE,
    TASK_WAITS,
    TASK_RUNS,
    TASK_BLOCKS,
    TASK_LOCKED,     /* blocks on a sync object */
    TASK_DEADLOCKED, /* and for ever */
    TASK_STATES
};

struct task_bin {
    sim_time in[TASK_STATES];
};

struct core_bin {
    sim_time run, other; /* other: switches and interrupts */
    int32_t task;        /* the one that ran longest, as a number of arrival */
    sim_time longest;
};

struct task_row {
    char *name;
    bool deadlocked; /* for ever */
    struct task_bin bins[BINS];
};

/* What a task is doing, by its slot. */
struct task_now {
    enum task_is is;
    int32_t number; /* of arrival; its row where below TIMELINE_TASKS */
    int32_t core;   /* that switches to it; -1 */
    sim_time since;
    uint64_t idle; /* a thread of a pool that has had no work: its number; else 0 */
    int32_t spec;  /* of that */
};

struct core_now {
    bool busy, switching;
    int32_t number;
    sim_time since;
};

/* What a loop is doing: a phase's callbacks, ticks or microtasks; or it waits in the poll, for a
 * core, for a collection. */
#define LOOP_DOINGS(X)                     \
    X(WAITS, 0, "")                        \
    X(SCRIPT, 's', "script")               \
    X(TIMERS, 't', "timers")               \
    X(POLL, 'p', "poll")                   \
    X(CHECK, 'c', "check")                 \
    X(CLOSING, 'x', "closing")             \
    X(TASK, 'k', "task")                   \
    X(RENDER, 'r', "render")               \
    X(TICKS, 'n', "nextTick")              \
    X(MICROTASKS, 'm', "microtasks")       \
    X(COLLECTS, 'g', "garbage collection") \
    X(READY, 0, "")                        \
    X(GONE, 0, "")

enum loop_does {
#define X(does, letter, name) DOES_##does,
    LOOP_DOINGS(X)
#undef X
        DOES_COUNT
};

struct loop_bin {
    sim_time in[DOES_COUNT];
    sim_time others; /* while it was held, something else waited for it */
};

struct loop_row {
    int32_t loop; /* its number */
    enum loop_stage stage;
    int32_t calling; /* slot; -1: none */
    enum call_kind call;
    bool off, collects; /* the thread waits for a core; a collection goes on */
    int64_t ready, due; /* in its queues */
    sim_time since;
    bool ever[DOES_COUNT], others; /* seen at all */
    struct loop_bin bins[BINS];
};

struct timeline {
    struct trace_sink sink;
    const struct scenario *sc;
    unsigned shift; /* a bin is 2^shift ns */
    struct task_row *tasks[TIMELINE_TASKS];
    struct core_bin (*cores)[BINS];
    struct core_now *core_now;
    struct task_now *task_now;
    size_t nslots;
    struct loop_row *loops[TIMELINE_LOOPS];
    int32_t nloops;           /* with rows */
    struct loop_row *woken;   /* by what has just come: whose thread is told of next; or NULL */
    bool more_loops;          /* than have rows */
    int32_t *numbers;         /* of each loop: its row, or -1; NULL: there are none */
    int32_t ncores;           /* likewise */
    struct heap_line **heaps; /* by the number of the loop; NULL: it has none */
    size_t nheaps;
    int32_t arrived;
    bool locked, deadlocked; /* there was such a task */
    sim_time end;
};

/* What a text is drawn with. */
struct drawing {
    const struct timeline *tl;
    const struct glyphs *glyphs;
    struct text *t;
    int label, columns; /* widths */
    sim_time span;      /* of the axis */
    bool colours;
    bool lettered; /* rows of tasks begin with the letter that cores show */
    char letters[TIMELINE_TASKS];
};

sim_time drawing_column(const struct drawing *d, int column); /* where it begins */
void drawing_bins(const struct drawing *d, int column, sim_time *from, sim_time *to, int *first,
                  int *last);
void drawing_row(struct drawing *d, const char *name, int room);
/* The part of the bin's `time` that falls into from .. to. */
sim_time timeline_share(const struct timeline *tl, sim_time bin, sim_time from, sim_time to,
                        sim_time time);

/* timeline_loops.c */
void timeline_loops_init(struct timeline *tl);
void timeline_loops_free(struct timeline *tl);
void timeline_loop(struct timeline *tl, const struct trace_rec *rec);
void timeline_loops_end(struct timeline *tl, sim_time end);
void timeline_loops_join(struct timeline *tl); /* as timeline_join() joins the other bins */
size_t timeline_loop_label(const struct timeline *tl, int32_t row, struct text *label);
void timeline_loops_draw(struct drawing *d);
void timeline_loops_legend(struct text *t, const struct timeline *const *list, size_t n,
                           const struct glyphs *g);

void timeline_join(struct timeline *tl); /* twice as wide bins */

/* Calls for each bin that from .. to touches, with the time within it. */
#define EACH_BIN(tl, from, to, bin, time, body)                                 \
    do {                                                                        \
        sim_time at_ = (from), to_ = (to);                                      \
        while (to_ > (sim_time)BINS << (tl)->shift)                             \
            timeline_join(tl);                                                  \
        while (at_ < to_) {                                                     \
            sim_time bin = at_ >> (tl)->shift, end_ = (bin + 1) << (tl)->shift; \
            sim_time time = (end_ < to_ ? end_ : to_) - at_;                    \
            body;                                                               \
            at_ += time;                                                        \
        }                                                                       \
    } while (0)
/* ---- timeline_heap.c ---------------------------------------------------------------------- */

enum { HEAP_NAME_SIZE = TASK_NAME_SIZE + 60 };

void timeline_heap(struct timeline *tl, const struct trace_rec *rec);
void timeline_heap_ends(struct timeline *tl, sim_time end);
void timeline_heap_free(struct timeline *tl);

/* What stands in front of its line; false: it has none. */
bool timeline_heap_name(const struct timeline *tl, size_t loop, char buf[HEAP_NAME_SIZE]);
void timeline_heaps_draw(struct drawing *d);

/* ---- timeline.c --------------------------------------------------------------------------- */

/* The bin of both together; `to` may be one of them. */
void timeline_join_bins(struct core_bin *to, const struct core_bin *a,
                        const struct core_bin *b);

#endif
