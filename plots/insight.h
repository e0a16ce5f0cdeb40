/* insight.h - what is worth seeing in a run, in one or two sentences made from facts. */
#ifndef PLOTS_INSIGHT_H
#define PLOTS_INSIGHT_H

#include "plots/plot.h"

/* Never NULL; "" where nothing happened.  Freed by insight_free(). */
char *insight(const struct plot_run *r);
void insight_free(char *text);

#endif
