/* metrics_loops.c - event loops: how long they were in which phase, and what held them. */
#include <stdlib.h>

#include "sim/metrics_state.h"

void metrics_loops_init(struct metrics *m)
{
    struct metrics_state *st = m->state;

    st->nloops = scenario_loops(m->sc);
    m->loops = sim_calloc((size_t)st->nloops + 1, sizeof(*m->loops));
    st->loops = sim_calloc((size_t)st->nloops + 1, sizeof(*st->loops));
    m->sink.unwanted = TRACE_QUEUES & ~(TRACE_QUEUE_BIT(READY) | TRACE_QUEUE_BIT(DUE));
    if (st->nloops > 0)
        m->sink.kinds |= METRICS_LOOPS;
    for (int32_t i = 0; i < st->nloops; i++) {
        st->loops[i].stage = STAGE_WAIT; /* nothing has asked for it yet */
        st->loops[i].calling = st->loops[i].blamed = -1;
        st->loops[i].hold.at = -1;
    }
}

static void hold_release(struct loop_hold *h)
{
    if (h->name)
        free(h->name);
    h->name = NULL;
}

void metrics_loops_release(struct metrics *m)
{
    for (int32_t i = 0; i < m->state->nloops; i++) {
        hold_release(&m->loops[i].longest);
        hold_release(&m->state->loops[i].hold);
    }
    free(m->state->loops);
    free(m->loops);
}

/* ---- phases ---------------------------------------------------------------------------------- */

static void leave_stage(struct metrics *m, int32_t loop, sim_time now)
{
    struct loop_now *l = &m->state->loops[loop];

    m->loops[loop].stages[l->stage] += now - l->since;
    l->since = now;
}

/* ---- what holds it --------------------------------------------------------------------------- */

static void hold_ends(struct loop_now *l)
{
    if (l->hold.at < 0)
        return;
    hold_release(&l->hold);
    l->hold.at = -1;
    l->blamed = -1;
}

static bool drains(enum call_kind call)
{
    return call == CALL_TICK || call == CALL_MICROTASK || call == CALL_REACTION ||
           call == CALL_ADOPTION || call == CALL_CONTINUATION;
}

static void calls(struct metrics *m, const struct trace_rec *rec)
{
    struct loop_now *l = &m->state->loops[rec->place];
    enum call_kind call = (enum call_kind)rec->arg;

    if (!drains(call))
        hold_ends(l);
    if (l->hold.at < 0) {
        l->hold.at = rec->at;
        l->hold.longest = l->hold.drain = 0;
    }
    l->calling = rec->task;
    l->call = call;
    l->place = rec->extra;
    l->called_at = rec->at;
}

/* Of all that has held the loop since then this call was the longest.  Whose it was is written
 * down only if somebody asks, or the task ends first: nearly no hold is the longest of all. */
static void blame(struct metrics *m, struct loop_now *l, sim_time took)
{
    struct loop_hold *h = &l->hold;

    hold_release(h);
    h->longest = took;
    h->call = l->call;
    h->place = l->place;
    l->blamed = l->calling;
    metrics_task(m, l->calling)->blamed = true;
}

static void name_the_blamed(struct metrics *m, struct loop_now *l)
{
    const struct task_known *t = metrics_known(m, l->blamed);

    l->hold.spec = t->spec;
    l->hold.copy = t->copy;
    l->hold.name = t->name ? sim_strdup(t->name) : NULL;
    l->blamed = -1;
}

void metrics_loops_forget(struct metrics *m, int32_t slot)
{
    for (int32_t i = 0; i < m->state->nloops; i++)
        if (m->state->loops[i].blamed == slot)
            name_the_blamed(m, &m->state->loops[i]);
}

static void returns(struct metrics *m, int32_t loop, sim_time now)
{
    struct loop_now *l = &m->state->loops[loop];
    struct loop_hold *h = &l->hold, *longest = &m->loops[loop].longest;
    sim_time took = now - l->called_at;

    if (took > 0 && drains(l->call))
        h->drain += took;
    if (took > h->longest)
        blame(m, l, took);
    l->calling = -1;
    h->time = now - h->at;
    if (h->longest == 0 || h->time <= longest->time)
        return;
    if (l->blamed >= 0)
        name_the_blamed(m, l);
    h->waited = l->queued[LOOP_QUEUE_READY] + l->queued[LOOP_QUEUE_DUE];
    hold_release(longest);
    *longest = *h;
    if (h->name)
        longest->name = sim_strdup(h->name);
}

void metrics_loop(struct metrics *m, const struct trace_rec *rec)
{
    struct loop_now *l = &m->state->loops[rec->place];

    sim_assert(rec->place >= 0 && rec->place < m->state->nloops);
    if (rec->kind == TR_PHASE) {
        if (rec->arg != STAGE_MICROTASKS) /* a page's checkpoint is the drain behind a call */
            hold_ends(l);
        leave_stage(m, rec->place, rec->at);
        l->stage = (enum loop_stage)rec->arg;
        m->loops[rec->place].came[l->stage] = true;
    } else if (rec->kind == TR_QUEUED) {
        l->queued[rec->arg] = rec->extra;
    } else if (rec->kind == TR_CALL) {
        calls(m, rec);
    } else {
        returns(m, rec->place, rec->at);
    }
}

void metrics_loops_finish(struct metrics *m)
{
    for (int32_t i = 0; i < m->state->nloops; i++) {
        if (m->state->loops[i].calling >= 0)
            returns(m, i, m->end);
        leave_stage(m, i, m->end);
    }
}

/* ---- over an executor ------------------------------------------------------------------------ */

static int32_t loops_end(const struct metrics *m, int32_t executor)
{
    return scenario_first_loop(m->sc, executor + 1);
}

sim_time metrics_stage(const struct metrics *m, int32_t executor, enum loop_stage stage,
                       bool *came)
{
    sim_time sum = 0;

    *came = stage == STAGE_WAIT;
    for (int32_t i = scenario_first_loop(m->sc, executor); i < loops_end(m, executor); i++) {
        sum = time_add(sum, m->loops[i].stages[stage]);
        *came = *came || m->loops[i].came[stage];
    }
    return sum;
}

/* Source: node 20.20 lib/internal/perf/event_loop_utilization.js: 1 - idle / elapsed, idle being
 * the time blocked in the poll; elapsed, while the process is there. */
int64_t metrics_loop_utilization(const struct metrics *m, int32_t executor)
{
    struct wide there = {0, 0};
    bool came;
    sim_time waits = metrics_stage(m, executor, STAGE_WAIT, &came);

    for (int32_t i = scenario_first_loop(m->sc, executor); i < loops_end(m, executor); i++)
        wide_add(&there, (uint64_t)(m->end - m->loops[i].stages[STAGE_GONE]));
    if (there.hi == 0 && there.lo == 0)
        return 0;
    return 1000000000 - ratio_e9((struct wide){0, (uint64_t)waits}, there);
}

const struct loop_hold *metrics_longest_hold(const struct metrics *m, int32_t executor,
                                             int32_t *loop)
{
    const struct loop_hold *longest = NULL;

    for (int32_t i = scenario_first_loop(m->sc, executor); i < loops_end(m, executor); i++) {
        const struct loop_hold *h = &m->loops[i].longest;

        if (h->time == 0 || (longest && h->time <= longest->time))
            continue;
        longest = h;
        *loop = i;
    }
    return longest;
}

const char *metrics_hold_name(const struct metrics *m, const struct loop_hold *h,
                              char buf[TASK_NAME_SIZE])
{
    return h->name ? h->name : task_name(&m->sc->tasks[h->spec], h->copy, buf);
}
