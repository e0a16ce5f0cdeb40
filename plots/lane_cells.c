/* lane_cells.c - from pieces to cells, and columns as high as the share of time. */
#include "plots/lane_cells.h"

#include <string.h>

/* Cells of short stretches are DENSE wide or more, and end at LONGEST if no stretch of their
 * first one's kind comes; a gap of APART is not part of a density. */
enum { DENSE = 2 * CELL_PIXEL, LONGEST = 6 * CELL_PIXEL, APART = 3 * CELL_PIXEL };

static struct cell *new_cell(struct cells *c)
{
    if (c->n == c->room) {
        c->room = c->room ? 2 * c->room : 128;
        c->list = sim_realloc(c->list, c->room * sizeof(*c->list));
    }
    memset(&c->list[c->n], 0, sizeof(*c->list));
    c->list[c->n].who = -1;
    return &c->list[c->n++];
}

static void add_piece(struct cell *c, const struct piece *p)
{
    for (int i = 0; i < DOINGS; i++)
        c->in[i] += p->in[i];
    if (c->top > 0 && p->top > 0 && c->who == p->who) {
        c->top += p->top;
    } else if (p->top > c->top) {
        c->top = p->top;
        c->who = p->who;
    }
}

static enum doing longest_of(const sim_time in[DOINGS])
{
    enum doing most = DOES_RUN;

    for (int i = 0; i < DOINGS; i++)
        if (in[i] > in[most])
            most = (enum doing)i;
    return most;
}

enum doing cell_longest(const struct cell *c)
{
    return longest_of(c->in);
}

bool cell_pure(const struct cell *c, int32_t per)
{
    enum doing is = cell_longest(c);

    return c->in[is] >= (c->to - c->from) * per - (c->to - c->from) / 64 &&
           (is != DOES_RUN || c->top >= c->in[is] - c->in[is] / 16);
}

px cell_share(const struct cell *c, sim_time time, int32_t per)
{
    sim_time all = (c->to - c->from) * per;
    px levels;

    if (all <= 0 || time <= 0)
        return 0;
    levels = (mul_div_floor(time, 2 * CELL_LEVELS, all) + 1) / 2;
    return levels < 1 ? 1 : levels < CELL_LEVELS ? levels : CELL_LEVELS;
}

/* Neighbours in bins that do the same are one. */
static bool joins(const struct cell *a, const struct cell *b, int32_t per)
{
    return a->many && b->many && a->x1 >= b->x0 && cell_pure(a, per) && cell_pure(b, per) &&
           cell_longest(a) == cell_longest(b) &&
           (cell_longest(a) != DOES_RUN || a->who == b->who);
}

/* ---- making ---------------------------------------------------------------------------------- */

struct maker {
    struct cells *cells;
    const struct axis *axis;
    int32_t per;
    bool bins, folded;
    bool open;       /* the last cell, and may take more short stretches */
    enum doing kind; /* of its first */
    sim_time pixel;  /* the time of one */
};

static void absorb(struct cell *a, const struct cell *b)
{
    a->x1 = b->x1;
    a->to = b->to;
    a->top += a->who == b->who ? b->top : 0;
    for (int i = 0; i < DOINGS; i++)
        a->in[i] += b->in[i];
}

static void close_cell(struct maker *m)
{
    struct cells *c = m->cells;
    struct cell *a = c->n > 1 ? &c->list[c->n - 2] : NULL, *b = &c->list[c->n - 1];

    m->open = false;
    if (!a || !joins(a, b, m->per))
        return;
    absorb(a, b);
    c->n--;
}

/* The end of a density, too narrow to have a share of its own: it belongs to what is before. */
static bool is_rest(const struct maker *m, const struct cell *c)
{
    const struct cell *before = m->cells->n > 1 ? c - 1 : NULL;

    return before && !m->bins && before->many && before->x1 == c->x0 && c->x1 - c->x0 < DENSE &&
           !cell_pure(before, m->per);
}

/* What comes next is at `next`: a gap up to there that is part of the density is counted, and
 * one that is not as far as it lies in the same pixel. */
static void close_open(struct maker *m, sim_time next)
{
    struct cell *c = &m->cells->list[m->cells->n - 1];
    sim_time to = next, least = time_add(c->from, m->pixel);

    if (axis_at(m->axis, next) - c->x1 >= APART)
        to = c->to > least ? c->to : least;
    c->to = to < next ? to : next;
    c->x1 = axis_at(m->axis, c->to);
    if (is_rest(m, c)) {
        absorb(c - 1, c);
        m->cells->n--;
        m->open = false;
    } else {
        close_cell(m);
    }
}

static bool is_short(const struct maker *m, const struct piece *p, px width)
{
    sim_time in = p->in[longest_of(p->in)];

    return width < CELL_PIXEL || (m->bins && in < (p->to - p->from) * m->per);
}

static void make_cell(struct maker *m, const struct piece *p)
{
    px x0 = axis_at(m->axis, p->from), x1 = axis_at(m->axis, p->to);
    enum doing kind = longest_of(p->in);
    bool narrow = is_short(m, p, x1 - x0);
    struct cell *c = m->open ? &m->cells->list[m->cells->n - 1] : NULL;

    if (c && (!narrow || x0 - c->x1 >= APART || x0 - c->x0 >= LONGEST ||
              (x0 - c->x0 >= DENSE && kind == m->kind)))
        close_open(m, p->from);
    if (!m->open) {
        c = new_cell(m->cells);
        c->x0 = x0;
        c->from = p->from;
        c->many = m->bins;
        m->kind = kind;
    } else {
        c->many = m->folded = true;
    }
    c->x1 = x1;
    c->to = p->to;
    add_piece(c, p);
    m->open = narrow;
    if (!narrow)
        close_cell(m);
}

bool cells_make(struct cells *c, const struct pieces *p, const struct axis *axis, int32_t per,
                bool bins)
{
    struct maker m = {.cells = c, .axis = axis, .per = per, .bins = bins};

    c->n = 0;
    m.pixel = mul_div_ceil(axis->to - axis->from, CELL_PIXEL, axis->x1 - axis->x0);
    for (size_t i = 0; i < p->n; i++)
        if (p->list[i].from < axis->to && p->list[i].to > axis->from)
            make_cell(&m, &p->list[i]);
    if (m.open)
        close_open(&m, axis->to > c->list[c->n - 1].to ? axis->to : c->list[c->n - 1].to);
    return m.folded;
}

/* ---- columns --------------------------------------------------------------------------------- */

static void columns_box(struct columns *d)
{
    px high = d->h * d->levels / CELL_LEVELS;

    if (d->levels > 0)
        svg_box(d->s, d->x0, d->y + (d->middle ? (d->h - high) / 2 : d->h - high),
                d->x1 - d->x0, high);
    d->levels = 0;
}

void columns_end(struct columns *d)
{
    columns_box(d);
    if (d->fill != NO_COLOUR)
        svg_path_end(d->s, NULL);
    d->fill = NO_COLOUR;
}

void columns_add(struct columns *d, colour fill, px x0, px x1, px levels)
{
    if (d->fill != fill) {
        columns_end(d);
        svg_path(d->s, fill, 0);
        d->fill = fill;
    }
    if (d->levels == levels && d->x1 >= x0) {
        d->x1 = x1;
        return;
    }
    columns_box(d);
    d->x0 = x0;
    d->x1 = x1;
    d->levels = levels;
}
