#include "plots/record_names.h"

static const char *core_name(const struct scenario *sc, int32_t i)
{
    return i < sc->machine.ncores ? sc->machine.cores[i].name : NULL;
}

static const char *device_name(const struct scenario *sc, int32_t i)
{
    return i < sc->ndevices ? sc->devices[i].name : NULL;
}

static const char *sync_name(const struct scenario *sc, int32_t i)
{
    return i < sc->nsyncs ? sc->syncs[i].name : NULL;
}

static const char *executor_name(const struct scenario *sc, int32_t i)
{
    return i < sc->nexecutors ? sc->executors[i].name : NULL;
}

/* A task may wait for a device or for a sync object. */
static const char *blocked_on(const struct scenario *sc, const struct trace_rec *rec)
{
    if (rec->arg == BLOCK_IO)
        return device_name(sc, rec->place);
    return rec->arg == BLOCK_SYNC ? sync_name(sc, rec->place) : NULL;
}

static const char *loop_name(const struct scenario *sc, int32_t i, char buf[TASK_NAME_SIZE])
{
    return i < scenario_loops(sc) ? scenario_loop_name(sc, i, buf) : NULL;
}

const char *record_place(const struct scenario *sc, const struct trace_rec *rec,
                         char buf[TASK_NAME_SIZE])
{
    if (rec->place < 0)
        return NULL;
    switch ((enum trace_kind)rec->kind) {
    case TR_READY:
    case TR_SWITCH:
    case TR_RUN:
    case TR_MODE:
    case TR_RENEW:
    case TR_STOP:
    case TR_IRQ:
    case TR_LOG:
    case TR_FAULT:
        return core_name(sc, rec->place);
    case TR_SUBMIT:
    case TR_SERVE:
    case TR_SERVED:
    case TR_REPLY:
        return device_name(sc, rec->place);
    case TR_ACQUIRE:
    case TR_RELEASE:
    case TR_DEADLOCK:
    case TR_TRY:
        return sync_name(sc, rec->place);
    case TR_REJECT:
    case TR_QUEUE:
    case TR_THREAD:
    case TR_LOOP:
    case TR_SERVES:
        return executor_name(sc, rec->place);
    case TR_ACCESS:
        return (uint32_t)rec->place < sc->nvars ? sc->vars[rec->place].name : NULL;
    case TR_BLOCK:
        return blocked_on(sc, rec);
    case TR_PHASE:
    case TR_CALL:
    case TR_RETURN:
    case TR_FRAME:
    case TR_QUEUED:
    case TR_HEAP:
    case TR_GC:
        return loop_name(sc, rec->place, buf);
    default:
        return NULL;
    }
}

static const char *hold_name(enum hold_how how)
{
    static const char *const names[] = {"sole", "shared", "order", "back"};

    sim_assert((size_t)how < ARRAY_LEN(names));
    return names[how];
}

const char *record_word(const struct trace_rec *rec)
{
    switch ((enum trace_kind)rec->kind) {
    case TR_READY:
        return ready_why_name((enum ready_why)rec->arg);
    case TR_RUN:
    case TR_MODE:
        return rec->arg == RUN_KERNEL ? "kernel" : "user";
    case TR_STOP:
        return stop_why_name((enum stop_why)rec->arg);
    case TR_BLOCK:
        return block_why_name((enum block_why)rec->arg);
    case TR_DONE:
        return rec->arg == DONE_FAULT ? "fault" : "end";
    case TR_ACCESS:
        return access_how_name((enum access_how)rec->arg);
    case TR_ACQUIRE:
    case TR_RELEASE:
        return hold_name((enum hold_how)rec->arg);
    case TR_PHASE:
        return loop_stage_name((enum loop_stage)rec->arg);
    case TR_CALL:
        return call_kind_name((enum call_kind)rec->arg);
    case TR_QUEUED:
        return loop_queue_name((enum loop_queue)rec->arg);
    case TR_GC:
        return gc_kind_name((enum gc_kind)rec->arg);
    case TR_FRAME:
        return rec->arg ? "entered" : "left";
    default:
        return NULL;
    }
}
