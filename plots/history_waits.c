/* history_waits.c - what tasks waited for, by name: a sum for each row and each object. */
#include <stdlib.h>

#include "plots/history_state.h"

/* Kinds of waiting that have no object of the file come first, then devices, then sync objects. */
static int32_t first_sync(const struct history *h)
{
    return BLOCK_COUNT + h->sc->ndevices;
}

int32_t history_waits(const struct history *h)
{
    return first_sync(h) + h->sc->nsyncs;
}

int32_t history_wait_of(const struct history *h, const struct trace_rec *rec)
{
    if (rec->place >= 0 && rec->arg == BLOCK_IO)
        return BLOCK_COUNT + rec->place;
    if (rec->place >= 0 && rec->arg == BLOCK_SYNC)
        return first_sync(h) + rec->place;
    return (int32_t)rec->arg;
}

static sim_time *sum_of(const struct history *h, int32_t row, int32_t wait)
{
    return &h->waits[(size_t)row * (size_t)history_waits(h) + (size_t)wait];
}

void history_waits_init(struct history *h)
{
    h->waits = sim_calloc((size_t)HISTORY_ROWS * (size_t)history_waits(h), sizeof(*h->waits));
}

void history_waited(struct history *h, int32_t row, int32_t wait, sim_time from, sim_time to)
{
    from = from > h->from ? from : h->from;
    to = to < h->to ? to : h->to;
    if (from < to)
        *sum_of(h, row, wait) += to - from;
}

void history_waits_fold(struct history *h)
{
    for (int32_t row = 0; row < HISTORY_ROWS; row++)
        for (int32_t wait = 0; wait < history_waits(h); wait++) {
            sim_time sum = *sum_of(h, row, wait);

            *sum_of(h, row, wait) = 0;
            *sum_of(h, row / 2, wait) += sum;
        }
}

sim_time history_wait(const struct history *h, int32_t row, int32_t n, int32_t wait)
{
    sim_time sum = 0;

    sim_assert(wait < history_waits(h));
    for (int32_t i = row; i < row + n && i < HISTORY_ROWS; i++)
        sum += *sum_of(h, i, wait);
    return sum;
}

enum doing history_wait_kind(const struct history *h, int32_t wait)
{
    if (wait >= first_sync(h) || wait == BLOCK_SYNC)
        return DOES_LOCK;
    return wait >= BLOCK_COUNT || wait == BLOCK_IO ? DOES_IO : DOES_SLEEP;
}

const char *history_wait_name(const struct history *h, int32_t wait)
{
    static const char *const words[BLOCK_COUNT] = {
        [BLOCK_IO] = "devices",         [BLOCK_SLEEP] = "sleeping",  [BLOCK_JOIN] = "children",
        [BLOCK_PERIOD] = "next period", [BLOCK_SYNC] = "locks",      [BLOCK_POOL] = "the pool",
        [BLOCK_PROMISE] = "promises",   [BLOCK_MESSAGE] = "messages"};

    if (wait >= first_sync(h))
        return h->sc->syncs[wait - first_sync(h)].name;
    return wait >= BLOCK_COUNT ? h->sc->devices[wait - BLOCK_COUNT].name : words[wait];
}
