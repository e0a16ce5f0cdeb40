/* sweep.h - the kind "sweep": a number of the result against a parameter of the config. */
#ifndef PLOTS_SWEEP_H
#define PLOTS_SWEEP_H

#include "plots/plot.h"

/* What a number of the result is, by its name. */
enum quanta_unit sweep_unit(const char *pointer);

/* A decimal as the result has it, in 10^-9. */
int64_t sweep_ratio(const char *number);

char *sweep_draw(const struct quanta_sweep *sweep, const struct quanta_picture *look);

#endif
