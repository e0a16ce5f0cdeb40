/* test_exports.c - traces for others' tools: how bytes are put together, how a kernel would see
 * a run, the text formats to the byte, and what happens where it cannot be written.
 *
 * That the programs concerned read what is written is `make readers`' business. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plots/export.h"
#include "plots/protobuf.h"
#include "plots/sched_events.h"
#include "tests/feed.h"
#include "tests/support.h"

/* ---- protocol buffers -------------------------------------------------------------------- */

static void expect_bytes(struct proto *p, const char *want, size_t n)
{
    ck_assert_uint_eq(p->len, n);
    ck_assert_mem_eq(p->data, want, n);
    proto_clear(p);
}

START_TEST(messages_are_encoded_as_their_description_says)
{
    struct proto p = {0}, inner = {0};

    proto_number(&p, 1, 150); /* the example of the documentation */
    expect_bytes(&p, "\x08\x96\x01", 3);
    proto_text(&p, 2, "testing");
    expect_bytes(&p, "\x12\x07testing", 9);
    proto_number(&p, 1, 0);
    expect_bytes(&p, "\x08\x00", 2);
    proto_number(&p, 1, -2); /* in two's complement, ten bytes */
    expect_bytes(&p, "\x08\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11);
    proto_fixed64(&p, 47, 1); /* a field beyond 15 takes two bytes */
    expect_bytes(&p, "\xf9\x02\x01\0\0\0\0\0\0\0", 10);
    proto_number(&inner, 1, 150);
    proto_message(&p, 3, &inner);
    expect_bytes(&p, "\x1a\x03\x08\x96\x01", 5);
    proto_clear(&inner);
    proto_message(&p, 3, &inner);
    expect_bytes(&p, "\x1a\x00", 2);
    proto_release(&p);
    proto_release(&inner);
}
END_TEST

/* ---- as a kernel sees it ------------------------------------------------------------------ */

struct watched {
    struct trace_sink sink;
    struct sched_events events;
    struct text said;
};

static const char *who(const struct kthread *th)
{
    return th ? th->comm : "idle";
}

/* A line an event. */
static void say(void *to, const struct sched_event *e)
{
    static const char *const names[] = {"thread", "wake",      "migrate", "switch",
                                        "cost",   "cost over", "irq",     "irq over",
                                        "serve",  "gone",      "close"};
    struct watched *w = to;

    if (e->kind == SE_CLOSE)
        return;
    text_addf(&w->said, "%" PRId64 " %s", (e->at - SCHED_EVENTS_START) / 1000, names[e->kind]);
    if (e->kind == SE_SWITCH)
        text_addf(&w->said, " %" PRId32 ": %s %c %s", e->core, who(e->prev), e->state,
                  who(e->next));
    else if (e->thread)
        text_addf(&w->said, " %s", who(e->thread));
    if (e->kind == SE_SERVE)
        text_addf(&w->said, ": %s", e->task ? e->task : "-");
    text_add(&w->said, "\n");
}

static void watched_record(struct trace_sink *sink, const struct trace_rec *rec)
{
    sched_events_record(&container_of(sink, struct watched, sink)->events, rec);
}

static void watch(struct watched *w, struct feed *f, const char *config)
{
    char *text = with_quotes(config);

    memset(w, 0, sizeof(*w));
    feed_init(f, text);
    free(text);
    w->sink = (struct trace_sink){.kinds = TRACE_ALL, .record = watched_record};
    sched_events_init(&w->events, f->sc, say, w);
    trace_attach(&f->trace, &w->sink);
}

static void expect_said(struct watched *w, struct feed *f, const char *want)
{
    sched_events_finish(&w->events, f->now);
    text_add(&w->said, "");
    ck_assert_str_eq(w->said.data, want);
    sched_events_release(&w->events);
    text_release(&w->said);
    feed_release(f);
}

#define TWO                                                                                    \
    "{ 'machine': { 'cores': 2 }, 'devices': { 'disk': {} }, 'tasks': [ { 'name': 'A', 'do': " \
    "[ { 'cpu': 1 } ] }, { 'name': 'B', 'do': [ { 'cpu': 1 } ] } ] }"

/* Task `slot` gets thread `slot`, and is ready. */
static void begin_task(struct feed *f, int32_t slot)
{
    feed_arrive(f, slot, slot, 0);
    feed(f, TR_SERVES, 0, slot, slot + 1, slot);
    feed(f, TR_READY, -1, slot, READY_NEW, 0);
}

START_TEST(a_task_with_a_thread_of_its_own_comes_runs_waits_and_is_gone)
{
    struct watched w;
    struct feed f;

    watch(&w, &f, TWO);
    begin_task(&f, 0);
    feed(&f, TR_RUN, 1, 0, RUN_USER, SIM_NEVER);
    f.now = US(5);
    feed(&f, TR_STOP, 1, 0, STOP_BLOCKED, 0);
    feed(&f, TR_BLOCK, 0, 0, BLOCK_IO, 0);
    f.now = US(9);
    feed(&f, TR_READY, -1, 0, READY_WOKEN, 0);
    feed(&f, TR_SWITCH, 0, 0, US(1), 2);
    f.now = US(10);
    feed(&f, TR_RUN, 0, 0, RUN_USER, SIM_NEVER);
    f.now = US(12);
    feed(&f, TR_STOP, 0, 0, STOP_DONE, 0);
    feed_done(&f, 0);
    f.now = US(13);
    expect_said(&w, &f,
                "0 thread A\n0 wake A\n0 switch 1: idle R A\n5 switch 1: A D idle\n9 wake A\n"
                "9 migrate A\n9 switch 0: idle R A\n9 cost A\n10 cost over A\n"
                "12 switch 0: A X idle\n12 gone A\n");
}
END_TEST

START_TEST(one_instant_of_a_core_is_one_switch)
{
    struct watched w;
    struct feed f;

    watch(&w, &f, TWO);
    begin_task(&f, 0);
    begin_task(&f, 1);
    feed(&f, TR_RUN, 0, 0, RUN_USER, SIM_NEVER);
    f.now = US(2); /* its slice is over, and B gets the core */
    feed(&f, TR_STOP, 0, 0, STOP_EXPIRED, 0);
    feed(&f, TR_READY, -1, 0, READY_EXPIRED, 0);
    feed(&f, TR_RUN, 0, 1, RUN_USER, SIM_NEVER);
    f.now = US(4); /* B sleeps for no time at all, and has its core back */
    feed(&f, TR_STOP, 0, 1, STOP_BLOCKED, 0);
    feed(&f, TR_BLOCK, -1, 1, BLOCK_SLEEP, 0);
    feed(&f, TR_READY, -1, 1, READY_WOKEN, 0);
    feed(&f, TR_RUN, 0, 1, RUN_USER, SIM_NEVER);
    f.now = US(6); /* and again, but A is first: so B has slept, and waits */
    feed(&f, TR_STOP, 0, 1, STOP_BLOCKED, 0);
    feed(&f, TR_BLOCK, -1, 1, BLOCK_SLEEP, 0);
    feed(&f, TR_READY, -1, 1, READY_WOKEN, 0);
    feed(&f, TR_RUN, 0, 0, RUN_USER, SIM_NEVER);
    f.now = US(7);
    expect_said(&w, &f,
                "0 thread A\n0 wake A\n0 thread B\n0 wake B\n0 switch 0: idle R A\n"
                "2 switch 0: A R B\n6 switch 0: B S A\n6 wake B\n7 switch 0: A R idle\n");
}
END_TEST

/* B begins as A ends, in A's slot, and takes no time: on the other core, then on A's own. */
START_TEST(a_thread_has_its_end_though_its_slot_is_anothers_in_the_same_instant)
{
    static const char *const want[2] = {
        "3 switch 1: idle R B\n3 switch 0: A X idle\n3 gone A\n3 switch 1: B X idle\n"
        "3 gone B\n",
        "3 switch 0: A X B\n3 gone A\n3 switch 0: B X idle\n3 gone B\n"};
    struct watched w;
    struct feed f;
    char said[256];

    watch(&w, &f, TWO);
    begin_task(&f, 0);
    feed(&f, TR_RUN, 0, 0, RUN_USER, SIM_NEVER);
    f.now = US(3);
    feed(&f, TR_STOP, 0, 0, STOP_DONE, 0);
    feed_done(&f, 0);
    feed_arrive(&f, 0, 1, 0);
    feed(&f, TR_SERVES, 0, 0, 2, 0);
    feed(&f, TR_READY, -1, 0, READY_NEW, 0);
    feed(&f, TR_RUN, _i == 0 ? 1 : 0, 0, RUN_USER, SIM_NEVER);
    feed(&f, TR_STOP, _i == 0 ? 1 : 0, 0, STOP_DONE, 0);
    feed_done(&f, 0);
    f.now = US(4);
    (void)snprintf(said, sizeof(said),
                   "0 thread A\n0 wake A\n0 switch 0: idle R A\n3 thread B\n3 wake B\n%s",
                   want[_i]);
    expect_said(&w, &f, said);
}
END_TEST

START_TEST(a_thread_may_be_preempted_while_it_is_switched_to)
{
    struct watched w;
    struct feed f;

    watch(&w, &f, TWO);
    begin_task(&f, 0);
    feed(&f, TR_SWITCH, 0, 0, US(3), 1);
    f.now = US(1);
    begin_task(&f, 1);
    feed(&f, TR_READY, -1, 0, READY_PREEMPTED, 0); /* no stop: it had not begun */
    feed(&f, TR_SWITCH, 0, 1, US(3), 1);
    f.now = US(4);
    feed(&f, TR_RUN, 0, 1, RUN_USER, SIM_NEVER);
    expect_said(&w, &f,
                "0 thread A\n0 wake A\n0 switch 0: idle R A\n0 cost A\n1 thread B\n1 wake B\n"
                "1 cost over A\n1 switch 0: A R B\n1 cost B\n4 cost over B\n"
                "4 switch 0: B R idle\n");
}
END_TEST

START_TEST(interrupts_are_told_in_order_of_time)
{
    struct watched w;
    struct feed f;

    watch(&w, &f, TWO);
    begin_task(&f, 0);
    feed(&f, TR_IRQ, 0, -1, US(5), 0);
    f.now = US(2); /* the second waits for the first */
    feed(&f, TR_IRQ, 0, -1, US(4), 0);
    f.now = US(7);
    feed(&f, TR_RUN, 1, 0, RUN_USER, SIM_NEVER);
    f.now = US(8); /* the end comes while the second is at work */
    expect_said(&w, &f,
                "0 thread A\n0 wake A\n0 irq\n5 irq over\n5 irq\n7 switch 1: idle R A\n"
                "8 switch 1: A R idle\n8 irq over\n");
}
END_TEST

START_TEST(tasks_of_a_pool_come_and_go_on_its_threads)
{
    struct watched w;
    struct feed f;

    watch(
        &w, &f,
        "{ 'executors': { 'pool': { 'kind': 'pool', 'threads': 1 } }, 'tasks': [ { 'name': "
        "'A', "
        "'on': 'pool', 'do': [ { 'cpu': 1 } ] }, { 'name': 'B', 'on': 'pool', 'do': [ { 'cpu': "
        "1 } ] } ] }");
    feed_arrive(&f, 0, 0, 0);
    feed_arrive(&f, 1, 1, 0);
    feed(&f, TR_SERVES, 1, 0, 1, 0);
    feed(&f, TR_READY, -1, 0, READY_NEW, 0);
    feed(&f, TR_RUN, 0, 0, RUN_USER, SIM_NEVER);
    f.now = US(3); /* the thread goes on with B: a core notices nothing */
    feed(&f, TR_STOP, 0, 0, STOP_DONE, 0);
    feed_done(&f, 0);
    feed(&f, TR_SERVES, 1, 1, 1, 0);
    feed(&f, TR_READY, -1, 1, READY_NEW, 0);
    feed(&f, TR_RUN, 0, 1, RUN_USER, SIM_NEVER);
    f.now = US(5);
    feed(&f, TR_STOP, 0, 1, STOP_DONE, 0);
    feed_done(&f, 1);
    f.now = US(6);
    expect_said(&w, &f,
                "0 thread pool#1\n0 serve pool#1: A\n0 wake pool#1\n0 switch 0: idle R pool#1\n"
                "3 serve pool#1: -\n3 serve pool#1: B\n5 serve pool#1: -\n"
                "5 switch 0: pool#1 S idle\n");
}
END_TEST

START_TEST(names_of_threads_are_a_kernels)
{
    static const struct {
        const char *name, *comm;
    } names[] = {
        {"A", "A"},
        {"a very long name indeed", "a_very_long_nam"},
        {"request handler", "request_handler"},
        {"request handlers", "request_handler"},
        {"ääääääää", "äääääää"}, /* no half characters: 14 bytes of 16 */
    };
    static const struct {
        uint64_t copy;
        const char *comm;
    } copies[] = {{7, "request_handl#7"}, {12345, "request_h#12345"}};
    struct watched w;
    struct feed f;

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        watch(&w, &f, TWO);
        feed_spawn(&f, 0, 0, 1, names[i].name);
        feed(&f, TR_SERVES, 0, 0, 1, 0);
        ck_assert_str_eq(sched_events_thread(&w.events, 0)->comm, names[i].comm);
        ck_assert_int_eq(sched_events_thread(&w.events, 0)->pid, 1001);
        sched_events_release(&w.events);
        text_release(&w.said);
        feed_release(&f);
    }
    for (size_t i = 0; i < ARRAY_LEN(copies); i++) {
        watch(&w, &f,
              "{ 'tasks': [ { 'name': 'request handler', 'count': 2, 'do': [ { 'cpu': 1 } ] } "
              "] }");
        feed_arrive(&f, 0, 0, (int64_t)copies[i].copy);
        feed(&f, TR_SERVES, 0, 0, 1, 0);
        ck_assert_str_eq(sched_events_thread(&w.events, 0)->comm, copies[i].comm);
        sched_events_release(&w.events);
        text_release(&w.said);
        feed_release(&f);
    }
}
END_TEST

