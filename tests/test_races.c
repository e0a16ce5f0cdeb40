/* test_races.c - each source of order and each kind of race, by records made by hand.
 * test_race_search.c has random ones, test_race_runs.c runs. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/races.h"
#include "tests/feed.h"
#include "tests/support.h"

/* ---- records by hand ----------------------------------------------------------------------- */

static const char hand[] =
    "{\"vars\": {\"x\": 0, \"y\": 0, \"z\": 0}, \"tasks\": ["
    "  {\"name\": \"A\", \"do\": [{\"set\": \"x = 1\"}, {\"set\": \"x = 2\"}, {\"cpu\": 1}]},"
    "  {\"name\": \"B\", \"do\": [{\"cpu\": 1}, {\"cpu\": 1}, {\"cpu\": 1}, {\"cpu\": 1}]},"
    "  {\"name\": \"C\", \"after\": [\"A\"], \"do\": [{\"cpu\": 1}]},"
    "  {\"name\": \"D\", \"clients\": 2, \"think\": 1, \"requests\": 9, \"do\": [{\"cpu\": "
    "1}]}]}";

enum { X, Y, Z };              /* variables */
enum { A, B, C, D };           /* tasks of the file, and their slots */
enum { LOCK, OTHER, BARRIER }; /* sync objects */

struct rig {
    struct feed feed;
    struct races *races;
};

/* A to C have arrived, in the slots of their numbers. */
static void rig_init(struct rig *rig)
{
    feed_init(&rig->feed, hand);
    rig->races = races_new(rig->feed.sc);
    trace_attach(&rig->feed.trace, &rig->races->sink);
    feed_arrive(&rig->feed, A, A, 0);
    feed_arrive(&rig->feed, B, B, 0);
}

static void rig_release(struct rig *rig)
{
    races_free(rig->races);
    feed_release(&rig->feed);
}

/* The place of an access is the number of its task, unless it says otherwise. */
static void touch(struct rig *rig, int32_t task, int32_t var, enum access_how how)
{
    feed(&rig->feed, TR_ACCESS, var, task, how, task);
}

static void acquire(struct rig *rig, int32_t task, int32_t object, enum hold_how how)
{
    feed(&rig->feed, TR_ACQUIRE, object, task, how, task);
}

static void release(struct rig *rig, int32_t task, int32_t object, enum hold_how how)
{
    feed(&rig->feed, TR_RELEASE, object, task, how, task);
}

static void locked_write(struct rig *rig, int32_t task, int32_t lock)
{
    acquire(rig, task, lock, HOLD_SOLE);
    touch(rig, task, X, ACCESS_WRITE);
    release(rig, task, lock, HOLD_SOLE);
}

START_TEST(each_pair_of_accesses_races_as_the_standard_says)
{
    static const bool race[ACCESS_COUNT][ACCESS_COUNT] = {
        /*                     read   write  a.read a.write */
        [ACCESS_READ] = {false, true, false, true},
        [ACCESS_WRITE] = {true, true, true, true},
        [ACCESS_ATOMIC_READ] = {false, true, false, false},
        [ACCESS_ATOMIC_WRITE] = {true, true, false, false},
    };

    for (int a = 0; a < ACCESS_COUNT; a++)
        for (int b = 0; b < ACCESS_COUNT; b++) {
            struct rig rig;

            rig_init(&rig);
            touch(&rig, A, X, (enum access_how)a);
            touch(&rig, B, X, (enum access_how)b);
            ck_assert_msg(rig.races->n == race[a][b], "%s, then %s: %zu races",
                          access_how_name((enum access_how)a),
                          access_how_name((enum access_how)b), rig.races->n);
            rig_release(&rig);
        }
}
END_TEST

