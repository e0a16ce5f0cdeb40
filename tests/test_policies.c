/* test_policies.c - what each policy decides, by timelines worked out by hand. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/rng.h"
#include "tests/support.h"

/* A machine of one core, a task a letter, and who runs in each unit of time, worked out by
 * hand: "aab.": nobody runs in the fourth.  Units are ms. */
struct timeline {
    const char *about, *machine, *tasks, *runs;
};

/* One character a unit for the core whose number is `core`. */
static char *draw(const struct result *r, int core)
{
    const cJSON *segments = cJSON_GetObjectItemCaseSensitive(r->json, "segments");
    struct text t = {0};

    for (const cJSON *s = segments->child; s; s = s->next) {
        const char *task = cJSON_GetObjectItemCaseSensitive(s, "task")->valuestring;
        double from = cJSON_GetObjectItemCaseSensitive(s, "from")->valuedouble / 1e6;
        double to = cJSON_GetObjectItemCaseSensitive(s, "to")->valuedouble / 1e6;

        if (cJSON_GetObjectItemCaseSensitive(s, "core")->valuedouble != core)
            continue;
        while ((double)t.len < from)
            text_add(&t, ".");
        while ((double)t.len < to)
            text_add_len(&t, task, 1);
    }
    return text_take(&t);
}

static void check_timeline(const struct timeline *line)
{
    struct text config = {0};
    struct result r;
    char *runs;

    text_addf(&config, "{\"machine\":{%s},\"devices\":{\"disk\":{\"channels\":\"unlimited\"}},",
              line->machine);
    text_addf(&config, "\"tasks\":[%s]}", line->tasks);
    r = run_text(config.data);
    runs = draw(&r, 0);
    ck_assert_msg(strcmp(runs, line->runs) == 0, "%s: %s, not %s", line->about, runs,
                  line->runs);
    free(runs);
    result_free(&r);
    text_release(&config);
}

#define CPU(name, rest, ms) "{\"name\":\"" name "\"," rest "\"do\":[{\"cpu\":" #ms "}]}"

static const struct timeline priority_lines[] = {
    {"the more urgent preempts, the preempted goes on", "\"scheduler\":\"priority\"",
     CPU("a", "\"priority\":1,", 4) "," CPU("b", "\"priority\":2,\"arrive\":1,",
                                            2) "," CPU("c", "\"priority\":3,\"arrive\":2,", 1),
     "abcbaaa"},
    {"equals do not preempt each other", "\"scheduler\":\"priority\"",
     CPU("a", "", 3) "," CPU("b", "\"arrive\":1,", 2), "aaabb"},
    {"the preempted stays before its equals", "\"scheduler\":\"priority\"",
     CPU("a", "", 3) "," CPU("b", "", 2) "," CPU("c", "\"priority\":1,\"arrive\":1,", 1),
     "acaabb"},
    {"without preemption it waits for the end",
     "\"scheduler\":{\"policy\":\"priority\",\"preemptive\":false}",
     CPU("a", "", 3) "," CPU("b", "\"arrive\":1,",
                             1) "," CPU("c", "\"priority\":1,\"arrive\":2,", 1),
     "aaacb"},
    {"a quantum among equals", "\"scheduler\":{\"policy\":\"priority\",\"quantum\":1}",
     CPU("a", "\"priority\":1,", 2) "," CPU("b", "\"priority\":1,", 2) "," CPU("c", "", 2),
     "ababcc"},
    {"a slice that is over yields to the more urgent, preemptive or not",
     "\"scheduler\":{\"policy\":\"priority\",\"quantum\":2,\"preemptive\":false}",
     CPU("a", "\"priority\":1,", 5) "," CPU("b", "\"priority\":2,\"arrive\":1,",
                                            1) "," CPU("c", "", 1),
     "aabaaac"},
    {"the preempted goes on with the rest of its slice",
     "\"scheduler\":{\"policy\":\"priority\",\"quantum\":3}",
     CPU("a", "", 5) "," CPU("b", "", 3) "," CPU("c", "\"priority\":1,\"arrive\":1,", 1),
     "acaabbbaa"},
    /* b reaches 3 > 2 after waiting 20, and keeps it while it runs; a waits from 20 on at
     * priority 2, c from 0 at priority 1 reaches 3 at 20 as well, and comes after b. */
    {"aging preempts at the instant at which it passes, and not before",
     "\"scheduler\":{\"policy\":\"priority\",\"aging\":10}",
     CPU("a", "\"priority\":2,", 24) "," CPU("b", "\"priority\":1,",
                                             2) "," CPU("c", "\"priority\":1,", 1),
     "aaaaaaaaaaaaaaaaaaaabbcaaaa"},
    /* c came first and has 1 from 10 on, as b has; before, b is more urgent. */
    {"levels are whole: of equals the first that came",
     "\"scheduler\":{\"policy\":\"priority\",\"aging\":10,\"preemptive\":false}",
     CPU("a", "\"priority\":9,", 12) "," CPU("c", "",
                                             2) "," CPU("b", "\"priority\":1,\"arrive\":5,", 2),
     "aaaaaaaaaaaaccbb"},
    {"before that the more urgent one goes first",
     "\"scheduler\":{\"policy\":\"priority\",\"aging\":10,\"preemptive\":false}",
     CPU("a", "\"priority\":9,", 9) "," CPU("c", "",
                                            2) "," CPU("b", "\"priority\":1,\"arrive\":5,", 2),
     "aaaaaaaaabbcc"},
    /* a is back at 0 at 4, and b, which has come at 3, at 0 as well. */
    {"a slice ends what a thread has aged",
     "\"scheduler\":{\"policy\":\"priority\",\"aging\":1,\"quantum\":2}",
     CPU("x", "\"priority\":2,", 2) "," CPU("a", "", 4) "," CPU("b", "\"arrive\":3,", 2),
     "xxaabbaa"},
};

