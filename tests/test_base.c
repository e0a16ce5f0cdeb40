/* test_base.c - sim/base.h, its texts, arenas and pools, and the trace's way to its sinks. */
#include "sim/arena.h"
#include "sim/base.h"
#include "sim/rng.h"
#include "sim/trace.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUITE(name) Suite *name##_suite(void);
#include "tests/suites.h"
#undef SUITE

/* ---- checked arithmetic ---------------------------------------------------- */

START_TEST(sums_and_products_are_refused_exactly_when_they_do_not_fit)
{
    int64_t x = 7;

    ck_assert(add_i64(INT64_MAX - 1, 1, &x));
    ck_assert_int_eq(x, INT64_MAX);
    ck_assert(!add_i64(INT64_MAX, 1, &x));
    ck_assert(!add_i64(INT64_MIN, -1, &x));
    ck_assert(add_i64(INT64_MIN, INT64_MAX, &x));
    ck_assert_int_eq(x, -1);
    ck_assert(sub_i64(-1, INT64_MIN, &x));
    ck_assert_int_eq(x, INT64_MAX);
    ck_assert(!sub_i64(0, INT64_MIN, &x));
    ck_assert(!sub_i64(INT64_MIN, 1, &x));
    ck_assert(mul_i64(INT64_MIN, 1, &x));
    ck_assert_int_eq(x, INT64_MIN);
    ck_assert(!mul_i64(INT64_MIN, -1, &x));
    ck_assert(mul_i64(INT64_C(-4294967296), INT64_C(2147483648), &x));
    ck_assert_int_eq(x, INT64_MIN);
    ck_assert(!mul_i64(INT64_C(4294967296), INT64_C(2147483648), &x));
    ck_assert(mul_i64(INT64_C(3037000499), INT64_C(3037000499), &x));
    ck_assert_int_eq(x, INT64_C(9223372030926249001));
    ck_assert(!mul_i64(INT64_C(3037000500), INT64_C(-3037000500), &x));
    ck_assert(mul_i64(0, -5, &x));
    ck_assert_int_eq(x, 0);
    ck_assert_int_eq(time_add(SIM_TIME_MAX - 1, 1), SIM_TIME_MAX);
    ck_assert_int_eq(time_add(SIM_TIME_MAX, SIM_TIME_MAX), SIM_TIME_MAX);
    ck_assert_int_eq(time_add(3, 4), 7);
}
END_TEST

/* A number with any number of bits, small ones as often as large ones. */
static uint64_t any(struct rng *r)
{
    uint64_t x = rng_next(r);

    return rng_next(r) >> (x % 64);
}

static struct wide times_plus(struct wide q, uint64_t b, uint64_t rest)
{
    struct wide w = wide_mul(q.lo, b);

    w.hi += q.hi * b;
    wide_add(&w, rest);
    return w;
}

START_TEST(wide_products_add_up_from_their_halves)
{
    struct rng r = rng_stream((uint64_t)_i, "wide");
    uint64_t a = any(&r), b = any(&r), c = any(&r) >> 1;
    struct wide whole = wide_mul(a, b), parts = {0, 0}, twice;

    /* a * b = a * (b - b/3) + a * (b/3) */
    wide_add_mul(&parts, a, b - b / 3);
    wide_add_mul(&parts, a, b / 3);
    ck_assert_int_eq(wide_compare(whole, parts), 0);
    ck_assert_uint_eq(whole.lo, a * b);
    ck_assert_int_eq(wide_compare(whole, wide_mul_halves(a, b)), 0);
    twice = whole;
    wide_add(&twice, c + 1);
    ck_assert(twice.hi > whole.hi || twice.lo != whole.lo);
    if (whole.hi < UINT64_MAX) {
        ck_assert_int_gt(wide_compare(twice, whole), 0);
        ck_assert_int_lt(wide_compare(whole, twice), 0);
    }
}
END_TEST

