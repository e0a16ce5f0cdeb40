/* checker_loops.c - whether what loops tell of themselves can be true. */
#include "sim/checker_loops.h"

#include <inttypes.h>
#include <stdlib.h>

#include "models/executors/executor.h"

enum { FRAMES_MAX = 64 /* that are compared */, TOOK_NOTHING = -1 };

/* What is known of one loop, by its records alone. */
struct seen_loop {
    enum loop_stage stage; /* STAGE_COUNT: none yet */
    int64_t iteration;
    int32_t calling; /* slot; -1: none */
    enum call_kind call;
    int64_t queued[LOOP_QUEUE_COUNT];
    int32_t took;  /* the queue that got shorter last; TOOK_NOTHING: one has got longer since */
    bool took_due; /* ... and just before that those that are due did */
    bool in_browser; /* its rounds are not libuv's */
    bool of_worker;
    int32_t collecting; /* enum gc_kind; -1: nothing */
    int32_t depth;
    uint64_t frames[FRAMES_MAX]; /* hashes of their names, which last for the call only */
};

/* Of a task on a loop: how long it ran, and how much of that within its calls. */
struct seen_task {
    bool on_loop, runs, called;
    sim_time since, ran, inside;
};

struct loops_state {
    struct seen_loop *loops;
    int32_t n;
    struct seen_task *tasks;
    size_t ntasks;
    int64_t rounds; /* as TR_LOOP counts them */
    int64_t polls;  /* as phases do */
    bool gone;      /* a loop is, which still turns */
};

struct loops_state *loops_state_new(const struct scenario *sc)
{
    struct loops_state *st;
    int32_t n = scenario_loops(sc);

    if (n == 0)
        return NULL;
    st = sim_calloc(1, sizeof(*st));
    st->n = n;
    st->loops = sim_calloc((size_t)n, sizeof(*st->loops));
    for (int32_t i = 0; i < n; i++) {
        const struct executor_spec *ex = &sc->executors[scenario_loop_executor(sc, i)];
        struct seen_loop *l = &st->loops[i];

        l->stage = STAGE_COUNT;
        l->calling = l->collecting = -1;
        l->took = TOOK_NOTHING;
        l->of_worker = i >= scenario_first_loop(sc, sc->nexecutors);
        l->in_browser = ex->model->in_browser && ex->model->in_browser(ex->params);
    }
    return st;
}

void loops_state_free(struct loops_state *st)
{
    if (!st)
        return;
    free(st->loops);
    free(st->tasks);
    free(st);
}

/* ---- tasks --------------------------------------------------------------------------------- */

static struct seen_task *task_of(struct loops_state *st, int32_t slot)
{
    st->tasks = array_reach(st->tasks, &st->ntasks, (size_t)slot, sizeof(*st->tasks));
    return &st->tasks[slot];
}

static void settle(struct seen_task *t, sim_time now)
{
    if (t->runs)
        t->ran += now - t->since;
    if (t->runs && t->called)
        t->inside += now - t->since;
    t->since = now;
}

static void arrives(struct checker *c, struct loops_state *st, const struct trace_rec *rec)
{
    struct seen_task *t = task_of(st, rec->task);

    *t = (struct seen_task){0};
    if (rec->arg < c->sc->ntasks)
        t->on_loop = c->sc->executors[c->sc->tasks[rec->arg].executor].model->is_loop;
}

static void runs(struct loops_state *st, const struct trace_rec *rec, bool does)
{
    struct seen_task *t = task_of(st, rec->task);

    settle(t, rec->at);
    t->runs = does;
}

static void is_done(struct checker *c, struct loops_state *st, const struct trace_rec *rec)
{
    struct seen_task *t = task_of(st, rec->task);

    /* Those who listen are called on the time of who brings it about. */
    if (t->on_loop && !c->sc->has_listeners && t->ran != t->inside)
        checker_found(c, "task %d ran for %" PRId64 " ns, and for %" PRId64 " within calls",
                      (int)rec->task, t->ran, t->inside);
}

/* ---- phases: script -> timers -> poll -> (wait -> poll) -> check -> closing -> timers ------- */

