/* semaphore.c - a count: wait takes one, post adds one and wakes one waiter, who competes
 * for it; whoever runs first takes the count, and who loses waits again. */
#include "models/sync/sync.h"

struct semaphore_params {
    int64_t semaphore;
};

struct semaphore_state {
    int64_t count;
};

#define COUNT_MAX ((INT64_C(1) << 31) - 1) /* SEM_VALUE_MAX of Linux */

static const struct param semaphore_params[] = {
    PARAM(INT, struct semaphore_params, semaphore, "its first count", .required = true,
          .min = 0, .max = COUNT_MAX),
    PARAM_END,
};

static void semaphore_init(struct sync *s)
{
    struct semaphore_state *sem = s->state;

    sem->count = ((const struct semaphore_params *)s->params)->semaphore;
}

static enum sync_answer semaphore_wait(struct sync *s, struct sync_call *call)
{
    struct semaphore_state *sem = s->state;

    if (sem->count == 0)
        return SYNC_TRIES;
    sem->count--;
    sync_order_take(s, call->task, call->place);
    return SYNC_DONE;
}

static enum sync_answer semaphore_post(struct sync *s, struct sync_call *call)
{
    struct semaphore_state *sem = s->state;
    struct sync_wait *first = sync_first(s);

    if (sem->count == COUNT_MAX)
        return sync_refuse(call, "posts it, and its count is at its limit");
    sem->count++;
    sync_order_give(s, call->task, call->place);
    if (first)
        sync_wake(first);
    return SYNC_DONE;
}

const struct sync_model sync_semaphore = {
    .name = "semaphore",
    .help = "a count: wait takes one, or waits for it; post adds one",
    .source = "Source: POSIX.1-2017 sem_wait(), sem_post(); glibc 2.36 nptl/sem_waitcommon.c: "
              "a woken waiter competes for the count",
    .params = semaphore_params,
    .params_size = sizeof(struct semaphore_params),
    .is_number = true,
    .by_priority = true,
    .state_size = sizeof(struct semaphore_state),
    .init = semaphore_init,
    .ask = {[SYNC_WAIT] = semaphore_wait, [SYNC_POST] = semaphore_post},
};
