/* summary.h - the numbers of one run, for reading. */
#ifndef PLOTS_SUMMARY_H
#define PLOTS_SUMMARY_H

#include "sim/metrics.h"
#include "sim/quanta.h"
#include "sim/races.h"
#include "sim/sim.h"
#include "sim/urgency.h"

enum { SUMMARY_LINES = 50 }; /* of the log, and of faults */

/* What is told of a run. */
struct summary {
    struct metrics *metrics;
    enum outcome outcome;
    const struct races *races;     /* NULL: nothing is shared */
    const struct urgency *urgency; /* NULL: all are as urgent */
};

/* The caller frees the text. */
char *summary_text(const struct summary *s, const struct quanta_look *look);

#endif
