/* import_chrome.c - Chrome's JSON traces, as far as they tell who ran.
 *
 * Three things can be made a schedule of, the first that a trace has:
 *
 *   states    "Running" of a thread with the core in its args, as phase T or as a slice, and
 *             "Runnable", "Sleeping", "Uninterruptible Sleep" beside it
 *   cores     a process whose threads are cores, the slices on them named for who runs, as
 *             quanta writes it; the states of a thread of that name, if there are any
 *   slices    of threads (X, or B and E), the outermost ones: a thread runs while it has one.
 *             On the core in the args; where there is none, on as many as ran at once
 *
 * What is between two runs and not told is "asleep".  A thread ends with its last run unless a
 * state follows.
 *
 * Source: Trace Event Format (Google, 2016), "Duration Events", "Complete Events", "Metadata
 * Events"; Perfetto v47, src/trace_processor/importers/json (phase T is ours to take: no
 * importer reads it). */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plots/import.h"
#include "sim/config_read.h"
#include "sim/json.h"

/* Somebody has a core; `cost`: it is only switched to. */
struct piece {
    int64_t from, to;
    int32_t thread, cpu; /* -1: nobody says which */
    bool cost;
};

struct state {
    int64_t from, to;
    int32_t thread;
    uint8_t left; /* enum import_state */
};

struct thread {
    int64_t process, id;
    const char *name;             /* of the tree; NULL: not told */
    int32_t number;               /* import_thread()'s; NO_THREAD: not asked for yet */
    int64_t open;                 /* when its outermost B was, or that of a switch to it */
    uint32_t depth, switch_depth; /* 0: it is not switched to */
    int32_t open_cpu;
};

struct chrome {
    struct imported *im;
    const struct json *j;
    struct diags *diags;
    const cJSON *cores; /* the name of the process whose threads are cores; NULL: none */
    int64_t cores_process;
    struct thread *threads; /* sorted by process and id once all are known */
    size_t nthreads, threads_room;
    struct piece *pieces;
    size_t npieces, pieces_room;
    struct state *states;
    size_t nstates, states_room;
    struct state *costs; /* of switches to a thread: sorted like states */
    size_t ncosts, costs_room;
    bool one_process;
    bool fine;
};

#define APPEND(list, n, room, item)                                 \
    do {                                                            \
        if ((n) == (room)) {                                        \
            (room) = (room) ? 2 * (room) : 64;                      \
            (list) = sim_realloc((list), (room) * sizeof(*(list))); \
        }                                                           \
        (list)[(n)++] = (item);                                     \
    } while (0)

static const char *text_of(const cJSON *object, const char *name)
{
    const cJSON *m = json_member(object, name);

    return cJSON_IsString(m) ? m->valuestring : "";
}

static void mistake(struct chrome *c, const cJSON *at, const char *hint, const char *message)
{
    char *pointer = json_pointer(c->j, at);

    diags_add_text(c->diags, json_offset(c->j, at), pointer, hint, message);
    free(pointer);
    c->fine = false;
}

/* A number x 10^shift, as it stands in the file; -1: there is none.  Ids may be texts. */
static int64_t number_of(struct chrome *c, const cJSON *object, const char *name, int shift)
{
    const cJSON *m = json_member(object, name);
    struct decimal d;
    const char *s;
    size_t len, used;
    int64_t value = -1;

    if (!m)
        return -1;
    s = json_source(c->j, m, &len);
    if (len > 1 && s[0] == '"') {
        s++;
        len -= 2;
    }
    if (!decimal_read(s, len, &d, &used) || used != len)
        return -1;
    if (decimal_fit(&d, shift, &value) == FIT_TOO_LARGE || d.negative ||
        value > SIM_TIME_MAX / 2) {
        mistake(c, m, NULL, "a time or an id, not below 0");
        return -1;
    }
    return value;
}

/* ---- names --------------------------------------------------------------------------------- */

