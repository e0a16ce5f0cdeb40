#include "plots/record_names.h"

#include "sim/trace_fields.h"

static const char *name_in(const struct scenario *sc, enum trace_range range, int32_t i,
                           char buf[TASK_NAME_SIZE])
{
    switch (range) {
    case RANGE_CORE:
        return i < sc->machine.ncores ? sc->machine.cores[i].name : NULL;
    case RANGE_DEVICE:
        return i < sc->ndevices ? sc->devices[i].name : NULL;
    case RANGE_SYNC:
        return i < sc->nsyncs ? sc->syncs[i].name : NULL;
    case RANGE_EXECUTOR:
        return i < sc->nexecutors ? sc->executors[i].name : NULL;
    case RANGE_LOOP:
        return i < scenario_loops(sc) ? scenario_loop_name(sc, i, buf) : NULL;
    case RANGE_VAR:
        return (uint32_t)i < sc->nvars ? sc->vars[i].name : NULL;
    default:
        return NULL;
    }
}

const char *record_place(const struct scenario *sc, const struct trace_rec *rec,
                         char buf[TASK_NAME_SIZE])
{
    uint8_t range = trace_fields((enum trace_kind)rec->kind)->of[FIELD_PLACE].range;

    if (rec->place < 0)
        return NULL;
    if (rec->kind == TR_BLOCK) /* a task may wait for a device or for a sync object */
        range = rec->arg == BLOCK_IO     ? RANGE_DEVICE
                : rec->arg == BLOCK_SYNC ? RANGE_SYNC
                                         : RANGE_ANY;
    return name_in(sc, (enum trace_range)range, rec->place, buf);
}

const char *record_word(const struct trace_rec *rec)
{
    const struct trace_field *arg = &trace_fields((enum trace_kind)rec->kind)->of[FIELD_ARG];

    return arg->word ? arg->word(rec->arg) : NULL;
}
