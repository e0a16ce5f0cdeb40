/* loop_fibers.c - places in the code with a stack of their own, and the call stack of a loop.
 *
 * Source: ECMA-262 27.7, async functions as coroutines; rules P4, P5. */
#include "models/executors/executor_loop.h"

#include <stdlib.h>
#include <string.h>

#include "sim/program.h"

struct fiber *fiber_new(struct loop_task *lt, uint32_t entry, struct promise *result)
{
    struct loops *all = lt->loop->all;
    struct fiber *f = all->free_fibers, *before;

    if (f) {
        all->free_fibers = f->below;
        before = f->made_before;
        memset(f, 0, sizeof(*f));
        f->made_before = before;
    } else {
        f = executor_alloc(all->ex, sizeof(*f));
        f->made_before = all->fibers;
        all->fibers = f;
    }
    f->of = lt;
    f->result = result;
    f->saved.pc = f->entry = entry;
    fiber_resume(lt->loop, f);
    return f;
}

void fiber_resume(struct loop *l, struct fiber *f)
{
    f->of->refs++;
    f->below = l->top;
    l->top = f;
    if (f->main)
        f->of->waits = NULL;
}

/* A handler that is an async function returns a promise of its own, at its first await or, where it
 * does not get there, at its end: P2. */
static void returns_promise(struct loop *l, struct fiber *f)
{
    struct promise *returned = promise_new(l, NULL);

    promise_follow(f->of, f->result, returned);
    promise_drop(l, f->result);
    f->result = returned;
    f->handler = false;
}

void fiber_suspend(struct loop *l, struct callback *until)
{
    struct fiber *f = l->top;

    sim_assert(until->of == f->of);
    if (f->handler)
        returns_promise(l, f);
    fiber_frames(f, false);
    l->top = f->below;
    f->below = NULL;
    f->waited = true;
    f->rest = 0;
    f->of->refs--;
    until->fiber = f;
    if (f->main)
        f->of->waits = until;
}

/* The registers of what was loaded go back to its fiber. */
void fiber_unload(struct loop_task *lt)
{
    struct fiber *f = lt->loaded;
    struct task *t = lt->task;
    struct task_ctx *ctx = t->ctx;

    if (!f)
        return;
    lt->loaded = NULL;
    f->saved.pc = t->pc;
    f->saved.flags = t->flags & TASK_PAID;
    t->flags &= ~(uint32_t)TASK_PAID;
    if (!ctx)
        return;
    task_stack_out(ctx);
    f->saved.stack = ctx->stack;
    f->saved.sp = ctx->sp;
    f->saved.room = ctx->room;
    f->saved.calls = ctx->calls;
    f->saved.frame = ctx->frame;
    f->saved.nread = ctx->nread;
    f->saved.handler = ctx->handler;
    f->saved.caught = ctx->caught;
    f->saved.message = ctx->message;
    ctx->stack = NULL;
    ctx->caught = NULL;
    ctx->message = NULL;
    ctx->sp = ctx->room = ctx->calls = ctx->frame = ctx->nread = ctx->handler = 0;
}

void fiber_load(struct fiber *f)
{
    struct loop_task *lt = f->of;
    struct task *t = lt->task;
    struct task_ctx *ctx;

    if (lt->loaded == f)
        return;
    fiber_unload(lt);
    lt->loaded = f;
    t->pc = f->saved.pc;
    t->flags |= f->saved.flags;
    if (!t->ctx && !f->saved.stack && !f->saved.message && !f->saved.caught)
        return;
    ctx = task_ctx(t);
    ctx->stack = f->saved.stack;
    ctx->sp = f->saved.sp;
    ctx->room = f->saved.room;
    ctx->calls = f->saved.calls;
    ctx->frame = f->saved.frame;
    ctx->nread = f->saved.nread;
    ctx->handler = f->saved.handler;
    ctx->caught = f->saved.caught;
    ctx->message = f->saved.message;
    f->saved.stack = NULL;
    f->saved.caught = NULL;
    f->saved.message = NULL;
}

void fiber_says(struct fiber *f, struct words *message, struct words *error)
{
    struct words **to = &f->saved.message;

    if (f->of->loaded == f)
        to = &task_ctx(f->of->task)->message;
    words_drop(*to);
    *to = message;
    if (!error)
        return;
    fiber_load(f);
    task_catch(f->of->task, error, true);
}

void fiber_free(struct fiber *f)
{
    struct loop_task *lt = f->of;
    struct loops *all = lt->loop->all;

    if (lt->loaded == f)
        fiber_unload(lt);
    free(f->saved.stack);
    f->saved.stack = NULL;
    task_caught_free(f->saved.caught);
    words_drop(f->saved.message);
    f->saved.caught = NULL;
    f->saved.message = NULL;
    promise_drop(lt->loop, f->result);
    promise_drop(lt->loop, f->awaits);
    f->result = f->awaits = NULL;
    f->below = all->free_fibers;
    all->free_fibers = f;
}

void fiber_drop(struct loop *l)
{
    struct fiber *f = l->top;

    fiber_frames(f, false);
    l->top = f->below;
    f->of->refs--;
    fiber_free(f);
}

void fiber_over(struct loop *l, struct fiber *f, bool rejected, struct words *reason,
                uint32_t place)
{
    struct loop_task *lt = f->of;
    struct promise *p;

    sim_assert(l->top == f);
    if (f->handler && executor_is_async(l->ex, f->entry))
        returns_promise(l, f);
    p = f->result;
    fiber_frames(f, false);
    if (!p && rejected)
        p = f->result = promise_new(l, NULL);
    if (p)
        promise_settle(l, p, rejected ? PROMISE_REJECTED : PROMISE_FULFILLED, reason, lt,
                       place);
    words_drop(reason);
    l->top = f->below;
    lt->refs--;
    fiber_free(f);
    loop_check(lt);
}

void fiber_release(struct fiber *f)
{
    free(f->saved.stack);
    while (f->saved.caught) {
        struct caught *outer = f->saved.caught->outer;

        free(f->saved.caught);
        f->saved.caught = outer;
    }
}
