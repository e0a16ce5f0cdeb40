/* plot_heap.c - a row for the heap of an event loop: what is in use, its collections, its limit.
 *
 * A curve on its own scale: dark is what is alive, light the garbage upon it.  A scavenge is a
 * tick that hangs from the base line, a mark-sweep a line through the row with a flag, the
 * limit a dashed line, and a cross where the process ends as there is no room. */
#include <string.h>

#include "models/executors/executor.h"
#include "plots/glyphs.h"
#include "plots/plot_timeline.h"

enum { HEAP_HEIGHT = 30, ABOVE = 14, BELOW = 8, TICK = 4, FLAG = 5, MARK = 100, FLAT = 4 };

px plot_heap_height(const struct plot_run *r, int32_t loop)
{
    return history_heap_max(r->history, loop) > 0 ? PX(ABOVE + HEAP_HEIGHT + BELOW) : 0;
}

static int64_t limit_of(const struct plot_run *r, int32_t loop)
{
    const struct executor_spec *e = &r->sc->executors[scenario_loop_executor(r->sc, loop)];

    return e->model->heap_limit ? e->model->heap_limit(e->params) : 0;
}

int64_t plot_heap_limit(const struct plot_run *r, int32_t loop)
{
    int64_t most = history_heap_max(r->history, loop), limit = limit_of(r, loop);

    return most > 0 && limit / FLAT <= most ? limit : 0;
}

/* What has the full height of the row. */
static int64_t scale(const struct plot_run *r, int32_t loop)
{
    int64_t most = history_heap_max(r->history, loop), limit = plot_heap_limit(r, loop);

    return most > limit ? most : limit;
}

static px high(const struct plot_run *r, int32_t loop, int64_t bytes)
{
    return mul_div_floor(bytes, PX(HEAP_HEIGHT), scale(r, loop));
}

static void draw_area(const struct layout *l, struct svg *s, size_t run, int32_t loop,
                      bool alive, px bottom)
{
    const struct history *h = l->p->runs[run].history;
    const struct theme *theme = l->p->theme;
    struct steps steps = {0};

    history_heap(h, loop, alive, &steps);
    plot_steps(l, s, &steps, alive ? theme->other.fill : theme->progress,
               alive ? "bytes of the heap that are alive" : "bytes of the heap in use", bottom,
               PX(HEAP_HEIGHT) * 256, scale(&l->p->runs[run], loop));
    steps_release(&steps);
}

/* Ticks that touch are one box. */
static void draw_scavenges(const struct layout *l, struct svg *s, const struct pieces *p,
                           px bottom)
{
    px x0 = 0, x1 = -1; /* not yet drawn; x1 < x0: nothing */

    svg_path(s, l->p->theme->muted, 0);
    for (size_t i = 0; i < p->n; i++) {
        px x = axis_at(&l->axis, p->list[i].from);

        if (p->list[i].in[DOES_RUN] == 0)
            continue;
        if (x1 >= x0 && x > x1)
            svg_box(s, x0, bottom, x1 - x0, PX(TICK));
        x0 = x1 < x0 || x > x1 ? x : x0;
        x1 = x + MARK;
    }
    if (x1 >= x0)
        svg_box(s, x0, bottom, x1 - x0, PX(TICK));
    svg_path_end(s, "scavenges");
}

void plot_mark_sweep(struct svg *s, const struct theme *theme, px x, px top, px bottom,
                     const char *title)
{
    svg_path(s, theme->ink, 0);
    svg_box(s, x, top, MARK, bottom - top);
    svg_move(s, x + MARK, top);
    svg_to(s, x + MARK + PX(FLAG), top + PX(FLAG) / 2);
    svg_to(s, x + MARK, top + PX(FLAG));
    text_add(&s->t, "Z");
    svg_path_end(s, title);
}

