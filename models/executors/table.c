/* table.c - every executor there is; the first is the default. */
#include "models/executors/executor.h"

#define EXECUTORS(X) X(thread_per_task) X(pool) X(event_loop) X(green)

#define X(name) extern const struct executor_model executor_##name;
EXECUTORS(X)
#undef X

const struct executor_model *const executor_models[] = {
#define X(name) &executor_##name,
    EXECUTORS(X)
#undef X
        NULL};
