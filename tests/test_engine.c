/* test_engine.c - the clock and the order of events, against a sorted array. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine.h"
#include "sim/rng.h"
#include "tests/support.h"

enum { EVENTS = 3000 };

/* An event of the tests: remembers when it should fire, and that it did. */
struct probe {
    struct event ev;
    sim_time at; /* wanted; -1: not pending */
    uint64_t seq;
    uint32_t rank;
    enum phase phase;
};

static struct probe probes[EVENTS];
static int fired[4 * EVENTS], nfired;
static struct rng draws;
static uint64_t calls;

static void note(struct engine *eng, struct event *ev)
{
    struct probe *p = container_of(ev, struct probe, ev);

    ck_assert_int_eq(eng->now, p->at);
    ck_assert(!event_pending(ev));
    p->at = -1;
    fired[nfired++] = (int)(p - probes);
}

static void schedule(struct engine *eng, struct probe *p, sim_time at)
{
    p->at = at;
    p->seq = ++calls;
    engine_at(eng, &p->ev, at);
    ck_assert(event_pending(&p->ev));
}

static void setup(struct engine *eng, int n)
{
    memset(probes, 0, sizeof(probes));
    nfired = 0;
    calls = 0;
    engine_init(eng);
    for (int i = 0; i < n; i++) {
        struct probe *p = &probes[i];

        p->phase = (enum phase)rng_below(&draws, PHASE_COUNT);
        p->rank = (uint32_t)rng_below(&draws, 3);
        p->at = -1;
        event_init(&p->ev, note, p->phase, p->rank);
    }
}

