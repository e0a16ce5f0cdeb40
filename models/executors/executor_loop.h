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
 *   loop_exits.c      listeners, the end of a process
 *   loop_uncaught.c   exceptions that nobody catches
 *   loop_watch.c      what it tells those who look into it
 *
 * The types and functions of one subject stand in a header of its own: executor_callback.h (with
 * fibers and promises), loop_timers.h, loop_heap.h, loop_ports.h (with workers and listeners).
 * This one has the loop itself, and the phases of its round.
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
 *   L9  one wakeup: the pool, workers that have ended, then ports in order of creation
 *   X1  who handles uncaught exceptions; X2: then there is no drain; X5: nobody, then the end
 *   X6  rejections: when the drain is done X7  exit: the listeners, and then nothing more
 *   X9  (ours) who listens to a port throws by a tick; others that listen to it go on
 *   D7  a worker begins in its poll phase  TH2 a port: what has come, each with its drain
 */
#ifndef MODELS_EXECUTORS_EXECUTOR_LOOP_H
#define MODELS_EXECUTORS_EXECUTOR_LOOP_H

#include "models/executors/executor.h"
#include "models/executors/executor_callback.h"
#include "models/executors/loop_heap.h"
#include "models/executors/loop_names.h"
#include "models/executors/loop_ports.h"
#include "models/executors/loop_timers.h"
#include "sim/engine.h"
#include "sim/loop_call.h"
#include "sim/words.h"

enum loop_task_state {
    TASK_IS_NEW,     /* has not run */
    TASK_IS_BLOCKED, /* all it has is pending */
    TASK_IS_WAITING, /* could go on */
    TASK_IS_SERVED   /* the thread runs it, or waits for a core to do so */
};

struct loop_costs {
    sim_time turn, poll, dispatch, microtask, handover;
};

struct loop_task {
    struct task *task;
    struct loop *loop;
    struct loop_task *next;   /* in loop->arrivals, loop->finishing */
    struct list started;      /* struct callback */
    struct fiber *loaded;     /* whose registers are in `task` */
    struct callback *waits;   /* its own function does, for this */
    struct task_names *names; /* NULL: it has given none yet */
    struct heap_share heap;
    sim_time arrived;
    uint32_t refs;    /* what keeps it from ending */
    uint32_t unrefs;  /* what waits without keeping it */
    uint32_t ready;   /* callbacks whose turn will come */
    uint32_t leaving; /* listeners to its end */
    uint8_t state;
    bool dead, fault, script, finishing, lingers;
};

enum { SPINS_MAX = 2000000 }; /* pieces of work without time passing: an endless loop */

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
    bool again;   /* the last immediate has thrown: those queued meanwhile are this phase's */
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
    struct port *ports;
    struct visit visit;
    struct worker *ended, **ended_last; /* workers that have, and nobody knows */
    struct worker *worker;              /* whose loop it is; NULL: a process's */
    struct leaving leaving;
    struct callback *once_more; /* TURN: to be queued when the exception has been handled */
    int64_t leavers;            /* listeners to beforeExit there have been */
    bool given_up;              /* nobody was alive even behind those */
    bool thrown;                /* the last callback has: X2 */
    struct {
        const struct port *port;
        enum loop_event event;
    } tells;                    /* what listeners to a port were told last */
    struct callback *keeper;    /* that kept it alive when loop_alive() was asked last */
    int64_t live;               /* its tasks */
    int64_t lingerers;          /* of them, those that end with the others */
    bool dead;                  /* its process has ended: it takes no tasks any more */
    bool stops;                 /* a worker that is terminated */
    bool settles;               /* what only lingers ends ... */
    bool settle_now;            /* ... and has to be looked for */
    bool optional;              /* of an unref'd worker: all its tasks linger */
    bool gone;                  /* a worker's, whose thread ends next */
    uint8_t started;            /* a worker's: 1: it computes its start; 2: its script runs */
    struct task_names *globals; /* of `main`, which has ended */
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
    bool told_gone;                   /* ... and knows that it is dead */
    bool framed;                      /* ... at its call stack */
    bool listed;                      /* ... at what is in its queues */
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
    struct task_names *free_names, *all_names;
    struct gather *free_gathers;
    int32_t *threads; /* of each thread's slot: number of its loop, or -1 - that in the pool */
    uint32_t threads_room;
    char text[300]; /* of waits_for */
};

/* ---- loop_tasks.c ---------------------------------------------------------------------- */

