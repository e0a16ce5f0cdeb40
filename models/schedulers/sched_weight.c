#include "models/schedulers/sched_weight.h"

#include "sim/scenario.h"

/* Source: Linux, kernel/sched/core.c, sched_prio_to_weight: one step is a factor of about
 * 1.25, so that of two threads one step apart one gets some 10 % more of the core. */
static const int32_t weights[40] = {
    88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, /* -20 */
    9548,  7620,  6100,  4904,  3906,  3121,  2501,  1991,  1586,  1277,  /* -10 */
    1024,  820,   655,   526,   423,   335,   272,   215,   172,   137,   /* 0 */
    110,   87,    70,    56,    45,    36,    29,    23,    18,    15,    /* 10 */
};

int64_t sched_weight_of(int64_t nice)
{
    sim_assert(nice >= -20);
    sim_assert(nice <= 19);
    return weights[nice + 20];
}

int64_t sched_weight(const struct task_spec *spec)
{
    return spec->sched_class == CLASS_IDLE ? WEIGHT_IDLE : sched_weight_of(spec->nice);
}

int64_t virtual_of(sim_time ran, int64_t weight)
{
    return mul_div_floor(ran, WEIGHT_NICE_0, weight);
}

int64_t virtual_run(struct virtual_time *vt, sim_time ran)
{
    int64_t before = vt->v, whole = ran / vt->weight, far = SIM_TIME_MAX / WEIGHT_NICE_0;
    int64_t part = WEIGHT_NICE_0 * (ran % vt->weight) + vt->rest; /* < 2^27 + 2^17 */
    int64_t by = WEIGHT_NICE_0 * (whole < far ? whole : far) + part / vt->weight;

    sim_assert(vt->weight > 0);
    vt->rest = part % vt->weight;
    vt->v = by < VIRTUAL_MAX - before ? before + by : VIRTUAL_MAX;
    return vt->v - before;
}

sim_time virtual_until(const struct virtual_time *vt, int64_t by)
{
    /* The smallest `ran` with 1024 * ran + rest >= by * weight.  2^44 * 2^17 fits; so far
     * away that it does not, the rest is of no account. */
    int64_t need;

    if (by <= 0)
        return 0;
    if (by >= INT64_C(1) << 44)
        return mul_div_ceil(by, vt->weight, WEIGHT_NICE_0);
    need = by * vt->weight - vt->rest;
    return need > 0 ? (need + WEIGHT_NICE_0 - 1) / WEIGHT_NICE_0 : 1;
}

int64_t sched_scale(const struct sched *s)
{
    int32_t cores = sched_ncores(s);
    int64_t f = 1;

    for (int32_t n = 2; n <= 8 && n <= cores; n *= 2)
        f++;
    return f;
}
