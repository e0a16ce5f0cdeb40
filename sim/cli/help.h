/* help.h - helps, the man page and completions, all from the commands' tables.
 * Every text is the caller's to free. */
#ifndef SIM_CLI_HELP_H
#define SIM_CLI_HELP_H

#include "sim/cli/args.h"

char *help_program(bool all); /* all: with explanations */
char *help_short(const struct command *cmd);
char *help_long(const struct command *cmd);
char *help_man(void); /* mdoc(7) */
char *help_bash(void);
char *help_zsh(void);

#endif
