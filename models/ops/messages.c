/* messages.c - messageChannel, postMessage, onMessage, receiveMessage, closePort. */
#include "models/ops/op_loop.h"
#include "models/ops/op_text.h"

static const struct op_list no_ops;

/* ---- messageChannel ----------------------------------------------------------------------- */

struct channel_args {
    const char *one, *other;
};

static const struct param channel_params[] = {
    PARAM_AS("messageChannel", NAME, struct channel_args, one, "the name of one end",
             .required = true),
    PARAM_AS("to", NAME, struct channel_args, other, "the name of the other", .required = true),
    PARAM_END,
};

static void compile_channel(struct compiler *c, const void *args)
{
    const struct channel_args *a = args;
    struct loop_op *op = loop_op_new(c, LOOP_CHANNEL, a->one);

    op->call.with = a->other;
    emit_loop_op(c, op, no_ops, no_ops);
}

const struct op_def op_messageChannel = {
    .help = "two ports of this loop: what is posted through the one comes out of the other, in "
            "a poll phase",
    .source = "Source: Node 20.20 src/node_messaging.cc (MessageChannel)",
    .params = channel_params,
    .args_size = sizeof(struct channel_args),
    .compile = compile_channel,
    .needs_loop = loop_op_needs_loop,
    .names = "worker",
    .declares = 1U << 0 | 1U << 1,
};

/* ---- postMessage ----------------------------------------------------------------------------- */

struct post_args {
    const char *post, *text;
};

static const struct param post_params[] = {
    PARAM_AS("postMessage", NAME, struct post_args, post,
             "through what: a worker, a port, or in a worker \"parent\"", .required = true),
    PARAM(TEXT, struct post_args, text, "what it says; ${expression} stands for its value",
          .required = true),
    PARAM_END,
};

struct post_op {
    struct loop_op op;
    const struct text_part *text;
};

static bool exec_post(struct sim *sim, struct task *t, const struct instr *in, struct step *out)
{
    const struct post_op *post = in->arg.ptr;
    struct words *w = text_words(sim, t, in, out, post->text);

    if (!w)
        return true;
    *out = (struct step){
        .kind = STEP_LOOP, .call = &post->op.call, .words = w, .place = in->place};
    return true;
}

static void compile_post(struct compiler *c, const void *args)
{
    const struct post_args *a = args;
    struct post_op *post = compile_alloc(c, sizeof(*post));

    post->op.call.verb = LOOP_POST;
    post->op.call.name = a->post;
    post->text = text_compile(c, a->text);
    (void)emit(c, exec_post, post, 0);
}

static int check_post(const struct scenario *sc, const void *args, char *buf, size_t size)
{
    (void)sc;
    return text_check(((const struct post_args *)args)->text, buf, size) ? -1 : 1;
}

const struct op_def op_postMessage = {
    .help = "send a text, which somebody may listen to; to what has ended it goes nowhere",
    .source = "Source: Node 20.20 src/node_messaging.cc (MessagePort::PostMessage)",
    .params = post_params,
    .args_size = sizeof(struct post_args),
    .compile = compile_post,
    .check = check_post,
    .needs_loop = loop_op_needs_loop,
    .names = "worker",
    .uses = 1U << 0,
};

/* ---- onMessage --------------------------------------------------------------------------------- */

struct message_args {
    struct op_list ops;
    const char *from;
    bool unref;
};

static const struct param message_params[] = {
    PARAM_AS("onMessage", OPS, struct message_args, ops,
             "the callback; ${message} is the text, in expressions a number", .required = true),
    PARAM(
        NAME, struct message_args, from,
        "through what: a worker, a port, or in a worker \"parent\" (in a worker: parent; else: "
        "any worker of the task)",
        .deflt = NULL),
    PARAM(BOOL, struct message_args, unref, "does not keep its task from ending",
          .deflt = "false"),
    PARAM_END,
};

static void compile_message(struct compiler *c, const void *args)
{
    const struct message_args *a = args;
    struct loop_op *op = loop_op_new(c, LOOP_LISTEN, a->from);

    op->call.event = EVENT_MESSAGE;
    op->call.unref = a->unref;
    emit_loop_op(c, op, a->ops, no_ops);
}

static const char *message_of_node(const void *args, int *row)
{
    *row = 2;
    return ((const struct message_args *)args)->unref ? loop_op_no_unref : NULL;
}

const struct op_def op_onMessage = {
    .help = "call back for each message, in a poll phase; where nobody listens to a port, what "
            "comes waits there, but what a worker posts is lost",
    .source = "Source: Node 20.20 src/node_messaging.cc (MessagePort::OnMessage)",
    .params = message_params,
    .args_size = sizeof(struct message_args),
    .option_of_node = message_of_node,
    .compile = compile_message,
    .needs_loop = loop_op_needs_loop,
    .names = "worker",
    .uses = 1U << 1,
};

/* ---- receiveMessage, closePort ------------------------------------------------------------------- */

struct port_args {
    const char *port;
};

static const struct param receive_params[] = {
    PARAM_AS("receiveMessage", NAME, struct port_args, port,
             "the port; ${message} is the text from here on", .required = true),
    PARAM_END,
};

static void compile_receive(struct compiler *c, const void *args)
{
    emit_loop_op(c, loop_op_new(c, LOOP_RECEIVE, ((const struct port_args *)args)->port),
                 no_ops, no_ops);
}

const struct op_def op_receiveMessage = {
    .help = "take a message that has come to a port, at once; nothing waits for one",
    .source = "Source: Node 20.20 lib/internal/worker/io.js (receiveMessageOnPort)",
    .params = receive_params,
    .args_size = sizeof(struct port_args),
    .compile = compile_receive,
    .not_in_browser = "messages come as tasks: \"onMessage\"",
    .needs_loop = loop_op_needs_loop,
    .names = "worker",
    .uses = 1U << 0,
};

static const struct param close_params[] = {
    PARAM_AS("closePort", NAME, struct port_args, port,
             "a port of this task, or in a worker \"parent\"", .required = true),
    PARAM_END,
};

static void compile_close_port(struct compiler *c, const void *args)
{
    emit_loop_op(c, loop_op_new(c, LOOP_CLOSE_PORT, ((const struct port_args *)args)->port),
                 no_ops, no_ops);
}

const struct op_def op_closePort = {
    .help = "close both ends; who listens does not keep the task any more",
    .source = "Source: Node 20.20 src/node_messaging.cc (MessagePort::Close)",
    .params = close_params,
    .args_size = sizeof(struct port_args),
    .compile = compile_close_port,
    .needs_loop = loop_op_needs_loop,
    .names = "worker",
    .uses = 1U << 0,
};
