/* test_expr.c - expressions: values, faults, syntax. */
#include <check.h>
#include <string.h>

#include "sim/expr.h"
#include "sim/rng.h"
#include "tests/support.h"

static enum expr_load load(void *ctx, uint32_t i, int64_t *value)
{
    const char *name = expr_name(ctx, i);

    if (strcmp(name, "x") == 0)
        *value = 7;
    else if (strcmp(name, "big") == 0)
        *value = INT64_MAX;
    else if (strcmp(name, "wait") == 0)
        return LOAD_PAUSE;
    else
        return LOAD_UNKNOWN;
    return LOAD_OK;
}

static enum expr_end eval(const char *text, int64_t *value, char *message, size_t size)
{
    struct arena mem;
    const struct expr *e;
    enum expr_end end;
    size_t offset;
    union {
        const struct expr *expr;
        void *ctx;
    } u;

    arena_init(&mem);
    e = expr_compile(&mem, text, message, size, &offset);
    ck_assert_msg(e != NULL, "%s: %s", text, message);
    u.expr = e;
    end = expr_eval(e, load, u.ctx, value, message, size);
    arena_release(&mem);
    return end;
}

START_TEST(values_are_those_of_c)
{
    static const struct {
        const char *text;
        int64_t value;
    } cases[] = {
        {"1 + 2 * 3", 1 + 2 * 3},
        {"(1 + 2) * 3", 9},
        {"10 - 4 - 3", 3},
        {"100 / 7 / 2", 7},
        {"-7 / 2", -3},
        {"-7 % 3", -1},
        {"2 + 3 < 6 == 1", 1},
        {"1 < 2 && 3 >= 3 || 0", 1},
        {"1 || 0 && 0", 1},
        {"!x", 0},
        {"!!x", 1},
        {"!x + 1", 1},
        {"- -x", 7},
        {"x != 7 || x == 7", 1},
        {"x > 7", 0},
        {"5 && 9", 1},
        {"0 && nowhere", 0},
        {"1 || 1 / 0", 1},
        {"9223372036854775807", INT64_MAX},
        {"0 - 9223372036854775807 - 1", INT64_MIN},
        {" ( ( x ) ) ", 7},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char message[160] = "";
        int64_t value = -99;

        ck_assert_msg(eval(cases[i].text, &value, message, sizeof(message)) == EXPR_VALUE,
                      "%s: %s", cases[i].text, message);
        ck_assert_msg(value == cases[i].value, "%s: %lld", cases[i].text, (long long)value);
    }
}
END_TEST

START_TEST(faults_say_why)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"1 / 0", "division by zero"},  {"x % (x - 7)", "division by zero"},
        {"big + 1", "overflow"},        {"big * 2", "overflow"},
        {"0 - big - 2", "overflow"},    {"(0 - big - 1) / (0 - 1)", "overflow"},
        {"-(0 - big - 1)", "overflow"}, {"y + 1", "no variable \"y\""},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char message[160] = "";
        int64_t value;

        ck_assert_msg(eval(cases[i].text, &value, message, sizeof(message)) == EXPR_FAULT, "%s",
                      cases[i].text);
        ck_assert_msg(strstr(message, cases[i].why) != NULL, "%s: %s", cases[i].text, message);
    }
}
END_TEST

START_TEST(a_load_may_pause)
{
    char message[160];
    int64_t value;

    ck_assert_int_eq(eval("1 + wait", &value, message, sizeof(message)), EXPR_PAUSED);
}
END_TEST

START_TEST(wrong_syntax_is_told_with_its_place)
{
    static const struct {
        const char *text;
        size_t offset;
    } cases[] = {
        {"", 0},          {"1 +", 3},   {"(1", 2},    {"1)", 1},  {"1 2", 2},
        {"* 2", 0},       {"a = 1", 2}, {"x & 1", 2}, {"1.5", 1}, {"9223372036854775808", 0},
        {"x ? 1 : 2", 2}, {"\"a\"", 0},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char message[160] = "";
        size_t offset = 99;

        ck_assert_msg(!expr_check(cases[i].text, message, sizeof(message), &offset), "%s",
                      cases[i].text);
        ck_assert_msg(offset == cases[i].offset, "%s: at %zu: %s", cases[i].text, offset,
                      message);
        ck_assert_str_ne(message, "");
    }
}
END_TEST

