#include "plots/summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "models/executors/executor.h"
#include "plots/findings.h"
#include "plots/glyphs.h"
#include "plots/loop_words.h"

enum { LABEL = 14 };

static void label(struct text *t, const char *name)
{
    size_t len = glyph_columns(name);

    if (len > LABEL)
        glyph_cut(t, name, LABEL);
    else
        text_add(t, name);
    text_pad(t, ' ', (len < LABEL ? LABEL - len : 0) + 2);
}

static const char *plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

/* A time, rounded so that it has three decimals of its unit at most. */
static const char *rounded(sim_time time, char buf[TIME_TEXT_SIZE])
{
    sim_time unit = time >= SEC(1) ? MS(1) : time >= MS(1) ? US(1) : 1;

    return time_text((time + unit / 2) / unit * unit, buf);
}

static void add_samples(struct text *t, const char *name, struct samples *s)
{
    char a[TIME_TEXT_SIZE], b[TIME_TEXT_SIZE], c[TIME_TEXT_SIZE], d[TIME_TEXT_SIZE];

    label(t, name);
    text_addf(t, "mean %s, p50 %s, p99 %s, max %s\n", rounded(samples_mean(s), a),
              rounded(samples_percentile(s, 500), b), rounded(samples_percentile(s, 990), c),
              rounded(s->max, d));
}

static void add_level(struct text *t, const char *name, int64_t mean_e9, int64_t max)
{
    char buf[TIME_TEXT_SIZE];

    glyph_ratio(mean_e9, 2, buf);
    label(t, name);
    text_addf(t, "mean %s, peak %" PRId64 "\n", buf, max);
}

static const char *percent(int64_t e9, char buf[TIME_TEXT_SIZE])
{
    glyph_percent(e9, buf);
    return buf;
}

static void add_cores(struct text *t, const struct metrics *m)
{
    char a[TIME_TEXT_SIZE], b[TIME_TEXT_SIZE], c[TIME_TEXT_SIZE], d[TIME_TEXT_SIZE],
        p[TIME_TEXT_SIZE];

    for (int32_t i = 0; i < m->sc->machine.ncores && i < 16; i++) {
        const struct core_metrics *k = &m->cores[i];

        label(t, m->sc->machine.cores[i].name);
        text_addf(t, "%s: user %s, kernel %s, switch %s, idle %s\n",
                  percent(metrics_core_utilization(m, i), p), rounded(k->user, a),
                  rounded(k->kernel, b), rounded(k->switching, c), rounded(k->idle, d));
    }
    if (m->sc->machine.ncores > 16)
        text_addf(t, "... and %d more cores\n", (int)m->sc->machine.ncores - 16);
}

static void add_devices(struct text *t, const struct metrics *m)
{
    char a[TIME_TEXT_SIZE], b[TIME_TEXT_SIZE], p[TIME_TEXT_SIZE];

    for (int32_t i = 0; i < m->sc->ndevices && i < 16; i++) {
        struct device_metrics *d = &m->devices[i];
        int64_t busy =
            ratio_e9((struct wide){0, (uint64_t)d->busy}, (struct wide){0, (uint64_t)m->end});

        label(t, m->sc->devices[i].name);
        text_addf(t, "%s busy: %" PRIu64 " request%s, queue mean %s, response mean %s\n",
                  percent(busy, p), d->requests, plural((int64_t)d->requests),
                  rounded(samples_mean(&d->queue), a), rounded(samples_mean(&d->response), b));
    }
    if (m->sc->ndevices > 16)
        text_addf(t, "... and %d more devices\n", (int)m->sc->ndevices - 16);
}

static void add_memory(struct text *t, const struct metrics *m)
{
    char a[TIME_TEXT_SIZE], b[TIME_TEXT_SIZE];

    if (m->memory == 0)
        return;
    glyph_bytes(m->memory, a);
    glyph_bytes(metrics_memory_per_task(m), b);
    label(t, "memory");
    text_addf(t, "peak %s", a);
    if (m->memory_tasks > 1)
        text_addf(t, ", %s for each of %" PRId64 " tasks then", b, m->memory_tasks);
    text_add(t, "\n");
}