START_TEST(a_trace_that_does_not_tell_of_threads_has_one_a_task)
{
    struct watched w;
    struct feed f;

    watch(&w, &f, TWO);
    feed_arrive(&f, 0, 0, 0);
    feed(&f, TR_RUN, 0, 0, RUN_USER, SIM_NEVER);
    f.now = US(1);
    feed(&f, TR_STOP, 0, 0, STOP_DONE, 0);
    feed_done(&f, 0);
    expect_said(&w, &f, "0 thread A\n0 switch 0: idle R A\n1 switch 0: A X idle\n1 gone A\n");
}
END_TEST

/* ---- formats -------------------------------------------------------------------------------- */

/* Keeps files in memory; fails with the write or open number `fails`, counted from 1. */
enum { FILES_MAX = 64 };
struct memory {
    struct quanta_writer writer;
    struct text files[FILES_MAX];
    char *names[FILES_MAX];
    int n, calls, fails;
    bool failed;
};

static bool call(struct memory *m)
{
    ck_assert_msg(!m->failed, "a failed writer is called again");
    m->failed = ++m->calls == m->fails;
    return !m->failed;
}

static bool memory_write(struct quanta_writer *w, int file, const void *bytes, size_t n)
{
    struct memory *m = container_of(w, struct memory, writer);

    ck_assert(file >= 0 && file < m->n);
    text_add_len(&m->files[file], bytes, n);
    return call(m);
}

