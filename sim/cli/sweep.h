/* sweep.h - quanta plot --kind sweep: runs files with one value of a parameter after the other. */
#ifndef SIM_CLI_SWEEP_H
#define SIM_CLI_SWEEP_H

#include "sim/cli/args.h"
#include "sim/quanta.h"

struct sweep;

/* Reads and runs.  NULL: complained. */
struct sweep *sweep_run(const struct args *args);
const struct quanta_sweep *sweep_result(const struct sweep *s);
void sweep_free(struct sweep *s);

#endif
