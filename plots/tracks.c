#include "plots/tracks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whose slice is open on a lane. */
struct lane {
    bool known, busy;
    int32_t task;
    int64_t number; /* of the request */
    int depth;      /* slices that are open */
};

struct lanes {
    struct lane *list;
    size_t n;
    int64_t waiting; /* requests */
};

struct loop_track {
    enum loop_stage stage; /* it is in */
    sim_time since;        /* -1: in none */
    bool called;           /* something has been called in it */
    bool gc;
    bool known;   /* its tracks */
    bool heap;    /* and that of its heap */
    int64_t open; /* calls and frames */
};

/* What a task waits for, and who has ended that. */
struct waiter {
    bool waits;    /* for what another task does */
    uint64_t flow; /* leads to its next run; 0: none */
    char waker[TASK_NAME_SIZE];
};

struct tracks {
    const struct sched_events *sched;
    const struct track_out *out;
    const struct scenario *sc;
    int64_t nready; /* threads that wait for a core */
    struct lanes *devices, *locks;
    struct loop_track *loops;
    bool *pools;            /* executors whose queue has a track */
    struct waiter *waiters; /* by slot */
    size_t nwaiters;
    uint64_t flows;

    /* The last one who did something that may wake others. */
    int32_t actor; /* its thread's pid; 0: none */
    int32_t actor_task;
    sim_time acted_at;
    char actor_name[TASK_NAME_SIZE];
};

static const char *name_of(const struct tracks *t, int32_t task)
{
    return task_names_of(&t->sched->names, task);
}

static struct track_id id(enum track_kind kind, int64_t a, int64_t b)
{
    return (struct track_id){kind, (int32_t)a, (int32_t)b};
}

static void tell(struct tracks *t, struct track_event event)
{
    t->out->event(t->out->to, &event);
}

static void slice(struct tracks *t, sim_time at, enum track_event_type type,
                  struct track_id track, const char *category, const char *name)
{
    bool ends = type == SLICE_END; /* says nothing more */

    tell(t, (struct track_event){.type = type,
                                 .track = track,
                                 .at = at,
                                 .category = ends ? NULL : category,
                                 .name = ends ? NULL : name});
}

static void count(struct tracks *t, sim_time at, struct track_id track, int64_t value)
{
    tell(t,
         (struct track_event){.type = SLICE_COUNTER, .track = track, .at = at, .value = value});
}

static void track(struct tracks *t, struct track_id track, enum track_kind group,
                  const char *name, const char *unit)
{
    t->out->track(t->out->to,
                  &(struct track){.id = track,
                                  .group = id(group ? TRACK_GROUP : TRACK_NONE, group, 0),
                                  .name = name,
                                  .unit = unit});
}

static void group(struct tracks *t, enum track_kind kind, const char *name)
{
    track(t, id(TRACK_GROUP, kind, 0), TRACK_NONE, name, NULL);
}

/* An event on the track of a task's thread; nothing where it has none. */
static void on_thread(struct tracks *t, int32_t task, struct track_event event)
{
    const struct kthread *th = sched_events_thread(t->sched, task);

    if (!th)
        return;
    event.track = id(TRACK_THREAD, th->pid, 0);
    tell(t, event);
}

/* ---- lanes ------------------------------------------------------------------------------- */

/* The lane of a task's request; -1: it has none. */
static int64_t lane_of(const struct lanes *lanes, int32_t task, int64_t number)
{
    for (size_t i = 0; i < lanes->n; i++)
        if (lanes->list[i].busy && lanes->list[i].task == task &&
            lanes->list[i].number == number)
            return (int64_t)i;
    return -1;
}

static int64_t lane_take(struct tracks *t, struct lanes *lanes, enum track_kind kind,
                         int32_t place, const char *name, int32_t task, int64_t number)
{
    size_t i = 0;
    struct lane *lane;

    while (i < lanes->n && lanes->list[i].busy)
        i++;
    lanes->list = array_reach(lanes->list, &lanes->n, i, sizeof(*lanes->list));
    lane = &lanes->list[i];
    if (!lane->known)
        track(t, id(kind, place, (int64_t)i), kind, name, NULL);
    *lane = (struct lane){true, true, task, number, 0};
    return (int64_t)i;
}

