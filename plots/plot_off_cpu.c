/* plot_off_cpu.c - the kind "off-cpu": where each task's time went.
 *
 * A row is a task's time put in order: what it ran, then what it waited for, each in the shape that
 * it has in a timeline.  Of tasks that share a row it is the mean. */
#include <inttypes.h>
#include <string.h>

#include "plots/lanes.h"
#include "plots/plot.h"

enum { ROW = 22, BAR = 13, SIDE = 330, AXIS_HEIGHT = 34, ROWS_MAX = 32 };

struct part {
    sim_time in[DOINGS];
    sim_time all;
};

/* How many rows of the history are one here. */
static int32_t rows_each(const struct history *h)
{
    int32_t each = 1;

    while ((history_rows(h) + each - 1) / each > ROWS_MAX)
        each *= 2;
    return each;
}

static int32_t rows_of(const struct history *h)
{
    return (history_rows(h) + rows_each(h) - 1) / rows_each(h);
}

static struct part part_of(const struct history *h, int32_t row)
{
    int32_t each = rows_each(h), first = row * each, n = history_rows(h) - first;
    int64_t per = history_per_row(h), tasks = history_tasks(h) - first * per;
    struct pieces p = {0};
    struct part part = {.all = 0};

    n = n < each ? n : each;
    tasks = tasks < n * per ? tasks : n * per;
    history_task(h, first, n, &p);
    for (size_t i = 0; i < p.n; i++)
        for (int is = 0; is < DOINGS; is++)
            part.in[is] += p.list[i].in[is];
    pieces_release(&p);
    for (int is = 0; is < DOINGS; is++) {
        part.in[is] /= tasks;
        part.all += part.in[is];
    }
    return part;
}

static px panel_height(const struct plot_run *r)
{
    px h = PX(20 + ROW * rows_of(r->history) + 16);

    return h > PX(100) ? h : PX(100);
}

static sim_time longest_row(const struct plot *p)
{
    sim_time most = 1;

    for (size_t i = 0; i < p->n; i++)
        for (int32_t row = 0; row < rows_of(p->runs[i].history); row++) {
            struct part part = part_of(p->runs[i].history, row);

            most = part.all > most ? part.all : most;
        }
    return most;
}

static const char *word(enum doing is)
{
    static const char *const words[DOINGS] = {
        "running", "switching", "ready", "device", "time, others", "locks", "stuck for ever"};

    return words[is];
}

/* "24 ms: 50 % running, 50 % ready" */
static void say_shares(struct text *t, const struct part *part)
{
    int said = 0;

    axis_time(t, part->all);
    text_add(t, ": ");
    for (int is = 0; is < DOINGS; is++) {
        if (part->in[is] == 0)
            continue;
        text_add(t, said++ ? ", " : "");
        axis_number(t, mul_div_floor(part->in[is], 100000, part->all), 1000, 0);
        text_addf(t, " %% %s", word((enum doing)is));
    }
}

static void draw_row(const struct plot *p, struct svg *s, const struct axis *axis,
                     const struct plot_run *r, int32_t row, px y)
{
    const struct task_story *story = history_story(r->history, row * rows_each(r->history));
    bool many = rows_each(r->history) > 1 || history_per_row(r->history) > 1;
    const struct task_colours *colours = theme_task(p->theme, many ? -1 : story->colour);
    struct part part = part_of(r->history, row);
    struct font f = plot_bold(PX(12), colours->line);
    struct text name = {0}, shares = {0};
    sim_time at = 0;

    text_addf(&name, "%s%s", story->name, many ? " …" : "");
    f.anchor = ANCHOR_END;
    svg_group(s, "task", name.data);
    svg_text_fit(s, PX(LABEL_END), y + PX(11), PX(110), f, name.data);
    for (int is = 0; is < DOINGS; is++) {
        if (part.in[is] > 0) {
            struct text title = {0};

            text_addf(&title, "%s: %s ", name.data, word((enum doing)is));
            axis_time(&title, part.in[is]);
            lane_glyph(s, p->theme, (enum doing)is, colours, axis_at(axis, at),
                       axis_at(axis, at + part.in[is]), y, PX(BAR), title.data);
            text_release(&title);
        }
        at += part.in[is];
    }
    if (part.all > 0) {
        say_shares(&shares, &part);
        svg_text_fit(s, axis_at(axis, at) + PX(10), y + PX(11),
                     p->width - PX(PLOT_MARGIN) - axis_at(axis, at) - PX(10),
                     plot_font(PX(12), p->theme->muted), shares.data);
    }
    svg_end(s);
    text_release(&name);
    text_release(&shares);
}

static char *draw(const struct plot *p)
{
    struct axis axis = axis_of_time(0, longest_row(p), PX(PLOT_X0),
                                    p->width - PX(PLOT_MARGIN + SIDE), PX(150));
    struct svg body;
    px y = plot_header(p, NULL) + PX(6), top = y;
    const char *notes = "";

    plot_body(p, &body);
    for (size_t i = 0; i < p->n; i++)
        y += panel_height(&p->runs[i]);
    axis_grid(&axis, &body, p->theme, top, y);
    y = top;
    for (size_t i = 0; i < p->n; i++) {
        const struct history *h = p->runs[i].history;

        svg_line(&body, PX(PLOT_MARGIN), y, p->width - PX(PLOT_MARGIN), y, p->theme->rule,
                 PX(1), LINE_SOLID, NULL);
        plot_label(p, &body, i, y);
        for (int32_t row = 0; row < rows_of(h); row++)
            draw_row(p, &body, &axis, &p->runs[i], row, y + PX(20 + ROW * row));
        if (rows_each(h) > 1 || history_per_row(h) > 1)
            notes = "Tasks are folded in the order of their arrival; a row is their mean.";
        y += panel_height(&p->runs[i]);
    }
    axis_labels(&axis, &body, p->theme, y + PX(14));
    return plot_page(p, &body, y + PX(AXIS_HEIGHT), "Where each task's time went.", notes);
}

const struct plot_kind plot_off_cpu = {
    .name = "off-cpu",
    .help = "where each task's time went: running, ready, waiting for what",
    .draw = draw,
};
