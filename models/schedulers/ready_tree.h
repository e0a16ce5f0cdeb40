/* ready_tree.h - ready threads ordered by a key, and among equal keys by their coming.
 *
 * A treap: a search tree by (key, turn) that is also a heap by a hash of the turn, so that
 * it is as flat as one built in random order, the same on every machine.  Insert, remove
 * and both ends cost O(log n).  A node is embedded in what it orders; one that stands first
 * in a policy's bytes of a thread is turned into the thread by ready_tree_thread().
 *
 * Source: Seidel, Aragon, Randomized Search Trees, Algorithmica 16 (1996); differs: the
 * heap's order is a hash, not a draw. */
#ifndef MODELS_SCHED_READY_TREE_H
#define MODELS_SCHED_READY_TREE_H

#include "models/schedulers/sched.h"

struct ready_node {
    struct ready_node *up, *left, *right; /* NULL: none */
    int64_t key;                          /* the smallest is the first */
    int64_t turn;                         /* among equal keys; no two nodes have the same */
    uint64_t weight;                      /* nowhere heavier than the node above it */
};

struct ready_tree {
    struct ready_node *root;  /* NULL: empty */
    int64_t foremost, latest; /* turns given so far: at the front, at the back */
    /* Makes a node's summary anew from itself and the summaries of its children, when one of
     * them has changed.  NULL: nodes have none. */
    void (*summarize)(struct ready_node *node);
};

/* Behind all nodes of its key, or before them. */
enum ready_end { READY_BACK, READY_FRONT };

void ready_tree_insert(struct ready_tree *tree, struct ready_node *node, int64_t key,
                       enum ready_end end);
void ready_tree_remove(struct ready_tree *tree, struct ready_node *node);

/* What `node` itself gives to summaries has changed; its key has not. */
void ready_tree_refresh(struct ready_tree *tree, struct ready_node *node);

/* NULL: there is none. */
struct ready_node *ready_tree_first(const struct ready_tree *tree);
struct ready_node *ready_tree_last(const struct ready_tree *tree);
struct ready_node *ready_tree_next(const struct ready_node *node);
struct ready_node *ready_tree_prev(const struct ready_node *node);

/* The first node whose key is greater than `key`. */
struct ready_node *ready_tree_above(const struct ready_tree *tree, int64_t key);

/* The first and the last thread that may run, where nodes stand first in the policy's bytes. */
struct thread *ready_tree_first_thread(struct sched *s, const struct ready_tree *tree);
struct thread *ready_tree_last_thread(struct sched *s, const struct ready_tree *tree);

/* Answers for policies whose state begins with the tree, and the bytes of a thread with the
 * node: the first of the order runs first. */
struct thread *ready_tree_pick(struct sched *s);
void ready_tree_dequeue(struct sched *s, struct thread *t);
struct thread *ready_tree_answer_first(struct sched *s);
struct thread *ready_tree_answer_last(struct sched *s);

static inline struct thread *ready_tree_thread(const struct sched *s, struct ready_node *node)
{
    return sched_thread_of(s, node);
}

#endif
