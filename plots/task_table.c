#include "plots/task_table.h"

#include <string.h>

#include "plots/glyphs.h"

enum { TIMES = 7, GAP = 2, CELL = TIME_TEXT_SIZE };

static const char *const heads[TIMES] = {"arrival", "first run", "completion", "turnaround",
                                         "waiting", "response",  "cpu"};

/* -1: it has not come to that. */
static void times_of(const struct task_metrics *t, sim_time times[TIMES])
{
    times[0] = t->arrival;
    times[1] = t->first_run;
    times[2] = t->completion;
    times[3] = t->completion < 0 ? -1 : t->completion - t->arrival;
    times[4] = t->waiting;
    times[5] = t->first_run < 0 ? -1 : t->first_run - t->arrival;
    times[6] = t->cpu;
}

static const char *cell(sim_time time, char buf[CELL])
{
    return time < 0 ? "-" : time_text(time, buf);
}

struct widths {
    size_t name, times[TIMES];
};

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static struct widths measure(const struct metrics *m)
{
    struct widths w = {strlen("task"), {0}};
    char buf[CELL], name[TASK_NAME_SIZE];
    sim_time times[TIMES];

    for (size_t i = 0; i < TIMES; i++)
        w.times[i] = strlen(heads[i]);
    for (size_t k = 0; k < m->nkept; k++) {
        w.name = larger(w.name, glyph_columns(metrics_task_name(m, m->kept[k], name)));
        times_of(m->kept[k], times);
        for (size_t i = 0; i < TIMES; i++)
            w.times[i] = larger(w.times[i], strlen(cell(times[i], buf)));
    }
    return w;
}

static void add_name(struct text *t, const struct widths *w, const char *name)
{
    text_add(t, name);
    text_pad(t, ' ', w->name - glyph_columns(name));
}

static void add_right(struct text *t, size_t width, const char *s)
{
    text_pad(t, ' ', GAP + width - strlen(s));
    text_add(t, s);
}

char *task_table(const struct metrics *m)
{
    struct widths w = measure(m);
    char buf[CELL], name[TASK_NAME_SIZE];
    sim_time times[TIMES];
    struct text t = {0};

    add_name(&t, &w, "task");
    for (size_t i = 0; i < TIMES; i++)
        add_right(&t, w.times[i], heads[i]);
    text_add(&t, "\n");
    for (size_t k = 0; k < m->nkept; k++) {
        add_name(&t, &w, metrics_task_name(m, m->kept[k], name));
        times_of(m->kept[k], times);
        for (size_t i = 0; i < TIMES; i++)
            add_right(&t, w.times[i], cell(times[i], buf));
        text_add(&t, "\n");
    }
    return text_take(&t);
}
