/* test_urgency.c - who waited longest while less urgent tasks ran, and why. */
#include <check.h>
#include <string.h>

#include "sim/urgency.h"
#include "tests/feed.h"
#include "tests/support.h"

/* ---- records by hand: two cores, of which `pinned` may use core 0 alone --------------------- */

static const char hand[] =
    "{\"machine\": {\"cores\": 2}, \"tasks\": ["
    "  {\"name\": \"low\", \"priority\": 1, \"do\": [{\"cpu\": 1}]},"
    "  {\"name\": \"mid\", \"priority\": 5, \"do\": [{\"cpu\": 1}]},"
    "  {\"name\": \"high\", \"priority\": 9, \"do\": [{\"cpu\": 1}]},"
    "  {\"name\": \"pinned\", \"priority\": 9, \"affinity\": [0], \"do\": [{\"cpu\": 1}]}]}";

enum { LOW, MID, HIGH, PINNED };
enum { LOCK, OTHER };

struct rig {
    struct feed feed;
    struct urgency *u;
};

static void rig_init(struct rig *rig)
{
    feed_init(&rig->feed, hand);
    rig->u = urgency_new(rig->feed.sc);
    ck_assert_ptr_nonnull(rig->u);
    trace_attach(&rig->feed.trace, &rig->u->sink);
    for (int32_t i = LOW; i <= PINNED; i++)
        feed_arrive(&rig->feed, i, i, 0);
}

static void rig_end(struct rig *rig, sim_time at)
{
    trace_finish(&rig->feed.trace, at);
}

static void rig_release(struct rig *rig)
{
    urgency_free(rig->u);
    feed_release(&rig->feed);
}

static void ready(struct rig *rig, sim_time at, int32_t task)
{
    rig->feed.now = at;
    feed(&rig->feed, TR_READY, -1, task, READY_WOKEN, 0);
}

static void run(struct rig *rig, sim_time at, int32_t task, int32_t core)
{
    rig->feed.now = at;
    feed(&rig->feed, TR_RUN, core, task, RUN_USER, 0);
}

static void stop(struct rig *rig, sim_time at, int32_t task, int32_t core)
{
    rig->feed.now = at;
    feed(&rig->feed, TR_STOP, core, task, STOP_BLOCKED, 0);
}

static void take(struct rig *rig, int32_t task, int32_t lock)
{
    feed(&rig->feed, TR_ACQUIRE, lock, task, HOLD_SOLE, 0);
}

static void blocks(struct rig *rig, sim_time at, int32_t task, int32_t core, int32_t lock)
{
    stop(rig, at, task, core);
    feed(&rig->feed, TR_BLOCK, lock, task, BLOCK_SYNC, 0);
}

START_TEST(a_wait_counts_only_while_less_urgent_tasks_run)
{
    struct rig rig;

    rig_init(&rig);
    run(&rig, 0, LOW, 0);
    ready(&rig, 10, HIGH);
    stop(&rig, 30, LOW, 0); /* 20 of it */
    run(&rig, 40, PINNED, 0);
    run(&rig, 50, LOW, 1);
    run(&rig, 55, MID, 0);
    run(&rig, 60, HIGH, 1); /* 10 more, not 15 */
    rig_end(&rig, 100);
    ck_assert_str_eq(rig.u->starvation.task, "high");
    ck_assert_int_eq(rig.u->starvation.from, 10);
    ck_assert_int_eq(rig.u->starvation.time, 30);
    ck_assert_str_eq(rig.u->starvation.ran, "low");
    ck_assert_int_eq(rig.u->starvation.why, STARVED_PASSED_OVER);
    ck_assert_ptr_null(rig.u->inversion.task);
    rig_release(&rig);
}
END_TEST

START_TEST(cores_that_a_task_may_not_use_are_nothing_to_it)
{
    struct rig rig;

    rig_init(&rig);
    ready(&rig, 0, PINNED);
    run(&rig, 0, LOW, 1);
    run(&rig, 0, HIGH, 0);
    stop(&rig, 20, HIGH, 0);
    run(&rig, 20, MID, 0);
    rig_end(&rig, 50);
    ck_assert_str_eq(rig.u->starvation.task, "pinned");
    ck_assert_int_eq(rig.u->starvation.time, 30);
    ck_assert_str_eq(rig.u->starvation.ran, "mid");
    rig_release(&rig);
}
END_TEST

