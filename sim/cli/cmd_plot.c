/* cmd_plot.c - quanta plot. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/cli/job.h"
#include "sim/cli/out_files.h"
#include "sim/cli/picture.h"
#include "sim/cli/sweep.h"

/* As enum quanta_theme and enum quanta_rows. */
static const char *const theme_names[] = {"light", "dark", "print", NULL};
static const char *const rows_names[] = {"both", "cores", "tasks", NULL};

static const struct opt options[] = {
    OPTION("output", OPT_TEXT, "FILE", output,
           "write to FILE, whole or not at all; its suffix says what: .svg, .png, .pdf, .html",
           .letter = 'o'),
    OPTION("kind", OPT_CHOICE, "KIND", kind, "what is drawn; default: timeline",
           .choices = quanta_plot_kinds),
    OPTION("variant", OPT_TEXT, "NAME", variant, "draw this variant alone", .letter = 'v'),
    OPTION("sweep", OPT_TEXT, "/POINTER=LIST", sweep,
           "draw a number against a parameter: its values, as 1..20 or 1,2,4,8",
           .letter = '\0'),
    OPTION("metric", OPT_TEXT, "/POINTER", metric,
           "with --sweep: which number of the result; default: /summary/turnaround/mean",
           .letter = '\0'),
    OPT_SETTING,
    OPT_SEED,
    OPT_UNTIL,
    OPTION("from", OPT_TEXT, "TIME", from, "draw from this instant on, as 1.5ms",
           .letter = '\0'),
    OPTION("to", OPT_TEXT, "TIME", to, "draw up to this instant", .letter = '\0'),
    OPTION("rows", OPT_CHOICE, "ROWS", show, "rows of cores, tasks or both; default: both",
           .choices = rows_names),
    OPTION("width", OPT_NUMBER, "PIXELS", width, "the picture's width; default: 1640",
           .min = 640, .max = 16000),
    OPTION("theme", OPT_CHOICE, "THEME", theme, "light, dark or print; default: light",
           .choices = theme_names),
    OPTION("scale", OPT_NUMBER, "N", scale,
           "pixels of a PNG for each of the picture; default: 2", .min = 1, .max = 8),
    OPT_HELP,
    OPT_END,
};

/* What is to be drawn, and the runs of it. */
struct plots {
    const struct picture_output *output;
    struct quanta_options keep;
    struct quanta_config **configs; /* one a file */
    struct quanta_run **runs;
    const struct quanta_config **of;
    size_t *variants;
    size_t n;
    struct sweep *sweep; /* instead of runs; NULL: none */
};

/* The bounds of --from and --to. */
static bool read_bounds(const struct args *args, struct quanta_options *keep)
{
    const char *bad = NULL;

    if (args->from && !quanta_time(args->from, &keep->plot_from))
        bad = args->from;
    else if (args->to && !quanta_time(args->to, &keep->plot_to))
        bad = args->to;
    if (bad) {
        complain("plot", "a number and one of ns, us, ms, s: --from=1.5ms",
                 "expected an instant, got \"%s\"", bad);
        return false;
    }
    if (args->to && keep->plot_to <= keep->plot_from) {
        complain("plot", NULL, "--to=%s is not after --from=%s", args->to,
                 args->from ? args->from : "0");
        return false;
    }
    return true;
}

static const struct picture_output *choose_output(const struct args *args)
{
    bool to_stdout = !args->output || strcmp(args->output, "-") == 0;
    const struct picture_output *o =
        to_stdout ? picture_outputs[0] : picture_output_of(args->output);
    struct text hint = {0};

    if (!o) {
        text_add(&hint, "its suffix says what to write; there are:");
        for (size_t i = 0; picture_outputs[i]; i++)
            text_addf(&hint, "%s %s", i ? "," : "", picture_outputs[i]->suffix);
        complain("plot", hint.data, "what kind of file is \"%s\"?", args->output);
    } else if (o->kind && args->kind > 0 &&
               strcmp(o->kind, quanta_plot_kinds[args->kind]) != 0) {
        complain("plot", NULL, "%s is for --kind %s alone", o->suffix, o->kind);
        o = NULL;
    } else if (o->missing) {
        complain("plot", o->missing, "cannot write %s: no %s in this build", args->output,
                 o->suffix);
        o = NULL;
    }
    text_release(&hint);
    return o;
}

