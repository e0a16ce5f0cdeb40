/* diff_find.c - finds the first instant at which two runs differ. */
#include <stdlib.h>
#include <string.h>

#include "plots/diff.h"
#include "plots/task_names.h"

enum { BLOCK = 1024 };

/* ---- what a record says ---------------------------------------------------------------------- */

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static uint64_t mix_text(uint64_t hash, const char *text)
{
    for (; text && *text; text++)
        hash = mix(hash, (unsigned char)*text);
    return mix(hash, text ? 1 : 2);
}

/* Kinds of which `arg` says what happened. */
#define BY_WHY                                                                 \
    (TRACE_BIT(READY) | TRACE_BIT(MODE) | TRACE_BIT(STOP) | TRACE_BIT(BLOCK) | \
     TRACE_BIT(DONE) | TRACE_BIT(ACQUIRE) | TRACE_BIT(RELEASE))
#define COMPARED                                                                           \
    (BY_WHY | TRACE_BIT(ARRIVE) | TRACE_BIT(SWITCH) | TRACE_BIT(RUN) | TRACE_BIT(SUBMIT) | \
     TRACE_BIT(SERVE) | TRACE_BIT(SERVED) | TRACE_BIT(REPLY) | TRACE_BIT(IRQ) |            \
     TRACE_BIT(LOG) | TRACE_BIT(FAULT) | TRACE_BIT(REJECT) | TRACE_BIT(DEADLOCK))

const char *diff_place(const struct scenario *sc, const struct trace_rec *rec)
{
    if (rec->place < 0)
        return NULL;
    switch ((enum trace_kind)rec->kind) {
    case TR_SWITCH:
    case TR_RUN:
    case TR_MODE:
    case TR_STOP:
    case TR_IRQ:
        return sc->machine.cores[rec->place].name;
    case TR_SUBMIT:
    case TR_SERVE:
    case TR_SERVED:
    case TR_REPLY:
        return sc->devices[rec->place].name;
    case TR_BLOCK:
        return rec->arg == BLOCK_IO     ? sc->devices[rec->place].name
               : rec->arg == BLOCK_SYNC ? sc->syncs[rec->place].name
                                        : NULL;
    case TR_ACQUIRE:
    case TR_RELEASE:
    case TR_DEADLOCK:
        return sc->syncs[rec->place].name;
    case TR_REJECT:
        return sc->executors[rec->place].name;
    default:
        return NULL;
    }
}

uint64_t diff_hash(const struct scenario *sc, const struct trace_rec *rec, const char *name)
{
    uint64_t hash;

    if ((COMPARED >> rec->kind & 1) == 0)
        return 0;
    hash = mix(rec->kind + 1U, BY_WHY >> rec->kind & 1 ? (uint64_t)rec->arg : 0);
    hash = mix_text(hash, name);
    hash = mix_text(hash, diff_place(sc, rec));
    if (rec->kind == TR_LOG || rec->kind == TR_FAULT)
        hash = mix_text(hash, rec->text);
    return hash ? hash : 1;
}

/* ---- instants ------------------------------------------------------------------------------------ */

struct instant {
    sim_time at;
    uint64_t sum; /* of the hashes: their order is of no concern */
};

struct instants {
    struct trace_sink sink;
    const struct scenario *sc;
    struct task_names names;
    struct instant now;
    uint64_t n, chain; /* instants so far, and a hash of those since the last block */
    uint64_t *blocks;
    size_t nblocks, blocks_room;
    uint64_t wanted; /* pass 2: the block to keep; UINT64_MAX: none */
    struct instant kept[BLOCK];
    size_t nkept;
};

static void end_block(struct instants *in)
{
    if (in->nblocks == in->blocks_room) {
        in->blocks_room = in->blocks_room ? 2 * in->blocks_room : 64;
        in->blocks = sim_realloc(in->blocks, in->blocks_room * sizeof(*in->blocks));
    }
    in->blocks[in->nblocks++] = in->chain;
    in->chain = 0;
}

