#include "models/schedulers/sched_fair.h"

/* Lags are cut off here when they are scaled, so that v stays within 2^62 of 0. */
#define LAG_MAX (VIRTUAL_MAX / 2)

static int64_t div_floor(int64_t a, int64_t b) /* b > 0 */
{
    return a / b - (a % b < 0);
}

static struct fair_thread *of_node(struct ready_node *node)
{
    return container_of(node, struct fair_thread, node);
}

static struct thread *thread_of(const struct fair *f, struct fair_thread *ft)
{
    return sched_thread_of(f->s, ft);
}

static void summarize(struct ready_node *node)
{
    struct fair_thread *ft = of_node(node);

    ft->least = ft->vt.v;
    if (node->left && of_node(node->left)->least < ft->least)
        ft->least = of_node(node->left)->least;
    if (node->right && of_node(node->right)->least < ft->least)
        ft->least = of_node(node->right)->least;
}

void fair_init(struct fair *f, struct sched *s, sim_time slice, bool delays)
{
    f->s = s;
    f->tree.summarize = summarize;
    list_init(&f->running);
    f->slice = slice > 0 ? slice : US(700) * sched_scale(s);
    f->delays = delays;
}

/* ---- ticks --------------------------------------------------------------------------------- */

sim_time sched_until_tick(sim_time now, sim_time after, sim_time tick, sim_time phase)
{
    sim_time at = time_add(now, after > 1 ? after : 1), number;

    if (at == SIM_TIME_MAX)
        return SIM_NEVER;
    number = div_floor(at - phase + tick - 1, tick);
    return phase + number * tick - now;
}

int64_t sched_ticks(sim_time from, sim_time to, sim_time tick, sim_time phase)
{
    return div_floor(to - phase, tick) - div_floor(from - phase, tick);
}

/* ---- V ------------------------------------------------------------------------------------- */

/* Adds weight * distance to the weighted sum of v, all seen from V, over `total` from now on.
 * With distance = q * total + r, 0 <= r < total, and what was left of the last division,
 *
 *     V' = V + (rest + weight * distance) / total
 *        = V + weight * q + (rest + weight * r) / total
 *
 * where |weight * r| < 2^17 * 2^41 for up to 2^24 threads, so that nothing overflows: V' lies
 * between the v that it is the mean of. */
static void weigh(struct fair *f, int64_t weight, int64_t distance, int64_t total)
{
    int64_t q, part;

    f->weight = total;
    if (total == 0) {
        f->rest = 0;
        return;
    }
    q = div_floor(distance, total);
    part = f->rest + weight * (distance - q * total);
    f->mean += weight * q + div_floor(part, total);
    f->rest = part - div_floor(part, total) * total;
}

static bool eligible(const struct fair *f, const struct fair_thread *ft)
{
    return ft->vt.v <= f->mean; /* v is whole: the same as v <= V */
}

static int64_t virtual_slice(const struct fair_thread *ft)
{
    int64_t by = virtual_of(ft->slice, ft->vt.weight);

    return by > 0 ? by : 1;
}

/* `ft` runs: a request that is used up is followed by the next. */
static void run(struct fair_thread *ft, sim_time ran)
{
    int64_t by = virtual_run(&ft->vt, ran);

    weigh(ft->home, ft->vt.weight, by, ft->home->weight);
    if (ft->vt.v >= ft->deadline)
        ft->deadline = ft->vt.v + virtual_slice(ft);
}

/* What runs now counts up to now, charged or not. */
static void sync(struct fair *f)
{
    if (f->synced == sched_now(f->s))
        return;
    f->synced = sched_now(f->s);
    for (struct list *l = f->running.next; l != &f->running; l = l->next) {
        struct fair_thread *ft = container_of(l, struct fair_thread, link);
        sim_time ran = sched_ran(f->s, thread_of(f, ft)) - ft->ahead;

        if (ran > 0) {
            ft->ahead += ran;
            run(ft, ran);
        }
    }
}

void fair_charge(struct fair_thread *ft, sim_time ran)
{
    if (ft->home && ran > ft->ahead)
        run(ft, ran - ft->ahead);
    ft->ahead = 0;
}

/* ---- coming and going ---------------------------------------------------------------------- */

