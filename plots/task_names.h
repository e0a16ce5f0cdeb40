/* task_names.h - what the tasks that are alive are called: a name a slot, so that memory
 * does not grow with the number of tasks of a run. */
#ifndef PLOTS_TASK_NAMES_H
#define PLOTS_TASK_NAMES_H

#include "sim/scenario.h"
#include "sim/trace.h"

struct task_names {
    const struct scenario *sc;
    char **of; /* slots; NULL: nobody has had it */
    size_t n;
};

void task_names_init(struct task_names *names, const struct scenario *sc);
void task_names_release(struct task_names *names);

/* An ARRIVE record: the slot has another task from now on. */
void task_names_arrive(struct task_names *names, const struct trace_rec *rec);

/* "" for -1, nobody.  Valid until another task has the slot. */
const char *task_names_of(const struct task_names *names, int32_t slot);

#endif
