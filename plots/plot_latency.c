/* plot_latency.c - the kind "latency": percentiles of times, with room for the tail.
 *
 * The horizontal scale gives each further nine the same room: half of the tasks lie left of the
 * mark of 50 %, and the last tenth has as much room as the nine tenths before it.
 *
 * Source: the scale is that of the percentile plots of G. Tene's HdrHistogram. */
#include <inttypes.h>

#include "plots/axis.h"
#include "plots/plot.h"

enum { CHART = 420, DECADES = 3, GAP = 90, NAME_ROOM = 20, NAME_WIDTH = 130 };

/* 1000 log10(k / 4) for k = 40 .. 4: how far a decade goes where k / 40 of it is left. */
static const int16_t logs[] = {1000, 989, 978, 966, 954, 942, 929, 916, 903, 889, 875, 860, 845,
                               829,  813, 796, 778, 760, 740, 720, 699, 677, 653, 628, 602, 574,
                               544,  512, 477, 439, 398, 352, 301, 243, 176, 97,  0};

struct chart {
    const struct plot *p;
    const char *title;
    struct samples *(*of)(const struct plot_run *r);
    px x0, x1, y0, y1; /* y0: above */
    sim_time most;
};

static struct samples *turnaround_of(const struct plot_run *r)
{
    return &r->metrics->turnaround;
}

static struct samples *waiting_of(const struct plot_run *r)
{
    return &r->metrics->waiting;
}

/* Where `left` of 10^6 are beyond: 0 at all, one decade on at each tenth of it. */
static px place(const struct chart *c, int64_t left)
{
    int64_t unit = 1000000, decade = 0;
    px width = (c->x1 - c->x0) / DECADES;

    while (decade < DECADES - 1 && left * 10 <= unit) {
        unit /= 10;
        decade++;
    }
    for (size_t i = 0; i + 1 < ARRAY_LEN(logs); i++) {
        int64_t here = unit / 40 * (40 - (int64_t)i), next = unit / 40 * (39 - (int64_t)i);

        if (left <= here && left >= next) {
            int64_t log = logs[i] - (logs[i] - logs[i + 1]) * (here - left) / (here - next);

            return c->x0 + width * decade + width * (1000 - log) / 1000;
        }
    }
    return c->x1;
}

static px height_of(const struct chart *c, sim_time t)
{
    return c->y1 - mul_div_floor(t, c->y1 - c->y0, c->most);
}

static void draw_scale(const struct chart *c, struct svg *s)
{
    static const struct {
        int64_t left;
        const char *name;
    } marks[] = {{1000000, "0 %"}, {500000, "50 %"}, {250000, "75 %"}, {100000, "90 %"},
                 {50000, "95 %"},  {10000, "99 %"},  {5000, "99.5 %"}, {1000, "99.9 %"}};
    const struct theme *theme = c->p->theme;
    struct font f = plot_font(PX(12), theme->muted);
    const char *unit_name;
    sim_time step = axis_step(c->most / 6 + 1), unit = axis_unit(c->most, &unit_name);

    for (sim_time t = 0; t <= c->most; t += step) {
        struct text label = {0};

        axis_number(&label, t, unit, step % unit == 0 ? 0 : step % (unit / 10) == 0 ? 1 : 3);
        if (t + step > c->most)
            text_addf(&label, " %s", unit_name);
        f.anchor = ANCHOR_END;
        svg_line(s, c->x0, height_of(c, t), c->x1, height_of(c, t),
                 t == 0 ? theme->rule : theme->grid, PX(1), LINE_SOLID, NULL);
        svg_text(s, c->x0 - PX(8), height_of(c, t) + PX(4), f, label.data);
        text_release(&label);
    }
    f.anchor = ANCHOR_MIDDLE;
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        px x = place(c, marks[i].left);

        svg_line(s, x, c->y0, x, c->y1, i == 0 ? theme->rule : theme->grid, PX(1), LINE_SOLID,
                 NULL);
        svg_text(s, x, c->y1 + PX(18), f, marks[i].name);
    }
    svg_text(s, c->x0, c->y0 - PX(16), plot_bold(PX(14), theme->ink), c->title);
}

