/* test_races.c - each source of order, each kind of race, and neither more nor less than an
 * exhaustive search finds; by records made by hand.  Runs: test_race_runs.c. */
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

/* ---- against an exhaustive search -------------------------------------------------------------- */

enum { EVENTS = 300, SLOTS = 6, WORDS = (EVENTS + 63) / 64 };

/* Events as records, and for each the set of those that happen before it. */
struct history {
    struct trace_rec recs[EVENTS];
    uint64_t before[EVENTS][WORDS];
    int life[EVENTS]; /* of the task: a number that is not used again */
    int n, last[EVENTS], lives;
};

static void follows(struct history *h, int event, int earlier)
{
    if (earlier < 0)
        return;
    for (int w = 0; w < WORDS; w++)
        h->before[event][w] |= h->before[earlier][w];
    h->before[event][earlier / 64] |= UINT64_C(1) << (earlier % 64);
}

static bool orders(const struct trace_rec *earlier, const struct trace_rec *later)
{
    if (earlier->place != later->place)
        return false;
    if (later->kind == TR_ACQUIRE && earlier->kind == TR_RELEASE)
        return later->arg == HOLD_SOLE || earlier->arg != HOLD_SHARED;
    return later->kind == TR_ACCESS && earlier->kind == TR_ACCESS &&
           later->arg == ACCESS_ATOMIC_READ && earlier->arg == ACCESS_ATOMIC_WRITE;
}

/* Adds an event of the task that lives `life`. */
static void happened(struct history *h, const struct trace_rec *rec, int life)
{
    int n = h->n++;

    h->recs[n] = *rec;
    h->life[n] = life;
    follows(h, n, h->last[life]);
    for (int i = 0; i < n; i++)
        if (orders(&h->recs[i], rec))
            follows(h, n, i);
    h->last[life] = n;
}

static bool searched(const struct history *h, int32_t var)
{
    for (int b = 0; b < h->n; b++)
        for (int a = 0; a < b; a++) {
            const struct trace_rec *p = &h->recs[a], *q = &h->recs[b];
            bool atomic = p->arg >= ACCESS_ATOMIC_READ && q->arg >= ACCESS_ATOMIC_READ;
            bool writes = p->arg % 2 == ACCESS_WRITE || q->arg % 2 == ACCESS_WRITE;

            if (p->kind == TR_ACCESS && q->kind == TR_ACCESS && p->place == var &&
                q->place == var && writes && !atomic && h->life[a] != h->life[b] &&
                !(h->before[b][a / 64] >> (a % 64) & 1))
                return true;
        }
    return false;
}

/* Tasks that come and go in SLOTS slots. */
struct walk {
    struct rig rig;
    struct history h;
    struct rng rng;
    int life[SLOTS];   /* -1: nobody there */
    int parent[SLOTS]; /* slot; -1: none, or gone */
};

static int32_t draw(struct walk *w, uint32_t n)
{
    return (int32_t)rng_below(&w->rng, n);
}

static void walk_record(struct walk *w, enum trace_kind kind, int32_t place, int32_t slot,
                        int64_t arg)
{
    struct trace_rec rec = {w->h.n, (uint8_t)kind, place, slot, arg, w->h.n % 7, NULL};

    happened(&w->h, &rec, w->life[slot]);
    trace_tell(&w->rig.feed.trace, &rec);
}

/* What stands between a parent and its child. */
static int walk_tie(struct walk *w, int32_t parent)
{
    struct trace_rec rec = {w->h.n, TR_MODE, -1, parent, 0, 0, NULL};

    happened(&w->h, &rec, w->life[parent]);
    return w->h.n - 1;
}

static void walk_begin(struct walk *w, int32_t slot)
{
    int32_t parent = draw(w, SLOTS);

    w->life[slot] = w->h.lives++;
    w->h.last[w->life[slot]] = -1;
    w->parent[slot] = -1;
    if (w->life[parent] < 0 || parent == slot) {
        feed_arrive(&w->rig.feed, slot, B, w->life[slot] + 1);
        return;
    }
    w->h.last[w->life[slot]] = walk_tie(w, parent);
    w->parent[slot] = parent;
    feed_spawn(&w->rig.feed, slot, parent, w->life[slot] + 1, "child");
}

static void walk_end(struct walk *w, int32_t slot)
{
    int32_t parent = w->parent[slot];
    int life = w->life[slot];

    for (int s = 0; s < SLOTS; s++)
        if (w->parent[s] == slot)
            w->parent[s] = -1;
    feed_done(&w->rig.feed, slot);
    w->life[slot] = w->parent[slot] = -1;
    if (parent < 0 || draw(w, 2) == 0)
        return;
    follows(&w->h, walk_tie(w, parent), w->h.last[life]);
    feed(&w->rig.feed, TR_JOIN, -1, parent, life + 1, 0);
}

static void walk_step(struct walk *w)
{
    int32_t slot = draw(w, SLOTS);

    if (w->life[slot] < 0) {
        walk_begin(w, slot);
        return;
    }
    switch (draw(w, 8)) {
    case 0:
        walk_end(w, slot);
        break;
    case 1:
    case 2:
    case 3:
        walk_record(w, TR_ACCESS, draw(w, 3), slot, draw(w, ACCESS_COUNT));
        break;
    case 4:
    case 5:
        walk_record(w, TR_ACQUIRE, draw(w, 3), slot, draw(w, 3));
        break;
    default:
        walk_record(w, TR_RELEASE, draw(w, 3), slot, draw(w, 3));
    }
}

START_TEST(it_finds_what_an_exhaustive_search_finds)
{
    static struct walk w;
    bool found[3] = {false};

    memset(&w, 0, sizeof(w));
    w.rng = rng_stream((uint64_t)_i + 1, "walk");
    feed_init(&w.rig.feed, hand);
    w.rig.races = races_new(w.rig.feed.sc);
    trace_attach(&w.rig.feed.trace, &w.rig.races->sink);
    memset(w.life, -1, sizeof(w.life));
    memset(w.parent, -1, sizeof(w.parent));
    for (int steps = 20 + _i % (EVENTS - 40); steps > 0 && w.h.n < EVENTS - 2; steps--)
        walk_step(&w);
    for (size_t i = 0; i < w.rig.races->n; i++)
        found[w.rig.races->list[i].var] = true;
    for (int32_t var = X; var <= Z; var++)
        ck_assert_msg(found[var] == searched(&w.h, var), "%s: found %d",
                      var == X   ? "x"
                      : var == Y ? "y"
                                 : "z",
                      found[var]);
    rig_release(&w.rig);
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
    tcase_add_test(hands, more_tasks_than_lanes_are_not_watched_and_not_mistaken);
    tcase_add_loop_test(hands, it_finds_what_an_exhaustive_search_finds, 0, 300);
    suite_add_tcase(s, hands);
    return s;
}
