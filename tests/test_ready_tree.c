/* test_ready_tree.c - the tree of ready threads, against a sorted array. */
#include <check.h>
#include <stdlib.h>

#include "models/schedulers/ready_tree.h"
#include "sim/rng.h"
#include "tests/support.h"

enum { NODES = 200, STEPS = 20000 };

struct item {
    struct ready_node node;
    int64_t value, least; /* the least value of its subtree */
    bool in;
};

static struct item *item_of(struct ready_node *node)
{
    return container_of(node, struct item, node);
}

static int64_t least(struct ready_node *node)
{
    return node ? item_of(node)->least : INT64_MAX;
}

static void summarize(struct ready_node *node)
{
    struct item *item = item_of(node);

    item->least = item->value;
    if (least(node->left) < item->least)
        item->least = least(node->left);
    if (least(node->right) < item->least)
        item->least = least(node->right);
}

/* By key, and among equal keys by turn. */
static int by_order(const void *a, const void *b)
{
    const struct item *x = *(struct item *const *)a, *y = *(struct item *const *)b;

    if (x->node.key != y->node.key)
        return x->node.key < y->node.key ? -1 : 1;
    return (x->node.turn > y->node.turn) - (x->node.turn < y->node.turn);
}

static int depth(const struct ready_node *node)
{
    int left, right;

    if (!node)
        return 0;
    left = depth(node->left);
    right = depth(node->right);
    return (left > right ? left : right) + 1;
}

/* The tree is what sorting gives, forwards and backwards, and so is its summary. */
static void compare(const struct ready_tree *tree, struct item *items)
{
    struct item *sorted[NODES];
    struct ready_node *node = ready_tree_first(tree), *back = ready_tree_last(tree);
    int64_t smallest = INT64_MAX;
    size_t n = 0;

    for (size_t i = 0; i < NODES; i++) {
        if (!items[i].in)
            continue;
        sorted[n++] = &items[i];
        smallest = items[i].value < smallest ? items[i].value : smallest;
    }
    qsort(sorted, n, sizeof(struct item *), by_order);
    for (size_t i = 0; i < n; i++) {
        ck_assert_ptr_eq(node, &sorted[i]->node);
        ck_assert_ptr_eq(back, &sorted[n - 1 - i]->node);
        node = ready_tree_next(node);
        back = ready_tree_prev(back);
    }
    ck_assert_ptr_null(node);
    ck_assert_ptr_null(back);
    ck_assert_int_eq(least(tree->root), smallest);
    for (int64_t key = -1; key <= 10; key++) {
        size_t i = 0;

        while (i < n && sorted[i]->node.key <= key)
            i++;
        ck_assert_ptr_eq(ready_tree_above(tree, key), i < n ? &sorted[i]->node : NULL);
    }
}

START_TEST(it_is_in_order_whatever_comes_and_goes)
{
    struct ready_tree tree = {.summarize = summarize};
    struct item items[NODES] = {0};
    struct rng rng = rng_stream(7, "ready_tree");

    for (int step = 0; step < STEPS; step++) {
        struct item *item = &items[rng_below(&rng, NODES)];

        if (item->in && rng_below(&rng, 4) == 0) {
            item->value = (int64_t)rng_below(&rng, 1000);
            ready_tree_refresh(&tree, &item->node);
        } else if (item->in) {
            ready_tree_remove(&tree, &item->node);
            item->in = false;
        } else {
            item->value = (int64_t)rng_below(&rng, 1000);
            item->in = true;
            ready_tree_insert(&tree, &item->node, (int64_t)rng_below(&rng, 10),
                              rng_below(&rng, 3) ? READY_BACK : READY_FRONT);
        }
        if (step % 50 == 0)
            compare(&tree, items);
    }
}
END_TEST

START_TEST(equal_keys_stand_in_the_order_of_coming)
{
    struct ready_tree tree = {0};
    struct item items[4] = {0};
    static const int expected[] = {3, 0, 1, 2};
    struct ready_node *node;

    for (int i = 0; i < 3; i++)
        ready_tree_insert(&tree, &items[i].node, INT64_MIN, READY_BACK);
    ready_tree_insert(&tree, &items[3].node, INT64_MIN, READY_FRONT);
    node = ready_tree_first(&tree);
    for (int i = 0; i < 4; i++, node = ready_tree_next(node))
        ck_assert_ptr_eq(node, &items[expected[i]].node);
}
END_TEST

START_TEST(keys_that_only_grow_leave_it_flat)
{
    enum { MANY = 1 << 17 };
    struct ready_tree tree = {0};
    struct item *items = sim_calloc(MANY, sizeof(*items));

    for (int i = 0; i < MANY; i++)
        ready_tree_insert(&tree, &items[i].node, i, READY_BACK);
    ck_assert_int_lt(depth(tree.root), 4 * 17);
    for (int i = 0; i < MANY; i++) {
        ck_assert_ptr_eq(ready_tree_first(&tree), &items[i].node);
        ready_tree_remove(&tree, &items[i].node);
    }
    ck_assert_ptr_null(tree.root);
    free(items);
}
END_TEST

Suite *ready_tree_suite(void)
{
    Suite *s = suite_create("ready_tree");
    TCase *tc = tcase_create("ready_tree");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, it_is_in_order_whatever_comes_and_goes);
    tcase_add_test(tc, equal_keys_stand_in_the_order_of_coming);
    tcase_add_test(tc, keys_that_only_grow_leave_it_flat);
    suite_add_tcase(s, tc);
    return s;
}
