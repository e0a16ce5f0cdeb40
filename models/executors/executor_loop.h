/* executor_loop.h - the event loop from inside: what its files share.
 *
 *   event_loop.c      the executor: threads, arrivals, phases, and the drain between callbacks
 *   loop_turn.c       the phases of Node's loop, and the drain
 *   loop_browser.c    the loop of a browser
 *   loop_tasks.c      tasks, their fibers and callbacks; who is running, waiting, blocked
 *   loop_fibers.c     places in the code, and the call stack
 *   loop_calls.c      what ops ask
 *   loop_timers.c     lists of timers by duration
 *   loop_promises.c   promises and their reactions
 *   loop_pool.c       pool threads
 *   loop_heap.c       the heap, and what collecting it costs
 *   loop_costs.c      the time that the loop itself takes
 *   loop_ports.c      ports, messages, and the wakeup that delivers them
 *   loop_workers.c    workers: loops on threads of their own
 *   loop_exits.c      listeners, exceptions that nobody catches, the end of a process
 *
 * A task on a loop is an async function.  It runs on fibers: a fiber is a place in the code
 * with a stack of its own; all fibers of a task share its locals.  A fiber runs until it
 * returns or waits; then who called it goes on, or the loop does.  What a task has started
 * and what is not over yet is a callback each: it stands in one queue of the loop, with a
 * promise, a device or the pool, and holds either the ops to run or the fiber to continue.
 *
 * Source: the identifiers in comments (L4, T6, D1 ...) name rules of libuv 1.46 and Node
 * 20.20: libuv src/unix/core.c, timer.c, threadpool.c, linux.c, async.c; node
 * lib/internal/timers.js, lib/internal/process/task_queues.js, promises.js, src/env.cc,
 * src/api/callback.cc; ECMA-262 sections 27.2 (promises) and 27.7 (async functions).
 *
 *   L1  alive: a ref'd handle, a request, or something closing   T1  at least 1 ms, whole ms
 *   L4  when the poll does not wait        L5  a batch of what is ready, then time is read
 *   T2  when the loop reads the clock      T4  a FIFO a duration, in a queue by (expiry, id)
 *   T6  the pass over the timers           I1  immediates: the whole queue, the next is another's
 *   D1  all ticks, then all microtasks, again until there are none; D2  after every callback
 *   P1  reactions in order of attachment   P2  resolving with a promise takes two hops more
 *   W2  one FIFO for the pool              W4  a marker in it for the slow lane
 *   W6  all that is done, each with its own drain
 *   S1  connections: one a poll event, before libuv 1.45 all that wait
 *   C1  closing is a stack                 F2  where the flavours differ
 *   L9  one wakeup: the pool, then ports in order of creation
 *   X1  who handles uncaught exceptions; X2: then there is no drain; X5: nobody, then the end
 *   X6  rejections: when the drain is done X7  exit: the listeners, and then nothing more
 *   D7  a worker begins in its poll phase  TH2 a port: what has come, each with its drain
 */
#ifndef MODELS_EXECUTORS_EXECUTOR_LOOP_H
#define MODELS_EXECUTORS_EXECUTOR_LOOP_H

#include "models/executors/executor.h"
#include "sim/engine.h"
#include "sim/loop_call.h"
#include "sim/words.h"

struct worker;
struct port;
struct gather; /* Promise.all and the like */

enum promise_state { PROMISE_PENDING, PROMISE_FULFILLED, PROMISE_REJECTED };

struct promise {
    struct promise *next; /* of its scope */
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
    uint32_t called_at;        /* place of that call */
    bool main;                 /* its task's own function */
    bool waited;               /* it has been suspended */
    bool last_resort;          /* handles an exception that nobody has caught */
    bool handler;              /* of a reaction, and has not waited yet */
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
    int64_t bytes, at;             /* JOB at a device */
    int32_t device;                /* JOB, REQUEST; -1: none */
    int64_t start, duration;       /* TIMER, ms */
    struct timer_list *list;       /* it stands in; NULL: none */
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
    bool throws;     /* REACTION: to a rejection */
    bool slow;       /* JOB: in the slow lane */
};

struct queue {
    struct callback *first, *last;
};

enum loop_task_state {
    TASK_IS_NEW,     /* has not run */
    TASK_IS_BLOCKED, /* all it has is pending */
    TASK_IS_WAITING, /* could go on */
    TASK_IS_SERVED   /* the thread runs it, or waits for a core to do so */
};

