#include "plots/sched_events.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/executors/executor.h"

enum { PID_BASE = 1000 };

/* An interrupt that a core has yet to go through. */
struct kirq {
    sim_time from, to;
    int32_t device;
    bool begun;
};

struct kcore {
    struct kthread *current;
    bool
        leaving; /* `current` has stopped in this instant; what becomes of it is not known yet */
    bool woken;  /* ... and is ready again */
    char state;  /* ... with this state */
    bool switching; /* the cost of the switch to `current` is being paid */
    sim_time irq_until;
    struct kirq *irqs; /* in order; the first of them is number `irq_first` */
    size_t nirqs, irq_first, irq_room;
};

/* The threads of an executor that are of one process. */
struct kgroup {
    int32_t tgid; /* 0: none yet */
    int64_t made;
};

void sched_events_init(struct sched_events *ev, const struct scenario *sc, sched_event_fn *tell,
                       void *to)
{
    memset(ev, 0, sizeof(*ev));
    ev->sc = sc;
    ev->tell = tell;
    ev->to = to;
    task_names_init(&ev->names, sc);
    ev->cores = sim_calloc((size_t)sc->machine.ncores, sizeof(*ev->cores));
    ev->groups = sim_calloc((size_t)sc->nexecutors, sizeof(*ev->groups));
}

void sched_events_release(struct sched_events *ev)
{
    for (int32_t i = 0; i < ev->sc->machine.ncores; i++) {
        if (ev->cores[i].current && ev->cores[i].current->outlived)
            free(ev->cores[i].current);
        free(ev->cores[i].irqs);
    }
    for (size_t i = 0; i < ev->nthreads; i++)
        free(ev->threads[i]);
    free(ev->threads);
    free(ev->thread_of);
    free(ev->cores);
    free(ev->groups);
    task_names_release(&ev->names);
}

uint32_t sched_state_bits(char state)
{
    switch (state) {
    case 'S':
        return 1; /* TASK_INTERRUPTIBLE */
    case 'D':
        return 2; /* TASK_UNINTERRUPTIBLE */
    case 'X':
        return 16; /* EXIT_DEAD */
    default:
        return 0;
    }
}

static void tell(struct sched_events *ev, struct sched_event event)
{
    event.at = ev->now + SCHED_EVENTS_START;
    event.context = event.core >= 0 ? ev->cores[event.core].current : NULL;
    ev->tell(ev->to, &event);
}

static void tell_thread(struct sched_events *ev, enum sched_event_kind kind,
                        const struct kthread *th, int32_t core)
{
    tell(ev, (struct sched_event){.kind = kind, .thread = th, .core = core});
}

/* ---- threads ---------------------------------------------------------------------------- */

/* At most 15 bytes, no spaces and no half characters; the number of a copy is kept whole. */
static void make_comm(char comm[COMM_SIZE], const char *name)
{
    const char *number = strrchr(name, '#');
    size_t len = strlen(name), tail = number ? strlen(number) : 0, head;

    if (len < COMM_SIZE || tail >= COMM_SIZE - 1)
        tail = 0;
    head = len - tail < COMM_SIZE - 1 - tail ? len - tail : COMM_SIZE - 1 - tail;
    while (head > 0 && head < len && ((unsigned char)name[head] & 0xC0) == 0x80)
        head--;
    memset(comm, 0, COMM_SIZE);
    (void)snprintf(comm, COMM_SIZE, "%.*s%s", (int)head, name, tail > 0 ? number : "");
    for (char *c = comm; *c; c++)
        if ((unsigned char)*c <= ' ' || *c == 127)
            *c = '_';
}

/* A pool's and a loop's threads are of one process, named after the executor; a task that has
 * its own is a process, so that viewers that colour by process tell tasks apart. */
static void name_thread(struct sched_events *ev, struct kthread *th,
                        const struct trace_rec *rec)
{
    const struct executor_spec *spec = &ev->sc->executors[rec->place];
    struct kgroup *group = &ev->groups[rec->place];
    char buf[TASK_NAME_SIZE];

    if (!th->shared) {
        make_comm(th->comm, task_names_of(&ev->names, rec->task));
        th->process = th->comm;
        return;
    }
    if (group->tgid == 0)
        group->tgid = th->pid;
    th->tgid = group->tgid;
    th->process = spec->name;
    if (task_names_helper(&ev->names, rec->task)) {
        make_comm(th->comm, task_names_of(&ev->names, rec->task));
        return;
    }
    group->made++;
    if (spec->model->is_loop && group->made == 1)
        (void)snprintf(buf, sizeof(buf), "%s", spec->name);
    else
        (void)snprintf(buf, sizeof(buf), "%s#%" PRId64, spec->name, group->made);
    make_comm(th->comm, buf);
}

