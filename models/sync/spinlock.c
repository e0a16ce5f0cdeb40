/* spinlock.c - one owner at a time; who does not get it burns its core.  At release, of the
 * spinners that are on cores the one that has spun longest without leaving its core gets it; a
 * spinner off its core tries again when it is back. */
#include "models/sync/sync.h"

static enum sync_answer spinlock_lock(struct sync *s, struct sync_call *call)
{
    if (sync_hold_of(s, call->task))
        return sync_refuse(call, "locks it again, while holding it");
    if (s->holds)
        return SYNC_SPINS;
    sync_own(s, call->task, HOLD_SOLE, call->place);
    return SYNC_DONE;
}

static enum sync_answer spinlock_unlock(struct sync *s, struct sync_call *call)
{
    struct sync_wait *first = sync_first(s);

    if (!sync_hold_of(s, call->task))
        return sync_refuse(call, "unlocks it, and does not hold it");
    sync_disown(s, call->task, call->place);
    if (first)
        sync_hand_over(first, HOLD_SOLE);
    return SYNC_DONE;
}

static const struct param spinlock_params[] = {PARAM_END};

const struct sync_model sync_spinlock = {
    .name = "spinlock",
    .help = "one owner at a time; who does not get it burns its core",
    .source = "Source: POSIX.1-2017 pthread_spin_lock(); differs: those on cores get it in the "
              "order in which they began to spin",
    .params = spinlock_params,
    .ask = {[SYNC_LOCK] = spinlock_lock, [SYNC_UNLOCK] = spinlock_unlock},
};
