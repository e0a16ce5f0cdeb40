/* urgency.h - a sink that names who waited longest while less urgent tasks ran.
 *
 * Urgency is the priority that the file gives a task; what a lock lends does not count.  Two
 * kinds of waiting are told, of each the longest:
 *
 *   starvation  the task was ready, and less urgent ones ran on cores that it may use: they
 *               were not preempted, the policy chose them first, or a lock had lent them a
 *               priority
 *   inversion   the task was blocked on a lock that a less urgent one held (or one that waits
 *               for such a one), and less urgent ones ran: the holder, or others that kept the
 *               holder from running, and so are what makes it long
 *
 * The time told is that of the wait during which at least one such core ran a less urgent task.
 *
 * Source: B. Lampson, D. Redell, Experience with Processes and Monitors in Mesa, CACM 23(2),
 * 1980, 4.3; L. Sha, R. Rajkumar, J. Lehoczky, Priority Inheritance Protocols, IEEE Trans.
 * Computers 39(9), 1990.
 *
 * Each level of priority has a clock that runs while a task of that level does, so a record
 * costs as much as there are levels (and different affinities), whatever the number of tasks. */
#ifndef SIM_URGENCY_H
#define SIM_URGENCY_H

#include "sim/base.h"
#include "sim/scenario.h"
#include "sim/trace.h"

/* X(enumerator, as the result document says it) */
#define STARVED_WHYS(X)                                                    \
    X(NOT_PREEMPTED, "not preempted") /* `ran` ran already, and went on */ \
    X(PASSED_OVER, "passed over")     /* `ran`, or another, was chosen */  \
    X(LENT, "lent priority")          /* a lock has lent `ran` a priority */

enum starved_why {
#define X(why, name) STARVED_##why,
    STARVED_WHYS(X)
#undef X
};

struct long_wait {
    char *task; /* NULL: there was none */
    sim_time from, time;
    char *ran;    /* a less urgent task that ran meanwhile */
    int32_t lock; /* inversion: the sync object */
    char *holder; /* inversion: who held it */
    int why;      /* starvation: enum starved_why */
};

struct urgency {
    struct trace_sink sink;
    const struct scenario *sc;
    struct long_wait starvation, inversion; /* complete after trace_finish() */
    struct urgency_state *state;
};

enum { URGENCY_CLASSES = 100 };

const char *starved_why_name(enum starved_why why);

/* NULL where all priorities are the same, as there is nothing to tell, or where there are more
 * than URGENCY_CLASSES different ones (and affinities): as many clocks would cost too much. */
struct urgency *urgency_new(const struct scenario *sc);
void urgency_free(struct urgency *u);

#endif
