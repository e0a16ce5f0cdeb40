/* vars.c - set, atomic, assert: variables, and the races they allow.
 *
 * `set` is what a compiler makes of x = x + 1 without atomics: a load, an addition, a
 * store.  Each load of a shared variable and the store is a step of its own that
 * takes `cost`; what happens in a step happens at its end.  The loaded values stand
 * on the task's stack until the store.
 */
#include "models/ops/op.h"
#include "sim/program.h"

#include <stdio.h>
#include <string.h>

struct set_args {
    const char *set;
    const struct dist *cost;
};

static const struct param set_params[] = {
    PARAM(SET, struct set_args, set, "what is computed, and where it goes", .required = true),
    PARAM(DIST, struct set_args, cost,
          "time of each step: each shared variable read, and the write", .deflt = "0"),
    PARAM_END,
};

struct set_code {
    struct var_expr expr;
    uint32_t var;
    const struct dist *cost;
};

struct replay {
    struct sim *sim;
    struct task *task;
    const struct instr *in;
    const struct var_expr *expr;
    uint32_t read; /* shared variables read so far in this evaluation */
};

/* Evaluation starts anew after each step; what was read before comes from the stack. */
static enum expr_load load_step(void *ctx, uint32_t i, int64_t *value)
{
    struct replay *re = ctx;
    struct task_ctx *own = task_ctx(re->task);
    enum var_scope scope;
    const int64_t *var = task_var(re->sim, re->task, re->expr->names[i], &scope);

    if (!var)
        return LOAD_UNKNOWN;
    if (scope == VAR_LOCAL) {
        *value = *var;
        return LOAD_OK;
    }
    if (re->read < own->nread) {
        *value = own->stack[own->sp - own->nread + re->read++];
        return LOAD_OK;
    }
    if (!(re->task->flags & TASK_PAID))
        return LOAD_PAUSE;
    re->task->flags &= ~(uint32_t)TASK_PAID;
    task_accesses(re->sim, re->task, re->in, re->expr->names[i], ACCESS_READ);
    task_push(re->task, *var);
    own->nread++;
    re->read++;
    *value = *var;
    return LOAD_OK;
}

/* The next step begins: true where it takes time. */
static bool pay(struct sim *sim, struct task *t, const struct set_code *set, struct step *out)
{
    *out = (struct step){.kind = STEP_RUN, .time = task_draw(sim, t, set->cost)};
    t->flags |= TASK_PAID;
    return out->time > 0;
}

static bool exec_set(struct sim *sim, struct task *t, const struct instr *in, struct step *out)
{
    const struct set_code *set = in->arg.ptr;
    struct task_ctx *own = task_ctx(t);
    enum var_scope scope;
    int64_t *var = task_var(sim, t, set->var, &scope);
    int64_t value;

    if (!var)
        return task_fault(sim, t, in, out, "no variable \"%s\"", task_var_name(sim, set->var));
    for (;;) {
        struct replay re = {sim, t, in, &set->expr, 0};
        char message[300];
        enum expr_end end =
            expr_eval(set->expr.expr, load_step, &re, &value, message, sizeof(message));

        if (end == EXPR_FAULT)
            return task_fault(sim, t, in, out, "%s", message);
        if (end == EXPR_VALUE && (scope == VAR_LOCAL || (t->flags & TASK_PAID)))
            break;
        if (pay(sim, t, set, out)) {
            t->pc--;
            return true;
        }
    }
    t->flags &= ~(uint32_t)TASK_PAID;
    own->sp -= own->nread;
    own->nread = 0;
    if (scope == VAR_SHARED)
        task_accesses(sim, t, in, set->var, ACCESS_WRITE);
    *var = value;
    return false;
}

static struct set_code *compile_assignment(struct compiler *c, const char *text)
{
    struct set_code *set = compile_alloc(c, sizeof(*set));
    char name[EXPR_NAME_MAX];
    size_t at;
    bool good = expr_split_set(text, name, &at);

    sim_assert(good); /* the reader has checked it */
    set->var = compile_var(c, name);
    set->expr = compile_expr(c, text + at);
    return set;
}

static void compile_set(struct compiler *c, const void *args)
{
    const struct set_args *a = args;
    struct set_code *set = compile_assignment(c, a->set);

    set->cost = a->cost;
    (void)emit(c, exec_set, set, 0);
}

const struct op_def op_set = {
    .help = "compute and store, not atomically: each shared variable read and the write are "
            "steps of their own",
    .source =
        "Source: ISO C11, 5.1.2.4: a data race; OSTEP chapter 26, \"The heart of the problem\"",
    .params = set_params,
    .args_size = sizeof(struct set_args),
    .compile = compile_set,
};

struct atomic_args {
    const char *atomic;
};

static const struct param atomic_params[] = {
    PARAM(SET, struct atomic_args, atomic, "what is computed, and where it goes",
          .required = true),
    PARAM_END,
};

static bool exec_atomic(struct sim *sim, struct task *t, const struct instr *in,
                        struct step *out)
{
    const struct set_code *set = in->arg.ptr;
    enum var_scope scope;
    int64_t *var = task_var(sim, t, set->var, &scope);
    int64_t value;

    if (!var)
        return task_fault(sim, t, in, out, "no variable \"%s\"", task_var_name(sim, set->var));
    if (!task_eval_atomic(sim, t, in, out, &set->expr, &value))
        return true;
    if (scope == VAR_SHARED)
        task_accesses(sim, t, in, set->var, ACCESS_ATOMIC_WRITE);
    *var = value;
    return false;
}

static void compile_atomic(struct compiler *c, const void *args)
{
    (void)emit(c, exec_atomic,
               compile_assignment(c, ((const struct atomic_args *)args)->atomic), 0);
}

const struct op_def op_atomic = {
    .help = "compute and store in one indivisible step",
    .source =
        "Source: ISO C11, 7.17: an atomic read-modify-write operation, sequentially consistent",
    .params = atomic_params,
    .args_size = sizeof(struct atomic_args),
    .compile = compile_atomic,
};

/* ---- assert --------------------------------------------------------------------------- */

struct assert_args {
    const char *cond;
};

static const struct param assert_params[] = {
    PARAM_AS("assert", EXPR, struct assert_args, cond,
             "must be true; else the task ends with a fault", .required = true),
    PARAM_END,
};

static bool exec_assert(struct sim *sim, struct task *t, const struct instr *in,
                        struct step *out)
{
    const struct var_expr *e = in->arg.ptr;
    char values[160] = "";
    size_t len = 0;
    int64_t value;

    if (!task_eval(sim, t, in, out, e, &value))
        return true;
    if (value)
        return false;
    for (uint32_t i = 0; i < expr_nnames(e->expr) && len < sizeof(values) - 1; i++) {
        enum var_scope scope;
        const int64_t *var = task_var(sim, t, e->names[i], &scope);
        int n = !var ? 0
                     : snprintf(values + len, sizeof(values) - len, "%s%s is %lld",
                                i ? ", " : ": ", expr_name(e->expr, i), (long long)*var);

        len += n > 0 ? (size_t)n : 0;
    }
    return task_fault(sim, t, in, out, "assertion \"%s\" failed%s", expr_text(e->expr), values);
}

static void compile_assert(struct compiler *c, const void *args)
{
    struct var_expr *e = compile_alloc(c, sizeof(*e));

    *e = compile_expr(c, ((const struct assert_args *)args)->cond);
    (void)emit(c, exec_assert, e, 0);
}

const struct op_def op_assert = {
    .help = "a fault when the expression is false",
    .params = assert_params,
    .args_size = sizeof(struct assert_args),
    .compile = compile_assert,
};
