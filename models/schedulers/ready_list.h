/* ready_list.h - a queue of ready threads, in the order of their coming: what policies
 * that differ only in how long a thread may run have in common. */
#ifndef MODELS_SCHED_READY_LIST_H
#define MODELS_SCHED_READY_LIST_H

#include "models/schedulers/sched.h"

struct ready_thread {
    struct list link;
};

struct ready_list {
    struct list queue;
};

static inline void ready_list_init(struct sched *s)
{
    struct ready_list *r = s->state;

    list_init(&r->queue);
}

/* What lost its core to another did nothing to lose its turn: it goes to the front. */
static inline void ready_list_enqueue(struct sched *s, struct thread *t, enum ready_why why)
{
    struct ready_list *r = s->state;
    struct ready_thread *rt = sched_thread(s, t);

    if (why == READY_PREEMPTED)
        list_push_front(&r->queue, &rt->link);
    else
        list_push_back(&r->queue, &rt->link);
}

static inline struct thread *ready_list_thread(const struct sched *s, struct list *link)
{
    return sched_thread_of(s, container_of(link, struct ready_thread, link));
}

enum { READY_LIST_MANY = 1024 }; /* threads: more than a cache holds */

/* Asks for the memory of those that are next, before it is needed: among a million threads
 * each is far from the other. */
static inline void ready_list_fetch(struct sched *s)
{
    struct ready_list *r = s->state;
    struct list *next = r->queue.next;

    if (LIKELY(s->nready < READY_LIST_MANY))
        return;
    for (int turns = 0; turns < FETCH_TURNS && next != &r->queue; turns++, next = next->next)
        sched_fetch(ready_list_thread(s, next), turns);
}

static inline struct thread *ready_list_first(struct sched *s)
{
    struct ready_list *r = s->state;

    for (struct list *l = r->queue.next; l != &r->queue; l = l->next) {
        struct thread *t = ready_list_thread(s, l);

        if (sched_may_run(s, t))
            return t;
    }
    return NULL;
}

static inline struct thread *ready_list_pick(struct sched *s)
{
    struct thread *t = ready_list_first(s);

    if (t) {
        struct ready_thread *rt = sched_thread(s, t);

        list_remove(&rt->link);
        ready_list_fetch(s);
    }
    return t;
}

static inline void ready_list_dequeue(struct sched *s, struct thread *t)
{
    struct ready_thread *rt = sched_thread(s, t);

    list_remove(&rt->link);
}

static inline struct thread *ready_list_last(struct sched *s)
{
    struct ready_list *r = s->state;

    for (struct list *l = r->queue.prev; l != &r->queue; l = l->prev) {
        struct thread *t = ready_list_thread(s, l);

        if (sched_may_run(s, t))
            return t;
    }
    return NULL;
}

#endif
