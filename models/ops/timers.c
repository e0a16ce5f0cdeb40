/* timers.c - setTimeout, setInterval, clear. */
#include "models/ops/op_loop.h"

struct timer_args {
    const struct dist *time;
    struct op_list ops;
    const char *id;
    bool unref;
};

/* clang-format off */
#define TIMER_PARAMS(key, what)                                                             \
    PARAM_AS(key, DIST, struct timer_args, time, what, .required = true),                   \
    PARAM_AS("do", OPS, struct timer_args, ops, "the callback", .required = true),          \
    PARAM(NAME, struct timer_args, id, "its name, for clear", .deflt = NULL),               \
    PARAM(BOOL, struct timer_args, unref, "does not keep its task from ending",             \
          .deflt = "false"),                                                                \
    PARAM_END
/* clang-format on */

static const struct param timeout_params[] = {
    TIMER_PARAMS("setTimeout", "the delay: whole ms of the loop's clock, at least 1"),
};
static const struct param interval_params[] = {
    TIMER_PARAMS("setInterval",
                 "the delay before the first callback, and from the start of each to the next"),
};

static void compile_timer(struct compiler *c, const struct timer_args *a, enum loop_verb verb)
{
    struct loop_op *op = loop_op_new(c, verb, a->id);

    op->time = a->time;
    op->call.unref = a->unref;
    emit_loop_op(c, op, a->ops, (struct op_list){0});
}

static const char *timer_of_node(const void *args, int *row)
{
    *row = 3;
    return ((const struct timer_args *)args)->unref ? loop_op_no_unref : NULL;
}

static void compile_timeout(struct compiler *c, const void *args)
{
    compile_timer(c, args, LOOP_TIMEOUT);
}

static void compile_interval(struct compiler *c, const void *args)
{
    compile_timer(c, args, LOOP_INTERVAL);
}

const struct op_def op_setTimeout = {
    .help = "call back once, after a delay",
    .source = "Source: Node 20.20 lib/timers.js, lib/internal/timers.js",
    .params = timeout_params,
    .args_size = sizeof(struct timer_args),
    .compile = compile_timeout,
    .option_of_node = timer_of_node,
    .needs_loop = loop_op_needs_loop,
    .names = "timer",
    .declares = 1U << 2,
};

const struct op_def op_setInterval = {
    .help = "call back again and again",
    .source = "Source: Node 20.20 lib/timers.js, lib/internal/timers.js",
    .params = interval_params,
    .args_size = sizeof(struct timer_args),
    .compile = compile_interval,
    .option_of_node = timer_of_node,
    .needs_loop = loop_op_needs_loop,
    .names = "timer",
    .declares = 1U << 2,
};

struct clear_args {
    const char *clear;
};

static const struct param clear_params[] = {
    PARAM(NAME, struct clear_args, clear, "the name of a timer or an immediate",
          .required = true),
    PARAM_END,
};

static void compile_clear(struct compiler *c, const void *args)
{
    emit_loop_op(c, loop_op_new(c, LOOP_CLEAR, ((const struct clear_args *)args)->clear),
                 (struct op_list){0}, (struct op_list){0});
}

const struct op_def op_clear = {
    .help = "cancel a timer or an immediate; one that has fired is left alone",
    .source = "Source: Node 20.20 lib/timers.js (clearTimeout, clearInterval, clearImmediate)",
    .params = clear_params,
    .args_size = sizeof(struct clear_args),
    .compile = compile_clear,
    .needs_loop = loop_op_needs_loop,
    .names = "timer",
    .uses = 1U << 0,
};
