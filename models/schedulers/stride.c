/* stride.c - the thread with the smallest pass runs; its pass grows by what it ran, over its
 * tickets.
 *
 * Passes are in units of 2^-10 ns of CPU time to a ticket:
 *
 *     pass += floor((ran * 2^10 + rest) / tickets), rest = the remainder,
 *
 * so that no share drifts; a stride is quantum * 2^10 / tickets.  64 bits hold 52 days of
 * running on one ticket.  The global pass grows alike with all CPU time over all active
 * tickets.  Who leaves keeps how far it is from the global pass, and comes back as far from
 * it; a new one is a whole stride behind. */
#include "models/schedulers/ready_tree.h"
#include "sim/scenario.h"

enum { FINE = 1 << 10 };

struct stride_params {
    sim_time quantum;
};

struct stride_thread {
    struct ready_node node;
    int64_t pass; /* of a thread that is not active: from the global pass */
    int64_t rest; /* of the division, below `tickets` */
    int64_t tickets;
    bool active; /* READY or RUNNING, in one queue */
};

struct stride {
    struct ready_tree ready;
    int64_t pass, rest; /* global */
    int64_t tickets;    /* of the active */
};

static int64_t add(int64_t a, int64_t b)
{
    int64_t sum;

    return add_i64(a, b, &sum) ? sum : INT64_MAX;
}

/* pass += ran * FINE / tickets: with ran = q * tickets + r it is q * FINE, and what r and the
 * remainder before it give. */
static void advance(int64_t *pass, int64_t *rest, sim_time ran, int64_t tickets)
{
    int64_t q = ran / tickets, part = ran % tickets * FINE + *rest;

    *pass = add(*pass, q < INT64_MAX / FINE ? q * FINE : INT64_MAX);
    *pass = add(*pass, part / tickets);
    *rest = part % tickets;
}

static void join(struct sched *s, struct stride_thread *st)
{
    struct stride *sd = s->state;

    if (st->active)
        return;
    st->active = true;
    st->pass = add(sd->pass, st->pass);
    sd->tickets += st->tickets;
}

static void leave(struct sched *s, struct stride_thread *st)
{
    struct stride *sd = s->state;

    st->active = false;
    st->pass -= sd->pass;
    sd->tickets -= st->tickets;
}

/* A new task: a stride behind the global pass. */
static void begin(struct sched *s, struct thread *t)
{
    const struct stride_params *params = s->params;
    struct stride_thread *st = sched_thread(s, t);

    st->tickets = sched_spec(s, t)->tickets;
    st->pass = st->rest = 0;
    advance(&st->pass, &st->rest, params->quantum, st->tickets);
}

static void stride_enqueue(struct sched *s, struct thread *t, enum ready_why why)
{
    struct stride_thread *st = sched_thread(s, t);

    if (why == READY_NEW)
        begin(s, t);
    join(s, st);
    ready_tree_insert(s->state, &st->node, st->pass,
                      why == READY_PREEMPTED ? READY_FRONT : READY_BACK);
}

/* Perhaps for another queue. */
static void stride_dequeue(struct sched *s, struct thread *t)
{
    ready_tree_dequeue(s, t);
    leave(s, sched_thread(s, t));
}

static void stride_start(struct sched *s, struct thread *t)
{
    join(s, sched_thread(s, t));
}

static void stride_charge(struct sched *s, struct thread *t, sim_time ran)
{
    struct stride *sd = s->state;
    struct stride_thread *st = sched_thread(s, t);

    advance(&st->pass, &st->rest, ran, st->tickets);
    advance(&sd->pass, &sd->rest, ran, sd->tickets);
}

static void stride_stop(struct sched *s, struct thread *t, enum stop_why why)
{
    if (why == STOP_BLOCKED || why == STOP_DONE)
        leave(s, sched_thread(s, t));
}

static void stride_renew(struct sched *s, struct thread *t)
{
    struct stride_thread *st = sched_thread(s, t);

    leave(s, st);
    begin(s, t);
    join(s, st);
}

static sim_time stride_slice(struct sched *s, struct thread *t)
{
    const struct stride_params *params = s->params;

    (void)t;
    return params->quantum;
}

static int64_t tickets_of(const struct task_spec *spec)
{
    return spec->tickets;
}

static const struct param stride_params[] = {
    PARAM(TIME, struct stride_params, quantum, "longest stay on a core while others wait",
          .required = true, .min = 1, .max = SIM_TIME_MAX),
    PARAM_END,
};

const struct sched_policy sched_stride = {
    .name = "stride",
    .help = "the ready task that has run least for its tickets runs for a quantum",
    .source = "Source: Waldspurger, Weihl, Stride Scheduling, MIT/LCS/TM-528, 1995, section 2; "
              "differs: the global pass grows with CPU time, so that it holds for many cores",
    .params = stride_params,
    .params_size = sizeof(struct stride_params),
    .state_size = sizeof(struct stride),
    .thread_size = sizeof(struct stride_thread),
    .enqueue = stride_enqueue,
    .pick = ready_tree_pick,
    .dequeue = stride_dequeue,
    .first = ready_tree_answer_first,
    .last = ready_tree_answer_last,
    .charge = stride_charge,
    .start = stride_start,
    .stop = stride_stop,
    .slice = stride_slice,
    .renew = stride_renew,
    .weight = tickets_of,
};
