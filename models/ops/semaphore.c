/* semaphore.c - post; what waits for it is `wait`, in wait.c. */
#include "models/ops/sync_ops.h"
#include "sim/program.h"

struct post_args {
    int32_t post;
};

static const struct param post_params[] = {
    PARAM(SYNC, struct post_args, post, "the semaphore", .required = true),
    PARAM_END,
};

static int post_check(const struct scenario *sc, const void *args, char *buf, size_t size)
{
    return sync_op_check(sc, ((const struct post_args *)args)->post, SYNC_POST, buf, size);
}

static bool exec_post(struct sim *sim, struct task *t, const struct instr *in, struct step *out)
{
    struct sync_call call = {.verb = SYNC_POST};

    return task_ask(sim, t, in, out, ((const struct post_args *)in->arg.ptr)->post, &call);
}

static void compile_post(struct compiler *c, const void *args)
{
    (void)emit(c, exec_post, args, 0);
}

const struct op_def op_post = {
    .help = "add one to a semaphore, and wake one who waits",
    .source = "Source: POSIX.1-2017 sem_post()",
    .params = post_params,
    .args_size = sizeof(struct post_args),
    .compile = compile_post,
    .check = post_check,
};