static int by_key(const void *a, const void *b)
{
    const struct probe *x = &probes[*(const int *)a], *y = &probes[*(const int *)b];

    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    if (x->phase != y->phase)
        return x->phase < y->phase ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* Distances that are hard on a ladder: all alike, a few far away, two clusters, spread. */
static sim_time distance(int kind)
{
    uint64_t u = rng_next(&draws);

    switch (kind) {
    case 0:
        return 0;
    case 1:
        return (sim_time)(u % 3);
    case 2:
        return u % 100 == 0 ? (sim_time)(u % (uint64_t)SEC(1000)) : (sim_time)(u % 1000);
    case 3:
        return (u & 1 ? SEC(1) : 0) + (sim_time)(u % 5000);
    case 4:
        return (sim_time)(u % (uint64_t)SEC(3600));
    default:
        return (sim_time)1 << (u % 60);
    }
}

START_TEST(fires_like_a_sorted_array)
{
    static int want[EVENTS];
    struct engine eng;
    int n = 0;

    draws = rng_stream((uint64_t)_i, "engine");
    setup(&eng, EVENTS);
    for (int i = 0; i < EVENTS; i++)
        schedule(&eng, &probes[i], distance(_i % 6));
    for (int i = 0; i < EVENTS; i++) { /* some move, some go */
        struct probe *p = &probes[rng_below(&draws, EVENTS)];

        if (rng_below(&draws, 2)) {
            schedule(&eng, p, distance(_i % 6));
        } else {
            engine_cancel(&eng, &p->ev);
            p->at = -1;
        }
    }
    for (int i = 0; i < EVENTS; i++)
        if (probes[i].at >= 0)
            want[n++] = i;
    qsort(want, (size_t)n, sizeof(*want), by_key);
    ck_assert_uint_eq(eng.pending, (size_t)n);
    ck_assert_int_eq(engine_run(&eng, SIM_NEVER), ENGINE_DRAINED);
    ck_assert_int_eq(nfired, n);
    ck_assert_mem_eq(fired, want, (size_t)n * sizeof(*want));
    engine_release(&eng);
}
END_TEST

/* The plainest of queues: the pending probe with the least key. */
static struct probe *least(int n)
{
    struct probe *best = NULL;

    for (int i = 0; i < n; i++)
        if (probes[i].at >= 0) {
            int a = i, b = best ? (int)(best - probes) : i;

            if (!best || by_key(&a, &b) < 0)
                best = &probes[i];
        }
    return best;
}

static int busy_n, busy_kind, busy_left;

/* Fires, was the right one, and disturbs the others. */
static void busy(struct engine *eng, struct event *ev)
{
    struct probe *p = container_of(ev, struct probe, ev);

    ck_assert_ptr_eq(p, least(busy_n));
    ck_assert_int_eq(eng->now, p->at);
    p->at = -1;
    if (busy_left-- <= 0)
        return;
    for (int k = 0; k < 2; k++) {
        struct probe *q = k == 0 ? p : &probes[rng_below(&draws, (uint64_t)busy_n)];
        sim_time at = time_add(eng->now, distance(busy_kind));

        /* Into an earlier phase of this instant is fine, too: it fires next. */
        if (k == 1 && rng_below(&draws, 3) == 0) {
            engine_cancel(eng, &q->ev);
            q->at = -1;
        } else if (at < SEC(100000)) {
            schedule(eng, q, at);
        }
    }
}

START_TEST(keeps_the_order_while_events_come_and_go)
{
    struct engine eng;

    draws = rng_stream((uint64_t)_i + 1000, "engine");
    busy_n = (int[]){3, 40, 300}[_i % 3];
    busy_kind = _i / 3 % 6;
    busy_left = 6000;
    setup(&eng, busy_n);
    for (int i = 0; i < busy_n; i++) {
        event_init(&probes[i].ev, busy, probes[i].phase, probes[i].rank);
        schedule(&eng, &probes[i], distance(busy_kind));
    }
    ck_assert_int_eq(engine_run(&eng, SIM_NEVER), ENGINE_DRAINED);
    ck_assert_uint_eq(eng.pending, 0);
    ck_assert_ptr_null(least(busy_n));
    engine_release(&eng);
}
END_TEST

START_TEST(stops_at_the_horizon_and_goes_on)
{
    struct engine eng;

    draws = rng_stream(5, "engine");
    setup(&eng, 3);
    schedule(&eng, &probes[0], 10);
    schedule(&eng, &probes[1], 20);
    schedule(&eng, &probes[2], 21);
    ck_assert_int_eq(engine_run(&eng, 20), ENGINE_HORIZON);
    ck_assert_int_eq(nfired, 2);
    ck_assert_int_eq(eng.now, 20);
    ck_assert_int_eq(engine_run(&eng, 20), ENGINE_HORIZON);
    ck_assert_int_eq(engine_run(&eng, 1000), ENGINE_DRAINED);
    ck_assert_int_eq(nfired, 3);
    ck_assert_int_eq(eng.now, 21);
    engine_release(&eng);
}
END_TEST

static void stop(struct engine *eng, struct event *ev)
{
    note(eng, ev);
    engine_stop(eng);
}

START_TEST(stops_after_the_event_that_says_so)
{
    struct engine eng;

    draws = rng_stream(6, "engine");
    setup(&eng, 2);
    event_init(&probes[0].ev, stop, PHASE_WAKE, 0);
    schedule(&eng, &probes[0], 10);
    schedule(&eng, &probes[1], 10);
    probes[1].rank = 3;
    ck_assert_int_eq(engine_run(&eng, SIM_NEVER), ENGINE_STOPPED);
    ck_assert_int_eq(nfired, 1);
    ck_assert_int_eq(engine_run(&eng, SIM_NEVER), ENGINE_DRAINED);
    engine_limit(&eng, 3);
    schedule(&eng, &probes[1], 10);
    schedule(&eng, &probes[0], 11);
    ck_assert_int_eq(engine_run(&eng, SIM_NEVER), ENGINE_STOPPED);
    ck_assert_int_eq(nfired, 3);
    engine_release(&eng);
}
END_TEST

static struct probe *rung;

/* Asks for another to fire in this instant, twice: it fires once. */
static void ring(struct engine *eng, struct event *ev)
{
    note(eng, ev);
    rung->at = eng->now;
    engine_soon(eng, &rung->ev);
    engine_soon(eng, &rung->ev);
    ck_assert(event_pending(&rung->ev));
}

START_TEST(soon_is_this_instant_in_its_phase)
{
    struct engine eng;

    draws = rng_stream(7, "engine");
    setup(&eng, 4);
    rung = &probes[3];
    event_init(&probes[0].ev, ring, PHASE_WAKE, 0);
    event_init(&probes[1].ev, note, PHASE_CORE, 0);
    event_init(&probes[2].ev, note, PHASE_OBSERVE, 0);
    event_init(&rung->ev, note, PHASE_DISPATCH, ENGINE_RANK_MAX);
    schedule(&eng, &probes[2], 5);
    schedule(&eng, &probes[1], 5);
    schedule(&eng, &probes[0], 5);
    ck_assert_int_eq(engine_run(&eng, SIM_NEVER), ENGINE_DRAINED);
    ck_assert_int_eq(nfired, 4);
    ck_assert_int_eq(fired[0], 0);
    ck_assert_int_eq(fired[1], 1);
    ck_assert_int_eq(fired[2], 3);
    ck_assert_int_eq(fired[3], 2);
    engine_soon(&eng, &rung->ev);
    engine_cancel(&eng, &rung->ev);
    ck_assert_uint_eq(eng.pending, 0);
    ck_assert_int_eq(engine_run(&eng, SIM_NEVER), ENGINE_DRAINED);
    ck_assert_int_eq(nfired, 4);
    engine_release(&eng);
}
END_TEST

START_TEST(shuffling_permutes_ties_alone)
{
    struct engine eng;
    int moved = 0;

    draws = rng_stream(8, "engine");
    setup(&eng, 100);
    engine_shuffle_ties(&eng, 12345);
    for (int i = 0; i < 100; i++) {
        event_init(&probes[i].ev, note, PHASE_WAKE, 0);
        schedule(&eng, &probes[i], i < 50 ? 1 : 2);
    }
    ck_assert_int_eq(engine_run(&eng, SIM_NEVER), ENGINE_DRAINED);
    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(fired[i] < 50, i < 50);
        moved += fired[i] != i;
    }
    ck_assert_int_gt(moved, 50);
    engine_release(&eng);
}
END_TEST

