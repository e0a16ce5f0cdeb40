#include "models/schedulers/sched_cbs.h"

#include "sim/scenario.h"

void cbs_init(struct cbs *cbs, const struct task_spec *spec)
{
    cbs->runtime = spec->runtime;
    cbs->relative = spec->deadline > 0 ? spec->deadline : spec->period;
    cbs->period = spec->period > 0 ? spec->period : spec->deadline;
    cbs->budget = 0;
    cbs->deadline = -1;
}

void cbs_wake(struct cbs *cbs, sim_time now)
{
    sim_time rest = cbs->deadline - now, budget = cbs->budget > 0 ? cbs->budget : 0;

    if (cbs->runtime > 0 && rest >= 0 &&
        wide_compare(wide_mul((uint64_t)budget, (uint64_t)cbs->period),
                     wide_mul((uint64_t)rest, (uint64_t)cbs->runtime)) <= 0)
        return;
    cbs->deadline = time_add(now, cbs->relative);
    cbs->budget = cbs->runtime;
}

void cbs_refill(struct cbs *cbs, sim_time now)
{
    int64_t periods = -cbs->budget / cbs->runtime + 1;
    sim_time more;

    sim_assert(cbs_spent(cbs));
    cbs->budget += periods * cbs->runtime;
    if (!mul_i64(periods, cbs->period, &more))
        more = SIM_TIME_MAX;
    cbs->deadline = time_add(cbs->deadline, more);
    if (cbs->deadline < now) {
        cbs->deadline = time_add(now, cbs->relative);
        cbs->budget = cbs->runtime;
    }
}