START_TEST(the_lowest_and_the_highest_bit_enclose_a_number)
{
    struct rng r = rng_stream((uint64_t)_i, "bits");
    uint64_t x = any(&r) | UINT64_C(1) << (_i % 64);
    unsigned low = bit_lowest(x), high = bit_highest(x);

    ck_assert_uint_le(low, high);
    ck_assert_uint_eq(x >> high, 1);
    ck_assert_uint_eq(x >> low & 1, 1);
    ck_assert_uint_eq(x >> low << low, x);
}
END_TEST

START_TEST(quotients_times_divisors_give_the_dividend_back)
{
    struct rng r = rng_stream((uint64_t)_i, "divide");
    int64_t a = (int64_t)(any(&r) >> 1), b = (int64_t)(any(&r) >> 1);
    int64_t c = (int64_t)(any(&r) >> 1) + 1;
    struct wide product, back;
    uint64_t nearest;
    int64_t floor, ceil;

    if (c <= 0)
        c = INT64_MAX;
    product = wide_mul((uint64_t)a, (uint64_t)b);
    floor = mul_div_floor(a, b, c);
    ceil = mul_div_ceil(a, b, c);
    back = wide_mul((uint64_t)floor, (uint64_t)c);
    ck_assert_int_le(wide_compare(back, product), 0); /* floor * c <= a * b */
    if (floor < INT64_MAX) {
        wide_add(&back, (uint64_t)c);
        ck_assert_int_gt(wide_compare(back, product), 0); /* < (floor + 1) * c */
        back = wide_mul((uint64_t)floor, (uint64_t)c);
        ck_assert_int_eq(ceil, floor + (wide_compare(back, product) != 0 ? 1 : 0));
    } else {
        ck_assert_int_eq(ceil, INT64_MAX);
    }
    nearest = wide_div(product, (uint64_t)c);
    if (nearest < UINT64_MAX) {
        /* |nearest * c - a * b| <= c / 2, and from below less than that */
        struct wide low = product, high = product;
        struct wide q = {0, nearest};

        back = times_plus(q, (uint64_t)c, 0);
        wide_add(&low, (uint64_t)c / 2);
        wide_add(&back, (uint64_t)c / 2);
        ck_assert_int_ge(wide_compare(back, high), 0);
        back = times_plus(q, (uint64_t)c, 0);
        ck_assert_int_le(wide_compare(back, low), 0);
    }
}
END_TEST

START_TEST(divisions_of_128_bits_saturate)
{
    struct wide top = {UINT64_MAX, UINT64_MAX}, w = {4, UINT64_MAX};

    ck_assert_uint_eq(wide_div(top, 1), UINT64_MAX);
    ck_assert_uint_eq(wide_div(top, UINT64_MAX), UINT64_MAX);
    ck_assert_uint_eq(wide_div(w, 5), UINT64_MAX);
    w.lo = 0;
    ck_assert_uint_eq(wide_div(w, 5), UINT64_C(14757395258967641293)); /* 4 * 2^64 / 5 */
    ck_assert_int_eq(mul_div_floor(INT64_MAX, INT64_MAX, INT64_MAX), INT64_MAX);
    ck_assert_int_eq(mul_div_floor(INT64_MAX, INT64_MAX, 1), INT64_MAX);
    ck_assert_int_eq(mul_div_ceil(7, 3, 4), 6);
    ck_assert_int_eq(mul_div_floor(7, 3, 4), 5);
    ck_assert_int_eq(mul_div_ceil(0, 3, 4), 0);
}
END_TEST

