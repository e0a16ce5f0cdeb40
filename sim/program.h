/* program.h - ops, compiled; the interpreter.
 *
 * The ops of a scenario are compiled once into one array of instructions that all
 * tasks share; a task is a place in it.  task_next() executes instructions that
 * take no time until one asks for something that does: a step, which is the
 * machine's to carry out.
 *
 * An instruction sees the simulation through the functions below and nothing
 * else, so that an op is one file in models/ops/.
 */
#ifndef SIM_PROGRAM_H
#define SIM_PROGRAM_H

#include "sim/base.h"
#include "sim/expr.h"
#include "sim/scenario.h"
#include "sim/thread.h"
#include "sim/trace.h"
#include "sim/words.h"

struct instr;
struct sim;
struct sync; /* models/sync/sync.h */
struct sync_call;

/* Executes one instruction for `t`, whose pc stands behind it.  True: `out` is a
 * step; the task goes on at its pc when the step is over. */
typedef bool exec_fn(struct sim *sim, struct task *t, const struct instr *in, struct step *out);

struct instr {
    exec_fn *exec;
    union {
        const void *ptr;
        int64_t number;
    } arg;
    uint32_t target; /* of jumps; else the op's own */
    uint32_t place;  /* of the op, for faults */
};

/* ---- compiling ------------------------------------------------------------------ */

struct compiler {
    struct arena *mem;
    const struct scenario *sc;
    struct instr *code;
    uint32_t n, room;
    uint32_t place;    /* of the op being compiled */
    bool awaits;       /* it stands in an `await` */
    const bool *waits; /* of each program: programs_wait() */
    uint32_t *async;   /* entries of functions of loops that wait: ascending */
    uint32_t nasync, async_room;
    const char **names; /* variables that programs mention; their numbers */
    uint32_t nnames, names_room;
};

/* Append an instruction; its index, whose target may be set later. */
uint32_t emit(struct compiler *c, exec_fn *exec, const void *ptr, uint32_t target);
uint32_t emit_number(struct compiler *c, exec_fn *exec, int64_t number, uint32_t target);
uint32_t emit_here(const struct compiler *c); /* the next index */
void emit_target(struct compiler *c, uint32_t at, uint32_t target);
void emit_ops(struct compiler *c, struct op_list ops);    /* a nested list */
void emit_kernel_time(struct compiler *c, sim_time time); /* nothing where time is 0 */
void emit_async(struct compiler *c, uint32_t entry, struct op_list ops); /* is it? */
void *compile_alloc(struct compiler *c, size_t bytes); /* lives as long as the code */

/* An expression whose names are variables; the syntax is known to be right. */
struct var_expr {
    const struct expr *expr;
    const uint32_t *names; /* numbers of the variables, one for each expr_name() */
};
struct var_expr compile_expr(struct compiler *c, const char *text);
uint32_t compile_var(struct compiler *c, const char *name);

/* ---- executing ------------------------------------------------------------------- */

/* Ends the task with a fault; to be returned: `return task_fault(...)`. */
bool task_fault(struct sim *sim, struct task *t, const struct instr *in, struct step *out,
                const char *fmt, ...) PRINTF_LIKE(5, 6);

sim_time task_draw(struct sim *sim, struct task *t, const struct dist *d);
bool task_wants_log(const struct sim *sim); /* or what its expressions read */
void task_log(struct sim *sim, struct task *t, const char *text);

/* The task's own stack. */
void task_push(struct task *t, int64_t value);
int64_t task_pop(struct task *t);
int64_t *task_top(struct task *t);
struct task_ctx *task_ctx(struct task *t);
void task_stack_out(
    struct task_ctx *ctx); /* it moves to memory that free() takes; NULL: empty */
void task_stack_free(struct task_ctx *ctx);

/* A variable by its number: a local of the task, else a shared one, else NULL. */
enum var_scope { VAR_UNKNOWN, VAR_LOCAL, VAR_SHARED };
int64_t *task_var(struct sim *sim, struct task *t, uint32_t var, enum var_scope *scope);
const char *task_var_name(const struct sim *sim, uint32_t var);

/* Writes a variable; true: a fault, in `out`: there is none of that number. */
bool task_store(struct sim *sim, struct task *t, const struct instr *in, struct step *out,
                uint32_t var, int64_t value);

/* Tells the trace that `t` reads or writes a shared variable; to be called where it does. */
void task_accesses(const struct sim *sim, const struct task *t, const struct instr *in,
                   uint32_t var, enum access_how how);

/* The value of `e` at one go; false: a fault, already in `out`.  Shared variables are read
 * each for itself; task_eval_atomic() reads them as part of an atomic op. */
