/* event_queue.c - the ladder. */
#include "sim/event_queue.h"

#include <stdlib.h>
#include <string.h>

enum {
    TOP_FEW = 32,    /* no more events at the top are not worth a rung */
    HEAP_MOST = 63,  /* more: the heap becomes a rung */
    NEAR_KEPT = 16,  /* entries of the batch that do not */
    BUCKET_FEW = 8,  /* events in a bucket, at the least, and the mean: root of their number */
    SORT_FEW = 24,   /* more are counted into place first */
    SORT_GROUP = 64, /* more of one group: nearly all of one instant */
    FETCH_MANY = 16384 /* events: more than the caches hold */
};

/* How many events a bucket should hold where `n` are pending: so many that few of the
 * new ones fall into the bucket in use, and so few buckets that their ends stay in the caches. */
static size_t bucket_aim(size_t n)
{
    size_t root = BUCKET_FEW;

    while (2 * root * root < n)
        root *= 2;
    return root;
}

struct event_queue *queue_new(void)
{
    struct event_queue *q = sim_calloc(1, sizeof(*q));

    q->limit = q->top_start = SIM_NEVER;
    q->heap_most = HEAP_MOST;
    return q;
}

void queue_free(struct event_queue *q)
{
    free(q->heap.list);
    free(q->batch.list);
    free(q->top.list);
    free(q->scratch.list);
    free(q->counts);
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

static void sort_few(struct entry *list, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct entry e = list[i];
        size_t k;

        for (k = i; k > 0 && entry_before(&e, &list[k - 1]); k--)
            list[k] = list[k - 1];
        list[k] = e;
    }
}

/* Counts `n` entries of min .. max into `to`, in groups of equal distances; false: a group is
 * so large that nothing is gained. */
static bool sort_by_counting(struct event_queue *q, const struct entry *from, struct entry *to,
                             size_t n, sim_time min, sim_time max)
{
    uint32_t *count = q->counts, sum = 0;
    unsigned shift = 0;
    size_t groups;

    while ((uint64_t)(max - min) >> shift >= 2 * n)
        shift++;
    groups = (size_t)((uint64_t)(max - min) >> shift) + 1;
    memset(count, 0, groups * sizeof(*count));
    for (size_t i = 0; i < n; i++)
        count[(uint64_t)(from[i].at - min) >> shift]++;
    for (size_t g = 0; g < groups; g++) {
        uint32_t here = count[g];

        if (UNLIKELY(here > SORT_GROUP))
            return false;
        count[g] = sum;
        sum += here;
    }
    for (size_t i = 0; i < n; i++)
        to[count[(uint64_t)(from[i].at - min) >> shift]++] = from[i];
    return true;
}

static void entries_swap(struct entries *a, struct entries *b)
{
    struct entries swap = *a;

    *a = *b;
    *b = swap;
}