/* Reads all files first: where one is bad, none runs. */
static bool read_files(struct plots *d, const struct args *args)
{
    bool fine = true;

    d->configs = sim_calloc(args->operands.n, sizeof(struct quanta_config *));
    for (size_t i = 0; i < args->operands.n; i++) {
        d->configs[i] = job_read(args, args->operands.list[i]);
        fine = fine && d->configs[i];
        if (d->configs[i] && args->variant && job_variant(args, d->configs[i]) < 0)
            fine = false;
        d->n += d->configs[i] ? quanta_variants(d->configs[i]) : 0;
    }
    return fine;
}

static void run_all(struct plots *d, const struct args *args, int *code)
{
    size_t n = 0;

    d->runs = sim_calloc(d->n + 1, sizeof(struct quanta_run *));
    d->of = sim_calloc(d->n + 1, sizeof(struct quanta_config *));
    d->variants = sim_calloc(d->n + 1, sizeof(*d->variants));
    for (size_t i = 0; i < args->operands.n; i++) {
        size_t from = 0, to = quanta_variants(d->configs[i]);

        if (args->variant) {
            from = (size_t)job_variant(args, d->configs[i]);
            to = from + 1;
        }
        for (size_t v = from; v < to; v++, n++) {
            d->runs[n] = quanta_run(d->configs[i], v, &d->keep);
            if (quanta_trouble(d->runs[n])) {
                (void)fputs(quanta_trouble(d->runs[n]), stderr);
                code_add(code, EXIT_INPUT);
            }
            d->of[n] = d->configs[i];
            d->variants[n] = v;
        }
    }
    d->n = n;
}

static void free_all(struct plots *d, const struct args *args)
{
    for (size_t i = 0; d->runs && i < d->n; i++)
        quanta_run_free(d->runs[i]);
    for (size_t i = 0; d->configs && i < args->operands.n; i++)
        quanta_config_free(d->configs[i]);
    free(d->configs);
    free(d->runs);
    free(d->of);
    free(d->variants);
}

/* Is there anything between the bounds? */
static bool in_bounds(const struct plots *d, const struct args *args)
{
    for (size_t i = 0; i < d->n; i++)
        if (quanta_end(d->runs[i]) > d->keep.plot_from)
            return true;
    if (d->keep.plot_from > 0)
        complain("plot", NULL, "nothing happens after --from=%s", args->from);
    return d->keep.plot_from == 0;
}

/* As it goes, into the file under another name. */
static int stream_picture(const struct plots *d, const struct picture *p,
                          const struct args *args)
{
    struct out_files *files = out_files_new(args->output, false);

    struct quanta_writer *w = out_files_writer(files);
    bool done = w && d->output->stream(p, w);

    return out_files_end(files, done) ? EXIT_FINE : EXIT_OUTPUT;
}

/* An option as a shell reads it. */
static void add_option(struct text *t, const char *name, const char *value)
{
    bool plain = strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "/.,=:_-") == strlen(value);

    text_addf(t, "%s--%s %s%s%s", t->len ? " " : "", name, plain ? "" : "'", value,
              plain ? "" : "'");
}

/* The options that change what is drawn, for the footer. */
static void add_command(const struct args *args, struct text *t)
{
    const struct {
        const char *name, *value;
    } texts[] = {{"sweep", args->sweep},
                 {"metric", args->metric},
                 {"variant", args->variant},
                 {"from", args->from},
                 {"to", args->to}};

    for (size_t i = 0; i < args->sets.n; i++)
        add_option(t, "set", args->sets.list[i]);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (texts[i].value)
            add_option(t, texts[i].name, texts[i].value);
}

