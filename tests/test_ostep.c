/* test_ostep.c - the homework programs of OSTEP (Arpaci-Dusseau, Operating Systems: Three
 * Easy Pieces), case by case, by exact numbers: tests/oracles/ostep/.  Their ticks are ns
 * where they are whole, else seconds. */
#include <check.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/rng.h"
#include "tests/support.h"

static int64_t at(const cJSON *array, int i)
{
    return (int64_t)cJSON_GetArrayItem(array, i)->valuedouble;
}

static cJSON *cases_of(const char *file, int i, const cJSON **one)
{
    cJSON *all = read_json(file);
    const cJSON *c = cJSON_GetArrayItem(member(all, "cases"), i);

    ck_assert_ptr_nonnull(c);
    *one = c;
    return all;
}

static int64_t task_number(const struct result *r, const char *task, const char *key)
{
    char pointer[100];

    (void)snprintf(pointer, sizeof(pointer), "/tasks/%s/%s", task, key);
    return number_at(r, pointer);
}

/* ---- scheduler.py ------------------------------------------------------------------- */

enum { SCHEDULER_CASES = 30 };
#define SCHEDULER "tests/oracles/ostep/scheduler.json"

static int64_t seconds(double s)
{
    return llround(s * 1e9);
}

/* The segments of both, joined where a task goes on; those of no length are none. */
static void compare_segments(const char *id, const struct result *r, const cJSON *want)
{
    const cJSON *got = member(r->json, "segments")->child;
    int n = cJSON_GetArraySize(want);

    for (int i = 0; i < n;) {
        const cJSON *w = cJSON_GetArrayItem(want, i);
        int64_t job = at(w, 1);
        double ran = 0;
        char name[20];

        for (; i < n && at(cJSON_GetArrayItem(want, i), 1) == job; i++)
            ran += cJSON_GetArrayItem(cJSON_GetArrayItem(want, i), 2)->valuedouble;
        if (seconds(ran) == 0)
            continue;
        (void)snprintf(name, sizeof(name), "j%" PRId64, job);
        ck_assert_msg(got != NULL, "%s: too few segments", id);
        ck_assert_str_eq(member(got, "task")->valuestring, name);
        ck_assert_int_eq((int64_t)member(got, "to")->valuedouble -
                             (int64_t)member(got, "from")->valuedouble,
                         seconds(ran));
        got = got->next;
    }
    ck_assert_msg(got == NULL, "%s: too many segments", id);
}

START_TEST(scheduler_py_agrees)
{
    const cJSON *c, *input, *expect, *policy;
    cJSON *all = cases_of(SCHEDULER, _i, &c);
    struct text t = {0};
    struct result r;
    const char *id = member(c, "id")->valuestring;
    int n;

    input = member(c, "input");
    expect = member(c, "expect");
    policy = member(input, "policy");
    n = cJSON_GetArraySize(member(input, "run_time"));
    text_add(&t, "{\"unit\":\"s\",\"machine\":{\"scheduler\":");
    if (strcmp(policy->valuestring, "RR") == 0)
        text_addf(&t, "{\"policy\":\"rr\",\"quantum\":%.9g}},\"tasks\":[",
                  member(input, "quantum")->valuedouble);
    else
        text_addf(&t, "\"%s\"},\"tasks\":[",
                  strcmp(policy->valuestring, "SJF") == 0 ? "sjf" : "fifo");
    for (int i = 0; i < n; i++)
        text_addf(&t, "%s{\"name\":\"j%d\",\"do\":[{\"cpu\":%.9g}]}", i ? "," : "", i,
                  cJSON_GetArrayItem(member(input, "run_time"), i)->valuedouble);
    text_add(&t, "]}");
    r = run_text(t.data);
    for (int i = 0; i < n; i++) {
        static const char *const keys[][2] = {
            {"response", "response"}, {"turnaround", "turnaround"}, {"wait", "waiting"}};
        char name[20];

        (void)snprintf(name, sizeof(name), "j%d", i);
        for (size_t k = 0; k < 3; k++)
            ck_assert_msg(
                task_number(&r, name, keys[k][1]) ==
                    seconds(cJSON_GetArrayItem(member(expect, keys[k][0]), i)->valuedouble),
                "%s: %s of %s", id, keys[k][1], name);
    }
    ck_assert_int_eq(number_at(&r, "/summary/makespan"),
                     seconds(member(expect, "makespan")->valuedouble));
    compare_segments(id, &r, member(expect, "segments"));
    result_free(&r);
    text_release(&t);
    cJSON_Delete(all);
}
END_TEST

