#include "plots/lanes.h"

#include <stdlib.h>
#include <string.h>

#include "plots/lane_cells.h"

/* `per` rows of the history are drawn as one. */
static void make_cells(struct lane *l, const struct pieces *p, int32_t per, struct cells *c)
{
    bool bins = !history_exact(l->run->history) || per > 1;

    l->folded = cells_make(c, p, l->axis, per, bins) || l->folded;
}

/* ---- one stretch ------------------------------------------------------------------------------ */

void lane_glyph(struct svg *s, const struct theme *theme, enum doing is,
                const struct task_colours *c, px x0, px x1, px y, px h, const char *title)
{
    px middle = y + h / 2, thin = h < PX(6) ? PX(1) : 180;
    px dot = h < PX(6) ? 200 : 320;

    switch (is) {
    case DOES_RUN:
        svg_rect(s, x0, y, x1 - x0, h, c->fill, h < PX(6) ? 0 : PX(2), title);
        break;
    case DOES_CHANGE:
        svg_rect(s, x0, y, x1 - x0, h, theme->change, x1 - x0 > PX(4) ? PX(1) : 0, title);
        break;
    case DOES_WAIT:
        svg_rect(s, x0, middle - thin / 2, x1 - x0, thin, c->line, 0, title);
        break;
    case DOES_IO:
    case DOES_SLEEP:
        if (x1 - x0 > PX(8))
            svg_line(s, x0 + PX(4), middle, x1 - PX(3), middle, c->line, dot,
                     is == DOES_IO ? LINE_DOTS : LINE_SPARSE, title);
        else
            svg_line(s, (x0 + x1) / 2, middle, (x0 + x1) / 2 + 10, middle, c->line, dot,
                     LINE_DOTS, title);
        break;
    case DOES_LOCK:
        svg_line(s, x0 + PX(2), middle, x1 - PX(1), middle, c->line, dot, LINE_DASHES, title);
        break;
    case DOES_STUCK:
        for (px x = x0 + PX(6); x <= x1 - PX(4) || x == x0 + PX(6); x += PX(13))
            svg_cross(s, x, middle, h < PX(6) ? 150 : 320, theme->bad, 180, title);
        break;
    default:
        sim_unreachable("a state of nothing");
    }
}

static const char *doing_name(enum doing is)
{
    static const char *const names[DOINGS] = {
        "runs",  "switch",           "is ready and waits", "waits for a device",
        "waits", "waits for a lock", "waits for ever"};

    return names[is];
}

/* "B waits for a device, 8 ms to 22 ms (14 ms)" */
static char *stretch_title(const char *who, enum doing is, const char *where,
                           const struct cell *c)
{
    struct text t = {0};

    text_addf(&t, "%s%s%s%s%s, ", who ? who : "", who ? " " : "", doing_name(is),
              where ? " on " : "", where ? where : "");
    axis_time(&t, c->from);
    text_add(&t, " to ");
    axis_time(&t, c->to);
    text_add(&t, " (");
    axis_time(&t, c->to - c->from);
    text_add(&t, ")");
    return text_take(&t);
}

/* ---- cores ------------------------------------------------------------------------------------ */

/* The name, or what is special about it, as far as it fits into the bar. */
static void bar_label(struct lane *l, const struct cell *c, const struct task_colours *colours)
{
    const char *name = history_name(l->run->history, c->who), *number, *folder;
    px size = l->h >= PX(26) ? 1550 : l->h >= PX(16) ? PX(13) : PX(10);
    px room = c->x1 - c->x0 - PX(4);
    struct font f = plot_bold(size, colours->label);

    if (!name || l->h < PX(11))
        return;
    folder = strrchr(name, '/');
    if (text_width(name, size, true) > room && folder)
        name = folder + 1;
    number = strrchr(name, '#');
    if (text_width(name, size, true) > room && number)
        name = number + 1;
    if (text_width(name, size, true) > room)
        f.size = size = PX(10);
    if (text_width(name, size, true) > room)
        return;
    f.anchor = ANCHOR_MIDDLE;
    svg_text(l->s, (c->x0 + c->x1) / 2, l->y + l->h / 2 + size * 35 / 100, f, name);
}

