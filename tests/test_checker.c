/* test_checker.c - the sink that watches: it must see what is wrong, so it is told of it. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/checker.h"
#include "sim/config.h"
#include "tests/support.h"

/* Two tasks on two cores, then the records of the case; what is found. */
static char *found_in(const char *config, const struct trace_rec *recs, size_t n)
{
    struct diags diags;
    struct config *cfg;
    struct scenario *sc;
    struct checker *checker;
    char *found;

    diags_init(&diags);
    cfg = config_parse("checked.json", config, strlen(config), &diags);
    ck_assert_ptr_nonnull(cfg);
    sc = config_scenario(cfg, 0, &diags);
    checker = checker_new(sc);
    for (int32_t i = 0; i < 2; i++) {
        struct trace_rec life[] = {{0, TR_ARRIVE, -1, i, 0, i + 1, NULL},
                                   {0, TR_READY, -1, i, READY_NEW, 0, NULL},
                                   {0, TR_RUN, i, i, RUN_USER, SIM_NEVER, NULL}};

        for (size_t k = 0; k < ARRAY_LEN(life); k++)
            checker->sink.record(&checker->sink, &life[k]);
    }
    ck_assert_uint_eq(checker->nfound, 0);
    for (size_t i = 0; i < n; i++)
        checker->sink.record(&checker->sink, &recs[i]);
    found = sim_strdup(checker->nfound > 0 ? checker->found.data : "");
    checker_free(checker);
    scenario_free(sc);
    config_free(cfg);
    diags_release(&diags);
    return found;
}

static char *found_by_checker(const struct trace_rec *recs, size_t n)
{
    return found_in("{\"sync\":{\"m\":{\"mutex\":{}}},\"machine\":{\"cores\":2},"
                    "\"tasks\":[{\"name\":\"A\",\"count\":2,\"do\":[]}]}",
                    recs, n);
}

static char *found_in_loop(const struct trace_rec *recs, size_t n)
{
    return found_in("{\"machine\":{\"cores\":2},"
                    "\"executors\":{\"default\":{\"kind\":\"event-loop\"}},"
                    "\"tasks\":[{\"name\":\"A\",\"count\":2,\"do\":[]}]}",
                    recs, n);
}

START_TEST(the_checker_sees_what_no_lock_may_do)
{
    static const struct {
        struct trace_rec recs[3];
        const char *found;
    } wrong[] = {
        {{{1, TR_ACQUIRE, 0, 0, HOLD_SOLE, 0, NULL}, {2, TR_ACQUIRE, 0, 1, HOLD_SOLE, 0, NULL}},
         "gets \"m\", which task 0 has"},
        {{{1, TR_ACQUIRE, 0, 0, HOLD_SOLE, 0, NULL},
          {2, TR_ACQUIRE, 0, 1, HOLD_SHARED, 0, NULL}},
         "gets \"m\", which task 0 has"},
        {{{1, TR_ACQUIRE, 0, 0, HOLD_SHARED, 0, NULL},
          {2, TR_ACQUIRE, 0, 1, HOLD_SOLE, 0, NULL}},
         "gets \"m\", which task 0 has"},
        {{{1, TR_ACQUIRE, 0, 0, HOLD_SOLE, 0, NULL}, {2, TR_RELEASE, 0, 1, HOLD_SOLE, 0, NULL}},
         "gives back \"m\", which it has not"},
    };

    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        char *found = found_by_checker(wrong[i].recs, 2);

        ck_assert_msg(strstr(found, wrong[i].found) != NULL, "%s", found);
        free(found);
    }
}
END_TEST

START_TEST(the_checker_lets_readers_share_and_owners_give_back)
{
    static const struct trace_rec recs[] = {
        {1, TR_ACQUIRE, 0, 0, HOLD_SHARED, 0, NULL},
        {2, TR_ACQUIRE, 0, 1, HOLD_SHARED, 0, NULL},
        {3, TR_RELEASE, 0, 0, HOLD_SHARED, 0, NULL},
        {4, TR_RELEASE, 0, 1, HOLD_SHARED, 0, NULL},
        {5, TR_ACQUIRE, 0, 1, HOLD_SOLE, 0, NULL},
        {6, TR_RELEASE, 0, 1, HOLD_SOLE, 0, NULL},
        {7, TR_RELEASE, 0, 0, HOLD_ORDER, 0, NULL},
    };
    char *found = found_by_checker(recs, ARRAY_LEN(recs));

    ck_assert_str_eq(found, "");
    free(found);
}
END_TEST

