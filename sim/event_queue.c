/* event_queue.c - the ladder. */
#include "sim/event_queue.h"

#include <stdlib.h>
#include <string.h>

enum {
    HEAP_MANY = 32,   /* more: the heap becomes a rung */
    BATCH_MANY = 64,  /* more in a bucket: it becomes a rung */
    BUCKET_AIM = 8,   /* events in a bucket, at the mean */
    FETCH_MANY = 8192 /* buckets: more than the caches hold */
};

struct event_queue *queue_new(void)
{
    struct event_queue *q = sim_calloc(1, sizeof(*q));

    q->limit = q->top_start = SIM_NEVER;
    return q;
}

void queue_free(struct event_queue *q)
{
    free(q->heap.list);
    free(q->batch.list);
    free(q->top.list);
    free(q->scratch.list);
    for (int i = 0; i < QUEUE_RUNGS; i++)
        free(q->rungs[i].buckets);
    while (q->blocks) {
        struct chunk_block *b = q->blocks;

        q->blocks = b->next;
        free(b);
    }
    free(q);
}

void entries_grow(struct entries *es, size_t room)
{
    if (room < 2 * es->room)
        room = 2 * es->room;
    if (room < 64)
        room = 64;
    es->list = sim_realloc(es->list, room * sizeof(*es->list));
    es->room = room;
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

static inline void bucket_add(struct event_queue *q, struct bucket *b, const struct entry *e)
{
    if (!b->first || b->n == QUEUE_CHUNK) {
        struct chunk *c;

        if (UNLIKELY(!q->spare))
            make_chunks(q);
        c = q->spare;
        q->spare = c->next;
        c->next = b->first;
        b->first = c;
        b->n = 0;
    }
    b->first->entries[b->n++] = *e;
}

/* Appends what the bucket holds to `to`; its chunks are spare again. */
static void bucket_empty(struct event_queue *q, struct bucket *b, struct entries *to)
{
    size_t n = b->n;

    while (b->first) {
        struct chunk *c = b->first;

        if (to->room - to->n < QUEUE_CHUNK)
            entries_grow(to, to->n + QUEUE_CHUNK);
        memcpy(to->list + to->n, c->entries, n * sizeof(struct entry));
        to->n += n;
        n = QUEUE_CHUNK;
        b->first = c->next;
        c->next = q->spare;
        q->spare = c;
    }
    b->n = 0;
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

    sim_assert(es->n > 0);
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

    if (q->nrungs == QUEUE_RUNGS || es->n == 0)
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
        r->buckets = sim_malloc(nbuckets * sizeof(struct bucket));
        r->room = (uint32_t)nbuckets;
    }
    memset(r->buckets, 0, nbuckets * sizeof(struct bucket));
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

/* Memory is asked for before it is needed: the events of this bucket and of the next,
 * and the entries of those behind. */
static void fetch_ahead(const struct event_queue *q, const struct rung *r)
{
#if defined(__GNUC__)
    for (size_t i = 0; i < q->batch.n && i < BATCH_MANY; i++)
        __builtin_prefetch(q->batch.list[i].ev, 1);
    for (uint32_t k = r->cur; k < r->cur + 3 && k < r->nbuckets; k++) {
        const struct bucket *b = &r->buckets[k];

        for (size_t i = 0; k == r->cur && b->first && i < b->n; i++)
            __builtin_prefetch(b->first->entries[i].ev, 1);
        for (size_t i = 0; k > r->cur && b->first && i < b->n; i += 2)
            __builtin_prefetch(&b->first->entries[i]);
    }
#else
    (void)q;
    (void)r;
#endif
}

/* The next bucket of the last rung into the batch. */
static void take_bucket(struct event_queue *q)
{
    struct rung *r = &q->rungs[q->nrungs - 1];

    while (!r->buckets[r->cur].first)
        r->cur++;
    bucket_empty(q, &r->buckets[r->cur++], &q->batch);
    r->n -= q->batch.n;
    q->limit = rungs_from(q);
    if (r->nbuckets >= FETCH_MANY)
        fetch_ahead(q, r);
}

/* Heap and batch are used up: what is next is brought there.  False: nothing is left. */
bool queue_refill(struct event_queue *q)
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

void queue_add(struct event_queue *q, const struct entry *e)
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
    sim_unreachable("an event between two rungs");
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

static void drop_stale_in_rung(struct event_queue *q, struct rung *r, size_t *dropped)
{
    for (uint32_t i = r->cur; i < r->nbuckets; i++) {
        size_t gone = 0;

        if (!r->buckets[i].first)
            continue;
        bucket_empty(q, &r->buckets[i], &q->scratch);
        drop_stale(&q->scratch, 0, &gone);
        for (size_t k = 0; k < q->scratch.n; k++)
            bucket_add(q, &r->buckets[i], &q->scratch.list[k]);
        q->scratch.n = 0;
        r->n -= gone;
        *dropped += gone;
    }
}

void queue_drop_stale(struct event_queue *q)
{
    size_t dropped = 0, before;

    drop_stale(&q->batch, q->used, &dropped);
    drop_stale(&q->top, 0, &dropped);
    for (int i = 0; i < q->nrungs; i++)
        drop_stale_in_rung(q, &q->rungs[i], &dropped);
    before = dropped;
    drop_stale(&q->heap, 0, &dropped);
    if (dropped > before)
        sort_entries(q->heap.list, q->heap.n); /* sorted is a heap */
    q->n -= dropped;
}
