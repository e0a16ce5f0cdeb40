/* metrics.c - adds up what the records tell. */
#include "sim/metrics.h"

#include "models/executors/executor.h"
#include "models/schedulers/sched.h"
#include "sim/metrics_state.h"
#include "sim/requests.h"

#include <stdlib.h>
#include <string.h>

/* ---- cores --------------------------------------------------------------------------------- */

static void core_to(struct metrics *m, int32_t core, sim_time now)
{
    struct core_now *c = &m->state->cores[core];
    struct core_metrics *cm = &m->cores[core];
    sim_time passed = now - c->since;
    sim_time stolen = passed < c->stolen ? passed : c->stolen;

    if (passed == 0)
        return;
    c->since = now;
    c->stolen -= stolen;
    cm->kernel += stolen;
    passed -= stolen;
    if (c->is == CORE_IDLE)
        cm->idle += passed;
    else if (c->is == CORE_SWITCHES)
        cm->switching += passed;
    else if (c->is == CORE_USER)
        cm->user += passed;
    else
        cm->kernel += passed;
    if (c->is >= CORE_USER) {
        struct task_now *t = metrics_task(m, c->task);

        t->cpu += passed;
        t->waiting += stolen;
        wide_add(&m->state->run, (uint64_t)passed);
    }
}

static void core_is(struct metrics *m, int32_t core, sim_time now, enum core_is is,
                    int32_t task)
{
    struct core_now *c = &m->state->cores[core];

    core_to(m, core, now);
    if ((is >= CORE_USER) != (c->is >= CORE_USER))
        level_add(&m->parallelism, now, is >= CORE_USER ? 1 : -1);
    c->is = is;
    c->task = task;
}

/* NULL: too many tasks have come, or it is nobody's. */
static struct task_metrics *kept_of(struct metrics *m, int32_t slot)
{
    return m->tasks_dropped ? NULL : metrics_known(m, slot)->kept;
}

static void became_ready(struct metrics *m, const struct trace_rec *rec)
{
    struct task_now *t = metrics_task(m, rec->task);

    metrics_task_to(m, rec->task, rec->at);
    t->is = TASK_WAITS;
    if (t->core >= 0) { /* preempted while the core still switched to it */
        core_is(m, t->core, rec->at, CORE_IDLE, -1);
        t->core = -1;
    }
    if (t->queued && rec->arg == READY_NEW) {
        int32_t ex = m->sc->tasks[metrics_known(m, rec->task)->spec].executor;

        if (!m->sc->executors[ex].model->is_loop) /* there the queue is the pool's */
            samples_add(&m->executors[ex].queue, rec->at - t->arrival);
        t->queued = false;
    }
}

static void switches(struct metrics *m, const struct trace_rec *rec)
{
    struct task_now *t = metrics_task(m, rec->task);

    core_is(m, rec->place, rec->at, CORE_SWITCHES, rec->task);
    t->core = rec->place;
    if (rec->extra & 1) {
        m->context_switches++;
        m->cores[rec->place].context_switches++;
    }
    if (rec->extra & 2) {
        m->migrations++;
        if (kept_of(m, rec->task))
            kept_of(m, rec->task)->migrations++;
    }
}

static enum core_is mode_of(const struct trace_rec *rec)
{
    return rec->arg == RUN_KERNEL ? CORE_KERNEL : CORE_USER;
}

static void runs(struct metrics *m, const struct trace_rec *rec)
{
    struct task_now *t = metrics_task(m, rec->task);

    metrics_task_to(m, rec->task, rec->at);
    t->is = TASK_RUNS;
    t->core = rec->place;
    if (kept_of(m, rec->task))
        kept_of(m, rec->task)->slices++;
    if (t->first_run < 0)
        t->first_run = rec->at;
    core_is(m, rec->place, rec->at, mode_of(rec), rec->task);
}

static void stopped(struct metrics *m, const struct trace_rec *rec)
{
    struct task_now *t = metrics_task(m, rec->task);

    core_is(m, rec->place, rec->at, CORE_IDLE, -1);
    t->since = rec->at;
    t->is = TASK_WAITS;
    t->core = -1;
    if (rec->arg == STOP_PREEMPTED || rec->arg == STOP_EXPIRED) {
        m->preemptions++;
        if (kept_of(m, rec->task))
            kept_of(m, rec->task)->preemptions++;
    }
}

/* ---- the rest ---------------------------------------------------------------------------------- */

