/* fuzz_expr.c - an expression is refused with the place of the mistake, or it is evaluated; what
 * its tree says, written with every parenthesis, has the same value. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/expr.h"
#include "tests/fuzz/fuzz.h"

enum { MESSAGE = 200 };

/* A name's value is made of its letters; some are unknown. */
static enum expr_load load(void *ctx, uint32_t i, int64_t *value)
{
    const char *name = expr_name(ctx, i);
    size_t len = strlen(name);

    *value = (int64_t)name[0] - 'm' + (int64_t)len;
    if (name[0] == 'M')
        *value = INT64_MAX;
    if (name[0] == 'N')
        *value = INT64_MIN;
    return name[0] == 'u' ? LOAD_UNKNOWN : LOAD_OK;
}

static void write_tree(struct text *t, const struct expr_node *node)
{
    switch (node->kind) {
    case EXPR_NUMBER:
        text_addf(t, "%" PRId64, node->value);
        return;
    case EXPR_NAME:
        text_add(t, node->op);
        return;
    case EXPR_UNARY:
        text_addf(t, "(%s", node->op);
        break;
    case EXPR_BINARY:
        text_add(t, "(");
        write_tree(t, node->left);
        text_addf(t, " %s ", node->op);
        break;
    }
    write_tree(t, node->right);
    text_add(t, ")");
}

/* Up to the expression that messages quote. */
static bool same_reason(const char *a, const char *b)
{
    const char *quoted = strstr(a, " in \"");

    return quoted && strncmp(a, b, (size_t)(quoted - a)) == 0;
}

static void compare(struct arena *mem, const struct expr *e)
{
    char message[2][MESSAGE];
    int64_t value[2] = {0, 0};
    size_t at;
    struct text t = {0};
    const struct expr *again;

    write_tree(&t, expr_tree(mem, e));
    again = expr_compile(mem, t.data, message[0], MESSAGE, &at);
    if (again) { /* else it nests too deep with so many parentheses */
        enum expr_end first =
            expr_eval(e, load, (void *)(uintptr_t)e, &value[0], message[0], MESSAGE);
        enum expr_end second =
            expr_eval(again, load, (void *)(uintptr_t)again, &value[1], message[1], MESSAGE);

        sim_assert(first == second);
        sim_assert(first != EXPR_VALUE || value[0] == value[1]);
        sim_assert(first != EXPR_FAULT || same_reason(message[0], message[1]));
    }
    text_release(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size), message[MESSAGE] = "", name[EXPR_NAME_MAX];
    const struct expr *e;
    struct arena mem;
    size_t at = SIZE_MAX;

    arena_init(&mem);
    e = expr_compile(&mem, text, message, sizeof(message), &at);
    sim_assert((e != NULL) == expr_check(text, message, sizeof(message), &at));
    if (e) {
        compare(&mem, e);
    } else {
        sim_assert(message[0] != '\0');
        sim_assert(at <= strlen(text));
    }
    if (expr_split_set(text, name, &at))
        sim_assert(at <= strlen(text) && strlen(name) < EXPR_NAME_MAX);
    arena_release(&mem);
    free(text);
    return 0;
}