static int compare_threads(const void *a, const void *b)
{
    const struct thread *x = a, *y = b;

    if (x->process != y->process)
        return x->process < y->process ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static void note_thread(struct chrome *c, const cJSON *e)
{
    struct thread t = {.number = NO_THREAD, .open_cpu = -1};

    t.process = number_of(c, e, "pid", 0);
    t.id = number_of(c, e, "tid", 0);
    if (strcmp(text_of(e, "name"), "thread_name") == 0)
        t.name = text_of(json_member(e, "args"), "name");
    if (c->nthreads > 0 && !t.name && compare_threads(&t, &c->threads[c->nthreads - 1]) == 0)
        return; /* as most events follow one of the same thread */
    APPEND(c->threads, c->nthreads, c->threads_room, t);
}

/* Each one once, with a name if any event tells it. */
static void sort_threads(struct chrome *c)
{
    size_t n = 0;

    if (c->threads)
        qsort(c->threads, c->nthreads, sizeof(*c->threads), compare_threads);
    for (size_t i = 0; i < c->nthreads; i++) {
        if (n > 0 && compare_threads(&c->threads[n - 1], &c->threads[i]) == 0) {
            if (!c->threads[n - 1].name)
                c->threads[n - 1].name = c->threads[i].name;
            continue;
        }
        c->threads[n++] = c->threads[i];
    }
    c->nthreads = n;
    c->one_process = true;
    for (size_t i = 1; i < n; i++)
        if (c->threads[i].process != c->threads[0].process &&
            c->threads[i].process != c->cores_process &&
            c->threads[0].process != c->cores_process)
            c->one_process = false;
}

static struct thread *thread_at(struct chrome *c, const cJSON *e)
{
    struct thread key = {.process = number_of(c, e, "pid", 0), .id = number_of(c, e, "tid", 0)};

    return !c->threads ? NULL
                       : bsearch(&key, c->threads, c->nthreads, sizeof(key), compare_threads);
}

/* Its number among those imported. */
static int32_t imported_thread(struct chrome *c, struct thread *t)
{
    char name[300];

    if (t->number != NO_THREAD)
        return t->number;
    if (c->one_process)
        (void)snprintf(name, sizeof(name), "%.200s-%" PRId64, t->name ? t->name : "thread",
                       t->id);
    else
        (void)snprintf(name, sizeof(name), "%.200s-%" PRId64 "/%" PRId64,
                       t->name ? t->name : "thread", t->process, t->id);
    t->number = import_thread(c->im, -1 - (int64_t)(t - c->threads), name, strlen(name), -1);
    return t->number;
}

/* The thread that a slice on a core is named for. */
static int32_t thread_called(struct chrome *c, const char *name)
{
    for (size_t i = 0; i < c->nthreads; i++)
        if (c->threads[i].process != c->cores_process && c->threads[i].name &&
            strcmp(c->threads[i].name, name) == 0)
            return imported_thread(c, &c->threads[i]);
    return NO_THREAD;
}

/* ---- who runs ---------------------------------------------------------------------------------- */

/* The state that a slice is named for; -1: it is none; -2: it runs. */
enum { NO_STATE = -1, IT_RUNS = -2 };

static int state_called(const char *name)
{
    static const struct {
        const char *name;
        int state;
    } states[] = {{"running", IT_RUNS},     {"ready", LEFT_READY},
                  {"waiting", LEFT_ASLEEP}, {"Running", IT_RUNS},
                  {"Runnable", LEFT_READY}, {"R", LEFT_READY},
                  {"R+", LEFT_READY},       {"Sleeping", LEFT_ASLEEP},
                  {"S", LEFT_ASLEEP},       {"Sleep", LEFT_ASLEEP},
                  {"D", LEFT_IO},           {"X", LEFT_DEAD}};

    for (size_t i = 0; i < ARRAY_LEN(states); i++)
        if (strcmp(states[i].name, name) == 0)
            return states[i].state;
    if (strncmp(name, "Runnable", 8) == 0)
        return LEFT_READY;
    if (strncmp(name, "Uninterruptible Sleep", 21) == 0)
        return LEFT_IO;
    return strncmp(name, "Interruptible Sleep", 19) == 0 ? LEFT_ASLEEP : NO_STATE;
}

static int32_t cpu_of(struct chrome *c, const cJSON *e)
{
    int64_t cpu = number_of(c, json_member(e, "args"), "cpu", 0);

    return cpu < 0 ? -1 : import_cpu(c->im, cpu, NULL);
}

static void add_piece(struct chrome *c, struct piece p)
{
    if (p.from >= 0 && p.to > p.from && p.thread >= 0)
        APPEND(c->pieces, c->npieces, c->pieces_room, p);
}

/* A slice on a thread that is a core: "B:api" or "switch to B:api". */
static void core_slice(struct chrome *c, const cJSON *e, const struct thread *core,
                       int64_t from, int64_t to)
{
    static const char to_it[] = "switch to ";
    const char *name = text_of(e, "name");
    bool cost = strncmp(name, to_it, sizeof(to_it) - 1) == 0;
    struct piece p = {from, to, NO_THREAD, -1, cost};

    p.thread = thread_called(c, name);
    if (p.thread < 0 && cost)
        p.thread = thread_called(c, name + sizeof(to_it) - 1);
    if (p.thread < 0) {
        import_skipped(c->im);
        return;
    }
    p.cpu = import_cpu(c->im, core - c->threads, core->name);
    add_piece(c, p);
}

static void thread_slice(struct chrome *c, const cJSON *e, struct thread *t, int64_t from,
                         int64_t to)
{
    int state = state_called(text_of(e, "name"));
    bool is_state = state != NO_STATE &&
                    (*text_of(e, "ph") == 'T' || strcmp(text_of(e, "cat"), "state") == 0);
    int32_t cpu = cpu_of(c, e), thread = imported_thread(c, t);

    if (is_state && state != IT_RUNS) {
        struct state s = {from, to, thread, (uint8_t)state};

        APPEND(c->states, c->nstates, c->states_room, s);
    } else if (!is_state || cpu >= 0 || !c->cores) {
        add_piece(c, (struct piece){from, to, thread, cpu, false});
    }
}

static void begin_end(struct chrome *c, const cJSON *e, struct thread *t, int64_t at)
{
    if (*text_of(e, "ph") == 'B') {
        if (t->depth++ == 0) {
            t->open = at;
            t->open_cpu = cpu_of(c, e);
        }
    } else if (t->depth > 0 && --t->depth == 0) {
        add_piece(c, (struct piece){t->open, at, imported_thread(c, t), t->open_cpu, false});
    }
}

/* As quanta marks what a switch costs, on the thread that is switched to. */
static void switch_begin_end(struct chrome *c, const cJSON *e, struct thread *t, int64_t at)
{
    if (*text_of(e, "ph") == 'B') {
        t->depth++;
        if (t->switch_depth == 0 && strcmp(text_of(e, "name"), "context switch") == 0) {
            t->switch_depth = t->depth;
            t->open = at;
        }
    } else if (t->depth > 0 && t->depth-- == t->switch_depth) {
        struct state cost = {t->open, at, t->name ? thread_called(c, t->name) : NO_THREAD, 0};

        t->switch_depth = 0;
        APPEND(c->costs, c->ncosts, c->costs_room, cost);
    }
}

static void read_event(struct chrome *c, const cJSON *e)
{
    char ph = *text_of(e, "ph");
    struct thread *t = thread_at(c, e);
    int64_t from, length;
    bool on_core;

    if (ph == 'M')
        return;
    if (!t || !strchr("XTBE", ph) || ph == '\0') {
        import_skipped(c->im);
        return;
    }
    from = number_of(c, e, "ts", 3);
    if (from < 0) {
        if (c->fine)
            mistake(c, e, "in microseconds: \"ts\": 12.5",
                    "an event needs \"ts\": when it began");
        return;
    }
    on_core = c->cores && t->process == c->cores_process;
    if (ph == 'B' || ph == 'E') {
        if (!c->cores)
            begin_end(c, e, t, from);
        else if (!on_core)
            switch_begin_end(c, e, t, from);
        return;
    }
    length = number_of(c, e, "dur", 3);
    if (length < 0) {
        if (c->fine)
            mistake(c, e, "in microseconds: \"dur\": 12.5",
                    "this event needs \"dur\": how long it took");
    } else if (on_core) {
        core_slice(c, e, t, from, from + length);
    } else if (!c->cores || state_called(text_of(e, "name")) != NO_STATE) {
        thread_slice(c, e, t, from, from + length);
    } else {
        import_skipped(c->im);
    }
}

/* ---- pieces to events ---------------------------------------------------------------------------- */

static int by_thread(const void *a, const void *b)
{
    const struct piece *x = a, *y = b;

    if (x->thread != y->thread)
        return x->thread < y->thread ? -1 : 1;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->to < y->to) - (x->to > y->to); /* the outer one first */
}

