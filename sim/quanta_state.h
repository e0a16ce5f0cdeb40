/* quanta_state.h - what the files of the library share: a config, and how a run is taken. */
#ifndef SIM_QUANTA_STATE_H
#define SIM_QUANTA_STATE_H

#include "sim/config.h"
#include "sim/quanta.h"
#include "sim/recording.h"
#include "sim/sim.h"

struct quanta_config {
    struct recording *recording; /* NULL: not one; else config and scenario are its own */
    struct config *config;
    struct scenario **scenarios; /* of the variants */
    size_t n;
};

/* How a run went, whichever way it was made. */
struct course {
    enum outcome outcome;
    uint64_t events;
    size_t bytes;
    sim_time end;
    char *trouble; /* of a recording that could not be played to its end; the caller's */
};

const struct scenario *quanta_scenario(const struct quanta_config *cfg, size_t variant);

/* Simulates the variant, or plays what was recorded, to all that listen. */
struct course quanta_take(const struct quanta_config *cfg, size_t variant, struct trace *trace);

#endif