bool task_eval(struct sim *sim, struct task *t, const struct instr *in, struct step *out,
               const struct var_expr *e, int64_t *value);
bool task_eval_atomic(struct sim *sim, struct task *t, const struct instr *in, struct step *out,
                      const struct var_expr *e, int64_t *value);

/* ---- what was said, and what is thrown ----------------------------------------------- */

/* The text behind the name "message" (the one received) or "error" (the one caught), where the
 * task stands; NULL: there is none, or it is another name. */
const char *task_said(const struct task *t, const char *name);
struct list *task_words(struct sim *sim); /* for words_new() */

/* A `try` lies on the task's stack: from task_try() to task_tried() what is thrown goes to
 * `handler`.  task_throw() takes the use of `w`, and false means that nobody catches it: then
 * it is still the caller's.  Behind the jump there is one more `caught`; task_caught_over()
 * takes it away, and gives what was thrown to the caller; NULL: nothing was. */
void task_try(struct task *t, uint32_t handler);
void task_tried(struct task *t);
bool task_throw(struct sim *sim, struct task *t, struct words *w);
void task_unwind(struct sim *sim, struct task *t, uint32_t sp); /* returns from calls above */
void task_catch(struct task *t, struct words *w, bool bound);
struct words *task_caught_over(struct task *t);
void task_caught_free(struct caught *list);

/* Calls the program that the instruction's target says; false: the call stack is full. */
bool task_call(struct sim *sim, struct task *t, const struct instr *in);

/* True: nothing of this really happens (task_rehearse()).  An op that would touch more than
 * its task, its context and the variables leaves it alone. */
bool task_rehearses(const struct sim *sim);

struct sync *task_sync(struct sim *sim, int32_t object); /* by its number */

/* Asks a sync object, by its number; the caller fills the verb and what belongs to it.  False:
 * the task goes on; true: `out` is a step, or a fault. */
bool task_ask(struct sim *sim, struct task *t, const struct instr *in, struct step *out,
              int32_t object, struct sync_call *call);

/* Children. */
void task_spawn(struct sim *sim, struct task *parent, int32_t program, const char *name);
struct brood *task_brood(struct task *t, const char *name); /* NULL: none spawned under it */
void task_joined(const struct sim *sim, const struct task *t, const struct brood *children);

static inline struct task *task_of_sibling(struct list *sibling)
{
    return container_of(sibling, struct task_ctx, sibling)->self;
}

/* ---- for the rest of sim/ --------------------------------------------------------- */

struct code {
    const struct instr *instr;
    const uint32_t *entry; /* of each program */
    const uint32_t *async; /* entries of functions of loops that wait, ascending */
    uint32_t nasync;
    const uint64_t *streams; /* rng_name() of each kind of task's */
    const char *const *names;
    uint32_t nnames;
    const int32_t *shared; /* of each name: the number of the shared variable, or -1 */
    const int32_t *
        locals; /* [spec * nnames + name]: the number of the task's local, or -1; NULL: no task has any */
};

bool code_is_async(const struct code *code, uint32_t entry);
void code_compile(struct code *code, struct arena *mem, const struct scenario *sc);

/* What the task does next. */
void task_next(struct sim *sim, struct task *t, struct step *out);
void task_ctx_free(struct task *t);
void task_uncaught(struct sim *sim, struct task *t, struct step *out); /* a THROW is a fault */

/* The number of the place of the op that `t` stands at; -1: its program is over. */
int64_t task_place(const struct sim *sim, const struct task *t);

/* Tells whoever looks at call stacks that the frames of a stack of the task are entered, the
 * outermost first, or left, the innermost first: a loop changes its fiber, or the task ends in
 * the middle.  `calls` of them, `frame` the innermost, as in struct task_ctx. */
void task_frames(const struct sim *sim, const struct task *t, const int64_t *stack,
                 uint32_t calls, uint32_t frame, bool entered);

/* The next step of a task that has its thread to itself: what nobody catches ends it.  False: it
 * has ended, and its frames are left. */
static inline bool task_goes_on(struct sim *sim, struct task *t, struct step *out)
{
    task_next(sim, t, out);
    if (UNLIKELY(out->kind == STEP_THROW))
        task_uncaught(sim, t, out);
    if (LIKELY(out->kind != STEP_END))
        return true;
    if (t->ctx)
        task_frames(sim, t, t->ctx->stack, t->ctx->calls, t->ctx->frame, false);
    return false;
}

/* rehearse.c: how long `t`, which has a thread, will compute from where it stands until it
 * gives up its core, at speed 1; what it draws is what it will draw. */
sim_time task_rehearse(struct sim *sim, const struct task *t);

#endif
