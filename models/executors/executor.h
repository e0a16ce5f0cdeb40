/* executor.h - how tasks become threads: the questions an executor answers.
 *
 * An executor is given tasks (submit) and answers, for each of its threads, what
 * that thread does next (next).  The machine knows threads only; that a thread
 * serves one task, many tasks in turn, or a loop is the executor's business.
 *
 *    task arrives        submit                      next(thread): the next step
 *   --------------> executor: makes or wakes  ------> of the task it serves, or
 *                   a thread, or queues the task      STEP_PARK / STEP_EXIT
 */
#ifndef MODELS_EXECUTOR_H
#define MODELS_EXECUTOR_H

#include "sim/base.h"
#include "sim/param.h"
#include "sim/thread.h"
#include "sim/trace.h"

struct sim;

struct executor { /* one of them at work */
    const struct executor_model *model;
    const void *params;
    struct sim *sim;
    const sim_time *now; /* the clock of the simulation */
    int32_t id;
    int32_t first_loop;   /* the number of its first loop: scenario_loops() */
    int32_t first_worker; /* of its first worker's; -1: it makes none */
    int64_t threads;      /* made so far */
    int64_t rejected;     /* tasks refused */
    void *state;          /* model->state_size bytes */
};

struct executor_model {
    const char *name; /* "kind" in configs */
    const char *help;
    const char *source;
    const struct param *params;
    size_t params_size;
    size_t state_size; /* zeroed */
    bool queues_tasks; /* tasks may wait for a thread: reported as pool_queue */

    void (*init)(struct executor *ex); /* optional */

    /* Would it take one more task now?  Optional: always.  Not: the task is rejected. */
    bool (*accepts)(const struct executor *ex);

    /* `t` has arrived. */
    void (*submit)(struct executor *ex, struct task *t);

    /* `t`, which was blocked without its thread (executor_blocks()), could go on.  NULL: none of
     * its tasks are. */
    void (*woken)(struct executor *ex, struct task *t);

    /* What `th` does next: fills `out`.  Called when the step before is over. */
    void (*next)(struct executor *ex, struct thread *th, struct step *out);

    /* What `t`, which waits, waits for, as a phrase, and the place of the op; NULL: nothing of
     * this executor.  Optional: its tasks' threads wait for themselves. */
    const char *(*waits_for)(struct executor *ex, struct task *t, uint32_t *place);

    /* Optional: end the tasks that only linger, soon.  May be asked again. */
    void (*settle)(struct executor *ex);

    void (*release)(struct executor *ex); /* optional: nothing was allocated */

    bool
        is_loop; /* takes STEP_LOOP: its tasks may use the ops of loops, and it may have a `main` */
    int64_t (*scripts)(const void *params); /* of a loop: how many run that */

    /* Optional: do its threads take time by themselves, that is nobody's?  What they are called
     * then, in "default/loop#1". */
    bool (*has_costs)(const void *params);
    const char *own_name;

    bool (*in_browser)(const void *params); /* its loops are pages': some ops are not there */
    bool (*accepts_all)(
        const void *params);              /* its loops take all new tasks in one poll phase */
    bool (*has_heap)(const void *params); /* its loops have heaps */
    int64_t (*heap_limit)(
        const void *params); /* of a heap: bytes of its old generation, at most */

    /* The number of the loop that `th` runs; -1: none.  Optional: it has no loops. */
    int32_t (*loop_of)(const struct executor *ex, const struct thread *th);
};

/* What an executor may ask of the simulation.
 *
 * A thread of its own, parked; `paid`: its creation is free of charge. */
struct thread *executor_thread_new(struct executor *ex, bool paid);

/* The parked thread serves `t` from now on. */
void executor_start(struct executor *ex, struct thread *th, struct task *t);

/* The next step of the task that `th` serves.  When that task has ended, it has been
 * seen off, `th` serves nobody, and false is returned. */
bool executor_task_next(struct executor *ex, struct thread *th, struct step *out);

/* The running thread `th`, which serves nobody, goes on with `t`. */
void executor_take(struct executor *ex, struct thread *th, struct task *t);

/* `n` tasks wait for a thread now. */
void executor_queued(struct executor *ex, int64_t n);

/* ---- what an executor may ask that runs many tasks on one thread, in turns: sim/host.c ---- */

static inline sim_time executor_now(const struct executor *ex)
{
    return *ex->now;
}

void *executor_alloc(struct executor *ex, size_t bytes); /* zeroed; as long as the run */
void executor_at(struct executor *ex, struct event *ev, sim_time at); /* now, if that is past */
void executor_cancel(struct executor *ex, struct event *ev);
struct executor *executor_of_engine(struct engine *eng, int32_t id);

/* The next step of `t`, whatever it is. */
void executor_step(struct executor *ex, struct task *t, struct step *out);

/* The next step of the task that `th` serves.  False: it has ended, as executor_done() says. */
bool executor_task_step(struct executor *ex, struct thread *th, struct step *out);

/* That step makes the task wait, without its thread, which serves nobody then; woken() comes
 * when it could go on.  After a STEP_YIELD it could right now.  False: the step took no time at
 * all, and the thread still serves it. */
bool executor_blocks(struct executor *ex, struct thread *th, const struct step *step);

int64_t executor_cores(const struct executor *ex);

