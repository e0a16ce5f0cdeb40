/* diff_words.c - a difference of two runs, told in sentences. */
#include <stdlib.h>
#include <string.h>

#include "models/schedulers/sched.h"
#include "plots/diff.h"
#include "plots/glyphs.h"

enum { INPUTS_SHOWN = 8, TASKS_SHOWN = 8, NAMES_SHOWN = 8, VALUE_COLUMNS = 60, LABEL_MAX = 40 };

static void title(struct text *t, const char *s, const struct quanta_look *look)
{
    text_addf(t, "\n%s%s%s\n", look->colours ? GLYPH_BOLD : "", s,
              look->colours ? GLYPH_PLAIN : "");
}

static void add_label(struct text *t, const struct diff *d, int side)
{
    size_t width = 0;

    for (int i = 0; i < 2; i++) {
        size_t n = glyph_columns(d->sides[i].label);

        width = n > width ? n : width;
    }
    width = width < LABEL_MAX ? width : LABEL_MAX;
    if (glyph_columns(d->sides[side].label) > LABEL_MAX)
        glyph_cut(t, d->sides[side].label, LABEL_MAX);
    else
        text_add(t, d->sides[side].label);
    if (glyph_columns(d->sides[side].label) < width)
        text_pad(t, ' ', width - glyph_columns(d->sides[side].label));
    text_add(t, "  ");
}

/* ---- before ---------------------------------------------------------------------------------- */

static int by_order(const void *a, const void *b)
{
    const struct diff_task *const *x = a, *const *y = b;

    return ((*x)->order > (*y)->order) - ((*x)->order < (*y)->order);
}

static void add_list(struct text *t, const struct diff_view *v, enum diff_where where,
                     const char *what)
{
    const struct diff_task **list = sim_calloc(v->ntasks + 1, sizeof(const struct diff_task *));
    size_t n = 0;

    for (size_t i = 0; i < v->ntasks; i++)
        if (v->tasks[i].where == where)
            list[n++] = &v->tasks[i];
    qsort(list, n, sizeof(const struct diff_task *), by_order);
    for (size_t i = 0; i < n && i < NAMES_SHOWN; i++) {
        text_addf(t, "%s%s", i ? ", " : what, list[i]->name);
        if (where == WHERE_BLOCKED)
            text_addf(t, " (%s)", list[i]->waits);
    }
    if (n > NAMES_SHOWN)
        text_addf(t, " and %zu more", n - NAMES_SHOWN);
    if (n > 0)
        text_add(t, "\n");
    free(list);
}

/* Of both the same: cores of the first, which the second may have, too. */
static void add_before(struct text *t, const struct diff *d, const struct quanta_look *look)
{
    const struct scenario *sc = d->sides[0].sc;
    const struct diff_view *v = &d->views[0];
    int32_t idle = 0, shown = 0;

    if (d->at == 0)
        return;
    title(t, "Just before", look);
    for (int32_t i = 0; i < sc->machine.ncores; i++) {
        const char *task = diff_on_core(v, i);

        idle += task == NULL;
        if (task && shown++ < NAMES_SHOWN)
            text_addf(t, "  %s runs %s\n", sc->machine.cores[i].name, task);
    }
    if (idle > 0)
        text_addf(t, "  %d core%s idle%s\n", (int)idle, idle == 1 ? "" : "s",
                  idle == 1 ? "s" : "");
    add_list(t, v, WHERE_READY, "  ready: ");
    add_list(t, v, WHERE_BLOCKED, "  waiting: ");
}

/* ---- why --------------------------------------------------------------------------------------- */

static void add_value(struct text *t, const char *value)
{
    if (!value)
        text_add(t, "nothing: the default");
    else if (glyph_columns(value) > VALUE_COLUMNS)
        glyph_cut(t, value, VALUE_COLUMNS);
    else
        text_add(t, value);
    text_add(t, "\n");
}

static void add_inputs(struct text *t, const struct diff *d, const struct quanta_look *look)
{
    const struct diff_inputs *in = &d->inputs;

    title(t,
          in->n == 0   ? "The inputs are the same"
          : in->n == 1 ? "The one input that differs"
                       : "First input that differs",
          look);
    if (in->n == 0)
        text_addf(t, "  %s\n",
                  d->sides[0].foreign || d->sides[1].foreign
                      ? "but a recording of a real machine says what happened, not why"
                      : "but what was recorded is not what this config does");
    for (size_t i = 0; i < in->n && i < INPUTS_SHOWN; i++) {
        if (i == 1)
            text_add(t, "and then\n");
        text_addf(t, "  %s\n", *in->list[i].pointer ? in->list[i].pointer : "/");
        for (int side = 0; side < 2; side++) {
            text_add(t, "    ");
            add_label(t, d, side);
            add_value(t, in->list[i].values[side]);
        }
    }
    if (in->n > INPUTS_SHOWN)
        text_addf(t, "  ... and %zu more\n", in->n - INPUTS_SHOWN);
}

