/* sched_events.h - a run as a kernel would have traced it: what the exports for kernel tools
 * (Perfetto, perf, trace-cmd, KernelShark, LTTng's readers) have in common.
 *
 * Those tools know threads with a pid, which cores switch between.  So what they get are our
 * threads, not our tasks: a task that has a thread of its own lends it its name; the threads of
 * a pool and of an event loop have names of their own, and their tasks come and go on them.
 *
 *   wake     a thread that waited is ready; where it would run
 *   switch   a core turns from `prev` (NULL: it was idle) to `next` (NULL: it will be)
 *   cost     the time that the switch takes, at the start of the incoming thread
 *   irq      an interrupt, which belongs to no thread: begin, end
 *   serve    the thread's task from now on; NULL: none.  Threads that tasks share only
 *   migrate  in front of a switch to a thread that ran on another core before
 *   close    the end has come; once a core, a millisecond later, so that the last stretch of
 *            each core has something behind it
 *
 * Events come in order of time.  What happens on a core within one instant is told as one
 * switch; a thread that leaves a core and has it back in the same instant has not left it.
 *
 * A trace without SERVES records, as an imported one, has a thread a task.
 *
 * Times begin at one second, pids at 1001: readers take 0 for "none".
 *
 * Differs from a kernel: the cost of a switch is a kernel's own time in front of the switch;
 * here the core is the incoming thread's from the start of it, as our switch records say.
 * Waiting ends with that, so it is shorter by the cost than in the result document. */
#ifndef PLOTS_SCHED_EVENTS_H
#define PLOTS_SCHED_EVENTS_H

#include "plots/task_names.h"
#include "sim/scenario.h"
#include "sim/trace.h"

#define SCHED_EVENTS_START SEC(1)

enum { COMM_SIZE = 16, COMM_IDLE_PID = 0 };

/* A thread as a kernel shows it. */
struct kthread {
    int64_t number; /* of the run's threads; 0: nobody */
    int32_t pid, tgid;
    char comm[COMM_SIZE]; /* 15 bytes at most, no spaces */
    const char *process;  /* the name of its group of threads; of one that is alone, comm */
    bool shared;          /* tasks come and go on it */
    int32_t core;         /* it is on; -1: none */
    int32_t last_core;    /* -1: none yet */
    int32_t task;         /* slot of the one it serves; -1: none */
    bool ready;           /* waits for a core */
    bool outlived;        /* its slot is another's already; its core is turning from it */
    sim_time since;       /* in its present state: running, ready or waiting */
};

enum sched_event_kind {
    SE_THREAD, /* seen for the first time */
    SE_WAKE,
    SE_MIGRATE,
    SE_SWITCH,
    SE_COST_BEGIN,
    SE_COST_END,
    SE_IRQ_BEGIN,
    SE_IRQ_END,
    SE_SERVE,
    SE_GONE, /* no event is about it any more */
    SE_CLOSE
};

struct sched_event {
    enum sched_event_kind kind;
    sim_time at; /* with SCHED_EVENTS_START added */
    int32_t core;
    const struct kthread *prev, *next; /* SWITCH; NULL: idle */
    const struct kthread *thread;      /* all others but IRQ, CLOSE */
    const struct kthread *context;     /* what the core runs as it happens; NULL: nobody */
    char state;                        /* SWITCH: of prev: R, S, D or X */
    sim_time ran;                      /* SWITCH: how long prev has been on the core */
    int32_t from_core;                 /* MIGRATE */
    int32_t device;                    /* IRQ */
    const char *task;                  /* SERVE: its name; NULL: none */
};

struct kcore;
struct sched_events;
typedef void sched_event_fn(void *to, const struct sched_event *event);

struct sched_events {
    const struct scenario *sc;
    struct task_names names;
    sched_event_fn *tell;
    void *to;
    struct kcore *cores;
    struct kthread **threads; /* by slot; each stays where it is until it is off its core */
    size_t nthreads;
    int32_t *thread_of; /* task slots: slot of their thread plus one; 0: none */
    size_t ntasks;
    struct kgroup *groups; /* executors */
    int64_t made;          /* threads, where no records tell of them */
    sim_time now;
    bool told;      /* records have said whose threads serve tasks */
    bool unsettled; /* some core is leaving a thread */
    bool irqs;      /* some core has an interrupt ahead */
};

/* Kinds of records that it wants; others are ignored. */
#define SCHED_EVENTS_KINDS                                                                    \
    (TRACE_BIT(ARRIVE) | TRACE_BIT(SERVES) | TRACE_BIT(READY) | TRACE_BIT(SWITCH) |           \
     TRACE_BIT(RUN) | TRACE_BIT(STOP) | TRACE_BIT(BLOCK) | TRACE_BIT(DONE) | TRACE_BIT(IRQ) | \
     TRACE_BIT(TURN))

void sched_events_init(struct sched_events *ev, const struct scenario *sc, sched_event_fn *tell,
                       void *to);
void sched_events_release(struct sched_events *ev);

/* Says what has come of earlier records before it looks at this one: formats that write more
 * than these events call it first. */
void sched_events_record(struct sched_events *ev, const struct trace_rec *rec);
void sched_events_finish(struct sched_events *ev, sim_time end);

/* The thread of a task; NULL: none yet. */
const struct kthread *sched_events_thread(const struct sched_events *ev, int32_t task);

/* prev_state as kernels write it: a bit; R is none. */
uint32_t sched_state_bits(char state);

#endif
