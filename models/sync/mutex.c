/* mutex.c - mutual exclusion, with the three protocols of POSIX.
 *
 * "none": unlocking frees the mutex and wakes one waiter, who competes for it: whoever runs
 * first takes it, and who loses waits again, behind its equals.
 * "inherit": the owner has at least the priority of whoever waits, at once and through
 * chains of owners; unlocking hands over to the first waiter.
 * "ceiling": the owner has at least the priority of the ceiling, from lock to unlock. */
#include "models/sync/sync.h"

enum protocol { PROTOCOL_NONE, PROTOCOL_INHERIT, PROTOCOL_CEILING };

static const char *const protocol_names[] = {"none", "inherit", "ceiling", NULL};

struct mutex_params {
    int32_t protocol;
    int64_t ceiling;
};

static const struct param mutex_params[] = {
    PARAM(ENUM, struct mutex_params, protocol,
          "what keeps a less urgent owner from delaying those who wait",
          .choices = protocol_names, .deflt = "none"),
    PARAM(INT, struct mutex_params, ceiling,
          "the priority that its owner has at least, under the protocol \"ceiling\"",
          .min = -(INT64_C(1) << 31), .max = (INT64_C(1) << 31) - 1, .deflt = "0"),
    PARAM_END,
};

static enum sync_answer mutex_lock(struct sync *s, struct sync_call *call)
{
    const struct mutex_params *p = s->params;

    if (sync_hold_of(s, call->task))
        return sync_refuse(call, "locks it again, while holding it");
    if (p->protocol == PROTOCOL_CEILING && sync_base_priority(s, call->task) > p->ceiling)
        return sync_refuse(call, "has a priority above its ceiling");
    if (s->holds)
        return p->protocol == PROTOCOL_INHERIT ? SYNC_WAITS : SYNC_TRIES;
    sync_own(s, call->task, HOLD_SOLE, call->place);
    return SYNC_DONE;
}

static enum sync_answer mutex_unlock(struct sync *s, struct sync_call *call)
{
    const struct mutex_params *p = s->params;
    struct sync_wait *first;

    if (!sync_hold_of(s, call->task))
        return sync_refuse(call, "unlocks it, and does not hold it");
    sync_disown(s, call->task, call->place);
    first = sync_first(s);
    if (first && p->protocol == PROTOCOL_INHERIT)
        sync_hand_over(first, HOLD_SOLE);
    else if (first)
        sync_wake(first);
    return SYNC_DONE;
}

static int32_t mutex_lends(const struct sync *s)
{
    const struct mutex_params *p = s->params;

    if (p->protocol == PROTOCOL_CEILING)
        return (int32_t)p->ceiling;
    return p->protocol == PROTOCOL_INHERIT ? sync_top_priority(s) : INT32_MIN;
}

const struct sync_model sync_mutex = {
    .name = "mutex",
    .help = "one owner at a time",
    .source = "Source: POSIX.1-2017 pthread_mutex_lock(), "
              "pthread_mutexattr_setprotocol(); Linux 6.12 "
              "kernel/futex/waitwake.c (none), kernel/locking/rtmutex.c (inherit); differs: "
              "a plain mutex does not spin before it waits",
    .params = mutex_params,
    .params_size = sizeof(struct mutex_params),
    .guards = true,
    .by_priority = true,
    .ask = {[SYNC_LOCK] = mutex_lock, [SYNC_UNLOCK] = mutex_unlock},
    .lends = mutex_lends,
};
