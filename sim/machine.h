/* machine.h - cores that run threads.
 *
 * The machine keeps the time and moves the threads; its policy only decides.  What
 * a thread does next it asks of the thread's executor, so that it has no special
 * case for any kind of thread.
 *
 * A core's states:
 *
 *          pick            the switch has taken its time       blocks, under on_block hold
 *   FREE --------> SWITCHING --------------------> RUNNING -----------------------> HELD
 *    ^                                              |    ^---------------------------+ woken
 *    +----------------------------------------------+
 *
 * Within an instant: threads become ready (PHASE_WAKE, PHASE_ARRIVE), bursts and
 * slices end (PHASE_CORE), then free cores choose (PHASE_DISPATCH) until nothing
 * changes.
 */
#ifndef SIM_MACHINE_H
#define SIM_MACHINE_H

#include "models/schedulers/sched.h"
#include "sim/base.h"
#include "sim/core_index.h"
#include "sim/engine.h"
#include "sim/scenario.h"
#include "sim/thread.h"

struct sim;

enum core_state { CORE_FREE, CORE_SWITCHING, CORE_RUNNING, CORE_HELD };

struct core {
    struct event end; /* of the switch, the burst or the slice, of an interrupt while free */
    struct machine *machine;
    struct thread *running; /* NULL: FREE */
    sim_time since;         /* the burst has been accounted for up to here */
    sim_time slice_end;
    sim_time stolen_until; /* by interrupts */
    uint32_t last_serial;  /* of the thread it ran last; 0: none yet */
    int32_t id;
    uint8_t state;
    uint8_t slice_over; /* the next thing that takes time ends the slice */
    uint8_t kernel;     /* mode told last */
    bool unsettled;     /* queues.c's */
    bool plain;         /* its speed is 1, and no cache changes that */
    int64_t speed_e6;
};

struct cache; /* sim/cache.c's */

struct machine {
    struct sim *sim;
    const struct machine_spec *spec;
    struct core *cores;
    int32_t ncores;
    uint64_t *free; /* a bit a core that is FREE and not in an interrupt */
    uint32_t nfree;
    struct sched *queues; /* one, or one of each core */
    int32_t nqueues;
    uint32_t nready;                  /* in all queues */
    uint32_t nmovers;                 /* of those, what may outrank others */
    int32_t choosing;                 /* the core that picks now; -1: any free one */
    uint64_t *waiting;                /* a queue a core: a bit each that is not empty */
    struct core_index loads, longest; /* likewise, by threads ready or running; by -ready */
    struct core_index ranks;          /* one queue: by the rank of what runs */
    int32_t *unsettled;               /* cores that these do not know about yet */
    int32_t nunsettled;
    struct thread *pending, **pending_last; /* ties expired-first */
    struct thread *urgent;                  /* on_wake preempt, newest first */
    struct event bell;                      /* cores choose */
    struct event balance;
    struct rng probes;   /* balance probe: whose queue is looked at */
    struct cache *cache; /* NULL: none */
    int32_t *starting;   /* cores that took a thread and need not wait for a switch */
    int32_t nstarting;
    bool any_affinity;
    bool reconsider;   /* a thread may have to give up its core: */
    uint64_t *judged;  /* with a queue a core, a bit each where one may */
    sim_time instant;  /* of `starts` */
    uint64_t starts;   /* of threads on cores in this instant */
    uint32_t nthreads; /* alive */
    uint32_t threads_made;
};

void machine_init(struct machine *m, struct sim *sim);
void machine_release(struct machine *m);

/* A parked thread of an executor; machine_thread_free() when it is gone. */
struct thread *machine_thread_new(struct machine *m, int32_t executor);

/* A PARKED thread has a task now: it becomes ready. */
void machine_ready(struct machine *m, struct thread *t);

/* What a BLOCKED thread waited for has happened. */
void machine_wake(struct machine *m, struct thread *t);
void machine_wake_after(struct machine *m, struct thread *t, sim_time delay);

/* What the thread computes is over now, wherever it stands; waiting goes on. */
void machine_cut(struct machine *m, struct thread *t);

/* What a RUNNING thread burns its core for has happened: it goes on within this instant. */
void machine_end_burst(struct machine *m, struct thread *t);

/* A lock lends `t` a priority, or takes it back; in any state. */
void machine_set_priority(struct machine *m, struct thread *t, int32_t priority);

