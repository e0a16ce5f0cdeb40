/* history_loops.c - the stages of event loops, and the lengths of their queues. */
#include <string.h>

#include "plots/history_state.h"

static int32_t first_level(const struct history *h, int32_t loop)
{
    const struct scenario *sc = h->sc;

    return LEVEL_MORE + sc->ndevices + sc->nexecutors + sc->nsyncs + loop * LOOP_QUEUE_COUNT;
}

/* Loops come as they are met. */
static struct loop_now *reach(struct history *h, int32_t loop)
{
    size_t want = (size_t)first_level(h, loop + 1), had = h->nlevels;

    h->loop_now = array_reach(h->loop_now, &h->loops_room, (size_t)loop, sizeof(*h->loop_now));
    h->nloops = loop < h->nloops ? h->nloops : loop + 1;
    if (had < want) {
        h->levels = array_reach(h->levels, &h->nlevels, want - 1, sizeof(*h->levels));
        for (size_t i = had; i < h->nlevels; i++)
            h->levels[i].begin = h->from;
    }
    return &h->loop_now[loop];
}

static void leave_stage(struct history *h, int32_t loop, sim_time now)
{
    struct loop_now *l = &h->loop_now[loop];

    if (l->in)
        history_keep(h, &h->loops,
                     (struct span){l->since, now, loop, (int32_t)l->stage,
                                   l->stage == STAGE_WAIT ? DOES_WAIT : DOES_RUN});
    l->since = now;
}

void history_loop_record(struct history *h, const struct trace_rec *rec)
{
    struct loop_now *l;

    if (rec->kind == TR_LOOP) {
        h->has_loop[rec->place] = true;
        return;
    }
    l = reach(h, rec->place);
    if (rec->kind == TR_QUEUED) {
        int32_t level = history_loop_level(h, rec->place, (enum loop_queue)rec->arg);

        level_history_set(&h->levels[level], rec->at < h->to ? rec->at : h->to, rec->extra);
        return;
    }
    leave_stage(h, rec->place, rec->at);
    l->in = true;
    l->stage = (enum loop_stage)rec->arg;
}

/* What a loop does last is known only where it waits; else it has nothing to do any more. */
void history_loops_end(struct history *h, sim_time end)
{
    for (int32_t i = 0; i < h->nloops; i++)
        leave_stage(h, i, end);
}

int32_t history_loops(const struct history *h)
{
    return h->nloops;
}

bool history_loops_exact(const struct history *h)
{
    return !h->loops.binned;
}

void history_loop(const struct history *h, int32_t loop, struct pieces *p)
{
    rows_pieces(&h->loops, loop, 1, h->from, p);
}

int32_t history_loop_level(const struct history *h, int32_t loop, enum loop_queue queue)
{
    return first_level(h, loop) + (int32_t)queue;
}

bool history_has_loop(const struct history *h, int32_t executor)
{
    return h->has_loop[executor];
}
