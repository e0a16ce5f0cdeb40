/* log.c - a line in the result's log. */
#include "models/ops/op_text.h"

#include <stdlib.h>

struct log_args {
    const char *log;
};

static const struct param log_params[] = {
    PARAM(TEXT, struct log_args, log, "the line; ${expression} stands for its value",
          .required = true),
    PARAM_END,
};

static bool exec_log(struct sim *sim, struct task *t, const struct instr *in, struct step *out)
{
    struct text line = {0};
    char *whole;

    if (!task_wants_log(sim))
        return false;
    if (!text_fill(sim, t, in, out, in->arg.ptr, &line)) {
        text_release(&line);
        return true;
    }
    whole = text_take(&line);
    task_log(sim, t, whole);
    free(whole);
    return false;
}

static void compile_log(struct compiler *c, const void *args)
{
    (void)emit(c, exec_log, text_compile(c, ((const struct log_args *)args)->log), 0);
}

static int check_log(const struct scenario *sc, const void *args, char *buf, size_t size)
{
    (void)sc;
    return text_check(((const struct log_args *)args)->log, buf, size) ? -1 : 0;
}

const struct op_def op_log = {
    .help = "a line in the log; takes no time",
    .source = "Source: console.log() of the WHATWG Console Standard; differs: it costs nothing",
    .params = log_params,
    .args_size = sizeof(struct log_args),
    .compile = compile_log,
    .check = check_log,
};
