/* loop_call.h - what an op asks of the event loop that runs it.
 *
 * Such an op is one instruction that returns a STEP_LOOP; the executor carries it out.  Code
 * that runs later (a callback) stands in place, behind a jump over it, and ends with an
 * instruction that ends its fiber:
 *
 *     [call, entry] [jump] entry: [op] [op] [end] [next op of the caller] ...
 */
#ifndef SIM_LOOP_CALL_H
#define SIM_LOOP_CALL_H

#include "sim/base.h"

enum loop_verb {
    LOOP_TIMEOUT,
    LOOP_INTERVAL,
    LOOP_CLEAR, /* a timer, by its name */
    LOOP_IMMEDIATE,
    LOOP_TICK,
    LOOP_MICROTASK,
    LOOP_PROMISE, /* a new one, pending */
    LOOP_RESOLVE,
    LOOP_REJECT,
    LOOP_THEN,
    LOOP_ASYNC,
    LOOP_AWAIT, /* a promise, or a settled value */
    LOOP_IO,    /* started, not waited for */
    LOOP_WORK,  /* on the pool */
    LOOP_CLOSE,
    LOOP_FRAME, /* of a browser */
    LOOP_ALLOCATE,
    LOOP_FREE,
    LOOP_LISTEN,     /* `event` of the process, or of a worker or a port: `name` */
    LOOP_WORKER,     /* a new one: `name`, which runs `program` */
    LOOP_TERMINATE,  /* a worker, by its name */
    LOOP_CHANNEL,    /* two ports: `name` and `with` */
    LOOP_POST,       /* the step's words, through a worker or a port */
    LOOP_RECEIVE,    /* what has come to a port */
    LOOP_CLOSE_PORT, /* by its name */
    LOOP_ALL,        /* a promise of several: `names` */
    LOOP_ALL_SETTLED,
    LOOP_ANY,
    LOOP_RACE,
    LOOP_REF,  /* a timer or an immediate, by its name: it holds its task */
    LOOP_UNREF /* ... or not */
};

/* What a listener is told of.  X(enumerator, name, what it is of, meaning) */
#define LOOP_EVENTS(X)                                                           \
    X(MESSAGE, "message", PORT, "a message has come")                            \
    X(ONLINE, "online", WORKER, "it begins with its script")                     \
    X(ERROR, "error", WORKER, "it has thrown what nobody catches: ${error}")     \
    X(EXIT, "exit", BOTH,                                                        \
      "it has ended, with the code ${message}; the task itself is about to")     \
    X(CLOSED, "close", PORT, "the port is closed")                               \
    X(BEFORE_EXIT, "beforeExit", PROCESS, "nothing is left that keeps the task") \
    X(UNCAUGHT, "uncaughtException", PROCESS, "nobody has caught ${error}")      \
    X(UNHANDLED, "unhandledRejection", PROCESS, "nobody handles a rejection: ${error}")

enum loop_event {
#define X(event, name, of, help) EVENT_##event,
    LOOP_EVENTS(X)
#undef X
        EVENT_COUNT
};

struct loop_call {
    enum loop_verb verb;
    uint32_t entry;    /* of the callback, of the function; 0: none */
    uint32_t rejected; /* THEN: of what runs instead where the promise is rejected; 0: none */
    const char *name;  /* of a timer or a promise; NULL: none */
    const char *frame; /* ASYNC: what call stacks say; NULL: the call in it says so itself */
    const char *with;  /* RESOLVE: a promise that it follows; THEN, ASYNC: their own promise */
    bool unref;        /* does not keep its task from ending */
    bool awaited;      /* ASYNC, WORK: the caller waits for it */
    bool leaks;        /* ALLOCATE: nobody frees it */
    uint8_t event;     /* LISTEN: enum loop_event */
    int32_t program;   /* WORKER */
    const char *const *names; /* ALL ... RACE */
    size_t nnames;
};

#endif
