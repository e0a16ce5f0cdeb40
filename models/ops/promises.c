/* promises.c - promise, resolve, reject, then, async, await. */
#include "models/ops/op_loop.h"
#include "models/ops/op_text.h"

#include <stdio.h>
#include <string.h>

static const struct op_list no_ops;

/* ---- promise, resolve, reject ---------------------------------------------------------- */

struct promise_args {
    const char *name, *with;
};

static const struct param promise_params[] = {
    PARAM_AS("promise", NAME, struct promise_args, name, "its name", .required = true),
    PARAM_END,
};

static void compile_promise(struct compiler *c, const void *args)
{
    const struct promise_args *a = args;

    emit_loop_op(c, loop_op_new(c, LOOP_PROMISE, a->name), no_ops, no_ops);
}

const struct op_def op_promise = {
    .help = "a new promise under this name, not settled; the task's own, of main everybody's",
    .source = "Source: ECMA-262 27.2.3, new Promise()",
    .params = promise_params,
    .args_size = sizeof(struct promise_args),
    .compile = compile_promise,
    .needs_loop = loop_op_needs_loop,
    .names = "promise",
    .declares = 1U << 0,
};

static const struct param resolve_params[] = {
    PARAM_AS("resolve", NAME, struct promise_args, name, "the promise", .required = true),
    PARAM(NAME, struct promise_args, with, "another promise, which it follows", .deflt = NULL),
    PARAM_END,
};

static void compile_resolve(struct compiler *c, const void *args)
{
    const struct promise_args *a = args;
    struct loop_op *op = loop_op_new(c, LOOP_RESOLVE, a->name);

    op->call.with = a->with;
    emit_loop_op(c, op, no_ops, no_ops);
}

const struct op_def op_resolve = {
    .help = "settle a promise, or let another one settle it; once settled nothing changes it",
    .source = "Source: ECMA-262 27.2.1.3, promise resolve functions",
    .params = resolve_params,
    .args_size = sizeof(struct promise_args),
    .compile = compile_resolve,
    .needs_loop = loop_op_needs_loop,
    .names = "promise",
    .uses = 1U << 0 | 1U << 1,
};

struct reject_args {
    const char *name, *text;
};

static const struct param reject_params[] = {
    PARAM_AS("reject", NAME, struct reject_args, name, "the promise", .required = true),
    PARAM(TEXT, struct reject_args, text,
          "why: the ${error} of who catches it; ${expression} stands for its value",
          .deflt = NULL),
    PARAM_END,
};

struct reject_op {
    struct loop_call call;
    const struct text_part *text; /* NULL: none */
};

static bool exec_reject(struct sim *sim, struct task *t, const struct instr *in,
                        struct step *out)
{
    const struct reject_op *op = in->arg.ptr;
    struct words *w = op->text ? text_words(sim, t, in, out, op->text) : NULL;

    if (w || !op->text)
        *out =
            (struct step){.kind = STEP_LOOP, .call = &op->call, .words = w, .place = in->place};
    return true;
}

static void compile_reject(struct compiler *c, const void *args)
{
    const struct reject_args *a = args;
    struct reject_op *op = compile_alloc(c, sizeof(*op));

    op->call.verb = LOOP_REJECT;
    op->call.name = a->name;
    op->text = a->text ? text_compile(c, a->text) : NULL;
    (void)emit(c, exec_reject, op, 0);
}

static int check_reject(const struct scenario *sc, const void *args, char *buf, size_t size)
{
    const struct reject_args *a = args;

    (void)sc;
    return !a->text || text_check(a->text, buf, size) ? -1 : 1;
}

const struct op_def op_reject = {
    .help = "reject a promise; if nobody handles it in time it is an uncaught exception",
    .source = "Source: ECMA-262 27.2.1.3.1; Node 20.20 lib/internal/process/promises.js",
    .params = reject_params,
    .args_size = sizeof(struct reject_args),
    .compile = compile_reject,
    .check = check_reject,
    .needs_loop = loop_op_needs_loop,
    .names = "promise",
    .uses = 1U << 0,
};

/* ---- then ----------------------------------------------------------------------------------- */

struct then_args {
    const char *name, *as;
    struct op_list ops, rejected;
};

static const struct param then_params[] = {
    PARAM_AS("then", NAME, struct then_args, name, "the promise", .required = true),
    PARAM_AS("do", OPS, struct then_args, ops, "once it is fulfilled", .deflt = NULL),
    PARAM_AS("catch", OPS, struct then_args, rejected, "once it is rejected", .deflt = NULL),
    PARAM(NAME, struct then_args, as, "the name of the promise that this gives", .deflt = NULL),
    PARAM_END,
};