static bool follows(enum loop_stage from, enum loop_stage to)
{
    switch (to) {
    case STAGE_SCRIPT:
        return from == STAGE_COUNT;
    case STAGE_TIMERS:
        return from == STAGE_COUNT || from == STAGE_SCRIPT || from == STAGE_CLOSING ||
               from == STAGE_TIMERS; /* beforeExit: a run begins anew */
    case STAGE_POLL:
        return from == STAGE_TIMERS || from == STAGE_WAIT;
    case STAGE_WAIT:
    case STAGE_CHECK:
        return from == STAGE_POLL;
    case STAGE_CLOSING:
        return from == STAGE_CHECK;
    default:
        return false;
    }
}

/* A worker begins in its poll phase, and ends anywhere, as do two in turn. */
static bool may_follow(const struct seen_loop *l, enum loop_stage to)
{
    if (l->in_browser)
        return true;
    if (to == STAGE_GONE)
        return l->stage != STAGE_GONE || l->of_worker; /* one that never began */
    return follows(l->stage, to) || (l->of_worker && (to == STAGE_POLL));
}

static void phase(struct checker *c, struct loops_state *st, const struct trace_rec *rec)
{
    struct seen_loop *l = &st->loops[rec->place];
    enum loop_stage to = (enum loop_stage)rec->arg;
    bool polls = to == STAGE_POLL && l->stage != STAGE_WAIT;
    bool next =
        to == STAGE_POLL && l->of_worker && rec->extra == l->iteration + 1; /* another */

    st->gone = st->gone || to == STAGE_GONE;
    if (!may_follow(l, to))
        checker_found(c, "loop %d: phase %s comes after %s", (int)rec->place,
                      loop_stage_name(to),
                      l->stage < STAGE_COUNT ? loop_stage_name(l->stage) : "nothing");
    if (!l->in_browser && !next && to != STAGE_GONE && rec->extra != l->iteration + polls)
        checker_found(c, "loop %d: round %" PRId64 " comes after %" PRId64, (int)rec->place,
                      rec->extra, l->iteration);
    if (l->calling >= 0)
        checker_found(c, "loop %d: phase %s begins while a %s runs", (int)rec->place,
                      loop_stage_name(to), call_kind_name(l->call));
    st->polls += rec->extra - l->iteration;
    l->stage = to;
    l->iteration = rec->extra;
}

/* ---- calls ------------------------------------------------------------------------------------ */

static bool belongs(const struct seen_loop *l, enum call_kind kind)
{
    if (l->stage == STAGE_GONE)
        return false;
    if (l->in_browser)
        return l->stage != STAGE_WAIT;
    switch (kind) {
    case CALL_SCRIPT:
        return l->stage == STAGE_SCRIPT || (l->of_worker && l->stage == STAGE_POLL);
    case CALL_TIMER:
    case CALL_INTERVAL:
        return l->stage == STAGE_TIMERS;
    case CALL_IMMEDIATE:
        return l->stage == STAGE_CHECK;
    case CALL_CLOSE:
        return l->stage == STAGE_CLOSING;
    case CALL_TASK:
    case CALL_IO:
    case CALL_WORK:
    case CALL_JOIN:
    case CALL_PERIOD:
        return l->stage == STAGE_POLL;
    case CALL_MESSAGE: /* the last of a worker come with its end, before immediates, too */
        return l->stage == STAGE_POLL || l->stage == STAGE_CHECK;
    default: /* a drain comes behind every callback */
        return l->stage != STAGE_WAIT;
    }
}

/* The queue that such a callback was taken from. */
static int32_t comes_from(enum call_kind kind)
{
    switch (kind) {
    case CALL_SCRIPT:
    case CALL_EVENT:
        return TOOK_NOTHING;
    case CALL_TIMER:
    case CALL_INTERVAL:
        return LOOP_QUEUE_TIMERS;
    case CALL_IMMEDIATE:
        return LOOP_QUEUE_IMMEDIATES;
    case CALL_CLOSE:
        return LOOP_QUEUE_CLOSING;
    case CALL_TICK:
        return LOOP_QUEUE_TICKS;
    case CALL_MICROTASK:
    case CALL_REACTION:
    case CALL_ADOPTION:
    case CALL_CONTINUATION:
        return LOOP_QUEUE_MICROTASKS;
    default:
        return LOOP_QUEUE_READY;
    }
}

