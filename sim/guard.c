#include "sim/guard.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/checker.h"
#include "sim/trace_fields.h"

/* Slots are small: the next one is at most a few beyond those seen. */
enum { SLOTS_AHEAD = 4096, FRAMES_MAX = 1000000 };

struct guarded_task {
    bool live;
    bool just_arrived; /* it may still be said whose child it is */
    int32_t spec;
    uint32_t frames; /* on its call stack */
};

struct guard {
    const struct scenario *sc;
    struct checker *checker;
    struct trace checked;
    struct guarded_task *tasks;
    size_t ntasks;
    int64_t arrived;
    int32_t last; /* the slot that has arrived with the record before; -1 */
    int32_t nloops;
    bool *calls; /* of each loop: a callback is under way */
    sim_time now, stolen;
    char why[300];
};

struct guard *guard_new(const struct scenario *sc, bool foreign)
{
    struct guard *g = sim_calloc(1, sizeof(*g));

    g->sc = sc;
    g->last = -1;
    g->nloops = scenario_loops(sc);
    g->calls = sim_calloc((size_t)g->nloops + 1, sizeof(*g->calls));
    g->checker = checker_new(sc);
    g->checker->lenient = foreign;
    trace_init(&g->checked);
    trace_attach(&g->checked, &g->checker->sink);
    return g;
}

void guard_free(struct guard *g)
{
    if (!g)
        return;
    checker_free(g->checker);
    free(g->tasks);
    free(g->calls);
    free(g);
}

static const char *no(struct guard *g, const char *fmt, ...) PRINTF_LIKE(2, 3);
static const char *no(struct guard *g, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(g->why, sizeof(g->why), fmt, ap);
    va_end(ap);
    return g->why;
}

static struct guarded_task *live(const struct guard *g, int64_t slot)
{
    if (slot < 0 || (uint64_t)slot >= g->ntasks || !g->tasks[slot].live)
        return NULL;
    return &g->tasks[slot];
}

/* ---- numbers ------------------------------------------------------------------------------- */

/* How many there are of what the number counts from 0; -1: it is not such a number. */
static int64_t range_size(const struct guard *g, enum trace_range range)
{
    const struct scenario *sc = g->sc;

    switch (range) {
    case RANGE_CORE:
        return sc->machine.ncores;
    case RANGE_DEVICE:
        return sc->ndevices;
    case RANGE_SYNC:
        return sc->nsyncs;
    case RANGE_EXECUTOR:
        return sc->nexecutors;
    case RANGE_LOOP:
        return g->nloops;
    case RANGE_VAR:
        return sc->nvars;
    case RANGE_PLACE:
        return sc->nplaces;
    case RANGE_SPEC:
        return (int64_t)sc->ntasks + sc->nhelpers;
    case RANGE_THREAD:
        return 2 * g->arrived + SLOTS_AHEAD;
    case RANGE_ANY:
    case RANGE_TIME:
    case RANGE_COUNT:
    case RANGE_ENUM:
    case RANGE_SLOT:
        break;
    }
    return -1;
}

static const char *check_field(struct guard *g, const struct trace_rec *rec, int field)
{
    const struct trace_field *f = &trace_fields((enum trace_kind)rec->kind)->of[field];
    int64_t value = trace_field_get(rec, field), size;

    if (!f->name || (f->may_miss && value == -1))
        return NULL;
    if (f->range == RANGE_ENUM && !f->word(value))
        return no(g, "%s %" PRId64 " means nothing", f->name, value);
    if ((f->range == RANGE_TIME || f->range == RANGE_COUNT) && value < 0)
        return no(g, "%s is less than 0", f->name);
    if (value > (f->range == RANGE_TIME    ? SIM_TIME_MAX
                 : f->range == RANGE_COUNT ? TRACE_COUNT_MAX
                                           : INT64_MAX))
        return no(g, "%s is too large", f->name);
    if (f->range == RANGE_SLOT && !live(g, value))
        return no(g, "the %s is task %" PRId64 ", which is not there", f->name, value);
    size = range_size(g, (enum trace_range)f->range);
    if (size >= 0 && (value < 0 || value >= size))
        return no(g, "%s %" PRId64 ": there are %" PRId64 ", counted from 0", f->name, value,
                  size);
    return NULL;
}

/* A block's `place` depends on its `arg`. */
static const char *check_block(struct guard *g, const struct trace_rec *rec)
{
    int64_t size = rec->arg == BLOCK_IO     ? g->sc->ndevices
                   : rec->arg == BLOCK_SYNC ? g->sc->nsyncs
                                            : 0;

    if (rec->place >= size || rec->place < (rec->arg == BLOCK_SYNC ? 0 : -1))
        return no(g, "there is no %s %d to wait for",
                  rec->arg == BLOCK_IO ? "device" : "sync object", (int)rec->place);
    if (rec->arg == BLOCK_SYNC && (rec->extra < 0 || rec->extra >= (int64_t)g->sc->nplaces))
        return no(g, "there is no place %" PRId64 " in the file", rec->extra);
    if (rec->arg == BLOCK_SYNC && !rec->text)
        return no(g, "it has no text: what it waits for");
    return NULL;
}