static void draw_mark_sweeps(const struct layout *l, struct svg *s, const struct pieces *p,
                             px top, px bottom)
{
    for (size_t i = 0; i < p->n; i++) {
        struct text title = {0};

        if (p->list[i].in[DOES_CHANGE] == 0)
            continue;
        text_add(&title, "mark-sweep at ");
        axis_time(&title, p->list[i].from);
        text_add(&title, ": ");
        axis_time(&title, p->list[i].in[DOES_CHANGE]);
        plot_mark_sweep(s, l->p->theme, axis_at(&l->axis, p->list[i].from), top, bottom,
                        title.data);
        text_release(&title);
    }
}

static void draw_limit(const struct layout *l, struct svg *s, size_t run, int32_t loop,
                       px bottom)
{
    const struct plot_run *r = &l->p->runs[run];
    px y = bottom - high(r, loop, plot_heap_limit(r, loop));
    struct font f = plot_font(PX(10), l->p->theme->bad);
    struct text said = {0};
    char bytes[TIME_TEXT_SIZE];

    glyph_bytes(plot_heap_limit(r, loop), bytes);
    text_addf(&said, "limit %s", bytes);
    svg_line(s, l->axis.x0, y, l->axis.x1, y, l->p->theme->bad, 120, LINE_DASHES, said.data);
    f.halo = true;
    svg_text(s, l->axis.x0 + PX(4), y - PX(4), f, said.data);
    text_release(&said);
}

/* Where the process ends, with what is still alive then. */
static void draw_end(const struct layout *l, struct svg *s, const struct plot_run *r,
                     int32_t loop, px top)
{
    sim_time at = history_heap_end(r->history, loop);
    px x = axis_at(&l->axis, at);
    struct font f = plot_bold(PX(11), l->p->theme->bad);
    struct text said = {0};

    if (at < 0 || at > l->axis.to)
        return;
    text_add(&said, "out of memory at ");
    axis_time(&said, at);
    svg_cross(s, x + PX(8), top + PX(7), 450, l->p->theme->bad, 240, said.data);
    f.halo = true;
    if (x + PX(18) + text_width(said.data, f.size, true) > l->axis.x1) {
        f.anchor = ANCHOR_END;
        svg_text(s, x - PX(6), top + PX(11), f, said.data);
    } else {
        svg_text(s, x + PX(18), top + PX(11), f, said.data);
    }
    text_release(&said);
}

static void draw_name(const struct layout *l, struct svg *s, const struct plot_run *r,
                      int32_t loop, px bottom)
{
    struct font f = plot_font(PX(11), l->p->theme->faint);
    struct text label = {0};
    char bytes[TIME_TEXT_SIZE];

    glyph_bytes(history_heap_max(r->history, loop), bytes);
    text_addf(&label, "heap, up to %s", bytes);
    f.anchor = ANCHOR_END;
    svg_text(s, PX(LABEL_END), bottom - PX(1), f, label.data);
    if (plot_heap_limit(r, loop) == 0 && limit_of(r, loop) > 0) {
        glyph_bytes(limit_of(r, loop), bytes);
        label.len = 0;
        text_addf(&label, "of %s", bytes);
        svg_text(s, PX(LABEL_END), bottom + PX(11), f, label.data);
    }
    text_release(&label);
}

void plot_heap(struct layout *l, struct svg *s, size_t run, int32_t loop, px y)
{
    const struct plot_run *r = &l->p->runs[run];
    px bottom = y + PX(ABOVE + HEAP_HEIGHT);
    struct pieces p = {0};

    if (history_heap_max(r->history, loop) == 0)
        return;
    svg_group(s, "heap", NULL);
    draw_name(l, s, r, loop, bottom);
    draw_area(l, s, run, loop, false, bottom);
    draw_area(l, s, run, loop, true, bottom);
    svg_line(s, l->axis.x0, bottom, l->axis.x1, bottom, l->p->theme->grid, PX(1), LINE_SOLID,
             NULL);
    history_collections(r->history, loop, &p);
    if (p.n > 0) {
        draw_scavenges(l, s, &p, bottom);
        draw_mark_sweeps(l, s, &p, y + PX(ABOVE - 6), bottom);
    }
    if (plot_heap_limit(r, loop) > 0)
        draw_limit(l, s, run, loop, bottom);
    draw_end(l, s, r, loop, y + PX(ABOVE));
    svg_end(s);
    pieces_release(&p);
}
