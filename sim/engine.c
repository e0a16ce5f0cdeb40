/* engine.c - the clock and the queue of pending events.
 *
 * The queue is a small heap for what comes soon, and a ladder for the rest:
 *
 *   far future                                                        now
 *   top | rung 0: buckets | rung 1: one bucket of rung 0, finer | ... | sorted + heap
 *
 * An event far away is appended to `top`, unsorted.  When all before it is used up,
 * `top` is dealt into the buckets of a rung; a bucket that is due and still holds
 * many is dealt into a finer rung, a bucket that holds few is sorted and used up.
 * So each event is touched a small number of times, however many are pending.  What
 * falls before the bucket in use goes to a binary heap, which stays small: when it
 * does not, it is dealt into a rung as well.  Only few events: the heap is all there is.
 *
 * Source: W. T. Tang, R. S. M. Goh, I. L.-J. Thng, Ladder Queue: An O(1) Priority
 * Queue Structure for Large-Scale Discrete Event Simulation, ACM TOMACS 15(3), 2005.
 * Differs: a heap beside the sorted batch instead of a sorted list; the width of buckets
 * follows the mean distance, so that the crowded front of a skewed rung is fine enough;
 * cancelled events stay where they are until met, or until they are the majority.
 */
#include "sim/engine.h"

#include <stdlib.h>
#include <string.h>

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

enum {
    HEAP_MANY = 32,  /* more: the heap becomes a rung */
    BATCH_MANY = 64, /* more in a bucket: it becomes a rung */
    BUCKET_AIM = 8,  /* events in a bucket, at the mean */
    RUNGS = 10,
    CHUNK = 10, /* entries */
    STALE_SLACK = 1024,
    AHEAD = 4 /* events fetched before they are due */
};

/* An event in the queue; stale when the event says otherwise by now. */
struct entry {
    sim_time at;
    uint64_t order;
    struct event *ev;
};

struct chunk {
    struct chunk *next;
    uint64_t n;
    struct entry entries[CHUNK];
};

struct rung {
    sim_time start;
    unsigned shift;         /* a bucket is 2^shift ns wide; the last takes the rest */
    uint32_t nbuckets, cur; /* those before `cur` are used up */
    uint32_t room;
    size_t n;
    struct chunk **buckets;
};

struct entries {
    struct entry *list;
    size_t n, room;
};

struct event_queue {
    struct entries heap;
    struct entries batch; /* sorted; those before `used` are gone */
    size_t used;
    sim_time limit; /* heap and batch: all before it, rungs: all from it on */
    struct rung rungs[RUNGS];
    int nrungs;
    struct entries scratch;
    struct entries top;
    sim_time top_start; /* all from it on is in top */
    struct chunk *spare;
    struct chunk_block {
        struct chunk_block *next;
        struct chunk chunks[255];
    } * blocks;
    size_t n; /* entries, stale ones included */
};

static inline bool entry_before(const struct entry *a, const struct entry *b)
{
    return a->at < b->at || (a->at == b->at && a->order < b->order);
}

static inline bool entry_stale(const struct entry *e)
{
    return e->ev->order != e->order;
}

/* ---- entries ------------------------------------------------------------------------- */

