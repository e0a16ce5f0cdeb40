/* trace.h - what happened, told once to whoever listens.
 *
 * The machine emits one record for every change of state.  All that a user
 * ever sees is made from those records by sinks: the metrics, the digest that
 * proves two runs equal, the timeline, the checker that proves one run sane.
 * A sink cannot reach back: it is given a const record and nothing else, so
 * listening never changes what happens.  A kind that nobody listens to is not
 * even put together.
 *
 * The life of a task, as the records tell it (`switch` only where the core ran
 * another thread before; `mode` where the task enters or leaves the kernel):
 *
 *   arrive -> ready -> [switch] -> run -> (mode | renew)* -> stop --+--> ready ...
 *               ^                                                   +--> block -> ready ...
 *               |                                                   +--> done
 *               +---- never more than once without a run between
 *
 * A task between `arrive` and its first `run` waits; so does a task on a pool
 * whose thread is not there yet: it has no `ready` record before its thread
 * takes it.
 *
 * A spawned task has a `spawn` record behind its `arrive`; its parent's `join` comes once all
 * children of that name are done.
 *
 * A task is named by its slot, a small number that is used again after `done`;
 * `arrive` says which task of the file it is, so that sinks keep memory
 * proportional to the live tasks.
 */
#ifndef SIM_TRACE_H
#define SIM_TRACE_H

#include "sim/base.h"

/* X(kind, name in output, place, arg, extra).  The name is part of the output
 * format: add kinds freely, rename none. */
#define TRACE_KINDS(X)                                                                       \
    X(ARRIVE, "arrive", "-", "spec: number of the task in the scenario",                     \
      "copy, from 1; 0: the only one")                                                       \
    X(READY, "ready", "queue: its core, or -1", "enum ready_why", "-")                       \
    X(SWITCH, "switch", "core", "cost of the switch, ns",                                    \
      "1: counts as a context switch, 2: a migration, 3: both")                              \
    X(RUN, "run", "core", "enum run_mode", "slice granted, ns")                              \
    X(MODE, "mode", "core", "enum run_mode", "-")                                            \
    X(RENEW, "renew", "core", "-", "slice granted, ns")                                      \
    X(STOP, "stop", "core", "enum stop_why", "-")                                            \
    X(BLOCK, "block", "device or sync object, or -1", "enum block_why",                      \
      "SYNC: number of the place; else 0")                                                   \
    X(DONE, "done", "-", "enum done_why", "-")                                               \
    X(JOB, "job", "-", "completion - absolute deadline, ns", "number of the job, from 1")    \
    X(SUBMIT, "submit", "device", "time of the handshake before it is in the queue, ns",     \
      "number of the request; 0: the only one of its task")                                  \
    X(SERVE, "serve", "device", "service time, ns",                                          \
      "number of the request; 0: the only one of its task")                                  \
    X(SERVED, "served", "device", "-", "number of the request; 0: the only one of its task") \
    X(REPLY, "reply", "device", "-", "number of the request; 0: the only one of its task")   \
    X(IRQ, "irq", "core", "time taken, ns", "device")                                        \
    X(LOG, "log", "core", "-", "-")                                                          \
    X(FAULT, "fault", "core, or -1", "number of the place in the file", "-")                 \
    X(REJECT, "reject", "executor", "spec", "copy")                                          \
    X(QUEUE, "queue", "executor", "tasks that wait for a thread of it", "-")                 \
    X(THREAD, "thread", "executor", "threads it has made so far", "-")                       \
    X(ACCESS, "access", "shared variable", "enum access_how", "number of the place")         \
    X(ACQUIRE, "acquire", "sync object", "enum hold_how", "number of the place")             \
    X(RELEASE, "release", "sync object", "enum hold_how", "number of the place")             \
    X(PRIORITY, "priority", "-", "its priority from now on", "-")                            \
    X(DEADLOCK, "deadlock", "sync object, or -1", "slot of the task that holds it, or -1",   \
      "number of the place where it waits")                                                  \
    X(SPAWN, "spawn", "slot of its parent", "number of the parent's children of one name",   \
      "-")                                                                                   \
    X(JOIN, "join", "-", "number of the children: all of them have ended", "-")              \
    X(TRY, "try", "sync object", "1: asks for it without waiting; 0: and goes on", "-")      \
    X(LOOP, "loop", "executor", "enum loop_fact", "time, ns")                                \
    X(TURN, "turn", "slot of a thread that tasks share",                                     \
      "1: it is the task's turn there; 0: it is over", "-")                                  \
    X(PHASE, "phase", "loop", "enum loop_stage", "iteration: how often it has polled")       \
    X(CALL, "call", "loop", "enum call_kind", "number of the place, or -1")                  \
    X(RETURN, "return", "loop", "-", "-")                                                    \
    X(FRAME, "frame", "loop, or -1", "1: entered; 0: left", "number of the place")           \
    X(QUEUED, "queued", "loop", "enum loop_queue", "its length from now on")                 \
    X(HEAP, "heap", "loop", "bytes used", "bytes of them that nobody needs any more")        \
    X(GC, "gc", "loop", "enum gc_kind", "length of the pause, ns; 0: it is over")            \
    X(SERVES, "serves", "executor", "number of the thread, from 1", "its slot")              \
    X(MEMORY, "memory", "-", "bytes of the machine's memory in use", "-")                    \
    X(ENQUEUE, "enqueue", "loop", "enum loop_queue", "number of the place, or -1")           \
    X(DEQUEUE, "dequeue", "loop", "enum loop_queue", "number of the place, or -1")           \
    X(POST, "post", "number of the port it goes to", "-", "-")                               \
    X(RECEIPT, "receipt", "number of the port it has come to", "1: handled; 0: dropped", "-")

