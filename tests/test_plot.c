/* test_plot.c - pictures: what they are made of, and that they are the same everywhere. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plots/axis.h"
#include "plots/history.h"
#include "plots/palette.h"
#include "plots/sweep.h"
#include "sim/config.h"
#include "sim/metrics.h"
#include "sim/sim.h"
#include "tests/support.h"
#include "tests/workload.h"

/* ---- numbers and texts ------------------------------------------------------------------------- */

START_TEST(numbers_are_written_in_hundredths)
{
    static const struct {
        px value;
        const char *text;
    } rows[] = {{0, "0"},          {100, "1"},
                {1, "0.01"},       {10, "0.1"},
                {12345, "123.45"}, {-50, "-0.5"},
                {-1, "-0.01"},     {164000, "1640"},
                {99, "0.99"},      {INT64_MIN, "-92233720368547758.08"}};

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct text t = {0};

        svg_number(&t, rows[i].value);
        ck_assert_str_eq(t.data, rows[i].text);
        text_release(&t);
    }
}
END_TEST

START_TEST(a_text_that_is_cut_fits)
{
    static const char *const texts[] = {"",
                                        "A",
                                        "request#1000",
                                        "Gerät für Größe",
                                        "一个很长的名字",
                                        "W W W W W W W W W W W W W",
                                        "iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii"};

    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        for (px room = PX(20); room < PX(400); room += PX(7)) {
            struct text t = {0};

            text_fit(&t, texts[i], room, PX(13), false);
            text_add(&t, "");
            ck_assert_msg(text_width(t.data, PX(13), false) <= room, "\"%s\" in %d", t.data,
                          (int)room);
            if (text_width(texts[i], PX(13), false) <= room)
                ck_assert_str_eq(t.data, texts[i]);
            else
                ck_assert_ptr_nonnull(strstr(t.data, "…"));
            text_release(&t);
        }
    ck_assert_int_lt(text_width("ill", PX(13), false), text_width("ill", PX(13), true));
}
END_TEST

/* Lines together are the text, but for the blanks between them, and none is too wide. */
START_TEST(a_paragraph_loses_nothing)
{
    const char *text = "Two transfers between two accounts, in opposite directions; "
                       "Donaudampfschifffahrtsgesellschaftskapitän each locks\nthe account.";

    for (px room = PX(30); room < PX(700); room += PX(11)) {
        struct text letters = {0}, want = {0};
        const char *rest = text;

        while (*rest) {
            const char *next;
            size_t len = text_line(rest, room, PX(13), false, &next);
            char *line = sim_strndup(rest, len);

            ck_assert_uint_gt(len, 0);
            ck_assert_int_le(text_width(line, PX(13), false), room);
            for (const char *p = line; *p; p++)
                if (*p != ' ')
                    text_add_len(&letters, p, 1);
            free(line);
            rest = next;
        }
        for (const char *p = text; *p; p++)
            if (*p != ' ' && *p != '\n')
                text_add_len(&want, p, 1);
        ck_assert_str_eq(letters.data, want.data);
        text_release(&letters);
        text_release(&want);
    }
}
END_TEST

START_TEST(an_axis_has_round_steps_and_honest_units)
{
    for (sim_time span = 1; span < SIM_TIME_MAX / 16; span = span * 3 + 1) {
        struct axis a = axis_of_time(span / 7, span / 7 + span, PX(268), PX(1362), PX(150));
        sim_time step = a.step;

        while (step % 10 == 0)
            step /= 10;
        ck_assert(step == 1 || step == 2 || step == 5);
        ck_assert_int_eq(axis_at(&a, a.from), a.x0);
        ck_assert_int_eq(axis_at(&a, a.to), a.x1);
        ck_assert_int_le(axis_at(&a, a.from + span / 3), axis_at(&a, a.from + span / 2));
        ck_assert(span < 7 || span / a.step <= 8);
    }
}
END_TEST

START_TEST(times_are_rounded_to_the_last_decimal)
{
    static const struct {
        sim_time time, unit;
        int decimals;
        const char *text;
    } rows[] = {{52600000, 1000000, 1, "52.6"},      {43150000, 1000000, 1, "43.2"},
                {999999, 1000000, 1, "1.0"},         {0, 1000000, 2, "0.00"},
                {49999, 1000000, 1, "0.0"},          {50000, 1000000, 1, "0.1"},
                {1234567890, 1000000000, 3, "1.235"}};
    struct text t = {0};

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        text_release(&t);
        axis_number(&t, rows[i].time, rows[i].unit, rows[i].decimals);
        ck_assert_str_eq(t.data, rows[i].text);
    }
    text_release(&t);
    axis_time(&t, 400000);
    axis_count(&t, 1234567);
    axis_count(&t, 9999);
    axis_count(&t, 10000);
    axis_count(&t, 1000007);
    ck_assert_str_eq(t.data, "400 µs1,234,567999910,0001,000,007");
    text_release(&t);
    ck_assert_int_eq(sweep_ratio("0.875"), 875000000);
    ck_assert_int_eq(sweep_ratio("12"), INT64_C(12000000000));
    ck_assert_int_eq(sweep_unit("/summary/utilization"), QUANTA_RATIO);
    ck_assert_int_eq(sweep_unit("/summary/context_switches"), QUANTA_COUNT);
    ck_assert_int_eq(sweep_unit("/summary/turnaround/p99"), QUANTA_TIME);
}
END_TEST