static const struct timeline other_lines[] = {
    {"sjf: the shortest first, and no preemption", "\"scheduler\":\"sjf\"",
     CPU("a", "", 3) "," CPU("b", "\"arrive\":1,", 2) "," CPU("c", "\"arrive\":2,", 1),
     "aaacbb"},
    {"sjf: a burst ends where the task waits", "\"scheduler\":\"sjf\"",
     "{\"name\":\"a\",\"do\":[{\"cpu\":1},{\"cpu\":1},{\"sleep\":1},{\"cpu\":9}]}," CPU("b", "",
                                                                                        3),
     "aabbbaaaaaaaaa"},
    {"srtf: strictly shorter preempts", "\"scheduler\":\"srtf\"",
     CPU("a", "", 4) "," CPU("b", "\"arrive\":1,", 3) "," CPU("c", "\"arrive\":2,", 1),
     "aacaabbb"},
    {"srtf: what is left on a fast core is what its time does not show",
     "\"cores\":[{\"speed\":2}],\"scheduler\":\"srtf\"",
     CPU("a", "", 8) "," CPU("b", "\"arrive\":2,", 6) "," CPU("c", "\"arrive\":3,", 2),
     "aaaacbbb"},
    {"hrrn: short ones first, and long waits count", "\"scheduler\":\"hrrn\"",
     CPU("a", "", 4) "," CPU("b", "\"arrive\":1,", 4) "," CPU("c", "\"arrive\":3,", 2),
     "aaaabbbbcc"},
    {"mlfq: down by allotments, preempted by what is new",
     "\"scheduler\":{\"policy\":\"mlfq\",\"levels\":2,\"quanta\":[1,2]}",
     CPU("a", "", 5) "," CPU("b", "\"arrive\":2,", 2), "aababaa"},
    /* at 4 a, in its slice, and b behind it come up together */
    {"mlfq: a boost brings all up, the lowest first",
     "\"scheduler\":{\"policy\":\"mlfq\",\"levels\":2,\"quanta\":[1,4],\"boost\":4}",
     CPU("a", "", 5) "," CPU("b", "", 3), "abaaabab"},
    {"mlq: the higher queue preempts, each has its own policy",
     "\"scheduler\":{\"policy\":\"mlq\",\"queues\":[{\"priority\":0,\"policy\":\"fifo\"},"
     "{\"priority\":5,\"policy\":\"rr\",\"quantum\":1}]}",
     CPU("a", "", 2) "," CPU("b", "\"priority\":3,",
                             2) "," CPU("c", "\"priority\":5,\"arrive\":1,",
                                        2) "," CPU("d", "\"priority\":9,\"arrive\":1,", 2),
     "acdcdabb"},
    {"mlq: below all queues is the last one",
     "\"scheduler\":{\"policy\":\"mlq\",\"queues\":[{\"priority\":0,\"policy\":\"fifo\"}]}",
     CPU("a", "\"priority\":-7,", 2) "," CPU("b", "", 1), "aab"},
    /* strides 2, 3 and 6 (of 6): passes 2 3 6, then a 4, b 6, a 6, ...; of equals the first. */
    {"stride: 3 : 2 : 1", "\"scheduler\":{\"policy\":\"stride\",\"quantum\":1}",
     CPU("a", "\"tickets\":3,", 6) "," CPU("b", "\"tickets\":2,",
                                           4) "," CPU("c", "\"tickets\":1,", 2),
     "abacbaabacba"},
    {"lottery: recorded draws count through the tickets",
     "\"scheduler\":{\"policy\":\"lottery\",\"quantum\":1,\"draws\":[0,2,3,5,1]}",
     CPU("a", "\"tickets\":3,", 3) "," CPU("b", "\"tickets\":2,", 2), "aabab"},
    {"edf: the earliest deadline, those without last", "\"scheduler\":\"edf\"",
     CPU("a", "", 2) "," CPU("b", "\"deadline\":9,\"arrive\":1,",
                             2) "," CPU("c", "\"deadline\":4,\"arrive\":2,", 1),
     "abcba"},
    {"edf: a late job's successor has a later deadline", "\"scheduler\":\"edf\"",
     "{\"name\":\"a\",\"period\":4,\"jobs\":2,\"do\":[{\"cpu\":5}]}," CPU(
         "b", "\"deadline\":6,\"arrive\":1,", 1),
     "aaaaabaaaaa"},
    {"rm: the shorter period, those without last", "\"scheduler\":\"rm\"",
     CPU("a", "", 2) "," CPU("b", "\"period\":9,\"jobs\":1,\"arrive\":1,",
                             2) "," CPU("c", "\"period\":4,\"jobs\":1,\"arrive\":2,", 1),
     "abcba"},
};

