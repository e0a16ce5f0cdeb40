/* thread.h - tasks and threads.
 *
 * A task is a unit of the user's work; a thread is what a core runs.  There may be
 * millions of both, so they are small; what only some tasks need (loops, calls,
 * locals, children) stands in a context made when first asked for.
 *
 * A thread's states, and who holds it in each:
 *
 *      machine_ready()          core_start()
 *   PARKED -------> READY --------------------> RUNNING ----+--> BLOCKED (device, timer, join, sync)
 *  (executor)      (policy)  <--------------------+ (core)  +--> PARKED, or gone
 *                     ^       slice over, preempted,        |
 *                     +-------yielded          <------------+ woken
 */
#ifndef SIM_THREAD_H
#define SIM_THREAD_H

#include "models/devices/device.h"
#include "models/sync/sync.h"
#include "sim/base.h"
#include "sim/rng.h"

struct task_spec;
struct task_ctx;
struct brood;
struct words;
struct loop_call; /* sim/loop_call.h */

enum thread_state { THREAD_PARKED, THREAD_READY, THREAD_RUNNING, THREAD_BLOCKED };

enum thread_flag {
    THREAD_KERNEL = 1,  /* its burst is kernel time */
    THREAD_CREATED = 2, /* its creation has been paid for */
    THREAD_URGENT = 4,  /* woken under on_wake preempt, not yet seen to */
    THREAD_PENDING = 8, /* READY, but not yet in a queue (ties expired-first) */
    THREAD_WARM = 16,   /* runs from a warm cache */
    THREAD_WAITS = 32,  /* BLOCKED; `wait` says for what: a sync object, or children */
    THREAD_SPINS =
        64, /* `wait` says for which lock; off its core it asks again when it is back */
    THREAD_ANEW = 128 /* serves another task than its policy knows of: it comes as a new one */
};

struct thread {
    union { /* it waits for one thing only */
        struct request
            request;           /* to the device that blocks it; its event is also the sleep's */
        struct sync_wait wait; /* THREAD_WAITS, THREAD_SPINS */
    };
    struct task *task;   /* the one it serves; NULL: none */
    struct thread *next; /* in a list of its owner's: pending, urgent, parked */
    sim_time rest;       /* of the current burst, at speed 1 */
    sim_time slice_rest; /* kept over a preemption; 0: none */
    uint32_t slot;       /* its number in the table of threads */
    uint32_t serial;     /* its number among all threads of the run, from 1; 0: it stands in */
    int32_t
        core; /* RUNNING, BLOCKED with a held core: on it; READY: the queue's; else the last; -1: none */
    int32_t last_core; /* it ran on; -1: none */
    int32_t priority;  /* higher is more urgent: its task's, or what a lock has lent it */
    int16_t executor;
    uint8_t state;
    uint8_t flags;
    /* The policy's bytes follow. */
};

/* No core ever runs it: a task waits by it, without the thread that it had.  host_waits.c */
static inline bool thread_stands_in(const struct thread *t)
{
    return t->serial == 0;
}

/* What it waited for stands in `wait` no longer: the place is a request's again. */
static inline void thread_waits_no_more(struct thread *t)
{
    t->flags &= (uint8_t)~THREAD_WAITS;
    event_init(&t->request.done, NULL, PHASE_WAKE, 0);
}

enum task_flag {
    TASK_SEEDED = 1, /* rng is set */
    TASK_PAID = 2,   /* the step in front of the current effect has run */
    TASK_DEADLOCKED = 4
};

struct task {
    struct thread *thread; /* that serves it; NULL: none yet */
    struct task *next;     /* in its executor's queue */
    struct task_ctx *ctx;  /* NULL: no need of one */
    struct rng rng;
    uint64_t copy; /* of its spec, from 1; 0: the only one */
    uint32_t slot;
    int32_t spec; /* in the scenario; a spawned task has its parent's */
    uint32_t pc;
    uint32_t serial; /* its number among all tasks of the run, from 1 */
    uint32_t flags;
    uint32_t requests; /* that it has made without waiting: their numbers */
};