START_TEST(depth_is_limited_not_the_stack)
{
    static char deep[20001], wide[20001];
    char message[160];
    size_t offset;

    memset(deep, '(', sizeof(deep) - 1);
    ck_assert(!expr_check(deep, message, sizeof(message), &offset));
    memset(deep, '-', sizeof(deep) - 2);
    deep[sizeof(deep) - 2] = '1';
    (void)expr_check(deep, message, sizeof(message), &offset);
    for (size_t i = 0; i + 1 < sizeof(wide); i++)
        wide[i] = i % 2 ? '+' : '1';
    ck_assert(!expr_check(wide, message, sizeof(message), &offset));
    ck_assert_str_eq(message, "the expression is too long");
    wide[501] = '\0';
    ck_assert_msg(expr_check(wide, message, sizeof(message), &offset), "%s", message);
}
END_TEST

START_TEST(a_set_is_a_name_and_an_expression)
{
    static const struct {
        const char *text, *name;
        bool fine;
    } cases[] = {
        {"x = x + 1", "x", true}, {"  counter_2=5", "counter_2", true},
        {"x == 1", "", false},    {"= 1", "", false},
        {"2x = 1", "", false},    {"x", "", false},
        {"x y = 1", "", false},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char name[EXPR_NAME_MAX] = "";
        size_t at = 0;
        bool fine = expr_split_set(cases[i].text, name, &at);

        ck_assert_msg(fine == cases[i].fine, "%s", cases[i].text);
        if (fine) {
            ck_assert_str_eq(name, cases[i].name);
            ck_assert_int_eq(cases[i].text[at - 1], '=');
        }
    }
}
END_TEST

/* ---- trees ------------------------------------------------------------------------------ */

static void random_expr(struct text *t, struct rng *rng, int depth)
{
    static const char *const leaves[] = {"x", "0", "1", "3", "12", "-2", "!x", "big"};
    static const char *const ops[] = {
        " + ", " - ", "*", "/", "%", "<", "<=", ">", ">=", " == ", " != ", " && ", " || "};
    bool brackets = rng_below(rng, 3) == 0;

    if (depth == 0 || rng_below(rng, 4) == 0) {
        text_add(t, leaves[rng_below(rng, ARRAY_LEN(leaves))]);
        return;
    }
    text_add(t, brackets ? (rng_below(rng, 2) ? "(" : "!(") : "");
    random_expr(t, rng, depth - 1);
    text_add(t, ops[rng_below(rng, ARRAY_LEN(ops))]);
    random_expr(t, rng, depth - 1);
    text_add(t, brackets ? ")" : "");
}

/* With brackets round everything, so that levels cannot matter. */
static void tree_text(struct text *t, const struct expr_node *n)
{
    if (n->kind == EXPR_NUMBER) {
        text_addf(t, "%lld", (long long)n->value);
        return;
    }
    text_add(t, n->kind == EXPR_NAME ? "" : "(");
    if (n->left)
        tree_text(t, n->left);
    text_add(t, n->op);
    if (n->right)
        tree_text(t, n->right);
    text_add(t, n->kind == EXPR_NAME ? "" : ")");
}

START_TEST(a_tree_means_what_the_expression_does)
{
    struct rng rng = rng_stream_numbered(1, "expr", (uint64_t)_i);
    char message[300], again_message[300];
    struct text text = {0}, again = {0};
    int64_t value = 0, again_value = 0;
    const struct expr *e;
    struct arena mem;
    enum expr_end end;
    size_t offset;

    random_expr(&text, &rng, 5);
    arena_init(&mem);
    e = expr_compile(&mem, text.data, message, sizeof(message), &offset);
    ck_assert_msg(e != NULL, "%s: %s", text.data, message);
    tree_text(&again, expr_tree(&mem, e));
    arena_release(&mem);
    end = eval(text.data, &value, message, sizeof(message));
    ck_assert_msg(end == eval(again.data, &again_value, again_message, sizeof(again_message)),
                  "%s and %s", text.data, again.data);
    if (end == EXPR_VALUE)
        ck_assert_msg(value == again_value, "%s and %s", text.data, again.data);
    text_release(&text);
    text_release(&again);
}
END_TEST

Suite *expr_suite(void)
{
    Suite *s = suite_create("expr");
    TCase *tc = tcase_create("expressions");

    tcase_add_test(tc, values_are_those_of_c);
    tcase_add_test(tc, faults_say_why);
    tcase_add_test(tc, a_load_may_pause);
    tcase_add_test(tc, wrong_syntax_is_told_with_its_place);
    tcase_add_test(tc, depth_is_limited_not_the_stack);
    tcase_add_test(tc, a_set_is_a_name_and_an_expression);
    tcase_add_loop_test(tc, a_tree_means_what_the_expression_does, 0, 300);
    suite_add_tcase(s, tc);
    return s;
}
