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
 * reads no clock but sched_now(), draws from no generator but its own, wakes by no
 * event but its one alarm, and given the same calls gives the same answers.
 *
 * Preemption.  When threads have become ready and no free core takes them, or a
 * priority has changed, the machine asks, for cores that run something, whether the
 * first() of the ready threads preempts() what runs there, and gives it the core whose
 * thread is the least urgent.  What loses its core comes back as READY_PREEMPTED.
 */
#ifndef MODELS_SCHED_H
#define MODELS_SCHED_H

#include "sim/base.h"
#include "sim/engine.h"
#include "sim/param.h"
#include "sim/rng.h"
#include "sim/thread.h"
#include "sim/trace.h" /* enum ready_why, enum stop_why */

struct machine;
struct task_spec; /* sim/scenario.h */
struct thread;

struct sched { /* one policy at work on one run queue */
    const struct sched_policy *policy;
    const void *params; /* the policy's own, as read */
    struct machine *machine;
    int32_t core; /* whose queue this is; -1: of all cores */
    uint32_t nready;
    bool choosy;     /* not every thread may run on every core */
    uint32_t offset; /* of its bytes of a thread: behind those of policies around it */
    struct rng rng;  /* this queue's own stream */
    void *state;     /* policy->state_size bytes */
    struct event alarm;
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
    size_t (*thread_more)(const void *params); /* optional: bytes beyond them */
    bool by_priority; /* sched_priority() decides who runs: so it does who gets a lock first */

    void (*init)(struct sched *s);    /* optional: nothing to do */
    void (*release)(struct sched *s); /* optional: nothing was allocated */

    /* `t` is READY. */
    void (*enqueue)(struct sched *s, struct thread *t, enum ready_why why);

    /* Take out and return the next thread for which sched_may_run() holds; NULL:
     * there is none. */
    struct thread *(*pick)(struct sched *s);

    /* `t` leaves READY without being picked: stolen, about to change, or given a core
     * where it preempts. */
    void (*dequeue)(struct sched *s, struct thread *t);

    /* What pick() would give, left where it is. */
    struct thread *(*first)(struct sched *s);

    /* The thread another core may take from this queue, the last in its order
     * first, among those for which sched_may_run() holds; it stays in.  NULL: none. */
    struct thread *(*last)(struct sched *s);

    /* `t` has run `ran` ns more.  Comes before its stop(), expires() and slice(); at other
     * times what is not yet charged is sched_ran().  Optional: not accounted. */
    void (*charge)(struct sched *s, struct thread *t, sim_time ran);

    /* `t` takes a core of this queue: after pick() or dequeue(), before a switch to it.
     * Optional: of no interest. */
    void (*start)(struct sched *s, struct thread *t);

    /* `t` leaves that core.  STOP_DONE: it is gone, or serves no task for now.  Under
     * on_block "hold" it keeps its core while it waits.  Optional: of no interest. */
    void (*stop)(struct sched *s, struct thread *t, enum stop_why why);

    /* How long `t`, which begins to run or is just over with its slice, may run.  One that was
     * preempted goes on with the rest of its slice, unless `slices_anew`.  Optional:
     * SIM_NEVER, until it blocks. */
    sim_time (*slice)(struct sched *s, struct thread *t);
    bool slices_anew;

    /* The slice of `t` is over and it wants to go on; `waiting`: somebody else is ready who
     * may run on its core.  True: it goes to the queue, READY_EXPIRED; false: it goes on
     * with a new slice.  Optional: it goes where another waits. */
    bool (*expires)(struct sched *s, struct thread *t, bool waiting);

    /* Running `t` gives its core up; `waiting` as above.  True: it goes to the queue,
     * READY_YIELDED; false: it goes on.  Optional: it goes where another waits. */
    bool (*yields)(struct sched *s, struct thread *t, bool waiting);

    /* Is ready `t` so much more urgent than `running` that it takes its core?  Never true
     * both ways round.  Optional: no. */
    bool (*preempts)(struct sched *s, const struct thread *t, const struct thread *running);

    /* How urgent running `t` is, the higher the more: of two with the same rank preempts() says
     * the same, of two others it says yes at most to the lower one.  Must not change between
     * start() and stop() but where renew(), expires() or changed() is called.  Optional: to
     * find the least urgent of all running threads, every core is looked at. */
    int64_t (*rank)(const struct sched *s, const struct thread *t);

    /* With a queue a core: is `a` so much more urgent than `b`, of another queue, that it runs
     * in its place wherever it waits, unless balance is "none"?  Optional: threads do not move
     * for their urgency. */
    bool (*outranks)(const struct sched *s, const struct thread *a, const struct thread *b);
    /* ... and may `t` outrank anything at all?  The same as long as its priority is.  Needed
     * where there is outranks(). */
    bool (*moves)(const struct sched *s, const struct thread *t);

    /* A running thread goes on with another task, as those of pools do.  Optional: all the
     * same. */
    void (*renew)(struct sched *s, struct thread *t);

    /* A running thread goes on with the next job of its task, which was to begin before now.
     * Optional: all the same. */
    void (*next_job)(struct sched *s, struct thread *t);

