/* test_lockorder.c - which cycles of locks are told, and which could not close. */
#include <check.h>
#include <string.h>

#include "sim/lockorder.h"
#include "tests/feed.h"
#include "tests/support.h"

static const char tasks[] =
    "{\"tasks\": [{\"name\": \"T\", \"count\": 9,"
    " \"do\": [{\"cpu\": 1}, {\"cpu\": 1}, {\"cpu\": 1}, {\"cpu\": 1}]}]}";

enum { A, B, C, GATE }; /* locks */

struct rig {
    struct feed feed;
    struct lockorder *lo;
};

/* Nine tasks, T#1 in slot 1 and so on. */
static void rig_init(struct rig *rig)
{
    feed_init(&rig->feed, tasks);
    rig->lo = lockorder_new(rig->feed.sc);
    trace_attach(&rig->feed.trace, &rig->lo->sink);
    for (int32_t i = 1; i <= 9; i++)
        feed_arrive(&rig->feed, i, 0, i);
}

/* The number of cycles, now that all has been told; and clears up. */
static size_t rig_count(struct rig *rig)
{
    size_t n;

    trace_finish(&rig->feed.trace, rig->feed.now);
    n = rig->lo->n;
    lockorder_free(rig->lo);
    feed_release(&rig->feed);
    return n;
}

static void take(struct rig *rig, int32_t task, int32_t lock, enum hold_how how)
{
    feed(&rig->feed, TR_ACQUIRE, lock, task, how, lock);
}

static void give(struct rig *rig, int32_t task, int32_t lock)
{
    feed(&rig->feed, TR_RELEASE, lock, task, HOLD_SOLE, 0);
}

/* Takes one lock and then the other, and gives them back. */
static void nest(struct rig *rig, int32_t task, int32_t outer, int32_t inner)
{
    take(rig, task, outer, HOLD_SOLE);
    take(rig, task, inner, HOLD_SOLE);
    give(rig, task, inner);
    give(rig, task, outer);
}

START_TEST(two_orders_are_told_with_who_where_and_when)
{
    struct rig rig;
    const struct lock_cycle *c;

    rig_init(&rig);
    rig.feed.now = 5;
    nest(&rig, 1, A, B);
    rig.feed.now = 8;
    nest(&rig, 2, B, A);
    trace_finish(&rig.feed.trace, 10);
    ck_assert_uint_eq(rig.lo->n, 1);
    c = &rig.lo->list[0];
    ck_assert_uint_eq(c->n, 2);
    ck_assert_str_eq(c->steps[0].task, "T#1");
    ck_assert_int_eq(c->steps[0].held, A);
    ck_assert_int_eq(c->steps[0].taken, B);
    ck_assert_uint_eq(c->steps[0].held_place, A);
    ck_assert_uint_eq(c->steps[0].taken_place, B);
    ck_assert_int_eq(c->steps[0].at, 5);
    ck_assert_str_eq(c->steps[1].task, "T#2");
    ck_assert_int_eq(c->steps[1].held, B);
    ck_assert_int_eq(c->steps[1].at, 8);
    lockorder_free(rig.lo);
    feed_release(&rig.feed);
}
END_TEST

START_TEST(one_order_is_fine)
{
    struct rig rig;

    rig_init(&rig);
    nest(&rig, 1, A, B);
    nest(&rig, 2, A, B);
    nest(&rig, 3, B, C);
    nest(&rig, 1, A, C);
    ck_assert_uint_eq(rig_count(&rig), 0);
}
END_TEST

START_TEST(one_task_does_not_meet_itself)
{
    struct rig rig;

    rig_init(&rig);
    nest(&rig, 1, A, B);
    nest(&rig, 1, B, A);
    ck_assert_uint_eq(rig_count(&rig), 0);
    rig_init(&rig);
    nest(&rig, 1, A, B);
    nest(&rig, 1, B, A);
    nest(&rig, 2, A, B); /* but this one meets it */
    ck_assert_uint_eq(rig_count(&rig), 1);
}
END_TEST

START_TEST(a_lock_given_back_before_is_not_held)
{
    struct rig rig;

    rig_init(&rig);
    take(&rig, 1, A, HOLD_SOLE);
    give(&rig, 1, A);
    take(&rig, 1, B, HOLD_SOLE);
    give(&rig, 1, B);
    nest(&rig, 2, B, A);
    ck_assert_uint_eq(rig_count(&rig), 0);
}
END_TEST

START_TEST(a_gate_keeps_a_cycle_from_closing)
{
    struct rig rig;

    rig_init(&rig);
    for (int32_t i = 1; i <= 2; i++) {
        take(&rig, i, GATE, HOLD_SOLE);
        nest(&rig, i, i == 1 ? A : B, i == 1 ? B : A);
        give(&rig, i, GATE);
    }
    ck_assert_uint_eq(rig_count(&rig), 0);
}
END_TEST