static void lanes_close(struct tracks *t, struct lanes *lanes, enum track_kind kind,
                        int32_t place, sim_time at)
{
    for (size_t i = 0; i < lanes->n; i++)
        for (; lanes->list[i].busy && lanes->list[i].depth > 0; lanes->list[i].depth--)
            slice(t, at, SLICE_END, id(kind, place, (int64_t)i), NULL, NULL);
    free(lanes->list);
}

/* ---- devices ------------------------------------------------------------------------------ */

/* A request's slice, and within it that of its service. */
static void device(struct tracks *t, const struct trace_rec *rec)
{
    struct lanes *lanes = &t->devices[rec->place];
    int64_t i = lane_of(lanes, rec->task, rec->extra);
    const char *name = t->sc->devices[rec->place].name;
    bool begins = rec->kind == TR_SUBMIT || rec->kind == TR_SERVE;

    if (rec->kind == TR_SUBMIT && i < 0)
        i = lane_take(t, lanes, TRACK_DEVICE, rec->place, name, rec->task, rec->extra);
    if (i < 0)
        return;
    slice(t, rec->at, begins ? SLICE_BEGIN : SLICE_END, id(TRACK_DEVICE, rec->place, i),
          "device",
          rec->kind == TR_SUBMIT  ? name_of(t, rec->task)
          : rec->kind == TR_SERVE ? "service"
                                  : NULL);
    lanes->list[i].depth += begins ? 1 : -1;
    lanes->list[i].busy = rec->kind != TR_REPLY;
    if (!begins)
        return;
    lanes->waiting += rec->kind == TR_SUBMIT ? 1 : -1;
    count(t, rec->at, id(TRACK_DEVICE_QUEUE, rec->place, 0), lanes->waiting);
}

/* ---- locks, and who wakes whom --------------------------------------------------------------- */

static void acts(struct tracks *t, const struct trace_rec *rec)
{
    const struct kthread *th = sched_events_thread(t->sched, rec->task);

    t->actor = th ? th->pid : 0;
    t->actor_task = rec->task;
    t->acted_at = rec->at;
    (void)snprintf(t->actor_name, sizeof(t->actor_name), "%s", name_of(t, rec->task));
}

static void lock(struct tracks *t, const struct trace_rec *rec)
{
    struct lanes *lanes = &t->locks[rec->place];
    bool owned = rec->arg == HOLD_SOLE || rec->arg == HOLD_SHARED;
    bool takes = rec->kind == TR_ACQUIRE;
    const char *name = t->sc->syncs[rec->place].name;
    int64_t i = lane_of(lanes, rec->task, owned ? 0 : -1);

    if (!takes)
        acts(t, rec);
    if (i < 0 && (takes || !owned))
        i = lane_take(t, lanes, TRACK_LOCK, rec->place, name, rec->task, owned ? 0 : -1);
    if (i < 0)
        return;
    slice(t, rec->at,
          !owned  ? SLICE_INSTANT
          : takes ? SLICE_BEGIN
                  : SLICE_END,
          id(TRACK_LOCK, rec->place, i), takes ? "take" : "give",
          owned && !takes ? NULL : name_of(t, rec->task));
    lanes->list[i].depth = owned && takes;
    lanes->list[i].busy = owned && takes;
}

static void blocks(struct tracks *t, const struct trace_rec *rec)
{
    t->waiters = array_reach(t->waiters, &t->nwaiters, (size_t)rec->task, sizeof(*t->waiters));
    t->waiters[rec->task].waits = rec->arg == BLOCK_SYNC || rec->arg == BLOCK_JOIN;
}

/* A flow from who has ended the wait, to where the task goes on. */
static void wakes(struct tracks *t, const struct trace_rec *rec)
{
    struct waiter *w =
        rec->task >= 0 && (size_t)rec->task < t->nwaiters ? &t->waiters[rec->task] : NULL;

    if (!w || !w->waits || rec->arg != READY_WOKEN)
        return;
    w->waits = false;
    if (t->actor == 0 || t->acted_at != rec->at || t->actor_task == rec->task)
        return;
    w->flow = ++t->flows;
    memcpy(w->waker, t->actor_name, sizeof(w->waker));
    tell(t, (struct track_event){.type = SLICE_INSTANT,
                                 .track = id(TRACK_THREAD, t->actor, 0),
                                 .at = rec->at,
                                 .category = "wake",
                                 .name = "wakes",
                                 .flow = w->flow,
                                 .key = "task",
                                 .arg = name_of(t, rec->task)});
}