    /* A lock has changed the priority of `t`, which holds a core; a ready one leaves the
     * queue and comes back as READY_CHANGED.  Optional: preempts() will do. */
    void (*changed)(struct sched *s, struct thread *t);

    /* The instant of sched_alarm() has come: after bursts and slices have ended, before what
     * has arrived under ties "expired-first" is enqueued, and before cores choose.  Optional:
     * it asks for none. */
    void (*alarm)(struct sched *s);

    /* A slice is over and nobody waits for that core.  True: its thread goes to the queue
     * all the same where another core is free, and so may move to the one that the
     * machine's placement prefers.  Optional: it goes on where it is. */
    bool (*regroups)(const struct sched *s);

    /* May a core idle while a task of this kind is ready, as one with a budget is when that is
     * spent?  Optional: never, the policy is work-conserving. */
    bool (*rests)(const struct task_spec *spec);

    /* The share that a task of this kind is to have, beside others'; the measure of fairness
     * divides by it.  Optional: all the same. */
    int64_t (*weight)(const struct task_spec *spec);

    /* Do the params, each right by itself, fit together?  NULL: yes; else what is wrong, with
     * `*key` the key it is about.  Optional: always. */
    const char *(*check)(const void *params, const char **key);

    /* May there be a task of this kind?  NULL: yes; else what is wrong, with `*key` the key of
     * the task that it is about; told where the file has that key.  Optional: always. */
    const char *(*check_task)(const struct task_spec *spec, const char **key);
};

/* A policy that keeps other policies in it: `inner` works on a part of the threads of
 * `outer`, which calls it as the machine would, and counts its nready.  `offset`: of the inner
 * bytes of a thread in the outer ones. */
void sched_nest(struct sched *inner, struct sched *outer, const struct sched_policy *policy,
                const void *params, size_t offset);
void sched_unnest(struct sched *inner);
size_t sched_thread_bytes(const struct sched_policy *policy, const void *params);

extern const struct sched_policy *const sched_policies[];       /* NULL ends it */
const struct sched_policy *sched_policy_find(const char *name); /* by name or alias; NULL */

/* Keys that every policy takes: ties, on_wake (struct machine_spec). */
extern const struct param sched_common_params[];

/* What a policy may ask of the machine. */
sim_time sched_now(const struct sched *s);
int32_t sched_ncores(const struct sched *s); /* of the machine */
const struct task_spec *sched_spec(const struct sched *s, const struct thread *t);
int32_t sched_priority(const struct thread *t); /* as locks have raised it */

/* The instant by which the job of `t` must have ended; SIM_NEVER: it has no deadline, and
 * no period. */
sim_time sched_deadline(const struct sched *s, const struct thread *t);

/* How long `t`, which is READY, or goes on with a new task or job, will compute before it
 * next waits for something or its job ends, in ns at speed 1.  Exact: its ops are rehearsed,
 * on copies of its variables and its random stream.  A lock counts as free, as does a
 * spinlock; a yield is no wait. */
sim_time sched_burst(struct sched *s, const struct thread *t);

/* A running thread's time since it was last charged. */
sim_time sched_ran(const struct sched *s, const struct thread *t);

/* What `ran` ns on its core have done of the work of `t`, in ns at speed 1, rounded down. */
sim_time sched_work(const struct sched *s, const struct thread *t, sim_time ran);
bool sched_running(const struct thread *t); /* on a core, or being switched to */

/* The slice of `t`, which holds a core, is asked for anew: what has come has made it another. */
void sched_reslice(struct sched *s, const struct thread *t);

/* Rings once at `at`, not before now; a later call moves it, SIM_NEVER silences it.  A policy
 * that has no thread ready or running should not ask for one that only comes round. */
void sched_alarm(struct sched *s, sim_time at);

/* What is ready may preempt now, though nothing became ready: an alarm has changed things. */
void sched_reconsider(struct sched *s);
bool sched_finds_core(const struct sched *s,
                      const struct thread *t); /* where some are choosy */

/* On a core that is choosing now? */
static inline bool sched_may_run(const struct sched *s, const struct thread *t)
{
    return LIKELY(!s->choosy) || sched_finds_core(s, t);
}

/* The policy's bytes of `t`, and back. */
static inline void *sched_thread(const struct sched *s, struct thread *t)
{
    return (char *)(t + 1) + s->offset;
}

static inline const void *sched_thread_const(const struct sched *s, const struct thread *t)
{
    return (const char *)(t + 1) + s->offset;
}

static inline struct thread *sched_thread_of(const struct sched *s, void *bytes)
{
    return (struct thread *)(void *)((char *)bytes - s->offset) - 1;
}

/* `t` will run after `turns` others, of FETCH_TURNS at most: its memory is asked for, of what it
 * points to the nearer the sooner.  Changes nothing but the speed. */
enum { FETCH_TURNS = 3 };
void sched_fetch(const struct thread *t, int turns);
uint32_t sched_number(
    const struct thread
        *t); /* its place in the table of threads: the order of arrival, while none has ended */

#endif
