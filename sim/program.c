#include "sim/program.h"

#include "models/ops/op.h"
#include "sim/world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ZERO_OPS_MAX = 1000000, /* of one task without time passing: an endless loop */
    CALLS_MAX = 10000       /* frames of one task */
};

/* ---- compiling -------------------------------------------------------------------- */

uint32_t emit(struct compiler *c, exec_fn *exec, const void *ptr, uint32_t target)
{
    if (c->n == c->room) {
        c->room = c->room ? 2 * c->room : 64;
        c->code = sim_realloc(c->code, c->room * sizeof(*c->code));
    }
    c->code[c->n] =
        (struct instr){.exec = exec, .arg.ptr = ptr, .target = target, .place = c->place};
    return c->n++;
}

uint32_t emit_number(struct compiler *c, exec_fn *exec, int64_t number, uint32_t target)
{
    uint32_t at = emit(c, exec, NULL, target);

    c->code[at].arg.number = number;
    return at;
}

uint32_t emit_here(const struct compiler *c)
{
    return c->n;
}

void emit_target(struct compiler *c, uint32_t at, uint32_t target)
{
    sim_assert(at < c->n);
    c->code[at].target = target;
}

void emit_ops(struct compiler *c, struct op_list ops)
{
    for (uint32_t i = 0; i < ops.n; i++) {
        const struct op *op = &ops.ops[i];

        c->place = op->place;
        if (op->def->enters_kernel)
            emit_kernel_time(c, c->sc->machine.syscall);
        op->def->compile(c, op->args);
    }
}

void emit_async(struct compiler *c, uint32_t entry, struct op_list ops)
{
    if (!ops_wait(ops, c->waits))
        return;
    if (c->nasync == c->async_room) {
        c->async_room = c->async_room ? 2 * c->async_room : 16;
        c->async = sim_realloc(c->async, c->async_room * sizeof(*c->async));
    }
    c->async[c->nasync++] = entry;
}

static bool exec_kernel_time(struct sim *sim, struct task *t, const struct instr *in,
                             struct step *out)
{
    (void)sim;
    (void)t;
    *out = (struct step){.kind = STEP_RUN, .kernel = true, .time = in->arg.number};
    return true;
}

void emit_kernel_time(struct compiler *c, sim_time time)
{
    if (time > 0)
        (void)emit_number(c, exec_kernel_time, time, 0);
}

void *compile_alloc(struct compiler *c, size_t bytes)
{
    return arena_alloc(c->mem, bytes);
}

uint32_t compile_var(struct compiler *c, const char *name)
{
    for (uint32_t i = 0; i < c->nnames; i++) {
        if (strcmp(c->names[i], name) == 0)
            return i;
    }
    if (c->nnames == c->names_room) {
        c->names_room = c->names_room ? 2 * c->names_room : 16;
        c->names = sim_realloc(c->names, c->names_room * sizeof(*c->names));
    }
    c->names[c->nnames] = arena_strdup(c->mem, name);
    return c->nnames++;
}

struct var_expr compile_expr(struct compiler *c, const char *text)
{
    char message[200];
    size_t offset;
    struct var_expr e = {expr_compile(c->mem, text, message, sizeof(message), &offset), NULL};
    uint32_t *names;

    sim_assert(e.expr); /* the reader has checked it */
    names = arena_alloc(c->mem, (expr_nnames(e.expr) + 1) * sizeof(*names));
    for (uint32_t i = 0; i < expr_nnames(e.expr); i++)
        names[i] = compile_var(c, expr_name(e.expr, i));
    e.names = names;
    return e;
}

/* ---- calls ---------------------------------------------------------------------------- */

static int32_t loop_of(const struct sim *sim, const struct thread *th)
{
    const struct executor *ex = &sim->executors[th->executor];

    return ex->model->loop_of ? ex->model->loop_of(ex, th) : -1;
}

