/* sched.h - the questions a scheduling policy answers.
 *
 * The machine (sim/machine.c) keeps the time and moves the threads; a policy
 * only decides.  One `struct sched` is one policy at work on one run queue: the
 * only one, or one of each core.  It holds the READY threads and no others:
 *
 *                enqueue            pick              stop
 *    BLOCKED  ------------> READY ---------> RUNNING -----> BLOCKED or gone
 *    (or new)                 ^                 |
 *                             +-- stop, then ---+  slice over, preempted,
 *                                 enqueue          or yielded
 *
 * The machine asserts that picture around every call.  In return a policy
 * reads no clock but sched_now(), draws from no generator but its own, and given
 * the same calls gives the same answers.
 */
#ifndef MODELS_SCHED_H
#define MODELS_SCHED_H

#include "sim/base.h"
#include "sim/param.h"
#include "sim/rng.h"
#include "sim/trace.h" /* enum ready_why */

struct machine;
struct thread;

struct sched { /* one policy at work on one run queue */
    const struct sched_policy *policy;
    const void *params; /* the policy's own, as read */
    struct machine *machine;
    int32_t core; /* whose queue this is; -1: of all cores */
    uint32_t nready;
    struct rng rng; /* this queue's own stream */
    void *state;    /* policy->state_size bytes */
};

/* A policy is one constant of this type, in one file, named in table.c.
 * Functions marked "optional" may be NULL and then mean what is said there. */
struct sched_policy {
    const char *name;           /* as configs write it */
    const char *alias;          /* another name for it; may be NULL */
    const char *help;           /* one line */
    const char *source;         /* what it models: paper, standard, kernel file */
    const struct param *params; /* its config keys, with units, defaults and limits */
    size_t params_size;         /* bytes the params fill */
    size_t state_size;          /* per run queue: zeroed, then init() */
    size_t thread_size;         /* per thread: zeroed; reach it with sched_thread(t) */

    void (*init)(struct sched *s);    /* optional: nothing to do */
    void (*release)(struct sched *s); /* optional: nothing was allocated */

    /* `t` is READY. */
    void (*enqueue)(struct sched *s, struct thread *t, enum ready_why why);

    /* Take out and return the next thread for which sched_may_run() holds; NULL:
     * there is none. */
    struct thread *(*pick)(struct sched *s);

    /* `t` leaves READY without being picked: stolen, or about to change. */
    void (*dequeue)(struct sched *s, struct thread *t);

    /* The thread another core may take from this queue, the last in its order
     * first, among those for which sched_may_run() holds; it stays in.  NULL: none. */
    struct thread *(*last)(struct sched *s);

    /* `t` has run `ran` ns more.  Comes before any question whose answer may
     * depend on it.  Optional: not accounted. */
    void (*charge)(struct sched *s, struct thread *t, sim_time ran);

    /* How long `t`, just picked or just over with its slice, may run.  Optional: SIM_NEVER, until it blocks. */
    sim_time (*slice)(struct sched *s, const struct thread *t);

    /* A slice is over and nobody waits for that core.  True: its thread goes to the queue
     * all the same where another core is free, and so may move to the one that the
     * machine's placement prefers.  Optional: it goes on where it is. */
    bool (*regroups)(const struct sched *s);
};

extern const struct sched_policy *const sched_policies[];       /* NULL ends it */
const struct sched_policy *sched_policy_find(const char *name); /* by name or alias; NULL */

/* Keys that every policy takes: ties, on_wake (struct machine_spec). */
extern const struct param sched_common_params[];

/* What a policy may ask of the machine. */
sim_time sched_now(const struct sched *s);
bool sched_may_run(const struct sched *s,
                   const struct thread *t); /* on a core that is choosing now */
void *sched_thread(const struct sched *s, struct thread *t); /* the policy's bytes of `t` */
struct thread *sched_thread_of(const struct sched *s, void *bytes); /* and back */
/* `t` will run before long: its memory is asked for; `soon`: what it points to as well, as it
 * was asked for before.  Changes nothing but the speed. */
void sched_fetch(const struct thread *t, bool soon);
uint32_t sched_number(
    const struct thread
        *t); /* its place in the table of threads: the order of arrival, while none has ended */

#endif
