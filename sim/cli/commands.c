/* commands.c - the list of commands, and what is true of them all. */
#include "sim/cli/args.h"

#include <string.h>

const struct command *const commands[] = {
    &command_run,    &command_compare, &command_check,  &command_diff, &command_export,
    &command_import, &command_plot,    &command_models, &command_help, NULL};

const char program_summary[] = "simulates cores, schedulers and event loops, deterministically";

const char program_about[] =
    "quanta reads a JSON file that describes a machine and a workload, runs it in simulated "
    "time, "
    "and shows as timelines and numbers what concurrency is, what parallelism is, and what "
    "each "
    "costs. The same file and seed give the same bytes on every machine.\n"
    "\n"
    "A file may name variants: changes to itself, to be compared with each other. \"quanta "
    "models\" "
    "lists what a file may say, with units, defaults and sources; configs/schema.json lets an "
    "editor help with writing one.";

const struct opt program_options[] = {
    FLAG("help", help, "show a short help and end", 'h'),
    FLAG("version", help, "show the version and end", '\0'),
    OPT_END,
};

const struct exit_meaning exit_meanings[] = {
    {EXIT_FINE, "all is well"},
    {EXIT_OUTCOME,
     "the simulation ended in a fault, a deadlock or out of memory; diff: the runs differ"},
    {EXIT_INPUT, "bad input or usage, or a run too large for this machine's memory"},
    {EXIT_EXPECTED, "an expectation of the file does not hold"},
    {EXIT_OUTPUT, "cannot write"},
    {0, NULL},
};

const struct env_meaning env_meanings[] = {
    {"NO_COLOR", "set and not empty: no colours, unless --color=always"},
    {"COLUMNS", "the width of the terminal, where it cannot be asked"},
    {"LC_ALL, LC_CTYPE, LANG", "without UTF-8 a terminal gets ASCII characters alone"},
    {"TMPDIR", "where export keeps what must wait while it writes to standard output"},
    {NULL, NULL},
};

const char *const colour_names[] = {"auto", "always", "never", NULL};

const struct command *command_find(const char *name)
{
    for (size_t i = 0; commands[i]; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

const char *command_closest(const char *name)
{
    const char *names[16];
    size_t n = 0;

    while (commands[n]) {
        sim_assert(n < ARRAY_LEN(names));
        names[n] = commands[n]->name;
        n++;
    }
    return name_closest(name, names, n);
}