static void end_instant(struct instants *in)
{
    if (in->now.sum == 0)
        return;
    if (in->n / BLOCK == in->wanted)
        in->kept[in->nkept++] = in->now;
    in->chain = mix(mix(in->chain, (uint64_t)in->now.at), in->now.sum);
    in->now.sum = 0;
    if (++in->n % BLOCK == 0)
        end_block(in);
}

static void add(struct instants *in, sim_time at, uint64_t hash)
{
    if (hash == 0)
        return;
    if (at != in->now.at)
        end_instant(in);
    in->now.at = at;
    in->now.sum += hash;
}

static void record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct instants *in = container_of(sink, struct instants, sink);
    char buf[TASK_NAME_SIZE];
    const char *name;

    if (rec->kind == TR_ARRIVE)
        task_names_arrive(&in->names, rec);
    name = rec->kind == TR_REJECT
               ? task_name(&in->sc->tasks[rec->arg], (uint64_t)rec->extra, buf)
               : task_names_of(&in->names, rec->task);
    add(in, rec->at, diff_hash(in->sc, rec, name));
}

static void finish(struct trace_sink *sink, sim_time end)
{
    struct instants *in = container_of(sink, struct instants, sink);

    add(in, end, 1); /* the end is an event, too */
    end_instant(in);
    end_block(in);
}

static struct instants *instants_new(const struct scenario *sc, uint64_t wanted)
{
    struct instants *in = sim_calloc(1, sizeof(*in));

    in->sink.kinds = COMPARED;
    in->sink.record = record;
    in->sink.finish = finish;
    in->sc = sc;
    in->now.at = -1;
    in->wanted = wanted;
    task_names_init(&in->names, sc);
    return in;
}

static void instants_free(struct instants *in)
{
    task_names_release(&in->names);
    free(in->blocks);
    free(in);
}

static void take(struct diff_side *side, struct instants *in, struct metrics *metrics)
{
    struct trace trace;

    trace_init(&trace);
    trace_attach(&trace, &in->sink);
    if (metrics)
        trace_attach(&trace, &metrics->sink);
    side->outcome = side->take(side, &trace);
}

/* ---- the search ------------------------------------------------------------------------------------ */

/* The first block that differs; UINT64_MAX: none. */
static uint64_t find_block(const struct instants *a, const struct instants *b)
{
    size_t n = a->nblocks < b->nblocks ? a->nblocks : b->nblocks;

    for (size_t i = 0; i < n; i++)
        if (a->blocks[i] != b->blocks[i])
            return i;
    return a->nblocks == b->nblocks ? UINT64_MAX : n;
}

static sim_time find_instant(const struct instants *a, const struct instants *b)
{
    size_t i = 0;

    while (i < a->nkept && i < b->nkept && a->kept[i].at == b->kept[i].at &&
           a->kept[i].sum == b->kept[i].sum)
        i++;
    if (i == a->nkept)
        return i == b->nkept ? SIM_NEVER : b->kept[i].at;
    return i == b->nkept || a->kept[i].at < b->kept[i].at ? a->kept[i].at : b->kept[i].at;
}

sim_time diff_find(struct diff_side *sides)
{
    struct instants *in[2];
    uint64_t block = UINT64_MAX;
    sim_time at = SIM_NEVER;

    for (int i = 0; i < 2; i++) {
        in[i] = instants_new(sides[i].sc, UINT64_MAX);
        sides[i].metrics = metrics_new(sides[i].sc, false);
        take(&sides[i], in[i], sides[i].metrics);
    }
    block = find_block(in[0], in[1]);
    for (int i = 0; i < 2; i++) {
        instants_free(in[i]);
        if (block == UINT64_MAX)
            continue;
        in[i] = instants_new(sides[i].sc, block);
        take(&sides[i], in[i], NULL);
    }
    if (block == UINT64_MAX)
        return SIM_NEVER;
    at = find_instant(in[0], in[1]);
    instants_free(in[0]);
    instants_free(in[1]);
    return at;
}
