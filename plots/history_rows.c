/* history_rows.c - spans of rows, and bins where there are too many of them. */
#include <stdlib.h>
#include <string.h>

#include "plots/history_state.h"

/* ---- bins --------------------------------------------------------------------------------- */

static void bin_add(struct bin *b, enum doing is, int32_t who, sim_time time)
{
    b->in[is] += time;
    if (is != DOES_RUN)
        return;
    if (b->top == 0 || b->who == who) {
        b->who = who;
        b->top += time;
    } else if (time > b->top) {
        b->who = who;
        b->top = time;
    }
}

static struct bin bin_join(const struct bin *a, const struct bin *b)
{
    struct bin joined = *a;

    for (int i = 0; i < DOINGS; i++)
        joined.in[i] += b->in[i];
    if (joined.top > 0 && b->top > 0 && joined.who == b->who) {
        joined.top += b->top;
    } else if (b->top > joined.top) {
        joined.who = b->who;
        joined.top = b->top;
    }
    return joined;
}

/* Bins twice as wide. */
static void widen(struct rows *r)
{
    r->shift++;
    for (int32_t row = 0; row < HISTORY_ROWS; row++) {
        struct bin *b = r->bins[row];

        if (!b)
            continue;
        for (size_t i = 0; i < HISTORY_BINS / 2; i++)
            b[i] = bin_join(&b[2 * i], &b[2 * i + 1]);
        memset(&b[HISTORY_BINS / 2], 0, HISTORY_BINS / 2 * sizeof(*b));
    }
}

/* Rows in pairs. */
static void fold(struct rows *r)
{
    r->fold++;
    for (int32_t row = 0; row < HISTORY_ROWS; row++) {
        struct bin *a = 2 * row < HISTORY_ROWS ? r->bins[2 * row] : NULL;
        struct bin *b = 2 * row < HISTORY_ROWS ? r->bins[2 * row + 1] : NULL;

        for (size_t i = 0; a && b && i < HISTORY_BINS; i++)
            a[i] = bin_join(&a[i], &b[i]);
        if (a)
            free(b);
        r->bins[row] = a ? a : b;
        if (row > 0 && 2 * row < HISTORY_ROWS)
            r->bins[2 * row] = NULL;
        if (2 * row < HISTORY_ROWS)
            r->bins[2 * row + 1] = NULL;
    }
}

static void bin_span(struct rows *r, const struct span *s)
{
    sim_time at = s->from;
    struct bin *bins;
    int32_t row;

    while (s->row >> r->fold >= HISTORY_ROWS)
        fold(r);
    row = s->row >> r->fold;
    if (!r->bins[row])
        r->bins[row] = sim_calloc(HISTORY_BINS, sizeof(struct bin));
    while (s->to > (sim_time)HISTORY_BINS << r->shift)
        widen(r);
    bins = r->bins[row];
    while (at < s->to) {
        sim_time bin = at >> r->shift, end = (bin + 1) << r->shift;
        sim_time time = (end < s->to ? end : s->to) - at;

        bin_add(&bins[bin], (enum doing)s->is, s->who, time);
        at += time;
    }
}

/* From now on in bins. */
static void bin_all(struct rows *r)
{
    r->binned = true;
    for (size_t i = 0; i < r->n; i++)
        bin_span(r, &r->spans[i]);
    free(r->spans);
    r->spans = NULL;
    r->n = r->room = 0;
}

/* ---- spans -------------------------------------------------------------------------------- */

void rows_add(struct rows *r, struct span span)
{
    if (!r->binned && r->n == HISTORY_EXACT)
        bin_all(r);
    if (r->binned) {
        bin_span(r, &span);
        return;
    }
    if (r->n == r->room) {
        r->room = r->room ? 2 * r->room : 256;
        r->spans = sim_realloc(r->spans, r->room * sizeof(*r->spans));
    }
    r->spans[r->n++] = span;
}

