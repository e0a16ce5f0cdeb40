/* plot_sweep.c - the kind "sweep": a metric against a parameter, a curve a variant. */
#include <inttypes.h>
#include <string.h>

#include "plots/axis.h"
#include "plots/sweep.h"

enum { CHART = 460, LEFT = 110, NAME_WIDTH = 220, NAME_ROOM = 18, CURVES = 24 };

enum quanta_unit sweep_unit(const char *pointer)
{
    static const char *const ratios[] = {"utilization", "fairness", "throughput_per_s",
                                         "concurrency/mean", "parallelism/mean"};
    static const char *const counts[] = {"concurrency/max", "parallelism/max",
                                         "tasks",           "context_switches",
                                         "preemptions",     "migrations",
                                         "deadline_misses", "misses",
                                         "requests",        "threads",
                                         "rejected",        "iterations",
                                         "slices",          "jobs",
                                         "races",           "priority"};
    size_t len = strlen(pointer);

    for (size_t i = 0; i < ARRAY_LEN(ratios); i++)
        if (len > strlen(ratios[i]) &&
            strcmp(pointer + len - strlen(ratios[i]), ratios[i]) == 0)
            return QUANTA_RATIO;
    for (size_t i = 0; i < ARRAY_LEN(counts); i++)
        if (len > strlen(counts[i]) &&
            strcmp(pointer + len - strlen(counts[i]), counts[i]) == 0)
            return QUANTA_COUNT;
    return QUANTA_TIME;
}

int64_t sweep_ratio(const char *number)
{
    int64_t value = 0, unit = 1000000000;
    const char *p = number;

    for (; *p >= '0' && *p <= '9'; p++)
        if (!mul_i64(value, 10, &value) || !add_i64(value, *p - '0', &value))
            return INT64_MAX;
    if (!mul_i64(value, unit, &value))
        return INT64_MAX;
    if (*p == '.')
        for (p++; *p >= '0' && *p <= '9' && unit > 1; p++)
            value += (*p - '0') * (unit /= 10);
    return value;
}

struct chart {
    const struct quanta_sweep *w;
    const struct theme *theme;
    struct svg *s;
    px x0, x1, y0, y1;
    int64_t most;
    const char *unit_name;
    int64_t unit;
};

static int64_t point(const struct chart *c, size_t series, size_t value)
{
    return c->w->points[series * c->w->nvalues + value];
}

static px x_of(const struct chart *c, size_t value)
{
    px last = (px)c->w->nvalues - 1;

    return last > 0 ? c->x0 + (c->x1 - c->x0) * (px)value / last : (c->x0 + c->x1) / 2;
}

static px y_of(const struct chart *c, int64_t v)
{
    return c->y1 - mul_div_floor(v, c->y1 - c->y0, c->most);
}

/* As many decimals as `step` needs, four at most. */
static int decimals_of(int64_t step, int64_t unit)
{
    int n = 0;

    for (int64_t part = unit; n < 4 && step % part != 0 && part >= 10; part /= 10)
        n++;
    return n;
}

static void say(const struct chart *c, struct text *t, int64_t v, int decimals)
{
    if (c->w->unit == QUANTA_COUNT)
        axis_count(t, v);
    else
        axis_number(t, v, c->unit, decimals);
}

static void draw_scale(const struct chart *c)
{
    struct font f = plot_font(PX(12), c->theme->muted);
    int64_t step = axis_step(c->most / 6 + (c->most < 6));
    size_t every = 1;
    px widest = PX(20);

    f.anchor = ANCHOR_END;
    for (int64_t v = 0; v <= c->most; v += step) {
        struct text label = {0};

        say(c, &label, v, decimals_of(step, c->unit));
        if (v + step > c->most)
            text_addf(&label, "%s%s", c->unit_name[0] ? " " : "", c->unit_name);
        svg_line(c->s, c->x0, y_of(c, v), c->x1, y_of(c, v),
                 v ? c->theme->grid : c->theme->rule, PX(1), LINE_SOLID, NULL);
        svg_text(c->s, c->x0 - PX(8), y_of(c, v) + PX(4), f, label.data);
        text_release(&label);
    }
    for (size_t i = 0; i < c->w->nvalues; i++) {
        px wide = text_width(c->w->values[i], f.size, false) + PX(14);

        widest = wide > widest ? wide : widest;
    }
    while (c->w->nvalues > 1 && x_of(c, every) - c->x0 < widest && every + 1 < c->w->nvalues)
        every++;
    f.anchor = ANCHOR_MIDDLE;
    for (size_t i = 0; i < c->w->nvalues; i += every) {
        svg_line(c->s, x_of(c, i), c->y1, x_of(c, i), c->y1 + PX(5), c->theme->rule, PX(1),
                 LINE_SOLID, NULL);
        svg_text(c->s, x_of(c, i), c->y1 + PX(20), f, c->w->values[i]);
    }
    svg_text(c->s, (c->x0 + c->x1) / 2, c->y1 + PX(42), f, c->w->parameter);
    svg_text(c->s, c->x0 - PX(8), c->y0 - PX(18), plot_bold(PX(14), c->theme->ink),
             c->w->metric);
}

