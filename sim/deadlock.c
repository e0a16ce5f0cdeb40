/* deadlock.c - tasks that nothing will ever wake.
 *
 * Who waits for a lock waits for all who own it, who joins waits for all children of that
 * name.  A cycle can close only when a task begins to wait, so that is when it is looked
 * for: in depth from that task, over those it waits for, until it is met again.  What a
 * semaphore, a condition, a barrier or a channel is waited for is nobody's in particular;
 * of these it is known only when nothing is left to happen.
 *
 * Source: E. G. Coffman, M. J. Elphick, A. Shoshani, System Deadlocks, Computing Surveys 3
 * (1971): circular wait. */
#include "sim/world.h"

#include <stdlib.h>

struct way {
    struct task **stack;
    size_t n, room;
};

/* `to` is one that `from` waits for. */
static void visit(struct sim *sim, struct way *way, struct task *from, struct task *to)
{
    struct task_ctx *ctx = to->ctx; /* an owner, or a child, has one */

    if (ctx->seen == sim->walks)
        return;
    ctx->seen = sim->walks;
    ctx->from = from;
    if (way->n == way->room) {
        way->room = way->room ? 2 * way->room : 16;
        way->stack = sim_realloc(way->stack, way->room * sizeof(struct task *));
    }
    way->stack[way->n++] = to;
}

static const struct sync_wait *wait_of(const struct task *t)
{
    return t->thread && (t->thread->flags & (THREAD_WAITS | THREAD_SPINS)) ? &t->thread->wait
                                                                           : NULL;
}

static void visit_all(struct sim *sim, struct way *way, struct task *t)
{
    const struct sync_wait *w = wait_of(t);

    if (!w)
        return;
    if (w->object) {
        for (struct hold *h = w->object->holds; h; h = h->of_object)
            if (h->task)
                visit(sim, way, t, h->task);
        return;
    }
    for (struct list *l = w->what.brood->children.next; l != &w->what.brood->children;
         l = l->next)
        visit(sim, way, t, task_of_sibling(l));
}

static void tell(struct sim *sim, struct task *t, const struct task *holder)
{
    const struct sync_wait *w = wait_of(t);
    struct trace_rec rec = {.at = sim->eng.now,
                            .kind = TR_DEADLOCK,
                            .place = w->object ? w->object->id : -1,
                            .task = (int32_t)t->slot,
                            .arg = holder ? (int64_t)holder->slot : -1,
                            .extra = w->place,
                            .text = w->object ? w->object->name : w->what.brood->name};

    t->flags |= TASK_DEADLOCKED;
    if (trace_wants(sim->trace, TR_DEADLOCK))
        trace_tell(sim->trace, &rec);
}

/* The way from `start` to itself, found backwards: each knows who waits for it. */
static void tell_cycle(struct sim *sim, struct way *way, struct task *start)
{
    struct task *t = start;

    sim->deadlocked = true;
    sim->walks++;
    way->n = 0;
    do {
        t->ctx->seen = 0;
        visit(sim, way, t->ctx->from, t);
        t = t->ctx->from;
    } while (t != start);
    for (size_t i = way->n; i > 0; i--) {
        struct task *holder = way->stack[i - 1];

        if (!(holder->ctx->from->flags & TASK_DEADLOCKED))
            tell(sim, holder->ctx->from, holder);
    }
}

void deadlock_look(struct sim *sim, struct task *start)
{
    struct way way = {0};
    bool closed = false;

    if (!start->ctx || (!start->ctx->holds && !start->ctx->of))
        return; /* nobody waits for it */
    sim->walks++;
    visit_all(sim, &way, start);
    while (way.n > 0 && !closed) {
        struct task *t = way.stack[--way.n];

        closed = t == start;
        if (!closed)
            visit_all(sim, &way, t);
    }
    if (closed)
        tell_cycle(sim, &way, start);
    free(way.stack);
}

/* ---- the end ------------------------------------------------------------------------------ */

/* The first of those that it waits for; NULL: nobody in particular. */
static const struct task *holder_of(const struct sync_wait *w)
{
    if (w->object)
        return w->object->holds ? w->object->holds->task : NULL;
    return list_empty(&w->what.brood->children) ? NULL
                                                : task_of_sibling(w->what.brood->children.next);
}

