/* test_import.c - schedules that others recorded: kernels' text in all its spellings, Chrome's
 * JSON, our own exports read back, a real kernel's trace, and what is no trace at all. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base.h"
#include "tests/imports.h"
#include "tests/support.h"

/* ---- one schedule, all spellings ----------------------------------------------------------- */

/* "my shell" runs 0..3 ms, is preempted by a kworker 3..4 ms, runs on 4..5 ms, sleeps till 9 ms,
 * and ends at 10 ms; the kworker waits for a disk from 4 to 6 ms, on the other core. */
static const char as_ftrace[] =
    "# tracer: nop\n"
    "#           TASK-PID     TGID    CPU#  |||||  TIMESTAMP  FUNCTION\n"
    "          <idle>-0       (-----) [001] d..2. 7.000000: sched_switch: prev_comm=swapper/1 "
    "prev_pid=0 prev_prio=120 prev_state=R ==> next_comm=my shell next_pid=70 next_prio=125\n"
    "        my shell-70      (   70) [001] d..2. 7.003000: sched_waking: comm=kworker/1:2 "
    "pid=9 prio=120 target_cpu=001\n"
    "        my shell-70      (   70) [001] d..2. 7.003000: sched_switch: prev_comm=my shell "
    "prev_pid=70 prev_prio=125 prev_state=R+ ==> next_comm=kworker/1:2 next_pid=9 "
    "next_prio=120\n"
    "     kworker/1:2-9       (    9) [001] d..2. 7.004000: sched_switch: "
    "prev_comm=kworker/1:2 "
    "prev_pid=9 prev_prio=120 prev_state=D ==> next_comm=my shell next_pid=70 next_prio=125\n"
    "        my shell-70      (   70) [001] d..2. 7.005000: sched_switch: prev_comm=my shell "
    "prev_pid=70 prev_prio=125 prev_state=S ==> next_comm=swapper/1 next_pid=0 next_prio=120\n"
    "          <idle>-0       (-----) [000] d..2. 7.006000: sched_wakeup: comm=kworker/1:2 "
    "pid=9 "
    "prio=120 target_cpu=000\n"
    "          <idle>-0       (-----) [000] d..2. 7.006000: sched_switch: prev_comm=swapper/0 "
    "prev_pid=0 prev_prio=120 prev_state=R ==> next_comm=kworker/1:2 next_pid=9 next_prio=120\n"
    "     kworker/1:2-9       (    9) [000] d..2. 7.007500: sched_switch: "
    "prev_comm=kworker/1:2 "
    "prev_pid=9 prev_prio=120 prev_state=I ==> next_comm=swapper/0 next_pid=0 next_prio=120\n"
    "          <idle>-0       (-----) [001] d..2. 7.009000: sched_waking: comm=my shell pid=70 "
    "prio=125 target_cpu=001\n"
    "          <idle>-0       (-----) [001] d..2. 7.009000: sched_switch: prev_comm=swapper/1 "
    "prev_pid=0 prev_prio=120 prev_state=R ==> next_comm=my shell next_pid=70 next_prio=125\n"
    "        my shell-70      (   70) [001] d..2. 7.010000: sched_switch: prev_comm=my shell "
    "prev_pid=70 prev_prio=125 prev_state=Z ==> next_comm=swapper/1 next_pid=0 next_prio=120\n";

