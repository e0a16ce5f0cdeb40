/* rehearse.c - what a task would compute next, found by doing it without anybody noticing.
 *
 * The interpreter runs on a copy of the task, of its context and of the shared variables,
 * with nobody listening; ops that would touch anything else see task_rehearses() and leave
 * it alone. */
#include "sim/world.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS_MAX = 1 << 16 }; /* a burst of more is long enough */

static void *copy_of(const void *from, size_t bytes)
{
    void *to;

    if (!from)
        return NULL;
    to = sim_malloc(bytes + 1);
    memcpy(to, from, bytes);
    return to;
}

static struct caught *copy_caught(const struct caught *from)
{
    struct caught *first = NULL, **last = &first;

    for (; from; from = from->outer) {
        *last = copy_of(from, sizeof(*from));
        (void)words_use((*last)->words);
        (*last)->outer = NULL;
        last = &(*last)->outer;
    }
    return first;
}

/* Its children stay where they are, and are only looked at. */
static struct task_ctx *copy_ctx(const struct sim *sim, const struct task *t)
{
    struct task_ctx *to = copy_of(t->ctx, sizeof(*to));

    if (!to)
        return NULL;
    to->caught = copy_caught(t->ctx->caught);
    to->message = words_use(t->ctx->message);
    to->stack = copy_of(to->stack, to->room * sizeof(*to->stack));
    to->locals = copy_of(to->locals, sim->sc->tasks[t->spec].nlocals * sizeof(*to->locals));
    to->cursors = copy_of(to->cursors, sim->sc->ncursors * sizeof(*to->cursors));
    return to;
}

static void free_ctx(struct task_ctx *ctx)
{
    if (!ctx)
        return;
    task_caught_free(ctx->caught);
    words_drop(ctx->message);
    task_stack_free(ctx);
    free(ctx->locals);
    free(ctx->cursors);
    free(ctx);
}

static sim_time burst(struct sim *sim, struct task *t)
{
    sim_time sum = t->thread->rest;

    if (!(t->thread->flags & THREAD_CREATED))
        sum = time_add(sum, sim->sc->machine.thread_create);
    for (int i = 0; i < STEPS_MAX; i++) {
        struct step step;

        task_next(sim, t, &step);
        if (step.kind == STEP_RUN)
            sum = time_add(sum, step.time);
        else if (step.kind != STEP_YIELD) {
            if (step.kind == STEP_THROW)
                words_drop(step.words);
            break;
        }
    }
    return sum;
}

sim_time task_rehearse(struct sim *sim, const struct task *t)
{
    struct task copy = *t;
    struct trace *trace = sim->trace, silence;
    int64_t *vars = sim->vars;
    uint64_t faults = sim->faults;
    sim_time sum;

    sim_assert(t->thread);
    sim_assert(!sim->rehearsing);
    trace_init(&silence);
    copy.ctx = copy_ctx(sim, t);
    sim->vars = copy_of(vars, sim->sc->nvars * sizeof(*vars));
    sim->trace = &silence;
    sim->rehearsing = true;
    sum = burst(sim, &copy);
    sim->rehearsing = false;
    sim->trace = trace;
    free(sim->vars);
    sim->vars = vars;
    sim->faults = faults;
    free_ctx(copy.ctx);
    return sum;
}

bool task_rehearses(const struct sim *sim)
{
    return sim->rehearsing;
}
