#include "sim/cli/help.h"

#include <stdlib.h>
#include <string.h>

#include "sim/cli/out.h"
#include "sim/quanta.h"

enum { NAME_COLUMN = 10, OPTION_COLUMN = 26 };

static void add_columns(struct text *t, const char *left, const char *right, int column)
{
    size_t len = text_columns(left);

    text_addf(t, "  %s", left);
    if (len + 3 > (size_t)column) {
        text_add(t, "\n");
        wrap_text(t, right, column, out_help_width());
        return;
    }
    text_pad(t, ' ', (size_t)column - len - 2);
    { /* the first line goes on behind the name */
        struct text wrapped = {0};

        wrap_text(&wrapped, right, column, out_help_width());
        text_add(t, wrapped.data + column);
        text_release(&wrapped);
    }
}

static void add_usage(struct text *t, const struct command *cmd)
{
    text_addf(t, "usage: quanta %s [option...]%s%s\n", cmd->name, cmd->operands[0] ? " " : "",
              cmd->operands);
}

static void add_options(struct text *t, const struct opt *options)
{
    for (const struct opt *o = options; o->name; o++) {
        struct text left = {0};

        if (o->letter)
            text_addf(&left, "-%c, ", o->letter);
        text_addf(&left, "--%s", o->name);
        if (o->value)
            text_addf(&left, "=%s", o->value);
        add_columns(t, left.data, o->help, OPTION_COLUMN);
        text_release(&left);
    }
}

char *help_program(bool all)
{
    struct text t = {0};

    text_addf(&t, "quanta %s: %s\n\nusage: quanta COMMAND [option...] [FILE...]\n",
              quanta_version(), program_summary);
    if (all) {
        text_add(&t, "\n");
        wrap_text(&t, program_about, 0, out_help_width());
    }
    text_add(&t, "\ncommands\n");
    for (size_t i = 0; commands[i]; i++)
        add_columns(&t, commands[i]->name, commands[i]->summary, NAME_COLUMN + 2);
    if (all) {
        text_add(&t, "\nexit codes\n");
        for (const struct exit_meaning *e = exit_meanings; e->meaning; e++) {
            char code[16] = {(char)('0' + e->code), '\0'};

            add_columns(&t, code, e->meaning, NAME_COLUMN + 2);
        }
        text_add(&t, "\nenvironment\n");
        for (const struct env_meaning *e = env_meanings; e->name; e++)
            add_columns(&t, e->name, e->meaning, OPTION_COLUMN);
    }
    text_addf(&t, "\nfor example\n  %s\n\nquanta help COMMAND tells more; quanta help, all.\n",
              command_compare.examples[0].line);
    return text_take(&t);
}

char *help_short(const struct command *cmd)
{
    struct text t = {0};

    add_usage(&t, cmd);
    text_addf(&t, "%s\n\n", cmd->summary);
    add_options(&t, cmd->options);
    text_addf(&t, "\nfor example\n  %s\n\nquanta help %s tells more.\n", cmd->examples[0].line,
              cmd->name);
    return text_take(&t);
}

char *help_long(const struct command *cmd)
{
    struct text t = {0};

    add_usage(&t, cmd);
    text_addf(&t, "%s\n\n", cmd->summary);
    wrap_text(&t, cmd->about, 0, out_help_width());
    if (cmd->more) {
        char *more = cmd->more();

        text_add(&t, "\n");
        wrap_text(&t, more, 0, out_help_width());
        free(more);
    }
    text_add(&t, "\noptions\n");
    add_options(&t, cmd->options);
    text_add(&t, "\nfor example\n");
    for (size_t i = 0; i < COMMAND_EXAMPLES && cmd->examples[i].line; i++)
        text_addf(&t, "  %s\n      %s\n", cmd->examples[i].line, cmd->examples[i].what);
    return text_take(&t);
}
