/* level.h - a number that changes in time, and its area. */
#ifndef SIM_LEVEL_H
#define SIM_LEVEL_H

#include "sim/base.h"

/* A number that changes in time; `max` is the largest value that lasted. */
struct level {
    struct wide area; /* value x ns */
    sim_time at;      /* accounted for up to here */
    int64_t value, max;
};

static inline void level_to(struct level *l, sim_time now)
{
    if (now <= l->at)
        return;
    wide_add_mul(&l->area, (uint64_t)l->value, (uint64_t)(now - l->at));
    if (l->value > l->max)
        l->max = l->value;
    l->at = now;
}

static inline void level_add(struct level *l, sim_time now, int64_t change)
{
    level_to(l, now);
    l->value += change;
    sim_assert(l->value >= 0);
}

#endif