/* `t`, which waited for something, could go on, but its thread does something else. */
void executor_waits(struct executor *ex, struct task *t);

/* The parked thread becomes ready, for `t`; `fresh`: which has not run before. */
void executor_wake(struct executor *ex, struct thread *th, struct task *t, bool fresh);
/* Likewise, and the policy takes it for a new thread: it had served others. */
void executor_wake_anew(struct executor *ex, struct thread *th, struct task *t, bool fresh);

/* The running thread, which serves nobody, goes on with `t`; it leaves the task it serves:
 * NULL: that could go on; else what it waits for. */
struct waiting {
    enum block_why why;
    int32_t device;   /* IO; SYNC: the object; else -1 */
    const char *name; /* JOIN, PROMISE, SYNC */
    uint32_t place;   /* SYNC: of the op */
};
void executor_enter(struct executor *ex, struct thread *th, struct task *t, bool fresh);
void executor_leave(struct executor *ex, struct thread *th, const struct waiting *w);
void executor_done(struct executor *ex, struct thread *th, bool fault); /* and it is gone */

/* Something has gone wrong with `t`; ending it is the executor's business. */
void executor_fault(struct executor *ex, struct task *t, int64_t place, const char *text);

/* device_submit_async(), to the device of the step; does a device, by its number, block a
 * thread of the pool?  Does what blocks there wait in its slow lane? */
bool executor_asks(struct executor *ex, struct async_request *a, const struct step *step);
bool executor_pools(const struct executor *ex, int32_t device);
bool executor_is_slow(const struct executor *ex, int32_t device);

void executor_joined(struct executor *ex, struct task *t, struct brood *children);

/* A child of `parent`, which comes back as a submit() at once, unless the memory is full. */
void executor_spawn(struct executor *ex, struct task *parent, int32_t program,
                    const char *name);

/* What `th` computes is over now; where it waits for something, it goes on waiting. */
void executor_cut(struct executor *ex, struct thread *th);

/* Messages between tasks: a number for each end of a channel; `t` sends to that end, or
 * receives there; not handled: the message is dropped. */
int32_t executor_port(struct executor *ex);
void executor_posts(struct executor *ex, const struct task *t, int32_t port);
void executor_receives(struct executor *ex, const struct task *t, int32_t port, bool handled);

/* What `t` may catch of its own: task_throw(). */
bool executor_is_async(const struct executor *ex, uint32_t entry); /* code_is_async() */
bool executor_throws(struct executor *ex, struct task *t, struct words *w);
struct words *executor_words(struct executor *ex, const char *text);

/* One task more (or less) that is there only as long as others are: when none but such are
 * left and no more will come, settle() is asked of all executors. */
void executor_lingers(struct executor *ex, int more);

/* The number of the task's copy, and whether it is the executor's `main`. */
uint64_t executor_copy(const struct executor *ex, const struct task *t, bool *script);

/* A task that is nobody's work, for the trace: what thread `number` of its pool does. */
struct task *executor_helper(struct executor *ex, struct thread *th, uint64_t number);

/* Likewise, for what loop `number` takes of its core by itself. */
struct task *executor_own(struct executor *ex, struct thread *th, uint64_t number);

void executor_tells(struct executor *ex, enum loop_fact what, sim_time time);

/* What a loop does, for those who look into loops: TRACE_LOOPS of trace.h.  `loop` is numbered
 * as there; `t` NULL: nobody's; `place` -1: none.  Who asks executor_watched() first, once, which
 * kinds (TRACE_BIT) somebody wants, need not call for the others. */
uint64_t executor_watched(const struct executor *ex);
void executor_phase(struct executor *ex, int32_t loop, enum loop_stage stage,
                    uint64_t iteration);
void executor_calls(struct executor *ex, int32_t loop, const struct task *t,
                    enum call_kind kind, int64_t place, const char *name);
void executor_returns(struct executor *ex, int32_t loop, const struct task *t);
void executor_frame(struct executor *ex, int32_t loop, const struct task *t, bool entered,
                    int64_t place, const char *name);
void executor_frames(struct executor *ex, const struct task *t, const int64_t *stack,
                     uint32_t calls, uint32_t frame, bool entered); /* task_frames() */
void executor_queue(struct executor *ex, int32_t loop, enum loop_queue queue, int64_t n);
void executor_entry(struct executor *ex, int32_t loop, const struct task *t,
                    enum loop_queue queue, bool joins, int64_t place, const char *name);

/* For these: the number of the place where `t` stands, -1: it is at its end; a device's name. */
int64_t executor_place(const struct executor *ex, const struct task *t);
const char *executor_device(const struct executor *ex, int32_t device);

/* What a loop's process does with memory: bytes more (or less) of the machine's; bytes of its heap
 * in use, and how many of them are garbage; a collection begins, or (0) is over; there is none
 * left, which is the run's outcome. */
void executor_uses(struct executor *ex, int64_t bytes);
void executor_heap(struct executor *ex, int32_t loop, int64_t used, int64_t garbage);
void executor_gc(struct executor *ex, int32_t loop, enum gc_kind kind, sim_time pause);
void executor_no_memory(struct executor *ex);

/* May tasks still come, to any executor? */
bool executor_expects(const struct executor *ex);

extern const struct executor_model
    *const executor_models[]; /* NULL ends it; the first is the default */

#endif
