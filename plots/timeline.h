/* timeline.h - a run as a text: a row a core, a row a task, an axis.
 *
 *     core0   AAAAAAAAAAAAAAxBBxCCCCxDD.....
 *     A       ##############
 *     B       ..............:##-------------
 *
 * A sink that keeps, for each row, how long it was in each state within each of some
 * thousand bins of time; when the run outgrows them, bins are joined in pairs.  So its
 * memory does not grow with the length of the run, nor with the number of tasks:
 * the first TIMELINE_TASKS have rows, the others are counted.
 */
#ifndef PLOTS_TIMELINE_H
#define PLOTS_TIMELINE_H

#include "sim/base.h"
#include "sim/quanta.h"
#include "sim/scenario.h"
#include "sim/trace.h"

enum { TIMELINE_TASKS = 200, TIMELINE_CORES = 64, TIMELINE_ROWS = 20, TIMELINE_CORE_ROWS = 16 };

struct timeline;

struct timeline *timeline_new(const struct scenario *sc);
void timeline_free(struct timeline *tl);
struct trace_sink *timeline_sink(struct timeline *tl);
/* Up to where it is drawn: beyond the end where tasks are deadlocked, for ever. */
sim_time timeline_span(const struct timeline *tl);

/* What the characters mean of which these timelines, one or more, are made; the caller frees it. */
char *timeline_legend(const struct timeline *const *list, size_t n,
                      const struct quanta_look *look);

/* After trace_finish(); the caller frees the text. */
char *timeline_text(const struct timeline *tl, const struct quanta_look *look);

#endif
