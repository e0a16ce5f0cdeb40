/* plot_numbers.c - the numbers beside a run, the best of each row marked. */
#include <inttypes.h>
#include <stdlib.h>

#include "plots/plot_timeline.h"

enum { ROW_HEIGHT = 25 };

enum number_kind { NUMBER_TIME, NUMBER_COUNT, NUMBER_SHARE };

/* What is told of each run.  `better`: -1 less, 1 more. */
struct number {
    const char *label;
    enum number_kind kind;
    int better;
    /* False: this run has no such number. */
    bool (*of)(const struct plot_run *r, int64_t *value);
};

static bool done_at(const struct plot_run *r, int64_t *value)
{
    *value = r->metrics->end;
    return r->outcome == OUTCOME_COMPLETED;
}

static bool mean_turnaround(const struct plot_run *r, int64_t *value)
{
    *value = samples_mean(&r->metrics->turnaround);
    return r->metrics->completed > 0;
}

static bool late_turnaround(const struct plot_run *r, int64_t *value)
{
    *value = samples_percentile(&r->metrics->turnaround, 990);
    return r->metrics->completed >= 100;
}

static bool mean_response(const struct plot_run *r, int64_t *value)
{
    *value = samples_mean(&r->metrics->response);
    return r->metrics->response.count > 0;
}

static bool cores_busy(const struct plot_run *r, int64_t *value)
{
    *value = r->metrics->utilization_e9;
    return true;
}

static bool switches(const struct plot_run *r, int64_t *value)
{
    *value = (int64_t)r->metrics->context_switches;
    return true;
}

static bool misses(const struct plot_run *r, int64_t *value)
{
    bool periodic = false;

    for (int32_t i = 0; i < r->sc->ntasks; i++)
        periodic = periodic || r->sc->tasks[i].deadline > 0 || r->sc->tasks[i].period > 0;
    *value = (int64_t)r->metrics->deadline_misses;
    return periodic;
}

static const struct number numbers[] = {
    {"all done at", NUMBER_TIME, -1, done_at},
    {"mean turnaround", NUMBER_TIME, -1, mean_turnaround},
    {"99 % are done in", NUMBER_TIME, -1, late_turnaround},
    {"mean first response", NUMBER_TIME, -1, mean_response},
    {"cores busy", NUMBER_SHARE, 1, cores_busy},
    {"context switches", NUMBER_COUNT, -1, switches},
    {"deadlines missed", NUMBER_COUNT, -1, misses},
};

/* Over all runs: whether any has it, the best, the largest, and whether they differ. */
struct range {
    bool any, differ;
    bool ranked; /* there is a best one */
    int64_t best, most;
};

/* Who has not come through has won nothing. */
static bool competes(const struct plot_run *r)
{
    return r->outcome == OUTCOME_COMPLETED || r->outcome == OUTCOME_UNTIL;
}

static struct range range_of(const struct plot *p, const struct number *n)
{
    struct range range = {0};

    for (size_t i = 0; i < p->n; i++) {
        int64_t value;

        if (!n->of(&p->runs[i], &value))
            continue;
        range.any = true;
        range.most = value > range.most ? value : range.most;
        if (!competes(&p->runs[i]))
            continue;
        if (range.ranked && value != range.best)
            range.differ = true;
        if (!range.ranked || (n->better < 0 ? value < range.best : value > range.best))
            range.best = value;
        range.ranked = true;
    }
    return range;
}

px plot_numbers_height(const struct plot *p)
{
    px rows = 1;

    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        rows += range_of(p, &numbers[i]).any;
    return PX(ROW_HEIGHT) * rows + PX(14);
}

/* Some three digits of the largest of them. */
static int decimals(sim_time most, sim_time unit)
{
    return unit == 1 || most / unit >= 100 ? 0 : most / unit >= 10 ? 1 : 2;
}

static void write_value(struct text *t, const struct number *n, int64_t value, int64_t most,
                        sim_time end, const char **unit)
{
    sim_time ns;

    *unit = "";
    switch (n->kind) {
    case NUMBER_TIME:
        most = value < most / 50 && value > 0 ? value : most; /* in a unit of its own */
        ns = axis_unit(most > 0 ? most : end, unit);
        axis_number(t, value, ns, most > 0 ? decimals(most, ns) : 0);
        return;
    case NUMBER_COUNT:
        axis_count(t, value);
        return;
    case NUMBER_SHARE:
        axis_number(t, value, 10000000, 0);
        *unit = "%";
        return;
    }
}

/* In the place of the end that it has not. */
static const char *outcome_short(const struct plot_run *r)
{
    return r->outcome == OUTCOME_UNTIL      ? "cut off"
           : r->outcome == OUTCOME_DEADLOCK ? "never"
                                            : "–";
}

static void draw_number(const struct layout *l, struct svg *s, size_t run, px x, px y,
                        const struct number *n)
{
    const struct theme *theme = l->p->theme;
    struct range range = range_of(l->p, n);
    px width = PX(NUMBERS_WIDTH - 30);
    bool best, has;
    int64_t value;
    struct text t = {0};
    const char *unit = "";
    struct font f;

    has = n->of(&l->p->runs[run], &value);
    best = has && range.differ && value == range.best && competes(&l->p->runs[run]);
    f = plot_font(1250, best ? theme->ink : theme->muted);
    f.weight = best ? 600 : 0;
    svg_text(s, x, y + PX(5), f, n->label);
    if (has)
        write_value(&t, n, value, range.most, l->axis.to, &unit);
    else
        text_add(&t, n->of == done_at ? outcome_short(&l->p->runs[run]) : "–");
    f.size = has ? PX(14) : PX(13);
    if (!has && l->p->runs[run].outcome == OUTCOME_DEADLOCK)
        f.fill = theme->bad;
    f.weight = best ? 700 : 500;
    f.anchor = ANCHOR_END;
    f.figures = true;
    svg_text(s, x + width, y + PX(5), f, t.data);
    svg_text(s, x + width + PX(5), y + PX(5), plot_font(PX(11), theme->faint), unit);
    if (has && value > 0)
        svg_rect(s, x, y + PX(10), mul_div_floor(value, width, range.most), PX(3),
                 best ? theme->ink : theme->bar, 150, NULL);
    text_release(&t);
}

static void draw_peaks(const struct layout *l, struct svg *s, size_t run, px x, px y)
{
    const struct metrics *m = l->p->runs[run].metrics;
    struct font f = plot_font(1250, l->p->theme->muted), b = plot_bold(1250, l->p->theme->ink);
    struct text a = {0}, c = {0};

    text_addf(&a, "%" PRId64, m->concurrency.max);
    text_addf(&c, "%" PRId64, m->parallelism.max);
    svg_runs(s, x, y, f);
    svg_run(s, f, 0, "peak");
    svg_run(s, b, PX(4), a.data);
    svg_run(s, f, PX(4), "in progress,");
    svg_run(s, b, PX(4), c.data);
    svg_run(s, f, PX(4), "running");
    svg_runs_end(s);
    text_release(&a);
    text_release(&c);
}

void plot_numbers(const struct layout *l, struct svg *s, size_t run, px x, px y)
{
    px bottom = l->panels[run].y + l->panels[run].strip + l->panels[run].strip_h;

    svg_group(s, "numbers", NULL);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        if (!range_of(l->p, &numbers[i]).any)
            continue;
        draw_number(l, s, run, x, y, &numbers[i]);
        y += PX(ROW_HEIGHT);
    }
    draw_peaks(l, s, run, x, bottom - PX(6) > y + PX(10) ? bottom - PX(6) : y + PX(10));
    svg_end(s);
}
