/* test_ostep_queues.c - OSTEP's mlfq.py and lottery.py, case by case, by exact numbers:
 * tests/oracles/ostep/.  Their ticks are ns. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support.h"

#define MLFQ "tests/oracles/ostep/mlfq.json"
#define LOTTERY "tests/oracles/ostep/lottery.json"
enum { MLFQ_CASES = 27, LOTTERY_CASES = 10 };

static int64_t number(const cJSON *o, const char *name)
{
    return (int64_t)member(o, name)->valuedouble;
}

static int64_t at(const cJSON *array, int i)
{
    return (int64_t)cJSON_GetArrayItem(array, i)->valuedouble;
}

static cJSON *case_of(const char *file, int i, const cJSON **one)
{
    cJSON *all = read_json(file);

    *one = cJSON_GetArrayItem(member(all, "cases"), i);
    ck_assert_ptr_nonnull(*one);
    return all;
}

static void add_list(struct text *t, const char *key, const cJSON *list)
{
    char *values = cJSON_PrintUnformatted(list);

    text_addf(t, ",\"%s\":%s", key, values);
    cJSON_free(values);
}

/* Who runs in each tick, task jN as N; -1: nobody. */
static int64_t *draw(const struct result *r, int64_t ticks)
{
    int64_t *who = malloc((size_t)(ticks + 1) * sizeof(*who));

    for (int64_t i = 0; i < ticks; i++)
        who[i] = -1;
    for (const cJSON *s = member(r->json, "segments")->child; s; s = s->next) {
        int64_t job = strtoll(member(s, "task")->valuestring + 1, NULL, 10);

        for (int64_t i = number(s, "from"); i < number(s, "to"); i++) {
            ck_assert_int_lt(i, ticks);
            who[i] = job;
        }
    }
    return who;
}

static void compare_times(const char *id, const struct result *r, const cJSON *want,
                          const char *key)
{
    int n = cJSON_GetArraySize(want);

    for (int i = 0; i < n; i++) {
        char pointer[60];

        (void)snprintf(pointer, sizeof(pointer), "/tasks/j%d/%s", i, key);
        ck_assert_msg(number_at(r, pointer) == at(want, i),
                      "%s: %s of job %d: %" PRId64 ", not %" PRId64, id, key, i,
                      number_at(r, pointer), at(want, i));
    }
}

/* ---- mlfq.py ----------------------------------------------------------------------------- */

/* `run` ticks, and a request after each io_every of them, but for the last.  One that takes no
 * time gives up the core there, as a sleep of 0 does; to a device it would not. */
static void add_job(struct text *t, const cJSON *job, int i, int64_t io_time)
{
    int64_t run = number(job, "run"), every = number(job, "io_every");

    text_addf(t, "%s{\"name\":\"j%d\",\"arrive\":%" PRId64 ",\"do\":[", i ? "," : "", i,
              number(job, "start"));
    for (; every > 0 && run > every; run -= every)
        text_addf(t, "{\"cpu\":%" PRId64 "},{%s%" PRId64 "},", every,
                  io_time > 0 ? "\"io\":\"disk\",\"time\":" : "\"sleep\":", io_time);
    text_addf(t, "{\"cpu\":%" PRId64 "}]}", run);
}

static char *mlfq_config(const cJSON *input)
{
    struct text t = {0};
    int i = 0;

    text_addf(&t,
              "{\"unit\":\"ns\",\"devices\":{\"disk\":{\"channels\":\"unlimited\"}},"
              "\"machine\":{\"scheduler\":{\"policy\":\"mlfq\",\"ties\":\"expired-first\","
              "\"levels\":%" PRId64,
              number(input, "levels"));
    add_list(&t, "quanta", member(input, "quantum_hi_to_lo"));
    add_list(&t, "allotments", member(input, "allotment_hi_to_lo"));
    if (number(input, "boost") > 0)
        text_addf(&t, ",\"boost\":%" PRId64, number(input, "boost"));
    text_addf(&t, ",\"stay\":%s,\"io_bump\":%s}},\"tasks\":[",
              cJSON_IsTrue(member(input, "stay")) ? "true" : "false",
              cJSON_IsTrue(member(input, "io_bump")) ? "true" : "false");
    for (const cJSON *job = member(input, "jobs")->child; job; job = job->next)
        add_job(&t, job, i++, number(input, "io_time"));
    text_add(&t, "]}");
    return text_take(&t);
}

