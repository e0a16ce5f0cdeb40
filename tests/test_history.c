/* test_history.c - what is kept of a run for pictures adds up to what was measured. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "plots/history.h"
#include "sim/config.h"
#include "sim/metrics.h"
#include "sim/sim.h"
#include "tests/support.h"
#include "tests/workload.h"

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

/* What tasks waited for, by name, adds up to how long they waited. */
static void expect_waits(const struct history *h)
{
    struct pieces p = {0};

    for (int32_t row = 0; row < history_rows(h); row++) {
        sim_time named[DOINGS] = {0}, other = 0, in_lanes = 0;

        for (int32_t wait = 0; wait < history_waits(h); wait++) {
            ck_assert_ptr_nonnull(history_wait_name(h, wait));
            named[history_wait_kind(h, wait)] += history_wait(h, row, 1, wait);
        }
        history_task(h, row, 1, &p);
        for (int is = DOES_IO; is < DOINGS; is++) {
            other += named[is];
            in_lanes += sum_of(&p, (enum doing)is);
            if (history_per_row(h) == 1 && sum_of(&p, DOES_STUCK) == 0)
                ck_assert_int_eq(named[is], sum_of(&p, (enum doing)is));
        }
        ck_assert_int_eq(other, in_lanes);
    }
    pieces_release(&p);
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

        expect_waits(w.history);
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
    expect_waits(w.history);
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

Suite *history_suite(void)
{
    Suite *s = suite_create("history");
    TCase *tc = tcase_create("history");

    tcase_add_loop_test(tc, a_history_adds_up_to_the_metrics, 0, 10);
    tcase_add_test(tc, bins_and_bands_lose_no_time);
    tcase_add_test(tc, a_part_is_kept_exactly);
    tcase_add_test(tc, levels_are_means_and_maxima);
    tcase_add_test(tc, a_heap_is_kept_as_it_was);
    suite_add_tcase(s, tc);
    return s;
}