START_TEST(ratios_are_rounded_to_the_nearest_billionth)
{
    static const struct {
        struct wide num, den;
        int64_t ratio;
    } cases[] = {
        {{0, 1}, {0, 0}, 0},
        {{0, 0}, {0, 5}, 0},
        {{0, 1}, {0, 3}, 333333333},
        {{0, 2}, {0, 3}, 666666667},
        {{0, 1}, {0, 2000000000}, 1}, /* a half goes up */
        {{0, 1}, {0, 2000000001}, 0},
        {{5, 0}, {2, 0}, INT64_C(2500000000)},
        {{1, 0}, {3, 0}, 333333333},
        {{UINT64_MAX, UINT64_MAX}, {UINT64_MAX, UINT64_MAX}, 1000000000},
        {{UINT64_MAX / 2, 0}, {UINT64_MAX, 0}, 500000000},
        {{1, 0}, {0, 1}, INT64_MAX},
        {{0, 1}, {1, 0}, 0},
        {{1, 0}, {0, UINT64_MAX}, 1000000000},
        {{0, UINT64_MAX}, {0, 1}, INT64_MAX},
    };
    size_t i;

    for (i = 0; i < ARRAY_LEN(cases); i++)
        ck_assert_int_eq(ratio_e9(cases[i].num, cases[i].den), cases[i].ratio);
}
END_TEST

START_TEST(ratios_of_long_numbers_agree_with_those_of_short_ones)
{
    struct rng r = rng_stream((uint64_t)_i, "ratio");
    uint64_t a = any(&r), b = any(&r) + 1, k = any(&r) | 1;
    struct wide num = {0, a}, den = {0, b ? b : 1};

    ck_assert_int_eq(ratio_e9(wide_mul(num.lo, k), wide_mul(den.lo, k)), ratio_e9(num, den));
}
END_TEST

/* ---- lists --------------------------------------------------------------------- */

struct item {
    int number;
    struct list link;
};

START_TEST(lists_keep_their_order)
{
    struct list head;
    struct item items[4];
    int i;

    list_init(&head);
    ck_assert(list_empty(&head));
    ck_assert_ptr_null(list_pop_front(&head));
    for (i = 0; i < 4; i++) {
        items[i].number = i;
        if (i % 2 == 0)
            list_push_back(&head, &items[i].link);
        else
            list_push_front(&head, &items[i].link);
    }
    list_remove(&items[0].link); /* of 3 1 0 2 */
    ck_assert(list_empty(&items[0].link));
    ck_assert_int_eq(container_of(list_pop_front(&head), struct item, link)->number, 3);
    ck_assert_int_eq(container_of(list_pop_front(&head), struct item, link)->number, 1);
    ck_assert_int_eq(container_of(list_pop_front(&head), struct item, link)->number, 2);
    ck_assert(list_empty(&head));
}
END_TEST

/* ---- texts --------------------------------------------------------------------- */

START_TEST(texts_grow_and_are_handed_over)
{
    struct text t = {NULL, 0, 0};
    char *taken;
    size_t i;

    taken = text_take(&t);
    ck_assert_str_eq(taken, "");
    free(taken);
    text_add(&t, "a");
    text_addf(&t, "%d%s", 12, "b");
    text_pad(&t, '.', 3);
    text_add_len(&t, "xyz", 2);
    ck_assert_str_eq(t.data, "a12b...xy");
    ck_assert_uint_eq(t.len, 9);
    for (i = 0; i < 100; i++)
        text_addf(&t, "%64d", (int)i); /* each longer than what is left, now and then */
    ck_assert_uint_eq(t.len, 9 + 6400);
    ck_assert_uint_eq(strlen(t.data), t.len);
    ck_assert_str_eq(t.data + t.len - 4, "  99");
    taken = text_take(&t);
    ck_assert_ptr_null(t.data);
    ck_assert_uint_eq(t.len, 0);
    free(taken);
    text_add(&t, "again");
    text_release(&t);
    ck_assert_ptr_null(t.data);
}
END_TEST

