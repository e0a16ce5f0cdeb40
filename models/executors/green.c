/* green.c - M tasks on N threads: a task that blocks leaves its thread to the next one, without
 * the kernel.
 *
 * One queue, first come first served, feeds all threads; a thread that finds it empty parks.
 * Nobody is sent away: a task keeps its thread until it waits, yields or ends, as in every
 * cooperative system; the machine's policy schedules the threads, and knows of no tasks.
 *
 * A switch, to a task other than the one that the thread has run last, takes `switch`, user
 * time of nobody: the task waits meanwhile.  The first task of a thread comes free of charge, as
 * it does on a core.
 *
 * Source: T. E. Anderson et al., Scheduler Activations, SOSP 1991, 2 (threads of user space and
 * what they cost); R. S. Engelschall, GNU Pth, 1999 (cooperative, events instead of blocking);
 * Go 1.22 src/runtime/proc.go (M:N).  Differs from Go: one queue, where Go has one a P and steals;
 * no preemption after 10 ms; whatever waits does so without a thread, files too. */
#include "models/executors/executor.h"

struct green_params {
    int64_t threads;
    sim_time cost;
};

static const struct param green_params[] = {
    PARAM(INT, struct green_params, threads,
          "how many threads there are, from the start; 0: one for each core", .deflt = "0",
          .max = 1000000),
    PARAM_AS("switch", TIME, struct green_params, cost,
             "user time of a thread that turns to another task than it ran last", .deflt = "0"),
    PARAM_END,
};

struct carrier { /* a thread that carries tasks */
    struct thread *th;
    struct carrier *next; /* parked */
    struct task *own;     /* who the switches belong to */
    struct task *to;      /* a switch to it goes on */
    uint32_t ran;         /* the number of the task that it ran last; 0: none yet */
    bool paid;            /* the time of that switch has begun */
};

struct green_state {
    struct carrier *carriers, *parked; /* lowest number first */
    struct task *first, *last;         /* ready */
    int64_t waiting, n;
};

static sim_time switch_cost(const struct executor *ex)
{
    return ((const struct green_params *)ex->params)->cost;
}

static void green_init(struct executor *ex)
{
    const struct green_params *params = ex->params;
    struct green_state *g = ex->state;

    g->n = params->threads > 0 ? params->threads : executor_cores(ex);
    g->carriers = executor_alloc(ex, (size_t)g->n * sizeof(*g->carriers));
    for (int64_t i = g->n - 1; i >= 0; i--) {
        g->carriers[i].next = g->parked;
        g->parked = &g->carriers[i];
    }
    for (int64_t i = 0; i < g->n; i++)
        g->carriers[i].th = executor_thread_new(ex, true);
}

/* Threads are numbered as they are made: one after the other. */
static struct carrier *carrier_of(const struct green_state *g, const struct thread *th)
{
    return &g->carriers[th->serial - g->carriers[0].th->serial];
}

static void park(struct green_state *g, struct carrier *c)
{
    struct carrier **at = &g->parked;

    while (*at && *at < c)
        at = &(*at)->next;
    c->next = *at;
    *at = c;
}

/* ---- turns -------------------------------------------------------------------------------- */

static bool is_fresh(const struct task *t)
{
    return !t->thread;
}

/* The thread has run another one before: true where turning to `t` takes time. */
static bool switches(struct executor *ex, struct carrier *c, const struct task *t)
{
    if (c->ran == 0 || c->ran == t->serial)
        return false;
    executor_tells(ex, LOOP_SWITCH, switch_cost(ex));
    return switch_cost(ex) > 0;
}

/* Its own task, which is there only while it switches; true: it is new. */
static bool own_task(struct executor *ex, struct carrier *c)
{
    if (c->own) {
        executor_waits(ex, c->own);
        return false;
    }
    c->own = executor_own(ex, c->th,
                          (uint64_t)(c - ((struct green_state *)ex->state)->carriers) + 1);
    return true;
}

static void enters(struct executor *ex, struct carrier *c, struct task *t)
{
    c->ran = t->serial;
    executor_enter(ex, c->th, t, is_fresh(t));
}

/* The running thread, which serves nobody, turns to `t`. */
static void turns_to(struct executor *ex, struct carrier *c, struct task *t)
{
    if (switches(ex, c, t)) {
        bool fresh = own_task(ex, c);

        c->to = t;
        executor_enter(ex, c->th, c->own, fresh);
    } else {
        enters(ex, c, t);
    }
}