/* Bytes of the heap that are alive because of a task. */
struct heap_share {
    int64_t nursery, aged, old; /* by generation: loop_heap.c */
    struct list link;           /* in heap.young_shares, if any of them is young */
};

struct loop_costs {
    sim_time turn, poll, dispatch, microtask, handover;
};

struct heap_params {
    bool present;
    int64_t limit, young;
    sim_time scavenge, mark_sweep;
};

struct heap { /* of a loop's process */
    struct heap_params params;
    int64_t young, old; /* bytes used in each generation, garbage and all */
    int64_t alive;      /* of both */
    int64_t soft;       /* `old` beyond it: a mark-sweep */
    int64_t told;       /* bytes that the machine knows of */
    struct list young_shares;
    struct heap_share own;   /* what nobody frees */
    struct loop_task *asker; /* allocates; NULL: nobody */
    int64_t asked;
    uint32_t asked_at;            /* place of the op */
    bool leaks, scavenged, swept; /* of this allocation */
    bool must_sweep;
    enum gc_kind collecting;      /* GC_COUNT: nothing */
    sim_time swept_at, collected; /* time of collections since the last mark-sweep */
    int ineffective;              /* mark-sweeps in a row */
};

struct loop_task {
    struct task *task;
    struct loop *loop;
    struct loop_task *next;   /* in loop->arrivals, loop->finishing */
    struct list started;      /* struct callback */
    struct fiber *loaded;     /* whose registers are in `task` */
    struct callback *waits;   /* its own function does, for this */
    struct promise *promises; /* by name, the latest first */
    struct heap_share heap;
    sim_time arrived;
    uint32_t refs;    /* what keeps it from ending */
    uint32_t unrefs;  /* what waits without keeping it */
    uint32_t ready;   /* callbacks whose turn will come */
    uint32_t leaving; /* listeners to its end */
    uint8_t state;
    bool dead, fault, script, finishing, lingers;
};

/* Timers of one duration, in the order they were started. */
struct timer_list {
    struct timer_list *next; /* of the same bucket */
    int64_t duration, expiry;
    uint64_t id;
    size_t place; /* in the heap */
    struct list timers;
};

enum { TIMER_BUCKETS = 64 };

