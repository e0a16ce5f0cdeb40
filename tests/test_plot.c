/* test_plot.c - pictures of runs: every kind of every file, and that they are the same everywhere. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/quanta.h"
#include "tests/support.h"

/* ---- pictures ------------------------------------------------------------------------------------- */

/* Is it XML: elements closed in order, attributes in quotes, known entities alone? */
static void expect_xml(const char *what, const char *xml)
{
    const char *open[64];
    size_t lens[64], depth = 0, elements = 0;

    for (const char *p = xml; *p; p++) {
        if (*p == '&')
            ck_assert_msg(strncmp(p, "&lt;", 4) == 0 || strncmp(p, "&gt;", 4) == 0 ||
                              strncmp(p, "&amp;", 5) == 0 || strncmp(p, "&quot;", 6) == 0,
                          "%s: %.40s", what, p);
        ck_assert_msg((unsigned char)*p >= ' ' || *p == '\n', "%s: %.40s", what, p);
        if (*p != '<')
            continue;
        if (p[1] == '/') {
            ck_assert_msg(depth > 0 && strncmp(p + 2, open[depth - 1], lens[depth - 1]) == 0 &&
                              p[2 + lens[depth - 1]] == '>',
                          "%s: %.40s", what, p);
            depth--;
            continue;
        }
        ck_assert_msg(depth < 64, "%s: too deep", what);
        open[depth] = p + 1;
        lens[depth] = strcspn(p + 1, " />\n");
        for (p += 1 + lens[depth]; *p == ' ';) {
            p += strcspn(p, "=>");
            ck_assert_msg(p[0] == '=' && p[1] == '"', "%s: %.40s", what, p);
            p += 2 + strcspn(p + 2, "\"<") + 1;
            ck_assert_msg(p[-1] == '"', "%s: %.40s", what, p - 20);
        }
        ck_assert_msg(*p == '>' || (p[0] == '/' && p[1] == '>'), "%s: %.40s", what, p);
        elements++;
        depth += *p == '>';
    }
    ck_assert_msg(depth == 0 && elements > 5, "%s: %zu elements, %zu open", what, elements,
                  depth);
}

static struct quanta_run **all_runs(const struct quanta_config *cfg, size_t *n)
{
    const struct quanta_options options = {.plot = true};
    struct quanta_run **runs;

    *n = quanta_variants(cfg);
    runs = sim_calloc(*n, sizeof(struct quanta_run *));
    for (size_t i = 0; i < *n; i++)
        runs[i] = quanta_run(cfg, i, &options);
    return runs;
}

static void draw_file(const char *path)
{
    struct quanta_config *cfg = quanta_read(path, NULL);
    struct quanta_run **runs;
    size_t n;

    ck_assert_msg(cfg != NULL, "%s", path);
    runs = all_runs(cfg, &n);
    for (size_t kind = 0; quanta_plot_kinds[kind]; kind++) {
        struct quanta_picture look = {.kind = quanta_plot_kinds[kind],
                                      .width = kind % 2 ? 640 : 0,
                                      .theme = (enum quanta_theme)(kind % 3),
                                      .rows = (enum quanta_rows)(kind % 3)};
        char *svg, *again;

        if (strcmp(look.kind, "sweep") == 0)
            continue;
        svg = quanta_plot((const struct quanta_run *const *)runs, n, &look);
        again = quanta_plot((const struct quanta_run *const *)runs, n, &look);
        expect_xml(path, svg);
        ck_assert_str_eq(svg, again);
        quanta_text_free(svg);
        quanta_text_free(again);
    }
    for (size_t i = 0; i < n; i++)
        quanta_run_free(runs[i]);
    free(runs);
    quanta_config_free(cfg);
}

START_TEST(every_kind_fits_the_narrowest_picture)
{
    struct quanta_config *cfg =
        quanta_read("configs/lessons/01-concurrency-vs-parallelism.json", NULL);
    size_t n;
    struct quanta_run **runs = all_runs(cfg, &n);

    for (size_t kind = 0; quanta_plot_kinds[kind]; kind++) {
        struct quanta_picture look = {.kind = quanta_plot_kinds[kind], .width = 640};
        char *svg;

        if (strcmp(look.kind, "sweep") == 0)
            continue;
        svg = quanta_plot((const struct quanta_run *const *)runs, n, &look);
        expect_xml(look.kind, svg);
        quanta_text_free(svg);
    }
    for (size_t i = 0; i < n; i++)
        quanta_run_free(runs[i]);
    free(runs);
    quanta_config_free(cfg);
}
END_TEST