static int memory_open(struct quanta_writer *w, const char *name)
{
    struct memory *m = container_of(w, struct memory, writer);

    ck_assert_int_lt(m->n, FILES_MAX);
    m->names[m->n] = name ? sim_strdup(name) : NULL;
    return call(m) ? m->n++ : -1;
}

static bool memory_append(struct quanta_writer *w, int file, int scratch)
{
    struct memory *m = container_of(w, struct memory, writer);

    ck_assert(scratch > 0 && scratch < m->n && !m->names[scratch]);
    if (m->files[scratch].len > 0)
        text_add_len(&m->files[file], m->files[scratch].data, m->files[scratch].len);
    text_release(&m->files[scratch]);
    return call(m);
}

static bool export_to(struct memory *m, const char *format, const char *path, int fails)
{
    char *errors = NULL;
    struct quanta_config *cfg = quanta_read(path, &errors);
    bool fine;

    ck_assert_msg(cfg != NULL, "%s", errors);
    memset(m, 0, sizeof(*m));
    m->writer = (struct quanta_writer){
        .write = memory_write, .open = memory_open, .append = memory_append};
    m->n = 1;
    m->fails = fails;
    fine = quanta_export(cfg, 0, format, &m->writer, &errors);
    quanta_text_free(errors);
    quanta_config_free(cfg);
    return fine;
}

