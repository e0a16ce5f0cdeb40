#include "sim/owners.h"

#include <stdlib.h>

void owners_init(struct owners *o, int32_t nsyncs)
{
    o->of = sim_calloc((size_t)nsyncs + 1, sizeof(struct owner *));
    o->n = nsyncs;
}

static void drop(struct owner **at)
{
    struct owner *one = *at;

    *at = one->next;
    free(one->name);
    free(one);
}

void owners_release(struct owners *o)
{
    for (int32_t i = 0; i < o->n; i++)
        while (o->of[i])
            drop(&o->of[i]);
    free(o->of);
}

void owners_add(struct owners *o, const struct trace_rec *rec)
{
    struct owner **at = &o->of[rec->place], *one = sim_calloc(1, sizeof(*one));

    sim_assert(rec->arg < HOLD_ORDER);
    while (*at)
        at = &(*at)->next;
    one->slot = rec->task;
    one->how = (uint8_t)rec->arg;
    one->since = rec->at;
    one->place = rec->extra;
    *at = one;
}

bool owners_remove(struct owners *o, const struct trace_rec *rec)
{
    struct owner **at = &o->of[rec->place];

    while (*at && (*at)->slot != rec->task)
        at = &(*at)->next;
    if (!*at)
        return false;
    drop(at);
    return true;
}

struct owner *owners_find(const struct owners *o, int32_t object, int32_t slot)
{
    struct owner *one = o->of[object];

    while (one && one->slot != slot)
        one = one->next;
    return one;
}

void owners_keep(struct owners *o, int32_t slot, const char *name)
{
    for (int32_t i = 0; i < o->n; i++) {
        struct owner *one = owners_find(o, i, slot);

        if (one) {
            one->slot = -1;
            one->name = sim_strdup(name);
        }
    }
}