static void core_bar(struct lane *l, const struct cell *c, const char *where)
{
    const struct history *h = l->run->history;
    enum doing is = cell_longest(c);
    const struct task_colours *colours = theme_task(l->p->theme, history_colour(h, c->who));
    const char *name = history_name(h, c->who); /* NULL where there are too many */
    char *title = NULL;

    if (c->x1 - c->x0 >= PX(2))
        title = is == DOES_RUN ? stretch_title(name ? name : "a task", is, where, c)
                               : stretch_title(NULL, is, where, c);
    if (is == DOES_RUN)
        svg_rect(l->s, c->x0, l->y, c->x1 - c->x0, l->h, colours->fill,
                 l->h < PX(10) || c->x1 - c->x0 < PX(6) ? 0 : PX(3), title);
    else
        svg_rect(l->s, c->x0 + 40, l->y, c->x1 - c->x0 > 180 ? c->x1 - c->x0 - 80 : PX(1), l->h,
                 l->p->theme->change, 0, title);
    if (is == DOES_RUN)
        bar_label(l, c, colours);
    free(title);
}

/* Are tasks few enough for their colours to say something? */
static bool coloured(const struct lane *l)
{
    return history_per_row(l->run->history) == 1;
}

/* Density: as high as the core is busy, in the colour of the task that ran most of the time. */
static void core_column(struct lane *l, const struct cell *c, int32_t per, struct columns *d)
{
    sim_time run = c->in[DOES_RUN], busy = run + c->in[DOES_CHANGE];
    px levels = cell_share(c, busy, per), width = c->x1 - c->x0;
    bool one = run > 0 && c->top >= run / 10 * 6 && per == 1 && coloured(l);
    colour fill =
        theme_task(l->p->theme, one ? history_colour(l->run->history, c->who) : -1)->fill;

    if (run < c->in[DOES_CHANGE])
        fill = l->p->theme->change;
    columns_add(d, fill, c->x0, c->x0 + (width < CELL_PIXEL ? CELL_PIXEL : width), levels);
}

void lane_core(struct lane *l, int32_t core, int32_t per)
{
    struct pieces pieces = {0};
    struct cells cells = {0};
    struct columns columns = {.s = l->s, .y = l->y, .h = l->h, .fill = NO_COLOUR};

    history_core(l->run->history, core, per, &pieces);
    make_cells(l, &pieces, per, &cells);
    for (size_t i = 0; i < cells.n; i++) {
        const struct cell *c = &cells.list[i];

        if (per > 1 || c->x1 - c->x0 < CELL_PIXEL || !cell_pure(c, 1) ||
            (c->many && !coloured(l))) {
            core_column(l, c, per, &columns);
            continue;
        }
        columns_end(&columns);
        core_bar(l, c, l->run->sc->machine.cores[core].name);
    }
    columns_end(&columns);
    pieces_release(&pieces);
    free(cells.list);
}

/* ---- tasks ------------------------------------------------------------------------------------- */

/* Density: a bar about the middle as high as it runs, upon a line where it also waits. */
static void task_column(struct lane *l, const struct cell *c, struct text *bars,
                        struct text *lines)
{
    struct svg part = {.t = *bars};
    px levels = cell_share(c, c->in[DOES_RUN], 1), high = l->h * levels / CELL_LEVELS;
    px width = c->x1 - c->x0 < CELL_PIXEL ? CELL_PIXEL : c->x1 - c->x0,
       thin = l->h < PX(6) ? 60 : 180;

    if (levels > 0)
        svg_box(&part, c->x0, l->y + (l->h - high) / 2, width, high);
    *bars = part.t;
    part.t = *lines;
    if (c->in[DOES_RUN] < c->to - c->from)
        svg_box(&part, c->x0, l->y + (l->h - thin) / 2, width, thin);
    *lines = part.t;
}

static void flush(struct svg *s, struct text *boxes, colour fill)
{
    if (boxes->len > 0) {
        svg_path(s, fill, 0);
        text_add(&s->t, boxes->data);
        svg_path_end(s, NULL);
    }
    text_release(boxes);
}

static void task_cells(struct lane *l, const struct cells *cells, const char *name, bool idles,
                       const struct task_colours *colours)
{
    struct text bars = {0}, lines = {0};

    for (size_t i = 0; i < cells->n; i++) {
        const struct cell *c = &cells->list[i];
        enum doing is = cell_longest(c);
        char *title = NULL;

        if (idles && is == DOES_SLEEP)
            continue; /* a thread of a pool that has nothing to do */
        if (c->many && !(cell_pure(c, 1) && c->x1 - c->x0 >= PX(1))) {
            task_column(l, c, &bars, &lines);
            continue;
        }
        if (c->x1 - c->x0 >= PX(2))
            title = stretch_title(name, is, NULL, c);
        lane_glyph(l->s, l->p->theme, is, colours, c->x0,
                   c->x1 - c->x0 < CELL_PIXEL ? c->x0 + CELL_PIXEL : c->x1, l->y, l->h, title);
        free(title);
    }
    flush(l->s, &lines, colours->line);
    flush(l->s, &bars, colours->fill);
}

