/* control.c - repeat, while, if, call, exit. */
#include "models/ops/op.h"
#include "sim/program.h"

/* ---- repeat: the counter lies on the task's stack -------------------------------- */

struct repeat_args {
    const char *repeat;
    struct op_list ops;
};

static const struct param repeat_params[] = {
    PARAM(EXPR, struct repeat_args, repeat, "how many times: a number or an expression",
          .required = true),
    PARAM_AS("do", OPS, struct repeat_args, ops, "the ops to repeat", .required = true),
    PARAM_END,
};

static bool exec_repeat(struct sim *sim, struct task *t, const struct instr *in,
                        struct step *out)
{
    int64_t n;

    if (!task_eval(sim, t, in, out, in->arg.ptr, &n))
        return true;
    if (n < 0)
        return task_fault(sim, t, in, out, "repeat %lld times", (long long)n);
    if (n == 0)
        t->pc = in->target;
    else
        task_push(t, n);
    return false;
}

static bool exec_again(struct sim *sim, struct task *t, const struct instr *in,
                       struct step *out)
{
    int64_t *left = task_top(t);

    (void)sim;
    (void)out;
    if (--*left > 0)
        t->pc = in->target;
    else
        (void)task_pop(t);
    return false;
}

static struct var_expr *keep_expr(struct compiler *c, const char *text)
{
    struct var_expr *e = compile_alloc(c, sizeof(*e));

    *e = compile_expr(c, text);
    return e;
}

static void compile_repeat(struct compiler *c, const void *args)
{
    const struct repeat_args *a = args;
    uint32_t start = emit(c, exec_repeat, keep_expr(c, a->repeat), 0);

    emit_ops(c, a->ops);
    (void)emit(c, exec_again, NULL, start + 1);
    emit_target(c, start, emit_here(c));
}

const struct op_def op_repeat = {
    .help = "do something n times",
    .params = repeat_params,
    .args_size = sizeof(struct repeat_args),
    .compile = compile_repeat,
};

/* ---- while, if --------------------------------------------------------------------- */

static bool exec_unless(struct sim *sim, struct task *t, const struct instr *in,
                        struct step *out)
{
    int64_t value;

    if (!task_eval(sim, t, in, out, in->arg.ptr, &value))
        return true;
    if (!value)
        t->pc = in->target;
    return false;
}

static bool exec_jump(struct sim *sim, struct task *t, const struct instr *in, struct step *out)
{
    (void)sim;
    (void)out;
    t->pc = in->target;
    return false;
}

struct while_args {
    const char *cond;
    struct op_list ops;
};

static const struct param while_params[] = {
    PARAM_AS("while", EXPR, struct while_args, cond,
             "the condition, looked at before each turn", .required = true),
    PARAM_AS("do", OPS, struct while_args, ops, "the ops to repeat", .required = true),
    PARAM_END,
};

static void compile_while(struct compiler *c, const void *args)
{
    const struct while_args *a = args;
    uint32_t start = emit(c, exec_unless, keep_expr(c, a->cond), 0);

    emit_ops(c, a->ops);
    (void)emit(c, exec_jump, NULL, start);
    emit_target(c, start, emit_here(c));
}

const struct op_def op_while = {
    .help = "do something as long as a condition holds",
    .params = while_params,
    .args_size = sizeof(struct while_args),
    .compile = compile_while,
};

struct if_args {
    const char *cond;
    struct op_list then_ops, else_ops;
};

static const struct param if_params[] = {
    PARAM_AS("if", EXPR, struct if_args, cond, "the condition", .required = true),
    PARAM_AS("then", OPS, struct if_args, then_ops, "the ops if it holds", .required = true),
    PARAM_AS("else", OPS, struct if_args, else_ops, "the ops if it does not", .deflt = NULL),
    PARAM_END,
};

static void compile_if(struct compiler *c, const void *args)
{
    const struct if_args *a = args;
    uint32_t start = emit(c, exec_unless, keep_expr(c, a->cond), 0);
    uint32_t skip;

    emit_ops(c, a->then_ops);
    skip = emit(c, exec_jump, NULL, 0);
    emit_target(c, start, emit_here(c));
    emit_ops(c, a->else_ops);
    emit_target(c, skip, emit_here(c));
}

const struct op_def op_if = {
    .help = "do one thing or another",
    .params = if_params,
    .args_size = sizeof(struct if_args),
    .compile = compile_if,
};

/* ---- call, exit ------------------------------------------------------------------------ */

struct call_args {
    int32_t call;
};

static const struct param call_params[] = {
    PARAM(PROGRAM, struct call_args, call, "the program", .required = true),
    PARAM_END,
};

static bool exec_call(struct sim *sim, struct task *t, const struct instr *in, struct step *out)
{
    if (task_call(sim, t, in))
        return false;
    return task_fault(sim, t, in, out, "call stack overflow");
}

static void compile_call(struct compiler *c, const void *args)
{
    (void)emit(c, exec_call, NULL, (uint32_t)((const struct call_args *)args)->call);
}

static bool call_waits(const void *args, const bool *programs)
{
    return programs[((const struct call_args *)args)->call];
}

const struct op_def op_call = {
    .help = "run a named program as a frame on the call stack, then go on",
    .params = call_params,
    .args_size = sizeof(struct call_args),
    .compile = compile_call,
    .waits = call_waits,
};

struct exit_args {
    bool exit;
};

static const struct param exit_params[] = {
    PARAM(TRUE, struct exit_args, exit, "always true", .required = true),
    PARAM_END,
};

static bool exec_exit(struct sim *sim, struct task *t, const struct instr *in, struct step *out)
{
    (void)sim;
    (void)t;
    (void)in;
    *out = (struct step){.kind = STEP_END, .exits = true};
    return true;
}

static void compile_exit(struct compiler *c, const void *args)
{
    (void)args;
    (void)emit(c, exec_exit, NULL, 0);
}

const struct op_def op_exit = {
    .help =
        "end this task, from whatever depth; in the main of an event loop, and in a worker: "
        "the process, with all tasks of that loop",
    .source = "Source: POSIX.1-2017 pthread_exit(); Node 20.20 process.exit()",
    .params = exit_params,
    .args_size = sizeof(struct exit_args),
    .compile = compile_exit,
};