/* As libtraceevent's plugins write it. */
static const char as_trace_cmd[] =
    "cpus=2\n"
    "          <idle>-0     [001]     7.000000: sched_switch:         swapper/1:0 [120] R ==> "
    "my "
    "shell:70 [125]\n"
    "        my shell-70    [001]     7.003000: sched_waking:         comm=kworker/1:2 pid=9 "
    "prio=120 target_cpu=001\n"
    "        my shell-70    [001]     7.003000: sched_switch:         my shell:70 [125] R+ ==> "
    "kworker/1:2:9 [120]\n"
    "     kworker/1:2-9     [001]     7.004000: sched_switch:         kworker/1:2:9 [120] D "
    "==> "
    "my shell:70 [125]\n"
    "        my shell-70    [001]     7.005000: sched_switch:         my shell:70 [125] S ==> "
    "swapper/1:0 [120]\n"
    "          <idle>-0     [000]     7.006000: sched_wakeup:         kworker/1:2:9 [120] "
    "success=1 CPU:000\n"
    "          <idle>-0     [000]     7.006000: sched_switch:         swapper/0:0 [120] R ==> "
    "kworker/1:2:9 [120]\n"
    "     kworker/1:2-9     [000]     7.007500: sched_switch:         kworker/1:2:9 [120] I "
    "==> "
    "swapper/0:0 [120]\n"
    "          <idle>-0     [001]     7.009000: sched_waking:         my shell:70 [125] "
    "CPU:001\n"
    "          <idle>-0     [001]     7.009000: sched_switch:         swapper/1:0 [120] R ==> "
    "my "
    "shell:70 [125]\n"
    "        my shell-70    [001]     7.010000: sched_switch:         my shell:70 [125] Z ==> "
    "swapper/1:0 [120]\n";

/* Words changed throughout, the caller frees it. */
static char *replaced(const char *text, const char *old, const char *new)
{
    struct text t = {0};
    const char *at;

    while ((at = strstr(text, old))) {
        text_add_len(&t, text, (size_t)(at - text));
        text_add(&t, new);
        text = at + strlen(old);
    }
    text_add(&t, text);
    return text_take(&t);
}

/* States as bits, as `trace-cmd report -R` has them. */
static char *with_numbers(const char *text)
{
    static const char *const states[][2] = {
        {"prev_state=R+", "prev_state=0x100"}, {"prev_state=R", "prev_state=0"},
        {"prev_state=S", "prev_state=1"},      {"prev_state=D", "prev_state=2"},
        {"prev_state=I", "prev_state=128"},    {"prev_state=Z", "prev_state=0x20"}};
    char *t = sim_strdup(text);

    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        char *next = replaced(t, states[i][0], states[i][1]);

        free(t);
        t = next;
    }
    return t;
}

/* As perf script has them: another column in front, and the group of the event. */
static char *as_perf(const char *text)
{
    char *group = replaced(text, ": sched_", ":       sched:sched_");
    char *flags = replaced(group, "] d..2. ", "] ");
    char *shell = replaced(flags, "        my shell-70      (   70) [", "my shell    70 [");
    char *idle = replaced(shell, "          <idle>-0       (-----) [", "swapper     0 [");
    char *worker = replaced(idle, "     kworker/1:2-9       (    9) [", "kworker/1:2     9 [");
    char *bare = sim_strdup(strchr(strchr(worker, '\n') + 1, '\n') + 1);

    free(group);
    free(flags);
    free(shell);
    free(idle);
    free(worker);
    return bare;
}

/* All but the title, which is the file's name. */
static const char *body_of(const char *recorded)
{
    const char *at = strchr(recorded, '\n');

    ck_assert_ptr_nonnull(at);
    at = strstr(at, "\"unit\"");
    ck_assert_ptr_nonnull(at);
    return at;
}

static void same_as_ftrace(char *text, const char *what)
{
    char *said, *other, *want, *got;

    want = import_string(as_ftrace, NULL, &said);
    ck_assert_msg(want != NULL, "%s", said);
    free(said);
    got = import_string(text, NULL, &said);
    ck_assert_msg(got != NULL, "%s: %s", what, said);
    other = strstr(said, "events of 2 threads on 2 cores");
    ck_assert_msg(other != NULL, "%s: %s", what, said);
    ck_assert_msg(strcmp(body_of(want), body_of(got)) == 0, "%s:\n%s\n%s", what, want, got);
    free(said);
    free(want);
    free(got);
    free(text);
}

START_TEST(all_spellings_of_one_schedule_are_one_recording)
{
    char *raw = with_numbers(as_ftrace);

    same_as_ftrace(sim_strdup(as_trace_cmd), "trace-cmd report");
    same_as_ftrace(as_perf(as_ftrace), "perf script");
    same_as_ftrace(replaced(as_ftrace, "000: sched", "000000: sched"), "nanoseconds");
    same_as_ftrace(replaced(as_ftrace, "\n", "\r\n"), "CRLF");
    same_as_ftrace(raw, "trace-cmd report -R");
}
END_TEST