/* ---- colours ------------------------------------------------------------------------------------- */

/* x to the power of 2.4: the fifth root of x to the twelfth, by Newton. */
static double power_2_4(double x)
{
    double twelfth = x * x * x, y = x > 0 ? 1 : 0;

    twelfth = twelfth * twelfth * twelfth * twelfth;
    for (int i = 0; i < 200 && x > 0; i++)
        y = (4 * y + twelfth / (y * y * y * y)) / 5;
    return y;
}

static double luminance(colour c)
{
    static const double weight[] = {0.0722, 0.7152, 0.2126};
    double sum = 0;

    for (int i = 0; i < 3; i++, c >>= 8) {
        double x = (c & 255) / 255.0;

        sum += weight[i] * (x <= 0.04045 ? x / 12.92 : power_2_4((x + 0.055) / 1.055));
    }
    return sum;
}

/* Source: WCAG 2.2, contrast ratio. */
static double contrast(colour a, colour b)
{
    double x = luminance(a) + 0.05, y = luminance(b) + 0.05;

    return x > y ? x / y : y / x;
}

START_TEST(colours_stand_out)
{
    ck_assert_double_eq_tol(contrast(0x000000, 0xffffff), 21, 0.01);
    for (int i = 0; i < THEMES; i++) {
        const struct theme *t = theme_of(i);

        for (int k = 0; k < PALETTE_TASKS; k++) {
            ck_assert_msg(contrast(t->tasks[k].fill, t->tasks[k].label) >= 4.5, "%s, label %d",
                          t->name, k);
            ck_assert_msg(contrast(t->tasks[k].line, t->ground) >= 3.0 - 0.005,
                          "%s, line %d: %f", t->name, k, contrast(t->tasks[k].line, t->ground));
        }
        ck_assert(contrast(t->other.line, t->ground) >= 3);
        ck_assert(contrast(t->ink, t->ground) >= 7);
        ck_assert(contrast(t->muted, t->ground) >= 4.5);
        ck_assert_msg(contrast(t->faint, t->ground) >= 3.9, "%s: %f", t->name,
                      contrast(t->faint, t->ground));
        ck_assert(contrast(t->bad, t->ground) >= 4.5);
    }
}
END_TEST

/* ---- history ------------------------------------------------------------------------------------- */

/* A run of a text, watched by a history and by the metrics. */
struct watched {
    struct config *config;
    struct scenario *sc;
    struct history *history;
    struct metrics *metrics;
};

static struct watched watch(const char *config, sim_time from, sim_time to)
{
    struct watched w = {0};
    struct diags diags;
    struct trace trace;
    struct sim *sim;

    diags_init(&diags);
    w.config = config_parse("random.json", config, strlen(config), &diags);
    w.sc = w.config ? config_scenario(w.config, 0, &diags) : NULL;
    ck_assert_msg(w.sc != NULL, "%s\n%s", diags_text(&diags), config);
    w.history = history_new(w.sc, from, to);
    w.metrics = metrics_new(w.sc, true);
    trace_init(&trace);
    trace_attach(&trace, &w.metrics->sink);
    trace_attach(&trace, history_sink(w.history));
    sim = sim_new(w.sc, &trace);
    (void)sim_run(sim);
    sim_free(sim);
    diags_release(&diags);
    return w;
}

static void unwatch(struct watched *w)
{
    history_free(w->history);
    metrics_free(w->metrics);
    scenario_free(w->sc);
    config_free(w->config);
}

static sim_time sum_of(const struct pieces *p, enum doing is)
{
    sim_time sum = 0, end = 0;

    for (size_t i = 0; i < p->n; i++) {
        ck_assert_int_ge(p->list[i].from, end);
        ck_assert_int_gt(p->list[i].to, p->list[i].from);
        end = p->list[i].to;
        sum += p->list[i].in[is];
    }
    return sum;
}

/* What is kept adds up to what was measured, core by core and task by task; interrupts, which a
 * core and not its task pays for, are beside that. */