START_TEST(a_race_names_both_tasks_places_and_instants)
{
    struct rig rig;
    const struct race *race;

    rig_init(&rig);
    rig.feed.now = 10;
    feed(&rig.feed, TR_ACCESS, Y, A, ACCESS_READ, 1);
    rig.feed.now = 20;
    feed(&rig.feed, TR_ACCESS, Y, B, ACCESS_WRITE, 4);
    ck_assert_uint_eq(rig.races->n, 1);
    race = &rig.races->list[0];
    ck_assert_int_eq(race->var, Y);
    ck_assert_str_eq(race->first.task, "A");
    ck_assert_int_eq(race->first.at, 10);
    ck_assert_uint_eq(race->first.place, 1);
    ck_assert_int_eq(race->first.how, ACCESS_READ);
    ck_assert_str_eq(race->second.task, "B");
    ck_assert_int_eq(race->second.at, 20);
    ck_assert_uint_eq(race->second.place, 4);
    ck_assert_int_eq(race->second.how, ACCESS_WRITE);
    rig_release(&rig);
}
END_TEST

START_TEST(a_pair_of_places_is_told_once)
{
    struct rig rig;

    rig_init(&rig);
    for (int i = 0; i < 5; i++) {
        touch(&rig, A, X, ACCESS_WRITE);
        touch(&rig, B, X, ACCESS_WRITE);
    }
    ck_assert_uint_eq(rig.races->n, 1);
    touch(&rig, A, Y, ACCESS_WRITE);
    touch(&rig, B, Y, ACCESS_WRITE);
    ck_assert_uint_eq(rig.races->n, 2); /* of another variable */
    rig_release(&rig);
}
END_TEST

START_TEST(one_task_alone_is_in_order)
{
    struct rig rig;

    rig_init(&rig);
    for (int how = 0; how < ACCESS_COUNT; how++)
        touch(&rig, A, X, (enum access_how)how);
    touch(&rig, A, X, ACCESS_WRITE);
    touch(&rig, B, Y, ACCESS_WRITE);
    ck_assert_uint_eq(rig.races->n, 0);
    rig_release(&rig);
}
END_TEST

START_TEST(a_lock_orders_and_two_locks_do_not)
{
    struct rig rig;

    rig_init(&rig);
    locked_write(&rig, A, LOCK);
    locked_write(&rig, B, LOCK);
    locked_write(&rig, A, LOCK);
    ck_assert_uint_eq(rig.races->n, 0);
    locked_write(&rig, B, OTHER);
    ck_assert_uint_eq(rig.races->n, 1);
    rig_release(&rig);
}
END_TEST

START_TEST(what_comes_after_the_release_is_not_in_order)
{
    struct rig rig;

    rig_init(&rig);
    locked_write(&rig, A, LOCK);
    touch(&rig, A, Y, ACCESS_WRITE);
    acquire(&rig, B, LOCK, HOLD_SOLE);
    touch(&rig, B, Y, ACCESS_READ);
    ck_assert_uint_eq(rig.races->n, 1);
    rig_release(&rig);
}
END_TEST

START_TEST(readers_follow_writers_and_writers_follow_readers)
{
    struct rig rig;

    rig_init(&rig);
    feed_arrive(&rig.feed, C, B, 0);
    locked_write(&rig, A, LOCK);
    acquire(&rig, B, LOCK, HOLD_SHARED);
    acquire(&rig, C, LOCK, HOLD_SHARED);
    touch(&rig, B, X, ACCESS_READ);
    touch(&rig, C, X, ACCESS_READ);
    touch(&rig, B, Y, ACCESS_WRITE);
    release(&rig, B, LOCK, HOLD_SHARED);
    release(&rig, C, LOCK, HOLD_SHARED);
    locked_write(&rig, A, LOCK);
    ck_assert_uint_eq(rig.races->n, 0);
    acquire(&rig, C, LOCK, HOLD_SHARED); /* one reader does not follow another */
    touch(&rig, C, Y, ACCESS_WRITE);
    ck_assert_uint_eq(rig.races->n, 0); /* but this one follows the writer, who followed B */
    release(&rig, C, LOCK, HOLD_SHARED);
    acquire(&rig, B, LOCK, HOLD_SHARED);
    touch(&rig, B, Y, ACCESS_WRITE);
    ck_assert_uint_eq(rig.races->n, 1);
    rig_release(&rig);
}
END_TEST

