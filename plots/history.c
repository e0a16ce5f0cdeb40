/* history.c - hears what happens and keeps it. */
#include "plots/history.h"

#include <stdlib.h>
#include <string.h>

#include "plots/history_state.h"

/* ---- spans -------------------------------------------------------------------------------- */

void history_keep(struct history *h, struct rows *rows, struct span s)
{
    s.from = s.from > h->from ? s.from : h->from;
    s.to = s.to < h->to ? s.to : h->to;
    if (s.from >= s.to)
        return;
    s.from -= h->from;
    s.to -= h->from;
    rows_add(rows, s);
}

static void level_to(struct history *h, int32_t level, sim_time now, int64_t change)
{
    struct level_history *l = &h->levels[level];

    level_history_set(l, now < h->to ? now : h->to, l->value + change);
}

static bool is_work(const struct history *h, const struct task_now *t)
{
    return t->spec < h->sc->ntasks;
}

/* ---- tasks -------------------------------------------------------------------------------- */

/* The rows of the stories in pairs: the first of each stays. */
static void fold_stories(struct history *h)
{
    h->stories_fold++;
    history_waits_fold(h);
    for (int32_t i = 0; i < HISTORY_ROWS; i++) {
        if (i % 2 == 1)
            free(h->stories[i].name);
        else
            h->stories[i / 2] = h->stories[i];
    }
    h->nstories = HISTORY_ROWS / 2;
    for (size_t i = 0; i < h->nslots; i++)
        if (h->task_now[i].story >= 0)
            h->task_now[i].story = h->task_now[i].story % 2 ? -1 : h->task_now[i].story / 2;
}

static void start_story(struct history *h, struct task_now *t)
{
    struct task_story *s;
    char buf[TASK_NAME_SIZE];

    if (h->nstories == HISTORY_ROWS && t->number >> h->stories_fold == HISTORY_ROWS)
        fold_stories(h);
    if (t->number & ((1 << h->stories_fold) - 1))
        return;
    t->story = h->nstories++;
    s = &h->stories[t->story];
    s->name = sim_strdup(t->name ? t->name
                                 : task_name(&h->sc->tasks[t->spec], (uint64_t)t->copy, buf));
    s->spec = t->spec;
    s->colour = t->colour;
    s->arrival = t->arrival;
    s->first_run = t->first_run;
    s->end = -1;
    s->ending = TASK_LIVES;
}

/* Tasks are numbered in the order of their arrival, those alone of which something may be
 * kept. */
static void number(struct history *h, struct task_now *t)
{
    t->number = h->arrived++;
    start_story(h, t);
}

static int by_arrival(const void *a, const void *b)
{
    const struct task_now *const *x = a, *const *y = b;

    return ((*x)->seq > (*y)->seq) - ((*x)->seq < (*y)->seq);
}

/* What is kept begins now: with the tasks that are there. */
static void begin(struct history *h)
{
    struct task_now **here = sim_calloc(h->nslots + 1, sizeof(struct task_now *));
    size_t n = 0;

    h->begun = true;
    for (size_t i = 0; i < h->nslots; i++)
        if (h->task_now[i].here)
            here[n++] = &h->task_now[i];
    if (n > 0)
        qsort(here, n, sizeof(struct task_now *), by_arrival);
    for (size_t i = 0; i < n; i++)
        number(h, here[i]);
    free(here);
}

static void remember_wait(struct history *h, const struct task_now *t, sim_time now)
{
    char buf[TASK_NAME_SIZE];

    if (now - t->since <= h->longest.to - h->longest.from || !is_work(h, t))
        return;
    h->longest.from = t->since;
    h->longest.to = now;
    h->longest.number = t->number;
    free(h->longest_name);
    h->longest_name = sim_strdup(
        t->name ? t->name : task_name(&h->sc->tasks[t->spec], (uint64_t)t->copy, buf));
}