static void draw_lesson(const char *name)
{
    char path[256];

    (void)snprintf(path, sizeof(path), "configs/lessons/%s", name);
    draw_file(path);
}

static void draw_race(const char *name)
{
    char path[256];

    (void)snprintf(path, sizeof(path), "configs/races/%s", name);
    draw_file(path);
}

START_TEST(every_lesson_is_drawn_in_every_kind)
{
    ck_assert_int_gt(each_json("configs/lessons", draw_lesson), 30);
    ck_assert_int_gt(each_json("configs/races", draw_race), 3);
}
END_TEST

/* Nothing may happen, names may be anything, variants many. */
START_TEST(odd_files_are_drawn)
{
    static const char *const odd[] = {
        "{'tasks': []}",
        "{'tasks': [{'name': 'T', 'do': []}]}",
        "{'name': '<&\\'>', 'about': 'A \\u0001\\n\\n.', 'tasks': [{'name': '<b>&\\u0007', "
        "'do':"
        " [{'cpu': '1ns'}, {'log': 'x'}]}]}",
        "{'machine': {'cores': 300}, 'tasks': [{'name': 'T', 'count': 600, 'do': [{'cpu': "
        "1}]}]}",
        "{'until': '100000s', 'unit': 's', 'tasks': [{'name': 'T', 'do': [{'sleep': "
        "1000000}]}]}",
    };

    for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
        char *config = with_quotes(odd[i]), *errors = NULL, *svg;
        struct quanta_config *cfg;
        struct quanta_run **runs;
        size_t n;

        for (char *p = config; (p = strstr(p, "\\\"")) != NULL; p++)
            p[0] = '-', p[1] = '\''; /* no quotes within texts here */
        cfg = quanta_parse("odd.json", config, strlen(config), &errors);
        if (!cfg && i == 0) { /* a file without tasks may be refused */
            quanta_text_free(errors);
            free(config);
            continue;
        }
        ck_assert_msg(cfg != NULL, "%s\n%s", errors, config);
        runs = all_runs(cfg, &n);
        for (size_t kind = 0; quanta_plot_kinds[kind]; kind++) {
            struct quanta_picture look = {.kind = quanta_plot_kinds[kind]};

            if (strcmp(look.kind, "sweep") == 0)
                continue;
            svg = quanta_plot((const struct quanta_run *const *)runs, n, &look);
            expect_xml(odd[i], svg);
            quanta_text_free(svg);
        }
        quanta_run_free(runs[0]);
        free(runs);
        quanta_config_free(cfg);
        free(config);
    }
}
END_TEST

/* Sixty-four cores and many tasks: bands and density, and a picture that a browser can hold. */
START_TEST(a_large_run_is_folded_and_says_so)
{
    const struct quanta_options options = {.plot = true};
    char *config = with_quotes(
        "{'machine': {'cores': 64, 'scheduler': {'policy': 'rr', 'quantum': 2}, "
        "'context_switch':"
        " '5us'}, 'tasks': [{'name': 'request', 'count': 20000, 'rate': '15000/s', 'do':"
        " [{'cpu': {'exp': 3}}, {'sleep': 1}]}]}");
    struct quanta_config *cfg = quanta_parse("large.json", config, strlen(config), NULL);
    struct quanta_run *run = quanta_run(cfg, 0, &options);
    struct quanta_picture look = {.theme = QUANTA_DARK};
    char *svg = quanta_plot(&(const struct quanta_run *){run}, 1, &look);

    expect_xml("large", svg);
    ck_assert_ptr_nonnull(strstr(svg, "20,000 tasks are folded"));
    ck_assert_ptr_nonnull(strstr(svg, "drawn as density"));
    ck_assert_uint_lt(strlen(svg), 2000000);
    quanta_text_free(svg);
    quanta_run_free(run);
    quanta_config_free(cfg);
    free(config);
}
END_TEST

/* Threads of a pool that never run have no lanes; how many they are is said. */
START_TEST(idle_threads_have_no_lanes)
{
    struct text command = {0};
    struct command_result r;

    text_addf(&command,
              "%s plot --variant 'on the pool, two cores' "
              "configs/lessons/31-one-handler-blocks-everyone.json",
              quanta_path());
    r = run_command(command.data);
    ck_assert_ptr_nonnull(strstr(r.out, "class=\"task\" data-name=\"default/pool#1\""));
    ck_assert_ptr_null(strstr(r.out, "data-name=\"default/pool#2\""));
    ck_assert_ptr_nonnull(strstr(r.out, ">3 pool threads idle<"));
    ck_assert_ptr_nonnull(strstr(r.out, "class=\"task\" data-name=\"health#8\""));
    command_result_free(&r);
    text_release(&command);
}
END_TEST