START_TEST(a_post_orders_the_wait_that_follows)
{
    struct rig rig;

    rig_init(&rig);
    touch(&rig, A, X, ACCESS_WRITE);
    release(&rig, A, LOCK, HOLD_ORDER);
    acquire(&rig, B, LOCK, HOLD_ORDER);
    touch(&rig, B, X, ACCESS_WRITE);
    ck_assert_uint_eq(rig.races->n, 0);
    touch(&rig, A, X, ACCESS_READ); /* it does not wait for B */
    ck_assert_uint_eq(rig.races->n, 1);
    rig_release(&rig);
}
END_TEST

START_TEST(a_barrier_orders_all_before_with_all_behind)
{
    struct rig rig;

    rig_init(&rig);
    touch(&rig, A, X, ACCESS_WRITE);
    touch(&rig, B, Y, ACCESS_WRITE);
    release(&rig, A, BARRIER, HOLD_ORDER);
    release(&rig, B, BARRIER, HOLD_ORDER);
    acquire(&rig, A, BARRIER, HOLD_ORDER);
    acquire(&rig, B, BARRIER, HOLD_ORDER);
    touch(&rig, A, Y, ACCESS_WRITE);
    touch(&rig, B, X, ACCESS_WRITE);
    ck_assert_uint_eq(rig.races->n, 0);
    touch(&rig, B, Y, ACCESS_READ); /* both are behind it */
    ck_assert_uint_eq(rig.races->n, 1);
    rig_release(&rig);
}
END_TEST

START_TEST(a_receipt_orders_the_send_that_gets_its_room)
{
    struct rig rig;

    rig_init(&rig);
    touch(&rig, A, X, ACCESS_WRITE);
    release(&rig, A, LOCK, HOLD_BACK);
    acquire(&rig, B, LOCK, HOLD_ORDER); /* another order than that of sends */
    touch(&rig, B, X, ACCESS_READ);
    ck_assert_uint_eq(rig.races->n, 1);
    touch(&rig, A, Y, ACCESS_WRITE);
    release(&rig, A, LOCK, HOLD_BACK);
    acquire(&rig, B, LOCK, HOLD_BACK);
    touch(&rig, B, Y, ACCESS_WRITE);
    ck_assert_uint_eq(rig.races->n, 1);
    rig_release(&rig);
}
END_TEST

START_TEST(an_atomic_write_publishes_what_came_before)
{
    struct rig rig;

    rig_init(&rig);
    touch(&rig, A, X, ACCESS_WRITE);
    touch(&rig, A, Y, ACCESS_ATOMIC_WRITE);
    touch(&rig, B, Y, ACCESS_ATOMIC_READ);
    touch(&rig, B, X, ACCESS_WRITE);
    ck_assert_uint_eq(rig.races->n, 0);
    touch(&rig, B, Z, ACCESS_WRITE);
    touch(&rig, B, Y, ACCESS_ATOMIC_READ); /* to read publishes nothing */
    touch(&rig, A, Y, ACCESS_ATOMIC_READ);
    touch(&rig, A, Z, ACCESS_WRITE);
    ck_assert_uint_eq(rig.races->n, 1);
    rig_release(&rig);
}
END_TEST

START_TEST(a_child_follows_its_spawn_and_precedes_its_join)
{
    struct rig rig;

    rig_init(&rig);
    touch(&rig, A, X, ACCESS_WRITE);
    feed_spawn(&rig.feed, C, A, 1, "A/child");
    feed_spawn(&rig.feed, D, A, 1, "A/child#2");
    touch(&rig, C, X, ACCESS_READ);
    touch(&rig, D, X, ACCESS_READ);
    feed_done(&rig.feed, C);
    feed_done(&rig.feed, D);
    feed(&rig.feed, TR_JOIN, -1, A, 1, 0);
    touch(&rig, A, X, ACCESS_WRITE);
    ck_assert_uint_eq(rig.races->n, 0);
    feed_spawn(&rig.feed, C, A, 2, "A/other");
    touch(&rig, A, X, ACCESS_READ);
    touch(&rig, C, X, ACCESS_WRITE); /* the spawn does not follow what its parent does next */
    ck_assert_uint_eq(rig.races->n, 1);
    ck_assert_str_eq(rig.races->list[0].second.task, "A/other");
    feed_done(&rig.feed, A); /* before its child */
    feed_done(&rig.feed, C);
    rig_release(&rig);
}
END_TEST

