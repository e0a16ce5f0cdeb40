/* io.c - a request to a device, waited for. */
#include "models/ops/op_loop.h"

#include <inttypes.h>
#include <stdio.h>

struct io_args {
    int32_t io;
    const struct dist *time;
    int64_t bytes;
    int64_t at;
    struct op_list then;
    bool sync;
};

static const struct param io_params[] = {
    PARAM(DEVICE, struct io_args, io, "the device", .required = true),
    PARAM(DIST, struct io_args, time, "its service time, instead of the device's own",
          .deflt = NULL),
    PARAM(BYTES, struct io_args, bytes, "adds bytes / bandwidth to the service", .deflt = "0"),
    PARAM(INT, struct io_args, at, "position on the device", .deflt = "0",
          .max = INT64_C(1) << 53),
    PARAM(OPS, struct io_args, then, "on an event loop: started, and these ops called back",
          .deflt = NULL),
    PARAM(BOOL, struct io_args, sync, "on an event loop: blocks the whole loop",
          .deflt = "false"),
    PARAM_END,
};

static bool exec_io(struct sim *sim, struct task *t, const struct instr *in, struct step *out)
{
    const struct io_args *a = in->arg.ptr;

    *out = (struct step){.kind = STEP_IO,
                         .device = a->io,
                         .time = a->time ? task_draw(sim, t, a->time) : -1,
                         .bytes = a->bytes,
                         .at = a->at,
                         .sync = a->sync,
                         .place = in->place};
    return true;
}

static void compile_io(struct compiler *c, const void *args)
{
    const struct io_args *a = args;
    struct loop_op *op;

    if (!a->then.ops) {
        (void)emit(c, exec_io, args, 0);
        return;
    }
    op = loop_op_new(c, LOOP_IO, NULL);
    op->time = a->time;
    op->device = a->io;
    op->bytes = a->bytes;
    op->at = a->at;
    emit_loop_op(c, op, a->then, (struct op_list){0});
}

enum { OPTION_AT = 3, OPTION_THEN, OPTION_SYNC };

static int io_needs_loop(const void *args)
{
    const struct io_args *a = args;

    return a->then.ops ? OPTION_THEN : a->sync ? OPTION_SYNC : -1;
}

static bool io_waits(const void *args, const bool *programs)
{
    (void)programs;
    return io_needs_loop(args) < 0;
}

static int check_io(const struct scenario *sc, const void *args, char *buf, size_t size)
{
    const struct io_args *a = args;
    int64_t cylinders = a->io >= 0 ? sc->devices[a->io].cylinders : 0;

    if (cylinders > 0 && a->at >= cylinders) {
        (void)snprintf(buf, size, "of %" PRId64 " cylinders the last is %" PRId64, cylinders,
                       cylinders - 1);
        return OPTION_AT;
    }
    if (!a->then.ops || !a->sync)
        return -1;
    (void)snprintf(buf, size,
                   "\"sync\" blocks until the reply: \"then\" would have nothing to do");
    return OPTION_SYNC;
}

const struct op_def op_io = {
    .help = "one request to a device; the task waits for its reply",
    .source = "Source: POSIX.1-2017 read() on a descriptor without O_NONBLOCK",
    .params = io_params,
    .args_size = sizeof(struct io_args),
    .enters_kernel = true,
    .compile = compile_io,
    .check = check_io,
    .needs_loop = io_needs_loop,
    .waits = io_waits,
};
