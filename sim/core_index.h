/* core_index.h - the core with the least key, known at once.
 *
 * A tournament over cores: each inner node names the winner of its two children, the core
 * with the lesser key and of equals the lower number.  A change of one key plays the matches
 * on the way to the root again, and stops where nothing changes, so that a machine of a
 * thousand cores need not be searched for its shortest or longest queue. */
#ifndef SIM_CORE_INDEX_H
#define SIM_CORE_INDEX_H

#include "sim/arena.h"
#include "sim/base.h"

struct core_index {
    int64_t *keys;   /* of each core */
    int32_t *winner; /* of each inner node, the root at 1; core i is the leaf leaves + i */
    int32_t leaves;  /* a power of two */
};

/* Keys are 0 at first; memory of `mem`. */
void core_index_init(struct core_index *ix, struct arena *mem, int32_t ncores);
void core_index_set(struct core_index *ix, int32_t core, int64_t key);

static inline int32_t core_index_first(const struct core_index *ix)
{
    return ix->winner[1];
}

#endif
