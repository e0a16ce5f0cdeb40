#include "sim/segments.h"

#include <stdlib.h>
#include <string.h>

/* What a core does now. */
struct stretch {
    bool busy;
    uint8_t kind;
    int32_t slot;
    int64_t task;
    sim_time from; /* not before the end of interrupts */
    size_t last;   /* its segment before, plus one */
};

struct segments_state {
    struct stretch *cores;
    int64_t *tasks;   /* of slots: index into names */
    int32_t *core_of; /* of slots: the core that switches to it or runs it; -1 */
    size_t nslots, room, names_room;
};

static void add(struct segments *s, int32_t core, int64_t task, uint8_t kind, sim_time from,
                sim_time to)
{
    struct stretch *c = &s->state->cores[core];

    if (from >= to)
        return;
    if (c->last > 0) {
        struct segment *before = &s->list[c->last - 1];

        if (before->task == task && before->kind == kind && before->to == from) {
            before->to = to;
            return;
        }
    }
    if (s->n == s->state->room) {
        s->state->room = s->state->room ? 2 * s->state->room : 256;
        s->list = sim_realloc(s->list, s->state->room * sizeof(*s->list));
    }
    s->list[s->n++] = (struct segment){from, to, task, core, kind};
    c->last = s->n;
}

static void end_stretch(struct segments *s, int32_t core, sim_time now)
{
    struct stretch *c = &s->state->cores[core];

    if (!c->busy)
        return;
    add(s, core, c->task, c->kind, c->from, now);
    s->state->core_of[c->slot] = -1;
    c->busy = false;
}

static void begin(struct segments *s, const struct trace_rec *rec, uint8_t kind)
{
    struct stretch *c = &s->state->cores[rec->place];

    end_stretch(s, rec->place, rec->at);
    c->busy = true;
    c->kind = kind;
    c->slot = rec->task;
    c->task = s->state->tasks[rec->task];
    if (c->from < rec->at)
        c->from = rec->at;
    s->state->core_of[rec->task] = rec->place;
}

static void arrive(struct segments *s, const struct trace_rec *rec)
{
    struct segments_state *st = s->state;
    size_t slot = (size_t)rec->task;
    char buf[TASK_NAME_SIZE];

    if (slot >= st->nslots) {
        size_t n = 2 * slot + 64;

        st->tasks = sim_realloc(st->tasks, n * sizeof(*st->tasks));
        st->core_of = sim_realloc(st->core_of, n * sizeof(*st->core_of));
        st->nslots = n;
    }
    if (s->nnames == st->names_room) {
        st->names_room = st->names_room ? 2 * st->names_room : 64;
        s->names = sim_realloc(s->names, st->names_room * sizeof(char *));
    }
    st->tasks[slot] = (int64_t)s->nnames;
    st->core_of[slot] = -1;
    s->names[s->nnames++] = sim_strdup(
        rec->text ? rec->text : task_name(&s->sc->tasks[rec->arg], (uint64_t)rec->extra, buf));
}

static void interrupt(struct segments *s, const struct trace_rec *rec)
{
    struct stretch *c = &s->state->cores[rec->place];
    sim_time from = c->from > rec->at ? c->from : rec->at;

    if (c->busy)
        add(s, rec->place, c->task, c->kind, c->from, rec->at);
    add(s, rec->place, -1, SEGMENT_KERNEL, from, time_add(from, rec->arg));
    c->from = time_add(from, rec->arg);
}

static void record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct segments *s = container_of(sink, struct segments, sink);

    switch ((enum trace_kind)rec->kind) {
    case TR_ARRIVE:
        arrive(s, rec);
        break;
    case TR_SWITCH:
        begin(s, rec, SEGMENT_SWITCH);
        break;
    case TR_RUN:
    case TR_MODE:
        begin(s, rec, rec->arg == RUN_KERNEL ? SEGMENT_KERNEL : SEGMENT_USER);
        break;
    case TR_STOP:
        end_stretch(s, rec->place, rec->at);
        break;
    case TR_READY: /* the core was still switching to it */
        if (s->state->core_of[rec->task] >= 0)
            end_stretch(s, s->state->core_of[rec->task], rec->at);
        break;
    case TR_IRQ:
        interrupt(s, rec);
        break;
    default:
        break;
    }
}

static int by_start(const void *a, const void *b)
{
    const struct segment *x = a, *y = b;

    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->core > y->core) - (x->core < y->core);
}

static void finish(struct trace_sink *sink, sim_time end)
{
    struct segments *s = container_of(sink, struct segments, sink);

    for (int32_t i = 0; i < s->sc->machine.ncores; i++)
        end_stretch(s, i, end);
    for (size_t i = 0; i < s->n; i++)
        if (s->list[i].to > end)
            s->list[i].to = end; /* an interrupt that the end of the run cut short */
    if (s->n > 0)
        qsort(s->list, s->n, sizeof(*s->list), by_start);
}

struct segments *segments_new(const struct scenario *sc)
{
    struct segments *s = sim_calloc(1, sizeof(*s));

    s->sink.kinds = TRACE_BIT(ARRIVE) | TRACE_BIT(SWITCH) | TRACE_BIT(RUN) | TRACE_BIT(MODE) |
                    TRACE_BIT(STOP) | TRACE_BIT(READY) | TRACE_BIT(IRQ);
    s->sink.record = record;
    s->sink.finish = finish;
    s->sc = sc;
    s->state = sim_calloc(1, sizeof(*s->state));
    s->state->cores = sim_calloc((size_t)sc->machine.ncores, sizeof(*s->state->cores));
    return s;
}

void segments_free(struct segments *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->nnames; i++)
        free(s->names[i]);
    free(s->names);
    free(s->list);
    free(s->state->cores);
    free(s->state->tasks);
    free(s->state->core_of);
    free(s->state);
    free(s);
}

const char *segment_kind_name(enum segment_kind kind)
{
    static const char *const names[] = {"user", "kernel", "switch"};

    sim_assert((size_t)kind < ARRAY_LEN(names));
    return names[kind];
}
