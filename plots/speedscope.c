/* speedscope.c - flame graphs a core: which task ran, and in which of its functions.
 *
 * A profile a core.  Profiles are written one behind the other, so each has a scratch file, and
 * so have the names of frames.  A frame is a task, a function, the kernel, or a switch.
 *
 * Source: speedscope 1.25, src/lib/file-format-spec.ts: evented profiles. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "plots/export.h"
#include "plots/task_names.h"

enum { FRAME_SWITCH, FRAME_KERNEL, FRAMES_FIXED };

/* The functions that a task is in. */
struct call_stack {
    int64_t frame; /* the task's own; -1: none yet */
    int64_t *list;
    size_t n, room;
    int32_t core; /* it is on; -1: none */
    bool kernel;
};

struct open_core {
    struct export_file *events;
    bool any;
    int32_t task; /* whose frames are open; -1: nobody's */
    bool switching;
};

struct function {
    char *name;
    int64_t frame;
};

struct speedscope {
    struct exporter base;
    struct task_names names;
    struct export_out *out;
    struct export_file *frames;
    int64_t nframes;
    struct open_core *cores;
    struct call_stack *stacks; /* slots */
    size_t nstacks;
    struct function *functions;
    size_t nfunctions;
};

/* ---- frames ------------------------------------------------------------------------------ */

static int64_t new_frame(struct speedscope *s, const char *name)
{
    file_addf(s->frames, "%s\n{\"name\":", s->nframes > 0 ? "," : "");
    file_quote(s->frames, name);
    file_text(s->frames, "}");
    return s->nframes++;
}

static int64_t frame_of_function(struct speedscope *s, const char *name)
{
    for (size_t i = 0; i < s->nfunctions; i++)
        if (strcmp(s->functions[i].name, name) == 0)
            return s->functions[i].frame;
    s->functions = sim_realloc(s->functions, (s->nfunctions + 1) * sizeof(*s->functions));
    s->functions[s->nfunctions].name = sim_strdup(name);
    s->functions[s->nfunctions].frame = new_frame(s, name);
    return s->functions[s->nfunctions++].frame;
}

static struct call_stack *stack_of(struct speedscope *s, int32_t task)
{
    struct call_stack *st;

    s->stacks = array_reach(s->stacks, &s->nstacks, (size_t)task, sizeof(*s->stacks));
    st = &s->stacks[task];
    if (st->frame < 0)
        st->frame = new_frame(s, task_names_of(&s->names, task));
    return st;
}

static void event(struct speedscope *s, int32_t core, sim_time at, char type, int64_t frame)
{
    struct open_core *c = &s->cores[core];

    file_addf(c->events, "%s\n{\"type\":\"%c\",\"frame\":%" PRId64 ",\"at\":%" PRId64 "}",
              c->any ? "," : "", type, frame, at);
    c->any = true;
}

/* ---- cores ------------------------------------------------------------------------------- */

static void close_core(struct speedscope *s, int32_t core, sim_time at)
{
    struct open_core *c = &s->cores[core];
    struct call_stack *st;

    if (c->task < 0)
        return;
    st = stack_of(s, c->task);
    if (c->switching)
        event(s, core, at, 'C', FRAME_SWITCH);
    if (st->kernel)
        event(s, core, at, 'C', FRAME_KERNEL);
    if (!c->switching)
        for (size_t i = st->n; i > 0; i--)
            event(s, core, at, 'C', st->list[i - 1]);
    event(s, core, at, 'C', st->frame);
    st->core = -1;
    st->kernel = c->switching = false;
    c->task = -1;
}

static void open_core(struct speedscope *s, const struct trace_rec *rec)
{
    struct open_core *c = &s->cores[rec->place];
    struct call_stack *st = stack_of(s, rec->task);

    close_core(s, rec->place, rec->at);
    c->task = rec->task;
    st->core = rec->place;
    event(s, rec->place, rec->at, 'O', st->frame);
    c->switching = rec->kind == TR_SWITCH;
    if (c->switching) {
        event(s, rec->place, rec->at, 'O', FRAME_SWITCH);
        return;
    }
    for (size_t i = 0; i < st->n; i++)
        event(s, rec->place, rec->at, 'O', st->list[i]);
    st->kernel = rec->arg == RUN_KERNEL;
    if (st->kernel)
        event(s, rec->place, rec->at, 'O', FRAME_KERNEL);
}

static void mode(struct speedscope *s, const struct trace_rec *rec)
{
    struct call_stack *st = stack_of(s, rec->task);
    bool kernel = rec->arg == RUN_KERNEL;

    if (st->core < 0 || st->kernel == kernel)
        return;
    event(s, st->core, rec->at, kernel ? 'O' : 'C', FRAME_KERNEL);
    st->kernel = kernel;
}

