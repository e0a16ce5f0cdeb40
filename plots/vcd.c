/* vcd.c - value change dump: the run as a logic analyser would show it, in GTKWave and others.
 *
 * Signals: each core, with the task that it runs as a text; each of the first tasks, with its
 * state as a text; how many tasks are ready.  The changes go to a scratch file, for signals are
 * declared in front of them and tasks come as the run goes on.  Of several changes within one
 * instant the last one counts.
 *
 * Source: IEEE 1364-2001, chapter 18.  Differs: variables of the type `string`, which GTKWave has
 * added and others ignore.  An interrupt is not told apart from the task that it interrupts. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "plots/export.h"
#include "plots/task_names.h"

enum { TASKS_SHOWN = 1000 };

struct signal {
    char *now, *told; /* texts; NULL: not yet */
    bool dirty;
};

/* What a task is about, of the state words. */
enum task_state { STATE_NEW, STATE_READY, STATE_RUNNING, STATE_WAITING, STATE_DONE };

struct vcd {
    struct exporter base;
    struct task_names names;
    struct export_out *out;
    struct export_file *changes, *tasks; /* tasks: their declarations */
    struct signal *cores;
    int32_t *switching;    /* cores: the task that is switched to; -1: none */
    struct signal *states; /* of the tasks shown */
    int32_t nstates;
    int32_t *shown; /* slots: index into states plus one; 0: not shown */
    size_t nshown;
    uint8_t *state; /* slots: enum task_state */
    size_t nslots;
    int32_t *dirty; /* signals that have changed in this instant: cores, then states */
    size_t ndirty, dirty_room;
    int64_t ready, ready_told;
    sim_time now, stamped; /* stamped: the last time written, -1: none */
};

/* ---- signals ------------------------------------------------------------------------------ */

/* Printable characters, as short as may be: the format's names of signals. */
static void add_code(struct export_file *f, int32_t i)
{
    char code[8];
    size_t n = 0;

    do {
        code[n++] = (char)('!' + i % 94);
        i /= 94;
    } while (i > 0);
    file_bytes(f, code, n);
}

static int32_t ncores(const struct vcd *v)
{
    return v->names.sc->machine.ncores;
}

static int32_t code_of_task(const struct vcd *v, int32_t i)
{
    return ncores(v) + 1 + i;
}

static int32_t code_of_ready(const struct vcd *v)
{
    return ncores(v);
}

/* Words in which the format sees no end. */
static void add_word(struct export_file *f, const char *text)
{
    for (; *text; text++)
        file_bytes(f, (unsigned char)*text <= ' ' || *text == '$' ? "_" : text, 1);
}

static struct signal *signal_of(struct vcd *v, int32_t code)
{
    return code < ncores(v) ? &v->cores[code] : &v->states[code - ncores(v) - 1];
}

static void change(struct vcd *v, int32_t code, const char *text)
{
    struct signal *s = signal_of(v, code);

    free(s->now);
    s->now = sim_strdup(text);
    if (s->dirty)
        return;
    s->dirty = true;
    if (v->ndirty == v->dirty_room) {
        v->dirty_room = v->dirty_room ? 2 * v->dirty_room : 64;
        v->dirty = sim_realloc(v->dirty, v->dirty_room * sizeof(*v->dirty));
    }
    v->dirty[v->ndirty++] = code;
}

static void stamp(struct vcd *v)
{
    if (v->stamped != v->now)
        file_addf(v->changes, "#%" PRId64 "\n", v->now);
    v->stamped = v->now;
}

static void add_ready(struct vcd *v)
{
    uint64_t n = (uint64_t)v->ready, bit = 1;

    stamp(v);
    while (bit <= n / 2)
        bit *= 2;
    file_text(v->changes, "b");
    for (; bit > 0; bit /= 2)
        file_text(v->changes, n & bit ? "1" : "0");
    file_text(v->changes, " ");
    add_code(v->changes, code_of_ready(v));
    file_text(v->changes, "\n");
    v->ready_told = v->ready;
}

/* The instant is over: what has changed by its end is written. */
static void settle(struct vcd *v)
{
    for (size_t i = 0; i < v->ndirty; i++) {
        struct signal *s = signal_of(v, v->dirty[i]);

        s->dirty = false;
        if (s->told && strcmp(s->told, s->now) == 0)
            continue;
        stamp(v);
        file_text(v->changes, "s");
        add_word(v->changes, s->now);
        file_text(v->changes, " ");
        add_code(v->changes, v->dirty[i]);
        file_text(v->changes, "\n");
        free(s->told);
        s->told = s->now;
        s->now = NULL;
    }
    v->ndirty = 0;
    if (v->ready != v->ready_told)
        add_ready(v);
}

/* ---- records ------------------------------------------------------------------------------ */

static void declare(struct export_file *f, const char *type, int width, int32_t code,
                    const char *name)
{
    file_addf(f, "$var %s %d ", type, width);
    add_code(f, code);
    file_text(f, " ");
    add_word(f, name);
    file_text(f, " $end\n");
}

static void task_is(struct vcd *v, int32_t task, enum task_state state, const char *word)
{
    v->state = array_reach(v->state, &v->nslots, (size_t)task, sizeof(*v->state));
    v->ready += (state == STATE_READY) - (v->state[task] == STATE_READY);
    v->state[task] = (uint8_t)state;
    if ((size_t)task < v->nshown && v->shown[task] > 0)
        change(v, code_of_task(v, v->shown[task] - 1), word);
}