void lane_cut(struct svg *s, px x, px y, px radius, colour c)
{
    svg_path(s, c, radius < PX(2) ? PX(1) : 180);
    svg_move(s, x, y - radius);
    svg_to(s, x + radius, y);
    svg_to(s, x, y + radius);
    svg_path_end(s, "cut off: it would go on");
}

/* How the task came to its end, where that lies within the picture. */
static void task_ending(struct lane *l, const struct task_story *story,
                        const struct task_colours *colours)
{
    px middle = l->y + l->h / 2, radius = l->h < PX(8) ? l->h * 36 / 100 : 360, x;
    struct text title = {0};

    if (story->ending == TASK_LIVES && l->run->outcome == OUTCOME_UNTIL &&
        history_end(l->run->history) <= l->axis->to) {
        lane_cut(l->s, axis_at(l->axis, history_end(l->run->history)) + PX(3), middle, radius,
                 colours->line);
        return;
    }
    if (story->ending == TASK_STUCK || story->ending == TASK_LIVES ||
        story->end > l->axis->to || story->end < l->axis->from)
        return;
    x = axis_at(l->axis, story->end) + radius + 190;
    text_addf(&title, "%s %s at ", story->name,
              story->ending == TASK_FAULTED ? "ends with a fault" : "has finished");
    axis_time(&title, story->end);
    if (story->ending == TASK_FAULTED)
        svg_cross(l->s, x, middle, radius, l->p->theme->bad, 240, title.data);
    else
        svg_ring(l->s, x, middle, radius, l->p->theme->ground, colours->line,
                 l->h < PX(8) ? PX(1) : 180, title.data);
    text_release(&title);
}

void lane_task(struct lane *l, int32_t row)
{
    const struct task_story *story = history_story(l->run->history, row);
    const struct task_colours *colours = theme_task(l->p->theme, story->colour);
    struct pieces pieces = {0};
    struct cells cells = {0};

    history_task(l->run->history, row, 1, &pieces);
    make_cells(l, &pieces, 1, &cells);
    /* What never ends goes on beyond the end of the run. */
    if (story->ending == TASK_STUCK && cells.n > 0 && l->axis->to > history_to(l->run->history))
        cells.list[cells.n - 1].x1 = l->axis->x1;
    task_cells(l, &cells, story->name, story->colour < 0, colours);
    task_ending(l, story, colours);
    pieces_release(&pieces);
    free(cells.list);
}

/* ---- bands -------------------------------------------------------------------------------------- */

static int64_t tasks_in(const struct piece *p)
{
    sim_time sum = 0;

    for (int i = 0; i < DOINGS; i++)
        sum += p->in[i];
    return (sum + p->to - p->from - 1) / (p->to - p->from);
}

int64_t lane_band_most(const struct plot_run *run, int32_t row, int32_t n)
{
    struct pieces pieces = {0};
    int64_t most = 0;

    history_task(run->history, row, n, &pieces);
    for (size_t i = 0; i < pieces.n; i++)
        most = tasks_in(&pieces.list[i]) > most ? tasks_in(&pieces.list[i]) : most;
    pieces_release(&pieces);
    return most;
}

void lane_band(struct lane *l, int32_t row, int32_t n, int64_t most)
{
    struct pieces pieces = {0};
    struct cells cells = {0};
    struct svg part[3] = {{.depth = 0}};
    colour fills[3] = {l->p->theme->running, l->p->theme->other.fill, l->p->theme->progress};

    history_task(l->run->history, row, n, &pieces);
    make_cells(l, &pieces, INT16_MAX, &cells);
    for (size_t i = 0; i < cells.n; i++) {
        const struct cell *c = &cells.list[i];
        sim_time all = c->to - c->from, sum = 0, parts[3];
        px bottom = l->y + l->h,
           width = c->x1 - c->x0 < CELL_PIXEL ? CELL_PIXEL : c->x1 - c->x0;

        for (int k = 0; k < DOINGS; k++)
            sum += c->in[k];
        parts[0] = c->in[DOES_RUN];
        parts[1] = c->in[DOES_WAIT];
        parts[2] = sum - parts[0] - parts[1];
        for (int k = 0; k < 3; k++) {
            px high = mul_div_floor(mul_div_floor(parts[k], 4096, all), l->h, 4096 * most);

            if (k == 0 && parts[0] > 0 && high < 60)
                high = 60;
            if (high > 0)
                svg_box(&part[k], c->x0, bottom - high, width, high);
            bottom -= high;
        }
    }
    for (int k = 0; k < 3; k++)
        flush(l->s, &part[k].t, fills[k]);
    pieces_release(&pieces);
    free(cells.list);
    l->folded = true;
}