/* Rule D1: a drain has left nothing.  X2: where an exception is handled there is none, and no
 * record tells of that. */
static void check_drained(struct checker *c, const struct seen_loop *l,
                          const struct trace_rec *rec)
{
    enum call_kind kind = (enum call_kind)rec->arg;
    bool left = l->queued[LOOP_QUEUE_TICKS] > 0 || l->queued[LOOP_QUEUE_MICROTASKS] > 0;

    if (c->sc->has_listeners || kind == CALL_EVENT)
        return;
    if (kind == CALL_TICK || comes_from(kind) == LOOP_QUEUE_MICROTASKS)
        return;
    if (left)
        checker_found(c,
                      "loop %d: a %s is called, and %" PRId64 " ticks and %" PRId64
                      " microtasks are left",
                      (int)rec->place, call_kind_name(kind), l->queued[LOOP_QUEUE_TICKS],
                      l->queued[LOOP_QUEUE_MICROTASKS]);
}

static void check_taken(struct checker *c, const struct seen_loop *l,
                        const struct trace_rec *rec)
{
    enum call_kind kind = (enum call_kind)rec->arg;
    if (l->in_browser || comes_from(kind) == TOOK_NOTHING)
        return;
    if (l->took != comes_from(kind))
        checker_found(c, "loop %d: a %s is called, and what was taken last is of %s",
                      (int)rec->place, call_kind_name(kind),
                      l->took == TOOK_NOTHING ? "no queue"
                                              : loop_queue_name((enum loop_queue)l->took));
    else if (kind == CALL_TIMER && !l->took_due)
        checker_found(c, "loop %d: a %s is called before it is due", (int)rec->place,
                      call_kind_name(kind));
}

static void call(struct checker *c, struct loops_state *st, const struct trace_rec *rec)
{
    struct seen_loop *l = &st->loops[rec->place];
    enum call_kind kind = (enum call_kind)rec->arg;

    if (l->calling >= 0)
        checker_found(c, "loop %d: a %s is called while a %s runs", (int)rec->place,
                      call_kind_name(kind), call_kind_name(l->call));
    if (!belongs(l, kind))
        checker_found(c, "loop %d: a %s is called in phase %s", (int)rec->place,
                      call_kind_name(kind),
                      l->stage < STAGE_COUNT ? loop_stage_name(l->stage) : "none");
    check_taken(c, l, rec);
    check_drained(c, l, rec);
    l->calling = rec->task;
    l->call = kind;
    l->took = TOOK_NOTHING;
    settle(task_of(st, rec->task), rec->at);
    task_of(st, rec->task)->called = true;
}

static void returns(struct checker *c, struct loops_state *st, const struct trace_rec *rec)
{
    struct seen_loop *l = &st->loops[rec->place];

    if (l->calling != rec->task || rec->task < 0)
        checker_found(c, "loop %d: a call of task %d returns, and that of task %d runs",
                      (int)rec->place, (int)rec->task, (int)l->calling);
    if (l->depth != 0 && !l->of_worker) /* which may be terminated at any time */
        checker_found(c, "loop %d: a call returns, and leaves %d frames behind",
                      (int)rec->place, (int)l->depth);
    l->calling = -1;
    l->depth = 0;
    l->took = TOOK_NOTHING;
    if (rec->task < 0)
        return;
    settle(task_of(st, rec->task), rec->at);
    task_of(st, rec->task)->called = false;
}

/* Source: FNV-1a, G. Fowler, L. C. Noll, K.-P. Vo, draft-eastlake-fnv. */
static uint64_t hash_of(const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return hash;
}

static void frame(struct checker *c, struct loops_state *st, const struct trace_rec *rec)
{
    struct seen_loop *l;

    if (rec->place < 0) /* on a thread */
        return;
    l = &st->loops[rec->place];
    if (l->of_worker && !rec->arg && l->calling < 0) /* it has been terminated */
        return;
    if (l->calling != rec->task)
        checker_found(c, "loop %d: task %d %s \"%s\", and a call of task %d runs",
                      (int)rec->place, (int)rec->task, rec->arg ? "enters" : "leaves",
                      rec->text, (int)l->calling);
    if (rec->arg) {
        if (l->depth < FRAMES_MAX)
            l->frames[l->depth] = hash_of(rec->text);
        l->depth++;
        return;
    }
    l->depth--;
    if (l->depth < 0 || (l->depth < FRAMES_MAX && l->frames[l->depth] != hash_of(rec->text)))
        checker_found(c, "loop %d: \"%s\" is left, which is not on top", (int)rec->place,
                      rec->text);
    if (l->depth < 0)
        l->depth = 0;
}

