/* timeline_heap.c - a line for each heap: how much of it was in use when.
 *
 *     heap 67.2 MB  ..,,--==##    what it had at most, and the height of each column
 *
 * Bins of its own, as in timeline.c: a bin has the most that was in use within it, and when the
 * run outgrows them they are joined in pairs. */
#include <stdio.h>
#include <stdlib.h>

#include "plots/glyphs.h"
#include "plots/timeline_bins.h"

struct heap_line {
    int64_t bins[BINS];
    unsigned shift; /* a bin is 2^shift ns */
    int64_t now, max;
    sim_time since;
};

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void join(struct heap_line *h)
{
    h->shift++;
    for (int i = 0; i < BINS; i++)
        h->bins[i] = 2 * i < BINS ? larger(h->bins[2 * i], h->bins[2 * i + 1]) : 0;
}

/* As much as now until `now`, that instant included. */
static void reaches(struct heap_line *h, sim_time now)
{
    while (now >> h->shift >= BINS)
        join(h);
    for (sim_time b = h->since >> h->shift; b <= now >> h->shift; b++)
        h->bins[b] = larger(h->bins[b], h->now);
    h->since = now;
}

void timeline_heap(struct timeline *tl, const struct trace_rec *rec)
{
    size_t loop = (size_t)rec->place;
    struct heap_line *h;

    tl->heaps = array_reach(tl->heaps, &tl->nheaps, loop, sizeof(struct heap_line *));
    h = tl->heaps[loop];
    if (!h)
        h = tl->heaps[loop] = sim_calloc(1, sizeof(*h));
    reaches(h, rec->at);
    h->now = rec->arg;
    h->max = larger(h->max, rec->arg);
    reaches(h, rec->at);
}

void timeline_heap_ends(struct timeline *tl, sim_time end)
{
    for (size_t i = 0; i < tl->nheaps; i++)
        if (tl->heaps[i])
            reaches(tl->heaps[i], end);
}

void timeline_heap_free(struct timeline *tl)
{
    for (size_t i = 0; i < tl->nheaps; i++)
        free(tl->heaps[i]);
    free(tl->heaps);
}

bool timeline_heap_name(const struct timeline *tl, size_t loop, char buf[HEAP_NAME_SIZE])
{
    char bytes[TIME_TEXT_SIZE], name[TASK_NAME_SIZE];

    if (!tl->heaps[loop] || tl->heaps[loop]->max == 0)
        return false;
    glyph_bytes(tl->heaps[loop]->max, bytes);
    if (scenario_loops(tl->sc) > 1)
        (void)snprintf(buf, HEAP_NAME_SIZE, "heap %.200s %s",
                       scenario_loop_name(tl->sc, (int32_t)loop, name), bytes);
    else
        (void)snprintf(buf, HEAP_NAME_SIZE, "heap %s", bytes);
    return true;
}

/* The most that was in use within from .. to: 0 is nothing. */
static size_t level(const struct heap_line *h, sim_time from, sim_time to, size_t levels)
{
    sim_time first = from >> h->shift, last = to > from ? (to - 1) >> h->shift : first;
    int64_t most = 0;

    if (last > first && (last + 1) << h->shift > to)
        last--; /* that one is the next column's */
    for (sim_time b = first; b <= last && b < BINS; b++)
        most = larger(most, h->bins[b]);
    return (size_t)mul_div_ceil(most, (int64_t)levels, h->max);
}

static void draw(struct drawing *d, size_t loop)
{
    const char *const *levels = d->glyphs->levels;
    struct pen pen = {d->t, d->colours, NULL};
    char name[HEAP_NAME_SIZE];

    if (!timeline_heap_name(d->tl, loop, name))
        return;
    drawing_row(d, name, d->label);
    for (int i = 0; i < d->columns && drawing_column(d, i) < d->tl->end; i++) {
        size_t high = level(d->tl->heaps[loop], drawing_column(d, i), drawing_column(d, i + 1),
                            ARRAY_LEN(d->glyphs->levels));

        pen_put(&pen, NULL, high > 0 ? levels[high - 1] : " ");
    }
    pen_end(&pen);
}

void timeline_heaps_draw(struct drawing *d)
{
    for (size_t i = 0; i < d->tl->nheaps; i++)
        draw(d, i);
}
