/* test_config.c - reading: every mistake by its exact message, patches, settings, values. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/config.h"
#include "sim/config_patch.h"
#include "sim/config_read.h"
#include "tests/support.h"

/* ---- tests/bad ------------------------------------------------------------------- */

static void check_bad(const char *name)
{
    struct text path = {0}, command = {0};
    struct command_result r;
    char *want;

    text_addf(&path, "tests/bad/%.*s.txt", (int)strlen(name) - 5, name);
    want = read_file(path.data);
    text_addf(&command, "path=$(realpath %s); cd tests/bad && \"$path\" check -q %s",
              quanta_path(), name);
    r = run_command(command.data);
    ck_assert_msg(r.code == 2, "%s: exit code %d", name, r.code);
    ck_assert_msg(strcmp(r.err, want) == 0, "%s: %s\nexpected: %s", name, r.err, want);
    ck_assert_msg(*r.out == '\0', "%s: %s", name, r.out);
    command_result_free(&r);
    free(want);
    text_release(&path);
    text_release(&command);
}

START_TEST(every_bad_file_gives_its_exact_message)
{
    ck_assert_int_ge(each_json("tests/bad", check_bad), 100);
}
END_TEST

START_TEST(the_schema_agrees_with_the_reader)
{
    struct command_result r;
    struct text command = {0};
    char *schema = quanta_schema(), *shipped = read_file("configs/schema.json");

    ck_assert_msg(strncmp(schema, shipped, strlen(schema)) == 0 &&
                      strcmp(shipped + strlen(schema), "\n") == 0,
                  "configs/schema.json is not what quanta help --schema prints: make schema");
    text_addf(&command, "\"${PYTHON:-python3}\" tests/schema.py configs/schema.json");
    r = run_command(command.data);
    ck_assert_msg(r.code == 0, "%s%s", r.out, r.err);
    command_result_free(&r);
    text_release(&command);
    free(schema);
    free(shipped);
}
END_TEST

/* ---- RFC 7396, appendix A; RFC 6901, section 5 --------------------------------------- */