START_TEST(a_schedule_gets_its_numbers)
{
    char *said, *recorded = import_string(as_ftrace, NULL, &said);
    struct result r;
    const cJSON *tasks, *shell, *worker;

    ck_assert_msg(recorded != NULL, "%s", said);
    r = run_text(recorded);
    tasks = member(r.json, "tasks");
    shell = member(tasks, "my shell-70");
    worker = member(tasks, "kworker/1:2-9");
    ck_assert_str_eq(quanta_outcome(r.run), "until");
    ck_assert_int_eq(quanta_end(r.run), MS(10));
    ck_assert_double_eq(member(shell, "cpu")->valuedouble, 5e6);
    ck_assert_double_eq(member(shell, "waiting")->valuedouble, 1e6);
    ck_assert_double_eq(member(member(shell, "blocked"), "sleep")->valuedouble, 4e6);
    ck_assert_double_eq(member(shell, "preemptions")->valuedouble, 1);
    ck_assert_double_eq(member(shell, "completion")->valuedouble, 10e6);
    ck_assert_double_eq(member(worker, "arrival")->valuedouble, 3e6);
    ck_assert_double_eq(member(member(worker, "blocked"), "io")->valuedouble, 2e6);
    ck_assert_double_eq(member(worker, "migrations")->valuedouble, 1);
    ck_assert(cJSON_IsNull(member(worker, "completion")));
    ck_assert_int_eq(number_at(&r, "/cores/0/user"), US(1500));
    ck_assert_int_eq(number_at(&r, "/cores/1/user"), MS(6));
    ck_assert_int_eq(number_at(&r, "/summary/context_switches"), 2);
    ck_assert_ptr_nonnull(strstr(recorded, "\"nice\":5"));
    result_free(&r);
    free(said);
    free(recorded);
}
END_TEST

/* ---- what is missing -------------------------------------------------------------------------- */

START_TEST(lines_out_of_order_are_merged_by_time)
{
    char *said, *want = import_string(as_ftrace, NULL, &said), *got;
    struct text t = {0};
    const char *at = as_ftrace;

    free(said);
    for (int cpu = 0; cpu < 2; cpu++) /* as one buffer after the other */
        for (at = as_ftrace; *at; at = strchr(at, '\n') + 1)
            if (strncmp(at + 33, cpu ? "[001]" : "[000]", 5) == 0)
                text_add_len(&t, at, (size_t)(strchr(at, '\n') - at) + 1);
    got = import_string(t.data, NULL, &said);
    ck_assert_msg(got != NULL, "%s", said);
    ck_assert_str_eq(strstr(want, "{\"t\":"), strstr(got, "{\"t\":"));
    free(said);
    free(want);
    free(got);
    text_release(&t);
}
END_TEST

START_TEST(gaps_are_counted_and_filled)
{
    char *hole = replaced(as_ftrace, "prev_state=D", "prev_state=D "), *said, *recorded;
    char *line = strstr(hole, "     kworker/1:2-9       (    9) [001]");
    struct result r;

    memset(line, ' ', (size_t)(strchr(line, '\n') - line)); /* who takes the core is not told */
    recorded = import_string(hole, NULL, &said);
    ck_assert_msg(recorded != NULL, "%s", said);
    ck_assert_msg(strstr(said, "1 lines that say nothing"), "%s", said);
    ck_assert_msg(strstr(said, "some are missing"), "%s", said);
    r = run_text(recorded);
    ck_assert_int_eq(quanta_end(r.run), MS(10));
    result_free(&r);
    free(said);
    free(recorded);
    free(hole);
}
END_TEST

START_TEST(lost_events_are_told)
{
    char *lost = replaced(as_ftrace, "#           TASK", "CPU:1 [LOST 1234 EVENTS]\n# TASK");
    char *said, *recorded = import_string(lost, NULL, &said);

    ck_assert_msg(recorded != NULL, "%s", said);
    ck_assert_msg(strstr(said, "1234 events were lost"), "%s", said);
    free(said);
    free(recorded);
    free(lost);
}
END_TEST

