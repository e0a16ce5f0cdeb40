/* loop_heap.c - the heap of a loop's process: generations, collections, and its end.
 *
 *    allocate          survives one scavenge     survives two, or a mark-sweep
 *   ----------> NURSERY -----------> AGED ---------------> OLD
 *               \_____ young: `young` bytes _____/          `limit` bytes
 *
 * What a task has allocated is alive until it frees it or ends; then it is garbage, which takes
 * room until a collection finds it: a scavenge that of the young generation, a mark-sweep all.
 * Both stop the loop in the middle of the callback that allocates, for a time in proportion to
 * what is alive: `scavenge` where the whole young generation survives, `mark_sweep` where `limit`
 * bytes are alive.
 *
 *   young is full                 scavenge
 *   old passes its allocation limit   mark-sweep, and the next limit is
 *                                 min(max(2 * alive, alive + 8 MiB) + young, halfway to `limit`);
 *                                 the first one min(256 MiB, `limit` / 2)
 *   no room then                  the process ends: "Reached heap limit"
 *   four mark-sweeps in a row that leave 80 % of `limit` alive, while less than 40 % of the time
 *   was the program's             likewise: "Ineffective mark-compacts near heap limit"
 *
 * Source: V8 11.3 src/heap/heap.cc (CollectGarbage, IsIneffectiveMarkCompact,
 * CheckIneffectiveMarkCompact, ConfigureHeap), heap-controller.cc (CalculateAllocationLimit),
 * scavenger.cc; rule N9.  Differs: the factor is 2 (V8: 1.1 to 4, by how fast it collects and the
 * program allocates); bytes, not objects, so what dies young is what the task allocated last; all
 * of a mark-sweep is its pause (V8 marks most beside the program); what does not fit into the
 * young generation even when that has been scavenged is allocated in the old one.
 *
 * And, as node 20.20 --trace-gc shows on programs that allocate arrays of 1 kB: the young
 * generation is `young` from the beginning, where V8's semi-space begins with 1 MiB and doubles
 * when more than that has survived since it last did (Heap::CheckNewSpaceExpansionCriteria), so
 * that a program whose garbage all dies young is scavenged once a MiB whatever --max-semi-
 * space-size says (413 times for 400 MB with 1, 4 and 16), for next to nothing each; one that
 * keeps 2 MB is scavenged 822, 217 and 40 times.  The first mark-sweep of a program that keeps
 * all comes at about half of ours, as V8 begins to mark before the limit is reached (at 18, 49
 * and 140 MB with --max-old-space-size=64, 200 and 1000); from then on the heap grows by 1.5 to
 * 2.7, and near the limit by half of what is left, as here: 692, 846, 923, 952 MB of 1000, and
 * then the same message. */
#include "models/executors/loop_heap.h"

#include <inttypes.h>
#include <stdio.h>

#include "models/executors/executor_loop.h"

#define MIB (INT64_C(1) << 20)

enum { INEFFECTIVE_MAX = 4 };

const struct param heap_params[] = {
    PARAM(BYTES, struct heap_params, limit,
          "of the old generation, --max-old-space-size; beyond it the process ends", .min = 1,
          .max = INT64_C(1) << 53, .deflt = "2GB"),
    PARAM(BYTES, struct heap_params, young, "of the young generation: full, it is scavenged",
          .min = 1, .max = INT64_C(1) << 53, .deflt = "16MB"),
    PARAM(TIME, struct heap_params, scavenge,
          "pause where all of the young generation survives; in proportion where less does",
          .deflt = "1ms"),
    PARAM(TIME, struct heap_params, mark_sweep,
          "pause where \"limit\" bytes are alive; in proportion where fewer are",
          .deflt = "50ms"),
    PARAM_END,
};

static struct heap_share *share_of_link(struct list *link)
{
    return container_of(link, struct heap_share, link);
}

static int64_t used(const struct heap *h)
{
    return h->young + h->old;
}

static void tell(struct loop *l)
{
    struct heap *h = &l->heap;
    int64_t bytes = l->dead ? 0 : h->params.present ? used(h) : h->alive;

    if (l->dead && h->told == 0)
        return;
    executor_uses(l->ex, bytes - h->told);
    h->told = bytes;
    if (h->params.present && l->number >= 0)
        executor_heap(l->ex, l->number, bytes, l->dead ? 0 : bytes - h->alive);
}

/* ---- shares ------------------------------------------------------------------------------------ */

static void share_init(struct heap_share *s)
{
    if (!s->link.next)
        list_init(&s->link);
}

