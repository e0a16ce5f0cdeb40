/* preempt.c - threads that are ready take cores from less urgent ones. */
#include "sim/machine.h"

#include "sim/world.h"

static void judge(struct machine *m, int32_t core)
{
    m->judged[core / 64] |= UINT64_C(1) << (core % 64);
}

void machine_reconsider(struct machine *m, int32_t core)
{
    if (core >= 0)
        machine_core_changed(m, core);
    if (!m->spec->policy->preempts)
        return;
    m->reconsider = true;
    if (m->nqueues > 1 && core >= 0)
        judge(m, core);
    engine_soon(&m->sim->eng, &m->bell);
}

static bool core_runs(const struct core *c)
{
    return c->state == CORE_RUNNING || c->state == CORE_SWITCHING;
}

/* The first of a queue's threads that may run on `core`; NULL: none. */
static struct thread *first_for(struct machine *m, struct sched *s, int32_t core)
{
    struct thread *t;

    if (s->nready == 0)
        return NULL;
    m->choosing = core;
    t = s->policy->first(s);
    m->choosing = -1;
    return t;
}

/* What is ready and would take core `i` from what runs there; NULL: nothing. */
static struct thread *challenger(struct machine *m, int32_t i)
{
    struct sched *s = queues_of(m, i);
    struct thread *t = core_runs(&m->cores[i]) ? first_for(m, s, i) : NULL;

    return t && s->policy->preempts(s, t, m->cores[i].running) ? t : NULL;
}

/* The core to take from what runs there: of those that lose to what is ready the one whose
 * thread is the least urgent; of equals the one that the winner ran on last, else the lowest.
 * -1: none. */
static int32_t search_loser(struct machine *m, struct thread **winner)
{
    struct sched *s = &m->queues[0];
    struct thread *first = m->any_affinity ? NULL : first_for(m, s, 0); /* of all cores */
    int32_t loser = -1;

    for (int32_t i = 0; i < m->ncores; i++) {
        struct thread *here = m->cores[i].running, *t = first;
        struct thread *other = loser < 0 ? NULL : m->cores[loser].running;

        if (m->any_affinity)
            t = challenger(m, i);
        else if (t && (!core_runs(&m->cores[i]) || !s->policy->preempts(s, t, here)))
            t = NULL;
        if (!t)
            continue;
        if (other && !s->policy->preempts(s, other, here) &&
            (t->last_core != i || s->policy->preempts(s, here, other)))
            continue;
        loser = i;
        *winner = t;
    }
    return loser;
}

/* The same, without a search. */
static int32_t choose_loser(struct machine *m, struct thread **winner)
{
    struct sched *s = &m->queues[0];
    int64_t *ranks = m->ranks.keys;
    int32_t loser, last;

    if (!ranks)
        return search_loser(m, winner);
    for (int32_t i; (i = machine_unsettled(m)) >= 0;)
        core_index_set(&m->ranks, i,
                       core_runs(&m->cores[i]) ? s->policy->rank(s, m->cores[i].running)
                                               : INT64_MAX);
    loser = core_index_first(&m->ranks);
    if (ranks[loser] == INT64_MAX || !(*winner = challenger(m, loser)))
        return -1;
    last = (*winner)->last_core;
    return last >= 0 && ranks[last] == ranks[loser] ? last : loser;
}

/* False: an interrupt has the core, which chooses when that is over. */
static bool preempt(struct machine *m, int32_t core, struct thread *t)
{
    core_preempt(&m->cores[core]);
    if (!core_is_free(m, core))
        return false;
    queues_remove(m, t);
    queues_take(m, core, t);
    return true;
}

/* ---- a queue a core: the most urgent threads run, wherever they wait --------------------- */

static bool spreads(const struct machine *m)
{
    return m->spec->policy->outranks && m->spec->balance != BALANCE_NONE;
}

/* The core that runs the least urgent of what `t` outranks and may take; -1: none.
 *
 * Source: Linux 6.12, kernel/sched/rt.c, find_lowest_rq(): the core of the lowest priority.
 * Differs: it is known exactly, and of equals the lowest number is taken, not the nearest. */
static int32_t find_lowest(const struct machine *m, const struct thread *t)
{
    const struct sched_policy *policy = m->spec->policy;
    int32_t lowest = -1;

    for (int32_t i = 0; i < m->ncores; i++) {
        const struct core *c = &m->cores[i];

        if (i == t->core || !core_runs(c) ||
            !policy->outranks(queues_of(m, t->core), t, c->running) || !thread_may_run(m, t, i))
            continue;
        if (lowest < 0 ||
            policy->outranks(queues_of(m, lowest), m->cores[lowest].running, c->running))
            lowest = i;
    }
    return lowest;
}

/* The first of a queue that waits in vain goes where something less urgent runs. */
static void push(struct machine *m, int32_t core)
{
    struct thread *t = m->nmovers > 0 ? first_for(m, &m->queues[core], core) : NULL;
    int32_t to = t ? find_lowest(m, t) : -1;

    if (to < 0)
        return;
    core_preempt(&m->cores[to]);
    queues_move(m, t, to);
    if (core_is_free(m, to)) {
        queues_remove(m, t);
        queues_take(m, to, t);
    }
    judge(m, to); /* where another waits now */
    judge(m, core);
}

struct thread *preempt_pull(struct machine *m, int32_t core, struct thread *best)
{
    if (m->nmovers == 0 || !spreads(m))
        return best;
    for (int32_t i = 0; (i = next_core(m, m->waiting, NULL, i)) >= 0; i++) {
        struct thread *t = first_for(m, &m->queues[i], core);

        if (t && best && m->spec->policy->outranks(&m->queues[i], t, best))
            best = t;
    }
    return best;
}

static void judge_queues(struct machine *m)
{
    int32_t core;

    while ((core = next_core(m, m->judged, NULL, 0)) >= 0) {
        struct thread *t = challenger(m, core);

        m->judged[core / 64] &= ~(UINT64_C(1) << (core % 64));
        if (t)
            (void)preempt(m, core, t);
        if (spreads(m))
            push(m, core);
    }
}

void preempt_all(struct machine *m)
{
    struct thread *t = NULL;
    int32_t core;

    m->reconsider = false;
    if (m->nqueues > 1) {
        judge_queues(m);
        return;
    }
    while (m->nready > 0 && (core = choose_loser(m, &t)) >= 0 && preempt(m, core, t))
        continue;
}
