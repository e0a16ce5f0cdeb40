/* test_cli.c - the program as its users meet it. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support.h"

/* Runs "quanta ARGUMENTS", any shell around it. */
static struct command_result quanta(const char *arguments)
{
    struct text t = {0};
    struct command_result r;

    text_addf(&t, "%s %s", quanta_path(), arguments);
    r = run_command(t.data);
    text_release(&t);
    return r;
}

static void expect_code(const char *arguments, int code, const char *in_err)
{
    struct command_result r = quanta(arguments);

    ck_assert_msg(r.code == code, "%s: exit code %d\n%s%s", arguments, r.code, r.out, r.err);
    ck_assert_msg(!in_err || strstr(r.err, in_err), "%s: %s", arguments, r.err);
    command_result_free(&r);
}

#define LESSON "configs/lessons/01-concurrency-vs-parallelism.json"

START_TEST(exit_codes_are_as_documented)
{
    expect_code("run " LESSON, 0, NULL);
    expect_code("run tests/cli/fault.json", 1, NULL);
    expect_code("run tests/cli/deadlock.json", 1, NULL);
    expect_code("run tests/cli/memory.json", 1, NULL);
    expect_code("run tests/cli/expect.json", 3, "expected /end to be 1, got 5000000 (5 ms)");
    expect_code("run tests/bad/cores-zero.json", 2, "out of range");
    expect_code("run nowhere.json", 2, "No such file");
    expect_code("run configs", 2, "directory");
    expect_code("run", 2, "which file?");
    expect_code("run a b", 2, "too many");
    expect_code("", 2, "usage");
    expect_code("rnu", 2, "did you mean \"run\"?");
    expect_code("run --jsno " LESSON, 2, "did you mean --json?");
    expect_code("run --variant 'four core' " LESSON, 2, "did you mean \"four cores\"?");
    expect_code("run --width 5 " LESSON, 2, "from 40 to 1000");
    expect_code("run --set x " LESSON, 2, "cannot set");
    expect_code("run --until 5parsecs " LESSON, 2, "duration");
    expect_code("run " LESSON " >/dev/full", 4, "cannot write");
    expect_code("run -o /nowhere/at/all " LESSON, 4, "cannot write");
    expect_code("run --json tests/cli/expect.json >/dev/full", 4, NULL); /* comes before 3 */
    expect_code("check tests/bad/cores-zero.json " LESSON, 2, "out of range");
    expect_code("models rrr", 2, "no model");
    expect_code("help rnu", 2, "did you mean");
    expect_code("--version", 0, NULL);
    expect_code("--help", 0, NULL);
}
END_TEST

START_TEST(the_first_lesson_shows_four_timelines_and_a_table)
{
    struct command_result r = quanta("compare --ascii --width 100 " LESSON);
    char *want = read_file("tests/golden/compare-01.txt");

    ck_assert_int_eq(r.code, 0);
    ck_assert_str_eq(r.out, want);
    ck_assert_str_eq(r.err, "");
    command_result_free(&r);
    free(want);
}
END_TEST

/* What stands indented, or fenced, in the README behind a line that holds `after`. */
static char *readme_block(const char *after, const char *fence)
{
    char *readme = read_file("README.md"), *line = strstr(readme, after);
    struct text t = {0};

    ck_assert_msg(line != NULL, "README.md: no \"%s\"", after);
    line = strchr(line, '\n') + 1;
    for (char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        if (fence ? strcmp(line, fence) == 0 : *line && strncmp(line, "    ", 4) != 0)
            break;
        if (t.len > 0 || *line)
            text_addf(&t, "%s\n", fence || !*line ? line : line + 4);
    }
    free(readme);
    return text_take(&t);
}

START_TEST(the_readme_shows_what_the_first_lesson_prints)
{
    struct command_result r = quanta("compare " LESSON);
    char *shown = readme_block("`make demo` prints:", NULL);
    const char *want = strstr(r.out, "one core, FIFO\n");

    ck_assert_ptr_nonnull(want);
    shown[strlen(shown) - 1] = '\0'; /* the empty line behind the block */
    ck_assert_str_eq(shown, want);
    free(shown);
    command_result_free(&r);
}
END_TEST

