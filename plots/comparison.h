/* comparison.h - the numbers of several runs in one table, the best of each row marked. */
#ifndef PLOTS_COMPARISON_H
#define PLOTS_COMPARISON_H

#include "sim/findings.h"
#include "sim/metrics.h"
#include "sim/quanta.h"
#include "sim/sim.h"

struct comparison_column {
    const char *name;
    const struct metrics *metrics;
    const struct findings *findings;
    enum outcome outcome;
};

/* A row a number, a column a run; where those do not fit the width, several tables.
 * The caller frees the text. */
char *comparison_text(const struct comparison_column *columns, size_t n,
                      const struct quanta_look *look);

#endif
