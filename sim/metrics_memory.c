/* metrics_memory.c - memory: the machine's, and the heaps of loops. */
#include "sim/metrics_state.h"

/* What a task in progress takes, when most is taken. */
static void takes(struct metrics *m, const struct trace_rec *rec)
{
    if (rec->arg <= m->memory)
        return;
    m->memory = rec->arg;
    m->memory_tasks = m->concurrency.value;
}

static void collects(struct heap_metrics *h, const struct trace_rec *rec)
{
    if (rec->extra > 0) { /* it begins */
        h->pauses = time_add(h->pauses, rec->extra);
        if (rec->extra > h->pause_max)
            h->pause_max = rec->extra;
    } else if (rec->arg == GC_SCAVENGE) {
        h->scavenges++;
    } else {
        h->mark_sweeps++;
    }
}

void metrics_memory(struct metrics *m, const struct trace_rec *rec)
{
    struct heap_metrics *h;

    if (rec->kind == TR_MEMORY) {
        takes(m, rec);
        return;
    }
    h = &m->executors[scenario_loop_executor(m->sc, rec->place)].heap;
    if (rec->kind == TR_GC)
        collects(h, rec);
    else if (rec->arg > h->max)
        h->max = rec->arg;
}

int64_t metrics_memory_per_task(const struct metrics *m)
{
    return m->memory_tasks > 0 ? mul_div_ceil(m->memory, 1, m->memory_tasks) : 0;
}
