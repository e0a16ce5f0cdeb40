/* loop_timers.h - Node's timers: lists by duration, in a queue by expiry, on libuv's one timer.
 *
 *   here                    node lib/internal/timers.js, src/env.cc
 *   timers.buckets          timerListMap; timers.heap: timerListQueue
 *   timer_list.expiry, id   TimersList.expiry, .id: compareTimersLists()
 *   timers.next_expiry      nextExpiry
 *   timers.native           due time of the environment's uv_timer_t, timer_handle() */
#ifndef MODELS_EXECUTORS_LOOP_TIMERS_H
#define MODELS_EXECUTORS_LOOP_TIMERS_H

#include "models/executors/executor.h"
#include "sim/engine.h"

struct callback;
struct loop;

/* Timers of one duration, in the order they were started. */
struct timer_list {
    struct timer_list *next; /* of the same bucket */
    int64_t duration, expiry;
    uint64_t id;
    size_t place; /* in the heap */
    struct list timers;
};

struct timers {
    struct timer_list **buckets; /* by duration: as many as there is room for lists */
    struct timer_list **heap;    /* by (expiry, id) */
    struct timer_list *unused;
    size_t n, room; /* room: a power of two */
    uint64_t ids;
    int64_t native;         /* libuv's timer, ms; LOOP_NEVER: not armed */
    int64_t next_expiry;    /* for which it was armed */
    int64_t pass;           /* the time of the pass that goes on */
    struct event alarm;     /* wakes the poll */
    struct callback *rearm; /* the interval that runs */
    int64_t rearm_at;
    bool returns; /* a timer's callback runs */
};
#define LOOP_NEVER INT64_MAX

void timers_init(struct loop *l);
void timers_release(struct loop *l);
void timers_start(struct callback *cb, sim_time delay);
void timers_stop(struct callback *cb);
struct callback *timers_next(struct loop *l); /* NULL: none is due */
void timers_returned(struct loop *l); /* the callback that timers_next() gave has returned */
void timers_wait(struct loop *l);     /* the thread parks */
void timers_end(struct loop *l);      /* nothing keeps the loop alive */
void loop_refresh(struct loop *l);

#endif
