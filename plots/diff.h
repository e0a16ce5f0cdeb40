/* diff.h - the first instant at which two runs differ, what each did, and why.
 *
 * Runs are compared instant by instant: what happened in one, in whatever order, to tasks,
 * cores and devices by their names.  What only says how somebody decides (how long a slice is,
 * which queue a thread is in) is no difference until something comes of it.
 *
 *   pass 1  each run gives a hash for every 1024 instants             --> the first that differs
 *   pass 2  of those 1024 instants: when each was, and a hash         --> the first that differs
 *   pass 3  who was where before that instant, and what happened in it --> words
 *
 * So memory does not grow with the length of the runs, and each is taken three times.
 */
#ifndef PLOTS_DIFF_H
#define PLOTS_DIFF_H

#include "sim/base.h"
#include "sim/metrics.h"
#include "sim/quanta.h"
#include "sim/scenario.h"
#include "sim/sim.h"
#include "sim/trace.h"

/* One of the two runs, which can be taken again and again. */
struct diff_side {
    const struct scenario *sc;
    char *label;             /* as texts call it */
    char *config;            /* config_text() of it */
    bool foreign;            /* recorded on a real machine */
    struct metrics *metrics; /* of the first pass */
    enum outcome outcome;
    void *of; /* the caller's */
    /* Tells the whole run to `trace`; how it ended. */
    enum outcome (*take)(struct diff_side *side, struct trace *trace);
};

/* ---- diff_find.c ---------------------------------------------------------------------------- */

/* A hash of what a record says to those who compare runs; 0: nothing.  `name`: of its task. */
uint64_t diff_hash(const struct scenario *sc, const struct trace_rec *rec, const char *name);

/* What a record happens at or to, by its name: a core, a device, a lock; NULL: nothing. */
const char *diff_place(const struct scenario *sc, const struct trace_rec *rec);

/* The first instant at which they differ; SIM_NEVER: they are the same.  Fills metrics and
 * outcomes. */
sim_time diff_find(struct diff_side *sides);

/* ---- diff_state.c --------------------------------------------------------------------------- */

enum diff_where { WHERE_GONE, WHERE_NEW, WHERE_READY, WHERE_CORE, WHERE_BLOCKED };

struct diff_task {
    char *name;
    enum diff_where where;
    int32_t core;   /* on it */
    char *waits;    /* blocked: for what */
    uint64_t order; /* of coming there */
};

/* Something that happened in the instant, and did not in the other run. */
struct diff_deed {
    uint8_t kind;
    int32_t core; /* -1: on none */
    int64_t why;
    char *task, *place, *text; /* may be NULL */
    uint64_t hash;
};

struct diff_view {           /* of one run around one instant */
    struct diff_task *tasks; /* by slot, before the instant */
    size_t ntasks;
    struct diff_deed *deeds;
    size_t ndeeds, deeds_room;
    size_t more; /* deeds beyond those kept */
    bool ended;  /* the run ended in that instant, or before */
};

void diff_look(struct diff_side *side, sim_time at, struct diff_view *view);
void diff_view_release(struct diff_view *view);
/* Takes out of both what happened in both. */
void diff_only(struct diff_view *views);
/* The task that had the core before; NULL: it idled. */
const char *diff_on_core(const struct diff_view *view, int32_t core);

/* ---- diff_inputs.c -------------------------------------------------------------------------- */

struct diff_input {
    char *pointer;   /* JSON Pointer */
    char *values[2]; /* as written; NULL: not there */
};

struct diff_inputs {
    struct diff_input *list;
    size_t n, room;
};

/* What two configs say differently, in the order of the first; titles and expectations are no
 * inputs. */
void diff_inputs(const char *a, const char *b, struct diff_inputs *inputs);
void diff_inputs_release(struct diff_inputs *inputs);

/* ---- diff.c, diff_words.c, diff_json.c ---------------------------------------------------------- */

struct diff {
    struct diff_side sides[2];
    sim_time at; /* SIM_NEVER: the same */
    struct diff_view views[2];
    struct diff_inputs inputs;
    size_t common; /* tasks of the same name in both files */
};

/* The sides' labels and configs become the diff's.  False: no task has the same name in both. */
bool diff_make(struct diff *d);
void diff_release(struct diff *d);

char *diff_words(const struct diff *d, const struct quanta_look *look);
char *diff_json(const struct diff *d);

/* What one side did, as a phrase without a subject: "takes core0 from A and gives it to B". */
void diff_deeds(struct text *t, const struct diff *d, int side);

/* "rr (quantum 4ms)" */
void diff_policy(struct text *t, const struct diff_side *side);

/* The completions of one task in both; -1: it did not end, -2: there was none. */
struct diff_end {
    char *name;
    sim_time ends[2];
};
/* Of all tasks that end at different instants, those that differ most first; the caller frees
 * list and names: diff_ends_free(). */
size_t diff_ends(const struct diff *d, struct diff_end **list);
void diff_ends_free(struct diff_end *list, size_t n);

#endif