/* The curve of a run, and its end. */
static px draw_curve(const struct chart *c, struct svg *s, size_t run)
{
    const struct task_colours *colours = theme_task(c->p->theme, (int32_t)run);
    struct samples *samples = c->of(&c->p->runs[run]);
    struct text name = {0};
    px last = c->y1;

    if (samples->count == 0)
        return -1;
    plot_run_name(c->p, run, &name);
    svg_group(s, "curve", name.data);
    svg_path(s, colours->line, 220);
    for (unsigned permille = 0; permille <= 999; permille++) {
        px x = place(c, 1000000 - (int64_t)permille * 1000), y;

        y = height_of(c, samples_percentile(samples, permille > 0 ? permille : 1));
        if (permille == 0)
            svg_move(s, x, y);
        else if (permille == 999 || y != last) {
            svg_to(s, x, last);
            svg_to(s, x, y);
        }
        last = y;
    }
    svg_path_end(s, name.data);
    svg_end(s);
    text_release(&name);
    return last;
}

/* Names at the right end, from the lowest up, apart from each other. */
static void draw_names(const struct chart *c, struct svg *s, const px ends[PLOT_RUNS])
{
    bool named[PLOT_RUNS] = {false};
    px above = c->y1 + PX(NAME_ROOM);

    for (size_t left = c->p->n; left > 0; left--) {
        size_t next = c->p->n;
        struct text label = {0};
        struct font f = {.size = 1250, .weight = 600};

        for (size_t i = 0; i < c->p->n; i++)
            if (!named[i] && ends[i] >= 0 && (next == c->p->n || ends[i] > ends[next]))
                next = i;
        if (next == c->p->n)
            return;
        named[next] = true;
        above = ends[next] < above - PX(16) ? ends[next] : above - PX(16);
        plot_run_name(c->p, next, &label);
        f.fill = theme_task(c->p->theme, (int32_t)next)->line;
        svg_text_fit(s, c->x1 + PX(8), above + PX(4), PX(NAME_WIDTH), f, label.data);
        text_release(&label);
    }
}

static px draw_chart(struct chart *c, struct svg *s)
{
    px ends[PLOT_RUNS] = {0};

    c->most = 1;
    for (size_t i = 0; i < c->p->n; i++)
        if (c->of(&c->p->runs[i])->max > c->most)
            c->most = c->of(&c->p->runs[i])->max;
    svg_group(s, "chart", c->title);
    draw_scale(c, s);
    for (size_t i = 0; i < c->p->n; i++)
        ends[i] = draw_curve(c, s, i);
    draw_names(c, s, ends);
    svg_end(s);
    return c->y1 + PX(40);
}

static char *draw(const struct plot *p)
{
    struct chart charts[] = {
        {p, "from arrival to completion (turnaround)", turnaround_of, 0, 0, 0, 0, 0},
        {p, "of it ready, and not running (waiting)", waiting_of, 0, 0, 0, 0, 0}};
    px y = plot_header(p, NULL) + PX(40), left = PX(PLOT_MARGIN + 60);
    px width = (p->width - left - PX(PLOT_MARGIN + GAP)) / 2, bottom = y;
    struct svg body;
    uint64_t tasks = 0;
    bool side = width > PX(480);

    plot_body(p, &body);
    for (size_t i = 0; i < ARRAY_LEN(charts); i++) {
        charts[i].x0 = left + (side ? (width + PX(GAP)) * (px)i : 0);
        charts[i].x1 =
            charts[i].x0 + (side ? width : 2 * width + PX(GAP)) - PX(NAME_WIDTH + 10);
        charts[i].y0 = side || i == 0 ? y : bottom + PX(50);
        charts[i].y1 = charts[i].y0 + PX(CHART);
        bottom = draw_chart(&charts[i], &body);
    }
    for (size_t i = 0; i < p->n; i++)
        tasks += p->runs[i].metrics->turnaround.count;
    return plot_page(
        p, &body, bottom, "Percentiles of turnaround and waiting.",
        tasks > 0 ? "A point says which share of the tasks needed no longer; towards the right "
                    "each further nine has the same room."
                  : "No task has completed.");
}

const struct plot_kind plot_latency = {
    .name = "latency",
    .help = "percentiles of turnaround and waiting, a curve a run",
    .draw = draw,
};
