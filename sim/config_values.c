/* config_values.c - scalars, read from their decimal text: no float is ever made. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/config_read.h"

/* ---- decimal numbers ---------------------------------------------------------------- */

bool decimal_read(const char *s, size_t len, struct decimal *d, size_t *used)
{
    size_t i = 0, start;
    int64_t fraction = 0, exponent = 0;
    bool point = false, negative = false;

    memset(d, 0, sizeof(*d));
    if (i < len && s[i] == '-') {
        d->negative = true;
        i++;
    }
    start = i;
    for (; i < len && ((s[i] >= '0' && s[i] <= '9') || (s[i] == '.' && !point)); i++) {
        fraction += point;
        point |= s[i] == '.';
    }
    if (i == start || s[start] == '.' || s[i - 1] == '.')
        return false;
    d->digits = s + start;
    d->len = i - start;
    if (i + 1 < len && (s[i] == 'e' || s[i] == 'E')) {
        size_t e = i + 1;

        negative = s[e] == '-';
        e += s[e] == '-' || s[e] == '+';
        if (e < len && isdigit((unsigned char)s[e])) {
            for (i = e; i < len && isdigit((unsigned char)s[i]); i++)
                exponent = exponent > 1000000 ? exponent : 10 * exponent + (s[i] - '0');
        }
    }
    d->exponent = (negative ? -exponent : exponent) - fraction;
    *used = i;
    return true;
}

enum decimal_fit decimal_fit(const struct decimal *d, int shift, int64_t *value)
{
    int64_t exponent = d->exponent + shift, v = 0, zeros = 0;

    /* Zeros wait until another digit follows: those at the end are left over. */
    for (size_t i = 0; i < d->len; i++) {
        if (d->digits[i] == '.')
            continue;
        zeros++;
        if (d->digits[i] == '0')
            continue;
        for (; zeros > 0 && v > 0; zeros--)
            if (!mul_i64(v, 10, &v))
                return exponent < 0 ? FIT_FRACTION : FIT_TOO_LARGE;
        zeros = 0;
        if (!add_i64(v, d->digits[i] - '0', &v))
            return FIT_TOO_LARGE;
    }
    *value = 0;
    if (v == 0)
        return FIT_EXACT;
    exponent += zeros;
    if (exponent < 0)
        return FIT_FRACTION;
    for (; exponent > 0; exponent--)
        if (!mul_i64(v, 10, &v))
            return FIT_TOO_LARGE;
    *value = v;
    return FIT_EXACT;
}

/* ---- times ---------------------------------------------------------------------------- */

static const struct {
    const char *name;
    int digits; /* 10^digits ns */
} units[] = {{"ns", 0}, {"us", 3}, {"ms", 6}, {"s", 9}};

#define TIME_HINT "a number and one of ns, us, ms, s: \"5ms\""

static const char not_whole[] = "is not a whole number of nanoseconds";
static const char too_long[] = "is longer than 2^62 ns, some 146 years";

static const char *time_fits(const struct decimal *d, int digits, sim_time *time)
{
    int64_t v;

    switch (decimal_fit(d, digits, &v)) {
    case FIT_FRACTION:
        return not_whole;
    case FIT_TOO_LARGE:
        return too_long;
    case FIT_EXACT:
        break;
    }
    if (d->negative && v > 0)
        return "is negative";
    if (v > SIM_TIME_MAX)
        return too_long;
    *time = v;
    return NULL;
}

const char *time_read(const char *s, sim_time *time)
{
    struct decimal d;
    size_t used;

    if (!decimal_read(s, strlen(s), &d, &used) || memchr(s, 'e', used) || memchr(s, 'E', used))
        return "";
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (strcmp(s + used, units[i].name) == 0)
            return time_fits(&d, units[i].digits, time);
    return "";
}

/* The decimal of a number node. */
static bool number_of(struct reader *r, const cJSON *at, struct decimal *d)
{
    size_t len, used;
    const char *s = json_source(r->j, at, &len);

    return cJSON_IsNumber(at) && decimal_read(s, len, d, &used);
}

static void shorten(struct reader *r, const cJSON *at, char buf[64])
{
    size_t len;
    const char *s = json_source(r->j, at, &len);

    (void)snprintf(buf, 64, "%.*s%s", (int)(len < 40 ? len : 40), s, len < 40 ? "" : "...");
}