START_TEST(distances_count_edits_and_swaps)
{
    char longer[101], longest[102];

    ck_assert_int_eq(name_distance("", ""), 0);
    ck_assert_int_eq(name_distance("", "abc"), 3);
    ck_assert_int_eq(name_distance("kitten", "sitting"), 3);
    ck_assert_int_eq(name_distance("fifo", "fiof"), 1);
    ck_assert_int_eq(name_distance("ca", "abc"), 3); /* what was swapped is not edited again */
    ck_assert_int_eq(name_distance("rr", "RR"), 2);
    memset(longer, 'x', 100);
    longer[100] = '\0';
    memset(longest, 'x', 101);
    longest[101] = '\0';
    ck_assert_int_eq(name_distance(longer, longest), 101);
    ck_assert_int_eq(name_distance(longer, longer), 0);
}
END_TEST

START_TEST(the_closest_name_is_one_that_could_have_been_meant)
{
    static const char *const names[] = {"cfs", "edf", "fifo", "mlfq", "rr", "quantum"};

    ck_assert_str_eq(name_closest("rrr", names, ARRAY_LEN(names)), "rr");
    ck_assert_str_eq(name_closest("FIFO", names, ARRAY_LEN(names)), "fifo");
    ck_assert_str_eq(name_closest("mlqf", names, ARRAY_LEN(names)), "mlfq");
    ck_assert_str_eq(name_closest("qantun", names, ARRAY_LEN(names)), "quantum");
    ck_assert_str_eq(name_closest("cf", names, ARRAY_LEN(names)), "cfs");
    ck_assert_str_eq(name_closest("fifo", names, ARRAY_LEN(names)), "fifo");
    ck_assert_ptr_null(name_closest("stride", names, ARRAY_LEN(names)));
    ck_assert_ptr_null(name_closest("", names, ARRAY_LEN(names)));
    ck_assert_ptr_null(name_closest("rr", names, 0));
}
END_TEST

START_TEST(times_are_written_in_the_largest_unit_that_suits)
{
    static const struct {
        sim_time ns;
        const char *text;
    } cases[] = {
        {0, "0"},
        {1, "1 ns"},
        {999, "999 ns"},
        {1000, "1 us"},
        {1001, "1.001 us"},
        {US(400), "400 us"},
        {MS(24), "24 ms"},
        {52600000, "52.6 ms"},
        {1500000, "1.5 ms"},
        {1234567, "1.234567 ms"},
        {SEC(1), "1 s"},
        {SEC(90) + MS(10), "90.01 s"},
        {SEC(1) + 1, "1000.000001 ms"},
        {-MS(2) - US(50), "-2.05 ms"},
        {SIM_TIME_MAX, "4611686018427.387904 ms"},
        {INT64_MIN, "-9223372036854.775808 ms"},
        {SIM_NEVER, "never"},
    };
    char buf[TIME_TEXT_SIZE];
    size_t i;

    for (i = 0; i < ARRAY_LEN(cases); i++)
        ck_assert_str_eq(time_text(cases[i].ns, buf), cases[i].text);
}
END_TEST

/* ---- arenas and pools ------------------------------------------------------------ */

START_TEST(what_an_arena_gives_is_zeroed_aligned_and_apart)
{
    struct rng r = rng_stream((uint64_t)_i, "arena");
    struct arena a;
    unsigned char *given[500];
    size_t sizes[500], i, j;

    arena_init(&a);
    for (i = 0; i < ARRAY_LEN(given); i++) {
        sizes[i] = rng_below(&r, 20) == 0 ? rng_below(&r, 50000) : rng_below(&r, 200);
        given[i] = arena_alloc(&a, sizes[i]);
        ck_assert_uint_eq((uintptr_t)given[i] % _Alignof(max_align_t), 0);
        for (j = 0; j < sizes[i]; j++)
            ck_assert_msg(given[i][j] == 0, "byte %zu of object %zu is not zero", j, i);
        memset(given[i], (int)(i % 255) + 1, sizes[i]);
    }
    for (i = 0; i < ARRAY_LEN(given); i++) {
        for (j = 0; j < sizes[i]; j++)
            ck_assert_msg(given[i][j] == i % 255 + 1, "object %zu was written over", i);
    }
    ck_assert_str_eq(arena_strdup(&a, "text"), "text");
    ck_assert_str_eq(arena_printf(&a, "%s#%d", "req", 3), "req#3");
    ck_assert_uint_gt(a.bytes, 0);
    arena_release(&a);
    ck_assert_uint_eq(a.bytes, 0);
}
END_TEST