START_TEST(the_end_of_a_child_that_is_not_joined_orders_nothing)
{
    struct rig rig;

    rig_init(&rig);
    feed_spawn(&rig.feed, C, A, 1, "A/child");
    touch(&rig, C, X, ACCESS_WRITE);
    feed_done(&rig.feed, C);
    touch(&rig, A, X, ACCESS_WRITE);
    ck_assert_uint_eq(rig.races->n, 1);
    ck_assert_str_eq(rig.races->list[0].first.task, "A/child"); /* though it is gone */
    rig_release(&rig);
}
END_TEST

START_TEST(a_task_follows_those_it_is_after)
{
    struct rig rig;

    rig_init(&rig);
    touch(&rig, A, X, ACCESS_WRITE);
    touch(&rig, B, Y, ACCESS_WRITE);
    feed_done(&rig.feed, A);
    feed_done(&rig.feed, B);
    feed_arrive(&rig.feed, A, C, 0); /* in a slot that is used again */
    touch(&rig, A, X, ACCESS_WRITE);
    ck_assert_uint_eq(rig.races->n, 0);
    touch(&rig, A, Y, ACCESS_WRITE);
    ck_assert_uint_eq(rig.races->n, 1);
    rig_release(&rig);
}
END_TEST

START_TEST(a_client_waits_for_its_own_request_before)
{
    struct rig rig;

    rig_init(&rig);
    feed_arrive(&rig.feed, C, D, 1); /* of client 1 */
    touch(&rig, C, X, ACCESS_WRITE);
    feed_done(&rig.feed, C);
    feed_arrive(&rig.feed, C, D, 3); /* its next */
    touch(&rig, C, X, ACCESS_WRITE);
    ck_assert_uint_eq(rig.races->n, 0);
    feed_arrive(&rig.feed, D, D, 2); /* of client 2 */
    touch(&rig, D, X, ACCESS_WRITE);
    ck_assert_uint_eq(rig.races->n, 1);
    rig_release(&rig);
}
END_TEST

START_TEST(clocks_stay_narrow_however_many_tasks_come_and_go)
{
    struct rig rig;

    rig_init(&rig);
    for (int64_t i = 1; i <= 100000; i++) {
        feed_arrive(&rig.feed, C, B, i);
        locked_write(&rig, C, LOCK);
        feed_done(&rig.feed, C);
    }
    ck_assert_uint_eq(rig.races->n, 0);
    ck_assert_uint_le(races_lanes(rig.races), 2);
    for (int64_t i = 1; i <= 1000; i++) { /* readers in no order at all */
        feed_arrive(&rig.feed, C, B, i);
        touch(&rig, C, Y, ACCESS_READ);
        feed_done(&rig.feed, C);
    }
    ck_assert_uint_eq(rig.races->n, 0);
    ck_assert_uint_le(races_lanes(rig.races), SHADOW_MAX + 3);
    touch(&rig, A, Y, ACCESS_WRITE);
    ck_assert_uint_eq(rig.races->n, 1);
    rig_release(&rig);
}
END_TEST

START_TEST(who_takes_over_a_lane_is_not_taken_for_its_last_owner)
{
    struct rig rig;

    rig_init(&rig);
    feed_spawn(&rig.feed, C, A, 1, "A/child");
    touch(&rig, C, X, ACCESS_WRITE);
    feed_done(&rig.feed, C);
    feed(&rig.feed, TR_JOIN, -1, A, 1, 0);
    touch(&rig, A, X, ACCESS_WRITE); /* nothing is kept of the child any more */
    touch(&rig, B, Y, ACCESS_WRITE);
    ck_assert_uint_eq(races_lanes(rig.races), 2);
    touch(&rig, A, Y, ACCESS_WRITE);
    ck_assert_uint_eq(rig.races->n, 1);
    rig_release(&rig);
}
END_TEST