bool read_time(struct reader *r, const cJSON *at, sim_time *time)
{
    struct decimal d;
    char shown[64];
    const char *why = "";

    if (cJSON_IsString(at)) {
        why = time_read(at->valuestring, time);
    } else if (number_of(r, at, &d)) {
        int digits = r->unit == 1 ? 0 : r->unit == US(1) ? 3 : r->unit == MS(1) ? 6 : 9;

        why = time_fits(&d, digits, time);
    }
    if (!why)
        return true;
    if (*why == '\0') {
        wrong_type(r, at, TIME_HINT, "a duration");
        return false;
    }
    shorten(r, at, shown);
    wrong(r, at, NULL, "the duration %s %s", shown, why);
    return false;
}

/* ---- numbers ----------------------------------------------------------------------------- */

bool read_fixed(struct reader *r, const cJSON *at, int digits, int64_t min, int64_t max,
                int64_t *value)
{
    struct decimal d;
    char shown[64], low[64], high[64];
    int64_t v = 0, one = 1;
    enum decimal_fit fit;

    if (!number_of(r, at, &d)) {
        wrong_type(r, at, NULL, digits ? "a number" : "a whole number");
        return false;
    }
    shorten(r, at, shown);
    fit = decimal_fit(&d, digits, &v);
    if (fit == FIT_FRACTION) {
        if (digits)
            wrong(r, at, NULL, "%s has more than %d decimals", shown, digits);
        else
            wrong(r, at, NULL, "expected a whole number, got %s", shown);
        return false;
    }
    if (d.negative)
        v = -v;
    if (fit == FIT_EXACT && v >= min && v <= max) {
        *value = v;
        return true;
    }
    for (int i = 0; i < digits; i++)
        one *= 10;
    if (min % one == 0 && max % one == 0) {
        (void)snprintf(low, sizeof(low), "%lld", (long long)(min / one));
        (void)snprintf(high, sizeof(high), "%lld", (long long)(max / one));
    } else {
        int n = snprintf(low, sizeof(low), "%lld.%0*lld", (long long)(min / one), digits,
                         (long long)(min % one));

        while (low[n - 1] == '0')
            low[--n] = '\0';
        if (low[n - 1] == '.')
            low[n - 1] = '\0';
        (void)snprintf(high, sizeof(high), "%lld", (long long)(max / one));
    }
    if (max >= INT64_C(1) << 53)
        wrong(r, at, NULL, "%s is too %s: %s%s", shown,
              v < min && fit == FIT_EXACT ? "small" : "large",
              v < min && fit == FIT_EXACT ? "at least " : "at most ",
              v < min && fit == FIT_EXACT ? low : high);
    else
        wrong(r, at, NULL, "%s is out of range: from %s to %s", shown, low, high);
    return false;
}

bool read_int(struct reader *r, const cJSON *at, int64_t min, int64_t max, int64_t *value)
{
    return read_fixed(r, at, 0, min, max, value);
}

/* All 64 bits, as a number or, for tools that keep numbers in floats, as a string of digits. */
bool read_seed(struct reader *r, const cJSON *at, uint64_t *seed)
{
    size_t len;
    const char *s = json_source(r->j, at, &len);
    bool quoted = cJSON_IsString(at), fine = len > (quoted ? 2U : 0U);
    uint64_t value = 0;

    for (size_t i = quoted; fine && i < len - quoted; i++) {
        uint64_t digit = (uint64_t)(s[i] - '0');

        fine = s[i] >= '0' && s[i] <= '9' && value <= (UINT64_MAX - digit) / 10;
        value = 10 * value + digit;
    }
    if (fine)
        *seed = value;
    else
        wrong_type(r, at, "from 0 to 18446744073709551615", "a seed");
    return fine;
}

static const struct {
    const char *name;
    int64_t factor;
} byte_units[] = {
    {"B", 1},           {"kB", 1000},
    {"KB", 1000},       {"MB", 1000000},
    {"GB", 1000000000}, {"TB", INT64_C(1000000000000)},
    {"KiB", 1024},      {"MiB", 1 << 20},
    {"GiB", 1 << 30},   {"TiB", INT64_C(1) << 40},
};

