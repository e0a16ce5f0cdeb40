/* log.c - a line in the result's log. */
#include "models/ops/op.h"
#include "sim/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct log_args {
    const char *log;
};

static const struct param log_params[] = {
    PARAM(TEXT, struct log_args, log, "the line; ${expression} stands for its value",
          .required = true),
    PARAM_END,
};

/* Text, then an expression, then text ... */
struct log_part {
    const char *text;
    struct var_expr expr; /* expr.expr NULL: only text */
    const struct log_part *next;
};

static bool exec_log(struct sim *sim, struct task *t, const struct instr *in, struct step *out)
{
    struct text line = {0};
    char *whole;

    if (!task_wants_log(sim))
        return false;
    for (const struct log_part *p = in->arg.ptr; p; p = p->next) {
        int64_t value;

        text_add(&line, p->text);
        if (!p->expr.expr)
            continue;
        if (!task_eval(sim, t, in, out, &p->expr, &value)) {
            text_release(&line);
            return true;
        }
        text_addf(&line, "%lld", (long long)value);
    }
    whole = text_take(&line);
    task_log(sim, t, whole);
    free(whole);
    return false;
}

static char *copy_part(struct compiler *c, const char *from, size_t len)
{
    char *text = compile_alloc(c, len + 1);

    memcpy(text, from, len);
    return text;
}

static void compile_log(struct compiler *c, const void *args)
{
    const char *p = ((const struct log_args *)args)->log;
    struct log_part *first = NULL, **last = &first;

    for (bool more = true; more;) {
        const char *open = strstr(p, "${");
        const char *close = open ? strchr(open, '}') : NULL;
        struct log_part *part = compile_alloc(c, sizeof(*part));

        more = close != NULL;
        part->text = copy_part(c, p, more ? (size_t)(open - p) : strlen(p));
        if (more) {
            part->expr = compile_expr(c, copy_part(c, open + 2, (size_t)(close - open - 2)));
            p = close + 1;
        }
        *last = part;
        last = (struct log_part **)(uintptr_t)&part->next;
    }
    (void)emit(c, exec_log, first, 0);
}

static int check_log(const struct scenario *sc, const void *args, char *buf, size_t size)
{
    const char *p = ((const struct log_args *)args)->log;
    const char *open;

    (void)sc;
    while ((open = strstr(p, "${")) != NULL) {
        const char *close = strchr(open, '}');
        char message[200];
        size_t offset;
        char *expr;
        bool good;

        if (!close) {
            (void)snprintf(buf, size, "\"${\" without \"}\"");
            return 0;
        }
        expr = sim_strndup(open + 2, (size_t)(close - open - 2));
        good = expr_check(expr, message, sizeof(message), &offset);
        if (!good)
            (void)snprintf(buf, size, "in \"${%.60s}\": %s", expr, message);
        free(expr);
        if (!good)
            return 0;
        p = close + 1;
    }
    return -1;
}

const struct op_def op_log = {
    .help = "a line in the log; takes no time",
    .source = "Source: console.log() of the WHATWG Console Standard; differs: it costs nothing",
    .params = log_params,
    .args_size = sizeof(struct log_args),
    .compile = compile_log,
    .check = check_log,
};