static void blocks(struct metrics *m, const struct trace_rec *rec)
{
    struct task_now *t = metrics_task(m, rec->task);

    t->is = TASK_BLOCKS;
    t->since = rec->at;
    t->blocked_by = rec->arg == BLOCK_IO        ? rec->place
                    : rec->arg == BLOCK_SYNC    ? m->sc->ndevices + rec->place
                    : rec->arg == BLOCK_SLEEP   ? BLOCKED_SLEEP
                    : rec->arg == BLOCK_JOIN    ? BLOCKED_JOIN
                    : rec->arg == BLOCK_POOL    ? BLOCKED_POOL
                    : rec->arg == BLOCK_PROMISE ? BLOCKED_PROMISE
                    : rec->arg == BLOCK_MESSAGE ? BLOCKED_MESSAGE
                                                : BLOCKED_PERIOD;
}

static struct note *add_note(struct metrics *m, struct notes *notes, sim_time at, int32_t core,
                             int32_t slot)
{
    char buf[TASK_NAME_SIZE];

    return notes_add(notes, at, core, metrics_slot_name(m, slot, buf));
}

static void device_does(struct metrics *m, const struct trace_rec *rec)
{
    struct device_metrics *d = &m->devices[rec->place];
    struct metrics_state *st = m->state;
    struct task_now *t = metrics_task(m, rec->task);
    struct asked *a;

    if (rec->kind == TR_SUBMIT) {
        d->requests++;
        a = asked_add(&t->asked, &st->unused, rec->extra);
        a->at = rec->at;
        a->queued = time_add(rec->at, rec->arg);
    } else if (rec->kind == TR_SERVE) {
        samples_add(&d->queue, rec->at - asked_find(t->asked, rec->extra)->queued);
        if (st->serving[rec->place]++ == 0)
            st->busy_since[rec->place] = rec->at;
    } else if (rec->kind == TR_SERVED) {
        if (--st->serving[rec->place] == 0)
            d->busy += rec->at - st->busy_since[rec->place];
    } else {
        samples_add(&d->response, rec->at - asked_find(t->asked, rec->extra)->at);
        asked_remove(&t->asked, &st->unused, rec->extra);
    }
}

/* ---- sync objects -------------------------------------------------------------------------- */

static void owns(struct metrics *m, const struct trace_rec *rec)
{
    struct task_now *t = metrics_task(m, rec->task);

    if (rec->arg >= HOLD_ORDER)
        return;
    if (rec->kind == TR_ACQUIRE) {
        owners_add(&m->state->owners, rec);
        t->owns++;
    } else {
        t->owns -= owners_remove(&m->state->owners, rec);
    }
}

static void waits_for_ever(struct metrics *m, const struct trace_rec *rec)
{
    struct note *note = add_note(m, &m->deadlock, rec->at, -1, rec->task);
    const struct owner *o =
        rec->place < 0 ? NULL : owners_find(&m->state->owners, rec->place, (int32_t)rec->arg);
    char buf[TASK_NAME_SIZE];

    note->place = rec->extra;
    note->waits_for = sim_strdup(rec->text);
    if (rec->arg >= 0)
        note->held_by = sim_strdup(metrics_slot_name(m, (int32_t)rec->arg, buf));
    if (!o)
        return;
    if (rec->arg < 0) {
        note->held_by = sim_strdup(o->name);
        note->held_by_ended = true;
    }
    note->since = o->since;
    note->held_place = o->place;
}

static void interrupted(struct metrics *m, const struct trace_rec *rec)
{
    core_to(m, rec->place, rec->at);
    m->state->cores[rec->place].stolen += rec->arg;
}

static void says(struct metrics *m, struct notes *notes, const struct trace_rec *rec,
                 int64_t place)
{
    struct note *note = add_note(m, notes, rec->at, rec->place, rec->task);

    note->text = sim_strdup(rec->text);
    note->place = place;
}

static void job_done(struct metrics *m, const struct trace_rec *rec)
{
    struct task_metrics *kept = kept_of(m, rec->task);

    metrics_known(m, rec->task)->jobs++;
    if (kept)
        kept->misses += rec->arg > 0;
    m->deadline_misses += rec->arg > 0;
}

static void switched(struct executor_metrics *ex, sim_time time)
{
    ex->switches++;
    ex->switch_time = time_add(ex->switch_time, time);
}

