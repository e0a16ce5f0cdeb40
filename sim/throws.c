/* throws.c - exceptions of tasks: what is thrown, who catches it, and what was said.
 *
 * Source: ECMA-262 14.14 and 14.15 (throw, try), as completions on the task's stack. */
#include "sim/world.h"

#include <stdlib.h>
#include <string.h>

struct list *task_words(struct sim *sim)
{
    return &sim->words;
}

const char *task_said(const struct task *t, const char *name)
{
    const struct caught *c = t->ctx ? t->ctx->caught : NULL;

    if (!t->ctx)
        return NULL;
    if (strcmp(name, "message") == 0)
        return t->ctx->message ? t->ctx->message->text : NULL;
    if (strcmp(name, "error") != 0)
        return NULL;
    while (c && !c->bound)
        c = c->outer;
    return c && c->words ? c->words->text : NULL;
}

/* On the stack, from below: the `try` around it, and the handler. */
void task_try(struct task *t, uint32_t handler)
{
    struct task_ctx *ctx = task_ctx(t);

    task_push(t, ctx->handler);
    task_push(t, handler);
    ctx->handler = ctx->sp;
}

void task_tried(struct task *t)
{
    struct task_ctx *ctx = t->ctx;

    sim_assert(ctx);
    sim_assert(ctx->handler == ctx->sp);
    (void)task_pop(t);
    ctx->handler = (uint32_t)task_pop(t);
}

void task_catch(struct task *t, struct words *w, bool bound)
{
    struct task_ctx *ctx = task_ctx(t);
    struct caught *c = sim_malloc(sizeof(*c));

    *c = (struct caught){ctx->caught, w, ctx->sp, bound};
    ctx->caught = c;
}

struct words *task_caught_over(struct task *t)
{
    struct caught *c = t->ctx->caught;
    struct words *w;

    sim_assert(c);
    w = c->words;
    t->ctx->caught = c->outer;
    free(c);
    return w;
}

void task_caught_free(struct caught *list)
{
    while (list) {
        struct caught *outer = list->outer;

        words_drop(list->words);
        free(list);
        list = outer;
    }
}

bool task_throw(struct sim *sim, struct task *t, struct words *w)
{
    struct task_ctx *ctx = t->ctx;

    if (!ctx || ctx->handler == 0)
        return false;
    task_unwind(sim, t, ctx->handler);
    ctx->nread = 0;
    t->pc = (uint32_t)task_pop(t);
    ctx->handler = (uint32_t)task_pop(t);
    t->flags &= ~(uint32_t)TASK_PAID;
    while (ctx->caught && ctx->caught->sp > ctx->sp)
        words_drop(task_caught_over(t));
    task_catch(t, w, true);
    return true;
}
