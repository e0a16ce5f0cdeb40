/* insight.h - what is worth seeing in a run, in one or two sentences made from facts. */
#ifndef PLOTS_INSIGHT_H
#define PLOTS_INSIGHT_H

#include "plots/plot.h"

/* A second sentence only where both fit into `room` at the font's `size`.  Never NULL.  Freed
 * by insight_free(). */
char *insight(const struct plot_run *r, px room, px size);
void insight_free(char *text);

#endif