static void share_add(struct heap *h, struct heap_share *s, int64_t bytes, bool young)
{
    share_init(s);
    h->alive += bytes;
    if (young) {
        h->young += bytes;
        s->nursery += bytes;
        if (list_empty(&s->link))
            list_push_back(&h->young_shares, &s->link);
    } else {
        h->old += bytes;
        s->old += bytes;
    }
}

/* Takes at most `bytes` of *part. */
static int64_t part_of(int64_t *part, int64_t bytes)
{
    int64_t taken = *part < bytes ? *part : bytes;

    *part -= taken;
    return bytes - taken;
}

static void share_drop(struct heap *h, struct heap_share *s, int64_t bytes)
{
    int64_t left = part_of(&s->nursery, bytes);

    left = part_of(&s->aged, left);
    left = part_of(&s->old, left);
    sim_assert(left == 0);
    h->alive -= bytes;
}

static int64_t share_bytes(const struct heap_share *s)
{
    return s->nursery + s->aged + s->old;
}

/* ---- collections ------------------------------------------------------------------------------- */

static int64_t young_alive(const struct heap *h)
{
    int64_t bytes = 0;

    for (struct list *at = h->young_shares.next; at != &h->young_shares; at = at->next)
        bytes += share_of_link(at)->nursery + share_of_link(at)->aged;
    return bytes;
}

/* Everything young grows one step older; with `all` it is old. */
static void promote(struct heap *h, bool all)
{
    struct list *at = h->young_shares.next;

    h->young = 0;
    while (at != &h->young_shares) {
        struct heap_share *s = share_of_link(at);
        int64_t promoted = s->aged + (all ? s->nursery : 0);

        at = at->next;
        s->old += promoted;
        h->old += promoted;
        s->aged = all ? 0 : s->nursery;
        s->nursery = 0;
        h->young += s->aged;
        if (s->aged > 0)
            continue;
        list_remove(&s->link);
        list_init(&s->link);
    }
}

static int64_t next_soft(const struct heap *h)
{
    int64_t alive = h->alive, limit = h->params.limit;
    int64_t grown = (alive > 8 * MIB ? 2 * alive : alive + 8 * MIB) + h->params.young;
    int64_t halfway = (alive + limit) / 2;

    return grown < halfway ? grown : halfway;
}

/* Did the last four bring nothing, and take most of the time? */
static void count_ineffective(struct loop *l)
{
    struct heap *h = &l->heap;
    sim_time now = executor_now(l->ex), elapsed = now - h->swept_at;
    sim_time program = elapsed - h->collected;
    bool high = h->alive >= h->params.limit - h->params.limit / 5;

    h->ineffective = high && program < elapsed / 5 * 2 ? h->ineffective + 1 : 0;
    h->swept_at = now;
    h->collected = 0;
}

static void collected(struct loop *l)
{
    struct heap *h = &l->heap;

    if (h->collecting == GC_SCAVENGE) {
        promote(h, false);
        h->scavenged = true;
        h->must_sweep = h->old > h->soft;
    } else {
        promote(h, true);
        h->old = h->alive;
        h->soft = next_soft(h);
        h->swept = true;
        h->must_sweep = false;
        count_ineffective(l);
    }
    if (l->number >= 0)
        executor_gc(l->ex, l->number, h->collecting, 0);
    h->collecting = GC_COUNT;
    tell(l);
}

static sim_time pause(const struct heap *h, enum gc_kind kind)
{
    const struct heap_params *p = &h->params;

    if (kind == GC_SCAVENGE)
        return mul_div_ceil(p->scavenge, young_alive(h), p->young);
    return mul_div_ceil(p->mark_sweep, h->alive, p->limit);
}

/* ---- asking for room ----------------------------------------------------------------------------- */

enum need { NEED_NOTHING, NEED_SCAVENGE, NEED_MARK_SWEEP, NEED_END };

static bool fits_young(const struct heap *h)
{
    return h->young + h->asked <= h->params.young;
}

static enum need what_it_needs(const struct heap *h)
{
    if (h->must_sweep)
        return NEED_MARK_SWEEP;
    if (h->ineffective >= INEFFECTIVE_MAX || h->old > h->params.limit)
        return NEED_END;
    if (h->asked <= h->params.young) {
        if (fits_young(h))
            return NEED_NOTHING;
        if (!h->scavenged && !h->swept)
            return NEED_SCAVENGE;
    }
    if (h->old + h->asked <= h->soft)
        return NEED_NOTHING;
    if (!h->swept)
        return NEED_MARK_SWEEP;
    return h->old + h->asked <= h->params.limit ? NEED_NOTHING : NEED_END;
}