enum trace_kind {
#define X(kind, name, place, arg, extra) TR_##kind,
    TRACE_KINDS(X)
#undef X
        TR_COUNT
};

#define READY_WHYS(X)                                                           \
    X(NEW, "new", "the thread's first time")                                    \
    X(WOKEN, "woken", "what it waited for has happened")                        \
    X(EXPIRED, "expired", "it ran for its whole slice")                         \
    X(PREEMPTED, "preempted", "it lost its core to another")                    \
    X(YIELDED, "yielded", "it gave the core up")                                \
    X(CHANGED, "changed", "dequeued to change its priority or queue, and back") \
    X(LOOP, "loop", "what it waited for has happened; its event loop is busy, or not at it yet")

enum ready_why {
#define X(why, name, help) READY_##why,
    READY_WHYS(X)
#undef X
        READY_COUNT
};

/* Why a task left its core.  NEXT: its pool thread goes on with another task. */
#define STOP_WHYS(X)                                   \
    X(EXPIRED, "expired", "the slice is over")         \
    X(PREEMPTED, "preempted", "another took the core") \
    X(YIELDED, "yielded", "it gave the core up")       \
    X(BLOCKED, "blocked", "it waits for something")    \
    X(DONE, "done", "it has ended")

enum stop_why {
#define X(why, name, help) STOP_##why,
    STOP_WHYS(X)
#undef X
        STOP_COUNT
};

#define BLOCK_WHYS(X)                                                      \
    X(IO, "io", "a request to a device")                                   \
    X(SLEEP, "sleep", "a sleep")                                           \
    X(JOIN, "join", "the end of a task it has spawned")                    \
    X(PERIOD, "period", "the release of its next job")                     \
    X(SYNC, "sync", "a sync object")                                       \
    X(POOL, "pool", "a thread of the loop's pool; of such a thread: work") \
    X(PROMISE, "promise", "a promise")                                     \
    X(MESSAGE, "message", "a message, or the end of a worker")

