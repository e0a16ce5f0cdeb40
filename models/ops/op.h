/* op.h - what an op of the workload language is.
 *
 * One op is one constant of `struct op_def` in one file, named in table.c.  Its
 * `params` declare its keys: the first row is the op's own key ("cpu"), the
 * others its options.  The reader fills `args_size` bytes from them; `compile`
 * appends the instructions; from then on a task runs instructions only.
 *
 *   { "cpu": "2ms", "kernel": true }  --reader-->  struct cpu_args
 *                                     --compile--> one instruction
 *                                     --exec-->    STEP_RUN, 2 ms
 */
#ifndef MODELS_OPS_OP_H
#define MODELS_OPS_OP_H

#include "sim/base.h"
#include "sim/param.h"
#include "sim/scenario.h"

struct compiler; /* sim/program.h */

struct op_def {
    const char *help;           /* one line */
    const char *source;         /* what it models; NULL: nothing but itself */
    const struct param *params; /* the op's key first, then its options */
    size_t args_size;
    bool enters_kernel; /* costs machine.syscall */

    /* Append its instructions.  The args are valid: the reader has seen to it. */
    void (*compile)(struct compiler *c, const void *args);

    /* What the reader cannot see from the types alone; NULL: nothing.  The
     * message, in `buf` of `size` bytes, is about the option it returns (index
     * into params); -1: all is well. */
    int (*check)(const struct scenario *sc, const void *args, char *buf, size_t size);

    /* Does it work on an event loop only?  Then the index of the option that makes it so, 0:
     * the op itself; -1: it works everywhere.  NULL: everywhere. */
    int (*needs_loop)(const void *args);

    /* On a loop, does the function in which it stands wait for it, and is async therefore?  NULL:
     * never.  `programs`: of each of the scenario, whether it does. */
    bool (*waits)(const void *args, const bool *programs);

    /* Of event loops, it is Node's alone: what is to be said to one who writes it for a browser;
     * or the other way round. */
    const char *not_in_browser;
    bool browser_only;

    /* The same of an option with what it says: its row; what is to be said, NULL: nothing. */
    const char *(*option_of_node)(const void *args, int *row);

    /* Names that ops give to each other: what they are names of ("promise", "timer", "worker"), and
     * the rows of params (NAME, NAMES, AWAIT) that give one or use one, bit 1 << index each. */
    const char *names;
    uint32_t declares, uses;
    bool makes_loop;      /* numbers are kept for it: scenario_loops() */
    bool listens;         /* may be told of exceptions that nobody catches */
    uint32_t named_after; /* ... or, where no row gives one, the program of this row does */
};

bool op_waits(const struct op *op, const bool *programs); /* itself, not what stands in it */
/* Does one of them wait, by itself or by a program that it calls? */
bool ops_wait(struct op_list ops, const bool *programs);
void programs_wait(const struct scenario *sc, bool *programs); /* which were false */
bool op_always_waits(const void *args, const bool *programs);  /* op_def.waits */

extern const struct op_def *const op_defs[]; /* NULL ends it; in the order of the manual */

#endif
