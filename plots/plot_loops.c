/* plot_loops.c - a row for the stages of an event loop, and one for each of its queues. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "plots/lane_cells.h"
#include "plots/plot_timeline.h"

enum { STAGE_HEIGHT = 16, STAGE_PITCH = 21, QUEUE_HEIGHT = 11, QUEUE_PITCH = 16 };

static bool shown(const struct history *h, int32_t loop, int queue)
{
    return history_level_max(h, history_loop_level(h, loop, (enum loop_queue)queue)) > 0;
}

static int32_t loops_of(const struct layout *l, size_t run)
{
    int32_t n = history_loops(l->p->runs[run].history);

    if (l->p->rows == QUANTA_TASKS)
        return 0;
    return n < LOOPS_SHOWN ? n : LOOPS_SHOWN;
}

void plot_loops_measure(const struct layout *l, size_t run, struct panel *m, px top)
{
    m->loops = top + PX(8);
    m->loops_h = 0;
    for (int32_t i = 0; i < loops_of(l, run); i++) {
        m->loops_h += PX(STAGE_PITCH);
        for (int q = 0; q < LOOP_QUEUE_COUNT; q++)
            m->loops_h += shown(l->p->runs[run].history, i, q) ? PX(QUEUE_PITCH) : 0;
        m->loops_h += plot_heap_height(l->p->runs[run].history, i);
    }
    m->loops_h += m->loops_h > 0 ? PX(10) : 0;
}

/* A stage's tone; neighbours in a turn differ. */
static colour stage_fill(const struct theme *theme, int stage)
{
    static const uint8_t shade[STAGE_COUNT] = {
        [STAGE_SCRIPT] = 6,  [STAGE_TIMERS] = 2,     [STAGE_PENDING] = 1, [STAGE_IDLE] = 1,
        [STAGE_PREPARE] = 1, [STAGE_POLL] = 4,       [STAGE_CHECK] = 5,   [STAGE_CLOSING] = 3,
        [STAGE_TASK] = 4,    [STAGE_MICROTASKS] = 2, [STAGE_RENDER] = 5};

    return theme->shades[shade[stage]];
}

/* A stage that is long enough to be seen, by its name if there is room. */
static void draw_stage(const struct layout *l, struct svg *s, const struct cell *c, px y)
{
    const struct theme *theme = l->p->theme;
    px width = c->x1 - c->x0;
    const char *name = loop_stage_name((enum loop_stage)c->who);
    colour fill = stage_fill(theme, c->who);
    struct font f = plot_font(PX(11), contrast_of(fill, theme->ink, theme->ground));
    struct text title = {0};

    text_addf(&title, "%s, ", name);
    axis_time(&title, c->from);
    text_add(&title, " to ");
    axis_time(&title, c->to);
    svg_rect(s, c->x0, y, width, PX(STAGE_HEIGHT), fill, width > PX(4) ? PX(2) : 0,
             width >= PX(2) ? title.data : NULL);
    f.anchor = ANCHOR_MIDDLE;
    if (text_width(name, f.size, false) <= width - PX(4))
        svg_text(s, (c->x0 + c->x1) / 2, y + PX(12), f, name);
    text_release(&title);
}

static void draw_wait(const struct layout *l, struct svg *s, sim_time from, sim_time to,
                      bool once, px y)
{
    px x0 = axis_at(&l->axis, from), x1 = axis_at(&l->axis, to);
    struct text title = {0};

    text_addf(&title, "blocked in the poll%s, ", once ? "" : " again and again");
    axis_time(&title, from);
    text_add(&title, " to ");
    axis_time(&title, to);
    svg_rect(s, x0, y + PX(STAGE_HEIGHT / 2) - 60, x1 - x0, 120, l->p->theme->faint, 0,
             x1 - x0 >= PX(2) ? title.data : NULL);
    text_release(&title);
}

/* Where the loop is blocked, all of the time or again and again: a line behind the rest. */
static void draw_waits(const struct layout *l, struct svg *s, const struct pieces *p, px y)
{
    sim_time from = 0, to = -1; /* not yet drawn; to < from: nothing */
    bool once = true;

    for (size_t i = 0; i < p->n; i++) {
        const struct piece *piece = &p->list[i];
        bool joins =
            axis_at(&l->axis, piece->from) - axis_at(&l->axis, to > 0 ? to : 0) < CELL_PIXEL;

        if (piece->in[DOES_WAIT] == 0)
            continue;
        if (to >= from && !joins)
            draw_wait(l, s, from, to, once, y);
        once = to < from || !joins;
        from = once ? piece->from : from;
        to = piece->to;
    }
    if (to >= from)
        draw_wait(l, s, from, to, once, y);
}

