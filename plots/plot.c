/* plot.c - the kinds of pictures. */
#include "plots/plot.h"

#include <string.h>

#include "plots/waits.h"

enum { WIDTH_USUAL = 1640 };

const struct plot_kind *const plot_kinds[] = {&plot_timeline, &plot_heat,  &plot_off_cpu,
                                              &plot_latency,  &plot_queue, &plot_sweep,
                                              &plot_waits,    NULL};
const char *const quanta_plot_kinds[] = {"timeline", "heat",  "off-cpu", "latency",
                                         "queue",    "sweep", "waits",   NULL};
_Static_assert(ARRAY_LEN(plot_kinds) == ARRAY_LEN(quanta_plot_kinds), "the names of all kinds");

const struct plot_kind *plot_kind_find(const char *name)
{
    for (size_t i = 0; plot_kinds[i]; i++)
        if (strcmp(plot_kinds[i]->name, name) == 0)
            return plot_kinds[i];
    return NULL;
}

static bool of_one_file(const struct plot_run *runs, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (strcmp(runs[i].sc->file, runs[0].sc->file) != 0 ||
            strcmp(runs[i].sc->name, runs[0].sc->name) != 0)
            return false;
    return true;
}

static struct plot plot_of(const struct plot_run *runs, size_t n,
                           const struct quanta_picture *look)
{
    struct plot p = {.runs = runs,
                     .n = n < PLOT_RUNS ? n : PLOT_RUNS,
                     .theme = theme_of((int)look->theme),
                     .kind = look->kind ? plot_kind_find(look->kind) : plot_kinds[0],
                     .rows = look->rows,
                     .command = look->command,
                     .width = PX(look->width > 0 ? look->width : WIDTH_USUAL)};

    sim_assert(n > 0);
    sim_assert(p.kind && p.kind->draw);
    p.left_out = n - p.n;
    p.one_file = of_one_file(runs, n);
    return p;
}

char *plot_draw(const struct plot_run *runs, size_t n, const struct quanta_picture *look)
{
    struct plot p = plot_of(runs, n, look);

    /* cppcheck-suppress returnDanglingLifetime ; the text does not point into `p` */
    return p.kind->draw(&p);
}

char *plot_dot(const struct plot_run *runs, size_t n)
{
    struct plot p = plot_of(runs, n, &(struct quanta_picture){.kind = plot_waits.name});

    return waits_dot(&p);
}
