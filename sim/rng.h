/* rng.h - named random streams and the distributions of the workload language.
 *
 * Every entity draws from a stream of its own, which starts at a hash of the
 * run's seed and the entity's name ("task/req#1", "device/disk"), so adding
 * one entity never moves another's numbers.  No libm and no float: whatever a
 * draw decides is the same on every platform.
 *
 * Source: splitmix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
 * Generators, OOPSLA 2014), eight bytes of state, so that a million tasks can
 * have a stream each.
 */
#ifndef SIM_RNG_H
#define SIM_RNG_H

#include "sim/base.h"

struct rng {
    uint64_t state;
};

/* The stream of `name` under `seed`; of `name#number` by the second. */
struct rng rng_stream(uint64_t seed, const char *name);
struct rng rng_stream_numbered(uint64_t seed, const char *name, uint64_t number);

/* The same by the hash of the name, for who asks for many streams of one name. */
uint64_t rng_name(const char *name);
struct rng rng_stream_of(uint64_t seed, uint64_t name, uint64_t number);

#define RNG_GOLDEN UINT64_C(0x9e3779b97f4a7c15) /* 2^64 / the golden ratio, made odd */

/* Source: D. Stafford, Better Bit Mixing, 2011, variant 13: the finalizer of splitmix64. */
static inline uint64_t rng_mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline uint64_t rng_next(struct rng *r)
{
    r->state += RNG_GOLDEN;
    return rng_mix(r->state);
}

uint64_t rng_below(struct rng *r, uint64_t n); /* 0 .. n-1, unbiased; n > 0 */

/* Which distributions there are.  X(enumerator, name, parameters as text, meaning) */
#define DIST_KINDS(X)                                                                   \
    X(CONST, "const", "time", "always the same")                                        \
    X(EXP, "exp", "mean", "exponential")                                                \
    X(UNIFORM, "uniform", "[from, to]", "every ns from .. to alike, both included")     \
    X(NORMAL, "normal", "[mean, sd]", "normal, negative values count as 0")             \
    X(LOGNORMAL, "lognormal", "[median, sigma]", "exp of a normal")                     \
    X(PARETO, "pareto", "[scale, alpha]", "at least scale, the tail falls as t^-alpha") \
    X(CHOICE, "choice", "[time, ...]", "one of these, all alike")                       \
    X(LIST, "list", "[time, ...]", "these one after the other, again from the front")

enum dist_kind {
#define X(kind, name, params, help) DIST_##kind,
    DIST_KINDS(X)
#undef X
        DIST_COUNT
};

/* A duration that may be random; plain data, shared by all who draw from it. */
struct dist {
    enum dist_kind kind;
    sim_time a, b;          /* const: a; exp: mean a; uniform: a..b; normal: mean a, sd b;
                             * lognormal: median a; pareto: scale a */
    int64_t shape_e9;       /* lognormal: sigma, pareto: alpha, in 10^-9 */
    const sim_time *values; /* choice, list */
    uint32_t nvalues;
    uint32_t cursor; /* list: which of its owner's cursors counts for it */
};

/* A draw, >= 0 and <= SIM_TIME_MAX.  `cursors` are the owner's places in its
 * lists, used by DIST_LIST only (may be NULL otherwise); r may be NULL for CONST
 * and LIST. */
sim_time dist_draw(const struct dist *d, struct rng *r, uint32_t *cursors);

/* Its mean, for texts and estimates only, of a normal one before the cut; SIM_NEVER
 * where there is none. */
sim_time dist_mean(const struct dist *d);

static inline bool dist_is_random(const struct dist *d)
{
    return d->kind != DIST_CONST && d->kind != DIST_LIST;
}

/* The samplers beneath, in fixed point, for tests and models:
 * -ln(u / 2^64) with 40 fraction bits, u > 0; the normal quantile and exp(x),
 * with 32 fraction bits. */
uint64_t rng_neg_log_q40(uint64_t u);
int64_t rng_normal_q32(uint64_t u);
uint64_t rng_exp_q32(int64_t x); /* x <= 22.0; saturates */

/* e^x, x with 40 fraction bits, as m * 2^exponent: 1 <= m < 2, with 60 fraction bits. */
#define RNG_EXP_MAX (INT64_C(64) << 40)
uint64_t rng_exp_parts(int64_t x_q40, int *exponent); /* |x| <= RNG_EXP_MAX */

#endif