struct loop_task *loop_task_new(struct loop *l, struct task *t);
struct task_names *task_names(struct loop_task *lt); /* made where there are none */
void task_names_over(struct loops *all, struct task_names *names);
void loop_serve(struct loop *l, struct loop_task *lt);
void loop_leave(struct loop *l);
void loop_wake(struct loop *l, struct loop_task *lt); /* it is parked */
void loop_rouse(struct loop *l);                      /* parked: it looks what there is to do */
void loop_lingers(struct loop_task *lt, bool does);   /* it keeps nothing from ending */
bool loop_alive(struct loop *l); /* parked: may anything still happen by itself? */
void loop_kill(struct loop_task *lt, bool fault); /* it does nothing any more */
void loop_check(struct loop_task *lt);            /* has it come to its end? */
void loop_task_end(struct loop_task *lt);
void loop_clear(struct callback *cb); /* a timer or an immediate */
/* What its own function waits for, else what it has started first; NULL: nothing. */
struct callback *loop_reason(const struct loop_task *lt);
void loops_release(struct executor *ex);

/* ---- loop_calls.c ---------------------------------------------------------------------------- */

/* Carries out what the fiber on top asks, but computing and blocking. */
void loop_call(struct loop *l, struct fiber *f, const struct step *step);

/* ---- loop_pool.c ----------------------------------------------------------------------------- */

void work_submit(struct loops *all, struct callback *job);
void work_next(struct loops *all, struct pool_thread *pt, struct step *out);

/* ---- loop_costs.c ---------------------------------------------------------------------------- */

/* What there is to pay for, as `out`: for the hand-overs (loop.owed_kernel), whenever the loop goes
 * on; before it looks for what is ready, if anything (true); before the fiber on top runs
 * (loop.owed). */
void costs_submit(struct loop *l, struct step *out);
bool costs_poll(struct loop *l, struct step *out);
void costs_call(struct loop *l, struct step *out);
bool costs_wake(struct loop *l); /* true: it is woken, to poll, for nobody yet */
void costs_done(struct loop *l); /* it runs itself; it runs for somebody again, or parks */

/* ---- loop_watch.c: what those see who look into loops --------------------------------------- */

void loop_calls_for(struct loop *l, struct loop_task *lt, const struct callback *cb);
void loop_calls_event(struct loop *l, struct loop_task *lt, uint32_t place); /* a listener */
void loop_calls_main(struct loop *l, struct loop_task *lt);
void watched_phase(struct loop *l, enum loop_stage stage);
void watched_length(const struct loop *l, enum loop_queue queue);
void watched_entry(const struct callback *cb, enum loop_queue queue, bool joins);
void watched_return(struct loop *l);
void loop_arrival(struct loop_task *lt, bool joins); /* a task waits to begin, or no longer */
void watched_frames(const struct fiber *f, bool entered);

/* These stand where callbacks come and go; where nobody looks, a test is all they are. */
static inline void loop_phase(struct loop *l, enum loop_stage stage)
{
    if (UNLIKELY(l->watched))
        watched_phase(l, stage);
}

/* So many more stand there; who, is told by callback_counts() and loop_arrival(). */
static inline void loop_counts(struct loop *l, enum loop_queue queue, int64_t more)
{
    l->queued[queue] += more;
    sim_assert(l->queued[queue] >= 0);
    if (UNLIKELY(l->watched))
        watched_length(l, queue);
}

/* One of them is the callback, or it leaves. */
static inline void callback_counts(const struct callback *cb, enum loop_queue queue, bool joins)
{
    if (UNLIKELY(cb->loop->listed))
        watched_entry(cb, queue, joins);
    loop_counts(cb->loop, queue, joins ? 1 : -1);
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

/* ---- loop_turn.c ----------------------------------------------------------------------------- */

void loop_begins(struct loop_task *lt);                   /* with its own function */
void loop_outermost(struct loop *l, struct callback *cb); /* is called, and a drain follows */
void loop_runs_anew(struct loop *l);                      /* after beforeExit */
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
void browser_yield(struct callback *cb);
void browser_drained(struct loop *l); /* no microtask is left */

/* ---- event_loop.c ---------------------------------------------------------------------------- */

/* `cb` is ready for the poll. */
void loop_polls(struct loop *l, struct callback *cb);
/* The poll of a parked loop goes once round, and finds nothing. */
void loop_turns(struct loop *l);
void loop_init(struct loops *all, struct loop *l, int32_t index);
void loops_know(struct loops *all, const struct thread *th, int32_t number);

#endif
