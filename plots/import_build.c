/* import_build.c - from what a kernel tells to records of ours.
 *
 * Each thread is in one state and each core has at most one thread; an event moves them, and
 * where it speaks of a state that they are not in, they are moved there first, in no time. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plots/import_state.h"
#include "sim/config.h"
#include "sim/record_line.h"
#include "sim/recording.h"

enum { PIECE = 1 << 16 };

enum whereabouts { UNSEEN, ARRIVED, READY, RUNNING, ASLEEP, IN_IO, GONE };

struct thread_now {
    enum whereabouts is;
    int32_t core; /* it runs on, or has run on last; -1: none yet */
};

struct core_now {
    int32_t thread; /* that runs, or is switched to; NO_THREAD: idle */
    int32_t last;   /* that ran last */
    int64_t counts; /* of the switch to it */
    bool begins;    /* it got the core in this instant, and that is not told yet */
    bool switches;  /* it does not run yet */
    bool listed;    /* among those that begin */
};

struct build {
    struct imported *im;
    struct quanta_writer *to;
    struct scenario *sc; /* of the config in the head of the recording */
    struct thread_now *threads;
    struct core_now *cores;
    int32_t *core_rank; /* of cores in the order seen: their number in the recording */
    int32_t *rank;      /* of threads: theirs, in the order of the events */
    int32_t *ranked;    /* and back */
    struct text out;
    int64_t begin; /* the clock of the recording at our 0 */
    sim_time now;
    int64_t gaps, unwoken;
    int32_t *begun; /* cores where somebody `begins`, or did */
    size_t nbegun;
    bool failed;
};

/* ---- records ---------------------------------------------------------------------------------- */

static void flush(struct build *b)
{
    if (b->out.len > 0 && !b->failed)
        b->failed = !b->to->write(b->to, 0, b->out.data, b->out.len);
    b->out.len = 0;
}

static void emit(struct build *b, enum trace_kind kind, int32_t place, int32_t thread,
                 int64_t arg, int64_t extra)
{
    int32_t slot = b->rank[thread];
    struct trace_rec rec = {b->now, (uint8_t)kind, place, slot, arg, extra, NULL};

    record_line_write(&b->out, &rec, kind == TR_ARRIVE ? b->sc->tasks[slot].name : NULL);
    if (b->out.len > PIECE)
        flush(b);
}

/* ---- threads and cores -------------------------------------------------------------------------- */

static void arrive(struct build *b, int32_t thread)
{
    emit(b, TR_ARRIVE, -1, thread, b->rank[thread], 0);
    b->threads[thread].is = ARRIVED;
}

static void become_ready(struct build *b, int32_t thread, int32_t core)
{
    struct thread_now *t = &b->threads[thread];
    enum ready_why why = READY_WOKEN;

    if (t->is == UNSEEN)
        arrive(b, thread);
    if (t->is == ARRIVED)
        why = READY_NEW;
    if (t->is == READY || t->is == RUNNING || t->is == GONE)
        return;
    if (t->is == IN_IO) {
        emit(b, TR_SERVED, 0, thread, 0, 0);
        emit(b, TR_REPLY, 0, thread, 0, 0);
    }
    emit(b, TR_READY, core >= 0 ? core : t->core, thread, why, 0);
    t->is = READY;
}

/* Who has got a core runs, unless it is said by now that the switch costs something. */
static void tell_run(struct build *b, int32_t core)
{
    struct core_now *c = &b->cores[core];

    if (c->begins && (c->counts > 0 || c->switches))
        emit(b, TR_SWITCH, core, c->thread, 0, c->counts);
    if (!c->switches)
        emit(b, TR_RUN, core, c->thread, RUN_USER, SIM_NEVER);
    c->begins = false;
}

static void tell_begun(struct build *b)
{
    for (size_t i = 0; i < b->nbegun; i++) {
        b->cores[b->begun[i]].listed = false;
        if (b->cores[b->begun[i]].begins)
            tell_run(b, b->begun[i]);
    }
    b->nbegun = 0;
}

