/* bench_hold.c - the hold model: with N events pending, take the first and schedule it
 * again, a random while later.  Beside the engine a plain binary heap of the same
 * entries, without cancelling, phases or callbacks: the reference of the same run.
 *
 * Source: D. W. Jones, An Empirical Comparison of Priority-Queue and Event-Set
 * Implementations, CACM 29(4), 1986.  Exponential increments of mean 1 ms. */
#include <stdio.h>
#include <stdlib.h>

#include "sim/engine.h"
#include "sim/rng.h"
#include "tests/bench/bench.h"

enum { DRAWS = 1 << 16 };

static sim_time draws[DRAWS];
static uint64_t next_draw, left;

static void make_draws(void)
{
    struct rng rng = rng_stream(1, "hold");
    struct dist d = {.kind = DIST_EXP, .a = MS(1)};

    for (int i = 0; i < DRAWS; i++)
        draws[i] = dist_draw(&d, &rng, NULL);
}

static sim_time draw(void)
{
    return draws[next_draw++ % DRAWS];
}

static void hold(struct engine *eng, struct event *ev)
{
    if (--left == 0)
        engine_stop(eng);
    engine_at(eng, ev, eng->now + draw());
}

static double engine_holds(size_t pending, uint64_t holds)
{
    struct engine eng;
    struct event *events = sim_calloc(pending, sizeof(*events));
    double start;

    engine_init(&eng);
    for (size_t i = 0; i < pending; i++) {
        event_init(&events[i], hold, PHASE_WAKE, 0);
        engine_at(&eng, &events[i], draw());
    }
    left = 2 * pending;
    (void)engine_run(&eng, SIM_NEVER);
    left = holds;
    start = bench_seconds();
    (void)engine_run(&eng, SIM_NEVER);
    start = bench_seconds() - start;
    engine_release(&eng);
    free(events);
    return start;
}

struct plain {
    sim_time at;
    uint64_t seq;
    void *what;
};

static bool before(const struct plain *a, const struct plain *b)
{
    return a->at < b->at || (a->at == b->at && a->seq < b->seq);
}

/* The first is replaced by `e`. */
static void plain_replace(struct plain *heap, size_t n, struct plain e)
{
    size_t i = 0;

    for (size_t child = 1; child < n; child = 2 * i + 1) {
        if (child + 1 < n && before(&heap[child + 1], &heap[child]))
            child++;
        if (!before(&heap[child], &e))
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = e;
}

static double plain_holds(size_t pending, uint64_t holds)
{
    struct plain *heap = sim_calloc(pending, sizeof(*heap));
    uint64_t seq = 0;
    double start = 0;

    for (uint64_t i = 0; i < pending + holds; i++) {
        if (i == pending)
            start = bench_seconds();
        if (i < pending)
            plain_replace(heap, pending, (struct plain){draw(), ++seq, heap});
        else
            plain_replace(heap, pending, (struct plain){heap[0].at + draw(), ++seq, heap});
    }
    start = bench_seconds() - start;
    free(heap);
    return start;
}

int main(void)
{
    static const size_t pending[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    const uint64_t holds = 10000000;

    make_draws();
    printf("%10s  %14s  %14s  %6s\n", "pending", "engine holds/s", "binary heap", "ratio");
    for (size_t i = 0; i < ARRAY_LEN(pending); i++) {
        double engine = engine_holds(pending[i], holds), plain = plain_holds(pending[i], holds);
        char a[BENCH_TEXT], b[BENCH_TEXT];

        printf("%10zu  %14s  %14s  %6.2f\n", pending[i], bench_rate((double)holds, engine, a),
               bench_rate((double)holds, plain, b), plain / engine);
    }
    return 0;
}
