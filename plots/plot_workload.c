/* plot_workload.c - what each task needs by itself. */
#include <inttypes.h>
#include <string.h>

#include "plots/plot_timeline.h"

enum { WORK_ROWS = 8, WORK_PITCH = 23, SIGNS_BESIDE = 12 };

/* ---- the workload ------------------------------------------------------------------------------- */

/* The first run that has come to its end: there it is known what was needed. */
static const struct plot_run *whole_run(const struct plot *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->runs[i].outcome == OUTCOME_COMPLETED)
            return &p->runs[i];
    return &p->runs[0];
}

/* Copies of one task are drawn once. */
static int32_t work_rows(const struct plot *p, const struct needs *rows[WORK_ROWS],
                         int32_t specs[WORK_ROWS])
{
    const struct plot_run *r = whole_run(p);
    int32_t n = 0;

    for (int32_t i = 0; i < r->sc->ntasks && i < HISTORY_NEEDS; i++) {
        const struct needs *needs = history_needs(r->history, i);

        if (!needs || needs->n == 0)
            continue;
        if (needs->open)
            return 0; /* nobody knows what it would have needed */
        if (n == WORK_ROWS)
            return 0; /* too many to say anything */
        rows[n] = needs;
        specs[n++] = i;
    }
    return r->sc->ntasks > HISTORY_NEEDS || history_from(r->history) > 0 ? 0 : n;
}

static sim_time need_total(const struct needs *needs)
{
    sim_time sum = 0;

    for (size_t i = 0; i < needs->n; i++)
        sum = time_add(sum, needs->part[i].time);
    return sum;
}

static const char *need_word(enum doing is)
{
    return is == DOES_RUN ? "CPU" : is == DOES_IO ? "I/O" : "sleep";
}

/* "4 ms CPU, 14 ms I/O, 4 ms CPU"; where there are many parts, their sums, and of how many
 * unless that is to be brief. */
static void say_needs(const struct needs *needs, bool brief, struct text *t)
{
    static const enum doing kinds[] = {DOES_RUN, DOES_IO, DOES_SLEEP};
    size_t said = 0;

    if (needs->n <= 5 && !needs->more) {
        for (size_t i = 0; i < needs->n; i++) {
            text_add(t, i ? ", " : "");
            axis_time(t, needs->part[i].time);
            text_addf(t, " %s", need_word(needs->part[i].is));
        }
        return;
    }
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        sim_time sum = 0;
        int n = 0;

        for (size_t i = 0; i < needs->n; i++)
            if (needs->part[i].is == kinds[k]) {
                sum += needs->part[i].time;
                n++;
            }
        if (n == 0)
            continue;
        text_add(t, said++ ? ", " : "");
        axis_time(t, sum);
        text_addf(t, " %s", need_word(kinds[k]));
        if (!brief)
            text_addf(t, " in %d part%s", n, n == 1 ? "" : "s");
    }
    if (needs->more)
        text_add(t, ", and more");
}