static void stop(struct build *b, int32_t thread, enum import_state state)
{
    static const enum stop_why whys[] = {[LEFT_READY] = STOP_PREEMPTED,
                                         [LEFT_ASLEEP] = STOP_BLOCKED,
                                         [LEFT_IO] = STOP_BLOCKED,
                                         [LEFT_DEAD] = STOP_DONE};
    struct thread_now *t = &b->threads[thread];
    struct core_now *c = &b->cores[t->core];

    if (c->begins || c->switches) { /* it is through with the switch, or could not stop */
        if (c->begins && c->switches)
            tell_run(b, t->core);
        c->switches = false;
        tell_run(b, t->core);
    }
    emit(b, TR_STOP, t->core, thread, whys[state], 0);
    c->thread = NO_THREAD;
    if (state == LEFT_READY) {
        emit(b, TR_READY, t->core, thread, READY_PREEMPTED, 0);
        t->is = READY;
    } else if (state == LEFT_DEAD) {
        emit(b, TR_DONE, -1, thread, DONE_END, 0);
        t->is = GONE;
    } else if (state == LEFT_IO) {
        emit(b, TR_SUBMIT, 0, thread, 0, 0);
        emit(b, TR_BLOCK, 0, thread, BLOCK_IO, 0);
        emit(b, TR_SERVE, 0, thread, 0, 0);
        t->is = IN_IO;
    } else {
        emit(b, TR_BLOCK, -1, thread, BLOCK_SLEEP, 0);
        t->is = ASLEEP;
    }
}

/* Whoever has the core there leaves it. */
static void run(struct build *b, int32_t thread, int32_t core)
{
    struct thread_now *t = &b->threads[thread];
    struct core_now *c = &b->cores[core];

    if (t->is == GONE)
        return;
    if (t->is == RUNNING && t->core == core)
        return;
    if (t->is == RUNNING || c->thread >= 0)
        b->gaps++;
    if (t->is == RUNNING)
        stop(b, thread, LEFT_READY);
    if (c->thread >= 0)
        stop(b, c->thread, LEFT_READY);
    if (t->is != READY) {
        b->unwoken += t->is != UNSEEN && t->is != ARRIVED;
        become_ready(b, thread, core);
    }
    c->counts = (c->last != NO_THREAD && c->last != thread ? 1 : 0) +
                (t->core >= 0 && t->core != core ? 2 : 0);
    t->is = RUNNING;
    t->core = core;
    c->thread = c->last = thread;
    c->begins = true;
    if (!c->listed)
        b->begun[b->nbegun++] = core;
    c->listed = true;
}

/* What is said behind a switch, at its instant: the core still switches. */
static void costs(struct build *b, int32_t core)
{
    if (core >= 0 && b->cores[core].begins)
        b->cores[core].switches = true;
}

static void paid(struct build *b, int32_t core)
{
    if (core < 0 || !b->cores[core].switches)
        return;
    b->cores[core].switches = false;
    tell_run(b, core);
}

/* ---- events ---------------------------------------------------------------------------------------- */

static void switched(struct build *b, const struct import_event *e)
{
    int32_t core = b->core_rank[e->cpu];
    struct core_now *c = &b->cores[core];

    if (e->thread >= 0 && c->thread != e->thread && b->threads[e->thread].is != GONE) {
        b->gaps++;
        run(b, e->thread, core);
        tell_begun(b);
    } else if (e->thread == IDLE_THREAD && c->thread >= 0) {
        b->gaps++;
        stop(b, c->thread, LEFT_ASLEEP);
    }
    if (e->thread >= 0 && c->thread == e->thread)
        stop(b, e->thread, (enum import_state)e->state);
    if (e->next >= 0)
        run(b, e->next, core);
}

static void handle(struct build *b, const struct import_event *e)
{
    int32_t core = e->cpu >= 0 ? b->core_rank[e->cpu] : -1;

    if (e->at - b->begin > b->now)
        tell_begun(b);
    b->now = e->at - b->begin;
    switch ((enum import_kind)e->kind) {
    case IMPORT_SWITCH:
        switched(b, e);
        break;
    case IMPORT_WAKING:
        if (e->thread >= 0)
            become_ready(b, e->thread, core);
        break;
    case IMPORT_NEW:
        if (e->thread >= 0 && b->threads[e->thread].is == UNSEEN)
            arrive(b, e->thread);
        break;
    case IMPORT_COST:
        costs(b, core);
        break;
    case IMPORT_PAID:
        paid(b, core);
        break;
    case IMPORT_TIME:
    case IMPORT_EXIT: /* it leaves its core with the next switch there, which says so */
        break;
    case IMPORT_MIGRATE:
        if (e->thread >= 0 && b->threads[e->thread].is == READY)
            emit(b, TR_READY, core, e->thread, READY_CHANGED, 0);
        break;
    }
}

/* What the beginning needs to know of all events. */
struct survey {
    struct build *b;
    bool *met;        /* threads that an event has named */
    bool *known;      /* cores that have had a switch */
    int32_t *running; /* thread and core, in turn: who has run there from the beginning */
    size_t nrunning;
    int32_t nranked;
};