START_TEST(the_workload_of_the_readme_runs)
{
    char *config = readme_block("```json", "```"), *errors;
    struct quanta_config *cfg = quanta_parse("README.md", config, strlen(config), &errors);

    ck_assert_msg(cfg != NULL, "%s", errors);
    for (size_t i = 0; i < quanta_variants(cfg); i++) {
        struct quanta_run *run = quanta_run(cfg, i, NULL);
        char *failed = quanta_failed_expectations(run);

        ck_assert_msg(failed == NULL, "%s", failed);
        quanta_run_free(run);
    }
    quanta_config_free(cfg);
    free(config);
}
END_TEST

START_TEST(a_summary_tells_log_faults_and_devices)
{
    struct command_result r = quanta("run --ascii tests/cli/fault.json");
    char *want = read_file("tests/golden/run-fault.txt");

    ck_assert_str_eq(r.out, want);
    command_result_free(&r);
    free(want);
}
END_TEST

START_TEST(tasks_are_told_one_a_row)
{
    struct command_result r = quanta("run --tasks configs/textbook/osc-rr.json");

    ck_assert_int_eq(r.code, 0);
    ck_assert_ptr_nonnull(strstr(
        r.out, "task  arrival  first run  completion  turnaround  waiting  response    cpu\n"
               "P1          0          0       30 ms       30 ms     6 ms         0  24 ms\n"
               "P2          0       4 ms        7 ms        7 ms     4 ms      4 ms   3 ms\n"
               "P3          0       7 ms       10 ms       10 ms     7 ms      7 ms   3 ms\n"));
    command_result_free(&r);
}
END_TEST

START_TEST(results_are_json)
{
    struct command_result r = quanta("run --json --segments " LESSON);
    cJSON *json = cJSON_Parse(r.out), *one;

    ck_assert_msg(cJSON_IsArray(json) && cJSON_GetArraySize(json) == 4, "%s", r.out);
    one = cJSON_GetArrayItem(json, 0);
    ck_assert_int_gt(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(one, "segments")), 10);
    ck_assert_uint_eq(strlen(cJSON_GetObjectItemCaseSensitive(one, "digest")->valuestring), 16);
    cJSON_Delete(json);
    command_result_free(&r);
    r = quanta("run --json --variant 'four cores' " LESSON);
    json = cJSON_Parse(r.out);
    ck_assert(cJSON_IsObject(json));
    ck_assert_str_eq(cJSON_GetObjectItemCaseSensitive(json, "variant")->valuestring,
                     "four cores");
    cJSON_Delete(json);
    command_result_free(&r);
}
END_TEST

START_TEST(many_tasks_are_listed_only_when_asked)
{
    struct command_result r =
        quanta("run --json --set /tasks/0/count=1001 tests/cli/expect.json");

    ck_assert_ptr_null(strstr(r.out, "\"tasks\":\t{"));
    command_result_free(&r);
    r = quanta("run --json --tasks --set /tasks/0/count=1001 tests/cli/expect.json");
    ck_assert_ptr_nonnull(strstr(r.out, "\"A#1001\""));
    command_result_free(&r);
}
END_TEST

START_TEST(settings_seed_and_until_change_the_run)
{
    struct command_result a = quanta("run --digest --seed 1 tests/cli/random.json");
    struct command_result b = quanta("run --digest --seed 1 - <tests/cli/random.json");
    struct command_result c = quanta("run --digest --seed 2 tests/cli/random.json");
    struct command_result d = quanta("run --json --until 2ms tests/cli/random.json");

    ck_assert_int_eq(a.code, 0);
    ck_assert_mem_eq(a.out, b.out, 16);
    ck_assert_int_ne(memcmp(a.out, c.out, 16), 0);
    ck_assert_ptr_nonnull(strstr(a.out, "  tests/cli/random.json  base\n"));
    ck_assert_msg(strstr(d.out, "\"end\":\t2000000,") &&
                      strstr(d.out, "\"outcome\":\t\"until\""),
                  "%s", d.out);
    command_result_free(&a);
    command_result_free(&b);
    command_result_free(&c);
    command_result_free(&d);
}
END_TEST

