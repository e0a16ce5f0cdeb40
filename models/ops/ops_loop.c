/* ops_loop.c - how the ops of event loops are compiled. */
#include "models/ops/op_loop.h"

static bool exec_call(struct sim *sim, struct task *t, const struct instr *in, struct step *out)
{
    const struct loop_op *op = in->arg.ptr;

    *out = (struct step){.kind = STEP_LOOP,
                         .call = &op->call,
                         .time = op->time ? task_draw(sim, t, op->time) : -1,
                         .device = op->device,
                         .bytes = op->bytes,
                         .at = op->at,
                         .place = in->place};
    return true;
}

static bool exec_jump(struct sim *sim, struct task *t, const struct instr *in, struct step *out)
{
    (void)sim;
    (void)out;
    t->pc = in->target;
    return false;
}

/* A callback ends itself only, not its task. */
static bool exec_return(struct sim *sim, struct task *t, const struct instr *in,
                        struct step *out)
{
    (void)sim;
    (void)t;
    (void)in;
    *out = (struct step){.kind = STEP_END};
    return true;
}

struct loop_op *loop_op_new(struct compiler *c, enum loop_verb verb, const char *name)
{
    struct loop_op *op = compile_alloc(c, sizeof(*op));

    op->call.verb = verb;
    op->call.name = name;
    op->device = -1;
    return op;
}

static uint32_t emit_body(struct compiler *c, struct op_list ops)
{
    uint32_t entry = emit_here(c), place = c->place;

    if (!ops.ops)
        return 0;
    emit_async(c, entry, ops);
    emit_ops(c, ops);
    c->place = place;
    (void)emit(c, exec_return, NULL, 0);
    return entry;
}

void emit_loop_op(struct compiler *c, struct loop_op *op, struct op_list ops,
                  struct op_list rejected)
{
    uint32_t jump;

    (void)emit(c, exec_call, op, 0);
    if (!ops.ops && !rejected.ops)
        return;
    jump = emit(c, exec_jump, NULL, 0);
    op->call.entry = emit_body(c, ops);
    op->call.rejected = emit_body(c, rejected);
    emit_target(c, jump, emit_here(c));
}

int loop_op_needs_loop(const void *args)
{
    (void)args;
    return 0;
}

const char loop_op_no_unref[] = "a page stays, whether timers are pending or not: leave it out";