/* Threads are numbered by the first event of each.  What leaves a core at its first switch, and
 * was not seen before, has run there all the time. */
static void survey_event(struct survey *s, const struct import_event *e)
{
    const int32_t both[] = {e->thread, e->next};
    struct build *b = s->b;

    if (e->kind == IMPORT_SWITCH && !s->known[e->cpu]) {
        s->known[e->cpu] = true;
        if (e->thread >= 0 && !s->met[e->thread]) {
            s->running[2 * s->nrunning] = e->thread;
            s->running[2 * s->nrunning++ + 1] = e->cpu;
        }
    }
    for (size_t k = 0; k < ARRAY_LEN(both); k++) {
        if (both[k] < 0)
            continue;
        s->met[both[k]] = true;
        if (b->rank[both[k]] < 0)
            b->rank[both[k]] = s->nranked++;
    }
}

/* Those of no event at the end. */
static void rank_the_rest(struct survey *s)
{
    struct build *b = s->b;

    for (size_t i = 0; i < b->im->nthreads; i++) {
        if (b->rank[i] < 0)
            b->rank[i] = s->nranked++;
        b->ranked[b->rank[i]] = (int32_t)i;
    }
}

static void survey(struct survey *s, struct build *b)
{
    struct imported *im = b->im;
    struct import_cursor cursor;
    struct import_event e;
    bool first = true;

    *s = (struct survey){.b = b};
    s->met = sim_calloc(im->nthreads + 1, sizeof(*s->met));
    s->known = sim_calloc(im->ncores + 1, sizeof(*s->known));
    s->running = sim_calloc(2 * im->ncores + 2, sizeof(*s->running));
    for (size_t i = 0; i < im->nthreads; i++)
        b->rank[i] = -1;
    import_cursor_init(&cursor, &im->events);
    for (; import_cursor_next(&cursor, &e); first = false) {
        if (first)
            b->begin = e.at;
        survey_event(s, &e);
    }
    import_cursor_release(&cursor);
    rank_the_rest(s);
}

static void run_from_the_beginning(const struct survey *s)
{
    for (size_t i = 0; i < s->nrunning; i++) {
        run(s->b, s->running[2 * i], s->b->core_rank[s->running[2 * i + 1]]);
        tell_begun(s->b);
    }
}

static void survey_release(struct survey *s)
{
    free(s->met);
    free(s->known);
    free(s->running);
}

static void handle_all(struct build *b)
{
    struct import_cursor cursor;
    struct import_event e;

    import_cursor_init(&cursor, &b->im->events);
    while (!b->failed && import_cursor_next(&cursor, &e))
        handle(b, &e);
    import_cursor_release(&cursor);
    b->failed = b->failed || b->im->events.failed;
}

static int by_number(const void *a, const void *b)
{
    const struct import_core *const *x = a, *const *y = b;

    return ((*x)->number > (*y)->number) - ((*x)->number < (*y)->number);
}

/* ---- the config ---------------------------------------------------------------------------------------- */

/* Cores by their numbers, whatever the order in which they were seen. */
static void add_cores(struct build *b, struct text *t)
{
    const struct imported *im = b->im;
    const struct import_core **sorted =
        sim_calloc(im->ncores, sizeof(const struct import_core *));

    for (size_t i = 0; i < im->ncores; i++)
        sorted[i] = &im->cores[i];
    qsort(sorted, im->ncores, sizeof(const struct import_core *), by_number);
    for (size_t i = 0; i < im->ncores; i++) {
        b->core_rank[sorted[i] - im->cores] = (int32_t)i;
        text_add(t, i ? ",{\"name\":" : "{\"name\":");
        if (sorted[i]->name)
            text_quote(t, sorted[i]->name);
        else
            text_addf(t, "\"cpu%" PRId64 "\"", sorted[i]->number);
        text_add(t, "}");
    }
    free(sorted);
}

/* Unique, and as kernels' tools write them: "bash-1234"; a second thread of that id: "bash-1234.2". */
static void add_name(const struct imported *im, int32_t number, struct text *t)
{
    const struct import_thread *thread = &im->threads[number];
    struct text name = {0};
    int again = 1;

    for (int32_t e = thread->earlier; e >= 0; e = im->threads[e].earlier)
        again++;
    text_addf(&name, "%.200s", thread->name ? thread->name : "thread");
    if (thread->pid > 0)
        text_addf(&name, "-%" PRId64, thread->pid);
    if (again > 1)
        text_addf(&name, ".%d", again);
    for (char *s = name.data; *s; s++)
        if ((unsigned char)*s < 0x20)
            *s = '_';
    text_quote(t, name.data);
    text_release(&name);
}