/* ---- process-run.py --------------------------------------------------------------------- */

enum { PROCESS_RUN_CASES = 36 };
#define PROCESS_RUN "tests/oracles/ostep/process-run.json"

static void add_program(struct text *t, const cJSON *program, int64_t length)
{
    const char *comma = "";

    text_add(t, "[");
    for (const cJSON *i = program->child; i; i = i->next) {
        const char *kind = i->child->valuestring;

        for (int64_t n = at(i, 1); n > 0; n--) {
            text_addf(t, "%s{\"cpu\":1}", comma);
            comma = ",";
            if (strcmp(kind, "io") == 0)
                text_addf(t, ",{\"io\":\"disk\",\"time\":%" PRId64 "}", length);
        }
    }
    if (!program->child) /* an empty program holds the processor for a tick */
        text_add(t, "{\"cpu\":1}");
    text_add(t, "]");
}

/* A letter a tick: X on the core, D done, else what its states are: B, r. */
static void draw(const struct result *r, const char *name, size_t ticks, char *states)
{
    const cJSON *segments = member(r->json, "segments");
    int64_t end = task_number(r, name, "completion");

    for (size_t i = 0; i < ticks; i++)
        states[i] = (int64_t)i < end ? '?' : 'D';
    states[ticks] = '\0';
    for (const cJSON *s = segments->child; s; s = s->next)
        if (strcmp(member(s, "task")->valuestring, name) == 0)
            for (int64_t i = at(s, 2); i < at(s, 3); i++)
                states[i] = 'X';
}

START_TEST(process_run_py_agrees)
{
    const cJSON *c, *input, *expect, *programs;
    cJSON *all = cases_of(PROCESS_RUN, _i, &c);
    struct text t = {0};
    struct result r;
    const char *id = member(c, "id")->valuestring;
    bool hold, immediate;
    int n = 0;
    int64_t total, blocked = 0, wait = 0, empty = 0;

    input = member(c, "input");
    expect = member(c, "expect");
    programs = member(input, "programs");
    hold = strcmp(member(input, "switch")->valuestring, "SWITCH_ON_END") == 0;
    immediate = !hold && strcmp(member(input, "io_done")->valuestring, "IO_RUN_IMMEDIATE") == 0;
    text_addf(
        &t,
        "{\"unit\":\"ns\",\"machine\":{\"scheduler\":{\"policy\":\"scan\",\"on_wake\":\"%s\"},"
        "\"on_block\":\"%s\"},\"devices\":{\"disk\":{\"channels\":\"unlimited\"}},\"tasks\":[",
        immediate ? "preempt" : "queue", hold ? "hold" : "switch");
    for (const cJSON *p = programs->child; p; p = p->next, n++) {
        text_addf(&t, "%s{\"name\":\"p%d\",\"do\":", n ? "," : "", n);
        add_program(&t, p, (int64_t)member(input, "io_length")->valuedouble);
        text_add(&t, "}");
        empty += p->child == NULL;
    }
    text_add(&t, "]}");
    r = run_text(t.data);
    total = (int64_t)member(expect, "total_time")->valuedouble;
    ck_assert_msg(number_at(&r, "/end") == total, "%s: ends at %" PRId64 ", not %" PRId64, id,
                  number_at(&r, "/end"), total);
    ck_assert_int_eq(number_at(&r, "/cores/0/user"),
                     (int64_t)member(expect, "cpu_busy")->valuedouble + empty);
    ck_assert_int_eq(number_at(&r, "/devices/disk/busy"),
                     (int64_t)member(expect, "io_busy")->valuedouble);
    for (int i = 0; i < n; i++) {
        const char *want = cJSON_GetArrayItem(member(expect, "states"), i)->valuestring;
        char states[600], name[20], pointer[60];
        int64_t b = 0;

        ck_assert_uint_lt(strlen(want), sizeof(states));
        (void)snprintf(name, sizeof(name), "p%d", i);
        draw(&r, name, strlen(want), states);
        for (size_t k = 0; want[k]; k++) {
            char letter = want[k] == 'N' ? 'X' : want[k];

            ck_assert_msg(states[k] == letter ||
                              (states[k] == '?' && (letter == 'B' || letter == 'r')),
                          "%s: %s at tick %zu: %s\n%s", id, name, k + 1, want, states);
            blocked += letter == 'B';
            wait += letter == 'r';
        }
        (void)snprintf(pointer, sizeof(pointer), "/tasks/%s/blocked/disk", name);
        if (quanta_number(r.run, pointer, &b))
            blocked -= b;
        wait -= task_number(&r, name, "waiting");
    }
    ck_assert_msg(blocked == 0 && wait == 0,
                  "%s: blocked %" PRId64 ", waiting %" PRId64 " too few", id, blocked, wait);
    result_free(&r);
    text_release(&t);
    cJSON_Delete(all);
}
END_TEST