/* As bytes: "16MB"; a fraction of a unit is fine where the bytes are whole. */
static const char *bytes_fit(const char *s, const char *end, int64_t *value)
{
    struct decimal d;
    size_t used, len = (size_t)(end - s);
    int64_t v, scaled;

    if (!decimal_read(s, len, &d, &used) || memchr(s, 'e', used) || memchr(s, 'E', used))
        return "";
    for (size_t i = 0; i < ARRAY_LEN(byte_units); i++) {
        if (strlen(byte_units[i].name) != len - used ||
            memcmp(byte_units[i].name, s + used, len - used) != 0)
            continue;
        if (d.negative)
            return "is negative";
        if (decimal_fit(&d, 6, &v) != FIT_EXACT || !mul_i64(v, byte_units[i].factor, &scaled))
            return "is too large, or has too many decimals";
        if (scaled % 1000000 != 0)
            return "is not a whole number of bytes";
        *value = scaled / 1000000;
        return NULL;
    }
    return "";
}

const char *bytes_read(const char *s, int64_t *value)
{
    const char *end = s + strlen(s);

    if (end > s && end[-1] >= '0' && end[-1] <= '9') {
        *value = strtoll(s, NULL, 10);
        return NULL;
    }
    if (end - s > 2 && strcmp(end - 2, "/s") == 0)
        end -= 2;
    return bytes_fit(s, end, value);
}

bool read_bytes(struct reader *r, const cJSON *at, bool a_second, int64_t *value)
{
    const char *why = "";
    char shown[64];

    if (!a_second && cJSON_IsNumber(at))
        return read_int(r, at, 0, INT64_C(1) << 53, value);
    if (cJSON_IsString(at)) {
        const char *s = at->valuestring, *end = s + strlen(s);

        if (!a_second)
            why = bytes_fit(s, end, value);
        else if (end - s > 2 && strcmp(end - 2, "/s") == 0)
            why = bytes_fit(s, end - 2, value);
        if (!why && a_second && *value == 0)
            why = "moves nothing at all";
    }
    if (!why)
        return true;
    if (*why == '\0') {
        wrong_type(r, at,
                   a_second ? "as \"100MB/s\" or \"8MiB/s\""
                            : "a number, or as \"16MB\" or \"64KiB\"",
                   a_second ? "bytes per second" : "bytes");
        return false;
    }
    shorten(r, at, shown);
    wrong(r, at, NULL, "%s %s", shown, why);
    return false;
}

bool read_rate(struct reader *r, const cJSON *at, sim_time *gap)
{
    struct decimal d;
    size_t used;
    char shown[64];
    int64_t v;

    if (cJSON_IsString(at) &&
        decimal_read(at->valuestring, strlen(at->valuestring), &d, &used) &&
        at->valuestring[used] == '/' && !d.negative) {
        for (size_t i = 0; i < ARRAY_LEN(units); i++) {
            if (strcmp(at->valuestring + used + 1, units[i].name) != 0)
                continue;
            shorten(r, at, shown);
            if (decimal_fit(&d, 9, &v) != FIT_EXACT || v == 0) {
                wrong(r, at, NULL, "the rate %s is 0, too large, or has more than 9 decimals",
                      shown);
                return false;
            }
            *gap = mul_div_floor(SEC(1),
                                 units[i].digits == 9   ? SEC(1)
                                 : units[i].digits == 6 ? MS(1)
                                 : units[i].digits == 3 ? US(1)
                                                        : 1,
                                 v);
            if (*gap > 0)
                return true;
            wrong(r, at, NULL, "the rate %s is more than one a nanosecond", shown);
            return false;
        }
    }
    wrong_type(r, at, "how many in what time: \"200/s\", \"3/ms\"", "a rate");
    return false;
}

/* ---- distributions ------------------------------------------------------------------------ */

static const char *const dist_names[] = {
#define X(kind, name, params, help) name,
    DIST_KINDS(X)
#undef X
};
static const char *const dist_params[] = {
#define X(kind, name, params, help) params,
    DIST_KINDS(X)
#undef X
};

