/* test_recording.c - recorded traces: what comes back is what went out, byte for byte; what is
 * damaged is refused, by its exact message, and never gets as far as a sink. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/record_line.h"
#include "sim/rng.h"
#include "sim/trace_fields.h"
#include "tests/support.h"
#include "tests/workload.h"

static const struct quanta_options everything = {.segments = true,
                                                 .tasks = true,
                                                 .check = true,
                                                 .timeline = true,
                                                 .digest = true,
                                                 .numbers = true};

/* ---- there and back ------------------------------------------------------------------------- */

static void compare_texts(const char *what, const char *where, char *a, char *b)
{
    ck_assert_msg(strcmp(a, b) == 0, "%s: %s: the recorded run differs\n%s\n---\n%s", where,
                  what, a, b);
    free(a);
    free(b);
}

static void compare_runs(const char *where, const struct quanta_run *a,
                         const struct quanta_run *b)
{
    const struct quanta_look look = {.width = 100};
    char *violations = quanta_violations(b);

    ck_assert_msg(violations == NULL, "%s: %s", where, violations);
    ck_assert_msg(quanta_trouble(b) == NULL, "%s: %s", where, quanta_trouble(b));
    ck_assert_msg(quanta_digest(a) == quanta_digest(b), "%s: another digest", where);
    ck_assert_str_eq(quanta_outcome(a), quanta_outcome(b));
    ck_assert_int_eq(quanta_end(a), quanta_end(b));
    compare_texts("result", where, quanta_json(a, true), quanta_json(b, true));
    compare_texts("timeline", where, quanta_timeline(a, &look), quanta_timeline(b, &look));
    compare_texts("summary", where, quanta_summary(a, &look), quanta_summary(b, &look));
}

/* Records a variant and plays it; how many records there are. */
static uint64_t there_and_back(const char *where, const struct quanta_config *cfg,
                               size_t variant)
{
    char *errors, *recorded = export_text(cfg, variant, "ndjson");
    struct quanta_config *back =
        quanta_parse("trace.ndjson", recorded, strlen(recorded), &errors);
    struct quanta_run *a = quanta_run(cfg, variant, &everything), *b;
    uint64_t records;

    ck_assert_msg(back != NULL, "%s: %s", where, errors);
    ck_assert(quanta_is_recorded(back) && !quanta_is_recorded(cfg));
    ck_assert_uint_eq(quanta_variants(back), 1);
    ck_assert_str_eq(quanta_variant_name(back, 0), quanta_variant_name(cfg, variant));
    b = quanta_run(back, 0, &everything);
    compare_runs(where, a, b);
    compare_texts("a recording of the recording", where, export_text(back, 0, "ndjson"),
                  recorded);
    records = quanta_events(b);
    quanta_run_free(a);
    quanta_run_free(b);
    quanta_config_free(back);
    return records;
}

static const char *const folders[] = {"configs/lessons", "configs/textbook", "configs/races",
                                      "configs/servers"};
static const char *folder;

enum { RECORDS_ENOUGH = 100000 }; /* of one file: its other variants are as long */

static void check_config_file(const char *name)
{
    struct quanta_config *cfg;
    struct text path = {0};
    uint64_t records = 0;
    char *errors;

    text_addf(&path, "%s/%s", folder, name);
    cfg = quanta_read(path.data, &errors);
    ck_assert_msg(cfg != NULL, "%s", errors);
    for (size_t i = 0; i < quanta_variants(cfg) && records < RECORDS_ENOUGH; i++)
        records += there_and_back(path.data, cfg, i);
    ck_assert_uint_gt(records, 0);
    quanta_config_free(cfg);
    text_release(&path);
}

START_TEST(every_config_comes_back_as_it_was)
{
    folder = folders[_i];
    ck_assert_int_gt(each_json(folder, check_config_file), 1);
}
END_TEST

START_TEST(random_workloads_come_back_as_they_were)
{
    for (uint64_t seed = 1; seed <= 60; seed++) {
        char *config = workload(seed, seed % 2 ? WORKLOAD_SYNC : 0, NULL), *errors;
        struct quanta_config *cfg =
            quanta_parse("random.json", config, strlen(config), &errors);

        ck_assert_msg(cfg != NULL, "%s", errors);
        (void)there_and_back(config, cfg, 0);
        quanta_config_free(cfg);
        free(config);
    }
}
END_TEST

/* ---- lines ------------------------------------------------------------------------------------ */

static void compare_records(const struct trace_rec *a, const struct trace_rec *b)
{
    ck_assert_int_eq(a->at, b->at);
    ck_assert_int_eq(a->kind, b->kind);
    ck_assert_int_eq(a->place, b->place);
    ck_assert_int_eq(a->task, b->task);
    ck_assert_int_eq(a->arg, b->arg);
    ck_assert_int_eq(a->extra, b->extra);
    ck_assert((a->text != NULL) == (b->text != NULL));
    if (a->text)
        ck_assert_str_eq(a->text, b->text);
}

