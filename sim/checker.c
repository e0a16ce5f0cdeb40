#include "sim/checker.h"

#include "models/executors/executor.h"
#include "models/schedulers/sched.h"
#include "sim/checker_loops.h"
#include "sim/owners.h"
#include "sim/requests.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FOUND_MAX = 50 };

enum whereabouts { GONE, ARRIVED, READY, AT_LOOP, SWITCHED_TO, RUNNING, OFF, BLOCKED, ENDING };

static const char *const place_names[] = {
    "gone",       "arrived", "ready", "waiting for its loop", "being switched to", "running",
    "off a core", "blocked", "ending"};

_Static_assert(TR_SERVE == TR_SUBMIT + 1, "a request's stages follow one another");
_Static_assert(TR_SERVED == TR_SERVE + 1, "a request's stages follow one another");
_Static_assert(TR_REPLY == TR_SERVED + 1, "a request's stages follow one another");

struct task_state {
    enum whereabouts place;
    int32_t core, queue, spec;
    int32_t home;        /* the core that it holds while it waits; -1: none */
    uint32_t owns;       /* sync objects */
    struct asked *asked; /* requests on their way */
    sim_time arrival, since;
    sim_time cpu, waiting, blocked;
};

struct core_state {
    int32_t task; /* -1: none */
    bool held;    /* idles with a task that waits */
    sim_time since, busy, idle;
    sim_time stolen_until;
};

/* Those within a place, and how long. */
struct station {
    int64_t inside;
    sim_time since;
    struct wide area, stays;
};

struct checker_state {
    sim_time now;
    struct task_state *tasks;
    size_t ntasks;
    struct core_state *cores;
    struct station system, *devices;
    struct asked *unused;
    struct owners owners;      /* of sync objects */
    struct loops_state *loops; /* NULL: none */
    int32_t nidle, nready;
};

void checker_found(struct checker *c, const char *fmt, ...)
{
    char buf[300], at[TIME_TEXT_SIZE];
    va_list ap;

    if (c->nfound++ >= FOUND_MAX)
        return;
    va_start(ap, fmt);
    (void)vsnprintf(buf, sizeof(buf), fmt, ap);
    va_end(ap);
    text_addf(&c->found, "at %s: %s\n", time_text(c->state->now, at), buf);
}

/* ---- stations ------------------------------------------------------------------------- */

static void station_change(struct station *s, sim_time now, int64_t by)
{
    wide_add_mul(&s->area, (uint64_t)s->inside, (uint64_t)(now - s->since));
    s->since = now;
    s->inside += by;
}

static void check_station(struct checker *c, const struct station *s, const char *name)
{
    if (wide_compare(s->area, s->stays) != 0)
        checker_found(c, "Little's law does not hold for %s", name);
}

/* ---- tasks ------------------------------------------------------------------------------- */

static struct task_state *task_of(struct checker *c, int32_t slot)
{
    struct checker_state *st = c->state;

    if (slot < 0)
        return NULL;
    st->tasks = array_reach(st->tasks, &st->ntasks, (size_t)slot, sizeof(*st->tasks));
    return &st->tasks[slot];
}

static bool allows(const struct checker *c, const struct task_state *t, int32_t core)
{
    return affinity_has(c->sc->tasks[t->spec].affinity, core);
}

static void task_account(struct checker *c, struct task_state *t, sim_time now)
{
    sim_time passed = now - t->since;

    t->since = now;
    if (t->place == RUNNING && passed > 0 && !allows(c, t, t->core))
        checker_found(c, "a task runs on core %d, which its affinity does not allow",
                      (int)t->core);
    if (t->place == RUNNING)
        t->cpu += passed;
    else if (t->place == BLOCKED)
        t->blocked += passed;
    else
        t->waiting += passed;
}

static void move(struct checker *c, const struct trace_rec *rec, enum whereabouts to,
                 unsigned allowed)
{
    struct task_state *t = task_of(c, rec->task);

    if (!(allowed >> t->place & 1))
        checker_found(c, "task %d: %s while %s", (int)rec->task,
                      trace_kind_name((enum trace_kind)rec->kind), place_names[t->place]);
    task_account(c, t, rec->at);
    c->state->nready += (to == READY) - (t->place == READY);
    t->place = to;
}

#define FROM(place) (1U << (place))

/* ---- cores ---------------------------------------------------------------------------------- */

