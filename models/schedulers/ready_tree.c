#include "models/schedulers/ready_tree.h"

/* Source: Steele, Lea, Flood, Fast Splittable Pseudorandom Number Generators, OOPSLA 2014:
 * the finalizer of SplitMix64, a bijection of 64 bits that scatters neighbours. */
static uint64_t scatter(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static bool before(const struct ready_node *a, const struct ready_node *b)
{
    return a->key != b->key ? a->key < b->key : a->turn < b->turn;
}

/* Puts `node`, which may be NULL, where `old` hangs. */
static void replace(struct ready_tree *tree, const struct ready_node *old,
                    struct ready_node *node)
{
    struct ready_node *up = old->up;

    if (!up)
        tree->root = node;
    else if (up->left == old)
        up->left = node;
    else
        up->right = node;
    if (node)
        node->up = up;
}

/* `node` changes places with the node above it; the order stays. */
static void rotate_up(struct ready_tree *tree, struct ready_node *node)
{
    struct ready_node *up = node->up;
    struct ready_node *child; /* goes from the one to the other */

    replace(tree, up, node);
    if (up->left == node) {
        child = node->right;
        up->left = child;
        node->right = up;
    } else {
        child = node->left;
        up->right = child;
        node->left = up;
    }
    if (child)
        child->up = up;
    up->up = node;
    if (tree->summarize)
        tree->summarize(up);
}

void ready_tree_refresh(struct ready_tree *tree, struct ready_node *node)
{
    if (!tree->summarize)
        return;
    for (; node; node = node->up)
        tree->summarize(node);
}

void ready_tree_insert(struct ready_tree *tree, struct ready_node *node, int64_t key,
                       enum ready_end end)
{
    struct ready_node **at = &tree->root, *up = NULL;

    node->key = key;
    node->turn = end == READY_FRONT ? --tree->foremost : ++tree->latest;
    node->weight = scatter((uint64_t)node->turn);
    node->left = node->right = NULL;
    while (*at) {
        up = *at;
        at = before(node, up) ? &up->left : &up->right;
    }
    node->up = up;
    *at = node;
    while (node->up && node->up->weight < node->weight)
        rotate_up(tree, node);
    ready_tree_refresh(tree, node);
}

void ready_tree_remove(struct ready_tree *tree, struct ready_node *node)
{
    struct ready_node *up;

    while (node->left && node->right)
        rotate_up(tree, node->left->weight > node->right->weight ? node->left : node->right);
    up = node->up;
    replace(tree, node, node->left ? node->left : node->right);
    node->up = node->left = node->right = NULL;
    ready_tree_refresh(tree, up);
}

static struct ready_node *leftmost(struct ready_node *node)
{
    while (node && node->left)
        node = node->left;
    return node;
}

static struct ready_node *rightmost(struct ready_node *node)
{
    while (node && node->right)
        node = node->right;
    return node;
}

struct ready_node *ready_tree_first(const struct ready_tree *tree)
{
    return leftmost(tree->root);
}

struct ready_node *ready_tree_last(const struct ready_tree *tree)
{
    return rightmost(tree->root);
}

struct ready_node *ready_tree_next(const struct ready_node *node)
{
    if (node->right)
        return leftmost(node->right);
    while (node->up && node->up->right == node)
        node = node->up;
    return node->up;
}

struct ready_node *ready_tree_prev(const struct ready_node *node)
{
    if (node->left)
        return rightmost(node->left);
    while (node->up && node->up->left == node)
        node = node->up;
    return node->up;
}

struct ready_node *ready_tree_above(const struct ready_tree *tree, int64_t key)
{
    struct ready_node *found = NULL;

    for (struct ready_node *node = tree->root; node;) {
        if (node->key > key) {
            found = node;
            node = node->left;
        } else {
            node = node->right;
        }
    }
    return found;
}

struct thread *ready_tree_first_thread(struct sched *s, const struct ready_tree *tree)
{
    for (struct ready_node *n = ready_tree_first(tree); n; n = ready_tree_next(n)) {
        struct thread *t = ready_tree_thread(s, n);

        if (sched_may_run(s, t))
            return t;
    }
    return NULL;
}

struct thread *ready_tree_last_thread(struct sched *s, const struct ready_tree *tree)
{
    for (struct ready_node *n = ready_tree_last(tree); n; n = ready_tree_prev(n)) {
        struct thread *t = ready_tree_thread(s, n);

        if (sched_may_run(s, t))
            return t;
    }
    return NULL;
}

struct thread *ready_tree_answer_first(struct sched *s)
{
    return ready_tree_first_thread(s, s->state);
}

struct thread *ready_tree_answer_last(struct sched *s)
{
    return ready_tree_last_thread(s, s->state);
}

void ready_tree_dequeue(struct sched *s, struct thread *t)
{
    ready_tree_remove(s->state, sched_thread(s, t));
}

struct thread *ready_tree_pick(struct sched *s)
{
    struct thread *t = ready_tree_answer_first(s);

    if (t)
        ready_tree_dequeue(s, t);
    return t;
}