/* ---- our own, read back ------------------------------------------------------------------------ */

struct interval {
    int64_t from, to;
    bool runs;
};

/* Of one core, neighbours of one task joined. */
static size_t intervals_of(const cJSON *json, int core, struct interval *list, size_t room)
{
    const cJSON *s;
    const char *task = "";
    size_t n = 0;

    cJSON_ArrayForEach(s, member(json, "segments"))
    {
        const cJSON *name = member(s, "task");
        int64_t from = (int64_t)member(s, "from")->valuedouble;
        int64_t to = (int64_t)member(s, "to")->valuedouble;
        bool runs = strcmp(member(s, "kind")->valuestring, "switch") != 0;

        if ((int)member(s, "core")->valuedouble != core)
            continue;
        ck_assert(cJSON_IsString(name));
        if (n > 0 && list[n - 1].to == from && list[n - 1].runs == runs &&
            strcmp(task, name->valuestring) == 0) {
            list[n - 1].to = to;
            continue;
        }
        ck_assert_uint_lt(n, room);
        task = name->valuestring;
        list[n++] = (struct interval){from, to, runs};
    }
    return n;
}

static void same_cores(const char *where, const cJSON *a, const cJSON *b)
{
    static struct interval x[20000], y[20000];

    for (int core = 0; core < cJSON_GetArraySize(member(b, "cores")); core++) {
        size_t n = intervals_of(a, core, x, ARRAY_LEN(x)),
               m = intervals_of(b, core, y, ARRAY_LEN(y));

        ck_assert_msg(n == m, "%s: core %d has %zu intervals, and %zu", where, core, n, m);
        for (size_t i = 0; i < n; i++)
            ck_assert_msg(x[i].from == y[i].from && x[i].to == y[i].to &&
                              x[i].runs == y[i].runs,
                          "%s: core %d: %" PRId64 "..%" PRId64 " and %" PRId64 "..%" PRId64,
                          where, core, x[i].from, x[i].to, y[i].from, y[i].to);
    }
}

static double blocked_of(const cJSON *task)
{
    const cJSON *b;
    double sum = 0;

    cJSON_ArrayForEach(b, member(task, "blocked")) sum += b->valuedouble;
    return sum;
}

/* The task "name-1234", spaces of the name made fit for a kernel. */
static const cJSON *task_called(const cJSON *tasks, const char *name)
{
    const cJSON *t;
    size_t len = strlen(name);

    cJSON_ArrayForEach(t, tasks)
    {
        size_t i = 0;

        while (i < len && (t->string[i] == name[i] || (name[i] == ' ' && t->string[i] == '_')))
            i++;
        if (i == len && t->string[i] == '-')
            return t;
    }
    ck_abort_msg("no task %s", name);
    return NULL;
}

static void same_tasks(const char *where, const cJSON *a, const cJSON *b)
{
    static const char *const keys[] = {"arrival", "completion", "cpu", "waiting"};
    const cJSON *x;

    ck_assert_int_eq(cJSON_GetArraySize(member(a, "tasks")),
                     cJSON_GetArraySize(member(b, "tasks")));
    cJSON_ArrayForEach(x, member(a, "tasks"))
    {
        const cJSON *y = task_called(member(b, "tasks"), x->string);

        for (size_t i = 0; i < ARRAY_LEN(keys); i++)
            ck_assert_msg(member(x, keys[i])->valuedouble == member(y, keys[i])->valuedouble,
                          "%s: %s, %s: %s", where, x->string, y->string, keys[i]);
        ck_assert_msg(blocked_of(x) == blocked_of(y), "%s: %s: blocked", where, x->string);
    }
}