/* ---- multi.py ------------------------------------------------------------------------------- */

enum { MULTI_CASES = 21 };
#define MULTI "tests/oracles/ostep/multi.json"

/* What is left out, and why. */
static const char *left_out(const char *id)
{
    static const char *const cases[][2] = {
        {"multi-034", "cores pick in a random order"},
        {"multi-021", "jobs without any running time take a tick"},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (strcmp(cases[i][0], id) == 0)
            return cases[i][1];
    return NULL;
}

/* The first seed whose draws are the probes that were recorded: [ "probe", tick, core, other ]. */
static uint64_t seed_that_probes(const cJSON *input)
{
    uint64_t others = (uint64_t)member(input, "cpus")->valuedouble - 1;

    for (uint64_t seed = 1;; seed++) {
        struct rng rng = rng_stream(seed, "balance");
        const cJSON *d = member(input, "random_decisions");

        for (d = d->child; d; d = d->next) {
            bool probe = strcmp(d->child->valuestring, "probe") == 0;
            int64_t other = probe ? (int64_t)rng_below(&rng, others) : 0;

            if (probe && other + (other >= at(d, 2)) != at(d, 3))
                break;
        }
        if (!d)
            return seed;
        ck_assert_msg(seed < 100000, "no seed gives these probes");
    }
}

static void add_machine(struct text *t, const cJSON *input)
{
    const cJSON *peek = member(input, "peek_interval");
    char balance[80] = "\"balance\":\"none\",";

    if (cJSON_IsNumber(peek) && peek->valuedouble > 0)
        (void)snprintf(balance, sizeof(balance),
                       "\"balance\":\"probe\",\"balance_interval\":%d,",
                       (int)peek->valuedouble);
    text_addf(t,
              "{\"unit\":\"ns\",\"seed\":%" PRIu64
              ",\"machine\":{\"cores\":%d,\"placement\":\"first\",\"queues\":\"%s\","
              "%s\"scheduler\":{\"policy\":\"rr\",\"quantum\":%d,\"align\":true},",
              seed_that_probes(input), (int)member(input, "cpus")->valuedouble,
              strcmp(member(input, "queues")->valuestring, "central") == 0 ? "global"
                                                                           : "per-core",
              balance, (int)member(input, "quantum")->valuedouble);
    text_addf(t, "\"cache\":{\"size\":%d,\"warmup\":%d,\"speedup\":%d}},\"tasks\":[",
              (int)member(input, "cache_size")->valuedouble,
              (int)member(input, "warmup_time")->valuedouble,
              (int)member(input, "warm_rate")->valuedouble);
}

static void add_jobs(struct text *t, const cJSON *input)
{
    const cJSON *jobs = member(input, "jobs"), *affinity = member(input, "affinity");

    for (const cJSON *j = jobs->child; j; j = j->next) {
        const char *name = member(j, "name")->valuestring;
        const cJSON *cores = cJSON_GetObjectItemCaseSensitive(affinity, name);

        text_addf(t, "%s{\"name\":\"%s\",\"working_set\":%d,\"do\":[{\"cpu\":%d}]",
                  j == jobs->child ? "" : ",", name, (int)member(j, "working_set")->valuedouble,
                  (int)member(j, "run")->valuedouble);
        if (cores) {
            char *list = cJSON_PrintUnformatted(cores);

            text_addf(t, ",\"affinity\":%s", list);
            cJSON_free(list);
        }
        text_add(t, "}");
    }
    text_add(t, "]}");
}

/* A core's timeline, tick by tick. */
static void compare_core(const char *id, const struct result *r, const cJSON *cpu)
{
    int64_t core = (int64_t)member(cpu, "cpu")->valuedouble;
    const cJSON *segments = member(r->json, "segments");
    char pointer[40];

    for (const cJSON *w = member(cpu, "timeline")->child; w; w = w->next) {
        const cJSON *job = cJSON_GetArrayItem(w, 1);

        for (int64_t tick = at(w, 0); tick < at(w, 0) + at(w, 2); tick++) {
            const char *got = NULL;

            for (const cJSON *s = segments->child; s; s = s->next)
                if (at(s, 0) == core && at(s, 2) <= tick && tick < at(s, 3))
                    got = member(s, "task")->valuestring;
            if (cJSON_IsNull(job))
                ck_assert_msg(!got, "%s: core %" PRId64 " at tick %" PRId64 ": %s, not idle",
                              id, core, tick, got);
            else
                ck_assert_msg(got && strcmp(got, job->valuestring) == 0,
                              "%s: core %" PRId64 " at tick %" PRId64 ": %s, not %s", id, core,
                              tick, got ? got : "idle", job->valuestring);
        }
    }
    (void)snprintf(pointer, sizeof(pointer), "/cores/%" PRId64 "/user", core);
    ck_assert_int_eq(number_at(r, pointer), (int64_t)member(cpu, "ticks_ran")->valuedouble);
}

START_TEST(multi_py_agrees)
{
    const cJSON *c, *input, *expect;
    cJSON *all = cases_of(MULTI, _i, &c);
    const char *id = member(c, "id")->valuestring;
    struct text t = {0};
    struct result r;

    input = member(c, "input");
    expect = member(c, "expect");
    if (!left_out(id)) {
        add_machine(&t, input);
        add_jobs(&t, input);
        r = run_text(t.data);
        ck_assert_msg(number_at(&r, "/end") ==
                          (int64_t)member(expect, "finished_time")->valuedouble,
                      "%s: ends at %" PRId64, id, number_at(&r, "/end"));
        for (const cJSON *j = member(expect, "job_finish")->child; j; j = j->next)
            ck_assert_msg(task_number(&r, j->string, "completion") == at(j, 0), "%s: %s", id,
                          j->string);
        for (const cJSON *cpu = member(expect, "cpus")->child; cpu; cpu = cpu->next)
            compare_core(id, &r, cpu);
        result_free(&r);
    }
    text_release(&t);
    cJSON_Delete(all);
}
END_TEST

START_TEST(no_case_is_forgotten)
{
    static const struct {
        const char *file;
        int cases;
    } files[] = {
        {SCHEDULER, SCHEDULER_CASES}, {PROCESS_RUN, PROCESS_RUN_CASES}, {MULTI, MULTI_CASES}};

    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        cJSON *all = read_json(files[i].file);

        ck_assert_int_eq(cJSON_GetArraySize(member(all, "cases")), files[i].cases);
        cJSON_Delete(all);
    }
}
END_TEST

Suite *ostep_suite(void)
{
    Suite *s = suite_create("ostep");
    TCase *tc = tcase_create("cases");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, no_case_is_forgotten);
    tcase_add_loop_test(tc, scheduler_py_agrees, 0, SCHEDULER_CASES);
    tcase_add_loop_test(tc, process_run_py_agrees, 0, PROCESS_RUN_CASES);
    tcase_add_loop_test(tc, multi_py_agrees, 0, MULTI_CASES);
    suite_add_tcase(s, tc);
    return s;
}