START_TEST(each_policy_keeps_its_rule)
{
    check_timeline(&other_lines[_i]);
}
END_TEST

START_TEST(priority_runs_the_most_urgent)
{
    check_timeline(&priority_lines[_i]);
}
END_TEST

/* ---- theory ----------------------------------------------------------------------------------- */

enum { SETS = 60 };

/* A machine of one core and tasks that compute: `n` of them, all from `seed`. */
static char *random_jobs(uint64_t seed, const char *scheduler, bool together)
{
    struct rng rng = rng_stream(seed, "jobs");
    struct text t = {0};
    int n = (int)rng_below(&rng, 7) + 2;

    text_addf(&t, "{\"machine\":{\"scheduler\":%s},\"tasks\":[", scheduler);
    for (int i = 0; i < n; i++) {
        int arrive = (int)rng_below(&rng, 12), cpu = (int)rng_below(&rng, 9) + 1;

        text_addf(&t,
                  "%s{\"name\":\"t%d\",\"arrive\":%d,\"priority\":%d,\"do\":[{\"cpu\":%d}]}",
                  i ? "," : "", i, together ? 0 : arrive, (int)rng_below(&rng, 5), cpu);
    }
    text_add(&t, "]}");
    return text_take(&t);
}

static int64_t mean_of(uint64_t seed, const char *scheduler, bool together, const char *pointer)
{
    char *config = random_jobs(seed, scheduler, together);
    struct result r = run_text(config);
    int64_t mean = number_at(&r, pointer);

    result_free(&r);
    free(config);
    return mean;
}

static const char *const rivals[] = {
    "\"fifo\"",
    "\"scan\"",
    "\"sjf\"",
    "\"srtf\"",
    "\"hrrn\"",
    "\"priority\"",
    "{\"policy\":\"priority\",\"aging\":2,\"quantum\":1}",
    "{\"policy\":\"rr\",\"quantum\":1}",
    "{\"policy\":\"mlfq\",\"quanta\":[1,2,4]}",
    "{\"policy\":\"stride\",\"quantum\":2}",
    "{\"policy\":\"lottery\",\"quantum\":2}",
    "\"cfs\"",
    "\"eevdf\"",
};

/* Source: Schrage, A Proof of the Optimality of the Shortest Remaining Processing Time
 * Discipline, Operations Research 16 (1968). */
START_TEST(no_policy_beats_srtf_in_mean_turnaround)
{
    for (uint64_t seed = 1; seed <= SETS; seed++) {
        int64_t best = mean_of(seed, "\"srtf\"", false, "/summary/turnaround/mean");

        ck_assert_int_le(best, mean_of(seed, rivals[_i], false, "/summary/turnaround/mean"));
    }
}
END_TEST

