/* explain_loop.c - the story of the event loops. */
#include <inttypes.h>
#include <stdio.h>

#include "models/executors/executor.h"
#include "plots/explain_state.h"

/* What a call is, and the rule that has chosen it, said once.  %s in `what` is the task. */
static const struct {
    const char *prefix; /* NULL: the phase */
    const char *what, *rule;
} calls[CALL_COUNT] = {
    [CALL_SCRIPT] = {NULL, "%s runs", "the whole script, before the loop begins"},
    [CALL_TASK] = {NULL, "%s is accepted, and runs",
                   "up to its first await; one connection an event"},
    [CALL_TIMER] = {NULL, "a timer of %s is due", "timers run in the order of their time"},
    [CALL_INTERVAL] = {NULL, "an interval of %s is due",
                       "it is started again from the time at which this callback began"},
    [CALL_IMMEDIATE] = {NULL, "an immediate of %s",
                        "this phase runs all that were there when it began"},
    [CALL_TICK] = {"tick", "a nextTick callback of %s",
                   "all ticks run before any microtask, and before the loop goes on"},
    [CALL_MICROTASK] = {"microtask", "a callback of %s",
                        "no tick is left; all microtasks run before the loop goes on"},
    [CALL_REACTION] = {"microtask", "a reaction of %s", "the promise is settled"},
    [CALL_ADOPTION] = {"microtask", "a promise of %s takes over how another is settled",
                       "which takes two microtasks more"},
    [CALL_CONTINUATION] = {"microtask", "%s goes on behind its await",
                           "what it waited for is settled"},
    [CALL_IO] = {NULL, "the reply for %s is there",
                 "events are handled in the order in which they became ready"},
    [CALL_WORK] = {NULL, "a pool thread has finished work of %s",
                   "the poll hands over all that is finished"},
    [CALL_JOIN] = {NULL, "the children that %s waits for have ended", NULL},
    [CALL_PERIOD] = {NULL, "the next job of %s begins", NULL},
    [CALL_CLOSE] = {NULL, "a close callback of %s",
                    "the last phase of a round, the newest first"},
    [CALL_MESSAGE] = {NULL, "a message for %s", NULL},
    [CALL_FRAME] = {NULL, "an animation frame of %s", "before the page is drawn"},
    [CALL_EVENT] = {NULL, "%s hears of it", "listeners to the process run at once"},
};

/* The same of pages, where that is something else. */
static const struct {
    enum call_kind kind;
    const char *what, *rule;
} page_calls[] = {
    {CALL_TASK, "%s begins", "a task among the others"},
    {CALL_INTERVAL, "an interval of %s is due",
     "it begins anew when this callback, and the microtasks behind it, are done"},
    {CALL_IMMEDIATE, "%s goes on behind its yield",
     "before tasks that wait, so that only a frame comes between"},
    {CALL_MICROTASK, "a callback of %s", "all microtasks run before the next task or frame"},
    {CALL_IO, "the reply for %s is there", "a task: the oldest is next"},
    {CALL_CLOSE, "a close event of %s", NULL},
    {CALL_EVENT, "%s hears of it", NULL},
};

static struct told_loop *loop_of(struct explain *e, const struct trace_rec *rec)
{
    sim_assert(rec->place >= 0 && rec->place < e->nloops);
    return &e->loops[rec->place];
}

static bool is_worker(const struct explain *e, int32_t loop)
{
    int32_t first = scenario_first_worker(e->sc, scenario_loop_executor(e->sc, loop));

    return first >= 0 && loop >= first;
}

static bool is_page(const struct explain *e, int32_t loop)
{
    const struct executor_spec *ex = &e->sc->executors[scenario_loop_executor(e->sc, loop)];

    return ex->model->in_browser(ex->params);
}

static bool accepts_all(const struct explain *e, int32_t loop)
{
    const struct executor_spec *ex = &e->sc->executors[scenario_loop_executor(e->sc, loop)];

    return ex->model->accepts_all(ex->params);
}

/* "[default 2] ", where there are several. */
static void add_loop(struct explain *e, int32_t loop)
{
    char buf[TASK_NAME_SIZE];

    if (e->nloops > 1)
        text_addf(&e->line, "[%s] ", scenario_loop_name(e->sc, loop, buf));
    e->at_loop = loop;
}

/* ---- what waits ------------------------------------------------------------------------------- */

static const char *dot(const struct explain *e)
{
    return e->look.ascii ? ", " : " · ";
}

