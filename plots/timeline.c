/* timeline.c - collects what each core and task did when. */
#include "plots/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "plots/timeline_bins.h"

/* ---- bins ------------------------------------------------------------------------------ */

static void core_bin_add(struct core_bin *b, int32_t task, sim_time time)
{
    if (task < 0) {
        b->other += time;
        return;
    }
    b->run += time;
    if (b->longest == 0 || b->task == task) {
        b->task = task;
        b->longest += time;
    } else if (time > b->longest) {
        b->task = task;
        b->longest = time;
    }
}

void timeline_join_bins(struct core_bin *to, const struct core_bin *a, const struct core_bin *b)
{
    struct core_bin joined = *a;

    joined.other += b->other;
    joined.run += b->run;
    if (b->longest > 0 && joined.longest > 0 && b->task == joined.task) {
        joined.longest += b->longest;
    } else if (b->longest > joined.longest) {
        joined.task = b->task;
        joined.longest = b->longest;
    }
    *to = joined;
}

void timeline_join(struct timeline *tl)
{
    static const struct core_bin no_core_bin;
    static const struct task_bin no_task_bin;

    tl->shift++;
    for (int i = 0; i < BINS; i++) {
        int a = 2 * i, b = 2 * i + 1;

        for (int32_t c = 0; c < tl->ncores; c++) {
            if (a < BINS)
                timeline_join_bins(&tl->cores[c][i], &tl->cores[c][a], &tl->cores[c][b]);
            else
                tl->cores[c][i] = no_core_bin;
        }
        for (int32_t t = 0; t < TIMELINE_TASKS && t < tl->arrived; t++) {
            struct task_bin *bins = tl->tasks[t]->bins;
            struct task_bin joined = no_task_bin;

            for (int s = 0; s < TASK_STATES && a < BINS; s++)
                joined.in[s] = bins[a].in[s] + bins[b].in[s];
            bins[i] = joined;
        }
    }
    timeline_loops_join(tl);
}

static void task_to(struct timeline *tl, struct task_now *t, sim_time now, enum task_is is)
{
    if (t->number < TIMELINE_TASKS && t->is != TASK_GONE) {
        struct task_row *row = tl->tasks[t->number];

        EACH_BIN(tl, t->since, now, bin, time, row->bins[bin].in[t->is] += time);
    }
    t->since = now;
    t->is = is;
}

static void core_to(struct timeline *tl, int32_t core, sim_time now)
{
    struct core_now *c = &tl->core_now[core];

    if (c->busy && core < tl->ncores) {
        int32_t number = c->switching ? -1 : c->number;

        EACH_BIN(tl, c->since, now, bin, time,
                 core_bin_add(&tl->cores[core][bin], number, time));
    }
    if (c->since < now)
        c->since = now;
}

/* ---- records ----------------------------------------------------------------------------- */

static void add_row(struct timeline *tl, struct task_now *t, const char *name)
{
    t->number = tl->arrived;
    if (tl->arrived < TIMELINE_TASKS) {
        tl->tasks[tl->arrived] = sim_calloc(1, sizeof(struct task_row));
        tl->tasks[tl->arrived]->name = sim_strdup(name);
    }
    tl->arrived++;
}

static void arrive(struct timeline *tl, const struct trace_rec *rec)
{
    size_t slot = (size_t)rec->task;
    /* What a loop takes of its core by itself is seen there, and has no row. */
    bool own = tl->sc->executors[tl->sc->tasks[rec->arg].executor].own == rec->arg;
    struct task_now *t;
    char buf[TASK_NAME_SIZE];

    tl->task_now = array_reach(tl->task_now, &tl->nslots, (size_t)slot, sizeof(*tl->task_now));
    t = &tl->task_now[slot];
    t->is = TASK_GONE;
    t->core = -1;
    t->number = TIMELINE_TASKS;
    t->idle = 0;
    if (rec->arg >= tl->sc->ntasks) { /* a thread of a pool has nothing to do yet */
        t->idle = own ? 0 : (uint64_t)rec->extra;
        t->spec = (int32_t)rec->arg;
        task_to(tl, t, rec->at, TASK_BLOCKS);
        return;
    }
    add_row(tl, t,
            rec->text ? rec->text
                      : task_name(&tl->sc->tasks[rec->arg], (uint64_t)rec->extra, buf));
    task_to(tl, t, rec->at, TASK_WAITS);
}

/* Its first work: from when it was made it has waited for that. */
static void works(struct timeline *tl, struct task_now *t)
{
    char buf[TASK_NAME_SIZE];

    add_row(tl, t, task_name(&tl->sc->tasks[t->spec], t->idle, buf));
    t->idle = 0;
}

