/* event_queue.h - the pending events of an engine, in order.
 *
 * It is a sorted batch for what comes next, and a ladder for the rest:
 *
 *   far future                                                        now
 *   top | rung 0: buckets | rung 1: one bucket of rung 0, finer | ... | batch + heap
 *
 * An event far away is appended to `top`, unsorted.  When all before it is used up,
 * `top` is dealt into the buckets of a rung, about as many as each holds events; a bucket
 * that is due is sorted, by counting, and is the batch, unless it holds far too many, and
 * is dealt into a finer rung.  So each event is touched a small number of times, however
 * many are pending, and in places that the caches hold.  What falls before the bucket in
 * use is inserted into the batch, where few entries have to move for it, and else goes to
 * a binary heap, which stays small: when it does not, it is dealt into a rung as well.
 * Only few events: the batch is all there is.
 *
 * Source: W. T. Tang, R. S. M. Goh, I. L.-J. Thng, Ladder Queue: An O(1) Priority
 * Queue Structure for Large-Scale Discrete Event Simulation, ACM TOMACS 15(3), 2005.
 * Differs: a heap beside the sorted batch instead of a sorted list; buckets of some root of
 * the events instead of fifty, and counted into order; their width follows the mean distance, so that the crowded front of a skewed rung is fine enough;
 * cancelled events stay where they are until met, or until they are the majority.
 */
#ifndef SIM_EVENT_QUEUE_H
#define SIM_EVENT_QUEUE_H

#include "sim/engine.h"

enum {
    QUEUE_CHUNK = 42, /* entries */
    QUEUE_RUNGS = 10,
    QUEUE_MOVED = 16, /* entries that move for a new one, which else goes to the heap */
    QUEUE_AHEAD = 8   /* events fetched before they are due */
};

/* An event in the queue; stale when the event says otherwise by now. */
struct entry {
    sim_time at;
    uint64_t order;
    struct event *ev;
};

struct chunk {
    struct chunk *next;
    struct entry entries[QUEUE_CHUNK];
};

/* Chunks, newest first; all but that are full.  Adding writes to the chunk and reads
 * nothing of it, so it need not wait for memory. */
struct bucket {
    struct chunk *first;
    size_t n; /* entries in `first` */
};

struct rung {
    sim_time start;
    unsigned shift;         /* a bucket is 2^shift ns wide; the last takes the rest */
    uint32_t nbuckets, cur; /* those before `cur` are used up */
    uint32_t room;
    size_t n;
    struct bucket *buckets;
};

struct entries {
    struct entry *list;
    size_t n, room;
};

struct event_queue {
    struct entries heap;
    size_t heap_most;     /* with more it is dealt into a rung, if that is possible */
    struct entries batch; /* sorted; those before `used` are gone */
    size_t used;
    sim_time limit; /* heap and batch: all before it, rungs: all from it on */
    struct rung rungs[QUEUE_RUNGS];
    int nrungs;
    struct entries scratch;
    uint32_t *counts; /* of the groups that a batch is sorted by */
    size_t counts_room;
    struct entries top;
    sim_time top_start; /* all from it on is in top */
    struct chunk *spare;
    struct chunk_block {
        struct chunk_block *next;
        struct chunk chunks[255];
    } * blocks;
    size_t n; /* entries, stale ones included */
};

struct event_queue *queue_new(void);
void queue_free(struct event_queue *q);
void queue_add_far(struct event_queue *q, const struct entry *e); /* not into the batch */
void queue_batch_grow(struct event_queue *q); /* what is used up makes room, if it is much */
bool queue_refill(struct event_queue *q);     /* for queue_first() */
void queue_drop_stale(struct event_queue *q);
void entries_grow(struct entries *es, size_t room);

static inline bool entry_before(const struct entry *a, const struct entry *b)
{
    return a->at < b->at || (a->at == b->at && a->order < b->order);
}