/* Leaves the time in which the loop does something; waits become gaps. */
static void take_waits(struct pieces *p)
{
    size_t left = 0;

    for (size_t i = 0; i < p->n; i++) {
        p->list[i].in[DOES_WAIT] = 0;
        if (p->list[i].in[DOES_RUN] > 0)
            p->list[left++] = p->list[i];
    }
    p->n = left;
}

/* Stages shorter than a pixel are a column as high as the loop is busy, in the tone of the
 * stage in which it is for longest. */
static void draw_cells(const struct layout *l, struct svg *s, const struct cells *cells, px y)
{
    struct columns columns = {
        .s = s, .y = y, .h = PX(STAGE_HEIGHT), .middle = true, .fill = NO_COLOUR};

    for (size_t i = 0; i < cells->n; i++) {
        const struct cell *c = &cells->list[i];

        if (c->x1 - c->x0 >= CELL_PIXEL && cell_pure(c, 1)) {
            columns_end(&columns);
            draw_stage(l, s, c, y);
        } else {
            columns_add(&columns, stage_fill(l->p->theme, c->who), c->x0,
                        c->x1 - c->x0 < CELL_PIXEL ? c->x0 + CELL_PIXEL : c->x1,
                        cell_share(c, c->in[DOES_RUN], 1));
        }
    }
    columns_end(&columns);
}

static void draw_stages(struct layout *l, struct svg *s, size_t run, int32_t loop, px y)
{
    const struct plot_run *r = &l->p->runs[run];
    struct font f = plot_font(PX(12), l->p->theme->faint);
    struct pieces p = {0};
    struct cells cells = {0};
    struct text name = {0};

    text_add(&name, "loop");
    if (history_loops(r->history) > 1)
        text_addf(&name, " %d", (int)loop);
    f.anchor = ANCHOR_END;
    history_loop(r->history, loop, &p);
    svg_group(s, "loop", name.data);
    svg_text(s, PX(LABEL_END), y + PX(12), f, name.data);
    draw_waits(l, s, &p, y);
    take_waits(&p);
    l->folded =
        cells_make(&cells, &p, &l->axis, 1, !history_loops_exact(r->history)) || l->folded;
    draw_cells(l, s, &cells, y);
    svg_end(s);
    free(cells.list);
    pieces_release(&p);
    text_release(&name);
}

static void draw_queue(const struct layout *l, struct svg *s, size_t run, int32_t level, px y)
{
    const struct history *h = l->p->runs[run].history;
    const struct theme *theme = l->p->theme;
    struct font f = plot_font(PX(11), theme->faint);
    px bottom = y + PX(QUEUE_HEIGHT);
    struct text label = {0}, title = {0};

    f.anchor = ANCHOR_END;
    text_addf(&label, "%s, up to %" PRId64, history_level_name(h, level),
              history_level_max(h, level));
    text_addf(&title, "length of the queue: %s", label.data);
    svg_group(s, "queue", history_level_name(h, level));
    svg_text(s, PX(LABEL_END), bottom - PX(1), f, label.data);
    svg_line(s, l->axis.x0, bottom, l->axis.x1, bottom, theme->grid, PX(1), LINE_SOLID, NULL);
    plot_area(l, s, h, level, theme->other.fill, title.data, bottom,
              PX(QUEUE_HEIGHT) * 256 / history_level_max(h, level));
    svg_end(s);
    text_release(&label);
    text_release(&title);
}

void plot_loops(struct layout *l, struct svg *s, size_t run)
{
    const struct history *h = l->p->runs[run].history;
    px y = l->panels[run].y + l->panels[run].loops;

    for (int32_t i = 0; i < loops_of(l, run); i++) {
        draw_stages(l, s, run, i, y);
        y += PX(STAGE_PITCH);
        for (int q = 0; q < LOOP_QUEUE_COUNT; q++) {
            if (!shown(h, i, q))
                continue;
            draw_queue(l, s, run, history_loop_level(h, i, (enum loop_queue)q), y);
            y += PX(QUEUE_PITCH);
        }
        plot_heap(l, s, run, i, y);
        y += plot_heap_height(h, i);
    }
    if (history_loops(h) > LOOPS_SHOWN && !strstr(l->notes.data ? l->notes.data : "", "loops"))
        text_addf(&l->notes, "%sOf %d event loops the first %d are drawn.",
                  l->notes.len ? " " : "", (int)history_loops(h), LOOPS_SHOWN);
}
