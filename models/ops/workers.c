/* workers.c - worker, terminate: loops on threads of their own. */
#include "models/ops/op_loop.h"

static const struct op_list no_ops;

struct worker_args {
    int32_t worker;
    const char *as;
    bool unref;
};

static const struct param worker_params[] = {
    PARAM(PROGRAM, struct worker_args, worker, "its script", .required = true),
    PARAM(NAME, struct worker_args, as, "its name (the program's name)", .deflt = NULL),
    PARAM(BOOL, struct worker_args, unref, "does not keep its task from ending",
          .deflt = "false"),
    PARAM_END,
};

static void compile_worker(struct compiler *c, const void *args)
{
    const struct worker_args *a = args;
    struct loop_op *op =
        loop_op_new(c, LOOP_WORKER, a->as ? a->as : c->sc->programs[a->worker].name);

    emit_kernel_time(c, c->sc->machine.thread_create);
    op->call.program = a->worker;
    op->call.unref = a->unref;
    emit_loop_op(c, op, no_ops, no_ops);
}

static const char *worker_of_node(const void *args, int *row)
{
    *row = 2;
    return ((const struct worker_args *)args)->unref ? loop_op_no_unref : NULL;
}

const struct op_def op_worker = {
    .help =
        "start a program on a loop and a thread of its own; it is called parent/worker, has "
        "this task's priority and locals (at their first values), shares the pool, and knows "
        "the way back as \"parent\"; its end can be joined",
    .source = "Source: Node 20.20 src/node_worker.cc, lib/internal/worker.js",
    .params = worker_params,
    .args_size = sizeof(struct worker_args),
    .enters_kernel = true,
    .compile = compile_worker,
    .option_of_node = worker_of_node,
    .needs_loop = loop_op_needs_loop,
    .names = "worker",
    .declares = 1U << 1,
    .named_after = 1U << 0,
    .makes_loop = true,
};

struct terminate_args {
    const char *terminate;
};

static const struct param terminate_params[] = {
    PARAM(NAME, struct terminate_args, terminate, "the worker", .required = true),
    PARAM_END,
};

static void compile_terminate(struct compiler *c, const void *args)
{
    emit_loop_op(
        c, loop_op_new(c, LOOP_TERMINATE, ((const struct terminate_args *)args)->terminate),
        no_ops, no_ops);
}

const struct op_def op_terminate = {
    .help = "end a worker, whatever it computes; it exits with the code 1",
    .source = "Source: Node 20.20 src/node_worker.cc (Worker::Exit)",
    .params = terminate_params,
    .args_size = sizeof(struct terminate_args),
    .compile = compile_terminate,
    .needs_loop = loop_op_needs_loop,
    .names = "worker",
    .uses = 1U << 0,
};