static void memory_free(struct memory *m)
{
    for (int i = 0; i < FILES_MAX; i++) {
        text_release(&m->files[i]);
        free(m->names[i]);
    }
}

#define SMALL "tests/golden/export.json"

static const char *const texts[] = {"ftrace", "chrome", "vcd", "speedscope", "csv"};

START_TEST(text_formats_are_what_they_were)
{
    struct text path = {0};
    struct memory m;
    char *want;

    text_addf(&path, "tests/golden/export.%s", texts[_i]);
    want = read_file(path.data);
    ck_assert(export_to(&m, texts[_i], SMALL, 0));
    ck_assert_str_eq(m.files[0].data, want);
    memory_free(&m);
    text_release(&path);
    free(want);
}
END_TEST

/* Formats that listen to a run; the others have their own tests. */
static bool listens(const char *format)
{
    return export_find(format)->start != NULL;
}

START_TEST(a_writer_that_fails_is_left_alone_and_the_export_says_so)
{
    for (size_t i = 0; quanta_format_names[i]; i++) {
        const char *format = quanta_format_names[i];
        struct memory m;
        int calls;

        if (!listens(format))
            continue;
        ck_assert_msg(export_to(&m, format, SMALL, 0), "%s", format);
        calls = m.calls;
        ck_assert_int_gt(calls, 0);
        memory_free(&m);
        for (int fails = 1; fails <= calls; fails++) {
            ck_assert_msg(!export_to(&m, format, SMALL, fails), "%s %d", format, fails);
            memory_free(&m);
        }
    }
}
END_TEST

