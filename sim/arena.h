/* arena.h - the memory of one simulation, freed at once.
 *
 * What lives here is never freed singly, so pointers between its objects need
 * no comment.  Objects that come and go by the million (tasks, threads) are
 * drawn from a pool, which hands freed slots out again, last freed first.
 * In sanitizer builds every object is a malloc of its own, so that ASan sees
 * each; the order of reuse does not change.
 */
#ifndef SIM_ARENA_H
#define SIM_ARENA_H

#include "sim/base.h"

struct arena {
    struct arena_block *blocks;
    char *free;
    size_t left;
    size_t bytes; /* handed out in all */
};

void arena_init(struct arena *a);
void arena_release(struct arena *a);
void *arena_alloc(struct arena *a, size_t bytes); /* zeroed, aligned for any type, never NULL */
char *arena_strdup(struct arena *a, const char *text);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Slots of one size, numbered from 0; the number of a slot never changes.
 * A slot is zeroed each time it is taken. */
struct pool {
    struct arena *mem;
    size_t size;   /* bytes a slot */
    char **chunks; /* each of POOL_CHUNK slots */
    uint32_t nchunks;
    uint32_t used;        /* slots ever taken */
    uint32_t live;        /* slots in use now */
    uint32_t *free_slots; /* a stack */
    uint32_t nfree, free_room;
};

enum { POOL_CHUNK = 1024 };

void pool_init(struct pool *p, struct arena *mem, size_t slot_size);
void pool_release(struct pool *p);
void *pool_take(struct pool *p, uint32_t *slot);
void pool_give(struct pool *p, uint32_t slot);

/* A byte a slot ever taken, 1 where it is not in use; the caller frees it. */
uint8_t *pool_gone(const struct pool *p);

static inline void *pool_at(const struct pool *p, uint32_t slot)
{
    return p->chunks[slot / POOL_CHUNK] + (size_t)(slot % POOL_CHUNK) * p->size;
}

#endif