START_TEST(every_kind_of_record_is_a_line_and_back)
{
    static const char *const texts[] = {NULL, "", "a \"b\" \\ c", "tab\tnew\nline", "\xc3\xa9"};
    struct record_line rl = {.is_end = false};
    struct slip slip = {.at = 0};
    struct text t = {0};

    for (int kind = 0; kind < TR_COUNT; kind++)
        for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
            struct trace_rec rec = {SIM_TIME_MAX - 1, (uint8_t)kind, 3, 2, 1, 0, texts[i]};

            if (kind == TR_RUN)
                rec.extra = SIM_NEVER;
            t.len = 0;
            record_line_write(&t, &rec, NULL);
            ck_assert_msg(record_line_read(&rl, t.data, t.len - 1, &slip), "%s%s", t.data,
                          slip.message.data);
            ck_assert(!rl.is_end);
            compare_records(&rec, &rl.rec);
        }
    text_release(&t);
    text_release(&rl.text);
    slip_release(&slip);
}
END_TEST

START_TEST(escapes_are_read_as_json_has_them)
{
    static const char line[] = "{ \"event\" : \"log\", \"t\":1 ,\"task\":0,"
                               "\"text\":\"\\u0041\\n\\u00e9\\ud83d\\ude00\\/\",\"core\":-1}\r";
    struct record_line rl = {.is_end = false};
    struct slip slip = {.at = 0};

    ck_assert_msg(record_line_read(&rl, line, strlen(line), &slip), "%s", slip.message.data);
    ck_assert_str_eq(rl.rec.text, "A\n\xc3\xa9\xf0\x9f\x98\x80/");
    text_release(&rl.text);
    slip_release(&slip);
}
END_TEST

/* ---- damage ------------------------------------------------------------------------------------ */

static void check_bad(const char *name)
{
    struct text path = {0}, command = {0};
    struct command_result r;
    char *want;

    text_addf(&path, "tests/bad/%.*s.txt", (int)strlen(name) - 7, name);
    want = read_file(path.data);
    text_addf(&command, "path=$(realpath %s); cd tests/bad && \"$path\" check -q %s",
              quanta_path(), name);
    r = run_command(command.data);
    ck_assert_msg(r.code == 2, "%s: exit code %d", name, r.code);
    ck_assert_msg(strcmp(r.err, want) == 0, "%s: %s\nexpected: %s", name, r.err, want);
    command_result_free(&r);
    free(want);
    text_release(&path);
    text_release(&command);
}

START_TEST(every_damaged_trace_gives_its_exact_message)
{
    ck_assert_int_ge(each_file("tests/bad", ".ndjson", check_bad), 15);
}
END_TEST

static bool write_nowhere(struct quanta_writer *w, int file, const void *bytes, size_t n)
{
    (void)w;
    (void)bytes;
    return file == 0 && n > 0;
}

/* What is accepted is run, with everything that listens. */
static void swallow(const char *text, size_t len, int *accepted)
{
    const struct quanta_look look = {.width = 80};
    struct quanta_writer nowhere = {.write = write_nowhere};
    struct quanta_options all = everything;
    struct quanta_config *cfg = quanta_parse("damaged.ndjson", text, len, NULL);
    struct quanta_run *run;

    all.page = all.plot = true;
    all.explain_to = &nowhere;
    all.explain_look = &look;
    run = cfg ? quanta_run(cfg, 0, &all) : NULL;
    if (run) {

        *accepted += 1;
        ck_assert_ptr_null(quanta_trouble(run));
        free(quanta_json(run, false));
        free(quanta_timeline(run, &look));
        free(quanta_summary(run, &look));
    }
    quanta_run_free(run);
    quanta_config_free(cfg);
}

/* A line goes, comes twice, or changes places with the next; a number or a word becomes
 * another; a byte becomes any. */
static void damage(struct text *t, const char *whole, size_t body, struct rng *rng)
{
    static const char *const words[] = {
        "-1", "0",       "1",      "4096", "9223372036854775807",
        "{",  "\"run\"", "\"io\"", "true", "99999999999999999999"};
    size_t len = strlen(whole), at = body + rng_below(rng, len - body);
    size_t from = at, to;

    while (from > body && whole[from - 1] != '\n')
        from--;
    to = from + strcspn(whole + from, "\n") + 1;
    t->len = 0;
    switch (rng_below(rng, 5)) {
    case 0:
        text_add_len(t, whole, from);
        text_add(t, to < len ? whole + to : "");
        break;
    case 1:
        text_add_len(t, whole, to < len ? to : len);
        text_add(t, whole + from);
        break;
    case 2:
        text_add_len(t, whole, at);
        break;
    case 3:
        at += strcspn(whole + at, ":");
        if (at >= len)
            at = len - 1;
        text_add_len(t, whole, at + 1);
        text_add(t, words[rng_below(rng, ARRAY_LEN(words))]);
        text_add(t, whole + at + 1 + strcspn(whole + at + 1, ",}"));
        break;
    default:
        text_add(t, whole);
        t->data[at] = (char)(rng_below(rng, 255) + 1);
        break;
    }
}

