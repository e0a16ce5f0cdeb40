/* plot_waits.c - the kind "waits": who waits for what for ever, and who has it.
 *
 * Tasks stand at the left, what they wait for at the right: an arrow to the right is a wait, one to
 * the left says who has it.  Arrows that lead back to where they began are the deadlock. */
#include "plots/waits.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "plots/axis.h"
#include "plots/plot.h"

enum { NODE_W = 270, NODE_H = 46, NODE_GAP = 44, SPREAD = 700 };

/* ---- the graph --------------------------------------------------------------------------------- */

static int node(const char *list[], int *n, const char *name)
{
    for (int i = 0; i < *n; i++)
        if (strcmp(list[i], name) == 0)
            return i;
    if (*n == WAIT_NODES)
        return -1;
    list[*n] = name;
    return (*n)++;
}

/* What a task has stands opposite to it, as far as that is possible. */
static void name_things(const struct notes *notes, struct waits *w)
{
    for (int t = 0; t < w->ntasks; t++)
        for (size_t i = 0; i < notes->n; i++)
            if (notes->list[i].held_by && notes->list[i].waits_for &&
                strcmp(notes->list[i].held_by, w->tasks[t]) == 0)
                (void)node(w->things, &w->nthings, notes->list[i].waits_for);
}

void waits_of(const struct plot_run *r, struct waits *w)
{
    const struct notes *notes = &r->metrics->deadlock;

    memset(w, 0, sizeof(*w));
    for (size_t i = 0; i < notes->n; i++)
        if (node(w->tasks, &w->ntasks, notes->list[i].task) < 0)
            w->left_out++;
    name_things(notes, w);
    for (size_t i = 0; i < notes->n; i++) {
        const struct note *n = &notes->list[i];
        int task = node(w->tasks, &w->ntasks, n->task), thing, holder = -1;

        if (task < 0 || w->n == WAITS || !n->waits_for)
            continue;
        thing = node(w->things, &w->nthings, n->waits_for);
        if (n->held_by && !n->held_by_ended)
            holder = node(w->tasks, &w->ntasks, n->held_by);
        if (thing >= 0)
            w->list[w->n++] = (struct wait){task, thing, holder, n};
    }
}

/* Does one come back to `task` from what it waits for? */
bool waits_in_circle(const struct waits *w, int task)
{
    int at = task;

    for (int step = 0; step <= w->n; step++) {
        int next = -1;

        for (int i = 0; i < w->n; i++)
            if (w->list[i].task == at)
                next = w->list[i].holder;
        if (next < 0)
            return false;
        if (next == task)
            return true;
        at = next;
    }
    return false;
}

static void add_line(const struct plot_run *r, struct text *t, int64_t place)
{
    if (place >= 0 && r->sc->places[place].line > 0)
        text_addf(t, ", line %d", (int)r->sc->places[place].line);
}

/* ---- as a picture ------------------------------------------------------------------------------- */

struct drawing {
    const struct plot *p;
    const struct plot_run *r;
    struct svg *s;
    struct waits w;
    px x, y; /* of the left column */
};

static px node_y(const struct drawing *d, int i)
{
    return d->y + PX(NODE_H + NODE_GAP) * i;
}

/* What is known of it: since when it waits, or who has it, and where in the file. */
static void node_facts(const struct drawing *d, bool task, int i, struct text *t)
{
    for (int k = 0; k < d->w.n; k++) {
        const struct wait *w = &d->w.list[k];

        if (task && w->task == i) {
            text_add(t, "waits, from ");
            axis_time(t, w->note->at);
            text_add(t, " on for ever");
            add_line(d->r, t, w->note->place);
            return;
        }
        if (!task && w->thing == i && w->holder >= 0) {
            text_addf(t, "%s has it", d->w.tasks[w->holder]);
            if (w->note->since >= 0) {
                text_add(t, " since ");
                axis_time(t, w->note->since);
                add_line(d->r, t, w->note->held_place);
            }
            return;
        }
    }
    text_add(t, task ? "has what others wait for" : "nobody has it");
}

static void draw_node(const struct drawing *d, bool task, int i, bool circle)
{
    const struct theme *theme = d->p->theme;
    const char *name = task ? d->w.tasks[i] : d->w.things[i];
    px x = d->x + (task ? 0 : PX(SPREAD)), y = node_y(d, i);
    struct font f = plot_bold(PX(14), theme->ink);
    struct text facts = {0};

    f.anchor = ANCHOR_MIDDLE;
    node_facts(d, task, i, &facts);
    svg_group(d->s, task ? "task" : "thing", name);
    svg_rect(d->s, x, y, PX(NODE_W), PX(NODE_H), circle ? theme->bad : theme->rule,
             PX(task ? 23 : 4), NULL);
    svg_rect(d->s, x + 150, y + 150, PX(NODE_W) - 300, PX(NODE_H) - 300, theme->panel,
             PX(task ? 21 : 3), NULL);
    svg_text_fit(d->s, x + PX(NODE_W / 2), y + PX(21), PX(NODE_W - 30), f, name);
    f = plot_font(PX(11), theme->muted);
    f.anchor = ANCHOR_MIDDLE;
    svg_text_fit(d->s, x + PX(NODE_W / 2), y + PX(37), PX(NODE_W - 20), f, facts.data);
    svg_end(d->s);
    text_release(&facts);
}

