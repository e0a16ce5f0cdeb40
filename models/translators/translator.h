/* translator.h - from a scenario to a program for a real system.
 *
 * A translator is one constant of `struct translator`, named in table.c.  It reads the
 * scenario, whose ops are still as the file has them, and writes a program's text:
 *
 *     scenario --analyse--> facts --write, by a table of ops--> text, or mistakes
 *
 * What the other language cannot say is a mistake at the op's place in the file, with a hint;
 * nothing is left out in silence.  Whatever is only approximated stands in a comment at the head
 * of the program.
 */
#ifndef MODELS_TRANSLATORS_TRANSLATOR_H
#define MODELS_TRANSLATORS_TRANSLATOR_H

#include "models/ops/op.h"
#include "sim/base.h"
#include "sim/diag.h"
#include "sim/expr.h"
#include "sim/json.h"
#include "sim/scenario.h"

struct translation {
    const struct scenario *sc;
    const struct json *json; /* the scenario's file, for positions; NULL: none */
    struct diags *diags;     /* what cannot be expressed */
    struct arena mem;        /* as long as the translation */
    struct text *out;        /* the program */
    bool failed;
};

struct translator {
    const char *name;   /* as --to writes it */
    const char *suffix; /* of files: ".js" */
    const char *help;   /* one line */
    const char *source; /* what the program is written for */

    void (*write)(struct translation *tr);
};

extern const struct translator *const translators[]; /* NULL ends it */
const struct translator *translator_find(const char *name);

/* The program; NULL: `diags` says what cannot be expressed.  The caller frees it. */
char *translate(const struct translator *to, const struct scenario *sc, const struct json *json,
                struct diags *diags);

/* ---- for translators ------------------------------------------------------------------ */

/* About the value of that number in the file (json.h): struct place, task_spec, executor_spec;
 * hint may be NULL. */
void cannot(struct translation *tr, uint32_t number, const char *hint, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
void cannot_op(struct translation *tr, const struct op *op, const char *hint, const char *fmt,
               ...) PRINTF_LIKE(4, 5);

/* The field that the row of that name fills; NULL: there is no such row. */
const void *param_field(const struct param *params, const void *base, const char *key);

const char *op_name(const struct op *op);

/* What an op, which has such an option, says there. */
struct op_list op_ops(const struct op *op, const char *key);
const struct dist *op_time(const struct op *op, const char *key); /* NULL: not given */
const char *op_text(const struct op *op, const char *key);        /* TEXT, EXPR, NAME, SET */
int32_t op_number(const struct op *op, const char *key); /* DEVICE, SYNC, PROGRAM, ENUM */
int64_t op_int(const struct op *op, const char *key);    /* INT, BYTES */
bool op_flag(const struct op *op, const char *key);
const struct awaited *op_awaited(const struct op *op);

/* An expression as a tree; its syntax is known to be right. */
const struct expr_node *translator_expr(struct translation *tr, const char *text);

/* "text ${expr} text": calls back for each piece, in order. */
typedef void piece_fn(void *ctx, const char *text, size_t len, const char *expr);
void translator_log(struct translation *tr, const char *text, piece_fn *piece, void *ctx);

/* Nanoseconds as a decimal number of milliseconds: "2.5". */
enum { DECIMAL_SIZE = 32 };
const char *decimal_ms(sim_time ns, char buf[DECIMAL_SIZE]);
/* A number in millionths, or the like: `digits` digits are behind the point. */
const char *decimal(int64_t value, int digits, char buf[DECIMAL_SIZE]);

/* Paragraphs as lines of a comment, each behind `prefix`. */
void comment_text(struct text *t, const char *prefix, const char *text);

/* ---- names ------------------------------------------------------------------------------- */

/* Identifiers for names of the file, each its own within one table.  `kind` keeps apart what
 * may have the same name. */
struct idents {
    struct ident *list;
    uint32_t n, room;
    const char *const *reserved; /* NULL ends them */
    bool camel;                  /* "a b" as aB, else a_b */
};

void idents_release(struct idents *ids);
/* The same identifier for the same kind and name. */
const char *ident(struct translation *tr, struct idents *ids, int kind, const char *name);

#endif