static void add_heap(struct text *t, const struct metrics *m, int32_t executor)
{
    const struct heap_metrics *h = &m->executors[executor].heap;
    char a[TIME_TEXT_SIZE], b[TIME_TEXT_SIZE], c[TIME_TEXT_SIZE];

    if (h->max == 0)
        return;
    glyph_bytes(h->max, a);
    label(t, m->sc->executors[executor].name);
    text_addf(t,
              "heap up to %s, %" PRIu64 " scavenge%s, %" PRIu64
              " mark-sweep%s, pauses %s, longest %s\n",
              a, h->scavenges, plural((int64_t)h->scavenges), h->mark_sweeps,
              plural((int64_t)h->mark_sweeps), rounded(h->pauses, b), rounded(h->pause_max, c));
}

/* Of a page: how many frames it has rendered, and how late. */
static void add_frames(struct text *t, const struct metrics *m, int32_t executor)
{
    const struct executor_metrics *ex = &m->executors[executor];
    char a[TIME_TEXT_SIZE];

    if (ex->late.count == 0)
        return;
    label(t, "");
    text_addf(t, "%" PRIu64 " frame%s rendered, up to %s late; %" PRIu64 " dropped\n",
              ex->late.count, plural((int64_t)ex->late.count), rounded(ex->late.max, a),
              ex->dropped);
}

/* "120 switches in user space (24 us)" */
static void add_switches(struct text *t, const struct metrics *m, int32_t executor)
{
    const struct executor_metrics *ex = &m->executors[executor];
    char time[TIME_TEXT_SIZE];

    if (!m->sc->executors[executor].model->woken)
        return;
    label(t, m->sc->executors[executor].name);
    text_addf(t, "%" PRIu64 " switch%s in user space (%s)\n", ex->switches,
              ex->switches == 1 ? "" : "es", time_text(ex->switch_time, time));
}

/* How long work waited for a thread of the pool, where any came to it. */
static void add_pool(struct text *t, const struct metrics *m, int32_t executor)
{
    struct samples *queue = &m->executors[executor].queue;
    char a[TIME_TEXT_SIZE], b[TIME_TEXT_SIZE], c[TIME_TEXT_SIZE];

    if (queue->count == 0)
        return;
    label(t, "");
    text_addf(t, "pool: %" PRIu64 " came, waited mean %s, p99 %s, max %s\n", queue->count,
              rounded(samples_mean(queue), a), rounded(samples_percentile(queue, 990), b),
              rounded(queue->max, c));
}

/* "poll 12 ms, check 3 ms; waits 40 ms": where the loops' time went, and what held one longest. */
static void add_loops(struct text *t, const struct metrics *m, int32_t executor)
{
    char a[TIME_TEXT_SIZE];
    const struct loop_hold *longest;
    const char *before = ": ";
    int32_t loop;
    bool came;

    if (!m->sc->executors[executor].model->is_loop)
        return;
    label(t, m->sc->executors[executor].name);
    text_addf(t, "%s busy", percent(metrics_loop_utilization(m, executor), a));
    for (int stage = 0; stage < STAGE_COUNT; stage++) {
        sim_time time = metrics_stage(m, executor, (enum loop_stage)stage, &came);

        if (time == 0 || stage == STAGE_WAIT || stage == STAGE_GONE)
            continue;
        text_addf(t, "%s%s %s", before, loop_stage_name((enum loop_stage)stage),
                  rounded(time, a));
        before = ", ";
    }
    text_addf(t, "; waits %s", rounded(metrics_stage(m, executor, STAGE_WAIT, &came), a));
    if (metrics_stage(m, executor, STAGE_GONE, &came) > 0)
        text_addf(t, "; gone %s", rounded(metrics_stage(m, executor, STAGE_GONE, &came), a));
    text_add(t, "\n");
    add_pool(t, m, executor);
    longest = metrics_longest_hold(m, executor, &loop);
    if (!longest)
        return;
    label(t, "");
    loop_hold_words(t, m, longest);
    text_add(t, "\n");
}

static void add_executors(struct text *t, const struct metrics *m)
{
    for (int32_t i = 0; i < m->sc->nexecutors; i++) {
        add_switches(t, m, i);
        add_loops(t, m, i);
        add_frames(t, m, i);
        add_heap(t, m, i);
        if (m->executors[i].rejected > 0) {
            label(t, m->sc->executors[i].name);
            text_addf(t, "%" PRId64 " thread%s, %" PRId64 " task%s rejected\n",
                      m->executors[i].threads, plural(m->executors[i].threads),
                      m->executors[i].rejected, plural(m->executors[i].rejected));
        }
    }
}

