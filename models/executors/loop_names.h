/* loop_names.h - what tasks call by names: promises, timers.
 *
 * A few stand in one list; many, in one of as many buckets as there are eighths of them, so that
 * finding one takes the same time however many there are.  Within a list the oldest is first,
 * and what has one name is always in one list. */
#ifndef MODELS_EXECUTORS_LOOP_NAMES_H
#define MODELS_EXECUTORS_LOOP_NAMES_H

#include "sim/base.h"

struct name_lists {
    struct list few;
    struct list *many; /* `room` buckets; NULL: all are in `few` */
    uint32_t n, limit; /* it grows with as many */
    uint32_t room;     /* a power of two; 0: none */
    uint32_t from;     /* where to look for one of whatever name */
};

typedef const char *name_of_fn(struct list *named);

void name_lists_init(struct name_lists *ns);
void name_lists_release(struct name_lists *ns); /* what is in it is the caller's */
struct list *name_lists_bucket(struct name_lists *ns, const char *name);
void name_lists_grow(struct name_lists *ns, name_of_fn *name_of);
struct list *name_lists_first(struct name_lists *ns); /* whichever; NULL: there is none */

/* The list in which all are that have this name, if any has. */
static inline struct list *name_lists_like(struct name_lists *ns, const char *name)
{
    return LIKELY(!ns->many) ? &ns->few : name_lists_bucket(ns, name);
}

static inline void name_lists_add(struct name_lists *ns, struct list *named,
                                  name_of_fn *name_of)
{
    list_push_back(name_lists_like(ns, name_of(named)), named);
    if (UNLIKELY(++ns->n >= ns->limit))
        name_lists_grow(ns, name_of);
}

static inline void name_lists_remove(struct name_lists *ns, struct list *named)
{
    sim_assert(ns->n > 0);
    list_remove(named);
    ns->n--;
}

/* Of one task, or of those that have ended and left them to everybody. */
struct task_names {
    struct name_lists promises, timers;
    struct task_names *next;        /* of those that nobody has */
    struct task_names *made_before; /* whoever has it */
};

#endif