static void entries_grow(struct entries *es, size_t room)
{
    if (room < 2 * es->room)
        room = 2 * es->room;
    if (room < 64)
        room = 64;
    es->list = sim_realloc(es->list, room * sizeof(*es->list));
    es->room = room;
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
static void heap_pop(struct entries *heap)
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

static int compare_entries(const void *a, const void *b)
{
    return entry_before(a, b) ? -1 : entry_before(b, a);
}

static void sort_entries(struct entry *list, size_t n)
{
    if (n > BATCH_MANY) {
        qsort(list, n, sizeof(*list), compare_entries);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        struct entry e = list[i];
        size_t k;

        for (k = i; k > 0 && entry_before(&e, &list[k - 1]); k--)
            list[k] = list[k - 1];
        list[k] = e;
    }
}

/* ---- rungs ----------------------------------------------------------------------------- */

static void make_chunks(struct event_queue *q)
{
    struct chunk_block *b = sim_malloc(sizeof(*b));

    b->next = q->blocks;
    q->blocks = b;
    for (size_t i = 0; i < ARRAY_LEN(b->chunks); i++) {
        b->chunks[i].next = q->spare;
        q->spare = &b->chunks[i];
    }
}

static inline void bucket_add(struct event_queue *q, struct chunk **bucket,
                              const struct entry *e)
{
    struct chunk *c = *bucket;

    if (!c || c->n == CHUNK) {
        if (UNLIKELY(!q->spare))
            make_chunks(q);
        c = q->spare;
        q->spare = c->next;
        c->next = *bucket;
        c->n = 0;
        *bucket = c;
    }
    c->entries[c->n++] = *e;
}

static inline void rung_add(struct event_queue *q, struct rung *r, const struct entry *e)
{
    uint64_t i = (uint64_t)(e->at - r->start) >> r->shift;

    if (i >= r->nbuckets)
        i = r->nbuckets - 1;
    bucket_add(q, &r->buckets[i], e);
    r->n++;
}

/* Where the buckets of `r` that are not used up begin. */
static inline sim_time rung_from(const struct rung *r)
{
    return r->start + (sim_time)((uint64_t)r->cur << r->shift);
}

/* The mean of at - min, roughly; n < 2^31. */
static uint64_t mean_distance(const struct entries *es, sim_time min, sim_time max)
{
    unsigned shift = 0;
    uint64_t sum = 0;

    while ((max - min) >> shift > INT32_MAX)
        shift++;
    for (size_t i = 0; i < es->n; i++)
        sum += (uint64_t)(es->list[i].at - min) >> shift;
    return (sum / es->n) << shift;
}

/* Deals all of `es` into a new rung; false: they are all of one instant, or there are
 * enough rungs already. */
static bool rung_deal(struct event_queue *q, struct entries *es)
{
    struct rung *r = &q->rungs[q->nrungs];
    sim_time min = SIM_NEVER, max = 0;
    uint64_t width, nbuckets;

    if (q->nrungs == RUNGS || es->n == 0)
        return false;
    for (size_t i = 0; i < es->n; i++) {
        sim_time at = es->list[i].at;

        min = at < min ? at : min;
        max = at > max ? at : max;
    }
    if (min == max)
        return false;
    width = mean_distance(es, min, max);
    width = width / es->n * BUCKET_AIM + width % es->n * BUCKET_AIM / es->n;
    for (r->shift = 0; r->shift < 61 && (UINT64_C(2) << r->shift) <= width; r->shift++)
        continue;
    nbuckets = ((uint64_t)(max - min) >> r->shift) + 1;
    if (nbuckets > 4 * es->n)
        nbuckets = 4 * es->n;
    if (nbuckets > r->room) {
        free(r->buckets);
        r->buckets = sim_malloc(nbuckets * sizeof(struct chunk *));
        r->room = (uint32_t)nbuckets;
    }
    memset(r->buckets, 0, nbuckets * sizeof(struct chunk *));
    r->start = min;
    r->nbuckets = (uint32_t)nbuckets;
    r->cur = 0;
    r->n = 0;
    q->nrungs++;
    for (size_t i = 0; i < es->n; i++)
        rung_add(q, r, &es->list[i]);
    es->n = 0;
    q->limit = min;
    return true;
}

/* Where what is still in rungs, or may come there, begins. */
static sim_time rungs_from(const struct event_queue *q)
{
    for (int i = q->nrungs - 1; i >= 0; i--)
        if (q->rungs[i].cur < q->rungs[i].nbuckets)
            return rung_from(&q->rungs[i]);
    return q->top_start;
}

/* The next bucket of the last rung into the batch. */
static void take_bucket(struct event_queue *q)
{
    struct rung *r = &q->rungs[q->nrungs - 1];
    struct chunk *c;

    while (!r->buckets[r->cur])
        r->cur++;
    c = r->buckets[r->cur];
    r->buckets[r->cur++] = NULL;
    while (c) {
        struct chunk *next = c->next;

        if (q->batch.room - q->batch.n < CHUNK)
            entries_grow(&q->batch, q->batch.n + CHUNK);
        memcpy(q->batch.list + q->batch.n, c->entries, c->n * sizeof(struct entry));
        q->batch.n += c->n;
        r->n -= c->n;
        c->next = q->spare;
        q->spare = c;
        c = next;
    }
    q->limit = rungs_from(q);
}

/* Heap and batch are used up: what is next is brought there.  False: nothing is left. */
static bool refill(struct event_queue *q)
{
    q->batch.n = q->used = 0;
    for (;;) {
        while (q->nrungs > 0 && q->rungs[q->nrungs - 1].n == 0)
            q->nrungs--;
        if (q->nrungs == 0) {
            if (q->top.n <= HEAP_MANY / 2) {
                q->limit = q->top_start = SIM_NEVER;
                for (size_t i = 0; i < q->top.n; i++)
                    heap_push(&q->heap, q->top.list[i]);
                q->top.n = 0;
                return q->heap.n > 0;
            }
            q->top_start = 0;
            for (size_t i = 0; i < q->top.n; i++)
                if (q->top.list[i].at >= q->top_start)
                    q->top_start = q->top.list[i].at + 1;
            if (!rung_deal(q, &q->top)) {
                struct entries swap = q->batch;

                q->batch = q->top;
                q->top = swap;
                q->limit = q->top_start;
                break;
            }
        }
        take_bucket(q);
        if (q->batch.n == 0)
            continue; /* a bucket of cancelled events */
        if (q->batch.n <= BATCH_MANY || !rung_deal(q, &q->batch))
            break;
    }
    sort_entries(q->batch.list, q->batch.n);
    return true;
}

/* Of a heap that has grown, what comes after the batch becomes a rung. */
static void heap_overflow(struct event_queue *q)
{
    sim_time last = q->used < q->batch.n ? q->batch.list[q->batch.n - 1].at : -1;
    sim_time max = last;
    size_t kept = 0;

    for (size_t i = 0; i < q->heap.n; i++) {
        const struct entry *e = &q->heap.list[i];

        max = e->at > max ? e->at : max;
        if (e->at > last)
            entries_add(&q->scratch, e);
        else
            q->heap.list[kept++] = *e;
    }
    q->heap.n = kept;
    sort_entries(q->heap.list, kept); /* sorted is a heap */
    if (!rung_deal(q, &q->scratch)) {
        for (size_t i = 0; i < q->scratch.n; i++)
            heap_push(&q->heap, q->scratch.list[i]);
        q->scratch.n = 0;
    } else if (q->top_start == SIM_NEVER) {
        q->top_start = max + 1;
    }
}

static void queue_add(struct event_queue *q, const struct entry *e)
{
    q->n++;
    if (e->at < q->limit) {
        heap_push(&q->heap, *e);
        /* A power of two: a heap that cannot be dealt is not tried at every event. */
        if (UNLIKELY(q->heap.n > HEAP_MANY) && (q->heap.n & (q->heap.n - 1)) == 0)
            heap_overflow(q);
        return;
    }
    if (e->at >= q->top_start) {
        entries_add(&q->top, e);
        return;
    }
    for (int i = 0; i < q->nrungs; i++)
        if (q->rungs[i].cur < q->rungs[i].nbuckets && e->at >= rung_from(&q->rungs[i])) {
            rung_add(q, &q->rungs[i], e);
            return;
        }
    sim_assert(!"an event between two rungs");
}

/* The first entry, stale or not; NULL: none. */
static inline const struct entry *queue_first(struct event_queue *q)
{
    const struct entry *b, *h;

    if (q->used == q->batch.n && q->heap.n == 0 && !refill(q))
        return NULL;
    if (q->used == q->batch.n)
        return &q->heap.list[0];
    b = &q->batch.list[q->used];
    if (q->heap.n == 0)
        return b;
    h = &q->heap.list[0];
    return entry_before(h, b) ? h : b;
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
#if defined(__GNUC__)
    if (q->used + AHEAD < q->batch.n)
        __builtin_prefetch(q->batch.list[q->used + AHEAD].ev, 1);
#endif
}

/* ---- cancelled events ------------------------------------------------------------------- */

static void drop_stale(struct entries *es, size_t from, size_t *dropped)
{
    size_t kept = from;

    for (size_t i = from; i < es->n; i++)
        if (!entry_stale(&es->list[i]))
            es->list[kept++] = es->list[i];
    *dropped += es->n - kept;
    es->n = kept;
}

static void drop_stale_in_rung(struct rung *r, size_t *dropped)
{
    for (uint32_t i = r->cur; i < r->nbuckets; i++)
        for (struct chunk *c = r->buckets[i]; c; c = c->next) {
            uint64_t kept = 0;

            for (uint64_t k = 0; k < c->n; k++)
                if (!entry_stale(&c->entries[k]))
                    c->entries[kept++] = c->entries[k];
            *dropped += c->n - kept;
            r->n -= c->n - kept;
            c->n = kept;
        }
}

static void queue_drop_stale(struct event_queue *q)
{
    size_t dropped = 0, before;

    drop_stale(&q->batch, q->used, &dropped);
    drop_stale(&q->top, 0, &dropped);
    for (int i = 0; i < q->nrungs; i++)
        drop_stale_in_rung(&q->rungs[i], &dropped);
    before = dropped;
    drop_stale(&q->heap, 0, &dropped);
    if (dropped > before)
        sort_entries(q->heap.list, q->heap.n); /* sorted is a heap */
    q->n -= dropped;
}

/* ---- the engine --------------------------------------------------------------------------- */

#define SEQ_MASK ((UINT64_C(1) << ENGINE_SEQ_BITS) - 1)

void engine_init(struct engine *eng)
{
    memset(eng, 0, sizeof(*eng));
    eng->limit = UINT64_MAX;
    eng->queue = sim_calloc(1, sizeof(*eng->queue));
    eng->queue->limit = eng->queue->top_start = SIM_NEVER;
}

void engine_release(struct engine *eng)
{
    struct event_queue *q = eng->queue;

    if (!q)
        return;
    free(q->heap.list);
    free(q->batch.list);
    free(q->top.list);
    free(q->scratch.list);
    for (int i = 0; i < RUNGS; i++)
        free(q->rungs[i].buckets);
    while (q->blocks) {
        struct chunk_block *b = q->blocks;

        q->blocks = b->next;
        free(b);
    }
    free(q);
    eng->queue = NULL;
}

void engine_shuffle_ties(struct engine *eng, uint64_t seed)
{
    sim_assert(eng->seq == 0);
    eng->shuffle = seed ? seed | 1 : 0;
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

static inline enum phase phase_of(const struct event *ev)
{
    return (enum phase)(ev->order >> (ENGINE_RANK_BITS + ENGINE_SEQ_BITS));
}

static inline void start_pending(struct engine *eng, struct event *ev, sim_time at)
{
    sim_assert(at >= eng->now && at <= SIM_TIME_MAX);
    ev->at = at;
    ev->order = (ev->order & ~SEQ_MASK) | next_seq(eng);
    eng->pending++;
}

void engine_at(struct engine *eng, struct event *ev, sim_time at)
{
    struct entry e;

    if (event_pending(ev))
        engine_cancel(eng, ev);
    start_pending(eng, ev, at);
    e.at = at;
    e.order = ev->order;
    e.ev = ev;
    queue_add(eng->queue, &e);
}

void engine_soon(struct engine *eng, struct event *ev)
{
    enum phase phase = phase_of(ev);

    if (event_pending(ev)) {
        if (ev->at == eng->now)
            return;
        engine_cancel(eng, ev);
    }
    if (UNLIKELY(eng->soon[phase])) {
        engine_at(eng, ev, eng->now);
        return;
    }
    start_pending(eng, ev, eng->now);
    eng->soon[phase] = ev;
    eng->soon_mask |= UINT32_C(1) << phase;
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
    enum phase phase = phase_of(ev);

    if (!event_pending(ev))
        return;
    ev->order &= ~SEQ_MASK;
    eng->pending--;
    if (eng->soon[phase] == ev) {
        eng->soon[phase] = NULL;
        eng->soon_mask &= ~(UINT32_C(1) << phase);
        return;
    }
    forget_entry(eng->queue, eng);
}

static struct event *soon_first(const struct engine *eng)
{
    for (int phase = 0; phase < PHASE_COUNT; phase++)
        if (eng->soon[phase])
            return eng->soon[phase];
    return NULL;
}

static inline void fire(struct engine *eng, struct event *ev)
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
        const struct entry *e = queue_first(q);
        struct event *ev;

        if (e && UNLIKELY(entry_stale(e))) {
            queue_drop(q, e);
            continue;
        }
        ev = UNLIKELY(eng->soon_mask) ? soon_first(eng) : NULL;
        if (ev && (!e || e->at > eng->now || e->order > ev->order)) {
            enum phase phase = phase_of(ev);

            eng->soon[phase] = NULL;
            eng->soon_mask &= ~(UINT32_C(1) << phase);
            fire(eng, ev);
        } else if (!e) {
            return ENGINE_DRAINED;
        } else if (e->at > horizon) {
            eng->now = horizon > eng->now ? horizon : eng->now;
            return ENGINE_HORIZON;
        } else {
            sim_assert(e->at >= eng->now);
            ev = e->ev;
            eng->now = e->at;
            queue_drop(q, e);
            fire(eng, ev);
        }
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
