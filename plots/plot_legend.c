/* plot_legend.c - what the signs of a picture mean: those alone that it has. */
#include <string.h>

#include "plots/plot_timeline.h"

enum { PITCH = 23, MARGIN = 18, SIGN = 40, TEXT_AT = 54, APART = 26, APART_MOST = 70 };

enum sign {
    SIGN_DOES,
    SIGN_ENDED = DOINGS,
    SIGN_FAULT,
    SIGN_CUT,
    SIGN_PROGRESS,
    SIGN_RUNNING,
    SIGN_STAGE,
    SIGN_POLL,
    SIGN_QUEUE,
    SIGN_ALIVE,
    SIGN_GARBAGE,
    SIGN_SCAVENGE,
    SIGN_MARK_SWEEP,
    SIGN_LIMIT,
    SIGN_CRASH,
    SIGNS
};

/* ---- which ---------------------------------------------------------------------------------- */

static void see_heap(const struct plot_run *r, int32_t loop, bool saw[SIGNS])
{
    struct pieces p = {0};

    if (history_heap_max(r->history, loop) == 0)
        return;
    saw[SIGN_ALIVE] = saw[SIGN_GARBAGE] = true;
    saw[SIGN_LIMIT] = saw[SIGN_LIMIT] || plot_heap_limit(r, loop) > 0;
    saw[SIGN_CRASH] = saw[SIGN_CRASH] || history_heap_end(r->history, loop) >= 0;
    history_collections(r->history, loop, &p);
    for (size_t i = 0; i < p.n; i++) {
        saw[SIGN_SCAVENGE] = saw[SIGN_SCAVENGE] || p.list[i].in[DOES_RUN] > 0;
        saw[SIGN_MARK_SWEEP] = saw[SIGN_MARK_SWEEP] || p.list[i].in[DOES_CHANGE] > 0;
    }
    pieces_release(&p);
}

static void see_loops(const struct layout *l, size_t run, bool saw[SIGNS])
{
    const struct plot_run *r = &l->p->runs[run];

    if (l->panels[run].loop_rows == 0)
        return;
    saw[SIGN_STAGE] = true;
    if (l->panels[run].loops_each > 1)
        return;
    saw[SIGN_POLL] = true;
    for (int32_t i = 0; i < l->panels[run].loop_rows; i++) {
        for (int q = 0; q < LOOP_QUEUE_COUNT; q++)
            saw[SIGN_QUEUE] = saw[SIGN_QUEUE] || plot_queue_drawn(l, run, i, q);
        see_heap(r, i, saw);
    }
}

static int signs(const struct layout *l, int list[SIGNS])
{
    bool saw[SIGNS] = {[DOES_RUN] = true,
                       [DOES_WAIT] = true,
                       [SIGN_ENDED] = true,
                       [SIGN_PROGRESS] = true,
                       [SIGN_RUNNING] = true};
    int n = 0;

    for (size_t i = 0; i < l->p->n; i++) {
        const struct plot_run *r = &l->p->runs[i];

        for (int is = 0; is < DOINGS; is++)
            saw[is] = saw[is] || history_saw(r->history, (enum doing)is);
        saw[DOES_CHANGE] = saw[DOES_CHANGE] || r->metrics->switch_time > 0;
        saw[SIGN_CUT] = saw[SIGN_CUT] || r->outcome == OUTCOME_UNTIL;
        saw[SIGN_FAULT] = saw[SIGN_FAULT] || r->metrics->faults.n > 0;
        see_loops(l, i, saw);
    }
    for (int i = 0; i < SIGNS; i++)
        if (saw[i])
            list[n++] = i;
    return n;
}

/* ---- what they mean ------------------------------------------------------------------------- */

static void sign_text(const struct plot *p, int sign, struct text *t)
{
    static const char *const texts[SIGNS] = {"running on a core",
                                             "context switch",
                                             "ready, waiting for a core",
                                             "waiting for a device",
                                             "waiting for time or another task",
                                             "waiting for a lock or its like",
                                             "deadlocked: for ever",
                                             "finished",
                                             "ended by a fault",
                                             "cut off by the end of the run",
                                             "tasks in progress (concurrency)",
                                             "tasks running now (parallelism)",
                                             "event loop, in a phase",
                                             "event loop, blocked in the poll",
                                             "how many wait in a queue",
                                             "heap: alive",
                                             "heap: garbage upon it",
                                             "scavenge (young generation)",
                                             "mark-sweep (whole heap)",
                                             "limit of the old generation",
                                             "out of memory: the process ends"};
    sim_time cost = 0;
    bool same = true;

    text_add(t, texts[sign]);
    for (size_t i = 0; i < p->n; i++) {
        sim_time here = p->runs[i].sc->machine.context_switch;

        same = same && (i == 0 || here == cost);
        cost = here;
    }
    if (sign == DOES_CHANGE && same && cost > 0) {
        text_add(t, " (");
        axis_time(t, cost);
        text_add(t, " lost)");
    }
}

