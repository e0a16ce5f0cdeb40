/* diag.h - what is wrong with a file, told so that its author can mend it.
 *
 *     web.json:14:15: error: /tasks/2/do/0/cpu: expected a duration, got "5 minutes"
 *         { "cpu": "5 minutes" },
 *                  ^
 *         hint: a number and one of ns, us, ms, s: "5ms"
 *
 * All mistakes of a file are collected, then sorted by position, then printed.
 */
#ifndef SIM_DIAG_H
#define SIM_DIAG_H

#include "sim/base.h"

struct diag {
    char *pointer; /* JSON Pointer; "": the document itself; NULL: not inside it */
    char *message;
    char *hint;    /* may be NULL */
    size_t offset; /* of the text, in bytes; SIZE_MAX: no position */
    size_t order;  /* of being reported: settles ties */
};

struct diags {
    struct diag *list;
    size_t n, room;
    char *file; /* name in messages */
    char *text; /* the file's, for lines and carets; NULL: none */
    size_t len;
};

void diags_init(struct diags *d);
void diags_release(struct diags *d);

/* All of them as printed, sorted, a text that the caller frees; "" when there is none.
 * At most 100 are printed, then "... and N more". */
char *diags_text(struct diags *d);

#endif
