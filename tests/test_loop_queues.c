/* test_loop_queues.c - what waits in the queues of loops, by name: as many entries as the lengths
 * say, and what is called is what has left its queue. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "models/executors/executor.h"
#include "sim/config.h"
#include "sim/sim.h"
#include "tests/loop_workload.h"
#include "tests/support.h"

enum { LOOPS_MAX = 64 };

struct entry {
    int32_t task;
    int64_t place;
    char *name;
};

struct entries {
    struct entry *list;
    size_t n, room;
};

struct seen {
    struct trace_sink sink;
    const char *what;
    struct entries queues[LOOPS_MAX][LOOP_QUEUE_COUNT];
    struct entry left; /* what has left a queue last; task -1: it has been called */
    int64_t calls, left_calls;
};

static bool same_name(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void joins(struct entries *e, const struct trace_rec *rec)
{
    if (e->n == e->room) {
        e->room = e->room ? 2 * e->room : 16;
        e->list = sim_realloc(e->list, e->room * sizeof(*e->list));
    }
    e->list[e->n++] =
        (struct entry){rec->task, rec->extra, rec->text ? sim_strdup(rec->text) : NULL};
}

static void leaves(struct seen *s, struct entries *e, const struct trace_rec *rec)
{
    size_t i = 0;

    while (i < e->n && (e->list[i].task != rec->task || e->list[i].place != rec->extra ||
                        !same_name(e->list[i].name, rec->text)))
        i++;
    ck_assert_msg(i < e->n, "%s: what leaves %s was not in it", s->what,
                  loop_queue_name((enum loop_queue)rec->arg));
    if (rec->arg == LOOP_QUEUE_TICKS || rec->arg == LOOP_QUEUE_MICROTASKS)
        ck_assert_msg(i == 0, "%s: number %zu of %s leaves", s->what, i + 1,
                      loop_queue_name((enum loop_queue)rec->arg));
    s->left = e->list[i];
    free(e->list[i].name);
    s->left.name = NULL;
    e->n--;
    memmove(&e->list[i], &e->list[i + 1], (e->n - i) * sizeof(*e->list));
}

/* Counted, and nobody's callback: among READY news of a worker's error, among MICROTASKS the
 * reactions of tasks that have ended. */
static void length(const struct seen *s, const struct entries *e, const struct trace_rec *rec)
{
    if (rec->arg == LOOP_QUEUE_READY || rec->arg == LOOP_QUEUE_MICROTASKS)
        ck_assert_msg((int64_t)e->n <= rec->extra, "%s: %s", s->what,
                      loop_queue_name((enum loop_queue)rec->arg));
    else
        ck_assert_msg((int64_t)e->n == rec->extra, "%s: %zu entries, not %d %s", s->what, e->n,
                      (int)rec->extra, loop_queue_name((enum loop_queue)rec->arg));
}

static void record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct seen *s = container_of(sink, struct seen, sink);
    struct entries *e = s->queues[rec->place];

    if (rec->kind == TR_ENQUEUE)
        joins(&e[rec->arg], rec);
    else if (rec->kind == TR_DEQUEUE)
        leaves(s, &e[rec->arg], rec);
    else if (rec->kind == TR_QUEUED)
        length(s, &e[rec->arg], rec);
    else if (rec->arg != CALL_SCRIPT && rec->arg != CALL_EVENT && rec->arg != CALL_MESSAGE) {
        s->calls++;
        s->left_calls += s->left.task == rec->task && s->left.place == rec->extra;
        s->left.task = -1;
    }
}

static bool has_page(const struct scenario *sc)
{
    for (int32_t i = 0; i < sc->nexecutors; i++)
        if (sc->executors[i].model->in_browser &&
            sc->executors[i].model->in_browser(sc->executors[i].params))
            return true;
    return false;
}

static void watch(const char *what, const struct scenario *sc)
{
    struct seen s = {.sink = {.kinds = TRACE_BIT(ENQUEUE) | TRACE_BIT(DEQUEUE) |
                                       TRACE_BIT(QUEUED) | TRACE_BIT(CALL),
                              .record = record},
                     .what = what,
                     .left = {.task = -1}};
    struct trace trace;
    struct sim *sim;

    ck_assert_int_le(scenario_loops(sc), LOOPS_MAX);
    trace_init(&trace);
    trace_attach(&trace, &s.sink);
    sim = sim_new(sc, &trace);
    (void)sim_run(sim);
    sim_free(sim);
    /* A page may look at its rendering between what leaves and what is called. */
    ck_assert_msg(s.left_calls == s.calls || has_page(sc),
                  "%s: of %d calls %d had left a queue", what, (int)s.calls, (int)s.left_calls);
    for (int l = 0; l < LOOPS_MAX; l++)
        for (int q = 0; q < LOOP_QUEUE_COUNT; q++) {
            for (size_t i = 0; i < s.queues[l][q].n; i++)
                free(s.queues[l][q].list[i].name);
            free(s.queues[l][q].list);
        }
}

static void watch_config(const char *what, struct config *cfg)
{
    for (size_t i = 0; i < config_nvariants(cfg); i++) {
        struct diags diags;
        struct scenario *sc;

        diags_init(&diags);
        sc = config_scenario(cfg, i, &diags);
        ck_assert_msg(sc != NULL, "%s", what);
        watch(what, sc);
        scenario_free(sc);
        diags_release(&diags);
    }
}

static void watch_file(const char *folder, const char *name)
{
    struct text path = {0};
    struct diags diags;
    struct config *cfg;

    text_addf(&path, "%s/%s", folder, name);
    diags_init(&diags);
    cfg = config_read(path.data, &diags);
    ck_assert_msg(cfg != NULL, "%s", path.data);
    watch_config(path.data, cfg);
    config_free(cfg);
    diags_release(&diags);
    text_release(&path);
}

static void watch_lesson(const char *name)
{
    watch_file("configs/lessons", name);
}

static void watch_program(const char *name)
{
    watch_file("tests/node", name);
}

START_TEST(queues_hold_what_is_called)
{
    ck_assert_int_ge(each_json("configs/lessons", watch_lesson), 35);
    ck_assert_int_ge(each_json("tests/node", watch_program), 60);
}
END_TEST

START_TEST(queues_of_random_programs_hold_what_is_called)
{
    for (uint64_t i = 0; i < 30; i++) {
        char *text = loop_workload((uint64_t)_i * 30 + i + 1);
        struct diags diags;
        struct config *cfg;

        diags_init(&diags);
        cfg = config_parse("random.json", text, strlen(text), &diags);
        ck_assert_msg(cfg != NULL, "%s\n%s", diags_text(&diags), text);
        watch_config(text, cfg);
        config_free(cfg);
        diags_release(&diags);
        free(text);
    }
}
END_TEST

Suite *loop_queues_suite(void)
{
    Suite *s = suite_create("loop_queues");
    TCase *tc = tcase_create("entries");

    tcase_add_test(tc, queues_hold_what_is_called);
    tcase_add_loop_test(tc, queues_of_random_programs_hold_what_is_called, 0, 10);
    suite_add_tcase(s, tc);
    return s;
}
