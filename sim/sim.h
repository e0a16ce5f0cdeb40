/* sim.h - one simulation: a scenario, built and run.
 *
 * What it brings together: the engine's clock, the machine's cores, the devices,
 * the executors, the arrivals and the variables.  Several may live side by side;
 * they share nothing but const tables and, if the caller likes, the scenario.
 *
 *     struct trace trace;                      sinks attached by the caller
 *     struct sim *sim = sim_new(sc, &trace);
 *     enum outcome how = sim_run(sim);         tells the sinks, finishes them
 *     sim_free(sim);
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "sim/base.h"
#include "sim/scenario.h"
#include "sim/trace.h"

/* How a run ended.  X(enumerator, as the result document says it, meaning).  Where several hold,
 * no memory is said before a fault, a fault before a deadlock, and a deadlock before `until`:
 * tasks in a circle of locks wait for ever, whatever else still went on. */
#define OUTCOMES(X)                                                       \
    X(COMPLETED, "completed", "every task has ended")                     \
    X(UNTIL, "until", "the instant `until` was reached")                  \
    X(DEADLOCK, "deadlock", "tasks are left that nothing will ever wake") \
    X(FAULT, "fault", "a task broke a rule; the others ran on")           \
    X(OUT_OF_MEMORY, "out of memory", "the machine's memory was exceeded")

enum outcome {
#define X(name, text, help) OUTCOME_##name,
    OUTCOMES(X)
#undef X
        OUTCOME_COUNT
};

const char *outcome_name(enum outcome outcome);

struct sim;

/* `sc` and `trace` stay the caller's and must outlive the simulation. */
struct sim *sim_new(const struct scenario *sc, struct trace *trace);
void sim_free(struct sim *sim);

/* Runs to the end, once.  Tells trace_finish() the instant of the end. */
enum outcome sim_run(struct sim *sim);

/* Afterwards: the instant of the end; events the engine has fired; bytes that
 * the simulation holds, and the most tasks that were live at once, for benches. */
sim_time sim_end(const struct sim *sim);
uint64_t sim_events(const struct sim *sim);
size_t sim_bytes(const struct sim *sim);
uint32_t sim_live_max(const struct sim *sim);

/* For tests only, before sim_run(): ends after so many events, as at `until`; and see engine_shuffle_ties(). */
void sim_limit_events(struct sim *sim, uint64_t events);
void sim_shuffle_ties(struct sim *sim, uint64_t seed);

#endif
