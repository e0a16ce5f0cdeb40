/* plot_heap.c - a row for the heap of an event loop: what is in use, and its collections.
 *
 * A curve on its own scale: dark is what is alive, light the garbage upon it.  A scavenge is a
 * tick that hangs from the base line, a mark-sweep a line through the row with a flag. */
#include <string.h>

#include "plots/glyphs.h"
#include "plots/plot_timeline.h"

enum { HEAP_HEIGHT = 26, HEAP_PITCH = 38, ABOVE = 6, TICK = 4, FLAG = 5, MARK = 100 };

px plot_heap_height(const struct history *h, int32_t loop)
{
    return history_heap_max(h, loop) > 0 ? PX(HEAP_PITCH) : 0;
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
               PX(HEAP_HEIGHT) * 256, history_heap_max(h, loop));
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

static void draw_mark_sweeps(const struct layout *l, struct svg *s, const struct pieces *p,
                             px top, px bottom)
{
    for (size_t i = 0; i < p->n; i++) {
        px x = axis_at(&l->axis, p->list[i].from);
        struct text title = {0};

        if (p->list[i].in[DOES_CHANGE] == 0)
            continue;
        text_add(&title, "mark-sweep at ");
        axis_time(&title, p->list[i].from);
        text_add(&title, ": ");
        axis_time(&title, p->list[i].in[DOES_CHANGE]);
        svg_path(s, l->p->theme->ink, 0);
        svg_box(s, x, top, MARK, bottom - top);
        svg_move(s, x + MARK, top);
        svg_to(s, x + MARK + PX(FLAG), top + PX(FLAG) / 2);
        svg_to(s, x + MARK, top + PX(FLAG));
        text_add(&s->t, "Z");
        svg_path_end(s, title.data);
        text_release(&title);
    }
}

/* What the marks mean, once a picture. */
static void note(struct layout *l)
{
    if (strstr(l->notes.data ? l->notes.data : "", "scavenge"))
        return;
    text_addf(&l->notes,
              "%sHeaps: dark is alive, light is garbage; a tick beneath is a scavenge, a line "
              "with a flag a mark-sweep.",
              l->notes.len ? " " : "");
}

void plot_heap(struct layout *l, struct svg *s, size_t run, int32_t loop, px y)
{
    const struct history *h = l->p->runs[run].history;
    const struct theme *theme = l->p->theme;
    struct font f = plot_font(PX(11), theme->faint);
    px bottom = y + PX(ABOVE + HEAP_HEIGHT);
    struct text label = {0};
    struct pieces p = {0};
    char bytes[TIME_TEXT_SIZE];

    if (history_heap_max(h, loop) == 0)
        return;
    glyph_bytes(history_heap_max(h, loop), bytes);
    text_addf(&label, "heap, up to %s", bytes);
    f.anchor = ANCHOR_END;
    svg_group(s, "heap", label.data);
    svg_text(s, PX(LABEL_END), bottom - PX(1), f, label.data);
    draw_area(l, s, run, loop, false, bottom);
    draw_area(l, s, run, loop, true, bottom);
    svg_line(s, l->axis.x0, bottom, l->axis.x1, bottom, theme->grid, PX(1), LINE_SOLID, NULL);
    history_collections(h, loop, &p);
    if (p.n > 0) {
        draw_scavenges(l, s, &p, bottom);
        draw_mark_sweeps(l, s, &p, y, bottom);
    }
    svg_end(s);
    note(l);
    pieces_release(&p);
    text_release(&label);
}