enum block_why {
#define X(why, name, help) BLOCK_##why,
    BLOCK_WHYS(X)
#undef X
        BLOCK_COUNT
};

/* How a task meets a shared variable.  An `atomic` op reads and writes as one: its records
 * follow one another, and no other task's stand between. */
#define ACCESS_HOWS(X)                                    \
    X(READ, "read", "a step of its own")                  \
    X(WRITE, "write", "a step of its own")                \
    X(ATOMIC_READ, "atomic read", "part of an atomic op") \
    X(ATOMIC_WRITE, "atomic write", "the end of an atomic op")

enum access_how {
#define X(how, name, help) ACCESS_##how,
    ACCESS_HOWS(X)
#undef X
        ACCESS_COUNT
};

/* What a task gets of a sync object, or gives: sole ownership (mutex, spinlock, a writer);
 * shared ownership (a reader); or an order only, owned by nobody: a post happens before the
 * wait that takes it, a send before its receipt, all arrivals at a barrier before all that
 * leave it, a signal before what it wakes.  BACK is the other way round: a receipt happens
 * before the send that gets its room. */
enum hold_how { HOLD_SOLE, HOLD_SHARED, HOLD_ORDER, HOLD_BACK };

/* What a loop tells of itself: a turn begins; a callback had waited for the loop, a piece of
 * work for a thread of the pool; a page renders a frame, so long after the opportunity that was
 * asked for; and, each on its own, opportunities have passed meanwhile that it would have used.
 * And of a thread that switches tasks in user space: how long that takes. */
enum loop_fact {
    LOOP_TURN,
    LOOP_LAG,
    LOOP_POOL_WAIT,
    LOOP_SWITCH,
    LOOP_RENDERED,
    LOOP_DROPPED
};

/* Where a loop is in its round; the first eight are libuv's, in its order (1.45 and later start
 * with `poll`, behind one pass over the timers; before with `timers`), then come a
 * browser's three.  A phase is told when the loop comes to it, whether there is work in it or not.
 * `pending`, `idle` and `prepare` hold nothing that configs can write: no loop tells them. */
#define LOOP_STAGES(X)                                                              \
    X(SCRIPT, "script", "the main script, before the loop begins")                  \
    X(TIMERS, "timers", "timers that are due")                                      \
    X(PENDING, "pending", "callbacks put off by the poll before")                   \
    X(IDLE, "idle", "idle handles")                                                 \
    X(PREPARE, "prepare", "prepare handles")                                        \
    X(POLL, "poll", "what the kernel reports: replies, connections, finished work") \
    X(WAIT, "wait", "blocked in the poll: nothing is ready")                        \
    X(CHECK, "check", "immediates")                                                 \
    X(CLOSING, "closing", "close callbacks")                                        \
    X(TASK, "task", "a task of a browser's task queue")                             \
    X(MICROTASKS, "microtasks", "a browser's microtask checkpoint")                 \
    X(RENDER, "render", "a browser's rendering")                                    \
    X(GONE, "gone", "its process or its worker has ended")

enum loop_stage {
#define X(stage, name, help) STAGE_##stage,
    LOOP_STAGES(X)
#undef X
        STAGE_COUNT
};

/* What a loop runs from its start to its end with nothing of the loop between: a callback, or
 * one tick or microtask of a drain. */
