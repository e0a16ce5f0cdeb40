/* arena.c - blocks that are filled from the front and freed together. */
#include "sim/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_SANITIZED 1
#endif
#endif
#ifndef ARENA_SANITIZED
#define ARENA_SANITIZED 0
#endif

/* A slot that nobody holds must not be touched: in sanitizer builds it cannot be. */
#if ARENA_SANITIZED
#include <sanitizer/asan_interface.h>
#define SLOT_FORBID(ptr, bytes) ASAN_POISON_MEMORY_REGION((ptr), (bytes))
#define SLOT_ALLOW(ptr, bytes) ASAN_UNPOISON_MEMORY_REGION((ptr), (bytes))
#else
#define SLOT_FORBID(ptr, bytes) ((void)(ptr), (void)(bytes))
#define SLOT_ALLOW(ptr, bytes) ((void)(ptr), (void)(bytes))
#endif

struct arena_block {
    struct arena_block *next;
    max_align_t data[];
};

enum {
    ALIGN = _Alignof(max_align_t),
    BLOCK_MIN = 8 * 1024,   /* a small scenario fits in a few of these ... */
    BLOCK_MAX = 1024 * 1024 /* ... and a large one does not ask for too many */
};

/* `bytes` up to the next multiple of ALIGN. */
static size_t round_up(size_t bytes)
{
    if (bytes > SIZE_MAX - sizeof(struct arena_block) - ALIGN)
        sim_out_of_memory(bytes);
    return (bytes + ALIGN - 1) / ALIGN * ALIGN;
}

void arena_init(struct arena *a)
{
    memset(a, 0, sizeof(*a));
}

void arena_release(struct arena *a)
{
    struct arena_block *block = a->blocks;

    while (block) {
        struct arena_block *next = block->next;

        free(block);
        block = next;
    }
    arena_init(a);
}

/* Zeroed memory for `bytes`, freed with the arena. */
static char *block_new(struct arena *a, size_t bytes)
{
    struct arena_block *block = sim_calloc(1, offsetof(struct arena_block, data) + bytes);

    block->next = a->blocks;
    a->blocks = block;
    return (char *)block->data;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    size_t size = round_up(bytes ? bytes : 1), room;
    char *ptr;

    a->bytes += size;
    if (ARENA_SANITIZED)
        return block_new(a, bytes);
    if (size > a->left) {
        /* As much again as there is, so that blocks are few and little is wasted. */
        room = a->bytes < BLOCK_MIN ? BLOCK_MIN : a->bytes > BLOCK_MAX ? BLOCK_MAX : a->bytes;
        room = round_up(room);
        if (size > room / 4)
            return block_new(a, size); /* what the current block has left stays usable */
        a->free = block_new(a, room);
        a->left = room;
    }
    sim_assert(size <= a->left);
    ptr = a->free;
    a->free += size;
    a->left -= size;
    return ptr;
}

char *arena_strdup(struct arena *a, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = arena_alloc(a, size);

    memcpy(copy, text, size);
    return copy;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list args;
    char *text;
    int len;

    sim_assert(fmt);
    va_start(args, fmt);
    len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    sim_assert(len >= 0);
    text = arena_alloc(a, (size_t)len + 1);
    va_start(args, fmt);
    vsnprintf(text, (size_t)len + 1, fmt, args);
    va_end(args);
    return text;
}

/* ---- pools ------------------------------------------------------------------- */

void pool_init(struct pool *p, struct arena *mem, size_t slot_size)
{
    sim_assert(mem);
    sim_assert(slot_size > 0);
    memset(p, 0, sizeof(*p));
    p->mem = mem;
    p->size = round_up(slot_size);
}

/* The slots themselves are the arena's. */
void pool_release(struct pool *p)
{
    free(p->chunks);
    free(p->free_slots);
    memset(p, 0, sizeof(*p));
}

static void pool_grow(struct pool *p)
{
    char *chunk;

    if (p->size > SIZE_MAX / POOL_CHUNK)
        sim_out_of_memory(p->size);
    chunk = arena_alloc(p->mem, p->size * POOL_CHUNK);
    SLOT_FORBID(chunk, p->size * POOL_CHUNK);
    /* The list of chunks has room for a power of two of them. */
    if ((p->nchunks & (p->nchunks - 1)) == 0) {
        size_t room = p->nchunks ? (size_t)p->nchunks * 2 : 1;

        p->chunks = sim_realloc(p->chunks, room * sizeof(*p->chunks));
    }
    p->chunks[p->nchunks++] = chunk;
}

void *pool_take(struct pool *p, uint32_t *slot)
{
    bool again = p->nfree > 0;
    void *ptr;

    if (again) {
        *slot = p->free_slots[--p->nfree];
    } else {
        sim_assert(p->used < UINT32_MAX);
        if (p->used == p->nchunks * POOL_CHUNK)
            pool_grow(p);
        *slot = p->used++;
    }
    p->live++;
    sim_assert(p->live + p->nfree == p->used);
    ptr = pool_at(p, *slot);
    SLOT_ALLOW(ptr, p->size);
    if (again) /* a slot never taken is zero from its chunk */
        memset(ptr, 0, p->size);
    return ptr;
}

void pool_give(struct pool *p, uint32_t slot)
{
    sim_assert(slot < p->used);
    sim_assert(p->live > 0);
    if (p->nfree == p->free_room) {
        p->free_room = p->free_room ? p->free_room * 2 : 64;
        p->free_slots = sim_realloc(p->free_slots, p->free_room * sizeof(*p->free_slots));
    }
    p->free_slots[p->nfree++] = slot;
    p->live--;
    SLOT_FORBID(pool_at(p, slot), p->size);
}

uint8_t *pool_gone(const struct pool *p)
{
    uint8_t *gone = sim_calloc((size_t)p->used + 1, 1);

    for (uint32_t i = 0; i < p->nfree; i++)
        gone[p->free_slots[i]] = 1;
    return gone;
}
