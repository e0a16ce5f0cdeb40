/* test_import_chrome.c - schedules out of Chrome's JSON: threads' states, and slices of threads. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base.h"
#include "tests/imports.h"
#include "tests/support.h"

#define CHROME(events) "{\"traceEvents\":[" events "],\"displayTimeUnit\":\"ms\"}"
#define NAME(pid, tid, name)                     \
    "{\"ph\":\"M\",\"pid\":" pid ",\"tid\":" tid \
    ",\"name\":\"thread_name\",\"args\":{\"name\":\"" name "\"}},"

START_TEST(chrome_states_give_run_ready_and_blocked)
{
    static const char text[] = CHROME(NAME("1", "11", "A") NAME(
        "1", "12", "B") "{\"ph\":\"T\",\"pid\":1,\"tid\":11,\"ts\":1000,\"dur\":2000.5,"
                        "\"name\":\"Running\",\"args\":{\"cpu\":0}},"
                        "{\"ph\":\"T\",\"pid\":1,\"tid\":11,\"ts\":3000.5,\"dur\":500,\"name\":"
                        "\"D\",\"args\":{}},"
                        "{\"ph\":\"T\",\"pid\":1,\"tid\":11,\"ts\":3500.5,\"dur\":499.5,"
                        "\"name\":\"R\",\"args\":{}},"
                        "{\"ph\":\"T\",\"pid\":1,\"tid\":11,\"ts\":4000,\"dur\":1000,\"name\":"
                        "\"Running\",\"args\":{\"cpu\":1}},"
                        "{\"ph\":\"T\",\"pid\":1,\"tid\":12,\"ts\":3000.5,\"dur\":100,\"name\":"
                        "\"Running\",\"args\":{\"cpu\":0}}");
    char *said, *recorded = import_string(text, NULL, &said);
    struct result r;
    const cJSON *a;

    ck_assert_msg(recorded != NULL, "%s", said);
    r = run_text(recorded);
    a = member(member(r.json, "tasks"), "A-11");
    ck_assert_double_eq(member(a, "cpu")->valuedouble, 3000500);
    ck_assert_double_eq(member(a, "waiting")->valuedouble, 499500);
    ck_assert_double_eq(member(member(a, "blocked"), "io")->valuedouble, 500000);
    ck_assert_double_eq(member(a, "migrations")->valuedouble, 1);
    ck_assert_double_eq(member(a, "completion")->valuedouble, 4000000);
    ck_assert_double_eq(member(member(member(r.json, "tasks"), "B-12"), "cpu")->valuedouble,
                        100000);
    result_free(&r);
    free(said);
    free(recorded);
}
END_TEST

START_TEST(chrome_slices_without_cores_are_laid_out)
{
    static const char text[] = "[" NAME("1", "11", "A")
        NAME("2", "11",
             "A") "{\"ph\":\"B\",\"pid\":1,\"tid\":11,\"ts\":0,\"name\":\"f\"},"
                  "{\"ph\":\"B\",\"pid\":1,\"tid\":11,\"ts\":1,\"name\":\"g\"},"
                  "{\"ph\":\"E\",\"pid\":1,\"tid\":11,\"ts\":2},"
                  "{\"ph\":\"E\",\"pid\":1,\"tid\":11,\"ts\":5},"
                  "{\"ph\":\"X\",\"pid\":2,\"tid\":11,\"ts\":3,\"dur\":4,\"name\":\"f\"},"
                  "{\"ph\":\"X\",\"pid\":2,\"tid\":11,\"ts\":4,\"dur\":1,\"name\":\"inner\"},"
                  "{\"ph\":\"X\",\"pid\":1,\"tid\":11,\"ts\":6,\"dur\":1,\"name\":\"h\"},"
                  "{\"ph\":\"i\",\"pid\":1,\"tid\":11,\"ts\":6,\"name\":\"click\"}]";
    char *said, *recorded = import_string(text, NULL, &said);
    struct result r;

    ck_assert_msg(recorded != NULL, "%s", said);
    ck_assert_msg(strstr(said, "no cores are told"), "%s", said);
    ck_assert_msg(strstr(said, "1 lines"), "%s", said);
    r = run_text(recorded);
    ck_assert_int_eq(number_at(&r, "/cores/0/user"), US(6));
    ck_assert_int_eq(number_at(&r, "/cores/1/user"), US(4));
    ck_assert_double_eq(member(member(member(r.json, "tasks"), "A-1/11"), "cpu")->valuedouble,
                        6000);
    ck_assert_double_eq(member(member(member(r.json, "tasks"), "A-2/11"), "cpu")->valuedouble,
                        4000);
    result_free(&r);
    free(said);
    free(recorded);
}
END_TEST

Suite *import_chrome_suite(void)
{
    Suite *suite = suite_create("import_chrome");
    TCase *tc = tcase_create("import_chrome");

    tcase_add_test(tc, chrome_states_give_run_ready_and_blocked);
    tcase_add_test(tc, chrome_slices_without_cores_are_laid_out);
    suite_add_tcase(suite, tc);
    return suite;
}
