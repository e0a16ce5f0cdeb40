#include "plots/import_events.h"

#include <stdlib.h>
#include <string.h>

#include "plots/import.h"

/* Events: 4 MB of them in memory, of each run at least some, and of all runs together as many. */
enum { CHUNK = 1 << 17, BUFFER_MIN = 64, BUFFER_MAX = 1 << 12 };

void import_events_init(struct import_events *e, struct quanta_writer *to)
{
    *e = (struct import_events){.to = to};
}

void import_events_release(struct import_events *e)
{
    free(e->chunk);
    free(e->runs);
}

static int by_time(const void *a, const void *b)
{
    const struct import_event *x = a, *y = b;

    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

void import_events_sort(struct import_events *e)
{
    if (e->n > 0)
        qsort(e->chunk, e->n, sizeof(*e->chunk), by_time);
}

/* The chunk goes to the scratch file: behind the last run, or as part of it. */
static void spill(struct import_events *e)
{
    struct import_run *run;

    import_events_sort(e);
    if (e->scratch == 0)
        e->scratch = e->to->open(e->to, NULL);
    e->failed = e->failed || e->scratch < 0 ||
                !e->to->write(e->to, e->scratch, e->chunk, e->n * sizeof(*e->chunk));
    if (e->nruns == 0 || e->chunk[0].at < e->last) {
        e->runs = sim_realloc(e->runs, (e->nruns + 1) * sizeof(*e->runs));
        e->runs[e->nruns++] = (struct import_run){e->total - e->n, 0};
    }
    run = &e->runs[e->nruns - 1];
    run->n += e->n;
    e->last = e->chunk[e->n - 1].at;
    e->n = 0;
}

void import_events_add(struct import_events *e, struct import_event event)
{
    if (e->failed)
        return;
    if (e->n == CHUNK && e->to->open && e->to->read)
        spill(e);
    if (e->n == e->room) {
        e->room = e->room ? 2 * e->room : 1024;
        e->chunk = sim_realloc(e->chunk, e->room * sizeof(*e->chunk));
    }
    event.order = (uint32_t)e->n;
    e->chunk[e->n++] = event;
    e->total++;
}

/* ---- reading -------------------------------------------------------------------------------- */

struct import_source {
    uint64_t from, left; /* in the scratch file, not yet in the buffer */
    struct import_event *buffer;
    size_t at, n, room;
    bool borrowed; /* the buffer is the chunk */
};

void import_cursor_init(struct import_cursor *c, struct import_events *e)
{
    size_t room = e->nruns > 0 ? CHUNK / e->nruns : 0;

    room = room < BUFFER_MIN ? BUFFER_MIN : room > BUFFER_MAX ? BUFFER_MAX : room;
    c->events = e;
    c->nsources = e->nruns + 1;
    c->sources = sim_calloc(c->nsources, sizeof(*c->sources));
    for (size_t i = 0; i < e->nruns; i++)
        c->sources[i] =
            (struct import_source){.from = e->runs[i].from,
                                   .left = e->runs[i].n,
                                   .buffer = sim_malloc(room * sizeof(struct import_event)),
                                   .room = room};
    c->sources[e->nruns] =
        (struct import_source){.buffer = e->chunk, .n = e->n, .borrowed = true};
}

void import_cursor_release(struct import_cursor *c)
{
    for (size_t i = 0; i < c->nsources; i++)
        if (!c->sources[i].borrowed)
            free(c->sources[i].buffer);
    free(c->sources);
}

/* The next event of a run; NULL: it has no more. */
static const struct import_event *front(struct import_cursor *c, struct import_source *s)
{
    struct import_events *e = c->events;

    if (s->at == s->n && s->left > 0 && !e->failed) {
        s->n = s->left < s->room ? (size_t)s->left : s->room;
        e->failed = !e->to->read(e->to, e->scratch, s->from * sizeof(*s->buffer), s->buffer,
                                 s->n * sizeof(*s->buffer));
        s->from += s->n;
        s->left -= s->n;
        s->at = 0;
    }
    return s->at < s->n && !e->failed ? &s->buffer[s->at] : NULL;
}

/* Runs are in the order in which their events were added, so of one instant the first run with
 * it has the first of them. */
bool import_cursor_next(struct import_cursor *c, struct import_event *event)
{
    struct import_source *best = NULL;
    const struct import_event *first = NULL;

    for (size_t i = 0; i < c->nsources; i++) {
        const struct import_event *f = front(c, &c->sources[i]);

        if (f && (!first || f->at < first->at)) {
            first = f;
            best = &c->sources[i];
        }
    }
    if (!first)
        return false;
    *event = *first;
    best->at++;
    return true;
}
