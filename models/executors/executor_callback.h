/* executor_callback.h - what waits for its turn on a loop: callbacks, the fibers that they call, and
 * the promises that they react to.
 *
 * A fiber is a place in the code with a stack of its own; all fibers of a task share its
 * locals.  A callback stands in one queue of the loop, with a promise, a device or the pool, and
 * holds either the ops to run or the fiber to continue.
 *
 *   here              libuv, node, ECMA-262
 *   CALLBACK_TICK     an entry of the tickQueue (lib/internal/process/task_queues.js)
 *   CALLBACK_REACTION a PromiseReactionJob; CALLBACK_ADOPT: a PromiseResolveThenableJob
 *   CALLBACK_REQUEST  a uv_req_t, or a watcher (uv__io_t) that is started for one answer
 *   CALLBACK_JOB      a struct uv__work
 *   CALLBACK_WAKEUP   the loop's wq_async; CALLBACK_ACCEPT: the uv__io_t of a listening socket */
#ifndef MODELS_EXECUTORS_EXECUTOR_CALLBACK_H
#define MODELS_EXECUTORS_EXECUTOR_CALLBACK_H

#include "models/executors/executor.h"
#include "sim/engine.h"
#include "sim/words.h"

struct loop;
struct loop_task;
struct timer_list;
struct port;
struct gather; /* Promise.all and the like */

enum promise_state { PROMISE_PENDING, PROMISE_FULFILLED, PROMISE_REJECTED };

struct promise {
    union {
        struct list by_name;  /* in its scope */
        struct promise *next; /* of those that are free */
    };
    struct promise *noted_next;
    const char *name;              /* NULL: none */
    struct loop_task *of;          /* noted: who pays if nobody handles it */
    struct callback *first, *last; /* reactions, in order of attachment */
    uint32_t uses;                 /* scopes, callbacks and fibers that know it */
    struct words *reason;          /* REJECTED: the text; NULL: none */
    uint32_t place;                /* noted: of the op that rejected it */
    uint8_t state;
    bool follows; /* another promise will settle it */
    bool handled; /* somebody looks at it */
};

enum { HEARS_END = 255 }; /* the end of a worker */

struct fiber {
    struct fiber *below; /* who called it; NULL: the loop */
    struct loop_task *of;
    struct promise *result; /* of this call of an async function; NULL: nobody asks */
    struct promise *awaits; /* goes on awaiting this one */
    uint32_t awaits_at;     /* place of the op */
    struct {                /* as in struct task and struct task_ctx */
        int64_t *stack;
        uint32_t pc, flags, sp, room, calls, frame, nread, handler;
        struct caught *caught;
        struct words *message;
    } saved;
    struct fiber *made_before; /* of all there are */
    const char *frame;         /* what call stacks say; NULL: nothing */
    uint32_t called_at;        /* place of that call, or of who listens */
    uint32_t entry;            /* where it began */
    uint32_t rest;             /* fibers below it that it takes along when it throws: X9 */
    bool main;                 /* its task's own function */
    bool waited;               /* it has been suspended */
    bool handler;              /* of a reaction, and has not waited yet */
    uint8_t hears;             /* event of the process, from 1, or HEARS_END; 0: none */
    bool plain;                /* awaited, and no async function: throws to its caller */
    bool target, caught;       /* what it throws is thrown again, by a tick; async, too: X9 */
};

enum callback_kind {
    CALLBACK_TICK,
    CALLBACK_MICROTASK,
    CALLBACK_REACTION, /* to a promise, or a fiber that goes on */
    CALLBACK_ADOPT,    /* asks `promise` to settle `result`; P2 */
    CALLBACK_ADOPTED,  /* settles `result` as `promise` is settled */
    CALLBACK_IMMEDIATE,
    CALLBACK_TIMER,
    CALLBACK_REQUEST,
    CALLBACK_JOB, /* on the pool */
    CALLBACK_JOIN,
    CALLBACK_PERIOD,
    CALLBACK_CLOSE,
    CALLBACK_MESSAGE, /* on its way to `port`, or there */
    CALLBACK_PORT,    /* somebody listens to `port` */
    CALLBACK_WORKER,  /* `port` is its parent's end of a worker that has not ended */
    CALLBACK_FRAME,   /* an animation frame */
    CALLBACK_REPORT,  /* of a browser: `promise`, and those noted behind it, were rejected */
    CALLBACK_TURN,    /* nothing: an immediate that makes the loop turn once more; X1 */
    CALLBACK_ACCEPT,  /* tasks have arrived: the loop's own */
    CALLBACK_WAKEUP   /* jobs are done: the loop's own */
};

