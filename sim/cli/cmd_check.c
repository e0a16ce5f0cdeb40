/* cmd_check.c - quanta check. */
#include <stdio.h>

#include "sim/cli/job.h"

static const struct opt options[] = {
    OPT_SETTING,
    FLAG("quiet", quiet, "say nothing of good files", 'q'),
    OPT_HELP,
    OPT_END,
};

static int check(const struct args *args)
{
    int code = EXIT_FINE;
    struct out out;

    out_init(&out, NULL);
    for (size_t i = 0; i < args->operands.n; i++) {
        struct quanta_config *cfg = job_read(args, args->operands.list[i]);
        struct text t = {0};

        if (!cfg) {
            code_add(&code, EXIT_INPUT);
            continue;
        }
        if (!args->quiet) {
            text_addf(&t, "%s: fine", args->operands.list[i]);
            if (quanta_has_variants(cfg))
                text_addf(&t, ", %zu variant%s", quanta_variants(cfg),
                          quanta_variants(cfg) == 1 ? "" : "s");
            if (quanta_is_recorded(cfg))
                text_add(&t, ", a recorded trace");
            text_add(&t, "\n");
            out_take(&out, text_take(&t));
        }
        quanta_config_free(cfg);
    }
    job_end(&out, &code);
    return code;
}

const struct command command_check = {
    .name = "check",
    .operands = "FILE...",
    .operand_kind = OPERAND_FILES,
    .min = 1,
    .max = SIZE_MAX,
    .summary = "read files and report every mistake in them; run nothing",
    .about =
        "Reads each FILE (\"-\": standard input) with all its variants and reports everything "
        "that is wrong, with line, column and a hint.",
    .options = options,
    .examples = {{"quanta check configs/lessons/*.json", "are these files fine?"}},
    .run = check,
};
