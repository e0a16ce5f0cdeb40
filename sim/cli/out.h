/* out.h - where results go, and what suits the place: width, colours, characters.
 *
 * Standard output is written as the work goes on.  A file is collected in memory and
 * appears at out_finish() under its name, whole or not at all: written beside it under
 * another name, then renamed.  Devices and pipes named as a file are written to as
 * they are.
 *
 * The environment is read here and nowhere else (NO_COLOR, TERM, COLUMNS, LC_ALL, LC_CTYPE,
 * LANG), and only where a terminal is written to: what goes to a file or a pipe has the
 * same bytes everywhere.
 */
#ifndef SIM_CLI_OUT_H
#define SIM_CLI_OUT_H

#include "sim/cli/args.h"
#include "sim/quanta.h"

struct out {
    const char *path; /* NULL: standard output */
    struct text kept; /* for a file */
    int error;        /* errno of the first write that failed; 0: none */
};

void out_init(struct out *out, const char *path); /* "-" and NULL: standard output */

void out_text(struct out *out, const char *text);

/* The last of it, and the file under its name.  False: could not write; a message is
 * on stderr.  Release afterwards. */
bool out_finish(struct out *out);
void out_release(struct out *out); /* a file not finished is not written */

/* Opens what of the three standard streams is closed, so that no file of ours takes
 * its number: writing to a closed standard output then is an error like any other. */
void out_standard_streams(void);

/* What suits the place that `args` names. */
void out_look(const struct args *args, struct quanta_look *look);
int out_help_width(void); /* of running text: at most 80 */

/* Paragraphs, an empty line between, broken at spaces so that a line has at most `width`
 * columns, each behind `indent` spaces; ends with a newline. */
void wrap_text(struct text *t, const char *paragraphs, int indent, int width);

/* Columns of a text, at one a code point. */
size_t text_columns(const char *text);

#endif
