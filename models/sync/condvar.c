/* condvar.c - a condition: waiting gives the mutex back and sleeps, in one step; who is
 * signalled competes for the mutex again. */
#include "models/sync/sync.h"

static enum sync_answer condvar_wait(struct sync *s, struct sync_call *call)
{
    struct sync *mutex = call->mutex;
    struct sync_call unlock = {.verb = SYNC_UNLOCK, .task = call->task, .place = call->place};

    (void)s;
    if (!sync_hold_of(mutex, call->task))
        return sync_refuse(call, "waits for it, and does not hold its mutex");
    (void)mutex->model->ask[SYNC_UNLOCK](mutex, &unlock);
    return SYNC_WAITS;
}

/* The first who waits, if anybody does. */
static bool wake_one(struct sync *s)
{
    struct sync_wait *first = sync_first(s);

    if (!first)
        return false;
    sync_order_take(s, sync_waiter(first), first->place);
    sync_wake(first);
    return true;
}

static enum sync_answer condvar_signal(struct sync *s, struct sync_call *call)
{
    sync_order_give(s, call->task, call->place);
    (void)wake_one(s);
    return SYNC_DONE;
}

static enum sync_answer condvar_broadcast(struct sync *s, struct sync_call *call)
{
    sync_order_give(s, call->task, call->place);
    while (wake_one(s)) {
    }
    return SYNC_DONE;
}

static const struct param condvar_params[] = {PARAM_END};

const struct sync_model sync_condvar = {
    .name = "condvar",
    .help = "a condition, waited for with a mutex; signal wakes one, broadcast all",
    .source =
        "Source: POSIX.1-2017 pthread_cond_wait(), pthread_cond_signal(); glibc 2.36 "
        "nptl/pthread_cond_wait.c: all that are woken compete for the mutex; differs: nobody "
        "wakes without a signal",
    .params = condvar_params,
    .by_priority = true,
    .ask = {[SYNC_WAIT] = condvar_wait,
            [SYNC_SIGNAL] = condvar_signal,
            [SYNC_BROADCAST] = condvar_broadcast},
};
