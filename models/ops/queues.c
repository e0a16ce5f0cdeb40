/* queues.c - setImmediate, nextTick, microtask, close: callbacks for later. */
#include "models/ops/op_loop.h"

struct later_args {
    struct op_list ops;
    const char *id;
    bool unref;
};

static void compile_later(struct compiler *c, const struct later_args *a, enum loop_verb verb)
{
    struct loop_op *op = loop_op_new(c, verb, a->id);

    op->call.unref = a->unref;
    emit_loop_op(c, op, a->ops, (struct op_list){0});
}

static const struct param immediate_params[] = {
    PARAM_AS("setImmediate", OPS, struct later_args, ops, "the callback", .required = true),
    PARAM(NAME, struct later_args, id, "its name, for clear", .deflt = NULL),
    PARAM(BOOL, struct later_args, unref, "does not keep its task from ending",
          .deflt = "false"),
    PARAM_END,
};

static void compile_immediate(struct compiler *c, const void *args)
{
    compile_later(c, args, LOOP_IMMEDIATE);
}

const struct op_def op_setImmediate = {
    .help = "call back in the next check phase",
    .source = "Source: Node 20.20 lib/internal/timers.js (processImmediate)",
    .params = immediate_params,
    .args_size = sizeof(struct later_args),
    .compile = compile_immediate,
    .not_in_browser = "\"setTimeout\": 0 comes closest, or a message to oneself",
    .needs_loop = loop_op_needs_loop,
    .names = "timer",
    .declares = 1U << 1,
};

#define LATER(word, key, verb, help_, source_, ...)                                   \
    static const struct param word##_params[] = {                                     \
        PARAM_AS(key, OPS, struct later_args, ops, "the callback", .required = true), \
        PARAM_END,                                                                    \
    };                                                                                \
    static void compile_##word(struct compiler *c, const void *args)                  \
    {                                                                                 \
        compile_later(c, args, verb);                                                 \
    }                                                                                 \
    const struct op_def op_##word = {.help = help_,                                   \
                                     .source = source_,                               \
                                     .params = word##_params,                         \
                                     .args_size = sizeof(struct later_args),          \
                                     .compile = compile_##word,                       \
                                     .needs_loop = loop_op_needs_loop,                \
                                     __VA_ARGS__}

LATER(nextTick, "nextTick", LOOP_TICK, "call back before anything else of the loop",
      "Source: Node 20.20 lib/internal/process/task_queues.js",
      .not_in_browser = "\"microtask\" is the next there is");
LATER(microtask, "microtask", LOOP_MICROTASK,
      "call back behind all promise reactions that are due",
      "Source: WHATWG HTML, queueMicrotask()", .browser_only = false);
LATER(close, "close", LOOP_CLOSE, "call back in the closing phase, the newest first",
      "Source: libuv 1.46 src/unix/core.c (uv__run_closing_handles)",
      .not_in_browser = "pages have no handles, and no closing phase");

/* ---- requestAnimationFrame ---------------------------------------------------------------- */

struct frame_args {
    struct op_list ops;
    const char *id;
};

static const struct param frame_params[] = {
    PARAM_AS("requestAnimationFrame", OPS, struct frame_args, ops, "the callback",
             .required = true),
    PARAM(NAME, struct frame_args, id, "its name, for clear", .deflt = NULL),
    PARAM_END,
};

static void compile_frame(struct compiler *c, const void *args)
{
    const struct frame_args *a = args;

    emit_loop_op(c, loop_op_new(c, LOOP_FRAME, a->id), a->ops, (struct op_list){0});
}

const struct op_def op_requestAnimationFrame = {
    .help = "call back before the next rendering of a browser, at most 60 times a second",
    .source = "Source: WHATWG HTML, 8.11 animation frames",
    .params = frame_params,
    .args_size = sizeof(struct frame_args),
    .compile = compile_frame,
    .needs_loop = loop_op_needs_loop,
    .browser_only = true,
    .names = "timer",
    .declares = 1U << 1,
};
