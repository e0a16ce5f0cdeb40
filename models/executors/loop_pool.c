/* loop_pool.c - the pool of threads that blocking calls and computations are handed to.
 *
 * Its threads are threads of the machine: they compete for cores with all others.  What they
 * do is nobody's task in the results: its task waits meanwhile.
 *
 * Source: libuv 1.46 src/threadpool.c; rules W1, W2, W5, W6, N5.  Differs: no slow lane for
 * name look-ups (W4). */
#include "models/executors/executor_loop.h"

#include <stdlib.h>

/* W1: all of them at the first use. */
static void make_threads(struct loops *all)
{
    struct work_pool *p = &all->pool;

    p->threads = executor_alloc(all->ex, (size_t)p->n * sizeof(*p->threads));
    for (int64_t i = 0; i < p->n; i++) {
        struct pool_thread *pt = &p->threads[i];

        pt->th = executor_thread_new(all->ex, true);
        pt->task = executor_helper(all->ex, pt->th, (uint64_t)i + 1);
        pt->parked = pt->fresh = true;
        loops_know(all, pt->th, (int32_t)(-1 - i));
    }
}

void work_submit(struct loops *all, struct callback *job)
{
    struct work_pool *p = &all->pool;

    if (!p->threads)
        make_threads(all);
    job->asked_at = executor_now(all->ex);
    queue_push(&p->jobs, job);
    for (int64_t i = 0; i < p->n; i++) {
        struct pool_thread *pt = &p->threads[i];

        if (!pt->parked)
            continue;
        pt->parked = false;
        executor_wake(all->ex, pt->th, pt->task, pt->fresh);
        pt->fresh = false;
        return;
    }
}

/* W5: to the loop that asked, which is woken once for all that is done. */
static void done(struct callback *job)
{
    struct loop *l = job->loop;

    queue_push(&l->done, job);
    if (!l->wakeup.ready) {
        l->wakeup.ready = true;
        queue_push(&l->ready, &l->wakeup);
    }
    callback_ready(job);
}

void work_next(struct loops *all, struct pool_thread *pt, struct step *out)
{
    static const struct waiting idle = {BLOCK_POOL, -1, NULL};
    struct callback *job = pt->job;

    pt->job = NULL;
    if (job)
        done(job);
    job = queue_pop(&all->pool.jobs);
    if (!job) {
        pt->parked = true;
        executor_leave(all->ex, pt->th, &idle);
        *out = (struct step){.kind = STEP_PARK};
        return;
    }
    pt->job = job;
    executor_tells(all->ex, LOOP_POOL_WAIT, executor_now(all->ex) - job->asked_at);
    if (job->device >= 0)
        *out = (struct step){
            .kind = STEP_IO, .device = job->device, .time = job->time, .bytes = job->bytes};
    else
        *out = (struct step){.kind = STEP_RUN, .time = job->time};
}
