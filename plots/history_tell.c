/* history_tell.c - what a history has kept, for those who draw. */
#include "plots/history_state.h"

sim_time history_end(const struct history *h)
{
    return h->end;
}

sim_time history_from(const struct history *h)
{
    return h->from;
}

sim_time history_to(const struct history *h)
{
    return h->to;
}

bool history_exact(const struct history *h)
{
    return !h->tasks.binned && !h->cores.binned;
}

int32_t history_tasks(const struct history *h)
{
    return h->arrived;
}

int32_t history_work(const struct history *h)
{
    return h->work;
}

int32_t history_per_row(const struct history *h)
{
    return 1 << h->stories_fold;
}

int32_t history_rows(const struct history *h)
{
    return h->nstories;
}

const struct task_story *history_story(const struct history *h, int32_t row)
{
    sim_assert(row >= 0);
    sim_assert(row < h->nstories);
    return &h->stories[row];
}

static const struct task_story *story_of(const struct history *h, int32_t number)
{
    if (number < 0 || number & ((1 << h->stories_fold) - 1))
        return NULL;
    return &h->stories[number >> h->stories_fold];
}

const char *history_name(const struct history *h, int32_t number)
{
    const struct task_story *s = story_of(h, number);

    if (!s && number >= 0 && number == h->longest.number)
        return h->longest_name;
    return s ? s->name : NULL;
}

int32_t history_colour(const struct history *h, int32_t number)
{
    const struct task_story *s = h->stories_fold == 0 ? story_of(h, number) : NULL;

    return s ? s->colour : number; /* there are too many to tell them apart anyway */
}

void history_task(const struct history *h, int32_t row, int32_t n, struct pieces *p)
{
    int32_t fold = 1 << h->stories_fold, first = row * fold, per = n * fold;

    if (!h->tasks.binned && per > h->arrived - first)
        per = h->arrived - first;
    rows_pieces(&h->tasks, first, per, h->from, p);
}

void history_core(const struct history *h, int32_t core, int32_t per, struct pieces *p)
{
    if (!h->cores.binned && per > h->sc->machine.ncores - core)
        per = h->sc->machine.ncores - core;
    rows_pieces(&h->cores, core, per, h->from, p);
}

bool history_saw(const struct history *h, enum doing is)
{
    return h->saw[is];
}

const struct needs *history_needs(const struct history *h, int32_t spec)
{
    return spec < HISTORY_NEEDS && h->needs[spec].seen ? &h->needs[spec] : NULL;
}

int32_t history_levels(const struct history *h)
{
    return history_loop_level(h, h->nloops, (enum loop_queue)0);
}

void history_level(const struct history *h, int32_t level, struct steps *s)
{
    level_history_steps(&h->levels[level], h->to, s);
}

int64_t history_level_max(const struct history *h, int32_t level)
{
    return h->levels[level].max;
}

const char *history_level_name(const struct history *h, int32_t level)
{
    static const char *const first[] = {"in progress", "running", "ready"};
    const struct scenario *sc = h->sc;

    if (level < LEVEL_MORE)
        return first[level];
    level -= LEVEL_MORE;
    if (level < sc->ndevices)
        return sc->devices[level].name;
    level -= sc->ndevices;
    if (level < sc->nexecutors)
        return sc->executors[level].name;
    level -= sc->nexecutors;
    if (level < sc->nsyncs)
        return sc->syncs[level].name;
    return loop_queue_name((enum loop_queue)((level - sc->nsyncs) % LOOP_QUEUE_COUNT));
}

struct longest_wait history_longest_wait(const struct history *h)
{
    return h->longest;
}

const char *history_longest_name(const struct history *h)
{
    return h->longest_name;
}
