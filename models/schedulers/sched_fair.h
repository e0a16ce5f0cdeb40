/* sched_fair.h - the fair class of Linux from 6.6 on, EEVDF, on one run queue.
 *
 * Each thread has a virtual time v (sched_weight.h).  V is the mean of all v, by weight, over
 * those that are ready or run; lag = V - v is what a thread has been denied so far, and it is
 * eligible while v <= V.  A thread asks for `slice` of running at a time; such a request has
 * the virtual deadline v + slice * 1024 / weight, and of the eligible ones the one with the
 * earliest deadline runs.
 *
 *        place, at V - lag              fair_start()
 *   away ------------------> in the tree -----------> running --> in the tree
 *    ^                          |                        |         (the same v and deadline)
 *    |  eligible at last        | blocks in debt         | blocks with lag >= 0, or ends
 *    +------------------- delayed <----------------------+-------> away, its lag remembered
 *
 * Source: Linux 6.12 and 6.17, kernel/sched/fair.c: avg_vruntime(), place_entity(),
 * pick_eevdf(), update_deadline(), set_protect_slice() (RUN_TO_PARITY by the smallest slice),
 * check_preempt_wakeup_fair() (PREEMPT_SHORT), yield_task_fair(), delayed dequeue; Stoica,
 * Abdel-Wahab, Earliest Eligible Virtual Deadline First, ODU TR-95-22, 1995.
 * Differs: no groups; v keeps the rest of each division; with an exact clock a slice ends
 * where its protection does, and a thread that is still the best one is protected anew; the
 * mean takes in every core of a global queue; the buddies of a wake-up are left out. */
#ifndef MODELS_SCHED_FAIR_H
#define MODELS_SCHED_FAIR_H

#include "models/schedulers/ready_tree.h"
#include "models/schedulers/sched_weight.h"

enum fair_kind { FAIR_OTHER, FAIR_BATCH, FAIR_IDLE };

struct fair_thread { /* first in the policy's bytes of a thread */
    struct ready_node node;
    struct ready_node size; /* in fair.sizes, where it has a slice of its own */
    struct list link;       /* in fair.running */
    struct virtual_time vt;
    struct fair *home; /* whose V counts it; NULL: none */
    int64_t least;     /* the smallest v of its subtree */
    int64_t deadline;  /* of its request; while it is away: beyond v */
    int64_t lag;       /* while it is away: V - v when it left */
    int64_t guarded;   /* RUNNING: protected until v comes here */
    sim_time slice;    /* of its requests */
    sim_time ahead;    /* RUNNING: in v, but not charged yet */
    sim_time came;     /* when it became ready */
    uint8_t kind;      /* enum fair_kind */
    bool own_slice;    /* not the queue's */
    bool resumes;      /* goes on with its request when it is back */
    bool running, delayed;
};

struct fair {
    struct sched *s;
    struct ready_tree tree;  /* ready and delayed ones by deadline */
    struct ready_tree sizes; /* slices of their own, of all that are counted */
    struct list running;
    int64_t mean;   /* V, rounded down */
    int64_t rest;   /* (V - mean) * weight */
    int64_t weight; /* the sum of all */
    uint32_t counted, ndelayed, nrunning;
    uint32_t plain;       /* counted ones without a slice of their own */
    sim_time slice;       /* theirs */
    sim_time tick, phase; /* decisions at phase + i * tick; tick 0: an exact clock */
    sim_time synced;      /* all that ran until then is in V */
    bool delays;          /* those that block in debt stay */
};

void fair_init(struct fair *f, struct sched *s, sim_time slice, bool delays);

/* What `ft`, which is not counted, is from now on.  slice 0: the queue's. */
void fair_set(struct fair_thread *ft, enum fair_kind kind, int64_t nice, sim_time slice);

/* The questions of sched.h. */
void fair_enqueue(struct fair *f, struct fair_thread *ft, enum ready_why why);
void fair_dequeue(struct fair *f, struct fair_thread *ft);
struct thread *fair_first(struct fair *f);
struct thread *fair_last(struct fair *f);
void fair_charge(struct fair_thread *ft, sim_time ran);
void fair_start(struct fair *f, struct fair_thread *ft);
void fair_stop(struct fair *f, struct fair_thread *ft, enum stop_why why);
sim_time fair_slice(const struct fair *f, const struct fair_thread *ft);
bool fair_expires(struct fair *f, struct fair_thread *ft);
bool fair_yields(struct fair *f, struct fair_thread *ft, bool waiting);
bool fair_preempts(struct fair *f, const struct fair_thread *ft,
                   const struct fair_thread *running);

/* A running thread is something else now, as fair_set() has it. */
void fair_renew(struct fair *f, struct fair_thread *ft, enum fair_kind kind, int64_t nice,
                sim_time slice);

/* A thread changes to another class, though it may go on running: V forgets it, and it comes
 * back with its lag. */
void fair_leave(struct fair_thread *ft);

/* How many are ready or run, and how many of them wait. */
static inline uint32_t fair_live(const struct fair *f)
{
    return f->counted - f->ndelayed;
}

static inline uint32_t fair_waiting(const struct fair *f)
{
    return fair_live(f) - f->nrunning;
}

/* The time until the first tick at `after` or more from now, at least 1 ns away. */
sim_time sched_until_tick(sim_time now, sim_time after, sim_time tick, sim_time phase);

/* How many ticks are in (from, to]. */
int64_t sched_ticks(sim_time from, sim_time to, sim_time tick, sim_time phase);

#endif