static void goes_on(struct tracks *t, const struct trace_rec *rec)
{
    struct waiter *w =
        rec->task >= 0 && (size_t)rec->task < t->nwaiters ? &t->waiters[rec->task] : NULL;

    if (!w || w->flow == 0)
        return;
    on_thread(t, rec->task,
              (struct track_event){.type = SLICE_INSTANT,
                                   .at = rec->at,
                                   .category = "wake",
                                   .name = "woken",
                                   .flow = w->flow,
                                   .flow_ends = true,
                                   .key = "by",
                                   .arg = w->waker});
    w->flow = 0;
}

/* ---- event loops ----------------------------------------------------------------------------- */

static struct loop_track *loop_at(struct tracks *t, int32_t i)
{
    struct loop_track *l = &t->loops[i];
    char buf[TASK_NAME_SIZE], name[TASK_NAME_SIZE + 32];

    if (l->known)
        return l;
    l->known = true;
    (void)scenario_loop_name(t->sc, i, buf);
    (void)snprintf(name, sizeof(name), "%s: phases", buf);
    track(t, id(TRACK_PHASES, i, 0), TRACK_CALLS, name, NULL);
    (void)snprintf(name, sizeof(name), "%s: callbacks", buf);
    track(t, id(TRACK_CALLS, i, 0), TRACK_CALLS, name, NULL);
    for (int q = 0; q < LOOP_QUEUE_COUNT; q++) {
        (void)snprintf(name, sizeof(name), "%s: %s", buf, loop_queue_name((enum loop_queue)q));
        track(t, id(TRACK_LOOP_QUEUE, i, q), TRACK_CALLS, name, "");
    }
    return l;
}

/* A phase is written once it is over: most of them find nothing to do, and take no time. */
static void end_phase(struct tracks *t, int32_t i, sim_time at)
{
    struct loop_track *l = loop_at(t, i);
    struct track_id uuid = id(TRACK_PHASES, i, 0);

    if (l->since >= 0 && (l->since < at || l->called)) {
        slice(t, l->since, SLICE_BEGIN, uuid, "phase", loop_stage_name(l->stage));
        slice(t, at, SLICE_END, uuid, NULL, NULL);
    }
    l->since = -1;
}

static void phase(struct tracks *t, const struct trace_rec *rec)
{
    struct loop_track *l = loop_at(t, rec->place);

    end_phase(t, rec->place, rec->at);
    if (rec->arg == STAGE_GONE)
        return;
    l->stage = (enum loop_stage)rec->arg;
    l->since = rec->at;
    l->called = false;
}

static void call(struct tracks *t, const struct trace_rec *rec)
{
    const char *kind = call_kind_name((enum call_kind)rec->arg);
    struct loop_track *l = loop_at(t, rec->place);
    bool by_name = rec->text && *rec->text;

    l->called = true;
    l->open++;
    tell(t, (struct track_event){.type = SLICE_BEGIN,
                                 .at = rec->at,
                                 .track = id(TRACK_CALLS, rec->place, 0),
                                 .category = kind,
                                 .name = by_name ? rec->text : kind,
                                 .key = "task",
                                 .arg = name_of(t, rec->task)});
}

static void returns(struct tracks *t, const struct trace_rec *rec)
{
    slice(t, rec->at, SLICE_END, id(TRACK_CALLS, rec->place, 0), NULL, NULL);
    loop_at(t, rec->place)->open--;
}