static void executor_fact(struct executor_metrics *ex, const struct trace_rec *rec)
{
    if (rec->kind == TR_REJECT)
        ex->rejected++;
    else if (rec->kind == TR_THREAD)
        ex->threads = rec->arg;
    else if (rec->arg == LOOP_TURN)
        ex->iterations++;
    else if (rec->arg == LOOP_LAG)
        samples_add(&ex->lag, rec->extra);
    else if (rec->arg == LOOP_SWITCH)
        switched(ex, rec->extra);
    else if (rec->arg == LOOP_RENDERED)
        samples_add(&ex->late, rec->extra);
    else if (rec->arg == LOOP_DROPPED)
        ex->dropped++;
    else
        samples_add(&ex->queue, rec->extra);
}

NOINLINE static void course(struct metrics *m, const struct trace_rec *rec)
{
    switch ((enum trace_kind)rec->kind) {
    case TR_ARRIVE:
        metrics_arrived(m, rec);
        break;
    case TR_READY:
        became_ready(m, rec);
        break;
    case TR_SWITCH:
        switches(m, rec);
        break;
    case TR_RUN:
        runs(m, rec);
        break;
    case TR_MODE:
        core_is(m, rec->place, rec->at, mode_of(rec), rec->task);
        break;
    case TR_RENEW:
        if (kept_of(m, rec->task))
            kept_of(m, rec->task)->slices++;
        break;
    case TR_STOP:
        stopped(m, rec);
        break;
    case TR_BLOCK:
        blocks(m, rec);
        break;
    case TR_DONE:
        metrics_completed(m, rec);
        break;
    case TR_JOB:
        job_done(m, rec);
        break;
    case TR_SUBMIT:
    case TR_SERVE:
    case TR_SERVED:
    case TR_REPLY:
        device_does(m, rec);
        break;
    case TR_IRQ:
        interrupted(m, rec);
        break;
    case TR_LOG:
        says(m, &m->log, rec, -1);
        break;
    case TR_FAULT:
        says(m, &m->faults, rec, rec->arg);
        break;
    case TR_LOOP:
    case TR_REJECT:
    case TR_THREAD:
        executor_fact(&m->executors[rec->place], rec);
        break;
    case TR_ACQUIRE:
    case TR_RELEASE:
        owns(m, rec);
        break;
    case TR_DEADLOCK:
        waits_for_ever(m, rec);
        break;
    case TR_MEMORY:
    case TR_HEAP:
    case TR_GC:
        metrics_memory(m, rec);
        break;
    default:
        break;
    }
}

/* A loop tells of itself more often than anything else happens: it need not save the registers
 * that all the rest takes. */
static void record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct metrics *m = container_of(sink, struct metrics, sink);

    if (METRICS_LOOPS >> rec->kind & 1)
        metrics_loop(m, rec);
    else
        course(m, rec);
}

/* ---- the end -------------------------------------------------------------------------------------- */

/* Jobs that had to end by now and have not, begun or not. */
static uint64_t overdue(const struct metrics *m, const struct task_known *t, sim_time arrival)
{
    const struct task_spec *spec = &m->sc->tasks[t->spec];
    sim_time delay = spec->deadline > 0 ? spec->deadline : spec->period;
    sim_time due = time_add(arrival, delay);
    int64_t n;

    if (delay == 0 || t->name || due > m->end)
        return 0; /* a spawned child has no deadline of its own */
    n = spec->period > 0 ? (m->end - due) / spec->period + 1 : 1;
    if (spec->period > 0 && spec->jobs >= 0 && n > spec->jobs)
        n = spec->jobs;
    return n > (int64_t)t->jobs ? (uint64_t)n - t->jobs : 0;
}

static void finish_task(struct metrics *m, int32_t slot)
{
    struct task_now *t = metrics_task(m, slot);
    uint64_t late = overdue(m, metrics_known(m, slot), t->arrival);

    if (kept_of(m, slot))
        kept_of(m, slot)->misses += late;
    m->deadline_misses += late;
    if (t->is != TASK_RUNS)
        metrics_task_to(m, slot, m->end);
    if (!t->helper)
        metrics_measure(m, slot);
    metrics_put_away(m, slot);
}

static int64_t mean_level(const struct metrics *m, struct wide area)
{
    struct wide span = {0, (uint64_t)(m->end - m->first_arrival)};

    return ratio_e9(area, span);
}

/* Jain's index, (sum x)^2 / (n sum x^2), with the mean rounded.
 * Source: R. Jain, D. Chiu, W. Hawe, A Quantitative Measure of Fairness, DEC-TR-301, 1984. */
static int64_t fairness(const struct metrics_state *st)
{
    uint64_t sum = st->shares.hi ? UINT64_MAX : st->shares.lo;

    if (sum == 0)
        return 1000000000;
    return ratio_e9(wide_mul(sum, wide_div(st->shares, st->measured)), st->share_squares);
}

