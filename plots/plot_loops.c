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

bool plot_queue_drawn(const struct layout *l, size_t run, int32_t loop, int queue)
{
    const struct panel *m = &l->panels[run];

    return m->loops_each == 1 && (m->queues || queue == LOOP_QUEUE_READY) &&
           shown(l->p->runs[run].history, loop, queue);
}

static px loop_height(const struct layout *l, size_t run, int32_t loop)
{
    px h = PX(STAGE_PITCH);

    for (int q = 0; q < LOOP_QUEUE_COUNT; q++)
        h += plot_queue_drawn(l, run, loop, q) ? PX(QUEUE_PITCH) : 0;
    return h + (l->panels[run].loops_each == 1 ? plot_heap_height(&l->p->runs[run], loop) : 0);
}

void plot_loops_measure(struct layout *l, size_t run, px top)
{
    struct panel *m = &l->panels[run];
    int32_t n = history_loops(l->p->runs[run].history);

    n = l->p->rows == QUANTA_TASKS ? 0 : n;
    m->loops_each = 1;
    while ((n + m->loops_each - 1) / m->loops_each > LOOPS_SHOWN)
        m->loops_each *= 2;
    m->loop_rows = (n + m->loops_each - 1) / m->loops_each;
    m->queues = n <= QUEUES_OF;
    m->loops = top + PX(8);
    m->loops_h = 0;
    for (int32_t i = 0; i < m->loop_rows; i++)
        m->loops_h += loop_height(l, run, i);
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

/* Stages shorter than a pixel, and those of several loops, are a column as high as the loops
 * are busy, in the tone of the stage in which they are for longest. */
static void draw_cells(const struct layout *l, struct svg *s, const struct cells *cells,
                       int32_t per, px y)
{
    struct columns columns = {
        .s = s, .y = y, .h = PX(STAGE_HEIGHT), .middle = per == 1, .fill = NO_COLOUR};

    for (size_t i = 0; i < cells->n; i++) {
        const struct cell *c = &cells->list[i];

        if (per == 1 && c->x1 - c->x0 >= CELL_PIXEL && cell_pure(c, 1)) {
            columns_end(&columns);
            draw_stage(l, s, c, y);
        } else {
            columns_add(&columns, stage_fill(l->p->theme, c->who), c->x0,
                        c->x1 - c->x0 < CELL_PIXEL ? c->x0 + CELL_PIXEL : c->x1,
                        cell_share(c, c->in[DOES_RUN], per));
        }
    }
    columns_end(&columns);
}

/* "loop", and where there are several, as text and page call them. */
static void loop_name(const struct plot_run *r, int32_t first, int32_t per, struct text *t)
{
    int32_t last = first + per - 1, n = history_loops(r->history);
    int32_t worker = scenario_first_worker(r->sc, scenario_loop_executor(r->sc, first));
    char name[TASK_NAME_SIZE];

    last = last < n ? last : n - 1;
    if (n == 1)
        text_add(t, "loop");
    else if (last > first)
        text_addf(t, "loops %d–%d", (int)first + 1, (int)last + 1);
    else
        text_addf(t, "%s%s", worker >= 0 && first >= worker ? "" : "loop ",
                  scenario_loop_name(r->sc, first, name));
}

static void draw_stages(struct layout *l, struct svg *s, size_t run, int32_t row, px y)
{
    const struct plot_run *r = &l->p->runs[run];
    int32_t per = l->panels[run].loops_each, loop = row * per;
    struct font f = plot_font(PX(12), l->p->theme->faint);
    struct pieces p = {0};
    struct cells cells = {0};
    struct text name = {0};
    bool folded;

    loop_name(r, loop, per, &name);
    f.anchor = ANCHOR_END;
    history_loop(r->history, loop, per, &p);
    svg_group(s, "loop", name.data);
    svg_text_fit(s, PX(LABEL_END), y + PX(12), PX(ROW_NAME), f, name.data);
    if (per == 1)
        draw_waits(l, s, &p, y);
    else
        svg_line(s, l->axis.x0, y + PX(STAGE_HEIGHT), l->axis.x1, y + PX(STAGE_HEIGHT),
                 l->p->theme->grid, PX(1), LINE_SOLID, NULL);
    take_waits(&p);
    folded = cells_make(&cells, &p, &l->axis, per, per > 1 || !history_loops_exact(r->history));
    l->folded = (folded && per == 1) || l->folded;
    draw_cells(l, s, &cells, per, y);
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
    svg_text_fit(s, PX(LABEL_END), bottom - PX(1), PX(ROW_NAME), f, label.data);
    svg_line(s, l->axis.x0, bottom, l->axis.x1, bottom, theme->grid, PX(1), LINE_SOLID, NULL);
    plot_area(l, s, h, level, theme->other.fill, title.data, bottom,
              PX(QUEUE_HEIGHT) * 256 / history_level_max(h, level));
    svg_end(s);
    text_release(&label);
    text_release(&title);
}

/* What of many loops is not drawn, once a picture. */
static void note(struct layout *l, size_t run)
{
    const struct panel *m = &l->panels[run];
    int n = (int)history_loops(l->p->runs[run].history);

    if (n <= QUEUES_OF || m->loop_rows == 0 ||
        strstr(l->notes.data ? l->notes.data : "", "event loops"))
        return;
    text_add(&l->notes, l->notes.len ? " " : "");
    if (m->loops_each > 1)
        text_addf(&l->notes,
                  "%d event loops share %d rows, %d in each: the higher, the more of them do "
                  "something; their queues are not drawn.",
                  n, (int)m->loop_rows, (int)m->loops_each);
    else
        text_addf(&l->notes,
                  "Of %d event loops the queue of the poll is drawn, where anything waits in "
                  "it, and no other queue.",
                  n);
}

void plot_loops(struct layout *l, struct svg *s, size_t run)
{
    const struct panel *m = &l->panels[run];
    px y = m->y + m->loops;

    for (int32_t i = 0; i < m->loop_rows; i++) {
        px below = y + PX(STAGE_PITCH);

        draw_stages(l, s, run, i, y);
        y += loop_height(l, run, i);
        for (int q = 0; q < LOOP_QUEUE_COUNT; q++) {
            if (!plot_queue_drawn(l, run, i, q))
                continue;
            draw_queue(l, s, run,
                       history_loop_level(l->p->runs[run].history, i, (enum loop_queue)q),
                       below);
            below += PX(QUEUE_PITCH);
        }
        if (m->loops_each == 1)
            plot_heap(l, s, run, i, below);
    }
    note(l, run);
}
