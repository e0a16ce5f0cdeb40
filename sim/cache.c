/* cache.c - what is warm on which core.
 *
 * Source: OSTEP homework multi.py (Arpaci-Dusseau), as its README describes the model: a
 * task warms up on a core by running there, keeps its progress while it is away, and
 * when warm takes its working set's room; the oldest entries leave until all fits.
 * A task larger than the cache drives out everybody, and itself.  Differs: in
 * nanoseconds instead of ticks. */
#include "sim/machine.h"

#include "sim/world.h"

#include <stdlib.h>
#include <string.h>

struct warmth {
    uint32_t task; /* its serial */
    bool warm;
    sim_time left; /* of running, until it is warm */
    int64_t size;
};

/* One core's: warm entries first, the oldest first, then those that warm up. */
struct core_cache {
    struct warmth *list;
    uint32_t nwarm, n, room;
    int64_t used;
};

struct cache {
    const struct cache_spec *spec;
    const struct scenario *sc;
    struct core_cache *cores;
    int32_t ncores;
};

struct cache *cache_new(struct machine *m)
{
    struct cache *cache = sim_calloc(1, sizeof(*cache));

    cache->spec = &m->spec->cache;
    cache->sc = m->sim->sc;
    cache->ncores = m->ncores;
    cache->cores = sim_calloc((size_t)m->ncores, sizeof(*cache->cores));
    return cache;
}

void cache_free(struct cache *cache)
{
    if (!cache)
        return;
    for (int32_t i = 0; i < cache->ncores; i++)
        free(cache->cores[i].list);
    free(cache->cores);
    free(cache);
}

static int64_t working_set(const struct cache *cache, const struct thread *t)
{
    return t->task ? cache->sc->tasks[t->task->spec].working_set : 0;
}

static struct warmth *find(struct cache *cache, const struct core *c, const struct thread *t)
{
    struct core_cache *cc = &cache->cores[c->id];

    for (uint32_t i = 0; t->task && i < cc->n; i++) {
        if (cc->list[i].task == t->task->serial)
            return &cc->list[i];
    }
    return NULL;
}

static void take_out(struct core_cache *cc, uint32_t i)
{
    memmove(&cc->list[i], &cc->list[i + 1], (cc->n - i - 1) * sizeof(cc->list[0]));
    cc->n--;
}

static void put_in(struct core_cache *cc, uint32_t i, struct warmth w)
{
    if (cc->n == cc->room) {
        cc->room = cc->room ? 2 * cc->room : 8;
        cc->list = sim_realloc(cc->list, cc->room * sizeof(cc->list[0]));
    }
    memmove(&cc->list[i + 1], &cc->list[i], (cc->n - i) * sizeof(cc->list[0]));
    cc->list[i] = w;
    cc->n++;
}

static void become_warm(struct cache *cache, struct core_cache *cc, struct warmth *entry)
{
    struct warmth w = *entry;

    take_out(cc, (uint32_t)(entry - cc->list));
    w.warm = true;
    put_in(cc, cc->nwarm++, w);
    cc->used += w.size;
    while (cc->used > cache->spec->size && cc->nwarm > 0) {
        cc->used -= cc->list[0].size;
        cc->nwarm--;
        take_out(cc, 0);
    }
}

/* The entry of `t`, made if it has none. */
static struct warmth *entry_of(struct cache *cache, const struct core *c,
                               const struct thread *t)
{
    struct core_cache *cc = &cache->cores[c->id];
    struct warmth *w = find(cache, c, t);

    if (w)
        return w;
    put_in(cc, cc->n,
           (struct warmth){.task = t->task->serial,
                           .left = cache->spec->warmup,
                           .size = working_set(cache, t)});
    return &cc->list[cc->n - 1];
}

sim_time cache_change(struct cache *cache, const struct core *c, const struct thread *t)
{
    struct warmth *w = find(cache, c, t);

    if (working_set(cache, t) == 0 || (w && w->warm))
        return SIM_NEVER;
    if (cache->spec->warmup == 0) /* larger than the cache: never warm */
        return SIM_NEVER;
    return w ? w->left : cache->spec->warmup;
}

bool cache_warm(struct cache *cache, const struct core *c, const struct thread *t)
{
    struct core_cache *cc = &cache->cores[c->id];
    struct warmth *w = find(cache, c, t);

    if (!w && cache->spec->warmup == 0 && working_set(cache, t) > 0) {
        become_warm(cache, cc, entry_of(cache, c, t));
        w = find(cache, c, t);
    }
    return w && w->warm;
}

void cache_ran(struct cache *cache, const struct core *c, const struct thread *t, sim_time ran)
{
    struct warmth *w;

    if (working_set(cache, t) == 0)
        return;
    w = entry_of(cache, c, t);
    if (w->warm)
        return;
    w->left -= ran;
    if (w->left <= 0)
        become_warm(cache, &cache->cores[c->id], w);
}