static void core_takes(struct checker *c, int32_t core, int32_t task)
{
    struct core_state *k = &c->state->cores[core];
    sim_time passed = c->state->now - k->since;

    if (k->task >= 0)
        k->busy += passed;
    else
        k->idle += passed;
    k->since = c->state->now;
    c->state->nidle += (task < 0) - (k->task < 0);
    if (task >= 0 && k->task >= 0 && k->task != task)
        checker_found(c, "core %d takes task %d and has task %d", (int)core, (int)task,
                      (int)k->task);
    k->task = task;
    k->held = false;
}

static bool may_run(const struct checker *c, const struct task_state *t, int32_t core)
{
    const struct machine_spec *m = &c->sc->machine;

    if (m->policy->rests && m->policy->rests(&c->sc->tasks[t->spec]))
        return false;

    if (t->home >= 0)
        return t->home == core; /* and that one will run it, after an interrupt perhaps */
    if (m->queues == QUEUES_PER_CORE && m->balance != BALANCE_STEAL && t->queue != core)
        return false;
    return allows(c, t, core);
}

/* Before time goes on: nobody idles who could work. */
static void check_work(struct checker *c, sim_time next)
{
    struct checker_state *st = c->state;

    if (c->lenient || st->nidle == 0 || st->nready == 0)
        return;
    for (int32_t i = 0; i < c->sc->machine.ncores; i++) {
        const struct core_state *k = &st->cores[i];

        if (k->task >= 0 || k->held || k->stolen_until > st->now)
            continue;
        for (size_t s = 0; s < st->ntasks; s++)
            if (st->tasks[s].place == READY && may_run(c, &st->tasks[s], i)) {
                char buf[TIME_TEXT_SIZE];

                checker_found(c, "core %d idles until %s while task %d is ready", (int)i,
                              time_text(next, buf), (int)s);
                return;
            }
    }
}

static void time_goes_on(struct checker *c, sim_time at)
{
    if (at < c->state->now)
        checker_found(c, "time runs back");
    if (at > c->state->now)
        check_work(c, at);
    c->state->now = at;
}

/* ---- records ------------------------------------------------------------------------------------ */

static void arrive(struct checker *c, const struct trace_rec *rec)
{
    struct task_state *t = task_of(c, rec->task);

    if (t->place != GONE)
        checker_found(c, "task %d arrives while %s", (int)rec->task, place_names[t->place]);
    memset(t, 0, sizeof(*t));
    t->place = ARRIVED;
    t->arrival = t->since = rec->at;
    t->spec = (int32_t)rec->arg;
    t->core = t->home = -1;
    station_change(&c->state->system, rec->at, 1);
}

static void ready(struct checker *c, const struct trace_rec *rec)
{
    struct task_state *t = task_of(c, rec->task);

    if (t->place == SWITCHED_TO) {
        core_takes(c, t->core, -1);
        t->core = -1;
    }
    /* Preempted while ready: it lost its core in the instant in which it got it. */
    if (rec->arg == READY_LOOP) {
        move(c, rec, AT_LOOP, FROM(BLOCKED) | FROM(OFF));
        return;
    }
    move(c, rec, READY,
         rec->arg == READY_NEW         ? FROM(ARRIVED)
         : rec->arg == READY_WOKEN     ? FROM(BLOCKED) | FROM(AT_LOOP)
         : rec->arg == READY_PREEMPTED ? FROM(OFF) | FROM(SWITCHED_TO) | FROM(READY)
         : rec->arg == READY_CHANGED   ? FROM(READY)
                                       : FROM(OFF));
    t->queue = rec->place;
}

static void goes_on_core(struct checker *c, const struct trace_rec *rec, enum whereabouts to)
{
    struct task_state *t = task_of(c, rec->task);

    if (t->place == SWITCHED_TO && t->core != rec->place)
        checker_found(c, "task %d is on cores %d and %d", (int)rec->task, (int)t->core,
                      (int)rec->place);
    move(c, rec, to, FROM(READY) | (to == RUNNING ? FROM(SWITCHED_TO) | FROM(AT_LOOP) : 0));
    t->core = rec->place;
    t->home = -1;
    core_takes(c, rec->place, rec->task);
}

/* Under on_block hold a core stays with the thread that waits.  A task that waits off its thread
 * (of a loop, a green one) leaves the core to that thread's others. */
