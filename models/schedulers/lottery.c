/* lottery.c - for each slice a ticket is drawn, and its holder runs.
 *
 * The winning number, below the sum of the ready tasks' tickets, counts through the threads
 * in the order of the table; a tree with the sum of each subtree finds its holder. */
#include "models/schedulers/ready_tree.h"
#include "sim/scenario.h"

struct lottery_params {
    sim_time quantum;
    struct param_list draws;
};

struct lottery_thread {
    struct ready_node node;    /* by number */
    uint64_t tickets, subtree; /* its own, and the sum of its subtree's */
};

struct lottery {
    struct ready_tree ready;
    struct ready_node *winner; /* of a draw for those that are ready now; NULL: not drawn */
    size_t drawn;              /* of the recorded draws */
};

static struct lottery_thread *of_node(struct ready_node *node)
{
    return container_of(node, struct lottery_thread, node);
}

static uint64_t sum_of(struct ready_node *node)
{
    return node ? of_node(node)->subtree : 0;
}

static void summarize(struct ready_node *node)
{
    struct lottery_thread *lt = of_node(node);

    lt->subtree = lt->tickets + sum_of(node->left) + sum_of(node->right);
}

static void lottery_init(struct sched *s)
{
    struct lottery *l = s->state;

    l->ready.summarize = summarize;
}

static void lottery_enqueue(struct sched *s, struct thread *t, enum ready_why why)
{
    struct lottery *l = s->state;
    struct lottery_thread *lt = sched_thread(s, t);

    (void)why;
    l->winner = NULL;
    lt->tickets = (uint64_t)sched_spec(s, t)->tickets;
    ready_tree_insert(s->state, &lt->node, sched_number(t), READY_BACK);
}

/* A number below `sum`: recorded, while there are such, then drawn. */
static uint64_t draw(struct sched *s, uint64_t sum)
{
    const struct lottery_params *params = s->params;
    struct lottery *l = s->state;

    sim_assert(sum > 0);
    if (l->drawn < params->draws.n)
        return (uint64_t)params->draws.values[l->drawn++] % sum;
    return rng_below(&s->rng, sum);
}

static struct ready_node *holder(struct ready_node *node, uint64_t number)
{
    for (;;) {
        uint64_t left = sum_of(node->left);

        if (number < left) {
            node = node->left;
            continue;
        }
        number -= left;
        if (number < of_node(node)->tickets)
            return node;
        number -= of_node(node)->tickets;
        node = node->right;
        sim_assert(node);
    }
}

/* Draws among those that may run; NULL: there is none. */
static struct ready_node *draw_allowed(struct sched *s)
{
    uint64_t sum = 0, number;
    struct ready_node *n = ready_tree_first(s->state);

    for (struct ready_node *i = n; i; i = ready_tree_next(i))
        if (sched_may_run(s, ready_tree_thread(s, i)))
            sum += of_node(i)->tickets;
    if (sum == 0)
        return NULL;
    number = draw(s, sum);
    for (;; n = ready_tree_next(n)) {
        if (!sched_may_run(s, ready_tree_thread(s, n)))
            continue;
        if (number < of_node(n)->tickets)
            return n;
        number -= of_node(n)->tickets;
    }
}

/* With two draws, where the holder of the first may not run: the chance of each that may run is
 * t/T + (T - T')/T * t/T' = t/T', where T are all tickets and T' those that may run. */
static struct thread *lottery_first(struct sched *s)
{
    struct lottery *l = s->state;

    if (!ready_tree_first_thread(s, &l->ready))
        return NULL;
    if (!l->winner)
        l->winner = holder(l->ready.root, draw(s, sum_of(l->ready.root)));
    if (!sched_may_run(s, ready_tree_thread(s, l->winner)))
        l->winner = draw_allowed(s);
    return ready_tree_thread(s, l->winner);
}

static void lottery_dequeue(struct sched *s, struct thread *t)
{
    struct lottery *l = s->state;

    l->winner = NULL;
    ready_tree_dequeue(s, t);
}

static struct thread *lottery_pick(struct sched *s)
{
    struct thread *t = lottery_first(s);

    if (t)
        lottery_dequeue(s, t);
    return t;
}

static sim_time lottery_slice(struct sched *s, struct thread *t)
{
    const struct lottery_params *params = s->params;

    (void)t;
    return params->quantum;
}

static int64_t tickets_of(const struct task_spec *spec)
{
    return spec->tickets;
}

static const struct param lottery_params[] = {
    PARAM(TIME, struct lottery_params, quantum, "a draw for each", .required = true, .min = 1,
          .max = SIM_TIME_MAX),
    PARAM(INTS, struct lottery_params, draws,
          "numbers to use first, modulo the tickets in play, instead of drawing",
          .max = INT64_C(1) << 53),
    PARAM_END,
};

const struct sched_policy sched_lottery = {
    .name = "lottery",
    .help = "for each quantum a ticket of a ready task is drawn, and its holder runs",
    .source =
        "Source: Waldspurger, Weihl, Lottery Scheduling, OSDI 1994, section 2; OSTEP "
        "homework lottery.py; differs: no compensation tickets, no transfers, no currencies",
    .params = lottery_params,
    .params_size = sizeof(struct lottery_params),
    .state_size = sizeof(struct lottery),
    .thread_size = sizeof(struct lottery_thread),
    .init = lottery_init,
    .enqueue = lottery_enqueue,
    .pick = lottery_pick,
    .dequeue = lottery_dequeue,
    .first = lottery_first,
    .last = ready_tree_answer_last,
    .slice = lottery_slice,
    .weight = tickets_of,
};
