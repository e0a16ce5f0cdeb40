/* io.c - a request to a device, waited for. */
#include "models/ops/op.h"
#include "sim/program.h"

struct io_args {
    int32_t io;
    const struct dist *time;
    int64_t bytes;
    int64_t at;
};

static const struct param io_params[] = {
    PARAM(DEVICE, struct io_args, io, "the device", .required = true),
    PARAM(DIST, struct io_args, time, "its service time, instead of the device's own",
          .deflt = NULL),
    PARAM(BYTES, struct io_args, bytes, "adds bytes / bandwidth to the service", .deflt = "0"),
    PARAM(INT, struct io_args, at, "position on the device", .deflt = "0",
          .max = INT64_C(1) << 53),
    PARAM_END,
};

static bool exec_io(struct sim *sim, struct task *t, const struct instr *in, struct step *out)
{
    const struct io_args *a = in->arg.ptr;

    *out = (struct step){.kind = STEP_IO,
                         .device = a->io,
                         .time = a->time ? task_draw(sim, t, a->time) : -1,
                         .bytes = a->bytes};
    return true;
}

static void compile_io(struct compiler *c, const void *args)
{
    (void)emit(c, exec_io, args, 0);
}

const struct op_def op_io = {
    .help = "one request to a device; the task waits for its reply",
    .source = "Source: POSIX.1-2017 read() on a descriptor without O_NONBLOCK",
    .params = io_params,
    .args_size = sizeof(struct io_args),
    .enters_kernel = true,
    .compile = compile_io,
};