START_TEST(cancelled_events_do_not_pile_up)
{
    struct engine eng;

    draws = rng_stream(9, "engine");
    setup(&eng, 2);
    schedule(&eng, &probes[0], SEC(1000));
    for (int i = 0; i < 200000; i++)
        schedule(&eng, &probes[1], SEC(500) + i);
    ck_assert_uint_eq(eng.pending, 2);
    ck_assert_int_eq(engine_run(&eng, SIM_NEVER), ENGINE_DRAINED);
    ck_assert_int_eq(nfired, 2);
    ck_assert_uint_eq(eng.fired, 2);
    engine_release(&eng);
}
END_TEST

START_TEST(the_past_is_refused)
{
    struct engine eng;

    draws = rng_stream(10, "engine");
    setup(&eng, 1);
    schedule(&eng, &probes[0], 10);
    (void)engine_run(&eng, SIM_NEVER);
    engine_at(&eng, &probes[0].ev, 9);
}
END_TEST

Suite *engine_suite(void)
{
    Suite *s = suite_create("engine");
    TCase *tc = tcase_create("order");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, fires_like_a_sorted_array, 0, 24);
    tcase_add_loop_test(tc, keeps_the_order_while_events_come_and_go, 0, 36);
    tcase_add_test(tc, stops_at_the_horizon_and_goes_on);
    tcase_add_test(tc, stops_after_the_event_that_says_so);
    tcase_add_test(tc, soon_is_this_instant_in_its_phase);
    tcase_add_test(tc, shuffling_permutes_ties_alone);
    tcase_add_test(tc, cancelled_events_do_not_pile_up);
    tcase_add_test_raise_signal(tc, the_past_is_refused, 6);
    suite_add_tcase(s, tc);
    return s;
}