void fair_set(struct fair_thread *ft, enum fair_kind kind, int64_t nice, sim_time slice)
{
    int64_t weight = kind == FAIR_IDLE ? WEIGHT_IDLE : sched_weight_of(nice);

    sim_assert(!ft->home);
    if (ft->vt.weight > 0 && ft->vt.weight != weight) {
        /* What it was denied stays the same in time, not in virtual time. */
        int64_t lag = ft->lag < 0 ? -ft->lag : ft->lag;

        lag = mul_div_floor(lag, ft->vt.weight, weight);
        lag = lag < LAG_MAX ? lag : LAG_MAX;
        ft->lag = ft->lag < 0 ? -lag : lag;
        ft->vt.rest = 0;
        ft->resumes = false;
    }
    ft->vt.weight = weight;
    ft->kind = (uint8_t)kind;
    ft->own_slice = slice > 0;
    ft->slice = slice;
}

static void join(struct fair *f, struct fair_thread *ft)
{
    ft->home = f;
    f->counted++;
    weigh(f, ft->vt.weight, ft->vt.v - f->mean, f->weight + ft->vt.weight);
    if (ft->own_slice)
        ready_tree_insert(&f->sizes, &ft->size, ft->slice, READY_BACK);
    else
        f->plain++;
}

static void forget(struct fair_thread *ft)
{
    struct fair *f = ft->home;
    int64_t limit =
        virtual_of(2 * ft->slice > f->tick ? 2 * ft->slice : f->tick, ft->vt.weight);

    ft->lag = f->mean - ft->vt.v;
    ft->lag = ft->lag > limit ? limit : ft->lag < -limit ? -limit : ft->lag;
    ft->home = NULL;
    f->counted--;
    weigh(f, -ft->vt.weight, ft->vt.v - f->mean, f->weight - ft->vt.weight);
    if (ft->own_slice)
        ready_tree_remove(&f->sizes, &ft->size);
    else
        f->plain--;
}

/* A delayed one goes at last, and owes nothing any more where it is eligible. */
static void drop(struct fair *f, struct fair_thread *ft)
{
    sim_assert(ft->delayed);
    sim_assert(ft->home == f);
    ready_tree_remove(&f->tree, &ft->node);
    ft->delayed = false;
    f->ndelayed--;
    ft->resumes = false;
    forget(ft);
    if (ft->lag > 0)
        ft->lag = 0;
}

void fair_leave(struct fair_thread *ft)
{
    struct fair *f = ft->home;

    if (!f)
        return;
    sync(f);
    if (ft->delayed) {
        drop(f, ft);
        return;
    }
    if (ft->running)
        list_remove(&ft->link);
    f->nrunning -= ft->running;
    ft->running = false;
    ft->resumes = true;
    forget(ft);
    ft->deadline -= ft->vt.v;
}

/* Where `ft` joins: so that its lag is the remembered one once V has taken it in, which moves V
 * by -lag' * w / (W + w) when v = V - lag'; hence lag' = lag * (W + w) / W. */
static void place(struct fair *f, struct fair_thread *ft, bool fresh)
{
    int64_t lag = ft->lag < 0 ? -ft->lag : ft->lag, request;

    sync(f);
    if (!ft->own_slice)
        ft->slice = f->slice;
    lag = f->weight > 0 ? mul_div_floor(lag, f->weight + ft->vt.weight, f->weight) : 0;
    lag = lag < LAG_MAX ? lag : LAG_MAX;
    ft->vt.v = f->mean - (ft->lag < 0 ? -lag : lag);
    if (ft->vt.v > VIRTUAL_MAX)
        ft->vt.v = VIRTUAL_MAX;
    request = virtual_slice(ft);
    if (fresh && request > 1)
        request /= 2; /* the others are, on average, halfway through theirs */
    ft->deadline = ft->vt.v + (ft->resumes ? ft->deadline : request);
    ft->resumes = false;
    join(f, ft);
}

/* ---- the tree ------------------------------------------------------------------------------ */

static void insert(struct fair *f, struct fair_thread *ft)
{
    ready_tree_insert(&f->tree, &ft->node, ft->deadline, READY_BACK);
}