#define CALL_KINDS(X)                                                                          \
    X(SCRIPT, "script", "the main script")                                                     \
    X(TASK, "task", "a task begins: its function, up to its first await")                      \
    X(TIMER, "timer", "a timer's callback, or the end of a sleep")                             \
    X(INTERVAL, "interval", "an interval's callback")                                          \
    X(IMMEDIATE, "immediate", "an immediate's callback")                                       \
    X(TICK, "tick", "a nextTick callback")                                                     \
    X(MICROTASK, "microtask", "a queueMicrotask callback")                                     \
    X(REACTION, "reaction", "a promise's `then` or `catch`")                                   \
    X(ADOPTION, "adoption", "a promise is asked to settle the one that follows it")            \
    X(CONTINUATION, "continuation", "an async function goes on behind its await")              \
    X(IO, "io", "a device has replied")                                                        \
    X(WORK, "work", "a thread of the pool is done")                                            \
    X(JOIN, "join", "the children waited for have ended")                                      \
    X(PERIOD, "period", "the next job of a periodic task is released")                         \
    X(CLOSE, "close", "a close callback")                                                      \
    X(MESSAGE, "message", "a message, or the news of a worker: its start, its error, its end") \
    X(FRAME, "frame", "an animation frame of a browser")                                       \
    X(EVENT, "event", "what listens to the process: to its end, to rejections")

enum call_kind {
#define X(kind, name, help) CALL_##kind,
    CALL_KINDS(X)
#undef X
        CALL_COUNT
};

/* What waits for a loop, or for its pool.  A callback is counted where it could be taken from
 * next: one that a batch has been made of still waits. */
#define LOOP_QUEUES(X)                                                      \
    X(TICKS, "ticks", "nextTick callbacks")                                 \
    X(MICROTASKS, "microtasks", "microtasks and promise reactions")         \
    X(IMMEDIATES, "immediates", "immediates")                               \
    X(TIMERS, "timers", "timers that have been started, due or not")        \
    X(DUE, "due", "of the timers, those that are due")                      \
    X(READY, "ready", "events for the poll: replies, new tasks, done work") \
    X(CLOSING, "closing", "close callbacks")                                \
    X(POOL, "pool", "work that waits for a thread of the pool")

enum loop_queue {
#define X(queue, name, help) LOOP_QUEUE_##queue,
    LOOP_QUEUES(X)
#undef X
        LOOP_QUEUE_COUNT
};

#define GC_KINDS(X)                                         \
    X(SCAVENGE, "scavenge", "of the young generation only") \
    X(MARK_SWEEP, "mark-sweep", "of the whole heap")

enum gc_kind {
#define X(kind, name, help) GC_##kind,
    GC_KINDS(X)
#undef X
        GC_COUNT
};

enum run_mode { RUN_USER, RUN_KERNEL };
enum done_why { DONE_END, DONE_FAULT };

struct trace_rec {
    sim_time at;
    uint8_t kind;     /* enum trace_kind */
    int32_t place;    /* as in TRACE_KINDS, -1: none */
    int32_t task;     /* slot, -1: none */
    int64_t arg;      /* as in TRACE_KINDS */
    int64_t extra;    /* as in TRACE_KINDS */
    const char *text; /* ARRIVE: the name where the task was spawned; LOG, FAULT: the text;
                       * BLOCK for JOIN, SYNC, PROMISE: the name waited for; CALL, ENQUEUE, DEQUEUE: the
                       * name of the timer, the promise or the device, or NULL; FRAME: of the program or the function; else
                       * NULL.  Valid during the call. */
};

struct trace_sink {
    uint64_t kinds;    /* a TRACE_BIT for each kind it wants */
    uint32_t unwanted; /* of QUEUED, a TRACE_QUEUE_BIT for each queue that it can do without */
    void (*record)(struct trace_sink *sink, const struct trace_rec *rec);
    void (*finish)(struct trace_sink *sink, sim_time end); /* may be NULL */
    struct trace_sink *next;
};

#define TRACE_BIT(kind) (UINT64_C(1) << TR_##kind)
#define TRACE_ALL ((UINT64_C(1) << TR_COUNT) - 1)
#define TRACE_QUEUE_BIT(queue) (UINT32_C(1) << LOOP_QUEUE_##queue)
#define TRACE_QUEUES ((UINT32_C(1) << LOOP_QUEUE_COUNT) - 1)

