#include "sim/core_index.h"

/* Of the node's two children. */
static int32_t play(const struct core_index *ix, int32_t node)
{
    int32_t a = 2 * node, b = 2 * node + 1;

    a = a >= ix->leaves ? a - ix->leaves : ix->winner[a];
    b = b >= ix->leaves ? b - ix->leaves : ix->winner[b];
    return ix->keys[b] < ix->keys[a] ? b : a; /* a is the lower number */
}

void core_index_init(struct core_index *ix, struct arena *mem, int32_t ncores)
{
    sim_assert(ncores > 0);
    for (ix->leaves = 2; ix->leaves < ncores;)
        ix->leaves *= 2;
    ix->keys = arena_alloc(mem, (size_t)ix->leaves * sizeof(*ix->keys));
    ix->winner = arena_alloc(mem, (size_t)ix->leaves * sizeof(*ix->winner));
    for (int32_t i = ncores; i < ix->leaves; i++)
        ix->keys[i] = INT64_MAX;
    for (int32_t node = ix->leaves - 1; node > 0; node--)
        ix->winner[node] = play(ix, node);
}

void core_index_set(struct core_index *ix, int32_t core, int64_t key)
{
    if (ix->keys[core] == key)
        return;
    ix->keys[core] = key;
    for (int32_t node = (ix->leaves + core) / 2; node > 0; node /= 2) {
        int32_t before = ix->winner[node];

        ix->winner[node] = play(ix, node);
        if (ix->winner[node] == before && before != core)
            return; /* `core` has lost here before and again */
    }
}
