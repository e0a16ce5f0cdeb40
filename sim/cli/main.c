/* main.c - which command is meant. */
#include <stdio.h>
#include <string.h>

#include "sim/cli/args.h"
#include "sim/cli/help.h"
#include "sim/cli/out.h"
#include "sim/quanta.h"

static int show(char *text)
{
    struct out out;
    bool fine;

    out_init(&out, NULL);
    out_text(&out, text);
    quanta_text_free(text);
    fine = out_finish(&out);
    out_release(&out);
    return fine ? EXIT_FINE : EXIT_OUTPUT;
}

static int run_command(const struct command *cmd, int argc, char **argv)
{
    struct args args;
    int code = EXIT_INPUT;

    if (args_read(&args, cmd, argc, argv))
        code = args.help ? show(help_short(cmd)) : cmd->run(&args);
    args_release(&args);
    return code;
}

static int no_such_command(const char *name)
{
    const char *close = command_closest(name);
    struct text hint = {0};

    if (close)
        text_addf(&hint, "did you mean \"%s\"?", close);
    else
        text_add(&hint, "quanta help lists the commands");
    complain(NULL, hint.data, name[0] == '-' ? "unknown option %s" : "no command \"%s\"", name);
    text_release(&hint);
    return EXIT_INPUT;
}

int main(int argc, char **argv)
{
    const struct command *cmd;

    out_standard_streams();
    if (argc < 2) {
        char *usage = help_program(false);

        (void)fputs(usage, stderr);
        quanta_text_free(usage);
        return EXIT_INPUT;
    }
    if (strcmp(argv[1], "--version") == 0) {
        struct text t = {0};

        text_addf(&t, "quanta %s\n", quanta_version());
        return show(text_take(&t));
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return show(help_program(false));
    cmd = command_find(argv[1]);
    return cmd ? run_command(cmd, argc - 1, argv + 1) : no_such_command(argv[1]);
}
