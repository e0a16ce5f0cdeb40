/* plot_heat.c - the kind "heat": how busy each core is, over time, as shades. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "plots/axis.h"
#include "plots/plot.h"

enum { COLUMN = 8, SHARE_WIDTH = 60, KEY_HEIGHT = 40, AXIS_HEIGHT = 34 };

struct heat {
    const struct plot *p;
    struct axis axis;
    int columns;
    sim_time *busy; /* of one row, by column */
};

struct rows_of_cores {
    int32_t n, per; /* rows, and cores in each */
    px h, pitch;
};

static struct rows_of_cores rows_of(const struct scenario *sc)
{
    struct rows_of_cores r = {.per = 1};

    while (sc->machine.ncores > r.per * HISTORY_CORES)
        r.per *= 2;
    r.n = (sc->machine.ncores + r.per - 1) / r.per;
    r.h = r.n <= 8 ? PX(18) : r.n <= 16 ? PX(13) : PX(8);
    r.pitch = r.h + (r.n <= 16 ? PX(2) : PX(1));
    return r;
}

static px panel_height(const struct plot *p, size_t run)
{
    struct rows_of_cores r = rows_of(p->runs[run].sc);
    px h = PX(20) + r.pitch * r.n + PX(20);

    return plot_label_height(p, run, h);
}

/* The busy time of `per` cores into the columns. */
static void fill_row(struct heat *d, const struct history *h, int32_t core, int32_t per)
{
    struct pieces p = {0};
    sim_time span = d->axis.to - d->axis.from;

    memset(d->busy, 0, (size_t)d->columns * sizeof(*d->busy));
    history_core(h, core, per, &p);
    for (size_t i = 0; i < p.n; i++) {
        const struct piece *piece = &p.list[i];
        sim_time from = piece->from - d->axis.from, to = piece->to - d->axis.from, at = from;

        to = to < span ? to : span;
        while (at < to) {
            int64_t column = mul_div_floor(at, d->columns, span);
            sim_time end = mul_div_ceil(span, column + 1, d->columns);

            end = end > to ? to : end > at ? end : at + 1;
            d->busy[column] +=
                mul_div_floor(piece->in[DOES_RUN], end - at, piece->to - piece->from);
            at = end;
        }
    }
    pieces_release(&p);
}

/* 0: nothing; else 1 to PALETTE_SHADES. */
static int shade_of(const struct heat *d, int column, int32_t cores)
{
    sim_time span = d->axis.to - d->axis.from;
    sim_time width = mul_div_ceil(span, 1, d->columns);
    int64_t shade;

    if (d->busy[column] == 0)
        return 0;
    shade = mul_div_ceil(d->busy[column], PALETTE_SHADES, width * cores);
    return shade < PALETTE_SHADES ? (int)shade : PALETTE_SHADES;
}

static px column_at(const struct heat *d, int column)
{
    return d->axis.x0 + (d->axis.x1 - d->axis.x0) * column / d->columns;
}

/* Neighbours of one shade are one box. */
static void draw_row(struct heat *d, struct svg *s, px y, px h, int32_t cores)
{
    for (int from = 0, to; from < d->columns; from = to) {
        int shade = shade_of(d, from, cores);

        for (to = from + 1; to < d->columns && shade_of(d, to, cores) == shade;)
            to++;
        if (shade > 0)
            svg_rect(s, column_at(d, from), y, column_at(d, to) - column_at(d, from), h,
                     d->p->theme->shades[shade - 1], 0, NULL);
    }
}

static void row_name(const struct scenario *sc, const struct rows_of_cores *r, int32_t row,
                     struct text *t)
{
    int32_t first = row * r->per, last = first + r->per - 1;

    text_add(t, sc->machine.cores[first].name);
    if (r->per > 1)
        text_addf(t, "–%d", (int)(last < sc->machine.ncores ? last : sc->machine.ncores - 1));
}

/* Of the whole run, as the metrics have it. */
static int64_t busy_share(const struct plot_run *run, int32_t first, int32_t n)
{
    int64_t sum = 0;

    for (int32_t c = first; c < first + n; c++)
        sum += metrics_core_utilization(run->metrics, c);
    return sum / n;
}

