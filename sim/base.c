/* base.c - memory, the two ways to die, and arithmetic that 64 bits do not hold. */
#include "sim/base.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

NORETURN void sim_assert_failed(const char *file, int line, const char *func, const char *cond)
{
    fprintf(stderr, "%s:%d: %s: this should have held: %s\n", file, line, func, cond);
    abort();
}

WEAK NORETURN void sim_out_of_memory(size_t bytes)
{
    fprintf(stderr, "out of memory: %zu bytes more were needed\n", bytes);
    abort();
}

/* ---- memory -------------------------------------------------------------- */

void *sim_malloc(size_t bytes)
{
    void *ptr = malloc(bytes ? bytes : 1);

    if (!ptr)
        sim_out_of_memory(bytes);
    return ptr;
}

void *sim_calloc(size_t n, size_t bytes)
{
    void *ptr = calloc(n ? n : 1, bytes ? bytes : 1);

    if (!ptr)
        sim_out_of_memory(bytes && n > SIZE_MAX / bytes ? SIZE_MAX : n * bytes);
    return ptr;
}

void *sim_realloc(void *ptr, size_t bytes)
{
    void *moved = realloc(ptr, bytes ? bytes : 1);

    if (!moved)
        sim_out_of_memory(bytes);
    return moved;
}

void *array_reach(void *list, size_t *n, size_t i, size_t bytes)
{
    size_t more = 2 * i + 64;

    if (LIKELY(i < *n))
        return list;
    list = sim_realloc(list, more * bytes);
    memset((char *)list + *n * bytes, 0, (more - *n) * bytes);
    *n = more;
    return list;
}

char *sim_strdup(const char *text)
{
    sim_assert(text);
    return sim_strndup(text, strlen(text));
}

char *sim_strndup(const char *text, size_t len)
{
    const char *end = memchr(text, '\0', len);
    size_t n = end ? (size_t)(end - text) : len;
    char *copy = sim_malloc(n + 1);

    memcpy(copy, text, n);
    copy[n] = '\0';
    return copy;
}

/* ---- checked arithmetic ---------------------------------------------------- */

bool add_i64(int64_t a, int64_t b, int64_t *sum)
{
    if (b > 0 ? a > INT64_MAX - b : a < INT64_MIN - b)
        return false;
    *sum = a + b;
    return true;
}

bool sub_i64(int64_t a, int64_t b, int64_t *difference)
{
    if (b < 0 ? a > INT64_MAX + b : a < INT64_MIN + b)
        return false;
    *difference = a - b;
    return true;
}

static uint64_t magnitude(int64_t x)
{
    return x < 0 ? ~(uint64_t)x + 1 : (uint64_t)x;
}

/* By magnitudes, not __builtin_mul_overflow(): on 32 bits some compilers make
 * that a call of a function that only their own runtime library has. */
bool mul_i64(int64_t a, int64_t b, int64_t *product)
{
    bool negative = (a < 0) != (b < 0);
    struct wide w = wide_mul(magnitude(a), magnitude(b));
    uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);

    if (w.hi != 0 || w.lo > limit)
        return false;
    if (negative && w.lo != 0)
        *product = -(int64_t)(w.lo - 1) - 1; /* also INT64_MIN */
    else
        *product = (int64_t)w.lo;
    return true;
}

/* ---- 128 bits ---------------------------------------------------------------- */

struct wide wide_mul_halves(uint64_t a, uint64_t b)
{
    uint64_t al = a & UINT32_MAX, ah = a >> 32;
    uint64_t bl = b & UINT32_MAX, bh = b >> 32;
    uint64_t low = al * bl;
    uint64_t mid = ah * bl + (low >> 32); /* at most (2^32-1)^2 + 2^32-1: no overflow */
    uint64_t mid2 = al * bh + (mid & UINT32_MAX);
    struct wide w;

    w.hi = ah * bh + (mid >> 32) + (mid2 >> 32);
    w.lo = (mid2 << 32) | (low & UINT32_MAX);
    return w;
}

int wide_compare(struct wide a, struct wide b)
{
    if (a.hi != b.hi)
        return a.hi < b.hi ? -1 : 1;
    if (a.lo != b.lo)
        return a.lo < b.lo ? -1 : 1;
    return 0;
}

/* One digit of the quotient: (top * 2^32 + next) / b, where b >= 2^63 and top < b;
 * `*rest` is what is left of it. */
