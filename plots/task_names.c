#include "plots/task_names.h"

#include <stdlib.h>

void task_names_init(struct task_names *names, const struct scenario *sc)
{
    names->sc = sc;
    names->of = NULL;
    names->n = 0;
}

void task_names_release(struct task_names *names)
{
    for (size_t i = 0; i < names->n; i++)
        free(names->of[i].name);
    free(names->of);
}

void task_names_arrive(struct task_names *names, const struct trace_rec *rec)
{
    const struct task_spec *spec = &names->sc->tasks[rec->arg];
    size_t slot = (size_t)rec->task;
    char buf[TASK_NAME_SIZE];

    sim_assert(rec->kind == TR_ARRIVE);
    names->of = array_reach(names->of, &names->n, slot, sizeof(*names->of));
    free(names->of[slot].name);
    names->of[slot].spec = (int32_t)rec->arg;
    names->of[slot].name =
        sim_strdup(rec->text ? rec->text : task_name(spec, (uint64_t)rec->extra, buf));
}

const char *task_names_of(const struct task_names *names, int32_t slot)
{
    return slot >= 0 && (size_t)slot < names->n && names->of[slot].name ? names->of[slot].name
                                                                        : "";
}

bool task_names_helper(const struct task_names *names, int32_t slot)
{
    sim_assert(slot >= 0 && (size_t)slot < names->n);
    return names->of[slot].spec >= names->sc->ntasks;
}
