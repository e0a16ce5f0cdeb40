/* cmd_import.c - quanta import. */
#include <stdio.h>
#include <stdlib.h>

#include "sim/cli/job.h"
#include "sim/cli/out_files.h"

static const struct opt options[] = {
    OPTION("from", OPT_CHOICE, "FORMAT", format,
           "the format: quanta help import lists them; default: by content",
           .choices = quanta_import_names),
    FLAG("quiet", quiet, "do not say what was found, skipped and filled in", 'q'),
    OPT_OUTPUT,
    OPT_HELP,
    OPT_END,
};

/* The formats, a line each. */
static char *formats(void)
{
    struct text t = {0};

    for (size_t i = 0; quanta_import_names[i]; i++)
        text_addf(&t, "%s: %s\n", quanta_import_names[i], quanta_import_help(i));
    return text_take(&t);
}

static void tell(const char *notes)
{
    for (const char *at = notes; *at;) {
        size_t len = 0;

        while (at[len] && at[len] != '\n')
            len++;
        (void)fprintf(stderr, "quanta import: %.*s\n", (int)len, at);
        at += len + (at[len] == '\n');
    }
}

static int import(const struct args *args)
{
    const char *format = args->format < 0 ? NULL : quanta_import_names[args->format];
    struct out_files *files = out_files_new(args->output, false);
    struct quanta_writer *w = out_files_writer(files);
    char *errors = NULL, *notes = NULL;
    bool done = w && quanta_import(args->operands.list[0], format, w, &notes, &errors);
    bool written = out_files_end(files, done);

    if (errors)
        (void)fputs(errors, stderr);
    else if (done && written && !args->quiet)
        tell(notes);
    quanta_text_free(errors);
    quanta_text_free(notes);
    return !written ? EXIT_OUTPUT : done ? EXIT_FINE : EXIT_INPUT;
}

const struct command command_import = {
    .name = "import",
    .operands = "TRACE",
    .operand_kind = OPERAND_FILES,
    .min = 1,
    .max = 1,
    .summary = "make a recorded trace of a schedule that a kernel or a browser has recorded",
    .about =
        "Reads TRACE (\"-\": standard input) and writes a recorded trace, which every other "
        "command takes in place of a config: so a real schedule gets the same timeline, "
        "numbers and pictures as a simulated one.\n"
        "\n"
        "Threads become tasks, named as the kernel's tools name them: \"bash-1234\". A thread "
        "arrives when it is first seen; one that runs at the first switch of its core has run "
        "from the beginning. It is ready from its waking on, or where none was recorded, from "
        "the switch to it. What it waits for is not in such a trace: state D is \"io\", all "
        "other sleep is \"sleep\". Pid 0 is the idle core. Times count from the first event "
        "on.\n"
        "\n"
        "What was skipped, lost or filled in is said on standard error.\n"
        "\n"
        "The formats:",
    .more = formats,
    .options = options,
    .examples = {{"perf sched script | quanta import - -o real.ndjson",
                  "what perf sched record has recorded"},
                 {"quanta run real.ndjson", "its timeline and numbers"}},
    .run = import,
};
