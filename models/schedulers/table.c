/* table.c - every policy there is, and what they all take. */
#include "models/schedulers/sched.h"
#include "sim/scenario.h"

#include <string.h>

/* clang-format off */
#define POLICIES(X) \
    X(fifo) X(rr) X(scan) X(by_priority) X(sjf) X(srtf) X(hrrn) X(mlfq) X(mlq) \
    X(lottery) X(stride) X(cfs) X(eevdf) X(edf) X(rm) X(linux)
/* clang-format on */

#define X(name) extern const struct sched_policy sched_##name;
POLICIES(X)
#undef X

const struct sched_policy *const sched_policies[] = {
#define X(name) &sched_##name,
    POLICIES(X)
#undef X
        NULL};

static const char *const ties_names[] = {"ready-first", "expired-first", NULL};
static const char *const on_wake_names[] = {"queue", "preempt", NULL};

const struct param sched_common_params[] = {
    PARAM(ENUM, struct machine_spec, ties,
          "who stands first where a task becomes ready at the instant a slice ends",
          .choices = ties_names, .deflt = "ready-first"),
    PARAM(ENUM, struct machine_spec, on_wake,
          "a task that comes back from waiting joins the queue, or takes the core at once",
          .choices = on_wake_names, .deflt = "queue"),
    PARAM_END,
};

const struct sched_policy *sched_policy_find(const char *name)
{
    for (size_t i = 0; sched_policies[i]; i++) {
        const struct sched_policy *p = sched_policies[i];

        if (strcmp(p->name, name) == 0 || (p->alias && strcmp(p->alias, name) == 0))
            return p;
    }
    return NULL;
}