/* The core has nothing else to pick: it takes one delayed thread after the other. */
static void drop_all(struct fair *f)
{
    struct ready_node *node;

    while ((node = ready_tree_first(&f->tree)) != NULL) {
        drop(f, of_node(node));
        of_node(node)->lag = 0;
    }
    sim_assert(f->ndelayed == 0);
}

/* A delayed thread is ready again; true: it never left, and its place is as it was. */
static bool undelay(struct fair *f, struct fair_thread *ft)
{
    struct fair *home = ft->home;

    sim_assert(home);
    sync(home);
    if (home == f && !eligible(f, ft)) {
        ready_tree_remove(&f->tree, &ft->node);
        ft->delayed = false;
        f->ndelayed--;
        return true;
    }
    drop(home, ft);
    return false;
}

/* The smallest slice that anybody here asks for. */
static sim_time least_slice(const struct fair *f)
{
    const struct ready_node *least = ready_tree_first(&f->sizes);

    return least && (f->plain == 0 || least->key < f->slice) ? least->key : f->slice;
}

/* Nobody takes the core from `ft` until it has run so much, or all of its request. */
static void guard(struct fair_thread *ft, sim_time slice)
{
    int64_t until = ft->vt.v + virtual_of(slice, ft->vt.weight);

    ft->guarded = slice < ft->slice && until < ft->deadline ? until : ft->deadline;
}

/* `ft` has come: who asks for more at a time is not protected for longer than that. */
static void shorten(struct fair *f, const struct fair_thread *ft)
{
    for (struct list *l = f->running.next; l != &f->running; l = l->next) {
        struct fair_thread *other = container_of(l, struct fair_thread, link);
        int64_t before = other->guarded;

        if (other->slice <= ft->slice || before <= other->vt.v)
            continue;
        guard(other, least_slice(f));
        if (other->guarded < before)
            sched_reslice(f->s, thread_of(f, other));
        else
            other->guarded = before;
    }
}

void fair_enqueue(struct fair *f, struct fair_thread *ft, enum ready_why why)
{
    bool stays = ft->delayed && undelay(f, ft);

    if (why == READY_NEW || why == READY_WOKEN || why == READY_CHANGED)
        ft->came = sched_now(f->s);
    if (ft->home && ft->home != f)
        fair_leave(ft);
    if (!stays && !ft->home)
        place(f, ft, why == READY_NEW);
    insert(f, ft);
    if (f->plain < f->counted && ft->came == sched_now(f->s))
        shorten(f, ft); /* not all ask for the same */
}

void fair_dequeue(struct fair *f, struct fair_thread *ft)
{
    (void)f;
    sim_assert(!ft->delayed);
    sim_assert(ft->home);
    ready_tree_remove(&ft->home->tree, &ft->node);
}

/* The earliest deadline of all that are eligible.  Where the least v of a subtree is beyond V,
 * nobody in it is. */
static struct fair_thread *earliest(const struct fair *f)
{
    struct ready_node *node = f->tree.root;

    while (node) {
        struct fair_thread *ft = of_node(node);

        if (node->left && of_node(node->left)->least <= f->mean)
            node = node->left;
        else if (eligible(f, ft))
            return ft;
        else
            node = node->right;
    }
    return NULL;
}

/* From `ft` on, the first that is eligible, where that is asked, and may run. */
static struct fair_thread *allowed(const struct fair *f, struct fair_thread *ft, bool strict)
{
    struct ready_node *node = ft ? &ft->node : NULL;

    for (; node; node = ready_tree_next(node)) {
        ft = of_node(node);
        if ((strict ? eligible(f, ft) : !ft->delayed) && sched_may_run(f->s, thread_of(f, ft)))
            return ft;
    }
    return NULL;
}

/* Who runs next; delayed ones whose turn it is are dropped on the way. */
static struct fair_thread *best(struct fair *f)
{
    struct fair_thread *ft;
    struct ready_node *first;

    sync(f);
    while ((ft = allowed(f, earliest(f), true)) != NULL && ft->delayed)
        drop(f, ft);
    if (ft)
        return ft;
    /* Those that are eligible run elsewhere, or may not run here. */
    first = ready_tree_first(&f->tree);
    return first ? allowed(f, of_node(first), false) : NULL;
}

