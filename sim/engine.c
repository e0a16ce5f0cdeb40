/* engine.c - the clock: events come from the queue in order, and fire. */
#include "sim/engine.h"

#include <string.h>

#include "sim/event_queue.h"

/* Where AddressSanitizer looks on, the memory of an event may be gone after its cancel. */
#if defined(__SANITIZE_ADDRESS__)
#define CANCEL_AT_ONCE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CANCEL_AT_ONCE 1
#endif
#endif
#ifndef CANCEL_AT_ONCE
#define CANCEL_AT_ONCE 0
#endif

enum { STALE_SLACK = 1024 }; /* cancelled events that are not worth a search */

#define SEQ_MASK ((UINT64_C(1) << ENGINE_SEQ_BITS) - 1)

void engine_init(struct engine *eng)
{
    memset(eng, 0, sizeof(*eng));
    eng->limit = UINT64_MAX;
    eng->queue = queue_new();
}

void engine_release(struct engine *eng)
{
    if (eng->queue)
        queue_free(eng->queue);
    eng->queue = NULL;
}

void engine_shuffle_ties(struct engine *eng, uint64_t seed)
{
    sim_assert(eng->seq == 0);
    eng->shuffle = seed ? seed * UINT64_C(0x9e3779b97f4a7c15) | 1 : 0;
}

/* A permutation of the 40-bit numbers. */
static uint64_t shuffled(uint64_t seq, uint64_t seed)
{
    seq = (seq * seed + (seed >> 24)) & SEQ_MASK;
    seq ^= seq >> 17;
    seq = (seq * (seed >> 7 | 1)) & SEQ_MASK;
    return seq ^ seq >> 21;
}

static inline uint64_t next_seq(struct engine *eng)
{
    uint64_t seq = ++eng->seq;

    sim_assert(seq < SEQ_MASK);
    if (LIKELY(eng->shuffle == 0))
        return seq;
    seq = shuffled(seq, eng->shuffle);
    return seq ? seq : next_seq(eng);
}

static HOT_INLINE void start_pending(struct engine *eng, struct event *ev, sim_time at)
{
    sim_assert(at >= eng->now && at <= SIM_TIME_MAX);
    ev->at = at;
    ev->order = (ev->order & ~SEQ_MASK) | next_seq(eng);
    eng->pending++;
}

/* What comes next has often been scheduled just now: such an event is held back, and need not go
 * through the queue. */
void engine_at(struct engine *eng, struct event *ev, sim_time at)
{
    struct event *rest = ev;

    if (UNLIKELY(event_pending(ev)))
        engine_cancel(eng, ev);
    start_pending(eng, ev, at);
    if (eng->held ? event_before(ev, eng->held) : queue_is_behind(eng->queue, ev)) {
        rest = eng->held;
        eng->held = ev;
    }
    if (rest)
        queue_add(eng->queue, rest);
}

/* A stale entry may point to memory that is handed out again: a new event there has
 * another seq.  It is never given back before the engine is released, but under
 * AddressSanitizer, which therefore sees the entry go at once. */
static void forget_entry(struct event_queue *q, const struct engine *eng)
{
    if (CANCEL_AT_ONCE || q->n > 2 * eng->pending + STALE_SLACK)
        queue_drop_stale(q);
}

void engine_cancel(struct engine *eng, struct event *ev)
{
    if (!event_pending(ev))
        return;
    ev->order &= ~SEQ_MASK;
    eng->pending--;
    if (eng->held == ev)
        eng->held = NULL;
    else
        forget_entry(eng->queue, eng);
}

static HOT_INLINE void fire(struct engine *eng, struct event *ev)
{
    ev->order &= ~SEQ_MASK;
    eng->pending--;
    eng->fired++;
    ev->fire(eng, ev);
}

enum engine_end engine_run(struct engine *eng, sim_time horizon)
{
    struct event_queue *q = eng->queue;

    eng->stopping = false;
    for (;;) {
        struct event *ev = eng->held;
        const struct entry *e = NULL;

        if (!ev) {
            e = queue_first(q);
            if (UNLIKELY(!e))
                return ENGINE_DRAINED;
            ev = e->ev;
            if (UNLIKELY(entry_stale(e))) {
                queue_drop(q, e);
                continue;
            }
        }
        if (UNLIKELY(ev->at > horizon)) {
            eng->now = horizon > eng->now ? horizon : eng->now;
            return ENGINE_HORIZON;
        }
        if (e)
            queue_drop(q, e);
        eng->held = NULL;
        sim_assert(ev->at >= eng->now);
        eng->now = ev->at;
        fire(eng, ev);
        if (UNLIKELY(eng->stopping || eng->fired >= eng->limit))
            return ENGINE_STOPPED;
    }
}

void engine_limit(struct engine *eng, uint64_t events)
{
    eng->limit = events;
}

void engine_stop(struct engine *eng)
{
    eng->stopping = true;
}