/* The call that will return to `pc`. */
static void tell_frame(const struct sim *sim, const struct task *t, int64_t pc, bool entered)
{
    const struct instr *call = &sim->code.instr[pc - 1];
    struct trace_rec rec = {sim->eng.now,
                            TR_FRAME,
                            loop_of(sim, t->thread),
                            (int32_t)t->slot,
                            entered,
                            (int64_t)call->place,
                            sim->sc->programs[call->target].name};

    trace_tell(sim->trace, &rec);
}

bool task_call(struct sim *sim, struct task *t, const struct instr *in)
{
    struct task_ctx *ctx = task_ctx(t);

    if (ctx->calls == CALLS_MAX)
        return false;
    task_push(t, ctx->frame);
    task_push(t, t->pc);
    ctx->frame = ctx->sp;
    ctx->calls++;
    if (trace_wants(sim->trace, TR_FRAME))
        tell_frame(sim, t, t->pc, true);
    t->pc = sim->code.entry[in->target];
    return true;
}

static void task_return(struct sim *sim, struct task *t)
{
    struct task_ctx *ctx = t->ctx;

    sim_assert(ctx->frame == ctx->sp);
    t->pc = (uint32_t)task_pop(t);
    ctx->frame = (uint32_t)task_pop(t);
    ctx->calls--;
    if (trace_wants(sim->trace, TR_FRAME))
        tell_frame(sim, t, t->pc, false);
}

void task_unwind(struct sim *sim, struct task *t, uint32_t sp)
{
    struct task_ctx *ctx = t->ctx;

    while (ctx->calls > 0 && ctx->frame > sp) {
        ctx->sp = ctx->frame;
        task_return(sim, t);
    }
    ctx->sp = sp;
}

void task_frames(const struct sim *sim, const struct task *t, const int64_t *stack,
                 uint32_t calls, uint32_t frame, bool entered)
{
    int64_t *returns;

    if (calls == 0 || !trace_wants(sim->trace, TR_FRAME))
        return;
    returns = sim_malloc(calls * sizeof(*returns));
    for (uint32_t i = 0; i < calls; i++) {
        returns[i] = stack[frame - 1];
        frame = (uint32_t)stack[frame - 2];
    }
    sim_assert(frame == 0);
    for (uint32_t i = 0; i < calls; i++)
        tell_frame(sim, t, returns[entered ? calls - 1 - i : i], entered);
    free(returns);
}

/* ---- the end of a program: back to the caller, on to the next job, or the end ------------- */

static bool exec_end(struct sim *sim, struct task *t, const struct instr *in, struct step *out)
{
    const struct task_spec *spec = &sim->sc->tasks[t->spec];
    struct task_ctx *ctx = t->ctx;
    sim_time late;

    (void)in;
    if (ctx && ctx->calls > 0) {
        task_return(sim, t);
        return false;
    }
    *out = (struct step){.kind = STEP_END};
    if ((spec->period == 0 && spec->deadline == 0) || (ctx && ctx->of))
        return true;
    ctx = task_ctx(t);
    late = sim->eng.now - ctx->release - (spec->deadline > 0 ? spec->deadline : spec->period);
    trace_emit(sim->trace, sim->eng.now, TR_JOB, -1, (int32_t)t->slot, late, ctx->job);
    if (spec->period == 0 || ctx->job == spec->jobs)
        return true;
    ctx->job++;
    ctx->release = time_add(ctx->release, spec->period);
    t->pc = sim->code.entry[spec->program];
    if (ctx->release > sim->eng.now || task_rehearses(sim)) {
        *out = (struct step){.kind = STEP_PERIOD,
                             .time = ctx->release - sim->eng.now,
                             .place = sim->code.instr[t->pc].place};
        return true;
    }
    machine_next_job(&sim->machine, t->thread);
    return false;
}

int64_t task_place(const struct sim *sim, const struct task *t)
{
    const struct instr *in = &sim->code.instr[t->pc];

    return in->exec == exec_end ? -1 : (int64_t)in->place;
}

