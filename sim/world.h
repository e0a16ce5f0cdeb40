/* world.h - one simulation from inside: what sim/sim.c brings together.
 * For the files of sim/ only. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "models/executors/executor.h"
#include "sim/arena.h"
#include "sim/devices.h"
#include "sim/engine.h"
#include "sim/machine.h"
#include "sim/program.h"
#include "sim/sim.h"
#include "sim/syncs.h"

struct source;

struct sim {
    const struct scenario *sc;
    struct trace *trace;
    struct engine eng;
    struct arena mem;
    struct code code;
    struct machine machine;
    struct device *devices;
    struct executor *executors;
    struct source *sources; /* one a task of the file: arrivals.c */
    struct pool tasks, threads;
    struct sync *syncs;
    struct pool holds;    /* of shared owners */
    struct list words;    /* that live: words.h */
    uint64_t walks;       /* deadlock.c */
    uint64_t idle_rounds; /* rounds since anything else happened: deadlock.c */
    int64_t *vars;
    uint32_t sources_left; /* that may still bring tasks */
    uint32_t tasks_made, broods_made, live_max;
    uint32_t helpers;   /* of the live tasks, those that are nobody's work: host.c */
    uint32_t lingering; /* ... those that end with the others: host.c */
    int32_t ports_made;
    uint64_t faults;
    int64_t memory; /* bytes in use */
    sim_time end;
    bool out_of_memory, endless, over;
    bool deadlocked; /* a cycle of waiting tasks has closed, or nothing ends the spinning */
    bool rehearsing; /* rehearse.c */
};

/* sim.c: the life of a task. */
struct task *task_new(struct sim *sim, int32_t spec, uint64_t copy, uint32_t entry);
void task_submit(struct sim *sim, struct task *t,
                 const char *name);                          /* arrives; may be refused */
void task_done(struct sim *sim, struct task *t, bool fault); /* and is gone */
bool sim_take_memory(struct sim *sim, int64_t bytes);        /* false: the run ends */
void sim_give_memory(struct sim *sim, int64_t bytes);
void sim_stop(struct sim *sim);
void sim_mind_end(struct sim *sim); /* stops it where nothing is left to do */

/* sim.c: what both kinds of executors do when a thread turns to a task. */
void executor_serve(struct executor *ex, struct thread *th, struct task *t);

/* host_waits.c: the stand-in of `t`, if it has one, is not needed any more; what a stand-in waited
 * for has happened. */
void stand_in_leaves(struct sim *sim, struct task *t);
void stand_in_woken(struct sim *sim, struct thread *u);

/* arrivals.c */
void sources_init(struct sim *sim);
void sources_release(struct sim *sim);
bool sources_pending(const struct sim *sim); /* will tasks arrive whatever the others do? */
void source_task_done(struct sim *sim, int32_t spec, uint64_t copy);

#endif
