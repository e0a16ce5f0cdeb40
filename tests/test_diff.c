/* test_diff.c - where two runs part: the words by goldens, the instant by what must be so. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base.h"
#include "tests/support.h"
#include "tests/workload.h"

/* ---- words ---------------------------------------------------------------------------------- */

static const struct {
    const char *golden, *command;
    int code;
} goldens[] = {
    {"diff-fifo-rr.txt",
     "configs/lessons/01-concurrency-vs-parallelism.json -v 'one core, FIFO' "
     "-v 'one core, round robin'",
     1},
    {"diff-on-wake.txt",
     "'configs/lessons/03-blocking-io.json#the core takes another' "
     "'configs/lessons/03-blocking-io.json#and gives it back at once'",
     1},
    {"diff-cores.txt",
     "configs/lessons/01-concurrency-vs-parallelism.json -v 'one core, FIFO' -v 'four cores'",
     1},
    {"diff-deadlock.txt",
     "configs/lessons/19-a-deadlock.json -v 'two cores' -v 'lower number first'", 1},
    {"diff-json.txt", "--json configs/lessons/06-convoy-effect.json", 1},
};

START_TEST(differences_are_told_in_these_words)
{
    struct text command = {0}, path = {0};
    struct command_result r;
    char *want;

    text_addf(&path, "tests/golden/%s", goldens[_i].golden);
    want = read_file(path.data);
    text_addf(&command, "%s diff %s", quanta_path(), goldens[_i].command);
    r = run_command(command.data);
    ck_assert_str_eq(r.err, "");
    ck_assert_msg(strcmp(r.out, want) == 0, "%s\nexpected: %s", r.out, want);
    ck_assert_int_eq(r.code, goldens[_i].code);
    command_result_free(&r);
    free(want);
    text_release(&command);
    text_release(&path);
}
END_TEST

START_TEST(wrong_usage_says_what_is_right)
{
    static const struct {
        const char *args, *want;
    } rows[] = {
        {"configs/lessons/03-blocking-io.json",
         "quanta diff: which of the 3 variants of configs/lessons/03-blocking-io.json?\n"
         "    hint: FILE#VARIANT, or --variant=NAME; there are: \"the core waits too\", \"the "
         "core takes another\", \"and gives it back at once\"\n"},
        {"configs/races/pathfinder.json#x configs/races/pathfinder.json",
         "quanta diff: no variant \"x\"\n"},
        {"configs/lessons/06-convoy-effect.json -v 'round robin' -v 'round robin'",
         "quanta diff: configs/lessons/06-convoy-effect.json with itself?\n"
         "    hint: two files, or --variant twice: quanta diff a.json b.json\n"},
        {"configs/lessons/06-convoy-effect.json -v a -v b -v c",
         "quanta diff: whose variant is \"c\"?\n"
         "    hint: each file that has variants takes one\n"},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct text command = {0};
        struct command_result r;

        text_addf(&command, "%s diff %s", quanta_path(), rows[i].args);
        r = run_command(command.data);
        ck_assert_int_eq(r.code, 2);
        ck_assert_msg(strncmp(r.err, rows[i].want, strlen(rows[i].want)) == 0, "%s", r.err);
        ck_assert_str_eq(r.out, "");
        command_result_free(&r);
        text_release(&command);
    }
}
END_TEST

/* ---- the instant -------------------------------------------------------------------------------- */

static struct quanta_config *parse(const char *config)
{
    char *errors;
    struct quanta_config *cfg = quanta_parse("test.json", config, strlen(config), &errors);

    ck_assert_msg(cfg != NULL, "%s\n%s", errors, config);
    return cfg;
}

/* When two texts part; -1: they do the same. */
static int64_t parting(const char *a, const char *b)
{
    struct quanta_config *x = parse(a), *y = parse(b);
    char *errors, *text;
    int64_t at = -1;
    cJSON *json;
    bool differ;

    text = quanta_diff(x, 0, y, 0, NULL, &differ, &errors);
    ck_assert_msg(text != NULL, "%s", errors);
    json = cJSON_Parse(text);
    ck_assert_ptr_nonnull(json);
    ck_assert(cJSON_IsTrue(member(json, "same")) == !differ);
    if (differ)
        at = (int64_t)member(json, "at")->valuedouble;
    cJSON_Delete(json);
    free(text);
    quanta_config_free(x);
    quanta_config_free(y);
    return at;
}

static int64_t parting_quoted(const char *a, const char *b)
{
    char *x = with_quotes(a), *y = with_quotes(b);
    int64_t at = parting(x, y);

    free(x);
    free(y);
    return at;
}

START_TEST(a_late_difference_of_a_long_run_is_found)
{
    /* Some 9,000 instants, the difference far behind the first thousand. */
    static const char a[] = "{'tasks':[{'name':'P','period':1,'jobs':3000,'do':[{'cpu':'200us'}"
                            ",{'sleep':'100us'}]},"
                            "{'name':'L','arrive':2500,'do':[{'cpu':5}]}]}";
    static const char b[] = "{'tasks':[{'name':'P','period':1,'jobs':3000,'do':[{'cpu':'200us'}"
                            ",{'sleep':'100us'}]},"
                            "{'name':'L','arrive':'2500.5ms','do':[{'cpu':5}]}]}";

    ck_assert_int_eq(parting_quoted(a, b), MS(2500));
    ck_assert_int_eq(parting_quoted(b, a), MS(2500));
    ck_assert_int_eq(parting_quoted(a, a), -1);
}
END_TEST