START_TEST(the_same_run_gives_the_same_bytes)
{
    for (size_t i = 0; quanta_format_names[i]; i++) {
        struct memory a, b;

        if (!listens(quanta_format_names[i]))
            continue;
        ck_assert(export_to(&a, quanta_format_names[i], "tests/cli/random.json", 0));
        ck_assert(export_to(&b, quanta_format_names[i], "tests/cli/random.json", 0));
        ck_assert_int_eq(a.n, b.n);
        for (int k = 0; k < a.n; k++) {
            ck_assert_uint_eq(a.files[k].len, b.files[k].len);
            if (a.files[k].len > 0)
                ck_assert_mem_eq(a.files[k].data, b.files[k].data, a.files[k].len);
        }
        memory_free(&a);
        memory_free(&b);
    }
}
END_TEST

START_TEST(the_table_says_all_of_each_format)
{
    for (size_t i = 0; quanta_format_names[i] || quanta_format(i); i++) {
        const struct quanta_format *f = quanta_format(i);

        ck_assert(f && quanta_format_names[i]);
        ck_assert_str_eq(f->name, quanta_format_names[i]);
        ck_assert(f->help && f->opens && f->suffix && f->suffix[0] == '.');
        ck_assert(export_find(f->name)->source != NULL);
        ck_assert((export_find(f->name)->start != NULL) !=
                  (export_find(f->name)->translate != NULL));
    }
    ck_assert(!export_find("nothing"));
}
END_TEST

/* ---- the command ------------------------------------------------------------------------------ */

static void expect_export(const char *arguments, int code, const char *in_err)
{
    struct command_result r;
    struct text t = {0};

    text_addf(&t, "%s export %s", quanta_path(), arguments);
    r = run_command(t.data);
    ck_assert_msg(r.code == code, "%s: exit code %d\n%s", arguments, r.code, r.err);
    ck_assert_msg(in_err ? strstr(r.err, in_err) != NULL : r.err[0] == '\0', "%s: %s",
                  arguments, r.err);
    command_result_free(&r);
    text_release(&t);
}

