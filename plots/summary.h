/* summary.h - the numbers of one run, for reading. */
#ifndef PLOTS_SUMMARY_H
#define PLOTS_SUMMARY_H

#include "sim/metrics.h"
#include "sim/quanta.h"
#include "sim/sim.h"

enum { SUMMARY_LINES = 50 }; /* of the log, and of faults */

/* The caller frees the text. */
char *summary_text(struct metrics *m, enum outcome outcome, const struct quanta_look *look);

#endif