static void finish(struct trace_sink *sink, sim_time end)
{
    struct metrics *m = container_of(sink, struct metrics, sink);
    struct metrics_state *st = m->state;
    struct wide busy = {0, 0}, whole;
    bool left = false;

    m->end = end;
    metrics_loops_finish(m);
    if (m->first_arrival < 0)
        m->first_arrival = m->concurrency.at = m->parallelism.at = end;
    for (int32_t i = 0; i < m->sc->machine.ncores; i++) {
        core_to(m, i, end);
        wide_add(&busy, (uint64_t)m->cores[i].user);
        wide_add(&busy, (uint64_t)m->cores[i].kernel);
        m->switch_time += m->cores[i].switching;
    }
    for (int32_t i = 0; i < m->sc->ndevices; i++)
        if (st->serving[i] > 0)
            m->devices[i].busy += end - st->busy_since[i];
    for (size_t i = 0; i < st->ntasks; i++)
        if (st->tasks[i].is != TASK_GONE) {
            left = left || !st->tasks[i].helper;
            finish_task(m, (int32_t)i);
        }
    level_to(&m->concurrency, end);
    level_to(&m->parallelism, end);
    m->makespan = (left || m->completed == 0 ? end : st->last_completion) - m->first_arrival;
    m->throughput_e9 = ratio_e9(wide_mul(m->completed, (uint64_t)SEC(1)),
                                (struct wide){0, (uint64_t)m->makespan});
    whole = wide_mul((uint64_t)end, (uint64_t)m->sc->machine.ncores);
    m->utilization_e9 = ratio_e9(busy, whole);
    m->concurrency_e9 = mean_level(m, m->concurrency.area);
    m->parallelism_e9 = mean_level(m, st->run);
    m->fairness_e9 = fairness(st);
}

int64_t metrics_core_utilization(const struct metrics *m, int32_t core)
{
    const struct core_metrics *c = &m->cores[core];

    return ratio_e9((struct wide){0, (uint64_t)(c->user + c->kernel)},
                    (struct wide){0, (uint64_t)m->end});
}

struct metrics *metrics_new(const struct scenario *sc, bool keep_tasks)
{
    struct metrics *m = sim_calloc(1, sizeof(*m));
    struct metrics_state *st = sim_calloc(1, sizeof(*st));
    size_t ndevices = (size_t)sc->ndevices + 1;

    m->sink.kinds = TRACE_COURSE | TRACE_MEMORY;
    m->sink.record = record;
    m->sink.finish = finish;
    m->sc = sc;
    m->state = st;
    m->first_arrival = -1;
    st->keep = keep_tasks;
    owners_init(&st->owners, sc->nsyncs);
    m->cores = sim_calloc((size_t)sc->machine.ncores, sizeof(*m->cores));
    st->cores = sim_calloc((size_t)sc->machine.ncores, sizeof(*st->cores));
    m->devices = sim_calloc(ndevices, sizeof(*m->devices));
    st->serving = sim_calloc(ndevices, sizeof(*st->serving));
    st->busy_since = sim_calloc(ndevices, sizeof(*st->busy_since));
    m->executors = sim_calloc((size_t)sc->nexecutors, sizeof(*m->executors));
    metrics_loops_init(m);
    samples_init(&m->turnaround);
    samples_init(&m->waiting);
    samples_init(&m->response);
    return m;
}

void metrics_free(struct metrics *m)
{
    if (!m)
        return;
    for (int32_t i = 0; i < m->sc->ndevices; i++) {
        samples_release(&m->devices[i].queue);
        samples_release(&m->devices[i].response);
    }
    for (int32_t i = 0; i < m->sc->nexecutors; i++) {
        samples_release(&m->executors[i].queue);
        samples_release(&m->executors[i].lag);
        samples_release(&m->executors[i].late);
    }
    metrics_loops_release(m);
    samples_release(&m->turnaround);
    samples_release(&m->waiting);
    samples_release(&m->response);
    metrics_drop_kept(m);
    for (size_t i = 0; i < m->state->nknown; i++)
        free(m->state->known[i].name);
    free(m->state->known);
    asked_free(m->state->unused);
    owners_release(&m->state->owners);
    notes_release(&m->log);
    notes_release(&m->faults);
    notes_release(&m->deadlock);
    free(m->state->cores);
    free(m->state->tasks);
    free(m->state->serving);
    free(m->state->busy_since);
    free(m->state);
    free(m->cores);
    free(m->devices);
    free(m->executors);
    free(m);
}
