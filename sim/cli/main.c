/* main.c - which command is meant. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/cli/args.h"
#include "sim/cli/help.h"
#include "sim/cli/out.h"
#include "sim/cli/unfinished.h"
#include "sim/quanta.h"

/* In place of the library's, which aborts: what was asked for is too large for this machine. */
NORETURN void sim_out_of_memory(size_t bytes)
{
    unfinished_delete();
    (void)fprintf(stderr,
                  "quanta: out of memory: %zu bytes more were needed\n"
                  "    hint: a shorter run (--until), fewer tasks, or run --no-timeline\n",
                  bytes);
    _exit(EXIT_INPUT);
}

/* Also cJSON says so, instead of giving NULL in the midst of a document. */
static void watch_memory(void)
{
    cJSON_Hooks hooks = {sim_malloc, free};

    cJSON_InitHooks(&hooks);
}

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

/* Would the output take the place of what is read?  "file#variant" is of the file. */
static bool replaces_input(const struct args *args, const char *operand)
{
    struct stat in, out;
    const char *hash = strrchr(operand, '#');
    char *file = hash ? sim_strndup(operand, (size_t)(hash - operand)) : NULL;
    bool there = stat(operand, &in) == 0 || (file && stat(file, &in) == 0);

    free(file);
    return there && stat(args->output, &out) == 0 && S_ISREG(out.st_mode) &&
           in.st_dev == out.st_dev && in.st_ino == out.st_ino;
}

/* What goes for the files of every command.  False: complained. */
static bool check_files(const struct args *args)
{
    bool output = args->output && strcmp(args->output, "-") != 0;
    int from_stdin = 0;

    for (size_t i = 0; i < args->operands.n; i++) {
        from_stdin += strcmp(args->operands.list[i], "-") == 0;
        if (output && replaces_input(args, args->operands.list[i])) {
            complain(args->command, "-o with another name", "%s is read: not overwritten",
                     args->output);
            return false;
        }
    }
    if (from_stdin > 1)
        complain(args->command, NULL, "\"-\": standard input can be read only once");
    return from_stdin <= 1;
}

static int run_command(const struct command *cmd, int argc, char **argv)
{
    struct args args;
    int code = EXIT_INPUT;

    if (!args_read(&args, cmd, argc, argv))
        code = EXIT_INPUT;
    else if (args.help)
        code = show(help_short(cmd));
    else if (cmd->operand_kind != OPERAND_FILES || check_files(&args))
        code = cmd->run(&args);
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
    unfinished_watch();
    watch_memory();
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
