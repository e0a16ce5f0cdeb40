#include "models/ops/op_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text_part {
    const char *text;
    struct var_expr expr; /* expr.expr NULL: only text */
    const struct text_part *next;
};

static char *copy_part(struct compiler *c, const char *from, size_t len)
{
    char *text = compile_alloc(c, len + 1);

    memcpy(text, from, len);
    return text;
}

const struct text_part *text_compile(struct compiler *c, const char *text)
{
    struct text_part *first = NULL, **last = &first;
    const char *p = text;

    for (bool more = true; more;) {
        const char *open = strstr(p, "${");
        const char *close = open ? strchr(open, '}') : NULL;
        struct text_part *part = compile_alloc(c, sizeof(*part));

        more = close != NULL;
        part->text = copy_part(c, p, more ? (size_t)(open - p) : strlen(p));
        if (more) {
            part->expr = compile_expr(c, copy_part(c, open + 2, (size_t)(close - open - 2)));
            p = close + 1;
        }
        *last = part;
        last = (struct text_part **)(uintptr_t)&part->next;
    }
    return first;
}

bool text_check(const char *text, char *buf, size_t size)
{
    const char *p = text, *open;

    while ((open = strstr(p, "${")) != NULL) {
        const char *close = strchr(open, '}');
        char message[200];
        size_t offset;
        char *expr;
        bool good;

        if (!close) {
            (void)snprintf(buf, size, "\"${\" without \"}\"");
            return false;
        }
        expr = sim_strndup(open + 2, (size_t)(close - open - 2));
        good = expr_check(expr, message, sizeof(message), &offset);
        if (!good)
            (void)snprintf(buf, size, "in \"${%.60s}\": %s", expr, message);
        free(expr);
        if (!good)
            return false;
        p = close + 1;
    }
    return true;
}

/* The expression is a name alone, of what was said; NULL: it is not. */
static const char *said(struct sim *sim, struct task *t, const struct var_expr *e)
{
    enum var_scope scope;

    if (expr_nnames(e->expr) != 1 || strcmp(expr_name(e->expr, 0), expr_text(e->expr)) != 0)
        return NULL;
    return task_var(sim, t, e->names[0], &scope) ? NULL : task_said(t, expr_name(e->expr, 0));
}

bool text_fill(struct sim *sim, struct task *t, const struct instr *in, struct step *out,
               const struct text_part *parts, struct text *line)
{
    for (const struct text_part *p = parts; p; p = p->next) {
        const char *whole;
        int64_t value;

        text_add(line, p->text);
        if (!p->expr.expr)
            continue;
        whole = said(sim, t, &p->expr);
        if (whole) {
            text_add(line, whole);
            continue;
        }
        if (!task_eval(sim, t, in, out, &p->expr, &value))
            return false;
        text_addf(line, "%lld", (long long)value);
    }
    return true;
}

struct words *text_words(struct sim *sim, struct task *t, const struct instr *in,
                         struct step *out, const struct text_part *parts)
{
    struct text line = {0};
    struct words *w = NULL;

    text_add(&line, "");
    if (text_fill(sim, t, in, out, parts, &line))
        w = words_new(task_words(sim), line.data);
    text_release(&line);
    return w;
}