static void add_need(struct history *h, const struct task_now *t, sim_time now)
{
    struct needs *needs = &h->needs[t->needs];
    struct need *last = needs->n > 0 ? &needs->part[needs->n - 1] : NULL;
    sim_time from = t->is == DOES_IO && t->served > t->since ? t->served : t->since;

    if ((t->is != DOES_RUN && t->is != DOES_IO && t->is != DOES_SLEEP) || t->others ||
        now <= from)
        return;
    if (last && last->is == t->is) {
        last->time += now - from;
    } else if (needs->n < NEED_PARTS) {
        needs->part[needs->n++] = (struct need){t->is, now - from};
    } else {
        needs->more = true;
    }
}

/* What the task has done up to now is told. */
static void task_tell(struct history *h, struct task_now *t, sim_time now)
{
    if (t->is == DOES_WAIT)
        remember_wait(h, t, now);
    if (t->needs >= 0)
        add_need(h, t, now);
    if (t->number >= 0 && t->is >= DOES_IO)
        history_waited(h, t->number >> h->stories_fold, t->wait, t->since, now);
    if (t->number >= 0)
        history_keep(h, &h->tasks,
                     (struct span){t->since, now, t->number, t->number, (uint8_t)t->is});
    t->since = now;
}

static void task_to(struct history *h, struct task_now *t, sim_time now, enum doing is)
{
    if (is == t->is)
        return; /* it goes on */
    task_tell(h, t, now);
    if (t->is == DOES_WAIT || is == DOES_WAIT)
        level_to(h, LEVEL_READY, now, is == DOES_WAIT ? 1 : -1);
    h->saw[is] = true;
    t->is = is;
    t->others = false;
}

static void core_to(struct history *h, int32_t core, sim_time now)
{
    struct core_now *c = &h->core_now[core];

    if (c->busy)
        history_keep(h, &h->cores,
                     (struct span){c->since, now, core, h->task_now[c->who].number,
                                   (uint8_t)(c->changing ? DOES_CHANGE : DOES_RUN)});
    if (c->since < now)
        c->since = now;
}

static void leave_core(struct history *h, int32_t core, sim_time now)
{
    struct core_now *c = &h->core_now[core];

    core_to(h, core, now);
    if (c->busy && !c->changing)
        level_to(h, LEVEL_RUNNING, now, -1);
    c->busy = false;
}

static void take_core(struct history *h, const struct trace_rec *rec, bool changing)
{
    struct task_now *t = &h->task_now[rec->task];
    struct core_now *c = &h->core_now[rec->place];

    leave_core(h, rec->place, rec->at);
    c->busy = true;
    c->changing = changing;
    c->who = rec->task;
    t->core = rec->place;
    if (!changing)
        level_to(h, LEVEL_RUNNING, rec->at, 1);
}

/* An interrupt: the core is taken from what it did. */
static void interrupt(struct history *h, const struct trace_rec *rec)
{
    struct core_now *c = &h->core_now[rec->place];
    sim_time from = c->since > rec->at ? c->since : rec->at, to = time_add(from, rec->arg);

    core_to(h, rec->place, rec->at);
    history_keep(h, &h->cores, (struct span){from, to, rec->place, -1, DOES_CHANGE});
    c->since = to;
}

static void start_needs(struct history *h, struct task_now *t)
{
    char buf[TASK_NAME_SIZE];

    t->needs = -1;
    if (t->spec >= HISTORY_NEEDS || !is_work(h, t) || h->needs[t->spec].seen)
        return;
    t->needs = t->spec;
    h->needs[t->spec].seen = h->needs[t->spec].open = true;
    h->needs[t->spec].colour = t->colour;
    h->needs[t->spec].name = sim_strdup(
        t->name ? t->name : task_name(&h->sc->tasks[t->spec], (uint64_t)t->copy, buf));
}