/* A green task that waits leaves its core, also where a blocked thread would hold it. */
START_TEST(the_checker_knows_who_holds_a_core)
{
    static const char config[] = "{\"machine\":{\"cores\":2,\"queues\":\"per-core\","
                                 "\"balance\":\"none\",\"on_block\":\"hold\"},"
                                 "\"executors\":{\"default\":{\"kind\":\"%s\",\"threads\":2}},"
                                 "\"tasks\":[{\"name\":\"A\",\"count\":2,\"do\":[]}]}";
    static const struct trace_rec elsewhere[] = {
        {1, TR_STOP, 1, 1, STOP_BLOCKED, 0, NULL},
        {1, TR_BLOCK, -1, 1, BLOCK_SLEEP, 0, NULL},
        {2, TR_READY, 0, 1, READY_WOKEN, 0, NULL},
        {5, TR_STOP, 0, 0, STOP_DONE, 0, NULL},
    };
    static const struct trace_rec idle[] = {
        {1, TR_STOP, 1, 1, STOP_BLOCKED, 0, NULL},
        {1, TR_BLOCK, -1, 1, BLOCK_SLEEP, 0, NULL},
        {2, TR_STOP, 0, 0, STOP_PREEMPTED, 0, NULL},
        {2, TR_READY, 1, 0, READY_PREEMPTED, 0, NULL},
        {5, TR_READY, 0, 1, READY_WOKEN, 0, NULL},
    };
    static const struct {
        const char *kind;
        const struct trace_rec *recs;
        size_t n;
        const char *found;
    } cases[] = {
        {"green", elsewhere, ARRAY_LEN(elsewhere), ""},
        {"green", idle, ARRAY_LEN(idle),
         "at 2 ns: core 1 idles until 5 ns while task 0 is ready\n"},
        {"pool", idle, ARRAY_LEN(idle), ""},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[300], *found;

        (void)snprintf(text, sizeof(text), config, cases[i].kind);
        found = found_in(text, cases[i].recs, cases[i].n);
        ck_assert_str_eq(found, cases[i].found);
        free(found);
    }
}
END_TEST

/* A round of a loop in which a task begins, and a timer is started and fires. */
#define PHASE_OF(at, stage, round)                      \
    {                                                   \
        at, TR_PHASE, 0, -1, STAGE_##stage, round, NULL \
    }
#define LENGTH(at, queue, n)                              \
    {                                                     \
        at, TR_QUEUED, 0, -1, LOOP_QUEUE_##queue, n, NULL \
    }
#define CALL_OF(at, kind)                        \
    {                                            \
        at, TR_CALL, 0, 0, CALL_##kind, -1, NULL \
    }
#define RETURNED(at)                    \
    {                                   \
        at, TR_RETURN, 0, 0, 0, 0, NULL \
    }

START_TEST(the_checker_lets_a_loop_go_round)
{
    static const struct trace_rec recs[] = {
        PHASE_OF(0, TIMERS, 0),
        PHASE_OF(0, POLL, 1),
        LENGTH(0, READY, 1),
        LENGTH(0, READY, 0),
        CALL_OF(0, TASK),
        LENGTH(0, TIMERS, 1),
        {0, TR_FRAME, 0, 0, 1, 0, "f"},
        {1, TR_FRAME, 0, 0, 0, 0, "f"},
        {1, TR_GC, 0, -1, GC_SCAVENGE, 1, NULL},
        {2, TR_GC, 0, -1, GC_SCAVENGE, 0, NULL},
        {2, TR_HEAP, 0, -1, 5, 5, NULL},
        RETURNED(2),
        PHASE_OF(2, CHECK, 1),
        PHASE_OF(2, CLOSING, 1),
        PHASE_OF(2, TIMERS, 1),
        LENGTH(3, DUE, 1),
        LENGTH(3, DUE, 0),
        LENGTH(3, TIMERS, 0),
        CALL_OF(3, TIMER),
        RETURNED(3),
    };
    char *found = found_in_loop(recs, ARRAY_LEN(recs));

    ck_assert_str_eq(found, "");
    free(found);
}
END_TEST