static int write_picture(const struct plots *d, const struct args *args)
{
    struct text command = {0};
    struct picture p = {.sweep = d->sweep ? sweep_result(d->sweep) : NULL,
                        .runs = (const struct quanta_run *const *)d->runs,
                        .n = d->n,
                        .of = d->of,
                        .variants = d->variants,
                        .scale = args->scale > 0 ? (int)args->scale : 2,
                        .look = {.kind = quanta_plot_kinds[args->kind],
                                 .width = (int)args->width,
                                 .theme = (enum quanta_theme)args->theme,
                                 .rows = (enum quanta_rows)args->show}};
    struct text error = {0};
    int code = EXIT_FINE;
    struct out out;

    if (d->output->stream)
        return stream_picture(d, &p, args);
    add_command(args, &command);
    p.look.command = command.data;
    out_init(&out, args->output);
    if (d->output->make(&p, &out.kept, &error)) {
        if (!out.path)
            out_take(&out, text_take(&out.kept));
        job_end(&out, &code);
    } else {
        complain("plot", NULL, "cannot make %s: %s", args->output, error.data);
        out_release(&out);
        code = EXIT_OUTPUT;
    }
    text_release(&error);
    text_release(&command);
    return code;
}

static int plot_runs(struct plots *d, const struct args *args)
{
    int code = EXIT_INPUT;

    if (read_files(d, args)) {
        code = EXIT_FINE;
        run_all(d, args, &code);
        code_add(&code, in_bounds(d, args) ? write_picture(d, args) : EXIT_INPUT);
    }
    free_all(d, args);
    return code;
}

static int kind_sweep(void)
{
    int i = 0;

    while (strcmp(quanta_plot_kinds[i], "sweep") != 0)
        i++;
    return i;
}

/* Only --kind sweep has them.  False: complained. */
static bool fits_kind(const struct args *args)
{
    const char *option = args->sweep ? "sweep" : args->metric ? "metric" : NULL;

    if (option && args->kind != kind_sweep()) {
        complain("plot", "--kind=sweep, or no --kind", "--%s is not for --kind %s", option,
                 quanta_plot_kinds[args->kind]);
        return false;
    }
    return true;
}

static int plot(const struct args *given)
{
    struct args asked = *given, *args = &asked;
    struct plots d = {.keep = {.plot = true}};
    int code = EXIT_INPUT;

    if (asked.kind < 0)
        asked.kind = asked.sweep || asked.metric ? kind_sweep() : 0;
    d.output = choose_output(args);
    if (!d.output || !fits_kind(args) || !read_bounds(args, &d.keep))
        return EXIT_INPUT;
    if (args->kind != kind_sweep()) {
        if (d.output->prepare)
            d.output->prepare(&d.keep);
        return plot_runs(&d, args);
    }
    if (d.output->stream || d.output->kind) {
        complain("plot", NULL, "%s is not for --kind sweep", d.output->suffix);
        return EXIT_INPUT;
    }
    d.sweep = sweep_run(args);
    if (d.sweep)
        code = write_picture(&d, args);
    sweep_free(d.sweep);
    return code;
}

/* The kinds, a line each. */
static char *kinds(void)
{
    struct text t = {0};

    for (size_t i = 0; quanta_plot_kinds[i]; i++)
        text_addf(&t, "%s: %s\n", quanta_plot_kinds[i], quanta_plot_help(i));
    return text_take(&t);
}

const struct command command_plot = {
    .name = "plot",
    .operands = "FILE...",
    .operand_kind = OPERAND_FILES,
    .min = 1,
    .max = SIZE_MAX,
    .summary =
        "draw the runs of files: timelines and more, as SVG, PNG, PDF or a page to explore",
    .about =
        "Runs every variant of every FILE (\"-\": standard input) and draws them in one "
        "picture. How a run ended does not matter: a deadlock can be looked at, too. An SVG "
        "has "
        "the same bytes on every machine; PNG and PDF are made from it by librsvg, where the "
        "build has it. With --from and --to a part of a long run is drawn in full detail. "
        "An .html is a page to explore in a browser, of the whole runs, whatever the kind.\n"
        "\n"
        "The kinds:",
    .more = kinds,
    .options = options,
    .examples =
        {{"quanta plot -o lesson.svg configs/lessons/01-concurrency-vs-parallelism.json",
          "four tasks, four ways to run them"},
         {"quanta plot --theme dark --from 10ms --to 20ms -o part.png web.json",
          "a part of it, for slides"},
         {"quanta plot -o lesson.html configs/lessons/01-concurrency-vs-parallelism.json",
          "a page to zoom into, and to step through event by event"}},
    .run = plot,
};
