/* diag.h - what is wrong with a file, told so that its author can mend it.
 *
 *     web.json:14:15: error: /tasks/2/do/0/cpu: expected a duration, got "5 minutes"
 *         { "cpu": "5 minutes" },
 *                  ^
 *         hint: a number and one of ns, us, ms, s: "5ms"
 *
 * All mistakes of a file are collected, then sorted by position, then printed.
 * The same message at the same place counts once, however many variants it
 * stands in.
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

enum {
    DIAGS_KEPT = 10000, /* a hundred megabytes of mistakes need not all be remembered */
    DIAGS_PRINTED = 100,
};

struct diags {
    struct diag *list;
    size_t n, room;
    size_t dropped; /* beyond DIAGS_KEPT: counted, not kept */
    char *file;     /* name in messages */
    char *text;     /* the file's, for lines and carets; NULL: none */
    size_t len;
    size_t lines_before; /* the text: it is a part of the file */
};

void diags_init(struct diags *d);
void diags_release(struct diags *d);

/* The file that the following positions are about; both are copied.  `text` may be
 * NULL: there are no positions then. */
void diags_source(struct diags *d, const char *file, const char *text, size_t len);

/* One more.  `pointer` and `hint` may be NULL, and are copied. */
void diags_add(struct diags *d, size_t offset, const char *pointer, const char *hint,
               const char *fmt, ...) PRINTF_LIKE(5, 6);
/* The same with the message made already. */
void diags_add_text(struct diags *d, size_t offset, const char *pointer, const char *hint,
                    const char *message);

/* By position; what stands there twice is left once. */
void diags_sort(struct diags *d);

/* All of them as printed, sorted, a text that the caller frees; "" when there is none.
 * At most 100 are printed, then "... and N more". */
char *diags_text(struct diags *d);

#endif
