/* eevdf.c - Linux's fair class from 6.6 on, with an exact clock; the rules are sched_fair.c's. */
#include "models/schedulers/sched_fair.h"
#include "sim/scenario.h"

struct eevdf_params {
    sim_time slice; /* 0: 700 us * f */
    bool delay_dequeue;
};

static const struct param eevdf_params[] = {
    PARAM(TIME, struct eevdf_params, slice,
          "how much a task asks for at a time, where it has no slice of its own (700us x f, "
          "f = 1 + floor(log2(min(cores, 8))))",
          .min = 1, .max = SLICE_MAX),
    PARAM(BOOL, struct eevdf_params, delay_dequeue,
          "a task that blocks in debt still counts until its debt is paid (from 6.12 on)",
          .deflt = "true"),
    PARAM_END,
};

static void eevdf_init(struct sched *s)
{
    const struct eevdf_params *params = s->params;

    fair_init(s->state, s, params->slice, params->delay_dequeue);
}

/* Classes other than batch and idle mean nothing here. */
static enum fair_kind kind_of(const struct task_spec *spec)
{
    return spec->sched_class == CLASS_BATCH  ? FAIR_BATCH
           : spec->sched_class == CLASS_IDLE ? FAIR_IDLE
                                             : FAIR_OTHER;
}

static void eevdf_enqueue(struct sched *s, struct thread *t, enum ready_why why)
{
    const struct task_spec *spec = sched_spec(s, t);

    if (why == READY_NEW)
        fair_set(sched_thread(s, t), kind_of(spec), spec->nice, spec->slice);
    fair_enqueue(s->state, sched_thread(s, t), why);
}

static void eevdf_dequeue(struct sched *s, struct thread *t)
{
    fair_dequeue(s->state, sched_thread(s, t));
}

static struct thread *eevdf_first(struct sched *s)
{
    return fair_first(s->state);
}

static struct thread *eevdf_pick(struct sched *s)
{
    struct thread *t = fair_first(s->state);

    if (t)
        eevdf_dequeue(s, t);
    return t;
}

static struct thread *eevdf_last(struct sched *s)
{
    return fair_last(s->state);
}

static void eevdf_charge(struct sched *s, struct thread *t, sim_time ran)
{
    fair_charge(sched_thread(s, t), ran);
}

static void eevdf_start(struct sched *s, struct thread *t)
{
    fair_start(s->state, sched_thread(s, t));
}

static void eevdf_stop(struct sched *s, struct thread *t, enum stop_why why)
{
    fair_stop(s->state, sched_thread(s, t), why);
}

static sim_time eevdf_slice(struct sched *s, struct thread *t)
{
    return fair_slice(s->state, sched_thread_const(s, t));
}

static bool eevdf_expires(struct sched *s, struct thread *t, bool waiting)
{
    (void)waiting;
    return fair_expires(s->state, sched_thread(s, t));
}

static bool eevdf_yields(struct sched *s, struct thread *t, bool waiting)
{
    return fair_yields(s->state, sched_thread(s, t), waiting);
}

static bool eevdf_preempts(struct sched *s, const struct thread *t,
                           const struct thread *running)
{
    return fair_preempts(s->state, sched_thread_const(s, t), sched_thread_const(s, running));
}

static void eevdf_renew(struct sched *s, struct thread *t)
{
    const struct task_spec *spec = sched_spec(s, t);

    fair_renew(s->state, sched_thread(s, t), kind_of(spec), spec->nice, spec->slice);
}

const struct sched_policy sched_eevdf = {
    .name = "eevdf",
    .help = "Linux from 6.6 on: of the tasks that have had no more than their share by nice, "
            "the one whose request has the earliest virtual deadline",
    .source = "Source: Linux 6.12 and 6.17, kernel/sched/fair.c; Stoica, Abdel-Wahab, Earliest "
              "Eligible Virtual Deadline First, ODU TR-95-22, 1995; differs: an exact clock "
              "instead of ticks, no groups",
    .params = eevdf_params,
    .params_size = sizeof(struct eevdf_params),
    .state_size = sizeof(struct fair),
    .thread_size = sizeof(struct fair_thread),
    .init = eevdf_init,
    .enqueue = eevdf_enqueue,
    .pick = eevdf_pick,
    .dequeue = eevdf_dequeue,
    .first = eevdf_first,
    .last = eevdf_last,
    .charge = eevdf_charge,
    .start = eevdf_start,
    .stop = eevdf_stop,
    .slice = eevdf_slice,
    .slices_anew = true,
    .expires = eevdf_expires,
    .yields = eevdf_yields,
    .preempts = eevdf_preempts,
    .renew = eevdf_renew,
    .weight = sched_weight,
};