/* A function is entered or left; what is open above it is closed for a moment. */
static void frame(struct speedscope *s, const struct trace_rec *rec)
{
    struct call_stack *st = stack_of(s, rec->task);
    bool open = st->core >= 0 && !s->cores[st->core].switching;
    bool kernel = open && st->kernel;

    if (!rec->arg && st->n == 0)
        return;
    if (kernel)
        event(s, st->core, rec->at, 'C', FRAME_KERNEL);
    if (rec->arg) {
        if (st->n == st->room) {
            st->room = st->room ? 2 * st->room : 8;
            st->list = sim_realloc(st->list, st->room * sizeof(*st->list));
        }
        st->list[st->n++] = frame_of_function(s, rec->text ? rec->text : "function");
    } else {
        st->n--;
    }
    if (open)
        event(s, st->core, rec->at, rec->arg ? 'O' : 'C',
              st->list[rec->arg ? st->n - 1 : st->n]);
    if (kernel)
        event(s, st->core, rec->at, 'O', FRAME_KERNEL);
}

static void arrive(struct speedscope *s, const struct trace_rec *rec)
{
    struct call_stack *st;

    task_names_arrive(&s->names, rec);
    s->stacks = array_reach(s->stacks, &s->nstacks, (size_t)rec->task, sizeof(*s->stacks));
    st = &s->stacks[rec->task];
    st->frame = -1;
    st->n = 0;
    st->core = -1;
    st->kernel = false;
}

static void speedscope_record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct speedscope *s = container_of(sink, struct speedscope, base.sink);

    switch ((enum trace_kind)rec->kind) {
    case TR_ARRIVE:
        arrive(s, rec);
        break;
    case TR_SWITCH:
    case TR_RUN:
        open_core(s, rec);
        break;
    case TR_MODE:
        mode(s, rec);
        break;
    case TR_STOP:
        close_core(s, rec->place, rec->at);
        break;
    case TR_FRAME:
        frame(s, rec);
        break;
    default: /* READY: perhaps its core was still switching to it */
        if (stack_of(s, rec->task)->core >= 0)
            close_core(s, stack_of(s, rec->task)->core, rec->at);
        break;
    }
}

/* ---- the export ----------------------------------------------------------------------------- */

static void speedscope_finish(struct trace_sink *sink, sim_time end)
{
    struct speedscope *s = container_of(sink, struct speedscope, base.sink);
    const struct scenario *sc = s->names.sc;
    struct export_file *f = export_file_main(s->out);

    file_text(f, "{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\n"
                 "\"exporter\":\"quanta\",\"name\":");
    file_quote(f, sc->name);
    file_text(f, ",\"activeProfileIndex\":0,\n\"profiles\":[");
    for (int32_t i = 0; i < sc->machine.ncores; i++) {
        close_core(s, i, end);
        file_addf(f, "%s\n{\"type\":\"evented\",\"name\":", i > 0 ? "," : "");
        file_quote(f, sc->machine.cores[i].name);
        file_addf(f,
                  ",\"unit\":\"nanoseconds\",\"startValue\":0,\"endValue\":%" PRId64
                  ",\"events\":[",
                  end);
        file_append(f, s->cores[i].events);
        s->cores[i].events = NULL;
        file_text(f, "]}");
    }
    file_text(f, "],\n\"shared\":{\"frames\":[");
    file_append(f, s->frames);
    s->frames = NULL;
    file_text(f, "]}}\n");
    export_file_free(f);
}

static void speedscope_free(struct exporter *ex)
{
    struct speedscope *s = container_of(ex, struct speedscope, base);

    for (int32_t i = 0; i < s->names.sc->machine.ncores; i++)
        export_file_free(s->cores[i].events);
    export_file_free(s->frames);
    for (size_t i = 0; i < s->nstacks; i++)
        free(s->stacks[i].list);
    for (size_t i = 0; i < s->nfunctions; i++)
        free(s->functions[i].name);
    free(s->functions);
    free(s->stacks);
    free(s->cores);
    task_names_release(&s->names);
    free(s);
}

static struct exporter *speedscope_start(const struct scenario *sc, struct export_out *out)
{
    struct speedscope *s = sim_calloc(1, sizeof(*s));

    s->base.sink.kinds = TRACE_BIT(ARRIVE) | TRACE_BIT(READY) | TRACE_BIT(SWITCH) |
                         TRACE_BIT(RUN) | TRACE_BIT(MODE) | TRACE_BIT(STOP) | TRACE_BIT(FRAME);
    s->base.sink.record = speedscope_record;
    s->base.sink.finish = speedscope_finish;
    s->base.free = speedscope_free;
    s->out = out;
    task_names_init(&s->names, sc);
    s->frames = export_file_new(out, NULL);
    (void)new_frame(s, "context switch");
    (void)new_frame(s, "kernel");
    sim_assert(s->nframes == FRAMES_FIXED);
    s->cores = sim_calloc((size_t)sc->machine.ncores, sizeof(*s->cores));
    for (int32_t i = 0; i < sc->machine.ncores; i++) {
        s->cores[i].events = export_file_new(out, NULL);
        s->cores[i].task = -1;
    }
    return &s->base;
}

const struct export_format export_speedscope = {
    .is = {.name = "speedscope",
           .suffix = ".speedscope.json",
           .help = "a flame graph a core: tasks and their functions",
           .opens = "speedscope (speedscope.app, or npx speedscope)"},
    .source = "speedscope 1.25, src/lib/file-format-spec.ts",
    .start = speedscope_start,
};
