/* test_rng.c - random streams and distributions: the same bits everywhere, and the right ones. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "sim/rng.h"
#include "tests/support.h"

enum { DRAWS = 100000 };

/* The first numbers of splitmix64 from state 1234567, as its authors' code gives them. */
START_TEST(is_splitmix64)
{
    static const uint64_t want[] = {
        UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
        UINT64_C(9817491932198370423), UINT64_C(4593380528125082431),
        UINT64_C(16408922859458223821)};
    struct rng r = {1234567};

    for (size_t i = 0; i < ARRAY_LEN(want); i++)
        ck_assert_uint_eq(rng_next(&r), want[i]);
}
END_TEST

START_TEST(streams_are_named)
{
    struct rng a = rng_stream(1, "task/A"), same = rng_stream(1, "task/A"),
               b = rng_stream(1, "task/B");
    struct rng other = rng_stream(2, "task/A"), n1 = rng_stream_numbered(1, "task/A", 1);
    struct rng n2 = rng_stream_numbered(1, "task/A", 2), spelled = rng_stream(1, "task/A#1");
    uint64_t first = rng_next(&a);

    ck_assert_uint_eq(first, rng_next(&same));
    ck_assert_uint_ne(first, rng_next(&b));
    ck_assert_uint_ne(first, rng_next(&other));
    ck_assert_uint_eq(rng_next(&n1), rng_next(&spelled));
    ck_assert_uint_ne(rng_next(&n1), rng_next(&n2));
}
END_TEST

START_TEST(below_is_even)
{
    struct rng r = rng_stream(3, "below");
    int count[7] = {0};

    for (int i = 0; i < 70000; i++)
        count[rng_below(&r, 7)]++;
    for (int i = 0; i < 7; i++) /* 10000, sd 93 */
        ck_assert_int_le(abs(count[i] - 10000), 400);
    for (int i = 0; i < 1000; i++)
        ck_assert_uint_lt(rng_below(&r, UINT64_MAX), UINT64_MAX);
    ck_assert_uint_eq(rng_below(&r, 1), 0);
}
END_TEST

START_TEST(the_logarithm_is_right)
{
    struct rng r = rng_stream(4, "log");

    for (int i = 0; i < 20000; i++) {
        uint64_t u = rng_next(&r) >> (i % 64);
        double got, want;

        u = u ? u : 1;
        got = (double)rng_neg_log_q40(u) / 0x1p40;
        want = 64 * log(2) - log((double)u);
        ck_assert_msg(fabs(got - want) <= 1e-8 + 1e-9 * want,
                      "-ln(%llu / 2^64): %.12f, not %.12f", (unsigned long long)u, got, want);
    }
}
END_TEST

START_TEST(the_exponential_is_right)
{
    for (int64_t x = -20; x <= 20; x++) {
        double arg = (double)x + 0.37,
               got = (double)rng_exp_q32((int64_t)(arg * 0x1p32)) / 0x1p32;

        ck_assert_msg(fabs(got - exp(arg)) <= 1e-6 * exp(arg) + 2e-9, "e^%g: %.9g", arg, got);
    }
}
END_TEST

static double normal_cdf(double z)
{
    return 0.5 * erfc(-z / sqrt(2));
}

START_TEST(the_normal_quantile_is_right)
{
    for (int i = 1; i < 2000; i++) {
        double p = i / 2000.0, z = (double)rng_normal_q32((uint64_t)(p * 0x1p64)) / 0x1p32;

        ck_assert_msg(fabs(normal_cdf(z) - p) < 1e-6, "quantile of %g: %.9g", p, z);
    }
}
END_TEST

/* Mean and deviation of a distribution, in ms, and how far a sample's mean may be off. */
static const sim_time values[] = {1000000, 3000000, 8000000};
static const struct {
    const char *name;
    struct dist d;
    double mean, sd; /* of the draws; sd 0: not compared */
    sim_time min, max;
} dists[] = {
    {"const", {.kind = DIST_CONST, .a = 5000000}, 5, 0, 5000000, 5000000},
    {"exp", {.kind = DIST_EXP, .a = 2000000}, 2, 2, 0, SIM_TIME_MAX},
    {"uniform",
     {.kind = DIST_UNIFORM, .a = 1000000, .b = 3000000},
     2,
     0.57735,
     1000000,
     3000000},
    {"normal", {.kind = DIST_NORMAL, .a = 50000000, .b = 2000000}, 50, 2, 0, SIM_TIME_MAX},
    {"lognormal",
     {.kind = DIST_LOGNORMAL, .a = 2000000, .shape_e9 = 500000000},
     2.26629708,
     1.20781,
     0,
     SIM_TIME_MAX},
    {"pareto",
     {.kind = DIST_PARETO, .a = 1000000, .shape_e9 = 5000000000},
     1.25,
     0.32275,
     1000000,
     SIM_TIME_MAX},
    {"choice",
     {.kind = DIST_CHOICE, .values = values, .nvalues = 3},
     4,
     2.94392,
     1000000,
     8000000},
    {"list", {.kind = DIST_LIST, .values = values, .nvalues = 3}, 4, 0, 1000000, 8000000},
};

