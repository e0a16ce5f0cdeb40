/* test_race_search.c - random records: the detector finds neither more nor less than an
 * exhaustive search over all pairs of accesses. */
#include <check.h>
#include <string.h>

#include "sim/races.h"
#include "sim/rng.h"
#include "tests/feed.h"
#include "tests/support.h"

static const char config[] =
    "{\"vars\": {\"x\": 0, \"y\": 0, \"z\": 0}, \"tasks\": [{\"name\": \"T\", \"count\": 999,"
    " \"do\": [{\"cpu\": 1}, {\"cpu\": 1}, {\"cpu\": 1}, {\"cpu\": 1}, {\"cpu\": 1},"
    " {\"cpu\": 1}, {\"cpu\": 1}]}]}";

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
    struct feed feed;
    struct races *races;
    struct history h;
    struct rng rng;
    uint32_t spread;   /* the larger, the more orderly */
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
    trace_tell(&w->feed.trace, &rec);
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
        feed_arrive(&w->feed, slot, 0, w->life[slot] + 1);
        return;
    }
    w->h.last[w->life[slot]] = walk_tie(w, parent);
    w->parent[slot] = parent;
    feed_spawn(&w->feed, slot, parent, w->life[slot] + 1, "child");
}

static void walk_end(struct walk *w, int32_t slot)
{
    int32_t parent = w->parent[slot];
    int life = w->life[slot];

    for (int s = 0; s < SLOTS; s++)
        if (w->parent[s] == slot)
            w->parent[s] = -1;
    feed_done(&w->feed, slot);
    w->life[slot] = w->parent[slot] = -1;
    if (parent < 0 || draw(w, 2) == 0)
        return;
    follows(&w->h, walk_tie(w, parent), w->h.last[life]);
    feed(&w->feed, TR_JOIN, -1, parent, life + 1, 0);
}

/* A variable touched under its lock, and its lock alone. */
static void walk_section(struct walk *w, int32_t slot)
{
    int32_t var = draw(w, 3);

    walk_record(w, TR_ACQUIRE, var, slot, HOLD_SOLE);
    walk_record(w, TR_ACCESS, var, slot, draw(w, 2));
    walk_record(w, TR_RELEASE, var, slot, HOLD_SOLE);
}

static void walk_step(struct walk *w)
{
    int32_t slot = draw(w, SLOTS);

    if (w->life[slot] < 0) {
        walk_begin(w, slot);
        return;
    }
    switch (draw(w, w->spread)) {
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
    case 6:
    case 7:
        walk_record(w, TR_RELEASE, draw(w, 3), slot, draw(w, 3));
        break;
    default:
        walk_section(w, slot);
    }
}

START_TEST(it_finds_what_an_exhaustive_search_finds)
{
    static struct walk w;
    static const char *const names[] = {"x", "y", "z"};
    bool found[3] = {false};

    memset(&w, 0, sizeof(w));
    w.spread = 8U << _i % 6;
    w.rng = rng_stream((uint64_t)_i + 1, "walk");
    feed_init(&w.feed, config);
    w.races = races_new(w.feed.sc);
    trace_attach(&w.feed.trace, &w.races->sink);
    memset(w.life, -1, sizeof(w.life));
    memset(w.parent, -1, sizeof(w.parent));
    for (int steps = 20 + _i % (EVENTS - 40); steps > 0 && w.h.n < EVENTS - 4; steps--)
        walk_step(&w);
    for (size_t i = 0; i < w.races->n; i++)
        found[w.races->list[i].var] = true;
    for (int32_t var = 0; var < 3; var++)
        ck_assert_msg(found[var] == searched(&w.h, var), "%s: found %d", names[var],
                      found[var]);
    races_free(w.races);
    feed_release(&w.feed);
}
END_TEST

Suite *race_search_suite(void)
{
    Suite *s = suite_create("race_search");
    TCase *tc = tcase_create("walks");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, it_finds_what_an_exhaustive_search_finds, 0, 300);
    suite_add_tcase(s, tc);
    return s;
}
