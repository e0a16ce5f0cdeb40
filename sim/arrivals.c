/* arrivals.c - when the tasks of the file come: at once, one after the other, at
 * random, from clients that wait for their replies, or after other tasks. */
#include "sim/world.h"

#include <stdlib.h>

struct client {
    struct event ev; /* it has thought enough */
    struct source *source;
    struct rng rng;
    int64_t made; /* requests so far */
};

struct source {
    struct event ev; /* the next arrival */
    struct sim *sim;
    const struct task_spec *spec;
    struct rng rng;
    uint32_t *cursors;
    struct client *clients;
    int64_t made;         /* copies so far */
    int64_t clients_left; /* with requests to make */
    int32_t *followers;   /* who waits for it, in file order */
    uint32_t nfollowers;
    uint32_t live;
    uint32_t waits; /* predecessors that have not completed */
    bool exhausted; /* brings no more */
};

static void submit(struct source *src, uint64_t copy)
{
    struct sim *sim = src->sim;

    src->live++;
    task_submit(
        sim,
        task_new(sim, (int32_t)src->spec->index, copy, sim->code.entry[src->spec->program]),
        NULL);
}

static void begin(struct source *src);

/* All copies have come and gone: who was to come after this task? */
static void completed(struct source *src)
{
    for (uint32_t i = 0; i < src->nfollowers; i++) {
        struct source *next = &src->sim->sources[src->followers[i]];

        if (--next->waits == 0)
            begin(next);
    }
}

static void exhaust(struct source *src)
{
    sim_assert(!src->exhausted);
    src->exhausted = true;
    src->sim->sources_left--;
}

static bool wants_more(const struct source *src)
{
    return src->spec->count < 0 || src->made < src->spec->count;
}

static uint64_t next_copy(struct source *src)
{
    src->made++;
    return src->spec->numbered ? (uint64_t)src->made : 0;
}

static event_fn fire_arrival, fire_clients;

static void set_phase(struct source *src, enum phase phase)
{
    event_init(&src->ev, src->spec->clients > 0 ? fire_clients : fire_arrival, phase,
               src->spec->index & ENGINE_RANK_MAX);
}

static void fire_arrival(struct engine *eng, struct event *ev)
{
    struct source *src = container_of(ev, struct source, ev);
    const struct task_spec *spec = src->spec;
    bool one_by_one = spec->every || spec->rate > 0;
    bool more;

    do {
        uint64_t copy = next_copy(src);

        more = wants_more(src);
        if (!more)
            exhaust(src);
        submit(src, copy);
    } while (more && !one_by_one && !src->sim->over);
    if (!more || src->sim->over)
        return;
    set_phase(src, PHASE_ARRIVE);
    if (spec->every) {
        engine_at(eng, ev, time_add(eng->now, dist_draw(spec->every, &src->rng, src->cursors)));
    } else {
        struct dist gap = {.kind = DIST_EXP, .a = spec->rate};

        engine_at(eng, ev, time_add(eng->now, dist_draw(&gap, &src->rng, NULL)));
    }
}

/* ---- clients -------------------------------------------------------------------------- */

static void think(struct client *cl)
{
    struct source *src = cl->source;
    struct engine *eng = &src->sim->eng;

    engine_at(eng, &cl->ev,
              time_add(eng->now, dist_draw(src->spec->think, &cl->rng, src->cursors)));
}

static void fire_client(struct engine *eng, struct event *ev)
{
    struct client *cl = container_of(ev, struct client, ev);
    struct source *src = cl->source;
    uint64_t number = (uint64_t)(cl - src->clients) + 1;
    uint64_t copy = (uint64_t)cl->made * (uint64_t)src->spec->clients + number;

    (void)eng;
    cl->made++;
    if (cl->made == src->spec->requests && --src->clients_left == 0)
        exhaust(src);
    submit(src, copy);
}

