/* listeners.c - on: listeners to what happens to a process, a worker, a port; ref, unref. */
#include "models/ops/op_loop.h"

#include <stdio.h>
#include <string.h>

static const struct op_list no_ops;

enum { OF_PROCESS, OF_WORKER, OF_PORT, OF_BOTH };

struct on_args {
    int32_t event;
    const char *of;
    struct op_list ops;
};

static const char *const event_names[] = {
#define X(event, name, of, help) name,
    LOOP_EVENTS(X)
#undef X
        NULL};
static const uint8_t events_of[] = {
#define X(event, name, of, help) OF_##of,
    LOOP_EVENTS(X)
#undef X
};

static const struct param on_params[] = {
    PARAM_AS("on", ENUM, struct on_args, event, "the event", .choices = event_names,
             .required = true),
    PARAM(NAME, struct on_args, of,
          "the worker or the port (online, error, message: any worker of the task; else the "
          "process)",
          .deflt = NULL),
    PARAM_AS(
        "do", OPS, struct on_args, ops,
        "the callback; of what was thrown, ${error} is the text; of exit, ${message} is the "
        "code",
        .required = true),
    PARAM_END,
};

static int check_on(const struct scenario *sc, const void *args, char *buf, size_t size)
{
    const struct on_args *a = args;

    (void)sc;
    if (a->event < 0)
        return -1;
    if (a->of && events_of[a->event] == OF_PROCESS) {
        (void)snprintf(buf, size, "\"%s\" is an event of the process: it is \"of\" nobody",
                       event_names[a->event]);
        return 1;
    }
    if (!a->of && a->event == EVENT_CLOSED) {
        (void)snprintf(buf, size, "\"close\" is \"of\" a port: which one?");
        return 0;
    }
    return -1;
}

static const char *event_of_node(const void *args, int *row)
{
    *row = 0;
    switch ((enum loop_event)((const struct on_args *)args)->event) {
    case EVENT_ONLINE:
    case EVENT_EXIT:
        return "a page is not told of it: let the worker post a message";
    case EVENT_BEFORE_EXIT:
        return "a page does not end by itself";
    default:
        return NULL;
    }
}

static void compile_on(struct compiler *c, const void *args)
{
    const struct on_args *a = args;
    struct loop_op *op = loop_op_new(c, LOOP_LISTEN, a->of);

    op->call.event = (uint8_t)a->event;
    emit_loop_op(c, op, a->ops, no_ops);
}

const struct op_def op_on = {
    .help =
        "call back when something happens: to the process (exit and beforeExit: to this task; "
        "uncaughtException, unhandledRejection: then it does not end), a worker or a port",
    .source =
        "Source: Node 20.20 lib/internal/process/execution.js, promises.js; src/api/hooks.cc; "
        "lib/internal/worker.js",
    .params = on_params,
    .args_size = sizeof(struct on_args),
    .compile = compile_on,
    .option_of_node = event_of_node,
    .listens = true,
    .check = check_on,
    .needs_loop = loop_op_needs_loop,
    .names = "worker",
    .uses = 1U << 1,
};

/* ---- ref, unref ------------------------------------------------------------------------------ */

struct ref_args {
    const char *name;
};

#define REF(word, verb, help_)                                                               \
    static const struct param word##_params[] = {                                            \
        PARAM_AS(#word, NAME, struct ref_args, name, "the name of a timer or an immediate",  \
                 .required = true),                                                          \
        PARAM_END,                                                                           \
    };                                                                                       \
    static void compile_##word(struct compiler *c, const void *args)                         \
    {                                                                                        \
        emit_loop_op(c, loop_op_new(c, verb, ((const struct ref_args *)args)->name), no_ops, \
                     no_ops);                                                                \
    }                                                                                        \
    const struct op_def op_##word = {                                                        \
        .help = help_,                                                                       \
        .source = "Source: Node 20.20 lib/internal/timers.js (Timeout, Immediate)",          \
        .params = word##_params,                                                             \
        .args_size = sizeof(struct ref_args),                                                \
        .compile = compile_##word,                                                           \
        .not_in_browser = loop_op_no_unref,                                                  \
        .needs_loop = loop_op_needs_loop,                                                    \
        .names = "timer",                                                                    \
        .uses = 1U << 0,                                                                     \
    }

REF(ref, LOOP_REF, "from now on it keeps its task from ending");
REF(unref, LOOP_UNREF, "from now on it does not keep its task from ending");