static void take_core(struct timeline *tl, const struct trace_rec *rec, bool switching)
{
    struct task_now *t = &tl->task_now[rec->task];
    struct core_now *c = &tl->core_now[rec->place];

    core_to(tl, rec->place, rec->at);
    c->busy = true;
    c->switching = switching;
    c->number = t->number;
    t->core = rec->place;
}

static void leave_core(struct timeline *tl, int32_t core, sim_time now)
{
    core_to(tl, core, now);
    tl->core_now[core].busy = false;
}

static void interrupt(struct timeline *tl, const struct trace_rec *rec)
{
    struct core_now *c = &tl->core_now[rec->place];
    sim_time from = c->since > rec->at ? c->since : rec->at, to = time_add(from, rec->arg);

    core_to(tl, rec->place, rec->at);
    if (rec->place < tl->ncores)
        EACH_BIN(tl, from, to, bin, time, tl->cores[rec->place][bin].other += time);
    c->since = to;
}

static void record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct timeline *tl = container_of(sink, struct timeline, sink);
    struct task_now *t =
        rec->task >= 0 && rec->kind != TR_ARRIVE ? &tl->task_now[rec->task] : NULL;

    if (tl->numbers)
        timeline_loop(tl, rec);
    switch ((enum trace_kind)rec->kind) {
    case TR_ARRIVE:
        arrive(tl, rec);
        break;
    case TR_READY:
        sim_assert(t);
        if (t->idle > 0)
            works(tl, t);
        if (t->core >= 0)
            leave_core(tl, t->core, rec->at);
        t->core = -1;
        task_to(tl, t, rec->at, TASK_WAITS);
        break;
    case TR_SWITCH:
        take_core(tl, rec, true);
        break;
    case TR_RUN:
        sim_assert(t);
        take_core(tl, rec, false);
        t->core = -1;
        task_to(tl, t, rec->at, TASK_RUNS);
        break;
    case TR_STOP:
        leave_core(tl, rec->place, rec->at);
        task_to(tl, t, rec->at, TASK_WAITS);
        break;
    case TR_BLOCK:
        tl->locked = tl->locked || rec->arg == BLOCK_SYNC;
        task_to(tl, t, rec->at, rec->arg == BLOCK_SYNC ? TASK_LOCKED : TASK_BLOCKS);
        break;
    case TR_DEADLOCK:
        sim_assert(t);
        if (t->is != TASK_BLOCKS && t->is != TASK_LOCKED)
            break; /* it spins */
        tl->deadlocked = true;
        if (t->number < TIMELINE_TASKS)
            tl->tasks[t->number]->deadlocked = true;
        task_to(tl, t, rec->at, TASK_DEADLOCKED);
        break;
    case TR_DONE:
        task_to(tl, t, rec->at, TASK_GONE);
        break;
    case TR_IRQ:
        interrupt(tl, rec);
        break;
    case TR_HEAP:
        timeline_heap(tl, rec);
        break;
    default:
        break;
    }
}

static void finish(struct trace_sink *sink, sim_time end)
{
    struct timeline *tl = container_of(sink, struct timeline, sink);

    for (int32_t i = 0; i < tl->sc->machine.ncores; i++)
        leave_core(tl, i, end);
    for (size_t i = 0; i < tl->nslots; i++)
        if (tl->task_now[i].is != TASK_GONE)
            task_to(tl, &tl->task_now[i], end, TASK_GONE);
    timeline_loops_end(tl, end);
    timeline_heap_ends(tl, end);
    tl->end = end;
}

struct timeline *timeline_new(const struct scenario *sc)
{
    struct timeline *tl = sim_calloc(1, sizeof(*tl));

    tl->sink.kinds = TRACE_COURSE | TRACE_BIT(HEAP);
    tl->sink.record = record;
    tl->sink.finish = finish;
    tl->sc = sc;
    tl->ncores = sc->machine.ncores < TIMELINE_CORES ? sc->machine.ncores : TIMELINE_CORES;
    tl->cores = sim_calloc((size_t)tl->ncores, sizeof(*tl->cores));
    timeline_loops_init(tl);
    tl->core_now = sim_calloc((size_t)sc->machine.ncores, sizeof(*tl->core_now));
    return tl;
}

void timeline_free(struct timeline *tl)
{
    if (!tl)
        return;
    for (int32_t i = 0; i < TIMELINE_TASKS && i < tl->arrived; i++) {
        free(tl->tasks[i]->name);
        free(tl->tasks[i]);
    }
    timeline_loops_free(tl);
    free(tl->cores);
    free(tl->core_now);
    free(tl->task_now);
    timeline_heap_free(tl);
    free(tl);
}

struct trace_sink *timeline_sink(struct timeline *tl)
{
    return &tl->sink;
}

sim_time timeline_span(const struct timeline *tl)
{
    return tl->deadlocked ? time_add(tl->end, tl->end / 8 + 1) : tl->end;
}
