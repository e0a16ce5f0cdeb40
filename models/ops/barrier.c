/* barrier.c - arriving at a barrier. */
#include "models/ops/sync_ops.h"
#include "sim/program.h"

struct barrier_args {
    int32_t barrier;
};

static const struct param barrier_params[] = {
    PARAM(SYNC, struct barrier_args, barrier, "the barrier", .required = true),
    PARAM_END,
};

static int barrier_check(const struct scenario *sc, const void *args, char *buf, size_t size)
{
    return sync_op_check(sc, ((const struct barrier_args *)args)->barrier, SYNC_ARRIVE, buf,
                         size);
}

static bool exec_barrier(struct sim *sim, struct task *t, const struct instr *in,
                         struct step *out)
{
    struct sync_call call = {.verb = SYNC_ARRIVE};

    return task_ask(sim, t, in, out, ((const struct barrier_args *)in->arg.ptr)->barrier,
                    &call);
}

static void compile_barrier(struct compiler *c, const void *args)
{
    (void)emit(c, exec_barrier, args, 0);
}

const struct op_def op_barrier = {
    .help = "wait until as many have arrived as the barrier is for; the last goes on at once",
    .source = "Source: POSIX.1-2017 pthread_barrier_wait()",
    .params = barrier_params,
    .args_size = sizeof(struct barrier_args),
    .compile = compile_barrier,
    .check = barrier_check,
};
