/* dist.c - draws from the distributions of the workload language. */
#include "sim/rng.h"

/* w / 2^shift, rounded to nearest, at most SIM_TIME_MAX; 0 < shift < 128, w < 2^127. */
static HOT_INLINE sim_time shift_right(struct wide w, unsigned shift)
{
    const uint64_t max = (uint64_t)SIM_TIME_MAX;

    sim_assert(shift > 0 && shift < 128);
    sim_assert(!(w.hi >> 63));
    if (shift > 64) {
        w.hi += UINT64_C(1) << (shift - 65);
        w.lo = w.hi >> (shift - 64);
    } else {
        wide_add(&w, UINT64_C(1) << (shift - 1));
        if (shift == 64) {
            w.lo = w.hi;
        } else {
            if (w.hi >> shift)
                return SIM_TIME_MAX;
            w.lo = w.hi << (64 - shift) | w.lo >> shift;
        }
    }
    return w.lo < max ? (sim_time)w.lo : SIM_TIME_MAX;
}

/* -ln of a number that is uniform in (0, 1]: Q40. */
static HOT_INLINE uint64_t draw_neg_log(struct rng *r)
{
    uint64_t u = rng_next(r);

    return rng_neg_log_q40(u ? u : 1);
}

/* t * e^x. */
static sim_time times_exp(sim_time t, int64_t x_q40)
{
    uint64_t mantissa;
    struct wide w;
    int exponent;

    if (t == 0 || x_q40 < -44 * (INT64_C(1) << 40)) /* e^-44 * 2^62 is less than half a ns */
        return 0;
    if (x_q40 > 43 * (INT64_C(1) << 40)) /* e^43 is more than 2^62 */
        return SIM_TIME_MAX;
    mantissa = rng_exp_parts(x_q40, &exponent);
    sim_assert(exponent >= -64 && exponent <= 62);
    w = wide_mul((uint64_t)t, mantissa); /* Q60, at most 2^123 */
    w.hi = w.hi << 3 | w.lo >> 61;       /* the exponent may pass 60 */
    w.lo <<= 3;
    return shift_right(w, (unsigned)(63 - exponent));
}

static sim_time draw_normal(const struct dist *d, struct rng *r)
{
    int64_t z = rng_normal_q32(rng_next(r));
    uint64_t size = z < 0 ? (uint64_t)-z : (uint64_t)z;
    sim_time away = shift_right(wide_mul((uint64_t)d->b, size), 32);

    if (z < 0)
        return away < d->a ? d->a - away : 0;
    return time_add(d->a, away);
}

static sim_time draw_lognormal(const struct dist *d, struct rng *r)
{
    int64_t z = rng_normal_q32(rng_next(r));
    int64_t x = mul_div_floor(d->shape_e9, (z < 0 ? -z : z) * 256, 1000000000);

    return times_exp(d->a, z < 0 ? -x : x);
}

sim_time dist_draw(const struct dist *d, struct rng *r, uint32_t *cursors)
{
    sim_assert(r || !dist_is_random(d));
    switch (d->kind) {
    case DIST_CONST:
        return d->a;
    case DIST_EXP:
        return shift_right(wide_mul((uint64_t)d->a, draw_neg_log(r)), 40);
    case DIST_UNIFORM:
        sim_assert(d->a <= d->b);
        return d->a + (sim_time)rng_below(r, (uint64_t)(d->b - d->a) + 1);
    case DIST_NORMAL:
        return draw_normal(d, r);
    case DIST_LOGNORMAL:
        return draw_lognormal(d, r);
    case DIST_PARETO: /* by inversion: scale * u^(-1/alpha) */
        sim_assert(d->shape_e9 > 0);
        return times_exp(d->a,
                         mul_div_floor((int64_t)draw_neg_log(r), 1000000000, d->shape_e9));
    case DIST_CHOICE:
        sim_assert(d->nvalues > 0);
        return d->values[rng_below(r, d->nvalues)];
    case DIST_LIST: {
        uint32_t *cursor = &cursors[d->cursor];
        sim_time value;

        sim_assert(cursors && *cursor < d->nvalues);
        value = d->values[*cursor];
        *cursor = *cursor + 1 < d->nvalues ? *cursor + 1 : 0;
        return value;
    }
    case DIST_COUNT:
        break;
    }
    sim_assert(d->kind < DIST_COUNT);
    return 0;
}

/* ---- means --------------------------------------------------------------------- */

static sim_time mean_of_values(const struct dist *d)
{
    struct wide sum = {0, 0};
    uint32_t i;

    sim_assert(d->nvalues > 0);
    for (i = 0; i < d->nvalues; i++)
        wide_add(&sum, (uint64_t)d->values[i]);
    return (sim_time)wide_div(sum, d->nvalues);
}

sim_time dist_mean(const struct dist *d)
{
    const int64_t e9 = 1000000000, one_q40 = INT64_C(1) << 40;
    int64_t half;

    switch (d->kind) {
    case DIST_CONST:
    case DIST_EXP:
    case DIST_NORMAL:
        return d->a;
    case DIST_UNIFORM:
        return d->a + (d->b - d->a) / 2;
    case DIST_LOGNORMAL: /* median * e^(sigma^2 / 2) */
        half = mul_div_floor(d->shape_e9, d->shape_e9, 2 * e9);
        return times_exp(d->a, mul_div_floor(half, one_q40, e9));
    case DIST_PARETO: /* alpha / (alpha - 1) * scale */
        if (d->shape_e9 <= e9)
            return SIM_NEVER;
        half = mul_div_floor(d->a, d->shape_e9, d->shape_e9 - e9);
        return half < SIM_TIME_MAX ? half : SIM_TIME_MAX;
    case DIST_CHOICE:
    case DIST_LIST:
        return mean_of_values(d);
    case DIST_COUNT:
        break;
    }
    sim_assert(d->kind < DIST_COUNT);
    return 0;
}
