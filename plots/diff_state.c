/* diff_state.c - who is where when two runs part, and what happens then. */
#include <stdlib.h>
#include <string.h>

#include "plots/diff.h"
#include "plots/task_names.h"

enum { DEEDS_MAX = 4096 };

struct looking {
    struct trace_sink sink;
    const struct scenario *sc;
    struct task_names names;
    struct diff_view *view;
    sim_time at;
    uint64_t order;
};

/* ---- before ------------------------------------------------------------------------------------ */

static struct diff_task *task_at(struct diff_view *v, int32_t slot)
{
    v->tasks = array_reach(v->tasks, &v->ntasks, (size_t)slot, sizeof(*v->tasks));
    return &v->tasks[slot];
}

static void to(struct looking *l, const struct trace_rec *rec, enum diff_where where)
{
    struct diff_task *t = task_at(l->view, rec->task);
    const char *place = diff_place(l->sc, rec);

    free(t->waits);
    t->waits = NULL;
    t->where = where;
    t->order = ++l->order;
    t->core = where == WHERE_CORE ? rec->place : -1;
    if (where == WHERE_BLOCKED)
        t->waits = sim_strdup(place       ? place
                              : rec->text ? rec->text
                                          : block_why_name((enum block_why)rec->arg));
}

static void follow(struct looking *l, const struct trace_rec *rec)
{
    struct diff_task *t;

    switch ((enum trace_kind)rec->kind) {
    case TR_ARRIVE:
        t = task_at(l->view, rec->task);
        free(t->name);
        t->name = sim_strdup(task_names_of(&l->names, rec->task));
        to(l, rec, WHERE_NEW);
        break;
    case TR_READY:
        to(l, rec, WHERE_READY);
        break;
    case TR_SWITCH:
    case TR_RUN:
        to(l, rec, WHERE_CORE);
        break;
    case TR_STOP:
        to(l, rec, WHERE_NEW); /* what follows says where it goes */
        break;
    case TR_BLOCK:
        to(l, rec, WHERE_BLOCKED);
        break;
    case TR_DONE:
        to(l, rec, WHERE_GONE);
        break;
    default:
        break;
    }
}

const char *diff_on_core(const struct diff_view *view, int32_t core)
{
    for (size_t i = 0; i < view->ntasks; i++)
        if (view->tasks[i].where == WHERE_CORE && view->tasks[i].core == core)
            return view->tasks[i].name;
    return NULL;
}

/* ---- in the instant ------------------------------------------------------------------------------ */

static bool is_on_core(enum trace_kind kind)
{
    return kind == TR_SWITCH || kind == TR_RUN || kind == TR_STOP || kind == TR_MODE ||
           kind == TR_IRQ;
}

static char *copy(const char *text)
{
    return text ? sim_strdup(text) : NULL;
}

static void add_deed(struct looking *l, const struct trace_rec *rec, const char *name)
{
    struct diff_view *v = l->view;
    uint64_t hash = diff_hash(l->sc, rec, name);

    if (hash == 0)
        return;
    if (v->ndeeds == DEEDS_MAX) {
        v->more++;
        return;
    }
    if (v->ndeeds == v->deeds_room) {
        v->deeds_room = v->deeds_room ? 2 * v->deeds_room : 16;
        v->deeds = sim_realloc(v->deeds, v->deeds_room * sizeof(*v->deeds));
    }
    v->deeds[v->ndeeds++] =
        (struct diff_deed){.kind = rec->kind,
                           .core = is_on_core((enum trace_kind)rec->kind) ? rec->place : -1,
                           .why = rec->arg,
                           .task = copy(name),
                           .place = copy(diff_place(l->sc, rec)),
                           .text = copy(rec->text),
                           .hash = hash};
}

static void record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct looking *l = container_of(sink, struct looking, sink);
    char buf[TASK_NAME_SIZE];
    const char *name;

    if (rec->at > l->at)
        return;
    if (rec->kind == TR_ARRIVE)
        task_names_arrive(&l->names, rec);
    name = rec->kind == TR_REJECT
               ? task_name(&l->sc->tasks[rec->arg], (uint64_t)rec->extra, buf)
               : task_names_of(&l->names, rec->task);
    if (rec->at < l->at)
        follow(l, rec);
    else
        add_deed(l, rec, name);
}

static void finish(struct trace_sink *sink, sim_time end)
{
    struct looking *l = container_of(sink, struct looking, sink);

    l->view->ended = end <= l->at;
}

void diff_look(struct diff_side *side, sim_time at, struct diff_view *view)
{
    struct looking l = {.sc = side->sc, .view = view, .at = at};
    struct trace trace;

    memset(view, 0, sizeof(*view));
    l.sink.kinds = TRACE_COURSE;
    l.sink.record = record;
    l.sink.finish = finish;
    task_names_init(&l.names, side->sc);
    trace_init(&trace);
    trace_attach(&trace, &l.sink);
    (void)side->take(side, &trace);
    task_names_release(&l.names);
}

static void free_deed(struct diff_deed *d)
{
    free(d->task);
    free(d->place);
    free(d->text);
}

void diff_view_release(struct diff_view *view)
{
    for (size_t i = 0; i < view->ntasks; i++) {
        free(view->tasks[i].name);
        free(view->tasks[i].waits);
    }
    for (size_t i = 0; i < view->ndeeds; i++)
        free_deed(&view->deeds[i]);
    free(view->tasks);
    free(view->deeds);
    memset(view, 0, sizeof(*view));
}

void diff_only(struct diff_view *views)
{
    struct diff_view *a = &views[0], *b = &views[1];
    size_t n = 0;

    for (size_t i = 0; i < a->ndeeds; i++) {
        size_t k = 0;

        while (k < b->ndeeds && b->deeds[k].hash != a->deeds[i].hash)
            k++;
        if (k == b->ndeeds) {
            a->deeds[n++] = a->deeds[i];
            continue;
        }
        free_deed(&a->deeds[i]);
        free_deed(&b->deeds[k]);
        memmove(&b->deeds[k], &b->deeds[k + 1], (--b->ndeeds - k) * sizeof(*b->deeds));
    }
    a->ndeeds = n;
}