static void expect_sums(const struct watched *w, bool interrupts)
{
    struct pieces p = {0};

    for (int32_t c = 0; c < w->sc->machine.ncores; c++) {
        const struct core_metrics *m = &w->metrics->cores[c];

        history_core(w->history, c, 1, &p);
        ck_assert_int_eq(sum_of(&p, DOES_RUN) + sum_of(&p, DOES_CHANGE),
                         m->user + m->kernel + m->switching);
        if (!interrupts)
            ck_assert_int_eq(sum_of(&p, DOES_CHANGE), m->switching);
    }
    ck_assert_int_eq(history_work(w->history), (int64_t)w->metrics->tasks);
    for (int32_t i = 0, k = 0; history_per_row(w->history) == 1 && i < history_rows(w->history);
         i++) {
        const struct task_story *s = history_story(w->history, i);
        const struct task_metrics *m;
        char buf[TASK_NAME_SIZE];

        if (s->colour < 0)
            continue; /* a thread of a pool */
        m = w->metrics->kept[k++];
        ck_assert_str_eq(s->name, metrics_task_name(w->metrics, m, buf));
        history_task(w->history, i, 1, &p);
        ck_assert_int_ge(sum_of(&p, DOES_RUN), m->cpu);
        if (!interrupts) {
            ck_assert_int_eq(sum_of(&p, DOES_RUN), m->cpu);
            ck_assert_int_eq(sum_of(&p, DOES_WAIT), m->waiting);
        }
        ck_assert_int_eq(s->first_run, m->first_run);
        ck_assert_int_eq(s->end, m->completion);
    }
    pieces_release(&p);
}

START_TEST(a_history_adds_up_to_the_metrics)
{
    for (uint64_t i = 0; i < 20; i++) {
        uint64_t seed = (uint64_t)_i * 20 + i + 1;
        char *config = workload(seed, i % 2 ? WORKLOAD_SYNC : 0, NULL);
        struct watched w = watch(config, 0, SIM_NEVER);

        expect_sums(&w, strstr(config, "interrupt") != NULL);
        unwatch(&w);
        free(config);
    }
}
END_TEST

#define LONG_RUN                                                                 \
    "{'machine': {'cores': 3, 'scheduler': {'policy': 'rr', 'quantum': '7us'}}," \
    " 'devices': {'d': {'channels': 4}}, 'seed': 5,"                             \
    " 'tasks': [{'name': 'long', 'count': 6, 'do': [{'repeat': 20, 'do':"        \
    " [{'cpu': {'uniform': [5, 30]}}, {'io': 'd', 'time': {'exp': 3}}]}]},"      \
    " {'name': 'short', 'count': 400, 'rate': '500/s', 'do': [{'cpu': {'exp': 1}}]}]}"

/* Too many spans to keep, and too many tasks to have a row each: sums stay exact. */
START_TEST(bins_and_bands_lose_no_time)
{
    char *config = with_quotes(LONG_RUN);
    struct watched w = watch(config, 0, SIM_NEVER);
    struct pieces p = {0};
    sim_time run = 0, cpu = 0, in_bands = 0;

    ck_assert(!history_exact(w.history));
    ck_assert_int_gt(history_per_row(w.history), 1);
    for (int32_t c = 0; c < 3; c++) {
        history_core(w.history, c, 1, &p);
        ck_assert_uint_le(p.n, HISTORY_BINS);
        run += sum_of(&p, DOES_RUN);
        cpu += w.metrics->cores[c].user + w.metrics->cores[c].kernel;
    }
    ck_assert_int_eq(run, cpu);
    for (int32_t row = 0; row < history_rows(w.history); row++) {
        history_task(w.history, row, 1, &p);
        in_bands += sum_of(&p, DOES_RUN);
    }
    ck_assert_int_eq(in_bands, cpu);
    pieces_release(&p);
    unwatch(&w);
    free(config);
}
END_TEST

/* A part of the run is what the whole has there, in more detail. */
START_TEST(a_part_is_kept_exactly)
{
    char *config = with_quotes(LONG_RUN);
    struct watched w = watch(config, MS(100), MS(102));
    struct pieces p = {0};
    sim_time run = 0;

    ck_assert(history_exact(w.history));
    ck_assert_int_eq(history_from(w.history), MS(100));
    ck_assert_int_eq(history_to(w.history), MS(102));
    for (int32_t c = 0; c < 3; c++) {
        history_core(w.history, c, 1, &p);
        for (size_t i = 0; i < p.n; i++) {
            ck_assert_int_ge(p.list[i].from, MS(100));
            ck_assert_int_le(p.list[i].to, MS(102));
            ck_assert(p.list[i].in[DOES_RUN] == 0 || history_name(w.history, p.list[i].who));
        }
        run += sum_of(&p, DOES_RUN);
    }
    ck_assert_int_gt(run, 0);
    ck_assert_int_le(run, MS(2) * 3);
    ck_assert_int_lt(history_tasks(w.history), 60);
    pieces_release(&p);
    unwatch(&w);
    free(config);
}
END_TEST

