/* cpu.c - compute. */
#include "models/ops/op.h"
#include "sim/program.h"

struct cpu_args {
    const struct dist *cpu;
    bool kernel;
};

static const struct param cpu_params[] = {
    PARAM(DIST, struct cpu_args, cpu, "how long, on a core of speed 1", .required = true),
    PARAM(BOOL, struct cpu_args, kernel, "count it as kernel time", .deflt = "false"),
    PARAM_END,
};

static bool exec_cpu(struct sim *sim, struct task *t, const struct instr *in, struct step *out)
{
    *out = (struct step){
        .kind = STEP_RUN, .kernel = in->target != 0, .time = task_draw(sim, t, in->arg.ptr)};
    return out->time > 0;
}

static void compile_cpu(struct compiler *c, const void *args)
{
    const struct cpu_args *a = args;

    (void)emit(c, exec_cpu, a->cpu, a->kernel);
}

const struct op_def op_cpu = {
    .help = "compute",
    .source =
        "Source: a CPU burst of Silberschatz, Galvin, Gagne, Operating System Concepts, 5.1.1",
    .params = cpu_params,
    .args_size = sizeof(struct cpu_args),
    .compile = compile_cpu,
};
