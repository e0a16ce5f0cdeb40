/* plot_loops.c - a row for the stages of an event loop, and one for each of its queues. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "plots/plot_timeline.h"

enum { STAGE_HEIGHT = 16, STAGE_PITCH = 21, QUEUE_HEIGHT = 11, QUEUE_PITCH = 16, PIXEL = 100 };

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

static void draw_stage(const struct layout *l, struct svg *s, const struct piece *p, px y,
                       bool *folded)
{
    const struct theme *theme = l->p->theme;
    px x0 = axis_at(&l->axis, p->from), x1 = axis_at(&l->axis, p->to), room = x1 - x0 - PX(4);
    const char *name = loop_stage_name((enum loop_stage)p->who);
    struct text title = {0};
    struct font f = plot_font(PX(11), theme->ink);

    text_addf(&title, "%s, ", p->in[DOES_WAIT] > 0 ? "blocked in the poll" : name);
    axis_time(&title, p->from);
    text_add(&title, " to ");
    axis_time(&title, p->to);
    if (p->in[DOES_WAIT] > 0) {
        svg_rect(s, x0, y + PX(STAGE_HEIGHT / 2) - 60, x1 - x0, 120, theme->faint, 0,
                 x1 - x0 >= PX(2) ? title.data : NULL);
    } else {
        colour fill = stage_fill(theme, p->who);

        svg_rect(s, x0, y, x1 - x0 < PIXEL ? PIXEL : x1 - x0, PX(STAGE_HEIGHT), fill,
                 x1 - x0 > PX(4) ? PX(2) : 0, x1 - x0 >= PX(2) ? title.data : NULL);
        f.anchor = ANCHOR_MIDDLE;
        f.fill = contrast_of(fill, theme->ink, theme->ground);
        if (text_width(name, f.size, false) <= room)
            svg_text(s, (x0 + x1) / 2, y + PX(12), f, name);
        *folded = *folded || x1 - x0 < PIXEL;
    }
    text_release(&title);
}

/* Of many pieces in one pixel the first is drawn. */
static void draw_stages(struct layout *l, struct svg *s, size_t run, int32_t loop, px y)
{
    const struct plot_run *r = &l->p->runs[run];
    struct font f = plot_font(PX(12), l->p->theme->faint);
    struct pieces p = {0};
    struct text name = {0};
    px drawn = -1;

    text_add(&name, "loop");
    if (history_loops(r->history) > 1)
        text_addf(&name, " %d", (int)loop);
    f.anchor = ANCHOR_END;
    history_loop(r->history, loop, &p);
    svg_group(s, "loop", name.data);
    svg_text(s, PX(LABEL_END), y + PX(12), f, name.data);
    for (size_t i = 0; i < p.n; i++) {
        px x1 = axis_at(&l->axis, p.list[i].to);

        if (x1 <= drawn)
            continue;
        draw_stage(l, s, &p.list[i], y, &l->folded);
        drawn = x1 > drawn + PIXEL ? x1 : drawn + PIXEL;
    }
    svg_end(s);
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
    }
    if (history_loops(h) > LOOPS_SHOWN && !strstr(l->notes.data ? l->notes.data : "", "loops"))
        text_addf(&l->notes, "%sOf %d event loops the first %d are drawn.",
                  l->notes.len ? " " : "", (int)history_loops(h), LOOPS_SHOWN);
}
