/* trace_fields.c - the words of records. */
#include "sim/trace_fields.h"

/* ---- words of enumerations ------------------------------------------------------------- */

static const char *ready_word(int64_t value)
{
    return value < 0 || value >= READY_COUNT ? NULL : ready_why_name((enum ready_why)value);
}

static const char *stop_word(int64_t value)
{
    return value < 0 || value >= STOP_COUNT ? NULL : stop_why_name((enum stop_why)value);
}

static const char *block_word(int64_t value)
{
    return value < 0 || value >= BLOCK_COUNT ? NULL : block_why_name((enum block_why)value);
}

static const char *access_word(int64_t value)
{
    return value < 0 || value >= ACCESS_COUNT ? NULL : access_how_name((enum access_how)value);
}

static const char *stage_word(int64_t value)
{
    return value < 0 || value >= STAGE_COUNT ? NULL : loop_stage_name((enum loop_stage)value);
}

static const char *call_word(int64_t value)
{
    return value < 0 || value >= CALL_COUNT ? NULL : call_kind_name((enum call_kind)value);
}

static const char *queue_word(int64_t value)
{
    return value < 0 || value >= LOOP_QUEUE_COUNT ? NULL
                                                  : loop_queue_name((enum loop_queue)value);
}

static const char *gc_word(int64_t value)
{
    return value < 0 || value >= GC_COUNT ? NULL : gc_kind_name((enum gc_kind)value);
}

static const char *word_of(const char *const *words, size_t n, int64_t value)
{
    return value < 0 || (uint64_t)value >= n ? NULL : words[value];
}

static const char *mode_word(int64_t value)
{
    static const char *const words[] = {[RUN_USER] = "user", [RUN_KERNEL] = "kernel"};

    return word_of(words, ARRAY_LEN(words), value);
}

static const char *done_word(int64_t value)
{
    static const char *const words[] = {[DONE_END] = "end", [DONE_FAULT] = "fault"};

    return word_of(words, ARRAY_LEN(words), value);
}

static const char *hold_word(int64_t value)
{
    static const char *const words[] = {[HOLD_SOLE] = "sole",
                                        [HOLD_SHARED] = "shared",
                                        [HOLD_ORDER] = "order",
                                        [HOLD_BACK] = "back"};

    return word_of(words, ARRAY_LEN(words), value);
}

static const char *loop_word(int64_t value)
{
    static const char *const words[] = {
        [LOOP_TURN] = "turn",     [LOOP_LAG] = "lag",           [LOOP_POOL_WAIT] = "pool wait",
        [LOOP_SWITCH] = "switch", [LOOP_RENDERED] = "rendered", [LOOP_DROPPED] = "dropped"};

    return word_of(words, ARRAY_LEN(words), value);
}

static const char *switch_word(int64_t value)
{
    static const char *const words[] = {"first", "switch", "migration", "both"};

    return word_of(words, ARRAY_LEN(words), value);
}

/* ---- the table --------------------------------------------------------------------------- */

/* clang-format off */
#define ONE(name_, range_)        {.name = name_, .range = RANGE_##range_}
#define MAY(name_, range_)        {.name = name_, .range = RANGE_##range_, .may_miss = true}
#define WORD(name_, word_)        {.name = name_, .range = RANGE_ENUM, .word = word_##_word}
#define UNUSED                    {.name = NULL}
#define ROW(...)                  {.of = {__VA_ARGS__}, .has_task = true}
#define ROW_TEXT(...)             {.of = {__VA_ARGS__}, .has_task = true, .has_text = true}
#define ROW_MAY_TEXT(...)         {.of = {__VA_ARGS__}, .has_task = true, .may_text = true}
#define ROW_NO_TASK(...)          {.of = {__VA_ARGS__}}

