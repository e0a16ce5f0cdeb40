/* plot_phrase.c - how a run goes about its tasks, in a plain sentence made from its facts.
 *
 * What is said follows from the tables: which executors the tasks are on, how many cores there
 * are, whether the policy grants slices or takes cores away. */
#include <string.h>

#include "models/executors/executor.h"
#include "models/schedulers/sched.h"
#include "plots/axis.h"
#include "plots/plot.h"
#include "sim/param.h"

/* The kind that all tasks of the file are on; NULL: they are on several. */
static const struct executor_spec *only_executor(const struct scenario *sc)
{
    int32_t only = -1;

    for (int32_t i = 0; i < sc->ntasks; i++) {
        if (only >= 0 && sc->tasks[i].executor != only)
            return NULL;
        only = sc->tasks[i].executor;
    }
    return only >= 0 ? &sc->executors[only] : NULL;
}

/* The value of a whole number among its keys; 0: there is none of that name. */
static int64_t number_of(const struct executor_spec *e, const char *name)
{
    int64_t value = 0;

    for (const struct param *p = e->model->params; p && p->name; p++)
        if (p->type == PARAM_INT && strcmp(p->name, name) == 0)
            memcpy(&value, (const char *)e->params + p->offset, sizeof(value));
    return value;
}

static void say_loops(const struct scenario *sc, const struct executor_spec *e, struct text *t)
{
    int64_t n = e->model->scripts ? e->model->scripts(e->params) : 1;

    if (n == 1 && scenario_first_worker(sc, (int32_t)(e - sc->executors)) >= 0)
        text_add(t, "The loop and each worker have a thread for their callbacks.");
    else if (n == 1)
        text_add(t, "One thread runs all callbacks, one after the other, each to its end.");
    else
        text_addf(t, "%d loops share the tasks; each runs its callbacks one after the other.",
                  (int)n);
}

/* The quantum of the policy: 0: none is set; -1: it has no such key. */
static sim_time quantum_of(const struct machine_spec *m)
{
    sim_time time = -1;

    for (const struct param *p = m->policy->params; p && p->name; p++)
        if (p->type == PARAM_TIME && strcmp(p->name, "quantum") == 0)
            memcpy(&time, (const char *)m->policy_params + p->offset, sizeof(time));
    return time;
}

static void say_cores(const struct machine_spec *m, struct text *t)
{
    sim_time quantum = quantum_of(m);

    if (m->ncores == 1)
        text_add(t, "One thread at a time, ");
    else
        text_addf(t, "Up to %d threads at once, ", (int)m->ncores);
    if (m->policy->slice && quantum > 0) {
        text_add(t, "taking turns of ");
        plot_add_time(t, quantum);
        text_add(t, ".");
    } else if (m->policy->slice && quantum < 0) {
        text_add(t, "taking turns.");
    } else if (m->policy->preempts) {
        text_add(t, m->ncores == 1 ? "the most urgent one." : "the most urgent ones.");
    } else {
        text_add(t, "each until it waits or ends.");
    }
}

void plot_run_phrase(const struct plot_run *r, struct text *t)
{
    const struct executor_spec *e = only_executor(r->sc);

    if (e && e->model->is_loop) {
        say_loops(r->sc, e, t);
        return;
    }
    if (e && e->model->woken) {
        text_add(t, "Tasks share their threads, and keep them until they wait or yield.");
        return;
    }
    if (e && e->model->queues_tasks && number_of(e, "threads") > 0)
        text_addf(t, "%d pool threads take one task after the other. ",
                  (int)number_of(e, "threads"));
    say_cores(&r->sc->machine, t);
}
