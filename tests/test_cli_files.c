/* test_cli_files.c - files as the commands meet them: full disks, signals, the same name twice,
 * too little memory, other encodings; and that what the help lists is there. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#define LESSON "configs/lessons/01-concurrency-vs-parallelism.json"
#define TWO "-v 'four cores' -v 'one event loop'"

/* A shell's line with Q for the program, and D for an empty folder, which goes. */
static struct command_result shell(const char *line)
{
    struct text t = {0};
    struct command_result r;

    text_addf(&t, "Q=%s; D=$(mktemp -d); %s; code=$?; rm -rf \"$D\"; exit $code", quanta_path(),
              line);
    r = run_command(t.data);
    text_release(&t);
    return r;
}

static void expect(const char *line, int code, const char *out, const char *in_err)
{
    struct command_result r = shell(line);

    ck_assert_msg(r.code == code, "%s: exit code %d\n%s%s", line, r.code, r.out, r.err);
    ck_assert_msg(!out || strcmp(r.out, out) == 0, "%s: printed %s", line, r.out);
    ck_assert_msg(!in_err || strstr(r.err, in_err), "%s: said %s", line, r.err);
    command_result_free(&r);
}

/* ---- what cannot be written ---------------------------------------------------------------- */

static const char *const writers[] = {
    "run " LESSON,
    "run --json " LESSON,
    "run --digest " LESSON,
    "run --explain " LESSON,
    "compare " LESSON,
    "export --to ndjson -v 'four cores' " LESSON,
    "export --to perfetto -v 'four cores' " LESSON,
    "export --to chrome -v 'four cores' " LESSON,
    "diff " LESSON " " TWO,
    "diff --json " LESSON " " TWO,
    "import tests/traces/linux-6.18-perf-script.txt",
};

START_TEST(a_full_disk_is_said_by_every_command)
{
    static const char *const others[] = {"models",     "models rr",      "help",
                                         "help run",   ("plot " LESSON), ("check " LESSON),
                                         "help --man", "help --schema",  "--version",
                                         "--help",     "run --help"};

    for (size_t i = 0; i < ARRAY_LEN(writers) + ARRAY_LEN(others); i++) {
        bool more = i >= ARRAY_LEN(writers);
        struct text t = {0};

        text_addf(&t, "$Q %s >/dev/full", more ? others[i - ARRAY_LEN(writers)] : writers[i]);
        expect(t.data, 4, "", "cannot write standard output: No space left on device");
        text_release(&t);
    }
}
END_TEST

START_TEST(an_output_that_cannot_be_opened_is_said_by_every_command)
{
    for (size_t i = 0; i < ARRAY_LEN(writers); i++) {
        struct text t = {0};

        text_addf(&t, "$Q %s -o /nowhere/at/all", writers[i]);
        expect(t.data, 4, "", "cannot write /nowhere/at/all: No such file or directory");
        t.len = 0;
        text_addf(&t, "$Q %s -o \"$D\"", writers[i]);
        expect(t.data, 4, "", "Is a directory");
        t.len = 0;
        text_addf(&t, "$Q %s -o /dev/full", writers[i]);
        expect(t.data, 4, "", "cannot write /dev/full: No space left on device");
        text_release(&t);
    }
}
END_TEST

START_TEST(a_closed_pipe_ends_the_command_without_a_word)
{
    for (size_t i = 0; i < ARRAY_LEN(writers); i++) {
        struct text t = {0};

        text_addf(&t, "{ $Q %s; } | true", writers[i]);
        expect(t.data, 0, "", NULL);
        text_release(&t);
    }
    expect("$Q export --to ndjson tests/cli/long.json | head -c 2", 0, "{\"", NULL);
}
END_TEST

/* ---- interrupted --------------------------------------------------------------------------- */

/* Begins an export, waits for what it writes, and ends it by the signal; again, if it was faster.
 * Under nohup a signal is ignored, and so it would be by what is begun here: it wrote on for ever. */
