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

struct sim;
struct task;
struct thread;
struct step;

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

    void (*init)(struct executor *ex); /* optional */

    /* `t` has arrived.  It is the executor's until executor_done().  False: refused. */
    bool (*submit)(struct executor *ex, struct task *t);

    /* What `th` does next: fills `out`.  Called when the step before is over. */
    void (*next)(struct executor *ex, struct thread *th, struct step *out);
};

extern const struct executor_model *const executor_models[]; /* NULL ends it; the first is the default */

#endif
