/* condvar.c - signal and broadcast; what waits for them is `wait`, in wait.c. */
#include "models/ops/sync_ops.h"
#include "sim/program.h"

struct signal_args {
    int32_t signal;
};

static const struct param signal_params[] = {
    PARAM(SYNC, struct signal_args, signal, "the condition", .required = true),
    PARAM_END,
};

static int signal_check(const struct scenario *sc, const void *args, char *buf, size_t size)
{
    return sync_op_check(sc, ((const struct signal_args *)args)->signal, SYNC_SIGNAL, buf,
                         size);
}

static bool exec_signal(struct sim *sim, struct task *t, const struct instr *in,
                        struct step *out)
{
    struct sync_call call = {.verb = SYNC_SIGNAL};

    return task_ask(sim, t, in, out, ((const struct signal_args *)in->arg.ptr)->signal, &call);
}

static void compile_signal(struct compiler *c, const void *args)
{
    (void)emit(c, exec_signal, args, 0);
}

const struct op_def op_signal = {
    .help = "wake one who waits for a condition; lost where nobody does",
    .source = "Source: POSIX.1-2017 pthread_cond_signal()",
    .params = signal_params,
    .args_size = sizeof(struct signal_args),
    .compile = compile_signal,
    .check = signal_check,
};

struct broadcast_args {
    int32_t broadcast;
};

static const struct param broadcast_params[] = {
    PARAM(SYNC, struct broadcast_args, broadcast, "the condition", .required = true),
    PARAM_END,
};

static int broadcast_check(const struct scenario *sc, const void *args, char *buf, size_t size)
{
    return sync_op_check(sc, ((const struct broadcast_args *)args)->broadcast, SYNC_BROADCAST,
                         buf, size);
}

static bool exec_broadcast(struct sim *sim, struct task *t, const struct instr *in,
                           struct step *out)
{
    struct sync_call call = {.verb = SYNC_BROADCAST};

    return task_ask(sim, t, in, out, ((const struct broadcast_args *)in->arg.ptr)->broadcast,
                    &call);
}

static void compile_broadcast(struct compiler *c, const void *args)
{
    (void)emit(c, exec_broadcast, args, 0);
}

const struct op_def op_broadcast = {
    .help = "wake all who wait for a condition",
    .source = "Source: POSIX.1-2017 pthread_cond_broadcast()",
    .params = broadcast_params,
    .args_size = sizeof(struct broadcast_args),
    .compile = compile_broadcast,
    .check = broadcast_check,
};
