#include "sim/report.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/executors/executor.h"

/* ---- numbers ------------------------------------------------------------------------ */

static void add_int(cJSON *to, const char *key, int64_t value)
{
    char buf[24];

    (void)snprintf(buf, sizeof(buf), "%" PRId64, value);
    (void)cJSON_AddRawToObject(to, key, buf);
}

static void add_uint(cJSON *to, const char *key, uint64_t value)
{
    char buf[24];

    (void)snprintf(buf, sizeof(buf), "%" PRIu64, value);
    (void)cJSON_AddRawToObject(to, key, buf);
}

/* Without zeros at the end: 0.75, 1, 12.000000001. */
static void add_ratio(cJSON *to, const char *key, int64_t e9)
{
    char buf[40];
    size_t n;

    (void)snprintf(buf, sizeof(buf), "%" PRId64 ".%09" PRId64, e9 / 1000000000,
                   e9 % 1000000000);
    n = strlen(buf);
    while (buf[n - 1] == '0')
        n--;
    n -= buf[n - 1] == '.';
    buf[n] = '\0';
    (void)cJSON_AddRawToObject(to, key, buf);
}

static void add_samples(cJSON *to, const char *key, struct samples *s)
{
    cJSON *o = cJSON_AddObjectToObject(to, key);

    add_int(o, "mean", samples_mean(s));
    add_int(o, "p50", samples_percentile(s, 500));
    add_int(o, "p90", samples_percentile(s, 900));
    add_int(o, "p99", samples_percentile(s, 990));
    add_int(o, "p999", samples_percentile(s, 999));
    add_int(o, "max", s->max);
}

static void add_level(cJSON *to, const char *key, int64_t mean_e9, int64_t max)
{
    cJSON *o = cJSON_AddObjectToObject(to, key);

    add_ratio(o, "mean", mean_e9);
    add_int(o, "max", max);
}

/* ---- parts ----------------------------------------------------------------------------- */

/* Who waited longest while less urgent ones ran. */
static void add_urgency(cJSON *summary, const struct urgency *u)
{
    const struct long_wait *w = &u->inversion;
    cJSON *o;

    if (w->task) {
        o = cJSON_AddObjectToObject(summary, "inversion");
        (void)cJSON_AddStringToObject(o, "task", w->task);
        add_int(o, "time", w->time);
        add_int(o, "from", w->from);
        (void)cJSON_AddStringToObject(o, "lock", u->sc->syncs[w->lock].name);
        (void)cJSON_AddStringToObject(o, "holder", w->holder);
        (void)cJSON_AddStringToObject(o, "ran", w->ran);
    }
    w = &u->starvation;
    if (!w->task)
        return;
    o = cJSON_AddObjectToObject(summary, "starvation");
    (void)cJSON_AddStringToObject(o, "task", w->task);
    add_int(o, "time", w->time);
    add_int(o, "from", w->from);
    (void)cJSON_AddStringToObject(o, "ran", w->ran);
    (void)cJSON_AddStringToObject(o, "why", starved_why_name((enum starved_why)w->why));
}

static void add_summary(cJSON *root, const struct report *report)
{
    struct metrics *m = report->metrics;
    cJSON *o = cJSON_AddObjectToObject(root, "summary");

    add_int(o, "makespan", m->makespan);
    add_uint(o, "tasks", m->tasks);
    add_ratio(o, "throughput_per_s", m->throughput_e9);
    add_samples(o, "turnaround", &m->turnaround);
    add_samples(o, "waiting", &m->waiting);
    add_samples(o, "response", &m->response);
    add_ratio(o, "utilization", m->utilization_e9);
    add_uint(o, "context_switches", m->context_switches);
    add_uint(o, "preemptions", m->preemptions);
    add_uint(o, "migrations", m->migrations);
    add_int(o, "switch_time", m->switch_time);
    add_level(o, "concurrency", m->concurrency_e9, m->concurrency.max);
    add_level(o, "parallelism", m->parallelism_e9, m->parallelism.max);
    add_ratio(o, "fairness", m->fairness_e9);
    if (m->memory > 0) {
        cJSON *memory = cJSON_AddObjectToObject(o, "memory");

        add_int(memory, "max", m->memory);
        add_int(memory, "per_task", metrics_memory_per_task(m));
    }
    if (report->findings->races)
        add_uint(o, "races", report->findings->races->n);
    if (report->findings->urgency)
        add_urgency(o, report->findings->urgency);
    if (report->findings->starved)
        add_uint(o, "starved", report->findings->starved->total);
}