START_TEST(the_end_is_a_difference_too)
{
    static const char a[] = "{'until':'10ms','tasks':[{'name':'A','do':[{'cpu':20}]}]}";
    static const char b[] = "{'until':'12ms','tasks':[{'name':'A','do':[{'cpu':20}]}]}";

    ck_assert_int_eq(parting_quoted(a, b), MS(10));
}
END_TEST

START_TEST(a_quantum_that_never_ends_is_no_difference_to_fifo)
{
    for (uint64_t seed = 1; seed <= 40; seed++) {
        char *fifo = workload(seed, WORKLOAD_PLAIN | WORKLOAD_FIFO, NULL);
        char *rr = workload(seed, WORKLOAD_PLAIN | WORKLOAD_RR, NULL);

        ck_assert_int_eq(parting(fifo, rr), -1);
        free(fifo);
        free(rr);
    }
}
END_TEST

START_TEST(another_policy_differs_first_where_it_decides)
{
    static const char *const format =
        "{'machine':{'scheduler':%s},'tasks':[{'name':'A','do':[{'cpu':30}]},"
        "{'name':'B','arrive':3,'do':[{'cpu':4}]},{'name':'C','arrive':5,'do':[{'cpu':9}]}]}";
    struct text fifo = {0}, srtf = {0}, sjf = {0};

    text_addf(&fifo, format, "'fifo'");
    text_addf(&srtf, format, "'srtf'");
    text_addf(&sjf, format, "'sjf'");
    ck_assert_int_eq(parting_quoted(fifo.data, srtf.data), MS(3)); /* B is shorter */
    ck_assert_int_eq(parting_quoted(fifo.data, sjf.data), -1);     /* B before C in both */
    text_release(&fifo);
    text_release(&srtf);
    text_release(&sjf);
}
END_TEST

/* ---- names and traces --------------------------------------------------------------------------- */

START_TEST(tasks_of_other_names_cannot_be_compared)
{
    static const char a[] = "{\"tasks\":[{\"name\":\"A\",\"do\":[{\"cpu\":20}]}]}";
    static const char b[] = "{\"tasks\":[{\"name\":\"B\",\"do\":[{\"cpu\":20}]}]}";
    struct quanta_config *x = parse(a), *y = parse(b);
    char *errors, *text;
    bool differ;

    text = quanta_diff(x, 0, y, 0, NULL, &differ, &errors);
    ck_assert_ptr_null(text);
    ck_assert_str_eq(errors,
                     "test.json: error: no task has the same name as one of test.json\n"
                     "    hint: runs are compared task by task, and tasks by their names\n");
    free(errors);
    quanta_config_free(x);
    quanta_config_free(y);
}
END_TEST

START_TEST(a_renamed_task_is_another_one)
{
    static const char a[] = "{'tasks':[{'name':'A','do':[{'cpu':2}]},"
                            "{'name':'B','arrive':1,'do':[{'cpu':20}]}]}";
    static const char b[] = "{'tasks':[{'name':'A','do':[{'cpu':2}]},"
                            "{'name':'C','arrive':1,'do':[{'cpu':20}]}]}";

    ck_assert_int_eq(parting_quoted(a, b), MS(1));
}
END_TEST

START_TEST(a_trace_is_the_same_as_what_it_was_recorded_from)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        char *config = workload(seed, WORKLOAD_SYNC, NULL), *recorded;
        struct quanta_config *cfg = parse(config);

        recorded = export_text(cfg, 0, "ndjson");
        ck_assert_int_eq(parting(config, recorded), -1);
        quanta_config_free(cfg);
        free(recorded);
        free(config);
    }
}
END_TEST

START_TEST(a_trace_that_was_changed_differs_where_it_was)
{
    static const char config[] =
        "{\"tasks\":[{\"name\":\"A\",\"do\":[{\"cpu\":2},{\"sleep\":3},{\"cpu\":2}]}]}";
    struct quanta_config *cfg = parse(config);
    char *recorded = export_text(cfg, 0, "ndjson"), *at;

    at = strstr(recorded, "{\"t\":7000000,\"event\":\"stop\"");
    ck_assert_ptr_nonnull(at);
    at[5] = '8'; /* it ran 1 ms longer */
    at = strstr(recorded, "{\"t\":7000000,\"event\":\"done\"");
    at[5] = '8';
    at = strstr(recorded, "{\"t\":7000000,\"event\":\"end\"");
    at[5] = '8';
    ck_assert_int_eq(parting(config, recorded), MS(7));
    free(recorded);
    quanta_config_free(cfg);
}
END_TEST

Suite *diff_suite(void)
{
    Suite *suite = suite_create("diff");
    TCase *tc = tcase_create("diff");

    tcase_add_loop_test(tc, differences_are_told_in_these_words, 0, ARRAY_LEN(goldens));
    tcase_add_test(tc, wrong_usage_says_what_is_right);
    tcase_add_test(tc, a_late_difference_of_a_long_run_is_found);
    tcase_add_test(tc, the_end_is_a_difference_too);
    tcase_add_test(tc, a_quantum_that_never_ends_is_no_difference_to_fifo);
    tcase_add_test(tc, another_policy_differs_first_where_it_decides);
    tcase_add_test(tc, tasks_of_other_names_cannot_be_compared);
    tcase_add_test(tc, a_renamed_task_is_another_one);
    tcase_add_test(tc, a_trace_is_the_same_as_what_it_was_recorded_from);
    tcase_add_test(tc, a_trace_that_was_changed_differs_where_it_was);
    suite_add_tcase(suite, tc);
    return suite;
}
