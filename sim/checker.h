/* checker.h - a sink that watches whether a run is sane, by its own account of it.
 *
 * Time never runs backwards.  A task is in one place: it has arrived, is ready in one
 * queue, is switched to or runs on one core, waits for one thing, or is gone; a core has
 * one task.  A sync object has one sole owner, or any number that share it; only an owner gives
 * it back.  Of each task, cpu + waiting + blocked = turnaround; of each core, the parts
 * add up to the whole.  No core idles while a task that may run there is ready.  Little's law
 * holds exactly for every device and for the system: the area under the number of those
 * within is the sum of their stays.  What is asked of event loops: sim/checker_loops.h.
 */
#ifndef SIM_CHECKER_H
#define SIM_CHECKER_H

#include "sim/base.h"
#include "sim/scenario.h"
#include "sim/trace.h"

struct checker {
    struct trace_sink sink;
    const struct scenario *sc;
    struct text found; /* a line each; at most some tens */
    uint32_t nfound;
    bool
        lenient; /* cores may idle while tasks are ready, as in a recording of another machine */
    struct wide cpu; /* of all tasks together: the bursts that ran, at the speed they ran */
    struct checker_state *state;
};

/* A line more. */
void checker_found(struct checker *c, const char *fmt, ...) PRINTF_LIKE(2, 3);

struct checker *checker_new(const struct scenario *sc);
void checker_free(struct checker *c);

#endif
