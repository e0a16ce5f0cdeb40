/* bench_w3.c - round robin with a disk (W3): tasks compute 25 ms at the mean, ask a
 * disk that serves one request at a time, and again; quantum 10 ms, a switch 5 us.
 *
 * Beside the simulator a loop written by hand for this one workload, with the same
 * draws: the limit of what a machine can do.  An event is a dispatch or a completion of the disk. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/rng.h"
#include "tests/bench/bench.h"

#define QUANTUM MS(10)
#define SWITCH US(5)

struct job {
    sim_time rest;
    uint32_t id, cycle;
};

struct end {
    sim_time at;
    uint32_t core;
};

struct limit {
    struct job *ready, *disk; /* rings */
    uint32_t mask, rfirst, rlast, dfirst, dlast;
    struct job *now; /* of each core */
    uint32_t *last;  /* task of each core; the idle ones */
    uint32_t *idle;
    uint32_t nidle;
    struct end *heap;
    uint32_t nheap;
    sim_time disk_at;
    struct rng rng;
    struct dist burst, service;
    uint64_t events;
};

static void push(struct limit *l, struct end e)
{
    uint32_t i = l->nheap++;

    for (; i > 0 && l->heap[(i - 1) / 2].at > e.at; i = (i - 1) / 2)
        l->heap[i] = l->heap[(i - 1) / 2];
    l->heap[i] = e;
}

static void pop(struct limit *l)
{
    struct end e = l->heap[--l->nheap];
    uint32_t i = 0;

    for (uint32_t c = 1; c < l->nheap; c = 2 * i + 1) {
        c += c + 1 < l->nheap && l->heap[c + 1].at < l->heap[c].at;
        if (l->heap[c].at >= e.at)
            break;
        l->heap[i] = l->heap[c];
        i = c;
    }
    l->heap[i] = e;
}

static void dispatch(struct limit *l, uint32_t core, sim_time now)
{
    struct job j = l->ready[l->rfirst++ & l->mask];
    sim_time slice = j.rest < QUANTUM ? j.rest : QUANTUM;

    l->events++;
    if (l->last[core] != j.id)
        now += SWITCH;
    l->last[core] = j.id;
    j.rest -= slice;
    l->now[core] = j;
    push(l, (struct end){now + slice, core});
}

static void ready(struct limit *l, struct job j, sim_time now)
{
    l->ready[l->rlast++ & l->mask] = j;
    if (l->nidle > 0)
        dispatch(l, l->idle[--l->nidle], now);
}

static void served(struct limit *l, uint32_t cycles)
{
    struct job j = l->disk[l->dfirst++ & l->mask];
    sim_time now = l->disk_at;

    l->events++;
    l->disk_at = SIM_NEVER;
    if (l->dfirst != l->dlast)
        l->disk_at = now + dist_draw(&l->service, &l->rng, NULL);
    if (++j.cycle == cycles)
        return;
    j.rest = dist_draw(&l->burst, &l->rng, NULL);
    ready(l, j, now);
}

static void slice_over(struct limit *l)
{
    struct end e = l->heap[0];
    struct job j = l->now[e.core];

    pop(l);
    if (j.rest > 0) {
        l->ready[l->rlast++ & l->mask] = j;
    } else {
        if (l->dfirst == l->dlast)
            l->disk_at = e.at + dist_draw(&l->service, &l->rng, NULL);
        l->disk[l->dlast++ & l->mask] = j;
    }
    if (l->rfirst != l->rlast)
        dispatch(l, e.core, e.at);
    else
        l->idle[l->nidle++] = e.core;
}

/* Events a second of the loop by hand. */
static double limit(uint32_t tasks, uint32_t cores, uint32_t cycles)
{
    struct limit l = {.mask = 1, .disk_at = SIM_NEVER};
    double start;

    while (l.mask < tasks)
        l.mask = 2 * l.mask + 1;
    l.ready = sim_calloc(l.mask + 1, sizeof(*l.ready));
    l.disk = sim_calloc(l.mask + 1, sizeof(*l.disk));
    l.now = sim_calloc(cores, sizeof(*l.now));
    l.last = sim_calloc(cores, sizeof(*l.last));
    l.idle = sim_calloc(cores, sizeof(*l.idle));
    l.heap = sim_calloc(cores + 1, sizeof(*l.heap));
    l.rng = rng_stream(1, "w3");
    l.burst = (struct dist){.kind = DIST_EXP, .a = MS(25)};
    l.service = (struct dist){.kind = DIST_EXP, .a = MS(20) / cores};
    start = bench_seconds();
    for (uint32_t i = 0; i < cores; i++)
        l.idle[l.nidle++] = cores - 1 - i;
    for (uint32_t i = 0; i < tasks; i++)
        ready(&l, (struct job){dist_draw(&l.burst, &l.rng, NULL), i + 1, 0}, 0);
    while (l.nheap > 0 || l.disk_at < SIM_NEVER) {
        if (l.nheap == 0 || l.disk_at <= l.heap[0].at)
            served(&l, cycles);
        else
            slice_over(&l);
    }
    start = bench_seconds() - start;
    free(l.ready);
    free(l.disk);
    free(l.now);
    free(l.last);
    free(l.idle);
    free(l.heap);
    return (double)l.events / start;
}

static char *config(uint32_t tasks, uint32_t cores, uint32_t cycles)
{
    struct text t = {0};

    text_addf(&t,
              "{\"machine\":{\"cores\":%u,\"context_switch\":\"5us\",\"scheduler\":{\"policy\":"
              "\"rr\",\"quantum\":10}},\"devices\":{\"disk\":{\"service\":{\"exp\":\"%" PRId64
              "ns\"}}},\"tasks\":[{\"name\":\"t\",\"count\":%u,\"do\":[{\"repeat\":%u,\"do\":"
              "[{\"cpu\":{\"exp\":25}},{\"io\":\"disk\"}]}]}]}",
              (unsigned)cores, MS(20) / cores, (unsigned)tasks, (unsigned)cycles);
    return text_take(&t);
}

int main(void)
{
    static const struct {
        uint32_t tasks, cores;
        double
            published; /* events a second of the hand-written limit program, measured elsewhere */
    } rows[] = {{100, 1, 84e6},     {100, 8, 64e6},     {100, 64, 50e6},
                {10000, 1, 82e6},   {10000, 8, 62e6},   {10000, 64, 50e6},
                {1000000, 1, 78e6}, {1000000, 8, 61e6}, {1000000, 64, 48e6}};
    const uint32_t requests = 1000000;

    printf("%8s %6s  %10s  %10s  %8s  %22s\n", "tasks", "cores", "quanta", "by hand", "share",
           "limit, as published");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint32_t cycles = requests / rows[i].tasks;
        char *text = config(rows[i].tasks, rows[i].cores, cycles);
        struct bench_run r = bench_run(text);
        double hand = limit(rows[i].tasks, rows[i].cores, cycles), rate;
        /* The simulator has more internal events; it is credited with those of the model. */
        int64_t slices = bench_number(text, "/summary/preemptions") + (int64_t)requests;
        char a[BENCH_TEXT], b[BENCH_TEXT], c[BENCH_TEXT];

        rate = (double)(slices + (int64_t)requests) / r.seconds;
        printf("%8u %6u  %10s  %10s  %7.0f%%  %22s\n", (unsigned)rows[i].tasks,
               (unsigned)rows[i].cores, bench_rate(rate, 1, a), bench_rate(hand, 1, b),
               100 * rate / hand, bench_rate(rows[i].published, 1, c));
        free(text);
    }
    return 0;
}
