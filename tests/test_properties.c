/* test_properties.c - what must hold on every run, on random workloads. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/schedulers/sched.h"
#include "sim/checker.h"
#include "sim/config.h"
#include "sim/digest.h"
#include "sim/sim.h"
#include "tests/support.h"
#include "tests/workload.h"

enum { ROUNDS = 40, SEEDS = 25 }; /* a thousand workloads */

/* Simulates a text with the checker on; the digest of the run. */
static uint64_t run_checked(const char *config, uint64_t shuffle, struct wide *cpu)
{
    struct diags diags;
    struct config *cfg;
    struct scenario *sc;
    struct trace trace;
    struct checker *checker;
    struct digest digest;
    struct sim *sim;

    diags_init(&diags);
    cfg = config_parse("random.json", config, strlen(config), &diags);
    sc = cfg ? config_scenario(cfg, 0, &diags) : NULL;
    ck_assert_msg(sc != NULL, "%s\n%s", diags_text(&diags), config);
    checker = checker_new(sc);
    digest_init(&digest);
    trace_init(&trace);
    trace_attach(&trace, &checker->sink);
    trace_attach(&trace, &digest.sink);
    sim = sim_new(sc, &trace);
    if (shuffle)
        sim_shuffle_ties(sim, shuffle);
    (void)sim_run(sim);
    ck_assert_msg(checker->nfound == 0, "%s\n%s", checker->found.data, config);
    if (cpu)
        *cpu = checker->cpu;
    sim_free(sim);
    checker_free(checker);
    scenario_free(sc);
    config_free(cfg);
    diags_release(&diags);
    return digest_value(&digest);
}

static uint64_t seed_of(int round, int i)
{
    return (uint64_t)round * SEEDS + (uint64_t)i + 1;
}

START_TEST(invariants_hold_on_every_run)
{
    for (int i = 0; i < SEEDS; i++) {
        char *config = workload(seed_of(_i, i), 0, NULL);
        uint64_t first = run_checked(config, 0, NULL), second = run_checked(config, 0, NULL);

        ck_assert_uint_eq(first, second);
        free(config);
    }
}
END_TEST

/* A policy that is added is to be added to the random machines as well. */
START_TEST(no_policy_is_forgotten)
{
    struct text all = {0};

    for (int i = 0; i < ROUNDS * SEEDS; i++) {
        char *config = workload((uint64_t)i + 1, 0, NULL);

        text_add(&all, config);
        free(config);
    }
    for (size_t i = 0; sched_policies[i]; i++) {
        char name[60];

        (void)snprintf(name, sizeof(name), "{\"policy\":\"%s\"", sched_policies[i]->name);
        ck_assert_msg(strstr(all.data, name) != NULL, "%s", name);
    }
    text_release(&all);
}
END_TEST

START_TEST(invariants_hold_whatever_comes_first_within_an_instant)
{
    for (int i = 0; i < SEEDS; i++) {
        char *config = workload(seed_of(_i, i), 0, NULL);

        (void)run_checked(config, seed_of(_i, i) * 77 + 1, NULL);
        free(config);
    }
}
END_TEST

/* The segments of two runs: the same cores, kinds and times, times by `factor`. */
static void compare_segments(const struct result *a, const struct result *b, double factor,
                             const char *config)
{
    const cJSON *x = cJSON_GetObjectItemCaseSensitive(a->json, "segments")->child;
    const cJSON *y = cJSON_GetObjectItemCaseSensitive(b->json, "segments")->child;

    for (; x && y; x = x->next, y = y->next) {
        const cJSON *fx = x->child, *fy = y->child;

        ck_assert_msg(fx->valuedouble == fy->valuedouble, "%s", config);
        for (int k = 0; k < 2; k++)
            ck_assert_msg(cJSON_GetArrayItem(x, 2 + k)->valuedouble * factor ==
                              cJSON_GetArrayItem(y, 2 + k)->valuedouble,
                          "%s", config);
        ck_assert_str_eq(cJSON_GetArrayItem(x, 4)->valuestring,
                         cJSON_GetArrayItem(y, 4)->valuestring);
    }
    ck_assert_msg(!x && !y, "%s", config);
}

static void compare_runs(uint64_t seed, unsigned a_flags, unsigned b_flags, double factor)
{
    char *a = workload(seed, a_flags, NULL), *b = workload(seed, b_flags, NULL);
    struct result x = run_text(a), y = run_text(b);

    compare_segments(&x, &y, factor, a);
    result_free(&x);
    result_free(&y);
    free(a);
    free(b);
}

START_TEST(invariants_hold_with_locks)
{
    for (int i = 0; i < SEEDS; i++) {
        char *config = workload(seed_of(_i, i), WORKLOAD_SYNC, NULL);
        uint64_t first = run_checked(config, 0, NULL), second = run_checked(config, 0, NULL);

        ck_assert_uint_eq(first, second);
        (void)run_checked(config, seed_of(_i, i) * 77 + 1, NULL);
        free(config);
    }
}
END_TEST

/* No bandwidth is given, but bytes stay what they are; and virtual time counts in whole ns, in
 * slices that have defaults. */
static bool scales(const char *config)
{
    return !strstr(config, "bytes") && !strstr(config, "cfs") && !strstr(config, "eevdf") &&
           !strstr(config, "linux");
}

