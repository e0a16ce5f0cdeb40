#include "sim/scenario.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "models/executors/executor.h"

struct scenario *scenario_new(void)
{
    struct scenario *sc = sim_calloc(1, sizeof(*sc));

    arena_init(&sc->mem);
    sc->seed = 1;
    sc->until = SIM_NEVER;
    return sc;
}

void scenario_free(struct scenario *sc)
{
    if (!sc)
        return;
    arena_release(&sc->mem);
    free(sc);
}

const char *task_name(const struct task_spec *spec, uint64_t copy, char buf[TASK_NAME_SIZE])
{
    sim_assert(spec && spec->name);
    if (copy == 0) {
        (void)snprintf(buf, TASK_NAME_SIZE, "%s", spec->name);
    } else if (spec->clients > 0) {
        uint64_t client = (copy - 1) % (uint64_t)spec->clients + 1;
        uint64_t request = (copy - 1) / (uint64_t)spec->clients + 1;

        if (spec->requests == 1)
            (void)snprintf(buf, TASK_NAME_SIZE, "%.200s#%" PRIu64, spec->name, client);
        else
            (void)snprintf(buf, TASK_NAME_SIZE, "%.200s#%" PRIu64 ".%" PRIu64, spec->name,
                           client, request);
    } else {
        (void)snprintf(buf, TASK_NAME_SIZE, "%.200s#%" PRIu64, spec->name, copy);
    }
    return buf;
}

/* ---- loops ----------------------------------------------------------------------------- */

static int32_t loops_of(const struct executor_spec *ex)
{
    return ex->model->is_loop ? (int32_t)ex->model->scripts(ex->params) : 0;
}

int32_t scenario_first_loop(const struct scenario *sc, int32_t executor)
{
    int32_t n = 0;

    sim_assert(executor <= sc->nexecutors);
    for (int32_t i = 0; i < executor; i++)
        n += loops_of(&sc->executors[i]);
    return n;
}

/* How many executors before this one have loops. */
static int32_t loop_executors(const struct scenario *sc, int32_t executor)
{
    int32_t n = 0;

    for (int32_t i = 0; i < executor; i++)
        n += loops_of(&sc->executors[i]) > 0;
    return n;
}

int32_t scenario_first_worker(const struct scenario *sc, int32_t executor)
{
    return sc->has_workers ? scenario_first_loop(sc, sc->nexecutors) +
                                 WORKER_LOOPS * loop_executors(sc, executor)
                           : -1;
}

int32_t scenario_loops(const struct scenario *sc)
{
    return scenario_first_loop(sc, sc->nexecutors) +
           (sc->has_workers ? WORKER_LOOPS * loop_executors(sc, sc->nexecutors) : 0);
}

int32_t scenario_loop_executor(const struct scenario *sc, int32_t loop)
{
    int32_t main = scenario_first_loop(sc, sc->nexecutors), i = 0;

    sim_assert(loop >= 0);
    sim_assert(loop < scenario_loops(sc));
    for (; loop < main; i++) {
        loop -= loops_of(&sc->executors[i]);
        if (loop < 0)
            return i;
    }
    while (loops_of(&sc->executors[i]) == 0 ||
           scenario_first_worker(sc, i) + WORKER_LOOPS <= loop)
        i++;
    return i;
}

const char *scenario_loop_name(const struct scenario *sc, int32_t loop,
                               char buf[TASK_NAME_SIZE])
{
    int32_t executor = scenario_loop_executor(sc, loop);
    int32_t number = loop - scenario_first_loop(sc, executor);
    int32_t worker = loop - scenario_first_worker(sc, executor);

    if (sc->has_workers && worker >= 0)
        (void)snprintf(buf, TASK_NAME_SIZE, "%.200s worker %d", sc->executors[executor].name,
                       (int)worker + 1);
    else if (number == 0)
        (void)snprintf(buf, TASK_NAME_SIZE, "%s", sc->executors[executor].name);
    else
        (void)snprintf(buf, TASK_NAME_SIZE, "%.200s %d", sc->executors[executor].name,
                       (int)number + 1);
    return buf;
}
