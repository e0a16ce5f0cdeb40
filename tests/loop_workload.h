/* loop_workload.h - random programs for event loops, as the text of configs. */
#ifndef TESTS_LOOP_WORKLOAD_H
#define TESTS_LOOP_WORKLOAD_H

#include "sim/base.h"

/* One executor of up to three loops with a pool and workers, with or without a heap and costs, in
 * either of Node's flavours, and a thread that competes with them, under each policy in turn.  Tasks
 * may fault or wait for ever; what each seed gives ends.  The caller frees it. */
char *loop_workload(uint64_t seed);

#endif