START_TEST(no_policy_beats_sjf_in_mean_waiting_where_all_come_together)
{
    for (uint64_t seed = 1; seed <= SETS; seed++) {
        int64_t best = mean_of(seed, "\"sjf\"", true, "/summary/waiting/mean");

        ck_assert_int_le(best, mean_of(seed, rivals[_i], true, "/summary/waiting/mean"));
    }
}
END_TEST

/* Periods that divide 240; run times until the load would pass `permille` of the core. */
static char *periodic_tasks(uint64_t seed, const char *policy, int64_t permille, int *tasks)
{
    static const int periods[] = {8, 10, 12, 15, 16, 20, 24, 30, 40, 48, 60, 80, 120};
    struct rng rng = rng_stream(seed, "periodic");
    struct text t = {0};
    int64_t load = 0; /* in 1 / 240000 */
    int n = 0;

    text_addf(&t, "{\"machine\":{\"scheduler\":\"%s\"},\"until\":\"480ms\",\"tasks\":[",
              policy);
    while (n < *tasks) {
        int period = periods[rng_below(&rng, ARRAY_LEN(periods))];
        int64_t cpu = (int64_t)rng_below(&rng, (uint64_t)period * 1000 / 2) + 1; /* us */

        if (load + cpu * 240 / period >= 240 * permille) {
            if (rng_below(&rng, 4) == 0 && n > 0)
                break;
            continue;
        }
        load += cpu * 240 / period + 1;
        text_addf(&t,
                  "%s{\"name\":\"t%d\",\"period\":%d,\"jobs\":%d,\"do\":[{\"cpu\":\"%" PRId64
                  "us\"}]}",
                  n ? "," : "", n, period, 480 / period, cpu);
        n++;
    }
    *tasks = n;
    text_add(&t, "]}");
    return text_take(&t);
}

static void nobody_is_late(uint64_t seed, const char *policy, int64_t permille, int tasks)
{
    char *config = periodic_tasks(seed, policy, permille, &tasks);
    struct result r = run_text(config);

    for (int i = 0; i < tasks; i++) {
        char pointer[60];

        (void)snprintf(pointer, sizeof(pointer), "/tasks/t%d/deadline_misses", i);
        ck_assert_msg(number_at(&r, pointer) == 0, "%s", config);
    }
    result_free(&r);
    free(config);
}

/* Source: Liu, Layland, JACM 20(1), 1973, theorem 7. */
START_TEST(edf_misses_nothing_up_to_a_full_core)
{
    for (uint64_t seed = 1; seed <= SETS; seed++)
        nobody_is_late(seed, "edf", 1000, 8);
}
END_TEST

/* Source: the same, theorem 5; the bounds n (2^(1/n) - 1), rounded down. */
START_TEST(rm_misses_nothing_up_to_the_bound_of_liu_and_layland)
{
    static const int64_t bounds[] = {1000, 828, 779, 756, 743, 734, 728, 724, 720, 717};

    for (uint64_t seed = 1; seed <= SETS; seed++)
        for (int n = 1; n <= 10; n++)
            nobody_is_late(seed, "rm", bounds[n - 1], n);
}
END_TEST

/* Three tasks of 10, 20 and 70 tickets that want more than there is, for 10,000 quanta. */
static void shares(const char *policy, uint64_t seed, int64_t cpu[3])
{
    const cJSON *fairness;
    struct text t = {0};
    struct result r;

    text_addf(
        &t,
        "{\"seed\":%" PRIu64 ",\"until\":\"10s\",\"machine\":{\"scheduler\":{\"policy\":\"%s\","
        "\"quantum\":1}},\"tasks\":[{\"name\":\"a\",\"tickets\":10,\"do\":[{\"cpu\":\"20s\"}]},"
        "{\"name\":\"b\",\"tickets\":20,\"do\":[{\"cpu\":\"20s\"}]},"
        "{\"name\":\"c\",\"tickets\":70,\"do\":[{\"cpu\":\"20s\"}]}]}",
        seed, policy);
    r = run_text(t.data);
    cpu[0] = number_at(&r, "/tasks/a/cpu");
    cpu[1] = number_at(&r, "/tasks/b/cpu");
    cpu[2] = number_at(&r, "/tasks/c/cpu");
    fairness = cJSON_GetObjectItemCaseSensitive(
        cJSON_GetObjectItemCaseSensitive(r.json, "summary"), "fairness");
    ck_assert_ptr_nonnull(fairness);
    ck_assert(fairness->valuedouble > 0.98); /* over tickets; over CPU time alone it is 0.62 */
    result_free(&r);
    text_release(&t);
}