/* FATAL ERROR, and abort(): SIGABRT, 128 + 6 for a shell. */
static void crash(struct loop *l)
{
    struct heap *h = &l->heap;
    struct loop_task *asker = h->asker;
    const char *why = h->ineffective >= INEFFECTIVE_MAX
                          ? "Ineffective mark-compacts near heap limit"
                          : "Reached heap limit";
    char text[160];

    (void)snprintf(text, sizeof(text),
                   "FATAL ERROR: %s Allocation failed - JavaScript heap out of memory "
                   "(exit status 134)",
                   why);
    h->asker = NULL;
    if (l->worker) { /* ERR_WORKER_OUT_OF_MEMORY: the process goes on */
        worker_fails(l->worker,
                     executor_words(l->ex, "Worker terminated due to reaching memory "
                                           "limit: JS heap out of memory"));
    } else {
        executor_fault(l->ex, asker->task, h->asked_at, text);
        executor_no_memory(l->ex);
    }
    loop_stop(l, !l->worker);
    heap_ends(l);
}

void heap_ends(struct loop *l)
{
    l->dead = true;
    l->heap.asker = NULL;
    tell(l);
}

bool heap_goes_on(struct loop *l, struct step *out)
{
    struct heap *h = &l->heap;

    while (h->asker) {
        enum need need;
        sim_time time;

        if (h->collecting != GC_COUNT)
            collected(l);
        need = what_it_needs(h);
        if (need == NEED_END) {
            crash(l);
            return false;
        }
        if (need == NEED_NOTHING) {
            share_add(h, h->leaks ? &h->own : &h->asker->heap, h->asked,
                      h->asked <= h->params.young && fits_young(h));
            h->asker = NULL;
            tell(l);
            return false;
        }
        h->collecting = need == NEED_SCAVENGE ? GC_SCAVENGE : GC_MARK_SWEEP;
        time = pause(h, h->collecting);
        h->collected = time_add(h->collected, time);
        if (time > 0) {
            if (l->number >= 0)
                executor_gc(l->ex, l->number, h->collecting, time);
            *out = (struct step){.kind = STEP_RUN, .time = time};
            return true;
        }
    }
    return false;
}

/* ---- what tasks do --------------------------------------------------------------------------------- */

void heap_allocate(struct loop *l, struct loop_task *lt, int64_t bytes, bool leaks,
                   uint32_t place)
{
    struct heap *h = &l->heap;

    if (!h->params.present) {
        share_add(h, leaks ? &h->own : &lt->heap, bytes, false);
        tell(l);
        return;
    }
    h->asker = lt;
    h->asked = bytes;
    h->asked_at = place;
    h->leaks = leaks;
    h->scavenged = h->swept = false;
}

void heap_free(struct loop *l, struct loop_task *lt, int64_t bytes, uint32_t place)
{
    struct heap *h = &l->heap;
    char text[160];

    if (bytes > share_bytes(&lt->heap)) {
        (void)snprintf(text, sizeof(text),
                       "frees %" PRId64 " bytes, and has allocated %" PRId64
                       " that it has not freed yet",
                       bytes, share_bytes(&lt->heap));
        executor_fault(l->ex, lt->task, place, text);
        loop_kill(lt, true);
        loop_check(lt);
        return;
    }
    share_drop(h, &lt->heap, bytes);
    if (!h->params.present)
        h->old -= bytes;
    tell(l);
}

void heap_task_ends(struct loop *l, struct loop_task *lt)
{
    struct heap *h = &l->heap;
    struct heap_share *s = &lt->heap;
    int64_t bytes = share_bytes(s);

    if (bytes == 0 && !s->link.next)
        return;
    share_init(s);
    if (lt->script && !lt->fault) { /* what a module holds stays */
        share_init(&h->own);
        h->own.nursery += s->nursery;
        h->own.aged += s->aged;
        h->own.old += s->old;
        if (list_empty(&h->own.link) && s->nursery + s->aged > 0)
            list_push_back(&h->young_shares, &h->own.link);
    } else {
        share_drop(h, s, bytes);
        if (!h->params.present)
            h->old -= bytes;
    }
    if (!list_empty(&s->link))
        list_remove(&s->link);
    s->link.next = NULL;
    tell(l);
}

void heap_init(struct loop *l, const struct heap_params *params)
{
    struct heap *h = &l->heap;
    int64_t half = params->limit / 2;

    h->params = *params;
    h->collecting = GC_COUNT;
    h->soft = half < 256 * MIB ? half : 256 * MIB;
    list_init(&h->young_shares);
}