static void add_cores(cJSON *root, const struct report *report)
{
    cJSON *list = cJSON_AddArrayToObject(root, "cores");
    const struct machine_spec *machine = &report->sc->machine;

    for (int32_t i = 0; i < machine->ncores; i++) {
        const struct core_metrics *c = &report->metrics->cores[i];
        cJSON *o = cJSON_CreateObject();

        add_int(o, "id", i);
        (void)cJSON_AddStringToObject(o, "name", machine->cores[i].name);
        add_int(o, "user", c->user);
        add_int(o, "kernel", c->kernel);
        add_int(o, "switch", c->switching);
        add_int(o, "idle", c->idle);
        add_ratio(o, "utilization", metrics_core_utilization(report->metrics, i));
        add_uint(o, "context_switches", c->context_switches);
        (void)cJSON_AddItemToArray(list, o);
    }
}

static const char *blocked_name(const struct scenario *sc, int32_t key)
{
    switch (key) {
    case BLOCKED_SLEEP:
        return "sleep";
    case BLOCKED_JOIN:
        return "join";
    case BLOCKED_PERIOD:
        return "period";
    case BLOCKED_POOL:
        return "pool";
    case BLOCKED_PROMISE:
        return "promise";
    case BLOCKED_MESSAGE:
        return "message";
    default:
        return key < sc->ndevices ? sc->devices[key].name : sc->syncs[key - sc->ndevices].name;
    }
}

/* By name; a device and a sync object may be called alike, and then add up. */
static void add_blocked(cJSON *to, const struct scenario *sc, const struct blocked *list)
{
    cJSON *o = cJSON_AddObjectToObject(to, "blocked");

    for (const struct blocked *b = list; b; b = b->next) {
        const char *name = blocked_name(sc, b->key);
        sim_time time = 0;

        for (const struct blocked *other = list; other; other = other->next)
            if (strcmp(blocked_name(sc, other->key), name) == 0)
                time += other->time;
        if (!cJSON_GetObjectItemCaseSensitive(o, name))
            add_int(o, name, time);
    }
}

/* A time that may not have come. */
static void add_instant(cJSON *o, const char *key, sim_time at)
{
    if (at < 0)
        (void)cJSON_AddNullToObject(o, key);
    else
        add_int(o, key, at);
}

static cJSON *task_json(const struct report *report, const struct task_metrics *t)
{
    const struct task_spec *spec = &report->sc->tasks[t->spec];
    cJSON *o = cJSON_CreateObject();

    add_int(o, "arrival", t->arrival);
    add_instant(o, "first_run", t->first_run);
    add_instant(o, "completion", t->completion);
    add_instant(o, "turnaround", t->completion < 0 ? -1 : t->completion - t->arrival);
    add_int(o, "waiting", t->waiting);
    add_instant(o, "response", t->first_run < 0 ? -1 : t->first_run - t->arrival);
    add_int(o, "cpu", t->cpu);
    add_blocked(o, report->sc, t->blocked);
    add_uint(o, "slices", t->slices);
    add_uint(o, "preemptions", t->preemptions);
    add_uint(o, "migrations", t->migrations);
    if (spec->deadline > 0 || spec->period > 0) {
        add_uint(o, "jobs", t->jobs);
        add_uint(o, "deadline_misses", t->misses);
    }
    return o;
}

static void add_tasks(cJSON *root, const struct report *report)
{
    const struct metrics *m = report->metrics;
    char buf[TASK_NAME_SIZE];
    cJSON *tasks;

    if (m->tasks_dropped)
        return;
    tasks = cJSON_AddObjectToObject(root, "tasks");
    for (size_t i = 0; i < m->nkept; i++)
        (void)cJSON_AddItemToObject(tasks, metrics_task_name(m, m->kept[i], buf),
                                    task_json(report, m->kept[i]));
}

