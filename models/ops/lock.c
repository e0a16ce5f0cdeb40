/* lock.c - owning a sync object for a while: lock, trylock, unlock. */
#include "models/ops/sync_ops.h"
#include "sim/program.h"

enum mode { MODE_WRITE, MODE_READ };

static const char *const mode_names[] = {"write", "read", NULL};

struct lock_args {
    int32_t lock;
    int32_t mode;
};

static const struct param lock_params[] = {
    PARAM(SYNC, struct lock_args, lock, "what to lock", .required = true),
    PARAM(ENUM, struct lock_args, mode, "a rwlock's: alone, or together with other readers",
          .choices = mode_names, .deflt = "write"),
    PARAM_END,
};

static int lock_check(const struct scenario *sc, const void *args, char *buf, size_t size)
{
    return sync_op_check(sc, ((const struct lock_args *)args)->lock, SYNC_LOCK, buf, size);
}

static bool exec_lock(struct sim *sim, struct task *t, const struct instr *in, struct step *out)
{
    const struct lock_args *a = in->arg.ptr;
    struct sync_call call = {.verb = SYNC_LOCK, .shared = a->mode == MODE_READ};

    return task_ask(sim, t, in, out, a->lock, &call);
}

static void compile_lock(struct compiler *c, const void *args)
{
    (void)emit(c, exec_lock, args, 0);
}

const struct op_def op_lock = {
    .help =
        "own a mutex, spinlock or rwlock; waits where another does; one that waits enters the "
        "kernel",
    .source = "Source: POSIX.1-2017 pthread_mutex_lock(), pthread_spin_lock(), "
              "pthread_rwlock_rdlock(), "
              "pthread_rwlock_wrlock()",
    .params = lock_params,
    .args_size = sizeof(struct lock_args),
    .compile = compile_lock,
    .check = lock_check,
};

struct trylock_args {
    int32_t trylock;
    int32_t mode;
    const char *into;
};

struct trylock_code {
    int32_t object;
    uint32_t var;
    bool shared;
};

static const struct param trylock_params[] = {
    PARAM(SYNC, struct trylock_args, trylock, "what to lock", .required = true),
    PARAM(NAME, struct trylock_args, into,
          "the variable that is 1 then, or 0 where another has it", .required = true),
    PARAM(ENUM, struct trylock_args, mode, "a rwlock's: alone, or together with other readers",
          .choices = mode_names, .deflt = "write"),
    PARAM_END,
};

static int trylock_check(const struct scenario *sc, const void *args, char *buf, size_t size)
{
    return sync_op_check(sc, ((const struct trylock_args *)args)->trylock, SYNC_LOCK, buf,
                         size);
}

static bool exec_trylock(struct sim *sim, struct task *t, const struct instr *in,
                         struct step *out)
{
    const struct trylock_code *code = in->arg.ptr;
    struct sync_call call = {.verb = SYNC_LOCK, .shared = code->shared, .tries_once = true};

    return task_ask(sim, t, in, out, code->object, &call) ||
           task_store(sim, t, in, out, code->var, !call.busy);
}

static void compile_trylock(struct compiler *c, const void *args)
{
    const struct trylock_args *a = args;
    struct trylock_code *code = compile_alloc(c, sizeof(*code));

    code->object = a->trylock;
    code->shared = a->mode == MODE_READ;
    code->var = compile_var(c, a->into);
    (void)emit(c, exec_trylock, code, 0);
}

const struct op_def op_trylock = {
    .help = "as lock where that goes at once; says whether it did, and never waits",
    .source = "Source: POSIX.1-2017 pthread_mutex_trylock(); differs: a task that holds it "
              "already gets 0",
    .params = trylock_params,
    .args_size = sizeof(struct trylock_args),
    .compile = compile_trylock,
    .check = trylock_check,
};

struct unlock_args {
    int32_t unlock;
};

static const struct param unlock_params[] = {
    PARAM(SYNC, struct unlock_args, unlock, "what this task has locked", .required = true),
    PARAM_END,
};

static int unlock_check(const struct scenario *sc, const void *args, char *buf, size_t size)
{
    return sync_op_check(sc, ((const struct unlock_args *)args)->unlock, SYNC_UNLOCK, buf,
                         size);
}

static bool exec_unlock(struct sim *sim, struct task *t, const struct instr *in,
                        struct step *out)
{
    struct sync_call call = {.verb = SYNC_UNLOCK};

    return task_ask(sim, t, in, out, ((const struct unlock_args *)in->arg.ptr)->unlock, &call);
}

static void compile_unlock(struct compiler *c, const void *args)
{
    (void)emit(c, exec_unlock, args, 0);
}

const struct op_def op_unlock = {
    .help = "own it no longer; a fault where this task does not",
    .source = "Source: POSIX.1-2017 pthread_mutex_unlock(), pthread_rwlock_unlock()",
    .params = unlock_params,
    .args_size = sizeof(struct unlock_args),
    .compile = compile_unlock,
    .check = unlock_check,
};
