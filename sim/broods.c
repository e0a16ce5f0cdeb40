/* broods.c - the children of a task, and the end of what a task has of its own. */
#include "sim/program.h"

#include "sim/world.h"

#include <stdlib.h>
#include <string.h>

struct brood *task_brood(struct task *t, const char *name)
{
    struct brood *b = t->ctx ? t->ctx->broods : NULL;

    while (b && strcmp(b->name, name) != 0)
        b = b->next;
    return b;
}

static struct brood *brood_new(struct sim *sim, struct task *parent, const char *name)
{
    struct task_ctx *ctx = task_ctx(parent);
    struct brood *b = sim_calloc(1, sizeof(*b));

    b->name = name;
    b->parent = parent->slot;
    b->number = ++sim->broods_made;
    list_init(&b->children);
    b->next = ctx->broods;
    ctx->broods = b;
    return b;
}

void task_spawn(struct sim *sim, struct task *parent, int32_t program, const char *name)
{
    struct brood *b = task_brood(parent, name);
    struct text full = {0};
    char buf[TASK_NAME_SIZE];
    struct task *child;
    struct task_ctx *ctx;

    if (!b)
        b = brood_new(sim, parent, name);
    b->made++;
    b->live++;
    text_add(&full, parent->ctx->name
                        ? parent->ctx->name
                        : task_name(&sim->sc->tasks[parent->spec], parent->copy, buf));
    text_addf(&full, "/%s", name);
    if (b->made > 1)
        text_addf(&full, "#%u", (unsigned)b->made);
    child = task_new(sim, parent->spec, 0, sim->code.entry[program]);
    ctx = task_ctx(child);
    ctx->name = text_take(&full);
    ctx->of = b;
    ctx->self = child;
    list_push_back(&b->children, &ctx->sibling);
    task_submit(sim, child, ctx->name);
}

void task_joined(const struct sim *sim, const struct task *t, const struct brood *children)
{
    sim_assert(children->live == 0);
    trace_emit(sim->trace, sim->eng.now, TR_JOIN, -1, (int32_t)t->slot, children->number, 0);
}

void task_ctx_free(struct task *t)
{
    struct task_ctx *ctx = t->ctx;

    if (!ctx)
        return;
    while (ctx->broods) {
        struct brood *b = ctx->broods;

        ctx->broods = b->next;
        b->orphaned = true;
        if (b->live == 0)
            free(b);
    }
    task_caught_free(ctx->caught);
    words_drop(ctx->message);
    task_stack_free(ctx);
    free(ctx->locals);
    free(ctx->cursors);
    connections_free(ctx->connections);
    free(ctx->name);
    free(ctx);
    t->ctx = NULL;
}