static void add_devices(cJSON *root, const struct report *report)
{
    cJSON *devices = cJSON_AddObjectToObject(root, "devices");

    for (int32_t i = 0; i < report->sc->ndevices; i++) {
        struct device_metrics *d = &report->metrics->devices[i];
        cJSON *o = cJSON_AddObjectToObject(devices, report->sc->devices[i].name);

        add_uint(o, "requests", d->requests);
        add_int(o, "busy", d->busy);
        add_ratio(o, "utilization",
                  ratio_e9((struct wide){0, (uint64_t)d->busy},
                           (struct wide){0, (uint64_t)report->metrics->end}));
        add_samples(o, "queue", &d->queue);
        add_samples(o, "response", &d->response);
    }
}

/* Where in the file; nothing for -1. */
static void add_place(cJSON *o, const struct scenario *sc, const char *where, const char *line,
                      int64_t place)
{
    if (place < 0)
        return;
    (void)cJSON_AddStringToObject(o, where, sc->places[place].path);
    add_int(o, line, sc->places[place].line);
}

static void add_heap(cJSON *to, const struct heap_metrics *h)
{
    cJSON *o = cJSON_AddObjectToObject(to, "heap");

    add_int(o, "max", h->max);
    add_uint(o, "scavenges", h->scavenges);
    add_uint(o, "mark_sweeps", h->mark_sweeps);
    add_int(o, "pause_total", h->pauses);
    add_int(o, "pause_max", h->pause_max);
}

static bool loop_has_heap(const struct executor_spec *ex)
{
    return ex->model->is_loop && ex->model->has_heap(ex->params);
}

static bool loop_has_frames(const struct executor_spec *ex)
{
    return ex->model->is_loop && ex->model->in_browser(ex->params);
}

/* Of opportunities that nobody has asked for, nothing is told. */
static void add_frames(cJSON *to, struct executor_metrics *ex)
{
    cJSON *o = cJSON_AddObjectToObject(to, "frames");

    add_uint(o, "rendered", ex->late.count);
    add_uint(o, "dropped", ex->dropped);
    add_samples(o, "late", &ex->late);
}

/* Null where no callback took any time. */
static void add_longest_callback(cJSON *to, const struct report *report, int32_t executor)
{
    const struct metrics *m = report->metrics;
    int32_t loop = 0, first = scenario_first_loop(report->sc, executor);
    const struct loop_hold *h = metrics_longest_hold(m, executor, &loop);
    char buf[TASK_NAME_SIZE];
    cJSON *o;

    if (!h) {
        (void)cJSON_AddNullToObject(to, "longest_callback");
        return;
    }
    o = cJSON_AddObjectToObject(to, "longest_callback");
    add_int(o, "time", h->time);
    add_int(o, "drain", h->drain);
    add_int(o, "at", h->at);
    if (scenario_first_loop(report->sc, executor + 1) - first > 1)
        (void)cJSON_AddStringToObject(o, "loop", scenario_loop_name(report->sc, loop, buf));
    (void)cJSON_AddStringToObject(o, "task", metrics_hold_name(m, h, buf));
    (void)cJSON_AddStringToObject(o, "kind", call_kind_name(h->call));
    add_place(o, report->sc, "where", "line", h->place);
    add_int(o, "waited", h->waited);
}

static void add_loops(cJSON *to, const struct report *report, int32_t executor)
{
    const struct metrics *m = report->metrics;
    cJSON *o = cJSON_AddObjectToObject(to, "phases");

    for (int stage = 0; stage < STAGE_COUNT; stage++) {
        bool came;
        sim_time time = metrics_stage(m, executor, (enum loop_stage)stage, &came);

        if (came)
            add_int(o, loop_stage_name((enum loop_stage)stage), time);
    }
    add_ratio(to, "utilization", metrics_loop_utilization(m, executor));
    add_longest_callback(to, report, executor);
}