START_TEST(the_checker_sees_what_no_loop_may_do)
{
    static const struct {
        struct trace_rec recs[6];
        size_t n;
        const char *found;
    } wrong[] = {
        {{PHASE_OF(0, TIMERS, 0), PHASE_OF(0, CHECK, 0)}, 2, "phase check comes after timers"},
        {{PHASE_OF(0, TIMERS, 0), PHASE_OF(0, POLL, 0)}, 2, "round 0 comes after 0"},
        {{PHASE_OF(0, SCRIPT, 0), CALL_OF(0, SCRIPT), CALL_OF(0, SCRIPT)},
         3,
         "a script is called while a script runs"},
        {{PHASE_OF(0, SCRIPT, 0), CALL_OF(0, SCRIPT), PHASE_OF(0, TIMERS, 0)},
         3,
         "phase timers begins while a script runs"},
        {{PHASE_OF(0, SCRIPT, 0), LENGTH(0, IMMEDIATES, 1), LENGTH(0, IMMEDIATES, 0),
          CALL_OF(0, IMMEDIATE)},
         4,
         "a immediate is called in phase script"},
        {{PHASE_OF(0, SCRIPT, 0), CALL_OF(0, TICK)}, 2, "what was taken last is of no queue"},
        {{PHASE_OF(0, TIMERS, 0), LENGTH(0, TIMERS, 1), LENGTH(0, TIMERS, 0),
          CALL_OF(0, TIMER)},
         4,
         "a timer is called before it is due"},
        {{PHASE_OF(0, SCRIPT, 0), LENGTH(0, TICKS, 1), CALL_OF(0, SCRIPT)},
         3,
         "1 ticks and 0 microtasks are left"},
        {{LENGTH(0, READY, 2)}, 1, "queue ready has 2, and had 0"},
        {{LENGTH(0, READY, -1)}, 1, "queue ready has -1, and had 0"},
        {{LENGTH(0, DUE, 1)}, 1, "more timers are due than there are"},
        {{RETURNED(0)}, 1, "a call of task 0 returns"},
        {{PHASE_OF(0, SCRIPT, 0),
          CALL_OF(0, SCRIPT),
          {0, TR_FRAME, 0, 0, 1, 0, "f"},
          RETURNED(0)},
         4,
         "leaves 1 frames behind"},
        {{PHASE_OF(0, SCRIPT, 0),
          CALL_OF(0, SCRIPT),
          {0, TR_FRAME, 0, 0, 1, 0, "f"},
          {0, TR_FRAME, 0, 0, 0, 0, "g"}},
         4,
         "\"g\" is left, which is not on top"},
        {{{0, TR_GC, 0, -1, GC_SCAVENGE, 5, NULL}},
         1,
         "a collection begins outside of any call"},
        {{{0, TR_HEAP, 0, -1, 5, 6, NULL}}, 1, "of 5 bytes of its heap 6 are garbage"},
        {{{0, TR_HEAP, 0, -1, -1, 0, NULL}}, 1, "of -1 bytes of its heap"},
        {{{0, TR_HEAP, 7, -1, 0, 0, NULL}}, 1, "there is no loop 7"},
        {{{5, TR_STOP, 0, 0, STOP_DONE, 0, NULL}, {5, TR_DONE, -1, 0, DONE_END, 0, NULL}},
         2,
         "task 0 ran for 5 ns, and for 0 within calls"},
    };

    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        char *found = found_in_loop(wrong[i].recs, wrong[i].n);

        ck_assert_msg(strstr(found, wrong[i].found) != NULL, "no \"%s\" in: %s", wrong[i].found,
                      found);
        free(found);
    }
}
END_TEST

Suite *checker_suite(void)
{
    Suite *s = suite_create("checker");
    TCase *tc = tcase_create("sync objects");

    tcase_add_test(tc, the_checker_sees_what_no_lock_may_do);
    tcase_add_test(tc, the_checker_lets_readers_share_and_owners_give_back);
    suite_add_tcase(s, tc);
    tc = tcase_create("cores");
    tcase_add_test(tc, the_checker_knows_who_holds_a_core);
    suite_add_tcase(s, tc);
    tc = tcase_create("event loops");
    tcase_add_test(tc, the_checker_lets_a_loop_go_round);
    tcase_add_test(tc, the_checker_sees_what_no_loop_may_do);
    suite_add_tcase(s, tc);
    return s;
}
