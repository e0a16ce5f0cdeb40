/* test_textbook.c - what books say of many workloads at once; of one, it is in configs/textbook/. */
#include <check.h>
#include <string.h>

#include "sim/config.h"
#include "sim/sim.h"
#include "tests/support.h"

/* ---- Graham's nine tasks ------------------------------------------------------------------ */

static const char graham[] =
    "{\"machine\":{\"cores\":3,\"scheduler\":{\"policy\":\"priority\",\"preemptive\":false}},"
    "\"tasks\":[{\"name\":\"T1\",\"do\":[{\"cpu\":3}]},{\"name\":\"T2\",\"do\":[{\"cpu\":2}]},"
    "{\"name\":\"T3\",\"do\":[{\"cpu\":2}]},{\"name\":\"T4\",\"do\":[{\"cpu\":2}]},"
    "{\"name\":\"T5\",\"do\":[{\"cpu\":4}],\"after\":[\"T4\"]},"
    "{\"name\":\"T6\",\"do\":[{\"cpu\":4}],\"after\":[\"T4\"]},"
    "{\"name\":\"T7\",\"do\":[{\"cpu\":4}],\"after\":[\"T4\"]},"
    "{\"name\":\"T8\",\"do\":[{\"cpu\":4}],\"after\":[\"T4\"]},"
    "{\"name\":\"T9\",\"do\":[{\"cpu\":9}],\"after\":[\"T1\"]}]}";

enum { TASKS = 9, LISTS = 362880 / 24 / 2 };

struct lists {
    struct scenario *sc;
    int taken; /* a bit a task */
    int n;
    sim_time best, worst;
};

static void run_list(struct lists *l)
{
    struct trace trace;
    struct sim *sim;
    sim_time end;

    trace_init(&trace);
    sim = sim_new(l->sc, &trace);
    ck_assert_int_eq(sim_run(sim), OUTCOME_COMPLETED);
    end = sim_end(sim);
    sim_free(sim);
    l->best = end < l->best ? end : l->best;
    l->worst = end > l->worst ? end : l->worst;
    l->n++;
}

/* Every list of the tasks, the first place the most urgent; of those that are alike (2 and 3,
 * 5 to 8) the lower number stands first, as to swap them changes names only. */
static void all_lists(struct lists *l, int place)
{
    if (place == TASKS) {
        run_list(l);
        return;
    }
    for (int i = 0; i < TASKS; i++) {
        bool twin = i == 2 || (i >= 5 && i <= 7);

        if (l->taken >> i & 1 || (twin && !(l->taken >> (i - 1) & 1)))
            continue;
        l->sc->tasks[i].priority = TASKS - place;
        l->taken |= 1 << i;
        all_lists(l, place + 1);
        l->taken &= ~(1 << i);
    }
}

/* R. L. Graham, Bounds on Multiprocessing Timing Anomalies, SIAM J. Appl. Math. 17 (1969). */
START_TEST(of_all_lists_of_grahams_tasks_the_best_ends_at_12_and_the_worst_at_18)
{
    struct lists l = {.best = SIM_NEVER};
    struct diags diags;
    struct config *cfg;

    diags_init(&diags);
    cfg = config_parse("graham.json", graham, strlen(graham), &diags);
    ck_assert_ptr_nonnull(cfg);
    l.sc = config_scenario(cfg, 0, &diags);
    ck_assert_ptr_nonnull(l.sc);
    all_lists(&l, 0);
    ck_assert_int_eq(l.n, LISTS);
    ck_assert_int_eq(l.best, MS(12));
    ck_assert_int_eq(l.worst, MS(18));
    scenario_free(l.sc);
    config_free(cfg);
    diags_release(&diags);
}
END_TEST

Suite *textbook_suite(void)
{
    Suite *s = suite_create("textbook");
    TCase *tc = tcase_create("many at once");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, of_all_lists_of_grahams_tasks_the_best_ends_at_12_and_the_worst_at_18);
    suite_add_tcase(s, tc);
    return s;
}
