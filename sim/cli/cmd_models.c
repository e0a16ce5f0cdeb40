/* cmd_models.c - quanta models. */
#include <stdio.h>

#include "sim/cli/job.h"

static const struct opt options[] = {OPT_OUTPUT, OPT_HELP, OPT_END};

static int models(const struct args *args)
{
    const char *name = args->operands.n ? args->operands.list[0] : NULL;
    char *text = quanta_models(name);
    int code = EXIT_FINE;
    struct out out;

    if (!text) {
        complain("models", "quanta models lists all", "no model \"%s\"", name);
        return EXIT_INPUT;
    }
    out_init(&out, args->output);
    out_take(&out, text);
    job_end(&out, &code);
    return code;
}

const struct command command_models = {
    .name = "models",
    .operands = "[NAME]",
    .operand_kind = OPERAND_MODEL,
    .min = 0,
    .max = 1,
    .summary = "list policies, devices, sync objects, executors and ops with their keys",
    .about =
        "Prints every model there is, or those called NAME: what it does, its keys with types, "
        "limits, defaults and meaning, and the source of what it models.",
    .options = options,
    .examples = {{"quanta models rr", "what round robin is, and its keys"},
                 {"quanta models", "all there is"}},
    .run = models,
};
