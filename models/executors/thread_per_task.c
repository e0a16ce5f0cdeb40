/* thread_per_task.c - each task is a thread; what it waits for blocks that thread. */
#include "models/executors/executor.h"

static void per_task_submit(struct executor *ex, struct task *t)
{
    executor_start(ex, executor_thread_new(ex, false), t);
}

static void per_task_next(struct executor *ex, struct thread *th, struct step *out)
{
    if (!executor_task_next(ex, th, out))
        out->kind = STEP_EXIT;
}

static const struct param per_task_params[] = {PARAM_END};

const struct executor_model executor_thread_per_task = {
    .name = "thread-per-task",
    .help = "each task is a thread; io blocks it",
    .source =
        "Source: Stevens, Fenner, Rudoff, UNIX Network Programming I, 3rd ed. (2003), 30.10: "
        "one thread per client",
    .params = per_task_params,
    .submit = per_task_submit,
    .next = per_task_next,
};
