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

struct sim;

struct executor { /* one of them at work */
    const struct executor_model *model;
    const void *params;
    struct sim *sim;
    int32_t id;
    int64_t threads;  /* made so far */
    int64_t rejected; /* tasks refused */
    void *state;      /* model->state_size bytes */
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

    /* What `th` does next: fills `out`.  Called when the step before is over. */
    void (*next)(struct executor *ex, struct thread *th, struct step *out);
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

extern const struct executor_model
    *const executor_models[]; /* NULL ends it; the first is the default */

#endif