static void check_read_back(const char *path, const char *format)
{
    static const struct quanta_options options = {
        .segments = true, .tasks = true, .numbers = true};
    char *errors, *said, *exported, *recorded, *json;
    struct quanta_config *cfg = quanta_read(path, &errors);

    ck_assert_msg(cfg != NULL, "%s", errors);
    for (size_t v = 0; v < quanta_variants(cfg); v++) {
        struct quanta_run *run = quanta_run(cfg, v, &options);
        struct result r;
        cJSON *a;

        exported = export_text(cfg, v, format);
        recorded = import_string(exported, NULL, &said);
        ck_assert_msg(recorded != NULL, "%s: %s", path, said);
        r = run_text(recorded);
        json = quanta_json(run, false);
        a = cJSON_Parse(json);
        same_cores(path, a, r.json);
        same_tasks(path, a, r.json);
        cJSON_Delete(a);
        free(json);
        result_free(&r);
        quanta_run_free(run);
        free(said);
        free(exported);
        free(recorded);
    }
    quanta_config_free(cfg);
}

static const char *const read_back[] = {
    "configs/lessons/03-blocking-io.json",
    "configs/lessons/04-what-a-context-switch-costs.json",
    "configs/lessons/06-convoy-effect.json",
    "configs/lessons/09-device-as-the-bottleneck.json",
    "configs/lessons/13-priorities-and-starvation.json",
    "configs/lessons/14-mlfq.json",
    "configs/lessons/18-a-lost-update.json",
    "configs/lessons/19-a-deadlock.json",
    "configs/lessons/22-priority-inversion.json",
    "configs/races/dining-philosophers.json",
    "configs/races/lost-update.json",
};

START_TEST(our_ftrace_comes_back_as_the_same_schedule)
{
    check_read_back(read_back[_i], "ftrace");
}
END_TEST

/* A run of no time is no slice, so not all tasks are told to end there. */
static const char *const read_back_chrome[] = {
    "configs/lessons/02-cpu-busy-and-idle.json",
    "configs/lessons/04-what-a-context-switch-costs.json",
    "configs/lessons/09-device-as-the-bottleneck.json",
    "configs/lessons/12-shortest-job-first.json",
    "configs/lessons/22-priority-inversion.json",
};

START_TEST(our_chrome_json_comes_back_as_the_same_schedule)
{
    check_read_back(read_back_chrome[_i], "chrome");
}
END_TEST

/* ---- a real kernel ------------------------------------------------------------------------------ */

static const char real[] = "tests/traces/linux-6.18-perf-script.txt";

/* For how long each core had a thread: from one switch to the next, by the lines alone. */
static void walk(const char *text, double busy[2], double *end)
{
    double since[2] = {-1, -1}, first = -1, at;
    bool has[2] = {false, false};

    for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
        const char *cpu = strchr(line, '['), *next = strstr(line, "next_pid=");
        int c = (int)strtol(cpu + 1, NULL, 10);

        at = strtod(strchr(cpu, ']') + 1, NULL);
        first = first < 0 ? at : first;
        *end = at - first;
        if (!next || next > strchr(line, '\n'))
            continue;
        if (since[c] < 0 ? !strstr(line, "prev_pid=0 ") : has[c])
            busy[c] += at - (since[c] < 0 ? first : since[c]);
        since[c] = at;
        has[c] = strtol(next + 9, NULL, 10) != 0;
    }
    for (int c = 0; c < 2; c++)
        if (has[c])
            busy[c] += first + *end - since[c];
}

START_TEST(a_real_trace_gives_what_its_lines_say)
{
    char *said, *recorded = import_file(real, NULL, &said), *text = read_file(real);
    double busy[2] = {0, 0}, end = 0;
    char *again;
    struct result r;

    ck_assert_msg(recorded != NULL, "%s", said);
    r = run_text(recorded);
    walk(text, busy, &end);
    ck_assert_double_eq_tol((double)quanta_end(r.run), end * 1e9, 1000);
    /* The core's first thread was elsewhere before, as far as is told; that time is nobody's. */
    ck_assert_double_eq_tol((double)number_at(&r, "/cores/0/user"), busy[0] * 1e9, 200000);
    ck_assert_double_eq_tol((double)number_at(&r, "/cores/1/user"), busy[1] * 1e9, 200000);
    ck_assert_int_gt(number_at(&r, "/summary/tasks"), 20);
    again = export_text(r.cfg, 0, "ndjson");
    ck_assert_str_eq(again, recorded);
    free(again);
    result_free(&r);
    free(said);
    free(text);
    free(recorded);
}
END_TEST