static int by_start(const void *a, const void *b)
{
    const struct piece *x = a, *y = b;

    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->thread > y->thread) - (x->thread < y->thread);
}

static int states_by_thread(const void *a, const void *b)
{
    const struct state *x = a, *y = b;

    if (x->thread != y->thread)
        return x->thread < y->thread ? -1 : 1;
    return (x->from > y->from) - (x->from < y->from);
}

/* Sorted by thread; what lies within another piece of its thread goes. */
static void outermost(struct chrome *c)
{
    size_t n = 0;

    if (c->npieces > 0)
        qsort(c->pieces, c->npieces, sizeof(*c->pieces), by_thread);
    for (size_t i = 0; i < c->npieces; i++)
        if (n == 0 || c->pieces[n - 1].thread != c->pieces[i].thread ||
            c->pieces[i].from >= c->pieces[n - 1].to)
            c->pieces[n++] = c->pieces[i];
    c->npieces = n;
}

/* Each piece without a core gets the lowest one that is free. */
static void lay_out(struct chrome *c)
{
    int64_t *busy_until = sim_calloc(IMPORT_CPUS, sizeof(*busy_until));
    bool any = false, full = false;

    if (c->npieces > 0)
        qsort(c->pieces, c->npieces, sizeof(*c->pieces), by_start);
    for (size_t i = 0; i < c->npieces; i++) {
        struct piece *p = &c->pieces[i];
        int64_t cpu = 0;

        if (p->cpu >= 0)
            continue;
        any = true;
        while (cpu < IMPORT_CPUS - 1 && busy_until[cpu] > p->from)
            cpu++;
        full = full || busy_until[cpu] > p->from;
        busy_until[cpu] = p->to;
        p->cpu = import_cpu(c->im, cpu, NULL);
    }
    free(busy_until);
    if (any)
        import_note(c->im, "no cores are told: threads are laid out on as many as ran at once");
    if (full)
        import_note(c->im, "more threads ran at once than there can be cores");
}