/* "ticks 1 · timers 2 (1 due) · pool 1/4": what is not empty.  False: all is. */
static bool add_queues(struct explain *e, int32_t loop)
{
    static const struct {
        enum loop_queue queue;
        const char *name;
    } order[] = {
        {LOOP_QUEUE_TICKS, "ticks"},           {LOOP_QUEUE_MICROTASKS, "microtasks"},
        {LOOP_QUEUE_TIMERS, "timers"},         {LOOP_QUEUE_READY, "ready"},
        {LOOP_QUEUE_IMMEDIATES, "immediates"}, {LOOP_QUEUE_CLOSING, "closing"},
    };
    const struct told_loop *l = &e->loops[loop];
    const struct told_pool *p = &e->pools[scenario_loop_executor(e->sc, loop)];
    const char *between = "";

    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        if (l->queued[order[i].queue] == 0)
            continue;
        text_addf(&e->line, "%s%s %" PRId64, between, order[i].name, l->queued[order[i].queue]);
        if (order[i].queue == LOOP_QUEUE_TIMERS && l->queued[LOOP_QUEUE_DUE] > 0)
            text_addf(&e->line, " (%" PRId64 " due)", l->queued[LOOP_QUEUE_DUE]);
        between = dot(e);
    }
    if (p->busy > 0 || l->queued[LOOP_QUEUE_POOL] > 0) {
        text_addf(&e->line, "%spool %" PRId64 "/%" PRId64, between, p->busy, p->threads);
        if (l->queued[LOOP_QUEUE_POOL] > p->woken)
            text_addf(&e->line, " (%" PRId64 " wait)", l->queued[LOOP_QUEUE_POOL] - p->woken);
        between = dot(e);
    }
    return *between != '\0';
}

static void queued(struct explain *e, const struct trace_rec *rec)
{
    struct told_loop *l = loop_of(e, rec);
    bool more = rec->extra > l->queued[rec->arg];

    l->queued[rec->arg] = rec->extra;
    l->changed = true;
    if (rec->arg != LOOP_QUEUE_DUE || !more || l->calling < 0 || rec->at == l->called_at)
        return;
    explain_line_of(e, rec->place);
    text_addf(&e->line, "a timer is due meanwhile: it waits until %s returns",
              explain_name(e, l->calling));
    explain_say(e, rec->at, 1);
}

/* What may end the wait. */
static void add_pending(struct explain *e, int32_t loop)
{
    int64_t requests = e->loops[loop].requests;
    size_t before = e->line.len;
    bool any;

    text_add(&e->line, "; pending: ");
    any = add_queues(e, loop);
    if (requests > 0)
        text_addf(&e->line, "%srequests %" PRId64, any ? dot(e) : "", requests);
    else if (!any)
        e->line.data[e->line.len = before] = '\0';
}

/* A frame comes behind what ran at its opportunity. */
static void late(struct explain *e, const struct trace_rec *rec)
{
    char time[TIME_TEXT_SIZE];

    explain_line(e);
    text_addf(&e->line, "a frame is %s late: something ran when it was time for it",
              time_text(rec->extra, time));
    explain_say(e, rec->at, 1);
}

/* ---- phases and calls --------------------------------------------------------------------------- */

static void phase(struct explain *e, const struct trace_rec *rec)
{
    struct told_loop *l = loop_of(e, rec);

    l->stage = (enum loop_stage)rec->arg;
    if (l->stage == STAGE_GONE) {
        text_addf(explain_line_of(e, rec->place), "%s has ended, and this loop with it",
                  is_worker(e, rec->place) ? "the worker" : "the process");
        explain_say(e, rec->at, 0);
    }
    if (l->stage != STAGE_WAIT)
        return;
    explain_line(e);
    add_loop(e, rec->place);
    text_add(&e->line, "wait: nothing is ready: the loop's thread blocks in the kernel");
    add_pending(e, rec->place);
    explain_say_later(e, rec->at);
}

static void call(struct explain *e, const struct trace_rec *rec)
{
    struct told_loop *l = loop_of(e, rec);
    enum call_kind kind = (enum call_kind)rec->arg;
    const char *prefix = calls[kind].prefix, *what = calls[kind].what, *rule = calls[kind].rule;
    const char *task = explain_name(e, rec->task);

    for (size_t i = 0; is_page(e, rec->place) && i < ARRAY_LEN(page_calls); i++)
        if (page_calls[i].kind == kind) {
            what = page_calls[i].what;
            rule = page_calls[i].rule;
        }

    explain_task(e, rec->task)->loop = rec->place;
    if (kind == CALL_TASK && accepts_all(e, rec->place))
        rule = "up to its first await; this poll takes all connections that wait";
    l->calling = rec->task;
    l->called_at = rec->at;
    l->depth = 0;
    explain_line(e);
    add_loop(e, rec->place);
    text_addf(&e->line, "%s: ", prefix ? prefix : loop_stage_name(l->stage));
    for (; *what; what++) {
        if (what[0] == '%' && what[1] == 's') {
            text_add(&e->line, task);
            what++;
        } else {
            text_add_len(&e->line, what, 1);
        }
    }
    if (rec->text && kind == CALL_IO)
        text_addf(&e->line, ", from %s", rec->text);
    else if (rec->text && kind != CALL_CONTINUATION)
        text_addf(&e->line, ", \"%s\"", rec->text);
    explain_place(e, rec->extra);
    if (rule && !(e->rules >> kind & 1))
        text_addf(&e->line, ": %s", rule);
    e->rules |= UINT64_C(1) << kind;
    explain_say(e, rec->at, 0);
}

