/* trace.c - hands records to those who listen, and knows what things are called. */
#include "sim/trace.h"

#include <string.h>

_Static_assert(TR_COUNT <= 63, "a set of kinds is 64 bits, and TRACE_ALL is made by a shift");

void trace_init(struct trace *tr)
{
    tr->first = NULL;
    tr->last = &tr->first;
    memset(tr->sole, 0, sizeof(tr->sole));
    tr->kinds = 0;
    tr->queues = 0;
}

void trace_attach(struct trace *tr, struct trace_sink *sink)
{
    sim_assert(sink->record);
    sim_assert((sink->kinds & ~TRACE_ALL) == 0);
    for (int kind = 0; kind < TR_COUNT; kind++)
        if (sink->kinds >> kind & 1)
            tr->sole[kind] = tr->kinds >> kind & 1 ? NULL : sink;
    sink->next = NULL;
    *tr->last = sink;
    tr->last = &sink->next;
    tr->kinds |= sink->kinds;
    if (sink->kinds & TRACE_BIT(QUEUED))
        tr->queues |= TRACE_QUEUES & ~sink->unwanted;
}

void trace_tell(const struct trace *tr, const struct trace_rec *rec)
{
    struct trace_sink *sink;

    sim_assert(rec->kind < TR_COUNT);
    sink = tr->sole[rec->kind];
    if (sink) {
        sink->record(sink, rec);
        return;
    }
    for (sink = tr->first; sink; sink = sink->next) {
        if (sink->kinds >> rec->kind & 1)
            sink->record(sink, rec);
    }
}

void trace_finish(struct trace *tr, sim_time end)
{
    struct trace_sink *sink;

    for (sink = tr->first; sink; sink = sink->next) {
        if (sink->finish)
            sink->finish(sink, end);
    }
}

/* ---- names --------------------------------------------------------------------- */

const char *trace_kind_name(enum trace_kind kind)
{
    static const char *const names[] = {
#define X(kind, name, place, arg, extra) name,
        TRACE_KINDS(X)
#undef X
    };

    _Static_assert(ARRAY_LEN(names) == TR_COUNT, "a name for each kind");
    return (size_t)kind < ARRAY_LEN(names) ? names[kind] : NULL;
}

const char *ready_why_name(enum ready_why why)
{
    static const char *const names[] = {
#define X(why, name, help) name,
        READY_WHYS(X)
#undef X
    };

    _Static_assert(ARRAY_LEN(names) == READY_COUNT, "a name for each reason");
    return (size_t)why < ARRAY_LEN(names) ? names[why] : NULL;
}

const char *stop_why_name(enum stop_why why)
{
    static const char *const names[] = {
#define X(why, name, help) name,
        STOP_WHYS(X)
#undef X
    };

    _Static_assert(ARRAY_LEN(names) == STOP_COUNT, "a name for each reason");
    return (size_t)why < ARRAY_LEN(names) ? names[why] : NULL;
}

const char *block_why_name(enum block_why why)
{
    static const char *const names[] = {
#define X(why, name, help) name,
        BLOCK_WHYS(X)
#undef X
    };

    _Static_assert(ARRAY_LEN(names) == BLOCK_COUNT, "a name for each reason");
    return (size_t)why < ARRAY_LEN(names) ? names[why] : NULL;
}

const char *access_how_name(enum access_how how)
{
    static const char *const names[] = {
#define X(how, name, help) name,
        ACCESS_HOWS(X)
#undef X
    };

    _Static_assert(ARRAY_LEN(names) == ACCESS_COUNT, "a name for each way");
    return (size_t)how < ARRAY_LEN(names) ? names[how] : NULL;
}

const char *loop_stage_name(enum loop_stage stage)
{
    static const char *const names[] = {
#define X(stage, name, help) name,
        LOOP_STAGES(X)
#undef X
    };

    _Static_assert(ARRAY_LEN(names) == STAGE_COUNT, "a name for each stage");
    return (size_t)stage < ARRAY_LEN(names) ? names[stage] : NULL;
}

const char *call_kind_name(enum call_kind kind)
{
    static const char *const names[] = {
#define X(kind, name, help) name,
        CALL_KINDS(X)
#undef X
    };

    _Static_assert(ARRAY_LEN(names) == CALL_COUNT, "a name for each kind");
    return (size_t)kind < ARRAY_LEN(names) ? names[kind] : NULL;
}

const char *loop_queue_name(enum loop_queue queue)
{
    static const char *const names[] = {
#define X(queue, name, help) name,
        LOOP_QUEUES(X)
#undef X
    };

    _Static_assert(ARRAY_LEN(names) == LOOP_QUEUE_COUNT, "a name for each queue");
    return (size_t)queue < ARRAY_LEN(names) ? names[queue] : NULL;
}

const char *gc_kind_name(enum gc_kind kind)
{
    static const char *const names[] = {
#define X(kind, name, help) name,
        GC_KINDS(X)
#undef X
    };

    _Static_assert(ARRAY_LEN(names) == GC_COUNT, "a name for each kind");
    return (size_t)kind < ARRAY_LEN(names) ? names[kind] : NULL;
}
