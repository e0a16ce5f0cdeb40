/* wait.c - waiting for a semaphore, or for a condition with its mutex. */
#include "models/ops/sync_ops.h"
#include "sim/program.h"

struct wait_args {
    int32_t wait, with;
};

static const struct param wait_params[] = {
    PARAM(SYNC, struct wait_args, wait, "the semaphore", .required = true),
    PARAM_END,
};

static int wait_check(const struct scenario *sc, const void *args, char *buf, size_t size)
{
    return sync_op_check(sc, ((const struct wait_args *)args)->wait, SYNC_WAIT, buf, size);
}

static bool exec_wait(struct sim *sim, struct task *t, const struct instr *in, struct step *out)
{
    struct sync_call call = {.verb = SYNC_WAIT};

    return task_ask(sim, t, in, out, ((const struct wait_args *)in->arg.ptr)->wait, &call);
}

static void compile_wait(struct compiler *c, const void *args)
{
    (void)emit(c, exec_wait, args, 0);
}

const struct op_def op_wait = {
    .help = "take one from a semaphore's count; waits where it is 0",
    .source = "Source: POSIX.1-2017 sem_wait()",
    .params = wait_params,
    .args_size = sizeof(struct wait_args),
    .compile = compile_wait,
    .check = wait_check,
};
