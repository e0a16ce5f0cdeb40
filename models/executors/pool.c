/* pool.c - N threads; tasks queue for them, and a thread takes a task to its end. */
#include "models/executors/executor.h"

struct pool_params {
    int64_t threads;
    int64_t backlog;
};

static const struct param pool_params[] = {
    PARAM(INT, struct pool_params, threads, "how many threads there are, from the start",
          .required = true, .min = 1, .max = 1000000),
    PARAM(COUNT, struct pool_params, backlog,
          "tasks that may wait for a thread; more are rejected", .deflt = "unlimited"),
    PARAM_END,
};

struct pool_state {
    struct thread *parked; /* lowest number first */
    struct task *first, *last;
    int64_t waiting;
};

static void park(struct pool_state *p, struct thread *th)
{
    struct thread **at = &p->parked;

    while (*at && (*at)->slot < th->slot)
        at = &(*at)->next;
    th->next = *at;
    *at = th;
}

static void pool_init_threads(struct executor *ex)
{
    const struct pool_params *params = ex->params;
    struct pool_state *p = ex->state;
    struct thread **last = &p->parked;

    for (int64_t i = 0; i < params->threads; i++) {
        *last = executor_thread_new(ex, true);
        last = &(*last)->next;
    }
    *last = NULL;
}

static bool pool_accepts(const struct executor *ex)
{
    const struct pool_params *params = ex->params;
    const struct pool_state *p = ex->state;

    return p->parked || params->backlog < 0 || p->waiting < params->backlog;
}

static void pool_submit(struct executor *ex, struct task *t)
{
    struct pool_state *p = ex->state;

    if (p->parked) {
        struct thread *th = p->parked;

        p->parked = th->next;
        executor_start(ex, th, t);
        return;
    }
    t->next = NULL;
    if (p->first)
        p->last->next = t;
    else
        p->first = t;
    p->last = t;
    executor_queued(ex, ++p->waiting);
}

static void pool_next(struct executor *ex, struct thread *th, struct step *out)
{
    struct pool_state *p = ex->state;

    while (!th->task || !executor_task_next(ex, th, out)) {
        struct task *t = p->first;

        if (!t) {
            park(p, th);
            out->kind = STEP_PARK;
            return;
        }
        p->first = t->next;
        executor_queued(ex, --p->waiting);
        executor_take(ex, th, t);
    }
}

const struct executor_model executor_pool = {
    .name = "pool",
    .help = "tasks queue for N threads; a thread takes a task to its end",
    .source = "Source: Goetz et al., Java Concurrency in Practice (2006), 6.2 and 8.3: a fixed "
              "thread "
              "pool with a work queue and the abort policy",
    .params = pool_params,
    .params_size = sizeof(struct pool_params),
    .queues_tasks = true,
    .state_size = sizeof(struct pool_state),
    .init = pool_init_threads,
    .accepts = pool_accepts,
    .submit = pool_submit,
    .next = pool_next,
};
