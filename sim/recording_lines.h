/* recording_lines.h - the lines of a file, a chunk at a time, or of a text. */
#ifndef SIM_RECORDING_LINES_H
#define SIM_RECORDING_LINES_H

#include <stdio.h>

#include "sim/base.h"
#include "sim/diag.h"

/* What is at hand lies from `at` to `end`. */
struct lines {
    FILE *f; /* NULL: a text */
    const char *data;
    char *buffer;
    size_t at, end, room;
    size_t passed; /* bytes of the whole before data[0] */
    size_t number; /* of the line that was given last, from 1 */
    bool cut;      /* that one had no newline */
    int error;     /* errno of the first read that failed; 0: none */
};

void lines_of_text(struct lines *l, const char *text,
                   size_t len); /* which stays the caller's */
/* "-": standard input.  False: diags says why. */
bool lines_open(struct lines *l, const char *path, struct diags *diags);
/* False: the file could not be read to its end. */
bool lines_fine(const struct lines *l, struct diags *diags);
void lines_close(struct lines *l);

/* More of the file behind what is at hand; false: there is no more. */
bool lines_fill(struct lines *l);

/* At least `n` bytes at hand, or all there are. */
void lines_look(struct lines *l, size_t n);

/* The next line, without its end; it is there until the next call.  False: there is none, or it
 * is longer than `max`, and then *len is. */
bool lines_next(struct lines *l, size_t max, const char **line, size_t *len);

#endif