static void clients_begin(struct source *src)
{
    const struct task_spec *spec = src->spec;
    struct text name = {0};

    text_addf(&name, "client/%s", spec->name);
    src->clients = sim_calloc((size_t)spec->clients, sizeof(*src->clients));
    src->clients_left = spec->clients;
    for (int64_t i = 0; i < spec->clients; i++) {
        struct client *cl = &src->clients[i];

        event_init(&cl->ev, fire_client, PHASE_ARRIVE, spec->index & ENGINE_RANK_MAX);
        cl->source = src;
        cl->rng = rng_stream_numbered(src->sim->sc->seed, name.data, (uint64_t)i + 1);
        think(cl);
    }
    text_release(&name);
}

/* ---- all of them ------------------------------------------------------------------------ */

static void begin(struct source *src)
{
    const struct task_spec *spec = src->spec;
    struct engine *eng = &src->sim->eng;
    sim_time at = spec->arrive > eng->now ? spec->arrive : eng->now;

    if (spec->rate > 0) {
        struct dist gap = {.kind = DIST_EXP, .a = spec->rate};

        at = time_add(at, dist_draw(&gap, &src->rng, NULL));
    }
    /* What ends now lets its followers go together, in file order, before cores choose. */
    set_phase(src, spec->nafter > 0 && at == eng->now ? PHASE_DISPATCH : PHASE_ARRIVE);
    engine_at(eng, &src->ev, at);
}

static void fire_clients(struct engine *eng, struct event *ev)
{
    (void)eng;
    clients_begin(container_of(ev, struct source, ev));
}

/* `after` turned round: each source's followers, one behind the other in one array. */
static void link_followers(struct sim *sim)
{
    const struct scenario *sc = sim->sc;
    size_t total = 0;
    int32_t *room;

    for (int32_t i = 0; i < sc->ntasks; i++) {
        for (uint32_t k = 0; k < sc->tasks[i].nafter; k++)
            sim->sources[sc->tasks[i].after[k]].nfollowers++;
        total += sc->tasks[i].nafter;
    }
    room = arena_alloc(&sim->mem, (total + 1) * sizeof(*room));
    for (int32_t i = 0; i < sc->ntasks; i++) {
        sim->sources[i].followers = room;
        room += sim->sources[i].nfollowers;
        sim->sources[i].nfollowers = 0;
    }
    for (int32_t i = 0; i < sc->ntasks; i++)
        for (uint32_t k = 0; k < sc->tasks[i].nafter; k++) {
            struct source *src = &sim->sources[sc->tasks[i].after[k]];

            src->followers[src->nfollowers++] = i;
        }
}

void sources_init(struct sim *sim)
{
    const struct scenario *sc = sim->sc;

    sim->sources = sim_calloc((size_t)sc->ntasks + 1, sizeof(*sim->sources));
    sim->sources_left = (uint32_t)sc->ntasks;
    link_followers(sim);
    for (int32_t i = 0; i < sc->ntasks; i++) {
        struct source *src = &sim->sources[i];
        struct text name = {0};

        src->sim = sim;
        src->spec = &sc->tasks[i];
        src->waits = src->spec->nafter;
        src->cursors =
            arena_alloc(&sim->mem, (src->spec->ncursors + 1) * sizeof(*src->cursors));
        text_addf(&name, "arrival/%s", src->spec->name);
        src->rng = rng_stream(sc->seed, name.data);
        text_release(&name);
        if (src->waits == 0)
            begin(src);
    }
}

void sources_release(struct sim *sim)
{
    for (int32_t i = 0; sim->sources && i < sim->sc->ntasks; i++)
        free(sim->sources[i].clients);
    free(sim->sources);
}

void source_task_done(struct sim *sim, int32_t spec, uint64_t copy)
{
    struct source *src = &sim->sources[spec];

    sim_assert(src->live > 0);
    src->live--;
    if (src->clients && copy > 0) {
        struct client *cl = &src->clients[(copy - 1) % (uint64_t)src->spec->clients];

        if (src->spec->requests < 0 || cl->made < src->spec->requests)
            think(cl);
    }
    if (src->exhausted && src->live == 0)
        completed(src);
}

bool sources_pending(const struct sim *sim)
{
    for (int32_t i = 0; i < sim->sc->ntasks; i++) {
        const struct source *src = &sim->sources[i];

        if (event_pending(&src->ev))
            return true;
        for (int64_t k = 0; src->clients && k < src->spec->clients; k++)
            if (event_pending(&src->clients[k].ev))
                return true;
    }
    return false;
}
