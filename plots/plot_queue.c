/* plot_queue.c - the kind "queue": how long what is waited for was, over time. */
#include <inttypes.h>

#include "plots/plot_timeline.h"

enum { ROW = 52, AREA = 36, AXIS_HEIGHT = 34 };

/* Queues alone: of tasks that are ready, of devices, executors, sync objects and loops. */
static bool shown(const struct history *h, int32_t level)
{
    return level >= LEVEL_READY && history_level_max(h, level) > 0;
}

static px panel_height(const struct plot *p, size_t run)
{
    px h = PX(30);

    for (int32_t i = 0; i < history_levels(p->runs[run].history); i++)
        h += shown(p->runs[run].history, i) ? PX(ROW) : 0;
    return plot_label_height(p, run, h);
}

/* Which queue it is, and for whom. */
static void level_label(const struct plot_run *r, int32_t level, struct text *t)
{
    const struct scenario *sc = r->sc;
    int32_t other = level - LEVEL_MORE - sc->ndevices;

    text_add(t, history_level_name(r->history, level));
    if (other >= sc->nexecutors + sc->nsyncs && history_loops(r->history) > 1)
        text_addf(t, " of loop %d",
                  (int)((other - sc->nexecutors - sc->nsyncs) / LOOP_QUEUE_COUNT));
    else if (other >= 0 && other < sc->nexecutors)
        text_add(t, ": tasks without a thread");
}

static void draw_level(const struct layout *l, struct svg *s, size_t run, int32_t level, px y)
{
    const struct plot_run *r = &l->p->runs[run];
    const struct theme *theme = l->p->theme;
    int64_t most = history_level_max(r->history, level);
    struct font f = plot_font(PX(12), theme->muted), small = plot_font(1050, theme->faint);
    struct text name = {0}, top = {0};

    level_label(r, level, &name);
    axis_count(&top, most);
    f.anchor = small.anchor = ANCHOR_END;
    svg_group(s, "queue", name.data);
    svg_line(s, l->axis.x0, y, l->axis.x1, y, theme->grid, PX(1), LINE_SOLID, NULL);
    plot_area(l, s, r->history, level, theme->tasks[0].fill, name.data, y + PX(AREA),
              PX(AREA) * 256 / most);
    svg_line(s, l->axis.x0, y + PX(AREA), l->axis.x1, y + PX(AREA), theme->rule, PX(1),
             LINE_SOLID, NULL);
    svg_text(s, PX(LABEL_END + 6), y + PX(8), small, top.data);
    svg_text(s, PX(LABEL_END + 6), y + PX(AREA + 1), small, "0");
    svg_text_fit(s, PX(LABEL_END - 24), y + PX(AREA / 2 + 8), PX(100), f, name.data);
    svg_end(s);
    text_release(&name);
    text_release(&top);
}

static char *draw(const struct plot *p)
{
    struct layout l = {.p = p};
    struct svg body;
    px y = plot_header(p, NULL) + PX(6), top = y;
    sim_time end = 0;

    for (size_t i = 0; i < p->n; i++) {
        end = history_to(p->runs[i].history) > end ? history_to(p->runs[i].history) : end;
        y += panel_height(p, i);
    }
    l.axis = axis_of_time(history_from(p->runs[0].history), end, PX(PLOT_X0),
                          p->width - PX(PLOT_MARGIN + 10), PX(150));
    plot_body(p, &body);
    axis_grid(&l.axis, &body, p->theme, top, y);
    y = top;
    for (size_t i = 0; i < p->n; i++) {
        const struct history *h = p->runs[i].history;
        px row = y + PX(22);

        svg_line(&body, PX(PLOT_MARGIN), y, p->width - PX(PLOT_MARGIN), y, p->theme->rule,
                 PX(1), LINE_SOLID, NULL);
        plot_label(p, &body, i, y);
        for (int32_t level = 0; level < history_levels(h); level++) {
            if (!shown(h, level))
                continue;
            draw_level(&l, &body, i, level, row);
            row += PX(ROW);
        }
        if (row == y + PX(22))
            svg_text(&body, l.axis.x0, y + PX(40), plot_font(PX(13), p->theme->faint),
                     "Nothing waits in a queue.");
        y += panel_height(p, i);
    }
    axis_labels(&l.axis, &body, p->theme, y + PX(14));
    return plot_page(p, &body, y + PX(AXIS_HEIGHT), "Lengths of queues over time.", "");
}

const struct plot_kind plot_queue = {
    .name = "queue",
    .help = "lengths of queues over time: ready tasks, devices, locks, loops",
    .draw = draw,
};