/* ---- queues, heaps ----------------------------------------------------------------------------- */

static void queued(struct checker *c, struct loops_state *st, const struct trace_rec *rec)
{
    struct seen_loop *l = &st->loops[rec->place];
    enum loop_queue queue = (enum loop_queue)rec->arg;
    int64_t more = rec->extra - l->queued[queue];

    if (rec->extra < 0 || (more != 1 && more != -1))
        checker_found(c, "loop %d: queue %s has %" PRId64 ", and had %" PRId64, (int)rec->place,
                      loop_queue_name(queue), rec->extra, l->queued[queue]);
    l->queued[queue] = rec->extra;
    if (l->queued[LOOP_QUEUE_DUE] > l->queued[LOOP_QUEUE_TIMERS])
        checker_found(c, "loop %d: more timers are due than there are", (int)rec->place);
    l->took_due = more < 0 && queue == LOOP_QUEUE_TIMERS && l->took == LOOP_QUEUE_DUE;
    l->took = more < 0 ? (int32_t)queue : TOOK_NOTHING;
}

static void collects(struct checker *c, struct loops_state *st, const struct trace_rec *rec)
{
    struct seen_loop *l = &st->loops[rec->place];

    if (rec->extra > 0) {
        if (l->collecting >= 0 || l->calling < 0)
            checker_found(c, "loop %d: a collection begins %s", (int)rec->place,
                          l->calling < 0 ? "outside of any call" : "within another");
        l->collecting = (int32_t)rec->arg;
        return;
    }
    if (rec->extra < 0 || (l->collecting >= 0 && l->collecting != rec->arg))
        checker_found(c, "loop %d: a collection ends that did not begin", (int)rec->place);
    l->collecting = -1;
}

static void heap(struct checker *c, const struct trace_rec *rec)
{
    if (rec->arg < 0 || rec->extra < 0 || rec->extra > rec->arg)
        checker_found(c, "loop %d: of %" PRId64 " bytes of its heap %" PRId64 " are garbage",
                      (int)rec->place, rec->arg, rec->extra);
}

/* ---- the whole ----------------------------------------------------------------------------------- */

static bool of_a_loop(const struct trace_rec *rec)
{
    return (TRACE_LOOPS & ~TRACE_BIT(FRAME)) >> rec->kind & 1;
}

void loops_record(struct checker *c, struct loops_state *st, const struct trace_rec *rec)
{
    if (of_a_loop(rec) && (rec->place < 0 || rec->place >= st->n)) {
        checker_found(c, "there is no loop %d", (int)rec->place);
        return;
    }
    switch ((enum trace_kind)rec->kind) {
    case TR_ARRIVE:
        arrives(c, st, rec);
        break;
    case TR_RUN:
        runs(st, rec, true);
        break;
    case TR_STOP:
        runs(st, rec, false);
        break;
    case TR_DONE:
        is_done(c, st, rec);
        break;
    case TR_LOOP:
        st->rounds += rec->arg == LOOP_TURN;
        break;
    case TR_PHASE:
        phase(c, st, rec);
        break;
    case TR_CALL:
        call(c, st, rec);
        break;
    case TR_RETURN:
        returns(c, st, rec);
        break;
    case TR_FRAME:
        frame(c, st, rec);
        break;
    case TR_QUEUED:
        queued(c, st, rec);
        break;
    case TR_GC:
        collects(c, st, rec);
        break;
    case TR_HEAP:
        heap(c, rec);
        break;
    default:
        break;
    }
}

void loops_finish(struct checker *c, struct loops_state *st)
{
    bool in_browser = false;

    for (int32_t i = 0; i < st->n; i++)
        in_browser = in_browser || st->loops[i].in_browser;
    if (!in_browser && (st->gone ? st->polls > st->rounds : st->polls != st->rounds))
        checker_found(c, "loops have polled %" PRId64 " times, and turned %" PRId64 " times",
                      st->polls, st->rounds);
}
