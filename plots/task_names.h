/* task_names.h - what the tasks that are alive are called: a name a slot, so that memory
 * does not grow with the number of tasks of a run. */
#ifndef PLOTS_TASK_NAMES_H
#define PLOTS_TASK_NAMES_H

#include "sim/scenario.h"
#include "sim/trace.h"

struct named {
    char *name; /* NULL: nobody has had the slot */
    int32_t spec;
};

struct task_names {
    const struct scenario *sc;
    struct named *of; /* slots */
    size_t n;
};

void task_names_init(struct task_names *names, const struct scenario *sc);
void task_names_release(struct task_names *names);

/* An ARRIVE record: the slot has another task from now on. */
void task_names_arrive(struct task_names *names, const struct trace_rec *rec);

/* "" for -1, nobody.  Valid until another task has the slot. */
const char *task_names_of(const struct task_names *names, int32_t slot);

/* Is it nobody's work, but what a thread of a loop's pool runs as? */
bool task_names_helper(const struct task_names *names, int32_t slot);

#endif
