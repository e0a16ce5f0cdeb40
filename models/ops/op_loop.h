/* op_loop.h - what the ops of event loops have in common. */
#ifndef MODELS_OPS_OP_LOOP_H
#define MODELS_OPS_OP_LOOP_H

#include "models/ops/op.h"
#include "sim/loop_call.h"
#include "sim/program.h"

/* A call with what is drawn or known only when it is made. */
struct loop_op {
    struct loop_call call;
    const struct dist *time; /* NULL: none */
    int32_t device;
    int64_t bytes, at;
};

struct loop_op *loop_op_new(struct compiler *c, enum loop_verb verb, const char *name);

/* The instructions: the call, and behind a jump its callback; `ops.ops` NULL: it has none.
 * `rejected` is THEN's second one. */
void emit_loop_op(struct compiler *c, struct loop_op *op, struct op_list ops,
                  struct op_list rejected);

/* op_def.needs_loop of an op that works on a loop only. */
int loop_op_needs_loop(const void *args);

/* What is said to one who writes "unref" for a browser. */
extern const char loop_op_no_unref[];

#endif