static void add_rules(struct text *t, const struct diff *d, const struct quanta_look *look)
{
    struct text names[2] = {{0}, {0}};
    bool differ;

    for (int i = 0; i < 2; i++)
        diff_policy(&names[i], &d->sides[i]);
    differ = strcmp(names[0].data, names[1].data) != 0;
    if (differ && !d->sides[0].foreign && !d->sides[1].foreign) {
        title(t, "The rules", look);
        for (int i = 0; i < 2; i++)
            text_addf(t, "  %s: %s\n", names[i].data, d->sides[i].sc->machine.policy->help);
    }
    for (int i = 0; i < 2; i++)
        text_release(&names[i]);
}

/* ---- what comes of it ------------------------------------------------------------------------------ */

/* "B ends at 46.8 ms and 34.2 ms: 12.6 ms earlier"; -1: never, -2: not there. */
static void add_end(struct text *t, const struct diff *d, const char *who, const sim_time at[2])
{
    char a[TIME_TEXT_SIZE], b[TIME_TEXT_SIZE];
    int there = at[0] >= 0 ? 0 : 1;

    if (at[0] >= 0 && at[1] >= 0) {
        text_addf(t, "  %s at %s and %s", who, time_text(at[0], a), time_text(at[1], b));
        if (at[0] != at[1])
            text_addf(t, ": %s %s", time_text(at[0] < at[1] ? at[1] - at[0] : at[0] - at[1], a),
                      at[0] < at[1] ? "later" : "earlier");
    } else if (at[there] >= 0) {
        text_addf(t, "  %s at %s in %s, and %s in %s", who, time_text(at[there], a),
                  d->sides[there].label, at[!there] == -1 ? "never" : "is not there",
                  d->sides[!there].label);
    } else {
        text_addf(t, "  %s never in %s, and is not there in %s", who,
                  d->sides[at[0] == -1 ? 0 : 1].label, d->sides[at[0] == -1 ? 1 : 0].label);
    }
    text_add(t, "\n");
}

static void add_ends(struct text *t, const struct diff *d, const struct quanta_look *look)
{
    const struct diff_side *a = &d->sides[0], *b = &d->sides[1];
    const sim_time ends[2] = {a->metrics->end, b->metrics->end};
    struct diff_end *list;
    size_t n = diff_ends(d, &list);
    struct text who = {0};

    title(t, "What comes of it", look);
    add_end(t, d, "it is over", ends);
    if (a->outcome != b->outcome)
        text_addf(t, "  the outcome is %s and %s\n", outcome_name(a->outcome),
                  outcome_name(b->outcome));
    for (size_t i = 0; i < n && i < TASKS_SHOWN; i++) {
        who.len = 0;
        text_addf(&who, "%s ends", list[i].name);
        add_end(t, d, who.data, list[i].ends);
    }
    text_release(&who);
    if (n > TASKS_SHOWN)
        text_addf(t, "  ... and %zu tasks more end at other instants\n", n - TASKS_SHOWN);
    if (n == 0 && !a->metrics->tasks_dropped && !b->metrics->tasks_dropped)
        text_add(t, "  every task ends at the same instant in both\n");
    diff_ends_free(list, n);
}

/* Tasks that only one of the files has. */
static void add_uncompared(struct text *t, const struct diff *d)
{
    for (int i = 0; i < 2; i++) {
        size_t n = (size_t)d->sides[i].sc->ntasks;

        if (n > d->common)
            text_addf(t, "%zu of the %zu task%s of %s %s not in the other.\n", n - d->common, n,
                      n == 1 ? "" : "s", d->sides[i].label, n - d->common == 1 ? "is" : "are");
    }
}

static void add_same(struct text *t, const struct diff *d, const struct quanta_look *look)
{
    char buf[TIME_TEXT_SIZE];

    text_addf(t, "No difference: both do the same until they end at %s.\n",
              time_text(d->sides[0].metrics->end, buf));
    if (d->inputs.n > 0)
        add_inputs(t, d, look);
}

char *diff_words(const struct diff *d, const struct quanta_look *look)
{
    struct text t = {0};
    char buf[TIME_TEXT_SIZE];

    add_uncompared(&t, d);
    if (d->at == SIM_NEVER) {
        add_same(&t, d, look);
        return text_take(&t);
    }
    if (d->at > 0)
        text_addf(&t, "Until %s both do the same.\n", time_text(d->at, buf));
    text_addf(&t, d->at > 0 ? "At %s:\n" : "They differ from the beginning on; at %s:\n",
              time_text(d->at, buf));
    for (int i = 0; i < 2; i++) {
        text_add(&t, "  ");
        add_label(&t, d, i);
        diff_deeds(&t, d, i);
        text_add(&t, "\n");
    }
    add_before(&t, d, look);
    add_inputs(&t, d, look);
    add_rules(&t, d, look);
    add_ends(&t, d, look);
    return text_take(&t);
}