const struct dist *const_dist(struct reader *r, sim_time time)
{
    struct dist *d = arena_alloc(r->mem, sizeof(*d));

    d->kind = DIST_CONST;
    d->a = time;
    return d;
}

static bool read_times(struct reader *r, const cJSON *at, struct dist *d)
{
    int n = cJSON_IsArray(at) ? cJSON_GetArraySize(at) : 0;
    sim_time *values;
    bool fine = true;

    if (n == 0) {
        wrong_type(r, at, NULL, "an array of one or more durations");
        return false;
    }
    values = arena_alloc(r->mem, (size_t)n * sizeof(*values));
    d->values = values;
    for (const cJSON *v = at->child; v; v = v->next)
        fine = read_time(r, v, &values[d->nvalues++]) && fine;
    if (d->kind == DIST_LIST) {
        sim_assert(r->ncursors);
        d->cursor = (*r->ncursors)++;
    }
    return fine;
}

/* Two of them: a duration and a duration, or a duration and a number. */
static bool read_pair(struct reader *r, const cJSON *at, struct dist *d)
{
    const cJSON *second;
    bool fine;

    if (!cJSON_IsArray(at) || cJSON_GetArraySize(at) != 2) {
        char what[60];

        (void)snprintf(what, sizeof(what), "two values, %s", dist_params[d->kind]);
        wrong_type(r, at, NULL, what);
        return false;
    }
    second = at->child->next;
    fine = read_time(r, at->child, &d->a);
    if (d->kind == DIST_LOGNORMAL)
        return read_fixed(r, second, 9, 0, INT64_C(10000000000), &d->shape_e9) && fine;
    if (d->kind == DIST_PARETO)
        return read_fixed(r, second, 9, 10000000, INT64_C(1000000000000), &d->shape_e9) && fine;
    fine = read_time(r, second, &d->b) && fine;
    if (fine && d->kind == DIST_UNIFORM && d->a > d->b) {
        wrong(r, at, "the smaller one comes first", "from more than to");
        return false;
    }
    return fine;
}

static const struct dist *read_dist_object(struct reader *r, const cJSON *at)
{
    struct dist *d = arena_alloc(r->mem, sizeof(*d));
    const cJSON *key = NULL;
    bool fine;

    for (const cJSON *m = at->child; m; m = m->next) {
        if (is_comment(m))
            continue;
        if (key) {
            wrong_key(r, m, NULL, "a distribution has one key, and \"%s\" stands here already",
                      key->string);
            return NULL;
        }
        key = m;
    }
    if (!key) {
        wrong_type(r, at, "as {\"exp\": \"2ms\"}", "a distribution");
        return NULL;
    }
    for (int k = DIST_EXP; k < DIST_COUNT; k++)
        if (strcmp(dist_names[k], key->string) == 0)
            d->kind = (enum dist_kind)k;
    if (d->kind == DIST_CONST) {
        wrong_name(r, key, "distribution", key->string, dist_names + 1, DIST_COUNT - 1);
        return NULL;
    }
    if (d->kind == DIST_EXP)
        fine = read_time(r, key, &d->a);
    else if (d->kind == DIST_CHOICE || d->kind == DIST_LIST)
        fine = read_times(r, key, d);
    else
        fine = read_pair(r, key, d);
    return fine ? d : NULL;
}

const struct dist *read_dist(struct reader *r, const cJSON *at)
{
    sim_time time;

    if (cJSON_IsObject(at))
        return read_dist_object(r, at);
    if (!cJSON_IsString(at) && !cJSON_IsNumber(at)) {
        wrong_type(r, at, "\"5ms\", or {\"exp\": \"5ms\"}", "a duration or a distribution");
        return NULL;
    }
    return read_time(r, at, &time) ? const_dist(r, time) : NULL;
}

bool read_identifier(struct reader *r, const cJSON *at, const char *name)
{
    size_t len = strlen(name);
    bool fine = len > 0 && len < 64 && !isdigit((unsigned char)name[0]);

    for (size_t i = 0; i < len; i++)
        fine = fine && (isalnum((unsigned char)name[i]) || name[i] == '_');
    if (!fine)
        wrong_key(r, at, "letters, digits and _, at most 63, no digit first",
                  "\"%.80s\" is no name for a variable", name);
    return fine;
}