static void compare_mlfq(const char *id, const cJSON *c)
{
    const cJSON *expect = member(c, "expect"), *ticks;
    char *config = mlfq_config(member(c, "input"));
    struct result r = run_text(config);
    int64_t *who, total;

    total = number(expect, "total_time");
    ticks = member(expect, "per_tick_job");
    who = draw(&r, total);
    for (int i = 0; i < total; i++)
        ck_assert_msg(who[i] == at(ticks, i), "%s: tick %d: job %" PRId64 ", not %" PRId64, id,
                      i, who[i], at(ticks, i));
    ck_assert_int_eq(number_at(&r, "/end"), total);
    ck_assert_int_eq(number_at(&r, "/cores/0/user"), number(expect, "cpu_ticks"));
    compare_times(id, &r, member(expect, "response"), "response");
    compare_times(id, &r, member(expect, "turnaround"), "turnaround");
    free(who);
    free(config);
    result_free(&r);
}

START_TEST(mlfq_py_agrees)
{
    const cJSON *c;
    cJSON *all = case_of(MLFQ, _i, &c);
    const char *id = member(c, "id")->valuestring;

    compare_mlfq(id, c);
    cJSON_Delete(all);
}
END_TEST

/* ---- lottery.py ------------------------------------------------------------------------------ */

/* A slice always costs a full quantum there: jobs run whole ones. */
static char *lottery_config(const cJSON *input)
{
    struct text t = {0};
    int64_t quantum = number(input, "quantum");
    int i = 0;

    text_addf(&t,
              "{\"unit\":\"ns\",\"machine\":{\"scheduler\":{\"policy\":\"lottery\","
              "\"quantum\":%" PRId64,
              quantum);
    add_list(&t, "draws", member(input, "random_numbers"));
    text_add(&t, "}},\"tasks\":[");
    for (const cJSON *job = member(input, "jobs")->child; job; job = job->next, i++)
        text_addf(&t,
                  "%s{\"name\":\"j%d\",\"tickets\":%" PRId64 ",\"do\":[{\"cpu\":%" PRId64 "}]}",
                  i ? "," : "", i, number(job, "tickets"),
                  (number(job, "run") + quantum - 1) / quantum * quantum);
    text_add(&t, "]}");
    return text_take(&t);
}

START_TEST(lottery_py_agrees)
{
    const cJSON *c, *expect, *jobs;
    cJSON *all = case_of(LOTTERY, _i, &c);
    const char *id = member(c, "id")->valuestring;
    char *config = lottery_config(member(c, "input"));
    int64_t quantum = number(member(c, "input"), "quantum"), draws, *who;
    struct result r = run_text(config);

    expect = member(c, "expect");
    draws = number(expect, "draws_used");
    jobs = member(expect, "job");
    who = draw(&r, draws * quantum);
    for (int i = 0; i < draws * quantum; i++)
        ck_assert_msg(who[i] == at(jobs, i / (int)quantum),
                      "%s: tick %d: job %" PRId64 ", not %" PRId64, id, i, who[i],
                      at(jobs, i / (int)quantum));
    compare_times(id, &r, member(expect, "finish"), "completion");
    compare_times(id, &r, member(expect, "first_run"), "first_run");
    free(who);
    free(config);
    result_free(&r);
    cJSON_Delete(all);
}
END_TEST

START_TEST(no_case_is_forgotten)
{
    cJSON *mlfq = read_json(MLFQ), *lottery = read_json(LOTTERY);

    ck_assert_int_eq(cJSON_GetArraySize(member(mlfq, "cases")), MLFQ_CASES);
    ck_assert_int_eq(cJSON_GetArraySize(member(lottery, "cases")), LOTTERY_CASES);
    cJSON_Delete(mlfq);
    cJSON_Delete(lottery);
}
END_TEST

Suite *ostep_queues_suite(void)
{
    Suite *s = suite_create("ostep_queues");
    TCase *tc = tcase_create("cases");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, no_case_is_forgotten);
    tcase_add_loop_test(tc, mlfq_py_agrees, 0, MLFQ_CASES);
    tcase_add_loop_test(tc, lottery_py_agrees, 0, LOTTERY_CASES);
    suite_add_tcase(s, tc);
    return s;
}
