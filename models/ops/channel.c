/* channel.c - send and recv.  What is received stands on the task's stack, whoever has put
 * it there, until the task itself stores it. */
#include "models/ops/sync_ops.h"
#include "sim/program.h"

struct send_args {
    int32_t send;
    const char *value;
};

struct send_code {
    int32_t object;
    struct var_expr value;
};

static const struct param send_params[] = {
    PARAM(SYNC, struct send_args, send, "the channel", .required = true),
    PARAM(EXPR, struct send_args, value, "what is sent (0)", .deflt = NULL),
    PARAM_END,
};

static int send_check(const struct scenario *sc, const void *args, char *buf, size_t size)
{
    return sync_op_check(sc, ((const struct send_args *)args)->send, SYNC_SEND, buf, size);
}

static bool exec_send(struct sim *sim, struct task *t, const struct instr *in, struct step *out)
{
    const struct send_code *code = in->arg.ptr;
    struct sync_call call = {.verb = SYNC_SEND, .paid = true};

    if (!task_eval(sim, t, in, out, &code->value, &call.value))
        return true;
    return task_ask(sim, t, in, out, code->object, &call);
}

static void compile_send(struct compiler *c, const void *args)
{
    const struct send_args *a = args;
    struct send_code *code = compile_alloc(c, sizeof(*code));

    code->object = a->send;
    code->value = compile_expr(c, a->value ? a->value : "0");
    (void)emit(c, exec_send, code, 0);
}

const struct op_def op_send = {
    .help = "send a value through a channel; waits while that is full",
    .source = "Source: The Go Programming Language Specification (2023), Send statements",
    .params = send_params,
    .args_size = sizeof(struct send_args),
    .enters_kernel = true,
    .compile = compile_send,
    .check = send_check,
};

struct recv_args {
    int32_t recv;
    const char *into;
};

static const struct param recv_params[] = {
    PARAM(SYNC, struct recv_args, recv, "the channel", .required = true),
    PARAM(NAME, struct recv_args, into,
          "the variable that gets the value (none: it is dropped)", .deflt = NULL),
    PARAM_END,
};

static int recv_check(const struct scenario *sc, const void *args, char *buf, size_t size)
{
    return sync_op_check(sc, ((const struct recv_args *)args)->recv, SYNC_RECV, buf, size);
}

static bool exec_recv(struct sim *sim, struct task *t, const struct instr *in, struct step *out)
{
    struct sync_call call = {.verb = SYNC_RECV, .paid = true};

    return task_ask(sim, t, in, out, ((const struct recv_args *)in->arg.ptr)->recv, &call);
}

static bool exec_drop(struct sim *sim, struct task *t, const struct instr *in, struct step *out)
{
    (void)sim;
    (void)in;
    (void)out;
    (void)task_pop(t);
    return false;
}

static bool exec_store(struct sim *sim, struct task *t, const struct instr *in,
                       struct step *out)
{
    return task_store(sim, t, in, out, in->target, task_pop(t));
}

static void compile_recv(struct compiler *c, const void *args)
{
    const struct recv_args *a = args;

    (void)emit(c, exec_recv, args, 0);
    if (a->into)
        (void)emit(c, exec_store, NULL, compile_var(c, a->into));
    else
        (void)emit(c, exec_drop, NULL, 0);
}

const struct op_def op_recv = {
    .help = "receive a value from a channel; waits while that is empty",
    .source = "Source: The Go Programming Language Specification (2023), Receive operator",
    .params = recv_params,
    .args_size = sizeof(struct recv_args),
    .enters_kernel = true,
    .compile = compile_recv,
    .check = recv_check,
};
