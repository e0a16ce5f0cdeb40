/* work.c - computing on a thread of the loop's pool. */
#include "models/ops/op_loop.h"

struct work_args {
    const struct dist *work;
    struct op_list ops;
};

static const struct param work_params[] = {
    PARAM(DIST, struct work_args, work, "how long it computes", .required = true),
    PARAM_AS("then", OPS, struct work_args, ops, "the callback once it is done", .deflt = NULL),
    PARAM_END,
};

/* Inside an `await` the caller is the callback. */
static void compile_work(struct compiler *c, const void *args)
{
    static const struct op_list none;
    const struct work_args *a = args;
    struct loop_op *op = loop_op_new(c, LOOP_WORK, NULL);

    op->time = a->work;
    op->call.awaited = c->awaits;
    emit_loop_op(c, op, c->awaits ? none : a->ops, none);
}

const struct op_def op_work = {
    .help = "compute on a pool thread, beside the loop; started, and waited for with await",
    .source = "Source: libuv 1.46 src/threadpool.c (uv_queue_work); node crypto.pbkdf2()",
    .params = work_params,
    .args_size = sizeof(struct work_args),
    .compile = compile_work,
    .not_in_browser = "a page computes itself, or has a \"worker\" do it",
    .needs_loop = loop_op_needs_loop,
};