/* Something that a task has started, until it is over. */
struct callback {
    struct async_request request; /* REQUEST; its event is also a timer's, a period's */
    struct list link;             /* in of->started */
    struct callback *next;        /* in a queue */
    struct loop *loop;
    struct loop_task *of;          /* NULL: it is gone, and so is the reason for this */
    struct fiber *fiber;           /* goes on afterwards, a microtask later; NULL: none */
    struct promise *promise;       /* that it reacts to */
    struct promise *result;        /* that is settled by what comes of it */
    uint32_t entry, rejected;      /* ops to run; 0: none */
    uint32_t place;                /* of the op */
    const char *name;              /* of a timer, of the children */
    struct words *message, *error; /* what its ops know by these names; MESSAGE: what it says */
    struct port *port;             /* MESSAGE, PORT, WORKER */
    struct gather *gather;         /* REACTION: that it counts for; NULL: none */
    struct brood *brood;           /* JOIN */
    sim_time time, asked_at;       /* JOB: how long; since when it is with the pool */
    sim_time ready_at;             /* since when it waits for its turn */
    union {
        struct list by_name; /* named: in of->names */
        struct {
            int64_t bytes, at; /* JOB at a device */
        };
    };
    int32_t device;          /* JOB, REQUEST; -1: none */
    int64_t start, duration; /* TIMER, ms */
    struct timer_list *list; /* it stands in; NULL: none */
    struct list in_list;
    uint8_t kind;
    uint8_t nesting; /* TIMER of a browser: how deep */
    uint8_t event;   /* MESSAGE: what listeners are told */
    uint8_t queued;  /* the queue it is counted in, from 1; 0: none */
    bool due;        /* TIMER: counted as such */
    bool holds;      /* its task does not end before */
    bool unref;      /* a timer or an immediate that does not hold it */
    bool ready;      /* counted in of->ready */
    bool cleared;    /* does nothing any more */
    bool repeats;    /* TIMER */
    bool throws;     /* REACTION: to a rejection; TICK: `error`, which nobody caught */
    bool slow;       /* JOB: in the slow lane */
    bool named;      /* it has a name by which it can be cleared */
};

struct queue {
    struct callback *first, *last;
};

/* ---- loop_tasks.c: callbacks -------------------------------------------------------------- */

struct callback *callback_new(struct loop_task *lt, enum callback_kind kind, bool holds);
void callback_over(struct callback *cb);                   /* and is gone */
void callback_ready(struct callback *cb);                  /* its turn will come */
void callback_taken(struct callback *cb);                  /* its turn has come */
void callback_begin(struct callback *cb, uint32_t entry);  /* calls its ops; it is over */
void callback_name(struct callback *cb, const char *name); /* by which it can be cleared */
void callback_detach(struct callback *cb);                 /* from its task, which is gone */

/* Into that queue of its loop; of TIMERS, CLOSING and POOL, which are no lists, counted only. */
void callback_queue(struct callback *cb, enum loop_queue queue);
void callback_due(struct callback *cb, bool is); /* a timer */
void watched_unqueue(struct callback *cb);       /* loop_watch.c */

/* Out of the list that it stands in, if any. */
static inline void callback_unqueue(struct callback *cb)
{
    if (cb->queued || cb->due)
        watched_unqueue(cb);
}

static inline void queue_push(struct queue *q, struct callback *cb)
{
    cb->next = NULL;
    if (q->first)
        q->last->next = cb;
    else
        q->first = cb;
    q->last = cb;
}

/* NULL: empty. */
static inline struct callback *queue_pop(struct queue *q)
{
    struct callback *cb = q->first;

    if (cb) {
        q->first = cb->next;
        callback_unqueue(cb);
    }
    return cb;
}

/* ---- loop_fibers.c ------------------------------------------------------------------------- */

struct fiber *fiber_new(struct loop_task *lt, uint32_t entry, struct promise *result);
void fiber_suspend(struct loop *l, struct callback *until); /* the top of the call stack */
void fiber_resume(struct loop *l, struct fiber *f);
void fiber_load(struct fiber *f);
void fiber_unload(struct loop_task *lt); /* the registers of what is loaded go back to it */
void fiber_free(struct fiber *f);
void fiber_release(struct fiber *f); /* at the end of the run */
void fiber_over(struct loop *l, struct fiber *f, bool rejected, struct words *reason,
                uint32_t place); /* off the stack; takes the use */
void fiber_says(struct fiber *f, struct words *message, struct words *error); /* to its ops */
void fiber_drop(struct loop *l); /* the top one, with what it was doing */
/* What the ops of the fiber on top know by name goes to a callback of theirs. */
void callback_knows(struct callback *cb, const struct fiber *f);

/* ---- loop_promises.c ----------------------------------------------------------------------- */

struct promise *promise_new(struct loop *l, const char *name);
struct promise *promise_use(struct promise *p); /* NULL: none */
void promise_drop(struct loop *l, struct promise *p);
void promises_left(struct loop_task *lt); /* which ends */
void promise_declare(struct loop_task *lt, const char *name, struct promise *p);
struct promise *promise_find(struct loop_task *lt, const char *name); /* NULL: none */
void promise_react(struct loop *l, struct promise *p, struct callback *cb);
void promise_settle(struct loop *l, struct promise *p, enum promise_state state,
                    struct words *reason, struct loop_task *by, uint32_t place);
void promise_follow(struct loop_task *by, struct promise *p, struct promise *other);
bool promises_report(struct loop *l);       /* one rejection; false: there is none left */
void promises_forget(struct loop *l);       /* those that would be reported */
void promises_begin_report(struct loop *l); /* of those that nobody handles */
void promises_unreported(struct loop *l);   /* of those, the ones whose turn it is */
/* Of those that `call` names, settled as its verb says; an element has been settled. */
void gather_new(struct loop *l, struct fiber *f, const struct step *step);
void gather_step(struct loop *l, struct callback *cb);
struct promise *promise_named(struct loop_task *lt, const char *name,
                              uint32_t place); /* NULL: a fault */
void microtask_run(struct loop *l, struct callback *cb);

#endif