static inline bool event_before(const struct event *a, const struct event *b)
{
    return a->at < b->at || (a->at == b->at && a->order < b->order);
}

static inline bool entry_stale(const struct entry *e)
{
    return e->ev->order != e->order;
}

static inline void entries_add(struct entries *es, const struct entry *e)
{
    if (UNLIKELY(es->n == es->room))
        entries_grow(es, es->n + 1);
    es->list[es->n++] = *e;
}

static inline void heap_push(struct entries *heap, struct entry e)
{
    size_t i;

    entries_add(heap, &e);
    for (i = heap->n - 1; i > 0; i = (i - 1) / 2) {
        const struct entry *up = &heap->list[(i - 1) / 2];

        if (!entry_before(&e, up))
            break;
        heap->list[i] = *up;
    }
    heap->list[i] = e;
}

/* The first leaves; what fills the hole sinks to a leaf and rises from there. */
static inline void heap_pop(struct entries *heap)
{
    struct entry *list = heap->list;
    size_t n = --heap->n, i = 0, child;
    struct entry e = list[n];

    for (child = 1; child + 1 < n; child = 2 * i + 1) {
        child += entry_before(&list[child + 1], &list[child]);
        list[i] = list[child];
        i = child;
    }
    if (child < n) {
        list[i] = list[child];
        i = child;
    }
    for (; i > 0 && entry_before(&e, &list[(i - 1) / 2]); i = (i - 1) / 2)
        list[i] = list[(i - 1) / 2];
    list[i] = e;
}

/* The first entry, stale or not; NULL: none. */
static inline const struct entry *queue_first(struct event_queue *q)
{
    const struct entry *b, *h;

    if (LIKELY(q->heap.n == 0)) {
        if (UNLIKELY(q->used == q->batch.n) && !queue_refill(q))
            return NULL;
        return &q->batch.list[q->used];
    }
    h = &q->heap.list[0];
    if (q->used == q->batch.n)
        return h;
    b = &q->batch.list[q->used];
    return entry_before(h, b) ? h : b;
}

/* Is `ev`, which is not in it, before all that is?  False also where that is not known. */
static inline bool queue_is_behind(const struct event_queue *q, const struct event *ev)
{
    struct entry e = {ev->at, ev->order, NULL};

    if (q->heap.n > 0 && !entry_before(&e, &q->heap.list[0]))
        return false;
    return q->used < q->batch.n ? entry_before(&e, &q->batch.list[q->used]) : e.at < q->limit;
}

/* Takes out what queue_first() gave. */
static inline void queue_drop(struct event_queue *q, const struct entry *first)
{
    q->n--;
    if (q->heap.n > 0 && first == &q->heap.list[0]) {
        heap_pop(&q->heap);
        return;
    }
    q->used++;
    if (q->used + QUEUE_AHEAD < q->batch.n)
        PREFETCH(q->batch.list[q->used + QUEUE_AHEAD].ev);
}

/* Into the sorted batch, if that is near its end; false: too many stand behind. */
static HOT_INLINE bool queue_batch_insert(struct event_queue *q, const struct entry *e)
{
    struct entry *list;
    size_t n, k;

    if (q->used == q->batch.n)
        q->used = q->batch.n = 0;
    if (UNLIKELY(q->batch.n == q->batch.room))
        queue_batch_grow(q);
    list = q->batch.list;
    n = q->batch.n;
    if (n - q->used > QUEUE_MOVED && entry_before(e, &list[n - QUEUE_MOVED]))
        return false;
    for (k = n; k > q->used && entry_before(e, &list[k - 1]); k--)
        list[k] = list[k - 1];
    list[k] = *e;
    q->batch.n++;
    return true;
}

static HOT_INLINE void queue_add(struct event_queue *q, struct event *ev)
{
    struct entry e = {ev->at, ev->order, ev};

    q->n++;
    if (e.at >= q->limit || UNLIKELY(!queue_batch_insert(q, &e)))
        queue_add_far(q, &e);
}

#endif