static int32_t pid_of(int64_t number)
{
    return PID_BASE + (int32_t)(number % (INT32_MAX - PID_BASE));
}

/* Where the thread of that slot is kept. */
static struct kthread **slot_of(struct sched_events *ev, size_t slot)
{
    ev->threads = array_reach(ev->threads, &ev->nthreads, slot, sizeof(struct kthread *));
    return &ev->threads[slot];
}

/* A slot's next thread.  The one before may have ended in this very instant: its core still has
 * it then, and gives it back when it turns to another. */
static struct kthread *new_thread(struct kthread **slot, int64_t number)
{
    if (*slot && (*slot)->core >= 0) {
        (*slot)->outlived = true;
        *slot = NULL;
    }
    if (!*slot)
        *slot = sim_calloc(1, sizeof(struct kthread));
    **slot = (struct kthread){.number = number, .core = -1, .last_core = -1, .task = -1};
    (*slot)->pid = (*slot)->tgid = pid_of(number);
    return *slot;
}

static void serves(struct sched_events *ev, const struct trace_rec *rec)
{
    const struct executor_model *model = ev->sc->executors[rec->place].model;
    struct kthread **slot = slot_of(ev, (size_t)rec->extra), *th = *slot;

    if (!th || th->number != rec->arg) {
        th = new_thread(slot, rec->arg);
        th->shared = model->is_loop || model->queues_tasks;
        name_thread(ev, th, rec);
        tell_thread(ev, SE_THREAD, th, -1);
    }
    ev->told = true;
    th->task = rec->task;
    ev->thread_of =
        array_reach(ev->thread_of, &ev->ntasks, (size_t)rec->task, sizeof(*ev->thread_of));
    ev->thread_of[rec->task] = (int32_t)rec->extra + 1;
    if (th->shared)
        tell(ev, (struct sched_event){.kind = SE_SERVE,
                                      .thread = th,
                                      .core = th->core,
                                      .task = task_names_of(&ev->names, rec->task)});
}

static struct kthread *thread_of(const struct sched_events *ev, int32_t task)
{
    if (task < 0 || (size_t)task >= ev->ntasks || ev->thread_of[task] == 0)
        return NULL;
    return ev->threads[ev->thread_of[task] - 1];
}

const struct kthread *sched_events_thread(const struct sched_events *ev, int32_t task)
{
    return thread_of(ev, task);
}

/* The thread of a task that becomes ready or runs. */
static struct kthread *thread_for(struct sched_events *ev, int32_t task)
{
    struct kthread *th = thread_of(ev, task);

    if (th || task < 0 || ev->told)
        return th;
    th = new_thread(slot_of(ev, (size_t)task), ++ev->made);
    ev->thread_of =
        array_reach(ev->thread_of, &ev->ntasks, (size_t)task, sizeof(*ev->thread_of));
    ev->thread_of[task] = task + 1;
    th->task = task;
    make_comm(th->comm, task_names_of(&ev->names, task));
    th->process = th->comm;
    tell_thread(ev, SE_THREAD, th, -1);
    return th;
}

static void serves_nobody(struct sched_events *ev, struct kthread *th)
{
    th->task = -1;
    if (th->shared)
        tell_thread(ev, SE_SERVE, th, th->core);
}

/* ---- cores -------------------------------------------------------------------------------- */

static void wake(struct sched_events *ev, struct kthread *th, int32_t core)
{
    if (th->ready)
        return;
    if (core < 0)
        core = th->last_core >= 0 ? th->last_core : 0;
    tell(ev, (struct sched_event){.kind = SE_WAKE, .thread = th, .core = core});
    th->ready = true;
    th->since = ev->now;
}

static void cost_ends(struct sched_events *ev, int32_t core)
{
    struct kcore *c = &ev->cores[core];

    if (c->switching)
        tell_thread(ev, SE_COST_END, c->current, core);
    c->switching = false;
}