/* On a loop within its callback; on a thread by itself. */
static void frame(struct tracks *t, const struct trace_rec *rec)
{
    struct track_event event = {.type = rec->arg ? SLICE_BEGIN : SLICE_END,
                                .at = rec->at,
                                .category = "function",
                                .name = rec->arg ? rec->text : NULL};

    if (rec->place < 0) {
        on_thread(t, rec->task, event);
        return;
    }
    event.track = id(TRACK_CALLS, rec->place, 0);
    tell(t, event);
    loop_at(t, rec->place)->open += rec->arg ? 1 : -1;
}

static void heap(struct tracks *t, const struct trace_rec *rec)
{
    struct loop_track *l = loop_at(t, rec->place);
    struct track_id gc = id(TRACK_GC, rec->place, 0);
    struct track_id bytes = id(TRACK_HEAP, rec->place, 0);
    char buf[TASK_NAME_SIZE], name[TASK_NAME_SIZE + 32];

    if (!l->heap) {
        (void)scenario_loop_name(t->sc, rec->place, buf);
        (void)snprintf(name, sizeof(name), "%s: garbage collection", buf);
        track(t, gc, TRACK_CALLS, name, NULL);
        (void)snprintf(name, sizeof(name), "%s: heap", buf);
        track(t, bytes, TRACK_CALLS, name, "bytes");
        l->heap = true;
    }
    if (rec->kind == TR_HEAP) {
        count(t, rec->at, bytes, rec->arg);
        return;
    }
    if ((rec->extra > 0) == l->gc)
        return;
    l->gc = rec->extra > 0;
    slice(t, rec->at, l->gc ? SLICE_BEGIN : SLICE_END, gc, "gc",
          l->gc ? gc_kind_name((enum gc_kind)rec->arg) : NULL);
}

/* ---- what is said of tasks, and queues ------------------------------------------------------- */

static void mark(struct tracks *t, const struct trace_rec *rec, const char *category,
                 const char *name)
{
    on_thread(t, rec->task,
              (struct track_event){
                  .type = SLICE_INSTANT, .at = rec->at, .category = category, .name = name});
}

static void pool_queue(struct tracks *t, const struct trace_rec *rec)
{
    struct track_id uuid = id(TRACK_POOL, rec->place, 0);
    char name[TASK_NAME_SIZE];

    if (!t->pools[rec->place]) {
        (void)snprintf(name, sizeof(name), "%s: queue", t->sc->executors[rec->place].name);
        track(t, uuid, TRACK_NONE, name, "tasks");
        t->pools[rec->place] = true;
    }
    count(t, rec->at, uuid, rec->arg);
}

void tracks_record(struct tracks *t, const struct trace_rec *rec)
{
    switch ((enum trace_kind)rec->kind) {
    case TR_SUBMIT:
    case TR_SERVE:
    case TR_SERVED:
    case TR_REPLY:
        device(t, rec);
        break;
    case TR_ACQUIRE:
    case TR_RELEASE:
        lock(t, rec);
        break;
    case TR_BLOCK:
        blocks(t, rec);
        break;
    case TR_READY:
        wakes(t, rec);
        break;
    case TR_RUN:
        goes_on(t, rec);
        break;
    case TR_DONE:
        acts(t, rec);
        break;
    case TR_QUEUE:
        pool_queue(t, rec);
        break;
    case TR_PHASE:
        phase(t, rec);
        break;
    case TR_CALL:
        call(t, rec);
        break;
    case TR_RETURN:
        returns(t, rec);
        break;
    case TR_FRAME:
        frame(t, rec);
        break;
    case TR_QUEUED:
        (void)loop_at(t, rec->place);
        count(t, rec->at, id(TRACK_LOOP_QUEUE, rec->place, rec->arg), rec->extra);
        break;
    case TR_HEAP:
    case TR_GC:
        heap(t, rec);
        break;
    case TR_LOG:
        mark(t, rec, "log", rec->text);
        break;
    case TR_FAULT:
        mark(t, rec, "fault", rec->text);
        break;
    case TR_DEADLOCK:
        mark(t, rec, "deadlock", "deadlock");
        break;
    case TR_JOB:
        if (rec->arg > 0)
            mark(t, rec, "deadline", "deadline missed");
        break;
    default:
        break;
    }
}

/* ---- threads ------------------------------------------------------------------------------- */