START_TEST(a_file_appears_whole_or_not_at_all)
{
    char path[] = "/tmp/quanta-file-XXXXXX";
    int fd = mkstemp(path);
    struct command_result r;
    struct text t = {0};
    char *written;

    ck_assert_int_ge(fd, 0);
    (void)close(fd);
    (void)unlink(path);
    text_addf(&t, "run --json -o %s tests/bad/cores-zero.json", path);
    expect_code(t.data, 2, NULL);
    ck_assert_int_ne(access(path, F_OK), 0);
    text_release(&t);
    text_addf(&t, "run --json -o %s " LESSON, path);
    r = quanta(t.data);
    ck_assert_int_eq(r.code, 0);
    written = read_file(path);
    ck_assert_str_eq(written + strlen(written) - 2, "]\n");
    (void)unlink(path);
    free(written);
    command_result_free(&r);
    text_release(&t);
}
END_TEST

START_TEST(colours_are_for_terminals)
{
    struct command_result r = quanta("compare " LESSON);

    ck_assert_ptr_null(strchr(r.out, '\033'));
    command_result_free(&r);
    r = quanta("compare --color=always " LESSON);
    ck_assert_ptr_nonnull(strchr(r.out, '\033'));
    command_result_free(&r);
    r = quanta("compare --ascii " LESSON);
    for (const char *s = r.out; *s; s++)
        ck_assert_msg((unsigned char)*s < 0x80, "a byte beyond ASCII: %s", s);
    command_result_free(&r);
}
END_TEST

START_TEST(nothing_is_wider_than_the_terminal)
{
    static const int widths[] = {40, 60, 80, 133};

    for (size_t i = 0; i < ARRAY_LEN(widths); i++) {
        struct text t = {0};
        struct command_result r;
        int column = 0;

        text_addf(&t, "compare --ascii --width %d " LESSON, widths[i]);
        r = quanta(t.data);
        for (const char *s = r.out; *s; s++) {
            column = *s == '\n' ? 0 : column + 1;
            ck_assert_msg(column <= widths[i], "at %d columns: %.60s", widths[i],
                          s > r.out + 50 ? s - 50 : r.out);
        }
        command_result_free(&r);
        text_release(&t);
    }
}
END_TEST

START_TEST(every_command_has_a_short_and_a_long_help_with_an_example)
{
    static const char *const names[] = {"run", "compare", "check", "models", "help"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct text t = {0};
        struct command_result a, b;

        text_addf(&t, "%s --help", names[i]);
        a = quanta(t.data);
        text_release(&t);
        text_addf(&t, "help %s", names[i]);
        b = quanta(t.data);
        text_release(&t);
        ck_assert_int_eq(a.code, 0);
        ck_assert_int_eq(b.code, 0);
        ck_assert_ptr_nonnull(strstr(a.out, "for example\n  quanta "));
        ck_assert_ptr_nonnull(strstr(b.out, "for example\n  quanta "));
        ck_assert_uint_gt(strlen(b.out), strlen(a.out));
        command_result_free(&a);
        command_result_free(&b);
    }
}
END_TEST

START_TEST(man_page_and_completions_are_well_formed)
{
    struct command_result r;
    struct text t = {0};

    expect_code("help --bash | bash -n", 0, NULL);
    text_addf(&t, "if command -v mandoc; then %s help --man | mandoc -T lint -W warning; fi",
              quanta_path());
    r = run_command(t.data);
    ck_assert_msg(r.code == 0, "%s%s", r.out, r.err);
    command_result_free(&r);
    text_release(&t);
    text_addf(&t, "if command -v zsh; then %s help --zsh | zsh -n; fi", quanta_path());
    r = run_command(t.data);
    ck_assert_msg(r.code == 0, "%s%s", r.out, r.err);
    command_result_free(&r);
    text_release(&t);
}
END_TEST

START_TEST(models_lists_every_key)
{
    struct command_result r = quanta("models");
    static const char *const words[] = {
        "  rr\n",  "quantum",        "required", "scan",        "thread-per-task",
        "pool",    "backlog",        "channels", "  cpu\n",     "  join\n",
        "Source:", "context_switch", "warmup",   "working_set", "on_wake"};

    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        ck_assert_msg(strstr(r.out, words[i]) != NULL, "%s", words[i]);
    command_result_free(&r);
}
END_TEST