/* ---- what is wrong --------------------------------------------------------------------------------- */

static void refused(const char *text, const char *format, const char *want)
{
    char *said, *recorded = import_string(text, format, &said), *at;

    ck_assert_msg(recorded == NULL, "accepted: %s", text);
    at = strstr(said, "-XXXXXX");
    ck_assert_ptr_null(at);
    at = strchr(said + strlen("/tmp/quanta-import-"), ':');
    ck_assert_msg(at && strcmp(at, want) == 0, "%s\nexpected: %s", at ? at : said, want);
    free(said);
}

START_TEST(what_is_no_schedule_is_refused)
{
    refused("hello\n", NULL,
            ": error: this is no trace of a schedule that quanta knows\n"
            "    hint: name the format with --from: ftrace, perf-script, chrome\n");
    refused("", NULL,
            ": error: this is no trace of a schedule that quanta knows\n"
            "    hint: name the format with --from: ftrace, perf-script, chrome\n");
    refused("# tracer: nop\n", NULL,
            ": error: no thread takes a core in this trace\n"
            "    hint: record the events sched_switch, sched_waking, sched_process_fork and "
            "sched_process_exit\n");
    refused("# tracer: nop\nx [000] 1.5: sched_switch: prev_comm=a prev_pid=1\n", NULL,
            ":2:28: error: the fields of this event are not what they should be\n"
            "    x [000] 1.5: sched_switch: prev_comm=a prev_pid=1\n"
            "                               ^\n"
            "    hint: as `trace-cmd report` and `perf script` write it\n");
    refused("{\"a\":1}", "chrome",
            ":1:1: error: a Chrome trace has an array of events\n"
            "    {\"a\":1}\n"
            "    ^\n"
            "    hint: \"traceEvents\": [ ... ]\n");
    refused("[{\"ph\":\"X\",\"pid\":1,\"tid\":1,\"name\":\"f\"}]", NULL,
            ":1:2: error: /0: an event needs \"ts\": when it began\n"
            "    [{\"ph\":\"X\",\"pid\":1,\"tid\":1,\"name\":\"f\"}]\n"
            "     ^\n"
            "    hint: in microseconds: \"ts\": 12.5\n");
}
END_TEST

START_TEST(broken_lines_never_break_the_importer)
{
    struct text t = {0};
    size_t len = strlen(as_ftrace);

    for (size_t at = 200; at < len; at += 7) {
        char *said, *recorded;

        t.len = 0;
        text_add(&t, as_ftrace);
        t.data[at] = (char)('!' + at % 90);
        t.data[len - at / 3] = '\n';
        recorded = import_string(t.data, NULL, &said);
        if (recorded) {
            struct result r = run_text(recorded);

            result_free(&r);
        }
        free(said);
        free(recorded);
    }
    text_release(&t);
}
END_TEST

Suite *import_suite(void)
{
    Suite *suite = suite_create("import");
    TCase *tc = tcase_create("import");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, all_spellings_of_one_schedule_are_one_recording);
    tcase_add_test(tc, a_schedule_gets_its_numbers);
    tcase_add_test(tc, lines_out_of_order_are_merged_by_time);
    tcase_add_test(tc, gaps_are_counted_and_filled);
    tcase_add_test(tc, lost_events_are_told);
    tcase_add_loop_test(tc, our_ftrace_comes_back_as_the_same_schedule, 0,
                        ARRAY_LEN(read_back));
    tcase_add_loop_test(tc, our_chrome_json_comes_back_as_the_same_schedule, 0,
                        ARRAY_LEN(read_back_chrome));
    tcase_add_test(tc, a_real_trace_gives_what_its_lines_say);
    tcase_add_test(tc, what_is_no_schedule_is_refused);
    tcase_add_test(tc, broken_lines_never_break_the_importer);
    suite_add_tcase(suite, tc);
    return suite;
}
