/* sync.h - the questions a sync object answers.
 *
 * An op asks an object for something (a verb); the object's model says what comes of it.
 * sim/syncs.c keeps the queue of those who wait, who owns what since when, and the
 * priorities that locks lend; a model only decides:
 *
 *    ask[verb] --+--> SYNC_DONE     it has it, and goes on
 *                +--> SYNC_WAITS    it waits; who wakes it hands over what it asked for
 *                +--> SYNC_TRIES    it waits; woken, it asks again, and others may be faster
 *                +--> SYNC_SPINS    it burns its core until it is handed the lock
 *                +--> SYNC_REFUSED  a rule is broken: the task ends with a fault
 *
 * An answer other than SYNC_DONE changes nothing of the object: it may be asked again, once
 * the system call that waiting costs is over.  Waiting on a condition, sending and receiving
 * have paid before they ask.
 *
 * Ownership is a task's, not its thread's: a task that ends keeps what it holds, and nobody
 * will ever get it.
 */
#ifndef MODELS_SYNC_H
#define MODELS_SYNC_H

#include "sim/base.h"
#include "sim/param.h"
#include "sim/trace.h" /* enum hold_how */

struct brood;
struct sim;
struct sync;
struct task;
struct thread;

/* X(verb, op) */
#define SYNC_VERBS(X)         \
    X(LOCK, "lock")           \
    X(UNLOCK, "unlock")       \
    X(WAIT, "wait")           \
    X(POST, "post")           \
    X(SIGNAL, "signal")       \
    X(BROADCAST, "broadcast") \
    X(ARRIVE, "barrier")      \
    X(SEND, "send")           \
    X(RECV, "recv")

enum sync_verb {
#define X(verb, op) SYNC_##verb,
    SYNC_VERBS(X)
#undef X
        SYNC_VERB_COUNT
};

enum sync_answer { SYNC_DONE, SYNC_WAITS, SYNC_TRIES, SYNC_SPINS, SYNC_REFUSED };

/* What is asked, by whom. */
struct sync_call {
    enum sync_verb verb;
    struct task *task;
    uint32_t place;     /* of the op in the file */
    bool shared;        /* LOCK: for reading only */
    bool tries_once;    /* LOCK: and does not wait */
    bool paid;          /* the system call: waiting costs nothing any more */
    struct sync *mutex; /* WAIT on a condition: what is released meanwhile */
    int64_t value;      /* SEND: what is sent */
    const char *fault;  /* out, SYNC_REFUSED: what the task has done wrong */
    bool busy;          /* out, tries_once: it would have had to wait */
};

/* One that waits; it stands in its thread. */
struct sync_wait {
    struct list link;
    struct sync *object; /* NULL: it joins `brood` */
    union {
        int64_t value; /* SEND: what it wants to send */
        struct brood *brood;
    } what;
    uint32_t place;
    uint8_t verb; /* enum sync_verb */
    bool shared;
};

/* One that owns an object, alone or with others. */
struct hold {
    struct sync *object;
    struct task *task;                /* NULL: it has ended */
    struct hold *of_task, *of_object; /* the next of each */
    uint32_t slot;                    /* in the pool of holds; of shared ones */
    uint8_t how;                      /* enum hold_how: HOLD_SOLE, HOLD_SHARED */
};

struct sync { /* one object at work */
    const struct sync_model *model;
    const char *name;
    const void *params;
    struct sim *sim;
    int32_t id;
    bool by_priority;    /* the waiters' order: by priority, then first come */
    uint32_t nwaiting;   /* in `waiters` */
    struct list waiters; /* struct sync_wait; spinners only while they are on a core */
    struct hold *holds;  /* NULL: nobody owns it */
    struct hold sole;    /* the one of a sole owner */
    void *state;         /* model->state_size bytes */
};

typedef enum sync_answer sync_fn(struct sync *s, struct sync_call *call);

struct sync_model {
    const char *name;   /* the key in configs: { "m": { "mutex": {} } } */
    const char *help;   /* one line */
    const char *source; /* what it models */
    /* Its keys; where `is_number`, the object is written { "semaphore": 3 }, and the first
     * and only row is that number. */
    const struct param *params;
    size_t params_size;
    bool is_number;
    bool guards;       /* a condition may be waited for with it */
    bool by_priority;  /* waiters by priority, where the scheduling policy minds it */
    size_t state_size; /* zeroed */

    void (*init)(struct sync *s);    /* optional */
    void (*release)(struct sync *s); /* optional: nothing was allocated */

    sync_fn *ask[SYNC_VERB_COUNT]; /* NULL: no such op works on it */

    /* The priority that its owner has at least.  Optional: none.  Asked again whenever the
     * owner or the waiters change. */
    int32_t (*lends)(const struct sync *s);
};

extern const struct sync_model *const sync_models[]; /* NULL ends it */

/* ---- what a model may ask of the simulation ------------------------------------------ */

struct hold *sync_hold_of(const struct sync *s, const struct task *t); /* NULL: not an owner */

/* `t` owns `s` from now on; no more. */
void sync_own(struct sync *s, struct task *t, enum hold_how how, uint32_t place);
void sync_disown(struct sync *s, struct task *t, uint32_t place);

/* An order without ownership: what `t` has done so far comes before what those do who take
 * it; and `t` takes it. */
void sync_order_give(struct sync *s, struct task *t, uint32_t place);
void sync_order_take(struct sync *s, struct task *t, uint32_t place);
/* The same the other way round, from receivers to senders. */
void sync_room_give(struct sync *s, struct task *t, uint32_t place);
void sync_room_take(struct sync *s, struct task *t, uint32_t place);

/* The first in the queue, NULL: nobody waits; its task; the highest priority of them all,
 * INT32_MIN where nobody waits. */
struct sync_wait *sync_first(const struct sync *s);
struct task *sync_waiter(struct sync_wait *w);
int32_t sync_top_priority(const struct sync *s);

/* Out of the queue, and ready to run; handing over makes it an owner first. */
void sync_wake(struct sync_wait *w);
void sync_hand_over(struct sync_wait *w, enum hold_how how);

/* The value that `t` receives, before it wakes or goes on. */
void sync_deliver(struct task *t, int64_t value);

/* The task's own priority, without what is lent to it. */
int32_t sync_base_priority(const struct sync *s, const struct task *t);

/* SYNC_REFUSED with a message, for `return sync_refuse(...)`. */
static inline enum sync_answer sync_refuse(struct sync_call *call, const char *fault)
{
    call->fault = fault;
    return SYNC_REFUSED;
}

#endif
