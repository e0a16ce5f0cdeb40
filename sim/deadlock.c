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

void deadlock_tell_rest(struct sim *sim)
{
    uint8_t *gone = pool_gone(&sim->tasks);

    for (uint32_t slot = 0; slot < sim->tasks.used; slot++) {
        struct task *t = pool_at(&sim->tasks, slot);

        if (!gone[slot] && wait_of(t) && !(t->flags & TASK_DEADLOCKED))
            tell(sim, t, holder_of(wait_of(t)));
    }
    free(gone);
}

/* ---- spinning for ever --------------------------------------------------------------------- */

/* Slices of spinners in a row, with nothing else going on, that are taken for the end: what is
 * ready all that time will never run. */
#define IDLE_SPINS_MAX (UINT64_C(1) << 20)

/* Will this task do anything, sooner or later, unless another helps it? */
static bool is_alive(const struct task *t)
{
    const struct thread *th = t->thread;

    if (!th)
        return false; /* it waits for a thread of its pool */
    if (th->flags & THREAD_SPINS)
        return !th->wait.object->holds;
    return !(th->flags & THREAD_WAITS);
}

static bool anything_alive(struct sim *sim)
{
    uint8_t *gone = pool_gone(&sim->tasks);
    bool alive = sources_pending(sim);

    for (uint32_t slot = 0; slot < sim->tasks.used && !alive; slot++)
        alive = !gone[slot] && is_alive(pool_at(&sim->tasks, slot));
    free(gone);
    return alive;
}

bool deadlock_spins_for_ever(struct sim *sim)
{
    uint64_t n = ++sim->idle_spins;
    bool ends;

    if ((n & (n - 1)) != 0)
        return false; /* to look is as long as the list of tasks: seldom, then */
    ends = n >= IDLE_SPINS_MAX || !anything_alive(sim);
    if (ends) {
        sim->deadlocked = true;
        deadlock_tell_rest(sim);
    }
    return ends;
}