START_TEST(less_urgent_tasks_may_wait_as_long_as_they_must)
{
    struct rig rig;

    rig_init(&rig);
    ready(&rig, 0, LOW);
    ready(&rig, 0, MID);
    run(&rig, 0, HIGH, 0);
    run(&rig, 0, PINNED, 1);
    rig_end(&rig, 100);
    ck_assert_ptr_null(rig.u->starvation.task);
    rig_release(&rig);
}
END_TEST

START_TEST(the_longest_wait_is_told_and_a_requeue_does_not_break_it)
{
    struct rig rig;

    rig_init(&rig);
    run(&rig, 0, LOW, 0);
    ready(&rig, 10, HIGH);
    run(&rig, 30, HIGH, 1);
    stop(&rig, 40, HIGH, 1);
    ready(&rig, 40, HIGH);
    ready(&rig, 50, HIGH); /* to another queue */
    run(&rig, 65, HIGH, 1);
    stop(&rig, 70, HIGH, 1);
    ready(&rig, 70, HIGH);
    run(&rig, 75, HIGH, 1);
    rig_end(&rig, 100);
    ck_assert_int_eq(rig.u->starvation.from, 40);
    ck_assert_int_eq(rig.u->starvation.time, 25);
    ck_assert_int_eq(rig.u->starvation.why, STARVED_NOT_PREEMPTED);
    rig_release(&rig);
}
END_TEST

/* low holds the lock, high wants it, mid keeps low from running. */
START_TEST(an_inversion_names_the_holder_and_who_ran_instead)
{
    struct rig rig;

    rig_init(&rig);
    run(&rig, 0, LOW, 0);
    take(&rig, LOW, LOCK);
    stop(&rig, 5, LOW, 0);
    run(&rig, 5, HIGH, 0);
    blocks(&rig, 10, HIGH, 0, LOCK);
    run(&rig, 10, LOW, 0);
    stop(&rig, 12, LOW, 0);
    run(&rig, 12, MID, 0);
    stop(&rig, 42, MID, 0);
    run(&rig, 42, LOW, 0);
    rig.feed.now = 45;
    feed(&rig.feed, TR_RELEASE, LOCK, LOW, HOLD_SOLE, 0);
    ready(&rig, 45, HIGH);
    stop(&rig, 45, LOW, 0);
    run(&rig, 45, HIGH, 0);
    rig_end(&rig, 60);
    ck_assert_str_eq(rig.u->inversion.task, "high");
    ck_assert_int_eq(rig.u->inversion.from, 10);
    ck_assert_int_eq(rig.u->inversion.time, 35);
    ck_assert_int_eq(rig.u->inversion.lock, LOCK);
    ck_assert_str_eq(rig.u->inversion.holder, "low");
    ck_assert_str_eq(rig.u->inversion.ran, "mid");
    ck_assert_ptr_null(rig.u->starvation.task);
    rig_release(&rig);
}
END_TEST

START_TEST(an_inversion_without_a_third_task_names_the_holder_as_who_ran)
{
    struct rig rig;

    rig_init(&rig);
    run(&rig, 0, LOW, 0);
    take(&rig, LOW, LOCK);
    run(&rig, 5, HIGH, 1);
    blocks(&rig, 10, HIGH, 1, LOCK);
    rig_end(&rig, 25);
    ck_assert_int_eq(rig.u->inversion.time, 15);
    ck_assert_str_eq(rig.u->inversion.ran, "low");
    rig_release(&rig);
}
END_TEST

START_TEST(a_holder_as_urgent_is_no_inversion_unless_it_waits_for_a_lesser_one)
{
    for (int chain = 0; chain < 2; chain++) {
        struct rig rig;

        rig_init(&rig);
        run(&rig, 0, LOW, 0);
        take(&rig, LOW, OTHER);
        run(&rig, 0, PINNED, 1);
        take(&rig, PINNED, LOCK);
        if (chain)
            blocks(&rig, 5, PINNED, 1, OTHER);
        else
            stop(&rig, 5, PINNED, 1);
        run(&rig, 5, HIGH, 1);
        blocks(&rig, 10, HIGH, 1, LOCK);
        rig_end(&rig, 30);
        if (chain) {
            ck_assert_int_eq(rig.u->inversion.time, 25); /* that of the first in the chain */
            ck_assert_str_eq(rig.u->inversion.task, "pinned");
        } else {
            ck_assert_ptr_null(rig.u->inversion.task);
        }
        rig_release(&rig);
    }
}
END_TEST

