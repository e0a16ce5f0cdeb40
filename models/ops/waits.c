/* waits.c - which functions of a loop are async: those that wait, somewhere between their own first
 * and last op.  What a callback in them does is that one's matter.
 *
 * Source: ECMA-262 (2024) 15.8 and 27.7: an await makes its function async, and what that throws,
 * be it before, rejects the promise that it has returned. */
#include "models/ops/op.h"
#include "sim/scenario.h"

bool op_waits(const struct op *op, const bool *programs)
{
    return op->def->waits && op->def->waits(op->args, programs);
}

static bool waits_within(const struct op *op, const bool *programs)
{
    const struct op_def *def = op->def;

    if (op_waits(op, programs))
        return true;
    if (def->needs_loop && def->needs_loop(op->args) >= 0) /* its lists are callbacks */
        return false;
    for (const struct param *p = def->params; p->name; p++)
        if (p->type == PARAM_OPS &&
            ops_wait(*(const struct op_list *)((const char *)op->args + p->offset), programs))
            return true;
    return false;
}

bool ops_wait(struct op_list ops, const bool *programs)
{
    for (uint32_t i = 0; i < ops.n; i++)
        if (waits_within(&ops.ops[i], programs))
            return true;
    return false;
}

void programs_wait(const struct scenario *sc, bool *programs)
{
    bool changed = true;

    while (changed) { /* they call each other */
        changed = false;
        for (int32_t i = 0; i < sc->nprograms; i++) {
            bool waits = ops_wait(sc->programs[i].ops, programs);

            changed = changed || waits != programs[i];
            programs[i] = waits;
        }
    }
}

bool op_always_waits(const void *args, const bool *programs)
{
    (void)args;
    (void)programs;
    return true;
}