static void returns(struct explain *e, const struct trace_rec *rec)
{
    struct told_loop *l = loop_of(e, rec);
    sim_time took = rec->at - l->called_at;
    char time[TIME_TEXT_SIZE];
    size_t before;

    l->calling = -1;
    if (took == 0 && !l->changed)
        return;
    explain_line_of(e, rec->place);
    text_add(&e->line, e->look.ascii ? "-> " : "→ ");
    if (took > 0)
        text_addf(&e->line, "returns after %s; ", time_text(took, time));
    before = e->line.len;
    text_add(&e->line, "waiting: ");
    if (!add_queues(e, rec->place)) {
        e->line.len = before;
        text_add(&e->line, "nothing waits");
    }
    l->changed = false;
    explain_say(e, rec->at, 1);
}

static void frame(struct explain *e, const struct trace_rec *rec)
{
    int *depth = rec->place >= 0 ? &loop_of(e, rec)->depth : &explain_task(e, rec->task)->depth;
    char who[TASK_NAME_SIZE + 4] = "";

    if (rec->place < 0)
        (void)snprintf(who, sizeof(who), "%.250s: ", explain_name(e, rec->task));
    *depth += rec->arg ? 1 : -1;
    explain_frame(e, rec, rec->arg ? *depth : *depth + 1, who);
}

static void collects(struct explain *e, const struct trace_rec *rec)
{
    char time[TIME_TEXT_SIZE];

    if (rec->extra == 0)
        return;
    explain_line(e);
    add_loop(e, rec->place);
    text_addf(&e->line, "garbage collection (%s) stops the loop for %s",
              gc_kind_name((enum gc_kind)rec->arg), time_text(rec->extra, time));
    explain_say(e, rec->at, 1);
}

/* The loop that `rec` asks a device for, without waiting itself; NULL: none. */
static struct told_loop *asks_for(struct explain *e, const struct trace_rec *rec)
{
    const struct told_task *t = explain_task(e, rec->task);
    bool sync = rec->extra == 0;

    return t->on_loop && !sync && t->loop >= 0 ? &e->loops[t->loop] : NULL;
}

static void asks(struct explain *e, const struct trace_rec *rec)
{
    struct told_loop *l = asks_for(e, rec);

    if (l)
        l->requests++;
}

/* A reply that comes while its loop does something else. */
static void replies(struct explain *e, const struct trace_rec *rec)
{
    struct told_loop *l = asks_for(e, rec);
    int32_t loop = explain_task(e, rec->task)->loop;

    if (explain_calling(e, rec->task) >= 0 && rec->extra == 0) {
        text_addf(explain_line_of(e, loop), "%s has replied: the loop's thread is ready again",
                  e->sc->devices[rec->place].name);
        explain_say(e, rec->at, 1);
    }
    if (!l)
        return;
    l->requests--;
    if (l->calling < 0)
        return;
    explain_line_of(e, loop);
    text_addf(&e->line, "%s has replied to %s meanwhile: that waits for %s",
              e->sc->devices[rec->place].name, explain_name(e, rec->task),
              is_page(e, loop) ? "its turn among the tasks" : "the poll");
    explain_say(e, rec->at, 1);
}

void explain_loop(struct explain *e, const struct trace_rec *rec)
{
    switch ((enum trace_kind)rec->kind) {
    case TR_PHASE:
        phase(e, rec);
        break;
    case TR_CALL:
        call(e, rec);
        break;
    case TR_RETURN:
        returns(e, rec);
        break;
    case TR_FRAME:
        frame(e, rec);
        break;
    case TR_QUEUED:
        queued(e, rec);
        break;
    case TR_SUBMIT:
        asks(e, rec);
        break;
    case TR_REPLY:
        replies(e, rec);
        break;
    case TR_LOOP:
        if (rec->arg == LOOP_RENDERED && rec->extra > 0)
            late(e, rec);
        if (rec->arg == LOOP_POOL_WAIT && e->pools[rec->place].woken > 0)
            e->pools[rec->place].woken--;
        break;
    case TR_GC:
        collects(e, rec);
        break;
    default:
        break;
    }
}