/* Wins are binomial: 4 standard deviations are 4 sqrt(n p (1 - p)), for n = 10,000 quanta of a
 * ms: 120, 160 and 183.3. */
START_TEST(lottery_is_within_four_standard_deviations)
{
    static const int64_t wins[] = {1000, 2000, 7000}, bounds[] = {120, 160, 183};
    int64_t cpu[3];

    for (uint64_t seed = 1; seed <= 10; seed++) {
        shares("lottery", seed, cpu);
        for (int i = 0; i < 3; i++)
            ck_assert_int_le(llabs(cpu[i] / MS(1) - wins[i]), bounds[i]);
    }
}
END_TEST

START_TEST(stride_is_within_a_quantum)
{
    static const int64_t wins[] = {1000, 2000, 7000};
    int64_t cpu[3];

    shares("stride", 1, cpu);
    for (int i = 0; i < 3; i++)
        ck_assert_int_le(llabs(cpu[i] - wins[i] * MS(1)), MS(1));
}
END_TEST

/* ---- predictions ------------------------------------------------------------------------------- */

/* A task whose bursts have been 6, 4, 6, 4, 13, 13, 13 is predicted, after n of them, as
 * OSC's table says; one that was predicted a little less goes before it, one that was a little
 * more after it.  Predictions begin with 10 and count the last burst half, so that after one
 * burst b it is 5 + b / 2.  They all come back while the core is busy. */
START_TEST(sjf_predicts_by_the_exponential_average)
{
    static const int bursts[] = {6, 4, 6, 4, 13, 13, 13};
    static const int predicted[] = {8, 6, 6, 5, 9, 11, 12};
    struct text t = {0};
    struct result r;
    int n = _i + 1;
    int64_t x, more;

    text_add(&t,
             "{\"machine\":{\"scheduler\":{\"policy\":\"sjf\",\"predict\":0.5,\"first\":10}},"
             "\"tasks\":[{\"name\":\"x\",\"affinity\":[0],\"do\":[");
    for (int i = 0; i < n; i++)
        text_addf(&t, "{\"cpu\":%d},{\"sleep\":%d},", bursts[i], i == n - 1 ? 200 : 1);
    text_add(&t, "{\"log\":\"x\"},{\"cpu\":1}]},");
    text_addf(&t,
              "{\"name\":\"more\",\"arrive\":100,\"do\":[{\"cpu\":%d.02},{\"sleep\":\"200ms\"},"
              "{\"cpu\":1}]},",
              2 * predicted[_i] - 10);
    text_add(&t, "{\"name\":\"busy\",\"arrive\":199,\"do\":[{\"cpu\":300}]}]}");
    r = run_text(t.data);
    ck_assert_int_eq(number_at(&r, "/log/0/core"), 0);
    x = number_at(&r, "/tasks/x/completion");
    more = number_at(&r, "/tasks/more/completion");
    ck_assert_msg(x < more, "after %d bursts: %s", n, t.data);
    result_free(&r);
    text_release(&t);
}
END_TEST

/* ---- rehearsal ------------------------------------------------------------------------------------ */

/* What is rehearsed leaves no trace: whatever is drawn, called, repeated or shared, a policy
 * that rehearses runs a lone task as one that does not. */