START_TEST(what_nobody_holds_is_waited_for_without_inversion)
{
    struct rig rig;

    rig_init(&rig);
    run(&rig, 0, LOW, 0);
    feed(&rig.feed, TR_ACQUIRE, LOCK, LOW, HOLD_ORDER, 0);
    run(&rig, 0, HIGH, 1);
    blocks(&rig, 0, HIGH, 1, LOCK);
    rig_end(&rig, 30);
    ck_assert_ptr_null(rig.u->inversion.task);
    rig_release(&rig);
}
END_TEST

START_TEST(a_lent_priority_is_why_a_middle_task_waits)
{
    struct rig rig;

    rig_init(&rig);
    run(&rig, 0, LOW, 0);
    feed(&rig.feed, TR_PRIORITY, -1, LOW, 9, 0);
    ready(&rig, 2, MID);
    rig.feed.now = 8;
    feed(&rig.feed, TR_PRIORITY, -1, LOW, 1, 0);
    stop(&rig, 8, LOW, 0);
    run(&rig, 8, MID, 0);
    rig_end(&rig, 10);
    ck_assert_int_eq(rig.u->starvation.time, 6);
    ck_assert_int_eq(rig.u->starvation.why, STARVED_LENT);
    rig_release(&rig);
}
END_TEST

START_TEST(names_outlive_their_tasks)
{
    struct rig rig;

    rig_init(&rig);
    run(&rig, 0, LOW, 0);
    take(&rig, LOW, LOCK);
    run(&rig, 0, HIGH, 1);
    blocks(&rig, 0, HIGH, 1, LOCK);
    run(&rig, 0, MID, 1);
    stop(&rig, 10, MID, 1);
    feed_done(&rig.feed, MID);
    stop(&rig, 20, LOW, 0);
    feed_done(&rig.feed, LOW);
    rig_end(&rig, 30);
    ck_assert_str_eq(rig.u->inversion.holder, "low");
    ck_assert_int_eq(rig.u->inversion.time, 20);
    rig_release(&rig);
}
END_TEST

/* ---- runs ----------------------------------------------------------------------------------- */

static struct result run_policy(const char *policy)
{
    struct text config = {0};
    struct result r;

    text_addf(&config,
              "{\"unit\": \"ns\", \"machine\": {\"scheduler\": %s}, \"tasks\": ["
              "{\"name\": \"low\", \"count\": 2, \"do\": [{\"cpu\": 10}]},"
              "{\"name\": \"high\", \"priority\": 1, \"arrive\": 3, \"do\": [{\"cpu\": 5}]}]}",
              policy);
    r = run_text(config.data);
    text_release(&config);
    return r;
}

static const char *text_of(const struct result *r, const char *finding, const char *key)
{
    const cJSON *o = cJSON_GetObjectItemCaseSensitive(r->json, "summary");

    o = cJSON_GetObjectItemCaseSensitive(o, finding);
    o = cJSON_GetObjectItemCaseSensitive(o, key);
    return cJSON_IsString(o) ? o->valuestring : "";
}

static const char *text_at(const struct result *r, const char *key)
{
    return text_of(r, "starvation", key);
}

START_TEST(fifo_passes_the_urgent_over_and_a_preemptive_policy_does_not)
{
    struct result r = run_policy("\"fifo\"");

    ck_assert_int_eq(number_at(&r, "/summary/starvation/time"), 17);
    ck_assert_int_eq(number_at(&r, "/summary/starvation/from"), 3);
    ck_assert_str_eq(text_at(&r, "task"), "high");
    ck_assert_str_eq(text_at(&r, "ran"), "low#2");
    ck_assert_str_eq(text_at(&r, "why"), "passed over");
    result_free(&r);
    r = run_policy("{\"policy\": \"priority\", \"preemptive\": false}");
    ck_assert_int_eq(number_at(&r, "/summary/starvation/time"), 7);
    ck_assert_str_eq(text_at(&r, "ran"), "low#1");
    ck_assert_str_eq(text_at(&r, "why"), "not preempted");
    result_free(&r);
    r = run_policy("\"priority\"");
    ck_assert_str_eq(text_at(&r, "task"), "");
    result_free(&r);
}
END_TEST

