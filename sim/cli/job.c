#include "sim/cli/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void code_add(int *code, int more)
{
    static const int order[] = {EXIT_INPUT, EXIT_OUTPUT, EXIT_EXPECTED, EXIT_OUTCOME};

    for (size_t i = 0; i < ARRAY_LEN(order); i++)
        if (*code == order[i] || more == order[i]) {
            *code = order[i];
            return;
        }
}

struct quanta_config *job_read(const struct args *args, const char *path)
{
    char *errors = NULL;
    struct quanta_config *cfg = quanta_read_with(path, args->sets.list, args->sets.n, &errors);

    if (errors)
        (void)fputs(errors, stderr);
    quanta_text_free(errors);
    return cfg;
}

int job_variant(const struct args *args, const struct quanta_config *cfg)
{
    size_t n = quanta_variants(cfg);
    const char **names, *close;
    struct text hint = {0};

    for (size_t i = 0; i < n; i++)
        if (strcmp(quanta_variant_name(cfg, i), args->variant) == 0)
            return (int)i;
    names = sim_calloc(n, sizeof(*names));
    for (size_t i = 0; i < n; i++)
        names[i] = quanta_variant_name(cfg, i);
    close = name_closest(args->variant, names, n);
    if (close)
        text_addf(&hint, "did you mean \"%s\"?  ", close);
    text_add(&hint, n == 1 ? "There is only: " : "There are: ");
    for (size_t i = 0; i < n && i < 20; i++)
        text_addf(&hint, "%s\"%s\"", i ? ", " : "", names[i]);
    complain(args->command, hint.data, "no variant \"%s\"", args->variant);
    text_release(&hint);
    free(names);
    return -1;
}

static bool ended_well(const struct quanta_run *run)
{
    const char *outcome = quanta_outcome(run);

    return strcmp(outcome, "completed") == 0 || strcmp(outcome, "until") == 0;
}

static struct quanta_run *run_with(const struct quanta_config *cfg, size_t variant,
                                   const struct quanta_options *options, int *code)
{
    struct quanta_run *run = quanta_run(cfg, variant, options);
    char *failed = quanta_failed_expectations(run), *violations = quanta_violations(run);

    if (quanta_trouble(run)) {
        (void)fputs(quanta_trouble(run), stderr);
        code_add(code, EXIT_INPUT);
    }
    if (!ended_well(run))
        code_add(code, EXIT_OUTCOME);
    if (failed) {
        (void)fputs(failed, stderr);
        code_add(code, EXIT_EXPECTED);
    }
    if (violations) {
        (void)fprintf(stderr, "quanta: an invariant does not hold; this is a bug of quanta\n%s",
                      violations);
        code_add(code, EXIT_OUTCOME);
    }
    quanta_text_free(failed);
    quanta_text_free(violations);
    return run;
}

struct quanta_run *job_run(const struct args *args, const struct quanta_config *cfg,
                           size_t variant, bool timeline, int *code)
{
    struct quanta_options options = {
        .segments = args->segments,
        .tasks = args->tasks,
        .check = args->check,
        .timeline = timeline,
        .numbers = true,
    };

    return run_with(cfg, variant, &options, code);
}

struct quanta_run *job_explain(const struct args *args, const struct quanta_config *cfg,
                               size_t variant, struct quanta_writer *writer,
                               const struct quanta_look *look, int *code)
{
    struct quanta_options options = {
        .check = args->check, .numbers = true, .explain_to = writer, .explain_look = look};

    return run_with(cfg, variant, &options, code);
}

void out_take(struct out *out, char *text)
{
    out_text(out, text);
    quanta_text_free(text);
}

void job_end(struct out *out, int *code)
{
    if (!out_finish(out))
        code_add(code, EXIT_OUTPUT);
    out_release(out);
}

void job_title(struct out *out, const struct quanta_config *cfg, size_t variant,
               const struct quanta_look *look)
{
    struct text t = {0};

    text_addf(&t, "%s%s%s\n", look->colours ? "\033[1m" : "", quanta_title(cfg, variant),
              look->colours ? "\033[0m" : "");
    if (*quanta_about(cfg, variant))
        wrap_text(&t, quanta_about(cfg, variant), 0, look->width < 100 ? look->width : 100);
    text_add(&t, "\n");
    out_text(out, t.data);
    text_release(&t);
}

void job_legend(struct out *out, const struct quanta_run *const *runs, size_t n,
                const struct quanta_look *look)
{
    char *legend = quanta_legend(runs, n, look);
    struct text t = {0};

    wrap_text(&t, legend, 0, look->width);
    text_add(&t, "\n");
    out_take(out, text_take(&t));
    quanta_text_free(legend);
}