static void interrupt(const char *format, const char *signal, const char *code)
{
    struct text t = {0};

    text_addf(
        &t,
        "ulimit -f 4000000; code=0; for try in 1 2 3 4 5 6 7 8 9; do rm -rf \"$D\"/out; "
        "env --default-signal=%s $Q export --to %s tests/cli/long.json -o \"$D\"/out & pid=$!; "
        "until [ -e \"$D\"/out ] || ls \"$D\"/*.new* >/dev/null 2>&1; do sleep 0.01; done; "
        "kill -%s $pid; wait $pid; code=$?; [ $code = 0 ] || break; done; "
        "echo $code; ls -A \"$D\"",
        signal, format, signal);
    expect(t.data, 0, code, NULL);
    text_release(&t);
}

START_TEST(an_interrupted_command_leaves_nothing_behind)
{
    interrupt("ndjson", "TERM", "143\n");
    interrupt("ndjson", "HUP", "129\n");
    interrupt("ctf", "TERM", "143\n"); /* a folder */
    interrupt("perf", "HUP", "129\n"); /* with scratch files */
}
END_TEST

START_TEST(too_little_memory_is_said)
{
    if (SANITIZED) /* needs terabytes of addresses */
        return;
    expect("ulimit -v 400000; $Q run --json --segments tests/cli/long.json -o \"$D\"/out; "
           "code=$?; ls -A \"$D\"; (exit $code)",
           2, "", "quanta: out of memory: ");
}
END_TEST

/* ---- one file twice ------------------------------------------------------------------------ */

START_TEST(what_is_read_is_not_overwritten)
{
    expect("cp " LESSON " $D/a; for c in run compare 'run --explain' 'export --to node'; do "
           "$Q $c $D/a -o $D/../${D##*/}/a || echo $?; done; cmp " LESSON " $D/a",
           0, "2\n2\n2\n2\n", "is read: not overwritten");
    expect("cp " LESSON " $D/a; ln $D/a $D/b; $Q diff $D/a#x $D/a#y -o $D/b", 2, "",
           "/b is read");
    expect("cp tests/traces/linux-6.18-perf-script.txt $D/a; $Q import $D/a -o $D/a", 2, "",
           "is read");
    expect("cp " LESSON " $D/a; echo old >$D/b; $Q run $D/a -o $D/b", 0, "", NULL);
}
END_TEST

START_TEST(standard_input_is_read_once)
{
    expect("$Q compare - - <" LESSON, 2, "", "can be read only once");
    expect("$Q plot --sweep /machine/cores=1..3 - <" LESSON, 2, "", "reads its file again");
    expect("$Q diff - -v 'four cores' -v 'one event loop' <" LESSON " | head -n 1", 0,
           "They differ from the beginning on; at 0:\n", NULL);
    expect("$Q run --digest - <" LESSON " | sed 's/<stdin>//;s/-//' | wc -l | tr -d ' '", 0,
           "4\n", NULL);
}
END_TEST

START_TEST(other_encodings_are_named)
{
    expect("printf '\\377\\376{\\0}\\0' >$D/a; $Q check $D/a", 2, "", "UTF-16");
    expect("printf '\\376\\377\\0{\\0}' >$D/a; $Q check $D/a", 2, "", "UTF-16");
    expect("printf '\\357\\273\\277{}' >$D/a; $Q check $D/a", 2, "", "a byte order mark");
    expect("sed 's/$/\\r/' " LESSON " >$D/a; $Q check -q $D/a", 0, "", NULL);
}
END_TEST

/* ---- options ------------------------------------------------------------------------------- */

START_TEST(options_of_a_sweep_make_it_one)
{
    expect("$Q plot --sweep /machine/cores=1..3 -o $D/a.svg " LESSON
           "; $Q plot --kind sweep --sweep /machine/cores=1..3 -o $D/b.svg " LESSON
           "; cmp $D/a.svg $D/b.svg",
           0, "", NULL);
    expect("$Q plot --kind heat --sweep /machine/cores=1..3 " LESSON, 2, "",
           "not for --kind heat");
    expect("$Q plot --kind timeline --metric /end " LESSON, 2, "", "not for --kind timeline");
    expect("$Q plot --metric /end " LESSON, 2, "", "which parameter?");
}
END_TEST