START_TEST(levels_are_means_and_maxima)
{
    struct result r;
    struct watched w;
    struct steps s = {0};
    char *config =
        with_quotes("{'devices': {'d': {}}, 'tasks': [{'name': 'T', 'count': 3, 'do':"
                    " [{'cpu': 1}, {'io': 'd', 'time': 4}]}]}");

    r = run_text(config);
    w = watch(config, 0, SIM_NEVER);
    history_level(w.history, LEVEL_PROGRESS, &s);
    ck_assert_int_eq(s.list[0].max, 3);
    ck_assert_int_eq(s.list[s.n - 1].at, number_at(&r, "/end"));
    ck_assert_int_eq(s.list[s.n - 1].max, 0);
    ck_assert_int_eq(history_level_max(w.history, LEVEL_RUNNING), 1);
    ck_assert_int_eq(history_level_max(w.history, LEVEL_READY), 2);
    ck_assert_int_eq(history_level_max(w.history, LEVEL_MORE),
                     2); /* behind the first request */
    ck_assert_str_eq(history_level_name(w.history, LEVEL_MORE), "d");
    steps_release(&s);
    unwatch(&w);
    result_free(&r);
    free(config);
}
END_TEST

/* A heap that leaks: its curve reaches what was measured and nothing alive exceeds it; its
 * collections take the time that was measured. */
START_TEST(a_heap_is_kept_as_it_was)
{
    char *config = read_file("configs/lessons/38-a-leak-to-its-crash.json");
    struct watched w = watch(config, 0, SIM_NEVER);
    const struct heap_metrics *m = &w.metrics->executors[0].heap;
    struct steps used = {0}, alive = {0};
    struct pieces p = {0};
    uint64_t mark_sweeps = 0;

    ck_assert_int_eq(history_loops(w.history), 1);
    ck_assert_int_eq(history_heap_max(w.history, 0), m->max);
    history_heap(w.history, 0, false, &used);
    history_heap(w.history, 0, true, &alive);
    ck_assert_uint_gt(used.n, 300);
    for (size_t i = 0, k = 0; i < used.n; i++) {
        while (k + 1 < alive.n && alive.list[k + 1].at <= used.list[i].at)
            k++;
        ck_assert_int_le(alive.list[k].max, used.list[i].max);
    }
    history_collections(w.history, 0, &p);
    ck_assert_int_eq(sum_of(&p, DOES_RUN) + sum_of(&p, DOES_CHANGE), m->pauses);
    for (size_t i = 0; i < p.n; i++)
        mark_sweeps += p.list[i].in[DOES_CHANGE] > 0;
    ck_assert_uint_eq(mark_sweeps, m->mark_sweeps);
    ck_assert_uint_eq(p.n, m->scavenges + m->mark_sweeps);
    pieces_release(&p);
    steps_release(&used);
    steps_release(&alive);
    unwatch(&w);
    free(config);
}
END_TEST

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
    TCase *tc = tcase_create("parts");

    tcase_add_test(tc, numbers_are_written_in_hundredths);
    tcase_add_test(tc, a_text_that_is_cut_fits);
    tcase_add_test(tc, a_paragraph_loses_nothing);
    tcase_add_test(tc, an_axis_has_round_steps_and_honest_units);
    tcase_add_test(tc, times_are_rounded_to_the_last_decimal);
    tcase_add_test(tc, colours_stand_out);
    suite_add_tcase(s, tc);
    tc = tcase_create("history");
    tcase_add_loop_test(tc, a_history_adds_up_to_the_metrics, 0, 10);
    tcase_add_test(tc, bins_and_bands_lose_no_time);
    tcase_add_test(tc, a_part_is_kept_exactly);
    tcase_add_test(tc, levels_are_means_and_maxima);
    tcase_add_test(tc, a_heap_is_kept_as_it_was);
    suite_add_tcase(s, tc);
    tc = tcase_create("pictures");
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, every_lesson_is_drawn_in_every_kind);
    tcase_add_test(tc, odd_files_are_drawn);
    tcase_add_test(tc, a_large_run_is_folded_and_says_so);
    tcase_add_test(tc, idle_threads_have_no_lanes);
    tcase_add_loop_test(tc, pictures_have_the_same_bytes_everywhere, 0,
                        (int)ARRAY_LEN(goldens));
    tcase_add_test(tc, what_cannot_be_drawn_is_said);
    tcase_add_test(tc, png_and_pdf_have_the_size_of_the_picture);
    tcase_add_test(tc, a_pdf_is_the_same_twice);
    suite_add_tcase(s, tc);
    return s;
}