static uint64_t divide_digit(uint64_t top, uint64_t next, uint64_t b, uint64_t *rest)
{
    uint64_t bh = b >> 32, bl = b & UINT32_MAX;
    uint64_t digit = top / bh, left = top % bh;

    /* The guess from the upper half of b is at most 2 too large. */
    while (digit > UINT32_MAX || digit * bl > ((left << 32) | next)) {
        digit--;
        left += bh;
        if (left > UINT32_MAX)
            break;
    }
    *rest = ((top << 32) | next) - digit * b; /* modulo 2^64, and less than b */
    return digit;
}

/* a / b where a.hi < b, so that the quotient has 64 bits.
 *
 * Source: D. E. Knuth, The Art of Computer Programming 2, 4.3.1, algorithm D, for
 * two digits of 32 bits. */
static uint64_t divide(struct wide a, uint64_t b, uint64_t *rest)
{
    uint64_t high, low, top;
    unsigned shift = 0;

    sim_assert(a.hi < b);
    if (a.hi == 0) {
        *rest = a.lo % b;
        return a.lo / b;
    }
    while (!(b >> 63)) {
        b <<= 1;
        shift++;
    }
    if (shift > 0) {
        a.hi = (a.hi << shift) | (a.lo >> (64 - shift));
        a.lo <<= shift;
    }
    high = divide_digit(a.hi, a.lo >> 32, b, &top);
    low = divide_digit(top, a.lo & UINT32_MAX, b, rest);
    *rest >>= shift;
    return (high << 32) | low;
}

uint64_t wide_div(struct wide a, uint64_t b)
{
    uint64_t quotient, rest;

    sim_assert(b > 0);
    if (a.hi >= b)
        return UINT64_MAX;
    quotient = divide(a, b, &rest);
    if (rest >= b - rest && quotient < UINT64_MAX)
        quotient++;
    return quotient;
}

static int64_t mul_div(int64_t a, int64_t b, int64_t c, bool up)
{
    uint64_t quotient, rest;
    struct wide product;

    sim_assert(a >= 0 && b >= 0);
    sim_assert(c > 0);
    product = wide_mul((uint64_t)a, (uint64_t)b);
    if (product.hi >= (uint64_t)c)
        return INT64_MAX;
    quotient = divide(product, (uint64_t)c, &rest);
    if (quotient >= INT64_MAX)
        return INT64_MAX;
    return (int64_t)quotient + (up && rest > 0 ? 1 : 0);
}

int64_t mul_div_floor(int64_t a, int64_t b, int64_t c)
{
    return mul_div(a, b, c, false);
}

int64_t mul_div_ceil(int64_t a, int64_t b, int64_t c)
{
    return mul_div(a, b, c, true);
}

/* r = 2 * r + bit, less den where that is not larger: one step of a long division.
 * r < den before and after; true: den went in. */
static bool divide_step(struct wide *r, struct wide den, uint64_t bit)
{
    bool carry = (r->hi >> 63) != 0;

    r->hi = (r->hi << 1) | (r->lo >> 63);
    r->lo = (r->lo << 1) | bit;
    if (!carry && wide_compare(*r, den) < 0)
        return false;
    r->hi = r->hi - den.hi - (r->lo < den.lo ? 1 : 0);
    r->lo -= den.lo;
    return true;
}

int64_t ratio_e9(struct wide num, struct wide den)
{
    const uint64_t e9 = 1000000000;
    struct wide low = wide_mul(num.lo, e9), high = wide_mul(num.hi, e9), rest = {0, 0};
    uint64_t limbs[3], quotient = 0;
    int bit;

    if (den.hi == 0 && den.lo == 0)
        return 0;
    if (num.hi == 0 && den.hi == 0) { /* nearly always */
        quotient = wide_div(low, den.lo);
        return quotient > INT64_MAX ? INT64_MAX : (int64_t)quotient;
    }
    /* num * 10^9 has up to 158 bits: the three limbs, least first. */
    limbs[0] = low.lo;
    limbs[1] = low.hi + high.lo;
    limbs[2] = high.hi + (limbs[1] < low.hi ? 1 : 0);
    for (bit = 191; bit >= 0; bit--) {
        bool one = divide_step(&rest, den, limbs[bit / 64] >> (bit % 64) & 1);

        if (quotient > INT64_MAX / 2)
            return INT64_MAX;
        quotient = quotient << 1 | (one ? 1 : 0);
    }
    /* Half or more of den is left: it goes up. */
    if (divide_step(&rest, den, 0) && quotient < INT64_MAX)
        quotient++;
    return (int64_t)quotient;
}
