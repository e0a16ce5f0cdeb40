/* lanes.h - rows of a picture: what a core, a task, or a band of tasks does when.
 *
 * Stretches of a pixel and more are drawn as they are.  What is shorter is drawn by the
 * pixel, as density: the height says which share of the time was spent running.
 */
#ifndef PLOTS_LANES_H
#define PLOTS_LANES_H

#include "plots/axis.h"

struct lane {
    const struct plot *p;
    struct svg *s;
    const struct axis *axis;
    const struct plot_run *run;
    px y, h;
    bool folded; /* set where stretches were too short to draw */
};

/* `per` cores from `core` on, together. */
void lane_core(struct lane *l, int32_t core, int32_t per);
/* A task that has a row of its own. */
void lane_task(struct lane *l, int32_t row);
/* `n` rows of tasks from `row` on, a tower of how many run, wait and are blocked; `most` has
 * the full height. */
void lane_band(struct lane *l, int32_t row, int32_t n, int64_t most);
/* How many tasks a band has at most at one time, rounded up. */
int64_t lane_band_most(const struct plot_run *run, int32_t row, int32_t n);

/* One stretch of what a task does, as rows and legends show it. */
void lane_glyph(struct svg *s, const struct theme *theme, enum doing is,
                const struct task_colours *c, px x0, px x1, px y, px h, const char *title);

/* The sign of a task that would go on behind the end of the run. */
void lane_cut(struct svg *s, px x, px y, px radius, colour c);

#endif