START_TEST(with_locks_too_all_durations_times_k_give_all_times_times_k)
{
    for (int i = 0; i < SEEDS; i++) {
        unsigned flags = WORKLOAD_PLAIN | WORKLOAD_SYNC;
        char *config = workload(seed_of(_i, i), flags, NULL);

        /* The global pass of stride is rounded where the number of tickets changes. */
        if (scales(config) && !strstr(config, "stride"))
            compare_runs(seed_of(_i, i), flags, flags | WORKLOAD_SLOW, 1000);
        free(config);
    }
}
END_TEST

START_TEST(with_locks_too_renaming_changes_names_only)
{
    unsigned flags = WORKLOAD_PLAIN | WORKLOAD_SYNC;

    for (int i = 0; i < SEEDS; i++)
        compare_runs(seed_of(_i, i), flags, flags | WORKLOAD_RENAMED, 1);
}
END_TEST

START_TEST(with_locks_too_an_endless_quantum_is_fifo)
{
    for (int i = 0; i < SEEDS; i++)
        compare_runs(seed_of(_i, i), WORKLOAD_FIFO | WORKLOAD_SYNC, WORKLOAD_RR | WORKLOAD_SYNC,
                     1);
}
END_TEST

/* The bursts on cores without switches, system calls and interrupts are the ops'. */
START_TEST(cpu_time_is_the_sum_of_the_bursts)
{
    for (int i = 0; i < SEEDS; i++) {
        int64_t cpu = 0;
        struct wide ran;
        char *config = workload(seed_of(_i, i), WORKLOAD_PLAIN, &cpu);

        if (!strstr(config, "syscall") && !strstr(config, "thread_create") &&
            !strstr(config, "interrupt")) {
            (void)run_checked(config, 0, &ran);
            ck_assert_uint_eq(ran.hi, 0);
            ck_assert_msg(ran.lo == (uint64_t)US(cpu), "%" PRIu64 " ns, not %" PRId64 " us\n%s",
                          ran.lo, cpu, config);
        }
        free(config);
    }
}
END_TEST

START_TEST(all_durations_times_k_give_all_times_times_k)
{
    for (int i = 0; i < SEEDS; i++) {
        char *config = workload(seed_of(_i, i), WORKLOAD_PLAIN, NULL);

        if (scales(config))
            compare_runs(seed_of(_i, i), WORKLOAD_PLAIN, WORKLOAD_PLAIN | WORKLOAD_SLOW, 1000);
        free(config);
    }
}
END_TEST

START_TEST(renaming_changes_names_only)
{
    for (int i = 0; i < SEEDS; i++)
        compare_runs(seed_of(_i, i), WORKLOAD_PLAIN, WORKLOAD_PLAIN | WORKLOAD_RENAMED, 1);
}
END_TEST

START_TEST(an_endless_quantum_is_fifo)
{
    for (int i = 0; i < SEEDS; i++)
        compare_runs(seed_of(_i, i), WORKLOAD_FIFO, WORKLOAD_RR, 1);
}
END_TEST

START_TEST(a_task_after_the_end_changes_nothing)
{
    for (int i = 0; i < SEEDS; i++) {
        char *a = workload(seed_of(_i, i), 0, NULL),
             *b = workload(seed_of(_i, i), WORKLOAD_LATE, NULL);
        struct result x = run_text(a), y = run_text(b);
        bool ends = strcmp(quanta_outcome(x.run), "deadlock") !=
                    0; /* some hold the core that they need */
        const cJSON *tasks = cJSON_GetObjectItemCaseSensitive(x.json, "tasks");
        const cJSON *others = cJSON_GetObjectItemCaseSensitive(y.json, "tasks");

        for (const cJSON *t = tasks->child; t && ends; t = t->next)
            ck_assert_msg(
                cJSON_Compare(t, cJSON_GetObjectItemCaseSensitive(others, t->string), 1),
                "%s: %s", t->string, a);
        ck_assert_int_lt(quanta_end(x.run), MS(200));
        ck_assert_int_eq(cJSON_GetArraySize(tasks) + 1, cJSON_GetArraySize(others));
        result_free(&x);
        result_free(&y);
        free(a);
        free(b);
    }
}
END_TEST

Suite *properties_suite(void)
{
    Suite *s = suite_create("properties");
    TCase *tc = tcase_create("random workloads");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, no_policy_is_forgotten);
    tcase_add_loop_test(tc, invariants_hold_on_every_run, 0, ROUNDS);
    tcase_add_loop_test(tc, invariants_hold_whatever_comes_first_within_an_instant, 0, ROUNDS);
    tcase_add_loop_test(tc, invariants_hold_with_locks, 0, ROUNDS);
    tcase_add_loop_test(tc, with_locks_too_all_durations_times_k_give_all_times_times_k, 0,
                        ROUNDS);
    tcase_add_loop_test(tc, with_locks_too_renaming_changes_names_only, 0, ROUNDS);
    tcase_add_loop_test(tc, with_locks_too_an_endless_quantum_is_fifo, 0, ROUNDS);
    tcase_add_loop_test(tc, cpu_time_is_the_sum_of_the_bursts, 0, ROUNDS);
    tcase_add_loop_test(tc, all_durations_times_k_give_all_times_times_k, 0, ROUNDS);
    tcase_add_loop_test(tc, renaming_changes_names_only, 0, ROUNDS);
    tcase_add_loop_test(tc, an_endless_quantum_is_fifo, 0, ROUNDS);
    tcase_add_loop_test(tc, a_task_after_the_end_changes_nothing, 0, ROUNDS);
    suite_add_tcase(s, tc);
    return s;
}