/* A line with a head at x1, to the right or to the left. */
static void arrow(const struct drawing *d, px x0, px y0, px x1, px y1, colour c, bool dashed,
                  const char *title)
{
    px back = x1 > x0 ? -PX(11) : PX(11);

    svg_line(d->s, x0, y0, x1 + back, y1, c, PX(2), dashed ? LINE_DASHES : LINE_SOLID, title);
    svg_path(d->s, c, 0);
    svg_move(d->s, x1, y1);
    svg_to(d->s, x1 + back, y1 - 550);
    svg_to(d->s, x1 + back, y1 + 550);
    text_add(&d->s->t, "Z");
    svg_path_end(d->s, NULL);
}

static void draw_wait(const struct drawing *d, const struct wait *w)
{
    bool circle = waits_in_circle(&d->w, w->task);
    colour c = circle ? d->p->theme->bad : d->p->theme->muted;
    px x0 = d->x + PX(NODE_W), x1 = d->x + PX(SPREAD), side = PX(11);
    px task = node_y(d, w->task) + PX(NODE_H / 2), thing = node_y(d, w->thing) + PX(NODE_H / 2);

    arrow(d, x0, task - side, x1, thing - side, c, false, "waits for");
    if (w->holder >= 0)
        arrow(d, x1, thing + side, x0, node_y(d, w->holder) + PX(NODE_H / 2) + side, c, true,
              "is held by");
}

static px draw_run(const struct plot *p, struct svg *s, size_t run, px y, bool *left_out)
{
    struct drawing d = {.p = p, .r = &p->runs[run], .s = s, .x = PX(PLOT_X0), .y = y + PX(24)};
    int rows;

    waits_of(d.r, &d.w);
    *left_out = *left_out || d.w.left_out > 0;
    rows = d.w.ntasks > d.w.nthings ? d.w.ntasks : d.w.nthings;
    svg_line(s, PX(PLOT_MARGIN), y, p->width - PX(PLOT_MARGIN), y, p->theme->rule, PX(1),
             LINE_SOLID, NULL);
    plot_label(p, s, run, y);
    if (d.w.n == 0) {
        svg_text(s, d.x, y + PX(33), plot_font(PX(14), p->theme->muted),
                 "Nobody waits for ever.");
        return y + PX(100);
    }
    for (int i = 0; i < d.w.n; i++)
        draw_wait(&d, &d.w.list[i]);
    for (int i = 0; i < d.w.ntasks; i++)
        draw_node(&d, true, i, waits_in_circle(&d.w, i));
    for (int i = 0; i < d.w.nthings; i++) {
        bool circle = false;

        for (int k = 0; k < d.w.n; k++)
            circle =
                circle || (d.w.list[k].thing == i && waits_in_circle(&d.w, d.w.list[k].task));
        draw_node(&d, false, i, circle);
    }
    y += PX(24) + PX(NODE_H + NODE_GAP) * rows;
    return rows == 1 ? y + PX(30) : y;
}

static char *draw(const struct plot *p)
{
    px y = plot_header(p, NULL) + PX(6);
    struct svg body;
    bool left_out = false;

    plot_body(p, &body);
    for (size_t i = 0; i < p->n; i++)
        y = draw_run(p, &body, i, y, &left_out);
    return plot_page(p, &body, y, "Who waits for what for ever, and who has it.",
                     left_out ? "More tasks wait than are drawn." : "");
}

const struct plot_kind plot_waits = {
    .name = "waits",
    .help = "who waits for what for ever, and who has it: deadlocks",
    .draw = draw,
};

/* ---- as DOT ---------------------------------------------------------------------------------------- */

static void quoted(struct text *t, const char *name)
{
    text_add(t, "\"");
    for (; *name; name++) {
        if (*name == '"' || *name == '\\')
            text_add(t, "\\");
        text_add_len(t, name, 1);
    }
    text_add(t, "\"");
}

static void dot_run(const struct plot *p, size_t run, struct text *t)
{
    const struct plot_run *r = &p->runs[run];
    struct waits w;
    struct text name = {0};

    plot_run_name(p, run, &name);
    waits_of(r, &w);
    text_addf(t, "  subgraph cluster_%zu {\n    label=", run);
    quoted(t, name.data);
    text_add(t, ";\n");
    for (int i = 0; i < w.ntasks; i++) {
        text_addf(t, "    t%zu_%d [shape=ellipse, label=", run, i);
        quoted(t, w.tasks[i]);
        text_addf(t, "%s];\n", waits_in_circle(&w, i) ? ", color=red" : "");
    }
    for (int i = 0; i < w.nthings; i++) {
        text_addf(t, "    s%zu_%d [shape=box, label=", run, i);
        quoted(t, w.things[i]);
        text_add(t, "];\n");
    }
    for (int i = 0; i < w.n; i++) {
        const struct wait *e = &w.list[i];
        const char *red = waits_in_circle(&w, e->task) ? ", color=red" : "";

        text_addf(t, "    t%zu_%d -> s%zu_%d [label=\"waits\"%s];\n", run, e->task, run,
                  e->thing, red);
        if (e->holder >= 0)
            text_addf(t, "    s%zu_%d -> t%zu_%d [label=\"held by\", style=dashed%s];\n", run,
                      e->thing, run, e->holder, red);
    }
    text_add(t, "  }\n");
    text_release(&name);
}

char *waits_dot(const struct plot *p)
{
    struct text t = {0};

    text_add(&t, "digraph waits {\n  rankdir=LR;\n");
    for (size_t i = 0; i < p->n; i++)
        dot_run(p, i, &t);
    text_add(&t, "}\n");
    return text_take(&t);
}
