#include "sim/expr.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* X(enumerator, as written, binding: higher binds tighter) */
/* clang-format off */
#define BINARY_OPS(X)                                                            \
    X(OR, "||", 1) X(AND, "&&", 2) X(EQ, "==", 3) X(NE, "!=", 3) X(LE, "<=", 4)  \
    X(GE, ">=", 4) X(LT, "<", 4) X(GT, ">", 4) X(ADD, "+", 5) X(SUB, "-", 5)     \
    X(MUL, "*", 6) X(DIV, "/", 6) X(MOD, "%", 6)
/* clang-format on */

enum code_kind {
#define X(name, text, level) CODE_##name,
    BINARY_OPS(X)
#undef X
        CODE_PUSH, /* value */
    CODE_LOAD,     /* name number `value` */
    CODE_NEG,
    CODE_NOT,
    CODE_BOOL,      /* 0 or 1 */
    CODE_SKIP_ZERO, /* leaves a zero and jumps to `value`, else drops it: && */
    CODE_SKIP_ONE   /* leaves a one and jumps where not zero, else drops it: || */
};

static const struct {
    const char *text;
    int level;
} binary_ops[] = {
#define X(name, text, level) {text, level},
    BINARY_OPS(X)
#undef X
};

struct code {
    enum code_kind kind;
    int64_t value;
};

struct expr {
    const char *text;
    const struct code *code;
    uint32_t ncode, nnames;
    const char *const *names;
};

enum { CODE_MAX = 4096, NESTING_MAX = 200, LEVELS = 7 };

struct parser {
    const char *text, *at;
    struct code code[CODE_MAX];
    uint32_t ncode, nnames;
    int depth, depth_max, nesting; /* of the value stack; of parentheses */
    char *message;
    size_t size, *offset;
    bool failed;
    struct arena *mem; /* NULL: check only */
    const char *names[CODE_MAX];
};