static const int32_t *resolve_shared(const struct compiler *c)
{
    int32_t *shared = arena_alloc(c->mem, (c->nnames + 1) * sizeof(*shared));

    for (uint32_t i = 0; i < c->nnames; i++) {
        shared[i] = -1;
        for (uint32_t v = 0; v < c->sc->nvars; v++) {
            if (strcmp(c->sc->vars[v].name, c->names[i]) == 0)
                shared[i] = (int32_t)v;
        }
    }
    return shared;
}

static const int32_t *resolve_locals(const struct compiler *c)
{
    size_t n = (size_t)c->sc->ntasks * c->nnames;
    int32_t *locals;
    bool any = false;

    for (int32_t s = 0; s < c->sc->ntasks; s++)
        any = any || c->sc->tasks[s].nlocals > 0;
    if (!any || n == 0)
        return NULL;
    locals = arena_alloc(c->mem, n * sizeof(*locals));
    for (size_t k = 0; k < n; k++) {
        const struct task_spec *spec = &c->sc->tasks[k / c->nnames];

        locals[k] = -1;
        for (uint32_t l = 0; l < spec->nlocals; l++) {
            if (strcmp(spec->locals[l].name, c->names[k % c->nnames]) == 0)
                locals[k] = (int32_t)l;
        }
    }
    return locals;
}

/* Of the random stream of a task with this name; its beginning, as it may be long. */
static uint64_t stream_name(const char *task)
{
    char name[TASK_NAME_SIZE + 8];

    (void)snprintf(name, sizeof(name), "task/%s", task);
    return rng_name(name);
}

static const uint64_t *name_streams(struct arena *mem, const struct scenario *sc)
{
    int32_t n = sc->ntasks + sc->nhelpers;
    uint64_t *streams = arena_alloc(mem, ((size_t)n + 1) * sizeof(*streams));

    for (int32_t i = 0; i < n; i++)
        streams[i] = stream_name(sc->tasks[i].name);
    return streams;
}