/* The last point of a curve; -1: it has none. */
static px draw_curve(const struct chart *c, size_t series)
{
    const struct task_colours *colours = theme_task(c->theme, (int32_t)series);
    bool open = false;
    px last = -1;

    svg_group(c->s, "curve", c->w->series[series]);
    svg_path(c->s, colours->line, 220);
    for (size_t i = 0; i < c->w->nvalues; i++) {
        int64_t v = point(c, series, i);

        if (v == INT64_MIN) {
            open = false;
            continue;
        }
        last = y_of(c, v);
        if (open)
            svg_to(c->s, x_of(c, i), last);
        else
            svg_move(c->s, x_of(c, i), last);
        open = true;
    }
    svg_path_end(c->s, c->w->series[series]);
    for (size_t i = 0; i < c->w->nvalues && c->w->nvalues <= 100; i++) {
        int64_t v = point(c, series, i);
        struct text title = {0};

        if (v == INT64_MIN)
            continue;
        text_addf(&title, "%s, %s: ", c->w->series[series], c->w->values[i]);
        say(c, &title, v, 3);
        text_addf(&title, " %s", c->unit_name);
        svg_ring(c->s, x_of(c, i), y_of(c, v), 300, colours->fill, colours->line, PX(1),
                 title.data);
        text_release(&title);
    }
    svg_end(c->s);
    return last;
}

/* The lowest point of a curve is where most of them are best. */
static void draw_lowest(const struct chart *c, size_t series)
{
    struct font f = {.size = PX(12), .weight = 700, .anchor = ANCHOR_MIDDLE, .halo = true};
    int64_t best = INT64_MAX, worst = 0;
    size_t at = 0;
    struct text t = {0};

    for (size_t i = 0; i < c->w->nvalues; i++) {
        int64_t v = point(c, series, i);

        if (v != INT64_MIN && v < best) {
            best = v;
            at = i;
        }
        worst = v > worst ? v : worst;
    }
    if (best == INT64_MAX || best == worst || c->w->unit != QUANTA_TIME)
        return;
    say(c, &t, best, c->most / c->unit >= 100 ? 0 : c->most / c->unit >= 10 ? 1 : 2);
    text_addf(&t, " %s at %s", c->unit_name, c->w->values[at]);
    f.fill = theme_task(c->theme, (int32_t)series)->line;
    if (at == 0 || at + 1 == c->w->nvalues)
        f.anchor = at == 0 ? ANCHOR_START : ANCHOR_END;
    svg_text(c->s, x_of(c, at), y_of(c, best) + PX(20), f, t.data);
    text_release(&t);
}

/* From the lowest up, apart from each other. */
static void draw_names(const struct chart *c, const px ends[CURVES], size_t n)
{
    bool named[CURVES] = {false};
    px above = c->y1 + PX(NAME_ROOM);

    for (size_t left = n; left > 0; left--) {
        struct font f = {.size = 1300, .weight = 600};
        size_t next = n;

        for (size_t i = 0; i < n; i++)
            if (!named[i] && ends[i] >= 0 && (next == n || ends[i] > ends[next]))
                next = i;
        if (next == n)
            return;
        named[next] = true;
        above = ends[next] < above - PX(NAME_ROOM) ? ends[next] : above - PX(NAME_ROOM);
        f.fill = theme_task(c->theme, (int32_t)next)->line;
        svg_text_fit(c->s, c->x1 + PX(12), above + PX(4), PX(NAME_WIDTH), f,
                     c->w->series[next]);
    }
}

static void measure(struct chart *c)
{
    c->most = 1;
    for (size_t i = 0; i < c->w->nvalues * c->w->nseries; i++)
        c->most = c->w->points[i] > c->most ? c->w->points[i] : c->most;
    c->unit_name = "";
    c->unit = 1;
    if (c->w->unit == QUANTA_TIME)
        c->unit = axis_unit(c->most, &c->unit_name);
    else if (c->w->unit == QUANTA_RATIO)
        c->unit = 1000000000;
}

char *sweep_draw(const struct quanta_sweep *sweep, const struct quanta_picture *look)
{
    px width = PX(look->width > 0 ? look->width : 1100), foot;
    struct svg s;
    struct chart c = {.w = sweep, .theme = theme_of((int)look->theme), .s = &s};
    struct text about = {0}, footer = {0};
    size_t n = sweep->nseries < CURVES ? sweep->nseries : CURVES;
    px ends[CURVES] = {0};

    c.x0 = PX(LEFT);
    c.x1 = width - PX(40 + NAME_WIDTH);
    c.y0 = PX(120);
    c.y1 = c.y0 + PX(CHART);
    foot = c.y1 + PX(78);
    measure(&c);
    text_addf(&about, "%s against %s", sweep->metric, sweep->parameter);
    svg_open(&s, width, foot + PX(24), c.theme->ground, sweep->title, about.data);
    svg_text_fit(&s, PX(40), PX(46), width - PX(80), plot_bold(PX(26), c.theme->ink),
                 sweep->title);
    svg_text_fit(&s, PX(40), PX(72), width - PX(80), plot_font(1500, c.theme->muted),
                 about.data);
    svg_group(&s, "chart", sweep->metric);
    draw_scale(&c);
    for (size_t i = 0; i < n; i++)
        ends[i] = draw_curve(&c, i);
    for (size_t i = 0; i < n; i++)
        draw_lowest(&c, i);
    draw_names(&c, ends, n);
    svg_end(&s);
    text_addf(&footer, "quanta %s plot --kind sweep %s%s%s", quanta_version(), sweep->file,
              look->command ? " " : "", look->command ? look->command : "");
    if (sweep->nseries > n)
        text_addf(&footer, " · %zu more variants are not drawn", sweep->nseries - n);
    svg_text_fit(&s, PX(40), foot, width - PX(80), plot_font(1250, c.theme->faint),
                 footer.data);
    text_release(&about);
    text_release(&footer);
    return svg_close(&s);
}

const struct plot_kind plot_sweep = {
    .name = "sweep",
    .help = "a number of the result against a parameter: --sweep and --metric",
};