/* Sorts `es`, by way of scratch, which is empty. */
static void sort_entries(struct event_queue *q, struct entries *es)
{
    struct entries *to = &q->scratch;
    sim_time min = SIM_NEVER, max = 0;

    sim_assert(to->n == 0);
    if (es->n <= SORT_FEW) {
        sort_few(es->list, es->n);
        return;
    }
    for (size_t i = 0; i < es->n; i++) {
        sim_time at = es->list[i].at;

        min = at < min ? at : min;
        max = at > max ? at : max;
    }
    if (to->room < es->n)
        entries_grow(to, es->n);
    if (q->counts_room < 2 * es->n) {
        q->counts_room = 4 * es->n;
        free(q->counts);
        q->counts = sim_malloc(q->counts_room * sizeof(*q->counts));
    }
    if (!sort_by_counting(q, es->list, to->list, es->n, min, max)) {
        qsort(es->list, es->n, sizeof(*es->list), compare_entries);
        return;
    }
    to->n = es->n;
    es->n = 0;
    entries_swap(es, to);
    sort_few(es->list, es->n);
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
    uint64_t width, far;
    size_t nbuckets;

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
    width = width / es->n * bucket_aim(es->n) + width % es->n * bucket_aim(es->n) / es->n;
    for (r->shift = 0; r->shift < 61 && (UINT64_C(2) << r->shift) <= width; r->shift++)
        continue;
    far = (uint64_t)(max - min) >> r->shift;
    nbuckets = far < 4 * es->n ? (size_t)far + 1 : 4 * es->n;
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
static void fetch_ahead(const struct rung *r)
{
    for (uint32_t k = r->cur; k < r->cur + 3 && k < r->nbuckets; k++) {
        const struct bucket *b = &r->buckets[k];

        for (size_t i = 0; k == r->cur && b->first && i < b->n; i++)
            PREFETCH(b->first->entries[i].ev);
        for (size_t i = 0; k > r->cur && b->first && i < b->n; i += 2)
            PREFETCH(&b->first->entries[i]);
    }
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
    if (q->n >= FETCH_MANY)
        fetch_ahead(r);
}

/* Heap and batch are used up: what is next is brought there.  False: nothing is left. */
bool queue_refill(struct event_queue *q)
{
    q->batch.n = q->used = 0;
    q->heap_most = HEAP_MOST;
    for (;;) {
        while (q->nrungs > 0 && q->rungs[q->nrungs - 1].n == 0)
            q->nrungs--;
        if (q->nrungs == 0) {
            if (q->top.n <= TOP_FEW) {
                q->limit = q->top_start = SIM_NEVER;
                entries_swap(&q->batch, &q->top);
                break;
            }
            q->top_start = 0;
            for (size_t i = 0; i < q->top.n; i++)
                if (q->top.list[i].at >= q->top_start)
                    q->top_start = q->top.list[i].at + 1;
            if (!rung_deal(q, &q->top)) {
                entries_swap(&q->batch, &q->top);
                q->limit = q->top_start;
                break;
            }
        }
        take_bucket(q);
        if (q->batch.n <= 4 * bucket_aim(q->n) || !rung_deal(q, &q->batch))
            break;
    }
    sort_entries(q, &q->batch);
    return q->batch.n > 0;
}

/* The heap has grown: what comes after the next few becomes a rung.  Where that cannot be,
 * as all are of one instant, everything stays. */
static void spread_near(struct event_queue *q)
{
    size_t keep = q->used, kept = 0;
    sim_time last = -1, max;

    while (keep < q->batch.n && (keep < q->used + NEAR_KEPT || q->batch.list[keep].at == last))
        last = q->batch.list[keep++].at;
    max = last;
    for (size_t i = keep; i < q->batch.n; i++)
        entries_add(&q->scratch, &q->batch.list[i]);
    for (size_t i = 0; i < q->heap.n; i++)
        if (q->heap.list[i].at > last)
            entries_add(&q->scratch, &q->heap.list[i]);
    for (size_t i = 0; i < q->scratch.n; i++)
        max = q->scratch.list[i].at > max ? q->scratch.list[i].at : max;
    if (!rung_deal(q, &q->scratch)) {
        q->scratch.n = 0;
        q->heap_most = 2 * q->heap.n; /* it is not tried at every event */
        return;
    }
    q->heap_most = HEAP_MOST;
    if (q->top_start == SIM_NEVER)
        q->top_start = max + 1;
    q->batch.n = keep;
    for (size_t i = 0; i < q->heap.n; i++)
        if (q->heap.list[i].at <= last)
            q->heap.list[kept++] = q->heap.list[i];
    q->heap.n = kept;
    qsort(q->heap.list, kept, sizeof(*q->heap.list), compare_entries); /* sorted is a heap */
}

void queue_batch_grow(struct event_queue *q)
{
    if (q->used > q->batch.n / 2) {
        q->batch.n -= q->used;
        memmove(q->batch.list, q->batch.list + q->used, q->batch.n * sizeof(struct entry));
        q->used = 0;
    } else {
        entries_grow(&q->batch, q->batch.n + 1);
    }
}

/* Behind heap and batch. */
static void add_behind(struct event_queue *q, const struct entry *e)
{
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

void queue_add_far(struct event_queue *q, const struct entry *e)
{
    if (e->at >= q->limit) {
        add_behind(q, e);
        return;
    }
    heap_push(&q->heap, *e);
    if (UNLIKELY(q->heap.n > q->heap_most))
        spread_near(q);
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
        qsort(q->heap.list, q->heap.n, sizeof(*q->heap.list),
              compare_entries); /* sorted is a heap */
    q->n -= dropped;
}
