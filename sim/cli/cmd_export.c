/* cmd_export.c - quanta export. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/cli/job.h"
#include "sim/cli/out_files.h"

static const struct opt options[] = {
    OPTION("to", OPT_CHOICE, "FORMAT", format, "the format: quanta help export lists them",
           .choices = quanta_format_names),
    OPTION("variant", OPT_TEXT, "NAME", variant,
           "this variant; a file that names several needs it", .letter = 'v'),
    OPT_SETTING,
    OPT_SEED,
    OPT_UNTIL,
    OPT_OUTPUT,
    OPT_HELP,
    OPT_END,
};

/* The formats, a line each. */
static char *formats(void)
{
    const struct quanta_format *f;
    struct text t = {0};

    for (size_t i = 0; (f = quanta_format(i)); i++)
        text_addf(&t, "%s: %s; opens in %s (%s)\n", f->name, f->help, f->opens, f->suffix);
    return text_take(&t);
}

/* The one format that was asked for; NULL: complained. */
static const struct quanta_format *chosen(const struct args *args)
{
    const struct quanta_format *f =
        args->format < 0 ? NULL : quanta_format((size_t)args->format);
    bool to_stdout = !args->output || strcmp(args->output, "-") == 0;
    struct text hint = {0};

    if (args->format < 0) {
        text_add(&hint, "--to=FORMAT; there are: ");
        for (size_t i = 0; quanta_format_names[i]; i++)
            text_addf(&hint, "%s%s", i ? ", " : "", quanta_format_names[i]);
        complain("export", hint.data, "which format?");
    } else if (to_stdout && (f->folder || (f->binary && isatty(STDOUT_FILENO)))) {
        text_addf(&hint, "-o %s%s", f->folder ? "FOLDER" : "FILE", f->folder ? "" : f->suffix);
        complain("export", hint.data, "%s is %s", f->name,
                 f->folder ? "a folder of files" : "nothing for a terminal");
        f = NULL;
    }
    text_release(&hint);
    return f;
}

/* -1: complained. */
static int which_variant(const struct args *args, const struct quanta_config *cfg)
{
    struct text hint = {0};
    size_t n = quanta_variants(cfg);

    if (args->variant)
        return job_variant(args, cfg);
    if (n == 1)
        return 0;
    text_add(&hint, "--variant=NAME; there are: ");
    for (size_t i = 0; i < n && i < 20; i++)
        text_addf(&hint, "%s\"%s\"", i ? ", " : "", quanta_variant_name(cfg, i));
    complain("export", hint.data, "which of the %zu variants?", n);
    text_release(&hint);
    return -1;
}

static int write_export(const struct args *args, const struct quanta_config *cfg,
                        size_t variant, const struct quanta_format *format)
{
    struct out_files *files = out_files_new(args->output, format->folder);
    struct quanta_writer *w = out_files_writer(files);
    char *errors = NULL;
    bool done = w && quanta_export(cfg, variant, format->name, w, &errors);

    if (errors)
        (void)fputs(errors, stderr);
    if (!out_files_end(files, done))
        return EXIT_OUTPUT;
    quanta_text_free(errors);
    return done ? EXIT_FINE : EXIT_INPUT;
}

static int export(const struct args *args)
{
    const struct quanta_format *format = chosen(args);
    struct quanta_config *cfg = format ? job_read(args, args->operands.list[0]) : NULL;
    int variant = cfg ? which_variant(args, cfg) : -1, code = EXIT_INPUT;

    if (variant >= 0)
        code = write_export(args, cfg, (size_t)variant, format);
    quanta_config_free(cfg);
    return code;
}

const struct command command_export = {
    .name = "export",
    .operands = "FILE",
    .operand_kind = OPERAND_FILES,
    .min = 1,
    .max = 1,
    .summary =
        "write a run as a trace for other programs: Perfetto, perf, KernelShark and more",
    .about =
        "Runs one variant of FILE (\"-\": standard input) and writes all that happened in a "
        "format that other programs open. The output is written while the run goes on, so "
        "that a long run needs no more memory than a short one, and appears under its name "
        "when it is whole. How the run ended does not matter: a deadlock can be looked at, "
        "too.\n"
        "\n"
        "The formats:",
    .more = formats,
    .options = options,
    .examples =
        {{"quanta export --to perfetto -v 'four cores' -o run.pftrace "
          "configs/lessons/01-concurrency-vs-parallelism.json",
          "a file for ui.perfetto.dev"},
         {"quanta export --to perf -o run.data configs/lessons/10-thread-pool-too-small.json "
          "-v '4 threads'",
          "then: perf sched timehist -i run.data"},
         {"quanta export --to csv web.json", "every record, a line each"}},
    .run = export,
};