static bool holds_core(const struct checker *c, const struct task_state *t)
{
    const struct executor_spec *ex = &c->sc->executors[c->sc->tasks[t->spec].executor];

    return c->sc->machine.on_block == ON_BLOCK_HOLD && !ex->model->is_loop && !ex->model->woken;
}

static void stop(struct checker *c, const struct trace_rec *rec)
{
    struct task_state *t = task_of(c, rec->task);

    move(c, rec, rec->arg == STOP_DONE ? ENDING : OFF, FROM(RUNNING));
    if (t->core != rec->place)
        checker_found(c, "task %d stops on core %d and ran on %d", (int)rec->task,
                      (int)rec->place, (int)t->core);
    core_takes(c, rec->place, -1);
    c->state->cores[rec->place].held = rec->arg == STOP_BLOCKED && holds_core(c, t);
    t->home = c->state->cores[rec->place].held ? rec->place : -1;
    t->core = -1;
}

static void done(struct checker *c, const struct trace_rec *rec)
{
    struct task_state *t = task_of(c, rec->task);

    move(c, rec, GONE, FROM(ENDING));
    if (t->owns > 0)
        owners_keep(&c->state->owners, rec->task, "");
    t->owns = 0;
    if (t->asked)
        checker_found(c, "task %d ends before the reply to its request", (int)rec->task);
    if (t->cpu + t->waiting + t->blocked != rec->at - t->arrival)
        checker_found(c, "task %d: its parts do not add up to its turnaround", (int)rec->task);
    wide_add(&c->cpu, (uint64_t)t->cpu);
    wide_add(&c->state->system.stays, (uint64_t)(rec->at - t->arrival));
    station_change(&c->state->system, rec->at, -1);
}

static void request(struct checker *c, const struct trace_rec *rec)
{
    struct task_state *t = task_of(c, rec->task);
    struct station *d = &c->state->devices[rec->place];
    struct asked *a = asked_find(t->asked, rec->extra);

    if (rec->kind == TR_SUBMIT) {
        if (a)
            checker_found(c, "task %d has two requests", (int)rec->task);
        a = asked_add(&t->asked, &c->state->unused, rec->extra);
        a->device = rec->place;
        a->at = rec->at;
        a->stage = TR_SUBMIT;
        station_change(d, rec->at, 1);
        return;
    }
    if (!a || a->device != rec->place || a->stage + 1 != rec->kind) {
        checker_found(c, "task %d: %s of a request it did not make", (int)rec->task,
                      trace_kind_name((enum trace_kind)rec->kind));
        return;
    }
    a->stage = rec->kind; /* submit, serve, served, reply follow one another */
    if (rec->kind != TR_REPLY)
        return;
    wide_add(&d->stays, (uint64_t)(rec->at - a->at));
    asked_remove(&t->asked, &c->state->unused, rec->extra);
    station_change(d, rec->at, -1);
}

/* A sole owner is alone; only an owner gives back. */
static void owns(struct checker *c, const struct trace_rec *rec)
{
    struct task_state *t = task_of(c, rec->task);
    const char *name = c->sc->syncs[rec->place].name;

    if (t->place != RUNNING && t->place != BLOCKED)
        checker_found(c, "task %d: %s of \"%s\" while %s", (int)rec->task,
                      trace_kind_name((enum trace_kind)rec->kind), name, place_names[t->place]);
    if (rec->arg >= HOLD_ORDER)
        return;
    if (rec->kind == TR_RELEASE) {
        if (owners_remove(&c->state->owners, rec))
            t->owns--;
        else
            checker_found(c, "task %d gives back \"%s\", which it has not", (int)rec->task,
                          name);
        return;
    }
    for (const struct owner *o = c->state->owners.of[rec->place]; o; o = o->next)
        if (rec->arg == HOLD_SOLE || o->how == HOLD_SOLE || o->slot == rec->task)
            checker_found(c, "task %d gets \"%s\", which task %d has", (int)rec->task, name,
                          (int)o->slot);
    owners_add(&c->state->owners, rec);
    t->owns++;
}

static void interrupt(struct checker *c, const struct trace_rec *rec)
{
    struct core_state *k = &c->state->cores[rec->place];

    if (k->stolen_until < rec->at)
        k->stolen_until = rec->at;
    k->stolen_until = time_add(k->stolen_until, rec->arg);
}

