/* cmd_compare.c - quanta compare. */
#include <stdio.h>
#include <stdlib.h>

#include "sim/cli/job.h"

static const struct opt options[] = {
    OPT_SETTING,
    OPT_SEED,
    OPT_UNTIL,
    FLAG("check", check, "watch the invariants of the simulation itself", '\0'),
    FLAG("no-timeline", no_timeline, "print the table alone", '\0'),
    OPT_OUTPUT,
    OPT_LOOK,
    OPT_HELP,
    OPT_END,
};

struct runs {
    struct quanta_config **configs; /* one a file */
    struct quanta_run **list;
    const struct quanta_config **of; /* whose run it is, and which variant */
    size_t *variant;
    size_t n;
};

/* Reads all files first: where one is bad, none runs. */
static bool read_all(struct runs *r, const struct args *args)
{
    bool fine = true;

    r->configs = sim_calloc(args->operands.n, sizeof(struct quanta_config *));
    for (size_t i = 0; i < args->operands.n; i++) {
        r->configs[i] = job_read(args, args->operands.list[i]);
        fine = fine && r->configs[i];
        r->n += r->configs[i] ? quanta_variants(r->configs[i]) : 0;
    }
    return fine;
}

static void run_all(struct runs *r, const struct args *args, int *code)
{
    size_t n = 0;

    r->list = sim_calloc(r->n, sizeof(struct quanta_run *));
    r->of = sim_calloc(r->n, sizeof(struct quanta_config *));
    r->variant = sim_calloc(r->n, sizeof(size_t));
    for (size_t i = 0; i < args->operands.n; i++)
        for (size_t v = 0; v < quanta_variants(r->configs[i]); v++, n++) {
            r->of[n] = r->configs[i];
            r->variant[n] = v;
            r->list[n] = job_run(args, r->configs[i], v, !args->no_timeline, code);
        }
}

static void free_all(struct runs *r, const struct args *args)
{
    for (size_t i = 0; r->list && i < r->n; i++)
        quanta_run_free(r->list[i]);
    for (size_t i = 0; i < args->operands.n; i++)
        quanta_config_free(r->configs[i]);
    free(r->configs);
    free(r->list);
    free(r->of);
    free(r->variant);
}

/* Each under its name, all on one scale of time. */
static void show_timelines(struct out *out, const struct runs *r, bool one_file,
                           struct quanta_look look)
{
    for (size_t i = 0; i < r->n; i++)
        if (quanta_span(r->list[i]) > look.span)
            look.span = quanta_span(r->list[i]);
    for (size_t i = 0; i < r->n; i++) {
        struct text t = {0};

        text_addf(&t, "%s", look.colours ? "\033[1m" : "");
        if (!one_file)
            text_addf(&t, "%s: ", quanta_title(r->of[i], r->variant[i]));
        text_addf(&t, "%s%s\n", quanta_variant_name(r->of[i], r->variant[i]),
                  look.colours ? "\033[0m" : "");
        out_take(out, text_take(&t));
        out_take(out, quanta_timeline(r->list[i], &look));
        out_text(out, "\n");
    }
}

static int compare(const struct args *args)
{
    struct runs r = {0};
    struct quanta_look look;
    int code = EXIT_FINE;
    struct out out;

    if (!read_all(&r, args)) {
        free_all(&r, args);
        return EXIT_INPUT;
    }
    out_init(&out, args->output);
    out_look(args, &look);
    run_all(&r, args, &code);
    if (args->operands.n == 1)
        job_title(&out, r.configs[0], 0, &look);
    if (!args->no_timeline) {
        show_timelines(&out, &r, args->operands.n == 1, look);
        job_legend(&out, (const struct quanta_run *const *)r.list, r.n, &look);
    }
    out_take(&out, quanta_comparison((const struct quanta_run *const *)r.list, r.n, &look));
    job_end(&out, &code);
    free_all(&r, args);
    return code;
}

const struct command command_compare = {
    .name = "compare",
    .operands = "FILE...",
    .operand_kind = OPERAND_FILES,
    .min = 1,
    .max = SIZE_MAX,
    .summary = "simulate every variant of the files and set them side by side",
    .about = "Runs every variant of every FILE, prints their timelines on one scale of time, "
             "and one "
             "table of their numbers beneath. The best value of a row is marked; the speed-up "
             "is over "
             "the first run.",
    .options = options,
    .examples = {{"quanta compare configs/lessons/01-concurrency-vs-parallelism.json",
                  "four tasks, one core and four"},
                 {"quanta compare --no-timeline a.json b.json", "the table alone"}},
    .run = compare,
};