static const char *const victims[] = {
    "configs/lessons/19-a-deadlock.json", "configs/races/bounded-buffer.json",
    "configs/lessons/24-phases-of-the-loop.json", "configs/lessons/03-blocking-io.json"};

START_TEST(damaged_traces_are_refused_or_run)
{
    struct quanta_config *cfg = quanta_read(victims[_i], NULL);
    char *whole = export_text(cfg, 0, "ndjson");
    size_t body = (size_t)(strstr(whole, "\n{\"t\":") - whole) + 1;
    struct text t = {0};
    struct rng rng;
    int accepted = 0;

    rng = rng_stream((uint64_t)_i + 1, "damage");
    for (int i = 0; i < 1500; i++) {
        damage(&t, whole, i % 4 ? body : 0, &rng);
        swallow(t.data, t.len, &accepted);
    }
    ck_assert_int_gt(accepted, 0);
    ck_assert_int_lt(accepted, 1000);
    text_release(&t);
    free(whole);
    quanta_config_free(cfg);
}
END_TEST

/* ---- files ------------------------------------------------------------------------------------- */

static void write_file(const char *path, const char *text, size_t len)
{
    FILE *f = fopen(path, "wb");

    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(text, 1, len, f), len);
    ck_assert_int_eq(fclose(f), 0);
}

START_TEST(a_file_that_changes_after_reading_is_trouble_and_no_crash)
{
    char path[] = "/tmp/quanta-trace-XXXXXX";
    struct quanta_config *cfg = quanta_read(victims[0], NULL), *recorded;
    char *whole = export_text(cfg, 0, "ndjson"), *errors;
    struct quanta_run *run;

    ck_assert_int_ge(mkstemp(path), 0);
    write_file(path, whole, strlen(whole));
    recorded = quanta_read(path, &errors);
    ck_assert_msg(recorded != NULL, "%s", errors);
    write_file(path, whole, strlen(whole) - 100);
    run = quanta_run(recorded, 0, &everything);
    ck_assert_ptr_nonnull(quanta_trouble(run));
    ck_assert_ptr_nonnull(strstr(quanta_trouble(run), "error: "));
    free(quanta_json(run, true));
    quanta_run_free(run);
    ck_assert_int_eq(unlink(path), 0);
    run = quanta_run(recorded, 0, NULL);
    ck_assert_ptr_nonnull(strstr(quanta_trouble(run), "cannot read"));
    quanta_run_free(run);
    quanta_config_free(recorded);
    quanta_config_free(cfg);
    free(whole);
}
END_TEST

START_TEST(nothing_can_be_set_in_a_trace)
{
    struct quanta_config *cfg = quanta_read(victims[0], NULL);
    const char *const sets[] = {"/machine/cores=4"};
    char path[] = "/tmp/quanta-trace-XXXXXX", *errors;
    char *whole = export_text(cfg, 0, "ndjson");

    ck_assert_int_ge(mkstemp(path), 0);
    write_file(path, whole, strlen(whole));
    ck_assert_ptr_null(quanta_read_with(path, sets, 1, &errors));
    ck_assert_ptr_nonnull(strstr(errors, "nothing can be set"));
    free(errors);
    ck_assert_int_eq(unlink(path), 0);
    free(whole);
    quanta_config_free(cfg);
}
END_TEST

Suite *recording_suite(void)
{
    Suite *suite = suite_create("recording");
    TCase *tc = tcase_create("recording");

    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, every_config_comes_back_as_it_was, 0, ARRAY_LEN(folders));
    tcase_add_test(tc, random_workloads_come_back_as_they_were);
    tcase_add_test(tc, every_kind_of_record_is_a_line_and_back);
    tcase_add_test(tc, escapes_are_read_as_json_has_them);
    tcase_add_test(tc, every_damaged_trace_gives_its_exact_message);
    tcase_add_loop_test(tc, damaged_traces_are_refused_or_run, 0, ARRAY_LEN(victims));
    tcase_add_test(tc, a_file_that_changes_after_reading_is_trouble_and_no_crash);
    tcase_add_test(tc, nothing_can_be_set_in_a_trace);
    suite_add_tcase(suite, tc);
    return suite;
}