START_TEST(a_gate_that_is_not_always_held_does_not)
{
    struct rig rig;

    rig_init(&rig);
    for (int32_t i = 1; i <= 2; i++) {
        take(&rig, i, GATE, HOLD_SOLE);
        nest(&rig, i, i == 1 ? A : B, i == 1 ? B : A);
        give(&rig, i, GATE);
    }
    nest(&rig, 3, A, B); /* comes in beside it */
    ck_assert_uint_eq(rig_count(&rig), 1);
}
END_TEST

START_TEST(a_gate_that_readers_share_does_not)
{
    struct rig rig;

    rig_init(&rig);
    for (int32_t i = 1; i <= 2; i++) {
        take(&rig, i, GATE, HOLD_SHARED);
        nest(&rig, i, i == 1 ? A : B, i == 1 ? B : A);
        give(&rig, i, GATE);
    }
    ck_assert_uint_eq(rig_count(&rig), 1);
}
END_TEST

START_TEST(readers_alone_do_not_wait_for_each_other)
{
    struct rig rig;

    rig_init(&rig);
    take(&rig, 1, A, HOLD_SHARED);
    take(&rig, 1, B, HOLD_SOLE);
    take(&rig, 2, B, HOLD_SOLE);
    take(&rig, 2, A, HOLD_SHARED);
    ck_assert_uint_eq(rig_count(&rig), 0);
    rig_init(&rig);
    take(&rig, 1, A, HOLD_SHARED);
    take(&rig, 1, B, HOLD_SOLE);
    take(&rig, 2, B, HOLD_SOLE);
    take(&rig, 2, A, HOLD_SOLE); /* a writer waits for a reader */
    ck_assert_uint_eq(rig_count(&rig), 1);
}
END_TEST

START_TEST(what_anybody_may_post_is_no_lock)
{
    struct rig rig;

    rig_init(&rig);
    for (int32_t i = 1; i <= 2; i++) {
        take(&rig, i, i == 1 ? A : B, HOLD_ORDER);
        take(&rig, i, i == 1 ? B : A, HOLD_ORDER);
    }
    ck_assert_uint_eq(rig_count(&rig), 0);
}
END_TEST

START_TEST(who_only_tries_does_not_wait)
{
    struct rig rig;

    rig_init(&rig);
    nest(&rig, 1, A, B);
    take(&rig, 2, B, HOLD_SOLE);
    feed(&rig.feed, TR_TRY, A, 2, 1, 0);
    take(&rig, 2, A, HOLD_SOLE);
    feed(&rig.feed, TR_TRY, A, 2, 0, 0);
    nest(&rig, 2, GATE, C);
    ck_assert_uint_eq(rig_count(&rig), 0);
    rig_init(&rig);
    nest(&rig, 1, B, A);
    feed(&rig.feed, TR_TRY, A, 2, 1, 0); /* got, and held while it waits for another */
    take(&rig, 2, A, HOLD_SOLE);
    feed(&rig.feed, TR_TRY, A, 2, 0, 0);
    take(&rig, 2, B, HOLD_SOLE);
    ck_assert_uint_eq(rig_count(&rig), 1);
}
END_TEST

START_TEST(a_run_in_which_the_second_lock_is_only_tried_gets_no_warning)
{
    struct result r = run_text(
        "{\"sync\": {\"a\": {\"mutex\": {}}, \"b\": {\"mutex\": {}}}, \"tasks\": ["
        "{\"name\": \"one\", \"do\": [{\"lock\": \"a\"}, {\"lock\": \"b\"}, {\"unlock\": "
        "\"b\"},"
        " {\"unlock\": \"a\"}]}, {\"name\": \"two\", \"locals\": {\"got\": 0}, \"do\": ["
        "{\"lock\": \"b\"}, {\"trylock\": \"a\", \"into\": \"got\"}, {\"assert\": \"got == "
        "1\"},"
        " {\"unlock\": \"a\"}, {\"unlock\": \"b\"}]}]}");

    ck_assert_str_eq(quanta_outcome(r.run), "completed");
    ck_assert_int_eq(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(r.json, "lock_order")),
                     0);
    result_free(&r);
}
END_TEST

START_TEST(a_round_of_philosophers_is_one_cycle)
{
    for (int32_t n = 3; n <= CYCLE_MAX; n++) {
        struct rig rig;

        rig_init(&rig);
        for (int32_t i = 0; i < n; i++) { /* more than once: a cycle is told once */
            nest(&rig, i + 1, i, (i + 1) % n);
            nest(&rig, i + 1, i, (i + 1) % n);
        }
        trace_finish(&rig.feed.trace, 1);
        ck_assert_uint_eq(rig.lo->n, 1);
        ck_assert_uint_eq(rig.lo->list[0].n, (size_t)n);
        lockorder_free(rig.lo);
        feed_release(&rig.feed);
        rig_init(&rig);
        for (int32_t i = 0; i < n; i++) /* the last one is left-handed */
            nest(&rig, i + 1, i == n - 1 ? 0 : i, i == n - 1 ? i : i + 1);
        ck_assert_uint_eq(rig_count(&rig), 0);
    }
}
END_TEST