START_TEST(distributions_have_their_mean_and_deviation)
{
    struct rng r = rng_stream(5, dists[_i].name);
    uint32_t cursor = 0;
    double sum = 0, squares = 0, mean, sd;

    for (int i = 0; i < DRAWS; i++) {
        sim_time t = dist_draw(&dists[_i].d, &r, &cursor);

        ck_assert_int_ge(t, dists[_i].min);
        ck_assert_int_le(t, dists[_i].max);
        sum += (double)t / 1e6;
        squares += (double)t / 1e6 * ((double)t / 1e6);
    }
    mean = sum / DRAWS;
    sd = sqrt(squares / DRAWS - mean * mean);
    ck_assert_msg(fabs(mean - dists[_i].mean) <= 4 * dists[_i].sd / sqrt(DRAWS) + 1e-4,
                  "%s: mean %g", dists[_i].name, mean);
    if (dists[_i].sd > 0)
        ck_assert_msg(fabs(sd - dists[_i].sd) <= 0.03 * dists[_i].sd, "%s: deviation %g",
                      dists[_i].name, sd);
}
END_TEST

/* Bit by bit: what any compiler and platform must draw. */
START_TEST(draws_are_the_same_everywhere)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t k = 0; k < ARRAY_LEN(dists); k++) {
        struct rng r = rng_stream(6, dists[k].name);
        uint32_t cursor = 0;

        for (int i = 0; i < 10000; i++)
            hash = (hash ^ (uint64_t)dist_draw(&dists[k].d, &r, &cursor)) *
                   UINT64_C(0x100000001b3);
    }
    ck_assert_msg(hash == UINT64_C(0x3f612e9a1e708306), "0x%llx", (unsigned long long)hash);
}
END_TEST

START_TEST(a_list_goes_round)
{
    uint32_t cursor = 0;

    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(dist_draw(&dists[7].d, NULL, &cursor), values[i % 3]);
}
END_TEST

START_TEST(extremes_stay_in_range)
{
    static const struct dist extreme[] = {
        {.kind = DIST_EXP, .a = SIM_TIME_MAX},
        {.kind = DIST_UNIFORM, .a = 0, .b = SIM_TIME_MAX},
        {.kind = DIST_NORMAL, .a = SIM_TIME_MAX, .b = SIM_TIME_MAX},
        {.kind = DIST_NORMAL, .a = 0, .b = SIM_TIME_MAX},
        {.kind = DIST_LOGNORMAL, .a = SIM_TIME_MAX, .shape_e9 = INT64_C(10000000000)},
        {.kind = DIST_LOGNORMAL, .a = 1, .shape_e9 = INT64_C(10000000000)},
        {.kind = DIST_PARETO, .a = SIM_TIME_MAX, .shape_e9 = 10000000},
        {.kind = DIST_PARETO, .a = 1, .shape_e9 = 10000000},
        {.kind = DIST_EXP, .a = 0},
        {.kind = DIST_NORMAL, .a = 0, .b = 0},
        {.kind = DIST_LOGNORMAL, .a = 0, .shape_e9 = 0},
        {.kind = DIST_PARETO, .a = 0, .shape_e9 = INT64_C(1000000000000)},
    };

    for (size_t k = 0; k < ARRAY_LEN(extreme); k++) {
        struct rng r = rng_stream(7, "extreme");

        for (int i = 0; i < 20000; i++) {
            sim_time t = dist_draw(&extreme[k], &r, NULL);

            ck_assert_int_ge(t, 0);
            ck_assert_int_le(t, SIM_TIME_MAX);
        }
    }
}
END_TEST

Suite *rng_suite(void)
{
    Suite *s = suite_create("rng");
    TCase *tc = tcase_create("draws");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, is_splitmix64);
    tcase_add_test(tc, streams_are_named);
    tcase_add_test(tc, below_is_even);
    tcase_add_test(tc, the_logarithm_is_right);
    tcase_add_test(tc, the_exponential_is_right);
    tcase_add_test(tc, the_normal_quantile_is_right);
    tcase_add_loop_test(tc, distributions_have_their_mean_and_deviation, 0,
                        (int)ARRAY_LEN(dists));
    tcase_add_test(tc, draws_are_the_same_everywhere);
    tcase_add_test(tc, a_list_goes_round);
    tcase_add_test(tc, extremes_stay_in_range);
    suite_add_tcase(s, tc);
    return s;
}