static void draw_work_row(const struct layout *l, struct svg *s, px y,
                          const struct needs *needs, const struct task_spec *spec)
{
    const struct theme *theme = l->p->theme;
    const struct task_colours *colours = theme_task(theme, needs->colour);
    struct font name = plot_bold(PX(13), colours->line);
    struct font f = plot_font(PX(13), theme->muted);
    struct text said = {0}, count = {0};
    sim_time at = l->axis.from;

    name.anchor = ANCHOR_END;
    svg_group(s, "need", needs->name);
    svg_text_fit(s, PX(LABEL_END), y + 1280, PX(150), name, spec->name);
    for (size_t i = 0; i < needs->n; i++) {
        sim_time end = time_add(at, needs->part[i].time);
        struct text title = {0};

        text_addf(&title, "%s: ", needs->name);
        axis_time(&title, needs->part[i].time);
        text_addf(&title, " %s", need_word(needs->part[i].is));
        lane_glyph(s, theme, needs->part[i].is, colours, axis_at(&l->axis, at),
                   axis_at(&l->axis, end), y, PX(16), title.data);
        text_release(&title);
        at = end;
    }
    say_needs(needs, false, &said);
    if (axis_at(&l->axis, at) + PX(12) + text_width(said.data, PX(13), false) >
        l->p->width - PX(PLOT_MARGIN)) {
        said.len = 0;
        say_needs(needs, true, &said);
    }
    if (spec->count != 1 || spec->clients > 0)
        text_add(&count, "× ");
    if (count.len > 0 && spec->count >= 0)
        axis_count(&count, spec->clients > 0
                               ? spec->clients * (spec->requests > 0 ? spec->requests : 1)
                               : spec->count);
    f.halo = true;
    svg_runs(s, axis_at(&l->axis, at) + PX(12), y + 1280, f);
    if (count.len > 0 && spec->count >= 0)
        svg_run(s, plot_bold(PX(13), theme->ink), 0, count.data);
    svg_run(s, plot_font(PX(13), theme->muted), count.len > 0 ? PX(9) : 0, said.data);
    svg_runs_end(s);
    svg_end(s);
    text_release(&said);
    text_release(&count);
}

/* Where the widest row ends. */
static px work_width(const struct layout *l, int32_t n, const struct needs *const rows[])
{
    px end = 0;

    for (int32_t i = 0; i < n; i++) {
        struct text said = {0};
        px x;

        say_needs(rows[i], false, &said);
        x = axis_at(&l->axis, time_add(l->axis.from, need_total(rows[i]))) + PX(70) +
            text_width(said.data, PX(13), false);
        end = x > end ? x : end;
        text_release(&said);
    }
    return end;
}

/* ---- both ------------------------------------------------------------------------------------------ */

static void draw_work(const struct layout *l, struct svg *s, px y, int32_t n,
                      const struct needs *const rows[], const int32_t specs[])
{
    const struct theme *theme = l->p->theme;
    const struct scenario *sc = whole_run(l->p)->sc;

    svg_group(s, "workload", NULL);
    axis_grid(&l->axis, s, theme, y - PX(12), y + PX(WORK_PITCH * n + 2));
    svg_text(s, PX(PLOT_MARGIN), y + PX(13), plot_bold(PX(18), theme->ink), "The workload");
    (void)svg_paragraph(s, PX(PLOT_MARGIN), y + PX(36), PX(LABEL_END - PLOT_MARGIN - 60),
                        PX(17), 3, plot_font(PX(13), theme->muted),
                        "What each task needs, with the machine to itself.");
    for (int32_t i = 0; i < n; i++)
        draw_work_row(l, s, y + PX(WORK_PITCH * i), rows[i], &sc->tasks[specs[i]]);
    svg_end(s);
}

px plot_workload(const struct layout *l, struct svg *s, px y)
{
    const struct needs *rows[WORK_ROWS];
    int32_t specs[WORK_ROWS], n = work_rows(l->p, rows, specs);
    px right = l->p->width - PX(PLOT_MARGIN), box = right - PX(586), height = 0, work;
    bool beside =
        n > 0 && plot_legend_signs(l) <= SIGNS_BESIDE && work_width(l, n, rows) < box - PX(20);

    if (!beside)
        height =
            plot_legend(l, s, PX(PLOT_MARGIN), y + PX(16), right - PX(PLOT_MARGIN)) + PX(20);
    work = n > 0 ? PX(WORK_PITCH * (n > 4 ? n : 4) + 36) : PX(10);
    if (s && n > 0)
        draw_work(l, s, y + height + PX(30), n, rows, specs);
    if (beside) {
        px boxed = plot_legend(l, s, box, y + PX(18), right - box) + PX(30);

        work = boxed > work ? boxed : work;
    }
    return height + work + PX(6);
}