static const char *check_numbers(struct guard *g, const struct trace_rec *rec)
{
    const struct trace_fields *fields = trace_fields((enum trace_kind)rec->kind);
    const char *why;

    for (int i = 0; i < TRACE_FIELDS; i++) {
        why = check_field(g, rec, i);
        if (why)
            return why;
    }
    if (fields->has_text && !rec->text)
        return no(g, "it has no text");
    return rec->kind == TR_BLOCK ? check_block(g, rec) : NULL;
}

/* ---- tasks ----------------------------------------------------------------------------------- */

static const char *check_arrival(struct guard *g, const struct trace_rec *rec)
{
    struct guarded_task *t;

    if (rec->task < 0 || rec->task > 2 * g->arrived + SLOTS_AHEAD)
        return no(g, "task %d arrives, and %" PRId64 " have arrived so far", (int)rec->task,
                  g->arrived);
    if (live(g, rec->task))
        return no(g, "task %d arrives, and is there", (int)rec->task);
    g->tasks = array_reach(g->tasks, &g->ntasks, (size_t)rec->task, sizeof(*g->tasks));
    t = &g->tasks[rec->task];
    *t = (struct guarded_task){.live = true, .just_arrived = true, .spec = (int32_t)rec->arg};
    g->arrived++;
    return NULL;
}

static const char *check_frames(struct guard *g, struct guarded_task *t,
                                const struct trace_rec *rec)
{
    if (rec->kind == TR_FRAME && rec->arg > 0 && ++t->frames > FRAMES_MAX)
        return no(g, "its stack is too deep");
    if (rec->kind == TR_FRAME && rec->arg == 0 && t->frames-- == 0)
        return no(g, "task %d leaves a function that it has not entered", (int)rec->task);
    return NULL;
}

static const char *check_calls(struct guard *g, const struct trace_rec *rec)
{
    if (rec->kind == TR_CALL && g->calls[rec->place])
        return no(g, "a callback is under way on loop %d", (int)rec->place);
    if (rec->kind == TR_RETURN && !g->calls[rec->place])
        return no(g, "no callback is under way on loop %d", (int)rec->place);
    g->calls[rec->place] = rec->kind == TR_CALL;
    return NULL;
}

static const char *check_task(struct guard *g, const struct trace_rec *rec)
{
    struct guarded_task *t = live(g, rec->task);

    if (rec->kind == TR_ARRIVE)
        return check_arrival(g, rec);
    if (rec->task < 0 && !trace_fields((enum trace_kind)rec->kind)->has_task)
        return NULL;
    if (!t)
        return no(g, "task %d is not there", (int)rec->task);
    if (rec->kind == TR_SPAWN && (!t->just_arrived || rec->place == rec->task))
        return no(g, "task %d cannot become a child now", (int)rec->task);
    t->just_arrived = false;
    if (rec->kind != TR_DONE)
        return check_frames(g, t, rec);
    if (t->spec >= g->sc->ntasks)
        return no(g, "task %d is a thread of a pool, and does not end", (int)rec->task);
    t->live = false;
    return NULL;
}

/* ---- a record -------------------------------------------------------------------------------- */

static const char *check_time(struct guard *g, sim_time at)
{
    char now[TIME_TEXT_SIZE];

    if (at < g->now)
        return no(g, "time runs back: the record before is at %s (%" PRId64 ")",
                  time_text(g->now, now), g->now);
    if (at > SIM_TIME_MAX)
        return no(g, "this instant is beyond the last one, 2^62 ns");
    g->now = at;
    return NULL;
}

/* What the checker has against it: its first line, less the time in front. */
static const char *ask_checker(struct guard *g)
{
    const char *found, *behind;

    if (g->checker->nfound == 0)
        return NULL;
    found = g->checker->found.data;
    behind = strstr(found, ": ");
    found = behind ? behind + 2 : found;
    return no(g, "%.*s", (int)strcspn(found, "\n"), found);
}

const char *guard_takes(struct guard *g, const struct trace_rec *rec)
{
    const char *why = check_time(g, rec->at);

    if (!why)
        why = check_numbers(g, rec);
    if (!why)
        why = check_task(g, rec);
    if (!why && (rec->kind == TR_CALL || rec->kind == TR_RETURN))
        why = check_calls(g, rec);
    if (!why && rec->kind == TR_IRQ) {
        if (!add_i64(g->stolen, rec->arg, &g->stolen) || g->stolen > SIM_TIME_MAX)
            why = no(g, "all interrupts together take longer than time lasts");
    }
    if (why)
        return why;
    if (trace_wants(&g->checked, (enum trace_kind)rec->kind))
        trace_tell(&g->checked, rec);
    return ask_checker(g);
}

const char *guard_ends(struct guard *g, sim_time end)
{
    const char *why = check_time(g, end);

    if (why)
        return why;
    trace_finish(&g->checked, end);
    return ask_checker(g);
}
