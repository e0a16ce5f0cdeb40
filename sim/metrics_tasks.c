/* metrics_tasks.c - what is known of each task: while it is there, and what is kept of it. */
#include "sim/metrics_state.h"

#include "models/schedulers/sched.h"
#include "sim/requests.h"

#include <stdlib.h>
#include <string.h>

struct task_now *metrics_task(struct metrics *m, int32_t slot)
{
    sim_assert(slot >= 0 && (size_t)slot < m->state->ntasks);
    return &m->state->tasks[slot];
}

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
    for (size_t i = 0; i < m->nkept; i++)
        if (m->kept[i]) {
            metrics_task_free(m->kept[i]);
            free(m->kept[i]);
        }
    free(m->kept);
    m->kept = NULL;
    m->nkept = m->state->kept_room = 0;
}

static void keep_room(struct metrics *m)
{
    struct metrics_state *st = m->state;

    if (m->tasks_dropped)
        return;
    if (m->tasks > METRICS_TASKS_KEPT && !st->keep) {
        metrics_drop_kept(m);
        m->tasks_dropped = true;
        return;
    }
    if (m->nkept == st->kept_room) {
        st->kept_room = st->kept_room ? 2 * st->kept_room : 64;
        m->kept = sim_realloc(m->kept, st->kept_room * sizeof(struct task_metrics *));
    }
    m->kept[m->nkept++] = NULL;
}

void metrics_arrived(struct metrics *m, const struct trace_rec *rec)
{
    struct metrics_state *st = m->state;
    size_t slot = (size_t)rec->task;
    struct task_now *t;

    st->tasks = array_reach(st->tasks, &st->ntasks, (size_t)slot, sizeof(*st->tasks));
    t = &st->tasks[slot];
    sim_assert(t->is == TASK_GONE);
    memset(t, 0, sizeof(*t));
    t->m.spec = (int32_t)rec->arg;
    t->m.copy = (uint64_t)rec->extra;
    t->m.name = rec->text ? sim_strdup(rec->text) : NULL;
    t->m.arrival = rec->at;
    t->m.first_run = t->m.completion = -1;
    t->is = TASK_WAITS;
    t->since = rec->at;
    t->core = -1;
    t->helper = t->m.spec >= m->sc->ntasks;
    if (t->helper)
        return;
    t->number = (size_t)m->tasks++;
    t->queued = true;
    if (m->first_arrival < 0) {
        m->first_arrival = rec->at;
        m->concurrency.at = m->parallelism.at = rec->at;
    }
    keep_room(m);
    level_add(&m->concurrency, rec->at, 1);
}

/* What the task has done up to now goes to where it belongs. */
void metrics_task_to(struct metrics *m, struct task_now *t, sim_time now)
{
    sim_time passed = now - t->since;
    struct blocked **b;

    t->since = now;
    if (t->is == TASK_WAITS)
        t->m.waiting += passed;
    if (t->is != TASK_BLOCKS || m->tasks_dropped || t->helper || passed == 0)
        return;
    for (b = &t->m.blocked; *b && (*b)->key != t->blocked_by;)
        b = &(*b)->next;
    if (!*b) {
        *b = sim_calloc(1, sizeof(**b));
        (*b)->key = t->blocked_by;
    }
    (*b)->time += passed;
}

enum { FINE = 1 << 10 }; /* quotients are in units of 2^-10 ns; the index has no unit */

/* A task's CPU time, over its weight where the policy has weights. */
static uint64_t weighted(const struct metrics *m, const struct task_metrics *t)
{
    const struct sched_policy *policy = m->sc->machine.policy;

    if (!policy->weight)
        return (uint64_t)t->cpu;
    return (uint64_t)mul_div_floor(t->cpu, FINE, policy->weight(&m->sc->tasks[t->spec]));
}

void metrics_measure(struct metrics *m, struct task_now *t)
{
    struct metrics_state *st = m->state;
    uint64_t share = weighted(m, &t->m);

    wide_add(&st->shares, share);
    wide_add_mul(&st->share_squares, share, share);
    st->measured++;
    if (t->m.first_run >= 0)
        samples_add(&m->response, t->m.first_run - t->m.arrival);
}

const char *metrics_task_name(const struct metrics *m, const struct task_metrics *t,
                              char buf[TASK_NAME_SIZE])
{
    return t->name ? t->name : task_name(&m->sc->tasks[t->spec], t->copy, buf);
}

/* Keeps what is known of it, or forgets it. */
void metrics_put_away(struct metrics *m, struct task_now *t)
{
    asked_free(t->asked);
    t->asked = NULL;
    if (!m->tasks_dropped && !t->helper) {
        m->kept[t->number] = sim_malloc(sizeof(struct task_metrics));
        *m->kept[t->number] = t->m;
        memset(&t->m, 0, sizeof(t->m));
    }
    metrics_task_free(&t->m);
    memset(&t->m, 0, sizeof(t->m));
    t->is = TASK_GONE;
}

void metrics_completed(struct metrics *m, const struct trace_rec *rec)
{
    struct task_now *t = metrics_task(m, rec->task);
    char buf[TASK_NAME_SIZE];

    metrics_task_to(m, t, rec->at);
    t->m.completion = rec->at;
    t->m.faulted = rec->arg == DONE_FAULT;
    m->completed++;
    m->state->last_completion = rec->at;
    samples_add(&m->turnaround, rec->at - t->m.arrival);
    samples_add(&m->waiting, t->m.waiting);
    metrics_measure(m, t);
    if (t->owns > 0)
        owners_keep(&m->state->owners, rec->task, metrics_task_name(m, &t->m, buf));
    metrics_put_away(m, t);
    level_add(&m->concurrency, rec->at, -1);
}