/* A running thread goes on with the next job of its task, which is late already. */
void machine_next_job(struct machine *m, struct thread *t);

/* A device's interrupt takes `cost` from core 0, from now on. */
void machine_interrupt(struct machine *m, sim_time cost, int32_t device);

/* What is ready for `core` (-1: for any) may take it from what runs there: asked once all of
 * this instant has happened. */
void machine_reconsider(struct machine *m, int32_t core);

/* ---- within sim/ ------------------------------------------------------------------ */

/* queues.c: which thread waits where, and which core takes which. */
void queues_init(struct machine *m);
void queues_put(struct machine *m, struct thread *t, enum ready_why why);
void queues_flush(struct machine *m); /* the pending */
/* Is there one that c could run? */
bool queues_waiting(const struct machine *m, struct core *c);
void queues_remove(struct machine *m, struct thread *t);             /* `t` leaves its queue */
void queues_take(struct machine *m, int32_t core, struct thread *t); /* and takes a free core */
void queues_move(struct machine *m, struct thread *t, int32_t core); /* to another queue */
void queues_change(struct machine *m, struct thread *t, int32_t priority); /* `t` is READY */
/* What the indices know of a core may be no longer so: FREE or not, its queue, what runs. */
void machine_unsettle(struct machine *m, int32_t core);
static inline void machine_core_changed(struct machine *m, int32_t core)
{
    if (m->unsettled) /* there are indices */
        machine_unsettle(m, core);
}
int32_t machine_unsettled(struct machine *m); /* the next core of that kind; -1: none is left */
event_fn queues_dispatch;                     /* the bell */
event_fn queues_balance;

void sched_init(struct sched *s);

/* preempt.c */
void preempt_all(struct machine *m);
/* Of all that wait for any core and may run on `core`, what outranks `best`, else that. */
struct thread *preempt_pull(struct machine *m, int32_t core, struct thread *best);

/* The next of the cores whose bit is set in `a` and in `b` (NULL: in `a`), from `from` on;
 * -1: none. */
static inline int32_t next_core(const struct machine *m, const uint64_t *a, const uint64_t *b,
                                int32_t from)
{
    for (uint32_t i = (uint32_t)from; i < (uint32_t)m->ncores; i = (i / 64 + 1) * 64) {
        uint64_t word = (b ? a[i / 64] & b[i / 64] : a[i / 64]) >> (i % 64);

        if (word)
            return (int32_t)(i + bit_lowest(word));
    }
    return -1;
}

static inline struct sched *queues_of(const struct machine *m, int32_t core)
{
    return &m->queues[m->nqueues == 1 ? 0 : core];
}

/* core.c */
void core_start(struct core *c, struct thread *t); /* `t` is out of its queue */
void core_run(struct core *c);     /* begins, where there was no switch to wait for */
void core_preempt(struct core *c); /* its thread goes back to a queue */
void core_set_free(struct core *c);
int64_t core_speed(const struct core *c, const struct thread *t); /* in 10^-6 */
void core_reslice(struct core *c); /* its thread's slice is asked for anew */
void core_account(struct core *c); /* charges what has run up to now */
event_fn core_fire;

static inline bool core_is_free(const struct machine *m, int32_t core)
{
    return (m->free[(uint32_t)core / 64] >> ((uint32_t)core % 64) & 1) != 0;
}

static inline void core_set_taken(struct core *c)
{
    struct machine *m = c->machine;
    uint32_t id = (uint32_t)c->id;

    sim_assert(core_is_free(m, c->id));
    m->free[id / 64] &= ~(UINT64_C(1) << id % 64);
    m->nfree--;
}

/* May `t` run on this core, as its task's affinity says? */
bool affinity_allows(const struct machine *m, const struct thread *t, int32_t core);
static inline bool thread_may_run(const struct machine *m, const struct thread *t, int32_t core)
{
    return LIKELY(!m->any_affinity) || affinity_allows(m, t, core);
}

/* cache.c */
struct cache *cache_new(struct machine *m);
void cache_free(struct cache *cache);
/* `t` runs on `c`: how long until its speed changes, in time of running (SIM_NEVER: it does not);
 * and its speed. */
sim_time cache_change(struct cache *cache, const struct core *c, const struct thread *t);
bool cache_warm(struct cache *cache, const struct core *c, const struct thread *t);
void cache_ran(struct cache *cache, const struct core *c, const struct thread *t, sim_time ran);

#endif