static void arrive(struct history *h, const struct trace_rec *rec)
{
    struct task_now *t;

    h->task_now = array_reach(h->task_now, &h->nslots, (size_t)rec->task, sizeof(*t));
    t = &h->task_now[rec->task];
    memset(t, 0, sizeof(*t));
    t->here = true;
    t->spec = (int32_t)rec->arg;
    t->copy = rec->extra;
    t->name = rec->text ? sim_strdup(rec->text) : NULL;
    t->seq = h->seq++;
    t->number = t->story = t->core = t->level = -1;
    t->since = t->arrival = rec->at;
    t->first_run = -1;
    t->colour = is_work(h, t) ? h->work : -1;
    if (h->begun && rec->at < h->to)
        number(h, t);
    start_needs(h, t);
    /* A thread of a pool has nothing to do yet. */
    t->is = is_work(h, t) ? DOES_WAIT : DOES_SLEEP;
    t->wait = BLOCK_POOL;
    h->saw[t->is] = true;
    if (is_work(h, t)) {
        h->work++;
        level_to(h, LEVEL_READY, rec->at, 1);
        level_to(h, LEVEL_PROGRESS, rec->at, 1);
    }
}

static void leave(struct history *h, struct task_now *t, const struct trace_rec *rec)
{
    if (t->core >= 0)
        leave_core(h, t->core, rec->at);
    task_to(h, t, rec->at, DOES_RUN);
    task_tell(h, t, rec->at);
    if (t->needs >= 0)
        h->needs[t->needs].open = false;
    if (t->story >= 0) {
        h->stories[t->story].end = rec->at;
        h->stories[t->story].ending = rec->arg == DONE_FAULT ? TASK_FAULTED : TASK_ENDED;
    }
    if (is_work(h, t))
        level_to(h, LEVEL_PROGRESS, rec->at, -1);
    free(t->name);
    memset(t, 0, sizeof(*t));
}

static int32_t sync_level(const struct history *h, int32_t sync)
{
    return LEVEL_MORE + h->sc->ndevices + h->sc->nexecutors + sync;
}

static void block(struct history *h, struct task_now *t, const struct trace_rec *rec)
{
    enum doing is = rec->arg == BLOCK_IO     ? DOES_IO
                    : rec->arg == BLOCK_SYNC ? DOES_LOCK
                                             : DOES_SLEEP;

    if (rec->arg == BLOCK_SYNC && rec->place >= 0) {
        t->level = sync_level(h, rec->place);
        level_to(h, t->level, rec->at, 1);
    }
    task_to(h, t, rec->at, is);
    t->wait = history_wait_of(h, rec);
    t->others = is == DOES_SLEEP && rec->arg != BLOCK_SLEEP;
}

static void run(struct history *h, struct task_now *t, const struct trace_rec *rec)
{
    take_core(h, rec, false);
    task_to(h, t, rec->at, DOES_RUN);
    if (t->first_run < 0)
        t->first_run = rec->at;
    if (t->story >= 0)
        h->stories[t->story].first_run = t->first_run;
}

static void ready(struct history *h, struct task_now *t, const struct trace_rec *rec)
{
    if (t->core >= 0)
        leave_core(h, t->core, rec->at);
    t->core = -1;
    if (t->level >= 0)
        level_to(h, t->level, rec->at, -1);
    t->level = -1;
    task_to(h, t, rec->at, DOES_WAIT);
}

static void stuck(struct history *h, struct task_now *t, sim_time now)
{
    if (t->is == DOES_RUN)
        return; /* it spins */
    task_to(h, t, now, DOES_STUCK);
    if (t->story >= 0)
        h->stories[t->story].ending = TASK_STUCK;
}

/* ---- records ------------------------------------------------------------------------------ */

static void record_task(struct history *h, struct task_now *t, const struct trace_rec *rec)
{
    switch ((enum trace_kind)rec->kind) {
    case TR_READY:
        ready(h, t, rec);
        break;
    case TR_SWITCH:
        take_core(h, rec, true);
        break;
    case TR_RUN:
        run(h, t, rec);
        break;
    case TR_STOP:
        leave_core(h, rec->place, rec->at);
        t->core = -1;
        task_to(h, t, rec->at, DOES_WAIT);
        break;
    case TR_BLOCK:
        block(h, t, rec);
        break;
    case TR_DEADLOCK:
        stuck(h, t, rec->at);
        break;
    case TR_DONE:
        leave(h, t, rec);
        break;
    case TR_SERVE:
        t->served = rec->extra == 0 ? rec->at : 0;
        break;
    default:
        break;
    }
}

