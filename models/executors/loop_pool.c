/* loop_pool.c - the pool of threads that blocking calls and computations are handed to.
 *
 * Its threads are threads of the machine: they compete for cores with all others.  What they
 * do is nobody's task in the results: its task waits meanwhile.
 *
 * Look-ups of names stand in a slow lane beside the queue, and one marker in the queue stands
 * for all of them (W4).  Who takes the marker takes one look-up, and puts the marker back at the
 * tail if there are more; half of the threads, rounded up, do that at once, and one too many
 * puts it back as well.  So fast jobs always find a thread, but where there is only one.
 *
 *     jobs  [stat] [MARKER] [read] [stat]        slow  [lookup 2] [lookup 3]
 *
 * Source: libuv 1.46 src/threadpool.c (worker, post); rules W1, W2, W4, W5, W6, N5.  Differs: a
 * signal wakes the idle thread of the lowest number. */
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

static void signal_idle(struct loops *all)
{
    struct work_pool *p = &all->pool;

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

static void mark(struct work_pool *p)
{
    sim_assert(!p->marked);
    p->marked = true;
    queue_push(&p->jobs, &p->marker);
}

void work_submit(struct loops *all, struct callback *job)
{
    struct work_pool *p = &all->pool;

    if (!p->threads)
        make_threads(all);
    job->asked_at = executor_now(all->ex);
    job->loop->owed_kernel += all->costs.handover;
    job->slow = job->device >= 0 && executor_is_slow(all->ex, job->device);
    callback_queue(job, LOOP_QUEUE_POOL);
    if (!job->slow) {
        queue_push(&p->jobs, job);
    } else {
        queue_push(&p->slow, job);
        if (p->marked)
            return; /* who takes the marker sees to it */
        mark(p);
    }
    signal_idle(all);
}

/* The next job; NULL: none, or look-ups only, and enough threads are at those. */
static struct callback *take(struct loops *all)
{
    struct work_pool *p = &all->pool;
    bool full = p->slow_running >= (p->n + 1) / 2;
    struct callback *job;

    if (p->jobs.first == &p->marker && full && !p->marker.next)
        return NULL;
    job = queue_pop(&p->jobs);
    if (job != &p->marker)
        return job;
    p->marked = false;
    if (full) {
        mark(p);
        return take(all);
    }
    p->slow_running++;
    job = queue_pop(&p->slow);
    if (p->slow.first) {
        mark(p);
        signal_idle(all);
    }
    return job;
}

/* W5: to the loop that asked, which is woken once for all that is done. */
static void done(struct callback *job)
{
    struct loop *l = job->loop;

    queue_push(&l->done, job);
    job->queued = LOOP_QUEUE_READY + 1;
    callback_counts(job, LOOP_QUEUE_READY, true);
    if (!l->wakeup.ready) {
        l->wakeup.ready = true;
        queue_push(&l->ready, &l->wakeup);
    }
    callback_ready(job);
}

void work_next(struct loops *all, struct pool_thread *pt, struct step *out)
{
    static const struct waiting idle = {.why = BLOCK_POOL, .device = -1};
    struct callback *job = pt->job;

    if (job && !pt->paid && all->costs.handover > 0) {
        pt->paid = true;
        *out = (struct step){.kind = STEP_RUN, .time = all->costs.handover, .kernel = true};
        return;
    }
    pt->paid = false;
    pt->job = NULL;
    if (job) {
        all->pool.slow_running -= job->slow;
        done(job);
    }
    job = take(all);
    if (!job) {
        pt->parked = true;
        executor_leave(all->ex, pt->th, &idle);
        *out = (struct step){.kind = STEP_PARK};
        return;
    }
    pt->job = job;
    executor_tells(all->ex, LOOP_POOL_WAIT, executor_now(all->ex) - job->asked_at);
    if (job->device >= 0)
        *out = (struct step){.kind = STEP_IO,
                             .device = job->device,
                             .time = job->time,
                             .bytes = job->bytes,
                             .at = job->at,
                             .behalf = job->of ? job->of->task : NULL};
    else
        *out = (struct step){.kind = STEP_RUN, .time = job->time};
}
