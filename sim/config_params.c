/* config_params.c - mistakes, names, and objects declared by tables of `struct param`. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/config_read.h"
#include "sim/expr.h"

/* ---- mistakes -------------------------------------------------------------------------- */

static void report(struct reader *r, const cJSON *at, size_t offset, const char *hint,
                   const char *fmt, va_list ap) PRINTF_LIKE(5, 0);
static void report(struct reader *r, const cJSON *at, size_t offset, const char *hint,
                   const char *fmt, va_list ap)
{
    char *pointer = json_pointer(r->j, at);
    struct text message = {0};
    char buf[512];

    (void)vsnprintf(buf, sizeof(buf), fmt, ap);
    text_add(&message, buf);
    diags_add_text(r->diags, offset, pointer, hint, message.data);
    text_release(&message);
    free(pointer);
    r->bad = true;
}

void wrong(struct reader *r, const cJSON *at, const char *hint, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    report(r, at, json_offset(r->j, at), hint, fmt, ap);
    va_end(ap);
}

void wrong_key(struct reader *r, const cJSON *at, const char *hint, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    report(r, at, json_key_offset(r->j, at), hint, fmt, ap);
    va_end(ap);
}

void wrong_inside(struct reader *r, const cJSON *at, size_t offset, const char *hint,
                  const char *fmt, ...)
{
    size_t start = json_offset(r->j, at);
    va_list ap;

    va_start(ap, fmt);
    report(r, at, start == SIZE_MAX ? start : start + 1 + offset, hint, fmt, ap);
    va_end(ap);
}

void wrong_type(struct reader *r, const cJSON *at, const char *hint, const char *what)
{
    size_t len;
    const char *s = json_source(r->j, at, &len);

    if (cJSON_IsObject(at))
        wrong(r, at, hint, "expected %s, got an object", what);
    else if (cJSON_IsArray(at))
        wrong(r, at, hint, "expected %s, got %s", what,
              at->child ? "an array" : "an empty array");
    else
        wrong(r, at, hint, "expected %s, got %.*s%s", what, (int)(len < 60 ? len : 60), s,
              len > 60 ? "..." : "");
}

void wrong_name(struct reader *r, const cJSON *at, const char *kind, const char *name,
                const char *const *names, size_t n)
{
    const char *close = n <= COMPARED_NAMES ? name_closest(name, names, n) : NULL;
    struct text hint = {0};

    if (close)
        text_addf(&hint, "did you mean \"%s\"?%s", close,
                  n > 1 && n <= SHOWN_NAMES ? "  " : "");
    if (n > 0 && n <= SHOWN_NAMES && !(close && n == 1)) {
        text_add(&hint, n == 1 ? "There is only: " : "There are: ");
        for (size_t i = 0; i < n; i++)
            text_addf(&hint, "%s%s", i ? ", " : "", names[i]);
    }
    if (n == 0)
        text_add(&hint, "there is none in this file");
    if (strcmp(kind, "key") == 0)
        wrong_key(r, at, hint.data, "unknown key \"%.80s\"", name);
    else if (strcmp(kind, "op") == 0 || strcmp(kind, "distribution") == 0 ||
             strcmp(kind, "kind of sync object") == 0)
        wrong_key(r, at, hint.data, "no %s \"%.80s\"", kind, name);
    else
        wrong(r, at, hint.data, "no %s \"%.80s\"", kind, name);
    text_release(&hint);
}

/* ---- names ------------------------------------------------------------------------------- */

void names_init(struct reader *r, struct names *names, int32_t room)
{
    names->list = arena_alloc(r->mem, ((size_t)room + 1) * sizeof(*names->list));
    names->n = 0;
}

void names_add(struct names *names, const char *name, int32_t number)
{
    names->list[names->n].name = name;
    names->list[names->n++].number = number;
}