static void record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct history *h = container_of(sink, struct history, sink);

    if (!h->begun && rec->at > h->from)
        begin(h);
    switch ((enum trace_kind)rec->kind) {
    case TR_ARRIVE:
        arrive(h, rec);
        return;
    case TR_IRQ:
        interrupt(h, rec);
        return;
    case TR_QUEUE:
        level_history_set(&h->levels[LEVEL_MORE + h->sc->ndevices + rec->place],
                          rec->at < h->to ? rec->at : h->to, rec->arg);
        return;
    case TR_SUBMIT:
        level_to(h, LEVEL_MORE + rec->place, rec->at, 1);
        return;
    case TR_SERVE:
        level_to(h, LEVEL_MORE + rec->place, rec->at, -1);
        break;
    case TR_PHASE:
    case TR_QUEUED:
    case TR_LOOP:
    case TR_HEAP:
    case TR_GC:
        history_loop_record(h, rec);
        return;
    default:
        break;
    }
    if (rec->task >= 0)
        record_task(h, &h->task_now[rec->task], rec);
}

static void finish(struct trace_sink *sink, sim_time end)
{
    struct history *h = container_of(sink, struct history, sink);

    if (!h->begun && end > h->from)
        begin(h);
    for (int32_t i = 0; i < h->sc->machine.ncores; i++)
        leave_core(h, i, end);
    for (size_t i = 0; i < h->nslots; i++) {
        struct task_now *t = &h->task_now[i];

        if (!t->here)
            continue;
        task_tell(h, t, end);
        free(t->name);
        t->name = NULL;
    }
    h->end = end;
    h->from = h->from < end ? h->from : end;
    h->to = h->to < end ? h->to : end;
    history_loops_end(h, end);
    for (size_t i = 0; i < h->nlevels; i++)
        level_history_end(&h->levels[i], h->to);
    rows_sort(&h->cores, h->sc->machine.ncores, h->to - h->from);
    rows_sort(&h->tasks, h->arrived, h->to - h->from);
    rows_sort(&h->loops, h->nloops, h->to - h->from);
    rows_sort(&h->collections, h->nloops, h->to - h->from);
}

struct history *history_new(const struct scenario *sc, sim_time from, sim_time to)
{
    struct history *h = sim_calloc(1, sizeof(*h));

    sim_assert(from >= 0);
    sim_assert(to > from);
    h->sink.kinds =
        TRACE_COURSE | TRACE_BIT(PHASE) | TRACE_BIT(QUEUED) | TRACE_BIT(HEAP) | TRACE_BIT(GC);
    h->sink.record = record;
    h->sink.finish = finish;
    h->sc = sc;
    h->from = from;
    h->to = to;
    h->begun = from == 0;
    h->longest.number = -1;
    h->core_now = sim_calloc((size_t)sc->machine.ncores, sizeof(*h->core_now));
    h->nlevels =
        (size_t)LEVEL_MORE + (size_t)sc->ndevices + (size_t)sc->nexecutors + (size_t)sc->nsyncs;
    h->levels = sim_calloc(h->nlevels, sizeof(*h->levels));
    history_waits_init(h);
    h->has_loop = sim_calloc((size_t)sc->nexecutors + 1, sizeof(*h->has_loop));
    for (size_t i = 0; i < h->nlevels; i++)
        h->levels[i].begin = from;
    return h;
}

void history_free(struct history *h)
{
    if (!h)
        return;
    for (int32_t i = 0; i < h->nstories; i++)
        free(h->stories[i].name);
    for (size_t i = 0; i < h->nlevels; i++)
        level_history_release(&h->levels[i]);
    for (int32_t i = 0; i < HISTORY_NEEDS; i++)
        free(h->needs[i].name);
    free(h->levels);
    rows_release(&h->cores);
    rows_release(&h->tasks);
    history_loops_release(h);
    free(h->has_loop);
    free(h->waits);
    free(h->core_now);
    free(h->task_now);
    free(h->longest_name);
    free(h);
}

struct trace_sink *history_sink(struct history *h)
{
    return &h->sink;
}