/* In what state a thread is from `at` on; `last`: nothing comes of it any more. */
static enum import_state state_from(const struct chrome *c, int32_t thread, int64_t at,
                                    bool last)
{
    struct state key = {.thread = thread, .from = at};
    const struct state *s =
        c->nstates == 0 ? NULL
                        : bsearch(&key, c->states, c->nstates, sizeof(key), states_by_thread);

    return s ? (enum import_state)s->left : last ? LEFT_DEAD : LEFT_ASLEEP;
}

static void add_switch(struct chrome *c, int64_t at, int32_t cpu, int32_t thread,
                       enum import_state state, int32_t next)
{
    import_add(c->im, (struct import_event){.at = at,
                                            .thread = thread,
                                            .next = next,
                                            .cpu = cpu,
                                            .kind = IMPORT_SWITCH,
                                            .state = (uint8_t)state});
}

/* Does the piece of the same thread behind it go on where this one ends? */
static bool goes_on(const struct chrome *c, size_t i)
{
    const struct piece *p = &c->pieces[i], *q = p + 1;

    return i + 1 < c->npieces && q->thread == p->thread && q->from == p->to && q->cpu == p->cpu;
}

/* What the switch to this piece costs; NULL: nothing that is told. */
static const struct state *cost_of(const struct chrome *c, const struct piece *p)
{
    struct state key = {.thread = p->thread, .from = p->from};

    return c->ncosts == 0 ? NULL
                          : bsearch(&key, c->costs, c->ncosts, sizeof(key), states_by_thread);
}

/* The piece begins; what it costs before it runs is a piece of its own, or a mark. */
static void tell_begin(struct chrome *c, size_t i)
{
    const struct piece *p = &c->pieces[i];
    const struct state *cost = cost_of(c, p);
    bool went_on = i > 0 && goes_on(c, i - 1);
    struct import_event e = {
        .at = p->from, .thread = p->thread, .next = NO_THREAD, .cpu = p->cpu};

    if (!went_on)
        add_switch(c, p->from, p->cpu, IDLE_THREAD, LEFT_READY, p->thread);
    e.kind = p->cost || cost ? IMPORT_COST : IMPORT_PAID;
    if (p->cost || cost || went_on)
        import_add(c->im, e);
    if (!cost)
        return;
    e.at = cost->to;
    e.kind = IMPORT_PAID;
    import_add(c->im, e);
}

