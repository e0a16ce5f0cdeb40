/* workload.h - random workloads, as the text of configs. */
#ifndef TESTS_WORKLOAD_H
#define TESTS_WORKLOAD_H

#include "sim/base.h"

enum workload_flag {
    WORKLOAD_PLAIN = 1, /* nothing drawn at random while it runs, no expressions */
    WORKLOAD_RR = 2,    /* round robin with a quantum that never ends */
    WORKLOAD_FIFO = 4,
    WORKLOAD_RENAMED = 8, /* other names */
    WORKLOAD_SLOW = 16,   /* the unit is ms instead of us */
    WORKLOAD_LATE = 32,   /* one more task, long after the others */
    WORKLOAD_SYNC = 64,   /* locks and other sync objects, deadlocks and faults among them */
};

/* The same seed and flags give the same text; with other flags it differs by what they say
 * alone.  The caller frees it.  *cpu: the sum of its bursts where it is plain, in its unit. */
char *workload(uint64_t seed, unsigned flags, int64_t *cpu);

#endif
