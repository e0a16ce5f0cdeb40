/* loop_costs.c - what the loop itself takes of its core: time that is nobody's code.
 *
 *    turn      user time of a round, its callbacks apart    to the loop's own task
 *    poll      kernel time of each epoll_wait(): one that   likewise
 *              looks, and, if nothing is ready, one that
 *              waits
 *    dispatch  user time in front of a callback             to its task
 *    microtask user time in front of a tick, a microtask    to its task
 *    handover  kernel time of giving a job to the pool, and of giving it back: to the task, and
 *              to the thread of the pool
 *
 * All are 0 where the file does not say, and then nothing here happens: no step, no record.
 *
 * Source: libuv 1.46 src/unix/core.c (uv_run), linux.c (uv__io_poll), threadpool.c; measured with
 * Node 20.20 on Linux 6.18, x86-64: a chain of setImmediate() takes 0.93 us a round, in a batch
 * 0.21 us each; a chain of nextTick() 0.10, of queueMicrotask() 0.12 us; an epoll_wait() that
 * finds nothing 0.11 us; fs.stat() with 64 in flight 5.3 us, of which the call itself is 1.5, and
 * the rest is two hand-overs.  Differs: a callback that costs more than its code, as one of
 * HTTP, is for the file to say; L11's first look without waiting is the only one of a round. */
#include "models/executors/executor_loop.h"

/* True: its own task was made just now. */
static bool needs_own(struct loop *l)
{
    if (l->own)
        return false;
    l->own = executor_own(l->ex, l->th, (uint64_t)l->index + 1);
    return true;
}

/* The loop runs for nobody. */
static void runs_itself(struct loop *l)
{
    bool fresh;

    if (l->runs_itself)
        return;
    loop_leave(l);
    fresh = needs_own(l);
    if (!fresh)
        executor_waits(l->ex, l->own);
    executor_enter(l->ex, l->th, l->own, fresh);
    l->runs_itself = true;
}

bool costs_wake(struct loop *l)
{
    bool fresh;

    if (l->all->costs.turn == 0 && l->all->costs.poll == 0)
        return false;
    fresh = needs_own(l);
    executor_wake(l->ex, l->th, l->own, fresh);
    l->runs_itself = true;
    return true;
}

void costs_done(struct loop *l)
{
    static const struct waiting idle = {.why = BLOCK_POOL, .device = -1};

    sim_assert(l->runs_itself);
    l->runs_itself = false;
    executor_leave(l->ex, l->th, &idle);
}

static void takes(struct step *out, sim_time time, bool kernel)
{
    *out = (struct step){.kind = STEP_RUN, .time = time, .kernel = kernel};
}

void costs_submit(struct loop *l, struct step *out)
{
    sim_time time = l->owed_kernel;

    sim_assert(time > 0);
    l->owed_kernel = 0;
    if (!l->serving)
        runs_itself(l);
    takes(out, time, true);
}

/* What no callback came of is the round's. */
bool costs_poll(struct loop *l, struct step *out)
{
    const struct loop_costs *costs = &l->all->costs;
    sim_time turn = l->owed + (l->phase == TURN_POLLS ? costs->turn : 0);

    if (!l->turned && turn > 0) {
        l->turned = true;
        l->owed = 0;
        runs_itself(l);
        takes(out, turn, false);
        return true;
    }
    if (!l->polled && costs->poll > 0) {
        l->turned = l->polled = true;
        runs_itself(l);
        takes(out, costs->poll, true);
        return true;
    }
    l->turned = l->polled = false;
    return false;
}

void costs_call(struct loop *l, struct step *out)
{
    sim_time time = l->owed;

    sim_assert(time > 0);
    l->owed = 0;
    takes(out, time, false);
}
