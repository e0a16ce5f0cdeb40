/* plot_timeline.c - the kind "timeline": a panel a run, all on one scale of time. */
#include "plots/plot_timeline.h"

#include <string.h>

enum { AXIS_APART = 130, AXIS_HEIGHT = 34, TAIL_PERCENT = 4 };

/* All of the runs, some of what never ends, and room for what is written behind the end. */
static sim_time common_end(const struct plot *p)
{
    sim_time end = 0, whole = 0;
    bool stuck = false;

    for (size_t i = 0; i < p->n; i++) {
        const struct history *h = p->runs[i].history;

        end = history_to(h) > end ? history_to(h) : end;
        whole = history_end(h) > whole ? history_end(h) : whole;
        stuck = stuck || history_saw(h, DOES_STUCK);
    }
    if (end < whole)
        return end; /* a part was asked for, and ends where it was told to */
    return time_add(end, stuck ? end / 8 + 1 : end / 100 * TAIL_PERCENT + end % 100 / 25 + 1);
}

static void lay_out(struct layout *l, const struct plot *p)
{
    px x1 = p->width - PX(PLOT_MARGIN);

    memset(l, 0, sizeof(*l));
    l->p = p;
    l->numbers = p->width >= PX(1100);
    if (l->numbers)
        x1 -= PX(NUMBERS_WIDTH + NUMBERS_GAP);
    else
        x1 -= PX(10);
    l->axis = axis_of_time(history_from(p->runs[0].history), common_end(p), PX(PLOT_X0), x1,
                           PX(AXIS_APART));
    for (size_t i = 0; i < p->n; i++)
        panel_measure(l, i);
}

static void draw_panels(struct layout *l, struct svg *s, px top, px bottom)
{
    axis_grid(&l->axis, s, l->p->theme, top, bottom);
    for (size_t i = 0; i < l->p->n; i++)
        panel_draw(l, s, i);
    svg_line(s, PX(PLOT_MARGIN), bottom, l->p->width - PX(PLOT_MARGIN), bottom,
             l->p->theme->rule, PX(1), LINE_SOLID, NULL);
    axis_labels(&l->axis, s, l->p->theme, bottom + PX(20));
}

/* What readers that cannot see it are told. */
static void describe(const struct plot *p, struct text *t)
{
    text_add(t, "Timelines of cores and tasks: ");
    for (size_t i = 0; i < p->n; i++) {
        struct text end = {0};

        text_add(t, i ? "; " : "");
        plot_run_name(p, i, t);
        axis_time(&end, history_end(p->runs[i].history));
        text_addf(t, ", %s at %s", outcome_name(p->runs[i].outcome), end.data);
        text_release(&end);
    }
    text_add(t, ".");
}

/* What could not be drawn as it is. */
static void add_notes(struct layout *l)
{
    if (l->folded)
        text_add(&l->notes, l->notes.len ? " " : "");
    if (l->folded)
        text_add(&l->notes,
                 "Stretches shorter than a pixel are drawn as density: the higher, the "
                 "more of the time it runs.");
    text_add(&l->notes, "");
}

static char *draw(const struct plot *p)
{
    struct layout l;
    struct svg body;
    px y = plot_header(p, NULL), top;
    struct text about = {0};
    char *page;

    lay_out(&l, p);
    plot_body(p, &body);
    top = y + plot_workload(&l, &body, y);
    y = top;
    for (size_t i = 0; i < p->n; i++) {
        l.panels[i].y = y;
        y += l.panels[i].h;
    }
    draw_panels(&l, &body, top, y);
    add_notes(&l);
    describe(p, &about);
    page = plot_page(p, &body, y + PX(AXIS_HEIGHT), about.data, l.notes.data);
    text_release(&about);
    text_release(&l.notes);
    return page;
}

const struct plot_kind plot_timeline = {
    .name = "timeline",
    .help = "what each core and each task does when, a panel a run on one scale",
    .draw = draw,
};