static void add_more(struct text *t, size_t n)
{
    if (n > SUMMARY_LINES)
        text_addf(t, "  ... and %zu more\n", n - SUMMARY_LINES);
}

/* "A waits for m2 (line 12), held by B since 3 ms (line 15)" */
static void add_deadlocked(struct text *t, const struct metrics *m, const struct note *n)
{
    char at[TIME_TEXT_SIZE];

    text_addf(t, "  %12s  %s waits for %s", time_text(n->at, at), n->task, n->waits_for);
    findings_place(t, m->sc, n->place);
    if (n->held_by && n->since >= 0) {
        text_addf(t, ", held by %s since %s", n->held_by, time_text(n->since, at));
        findings_place(t, m->sc, n->held_place);
        if (n->held_by_ended)
            text_addf(t, ", which has ended");
    } else if (n->held_by) {
        text_addf(t, ": %s", n->held_by);
    }
    text_add(t, "\n");
}

static void add_notes(struct text *t, const struct metrics *m)
{
    char at[TIME_TEXT_SIZE];

    if (m->log.n > 0)
        text_add(t, "\nlog\n");
    for (size_t i = 0; i < m->log.n && i < SUMMARY_LINES; i++) {
        const struct note *n = &m->log.list[i];

        text_addf(t, "  %12s  %s: %s\n", time_text(n->at, at), n->task, n->text);
    }
    add_more(t, m->log.n);
    if (m->faults.n > 0)
        text_add(t, "\nfaults\n");
    for (size_t i = 0; i < m->faults.n && i < SUMMARY_LINES; i++) {
        const struct note *n = &m->faults.list[i];

        text_addf(t, "  %12s  %s: %s", time_text(n->at, at), n->task, n->text);
        if (n->place >= 0) {
            text_addf(t, "  (%s", m->sc->places[n->place].path);
            if (m->sc->places[n->place].line > 0)
                text_addf(t, ", line %d", (int)m->sc->places[n->place].line);
            text_add(t, ")");
        }
        text_add(t, "\n");
    }
    add_more(t, m->faults.n);
    if (m->deadlock.n > 0)
        text_add(t, "\nwaits for ever\n");
    for (size_t i = 0; i < m->deadlock.n && i < SUMMARY_LINES; i++)
        add_deadlocked(t, m, &m->deadlock.list[i]);
    add_more(t, m->deadlock.n);
}

char *summary_text(const struct summary *s, const struct quanta_look *look)
{
    struct metrics *m = s->metrics;
    enum outcome outcome = s->outcome;
    struct text t = {0};
    char a[TIME_TEXT_SIZE], p[TIME_TEXT_SIZE];
    bool bad = outcome != OUTCOME_COMPLETED && outcome != OUTCOME_UNTIL;

    label(&t, "outcome");
    text_addf(&t, "%s%s%s at %s\n", look->colours && bad ? GLYPH_SWITCH : "",
              outcome_name(outcome), look->colours && bad ? GLYPH_PLAIN : "",
              time_text(m->end, a));
    label(&t, "tasks");
    text_addf(&t, "%" PRIu64 " of %" PRIu64 " ended", m->completed, m->tasks);
    glyph_ratio(m->throughput_e9, 1, p);
    text_addf(&t, ", %s a second\n", p);
    label(&t, "makespan");
    text_addf(&t, "%s\n", time_text(m->makespan, a));
    if (m->completed > 0) {
        add_samples(&t, "turnaround", &m->turnaround);
        add_samples(&t, "waiting", &m->waiting);
    }
    if (m->response.count > 0)
        add_samples(&t, "response", &m->response);
    label(&t, "switches");
    text_addf(&t, "%" PRIu64 " (%s), preemptions %" PRIu64 ", migrations %" PRIu64 "\n",
              m->context_switches, rounded(m->switch_time, a), m->preemptions, m->migrations);
    add_level(&t, "concurrency", m->concurrency_e9, m->concurrency.max);
    add_level(&t, "parallelism", m->parallelism_e9, m->parallelism.max);
    label(&t, "utilisation");
    text_addf(&t, "%s\n", percent(m->utilization_e9, p));
    add_memory(&t, m);
    add_cores(&t, m);
    add_devices(&t, m);
    add_executors(&t, m);
    add_notes(&t, m);
    findings_text(&t, s->findings, look);
    return text_take(&t);
}
