/* throw.c - throw, try: exceptions. */
#include "models/ops/op_text.h"

/* ---- throw ------------------------------------------------------------------------------ */

struct throw_args {
    const char *text;
};

static const struct param throw_params[] = {
    PARAM_AS("throw", TEXT, struct throw_args, text,
             "what is thrown; ${expression} stands for its value", .required = true),
    PARAM_END,
};

/* On to whoever catches it; true: nobody of this task's program, and `out` says so. */
static bool throw_words(struct sim *sim, struct task *t, const struct instr *in,
                        struct step *out, struct words *w)
{
    if (task_throw(sim, t, w))
        return false;
    *out = (struct step){.kind = STEP_THROW, .words = w, .place = in->place};
    return true;
}

static bool exec_throw(struct sim *sim, struct task *t, const struct instr *in,
                       struct step *out)
{
    struct words *w = text_words(sim, t, in, out, in->arg.ptr);

    return !w || throw_words(sim, t, in, out, w);
}

static void compile_throw(struct compiler *c, const void *args)
{
    (void)emit(c, exec_throw, text_compile(c, ((const struct throw_args *)args)->text), 0);
}

static int check_throw(const struct scenario *sc, const void *args, char *buf, size_t size)
{
    (void)sc;
    return text_check(((const struct throw_args *)args)->text, buf, size) ? -1 : 0;
}

const struct op_def op_throw = {
    .help =
        "throw an exception; where nobody catches it: a fault that ends the task, and on an "
        "event loop the process with all its tasks (in a browser, nothing else)",
    .source = "Source: ECMA-262 14.14, the throw statement",
    .params = throw_params,
    .args_size = sizeof(struct throw_args),
    .compile = compile_throw,
    .check = check_throw,
};

/* ---- try --------------------------------------------------------------------------------- */

struct try_args {
    struct op_list ops, caught, finally;
};

static const struct param try_params[] = {
    PARAM_AS("try", OPS, struct try_args, ops, "what may throw", .required = true),
    PARAM_AS("catch", OPS, struct try_args, caught,
             "what runs then; ${error} is what was thrown or rejected with", .deflt = NULL),
    PARAM_AS("finally", OPS, struct try_args, finally, "what runs in any case", .deflt = NULL),
    PARAM_END,
};

static bool exec_try(struct sim *sim, struct task *t, const struct instr *in, struct step *out)
{
    (void)sim;
    (void)out;
    task_try(t, in->target);
    return false;
}

static bool exec_tried(struct sim *sim, struct task *t, const struct instr *in,
                       struct step *out)
{
    (void)sim;
    (void)out;
    task_tried(t);
    if (in->arg.number) /* a `finally` follows, and nothing was thrown */
        task_catch(t, NULL, false);
    return false;
}

static bool exec_skip(struct sim *sim, struct task *t, const struct instr *in, struct step *out)
{
    (void)sim;
    (void)out;
    t->pc = in->target;
    return false;
}

static bool exec_caught(struct sim *sim, struct task *t, const struct instr *in,
                        struct step *out)
{
    (void)sim;
    (void)in;
    (void)out;
    words_drop(task_caught_over(t));
    return false;
}

/* What was thrown into a `finally` has no name there. */
static bool exec_thrown(struct sim *sim, struct task *t, const struct instr *in,
                        struct step *out)
{
    (void)sim;
    (void)in;
    (void)out;
    task_catch(t, task_caught_over(t), false);
    return false;
}

/* And goes on behind it. */
static bool exec_finally(struct sim *sim, struct task *t, const struct instr *in,
                         struct step *out)
{
    struct words *w = task_caught_over(t);

    return w && throw_words(sim, t, in, out, w);
}

/* Its place in the file is the op's own, whatever was compiled in between. */
static uint32_t emit_at(struct compiler *c, uint32_t place, exec_fn *exec, int64_t number)
{
    c->place = place;
    return emit_number(c, exec, number, 0);
}

/*     [try F] [try C] body [tried] [skip A] C: catch [caught] A: [tried] [skip L] F: [thrown]
 *     L: finally [finally]                                                                */
static void compile_try(struct compiler *c, const void *args)
{
    const struct try_args *a = args;
    bool catches = a->caught.ops || !a->finally.ops, always = a->finally.ops != NULL;
    uint32_t place = c->place, outer = 0, inner = 0, skip;

    if (always)
        outer = emit_at(c, place, exec_try, 0);
    if (catches)
        inner = emit_at(c, place, exec_try, 0);
    emit_ops(c, a->ops);
    if (catches) {
        (void)emit_at(c, place, exec_tried, 0);
        skip = emit_at(c, place, exec_skip, 0);
        emit_target(c, inner, emit_here(c));
        emit_ops(c, a->caught);
        (void)emit_at(c, place, exec_caught, 0);
        emit_target(c, skip, emit_here(c));
    }
    if (!always)
        return;
    (void)emit_at(c, place, exec_tried, 1);
    skip = emit_at(c, place, exec_skip, 0);
    emit_target(c, outer, emit_here(c));
    (void)emit_at(c, place, exec_thrown, 0);
    emit_target(c, skip, emit_here(c));
    emit_ops(c, a->finally);
    (void)emit_at(c, place, exec_finally, 0);
}

const struct op_def op_try = {
    .help = "catch what is thrown: by throw, or by an await whose promise is rejected; without "
            "catch and finally it is caught and forgotten; a fault is not thrown",
    .source = "Source: ECMA-262 14.15, the try statement",
    .params = try_params,
    .args_size = sizeof(struct try_args),
    .compile = compile_try,
};
