/* waits.h - the graph of tasks that wait for ever, as a picture and as Graphviz's DOT. */
#ifndef PLOTS_WAITS_H
#define PLOTS_WAITS_H

#include "plots/plot.h"

enum { WAITS = 48, WAIT_NODES = 24 };

struct wait {
    int task, thing;
    int holder; /* a task; -1: nobody has it */
    const struct note *note;
};

struct waits {
    const char *tasks[WAIT_NODES], *things[WAIT_NODES];
    int ntasks, nthings, left_out;
    struct wait list[WAITS];
    int n;
};

void waits_of(const struct plot_run *r, struct waits *w);
bool waits_in_circle(const struct waits *w, int task);

/* All runs, each in a cluster; the caller frees it. */
char *waits_dot(const struct plot *p);

#endif
