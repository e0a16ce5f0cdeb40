/* task_table.h - a row a task, as exercises on scheduling have it: when it came, began and ended,
 * and where its time went. */
#ifndef PLOTS_TASK_TABLE_H
#define PLOTS_TASK_TABLE_H

#include "sim/metrics.h"

/* Of all tasks that were kept, in the order of their arrival.  The caller frees the text. */
char *task_table(const struct metrics *m);

#endif
