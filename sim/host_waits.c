/* host_waits.c - tasks that wait by themselves, while their thread goes on with others.
 *
 * Whatever makes a thread wait (a device, a timer, a sync object, children) knows threads only.  So
 * a task that is switched in user space waits as one: a struct thread that no core ever runs, made
 * for as long as the task is off its thread.
 *
 *            executor_blocks()                machine_wake()
 *   RUNNING -------------------> BLOCKED -----------------------> READY for a thread of its executor
 *      ^    -------------------------------------------------------->  |     (model->woken)
 *      |     executor_blocks(): it yields                              |
 *      +---------------------------------------------------------------+
 *                      executor_enter(), executor_wake()
 */
#include "sim/world.h"

static struct thread *stand_in_new(struct sim *sim, const struct thread *th)
{
    uint32_t slot;
    struct thread *u = pool_take(&sim->threads, &slot);

    u->slot = slot;
    u->core = u->last_core = -1;
    u->executor = th->executor;
    u->priority = th->priority;
    u->flags = THREAD_CREATED;
    u->task = th->task;
    thread_waits_no_more(u);
    return u;
}

static void stand_in_free(struct sim *sim, struct thread *u)
{
    pool_give(&sim->threads, u->slot);
}

void stand_in_leaves(struct sim *sim, struct task *t)
{
    if (t->thread && thread_stands_in(t->thread))
        stand_in_free(sim, t->thread);
}

/* As a thread does that is READY, and that no queue of the machine's knows. */
static void could_go_on(struct thread *u)
{
    u->state = THREAD_READY;
    u->flags |= THREAD_PENDING;
}

void stand_in_woken(struct sim *sim, struct thread *u)
{
    struct executor *ex = &sim->executors[u->executor];

    could_go_on(u);
    ex->model->woken(ex, u->task);
}

static void leave(struct executor *ex, struct thread *th, struct thread *u,
                  const struct waiting *w)
{
    struct task *t = th->task;

    executor_leave(ex, th, w);
    u->state = THREAD_BLOCKED;
    t->thread = u;
}

/* False: the reply came at once. */
static bool asks(struct executor *ex, struct thread *th, const struct step *step)
{
    struct device *d = &ex->sim->devices[step->device];
    struct thread *u = stand_in_new(ex->sim, th);

    if (!device_submit(d, u,
                       &(struct asking){step->time, step->bytes, step->at, step->behalf})) {
        stand_in_free(ex->sim, u);
        return false;
    }
    leave(ex, th, u, &(struct waiting){.why = BLOCK_IO, .device = step->device});
    device_begin(d);
    return true;
}

static void sleeps(struct executor *ex, struct thread *th, const struct step *step)
{
    struct thread *u = stand_in_new(ex->sim, th);
    enum block_why why = step->kind == STEP_PERIOD ? BLOCK_PERIOD : BLOCK_SLEEP;

    leave(ex, th, u, &(struct waiting){.why = why, .device = -1});
    machine_wake_after(&ex->sim->machine, u, step->time);
}

static void joins(struct executor *ex, struct thread *th, const struct step *step)
{
    struct thread *u = stand_in_new(ex->sim, th);

    leave(ex, th, u,
          &(struct waiting){.why = BLOCK_JOIN, .device = -1, .name = step->brood->name});
    sync_join(ex->sim, u, step->brood, step->place);
}

/* What it waits for stands in its thread. */
static void waits(struct executor *ex, struct thread *th)
{
    struct thread *u = stand_in_new(ex->sim, th);
    const struct sync *s = th->wait.object;

    u->wait = th->wait;
    thread_waits_no_more(th);
    leave(ex, th, u,
          &(struct waiting){
              .why = BLOCK_SYNC, .device = s->id, .name = s->name, .place = u->wait.place});
    sync_queue(ex->sim, u);
}

static void yields(struct executor *ex, struct thread *th)
{
    struct thread *u = stand_in_new(ex->sim, th);

    leave(ex, th, u, NULL);
    could_go_on(u);
}

bool executor_blocks(struct executor *ex, struct thread *th, const struct step *step)
{
    switch (step->kind) {
    case STEP_IO:
        return asks(ex, th, step);
    case STEP_SLEEP:
    case STEP_PERIOD:
        sleeps(ex, th, step);
        return true;
    case STEP_JOIN:
        joins(ex, th, step);
        return true;
    case STEP_WAIT:
        waits(ex, th);
        return true;
    default:
        sim_assert(step->kind == STEP_YIELD);
        yields(ex, th);
        return true;
    }
}