static void draw_area(const struct theme *theme, struct svg *s, int sign, px x, px y)
{
    colour fill = sign == SIGN_RUNNING ? theme->running
                  : sign == SIGN_STAGE ? theme->shades[4]
                  : sign == SIGN_QUEUE ? theme->other.fill
                  : sign == SIGN_ALIVE ? theme->other.fill
                                       : theme->progress;

    svg_rect(s, x, y - PX(6), PX(SIGN), PX(12), fill, sign == SIGN_STAGE ? PX(2) : 0, NULL);
}

static void draw_sign(const struct plot *p, struct svg *s, int sign, px x, px y)
{
    const struct theme *theme = p->theme;
    const struct task_colours grey = {theme->faint, theme->faint, theme->ink};

    switch (sign) {
    case DOES_CHANGE:
        svg_rect(s, x + PX(16), y - PX(8), PX(8), PX(16), theme->change, PX(1), NULL);
        break;
    case SIGN_ENDED:
        svg_ring(s, x + PX(20), y, 380, theme->panel, theme->faint, 180, NULL);
        break;
    case SIGN_FAULT:
    case SIGN_CRASH:
        svg_cross(s, x + PX(20), y, sign == SIGN_CRASH ? 450 : 380, theme->bad, 240, NULL);
        break;
    case SIGN_CUT:
        lane_cut(s, x + PX(18), y, 380, theme->faint);
        break;
    case SIGN_POLL:
        svg_rect(s, x, y - 60, PX(SIGN), 120, theme->faint, 0, NULL);
        break;
    case SIGN_SCAVENGE:
        svg_line(s, x, y - PX(2), x + PX(SIGN), y - PX(2), theme->rule, PX(1), LINE_SOLID,
                 NULL);
        svg_rect(s, x + PX(20), y - PX(2), PX(1), PX(5), theme->muted, 0, NULL);
        break;
    case SIGN_MARK_SWEEP:
        plot_mark_sweep(s, theme, x + PX(18), y - PX(8), y + PX(8), NULL);
        break;
    case SIGN_LIMIT:
        svg_line(s, x, y, x + PX(SIGN), y, theme->bad, 120, LINE_DASHES, NULL);
        break;
    default:
        if (sign >= DOINGS)
            draw_area(theme, s, sign, x, y);
        else
            lane_glyph(s, theme, (enum doing)sign, &grey, x, x + PX(SIGN), y - PX(5), PX(10),
                       NULL);
    }
}

/* ---- where ---------------------------------------------------------------------------------- */

/* Signs from top to bottom, then the next column, each as wide as its longest text. */
struct columns_of_signs {
    int n, rows, columns;
    int list[SIGNS];
    px width[SIGNS]; /* of a column, with the gap to the next */
    px all;
};

static void try_columns(const struct plot *p, struct columns_of_signs *c, int columns)
{
    c->rows = (c->n + columns - 1) / columns;
    c->columns = (c->n + c->rows - 1) / c->rows;
    c->all = 0;
    for (int k = 0; k < c->columns; k++)
        c->width[k] = 0;
    for (int i = 0; i < c->n; i++) {
        struct text t = {0};
        px width;

        sign_text(p, c->list[i], &t);
        width = PX(TEXT_AT + APART) + text_width(t.data, PX(13), false);
        if (width > c->width[i / c->rows])
            c->width[i / c->rows] = width;
        text_release(&t);
    }
    for (int k = 0; k < c->columns; k++)
        c->all += c->width[k];
}

/* As many columns as there is room for, and what room is left between them. */
static struct columns_of_signs columns_within(const struct layout *l, px room)
{
    struct columns_of_signs c = {.n = 0};
    int columns;
    px more;

    c.n = columns = signs(l, c.list);
    do
        try_columns(l->p, &c, columns);
    while (c.all - PX(APART) > room && --columns > 0);
    more = c.all < room ? (room - c.all) / c.columns : 0;
    more = more < PX(APART_MOST) ? more : PX(APART_MOST);
    for (int k = 0; k < c.columns; k++)
        c.width[k] += more;
    c.all += c.columns * more;
    return c;
}

int plot_legend_signs(const struct layout *l)
{
    int list[SIGNS];

    return signs(l, list);
}

px plot_legend(const struct layout *l, struct svg *s, px x, px y, px width)
{
    struct columns_of_signs c = columns_within(l, width - PX(2 * MARGIN));
    px height = PX(PITCH * c.rows + 20), at = x + PX(MARGIN);

    if (!s)
        return height;
    svg_group(s, "legend", NULL);
    svg_rect(s, x, y, width, height, l->p->theme->panel, PX(8), NULL);
    for (int i = 0; i < c.n; i++) {
        px middle = y + PX(22 + PITCH * (i % c.rows));
        struct text t = {0};

        sign_text(l->p, c.list[i], &t);
        draw_sign(l->p, s, c.list[i], at, middle);
        svg_text_fit(s, at + PX(TEXT_AT), middle + 470, x + width - at - PX(TEXT_AT + 4),
                     plot_font(PX(13), l->p->theme->muted), t.data);
        text_release(&t);
        if (i % c.rows == c.rows - 1)
            at += c.width[i / c.rows];
    }
    svg_end(s);
    return height;
}