START_TEST(merge_patches_do_as_rfc_7396_says)
{
    static const char *const cases[][3] = {
        {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
        {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
        {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
        {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
        {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
        {"[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]"},
        {"{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]"},
        {"{\"a\":\"foo\"}", "null", "null"},
        {"{\"a\":\"foo\"}", "\"bar\"", "\"bar\""},
        {"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
        {"[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}"},
        {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        cJSON *target = cJSON_Parse(cases[i][0]), *patch = cJSON_Parse(cases[i][1]), *merged;
        char *text;

        merged = patch_merge(target, patch);
        text = cJSON_PrintUnformatted(merged);
        ck_assert_str_eq(text, cases[i][2]);
        cJSON_free(text);
        cJSON_Delete(merged);
        cJSON_Delete(patch);
    }
}
END_TEST

START_TEST(pointers_do_as_rfc_6901_says)
{
    cJSON *root =
        cJSON_Parse("{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,"
                    "\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8}");
    static const char *const pointers[] = {"/",     "/a~1b", "/c%d", "/e^f", "/g|h",
                                           "/i\\j", "/k\"l", "/ ",   "/m~0n"};

    ck_assert_ptr_eq(pointer_find(root, ""), root);
    ck_assert_str_eq(pointer_find(root, "/foo/0")->valuestring, "bar");
    ck_assert_ptr_null(pointer_find(root, "/foo/2"));
    ck_assert_ptr_null(pointer_find(root, "/foo/01"));
    ck_assert_ptr_null(pointer_find(root, "/foo/-"));
    ck_assert_ptr_null(pointer_find(root, "/nowhere/at/all"));
    for (size_t i = 0; i < ARRAY_LEN(pointers); i++)
        ck_assert_int_eq((int)pointer_find(root, pointers[i])->valuedouble, (int)i);
    cJSON_Delete(root);
}
END_TEST

/* ---- values ------------------------------------------------------------------------------ */

START_TEST(times_are_exact)
{
    static const struct {
        const char *text;
        sim_time time; /* -1: refused */
    } cases[] = {
        {"5ms", 5000000},
        {"2.5us", 2500},
        {"0.000000001s", 1},
        {"1.000s", 1000000000},
        {"4611686018427387904ns", INT64_C(1) << 62},
        {"4611686018427387905ns", -1},
        {"4611686018.427387904s", INT64_C(1) << 62},
        {"0.1ns", -1},
        {"5", -1},
        {"5 ms", -1},
        {"ms", -1},
        {"1e3ms", -1},
        {"-1ms", -1},
        {".5ms", -1},
        {"5.ms", -1},
        {"0000000000000000000000000000005ms", 5000000},
        {"5.0000000000000000000000000000ms", 5000000},
        {"99999999999999999999999999s", -1},
        {"5min", -1},
        {"", -1},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        sim_time time = -1;
        bool fine = config_time(cases[i].text, &time);

        ck_assert_msg(fine == (cases[i].time >= 0), "%s", cases[i].text);
        if (fine)
            ck_assert_int_eq(time, cases[i].time);
    }
}
END_TEST

START_TEST(decimals_are_exact)
{
    static const struct {
        const char *text;
        int shift;
        enum decimal_fit fit;
        int64_t value;
    } cases[] = {
        {"0", 0, FIT_EXACT, 0},
        {"0.0e99", 0, FIT_EXACT, 0},
        {"1e2", 0, FIT_EXACT, 100},
        {"1.5", 0, FIT_FRACTION, 0},
        {"1.5", 1, FIT_EXACT, 15},
        {"1500e-2", 0, FIT_EXACT, 15},
        {"9223372036854775807", 0, FIT_EXACT, INT64_MAX},
        {"9223372036854775808", 0, FIT_TOO_LARGE, 0},
        {"1e400", 0, FIT_TOO_LARGE, 0},
        {"1e-400", 0, FIT_FRACTION, 0},
        {"0.00000000000000000000000000001e29", 0, FIT_EXACT, 1},
        {"1000000000000000000000e-18", 0, FIT_EXACT, 1000},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct decimal d;
        size_t used;
        int64_t value = 0;

        ck_assert(decimal_read(cases[i].text, strlen(cases[i].text), &d, &used));
        ck_assert_uint_eq(used, strlen(cases[i].text));
        ck_assert_msg(decimal_fit(&d, cases[i].shift, &value) == cases[i].fit, "%s",
                      cases[i].text);
        if (cases[i].fit == FIT_EXACT)
            ck_assert_msg(value == cases[i].value, "%s", cases[i].text);
    }
}
END_TEST

/* ---- settings, variants ---------------------------------------------------------------------- */

static struct config *parse(const char *text, struct diags *diags)
{
    struct config *cfg;

    diags_init(diags);
    cfg = config_parse("test.json", text, strlen(text), diags);
    ck_assert_ptr_nonnull(cfg);
    return cfg;
}

#define ONE_TASK "\"tasks\":[{\"name\":\"A\",\"do\":[{\"cpu\":1}]}]"

START_TEST(settings_change_the_file_before_its_variants)
{
    struct diags diags;
    struct config *cfg =
        parse("{" ONE_TASK ",\"variants\":{\"two\":{\"machine\":{\"cores\":2}},\"as is\":{}}}",
              &diags);
    struct scenario *sc;

    ck_assert(config_set(cfg, "/machine/cores=4", &diags));
    ck_assert(config_set(cfg, "/machine/scheduler=fcfs", &diags)); /* a bare word */
    ck_assert(config_set(cfg, "/tasks/0/name=\"B\"", &diags));
    ck_assert(config_set(cfg, "/tasks/-={\"name\":\"C\",\"do\":[]}", &diags));
    ck_assert_uint_eq(config_nvariants(cfg), 2);
    sc = config_scenario(cfg, 0, &diags);
    ck_assert_int_eq(sc->machine.ncores, 2);
    ck_assert_int_eq(sc->ntasks, 2);
    ck_assert_str_eq(sc->tasks[0].name, "B");
    ck_assert_str_eq(sc->tasks[1].name, "C");
    scenario_free(sc);
    sc = config_scenario(cfg, 1, &diags);
    ck_assert_int_eq(sc->machine.ncores, 4);
    ck_assert_str_eq(sc->variant, "as is");
    scenario_free(sc);
    config_free(cfg);
    diags_release(&diags);
}
END_TEST

START_TEST(settings_that_cannot_be_are_refused)
{
    static const char *const wrong[] = {"machine=1",  "/machine",  "/tasks/7/name=A",
                                        "/tasks/x=1", "/seed/x=1", "=1"};

    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct diags diags;
        struct config *cfg = parse("{\"seed\":1," ONE_TASK "}", &diags);

        ck_assert_msg(!config_set(cfg, wrong[i], &diags), "%s", wrong[i]);
        ck_assert_uint_ge(diags.n, 1);
        config_free(cfg);
        diags_release(&diags);
    }
}
END_TEST

START_TEST(expectations_compare_exactly)
{
    static const struct {
        const char *expect;
        bool holds;
    } cases[] = {
        {"\"/end\":1000000", true},
        {"\"/end\":\"1ms\"", true},
        {"\"/end\":\"1.000001ms\"", false},
        {"\"/end\":1e6", true},
        {"\"/summary/utilization\":1", true},
        {"\"/summary/utilization\":0.999999999", false},
        {"\"/end\":{\"near\":\"2ms\",\"within\":\"1ms\"}", true},
        {"\"/end\":{\"near\":\"2ms\",\"within\":\"0.999999ms\"}", false},
        {"\"/outcome\":\"completed\"", true},
        {"\"/outcome\":\"deadlock\"", false},
        {"\"/log/order\":[\"x is 3\",\"end\"]", true},
        {"\"/log/order\":[\"end\",\"x is 3\"]", false},
        {"\"/log/order\":[\"x is 3\"]", false},
        {"\"/nowhere\":1", false},
        {"\"/tasks/A/cpu\":\"1ms\",\"//\":\"a comment\"", true},
        {"\"/cores/0/name\":\"core0\"", true},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct text t = {0};
        struct quanta_config *cfg;
        struct quanta_run *run;
        char *errors, *failed;

        text_addf(&t,
                  "{\"vars\":{\"x\":3},\"tasks\":[{\"name\":\"A\",\"do\":[{\"log\":\"x is "
                  "${x}\"},{\"cpu\":1},"
                  "{\"log\":\"end\"}]}],\"expect\":{%s}}",
                  cases[i].expect);
        cfg = quanta_parse("test.json", t.data, t.len, &errors);
        ck_assert_msg(cfg != NULL, "%s", errors);
        run = quanta_run(cfg, 0, NULL);
        failed = quanta_failed_expectations(run);
        ck_assert_msg((failed == NULL) == cases[i].holds, "%s: %s", cases[i].expect,
                      failed ? failed : "holds");
        free(failed);
        quanta_run_free(run);
        quanta_config_free(cfg);
        text_release(&t);
    }
}
END_TEST

Suite *config_suite(void)
{
    Suite *s = suite_create("config");
    TCase *tc = tcase_create("reading");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, every_bad_file_gives_its_exact_message);
    tcase_add_test(tc, the_schema_agrees_with_the_reader);
    tcase_add_test(tc, merge_patches_do_as_rfc_7396_says);
    tcase_add_test(tc, pointers_do_as_rfc_6901_says);
    tcase_add_test(tc, times_are_exact);
    tcase_add_test(tc, decimals_are_exact);
    tcase_add_test(tc, settings_change_the_file_before_its_variants);
    tcase_add_test(tc, settings_that_cannot_be_are_refused);
    tcase_add_test(tc, expectations_compare_exactly);
    suite_add_tcase(s, tc);
    return s;
}