/* The core turns from what it has to `next`. */
static void turn_to(struct sched_events *ev, int32_t core, struct kthread *next)
{
    struct kcore *c = &ev->cores[core];
    struct kthread *prev = c->current;
    bool woken = prev && c->leaving && c->woken, last;

    cost_ends(ev, core);
    if (next && next->last_core >= 0 && next->last_core != core)
        tell(ev, (struct sched_event){.kind = SE_MIGRATE,
                                      .thread = next,
                                      .core = core,
                                      .from_core = next->last_core});
    tell(ev, (struct sched_event){.kind = SE_SWITCH,
                                  .core = core,
                                  .prev = prev,
                                  .next = next,
                                  .ran = prev ? ev->now - prev->since : 0,
                                  .state = c->leaving ? c->state : 'R'});
    last = prev && c->leaving && c->state == 'X';
    if (prev) {
        prev->core = -1;
        prev->since = ev->now;
        prev->ready = !c->leaving || c->state == 'R';
    }
    c->current = next;
    c->leaving = c->woken = false;
    if (next) {
        next->core = next->last_core = core;
        next->ready = false;
        next->since = ev->now;
    }
    if (woken)
        wake(ev, prev, core);
    if (last)
        tell_thread(ev, SE_GONE, prev, core);
    if (prev && prev->outlived)
        free(prev);
}

/* The instant is over: threads that have left their core, and nobody came, are off. */
static void settle(struct sched_events *ev)
{
    if (!ev->unsettled)
        return;
    ev->unsettled = false;
    for (int32_t i = 0; i < ev->sc->machine.ncores; i++)
        if (ev->cores[i].leaving)
            turn_to(ev, i, NULL);
}

static void on_core(struct sched_events *ev, int32_t core, struct kthread *th)
{
    struct kcore *c = &ev->cores[core];

    if (c->current == th) {
        c->leaving = c->woken = false;
        return;
    }
    if (th->core >= 0)
        turn_to(ev, th->core, NULL);
    turn_to(ev, core, th);
}

static void leaves(struct sched_events *ev, struct kthread *th, char state)
{
    struct kcore *c = &ev->cores[th->core];

    sim_assert(c->current == th);
    cost_ends(ev, th->core);
    c->leaving = true;
    c->woken = false;
    c->state = state;
    ev->unsettled = true;
}

/* ---- interrupts ----------------------------------------------------------------------------- */

/* They come one behind the other on their core. */
static void interrupt(struct sched_events *ev, const struct trace_rec *rec)
{
    struct kcore *c = &ev->cores[rec->place];
    sim_time from = c->irq_until > rec->at ? c->irq_until : rec->at;

    if (rec->arg <= 0)
        return;
    c->irq_until = time_add(from, rec->arg);
    if (c->irq_first > 0 && c->irq_first == c->nirqs)
        c->irq_first = c->nirqs = 0;
    if (c->nirqs == c->irq_room) {
        c->irq_room = c->irq_room ? 2 * c->irq_room : 16;
        c->irqs = sim_realloc(c->irqs, c->irq_room * sizeof(*c->irqs));
    }
    c->irqs[c->nirqs++] = (struct kirq){from, c->irq_until, (int32_t)rec->extra, false};
    ev->irqs = true;
}

/* The begin or end of an interrupt that comes first, up to `until`; false: there is none. */
static bool next_irq(struct sched_events *ev, sim_time until)
{
    struct kcore *first = NULL;
    sim_time at = SIM_NEVER;

    for (int32_t i = 0; i < ev->sc->machine.ncores; i++) {
        struct kcore *c = &ev->cores[i];
        const struct kirq *irq = &c->irqs[c->irq_first];

        if (c->irq_first == c->nirqs)
            continue;
        if ((irq->begun ? irq->to : irq->from) < at) {
            at = irq->begun ? irq->to : irq->from;
            first = c;
        }
    }
    ev->irqs = first != NULL;
    if (!first || at > until)
        return false;
    ev->now = at > ev->now ? at : ev->now;
    tell(ev, (struct sched_event){.kind = first->irqs[first->irq_first].begun ? SE_IRQ_END
                                                                              : SE_IRQ_BEGIN,
                                  .core = (int32_t)(first - ev->cores),
                                  .device = first->irqs[first->irq_first].device});
    if (first->irqs[first->irq_first].begun)
        first->irq_first++;
    else
        first->irqs[first->irq_first].begun = true;
    return true;
}

