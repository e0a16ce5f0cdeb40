/* expr.h - expressions of the workload language: 64-bit integers, C precedence.
 *
 * An expression is compiled once into postfix code and evaluated over names
 * that the caller resolves.  Overflow, division by zero and unknown names
 * are faults of the task that evaluates, never of the simulator.
 */
#ifndef SIM_EXPR_H
#define SIM_EXPR_H

#include "sim/arena.h"
#include "sim/base.h"

struct expr; /* in the arena it was compiled into */

enum { EXPR_NAME_MAX = 64, EXPR_DEPTH = 64 };

/* Compile `text`.  NULL: the syntax is wrong; `message` (of `size` bytes) says how, *offset where. */
const struct expr *expr_compile(struct arena *mem, const char *text, char *message, size_t size,
                                size_t *offset);

/* Is the syntax right?  message and offset as above. */
bool expr_check(const char *text, char *message, size_t size, size_t *offset);

const char *expr_text(const struct expr *e);

/* The names it reads, in the order they stand, each as often as it stands. */
uint32_t expr_nnames(const struct expr *e);
const char *expr_name(const struct expr *e, uint32_t i);

enum expr_end {
    EXPR_VALUE,  /* *value is the result */
    EXPR_PAUSED, /* load() asked to pause */
    EXPR_FAULT   /* message says why */
};

enum expr_load { LOAD_OK, LOAD_UNKNOWN, LOAD_PAUSE };

/* Gives the value of expr_name(e, i), which the expression reads now. */
typedef enum expr_load expr_load_fn(void *ctx, uint32_t i, int64_t *value);

enum expr_end expr_eval(const struct expr *e, expr_load_fn *load, void *ctx, int64_t *value,
                        char *message, size_t size);

/* The expression as a tree: the node of the operation that is done last.  In `mem`. */
enum expr_node_kind { EXPR_NUMBER, EXPR_NAME, EXPR_UNARY, EXPR_BINARY };
struct expr_node {
    enum expr_node_kind kind;
    int level;      /* how tight it binds: || 1, && 2, == 3, < 4, + 5, * 6, others 7 */
    const char *op; /* as written, of UNARY and BINARY; the name */
    int64_t value;  /* NUMBER */
    const struct expr_node *left, *right; /* UNARY: right alone */
};
const struct expr_node *expr_tree(struct arena *mem, const struct expr *e);

/* "x = expr" (a SET): the name before the first "=", copied into name, and the
 * offset where the expression begins.  False: not of that form. */
bool expr_split_set(const char *text, char name[EXPR_NAME_MAX], size_t *expr_at);

#endif
