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
    LOOP_ALLOCATE,
    LOOP_FREE
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
};

#endif