static void advance(struct sched_events *ev, sim_time to)
{
    if (to <= ev->now)
        return;
    settle(ev);
    while (ev->irqs && next_irq(ev, to)) {
    }
    ev->now = to;
}

/* ---- records -------------------------------------------------------------------------------- */

static void ready(struct sched_events *ev, const struct trace_rec *rec)
{
    struct kthread *th = rec->arg == READY_LOOP ? NULL : thread_for(ev, rec->task);

    if (!th)
        return; /* the task waits for its loop, not a thread for a core */
    if (rec->arg == READY_NEW || rec->arg == READY_WOKEN) {
        if (th->core < 0)
            wake(ev, th, rec->place);
        else if (ev->cores[th->core].leaving && ev->cores[th->core].state != 'R')
            ev->cores[th->core].woken = true;
    } else if (th->core >= 0) {
        leaves(ev, th, 'R'); /* perhaps before its switch was over */
    }
}

static void stop(struct sched_events *ev, const struct trace_rec *rec)
{
    struct kthread *th = thread_of(ev, rec->task);

    if (!th || th->core != rec->place)
        return;
    switch ((enum stop_why)rec->arg) {
    case STOP_BLOCKED:
        leaves(ev, th, 'S');
        break;
    case STOP_DONE:
        leaves(ev, th, th->shared ? 'S' : 'X');
        break;
    default:
        leaves(ev, th, 'R');
        break;
    }
}

/* A device is waited for without being interruptible, as kernels do for disks. */
static void block(struct sched_events *ev, const struct trace_rec *rec)
{
    const struct kthread *th = thread_of(ev, rec->task);

    if (th && th->task == rec->task && th->core >= 0 && ev->cores[th->core].leaving &&
        rec->arg == BLOCK_IO)
        ev->cores[th->core].state = 'D';
}

static void run(struct sched_events *ev, const struct trace_rec *rec)
{
    struct kthread *th = thread_for(ev, rec->task);
    struct kcore *c = &ev->cores[rec->place];

    if (!th)
        return;
    if (rec->kind == TR_RUN && c->current == th)
        cost_ends(ev, rec->place);
    on_core(ev, rec->place, th);
    if (rec->kind == TR_SWITCH && rec->arg > 0) {
        tell_thread(ev, SE_COST_BEGIN, th, rec->place);
        c->switching = true;
    }
}

void sched_events_record(struct sched_events *ev, const struct trace_rec *rec)
{
    struct kthread *th;

    advance(ev, rec->at);
    switch ((enum trace_kind)rec->kind) {
    case TR_ARRIVE:
        task_names_arrive(&ev->names, rec);
        break;
    case TR_SERVES:
        serves(ev, rec);
        break;
    case TR_READY:
        ready(ev, rec);
        break;
    case TR_SWITCH:
    case TR_RUN:
        run(ev, rec);
        break;
    case TR_STOP:
        stop(ev, rec);
        break;
    case TR_BLOCK:
        block(ev, rec);
        break;
    case TR_TURN:
        if (rec->arg == 0 && (th = thread_of(ev, rec->task)))
            serves_nobody(ev, th);
        break;
    case TR_DONE:
        th = thread_of(ev, rec->task);
        if (th && th->task == rec->task)
            serves_nobody(ev, th);
        if ((size_t)rec->task < ev->ntasks)
            ev->thread_of[rec->task] = 0;
        break;
    case TR_IRQ:
        interrupt(ev, rec);
        break;
    default:
        break;
    }
}

void sched_events_finish(struct sched_events *ev, sim_time end)
{
    advance(ev, end);
    settle(ev);
    for (int32_t i = 0; i < ev->sc->machine.ncores; i++)
        if (ev->cores[i].current)
            turn_to(ev, i, NULL); /* it would have gone on */
    for (int32_t i = 0; i < ev->sc->machine.ncores; i++) {
        struct kcore *c = &ev->cores[i];

        if (c->irq_first < c->nirqs && c->irqs[c->irq_first].begun)
            tell(ev, (struct sched_event){.kind = SE_IRQ_END,
                                          .core = i,
                                          .device = c->irqs[c->irq_first].device});
    }
    ev->now = time_add(ev->now, MS(1));
    for (int32_t i = 0; i < ev->sc->machine.ncores; i++)
        tell(ev, (struct sched_event){.kind = SE_CLOSE, .core = i});
}