/* The switch goes on, true, or is over. */
static bool switching(struct executor *ex, struct carrier *c, struct step *out)
{
    static const struct waiting idle = {.why = BLOCK_POOL, .device = -1};
    struct task *t = c->to;

    if (!c->paid) {
        c->paid = true;
        *out = (struct step){.kind = STEP_RUN, .time = switch_cost(ex)};
        return true;
    }
    c->paid = false;
    c->to = NULL;
    executor_leave(ex, c->th, &idle);
    enters(ex, c, t);
    return false;
}

/* A parked thread, for `t`; `blocked`: until now. */
static void wakes(struct executor *ex, struct carrier *c, struct task *t, bool blocked)
{
    bool again = c->ran == t->serial, fresh = is_fresh(t);

    if (switches(ex, c, t)) {
        if (blocked)
            executor_waits(ex, t);
        fresh = own_task(ex, c);
        c->to = t;
        t = c->own;
    } else {
        c->ran = t->serial;
    }
    if (again)
        executor_wake(ex, c->th, t, fresh);
    else
        executor_wake_anew(ex, c->th, t, fresh);
}

/* ---- the queue ----------------------------------------------------------------------------- */

static void push(struct executor *ex, struct task *t)
{
    struct green_state *g = ex->state;

    t->next = NULL;
    if (g->first)
        g->last->next = t;
    else
        g->first = t;
    g->last = t;
    executor_queued(ex, ++g->waiting);
}

static struct task *pop(struct executor *ex)
{
    struct green_state *g = ex->state;
    struct task *t = g->first;

    if (t) {
        g->first = t->next;
        executor_queued(ex, --g->waiting);
    }
    return t;
}

static void ready(struct executor *ex, struct task *t, bool blocked)
{
    struct green_state *g = ex->state;
    struct carrier *c = g->parked;

    if (c) {
        g->parked = c->next;
        wakes(ex, c, t, blocked);
        return;
    }
    if (blocked)
        executor_waits(ex, t);
    push(ex, t);
}

static void green_submit(struct executor *ex, struct task *t)
{
    ready(ex, t, false);
}

static void green_woken(struct executor *ex, struct task *t)
{
    ready(ex, t, true);
}

/* ---- what a thread does next ------------------------------------------------------------------ */

/* The next step of the task that it serves; true: `out` is for the machine. */
static bool goes_on(struct executor *ex, struct carrier *c, struct step *out)
{
    struct green_state *g = ex->state;
    struct task *t = c->th->task;

    if (!executor_task_step(ex, c->th, out))
        return false; /* it has ended */
    switch (out->kind) {
    case STEP_RUN:
        return out->time > 0;
    case STEP_SPIN: /* burns its thread */
        return true;
    case STEP_YIELD:
        if (!g->first)
            return false;
        (void)executor_blocks(ex, c->th, out);
        push(ex, t);
        return false;
    default:
        (void)executor_blocks(ex, c->th, out);
        return false;
    }
}

static void green_next(struct executor *ex, struct thread *th, struct step *out)
{
    struct green_state *g = ex->state;
    struct carrier *c = carrier_of(g, th);

    for (;;) {
        if (c->to && switching(ex, c, out))
            return;
        while (!th->task) {
            struct task *t = pop(ex);

            if (!t) {
                park(g, c);
                *out = (struct step){.kind = STEP_PARK};
                return;
            }
            turns_to(ex, c, t);
        }
        if (!c->to && goes_on(ex, c, out))
            return;
    }
}

/* Of one that is ready; what it waits by knows of all else. */
static const char *green_waits_for(struct executor *ex, struct task *t, uint32_t *place)
{
    int64_t at = executor_place(ex, t);

    *place = at < 0 ? 0 : (uint32_t)at;
    return "a thread";
}

static bool green_has_costs(const void *params)
{
    return ((const struct green_params *)params)->cost > 0;
}

const struct executor_model executor_green = {
    .name = "green",
    .help =
        "M tasks on N threads; one that blocks leaves its thread to the next, in user space",
    .source =
        "Source: Anderson et al., Scheduler Activations, SOSP 1991; GNU Pth (1999); differs "
        "from Go 1.22 (runtime/proc.go): one queue, nobody is preempted, files wait without "
        "a thread, too",
    .params = green_params,
    .params_size = sizeof(struct green_params),
    .queues_tasks = true,
    .state_size = sizeof(struct green_state),
    .init = green_init,
    .submit = green_submit,
    .woken = green_woken,
    .next = green_next,
    .waits_for = green_waits_for,
    .has_costs = green_has_costs,
    .own_name = "switch",
};
