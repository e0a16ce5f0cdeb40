/* metrics_tasks.c - what is known of each task: while it is there, and what is kept of it. */
#include "sim/metrics_state.h"

#include "models/schedulers/sched.h"
#include "sim/requests.h"

#include <stdlib.h>
#include <string.h>

static void free_blocked(struct task_metrics *t)
{
    while (t->blocked) {
        struct blocked *b = t->blocked;

        t->blocked = b->next;
        free(b);
    }
}

void metrics_task_free(struct task_metrics *t)
{
    free_blocked(t);
    free(t->name);
}

void metrics_drop_kept(struct metrics *m)
{
    for (size_t i = 0; i < m->state->nknown; i++)
        m->state->known[i].kept = NULL;
    for (size_t i = 0; i < m->nkept; i++) {
        metrics_task_free(m->kept[i]);
        free(m->kept[i]);
    }
    free(m->kept);
    m->kept = NULL;
    m->nkept = m->state->kept_room = 0;
}

/* NULL: too many have come. */
static struct task_metrics *keep(struct metrics *m)
{
    struct metrics_state *st = m->state;

    if (m->tasks_dropped)
        return NULL;
    if (m->tasks > METRICS_TASKS_KEPT && !st->keep) {
        metrics_drop_kept(m);
        m->tasks_dropped = true;
        return NULL;
    }
    if (m->nkept == st->kept_room) {
        st->kept_room = st->kept_room ? 2 * st->kept_room : 64;
        m->kept = sim_realloc(m->kept, st->kept_room * sizeof(struct task_metrics *));
    }
    m->kept[m->nkept] = sim_calloc(1, sizeof(struct task_metrics));
    m->kept[m->nkept]->completion = -1;
    return m->kept[m->nkept++];
}

void metrics_arrived(struct metrics *m, const struct trace_rec *rec)
{
    struct metrics_state *st = m->state;
    size_t slot = (size_t)rec->task;
    struct task_known *known;
    struct task_now *t;

    st->tasks = array_reach(st->tasks, &st->ntasks, slot, sizeof(*st->tasks));
    st->known = array_reach(st->known, &st->nknown, slot, sizeof(*st->known));
    t = &st->tasks[slot];
    known = &st->known[slot];
    sim_assert(t->is == TASK_GONE);
    *known = (struct task_known){.spec = (int32_t)rec->arg,
                                 .copy = (uint64_t)rec->extra,
                                 .name = rec->text ? sim_strdup(rec->text) : NULL};
    *t = (struct task_now){.is = TASK_WAITS,
                           .helper = known->spec >= m->sc->ntasks,
                           .core = -1,
                           .since = rec->at,
                           .arrival = rec->at,
                           .first_run = -1};
    if (t->helper)
        return;
    m->tasks++;
    t->queued = true;
    if (m->first_arrival < 0) {
        m->first_arrival = rec->at;
        m->concurrency.at = m->parallelism.at = rec->at;
    }
    known->kept = keep(m);
    level_add(&m->concurrency, rec->at, 1);
}

/* What the task has done up to now goes to where it belongs. */
void metrics_task_to(struct metrics *m, int32_t slot, sim_time now)
{
    struct task_now *t = metrics_task(m, slot);
    sim_time passed = now - t->since;
    struct blocked **b;

    t->since = now;
    if (t->is == TASK_WAITS)
        t->waiting += passed;
    if (t->is != TASK_BLOCKS || m->tasks_dropped || t->helper || passed == 0)
        return;
    for (b = &metrics_known(m, slot)->kept->blocked; *b && (*b)->key != t->blocked_by;)
        b = &(*b)->next;
    if (!*b) {
        *b = sim_calloc(1, sizeof(**b));
        (*b)->key = t->blocked_by;
    }
    (*b)->time += passed;
}

enum { FINE = 1 << 10 }; /* quotients are in units of 2^-10 ns; the index has no unit */

/* A task's CPU time, over its weight where the policy has weights. */
static uint64_t weighted(struct metrics *m, int32_t slot)
{
    const struct sched_policy *policy = m->sc->machine.policy;
    sim_time cpu = metrics_task(m, slot)->cpu;

    if (!policy->weight)
        return (uint64_t)cpu;
    return (uint64_t)mul_div_floor(cpu, FINE,
                                   policy->weight(&m->sc->tasks[metrics_known(m, slot)->spec]));
}

void metrics_measure(struct metrics *m, int32_t slot)
{
    struct metrics_state *st = m->state;
    const struct task_now *t = metrics_task(m, slot);
    uint64_t share = weighted(m, slot);

    wide_add(&st->shares, share);
    wide_add_mul(&st->share_squares, share, share);
    st->measured++;
    if (t->first_run >= 0)
        samples_add(&m->response, t->first_run - t->arrival);
}

const char *metrics_task_name(const struct metrics *m, const struct task_metrics *t,
                              char buf[TASK_NAME_SIZE])
{
    return t->name ? t->name : task_name(&m->sc->tasks[t->spec], t->copy, buf);
}

const char *metrics_slot_name(struct metrics *m, int32_t slot, char buf[TASK_NAME_SIZE])
{
    const struct task_known *t = metrics_known(m, slot);

    return t->name ? t->name : task_name(&m->sc->tasks[t->spec], t->copy, buf);
}

/* Keeps what is known of it, or forgets it. */
void metrics_put_away(struct metrics *m, int32_t slot)
{
    struct task_now *t = metrics_task(m, slot);
    struct task_known *known = metrics_known(m, slot);
    struct task_metrics *kept = known->kept;

    if (t->blamed)
        metrics_loops_forget(m, slot);
    asked_free(t->asked);
    t->asked = NULL;
    t->is = TASK_GONE;
    known->kept = NULL;
    if (!kept) {
        free(known->name);
        known->name = NULL;
        return;
    }
    kept->spec = known->spec;
    kept->copy = known->copy;
    kept->name = known->name;
    kept->jobs = known->jobs;
    kept->arrival = t->arrival;
    kept->first_run = t->first_run;
    kept->cpu = t->cpu;
    kept->waiting = t->waiting;
    known->name = NULL;
}

void metrics_completed(struct metrics *m, const struct trace_rec *rec)
{
    struct task_now *t = metrics_task(m, rec->task);
    struct task_metrics *kept = m->tasks_dropped ? NULL : metrics_known(m, rec->task)->kept;
    char buf[TASK_NAME_SIZE];

    metrics_task_to(m, rec->task, rec->at);
    if (kept) {
        kept->completion = rec->at;
        kept->faulted = rec->arg == DONE_FAULT;
    }
    m->completed++;
    m->state->last_completion = rec->at;
    samples_add(&m->turnaround, rec->at - t->arrival);
    samples_add(&m->waiting, t->waiting);
    metrics_measure(m, rec->task);
    if (t->owns > 0)
        owners_keep(&m->state->owners, rec->task, metrics_slot_name(m, rec->task, buf));
    metrics_put_away(m, rec->task);
    level_add(&m->concurrency, rec->at, -1);
}