void code_compile(struct code *code, struct arena *mem, const struct scenario *sc)
{
    struct compiler c = {.mem = mem, .sc = sc};
    uint32_t *entry = arena_alloc(mem, ((size_t)sc->nprograms + 1) * sizeof(*entry)), *async;
    bool *waits = arena_alloc(mem, (size_t)sc->nprograms + 1);
    struct instr *instr;
    const char **names;

    programs_wait(sc, waits);
    c.waits = waits;
    for (int32_t i = 0; i < sc->nprograms; i++) {
        entry[i] = c.n;
        emit_async(&c, c.n, sc->programs[i].ops);
        emit_ops(&c, sc->programs[i].ops);
        (void)emit(&c, exec_end, NULL, 0);
    }
    instr = arena_alloc(mem, (c.n + 1) * sizeof(*instr));
    names = arena_alloc(mem, (c.nnames + 1) * sizeof(*names));
    async = arena_alloc(mem, (c.nasync + 1) * sizeof(*async));
    if (c.nasync > 0)
        memcpy(async, c.async, c.nasync * sizeof(*async));
    if (c.n > 0)
        memcpy(instr, c.code, c.n * sizeof(*instr));
    if (c.nnames > 0)
        memcpy(names, c.names, c.nnames * sizeof(*names));
    *code = (struct code){instr,
                          entry,
                          async,
                          c.nasync,
                          name_streams(mem, sc),
                          names,
                          c.nnames,
                          resolve_shared(&c),
                          resolve_locals(&c)};
    free(c.code);
    free(c.async);
    free(c.names);
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

bool code_is_async(const struct code *code, uint32_t entry)
{
    return bsearch(&entry, code->async, code->nasync, sizeof(*code->async), by_number) != NULL;
}

/* ---- executing --------------------------------------------------------------------- */

bool task_fault(struct sim *sim, struct task *t, const struct instr *in, struct step *out,
                const char *fmt, ...)
{
    char text[400];
    va_list args;
    int32_t core = t->thread ? t->thread->core : -1;
    struct trace_rec rec = {
        sim->eng.now, TR_FAULT, core, (int32_t)t->slot, in ? (int64_t)in->place : -1, 0, text};

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    sim->faults++;
    if (trace_wants(sim->trace, TR_FAULT))
        trace_tell(sim->trace, &rec);
    *out = (struct step){.kind = STEP_END, .fault = true};
    return true;
}

void task_uncaught(struct sim *sim, struct task *t, struct step *out)
{
    struct words *w = out->words;
    struct instr at = {.place = out->place};

    (void)task_fault(sim, t, &at, out, "nobody catches \"%s\"", w->text);
    words_drop(w);
}

void task_next(struct sim *sim, struct task *t, struct step *out)
{
    const struct instr *code = sim->code.instr;

    for (int i = 0; i < ZERO_OPS_MAX; i++) {
        const struct instr *in = &code[t->pc++];

        if (in->exec(sim, t, in, out))
            return;
    }
    (void)task_fault(sim, t, &code[t->pc], out,
                     "%d ops and no time has passed: an endless loop", (int)ZERO_OPS_MAX);
}

sim_time task_draw(struct sim *sim, struct task *t, const struct dist *d)
{
    uint32_t *cursors = NULL;

    if (LIKELY(d->kind == DIST_CONST))
        return d->a;
    if (!(t->flags & TASK_SEEDED)) {
        bool named = t->ctx && t->ctx->name;

        t->rng = rng_stream_of(sim->sc->seed,
                               named ? stream_name(t->ctx->name) : sim->code.streams[t->spec],
                               t->copy);
        t->flags |= TASK_SEEDED;
    }
    if (d->kind == DIST_LIST) {
        struct task_ctx *ctx = task_ctx(t);

        if (!ctx->cursors)
            ctx->cursors = sim_calloc(sim->sc->ncursors, sizeof(*ctx->cursors));
        cursors = ctx->cursors;
    }
    return dist_draw(d, &t->rng, cursors);
}

bool task_wants_log(const struct sim *sim)
{
    return trace_wants(sim->trace, TR_LOG) || trace_wants(sim->trace, TR_ACCESS);
}

void task_log(struct sim *sim, struct task *t, const char *text)
{
    struct trace_rec rec = {sim->eng.now, TR_LOG, t->thread->core, (int32_t)t->slot, 0, 0,
                            text};

    if (trace_wants(sim->trace, TR_LOG))
        trace_tell(sim->trace, &rec);
}

struct task_ctx *task_ctx(struct task *t)
{
    if (!t->ctx)
        t->ctx = sim_calloc(1, sizeof(*t->ctx));
    return t->ctx;
}

/* The stack as memory of its own, with room for `room`. */
static void stack_resize(struct task_ctx *ctx, uint32_t room)
{
    int64_t *before = ctx->stack == ctx->few ? NULL : ctx->stack;
    int64_t *stack = sim_realloc(before, room * sizeof(*stack));

    if (ctx->stack == ctx->few)
        memcpy(stack, ctx->few, ctx->sp * sizeof(*stack));
    ctx->stack = stack;
    ctx->room = room;
}

void task_stack_out(struct task_ctx *ctx)
{
    if (ctx->stack != ctx->few)
        return;
    if (ctx->sp > 0) {
        stack_resize(ctx, ctx->room);
    } else {
        ctx->stack = NULL;
        ctx->room = 0;
    }
}

void task_stack_free(struct task_ctx *ctx)
{
    if (ctx->stack != ctx->few)
        free(ctx->stack);
    ctx->stack = NULL;
}

void task_push(struct task *t, int64_t value)
{
    struct task_ctx *ctx = task_ctx(t);

    if (!ctx->stack) {
        ctx->stack = ctx->few;
        ctx->room = STACK_FEW;
    } else if (ctx->sp == ctx->room) {
        stack_resize(ctx, 2 * ctx->room);
    }
    ctx->stack[ctx->sp++] = value;
}

int64_t task_pop(struct task *t)
{
    sim_assert(t->ctx);
    sim_assert(t->ctx->sp > 0);
    return t->ctx->stack[--t->ctx->sp];
}

int64_t *task_top(struct task *t)
{
    sim_assert(t->ctx);
    sim_assert(t->ctx->sp > 0);
    return &t->ctx->stack[t->ctx->sp - 1];
}

/* The task's own copy of its locals, made at the first use. */
static int64_t *local_values(struct sim *sim, struct task *t)
{
    struct task_ctx *ctx = task_ctx(t);

    if (!ctx->locals) {
        const struct task_spec *spec = &sim->sc->tasks[t->spec];

        ctx->locals = sim_calloc(spec->nlocals, sizeof(*ctx->locals));
        for (uint32_t i = 0; i < spec->nlocals; i++)
            ctx->locals[i] = spec->locals[i].value;
    }
    return ctx->locals;
}

int64_t *task_var(struct sim *sim, struct task *t, uint32_t var, enum var_scope *scope)
{
    const struct code *code = &sim->code;

    sim_assert(var < code->nnames);
    if (code->locals) {
        int32_t local = code->locals[(size_t)t->spec * code->nnames + var];

        if (local >= 0) {
            *scope = VAR_LOCAL;
            return &local_values(sim, t)[local];
        }
    }
    if (code->shared[var] >= 0) {
        *scope = VAR_SHARED;
        return &sim->vars[code->shared[var]];
    }
    *scope = VAR_UNKNOWN;
    return NULL;
}

const char *task_var_name(const struct sim *sim, uint32_t var)
{
    return sim->code.names[var];
}

void task_accesses(const struct sim *sim, const struct task *t, const struct instr *in,
                   uint32_t var, enum access_how how)
{
    trace_emit(sim->trace, sim->eng.now, TR_ACCESS, sim->code.shared[var], (int32_t)t->slot,
               how, (int64_t)in->place);
}

bool task_store(struct sim *sim, struct task *t, const struct instr *in, struct step *out,
                uint32_t var, int64_t value)
{
    enum var_scope scope;
    int64_t *to = task_var(sim, t, var, &scope);

    if (!to)
        return task_fault(sim, t, in, out, "no variable \"%s\"", task_var_name(sim, var));
    if (scope == VAR_SHARED)
        task_accesses(sim, t, in, var, ACCESS_WRITE);
    *to = value;
    return false;
}

struct eval {
    struct sim *sim;
    struct task *task;
    const struct instr *in;
    const struct var_expr *expr;
    enum access_how how;
};

static enum expr_load load_var(void *ctx, uint32_t i, int64_t *value)
{
    const struct eval *ev = ctx;
    enum var_scope scope;
    const int64_t *var = task_var(ev->sim, ev->task, ev->expr->names[i], &scope);
    const char *said;

    if (UNLIKELY(!var)) {
        said = task_said(ev->task, task_var_name(ev->sim, ev->expr->names[i]));
        return said && words_number(said, value) ? LOAD_OK : LOAD_UNKNOWN;
    }
    if (scope == VAR_SHARED)
        task_accesses(ev->sim, ev->task, ev->in, ev->expr->names[i], ev->how);
    *value = *var;
    return LOAD_OK;
}

static bool eval(struct eval ev, struct step *out, int64_t *value)
{
    char message[300];

    if (expr_eval(ev.expr->expr, load_var, &ev, value, message, sizeof(message)) == EXPR_VALUE)
        return true;
    (void)task_fault(ev.sim, ev.task, ev.in, out, "%s", message);
    return false;
}

bool task_eval(struct sim *sim, struct task *t, const struct instr *in, struct step *out,
               const struct var_expr *e, int64_t *value)
{
    return eval((struct eval){sim, t, in, e, ACCESS_READ}, out, value);
}

bool task_eval_atomic(struct sim *sim, struct task *t, const struct instr *in, struct step *out,
                      const struct var_expr *e, int64_t *value)
{
    return eval((struct eval){sim, t, in, e, ACCESS_ATOMIC_READ}, out, value);
}
