/* notes.h - lines of the result's log, faults and deadlock. */
#ifndef SIM_NOTES_H
#define SIM_NOTES_H

#include "sim/base.h"

/* One line of `log`, `faults`, `deadlock`. */
struct note {
    sim_time at; /* deadlock: when it was known that nothing would ever wake the task */
    int32_t core;
    int64_t place; /* index into scenario.places, -1: none; deadlock: where the task waits */
    char *task, *text;
    char *waits_for;    /* deadlock: the sync object, or the children that it joins */
    char *held_by;      /* who owns that, or is such a child; NULL: nobody in particular */
    bool held_by_ended; /* and has ended since */
    sim_time since;     /* it has owned that; -1: it does not */
    int64_t held_place; /* where it got it, -1: none */
};

struct notes {
    struct note *list;
    size_t n, room;
};

/* A new line about `task`, whose name is copied, with nothing else known; valid until the
 * next one. */
struct note *notes_add(struct notes *notes, sim_time at, int32_t core, const char *task);
void notes_release(struct notes *notes);

#endif
