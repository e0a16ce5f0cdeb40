/* loop_names.c - names of a task's own, in constant time.
 *
 * Source: D. E. Knuth, The Art of Computer Programming 3, 6.4 (chaining); the hash is rng_name(). */
#include "models/executors/loop_names.h"

#include <stdlib.h>

#include "sim/rng.h"

enum { PER_BUCKET = 8, ROOM_MIN = 8 };

void name_lists_init(struct name_lists *ns)
{
    *ns = (struct name_lists){.limit = PER_BUCKET};
    list_init(&ns->few);
}

void name_lists_release(struct name_lists *ns)
{
    if (!ns->many)
        return;
    free(ns->many);
    name_lists_init(ns);
}

struct list *name_lists_bucket(struct name_lists *ns, const char *name)
{
    return &ns->many[rng_name(name) & (ns->room - 1)];
}

/* To their new buckets, in their order. */
static void move(struct name_lists *ns, struct list *from, name_of_fn *name_of)
{
    while (!list_empty(from)) {
        struct list *named = from->next;

        list_remove(named);
        list_push_back(name_lists_like(ns, name_of(named)), named);
    }
}

void name_lists_grow(struct name_lists *ns, name_of_fn *name_of)
{
    struct list *before = ns->many;
    uint32_t room = before ? ns->room : 0;

    sim_assert(room <= UINT32_MAX / 4 / PER_BUCKET);
    ns->room = room > 0 ? 2 * room : ROOM_MIN;
    ns->from = 0;
    ns->limit = PER_BUCKET * ns->room;
    ns->many = sim_malloc(ns->room * sizeof(*ns->many));
    for (uint32_t i = 0; i < ns->room; i++)
        list_init(&ns->many[i]);
    if (!before)
        move(ns, &ns->few, name_of);
    for (uint32_t i = 0; i < room; i++)
        move(ns, &before[i], name_of);
    free(before);
}

/* Where it has looked last there may be more. */
struct list *name_lists_first(struct name_lists *ns)
{
    if (!list_empty(&ns->few))
        return ns->few.next;
    while (ns->n > 0 && list_empty(&ns->many[ns->from]))
        ns->from = (ns->from + 1) & (ns->room - 1);
    return ns->n > 0 ? ns->many[ns->from].next : NULL;
}
