/* sync_ops.h - what the ops on sync objects have in common. */
#ifndef MODELS_OPS_SYNC_OPS_H
#define MODELS_OPS_SYNC_OPS_H

#include "models/ops/op.h"
#include "models/sync/sync.h"
#include "sim/scenario.h"

#include <stdio.h>

/* Does `verb` work on this object?  0, the index of the op's own key, and a message where it
 * does not; -1: it does. */
static inline int sync_op_check(const struct scenario *sc, int32_t object, enum sync_verb verb,
                                char *buf, size_t size)
{
    static const char *const ops[] = {
#define X(verb_, op) op,
        SYNC_VERBS(X)
#undef X
    };
    const struct sync_model *model = sc->syncs[object].model;
    const char *before = "";
    int n;

    if (model->ask[verb])
        return -1;
    n = snprintf(buf, size, "\"%s\" is a %s: the ops that work on it are ",
                 sc->syncs[object].name, model->name);
    for (size_t v = 0; v < SYNC_VERB_COUNT && n >= 0 && (size_t)n < size; v++)
        if (model->ask[v]) {
            n += snprintf(buf + n, size - (size_t)n, "%s%s", before, ops[v]);
            before = ", ";
        }
    return 0;
}

#endif
