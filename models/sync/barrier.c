/* barrier.c - where n tasks wait for each other: the last to arrive does not block and goes
 * on, the others wake in the order in which they came; then it serves again. */
#include "models/sync/sync.h"

struct barrier_params {
    int64_t barrier;
};

static const struct param barrier_params[] = {
    PARAM(INT, struct barrier_params, barrier, "how many tasks it waits for", .required = true,
          .min = 1, .max = (INT64_C(1) << 31) - 1),
    PARAM_END,
};

static enum sync_answer barrier_arrive(struct sync *s, struct sync_call *call)
{
    const struct barrier_params *p = s->params;
    struct sync_wait *first;

    if ((int64_t)s->nwaiting + 1 < p->barrier)
        return SYNC_WAITS;
    for (struct list *l = s->waiters.next; l != &s->waiters; l = l->next) {
        struct sync_wait *w = container_of(l, struct sync_wait, link);

        sync_order_give(s, sync_waiter(w), w->place);
    }
    sync_order_give(s, call->task, call->place);
    sync_order_take(s, call->task, call->place);
    while ((first = sync_first(s)) != NULL) {
        sync_order_take(s, sync_waiter(first), first->place);
        sync_wake(first);
    }
    return SYNC_DONE;
}

const struct sync_model sync_barrier = {
    .name = "barrier",
    .help = "n tasks wait for each other; the last to arrive goes on at once",
    .source = "Source: POSIX.1-2017 pthread_barrier_wait(); glibc 2.36 "
              "nptl/pthread_barrier_wait.c",
    .params = barrier_params,
    .params_size = sizeof(struct barrier_params),
    .is_number = true,
    .ask = {[SYNC_ARRIVE] = barrier_arrive},
};