/* What a picture of the file says and does not say; `arguments` go before it. */
static void expect_in_picture(const char *arguments, const char *const *said,
                              const char *const *unsaid)
{
    struct text command = {0};
    struct command_result r;

    text_addf(&command, "%s plot %s", quanta_path(), arguments);
    r = run_command(command.data);
    ck_assert_msg(r.code == 0, "%s: %s", command.data, r.err);
    for (; *said; said++)
        ck_assert_msg(strstr(r.out, *said), "%s: not \"%s\"", command.data, *said);
    for (; *unsaid; unsaid++)
        ck_assert_msg(!strstr(r.out, *unsaid), "%s: \"%s\"", command.data, *unsaid);
    command_result_free(&r);
    text_release(&command);
}
#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})

START_TEST(each_loop_of_a_cluster_has_a_row)
{
    expect_in_picture("--variant 'cluster of 4, 4 cores' configs/lessons/37-cluster.json",
                      TEXTS("class=\"loop\" data-name=\"loop default\"",
                            "class=\"loop\" data-name=\"loop default 4\"",
                            ">event loop, in a phase<", ">4 loops share the<"),
                      TEXTS("data-name=\"loops "));
    expect_in_picture("--set /executors/default/loops=20 --variant 'cluster of 4, 4 cores' "
                      "configs/lessons/37-cluster.json",
                      TEXTS("class=\"loop\" data-name=\"loops 1–4\"",
                            "class=\"loop\" data-name=\"loops 17–20\"",
                            "20 event loops share 5 rows, 4 in each"),
                      TEXTS("data-name=\"loop default"));
}
END_TEST

START_TEST(a_heap_has_its_limit_and_the_crash_at_it)
{
    expect_in_picture("--variant leak configs/lessons/38-a-leak-to-its-crash.json",
                      TEXTS(">limit 64.0 MB<", ">out of memory at 3.232 s<",
                            ">mark-sweep (whole heap)<", ">scavenge (young generation)<",
                            ">limit of the old generation<", ">heap: garbage upon it<"),
                      TEXTS("blocked in the poll, 3.232 s"));
    /* The line would be far above the curve. */
    expect_in_picture("--variant mended configs/lessons/38-a-leak-to-its-crash.json",
                      TEXTS(">heap, up to 3.6 MB<", ">of 64.0 MB<"),
                      TEXTS(">limit 64.0 MB<", "out of memory", "mark-sweep"));
}
END_TEST

START_TEST(where_time_went_is_named)
{
    expect_in_picture(
        "--kind off-cpu --variant 'handed over' configs/lessons/21-lock-convoy.json",
        TEXTS("% log file<", "T#2: log file "), TEXTS("other locks"));
    expect_in_picture("--kind off-cpu --variant 'one core, FIFO' "
                      "configs/lessons/01-concurrency-vs-parallelism.json",
                      TEXTS("% ready, "), TEXTS("other devices"));
}
END_TEST

/* Made from the tables of executors and policies. */
START_TEST(a_label_says_in_plain_words_how_it_runs)
{
    expect_in_picture("--kind heat configs/lessons/01-concurrency-vs-parallelism.json",
                      TEXTS("data-name=\"core0\"", ">One thread at a<", "waits or ends.<",
                            "of 4\u00a0ms.<", "Up to 4 threads", "callbacks"),
                      TEXTS("urgent"));
    expect_in_picture("configs/lessons/22-priority-inversion.json", TEXTS("urgent one.<"),
                      TEXTS("taking turns"));
}
END_TEST

/* The fill of the first bar of a group. */
static void fill_of(const char *svg, const char *group, char fill[8])
{
    const char *at = strstr(svg, group), *bar = at ? strstr(at, "<rect") : NULL,
               *value = bar ? strstr(bar, "fill=\"") : NULL;

    ck_assert_msg(value, "%s", group);
    memcpy(fill, value + 6, 7);
    fill[7] = '\0';
}

