/* engine.h - simulated time, and the order in which things happen.
 *
 * An engine is a clock and a queue of pending events.  It knows nothing of
 * tasks, cores or devices: those embed a `struct event` where they need one
 * (a core its end of slice, a sleeper its wake-up, a request its completion)
 * and find themselves again with container_of().  So scheduling allocates
 * nothing (the queue's own arrays grow now and then), cancelling needs no
 * search, and no event outlives its owner.
 *
 * Order.  Events fire in ascending (at, phase, rank, seq).  `phase` is the
 * model's answer to "what comes first within one instant?"; `rank` is a number
 * of the owner where the model fixes an order within the phase (the number of
 * a core, a task's place in the file; 0 elsewhere); `seq` counts the calls to
 * engine_at() and settles what is left, first come first served.  The key is
 * total: neither the queue's data structure nor the platform has a say.
 *
 *      engine_at()                  fires
 *   idle --------> pending --------------------> idle, then ev->fire(eng, ev)
 *                    |  ^ engine_at(): moves
 *                    +--> idle   engine_cancel()
 */
#ifndef SIM_ENGINE_H
#define SIM_ENGINE_H

#include "sim/base.h"

/* What comes first within one instant.  An event scheduled for the current
 * instant in an earlier phase than the current one fires next. */
enum phase {
    PHASE_WAKE,     /* devices complete, sleepers and timers wake */
    PHASE_ARRIVE,   /* new tasks arrive; rank: place in the file */
    PHASE_CORE,     /* switches, bursts and slices end; rank: number of the core */
    PHASE_DISPATCH, /* cores pick, having seen all of the above */
    PHASE_OBSERVE,  /* observers look, and change nothing */
    PHASE_COUNT
};

struct engine;
struct event;

typedef void event_fn(struct engine *eng, struct event *ev);

enum { ENGINE_RANK_BITS = 20, ENGINE_SEQ_BITS = 40 };
#define ENGINE_RANK_MAX ((UINT32_C(1) << ENGINE_RANK_BITS) - 1)

struct event {
    event_fn *fire;
    sim_time at;
    uint64_t order; /* phase, rank, seq from the top; seq 0: not pending */
};

struct event_queue; /* sim/event_queue.h */

struct engine {
    sim_time now;   /* never decreases */
    uint64_t fired; /* events so far */
    size_t pending; /* events scheduled and not fired or cancelled */
    /* The rest is engine.c's. */
    uint64_t seq;
    uint64_t shuffle;          /* 0: off; else what permutes seq */
    uint64_t limit;            /* of `fired`, when engine_run() returns */
    struct event *held;        /* the first of all that is pending; NULL: it is in the queue */
    struct event_queue *queue; /* as the others are */
    bool stopping;
};

enum engine_end {
    ENGINE_DRAINED, /* nothing is pending */
    ENGINE_HORIZON, /* what is pending lies beyond the horizon */
    ENGINE_STOPPED, /* engine_stop() was called */
};

void engine_init(struct engine *eng);
void engine_release(struct engine *eng);

/* For tests only: permutes what `seq` decides, by `seed`; 0 turns it off.
 * Before the first event.  Invariants must still hold; what changes is an
 * accident worth knowing. */
void engine_shuffle_ties(struct engine *eng, uint64_t seed);

/* Once for each event, before anything else.  rank <= ENGINE_RANK_MAX. */
static inline void event_init(struct event *ev, event_fn *fire, enum phase phase, uint32_t rank)
{
    ev->fire = fire;
    ev->at = 0;
    ev->order = ((uint64_t)phase << (ENGINE_RANK_BITS + ENGINE_SEQ_BITS)) |
                ((uint64_t)rank << ENGINE_SEQ_BITS);
}

static inline bool event_pending(const struct event *ev)
{
    return (ev->order & ((UINT64_C(1) << ENGINE_SEQ_BITS) - 1)) != 0;
}

/* Fire `ev` at the instant `at`, not before now.  An event already pending
 * moves there, to the back of its ties. */
void engine_at(struct engine *eng, struct event *ev, sim_time at);

/* Fire `ev` in its phase of the current instant.  Nothing happens if it is already due now. */
static inline void engine_soon(struct engine *eng, struct event *ev)
{
    if (!event_pending(ev) || ev->at != eng->now)
        engine_at(eng, ev, eng->now);
}

/* Forget `ev`; nothing happens if it is not pending. */
void engine_cancel(struct engine *eng, struct event *ev);

/* Fire events in order up to and including `horizon` (SIM_NEVER: no limit), and
 * say why it ended.  Afterwards `now` is the instant of the last event, or the
 * horizon where something is pending beyond it.  May be called again. */
enum engine_end engine_run(struct engine *eng, sim_time horizon);

/* engine_run() returns, as if stopped, when so many events in all have fired. */
void engine_limit(struct engine *eng, uint64_t events);

/* engine_run() returns after the event that calls this. */
void engine_stop(struct engine *eng);

#endif
