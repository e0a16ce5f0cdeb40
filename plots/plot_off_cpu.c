/* plot_off_cpu.c - the kind "off-cpu": where each task's time went.
 *
 * A row is a task's time put in order: what it ran, then what it waited for, each in the shape that
 * it has in a timeline; the device, the lock or the like is named where the wait for it is one of
 * the longest.  Of tasks that share a row it is the mean. */
#include <inttypes.h>
#include <string.h>

#include "plots/lanes.h"
#include "plots/plot.h"

enum { ROW = 22, BAR = 13, SIDE = 430, AXIS_HEIGHT = 34, ROWS_MAX = 32, NAMED = 3 };

/* What is waited for is named where it is among the longest of its row. */
struct named {
    int32_t wait;
    sim_time time;
};
struct part {
    sim_time in[DOINGS];
    sim_time all;
    struct named named[NAMED]; /* the longest first; 0: no more */
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

/* Keeps the longest ones; of equals the first. */
static void name_wait(struct part *part, int32_t wait, sim_time time)
{
    int at = NAMED;

    while (at > 0 && part->named[at - 1].time < time)
        at--;
    if (at == NAMED)
        return;
    for (int i = NAMED - 1; i > at; i--)
        part->named[i] = part->named[i - 1];
    part->named[at] = (struct named){wait, time};
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
    for (int32_t wait = 0; wait < history_waits(h); wait++)
        name_wait(&part, wait, history_wait(h, first, n, wait) / tasks);
    return part;
}

static px panel_height(const struct plot *p, size_t run)
{
    return plot_label_height(p, run, PX(20 + ROW * rows_of(p->runs[run].history) + 16));
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
    static const char *const words[DOINGS] = {"running",       "switching",     "ready",
                                              "other devices", "other waiting", "other locks",
                                              "stuck for ever"};

    return words[is];
}

/* A share of a row: of what it does, or of a wait that is named. */
struct share {
    enum doing is;
    const char *name;
    sim_time time;
};

/* In the order of what it does, of waits of one kind the longest first and the rest last. */
static int shares_of(const struct history *h, const struct part *part,
                     struct share list[DOINGS + NAMED])
{
    int n = 0;

    for (int is = 0; is < DOINGS; is++) {
        sim_time left = part->in[is];

        for (int k = 0; k < NAMED && is != DOES_STUCK; k++) {
            const struct named *named = &part->named[k];
            sim_time time = named->time < left ? named->time : left;

            if (time == 0 || (int)history_wait_kind(h, named->wait) != is)
                continue;
            list[n++] = (struct share){(enum doing)is, history_wait_name(h, named->wait), time};
            left -= time;
        }
        if (left > 0)
            list[n++] = (struct share){(enum doing)is, word((enum doing)is), left};
    }
    return n;
}

/* "24 ms: 50 % running, 30 % disk, 20 % ready" */
static void say_shares(struct text *t, const struct part *part, const struct share *list, int n)
{
    axis_time(t, part->all);
    text_add(t, ": ");
    for (int i = 0; i < n; i++) {
        text_add(t, i > 0 ? ", " : "");
        axis_number(t, mul_div_floor(list[i].time, 100000, part->all), 1000, 0);
        text_addf(t, " %% %s", list[i].name);
    }
}

static void draw_row(const struct plot *p, struct svg *s, const struct axis *axis,
                     const struct plot_run *r, int32_t row, px y)
{
    const struct task_story *story = history_story(r->history, row * rows_each(r->history));
    bool many = rows_each(r->history) > 1 || history_per_row(r->history) > 1;
    const struct task_colours *colours = theme_task(p->theme, many ? -1 : story->colour);
    struct part part = part_of(r->history, row);
    struct share list[DOINGS + NAMED];
    struct font f = plot_bold(PX(12), colours->line);
    struct text name = {0}, shares = {0};
    sim_time at = 0;
    int n;

    text_addf(&name, "%s%s", story->name, many ? " …" : "");
    f.anchor = ANCHOR_END;
    svg_group(s, "task", name.data);
    svg_text_fit(s, PX(LABEL_END), y + PX(11), PX(110), f, name.data);
    n = shares_of(r->history, &part, list);
    for (int i = 0; i < n; i++) {
        struct text title = {0};
        px x0 = axis_at(axis, at), x1 = axis_at(axis, at + list[i].time);

        text_addf(&title, "%s: %s ", name.data, list[i].name);
        axis_time(&title, list[i].time);
        lane_glyph(s, p->theme, list[i].is, colours, x0, x1, y, PX(BAR), title.data);
        if (i > 0 && list[i].is == list[i - 1].is)
            svg_rect(s, x0 - 50, y, PX(1), PX(BAR), colours->line, 0, NULL);
        text_release(&title);
        at += list[i].time;
    }
    if (part.all > 0) {
        say_shares(&shares, &part, list, n);
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
    px room = p->width - PX(PLOT_X0 + PLOT_MARGIN);
    px side = room / 2 < PX(SIDE) ? room / 2 : PX(SIDE); /* what the words beside a row have */
    struct axis axis =
        axis_of_time(0, longest_row(p), PX(PLOT_X0), PX(PLOT_X0) + room - side, PX(150));
    struct svg body;
    px y = plot_header(p, NULL) + PX(6), top = y;
    const char *notes = "";

    plot_body(p, &body);
    for (size_t i = 0; i < p->n; i++)
        y += panel_height(p, i);
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
        y += panel_height(p, i);
    }
    axis_labels(&axis, &body, p->theme, y + PX(14));
    return plot_page(p, &body, y + PX(AXIS_HEIGHT), "Where each task's time went.", notes);
}

const struct plot_kind plot_off_cpu = {
    .name = "off-cpu",
    .help = "where each task's time went: running, ready, waiting for what",
    .draw = draw,
};