/* What has been caught and is being handled; of a `finally`, what goes on behind it. */
struct caught {
    struct caught *outer;
    struct words *words; /* NULL: nothing was thrown */
    uint32_t sp;         /* of the task, while this is the innermost */
    bool bound;          /* it has the name `error` */
};

enum { STACK_FEW = 4 };

/* What only some tasks need. */
struct task_ctx {
    int64_t few[STACK_FEW]; /* the stack, as long as it has room there */
    int64_t *stack; /* counters of repeat, frames, values read by set, handlers of try */
    uint32_t sp, room;
    uint32_t calls; /* frames on the stack: each where the one below is, and a return address */
    uint32_t frame; /* where the innermost one's return address is, from 1; 0: none */
    uint32_t nread; /* of the set in progress, on top of the stack */
    uint32_t handler; /* the stack behind the innermost `try`; 0: there is none */
    struct caught *caught;
    struct words *message; /* received; NULL: none */
    int64_t *locals;
    uint32_t *cursors;              /* of DIST_LISTs */
    char *name;                     /* of a spawned task; NULL: by spec and copy */
    struct brood *broods;           /* its children, by name */
    struct brood *of;               /* the one it belongs to, as a child */
    struct list sibling;            /* in `of` */
    struct hold *holds;             /* what it owns, the latest first */
    struct connection *connections; /* sim/devices.h */
    uint64_t seen;                  /* by the walk of this number: deadlock.c */
    struct task *from;              /* on that walk, the one that waits for this one */
    struct task *self;              /* whose context it is; of a child */
    sim_time release;               /* of the current job */
    int64_t job;                    /* its number, from 1 */
};

/* The children spawned under one name. */
struct brood {
    struct brood *next;
    const char *name;
    uint32_t live;
    uint32_t made;
    uint32_t number;                 /* among all of the run, from 1 */
    uint32_t parent;                 /* its slot, while it is there */
    struct thread *waiter;           /* joins them; NULL: nobody */
    void (*joined)(struct brood *b); /* of a loop that waits for them; NULL: none */
    void *joiner;                    /* its own */
    struct list children;            /* that live */
    bool orphaned;                   /* the parent is gone */
};

/* What a thread does next. */
enum step_kind {
    STEP_RUN,   /* for `time`, at speed 1 */
    STEP_IO,    /* a request of `time` (-1: the device's own) and `bytes` to `device` */
    STEP_SLEEP, /* for `time` */
    STEP_YIELD,
    STEP_JOIN,   /* wait for `brood` */
    STEP_WAIT,   /* for a sync object, as the thread's `wait` says */
    STEP_SPIN,   /* likewise, burning the core */
    STEP_PERIOD, /* sleep until `time` ns from now: the next job's release */
    STEP_LOOP,   /* asks the event loop that runs it: `call` */
    STEP_THROW,  /* nobody in the task's program catches `words` */
    STEP_END,    /* the task has ended; `fault`: it broke a rule */
    STEP_PARK,   /* the thread waits for a task */
    STEP_EXIT    /* the thread is gone */
};

struct step {
    enum step_kind kind;
    bool kernel, fault;
    bool sync;  /* IO: blocks an event loop, too */
    bool exits; /* END: the whole task, not the callback only */
    sim_time time;
    int64_t bytes;
    int64_t at;          /* IO: the position on the device */
    struct task *behalf; /* IO: whose request it is; NULL: of the task that the thread serves */
    int32_t device;
    struct brood *brood;
    const struct loop_call *call;
    uint32_t place; /* of the op, where a loop may ask: of what it waits for, calls or throws */
    struct words *words; /* THROW: the use goes along; of a loop's call, likewise */
};

#endif
