/* summary.h - the numbers of one run, for reading. */
#ifndef PLOTS_SUMMARY_H
#define PLOTS_SUMMARY_H

#include "sim/findings.h"
#include "sim/metrics.h"
#include "sim/quanta.h"
#include "sim/sim.h"

enum { SUMMARY_LINES = 50 }; /* of the log, and of faults */

/* What is told of a run. */
struct summary {
    struct metrics *metrics;
    enum outcome outcome;
    const struct findings *findings;
};

/* The caller frees the text. */
char *summary_text(const struct summary *s, const struct quanta_look *look);

#endif
