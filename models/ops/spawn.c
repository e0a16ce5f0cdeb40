/* spawn.c - children: spawn and join. */
#include "models/ops/op.h"
#include "sim/program.h"

struct spawn_args {
    int32_t spawn;
    const char *as;
};

static const struct param spawn_params[] = {
    PARAM(PROGRAM, struct spawn_args, spawn, "the program the child runs", .required = true),
    PARAM(NAME, struct spawn_args, as, "the child's name, for join (the program's name)",
          .deflt = NULL),
    PARAM_END,
};

static bool exec_spawn(struct sim *sim, struct task *t, const struct instr *in,
                       struct step *out)
{
    (void)out;
    if (task_rehearses(sim))
        return false;
    task_spawn(sim, t, (int32_t)in->target, in->arg.ptr);
    return false;
}

static void compile_spawn(struct compiler *c, const void *args)
{
    const struct spawn_args *a = args;

    emit_kernel_time(c, c->sc->machine.thread_create);
    (void)emit(c, exec_spawn, a->as ? a->as : c->sc->programs[a->spawn].name,
               (uint32_t)a->spawn);
}

const struct op_def op_spawn = {
    .help = "start a program as a task of its own; it has this task's executor, priority and "
            "locals (at their first values), and is called parent/child",
    .source = "Source: POSIX.1-2017 pthread_create()",
    .params = spawn_params,
    .args_size = sizeof(struct spawn_args),
    .enters_kernel = true,
    .compile = compile_spawn,
};

struct join_args {
    const char *join;
};

static const struct param join_params[] = {
    PARAM(NAME, struct join_args, join, "the child's name", .required = true),
    PARAM_END,
};

static bool exec_join(struct sim *sim, struct task *t, const struct instr *in, struct step *out)
{
    struct brood *b = task_brood(t, in->arg.ptr);

    if (!b)
        return task_fault(sim, t, in, out, "has spawned no \"%s\" to join",
                          (const char *)in->arg.ptr);
    if (b->live == 0) {
        task_joined(sim, t, b);
        return false;
    }
    *out = (struct step){.kind = STEP_JOIN, .brood = b, .place = in->place};
    return true;
}

static void compile_join(struct compiler *c, const void *args)
{
    (void)emit(c, exec_join, ((const struct join_args *)args)->join, 0);
}

const struct op_def op_join = {
    .help = "wait until every child spawned under this name has ended",
    .source = "Source: POSIX.1-2017 pthread_join()",
    .params = join_params,
    .args_size = sizeof(struct join_args),
    .compile = compile_join,
    .waits = op_always_waits,
};