/* Source: Linux 6.12, include/linux/sched/prio.h: 100..139 are nice -20..19, below that are the
 * real-time priorities 99..1, with -1 for deadlines. */
static void add_priority(int64_t prio, struct text *t)
{
    if (prio >= 100 && prio < 140 && prio != 120)
        text_addf(t, ",\"nice\":%" PRId64, prio - 120);
    else if (prio >= 0 && prio < 99)
        text_addf(t, ",\"class\":\"fifo\",\"priority\":%" PRId64, 99 - prio);
}

static char *config_of(struct build *b, const char *name)
{
    const struct imported *im = b->im;
    const char *base = strrchr(name, '/');
    struct text t = {0};

    text_add(&t, "{\"name\":");
    text_quote(&t, base ? base + 1 : name);
    text_add(&t, ",\"unit\":\"ns\",\"machine\":{\"cores\":[");
    add_cores(b, &t);
    text_add(&t, "],\"scheduler\":\"linux\",\"queues\":\"per-core\"}");
    if (im->io)
        text_add(&t, ",\"devices\":{\"io\":{\"channels\":\"unlimited\"}}");
    text_add(&t, ",\"tasks\":[");
    for (size_t i = 0; i < im->nthreads; i++) {
        text_add(&t, i ? ",{\"name\":" : "{\"name\":");
        add_name(im, b->ranked[i], &t);
        add_priority(im->threads[b->ranked[i]].prio, &t);
        text_add(&t, ",\"do\":[]}");
    }
    text_add(&t, "]}");
    return text_take(&t);
}

/* The scenario of that config, for the head of the recording. */
static void begin(struct build *b, const char *name)
{
    char *config = config_of(b, name);
    struct diags diags;
    struct config *cfg;

    diags_init(&diags);
    cfg = config_parse(name, config, strlen(config), &diags);
    b->sc = cfg ? config_scenario(cfg, 0, &diags) : NULL;
    sim_assert(b->sc); /* it is ours */
    b->sc->variant = "recorded";
    recording_header(&b->out, b->sc, config, true);
    config_free(cfg);
    diags_release(&diags);
    free(config);
}

static void note_gaps(struct build *b)
{
    char buf[120];

    if (b->gaps > 0) {
        (void)snprintf(buf, sizeof(buf),
                       "%" PRId64 " times a core had another thread than the "
                       "events before say: some are missing",
                       b->gaps);
        import_note(b->im, buf);
    }
    if (b->unwoken > 0) {
        (void)snprintf(buf, sizeof(buf),
                       "%" PRId64 " times a thread ran that nothing had woken: "
                       "ready from that instant",
                       b->unwoken);
        import_note(b->im, buf);
    }
}

bool import_build(struct imported *im, const char *name, struct quanta_writer *to)
{
    struct build b = {.im = im, .to = to};
    struct survey all;
    bool left = false;

    b.threads = sim_calloc(im->nthreads + 1, sizeof(*b.threads));
    b.cores = sim_calloc(im->ncores + 1, sizeof(*b.cores));
    b.begun = sim_calloc(im->ncores + 1, sizeof(*b.begun));
    b.rank = sim_calloc(im->nthreads + 1, sizeof(*b.rank));
    b.ranked = sim_calloc(im->nthreads + 1, sizeof(*b.ranked));
    b.core_rank = sim_calloc(im->ncores + 1, sizeof(*b.core_rank));
    for (size_t i = 0; i < im->nthreads; i++)
        b.threads[i].core = -1;
    for (size_t i = 0; i < im->ncores; i++)
        b.cores[i].thread = b.cores[i].last = NO_THREAD;
    import_events_sort(&im->events);
    survey(&all, &b);
    begin(&b, name);
    run_from_the_beginning(&all);
    survey_release(&all);
    handle_all(&b);
    tell_begun(&b);
    for (size_t i = 0; i < im->nthreads; i++)
        left = left || (b.threads[i].is != GONE && b.threads[i].is != UNSEEN);
    record_line_end(&b.out, b.now, outcome_name(left ? OUTCOME_UNTIL : OUTCOME_COMPLETED));
    flush(&b);
    note_gaps(&b);
    scenario_free(b.sc);
    free(b.threads);
    free(b.cores);
    free(b.core_rank);
    free(b.begun);
    free(b.rank);
    free(b.ranked);
    text_release(&b.out);
    return !b.failed;
}