START_TEST(a_pool_gives_the_slot_freed_last_zeroed)
{
    struct arena mem;
    struct pool p;
    uint32_t slot, i;
    unsigned char *bytes;

    arena_init(&mem);
    pool_init(&p, &mem, 40);
    for (i = 0; i < 3 * POOL_CHUNK + 1; i++) {
        bytes = pool_take(&p, &slot);
        ck_assert_uint_eq(slot, i);
        ck_assert_ptr_eq(bytes, pool_at(&p, slot));
        memset(bytes, 0xff, 40);
    }
    ck_assert_uint_eq(p.live, 3 * POOL_CHUNK + 1);
    pool_give(&p, 7);
    pool_give(&p, 2000);
    ck_assert_uint_eq(p.live, 3 * POOL_CHUNK - 1);
    bytes = pool_take(&p, &slot);
    ck_assert_uint_eq(slot, 2000);
    for (i = 0; i < 40; i++)
        ck_assert_uint_eq(bytes[i], 0);
    pool_take(&p, &slot);
    ck_assert_uint_eq(slot, 7);
    bytes = pool_at(&p, 8); /* its neighbour has kept what it had */
    ck_assert_uint_eq(bytes[0], 0xff);
    pool_take(&p, &slot);
    ck_assert_uint_eq(slot, 3 * POOL_CHUNK + 1);
    pool_release(&p);
    arena_release(&mem);
}
END_TEST

START_TEST(a_broken_invariant_aborts)
{
    ck_assert(freopen("/dev/null", "w", stderr) !=
              NULL); /* the message is not for the tester */
    sim_assert(1 + 1 == 3);
}
END_TEST

/* ---- the trace -------------------------------------------------------------------- */

struct listener {
    struct trace_sink sink;
    char heard[64];
    const char *name;
    char *order; /* all of a trace write their names here */
};

static void listener_record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct listener *l = container_of(sink, struct listener, sink);

    strncat(l->heard, trace_kind_name((enum trace_kind)rec->kind), 20);
    strncat(l->order, l->name, 2);
}

static void listener_finish(struct trace_sink *sink, sim_time end)
{
    struct listener *l = container_of(sink, struct listener, sink);

    ck_assert_int_eq(end, 99);
    strncat(l->heard, "!", 2);
}

START_TEST(sinks_hear_the_kinds_they_want_in_the_order_of_attachment)
{
    char order[16] = "";
    struct listener a = {{.kinds = TRACE_BIT(RUN), .record = listener_record}, "", "a", order};
    struct listener b = {
        {.kinds = TRACE_ALL, .record = listener_record, .finish = listener_finish},
        "",
        "b",
        order};
    struct trace tr;

    trace_init(&tr);
    trace_emit(&tr, 1, TR_RUN, 0, 0, 0, 0); /* nobody listens */
    trace_attach(&tr, &a.sink);
    ck_assert(trace_wants(&tr, TR_RUN));
    ck_assert(!trace_wants(&tr, TR_STOP));
    trace_emit(&tr, 1, TR_STOP, 0, 0, 0, 0);
    trace_attach(&tr, &b.sink);
    trace_emit(&tr, 1, TR_STOP, 0, 0, 0, 0);
    trace_emit(&tr, 1, TR_RUN, 0, 0, 0, 0);
    ck_assert_str_eq(order, "bab");
    trace_finish(&tr, 99);
    ck_assert_str_eq(a.heard, "run");
    ck_assert_str_eq(b.heard, "stoprun!");
}
END_TEST

