/* help_man.c - quanta.1, in mdoc(7). */
#include <stdlib.h>
#include <string.h>

#include "sim/cli/help.h"
#include "sim/quanta.h"

/* Text in which nothing is a request or an escape, and no line has more than a sentence's length. */
static void add_plain(struct text *t, const char *s)
{
    size_t column = 0;

    for (; *s; s++) {
        if (column == 0 && (*s == '.' || *s == '\''))
            text_add(t, "\\&");
        if (*s == '\\') {
            text_add(t, "\\e");
        } else if (*s == '\n' && s[1] == '\n') {
            text_add(t, "\n.Pp\n");
            s++;
            column = 0;
            continue;
        } else if (*s == ' ' && (column > 70 || (column > 0 && strchr(".:;", s[-1])))) {
            text_add(t, "\n");
            column = 0;
            continue;
        } else {
            text_add_len(t, s, 1);
        }
        column = *s == '\n' ? 0 : column + 1;
    }
    text_add(t, "\n");
}

/* Words behind a macro: punctuation of one character is set apart by mdoc, so it is hidden. */
static void add_word(struct text *t, const char *word)
{
    text_addf(t, " \"%s\"", word);
}

static void add_options(struct text *t, const struct opt *options)
{
    text_add(t, ".Bl -tag -width Ds\n");
    for (const struct opt *o = options; o->name; o++) {
        text_add(t, ".It");
        if (o->letter)
            text_addf(t, " Fl %c ,", o->letter);
        text_addf(t, " Fl \\-%s", o->name);
        if (o->value)
            text_addf(t, " Ns = Ns Ar %s", o->value);
        text_add(t, "\n");
        add_plain(t, o->help);
    }
    text_add(t, ".El\n");
}

static void add_commands(struct text *t)
{
    text_add(t, ".Sh COMMANDS\n");
    for (size_t i = 0; commands[i]; i++) {
        const struct command *cmd = commands[i];

        text_addf(t, ".Ss %s\n.Nm\n.Cm %s\n.Op Ar option ...\n", cmd->name, cmd->name);
        if (cmd->operands[0])
            text_addf(t, ".Ar \"%s\"\n", cmd->operands);
        text_add(t, ".Pp\n");
        add_plain(t, cmd->about);
        if (cmd->more) {
            char *more = cmd->more();

            text_add(t, ".Pp\n");
            add_plain(t, more);
            free(more);
        }
        add_options(t, cmd->options);
    }
}

static void add_examples(struct text *t)
{
    text_add(t, ".Sh EXAMPLES\n.Bl -tag -width Ds\n");
    for (size_t i = 0; commands[i]; i++)
        for (size_t k = 0; k < COMMAND_EXAMPLES && commands[i]->examples[k].line; k++) {
            text_add(t, ".It Li");
            add_word(t, commands[i]->examples[k].line);
            text_add(t, "\n");
            add_plain(t, commands[i]->examples[k].what);
        }
    text_add(t, ".El\n");
}

char *help_man(void)
{
    struct text t = {0};

    text_add(&t, ".Dd November 24, 2026\n.Dt QUANTA 1\n.Os\n.Sh NAME\n.Nm quanta\n.Nd ");
    text_addf(&t, "%s\n", program_summary);
    text_add(&t,
             ".Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Ar option ...\n.Op Ar\n.Sh DESCRIPTION\n");
    add_plain(&t, program_about);
    add_commands(&t);
    text_add(&t, ".Sh ENVIRONMENT\n.Bl -tag -width Ds\n");
    for (const struct env_meaning *e = env_meanings; e->name; e++) {
        text_add(&t, ".It");
        add_word(&t, e->name);
        text_add(&t, "\n");
        add_plain(&t, e->meaning);
    }
    text_add(&t, ".El\n.Sh EXIT STATUS\n.Bl -tag -width Ds\n");
    for (const struct exit_meaning *e = exit_meanings; e->meaning; e++) {
        text_addf(&t, ".It %d\n", e->code);
        add_plain(&t, e->meaning);
    }
    text_add(&t, ".El\n");
    add_examples(&t);
    text_add(&t, ".Sh SEE ALSO\n.Xr epoll 7 ,\n.Xr sched 7\n");
    return text_take(&t);
}
