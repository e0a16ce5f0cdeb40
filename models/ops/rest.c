/* rest.c - giving the core up: sleep and yield. */
#include "models/ops/op.h"
#include "sim/program.h"

struct sleep_args {
    const struct dist *sleep;
};

static const struct param sleep_params[] = {
    PARAM(DIST, struct sleep_args, sleep, "how long", .required = true),
    PARAM_END,
};

static bool exec_sleep(struct sim *sim, struct task *t, const struct instr *in,
                       struct step *out)
{
    *out = (struct step){
        .kind = STEP_SLEEP, .time = task_draw(sim, t, in->arg.ptr), .place = in->place};
    return true;
}

static void compile_sleep(struct compiler *c, const void *args)
{
    (void)emit(c, exec_sleep, ((const struct sleep_args *)args)->sleep, 0);
}

const struct op_def op_sleep = {
    .help = "wait for a time to pass; a sleep of 0 goes to the back of the queue",
    .source = "Source: POSIX.1-2017 nanosleep(); differs: wakes at the very instant",
    .params = sleep_params,
    .args_size = sizeof(struct sleep_args),
    .enters_kernel = true,
    .compile = compile_sleep,
    .waits = op_always_waits,
};

struct yield_args {
    bool yield;
};

static const struct param yield_params[] = {
    PARAM(TRUE, struct yield_args, yield, "always true", .required = true),
    PARAM_END,
};

static bool exec_yield(struct sim *sim, struct task *t, const struct instr *in,
                       struct step *out)
{
    (void)sim;
    (void)t;
    *out = (struct step){.kind = STEP_YIELD, .place = in->place};
    return true;
}

static void compile_yield(struct compiler *c, const void *args)
{
    (void)args;
    (void)emit(c, exec_yield, NULL, 0);
}

const struct op_def op_yield = {
    .help = "go to the back of the queue; goes on at once where nobody waits",
    .source = "Source: POSIX.1-2017 sched_yield()",
    .params = yield_params,
    .args_size = sizeof(struct yield_args),
    .enters_kernel = true,
    .compile = compile_yield,
    .waits = op_always_waits,
};