/* By row; within a row they stand in the order of time already. */
void rows_sort(struct rows *r, int32_t n, sim_time end)
{
    struct span *sorted;
    size_t *next;

    if (r->binned)
        return;
    r->start = sim_calloc((size_t)n + 2, sizeof(*r->start));
    for (size_t i = 0; i < r->n; i++) {
        struct span *span = &r->spans[i];

        sim_assert(span->row < n);
        span->to = span->to < end ? span->to : end; /* an interrupt may go on beyond it */
        r->start[span->row + 1]++;
    }
    for (int32_t row = 0; row < n; row++)
        r->start[row + 1] += r->start[row];
    sorted = sim_calloc(r->n + 1, sizeof(*sorted));
    next = sim_calloc((size_t)n + 1, sizeof(*next));
    if (n > 0)
        memcpy(next, r->start, (size_t)n * sizeof(*next));
    for (size_t i = 0; i < r->n; i++)
        sorted[next[r->spans[i].row]++] = r->spans[i];
    free(next);
    free(r->spans);
    r->spans = sorted;
    r->room = r->n + 1;
}

void rows_release(struct rows *r)
{
    for (int32_t row = 0; row < HISTORY_ROWS; row++)
        free(r->bins[row]);
    free(r->spans);
    free(r->start);
    memset(r, 0, sizeof(*r));
}

/* ---- pieces ------------------------------------------------------------------------------- */

static struct piece *new_piece(struct pieces *p)
{
    if (p->n == p->room) {
        p->room = p->room ? 2 * p->room : 64;
        p->list = sim_realloc(p->list, p->room * sizeof(*p->list));
    }
    memset(&p->list[p->n], 0, sizeof(*p->list));
    return &p->list[p->n++];
}

static void exact_pieces(const struct rows *r, int32_t row, sim_time from, struct pieces *p)
{
    for (size_t i = r->start[row]; i < r->start[row + 1]; i++) {
        const struct span *s = &r->spans[i];
        struct piece *piece;

        if (s->from >= s->to)
            continue;
        piece = new_piece(p);

        piece->from = from + s->from;
        piece->to = from + s->to;
        piece->in[s->is] = s->to - s->from;
        piece->who = s->who;
        piece->top = s->is == DOES_RUN ? s->to - s->from : 0;
    }
}

static void bin_pieces(const struct bin *bins, unsigned shift, sim_time from, struct pieces *p)
{
    for (size_t i = 0; i < HISTORY_BINS; i++) {
        sim_time sum = 0;
        struct piece *piece;

        for (int is = 0; is < DOINGS; is++)
            sum += bins[i].in[is];
        if (sum == 0)
            continue;
        piece = new_piece(p);
        piece->from = from + ((sim_time)i << shift);
        piece->to = from + ((sim_time)(i + 1) << shift);
        memcpy(piece->in, bins[i].in, sizeof(piece->in));
        piece->who = bins[i].who;
        piece->top = bins[i].top;
    }
}

void rows_pieces(const struct rows *r, int32_t first, int32_t per, sim_time from,
                 struct pieces *p)
{
    struct rows sum = {0};

    p->n = 0;
    if (!r->binned && per == 1) {
        exact_pieces(r, first, from, p);
        return;
    }
    if (!r->binned) {
        sum.binned = true;
        for (int32_t row = first; row < first + per; row++)
            for (size_t i = r->start[row]; i < r->start[row + 1]; i++) {
                struct span s = r->spans[i];

                s.row = 0;
                if (s.from < s.to)
                    bin_span(&sum, &s);
            }
        if (sum.bins[0])
            bin_pieces(sum.bins[0], sum.shift, from, p);
        rows_release(&sum);
        return;
    }
    for (int32_t row = first >> r->fold; row < (first + per) >> r->fold; row++) {
        if (!r->bins[row])
            continue;
        if (!sum.bins[0])
            sum.bins[0] = sim_calloc(HISTORY_BINS, sizeof(struct bin));
        for (size_t i = 0; i < HISTORY_BINS; i++)
            sum.bins[0][i] = bin_join(&sum.bins[0][i], &r->bins[row][i]);
    }
    if (sum.bins[0])
        bin_pieces(sum.bins[0], r->shift, from, p);
    rows_release(&sum);
}

void pieces_release(struct pieces *p)
{
    free(p->list);
    memset(p, 0, sizeof(*p));
}