/* Calls `check` with each command's name and each of its options, as `quanta help` lists them. */
static void each_option(void (*check)(const char *command, const char *option))
{
    struct command_result all = shell(
        "$Q help | sed -n '/^commands/,/^$/s/^  \\([a-z]*\\) .*/\\1/p' | while read -r c; do "
        "$Q help $c | sed -n '/^options/,/^$/s/^  \\(-., \\)*--\\([a-z-]*\\).*/\\2/p' | "
        "sed \"s/^/$c /\"; done");
    int n = 0;

    for (char *line = all.out, *end; (end = strchr(line, '\n')); line = end + 1, n++) {
        char *option = strchr(line, ' ');

        *end = '\0';
        ck_assert_ptr_nonnull(option);
        *option = '\0';
        check(line, option + 1);
    }
    ck_assert_int_gt(n, 50);
    command_result_free(&all);
}

/* It is known; and where one letter is missing, it is what was meant. */
static void option_is_there(const char *command, const char *option)
{
    struct text t = {0};

    text_addf(&t, "$Q %s --%s=x --help 2>&1 | grep -c 'unknown option'", command, option);
    expect(t.data, 1, "0\n", NULL);
    t.len = 0;
    text_addf(&t, "$Q %s --%s-", command, option);
    expect(t.data, 2, "", "hint: did you mean --");
    text_release(&t);
}

START_TEST(every_option_of_the_help_is_there)
{
    each_option(option_is_there);
}
END_TEST

START_TEST(every_option_of_the_readme_is_in_some_help)
{
    expect(
        "for c in run compare check export import diff models plot help; do $Q help $c; done "
        ">$D/help; sed -n '/^## Commands/,/^## A page/p;/^## Pictures/,/^## Commands/p' "
        "README.md | grep -o -- '`--[a-z-]*' | tr -d '`' | sort -u | while read -r o; do "
        "grep -q -- \"$o\" $D/help || echo \"$o\"; done",
        0, "", NULL);
}
END_TEST

START_TEST(exit_codes_are_the_same_in_help_manual_and_readme)
{
    expect("$Q help | sed -n '/^exit codes/,/^$/s/^  \\([0-9]\\) .*/\\1/p' | tr -d '\\n'; "
           "for n in 0 1 2 3 4; do grep -Eq \"(; |: )$n [a-z]\" README.md || echo \"$n\"; done",
           0, "01234", NULL);
}
END_TEST

START_TEST(every_example_of_the_help_runs)
{
    expect(
        "for c in run compare check export import diff models plot help; do $Q help $c; done | "
        "sed -n 's/^  \\(quanta .*configs.*\\)/\\1/p' | sed \"s|-o [^ ]*\\.|-o $D/x.|\" | sort "
        "-u "
        ">$D/lines; grep -c quanta $D/lines >$D/n; [ $(cat $D/n) -ge 5 ] || echo few; "
        "while read -r line; do eval \"$Q ${line#quanta}\" >$D/o 2>&1 </dev/null; "
        "code=$?; [ $code -le 1 ] || { echo \"$line: $code\"; cat $D/o; }; done <$D/lines",
        0, "", NULL);
}
END_TEST

Suite *cli_files_suite(void)
{
    Suite *s = suite_create("cli_files");
    TCase *tc = tcase_create("files");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, a_full_disk_is_said_by_every_command);
    tcase_add_test(tc, an_output_that_cannot_be_opened_is_said_by_every_command);
    tcase_add_test(tc, a_closed_pipe_ends_the_command_without_a_word);
    tcase_add_test(tc, an_interrupted_command_leaves_nothing_behind);
    tcase_add_test(tc, too_little_memory_is_said);
    tcase_add_test(tc, what_is_read_is_not_overwritten);
    tcase_add_test(tc, standard_input_is_read_once);
    tcase_add_test(tc, other_encodings_are_named);
    tcase_add_test(tc, options_of_a_sweep_make_it_one);
    tcase_add_test(tc, every_option_of_the_help_is_there);
    tcase_add_test(tc, every_option_of_the_readme_is_in_some_help);
    tcase_add_test(tc, exit_codes_are_the_same_in_help_manual_and_readme);
    tcase_add_test(tc, every_example_of_the_help_runs);
    suite_add_tcase(s, tc);
    return s;
}