struct thread *fair_first(struct fair *f)
{
    struct fair_thread *ft = best(f);

    return ft ? thread_of(f, ft) : NULL;
}

struct thread *fair_last(struct fair *f)
{
    for (struct ready_node *n = ready_tree_last(&f->tree); n; n = ready_tree_prev(n)) {
        struct fair_thread *ft = of_node(n);

        if (!ft->delayed && sched_may_run(f->s, thread_of(f, ft)))
            return thread_of(f, ft);
    }
    return NULL;
}

/* ---- running ------------------------------------------------------------------------------- */

void fair_start(struct fair *f, struct fair_thread *ft)
{
    sim_assert(f);
    if (ft->home != f)
        fair_leave(ft); /* it comes from another queue */
    if (!ft->home)
        place(f, ft, false);
    ft->ahead = sched_ran(f->s, thread_of(f, ft)); /* as something else than a fair one */
    ft->running = true;
    f->nrunning++;
    list_push_back(&f->running, &ft->link);
    guard(ft, least_slice(f));
}

void fair_stop(struct fair *f, struct fair_thread *ft, enum stop_why why)
{
    if (ft->running)
        list_remove(&ft->link);
    f->nrunning -= ft->running;
    ft->running = false;
    if (!ft->home || (why != STOP_BLOCKED && why != STOP_DONE))
        return;
    sim_assert(ft->home == f);
    sync(f);
    if (why == STOP_BLOCKED && f->delays && !eligible(f, ft)) {
        ft->delayed = true;
        f->ndelayed++;
        insert(f, ft);
    } else {
        ft->resumes = false;
        forget(ft);
    }
    if (fair_live(f) == 0)
        drop_all(f);
}

sim_time fair_slice(const struct fair *f, const struct fair_thread *ft)
{
    sim_time delay = virtual_until(&ft->vt, ft->guarded - ft->vt.v);

    if (f->tick > 0)
        return sched_until_tick(sched_now(f->s), delay, f->tick, f->phase);
    return delay > 0 ? delay : 1;
}

/* Does running `ft` keep its core, now that nothing protects it?  Of equal deadlines the one
 * that waits is the earlier. */
static bool keeps(struct fair *f, const struct fair_thread *ft)
{
    const struct fair_thread *other = best(f);

    return !other || (eligible(f, ft) && ft->deadline < other->deadline);
}

bool fair_expires(struct fair *f, struct fair_thread *ft)
{
    sync(f);
    if (ft->guarded > ft->vt.v)
        return false; /* an interrupt had the core for a while */
    if (!keeps(f, ft))
        return true;
    if (f->tick == 0)
        guard(ft, least_slice(f));
    return false;
}

bool fair_yields(struct fair *f, struct fair_thread *ft, bool waiting)
{
    if (!waiting)
        return false;
    sync(f);
    if (eligible(f, ft)) { /* the rest of its request is forfeit */
        weigh(f, ft->vt.weight, ft->deadline - ft->vt.v, f->weight);
        ft->vt.v = ft->guarded = ft->deadline;
        ft->vt.rest = 0;
        ft->deadline += virtual_slice(ft);
    }
    return !keeps(f, ft);
}

bool fair_preempts(struct fair *f, const struct fair_thread *ft,
                   const struct fair_thread *running)
{
    bool newcomer = ft->came == sched_now(f->s);

    sync(f);
    if (ft->running) /* two that run are compared: none is less urgent */
        return false;
    if (newcomer && running->kind == FAIR_IDLE && ft->kind != FAIR_IDLE)
        return true;
    if (running->guarded > running->vt.v) {
        if (!newcomer || ft->kind != FAIR_OTHER || running->kind == FAIR_IDLE)
            return false;
        if (eligible(f, running) && ft->slice >= running->slice)
            return false;
    }
    /* Where all that are eligible run elsewhere, nothing here is better than what runs. */
    return eligible(f, ft) && (!eligible(f, running) || ft->deadline <= running->deadline);
}

void fair_renew(struct fair *f, struct fair_thread *ft, enum fair_kind kind, int64_t nice,
                sim_time slice)
{
    fair_leave(ft);
    fair_set(ft, kind, nice, slice);
    ft->resumes = false;
    fair_start(f, ft);
}