START_TEST(a_cycle_that_did_deadlock_is_not_a_warning)
{
    struct rig rig;

    rig_init(&rig);
    nest(&rig, 1, A, B);
    nest(&rig, 2, B, A);
    feed(&rig.feed, TR_DEADLOCK, A, 2, 1, 0);
    feed(&rig.feed, TR_DEADLOCK, B, 1, 2, 0);
    ck_assert_uint_eq(rig_count(&rig), 0);
    rig_init(&rig);
    nest(&rig, 1, A, B);
    nest(&rig, 2, B, A);
    feed(&rig.feed, TR_DEADLOCK, A, 2, 1, 0);
    feed(&rig.feed, TR_DEADLOCK, C, 1, 2, 0);
    ck_assert_uint_eq(rig_count(&rig), 1);
}
END_TEST

START_TEST(many_tasks_and_many_cycles_stay_bounded)
{
    struct rig rig;

    rig_init(&rig);
    for (int64_t i = 0; i < 20000; i++) {
        feed_done(&rig.feed, 1);
        feed_arrive(&rig.feed, 1, 0, i + 10);
        nest(&rig, 1, A, B);
        nest(&rig, 1, B, A);
    }
    ck_assert_uint_eq(rig_count(&rig), 1);
    rig_init(&rig);
    for (int32_t a = 0; a < 40; a++)
        for (int32_t b = 0; b < 40; b++)
            if (a != b) {
                take(&rig, 1 + (a + b) % 9, a, HOLD_SOLE);
                take(&rig, 1 + (a + b) % 9, b, HOLD_SOLE);
                give(&rig, 1 + (a + b) % 9, b);
                give(&rig, 1 + (a + b) % 9, a);
            }
    ck_assert_uint_le(rig_count(&rig), CYCLES_MAX);
}
END_TEST

/* ---- runs ------------------------------------------------------------------------------ */

static struct result run_orders(int64_t arrive)
{
    struct text config = {0};
    struct result r;

    text_addf(&config,
              "{\"machine\": {\"cores\": 2}, \"sync\": {\"a\": {\"mutex\": {}}, \"b\":"
              " {\"mutex\": {}}}, \"tasks\": [{\"name\": \"one\", \"do\": ["
              "{\"lock\": \"a\"}, {\"cpu\": 1}, {\"lock\": \"b\"}, {\"cpu\": 1},"
              "{\"unlock\": \"b\"}, {\"unlock\": \"a\"}]}, {\"name\": \"two\", \"arrive\": %d,"
              "\"do\": [{\"lock\": \"b\"}, {\"cpu\": 1}, {\"lock\": \"a\"}, {\"cpu\": 1},"
              "{\"unlock\": \"a\"}, {\"unlock\": \"b\"}]}]}",
              (int)arrive);
    r = run_text(config.data);
    text_release(&config);
    return r;
}

START_TEST(a_run_warns_of_the_deadlock_that_another_has)
{
    struct result r = run_orders(10);
    char *summary;
    const struct quanta_look look = {.width = 80};

    ck_assert_str_eq(quanta_outcome(r.run), "completed");
    ck_assert_int_eq(number_at(&r, "/lock_order/0/steps/0/t"), 1000000);
    ck_assert_int_eq(number_at(&r, "/lock_order/0/steps/1/t"), 11000000);
    ck_assert_int_eq(number_at(&r, "/lock_order/0/steps/1/takes/line"), 1);
    summary = quanta_summary(r.run, &look);
    ck_assert_ptr_nonnull(strstr(summary, "a -> b -> a\n"));
    ck_assert_ptr_nonnull(strstr(summary, "two holds b (line 1) and takes a (line 1)\n"));
    quanta_text_free(summary);
    result_free(&r);
    r = run_orders(0);
    ck_assert_str_eq(quanta_outcome(r.run), "deadlock");
    ck_assert_int_eq(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(r.json, "lock_order")),
                     0);
    result_free(&r);
}
END_TEST

Suite *lockorder_suite(void)
{
    Suite *s = suite_create("lockorder");
    TCase *tc = tcase_create("records");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, two_orders_are_told_with_who_where_and_when);
    tcase_add_test(tc, one_order_is_fine);
    tcase_add_test(tc, one_task_does_not_meet_itself);
    tcase_add_test(tc, a_lock_given_back_before_is_not_held);
    tcase_add_test(tc, a_gate_keeps_a_cycle_from_closing);
    tcase_add_test(tc, a_gate_that_is_not_always_held_does_not);
    tcase_add_test(tc, a_gate_that_readers_share_does_not);
    tcase_add_test(tc, readers_alone_do_not_wait_for_each_other);
    tcase_add_test(tc, what_anybody_may_post_is_no_lock);
    tcase_add_test(tc, who_only_tries_does_not_wait);
    tcase_add_test(tc, a_run_in_which_the_second_lock_is_only_tried_gets_no_warning);
    tcase_add_test(tc, a_round_of_philosophers_is_one_cycle);
    tcase_add_test(tc, a_cycle_that_did_deadlock_is_not_a_warning);
    tcase_add_test(tc, many_tasks_and_many_cycles_stay_bounded);
    tcase_add_test(tc, a_run_warns_of_the_deadlock_that_another_has);
    suite_add_tcase(s, tc);
    return s;
}