static void arrive(struct vcd *v, const struct trace_rec *rec)
{
    task_names_arrive(&v->names, rec);
    v->shown = array_reach(v->shown, &v->nshown, (size_t)rec->task, sizeof(*v->shown));
    v->shown[rec->task] = 0;
    if (v->nstates < TASKS_SHOWN) {
        declare(v->tasks, "string", 1, code_of_task(v, v->nstates),
                task_names_of(&v->names, rec->task));
        v->shown[rec->task] = ++v->nstates;
    }
    task_is(v, rec->task, STATE_NEW, "new");
}

static const char *waiting_word(const struct trace_rec *rec)
{
    return rec->arg == BLOCK_SYNC ? "waits" : block_why_name((enum block_why)rec->arg);
}

static void run(struct vcd *v, const struct trace_rec *rec)
{
    v->switching[rec->place] = rec->kind == TR_SWITCH ? rec->task : -1;
    if (rec->kind == TR_SWITCH) {
        change(v, rec->place, "switch");
        task_is(v, rec->task, STATE_WAITING, "switch");
        return;
    }
    change(v, rec->place, task_names_of(&v->names, rec->task));
    task_is(v, rec->task, STATE_RUNNING, rec->arg == RUN_KERNEL ? "kernel" : "running");
}

/* A task becomes ready: perhaps while its core was still switching to it. */
static void ready(struct vcd *v, const struct trace_rec *rec)
{
    for (int32_t i = 0; i < ncores(v); i++)
        if (v->switching[i] == rec->task) {
            change(v, i, "idle");
            v->switching[i] = -1;
        }
    task_is(v, rec->task, STATE_READY, "ready");
}

static void vcd_record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct vcd *v = container_of(sink, struct vcd, base.sink);

    if (rec->at > v->now) {
        settle(v);
        v->now = rec->at;
    }
    switch ((enum trace_kind)rec->kind) {
    case TR_ARRIVE:
        arrive(v, rec);
        break;
    case TR_READY:
        ready(v, rec);
        break;
    case TR_SWITCH:
    case TR_RUN:
    case TR_MODE:
        run(v, rec);
        break;
    case TR_STOP:
        change(v, rec->place, "idle");
        break;
    case TR_BLOCK:
        task_is(v, rec->task, STATE_WAITING, waiting_word(rec));
        break;
    default:
        task_is(v, rec->task, STATE_DONE, "done");
        break;
    }
}

/* ---- the export ----------------------------------------------------------------------------- */

static void vcd_finish(struct trace_sink *sink, sim_time end)
{
    struct vcd *v = container_of(sink, struct vcd, base.sink);
    struct export_file *f = export_file_main(v->out);

    if (end > v->now) {
        settle(v);
        v->now = end;
    }
    for (int32_t i = 0; i < ncores(v); i++)
        change(v, i, "idle");
    settle(v);
    v->now = end;
    stamp(v);
    file_text(f, "$version quanta $end\n$timescale 1 ns $end\n$scope module run $end\n"
                 "$scope module cores $end\n");
    for (int32_t i = 0; i < ncores(v); i++)
        declare(f, "string", 1, i, v->names.sc->machine.cores[i].name);
    declare(f, "integer", 64, code_of_ready(v), "ready");
    file_text(f, "$upscope $end\n$scope module tasks $end\n");
    file_append(f, v->tasks);
    file_text(f, "$upscope $end\n$upscope $end\n$enddefinitions $end\n");
    file_append(f, v->changes);
    v->tasks = v->changes = NULL;
    export_file_free(f);
}

static void signals_free(struct signal *list, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        free(list[i].now);
        free(list[i].told);
    }
    free(list);
}

static void vcd_free(struct exporter *ex)
{
    struct vcd *v = container_of(ex, struct vcd, base);

    export_file_free(v->tasks);
    export_file_free(v->changes);
    signals_free(v->cores, ncores(v));
    signals_free(v->states, TASKS_SHOWN);
    free(v->switching);
    free(v->shown);
    free(v->state);
    free(v->dirty);
    task_names_release(&v->names);
    free(v);
}

static struct exporter *vcd_start(const struct scenario *sc, struct export_out *out)
{
    struct vcd *v = sim_calloc(1, sizeof(*v));

    v->base.sink.kinds = TRACE_BIT(ARRIVE) | TRACE_BIT(READY) | TRACE_BIT(SWITCH) |
                         TRACE_BIT(RUN) | TRACE_BIT(MODE) | TRACE_BIT(STOP) | TRACE_BIT(BLOCK) |
                         TRACE_BIT(DONE);
    v->base.sink.record = vcd_record;
    v->base.sink.finish = vcd_finish;
    v->base.free = vcd_free;
    v->out = out;
    v->stamped = -1;
    v->ready_told = -1;
    task_names_init(&v->names, sc);
    v->changes = export_file_new(out, NULL);
    v->tasks = export_file_new(out, NULL);
    v->cores = sim_calloc((size_t)sc->machine.ncores, sizeof(*v->cores));
    v->states = sim_calloc(TASKS_SHOWN, sizeof(*v->states));
    v->switching = sim_calloc((size_t)sc->machine.ncores, sizeof(*v->switching));
    for (int32_t i = 0; i < sc->machine.ncores; i++) {
        v->switching[i] = -1;
        change(v, i, "idle");
    }
    return &v->base;
}

const struct export_format export_vcd = {
    .is = {.name = "vcd",
           .suffix = ".vcd",
           .help = "cores and tasks as signals of a logic analyser",
           .opens = "GTKWave"},
    .source = "IEEE 1364-2001, chapter 18",
    .start = vcd_start,
};