static void draw_run(struct heat *d, struct svg *s, size_t run, px y)
{
    const struct plot_run *r = &d->p->runs[run];
    const struct theme *theme = d->p->theme;
    struct rows_of_cores rows = rows_of(r->sc);
    px size = rows.h >= PX(12) ? PX(12) : PX(9);
    struct font f = plot_font(size, theme->faint);
    int32_t every = (int32_t)((size + PX(2) + rows.pitch - 1) / rows.pitch);

    plot_label(d->p, s, run, y);
    for (int32_t row = 0; row < rows.n; row++) {
        int32_t first = row * rows.per, n = r->sc->machine.ncores - first;
        px top = y + PX(20) + rows.pitch * row, base = top + rows.h / 2 + size * 35 / 100;
        struct text name = {0}, share = {0};

        n = n < rows.per ? n : rows.per;
        row_name(r->sc, &rows, row, &name);
        svg_group(s, "core", name.data);
        fill_row(d, r->history, first, rows.per);
        draw_row(d, s, top, rows.h, n);
        if (row % every == 0) {
            f.anchor = ANCHOR_END;
            svg_text_fit(s, PX(LABEL_END), base, PX(80), f, name.data);
            axis_number(&share, busy_share(r, first, n), 10000000, 0);
            text_add(&share, " %");
            svg_text(s, d->axis.x1 + PX(SHARE_WIDTH - 8), base, f, share.data);
        }
        svg_end(s);
        text_release(&name);
        text_release(&share);
    }
}

/* What the shades mean. */
static void draw_key(const struct plot *p, struct svg *s, px x, px y)
{
    struct font f = plot_font(1250, p->theme->muted);

    svg_group(s, "legend", NULL);
    svg_text(s, PX(PLOT_MARGIN), y + PX(11), f, "share of time running:");
    for (int i = 0; i < PALETTE_SHADES; i++) {
        struct text t = {0};

        svg_rect(s, x + PX(110 * i), y, PX(24), PX(14), p->theme->shades[i], PX(2), NULL);
        text_addf(&t, "to %d.%d %%", 125 * (i + 1) / 10, 125 * (i + 1) % 10);
        svg_text(s, x + PX(110 * i + 32), y + PX(11), f, t.data);
        text_release(&t);
    }
    svg_end(s);
}

static char *draw(const struct plot *p)
{
    struct heat d = {.p = p};
    struct svg body;
    px y = plot_header(p, NULL), top;
    sim_time end = 0;
    char *page;

    for (size_t i = 0; i < p->n; i++)
        end = history_to(p->runs[i].history) > end ? history_to(p->runs[i].history) : end;
    d.axis = axis_of_time(history_from(p->runs[0].history), end, PX(PLOT_X0),
                          p->width - PX(PLOT_MARGIN + SHARE_WIDTH), PX(150));
    d.columns = (int)((d.axis.x1 - d.axis.x0) / PX(COLUMN));
    d.busy = sim_calloc((size_t)d.columns, sizeof(*d.busy));
    plot_body(p, &body);
    draw_key(p, &body, PX(PLOT_X0), y + PX(8));
    y += PX(KEY_HEIGHT);
    top = y;
    for (size_t i = 0; i < p->n; i++)
        y += panel_height(p, i);
    axis_grid(&d.axis, &body, p->theme, top, y);
    for (size_t i = 0, at = 0; i < p->n; at += (size_t)panel_height(p, i), i++) {
        svg_line(&body, PX(PLOT_MARGIN), top + (px)at, p->width - PX(PLOT_MARGIN), top + (px)at,
                 p->theme->rule, PX(1), LINE_SOLID, NULL);
        draw_run(&d, &body, i, top + (px)at);
    }
    axis_labels(&d.axis, &body, p->theme, y + PX(14));
    page = plot_page(p, &body, y + PX(AXIS_HEIGHT), "How busy each core is over time.", "");
    free(d.busy);
    return page;
}

const struct plot_kind plot_heat = {
    .name = "heat",
    .help = "how busy each core is over time, as shades",
    .draw = draw,
};