struct timers {
    struct timer_list *buckets[TIMER_BUCKETS]; /* by duration */
    struct timer_list **heap;                  /* by (expiry, id) */
    struct timer_list *unused;
    size_t n, room;
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

/* Somebody is told of an event, as often as it happens. */
struct listener {
    struct listener *next; /* of its loop, in the order they came */
    struct loop_task *of;  /* NULL: it is over */
    struct port *port;     /* of this one only */
    struct words *message, *error;
    uint32_t entry, place;
    uint8_t event;
    bool any; /* of any worker of its task */
};

/* One end of a channel: in a loop, which it wakes.
 *
 *     postMessage ends[0] ----> messages of ends[1], then its listeners; and back */
struct port {
    struct port *next; /* of its loop, in the order of creation */
    struct port *peer;
    struct loop *loop;
    struct loop_task *of; /* NULL: nobody's any more */
    const char *name;
    struct worker *worker; /* whose it is, either end; NULL: a channel within a loop */
    struct queue messages;
    int64_t n;
    struct callback *hold; /* PORT; NULL: nobody listens */
    uint32_t transit;      /* messages on their way to it */
    int32_t number;
    bool pending;    /* wants to be served: L9 */
    bool open, ends; /* `ends`: the other end is closed, once all has been delivered */
};

/* Where a wakeup is: what has ended, then the ports. */
struct visit {
    bool going;
    struct port *at, *last; /* last: later ones are the next wakeup's */
    int64_t left;           /* messages that may still be delivered here; -1: not begun */
    struct worker *ended;   /* being told */
};

struct worker {
    struct worker *next; /* in loop->ended, or unused */
    struct loop *loop, *parent;
    struct loop_task *script;
    struct port *port;     /* of its parent; its own is the peer */
    struct callback *hold; /* WORKER; NULL: nobody waits for it */
    struct words *error;   /* what has ended it */
    int code;
    bool terminated, over;
    bool counted; /* its error is, among what is ready at its parent */
};

/* REPORT: rejections are told; LAST: no ticks any more. */
enum drain { DRAIN_NONE, DRAIN_BEGIN, DRAIN_TICKS, DRAIN_MICROTASKS, DRAIN_REPORT, DRAIN_LAST };

/* The end of a task or a process, while its listeners are told. */
struct leaving {
    bool goes;
    struct loop_task *of; /* whose end it is; NULL: that of all on the loop */
    struct loop_task *by; /* who has brought it about */
    struct listener *next;
    uint8_t event; /* BEFORE_EXIT, EXIT */
    bool abrupt, fault, last;
    enum drain drain; /* goes on behind it */
    int code;
};

enum loop_phase {
    TURN_BOOT,
    TURN_TIMERS,
    TURN_ALIVE,
    TURN_POLLS,
    TURN_WAITS,
    TURN_BATCH,
    TURN_CHECK,
    TURN_CLOSING
};
struct loop {
    struct loops *all;
    struct executor *ex;
    int32_t number; /* among those of the scenario; workers' behind them */
    int32_t index;  /* among the executor's: loop_numbered() */
    struct thread *th;
    struct loop_task *serving; /* th->task's; NULL: none */
    struct fiber *top;         /* of the call stack */
    enum loop_phase phase;
    bool entered; /* the phase has begun */
    bool booted;  /* and its first turn has not begun */
    bool parked;
    bool accepting; /* in the middle of what waits, before libuv 1.45 */
    enum drain drain;
    int64_t now; /* the loop's clock, whole ms */
    struct queue ticks, microtasks, immediates, check, ready, batch, done, done_batch;
    int64_t nrefd;                            /* immediates that are ref'd */
    int64_t unrefs;                           /* timers and immediates that are not */
    struct callback *closing, *closing_batch; /* a stack */
    struct callback accept, wakeup;
    struct loop_task *arrivals, *arrivals_last, *script, *finishing;
    struct promise *noted, *noted_last; /* rejected, and not handled yet */
    struct promise *reporting;          /* of them, those that are told now */
    struct listener *listeners, **listeners_last;
    struct port *ports, **ports_last;
    struct visit visit;
    struct worker *ended, **ended_last; /* workers that have, and nobody knows */
    struct worker *worker;              /* whose loop it is; NULL: a process's */
    struct leaving leaving;
    int64_t live;            /* its tasks */
    int64_t lingerers;       /* of them, those that end with the others */
    bool dead;               /* its process has ended: it takes no tasks any more */
    bool stops;              /* a worker that is terminated */
    bool settles;            /* what only lingers ends ... */
    bool settle_now;         /* ... and has to be looked for */
    bool optional;           /* of an unref'd worker: all its tasks linger */
    bool gone;               /* a worker's, whose thread ends next */
    uint8_t started;         /* a worker's: 1: it computes its start; 2: its script runs */
    struct promise *globals; /* of `main`, which has ended */
    struct timers timers;
    struct queue frames, frame_batch; /* of a browser */
    bool may_render;                  /* a task has just run */
    uint8_t nesting;                  /* of the timer whose callback runs; 0: none does */
    struct heap heap;
    struct task *own;    /* whose the time of the loop itself is; NULL: none was taken yet */
    bool runs_itself;    /* for that one */
    bool turned, polled; /* paid for, this time */
    sim_time owed, owed_kernel;       /* for what has begun */
    struct loop_task *calling;        /* whose callback runs, as those know who look */
    int64_t queued[LOOP_QUEUE_COUNT]; /* what stands in each queue */
    uint64_t iteration;               /* how often it has polled */
    bool watched;                     /* somebody looks into it */
    bool framed;                      /* ... at its call stack */
    uint64_t spins;                   /* since time has passed */
    sim_time instant;
};

struct pool_thread {
    struct thread *th;
    struct task *task; /* what the trace knows of it */
    struct callback *job;
    bool paid; /* for giving it back */
    bool parked, fresh, asked;
};

struct work_pool {
    struct pool_thread *threads; /* NULL: none yet */
    int64_t n;
    int64_t slow_running; /* jobs of the slow lane */
    struct queue jobs;    /* where `marker` stands for all of `slow` */
    struct queue slow;    /* look-ups of names */
    struct callback marker;
    bool marked; /* the marker is in the queue */
};

struct loops { /* one executor's */
    struct executor *ex;
    struct loop *loops;
    int64_t n, dealt;
    bool old; /* before libuv 1.45 */
    bool browser;
    sim_time worker_start, message;
    struct loop **workers; /* of the number n + index; each ever used */
    int64_t nworkers, workers_room;
    struct loop *target; /* which loop takes the task that is being submitted; NULL: any */
    struct loop **free_loops;
    int64_t nfree_loops;
    struct worker *free_workers;
    struct port *free_ports;
    struct listener *free_listeners;
    struct loop_task **by_slot;
    uint32_t room;
    struct work_pool pool;
    struct loop_costs costs;
    uint64_t watched; /* what those want who look into loops: executor_watched() */
    bool costly;      /* some of `costs` is not 0 */
    struct callback *free_callbacks;
    struct fiber *free_fibers, *fibers;
    struct loop_task *free_tasks;
    struct promise *free_promises;
    struct gather *free_gathers;
    int32_t *threads; /* of each thread's slot: number of its loop, or -1 - that in the pool */
    uint32_t threads_room;
    char text[300]; /* of waits_for */
};

/* ---- loop_tasks.c ---------------------------------------------------------------------- */

struct loop_task *loop_task_new(struct loop *l, struct task *t);
struct callback *callback_new(struct loop_task *lt, enum callback_kind kind, bool holds);
void callback_over(struct callback *cb);                  /* and is gone */
void callback_ready(struct callback *cb);                 /* its turn will come */
void callback_taken(struct callback *cb);                 /* its turn has come */
void callback_begin(struct callback *cb, uint32_t entry); /* calls its ops; it is over */
void callback_detach(struct callback *cb);                /* from its task, which is gone */

/* Into that queue of its loop; of TIMERS, CLOSING and POOL, which are no lists, counted only. */
void callback_queue(struct callback *cb, enum loop_queue queue);
void callback_due(struct callback *cb, bool is); /* a timer */
static inline void
callback_unqueue(struct callback *cb); /* out of the list that it stands in, if any */

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

void loop_serve(struct loop *l, struct loop_task *lt);
void loop_leave(struct loop *l);
void loop_wake(struct loop *l, struct loop_task *lt); /* it is parked */
void loop_rouse(struct loop *l);                      /* parked: it looks what there is to do */
void loop_lingers(struct loop_task *lt, bool does);   /* it keeps nothing from ending */
bool loop_alive(const struct loop *l); /* parked: may anything still happen by itself? */
void loop_kill(struct loop_task *lt, bool fault); /* it does nothing any more */
void loop_check(struct loop_task *lt);            /* has it come to its end? */
void loop_task_end(struct loop_task *lt);
void loop_clear(struct callback *cb); /* a timer or an immediate */
/* What its own function waits for, else what it has started first; NULL: nothing. */
struct callback *loop_reason(const struct loop_task *lt);
void loops_release(struct executor *ex);

/* ---- loop_timers.c ----------------------------------------------------------------------- */

void timers_init(struct loop *l);
void timers_release(struct loop *l);
void timers_start(struct callback *cb, sim_time delay);
void timers_stop(struct callback *cb);
struct callback *timers_next(struct loop *l); /* NULL: none is due */
void timers_returned(struct loop *l); /* the callback that timers_next() gave has returned */
void timers_wait(struct loop *l);     /* the thread parks */
void timers_end(struct loop *l);      /* nothing keeps the loop alive */
void loop_refresh(struct loop *l);

/* ---- loop_promises.c ----------------------------------------------------------------------- */

struct promise *promise_new(struct loop *l, const char *name);
struct promise *promise_use(struct promise *p); /* NULL: none */
void promise_drop(struct loop *l, struct promise *p);
void promise_declare(struct loop_task *lt, const char *name, struct promise *p);
struct promise *promise_find(struct loop_task *lt, const char *name); /* NULL: none */
void promise_react(struct loop *l, struct promise *p, struct callback *cb);
void promise_settle(struct loop *l, struct promise *p, enum promise_state state,
                    struct words *reason, struct loop_task *by, uint32_t place);
void promise_follow(struct loop_task *by, struct promise *p, struct promise *other);
bool promises_report(struct loop *l); /* one rejection; false: there is none left */
void promises_forget(struct loop *l); /* those that would be reported */
/* Of those that `call` names, settled as its verb says; an element has been settled. */
void gather_new(struct loop *l, struct fiber *f, const struct step *step);
void gather_step(struct loop *l, struct callback *cb);
struct promise *promise_named(struct loop_task *lt, const char *name,
                              uint32_t place); /* NULL: a fault */
void microtask_run(struct loop *l, struct callback *cb);

/* ---- loop_calls.c ---------------------------------------------------------------------------- */

/* Carries out what the fiber on top asks, but computing and blocking. */
void loop_call(struct loop *l, struct fiber *f, const struct step *step);

/* ---- loop_pool.c ----------------------------------------------------------------------------- */

void work_submit(struct loops *all, struct callback *job);
void work_next(struct loops *all, struct pool_thread *pt, struct step *out);

/* ---- loop_heap.c ----------------------------------------------------------------------------- */

extern const struct param heap_params[]; /* of struct heap_params */

void heap_init(struct loop *l, const struct heap_params *params);
/* The task is the one that runs, and heap_goes_on() must be asked before it does anything else. */
void heap_allocate(struct loop *l, struct loop_task *lt, int64_t bytes, bool leaks,
                   uint32_t place);
void heap_free(struct loop *l, struct loop_task *lt, int64_t bytes, uint32_t place);
void heap_task_ends(struct loop *l, struct loop_task *lt);
void heap_ends(struct loop *l); /* its process has */

/* Where an allocation goes on: true: `out` is a pause; false: it is made, or the process has
 * ended. */
bool heap_goes_on(struct loop *l, struct step *out);

/* ---- loop_costs.c ---------------------------------------------------------------------------- */

/* Is there something to pay for?  Nobody need ask where no loop is `costly`.  True: `out` is that time.  For the hand-overs, whenever the
 * loop goes on; before it looks for what is ready; before the fiber on top runs. */
bool costs_submit(struct loop *l, struct step *out);
bool costs_poll(struct loop *l, struct step *out);
bool costs_call(struct loop *l, struct step *out);
bool costs_wake(struct loop *l); /* true: it is woken, to poll, for nobody yet */
void costs_done(struct loop *l); /* the loop runs for somebody again, or parks */

/* ---- loop_ports.c ---------------------------------------------------------------------------- */

struct port *port_new(struct loop *l, struct loop_task *of, const char *name);
void port_join(struct port *a, struct port *b);
struct port *port_find(struct loop_task *lt, const char *name); /* NULL: none */
void port_post(struct loop_task *by, struct port *from, struct words *w, enum loop_event event);
void port_listen(struct port *p, uint32_t place, bool unref); /* it is read from now on */
void port_close(struct port *p);                              /* by its owner */
void port_abandon(struct port *p);          /* its owner is gone, or both ends' worker */
struct callback *port_take(struct port *p); /* the next message; NULL: none */
void message_deliver(struct loop *l, struct callback *m);    /* to its listeners */
void message_over(struct callback *m, struct loop_task *by); /* by: who has received it */
void ports_of(struct loop_task *lt);                         /* it has ended */
void ports_visit(struct loop *l); /* the wakeup: from now on, ports_next() */
bool ports_next(struct loop *l);  /* the wakeup goes on; false: it is over */
void loop_wakeup(struct loop *l);
void port_call(struct loop *l, struct fiber *f, const struct step *step);

/* ---- loop_workers.c --------------------------------------------------------------------------- */

void worker_new(struct loop *l, struct fiber *f, const struct step *step);
void worker_stop(struct worker *w);                       /* terminates it */
void worker_fails(struct worker *w, struct words *error); /* takes the use */
void worker_abandon(struct callback *hold);               /* its parent is gone */
void worker_over(struct loop *l, struct loop_task *last); /* its last task is about to end */
bool worker_tells(struct loop *l);                        /* the ends of workers; false: none */
void worker_begins(struct loop *l);
void workers_settle(struct loops *all);
bool worker_keeps(const struct loop_task *lt); /* it has workers that do not hold it */
void workers_look(struct loop *l);             /* ends what lingers, if it is time */
struct loop *loop_numbered(struct loops *all, int32_t number);

/* ---- loop_exits.c ------------------------------------------------------------------------------ */

void listener_new(struct loop *l, struct fiber *f, const struct step *step);
void listeners_of(struct loop_task *lt); /* it has ended */
void listeners_of_port(struct port *p);  /* likewise */
/* Calls those that listen; false: nobody does. */
bool loop_emit(struct loop *l, enum loop_event event, struct port *p, struct words *message,
               struct words *error);
bool loop_emit_to(struct loop *l, enum loop_event event, struct loop_task *lt,
                  struct words *error); /* of the process, on behalf of `lt` */
/* The first who listens, `lt` for one that has ended; NULL: nobody does. */
struct loop_task *loop_listens(const struct loop *l, enum loop_event event,
                               const struct port *p, struct loop_task *lt);
/* Takes the use of `w`.  `text`: how a fault says it; NULL: as for what was thrown. */
void loop_uncaught(struct loop *l, struct loop_task *lt, struct words *w, uint32_t place,
                   const char *text);
void loop_throw(struct loop *l, struct fiber *f, struct words *w, uint32_t place);
void loop_exit(struct loop *l, struct loop_task *by, int code, bool fault);
bool loop_takes_leave(struct loop_task *lt); /* listeners are told first; false: nobody is */
void loop_leaves(struct loop *l);            /* goes on with that */
/* All its tasks end, and it takes none any more.  Requests on their way keep theirs until the
 * reply, as a kernel keeps a process. */
void loop_stop(struct loop *l, bool fault);

/* ---- loop_watch.c: what those see who look into loops --------------------------------------- */

void loop_calls_for(struct loop *l, struct loop_task *lt, const struct callback *cb);
void loop_calls_event(struct loop *l, struct loop_task *lt, uint32_t place); /* a listener */
void loop_calls_main(struct loop *l, struct loop_task *lt);
void watched_length(const struct loop *l, enum loop_queue queue);
void watched_return(struct loop *l);
void watched_frames(const struct fiber *f, bool entered);
void watched_unqueue(struct callback *cb);

/* These stand where callbacks come and go; where nobody looks, a test is all they are. */
static inline void loop_phase(const struct loop *l, enum loop_stage stage)
{
    if (UNLIKELY(l->watched))
        executor_phase(l->ex, l->number, stage, l->iteration);
}

/* So many more stand there. */
static inline void loop_counts(struct loop *l, enum loop_queue queue, int64_t more)
{
    l->queued[queue] += more;
    sim_assert(l->queued[queue] >= 0);
    if (UNLIKELY(l->watched))
        watched_length(l, queue);
}

/* It is called. */
static inline void loop_calls(struct loop *l, const struct callback *cb)
{
    if (UNLIKELY(l->watched))
        loop_calls_for(l, cb->of, cb);
}

/* The callback is over, if one runs. */
static inline void loop_returns(struct loop *l)
{
    if (UNLIKELY(l->calling != NULL))
        watched_return(l);
}

/* Of a fiber that is, or was, on the stack. */
static inline void fiber_frames(const struct fiber *f, bool entered)
{
    if (UNLIKELY(f->of->loop->framed))
        watched_frames(f, entered);
}

static inline void callback_unqueue(struct callback *cb)
{
    if (cb->queued || cb->due)
        watched_unqueue(cb);
}

/* ---- loop_turn.c ----------------------------------------------------------------------------- */

void loop_begins(struct loop_task *lt);                   /* with its own function */
void loop_outermost(struct loop *l, struct callback *cb); /* is called, and a drain follows */
void loop_accepts(struct loop *l);                        /* a task begins */
bool loop_test_alive(struct loop *l); /* who has nothing left ends; false: listeners are told */
void loop_drain(struct loop *l);      /* one step of it */
bool loop_turn(struct loop *l); /* one callback, or one phase further; false: nothing to do */

/* ---- loop_browser.c -------------------------------------------------------------------------- */

bool browser_turn(struct loop *l); /* as loop_turn() */
void browser_timer(struct callback *cb, sim_time delay);
bool browser_timer_stop(struct callback *cb);
void browser_timer_returned(struct loop *l);
void browser_frame(struct callback *cb);

/* ---- event_loop.c ---------------------------------------------------------------------------- */

/* `cb` is ready for the poll. */
void loop_polls(struct loop *l, struct callback *cb);
/* The poll of a parked loop goes once round, and finds nothing. */
void loop_turns(struct loop *l);
void loop_init(struct loops *all, struct loop *l, int32_t index);
void loops_know(struct loops *all, const struct thread *th, int32_t number);

#endif
