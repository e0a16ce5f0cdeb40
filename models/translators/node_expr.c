/* node_expr.c - expressions and times in JavaScript.
 *
 * Integers are numbers there, exact up to 2^53 - 1: products are checked, and a division is cut
 * off towards zero, as ours is.  What a comparison gives is a boolean, and made a number where
 * one is wanted.
 *
 * Source: ECMA-262 (2024) 6.1.6.1, the Number type. */
#include "models/translators/translator_js.h"

#include <inttypes.h>
#include <string.h>

#define EXACT_MAX ((INT64_C(1) << 53) - 1)

enum want { WANT_NUMBER, WANT_BOOLEAN };

struct writing {
    struct js *js;
    const struct op *op;
    struct text *t;
};

static void write_node(const struct writing *w, const struct expr_node *n, enum want want,
                       int level);

static bool is_boolean(const struct expr_node *n)
{
    return (n->kind == EXPR_UNARY && n->op[0] == '!') ||
           (n->kind == EXPR_BINARY && n->level <= 4);
}

/* `level` is how tight what stands around it binds. */
static void write_binary(const struct writing *w, const struct expr_node *n, int level)
{
    const char *op = strcmp(n->op, "==") == 0   ? "==="
                     : strcmp(n->op, "!=") == 0 ? "!=="
                                                : n->op;
    enum want want = n->level <= 2 ? WANT_BOOLEAN : WANT_NUMBER;
    bool call = n->op[0] == '*' || n->op[0] == '/' || n->op[0] == '%';
    bool brackets = !call && n->level < level;

    if (call)
        js_use(w->js, n->op[0] == '*' ? JS_EXACT : JS_DIVIDE);
    if (call && n->op[0] != '*') {
        text_add(w->t, n->op[0] == '/' ? "divide(" : "remainder(");
        write_node(w, n->left, want, 0);
        text_add(w->t, ", ");
        write_node(w, n->right, want, 0);
        text_add(w->t, ")");
        return;
    }
    text_add(w->t, call ? "exact(" : brackets ? "(" : "");
    write_node(w, n->left, want, n->level);
    text_addf(w->t, " %s ", op);
    write_node(w, n->right, want, n->level + 1);
    text_add(w->t, call || brackets ? ")" : "");
}

static void write_unary(const struct writing *w, const struct expr_node *n)
{
    bool inner = n->right->kind == EXPR_UNARY && n->op[0] == '-';

    text_add(w->t, n->op);
    text_add(w->t, inner ? "(" : "");
    write_node(w, n->right, n->op[0] == '!' ? WANT_BOOLEAN : WANT_NUMBER, inner ? 0 : 8);
    text_add(w->t, inner ? ")" : "");
}

static void write_plain(const struct writing *w, const struct expr_node *n, int level)
{
    if (n->kind == EXPR_NAME) {
        text_add(w->t, js_var(w->js, w->op, n->op));
    } else if (n->kind == EXPR_NUMBER) {
        if (n->value > EXACT_MAX)
            cannot_op(w->js->tr, w->op, NULL,
                      "numbers of JavaScript are exact up to 2^53 - 1: not %" PRId64, n->value);
        text_addf(w->t, "%" PRId64, n->value);
    } else if (n->kind == EXPR_UNARY) {
        write_unary(w, n);
    } else {
        write_binary(w, n, level);
    }
}

static void write_node(const struct writing *w, const struct expr_node *n, enum want want,
                       int level)
{
    if (want == WANT_NUMBER && is_boolean(n)) {
        text_add(w->t, "Number(");
        write_plain(w, n, 0);
        text_add(w->t, ")");
    } else if (want == WANT_BOOLEAN && !is_boolean(n)) {
        bool brackets = level > 3;

        text_add(w->t, brackets ? "(" : "");
        write_plain(w, n, 4);
        text_add(w->t, brackets ? " !== 0)" : " !== 0");
    } else {
        /* The operand of a unary operator, 8, is bracketed like that of a product. */
        write_plain(w, n, level);
    }
}

static const char *write_expr(struct js *js, const struct op *op, const char *expr,
                              enum want want)
{
    struct text t = {0};
    struct writing w = {js, op, &t};
    const char *text;

    write_node(&w, translator_expr(js->tr, expr), want, 0);
    text = arena_strdup(&js->tr->mem, t.data);
    text_release(&t);
    return text;
}

const char *js_value(struct js *js, const struct op *op, const char *expr)
{
    return write_expr(js, op, expr, WANT_NUMBER);
}

const char *js_condition(struct js *js, const struct op *op, const char *expr)
{
    return write_expr(js, op, expr, WANT_BOOLEAN);
}

/* ---- times ------------------------------------------------------------------------------------- */

static const char *values(struct js *js, const struct dist *d)
{
    char buf[DECIMAL_SIZE];
    struct text t = {0};
    const char *list;

    text_add(&t, "[");
    for (uint32_t i = 0; i < d->nvalues; i++)
        text_addf(&t, "%s%s", i ? ", " : "", decimal_ms(d->values[i], buf));
    text_add(&t, "]");
    list = arena_strdup(&js->tr->mem, t.data);
    text_release(&t);
    return list;
}

/* A draw in ms; `list` tells lists from each other, which every task goes through for itself. */
const char *js_time(struct js *js, const struct dist *d, uint32_t list)
{
    static const struct {
        const char *name;
        enum js_helper helper;
    } draws[] = {
        [DIST_EXP] = {"exponential", JS_EXPONENTIAL},
        [DIST_UNIFORM] = {"uniform", JS_UNIFORM},
        [DIST_NORMAL] = {"normal", JS_NORMAL},
        [DIST_LOGNORMAL] = {"lognormal", JS_LOGNORMAL},
        [DIST_PARETO] = {"pareto", JS_PARETO},
        [DIST_CHOICE] = {"choice", JS_CHOICE},
    };
    struct arena *mem = &js->tr->mem;
    char a[DECIMAL_SIZE], b[DECIMAL_SIZE];

    if (d->kind == DIST_CONST)
        return arena_strdup(mem, decimal_ms(d->a, a));
    if (d->kind == DIST_LIST) {
        js_use(js, JS_NEXT);
        return arena_printf(mem, "next(me, %u, %s)", (unsigned)list, values(js, d));
    }
    js_use(js, draws[d->kind].helper);
    switch (d->kind) {
    case DIST_EXP:
        return arena_printf(mem, "exponential(%s)", decimal_ms(d->a, a));
    case DIST_UNIFORM:
    case DIST_NORMAL:
        return arena_printf(mem, "%s(%s, %s)", draws[d->kind].name, decimal_ms(d->a, a),
                            decimal_ms(d->b, b));
    case DIST_LOGNORMAL:
    case DIST_PARETO:
        return arena_printf(mem, "%s(%s, %s)", draws[d->kind].name, decimal_ms(d->a, a),
                            decimal(d->shape_e9, 9, b));
    default:
        return arena_printf(mem, "choice(%s)", values(js, d));
    }
}

const char *js_op_time(struct js *js, const struct op *op, const char *key)
{
    return js_time(js, op_time(op, key), op->place);
}
