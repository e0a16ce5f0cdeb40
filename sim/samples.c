/* samples.c - an array that becomes a histogram when it grows too large. */
#include "sim/samples.h"

#include <stdlib.h>
#include <string.h>

/* A value below 1024 has a bucket of its own.  One with its highest bit at 2^e, e >= 10, is cut
 * to its 10 highest bits, which leaves 512 buckets of 2^(e-9) each to an octave. */
enum { CELL_BITS = 9, CELLS = 1 << CELL_BITS, OCTAVES = 63 - CELL_BITS + 1 };

struct samples_histogram {
    uint64_t *
        octaves[OCTAVES]; /* CELLS counts each, made when first needed; the first two: < 1024 */
};

void samples_init(struct samples *s)
{
    memset(s, 0, sizeof(*s));
}

void samples_release(struct samples *s)
{
    size_t i;

    for (i = 0; s->histogram && i < OCTAVES; i++)
        free(s->histogram->octaves[i]);
    free(s->histogram);
    free(s->values);
    samples_init(s);
}

static void histogram_add(struct samples_histogram *h, uint64_t value)
{
    size_t shift = value < 2 * CELLS ? 0 : bit_highest(value) - CELL_BITS, cell, octave;

    cell = (size_t)(value >> shift) + shift * CELLS;
    octave = cell / CELLS;
    sim_assert(octave < OCTAVES);
    if (!h->octaves[octave])
        h->octaves[octave] = sim_calloc(CELLS, sizeof(uint64_t));
    h->octaves[octave][cell % CELLS]++;
}

/* The middle of a bucket. */
static sim_time cell_value(size_t octave, size_t cell)
{
    uint64_t width, from;

    if (octave < 2)
        return (sim_time)(octave * CELLS + cell);
    width = UINT64_C(1) << (octave - 1);
    from = (CELLS + cell) * width;
    return (sim_time)(from + width / 2);
}

/* The value with that rank, counted from 1. */
static sim_time histogram_value(const struct samples_histogram *h, uint64_t rank)
{
    size_t octave, cell;

    for (octave = 0; octave < OCTAVES; octave++) {
        for (cell = 0; h->octaves[octave] && cell < CELLS; cell++) {
            uint64_t n = h->octaves[octave][cell];

            if (rank <= n)
                return cell_value(octave, cell);
            rank -= n;
        }
    }
    return SIM_NEVER; /* all buckets together hold fewer */
}

static void become_histogram(struct samples *s)
{
    size_t i;

    s->histogram = sim_calloc(1, sizeof(*s->histogram));
    for (i = 0; i < s->count; i++)
        histogram_add(s->histogram, (uint64_t)s->values[i]);
    free(s->values);
    s->values = NULL;
    s->room = 0;
}

void samples_add(struct samples *s, sim_time value)
{
    sim_assert(value >= 0);
    if (!s->histogram && s->count == SAMPLES_EXACT)
        become_histogram(s);
    if (s->histogram) {
        histogram_add(s->histogram, (uint64_t)value);
    } else {
        if (s->count == s->room) {
            s->room = s->room ? s->room * 2 : 16;
            s->values = sim_realloc(s->values, s->room * sizeof(*s->values));
        }
        s->values[s->count] = value;
        s->sorted = false;
    }
    s->count++;
    wide_add(&s->sum, (uint64_t)value);
    if (value > s->max)
        s->max = value;
}

sim_time samples_mean(const struct samples *s)
{
    return s->count ? (sim_time)wide_div(s->sum, s->count) : 0;
}

static int by_value(const void *a, const void *b)
{
    sim_time x = *(const sim_time *)a, y = *(const sim_time *)b;

    return (x > y) - (x < y);
}

sim_time samples_percentile(struct samples *s, unsigned permille)
{
    uint64_t rank;

    sim_assert(permille <= 1000);
    if (s->count == 0)
        return 0;
    /* count * permille / 1000 rounded up, in a way that cannot overflow. */
    rank = s->count / 1000 * permille + (s->count % 1000 * permille + 999) / 1000;
    if (rank == 0)
        rank = 1;
    sim_assert(rank <= s->count);
    if (s->histogram) {
        sim_time value = histogram_value(s->histogram, rank);

        sim_assert(value != SIM_NEVER);
        return value < s->max ? value : s->max;
    }
    if (!s->sorted) {
        qsort(s->values, (size_t)s->count, sizeof(*s->values), by_value);
        s->sorted = true;
    }
    return s->values[rank - 1];
}
