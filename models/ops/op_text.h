/* op_text.h - texts with ${expression} in them: of log, throw, postMessage.
 *
 * `${message}` and `${error}` stand for the whole text that was received or caught, unless the
 * task has a variable of that name; within a longer expression they are numbers. */
#ifndef MODELS_OPS_OP_TEXT_H
#define MODELS_OPS_OP_TEXT_H

#include "models/ops/op.h"
#include "sim/program.h"

struct text_part; /* text, then an expression, then text ... */

const struct text_part *text_compile(struct compiler *c, const char *text);

/* What is wrong with it, in `buf`; true: nothing. */
bool text_check(const char *text, char *buf, size_t size);

/* Adds the text to `line`, which is the caller's; false: a fault, in `out`. */
bool text_fill(struct sim *sim, struct task *t, const struct instr *in, struct step *out,
               const struct text_part *parts, struct text *line);

/* The same as words, used once; NULL: a fault. */
struct words *text_words(struct sim *sim, struct task *t, const struct instr *in,
                         struct step *out, const struct text_part *parts);

#endif
