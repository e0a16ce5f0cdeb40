#include "sim/scenario.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

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
