/* history_levels.c - numbers that change in time, as pictures need them. */
#include <stdlib.h>
#include <string.h>

#include "plots/history_state.h"

static void bin_stretch(struct level_history *l, sim_time from, sim_time to, int64_t value)
{
    while (to > (sim_time)LEVEL_BINS << l->shift) {
        l->shift++;
        for (size_t i = 0; i < LEVEL_BINS / 2; i++) {
            struct level_bin a = l->bins[2 * i], b = l->bins[2 * i + 1];

            a.area.lo += b.area.lo;
            a.area.hi += b.area.hi + (a.area.lo < b.area.lo);
            a.max = a.max > b.max ? a.max : b.max;
            l->bins[i] = a;
        }
        memset(&l->bins[LEVEL_BINS / 2], 0, LEVEL_BINS / 2 * sizeof(*l->bins));
    }
    while (from < to) {
        struct level_bin *bin = &l->bins[from >> l->shift];
        sim_time end = ((from >> l->shift) + 1) << l->shift;

        end = end < to ? end : to;
        wide_add_mul(&bin->area, (uint64_t)value, (uint64_t)(end - from));
        bin->max = bin->max > value ? bin->max : value;
        from = end;
    }
}

static void add_step(struct level_history *l, sim_time at, int64_t value)
{
    if (l->n == l->room) {
        l->room = l->room ? 2 * l->room : 64;
        l->steps = sim_realloc(l->steps, l->room * sizeof(*l->steps));
    }
    l->steps[l->n++] = (struct level_step){at, value * 256, value};
}

static void bin_steps(struct level_history *l, sim_time end)
{
    l->bins = sim_calloc(LEVEL_BINS, sizeof(*l->bins));
    for (size_t i = 0; i < l->n; i++)
        bin_stretch(l, l->steps[i].at - l->begin,
                    (i + 1 < l->n ? l->steps[i + 1].at : end) - l->begin, l->steps[i].max);
    free(l->steps);
    l->steps = NULL;
    l->n = l->room = 0;
}

/* What held until now. */
static void tell(struct level_history *l, sim_time now)
{
    sim_time from = l->at > l->begin ? l->at : l->begin;

    if (now > from) {
        if (!l->bins && l->n == LEVEL_EXACT)
            bin_steps(l, from);
        if (l->bins)
            bin_stretch(l, from - l->begin, now - l->begin, l->value);
        else if (l->n == 0 || l->steps[l->n - 1].max != l->value)
            add_step(l, from, l->value);
        l->max = l->max > l->value ? l->max : l->value;
    }
    l->at = now > l->at ? now : l->at;
}

void level_history_set(struct level_history *l, sim_time now, int64_t value)
{
    sim_assert(value >= 0);
    tell(l, now);
    l->value = value;
}

void level_history_end(struct level_history *l, sim_time now)
{
    tell(l, now);
}

void level_history_steps(const struct level_history *l, sim_time end, struct steps *s)
{
    s->n = 0;
    if (l->bins) {
        s->room = LEVEL_BINS + 1;
        s->list = sim_realloc(s->list, s->room * sizeof(*s->list));
        for (size_t i = 0; i < LEVEL_BINS; i++) {
            sim_time from = l->begin + ((sim_time)i << l->shift);
            struct wide area = l->bins[i].area;
            struct wide more = {area.hi << 8 | area.lo >> 56, area.lo << 8};
            sim_time width = (sim_time)1 << l->shift;

            if (from >= end)
                break;
            width = from + width > end ? end - from : width;
            s->list[s->n++] = (struct level_step){
                from, (int64_t)wide_div(more, (uint64_t)width), l->bins[i].max};
        }
    } else {
        s->room = l->n + 1;
        s->list = sim_realloc(s->list, s->room * sizeof(*s->list));
        if (l->n > 0)
            memcpy(s->list, l->steps, l->n * sizeof(*s->list));
        s->n = l->n;
    }
    s->list[s->n++] = (struct level_step){end, 0, 0};
}

void level_history_release(struct level_history *l)
{
    free(l->steps);
    free(l->bins);
}

void steps_release(struct steps *s)
{
    free(s->list);
    memset(s, 0, sizeof(*s));
}