/* "high" comes before "middle", and stands behind it in the file. */
START_TEST(a_task_has_one_colour_in_the_workload_and_in_the_run)
{
    static const char *const names[] = {"low", "middle", "high"};
    struct command_result r;
    struct text command = {0};

    text_addf(&command, "%s plot configs/lessons/22-priority-inversion.json", quanta_path());
    r = run_command(command.data);
    ck_assert_int_eq(r.code, 0);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char need[60], task[60], first[8], second[8];

        (void)snprintf(need, sizeof(need), "<g class=\"need\" data-name=\"%s\">", names[i]);
        (void)snprintf(task, sizeof(task), "<g class=\"task\" data-name=\"%s\">", names[i]);
        fill_of(r.out, need, first);
        fill_of(r.out, task, second);
        ck_assert_str_eq(first, second);
    }
    command_result_free(&r);
    text_release(&command);
}
END_TEST

/* build/quanta plot ARGUMENTS FILE -o GOLDEN writes one of them anew. */
static const struct {
    const char *arguments, *golden;
} goldens[] = {
    {"configs/lessons/01-concurrency-vs-parallelism.json", "plot-01.svg"},
    {"--theme dark configs/lessons/06-convoy-effect.json", "plot-06-dark.svg"},
    {"--theme print configs/lessons/19-a-deadlock.json", "plot-19-print.svg"},
    {"--width 1000 configs/lessons/24-phases-of-the-loop.json", "plot-24-narrow.svg"},
    {"--from 5ms --to 20ms --variant sync configs/lessons/29-await-does-not-block.json",
     "plot-29-part.svg"},
    {"--kind waits configs/races/dining-philosophers.json", "plot-waits.svg"},
    {"--kind sweep --variant 'one core, round robin' --sweep /machine/scheduler/quantum=1..8 "
     "configs/lessons/01-concurrency-vs-parallelism.json",
     "plot-sweep.svg"},
};

START_TEST(pictures_have_the_same_bytes_everywhere)
{
    struct text command = {0}, path = {0};
    struct command_result r;
    char *want;

    text_addf(&command, "%s plot %s", quanta_path(), goldens[_i].arguments);
    text_addf(&path, "tests/golden/%s", goldens[_i].golden);
    r = run_command(command.data);
    want = read_file(path.data);
    ck_assert_msg(r.code == 0, "%s: %s", command.data, r.err);
    ck_assert_msg(strcmp(r.out, want) == 0, "%s -o %s: differs", command.data, path.data);
    free(want);
    command_result_free(&r);
    text_release(&command);
    text_release(&path);
}
END_TEST

/* ---- the command ----------------------------------------------------------------------------------- */

static void expect_refused(const char *arguments, const char *in_err)
{
    struct text command = {0};
    struct command_result r;

    text_addf(&command, "%s plot %s", quanta_path(), arguments);
    r = run_command(command.data);
    ck_assert_msg(r.code == 2, "%s: exit code %d", arguments, r.code);
    ck_assert_msg(strstr(r.err, in_err) != NULL, "%s: %s", arguments, r.err);
    command_result_free(&r);
    text_release(&command);
}

#define LESSON "configs/lessons/01-concurrency-vs-parallelism.json"

START_TEST(what_cannot_be_drawn_is_said)
{
    expect_refused("", "which file?");
    expect_refused("-o x.gif " LESSON, "there are: .svg, .png, .pdf, .html, .dot");
    expect_refused("--kind het " LESSON, "did you mean \"heat\"?");
    expect_refused("--theme drak " LESSON, "did you mean \"dark\"?");
    expect_refused("--from now " LESSON, "expected an instant, got \"now\"");
    expect_refused("--from 5ms --to 5ms " LESSON, "--to=5ms is not after --from=5ms");
    expect_refused("--from 5s " LESSON, "nothing happens after --from=5s");
    expect_refused("--width 100 " LESSON, "from 640 to 16000");
    expect_refused("--kind heat -o x.dot " LESSON, ".dot is for --kind waits alone");
    expect_refused("--kind sweep " LESSON, "which parameter?");
    expect_refused("--kind sweep --sweep /machine/cores=9..1 " LESSON, "cannot go through");
    expect_refused("--kind sweep --sweep /machine/cores=0,1 " LESSON, "0 is out of range");
    expect_refused("--kind sweep --sweep /seed=1..2 --metric /sumary " LESSON,
                   "no result has a number at \"/sumary\"");
    expect_refused("--kind sweep --sweep /seed=1..2 -o x.html " LESSON, ".html is not for");
    ck_assert_int_ne(access("x.dot", F_OK), 0);
    ck_assert_int_ne(access("x.html", F_OK), 0);
}
END_TEST

