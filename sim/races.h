/* races.h - a sink that looks for data races: two accesses to one shared variable by different
 * tasks, at least one of them a write, that nothing puts in order.
 *
 * What puts things in order ("happens before"): a task's own program; a lock's release and its
 * next acquisition; a post, a send, a signal, an arrival at a barrier and what it lets go on;
 * a receipt and the send that gets its room;
 * a message and its receipt, and a worker's end and the news of it;
 * a spawn and the child's beginning; a child's end and the join; the end of a task and of
 * those that run `after` it, or a client's next request; an atomic write and later
 * atomic reads of the same variable.  Two atomics never race; an atomic and a plain access may.
 * Whether the accesses met at a bad moment in this run is of no concern, so a race is found
 * in a run that came out well.  Two tasks on one thread of a pool are not in order by that: in
 * another run they are on two.
 *
 * Source: C. Flanagan, S. Freund, FastTrack: Efficient and Precise Dynamic Race Detection, PLDI
 * 2009.  Differs: atomics after ISO C11 5.1.2.4; of each variable it keeps the accesses that no
 * later one stands for, at most SHADOW_MAX of them, so a race with an older one may be missed
 * where more than that many tasks are out of order; the component of a task in the vector
 * clocks is taken over by another once no access of the first is kept any more, so that vectors
 * are as wide as the number of live tasks that share, whatever the number of tasks.  Where
 * LANES_MAX do not suffice, accesses of ended tasks are forgotten, and of more live tasks than
 * that the last ones are not watched.  It never reports what is
 * in order. */
#ifndef SIM_RACES_H
#define SIM_RACES_H

#include "sim/base.h"
#include "sim/scenario.h"
#include "sim/trace.h"

enum { RACES_MAX = 1000, SHADOW_MAX = 64, LANES_MAX = 256 };

struct race_side {
    char *task;
    sim_time at;
    uint32_t place; /* index into scenario.places */
    enum access_how how;
};

struct race {
    int32_t var; /* index into scenario.vars */
    struct race_side first, second;
};

struct races {
    struct trace_sink sink;
    const struct scenario *sc;
    struct race *list; /* one a variable and pair of places, in the order found */
    size_t n;          /* at most RACES_MAX */
    struct races_state *state;
};

struct races *races_new(const struct scenario *sc);
void races_free(struct races *r);

/* For tests: how wide the vector clocks are. */
size_t races_lanes(const struct races *r);

#endif