/* Of one instant, what ends comes first, then what wakes, then what begins. */
static void tell(struct chrome *c)
{
    if (c->npieces > 0)
        qsort(c->pieces, c->npieces, sizeof(*c->pieces), by_thread);
    if (c->nstates > 0)
        qsort(c->states, c->nstates, sizeof(*c->states), states_by_thread);
    if (c->ncosts > 0)
        qsort(c->costs, c->ncosts, sizeof(*c->costs), states_by_thread);
    for (size_t i = 0; i < c->npieces; i++) {
        const struct piece *p = &c->pieces[i];
        bool last = i + 1 == c->npieces || p[1].thread != p->thread;

        if (!goes_on(c, i))
            add_switch(c, p->to, p->cpu, p->thread, state_from(c, p->thread, p->to, last),
                       IDLE_THREAD);
    }
    for (size_t i = 0; i < c->nstates; i++)
        if (c->states[i].left == LEFT_READY)
            import_add(c->im, (struct import_event){.at = c->states[i].from,
                                                    .thread = c->states[i].thread,
                                                    .next = NO_THREAD,
                                                    .cpu = -1,
                                                    .kind = IMPORT_WAKING});
    for (size_t i = 0; i < c->npieces; i++)
        tell_begin(c, i);
}

/* ---- the text ------------------------------------------------------------------------------------------ */

static const cJSON *events_of(const cJSON *root)
{
    const cJSON *list = cJSON_IsArray(root) ? root : json_member(root, "traceEvents");

    return cJSON_IsArray(list) ? list : NULL;
}

static void read_metadata(struct chrome *c, const cJSON *list)
{
    for (const cJSON *e = list->child; e && c->fine; e = e->next) {
        const char *name = text_of(json_member(e, "args"), "name");

        if (!cJSON_IsObject(e))
            mistake(c, e, NULL, "expected an event: an object");
        else if (*text_of(e, "ph") == 'M' && strcmp(text_of(e, "name"), "process_name") == 0 &&
                 (strcmp(name, "CPU cores") == 0 || strcmp(name, "cores") == 0 ||
                  strcmp(name, "CPUs") == 0)) {
            c->cores = e;
            c->cores_process = number_of(c, e, "pid", 0);
        }
        if (c->fine && json_member(e, "tid"))
            note_thread(c, e);
    }
}

static bool read_all(struct chrome *c, const cJSON *root)
{
    const cJSON *list = events_of(root);

    if (!list) {
        mistake(c, root, "\"traceEvents\": [ ... ]", "a Chrome trace has an array of events");
        return false;
    }
    c->cores_process = -1;
    read_metadata(c, list);
    sort_threads(c);
    for (const cJSON *e = list->child; e && c->fine; e = e->next)
        read_event(c, e);
    if (!c->fine)
        return false;
    outermost(c);
    lay_out(c);
    tell(c);
    return true;
}

/* All of it, at in->data, NUL-terminated.  False: it is too large. */
static bool read_whole(struct lines *in, struct diags *diags)
{
    while (in->end - in->at <= IMPORT_MAX && lines_fill(in))
        continue;
    if (in->end - in->at > IMPORT_MAX) {
        diags_add(diags, SIZE_MAX, NULL, "the kernel's text formats may be of any size",
                  "the file is larger than %d MiB", IMPORT_MAX >> 20);
        return false;
    }
    return true;
}

static bool read(struct imported *im, struct lines *in, struct diags *diags)
{
    struct json j = {0};
    struct chrome c = {.im = im, .j = &j, .diags = diags, .fine = true};
    char *file;
    bool fine;

    if (!read_whole(in, diags))
        return false;
    file = sim_strdup(diags->file);
    diags_source(diags, file, in->data + in->at, in->end - in->at);
    free(file);
    fine = json_parse(&j, in->data + in->at, in->end - in->at, diags) && read_all(&c, j.root);
    json_release(&j);
    free(c.threads);
    free(c.pieces);
    free(c.states);
    free(c.costs);
    return fine;
}

static int looks(const char *text, size_t len)
{
    size_t at = 0;

    while (at < len && strchr(" \t\r\n", text[at]))
        at++;
    return at < len && (text[at] == '{' || text[at] == '[') ? 80 : 0;
}

const struct import_format import_chrome = {
    .name = "chrome",
    .help = "Chrome's JSON: states or slices of threads",
    .source = "Trace Event Format, Google 2016",
    .looks = looks,
    .read = read,
};