static uint32_t big_endian(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The first `n` bytes of what is drawn into a file of that suffix; false: this build cannot. */
static bool drawn(const char *suffix, const char *arguments, unsigned char *bytes, size_t n)
{
    char path[] = "/tmp/quanta-plot-XXXXXX";
    struct text command = {0};
    struct command_result r;
    bool can;
    FILE *f;

    close(mkstemp(path));
    text_addf(&command, "%s plot %s -o %s%s " LESSON, quanta_path(), arguments, path, suffix);
    r = run_command(command.data);
    can = r.code == 0;
    if (!can) {
        ck_assert_msg(r.code == 2 && strstr(r.err, "install librsvg2-dev"), "%s", r.err);
    } else {
        text_release(&command);
        text_addf(&command, "%s%s", path, suffix);
        f = fopen(command.data, "rb");
        ck_assert_ptr_nonnull(f);
        ck_assert_uint_eq(fread(bytes, 1, n, f), n);
        (void)fclose(f);
        (void)unlink(command.data);
    }
    (void)unlink(path);
    command_result_free(&r);
    text_release(&command);
    return can;
}

START_TEST(png_and_pdf_have_the_size_of_the_picture)
{
    unsigned char bytes[33];
    char *svg = read_file("tests/golden/plot-01.svg"),
         *height = strstr(svg, "viewBox=\"0 0 1640 ");
    uint32_t high;

    ck_assert_ptr_nonnull(height);
    high = (uint32_t)strtol(height + strlen("viewBox=\"0 0 1640 "), NULL, 10);
    if (drawn(".png", "--scale 2", bytes, sizeof(bytes))) {
        ck_assert_mem_eq(bytes, "\x89PNG\r\n\x1a\n", 8);
        ck_assert_mem_eq(bytes + 12, "IHDR", 4);
        ck_assert_uint_eq(big_endian(bytes + 16), 3280);
        ck_assert_uint_eq(big_endian(bytes + 20), 2 * high);
    }
    if (drawn(".pdf", "", bytes, sizeof(bytes)))
        ck_assert_mem_eq(bytes, "%PDF-", 5);
    free(svg);
}
END_TEST

/* 1640 pixels are 1230 points; nothing in it depends on the day. */
START_TEST(a_pdf_is_the_same_twice)
{
    struct command_result r;
    struct text command = {0};

    text_addf(&command,
              "d=$(mktemp -d); for i in 1 2; do %s plot -o $d/$i.pdf " LESSON
              " || { rm -r $d; exit 9; }; done; cmp $d/1.pdf $d/2.pdf && "
              "grep -a -c 'MediaBox \\[ *0 0 1230 ' $d/1.pdf; rm -r $d",
              quanta_path());
    r = run_command(command.data);
    if (r.code != 9)
        ck_assert_msg(strcmp(r.out, "1\n") == 0, "%s%s", r.out, r.err);
    command_result_free(&r);
    text_release(&command);
}
END_TEST

Suite *plot_suite(void)
{
    Suite *s = suite_create("plot");
    TCase *tc = tcase_create("pictures");

    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, every_kind_fits_the_narrowest_picture);
    tcase_add_test(tc, every_lesson_is_drawn_in_every_kind);
    tcase_add_test(tc, odd_files_are_drawn);
    tcase_add_test(tc, a_large_run_is_folded_and_says_so);
    tcase_add_test(tc, idle_threads_have_no_lanes);
    tcase_add_test(tc, each_loop_of_a_cluster_has_a_row);
    tcase_add_test(tc, a_heap_has_its_limit_and_the_crash_at_it);
    tcase_add_test(tc, where_time_went_is_named);
    tcase_add_test(tc, a_label_says_in_plain_words_how_it_runs);
    tcase_add_test(tc, a_task_has_one_colour_in_the_workload_and_in_the_run);
    tcase_add_loop_test(tc, pictures_have_the_same_bytes_everywhere, 0,
                        (int)ARRAY_LEN(goldens));
    tcase_add_test(tc, what_cannot_be_drawn_is_said);
    tcase_add_test(tc, png_and_pdf_have_the_size_of_the_picture);
    tcase_add_test(tc, a_pdf_is_the_same_twice);
    suite_add_tcase(s, tc);
    return s;
}
