/* wait.c - waiting for a semaphore, or for a condition with its mutex.
 *
 * On a condition it is two instructions: give the mutex back and wait; woken, lock it again,
 * as any other would. */
#include "models/ops/sync_ops.h"
#include "sim/program.h"

struct wait_args {
    int32_t wait;
    int32_t with;
};

static const struct param wait_params[] = {
    PARAM(SYNC, struct wait_args, wait, "the semaphore, or the condition", .required = true),
    PARAM(SYNC, struct wait_args, with,
          "a condition's mutex, which this task holds: given back while it waits",
          .deflt = "none"),
    PARAM_END,
};

enum { OPTION_WITH = 1 };

/* Whatever can be signalled is waited for with a mutex. */
static bool is_condition(const struct scenario *sc, int32_t object)
{
    return sc->syncs[object].model->ask[SYNC_SIGNAL] != NULL;
}

static int wait_check(const struct scenario *sc, const void *args, char *buf, size_t size)
{
    const struct wait_args *a = args;
    int wrong = sync_op_check(sc, a->wait, SYNC_WAIT, buf, size);

    if (wrong >= 0)
        return wrong;
    if (!is_condition(sc, a->wait) && a->with >= 0) {
        (void)snprintf(buf, size, "\"%s\" is a %s, which is waited for without a mutex",
                       sc->syncs[a->wait].name, sc->syncs[a->wait].model->name);
        return OPTION_WITH;
    }
    if (is_condition(sc, a->wait) && a->with < 0) {
        (void)snprintf(buf, size,
                       "\"%s\" is a %s: a wait for it names the mutex that it gives back, "
                       "\"with\"",
                       sc->syncs[a->wait].name, sc->syncs[a->wait].model->name);
        return 0;
    }
    if (is_condition(sc, a->wait) && !sc->syncs[a->with].model->guards) {
        (void)snprintf(buf, size, "\"%s\" is a %s: a condition is waited for with a mutex",
                       sc->syncs[a->with].name, sc->syncs[a->with].model->name);
        return OPTION_WITH;
    }
    return -1;
}

static bool exec_wait(struct sim *sim, struct task *t, const struct instr *in, struct step *out)
{
    struct sync_call call = {.verb = SYNC_WAIT};

    return task_ask(sim, t, in, out, ((const struct wait_args *)in->arg.ptr)->wait, &call);
}

static bool exec_wait_with(struct sim *sim, struct task *t, const struct instr *in,
                           struct step *out)
{
    const struct wait_args *a = in->arg.ptr;
    struct sync_call call = {.verb = SYNC_WAIT, .paid = true, .mutex = task_sync(sim, a->with)};

    return task_ask(sim, t, in, out, a->wait, &call);
}

static bool exec_relock(struct sim *sim, struct task *t, const struct instr *in,
                        struct step *out)
{
    struct sync_call call = {.verb = SYNC_LOCK};

    return task_ask(sim, t, in, out, ((const struct wait_args *)in->arg.ptr)->with, &call);
}

static void compile_wait(struct compiler *c, const void *args)
{
    if (!is_condition(c->sc, ((const struct wait_args *)args)->wait)) {
        (void)emit(c, exec_wait, args, 0);
        return;
    }
    emit_kernel_time(c, c->sc->machine.syscall);
    (void)emit(c, exec_wait_with, args, 0);
    (void)emit(c, exec_relock, args, 0);
}

const struct op_def op_wait = {
    .help = "take one from a semaphore's count, or wait for it; or wait for a condition",
    .source = "Source: POSIX.1-2017 sem_wait(), pthread_cond_wait()",
    .params = wait_params,
    .args_size = sizeof(struct wait_args),
    .compile = compile_wait,
    .check = wait_check,
};