static int compare_names(const void *a, const void *b)
{
    const struct name_entry *x = a, *y = b;
    int order = strcmp(x->name, y->name);

    return order ? order : (x->number > y->number) - (x->number < y->number);
}

void names_sort(struct names *names)
{
    qsort(names->list, (size_t)names->n, sizeof(*names->list), compare_names);
}

int32_t names_find(const struct names *names, const char *name)
{
    int32_t low = 0, high = names->n;

    while (low < high) {
        int32_t middle = low + (high - low) / 2;

        if (strcmp(names->list[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < names->n && strcmp(names->list[low].name, name) == 0 ? names->list[low].number
                                                                      : -1;
}

int32_t read_reference(struct reader *r, const cJSON *at, const struct names *names,
                       const char *kind)
{
    const char **list;
    int32_t number;

    if (!cJSON_IsString(at)) {
        char what[40];

        (void)snprintf(what, sizeof(what), "the name of a %s", kind);
        wrong_type(r, at, NULL, what);
        return -1;
    }
    number = names_find(names, at->valuestring);
    if (number >= 0)
        return number;
    list = sim_calloc((size_t)names->n + 1, sizeof(*list));
    for (int32_t i = 0; i < names->n; i++)
        list[i] = names->list[i].name;
    wrong_name(r, at, kind, at->valuestring, list, (size_t)names->n);
    free(list);
    return -1;
}

/* ---- one key ------------------------------------------------------------------------------ */

static void *field(const struct keys *keys, const struct param *p)
{
    return (char *)keys->base + p->offset;
}

static void limits(const struct param *p, int64_t *min, int64_t *max)
{
    *min = p->min;
    *max = p->max;
    if (p->min == 0 && p->max == 0)
        *max =
            p->type == PARAM_TIME || p->type == PARAM_TIMES ? SIM_TIME_MAX : INT64_C(1) << 53;
}

static bool read_limited_time(struct reader *r, const cJSON *at, const struct param *p,
                              sim_time *time)
{
    char low[TIME_TEXT_SIZE], high[TIME_TEXT_SIZE];
    int64_t min, max;

    if (!read_time(r, at, time))
        return false;
    limits(p, &min, &max);
    if (*time >= min && *time <= max)
        return true;
    if (max == SIM_TIME_MAX)
        wrong(r, at, NULL, "\"%s\" must be at least %s", p->name, time_text(min, low));
    else
        wrong(r, at, NULL, "\"%s\" must be from %s to %s", p->name, time_text(min, low),
              time_text(max, high));
    return false;
}

static bool read_choice(struct reader *r, const cJSON *at, const struct param *p,
                        int32_t *choice)
{
    size_t n = 0;

    for (; p->choices[n]; n++) {
        if (cJSON_IsString(at) && strcmp(p->choices[n], at->valuestring) == 0) {
            *choice = (int32_t)n;
            return true;
        }
    }
    if (cJSON_IsString(at)) {
        wrong_name(r, at, p->name, at->valuestring, p->choices, n);
    } else {
        struct text hint = {0};

        for (size_t i = 0; i < n; i++)
            text_addf(&hint, "%s\"%s\"", i ? ", " : "one of ", p->choices[i]);
        wrong_type(r, at, hint.data, "a name");
        text_release(&hint);
    }
    return false;
}

static const char *read_expr(struct reader *r, const cJSON *at)
{
    char message[160];
    size_t offset;

    if (cJSON_IsNumber(at)) {
        int64_t value;

        return read_int(r, at, -(INT64_C(1) << 53), INT64_C(1) << 53, &value)
                   ? arena_printf(r->mem, value < 0 ? "0 - %lld" : "%lld",
                                  (long long)(value < 0 ? -value : value))
                   : NULL;
    }
    if (cJSON_IsBool(at))
        return cJSON_IsTrue(at) ? "1" : "0";
    if (!cJSON_IsString(at)) {
        wrong_type(r, at, "as \"n < 10\"", "an expression");
        return NULL;
    }
    if (expr_check(at->valuestring, message, sizeof(message), &offset))
        return arena_strdup(r->mem, at->valuestring);
    wrong_inside(r, at, offset, NULL, "%s", message);
    return NULL;
}

static const char *read_set(struct reader *r, const cJSON *at)
{
    char name[EXPR_NAME_MAX], message[160];
    size_t from, offset;

    if (!cJSON_IsString(at) || !expr_split_set(at->valuestring, name, &from)) {
        wrong_type(r, at, "as \"x = x + 1\"", "a name, =, and an expression");
        return NULL;
    }
    if (expr_check(at->valuestring + from, message, sizeof(message), &offset))
        return arena_strdup(r->mem, at->valuestring);
    wrong_inside(r, at, from + offset, NULL, "%s", message);
    return NULL;
}

static const char *read_text(struct reader *r, const cJSON *at, const char *what, bool some)
{
    if (cJSON_IsString(at) && (!some || *at->valuestring))
        return arena_strdup(r->mem, at->valuestring);
    wrong_type(r, at, NULL, what);
    return NULL;
}

static bool read_count(struct reader *r, const cJSON *at, const struct param *p, int64_t *count)
{
    int64_t min, max;

    limits(p, &min, &max);
    if (cJSON_IsNumber(at))
        return read_int(r, at, min, max, count);
    if (cJSON_IsString(at) && strcmp(at->valuestring, "unlimited") == 0) {
        *count = -1;
        return true;
    }
    wrong_type(r, at, NULL, "a whole number or \"unlimited\"");
    return false;
}

static void read_bool(struct reader *r, const cJSON *at, const struct param *p, bool *value)
{
    if (p->type == PARAM_TRUE && !cJSON_IsTrue(at))
        wrong_type(r, at, "leave the op out, if it is not meant", "true");
    else if (!cJSON_IsBool(at))
        wrong_type(r, at, NULL, "true or false");
    *value = cJSON_IsTrue(at);
}

static bool read_number(struct reader *r, const cJSON *at, const struct param *p, int64_t *to)
{
    int64_t min, max;

    if (p->type == PARAM_TIMES)
        return read_limited_time(r, at, p, to);
    limits(p, &min, &max);
    return read_int(r, at, min, max, to);
}

static void read_list(struct reader *r, const cJSON *at, const struct param *p,
                      struct param_list *list)
{
    int n = cJSON_IsArray(at) ? cJSON_GetArraySize(at) : 1;

    if (n == 0) {
        wrong_type(r, at, NULL, "a value or an array of values");
        return;
    }
    list->values = arena_alloc(r->mem, (size_t)n * sizeof(*list->values));
    list->array = cJSON_IsArray(at);
    list->n = 0;
    for (const cJSON *v = list->array ? at->child : at; v; v = list->array ? v->next : NULL) {
        list->values[list->n] = p->min;
        (void)read_number(r, v, p, &list->values[list->n++]);
    }
}

static void read_names(struct reader *r, const cJSON *at, struct name_list *list)
{
    const char **names;

    if (!cJSON_IsArray(at)) {
        wrong_type(r, at, "as [\"a\", \"b\"]", "an array of names");
        return;
    }
    names = arena_alloc(r->mem, ((size_t)cJSON_GetArraySize(at) + 1) * sizeof(*names));
    list->names = names;
    for (const cJSON *m = at->child; m; m = m->next)
        names[list->n++] = read_text(r, m, "a name", true);
}

static int32_t read_named(struct reader *r, const cJSON *at, enum param_type type)
{
    if (type == PARAM_DEVICE)
        return read_reference(r, at, &r->devices, "device");
    if (type == PARAM_SYNC)
        return read_reference(r, at, &r->syncs, "sync object");
    return read_reference(r, at, &r->programs, "program");
}

static void read_awaited(struct reader *r, const cJSON *at, struct awaited *a)
{
    size_t len = r->path.len;

    if (cJSON_IsNull(at))
        return;
    if (cJSON_IsString(at)) {
        a->promise = read_text(r, at, "a name", true);
    } else if (cJSON_IsObject(at)) {
        text_add(&r->path, ".await");
        read_one_op(r, at, &a->op);
        r->path.len = len;
        r->path.data[len] = '\0';
    } else {
        wrong_type(r, at, "as { \"await\": { \"sleep\": \"5ms\" } }",
                   "an op, the name of a promise, or null");
    }
}

static void read_nested(struct reader *r, const cJSON *at, const char *key,
                        struct op_list *list)
{
    size_t len = r->path.len;

    text_addf(&r->path, ".%s", key);
    read_op_list(r, at, list);
    r->path.len = len;
    r->path.data[len] = '\0';
}

static void read_some_bytes(struct reader *r, const cJSON *at, const struct param *p,
                            int64_t *bytes)
{
    if (read_bytes(r, at, p->type == PARAM_BANDWIDTH, bytes) && *bytes < p->min)
        wrong(r, at, NULL, "expected %" PRId64 " or more bytes", p->min);
}

static void read_inside(struct reader *r, const cJSON *at, const struct param *p, void *to)
{
    struct keys keys = {.params = p->inside, .base = to};

    if (!want_object(r, at))
        return;
    *(bool *)to = true;
    read_object(r, at, p->name, &keys, 1);
}

static void read_param(struct reader *r, const cJSON *at, const struct param *p, void *to)
{
    switch (p->type) {
    case PARAM_TIME:
        (void)read_limited_time(r, at, p, to);
        break;
    case PARAM_DIST:
        *(const struct dist **)to = read_dist(r, at);
        break;
    case PARAM_INT:
        (void)read_number(r, at, p, to);
        break;
    case PARAM_POLICIES:
        read_policies(r, at, to);
        break;
    case PARAM_TIMES:
    case PARAM_INTS:
        read_list(r, at, p, to);
        break;
    case PARAM_TRUE:
    case PARAM_BOOL:
        read_bool(r, at, p, to);
        break;
    case PARAM_ENUM:
        (void)read_choice(r, at, p, to);
        break;
    case PARAM_RATE:
        (void)read_rate(r, at, to);
        break;
    case PARAM_BYTES:
    case PARAM_BANDWIDTH:
        read_some_bytes(r, at, p, to);
        break;
    case PARAM_OBJECT:
        read_inside(r, at, p, to);
        break;
    case PARAM_COUNT:
        (void)read_count(r, at, p, to);
        break;
    case PARAM_FACTOR:
        (void)read_fixed(r, at, 6, p->min, p->max, to);
        break;
    case PARAM_TEXT:
    case PARAM_NAME:
        *(const char **)to = read_text(r, at, p->type == PARAM_TEXT ? "a text" : "a name",
                                       p->type == PARAM_NAME);
        break;
    case PARAM_NAMES:
        read_names(r, at, to);
        break;
    case PARAM_EXPR:
        *(const char **)to = read_expr(r, at);
        break;
    case PARAM_SET:
        *(const char **)to = read_set(r, at);
        break;
    case PARAM_DEVICE:
    case PARAM_SYNC:
    case PARAM_PROGRAM:
        *(int32_t *)to = read_named(r, at, p->type);
        break;
    case PARAM_OPS:
        read_nested(r, at, p->name, to);
        break;
    case PARAM_AWAIT:
        read_awaited(r, at, to);
        break;
    case PARAM_TYPE_COUNT:
        sim_unreachable("no type");
    }
}

/* Defaults stand in tables of ours: whatever is wrong there is our fault. */
static struct param_list default_list(struct reader *r, const char *s)
{
    struct param_list list = {.n = 1};

    list.values = arena_alloc(r->mem, sizeof(*list.values));
    *list.values = strtoll(s, NULL, 10);
    return list;
}

void read_default(struct reader *r, const struct param *p, void *to)
{
    const char *s = r->linux_costs && p->measured ? p->measured : p->deflt, *mistake;
    sim_time time = 0;

    if (!s)
        return;
    switch (p->type) {
    case PARAM_TIME:
    case PARAM_DIST:
        sim_assert(strcmp(s, "0") == 0 || time_read(s, &time) == NULL);
        if (p->type == PARAM_TIME)
            *(sim_time *)to = time;
        else
            *(const struct dist **)to = const_dist(r, time);
        break;
    case PARAM_BOOL:
        *(bool *)to = strcmp(s, "true") == 0;
        break;
    case PARAM_ENUM:
        *(int32_t *)to = 0;
        while (strcmp(p->choices[*(int32_t *)to], s) != 0)
            ++*(int32_t *)to;
        break;
    case PARAM_BYTES:
    case PARAM_BANDWIDTH:
        mistake = bytes_read(s, to);
        sim_assert(!mistake);
        break;
    case PARAM_COUNT:
    case PARAM_INT:
        if (strcmp(s, "unlimited") == 0) {
            *(int64_t *)to = -1;
        } else {
            sim_assert(*s == '-' || (*s >= '0' && *s <= '9'));
            *(int64_t *)to = strtoll(s, NULL, 10);
        }
        break;
    case PARAM_SYNC:
        sim_assert(strcmp(s, "none") == 0);
        *(int32_t *)to = -1;
        break;
    case PARAM_INTS:
        *(struct param_list *)to = default_list(r, s);
        break;
    case PARAM_FACTOR:
        *(int64_t *)to = strtoll(s, NULL, 10) * 1000000;
        break;
    default:
        sim_unreachable("no default for this type");
    }
}

/* ---- objects ---------------------------------------------------------------------------------- */

bool is_comment(const cJSON *member)
{
    return member->string && strcmp(member->string, "//") == 0;
}

const cJSON *want_object(struct reader *r, const cJSON *at)
{
    if (at && !cJSON_IsObject(at)) {
        wrong_type(r, at, NULL, "an object");
        return NULL;
    }
    return at;
}

static const struct param *find_param(const struct keys *keys, size_t n, const char *name,
                                      size_t *set)
{
    for (*set = 0; *set < n; ++*set)
        for (const struct param *p = keys[*set].params; p && p->name; p++)
            if (strcmp(p->name, name) == 0)
                return p;
    return NULL;
}

static bool is_other(const struct keys *keys, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        for (const char *const *o = keys[i].others; o && *o; o++)
            if (strcmp(*o, name) == 0)
                return true;
    return false;
}

static void unknown_key(struct reader *r, const cJSON *m, const struct keys *keys, size_t n)
{
    const char *names[64];
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        for (const struct param *p = keys[i].params; p && p->name && count < ARRAY_LEN(names);
             p++)
            names[count++] = p->name;
        for (const char *const *o = keys[i].others; o && *o && count < ARRAY_LEN(names); o++)
            names[count++] = *o;
    }
    wrong_name(r, m, "key", m->string, names, count);
}

void read_object(struct reader *r, const cJSON *object, const char *what,
                 const struct keys *keys, size_t n)
{
    size_t set;

    for (size_t i = 0; i < n; i++)
        for (const struct param *p = keys[i].params; p && p->name; p++) {
            read_default(r, p, field(&keys[i], p));
            if (p->required && object && !json_member(object, p->name))
                wrong(r, object, p->help, "%s needs \"%s\"", what, p->name);
        }
    for (const cJSON *m = object ? object->child : NULL; m; m = m->next) {
        const struct param *p = find_param(keys, n, m->string, &set);

        if (p)
            read_param(r, m, p, field(&keys[set], p));
        else if (!is_comment(m) && !is_other(keys, n, m->string))
            unknown_key(r, m, keys, n);
    }
}
