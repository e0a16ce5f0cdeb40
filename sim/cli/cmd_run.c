/* cmd_run.c - quanta run. */
#include <inttypes.h>
#include <stdio.h>

#include "sim/cli/job.h"

static const struct opt options[] = {
    FLAG("json", json, "print the result document instead", '\0'),
    FLAG("segments", segments, "with --json: who ran when on which core", '\0'),
    FLAG("tasks", tasks,
         "the times of each task; with --json: also where there are more than 1,000", '\0'),
    OPTION("variant", OPT_TEXT, "NAME", variant, "run this variant alone", .letter = 'v'),
    OPT_SETTING,
    OPT_SEED,
    OPT_UNTIL,
    FLAG("digest", digest, "print one line a variant: a hash of all that happened", '\0'),
    FLAG("check", check, "watch the invariants of the simulation itself", '\0'),
    FLAG("explain", explain, "tell the run as a story, step by step, with the reasons", '\0'),
    FLAG("no-timeline", no_timeline, "print the numbers alone", '\0'),
    OPT_OUTPUT,
    OPT_LOOK,
    OPT_HELP,
    OPT_END,
};

/* What one run is told by. */
static void show(struct out *out, const struct args *args, const struct quanta_config *cfg,
                 size_t variant, const struct quanta_run *run, const struct quanta_look *look)
{
    struct text t = {0};

    if (quanta_has_variants(cfg))
        text_addf(&t, "%s%s%s\n", look->colours ? "\033[1m" : "",
                  quanta_variant_name(cfg, variant), look->colours ? "\033[0m" : "");
    out_take(out, text_take(&t));
    if (!args->no_timeline) {
        out_take(out, quanta_timeline(run, look));
        out_text(out, "\n");
        job_legend(out, &(const struct quanta_run *){run}, 1, look);
    }
    out_take(out, quanta_summary(run, look));
    if (args->tasks) {
        out_text(out, "\n");
        out_take(out, quanta_task_table(run));
    }
}

static void show_digest(struct out *out, const char *path, const struct quanta_config *cfg,
                        size_t variant, const struct quanta_run *run)
{
    struct text t = {0};

    text_addf(&t, "%016" PRIx64 "  %s  %s\n", quanta_digest(run), path,
              quanta_variant_name(cfg, variant));
    out_take(out, text_take(&t));
}

/* Where a story goes: on to the output, while it is told. */
struct story {
    struct quanta_writer writer;
    struct out *out;
};

static bool tell(struct quanta_writer *w, int file, const void *bytes, size_t n)
{
    struct story *s = container_of(w, struct story, writer);
    struct text t = {0};

    sim_assert(file == 0);
    text_add_len(&t, bytes, n);
    out_take(s->out, text_take(&t));
    return true;
}

static void explain(struct out *out, const struct args *args, const struct quanta_config *cfg,
                    size_t variant, const struct quanta_look *look, int *code)
{
    struct story story = {{.write = tell}, out};
    struct quanta_run *run;
    struct text t = {0};
    char end[TIME_TEXT_SIZE];

    if (quanta_has_variants(cfg))
        text_addf(&t, "%s%s%s\n", look->colours ? "\033[1m" : "",
                  quanta_variant_name(cfg, variant), look->colours ? "\033[0m" : "");
    out_take(out, text_take(&t));
    run = job_explain(args, cfg, variant, &story.writer, look, code);
    text_addf(&t, "%11s  the run ends: %s\n", time_text(quanta_end(run), end),
              quanta_outcome(run));
    out_take(out, text_take(&t));
    quanta_run_free(run);
}

static void run_variants(struct out *out, const struct args *args,
                         const struct quanta_config *cfg, size_t from, size_t to, int *code)
{
    bool text = !args->json && !args->digest;
    bool array = args->json && quanta_has_variants(cfg) && !args->variant;
    struct quanta_look look;

    out_look(args, &look);
    if (text)
        job_title(out, cfg, from, &look);
    if (array)
        out_text(out, "[");
    for (size_t i = from; i < to; i++) {
        struct quanta_run *run;

        if (args->explain) {
            explain(out, args, cfg, i, &look, code);
            out_text(out, i + 1 < to ? "\n" : "");
            continue;
        }
        run = job_run(args, cfg, i, text && !args->no_timeline, code);

        if (i > from && !args->digest)
            out_text(out, args->json ? ",\n" : "\n");
        if (args->digest)
            show_digest(out, args->operands.list[0], cfg, i, run);
        else if (args->json)
            out_take(out, quanta_json(run, true));
        else
            show(out, args, cfg, i, run, &look);
        quanta_run_free(run);
    }
    if (args->json)
        out_text(out, array ? "]\n" : "\n");
}

static int run(const struct args *args)
{
    struct quanta_config *cfg = job_read(args, args->operands.list[0]);
    size_t from = 0, to = cfg ? quanta_variants(cfg) : 0;
    int code = EXIT_FINE, variant = 0;
    struct out out;

    if (cfg && args->variant)
        variant = job_variant(args, cfg);
    if (!cfg || variant < 0) {
        quanta_config_free(cfg);
        return EXIT_INPUT;
    }
    if (args->explain && (args->json || args->digest)) {
        complain("run", NULL, "--explain tells a story: --json and --digest do not");
        quanta_config_free(cfg);
        return EXIT_INPUT;
    }
    if (args->variant) {
        from = (size_t)variant;
        to = from + 1;
    }
    out_init(&out, args->output);
    run_variants(&out, args, cfg, from, to, &code);
    job_end(&out, &code);
    quanta_config_free(cfg);
    return code;
}

const struct command command_run = {
    .name = "run",
    .operands = "FILE",
    .operand_kind = OPERAND_FILES,
    .min = 1,
    .max = 1,
    .summary = "simulate a file and show each variant's timeline and numbers",
    .about =
        "Runs each variant of FILE (\"-\": standard input) and prints a timeline, a row a "
        "core and a "
        "row a task, and the numbers beneath. What the file expects of its results is "
        "compared with "
        "them; what does not hold is said on standard error.\n"
        "\n"
        "Beneath the numbers stands what went wrong or could have: faults, deadlocks, data "
        "races, locks "
        "taken in different orders, waits of urgent tasks while less urgent ones ran, each "
        "with its line "
        "in FILE.\n"
        "\n"
        "With --explain it tells the run step by step instead, while it goes on: what each "
        "event loop and each core does, why now, and what is left waiting.\n"
        "\n"
        "With --json it prints the result document: one object where the file has no "
        "variants or "
        "--variant asks for one, else an array of them.",
    .options = options,
    .examples = {{"quanta run configs/lessons/02-cpu-busy-and-idle.json",
                  "the timeline and the numbers"},
                 {"quanta run --tasks configs/textbook/osc-rr.json",
                  "and arrival, waiting, turnaround of each task"},
                 {"quanta run --explain configs/lessons/24-phases-of-the-loop.json",
                  "why each callback comes when it does"},
                 {"quanta run --json --segments web.json", "everything, for a program to read"},
                 {"quanta run --set /machine/cores=4 --seed 7 web.json",
                  "on four cores, with other draws"}},
    .run = run,
};
