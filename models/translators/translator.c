/* translator.c - what all translators need: mistakes, what ops say, numbers, comments. */
#include "models/translators/translator.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *translate(const struct translator *to, const struct scenario *sc, const struct json *json,
                struct diags *diags)
{
    struct text out = {0};
    struct translation tr = {.sc = sc, .json = json, .diags = diags, .out = &out};

    arena_init(&tr.mem);
    to->write(&tr);
    arena_release(&tr.mem);
    if (tr.failed) {
        text_release(&out);
        return NULL;
    }
    return text_take(&out);
}

/* ---- mistakes ----------------------------------------------------------------------------- */

PRINTF_LIKE(4, 0)
static void report(struct translation *tr, uint32_t number, const char *hint, const char *fmt,
                   va_list ap)
{
    char *pointer = tr->json ? json_pointer_of(tr->json, number) : NULL;
    char buf[512];

    (void)vsnprintf(buf, sizeof(buf), fmt, ap);
    diags_add(tr->diags, tr->json ? json_offset_of(tr->json, number) : SIZE_MAX, pointer, hint,
              "%s", buf);
    free(pointer);
    tr->failed = true;
}

void cannot(struct translation *tr, uint32_t number, const char *hint, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    report(tr, number, hint, fmt, ap);
    va_end(ap);
}

void cannot_op(struct translation *tr, const struct op *op, const char *hint, const char *fmt,
               ...)
{
    va_list ap;

    va_start(ap, fmt);
    report(tr, tr->sc->places[op->place].number, hint, fmt, ap);
    va_end(ap);
}

/* ---- what ops say -------------------------------------------------------------------------- */

const void *param_field(const struct param *params, const void *base, const char *key)
{
    for (const struct param *p = params; p && p->name; p++)
        if (strcmp(p->name, key) == 0)
            return (const char *)base + p->offset;
    return NULL;
}

const char *op_name(const struct op *op)
{
    return op->def->params[0].name;
}

static const void *field(const struct op *op, const char *key)
{
    const void *f = param_field(op->def->params, op->args, key);

    sim_assert(f);
    return f;
}

struct op_list op_ops(const struct op *op, const char *key)
{
    return *(const struct op_list *)field(op, key);
}

const struct dist *op_time(const struct op *op, const char *key)
{
    return *(const struct dist *const *)field(op, key);
}

const char *op_text(const struct op *op, const char *key)
{
    return *(const char *const *)field(op, key);
}

int32_t op_number(const struct op *op, const char *key)
{
    return *(const int32_t *)field(op, key);
}

int64_t op_int(const struct op *op, const char *key)
{
    return *(const int64_t *)field(op, key);
}

bool op_flag(const struct op *op, const char *key)
{
    return *(const bool *)field(op, key);
}

const struct awaited *op_awaited(const struct op *op)
{
    return field(op, "await");
}

const struct expr_node *translator_expr(struct translation *tr, const char *text)
{
    char message[200];
    size_t offset;
    const struct expr *e = expr_compile(&tr->mem, text, message, sizeof(message), &offset);

    sim_assert(e); /* the reader has checked it */
    return expr_tree(&tr->mem, e);
}

void translator_log(struct translation *tr, const char *text, piece_fn *piece, void *ctx)
{
    for (const char *p = text;;) {
        const char *open = strstr(p, "${");
        const char *close = open ? strchr(open, '}') : NULL;
        struct text expr = {0};

        if (!close) {
            piece(ctx, p, strlen(p), NULL);
            return;
        }
        text_add_len(&expr, open + 2, (size_t)(close - open - 2));
        piece(ctx, p, (size_t)(open - p), arena_strdup(&tr->mem, expr.data ? expr.data : ""));
        text_release(&expr);
        p = close + 1;
    }
}

/* ---- numbers and comments ------------------------------------------------------------------- */

const char *decimal(int64_t value, int digits, char buf[DECIMAL_SIZE])
{
    int n = snprintf(buf, DECIMAL_SIZE, "%s%0*" PRId64, value < 0 ? "-" : "", digits + 1,
                     value < 0 ? -value : value);
    int point = n - digits;

    sim_assert(n > 0 && n < DECIMAL_SIZE - 2);
    memmove(buf + point + 1, buf + point, (size_t)digits + 1);
    buf[point] = '.';
    for (n++; digits > 0 && buf[n - 1] == '0'; n--)
        digits--;
    if (buf[n - 1] == '.')
        n--;
    buf[n] = '\0';
    return buf;
}

const char *decimal_ms(sim_time ns, char buf[DECIMAL_SIZE])
{
    return decimal(ns, 6, buf);
}

void comment_text(struct text *t, const char *prefix, const char *text)
{
    enum { WIDTH = 96 };
    size_t width = WIDTH - strlen(prefix);

    while (*text) {
        size_t line = strcspn(text, "\n"), len = line;

        if (len > width) {
            for (len = width; len > 0 && text[len] != ' '; len--)
                ;
            if (len == 0)
                len = strcspn(text, " \n");
        }
        text_add(t, prefix);
        text_add_len(t, text, len);
        text_add(t, "\n");
        text += len;
        while (*text == ' ')
            text++;
        if (*text == '\n')
            text++;
    }
}