static void record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct checker *c = container_of(sink, struct checker, sink);

    time_goes_on(c, rec->at);
    if (c->state->loops && !c->lenient)
        loops_record(c, c->state->loops, rec);
    switch ((enum trace_kind)rec->kind) {
    case TR_ARRIVE:
        arrive(c, rec);
        break;
    case TR_READY:
        ready(c, rec);
        break;
    case TR_SWITCH:
        goes_on_core(c, rec, SWITCHED_TO);
        break;
    case TR_RUN:
        goes_on_core(c, rec, RUNNING);
        break;
    case TR_STOP:
        stop(c, rec);
        break;
    case TR_ACQUIRE:
    case TR_RELEASE:
        owns(c, rec);
        break;
    case TR_BLOCK:
        move(c, rec, BLOCKED, FROM(OFF));
        if (rec->arg == BLOCK_SYNC && (rec->place < 0 || rec->place >= c->sc->nsyncs))
            checker_found(c, "task %d waits for no sync object", (int)rec->task);
        break;
    case TR_DONE:
        done(c, rec);
        break;
    case TR_SUBMIT:
    case TR_SERVE:
    case TR_SERVED:
    case TR_REPLY:
        request(c, rec);
        break;
    case TR_MODE:
    case TR_RENEW:
        if (c->state->cores[rec->place].task != rec->task ||
            task_of(c, rec->task)->place != RUNNING)
            checker_found(c, "task %d: %s while not running there", (int)rec->task,
                          trace_kind_name((enum trace_kind)rec->kind));
        break;
    case TR_IRQ:
        interrupt(c, rec);
        break;
    default:
        break;
    }
}

static void finish(struct trace_sink *sink, sim_time end)
{
    struct checker *c = container_of(sink, struct checker, sink);
    struct checker_state *st = c->state;

    time_goes_on(c, end);
    for (int32_t i = 0; i < c->sc->machine.ncores; i++) {
        core_takes(c, i, -1);
        if (st->cores[i].busy + st->cores[i].idle != end)
            checker_found(c, "core %d: its parts do not add up", (int)i);
    }
    for (size_t i = 0; i < st->ntasks; i++) {
        struct task_state *t = &st->tasks[i];

        if (t->place == GONE)
            continue;
        task_account(c, t, end);
        wide_add(&c->cpu, (uint64_t)t->cpu);
        wide_add(&st->system.stays, (uint64_t)(end - t->arrival));
        for (const struct asked *a = t->asked; a; a = a->next)
            wide_add(&st->devices[a->device].stays, (uint64_t)(end - a->at));
    }
    station_change(&st->system, end, 0);
    check_station(c, &st->system, "the system");
    for (int32_t i = 0; i < c->sc->ndevices; i++) {
        station_change(&st->devices[i], end, 0);
        check_station(c, &st->devices[i], c->sc->devices[i].name);
    }
    if (st->loops && !c->lenient)
        loops_finish(c, st->loops);
}

struct checker *checker_new(const struct scenario *sc)
{
    struct checker *c = sim_calloc(1, sizeof(*c));

    c->sink.kinds = TRACE_COURSE;
    c->sink.record = record;
    c->sink.finish = finish;
    c->sc = sc;
    c->state = sim_calloc(1, sizeof(*c->state));
    c->state->cores = sim_calloc((size_t)sc->machine.ncores, sizeof(*c->state->cores));
    c->state->devices = sim_calloc((size_t)sc->ndevices + 1, sizeof(*c->state->devices));
    owners_init(&c->state->owners, sc->nsyncs);
    c->state->loops = loops_state_new(sc);
    if (c->state->loops)
        c->sink.kinds |= TRACE_LOOPS;
    for (int32_t i = 0; i < sc->machine.ncores; i++)
        c->state->cores[i].task = -1;
    c->state->nidle = sc->machine.ncores;
    return c;
}

void checker_free(struct checker *c)
{
    if (!c)
        return;
    text_release(&c->found);
    owners_release(&c->state->owners);
    loops_state_free(c->state->loops);
    for (size_t i = 0; i < c->state->ntasks; i++)
        asked_free(c->state->tasks[i].asked);
    asked_free(c->state->unused);
    free(c->state->tasks);
    free(c->state->cores);
    free(c->state->devices);
    free(c->state);
    free(c);
}