START_TEST(ended_tasks_make_room_for_live_ones)
{
    static const char many[] =
        "{\"vars\": {\"a\": 0, \"b\": 0, \"c\": 0, \"d\": 0, \"e\": 0, \"f\": 0, \"g\": 0},"
        " \"tasks\": [{\"name\": \"T\", \"count\": 9, \"do\": [{\"cpu\": 1}, {\"cpu\": 1}]}]}";
    struct rig rig;

    feed_init(&rig.feed, many);
    rig.races = races_new(rig.feed.sc);
    trace_attach(&rig.feed.trace, &rig.races->sink);
    for (int32_t i = 0; i < 7 * SHADOW_MAX;
         i++) { /* readers in no order, each of one variable */
        feed_arrive(&rig.feed, 0, 0, i + 1);
        feed(&rig.feed, TR_ACCESS, i % 7, 0, ACCESS_READ, 0);
        feed_done(&rig.feed, 0);
    }
    ck_assert_uint_eq(races_lanes(rig.races), LANES_MAX);
    feed_arrive(&rig.feed, 0, 0, 1000);
    feed(&rig.feed, TR_ACCESS, 6, 0, ACCESS_WRITE, 1);
    ck_assert_uint_eq(rig.races->n, 1);
    rig_release(&rig);
}
END_TEST

START_TEST(more_tasks_than_lanes_are_not_watched_and_not_mistaken)
{
    struct rig rig;
    int32_t many = LANES_MAX + 50;

    rig_init(&rig);
    for (int32_t i = 0; i < many; i++)
        feed_arrive(&rig.feed, C + i, B, i + 1);
    for (int32_t i = 0; i < many; i++) {
        acquire(&rig, C + i, LOCK, HOLD_SOLE);
        touch(&rig, C + i, X, ACCESS_WRITE);
        release(&rig, C + i, LOCK, HOLD_SOLE);
    }
    locked_write(&rig, C, LOCK);
    ck_assert_uint_eq(rig.races->n, 0);
    ck_assert_uint_eq(races_lanes(rig.races), LANES_MAX);
    rig_release(&rig);
}
END_TEST

Suite *races_suite(void)
{
    Suite *s = suite_create("races");
    TCase *hands = tcase_create("records");

    tcase_set_timeout(hands, 60);
    tcase_add_test(hands, each_pair_of_accesses_races_as_the_standard_says);
    tcase_add_test(hands, a_race_names_both_tasks_places_and_instants);
    tcase_add_test(hands, a_pair_of_places_is_told_once);
    tcase_add_test(hands, one_task_alone_is_in_order);
    tcase_add_test(hands, a_lock_orders_and_two_locks_do_not);
    tcase_add_test(hands, what_comes_after_the_release_is_not_in_order);
    tcase_add_test(hands, readers_follow_writers_and_writers_follow_readers);
    tcase_add_test(hands, a_post_orders_the_wait_that_follows);
    tcase_add_test(hands, a_barrier_orders_all_before_with_all_behind);
    tcase_add_test(hands, a_receipt_orders_the_send_that_gets_its_room);
    tcase_add_test(hands, an_atomic_write_publishes_what_came_before);
    tcase_add_test(hands, a_child_follows_its_spawn_and_precedes_its_join);
    tcase_add_test(hands, the_end_of_a_child_that_is_not_joined_orders_nothing);
    tcase_add_test(hands, a_task_follows_those_it_is_after);
    tcase_add_test(hands, a_client_waits_for_its_own_request_before);
    tcase_add_test(hands, clocks_stay_narrow_however_many_tasks_come_and_go);
    tcase_add_test(hands, who_takes_over_a_lane_is_not_taken_for_its_last_owner);
    tcase_add_test(hands, ended_tasks_make_room_for_live_ones);
    tcase_add_test(hands, more_tasks_than_lanes_are_not_watched_and_not_mistaken);
    suite_add_tcase(s, hands);
    return s;
}
