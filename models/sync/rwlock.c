/* rwlock.c - one writer, or any number of readers, first come first served: a reader gets in
 * unless a writer is in or waits before it, so that neither kind starves. */
#include "models/sync/sync.h"

static enum sync_answer rwlock_lock(struct sync *s, struct sync_call *call)
{
    bool free = call->shared ? !s->holds || s->holds->how == HOLD_SHARED : !s->holds;

    if (sync_hold_of(s, call->task))
        return sync_refuse(call, "locks it again, while holding it");
    if (!free || s->nwaiting > 0)
        return SYNC_WAITS;
    sync_own(s, call->task, call->shared ? HOLD_SHARED : HOLD_SOLE, call->place);
    return SYNC_DONE;
}

/* To the first who waits, or to all readers at the front. */
static enum sync_answer rwlock_unlock(struct sync *s, struct sync_call *call)
{
    struct sync_wait *first;

    if (!sync_hold_of(s, call->task))
        return sync_refuse(call, "unlocks it, and does not hold it");
    sync_disown(s, call->task, call->place);
    while ((first = sync_first(s)) != NULL && first->shared &&
           (!s->holds || s->holds->how == HOLD_SHARED))
        sync_hand_over(first, HOLD_SHARED);
    if (first && !s->holds)
        sync_hand_over(first, HOLD_SOLE);
    return SYNC_DONE;
}

static const struct param rwlock_params[] = {PARAM_END};

const struct sync_model sync_rwlock = {
    .name = "rwlock",
    .help = "one writer, or any number of readers; first come, first served",
    .source =
        "Source: P. J. Courtois, F. Heymans, D. L. Parnas, Concurrent Control with "
        "\"Readers\" and \"Writers\", CACM 14 (1971); POSIX.1-2017 pthread_rwlock_rdlock(); "
        "differs: strictly in the order of coming, where the paper prefers one kind",
    .params = rwlock_params,
    .ask = {[SYNC_LOCK] = rwlock_lock, [SYNC_UNLOCK] = rwlock_unlock},
};
