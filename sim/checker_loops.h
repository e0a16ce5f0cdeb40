/* checker_loops.h - the part of the checker that watches event loops; for checker.c alone.
 *
 * A loop's phases come in libuv's order, and it counts a round where it polls.  It calls one
 * thing at a time, in the phase that such a call belongs to, and takes it from the queue of
 * its kind, a timeout only when it is due; before anything but ticks and microtasks is called
 * none of those is left, but where somebody listens to exceptions.  Lengths of queues change
 * by one and are not negative.  Frames are left in the order in which they were entered, and
 * none is left behind but by a worker that is terminated.  A task's time on the loop's thread
 * is spent within calls, all of it, if nobody listens to what happens to the process.  A
 * collection has an end, and the heap holds as much as it has garbage, or more.
 */
#ifndef SIM_CHECKER_LOOPS_H
#define SIM_CHECKER_LOOPS_H

#include "sim/checker.h"

struct loops_state;

/* NULL: the scenario has no loops. */
struct loops_state *loops_state_new(const struct scenario *sc);
void loops_state_free(struct loops_state *st);

/* Every record, in its place among the others. */
void loops_record(struct checker *c, struct loops_state *st, const struct trace_rec *rec);
void loops_finish(struct checker *c, struct loops_state *st);

#endif
