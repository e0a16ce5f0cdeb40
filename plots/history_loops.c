/* history_loops.c - the stages of event loops, the lengths of their queues, and their heaps. */
#include <stdlib.h>
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

/* What was alive is gone at once: the process has ended.  Behind a mark-sweep, as that left no
 * room. */
static void end_process(struct history *h, struct loop_now *l, const struct trace_rec *rec)
{
    leave_stage(h, rec->place, rec->at);
    l->in = false;
    l->dead = true;
    l->crashed = l->collections > 0 && l->swept == rec->at;
    l->ended = rec->at;
}

static void heap(struct history *h, struct loop_now *l, const struct trace_rec *rec)
{
    sim_time at = rec->at < h->to ? rec->at : h->to;

    if (!l->has_heap)
        l->used.begin = l->alive.begin = h->from;
    l->has_heap = true;
    if (rec->arg == 0 && l->alive_now > 0)
        end_process(h, l, rec);
    l->alive_now = rec->arg - rec->extra;
    level_history_set(&l->used, at, rec->arg);
    level_history_set(&l->alive, at, rec->arg - rec->extra);
}

/* A collection is known when it begins.  One that takes no time is only told to be over: it is
 * kept as an instant of 1 ns. */
static void collection(struct history *h, struct loop_now *l, const struct trace_rec *rec)
{
    sim_time pause = rec->extra > 0 ? rec->extra : 1;

    if (rec->extra > 0 || !l->collects)
        history_keep(h, &h->collections,
                     (struct span){rec->at, time_add(rec->at, pause), rec->place, -1,
                                   rec->arg == GC_SCAVENGE ? DOES_RUN : DOES_CHANGE});
    l->collects = rec->extra > 0;
    if (rec->arg == GC_MARK_SWEEP && rec->extra == 0) {
        l->swept = rec->at;
        l->collections++;
    }
}

void history_loop_record(struct history *h, const struct trace_rec *rec)
{
    struct loop_now *l;

    if (rec->kind == TR_LOOP) {
        h->has_loop[rec->place] = h->has_loop[rec->place] || rec->arg != LOOP_SWITCH;
        return;
    }
    l = reach(h, rec->place);
    if (rec->kind == TR_QUEUED) {
        int32_t level = history_loop_level(h, rec->place, (enum loop_queue)rec->arg);

        level_history_set(&h->levels[level], rec->at < h->to ? rec->at : h->to, rec->extra);
        return;
    }
    if (rec->kind == TR_HEAP) {
        heap(h, l, rec);
        return;
    }
    if (rec->kind == TR_GC) {
        collection(h, l, rec);
        return;
    }
    if (l->dead && rec->at == l->ended)
        return; /* the rest of its last round */
    leave_stage(h, rec->place, rec->at);
    l->in = rec->arg != STAGE_GONE;
    if (!l->in)
        return;
    l->dead = false;
    l->stage = (enum loop_stage)rec->arg;
}

/* What a loop does last is known only where it waits; else it has nothing to do any more. */
void history_loops_end(struct history *h, sim_time end)
{
    for (int32_t i = 0; i < h->nloops; i++) {
        struct loop_now *l = &h->loop_now[i];

        leave_stage(h, i, end);
        if (l->has_heap) {
            level_history_end(&l->used, h->to);
            level_history_end(&l->alive, h->to);
        }
    }
}

void history_loops_release(struct history *h)
{
    for (size_t i = 0; i < h->loops_room; i++) {
        level_history_release(&h->loop_now[i].used);
        level_history_release(&h->loop_now[i].alive);
    }
    rows_release(&h->loops);
    rows_release(&h->collections);
    free(h->loop_now);
}

int32_t history_loops(const struct history *h)
{
    return h->nloops;
}

bool history_loops_exact(const struct history *h)
{
    return !h->loops.binned;
}

void history_loop(const struct history *h, int32_t loop, int32_t n, struct pieces *p)
{
    if (!h->loops.binned && n > h->nloops - loop)
        n = h->nloops - loop;
    rows_pieces(&h->loops, loop, n, h->from, p);
}

int32_t history_loop_level(const struct history *h, int32_t loop, enum loop_queue queue)
{
    return first_level(h, loop) + (int32_t)queue;
}

bool history_has_loop(const struct history *h, int32_t executor)
{
    return h->has_loop[executor];
}

int64_t history_heap_max(const struct history *h, int32_t loop)
{
    return h->loop_now[loop].used.max;
}

void history_heap(const struct history *h, int32_t loop, bool alive, struct steps *s)
{
    const struct loop_now *l = &h->loop_now[loop];

    level_history_steps(alive ? &l->alive : &l->used, h->to, s);
}

sim_time history_heap_end(const struct history *h, int32_t loop)
{
    return h->loop_now[loop].crashed ? h->loop_now[loop].ended : -1;
}

void history_collections(const struct history *h, int32_t loop, struct pieces *p)
{
    rows_pieces(&h->collections, loop, 1, h->from, p);
}