START_TEST(lengths_of_queues_are_told_if_anybody_wants_them)
{
    struct trace_sink none = {.kinds = TRACE_BIT(RUN), .record = listener_record};
    struct trace_sink ready = {.kinds = TRACE_BIT(QUEUED),
                               .unwanted = TRACE_QUEUES & ~TRACE_QUEUE_BIT(READY),
                               .record = listener_record};
    struct trace_sink all = {.kinds = TRACE_BIT(QUEUED), .record = listener_record};
    struct trace tr;

    trace_init(&tr);
    trace_attach(&tr, &none);
    ck_assert(!trace_wants_queue(&tr, LOOP_QUEUE_READY));
    trace_attach(&tr, &ready);
    for (int i = 0; i < LOOP_QUEUE_COUNT; i++)
        ck_assert(trace_wants_queue(&tr, (enum loop_queue)i) == (i == LOOP_QUEUE_READY));
    trace_attach(&tr, &all);
    for (int i = 0; i < LOOP_QUEUE_COUNT; i++)
        ck_assert(trace_wants_queue(&tr, (enum loop_queue)i));
}
END_TEST

START_TEST(names_of_records_end_where_the_list_ends)
{
    ck_assert_str_eq(trace_kind_name(TR_ARRIVE), "arrive");
    ck_assert_str_eq(trace_kind_name(TR_THREAD), "thread");
    ck_assert_ptr_null(trace_kind_name(TR_COUNT));
    ck_assert_str_eq(ready_why_name(READY_CHANGED), "changed");
    ck_assert_ptr_null(ready_why_name(READY_COUNT));
    ck_assert_str_eq(stop_why_name(STOP_DONE), "done");
    ck_assert_ptr_null(stop_why_name(STOP_COUNT));
    ck_assert_str_eq(block_why_name(BLOCK_PERIOD), "period");
    ck_assert_ptr_null(block_why_name(BLOCK_COUNT));
}
END_TEST

Suite *base_suite(void)
{
    Suite *s = suite_create("base");
    TCase *arithmetic = tcase_create("arithmetic"), *text = tcase_create("text");
    TCase *memory = tcase_create("memory"), *trace = tcase_create("trace");

    tcase_add_test(arithmetic, sums_and_products_are_refused_exactly_when_they_do_not_fit);
    tcase_add_loop_test(arithmetic, wide_products_add_up_from_their_halves, 0, 200);
    tcase_add_loop_test(arithmetic, the_lowest_and_the_highest_bit_enclose_a_number, 0, 128);
    tcase_add_loop_test(arithmetic, quotients_times_divisors_give_the_dividend_back, 0, 400);
    tcase_add_test(arithmetic, divisions_of_128_bits_saturate);
    tcase_add_test(arithmetic, ratios_are_rounded_to_the_nearest_billionth);
    tcase_add_loop_test(arithmetic, ratios_of_long_numbers_agree_with_those_of_short_ones, 0,
                        200);
    suite_add_tcase(s, arithmetic);
    tcase_add_test(text, texts_grow_and_are_handed_over);
    tcase_add_test(text, distances_count_edits_and_swaps);
    tcase_add_test(text, the_closest_name_is_one_that_could_have_been_meant);
    tcase_add_test(text, times_are_written_in_the_largest_unit_that_suits);
    suite_add_tcase(s, text);
    tcase_add_test(memory, lists_keep_their_order);
    tcase_add_loop_test(memory, what_an_arena_gives_is_zeroed_aligned_and_apart, 0, 5);
    tcase_add_test(memory, a_pool_gives_the_slot_freed_last_zeroed);
    tcase_add_test_raise_signal(memory, a_broken_invariant_aborts, SIGABRT);
    suite_add_tcase(s, memory);
    tcase_add_test(trace, sinks_hear_the_kinds_they_want_in_the_order_of_attachment);
    tcase_add_test(trace, lengths_of_queues_are_told_if_anybody_wants_them);
    tcase_add_test(trace, names_of_records_end_where_the_list_ends);
    suite_add_tcase(s, trace);
    return s;
}
