/* table.c - every kind of sync object there is. */
#include "models/sync/sync.h"

#define SYNCS(X) X(mutex) X(spinlock) X(semaphore) X(rwlock) X(condvar) X(barrier) X(channel)

#define X(name) extern const struct sync_model sync_##name;
SYNCS(X)
#undef X

const struct sync_model *const sync_models[] = {
#define X(name) &sync_##name,
    SYNCS(X)
#undef X
        NULL};
