/* rng.c - streams of random numbers, and ln, e^x and the normal quantile in integers.
 *
 * Qn stands for a fixed-point number: a multiple of 2^-n.  All arithmetic is on
 * unsigned integers, where the standard leaves nothing open.
 */
#include "sim/rng.h"

#include "sim/rng_tables.h"

/* ---- streams --------------------------------------------------------------- */

/* Source: FNV-1a, 64 bits: G. Fowler, L. C. Noll, K.-P. Vo; RFC 9923. */
static uint64_t hash_byte(uint64_t hash, unsigned char byte)
{
    return (hash ^ byte) * UINT64_C(0x100000001b3);
}

uint64_t rng_name(const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    sim_assert(name);
    for (; *name; name++)
        hash = hash_byte(hash, (unsigned char)*name);
    return hash;
}

/* The seed is mixed first: seeds 1, 2, 3 must not give neighbouring streams. */
static struct rng stream_of(uint64_t seed, uint64_t hash)
{
    struct rng r;

    r.state = rng_mix(rng_mix(seed + RNG_GOLDEN) ^ hash);
    return r;
}

struct rng rng_stream(uint64_t seed, const char *name)
{
    return stream_of(seed, rng_name(name));
}

struct rng rng_stream_numbered(uint64_t seed, const char *name, uint64_t number)
{
    return rng_stream_of(seed, rng_name(name), number);
}

struct rng rng_stream_of(uint64_t seed, uint64_t name, uint64_t number)
{
    uint64_t hash = hash_byte(name, '#');
    unsigned char digits[20];
    size_t n = 0;