START_TEST(the_command_asks_for_what_it_needs)
{
    expect_export(SMALL, 2, "which format?\n    hint: --to=FORMAT; there are: perfetto, perf,");
    expect_export("--to perfeto " SMALL, 2, "did you mean \"perfetto\"?");
    expect_export(
        "--to csv configs/lessons/01-concurrency-vs-parallelism.json", 2,
        "which of the 4 variants?\n    hint: --variant=NAME; there are: \"one core, FIFO\"");
    expect_export("--to csv --variant nobody " SMALL, 2, "no variant \"nobody\"");
    expect_export("--to csv nowhere.json", 2, "No such file");
    expect_export("--to ctf " SMALL, 2, "ctf is a folder of files\n    hint: -o FOLDER");
    expect_export("--to csv " SMALL " >/dev/full", 4, "cannot write standard output");
    expect_export("--to perf -o /nowhere/x " SMALL, 4, "cannot write /nowhere/x");
    expect_export("--to perf -o /dev/full " SMALL, 4, "cannot write /dev/full");
}
END_TEST

static bool exists(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0;
}

START_TEST(files_and_folders_appear_whole_or_not_at_all)
{
    char folder[] = "/tmp/quanta-export-XXXXXX";
    struct command_result r;
    struct text t = {0};

    ck_assert_ptr_nonnull(mkdtemp(folder));
    text_addf(&t, "--to ctf -o %s/run.ctf/ " SMALL, folder);
    expect_export(t.data, 0, NULL);
    expect_export(t.data, 4, "Directory not empty\n    hint: it becomes a folder");
    text_release(&t);
    text_addf(&t, "--to perf -o %s/run.data " SMALL, folder);
    expect_export(t.data, 0, NULL);
    expect_export(t.data, 0, NULL); /* a file is replaced */
    text_release(&t);
    text_addf(&t, "%s/run.ctf/metadata", folder);
    ck_assert(exists(t.data));
    text_release(&t);
    text_addf(&t, "ls -A %s %s/run.ctf && rm -r %s", folder, folder, folder);
    r = run_command(t.data); /* and nothing is left beside them */
    ck_assert_ptr_nonnull(strstr(r.out, "run.ctf\nrun.data\n"));
    ck_assert_ptr_nonnull(strstr(r.out, "channel0_0\nmetadata\n"));
    ck_assert_ptr_null(strstr(r.out, "new"));
    command_result_free(&r);
    text_release(&t);
}
END_TEST

Suite *exports_suite(void)
{
    Suite *s = suite_create("exports");
    TCase *tc = tcase_create("exports");

    tcase_add_test(tc, messages_are_encoded_as_their_description_says);
    tcase_add_test(tc, a_task_with_a_thread_of_its_own_comes_runs_waits_and_is_gone);
    tcase_add_test(tc, one_instant_of_a_core_is_one_switch);
    tcase_add_loop_test(
        tc, a_thread_has_its_end_though_its_slot_is_anothers_in_the_same_instant, 0, 2);
    tcase_add_test(tc, a_thread_may_be_preempted_while_it_is_switched_to);
    tcase_add_test(tc, interrupts_are_told_in_order_of_time);
    tcase_add_test(tc, tasks_of_a_pool_come_and_go_on_its_threads);
    tcase_add_test(tc, names_of_threads_are_a_kernels);
    tcase_add_test(tc, a_trace_that_does_not_tell_of_threads_has_one_a_task);
    tcase_add_loop_test(tc, text_formats_are_what_they_were, 0, (int)ARRAY_LEN(texts));
    tcase_add_test(tc, a_writer_that_fails_is_left_alone_and_the_export_says_so);
    tcase_add_test(tc, the_same_run_gives_the_same_bytes);
    tcase_add_test(tc, the_table_says_all_of_each_format);
    tcase_add_test(tc, the_command_asks_for_what_it_needs);
    tcase_add_test(tc, files_and_folders_appear_whole_or_not_at_all);
    suite_add_tcase(s, tc);
    return s;
}