START_TEST(a_middle_task_makes_an_inversion_long_and_inheritance_short)
{
    for (int inherit = 0; inherit < 2; inherit++) {
        struct text config = {0};
        struct result r;

        text_addf(
            &config,
            "{\"unit\": \"ns\", \"machine\": {\"scheduler\": \"priority\"},"
            "\"sync\": {\"bus\": {\"mutex\": {\"protocol\": \"%s\"}}}, \"tasks\": ["
            "{\"name\": \"low\", \"do\": [{\"lock\": \"bus\"}, {\"cpu\": 10},"
            " {\"unlock\": \"bus\"}]},"
            "{\"name\": \"mid\", \"priority\": 1, \"arrive\": 5, \"do\": [{\"cpu\": 50}]},"
            "{\"name\": \"high\", \"priority\": 2, \"arrive\": 4, \"do\": ["
            "{\"lock\": \"bus\"}, {\"cpu\": 1}, {\"unlock\": \"bus\"}]}]}",
            inherit ? "inherit" : "none");
        r = run_text(config.data);
        ck_assert_int_eq(number_at(&r, "/summary/inversion/time"), inherit ? 6 : 56);
        ck_assert_int_eq(number_at(&r, "/summary/inversion/from"), 4);
        ck_assert_str_eq(text_of(&r, "inversion", "lock"), "bus");
        ck_assert_str_eq(text_of(&r, "inversion", "holder"), "low");
        ck_assert_str_eq(text_of(&r, "inversion", "ran"), inherit ? "low" : "mid");
        result_free(&r);
        text_release(&config);
    }
}
END_TEST

START_TEST(equal_priorities_are_not_watched)
{
    struct feed f;

    feed_init(&f, "{\"tasks\": [{\"name\": \"A\", \"do\": [{\"cpu\": 1}]}]}");
    ck_assert_ptr_null(urgency_new(f.sc));
    feed_release(&f);
}
END_TEST

START_TEST(more_priorities_than_clocks_are_not_watched)
{
    struct text config = {0};
    struct feed f;

    text_add(&config, "{\"tasks\": [");
    for (int i = 0; i <= URGENCY_CLASSES; i++)
        text_addf(&config, "%s{\"name\": \"T%d\", \"priority\": %d, \"do\": [{\"cpu\": 1}]}",
                  i ? "," : "", i, i);
    text_add(&config, "]}");
    feed_init(&f, config.data);
    ck_assert_ptr_null(urgency_new(f.sc));
    feed_release(&f);
    text_release(&config);
}
END_TEST

Suite *urgency_suite(void)
{
    Suite *s = suite_create("urgency");
    TCase *hands = tcase_create("records"), *runs = tcase_create("runs");

    tcase_add_test(hands, a_wait_counts_only_while_less_urgent_tasks_run);
    tcase_add_test(hands, cores_that_a_task_may_not_use_are_nothing_to_it);
    tcase_add_test(hands, less_urgent_tasks_may_wait_as_long_as_they_must);
    tcase_add_test(hands, the_longest_wait_is_told_and_a_requeue_does_not_break_it);
    tcase_add_test(hands, an_inversion_names_the_holder_and_who_ran_instead);
    tcase_add_test(hands, an_inversion_without_a_third_task_names_the_holder_as_who_ran);
    tcase_add_test(hands, a_holder_as_urgent_is_no_inversion_unless_it_waits_for_a_lesser_one);
    tcase_add_test(hands, what_nobody_holds_is_waited_for_without_inversion);
    tcase_add_test(hands, a_lent_priority_is_why_a_middle_task_waits);
    tcase_add_test(hands, names_outlive_their_tasks);
    suite_add_tcase(s, hands);
    tcase_add_test(runs, fifo_passes_the_urgent_over_and_a_preemptive_policy_does_not);
    tcase_add_test(runs, a_middle_task_makes_an_inversion_long_and_inheritance_short);
    tcase_add_test(runs, equal_priorities_are_not_watched);
    tcase_add_test(runs, more_priorities_than_clocks_are_not_watched);
    suite_add_tcase(s, runs);
    return s;
}
