/* hrrn.c - highest response ratio next: of (waiting + burst) / burst the largest; runs until
 * it blocks or ends.
 *
 * Ratios grow at different speeds, so no order of the queue lasts.  The ready threads stand in
 * a tree, and each node knows the winner of its subtree and the last instant at which it surely
 * still wins; a decision looks again only where that has passed (a kinetic tournament, see
 * Basch, Guibas, Hershberger, Data Structures for Mobile Data, J. Algorithms 31 (1999)).
 * Ratios are compared by cross-multiplication in 128 bits.  A burst of nothing counts as 1 ns. */
#include "models/schedulers/ready_tree.h"

struct hrrn_thread {
    struct ready_node node; /* all keys are the same: in order of coming */
    sim_time since, burst;
    struct hrrn_thread *winner; /* of the subtree */
    sim_time until;             /* it surely wins up to here, here included */
};

enum { OUT_OF_DATE = -1 }; /* as `until` */

static struct hrrn_thread *of_node(struct ready_node *node)
{
    return container_of(node, struct hrrn_thread, node);
}

/* Does `a` run before `b` at `now`?  (now - since + burst) / burst; of equals the first. */
static bool wins(const struct hrrn_thread *a, const struct hrrn_thread *b, sim_time now)
{
    int order = wide_compare(wide_mul((uint64_t)(now - a->since), (uint64_t)b->burst),
                             wide_mul((uint64_t)(now - b->since), (uint64_t)a->burst));

    return order != 0 ? order > 0 : a->node.turn < b->node.turn;
}

/* The last instant at which `a`, which wins now, still wins against `b`.
 *
 * Only a shorter burst grows faster.  With x = now - b.since, it is ahead where
 *
 *     x / b.burst > (x + d) / a.burst,  d = b.since - a.since,  x > d * b.burst / (a.burst - b.burst)
 *
 * and, if it came first, where they are equal; d < 0 would have let it win already. */
static sim_time wins_until(const struct hrrn_thread *a, const struct hrrn_thread *b)
{
    sim_time x;

    if (b->burst >= a->burst || b->since < a->since)
        return SIM_NEVER;
    x = b->node.turn < a->node.turn
            ? mul_div_ceil(b->since - a->since, b->burst, a->burst - b->burst) - 1
            : mul_div_floor(b->since - a->since, b->burst, a->burst - b->burst);
    return x >= SIM_TIME_MAX ? SIM_NEVER : time_add(b->since, x < 0 ? 0 : x);
}

static void challenge(struct hrrn_thread *ht, struct hrrn_thread *other, sim_time now)
{
    struct hrrn_thread *loser = other;
    sim_time until;

    if (wins(other, ht->winner, now)) {
        loser = ht->winner;
        ht->winner = other;
    }
    until = wins_until(ht->winner, loser);
    if (until < ht->until)
        ht->until = until;
}

/* The winner of three, of which two are the winners of the subtrees: the bounds of pairs that
 * were compared on the way hold for whoever won in the end as well, or are too early. */
static void decide(struct hrrn_thread *ht, sim_time now)
{
    struct ready_node *children[] = {ht->node.left, ht->node.right};

    ht->winner = ht;
    ht->until = SIM_NEVER;
    for (size_t i = 0; i < ARRAY_LEN(children); i++) {
        struct hrrn_thread *child = children[i] ? of_node(children[i]) : NULL;

        if (!child)
            continue;
        if (child->until < ht->until)
            ht->until = child->until;
        challenge(ht, child->winner, now);
    }
}

static void summarize(struct ready_node *node)
{
    of_node(node)->until = OUT_OF_DATE;
}

/* Decides anew what is out of date: a few paths. */
static void look_again(struct ready_node *node, sim_time now)
{
    if (!node || of_node(node)->until >= now)
        return;
    look_again(node->left, now);
    look_again(node->right, now);
    decide(of_node(node), now);
}

static void hrrn_init(struct sched *s)
{
    struct ready_tree *ready = s->state;

    ready->summarize = summarize;
}

static void hrrn_enqueue(struct sched *s, struct thread *t, enum ready_why why)
{
    struct hrrn_thread *ht = sched_thread(s, t);

    if (why != READY_CHANGED) {
        ht->since = sched_now(s);
        ht->burst = sched_burst(s, t);
        if (ht->burst == 0)
            ht->burst = 1;
    }
    ready_tree_insert(s->state, &ht->node, 0,
                      why == READY_PREEMPTED ? READY_FRONT : READY_BACK);
}

/* The winner of those that may run, where the winner of all may not. */
static struct hrrn_thread *search(struct sched *s)
{
    struct hrrn_thread *best = NULL;

    for (struct ready_node *n = ready_tree_first(s->state); n; n = ready_tree_next(n)) {
        if (sched_may_run(s, ready_tree_thread(s, n)) &&
            (!best || wins(of_node(n), best, sched_now(s))))
            best = of_node(n);
    }
    return best;
}

static struct thread *hrrn_first(struct sched *s)
{
    struct ready_tree *ready = s->state;
    struct hrrn_thread *best;

    if (!ready->root)
        return NULL;
    look_again(ready->root, sched_now(s));
    best = of_node(ready->root)->winner;
    if (!sched_may_run(s, sched_thread_of(s, best)))
        best = search(s);
    return best ? sched_thread_of(s, best) : NULL;
}

static struct thread *hrrn_pick(struct sched *s)
{
    struct thread *t = hrrn_first(s);

    if (t)
        ready_tree_dequeue(s, t);
    return t;
}

static const struct param hrrn_params[] = {PARAM_END};

const struct sched_policy sched_hrrn = {
    .name = "hrrn",
    .help = "non-preemptive, the highest (waiting + burst) / burst; of equals the first that "
            "came",
    .source =
        "Source: Stallings, Operating Systems, 9.2, highest response ratio next; differs: "
        "a burst ends where the task waits, and waiting begins where it became ready",
    .params = hrrn_params,
    .state_size = sizeof(struct ready_tree),
    .thread_size = sizeof(struct hrrn_thread),
    .init = hrrn_init,
    .enqueue = hrrn_enqueue,
    .pick = hrrn_pick,
    .dequeue = ready_tree_dequeue,
    .first = hrrn_first,
    .last = ready_tree_answer_last,
};
