/* test_cores.c - many cores: what is known about them without a search is what a search
 * would find. */
#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/core_index.h"
#include "sim/rng.h"
#include "tests/support.h"

START_TEST(the_index_names_the_first_of_the_least)
{
    struct rng rng = rng_stream((uint64_t)_i + 1, "index");
    int32_t n = (int32_t)rng_below(&rng, 200) + 1;
    struct arena mem;
    struct core_index ix;

    arena_init(&mem);
    core_index_init(&ix, &mem, n);
    ck_assert_int_eq(core_index_first(&ix), 0);
    for (int k = 0; k < 2000; k++) {
        int32_t least = 0;

        core_index_set(&ix, (int32_t)rng_below(&rng, (uint64_t)n),
                       (int64_t)rng_below(&rng, 12) - 6);
        for (int32_t i = 1; i < n; i++)
            least = ix.keys[i] < ix.keys[least] ? i : least;
        ck_assert_int_eq(core_index_first(&ix), least);
    }
    arena_release(&mem);
}
END_TEST

/* Tasks of a few priorities that compute and wait, on a few cores; `affinity` goes to the
 * first of them. */
static char *workload_of(uint64_t seed, const char *machine, const char *affinity, int cores)
{
    struct rng rng = rng_stream(seed, "cores");
    int n = (int)rng_below(&rng, 12) + 3;
    struct text t = {0};

    text_addf(&t,
              "{\"machine\":{\"cores\":%d,%s},\"devices\":{\"d\":{\"channels\":2}},\"tasks\":[",
              cores, machine);
    for (int i = 0; i < n; i++)
        text_addf(
            &t,
            "%s{\"name\":\"t%d\",\"arrive\":%d,\"priority\":%d%s,\"do\":[{\"repeat\":%d,"
            "\"do\":[{\"cpu\":%d},{\"io\":\"d\",\"time\":%d},{\"cpu\":%d},{\"yield\":true}]}]}",
            i ? "," : "", i, (int)rng_below(&rng, 9), (int)rng_below(&rng, 4),
            i == 0 ? affinity : "", (int)rng_below(&rng, 4) + 1, (int)rng_below(&rng, 7),
            (int)rng_below(&rng, 6), (int)rng_below(&rng, 3));
    text_add(&t, "]}");
    return text_take(&t);
}

/* With an affinity anywhere, cores and queues are searched one by one. */
START_TEST(an_affinity_for_every_core_changes_nothing)
{
    static const char *const machines[] = {
        "\"scheduler\":\"priority\"",
        "\"scheduler\":{\"policy\":\"priority\",\"quantum\":2},\"context_switch\":1",
        "\"scheduler\":{\"policy\":\"priority\",\"aging\":3}",
        "\"scheduler\":{\"policy\":\"rr\",\"quantum\":2},\"queues\":\"per-core\"",
        ("\"scheduler\":\"fifo\",\"queues\":\"per-core\",\"balance\":\"periodic\","
         "\"balance_interval\":3"),
        "\"scheduler\":\"priority\",\"queues\":\"per-core\",\"context_switch\":1",
    };

    for (uint64_t seed = 1; seed <= 20; seed++) {
        int cores = (int)(seed % 5) + 1;
        struct text all = {0};
        char *a, *b;
        struct result x, y;

        text_add(&all, ",\"affinity\":[0");
        for (int i = 1; i < cores; i++)
            text_addf(&all, ",%d", i);
        text_add(&all, "]");
        a = workload_of(seed, machines[_i], "", cores);
        b = workload_of(seed, machines[_i], all.data, cores);
        x = run_text(a);
        y = run_text(b);
        ck_assert_msg(quanta_digest(x.run) == quanta_digest(y.run), "%s", a);
        result_free(&x);
        result_free(&y);
        free(a);
        free(b);
        text_release(&all);
    }
}
END_TEST

Suite *cores_suite(void)
{
    Suite *s = suite_create("cores");
    TCase *tc = tcase_create("many cores");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, the_index_names_the_first_of_the_least, 0, 20);
    tcase_add_loop_test(tc, an_affinity_for_every_core_changes_nothing, 0, 6);
    suite_add_tcase(s, tc);
    return s;
}