START_TEST(a_deadlock_is_seen_and_is_the_best_at_nothing)
{
    struct command_result r = quanta("compare --ascii configs/races/dining-philosophers.json");

    ck_assert_int_eq(r.code, 1);
    ck_assert_ptr_nonnull(strstr(r.out, "A Aristotle  ####XXXX"));
    ck_assert_ptr_nonnull(strstr(r.out, "= waits for a lock or its like, X is deadlocked\n"));
    ck_assert_ptr_nonnull(strstr(r.out, "makespan                     3 ms           27 ms*"));
    ck_assert_ptr_nonnull(strstr(r.out, "lock orders                     0               0*"));
    command_result_free(&r);
    r = quanta("compare --ascii configs/lessons/11-grahams-anomaly.json");
    ck_assert_ptr_null(strstr(r.out, "deadlocked"));
    ck_assert_ptr_null(strstr(r.out, "a lock"));
    command_result_free(&r);
}
END_TEST

START_TEST(the_summary_names_what_was_found)
{
    struct command_result r =
        quanta("run --no-timeline -v nothing configs/races/lost-update.json");

    ck_assert_int_eq(r.code, 0); /* a race is a finding, no failure */
    ck_assert_ptr_nonnull(strstr(r.out, "data races: nothing puts these accesses in order\n"
                                        "  balance\n"
                                        "        1.5 ms  bob reads (line 9)\n"
                                        "          2 ms  ann writes (line 9)\n"));
    command_result_free(&r);
    r = quanta("run --no-timeline -v 'no protocol' configs/races/pathfinder.json");
    ck_assert_int_eq(r.code, 1);
    ck_assert_ptr_nonnull(strstr(r.out, "         60 ms  bus waited 66 ms for information bus, "
                                        "which weather held, while radio ran\n"));
    command_result_free(&r);
}
END_TEST

/* What ends in a deadlock or a fault must say that it expects to. */
START_TEST(every_shipped_config_runs_and_holds)
{
    struct text t = {0};
    struct command_result r;

    text_addf(&t,
              "for f in configs/*/*.json; do %s compare --check --no-timeline \"$f\" "
              ">/dev/null; c=$?; [ $c = 0 ] || { [ $c = 1 ] && "
              "grep -Eq '\"/outcome\": \"(deadlock|fault|out of memory)\"' \"$f\"; } || "
              "echo \"$f\"; done",
              quanta_path());
    r = run_command(t.data);
    ck_assert_msg(*r.out == '\0' && *r.err == '\0', "%s%s", r.out, r.err);
    command_result_free(&r);
    text_release(&t);
}
END_TEST

START_TEST(the_example_program_runs)
{
    struct command_result r;
    struct text t = {0};
    const char *build = getenv("QUANTA_BUILD");

    text_addf(&t, "%s/tests/example", build ? build : "build");
    r = run_command(t.data);
    ck_assert_int_eq(r.code, 0);
    ck_assert_str_eq(r.out, "1: 40000000 ns\n2: 20000000 ns\n3: 20000000 ns\n4: 10000000 ns\n");
    command_result_free(&r);
    text_release(&t);
}
END_TEST

Suite *cli_suite(void)
{
    Suite *s = suite_create("cli");
    TCase *tc = tcase_create("commands");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, exit_codes_are_as_documented);
    tcase_add_test(tc, the_first_lesson_shows_four_timelines_and_a_table);
    tcase_add_test(tc, the_readme_shows_what_the_first_lesson_prints);
    tcase_add_test(tc, the_workload_of_the_readme_runs);
    tcase_add_test(tc, a_summary_tells_log_faults_and_devices);
    tcase_add_test(tc, tasks_are_told_one_a_row);
    tcase_add_test(tc, results_are_json);
    tcase_add_test(tc, many_tasks_are_listed_only_when_asked);
    tcase_add_test(tc, settings_seed_and_until_change_the_run);
    tcase_add_test(tc, a_file_appears_whole_or_not_at_all);
    tcase_add_test(tc, colours_are_for_terminals);
    tcase_add_test(tc, nothing_is_wider_than_the_terminal);
    tcase_add_test(tc, every_command_has_a_short_and_a_long_help_with_an_example);
    tcase_add_test(tc, man_page_and_completions_are_well_formed);
    tcase_add_test(tc, models_lists_every_key);
    tcase_add_test(tc, every_shipped_config_runs_and_holds);
    tcase_add_test(tc, a_deadlock_is_seen_and_is_the_best_at_nothing);
    tcase_add_test(tc, the_summary_names_what_was_found);
    tcase_add_test(tc, the_example_program_runs);
    suite_add_tcase(s, tc);
    return s;
}