static const struct trace_fields fields[TR_COUNT] = {
    [TR_ARRIVE]   = ROW_MAY_TEXT(UNUSED, ONE("spec", SPEC), ONE("copy", COUNT)),
    [TR_READY]    = ROW(MAY("queue", CORE), WORD("why", ready), UNUSED),
    [TR_SWITCH]   = ROW(ONE("core", CORE), ONE("cost", TIME), WORD("counts", switch)),
    [TR_RUN]      = ROW(ONE("core", CORE), WORD("mode", mode), ONE("slice", ANY)),
    [TR_MODE]     = ROW(ONE("core", CORE), WORD("mode", mode), UNUSED),
    [TR_RENEW]    = ROW(ONE("core", CORE), UNUSED, ONE("slice", ANY)),
    [TR_STOP]     = ROW(ONE("core", CORE), WORD("why", stop), UNUSED),
    [TR_BLOCK]    = ROW_MAY_TEXT(MAY("on", ANY), WORD("why", block), ONE("where", ANY)),
    [TR_DONE]     = ROW(UNUSED, WORD("why", done), UNUSED),
    [TR_JOB]      = ROW(UNUSED, ONE("late", ANY), ONE("job", COUNT)),
    [TR_SUBMIT]   = ROW(ONE("device", DEVICE), UNUSED, ONE("request", COUNT)),
    [TR_SERVE]    = ROW(ONE("device", DEVICE), ONE("service", TIME), ONE("request", COUNT)),
    [TR_SERVED]   = ROW(ONE("device", DEVICE), UNUSED, ONE("request", COUNT)),
    [TR_REPLY]    = ROW(ONE("device", DEVICE), UNUSED, ONE("request", COUNT)),
    [TR_IRQ]      = ROW_NO_TASK(ONE("core", CORE), ONE("time", TIME), ONE("device", DEVICE)),
    [TR_LOG]      = ROW_TEXT(MAY("core", CORE), UNUSED, UNUSED),
    [TR_FAULT]    = ROW_TEXT(MAY("core", CORE), MAY("where", PLACE), UNUSED),
    [TR_REJECT]   = ROW_NO_TASK(ONE("executor", EXECUTOR), ONE("spec", SPEC), ONE("copy", COUNT)),
    [TR_QUEUE]    = ROW_NO_TASK(ONE("executor", EXECUTOR), ONE("waiting", COUNT), UNUSED),
    [TR_THREAD]   = ROW_NO_TASK(ONE("executor", EXECUTOR), ONE("threads", COUNT), UNUSED),
    [TR_ACCESS]   = ROW(ONE("var", VAR), WORD("how", access), ONE("where", PLACE)),
    [TR_ACQUIRE]  = ROW(ONE("sync", SYNC), WORD("how", hold), ONE("where", PLACE)),
    [TR_RELEASE]  = ROW(ONE("sync", SYNC), WORD("how", hold), ONE("where", PLACE)),
    [TR_PRIORITY] = ROW(UNUSED, ONE("priority", ANY), UNUSED),
    [TR_DEADLOCK] = ROW_TEXT(MAY("sync", SYNC), MAY("holder", SLOT), MAY("where", PLACE)),
    [TR_SPAWN]    = ROW(ONE("parent", SLOT), ONE("family", COUNT), UNUSED),
    [TR_JOIN]     = ROW(UNUSED, ONE("family", COUNT), UNUSED),
    [TR_TRY]      = ROW(ONE("sync", SYNC), ONE("asks", COUNT), UNUSED),
    [TR_LOOP]     = ROW_NO_TASK(ONE("executor", EXECUTOR), WORD("fact", loop), ONE("time", TIME)),
    [TR_TURN]     = ROW(ONE("thread", THREAD), ONE("begins", COUNT), UNUSED),
    [TR_PHASE]    = ROW_NO_TASK(ONE("loop", LOOP), WORD("stage", stage), ONE("iteration", COUNT)),
    [TR_CALL]     = ROW_MAY_TEXT(ONE("loop", LOOP), WORD("call", call), MAY("where", PLACE)),
    [TR_RETURN]   = ROW_NO_TASK(ONE("loop", LOOP), UNUSED, UNUSED),
    [TR_FRAME]    = ROW_TEXT(MAY("loop", LOOP), ONE("enters", COUNT), MAY("where", PLACE)),
    [TR_QUEUED]   = ROW_NO_TASK(ONE("loop", LOOP), WORD("queue", queue), ONE("length", COUNT)),
    [TR_ENQUEUE]  = ROW_MAY_TEXT(ONE("loop", LOOP), WORD("queue", queue), MAY("where", PLACE)),
    [TR_DEQUEUE]  = ROW_MAY_TEXT(ONE("loop", LOOP), WORD("queue", queue), MAY("where", PLACE)),
    [TR_HEAP]     = ROW_NO_TASK(ONE("loop", LOOP), ONE("used", COUNT), ONE("garbage", COUNT)),
    [TR_SERVES]   = ROW(ONE("executor", EXECUTOR), ONE("number", COUNT), ONE("thread", THREAD)),
    [TR_GC]       = ROW_NO_TASK(ONE("loop", LOOP), WORD("gc", gc), ONE("pause", COUNT)),
};
/* clang-format on */

const struct trace_fields *trace_fields(enum trace_kind kind)
{
    sim_assert(kind < TR_COUNT);
    return &fields[kind];
}

/* ---- fields ------------------------------------------------------------------------------ */

const char *trace_field_plain(int field)
{
    static const char *const words[] = {"place", "arg", "extra"};

    sim_assert(field >= 0 && field < TRACE_FIELDS);
    return words[field];
}

int64_t trace_field_default(int field)
{
    return field == FIELD_PLACE ? -1 : 0;
}

int64_t trace_field_get(const struct trace_rec *rec, int field)
{
    return field == FIELD_PLACE ? rec->place : field == FIELD_ARG ? rec->arg : rec->extra;
}

void trace_field_set(struct trace_rec *rec, int field, int64_t value)
{
    if (field == FIELD_PLACE)
        rec->place = (int32_t)value;
    else if (field == FIELD_ARG)
        rec->arg = value;
    else
        rec->extra = value;
}