PRINTF_LIKE(2, 3) static void fail(struct parser *p, const char *fmt, ...)
{
    va_list args;

    if (p->failed)
        return;
    p->failed = true;
    *p->offset = (size_t)(p->at - p->text);
    va_start(args, fmt);
    (void)vsnprintf(p->message, p->size, fmt, args);
    va_end(args);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static void skip_space(struct parser *p)
{
    while (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r')
        p->at++;
}

static uint32_t emit(struct parser *p, enum code_kind kind, int64_t value)
{
    if (p->ncode == CODE_MAX) {
        fail(p, "the expression is too long");
        return 0;
    }
    p->code[p->ncode] = (struct code){kind, value};
    if (kind == CODE_PUSH || kind == CODE_LOAD)
        p->depth++;
    else if (kind <= CODE_MOD || kind == CODE_SKIP_ZERO || kind == CODE_SKIP_ONE)
        p->depth--;
    if (p->depth > p->depth_max)
        p->depth_max = p->depth;
    if (p->depth_max > EXPR_DEPTH)
        fail(p, "the expression is too deep");
    return p->ncode++;
}

static void parse_number(struct parser *p)
{
    const char *start = p->at;
    int64_t value = 0;

    while (is_digit(*p->at)) {
        if (!mul_i64(value, 10, &value) || !add_i64(value, *p->at - '0', &value)) {
            p->at = start;
            fail(p, "the number passes 64 bits");
            return;
        }
        p->at++;
    }
    if (is_name_start(*p->at) || *p->at == '.')
        fail(p, "expected an operator, got \"%.20s\"", p->at);
    (void)emit(p, CODE_PUSH, value);
}

static void parse_name(struct parser *p)
{
    char name[EXPR_NAME_MAX];
    size_t len = 0;

    while (is_name_start(p->at[len]) || is_digit(p->at[len]))
        len++;
    if (len >= EXPR_NAME_MAX) {
        fail(p, "the name is longer than %d characters", EXPR_NAME_MAX - 1);
        return;
    }
    memcpy(name, p->at, len);
    name[len] = '\0';
    if (p->nnames == CODE_MAX) {
        fail(p, "the expression is too long");
        return;
    }
    (void)emit(p, CODE_LOAD, p->nnames);
    p->names[p->nnames++] = p->mem ? arena_strdup(p->mem, name) : NULL;
    p->at += len;
}

static void parse_level(struct parser *p, int level);

static void parse_unary(struct parser *p)
{
    skip_space(p);
    if (p->failed)
        return;
    if (++p->nesting > NESTING_MAX) {
        fail(p, "the expression is nested too deep");
        return;
    }
    if (*p->at == '!' || *p->at == '-') {
        enum code_kind kind = *p->at == '!' ? CODE_NOT : CODE_NEG;

        p->at++;
        parse_unary(p);
        (void)emit(p, kind, 0);
    } else if (*p->at == '(') {
        p->at++;
        parse_level(p, 1);
        skip_space(p);
        if (*p->at != ')')
            fail(p, "expected \")\"");
        else
            p->at++;
    } else if (is_digit(*p->at)) {
        parse_number(p);
    } else if (is_name_start(*p->at)) {
        parse_name(p);
    } else if (*p->at == '\0') {
        fail(p, "expected a value, got the end");
    } else {
        fail(p, "expected a value, got \"%c\"", *p->at);
    }
    p->nesting--;
}

static int find_binary(const struct parser *p, int level)
{
    for (size_t i = 0; i < ARRAY_LEN(binary_ops); i++) {
        if (strncmp(p->at, binary_ops[i].text, strlen(binary_ops[i].text)) == 0)
            return binary_ops[i].level == level ? (int)i : -1;
    }
    return -1;
}

static void parse_level(struct parser *p, int level)
{
    if (level == LEVELS) {
        parse_unary(p);
        return;
    }
    parse_level(p, level + 1);
    while (!p->failed) {
        int op;

        skip_space(p);
        op = find_binary(p, level);
        if (op < 0)
            return;
        p->at += strlen(binary_ops[op].text);
        if (op == CODE_AND || op == CODE_OR) {
            uint32_t skip = emit(p, op == CODE_AND ? CODE_SKIP_ZERO : CODE_SKIP_ONE, 0);

            parse_level(p, level + 1);
            (void)emit(p, CODE_BOOL, 0);
            p->code[skip].value = p->ncode;
        } else {
            parse_level(p, level + 1);
            (void)emit(p, (enum code_kind)op, 0);
        }
    }
}

static bool parse(struct parser *p)
{
    parse_level(p, 1);
    skip_space(p);
    if (!p->failed && *p->at == '=')
        fail(p, "expected an operator, got \"=\" (equality is \"==\")");
    if (!p->failed && *p->at != '\0')
        fail(p, "expected an operator, got \"%.20s\"", p->at);
    return !p->failed;
}

const struct expr *expr_compile(struct arena *mem, const char *text, char *message, size_t size,
                                size_t *offset)
{
    struct parser *p = sim_calloc(1, sizeof(*p));
    struct expr *e = NULL;

    sim_assert(text && message);
    p->text = p->at = text;
    p->message = message;
    p->size = size;
    p->offset = offset;
    p->mem = mem;
    if (parse(p)) {
        struct code *code = arena_alloc(mem, p->ncode * sizeof(*code));
        const char **names = arena_alloc(mem, (p->nnames + 1) * sizeof(*names));

        memcpy(code, p->code, p->ncode * sizeof(*code));
        memcpy(names, p->names, p->nnames * sizeof(*names));
        e = arena_alloc(mem, sizeof(*e));
        *e = (struct expr){arena_strdup(mem, text), code, p->ncode, p->nnames, names};
    }
    free(p);
    return e;
}

bool expr_check(const char *text, char *message, size_t size, size_t *offset)
{
    struct parser *p = sim_calloc(1, sizeof(*p));
    bool good;

    p->text = p->at = text;
    p->message = message;
    p->size = size;
    p->offset = offset;
    good = parse(p);
    free(p);
    return good;
}

const char *expr_text(const struct expr *e)
{
    return e->text;
}

uint32_t expr_nnames(const struct expr *e)
{
    return e->nnames;
}

const char *expr_name(const struct expr *e, uint32_t i)
{
    sim_assert(i < e->nnames);
    return e->names[i];
}

/* One operation; false: `message` says why there is no result. */
static bool apply(enum code_kind kind, int64_t a, int64_t b, int64_t *r, const char **why)
{
    bool good = true;

    *why = "overflow";
    switch (kind) {
    case CODE_EQ:
        *r = a == b;
        break;
    case CODE_NE:
        *r = a != b;
        break;
    case CODE_LE:
        *r = a <= b;
        break;
    case CODE_GE:
        *r = a >= b;
        break;
    case CODE_LT:
        *r = a < b;
        break;
    case CODE_GT:
        *r = a > b;
        break;
    case CODE_ADD:
        good = add_i64(a, b, r);
        break;
    case CODE_SUB:
        good = sub_i64(a, b, r);
        break;
    case CODE_MUL:
        good = mul_i64(a, b, r);
        break;
    case CODE_DIV:
    case CODE_MOD:
        if (b == 0) {
            *why = "division by zero";
            good = false;
        } else if (a == INT64_MIN && b == -1) {
            good = false;
        } else {
            *r = kind == CODE_DIV ? a / b : a % b; /* towards zero, as in C */
        }
        break;
    default:
        sim_unreachable("a binary operator");
    }
    return good;
}

static bool apply_unary(enum code_kind kind, int64_t *v)
{
    if (kind == CODE_NEG)
        return sub_i64(0, *v, v);
    *v = kind == CODE_NOT ? !*v : !!*v;
    return true;
}

enum expr_end expr_eval(const struct expr *e, expr_load_fn *load, void *ctx, int64_t *value,
                        char *message, size_t size)
{
    int64_t stack[EXPR_DEPTH + 1] = {0};
    int top = 0;
    const char *why = "overflow";

    for (uint32_t pc = 0; pc < e->ncode; pc++) {
        const struct code *c = &e->code[pc];

        sim_assert(top <= EXPR_DEPTH &&
                   (top > 0 || c->kind == CODE_PUSH || c->kind == CODE_LOAD));
        if (c->kind == CODE_PUSH) {
            stack[top++] = c->value;
        } else if (c->kind == CODE_LOAD) {
            enum expr_load got = load(ctx, (uint32_t)c->value, &stack[top]);

            if (got == LOAD_PAUSE)
                return EXPR_PAUSED;
            if (got == LOAD_UNKNOWN) {
                (void)snprintf(message, size, "no variable \"%s\" in \"%s\"",
                               e->names[c->value], e->text);
                return EXPR_FAULT;
            }
            top++;
        } else if (c->kind == CODE_SKIP_ZERO || c->kind == CODE_SKIP_ONE) {
            bool skip = (stack[top - 1] != 0) == (c->kind == CODE_SKIP_ONE);

            if (skip) {
                stack[top - 1] = stack[top - 1] != 0;
                pc = (uint32_t)c->value - 1;
            } else {
                top--;
            }
        } else if (c->kind <= CODE_MOD) {
            top--;
            sim_assert(top > 0);
            if (!apply(c->kind, stack[top - 1], stack[top], &stack[top - 1], &why))
                goto fault;
        } else if (!apply_unary(c->kind, &stack[top - 1])) {
            goto fault;
        }
    }
    sim_assert(top == 1);
    *value = stack[0];
    return EXPR_VALUE;
fault:
    (void)snprintf(message, size, "%s in \"%s\"", why, e->text);
    return EXPR_FAULT;
}

/* From postfix code back: what is pending stands on a stack, as values do in expr_eval(). */
static const struct expr_node *tree_node(const struct expr *e, const struct code *c,
                                         const struct expr_node **stack, int *top,
                                         struct expr_node *n)
{
    n->level = LEVELS;
    if (c->kind == CODE_PUSH) {
        n->kind = EXPR_NUMBER;
        n->value = c->value;
    } else if (c->kind == CODE_LOAD) {
        n->kind = EXPR_NAME;
        n->op = e->names[c->value];
    } else if (c->kind == CODE_NEG || c->kind == CODE_NOT) {
        n->kind = EXPR_UNARY;
        n->op = c->kind == CODE_NEG ? "-" : "!";
        n->right = stack[--*top];
    } else {
        n->kind = EXPR_BINARY;
        n->op = binary_ops[c->kind].text;
        n->level = binary_ops[c->kind].level;
        n->right = stack[--*top];
        n->left = stack[--*top];
    }
    return n;
}

const struct expr_node *expr_tree(struct arena *mem, const struct expr *e)
{
    const struct expr_node **stack =
        arena_alloc(mem, (e->ncode + 1) * sizeof(const struct expr_node *));
    enum code_kind *skips = arena_alloc(mem, (e->ncode + 1) * sizeof(*skips)); /* && and || */
    int top = 0, nskips = 0;

    for (uint32_t pc = 0; pc < e->ncode; pc++) {
        struct code c = e->code[pc];
        const struct expr_node *n;

        if (c.kind == CODE_SKIP_ZERO || c.kind == CODE_SKIP_ONE) {
            skips[nskips++] = c.kind == CODE_SKIP_ZERO ? CODE_AND : CODE_OR;
            continue;
        }
        if (c.kind == CODE_BOOL)
            c.kind = skips[--nskips];
        n = tree_node(e, &c, stack, &top, arena_alloc(mem, sizeof(struct expr_node)));
        stack[top++] = n;
    }
    sim_assert(top == 1);
    return stack[0];
}

bool expr_split_set(const char *text, char name[EXPR_NAME_MAX], size_t *expr_at)
{
    const char *p = text;
    size_t len = 0;

    while (*p == ' ')
        p++;
    while (is_name_start(p[len]) || (len > 0 && is_digit(p[len])))
        len++;
    if (len == 0 || len >= EXPR_NAME_MAX)
        return false;
    memcpy(name, p, len);
    name[len] = '\0';
    p += len;
    while (*p == ' ')
        p++;
    if (p[0] != '=' || p[1] == '=')
        return false;
    *expr_at = (size_t)(p + 1 - text);
    return true;
}