static void count_ready(struct tracks *t, const struct sched_event *event)
{
    int64_t before = t->nready;

    if (event->kind == SE_WAKE)
        t->nready++;
    if (event->kind == SE_SWITCH && event->prev && event->state == 'R')
        t->nready++;
    if (event->kind == SE_SWITCH && event->next)
        t->nready--;
    if (t->nready != before)
        count(t, event->at - SCHED_EVENTS_START, id(TRACK_READY, 0, 0), t->nready);
}

void tracks_sched(struct tracks *t, const struct sched_event *event)
{
    sim_time at = event->at - SCHED_EVENTS_START;
    const char *task = event->task;

    count_ready(t, event);
    switch (event->kind) {
    case SE_THREAD:
        t->out->track(t->out->to, &(struct track){.id = id(TRACK_THREAD, event->thread->pid, 0),
                                                  .thread = event->thread});
        break;
    case SE_COST_BEGIN:
    case SE_COST_END:
        slice(t, at, event->kind == SE_COST_BEGIN ? SLICE_BEGIN : SLICE_END,
              id(TRACK_THREAD, event->thread->pid, 0), "switch", "context switch");
        break;
    case SE_SERVE:
        slice(t, at, task ? SLICE_BEGIN : SLICE_END, id(TRACK_THREAD, event->thread->pid, 0),
              "task", task);
        break;
    default:
        break;
    }
}

void tracks_with_sched(struct tracks *t, struct sched_events *sched,
                       const struct trace_rec *rec)
{
    if (rec->kind == TR_DONE)
        tracks_record(t, rec);
    sched_events_record(sched, rec);
    if (rec->kind != TR_DONE)
        tracks_record(t, rec);
}

struct tracks *tracks_new(const struct sched_events *sched, const struct track_out *out)
{
    struct tracks *t = sim_calloc(1, sizeof(*t));
    const struct scenario *sc = sched->sc;
    size_t nloops = (size_t)scenario_loops(sc);

    t->sched = sched;
    t->out = out;
    t->sc = sc;
    t->devices = sim_calloc((size_t)sc->ndevices + 1, sizeof(*t->devices));
    t->locks = sim_calloc((size_t)sc->nsyncs + 1, sizeof(*t->locks));
    t->loops = sim_calloc(nloops + 1, sizeof(*t->loops));
    t->pools = sim_calloc((size_t)sc->nexecutors + 1, sizeof(*t->pools));
    for (size_t i = 0; i < nloops; i++)
        t->loops[i].since = -1;
    track(t, id(TRACK_READY, 0, 0), TRACK_NONE, "ready threads", "threads");
    if (sc->ndevices > 0)
        group(t, TRACK_DEVICE, "devices");
    if (sc->nsyncs > 0)
        group(t, TRACK_LOCK, "locks");
    if (nloops > 0)
        group(t, TRACK_CALLS, "event loops");
    for (int32_t i = 0; i < sc->ndevices; i++) {
        char name[TASK_NAME_SIZE];

        (void)snprintf(name, sizeof(name), "%s: queue", sc->devices[i].name);
        track(t, id(TRACK_DEVICE_QUEUE, i, 0), TRACK_DEVICE, name, "requests");
    }
    return t;
}

void tracks_finish(struct tracks *t, sim_time end)
{
    for (int32_t i = 0; i < t->sc->ndevices; i++)
        lanes_close(t, &t->devices[i], TRACK_DEVICE, i, end);
    for (int32_t i = 0; i < t->sc->nsyncs; i++)
        lanes_close(t, &t->locks[i], TRACK_LOCK, i, end);
    for (int32_t i = 0; i < scenario_loops(t->sc); i++) {
        if (t->loops[i].since >= 0)
            end_phase(t, i, end);
        for (; t->loops[i].open > 0; t->loops[i].open--)
            slice(t, end, SLICE_END, id(TRACK_CALLS, i, 0), NULL, NULL);
        if (t->loops[i].gc)
            slice(t, end, SLICE_END, id(TRACK_GC, i, 0), NULL, NULL);
    }
}

void tracks_free(struct tracks *t)
{
    free(t->devices);
    free(t->locks);
    free(t->loops);
    free(t->pools);
    free(t->waiters);
    free(t);
}