    do {
        digits[n++] = (unsigned char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    sim_assert(n <= sizeof(digits));
    while (n > 0)
        hash = hash_byte(hash, digits[--n]);
    return stream_of(seed, hash);
}

/* Source: D. Lemire, Fast Random Integer Generation in an Interval, ACM TOMACS 2019. */
uint64_t rng_below(struct rng *r, uint64_t n)
{
    struct wide w;

    sim_assert(n > 0);
    w = wide_mul(rng_next(r), n);
    if (w.lo < n) {
        uint64_t surplus = (0 - n) % n; /* 2^64 mod n: so many low parts are one too many */

        while (w.lo < surplus)
            w = wide_mul(rng_next(r), n);
    }
    return w.hi;
}

/* ---- logarithm ---------------------------------------------------------------- */

/* -ln(u / 2^64), Q58: 64 ln 2 is less than 2^6.  The error is below 2^-46.
 *
 * u = 2^-k x, 1/2 <= x < 1.  With r the inverse of the middle of the part of that range
 * in which x lies, and x r = 1 + t, |t| < 2^-9:
 *     -ln(u) = k ln 2 + ln r - ln(1 + t),
 * the last by its series up to t^5 (t^6 / 6 < 2^-56).
 *
 * Source: P. T. P. Tang, Table-Driven Implementation of the Logarithm Function in IEEE
 * Floating-Point Arithmetic, ACM TOMS 1990; here in fixed point. */
static uint64_t neg_log_q58(uint64_t u)
{
    uint64_t z, t, t40, t2, t3, t4, t5, even, odd, log1p, log;
    unsigned k, part;

    sim_assert(u > 0);
    k = 63 - bit_highest(u);
    u <<= k;
    part = (unsigned)(u >> 55) & 255;
    z = wide_mul(u, INVERSE_Q62[part]).hi; /* Q62, about 1 */
    t = z >> 62 ? z - (UINT64_C(1) << 62) : (UINT64_C(1) << 62) - z;
    t40 = t >> 22;          /* Q40, < 2^31 */
    t2 = (t40 * t40) >> 20; /* these are Q60 */
    t3 = ((t2 >> 20) * t40) >> 20;
    t4 = ((t2 >> 20) * (t2 >> 20)) >> 20;
    t5 = ((t3 >> 20) * t40) >> 20;
    even = t2 / 2 + t4 / 4;
    odd = t / 4 + t3 / 3 + t5 / 5;
    log = k * LN2_Q58 + LOG_INVERSE_Q58[part];
    if (!(z >> 62)) /* t < 0: all terms of the series have one sign */
        return log + (odd + even) / 4;
    log1p = (odd - even) / 4;
    return log > log1p ? log - log1p : 0; /* near 1 the error may be the larger part */
}

uint64_t rng_neg_log_q40(uint64_t u)
{
    return (neg_log_q58(u) + (UINT64_C(1) << 17)) >> 18;
}

/* ---- exponential ----------------------------------------------------------------- */

/* x = k ln 2 + i/128 + d, 0 <= d < 1/128: e^x = 2^k e^(i/128) e^d, the last by its series up
 * to d^5 (d^6 / 720 < 2^-51).
 *
 * Source: P. T. P. Tang, Table-Driven Implementation of the Exponential Function in IEEE
 * Floating-Point Arithmetic, ACM TOMS 1989; here in fixed point. */
uint64_t rng_exp_parts(int64_t x_q40, int *exponent)
{
    int64_t x, k, rest;
    uint64_t d, d39, d2, d3, d4, d5, series, mantissa;

    sim_assert(x_q40 <= RNG_EXP_MAX);
    sim_assert(x_q40 >= -RNG_EXP_MAX);
    x = x_q40 * 65536; /* Q56 */
    k = x / LN2_Q56;
    rest = x - k * LN2_Q56;
    if (rest < 0) { /* division rounds towards 0 */
        rest += LN2_Q56;
        k--;
    }
    d = (uint64_t)rest & ((UINT64_C(1) << 49) - 1);
    d39 = d >> 17;          /* Q39, < 2^32 */
    d2 = (d39 * d39) >> 22; /* these are Q56 */
    d3 = ((d2 >> 17) * d39) >> 22;
    d4 = ((d3 >> 17) * d39) >> 22;
    d5 = ((d4 >> 17) * d39) >> 22;
    series = (UINT64_C(1) << 56) + d + d2 / 2 + d3 / 6 + d4 / 24 + d5 / 120;
    mantissa = wide_mul(EXP_Q62[rest >> 49], series << 6).hi; /* Q60 */
    sim_assert(mantissa >> 60 == 1 || mantissa >> 61 == 1);
    *exponent = (int)k;
    return mantissa;
}

uint64_t rng_exp_q32(int64_t x)
{
    uint64_t mantissa;
    int exponent, shift;

    if (x > 22 * (INT64_C(1) << 32)) /* e^22.18 is 2^32 */
        return UINT64_MAX;
    if (x < -23 * (INT64_C(1) << 32)) /* less than half of 2^-32 */
        return 0;
    mantissa = rng_exp_parts(x * 256, &exponent);
    shift = 28 - exponent; /* from Q60 to Q32 */
    if (shift <= 0)
        return mantissa << -shift;
    return shift > 62 ? 0 : (mantissa + (UINT64_C(1) << (shift - 1))) >> shift;
}

/* ---- normal quantile ------------------------------------------------------------- */

static uint64_t mul_q44(uint64_t a, uint64_t b)
{
    struct wide w = wide_mul(a, b);

    return w.hi << 20 | w.lo >> 44;
}

/* The polynomial with these eight coefficients; all are positive, and so is r. */
static uint64_t polynomial_q44(const uint64_t coefficients[8], uint64_t r)
{
    uint64_t sum = coefficients[7];
    int i;

    for (i = 6; i >= 0; i--)
        sum = mul_q44(sum, r) + coefficients[i];
    return sum;
}

/* The square root of x, Q58, in Q44. */
static uint64_t sqrt_q44(uint64_t x)
{
    uint64_t root = 0, bit;

    for (bit = UINT64_C(1) << 31; bit > 0; bit >>= 1) {
        if ((root | bit) * (root | bit) <= x)
            root |= bit;
    }
    if (root == 0)
        return 0;
    /* That was Q29; one step of Newton's gives as many digits again. */
    return (root << 15) + ((x - root * root) << 15) / (2 * root);
}

/* The quantile of (u + 1/2) / 2^64, so that u and ~u give opposite numbers.
 *
 * Source: M. J. Wichura, Algorithm AS 241: The Percentage Points of the Normal Distribution,
 * Applied Statistics 37 (1988), PPND16.  Differs: in fixed point, the error below 2^-31. */
int64_t rng_normal_q32(uint64_t u)
{
    const uint64_t edge = UINT64_C(0x6ccccccccccccccd); /* 0.425 of 2^64 */
    bool negative = !(u >> 63);
    uint64_t tail = negative ? u : ~u; /* < 2^63 */
    uint64_t q = (UINT64_C(1) << 63) - tail;
    uint64_t r, num, den;

    if (q <= edge) {                 /* the middle 85 % */
        q >>= 20;                    /* Q44 */
        r = UINT64_C(3177588604273); /* 0.180625 */
        r = r > mul_q44(q, q) ? r - mul_q44(q, q) : 0;
        num = mul_q44(q, polynomial_q44(CENTRE_NUM_Q44, r));
        den = polynomial_q44(CENTRE_DEN_Q44, r);
    } else {
        r = sqrt_q44(neg_log_q58(2 * tail + 1) + LN2_Q58);
        if (r <= UINT64_C(5) << 44) {
            r -= UINT64_C(28147497671066); /* 1.6 */
            num = polynomial_q44(MIDDLE_NUM_Q44, r);
            den = polynomial_q44(MIDDLE_DEN_Q44, r);
        } else {
            r -= UINT64_C(5) << 44;
            num = polynomial_q44(FAR_NUM_Q44, r);
            den = polynomial_q44(FAR_DEN_Q44, r);
        }
    }
    num = wide_div(wide_mul(num, UINT64_C(1) << 32), den);
    sim_assert(num < UINT64_C(10) << 32); /* 2^-65 is the quantile of 9.08 */
    return negative ? -(int64_t)num : (int64_t)num;
}