static void compile_then(struct compiler *c, const void *args)
{
    const struct then_args *a = args;
    struct loop_op *op = loop_op_new(c, LOOP_THEN, a->name);

    op->call.with = a->as;
    emit_loop_op(c, op, a->ops, a->rejected);
}

const struct op_def op_then = {
    .help = "call back, as a microtask, once a promise is settled",
    .source = "Source: ECMA-262 27.2.5.4, Promise.prototype.then",
    .params = then_params,
    .args_size = sizeof(struct then_args),
    .compile = compile_then,
    .needs_loop = loop_op_needs_loop,
    .names = "promise",
    .declares = 1U << 3,
    .uses = 1U << 0,
};

/* ---- async, await ------------------------------------------------------------------------------ */

struct async_args {
    struct op_list ops;
    const char *as;
};

static const struct param async_params[] = {
    PARAM_AS("async", OPS, struct async_args, ops, "the function", .required = true),
    PARAM(NAME, struct async_args, as, "the name of the promise that this gives",
          .deflt = NULL),
    PARAM_END,
};

/* Such a function has no name of its own. */
static const char *frame_of(const struct async_args *a)
{
    return a->as ? a->as : "async";
}

static void compile_async(struct compiler *c, const void *args)
{
    const struct async_args *a = args;
    struct loop_op *op = loop_op_new(c, LOOP_ASYNC, NULL);

    op->call.with = a->as;
    op->call.frame = frame_of(a);
    emit_loop_op(c, op, a->ops, no_ops);
}

const struct op_def op_async = {
    .help = "call an async function: it runs at once, up to its first await",
    .source = "Source: ECMA-262 27.7.5, async functions",
    .params = async_params,
    .args_size = sizeof(struct async_args),
    .compile = compile_async,
    .needs_loop = loop_op_needs_loop,
    .names = "promise",
    .declares = 1U << 1,
};

struct await_args {
    struct awaited awaited;
};

static const struct param await_params[] = {
    PARAM_AS(
        "await", AWAIT, struct await_args, awaited,
        "an io, sleep, yield, work, call or async op, the name of a promise, or null: what is "
        "settled already",
        .required = true),
    PARAM_END,
};

static const char *key_of(const struct awaited *a)
{
    return a->op.ops[0].def->params[0].name;
}

static int check_await(const struct scenario *sc, const void *args, char *buf, size_t size)
{
    static const char *const good[] = {"io", "sleep", "yield", "join", "work", "call", "async"};
    const struct awaited *a = &((const struct await_args *)args)->awaited;

    (void)sc;
    if (a->op.n == 0)
        return -1;
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        if (strcmp(good[i], key_of(a)) == 0)
            return -1;
    (void)snprintf(buf, size,
                   "\"%s\" cannot be awaited: io, sleep, yield, join, work, call, "
                   "async can",
                   key_of(a));
    return 0;
}

/* What is awaited anyway on a loop needs nothing more; a call becomes that of an async
 * function; `work` knows itself. */
static void compile_await(struct compiler *c, const void *args)
{
    const struct awaited *a = &((const struct await_args *)args)->awaited;
    struct loop_op *op;

    if (a->op.n == 0) {
        emit_loop_op(c, loop_op_new(c, LOOP_AWAIT, a->promise), no_ops, no_ops);
    } else if (strcmp(key_of(a), "call") == 0) {
        op = loop_op_new(c, LOOP_ASYNC, NULL);
        op->call.awaited = true;
        emit_loop_op(c, op, a->op, no_ops);
    } else if (strcmp(key_of(a), "async") == 0) {
        const struct async_args *async = a->op.ops[0].args;

        op = loop_op_new(c, LOOP_ASYNC, NULL);
        op->call.with = async->as;
        op->call.frame = frame_of(async);
        op->call.awaited = true;
        emit_loop_op(c, op, async->ops, no_ops);
    } else {
        c->awaits = true;
        emit_ops(c, a->op);
        c->awaits = false;
    }
}

const struct op_def op_await = {
    .help = "suspend this async function until something is settled; the loop goes on",
    .source = "Source: ECMA-262 27.7.5.3, Await",
    .params = await_params,
    .args_size = sizeof(struct await_args),
    .compile = compile_await,
    .waits = op_always_waits,
    .check = check_await,
    .needs_loop = loop_op_needs_loop,
    .names = "promise",
    .uses = 1U << 0,
};
