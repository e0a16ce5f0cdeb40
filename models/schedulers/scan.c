/* scan.c - the loop of a teaching kernel: look through the table of threads, from the one
 * after the last that ran, and run the first that is ready.
 *
 * The table is a bitmap: a step looks at 64 threads at a time. */
#include "models/schedulers/sched.h"

#include <stdlib.h>

struct scan {
    uint64_t *ready; /* a bit a thread */
    struct thread **threads;
    uint32_t words, next; /* next: where the search begins */
};

static void scan_grow(struct scan *sc, uint32_t number)
{
    uint32_t words = sc->words ? sc->words : 1;

    while (words * 64 <= number)
        words *= 2;
    if (words == sc->words)
        return;
    sc->ready = sim_realloc(sc->ready, words * sizeof(*sc->ready));
    sc->threads = sim_realloc(sc->threads, (size_t)words * 64 * sizeof(struct thread *));
    for (uint32_t w = sc->words; w < words; w++)
        sc->ready[w] = 0;
    sc->words = words;
}

static void scan_enqueue(struct sched *s, struct thread *t, enum ready_why why)
{
    struct scan *sc = s->state;
    uint32_t n = sched_number(t);

    (void)why;
    scan_grow(sc, n);
    sc->ready[n / 64] |= UINT64_C(1) << (n % 64);
    sc->threads[n] = t;
}

static void scan_dequeue(struct sched *s, struct thread *t)
{
    struct scan *sc = s->state;
    uint32_t n = sched_number(t);

    sc->ready[n / 64] &= ~(UINT64_C(1) << (n % 64));
}

/* The first ready thread from `from` on, before `end`, that may run here. */
static struct thread *scan_find(struct sched *s, uint32_t from, uint32_t end)
{
    struct scan *sc = s->state;

    for (uint32_t n = from; n < end; n++) {
        uint64_t word = sc->ready[n / 64] >> (n % 64);

        if (word == 0)
            n |= 63;
        else if ((word & 1) != 0 && sched_may_run(s, sc->threads[n]))
            return sc->threads[n];
    }
    return NULL;
}

static struct thread *scan_first(struct sched *s)
{
    struct scan *sc = s->state;
    struct thread *t = scan_find(s, sc->next, sc->words * 64);

    return t ? t : scan_find(s, 0, sc->next < sc->words * 64 ? sc->next : sc->words * 64);
}

static struct thread *scan_pick(struct sched *s)
{
    struct scan *sc = s->state;
    struct thread *t = scan_first(s);

    if (!t)
        return NULL;
    scan_dequeue(s, t);
    sc->next = sched_number(t) + 1;
    return t;
}

/* It may have come on the core without being picked: one that preempts when it wakes. */
static void scan_charge(struct sched *s, struct thread *t, sim_time ran)
{
    struct scan *sc = s->state;

    (void)ran;
    sc->next = sched_number(t) + 1;
}

static struct thread *scan_last(struct sched *s)
{
    struct scan *sc = s->state;
    uint32_t size = sc->words * 64;

    for (uint32_t i = 1; i <= size; i++) {
        uint32_t n = (sc->next % size + size - i) % size;

        if ((sc->ready[n / 64] >> (n % 64) & 1) != 0 && sched_may_run(s, sc->threads[n]))
            return sc->threads[n];
    }
    return NULL;
}

static void scan_release(struct sched *s)
{
    struct scan *sc = s->state;

    free(sc->ready);
    free(sc->threads);
}

static const struct param scan_params[] = {PARAM_END};

const struct sched_policy sched_scan = {
    .name = "scan",
    .help = "non-preemptive; the next ready task in cyclic order of task number after the one "
            "that ran last",
    .source = "Source: xv6 (rev. 11), proc.c, scheduler(); OSTEP homework process-run.py; "
              "differs: the number "
              "is a thread's place in the table, which a later thread may take over",
    .params = scan_params,
    .state_size = sizeof(struct scan),
    .release = scan_release,
    .enqueue = scan_enqueue,
    .pick = scan_pick,
    .charge = scan_charge,
    .dequeue = scan_dequeue,
    .first = scan_first,
    .last = scan_last,
};
