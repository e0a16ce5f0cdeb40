/* test_samples.c - percentiles, against sorting. */
#include <check.h>
#include <stdlib.h>

#include "sim/rng.h"
#include "sim/samples.h"
#include "tests/support.h"

static int by_size(const void *a, const void *b)
{
    sim_time x = *(const sim_time *)a, y = *(const sim_time *)b;

    return (x > y) - (x < y);
}

/* By nearest rank: the smallest that at least permille / 1000 of all do not pass. */
static sim_time rank(const sim_time *sorted, size_t n, unsigned permille)
{
    size_t k = (n * permille + 999) / 1000;

    return sorted[k > 0 ? k - 1 : 0];
}

static void compare(size_t n, bool exact)
{
    static const unsigned permilles[] = {1, 100, 250, 500, 900, 990, 999, 1000};
    struct rng r = rng_stream(n, "samples");
    sim_time *all = sim_calloc(n, sizeof(*all)), max = 0;
    struct samples s;

    samples_init(&s);
    for (size_t i = 0; i < n; i++) {
        all[i] = (sim_time)(rng_next(&r) >> (20 + rng_below(&r, 40)));
        max = all[i] > max ? all[i] : max;
        samples_add(&s, all[i]);
    }
    qsort(all, n, sizeof(*all), by_size);
    ck_assert_uint_eq(s.count, n);
    ck_assert_int_eq(s.max, max);
    for (size_t i = 0; i < ARRAY_LEN(permilles); i++) {
        sim_time want = rank(all, n, permilles[i]), got = samples_percentile(&s, permilles[i]);

        if (exact)
            ck_assert_int_eq(got, want);
        else
            ck_assert_int_le(llabs((long long)(got - want)), want / 1024 + 1);
    }
    samples_release(&s);
    free(all);
}

START_TEST(few_are_exact)
{
    static const size_t sizes[] = {1, 2, 3, 10, 999, 1000, 1001, SAMPLES_EXACT};

    for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
        compare(sizes[i], true);
}
END_TEST

START_TEST(many_are_within_a_thousandth)
{
    compare(SAMPLES_EXACT + 1, false);
    compare(300000, false);
}
END_TEST

START_TEST(nothing_is_nothing)
{
    struct samples s;

    samples_init(&s);
    ck_assert_int_eq(samples_mean(&s), 0);
    ck_assert_int_eq(samples_percentile(&s, 990), 0);
    ck_assert_int_eq(s.max, 0);
    samples_release(&s);
}
END_TEST

START_TEST(the_mean_is_rounded_to_nearest_and_does_not_overflow)
{
    struct samples s;

    samples_init(&s);
    samples_add(&s, 1);
    samples_add(&s, 2);
    samples_add(&s, 2);
    ck_assert_int_eq(samples_mean(&s), 2); /* 5/3 */
    samples_release(&s);
    for (int i = 0; i < 1000; i++)
        samples_add(&s, SIM_TIME_MAX);
    ck_assert_int_eq(samples_mean(&s), SIM_TIME_MAX);
    samples_release(&s);
}
END_TEST

Suite *samples_suite(void)
{
    Suite *s = suite_create("samples");
    TCase *tc = tcase_create("percentiles");

    tcase_add_test(tc, few_are_exact);
    tcase_add_test(tc, many_are_within_a_thousandth);
    tcase_add_test(tc, nothing_is_nothing);
    tcase_add_test(tc, the_mean_is_rounded_to_nearest_and_does_not_overflow);
    suite_add_tcase(s, tc);
    return s;
}
