/* sjf.c - shortest job first: the shortest next burst, known or predicted; runs until it
 * blocks or ends.
 *
 * A prediction is the exponential average of the bursts measured so far,
 *
 *     tau' = alpha * t + (1 - alpha) * tau = tau + alpha * (t - tau),
 *
 * with alpha in 10^-6, and the step rounded towards 0 to a ns. */
#include "models/schedulers/ready_tree.h"

struct sjf_params {
    int64_t alpha_e6; /* 0: bursts are known */
    sim_time first;
};

struct sjf_thread {
    struct ready_node node;
    sim_time predicted;
    sim_time ran; /* of the burst in progress */
};

static void sjf_forget(struct sched *s, struct thread *t)
{
    const struct sjf_params *params = s->params;
    struct sjf_thread *st = sched_thread(s, t);

    st->predicted = params->first;
    st->ran = 0;
}

static void sjf_enqueue(struct sched *s, struct thread *t, enum ready_why why)
{
    const struct sjf_params *params = s->params;
    struct sjf_thread *st = sched_thread(s, t);
    sim_time burst;

    if (why == READY_NEW)
        sjf_forget(s, t);
    burst = params->alpha_e6 > 0 ? st->predicted : sched_burst(s, t);
    ready_tree_insert(s->state, &st->node, burst,
                      why == READY_PREEMPTED ? READY_FRONT : READY_BACK);
}

static void sjf_charge(struct sched *s, struct thread *t, sim_time ran)
{
    struct sjf_thread *st = sched_thread(s, t);

    st->ran += ran;
}

/* A burst is over when its thread blocks: it is measured. */
static void sjf_stop(struct sched *s, struct thread *t, enum stop_why why)
{
    const struct sjf_params *params = s->params;
    struct sjf_thread *st = sched_thread(s, t);

    if (why != STOP_BLOCKED)
        return;
    if (st->ran >= st->predicted)
        st->predicted += mul_div_floor(st->ran - st->predicted, params->alpha_e6, 1000000);
    else
        st->predicted -= mul_div_floor(st->predicted - st->ran, params->alpha_e6, 1000000);
    st->ran = 0;
}

static const struct param sjf_params[] = {
    PARAM_AS("predict", FACTOR, struct sjf_params, alpha_e6,
             "the weight of the last burst in the exponential average that predicts the "
             "next one; none: bursts are known",
             .min = 1, .max = 1000000),
    PARAM(TIME, struct sjf_params, first, "with predict: a task's first prediction",
          .deflt = "10ms"),
    PARAM_END,
};

const struct sched_policy sched_sjf = {
    .name = "sjf",
    .help = "non-preemptive, the shortest next burst, known or predicted",
    .source = "Source: Silberschatz, Galvin, Gagne, Operating System Concepts, 5.3.2; differs: "
              "a burst ends where the task waits, whatever for",
    .params = sjf_params,
    .params_size = sizeof(struct sjf_params),
    .state_size = sizeof(struct ready_tree),
    .thread_size = sizeof(struct sjf_thread),
    .enqueue = sjf_enqueue,
    .pick = ready_tree_pick,
    .dequeue = ready_tree_dequeue,
    .first = ready_tree_answer_first,
    .last = ready_tree_answer_last,
    .charge = sjf_charge,
    .stop = sjf_stop,
    .renew = sjf_forget,
};