/* Of a task whose executor waits on its behalf. */
static void tell_hosted(struct sim *sim, struct task *t)
{
    struct executor *ex = &sim->executors[sim->sc->tasks[t->spec].executor];
    struct trace_rec rec = {.at = sim->eng.now,
                            .kind = TR_DEADLOCK,
                            .place = -1,
                            .task = (int32_t)t->slot,
                            .arg = -1};
    uint32_t place;

    if (!ex->model->waits_for)
        return;
    rec.text = ex->model->waits_for(ex, t, &place);
    rec.extra = place;
    if (rec.text && trace_wants(sim->trace, TR_DEADLOCK))
        trace_tell(sim->trace, &rec);
}

void deadlock_tell_rest(struct sim *sim)
{
    uint8_t *gone = pool_gone(&sim->tasks);

    for (uint32_t slot = 0; slot < sim->tasks.used; slot++) {
        struct task *t = pool_at(&sim->tasks, slot);

        if (gone[slot] || (t->flags & TASK_DEADLOCKED))
            continue;
        if (wait_of(t) && t->thread->task == t)
            tell(sim, t, holder_of(wait_of(t)));
        else
            tell_hosted(sim, t);
    }
    free(gone);
}

/* ---- time that only goes round ------------------------------------------------------------- */

/* Rounds of a run in which nothing else goes on, but something is ready, that are taken for
 * the end: what is ready all that time will never run. */
#define IDLE_ROUNDS_MAX (UINT64_C(1) << 20)

enum life {
    LIFE_NONE,  /* it does nothing unless another task helps it */
    LIFE_READY, /* it needs a core, which its policy may never give it */
    LIFE_SURE
};

static enum life life_of(const struct sim *sim, const struct task *t)
{
    const struct thread *th = t->thread;

    if (!th || (th->flags & THREAD_WAITS) ||
        (thread_stands_in(th) && th->state == THREAD_READY))
        return LIFE_NONE; /* without a thread, it waits for one of its pool */
    if (t->spec >= sim->sc->ntasks && th->task != t)
        return LIFE_NONE; /* nobody's, and idle */
    if ((th->flags & THREAD_SPINS) && th->wait.object->holds)
        return LIFE_NONE;
    return th->state == THREAD_READY ? LIFE_READY : LIFE_SURE;
}

/* What runs lives, mostly: no need to look at all tasks. */
static bool a_core_lives(const struct sim *sim)
{
    const struct machine *m = &sim->machine;

    for (int32_t i = 0; i < m->ncores; i++) {
        const struct thread *th = m->cores[i].running;

        if (th && th->task && life_of(sim, th->task) == LIFE_SURE)
            return true;
    }
    return false;
}

static enum life any_life(struct sim *sim)
{
    enum life best = sources_pending(sim) ? LIFE_SURE : LIFE_NONE;
    uint8_t *gone;

    if (best == LIFE_SURE || a_core_lives(sim))
        return LIFE_SURE;
    gone = pool_gone(&sim->tasks);
    for (uint32_t slot = 0; slot < sim->tasks.used && best != LIFE_SURE; slot++) {
        enum life life = gone[slot] ? LIFE_NONE : life_of(sim, pool_at(&sim->tasks, slot));

        best = life > best ? life : best;
    }
    free(gone);
    return best;
}

/* Do tasks that wait keep all the cores (on_block hold)? */
static bool all_held(const struct machine *m)
{
    for (int32_t i = 0; i < m->ncores; i++)
        if (m->cores[i].state != CORE_HELD || !(m->cores[i].running->flags & THREAD_WAITS))
            return false;
    return true;
}

bool deadlock_round(struct sim *sim)
{
    uint64_t n = ++sim->idle_rounds;
    enum life life;

    if ((n & (n - 1)) != 0)
        return false; /* to look is as long as the list of tasks: seldom, then */
    life = any_life(sim);
    if (life == LIFE_SURE ||
        (life == LIFE_READY && n < IDLE_ROUNDS_MAX && !all_held(&sim->machine)))
        return false;
    sim->deadlocked = true;
    deadlock_tell_rest(sim);
    return true;
}