static void add_executors(cJSON *root, const struct report *report)
{
    cJSON *executors = cJSON_AddObjectToObject(root, "executors");

    for (int32_t i = 0; i < report->sc->nexecutors; i++) {
        struct executor_metrics *ex = &report->metrics->executors[i];
        cJSON *o = cJSON_AddObjectToObject(executors, report->sc->executors[i].name);

        add_int(o, "threads", ex->threads);
        add_int(o, "rejected", ex->rejected);
        if (report->sc->executors[i].model->queues_tasks)
            add_samples(o, "pool_queue", &ex->queue);
        if (report->sc->executors[i].model->woken) {
            add_uint(o, "switches", ex->switches);
            add_int(o, "switch_time", ex->switch_time);
        }
        if (!report->sc->executors[i].model->is_loop)
            continue;
        if (loop_has_heap(&report->sc->executors[i]))
            add_heap(o, &ex->heap);
        add_samples(o, "loop_lag", &ex->lag);
        add_uint(o, "iterations", ex->iterations);
        add_samples(o, "pool_queue", &ex->queue);
        if (loop_has_frames(&report->sc->executors[i]))
            add_frames(o, ex);
        add_loops(o, report, i);
    }
}

static void add_log(cJSON *root, const struct notes *notes)
{
    cJSON *list = cJSON_AddArrayToObject(root, "log");

    for (size_t i = 0; i < notes->n; i++) {
        const struct note *n = &notes->list[i];
        cJSON *o = cJSON_CreateObject();

        add_int(o, "t", n->at);
        add_int(o, "core", n->core);
        (void)cJSON_AddStringToObject(o, "task", n->task);
        (void)cJSON_AddStringToObject(o, "text", n->text);
        (void)cJSON_AddItemToArray(list, o);
    }
}

static void add_faults(cJSON *root, const struct report *report)
{
    cJSON *list = cJSON_AddArrayToObject(root, "faults");
    const struct notes *notes = &report->metrics->faults;

    for (size_t i = 0; i < notes->n; i++) {
        const struct note *n = &notes->list[i];
        cJSON *o = cJSON_CreateObject();

        add_int(o, "t", n->at);
        (void)cJSON_AddStringToObject(o, "task", n->task);
        add_place(o, report->sc, "where", "line", n->place);
        (void)cJSON_AddStringToObject(o, "message", n->text);
        (void)cJSON_AddItemToArray(list, o);
    }
}

static void add_deadlock(cJSON *root, const struct report *report)
{
    cJSON *list = cJSON_AddArrayToObject(root, "deadlock");
    const struct notes *notes = &report->metrics->deadlock;

    for (size_t i = 0; i < notes->n; i++) {
        const struct note *n = &notes->list[i];
        cJSON *o = cJSON_CreateObject();

        (void)cJSON_AddStringToObject(o, "task", n->task);
        (void)cJSON_AddStringToObject(o, "waits_for", n->waits_for);
        if (n->held_by)
            (void)cJSON_AddStringToObject(o, "held_by", n->held_by);
        else
            (void)cJSON_AddNullToObject(o, "held_by");
        add_int(o, "at", n->at);
        add_place(o, report->sc, "where", "line", n->place);
        if (n->since >= 0) {
            add_int(o, "since", n->since);
            add_place(o, report->sc, "held_where", "held_line", n->held_place);
            (void)cJSON_AddBoolToObject(o, "holder_ended", n->held_by_ended);
        }
        (void)cJSON_AddItemToArray(list, o);
    }
}

static void add_race_side(cJSON *to, const char *key, const struct scenario *sc,
                          const struct race_side *side)
{
    cJSON *o = cJSON_AddObjectToObject(to, key);

    (void)cJSON_AddStringToObject(o, "task", side->task);
    add_place(o, sc, "where", "line", side->place);
    add_int(o, "t", side->at);
    (void)cJSON_AddStringToObject(o, "access", access_how_name(side->how));
}

static void add_races(cJSON *root, const struct report *report)
{
    cJSON *list = cJSON_AddArrayToObject(root, "races");

    for (size_t i = 0; i < report->findings->races->n; i++) {
        const struct race *race = &report->findings->races->list[i];
        cJSON *o = cJSON_CreateObject();

        (void)cJSON_AddStringToObject(o, "variable", report->sc->vars[race->var].name);
        add_race_side(o, "first", report->sc, &race->first);
        add_race_side(o, "second", report->sc, &race->second);
        (void)cJSON_AddItemToArray(list, o);
    }
}