START_TEST(a_rehearsal_changes_nothing)
{
    static const char *const asked[] = {"sjf", "srtf", "hrrn"};
    static const char text[] =
        "{\"seed\":3,\"vars\":{\"x\":0},\"devices\":{\"d\":{\"service\":{\"exp\":2}}},"
        "\"programs\":{\"p\":[{\"cpu\":{\"uniform\":[1,9]}},{\"set\":\"x = x + 1\",\"cost\":1},"
        "{\"if\":\"x %% 2 == 0\",\"then\":[{\"cpu\":{\"exp\":3}}],\"else\":[{\"log\":\"odd "
        "${x}\"}]}],"
        "\"q\":[{\"repeat\":3,\"do\":[{\"call\":\"p\"},{\"cpu\":{\"list\":[1,2,5]}}]},{\"io\":"
        "\"d\"}]},"
        "\"machine\":{\"scheduler\":\"%s\"},"
        "\"tasks\":[{\"name\":\"a\",\"locals\":{\"n\":0},\"do\":[{\"while\":\"n < 5\",\"do\":["
        "{\"set\":\"n = n + 1\"},{\"call\":\"q\"},{\"yield\":true},{\"assert\":\"x == n * "
        "3\"}]}]}]}";
    struct text plain = {0}, other = {0};
    struct result x, y;

    text_addf(&plain, text, "fifo");
    text_addf(&other, text, asked[_i]);
    x = run_text(plain.data);
    y = run_text(other.data);
    ck_assert_str_eq(quanta_outcome(x.run), "completed");
    ck_assert(cJSON_Compare(cJSON_GetObjectItemCaseSensitive(x.json, "segments"),
                            cJSON_GetObjectItemCaseSensitive(y.json, "segments"), 1));
    ck_assert(cJSON_Compare(cJSON_GetObjectItemCaseSensitive(x.json, "log"),
                            cJSON_GetObjectItemCaseSensitive(y.json, "log"), 1));
    result_free(&x);
    result_free(&y);
    text_release(&plain);
    text_release(&other);
}
END_TEST

/* What srtf knows of a burst is its length: through calls, repeats, draws and variables. */
START_TEST(a_burst_is_known_exactly)
{
    static const char *const bursts[] = {
        "{\"cpu\":2},{\"cpu\":2},{\"sleep\":0.5}",
        "{\"repeat\":4,\"do\":[{\"cpu\":1}]},{\"sleep\":0.5}",
        "{\"call\":\"four\"},{\"sleep\":0.5}",
        "{\"if\":\"x == 3\",\"then\":[{\"cpu\":4}],\"else\":[{\"cpu\":9}]},{\"sleep\":0.5}",
        "{\"cpu\":{\"list\":[4,1]}},{\"sleep\":0.5}",
        "{\"cpu\":3},{\"yield\":true},{\"cpu\":1},{\"sleep\":0.5}",
    };
    struct text t = {0};
    struct result r;
    char *runs;

    /* a's burst of 4 is longer than b's 3 and shorter than c's 5. */
    text_addf(
        &t,
        "{\"vars\":{\"x\":3},\"programs\":{\"four\":[{\"cpu\":4}]},\"machine\":{\"scheduler\":"
        "\"srtf\"},\"tasks\":[{\"name\":\"c\",\"do\":[{\"cpu\":5}]},{\"name\":\"a\",\"do\":[%s]"
        "},"
        "{\"name\":\"b\",\"do\":[{\"cpu\":3}]}]}",
        bursts[_i]);
    r = run_text(t.data);
    runs = draw(&r, 0);
    ck_assert_str_eq(runs, "bbbaaaaccccc");
    free(runs);
    result_free(&r);
    text_release(&t);
}
END_TEST

Suite *policies_suite(void)
{
    Suite *s = suite_create("policies");
    TCase *tc = tcase_create("timelines");

    tcase_add_loop_test(tc, priority_runs_the_most_urgent, 0, ARRAY_LEN(priority_lines));
    tcase_add_loop_test(tc, each_policy_keeps_its_rule, 0, ARRAY_LEN(other_lines));
    suite_add_tcase(s, tc);
    tc = tcase_create("theory");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, no_policy_beats_srtf_in_mean_turnaround, 0, ARRAY_LEN(rivals));
    tcase_add_loop_test(tc, no_policy_beats_sjf_in_mean_waiting_where_all_come_together, 0,
                        ARRAY_LEN(rivals));
    tcase_add_test(tc, edf_misses_nothing_up_to_a_full_core);
    tcase_add_test(tc, rm_misses_nothing_up_to_the_bound_of_liu_and_layland);
    tcase_add_test(tc, lottery_is_within_four_standard_deviations);
    tcase_add_test(tc, stride_is_within_a_quantum);
    suite_add_tcase(s, tc);
    tc = tcase_create("bursts");
    tcase_add_loop_test(tc, sjf_predicts_by_the_exponential_average, 0, 7);
    tcase_add_loop_test(tc, a_rehearsal_changes_nothing, 0, 3);
    tcase_add_loop_test(tc, a_burst_is_known_exactly, 0, 6);
    suite_add_tcase(s, tc);
    return s;
}