/* What only some ask for.  Detectors: which variables are touched, whose child a task is, which
 * locks were only tried, when tasks of one loop take turns, which messages go from task to
 * task (those of a port are received in the order in which they were posted). */
#define TRACE_ACCESSES                                                         \
    (TRACE_BIT(ACCESS) | TRACE_BIT(SPAWN) | TRACE_BIT(JOIN) | TRACE_BIT(TRY) | \
     TRACE_BIT(TURN) | TRACE_BIT(POST) | TRACE_BIT(RECEIPT))

/* Who looks into event loops.  Of a loop the records say: where it is in its round (PHASE), what
 * it runs there (CALL, RETURN: one at a time), which functions are on the call stack (FRAME;
 * also on threads), how much waits (QUEUED) and what (ENQUEUE, DEQUEUE, told before the length:
 * a callback is the same where task, place and name are; of those the first leaves first).  All that is known of a call ends with it: the
 * frames have been left by then, and the drain behind it is told as calls of its own. */
#define TRACE_LOOPS                                                                  \
    (TRACE_BIT(PHASE) | TRACE_BIT(CALL) | TRACE_BIT(RETURN) | TRACE_BIT(FRAME) |     \
     TRACE_BIT(QUEUED) | TRACE_BIT(ENQUEUE) | TRACE_BIT(DEQUEUE) | TRACE_BIT(HEAP) | \
     TRACE_BIT(GC))

/* Who shows threads: which thread the records of a task are about from now on, told in front of
 * the first of them.  A thread's number is its own for the whole run. */
#define TRACE_THREADS TRACE_BIT(SERVES)

/* Who minds memory: the machine's, and heaps. */
#define TRACE_MEMORY (TRACE_BIT(MEMORY) | TRACE_BIT(HEAP) | TRACE_BIT(GC))

/* What happens, without that.  All of it follows from the rest, as programs do not change; so
 * the digest leaves it out, and a run that nobody looks into pays nothing for it. */
#define TRACE_COURSE \
    (TRACE_ALL & ~(TRACE_ACCESSES | TRACE_LOOPS | TRACE_THREADS | TRACE_MEMORY))

struct trace {
    struct trace_sink *first, **last;  /* told in the order they were attached */
    struct trace_sink *sole[TR_COUNT]; /* who alone wants that kind; NULL: nobody, or several */
    uint64_t kinds;                    /* what anybody wants */
    uint32_t queues;                   /* of QUEUED, likewise */
};

void trace_init(struct trace *tr);

/* The sink stays the caller's, and must outlive the trace. */
void trace_attach(struct trace *tr, struct trace_sink *sink);

void trace_tell(const struct trace *tr, const struct trace_rec *rec);
void trace_finish(struct trace *tr, sim_time end);

static inline bool trace_wants(const struct trace *tr, enum trace_kind kind)
{
    return (tr->kinds >> kind & 1) != 0;
}

static inline bool trace_wants_queue(const struct trace *tr, enum loop_queue queue)
{
    return (tr->queues >> queue & 1) != 0;
}

static inline void trace_emit(const struct trace *tr, sim_time at, enum trace_kind kind,
                              int32_t place, int32_t task, int64_t arg, int64_t extra)
{
    if (trace_wants(tr, kind)) {
        struct trace_rec rec = {at, (uint8_t)kind, place, task, arg, extra, NULL};

        trace_tell(tr, &rec);
    }
}

/* Names as they stand in outputs; NULL past the end. */
const char *trace_kind_name(enum trace_kind kind);
const char *ready_why_name(enum ready_why why);
const char *stop_why_name(enum stop_why why);
const char *block_why_name(enum block_why why);
const char *access_how_name(enum access_how how);
const char *loop_stage_name(enum loop_stage stage);
const char *call_kind_name(enum call_kind kind);
const char *loop_queue_name(enum loop_queue queue);
const char *gc_kind_name(enum gc_kind kind);

#endif
