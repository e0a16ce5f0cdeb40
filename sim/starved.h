/* starved.h - a sink that names who is ready where a run ends, and gets no core.
 *
 * A run that ends at `until`, or in a deadlock, leaves tasks that are ready.  Most of them stand
 * in a queue, and would have had their turn.  Told are those that would not:
 *
 *   passed over    one that became ready after it was given a core that it may use, and it has
 *                  waited longer than all that have been given one
 *   not preempted  each such core is kept by one with an endless slice
 *
 * and that for a tenth of the run at least, so that what a policy makes good in a moment is not
 * told; where nothing will happen any more (a deadlock), however short it was.
 *
 * Source: A. Silberschatz, P. Galvin, G. Gagne, Operating System Concepts, 5.3.4 (indefinite
 * blocking); E. W. Dijkstra, Hierarchical Ordering of Sequential Processes, Acta Informatica 1
 * (1971): individual starvation.
 *
 * A record costs a few stores: that one was passed over is known from the order in which tasks
 * became ready, once for each core. */
#ifndef SIM_STARVED_H
#define SIM_STARVED_H

#include "sim/base.h"
#include "sim/scenario.h"
#include "sim/trace.h"

struct starving {
    char *task, *ran; /* ran: has a core that it may use, the longest; NULL: nobody any more */
    sim_time since, time; /* ready from then on, for so long */
    bool passed_over;
};

struct starved {
    struct trace_sink sink;
    const struct scenario *sc;
    struct starving *list; /* complete after trace_finish(), the longest wait first */
    size_t n, total;       /* n: of `total`, those in the list */
    struct starved_state *state;
};

enum { STARVED_MAX = 1000 };

/* NULL where nothing can be left at the end: no `until`, and nothing to wait for. */
struct starved *starved_new(const struct scenario *sc);
void starved_free(struct starved *s);

#endif
