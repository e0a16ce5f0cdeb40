/* cmd_help.c - quanta help. */
#include <stdio.h>

#include "sim/cli/help.h"
#include "sim/cli/job.h"

static const struct opt options[] = {
    FLAG("man", man, "print the man page", '\0'),
    FLAG("bash", bash, "print the completion for bash", '\0'),
    FLAG("zsh", zsh, "print the completion for zsh", '\0'),
    FLAG("schema", schema, "print the JSON Schema of a file", '\0'),
    OPT_OUTPUT,
    OPT_HELP,
    OPT_END,
};

static char *wanted(const struct args *args)
{
    const struct command *cmd;

    if (args->man)
        return help_man();
    if (args->bash)
        return help_bash();
    if (args->zsh)
        return help_zsh();
    if (args->schema) {
        struct text t = {0};
        char *schema = quanta_schema();

        text_addf(&t, "%s\n", schema);
        quanta_text_free(schema);
        return text_take(&t);
    }
    if (args->operands.n == 0)
        return help_program(true);
    cmd = command_find(args->operands.list[0]);
    return cmd ? help_long(cmd) : NULL;
}

static int help(const struct args *args)
{
    char *text = wanted(args);
    int code = EXIT_FINE;
    struct out out;

    if (!text) {
        const char *close = command_closest(args->operands.list[0]);
        struct text hint = {0};

        if (close)
            text_addf(&hint, "did you mean \"%s\"?", close);
        else
            text_add(&hint, "quanta help lists the commands");
        complain("help", hint.data, "no command \"%s\"", args->operands.list[0]);
        text_release(&hint);
        return EXIT_INPUT;
    }
    out_init(&out, args->output);
    out_take(&out, text);
    job_end(&out, &code);
    return code;
}

const struct command command_help = {
    .name = "help",
    .operands = "[COMMAND]",
    .operand_kind = OPERAND_COMMAND,
    .min = 0,
    .max = 1,
    .summary = "explain a command, or print man page, completions, schema",
    .about =
        "Explains COMMAND with all its options and examples; without one, the program. It also "
        "prints what an installation needs: the man page, completions for shells, and the JSON "
        "Schema that editors and validators use.",
    .options = options,
    .examples = {{"quanta help run", "all about quanta run"},
                 {"quanta help --schema -o schema.json", "for an editor"}},
    .run = help,
};