/* One that took a lock while it held another. */
static cJSON *lock_step_json(const struct scenario *sc, const struct lock_step *step)
{
    cJSON *o = cJSON_CreateObject(), *at;

    (void)cJSON_AddStringToObject(o, "task", step->task);
    add_int(o, "t", step->at);
    at = cJSON_AddObjectToObject(o, "holds");
    (void)cJSON_AddStringToObject(at, "lock", sc->syncs[step->held].name);
    add_place(at, sc, "where", "line", step->held_place);
    at = cJSON_AddObjectToObject(o, "takes");
    (void)cJSON_AddStringToObject(at, "lock", sc->syncs[step->taken].name);
    add_place(at, sc, "where", "line", step->taken_place);
    return o;
}

static void add_lock_order(cJSON *root, const struct report *report)
{
    cJSON *list = cJSON_AddArrayToObject(root, "lock_order");

    for (size_t i = 0; i < report->findings->lockorder->n; i++) {
        const struct lock_cycle *c = &report->findings->lockorder->list[i];
        cJSON *o = cJSON_CreateObject(), *locks = cJSON_AddArrayToObject(o, "locks");
        cJSON *steps = cJSON_AddArrayToObject(o, "steps");

        for (size_t k = 0; k < c->n; k++) {
            const char *name = report->sc->syncs[c->steps[k].held].name;

            (void)cJSON_AddItemToArray(locks, cJSON_CreateString(name));
            (void)cJSON_AddItemToArray(steps, lock_step_json(report->sc, &c->steps[k]));
        }
        (void)cJSON_AddItemToArray(list, o);
    }
}

static const char *why_starved(const struct starving *w)
{
    return starved_why_name(w->passed_over ? STARVED_PASSED_OVER : STARVED_NOT_PREEMPTED);
}

static void add_starved(cJSON *root, const struct starved *s)
{
    cJSON *list = cJSON_AddArrayToObject(root, "starved");

    for (size_t i = 0; i < s->n; i++) {
        cJSON *o = cJSON_CreateObject();

        (void)cJSON_AddStringToObject(o, "task", s->list[i].task);
        add_int(o, "since", s->list[i].since);
        add_int(o, "time", s->list[i].time);
        if (s->list[i].ran)
            (void)cJSON_AddStringToObject(o, "ran", s->list[i].ran);
        else
            (void)cJSON_AddNullToObject(o, "ran");
        (void)cJSON_AddStringToObject(o, "why", why_starved(&s->list[i]));
        (void)cJSON_AddItemToArray(list, o);
    }
}

static void add_segments(cJSON *root, const struct segments *s)
{
    cJSON *list = cJSON_AddArrayToObject(root, "segments");

    for (size_t i = 0; i < s->n; i++) {
        const struct segment *g = &s->list[i];
        cJSON *o = cJSON_CreateObject();

        add_int(o, "core", g->core);
        if (g->task < 0)
            (void)cJSON_AddNullToObject(o, "task");
        else
            (void)cJSON_AddStringToObject(o, "task", s->names[g->task]);
        add_int(o, "from", g->from);
        add_int(o, "to", g->to);
        (void)cJSON_AddStringToObject(o, "kind", segment_kind_name((enum segment_kind)g->kind));
        (void)cJSON_AddItemToArray(list, o);
    }
}

cJSON *report_json(const struct report *report)
{
    cJSON *root = cJSON_CreateObject();
    char digest[24];

    sim_assert(root && report->metrics);
    (void)snprintf(digest, sizeof(digest), "%016" PRIx64, report->digest);
    (void)cJSON_AddStringToObject(root, "name", report->sc->name);
    (void)cJSON_AddStringToObject(root, "variant", report->sc->variant);
    add_uint(root, "seed", report->sc->seed);
    (void)cJSON_AddStringToObject(root, "digest", digest);
    (void)cJSON_AddStringToObject(root, "outcome", outcome_name(report->outcome));
    add_int(root, "end", report->metrics->end);
    add_summary(root, report);
    add_cores(root, report);
    add_tasks(root, report);
    add_devices(root, report);
    add_executors(root, report);
    add_log(root, &report->metrics->log);
    add_faults(root, report);
    add_deadlock(root, report);
    if (report->findings->races)
        add_races(root, report);
    if (report->findings->lockorder)
        add_lock_order(root, report);
    if (report->findings->starved)
        add_starved(root, report->findings->starved);
    if (report->segments)
        add_segments(root, report->segments);
    return root;
}
