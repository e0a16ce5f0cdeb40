#include "sim/quanta.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "plots/comparison.h"
#include "plots/export.h"
#include "plots/import.h"
#include "plots/page.h"
#include "plots/plot.h"
#include "plots/summary.h"
#include "plots/explain.h"
#include "plots/timeline.h"
#include "sim/checker.h"
#include "sim/config.h"
#include "sim/config_models.h"
#include "sim/config_patch.h"
#include "sim/config_read.h"
#include "sim/config_schema.h"
#include "sim/config_verify.h"
#include "sim/digest.h"
#include "sim/findings.h"
#include "sim/recording.h"
#include "sim/report.h"

struct quanta_config {
    struct recording *recording; /* NULL: not one; else config and scenario are its own */
    struct config *config;
    struct scenario **scenarios; /* of the variants */
    size_t n;
};

/* How a run went, whichever way it was made. */
struct course {
    enum outcome outcome;
    uint64_t events;
    size_t bytes;
    sim_time end;
    char *trouble; /* of a recording that could not be played to its end; the caller's */
};

struct quanta_run {
    const struct quanta_config *cfg;
    const struct scenario *sc;
    size_t variant;
    struct course course;
    struct digest digest;
    struct metrics *metrics;   /* NULL: not asked for */
    struct segments *segments; /* NULL: neither asked for nor expected */
    bool tells_segments;       /* they were asked for */
    struct findings findings;  /* none: no numbers */
    struct checker *checker;
    struct timeline *timeline;
    struct explain *explain;
    struct history *history; /* NULL: no plots */
    struct tape *tape;       /* NULL: no page */
    cJSON *json;             /* made when first asked for */
};

/* ---- configs ---------------------------------------------------------------------------- */

static struct quanta_config *new_config(struct config *config, struct diags *diags)
{
    struct quanta_config *cfg = sim_calloc(1, sizeof(*cfg));
    bool fine = true;

    cfg->config = config;
    cfg->n = config_nvariants(config);
    cfg->scenarios = sim_calloc(cfg->n, sizeof(struct scenario *));
    for (size_t i = 0; i < cfg->n; i++) {
        cfg->scenarios[i] = config_scenario(config, i, diags);
        fine = fine && cfg->scenarios[i];
    }
    if (fine)
        return cfg;
    quanta_config_free(cfg);
    return NULL;
}

static struct quanta_config *new_recorded(struct recording *recording)
{
    struct quanta_config *cfg = sim_calloc(1, sizeof(*cfg));

    cfg->recording = recording;
    cfg->config = recording->config;
    cfg->n = 1;
    cfg->scenarios = sim_calloc(1, sizeof(struct scenario *));
    cfg->scenarios[0] = recording->sc;
    return cfg;
}

/* Hands the messages over and clears up.  One of the two, or neither: there is a message. */
static struct quanta_config *finish_reading(struct config *config, struct recording *recording,
                                            struct diags *diags, char **errors)
{
    struct quanta_config *cfg = config      ? new_config(config, diags)
                                : recording ? new_recorded(recording)
                                            : NULL;

    if (errors)
        *errors = cfg ? NULL : diags_text(diags);
    diags_release(diags);
    return cfg;
}

/* What has happened does not change. */
static bool nothing_set(const char *const *assignments, size_t n, struct diags *diags)
{
    if (n > 0)
        diags_add(
            diags, SIZE_MAX, NULL,
            "the config it was recorded from can be changed, and run: it is line 2 of the "
            "trace",
            "this is a recorded trace, of which nothing can be set: \"%.100s\"",
            assignments[0]);
    return n == 0;
}

static struct config *change(struct config *config, const char *const *assignments, size_t n,
                             struct diags *diags)
{
    bool fine = true;

    for (size_t i = 0; config && i < n; i++)
        fine = config_set(config, assignments[i], diags) && fine;
    if (fine)
        return config;
    config_free(config);
    return NULL;
}

struct quanta_config *quanta_read_with(const char *path, const char *const *assignments,
                                       size_t n, char **errors)
{
    const char *name;
    struct text t = {0};
    struct diags diags;
    struct config *config = NULL;
    struct recording *recording = NULL;

    sim_assert(path && (assignments || n == 0));
    name = strcmp(path, "-") == 0 ? "<stdin>" : path;
    diags_init(&diags);
    diags_source(&diags, name, NULL, 0);
    if (recording_is_file(path)) {
        if (nothing_set(assignments, n, &diags))
            recording = recording_read(path, &diags);
    } else if (config_slurp(path, CONFIG_MAX, &t, &diags)) {
        text_add(&t, "");
        if (!recording_is(t.data, t.len))
            config = change(config_parse(name, t.data, t.len, &diags), assignments, n, &diags);
        else if (nothing_set(assignments, n, &diags))
            recording = recording_parse(name, t.data, t.len, &diags);
    }
    text_release(&t);
    return finish_reading(config, recording, &diags, errors);
}

struct quanta_config *quanta_read(const char *path, char **errors)
{
    return quanta_read_with(path, NULL, 0, errors);
}

struct quanta_config *quanta_parse(const char *name, const char *text, size_t len,
                                   char **errors)
{
    struct diags diags;
    bool recorded = recording_is(text, len);

    sim_assert(name && text);
    diags_init(&diags);
    return finish_reading(recorded ? NULL : config_parse(name, text, len, &diags),
                          recorded ? recording_parse(name, text, len, &diags) : NULL, &diags,
                          errors);
}

void quanta_config_free(struct quanta_config *cfg)
{
    if (!cfg)
        return;
    for (size_t i = 0; i < cfg->n && !cfg->recording; i++)
        scenario_free(cfg->scenarios[i]);
    free(cfg->scenarios);
    if (cfg->recording)
        recording_free(cfg->recording);
    else
        config_free(cfg->config);
    free(cfg);
}

size_t quanta_variants(const struct quanta_config *cfg)
{
    return cfg->n;
}

bool quanta_has_variants(const struct quanta_config *cfg)
{
    return config_has_variants(cfg->config);
}

bool quanta_is_recorded(const struct quanta_config *cfg)
{
    return cfg->recording != NULL;
}

static const struct scenario *scenario_of(const struct quanta_config *cfg, size_t variant)
{
    sim_assert(variant < cfg->n);
    return cfg->scenarios[variant];
}

const char *quanta_variant_name(const struct quanta_config *cfg, size_t variant)
{
    return scenario_of(cfg, variant)->variant;
}

const char *quanta_about(const struct quanta_config *cfg, size_t variant)
{
    return scenario_of(cfg, variant)->about;
}

const char *quanta_title(const struct quanta_config *cfg, size_t variant)
{
    return scenario_of(cfg, variant)->name;
}

/* ---- runs ---------------------------------------------------------------------------------- */

static const struct quanta_options usual = {.digest = true, .numbers = true};

/* Does the file expect something of the segments? */
static bool expects_segments(const struct quanta_run *run)
{
    cJSON *expect = config_expect(run->cfg->config, run->variant);
    bool found = false;

    for (const cJSON *e = expect ? expect->child : NULL; e; e = e->next)
        found = found || strncmp(e->string, "/segments", 9) == 0;
    cJSON_Delete(expect);
    return found;
}

static void attach(struct quanta_run *run, struct trace *trace, const struct quanta_options *o)
{
    if (o->numbers || o->plot) {
        run->metrics = metrics_new(run->sc, o->tasks);
        trace_attach(trace, &run->metrics->sink);
    }
    if (o->numbers || o->plot)
        findings_attach(&run->findings, run->sc, trace);
    if (o->digest || o->numbers || o->plot)
        trace_attach(trace, &run->digest.sink);
    run->tells_segments = o->segments;
    if (o->segments || (o->numbers && expects_segments(run))) {
        run->segments = segments_new(run->sc);
        trace_attach(trace, &run->segments->sink);
    }
    if (o->explain_to) {
        run->explain = explain_new(run->sc, o->explain_look, o->explain_to);
        trace_attach(trace, explain_sink(run->explain));
    }
    if (o->timeline) {
        run->timeline = timeline_new(run->sc);
        trace_attach(trace, timeline_sink(run->timeline));
    }
    if (o->plot) {
        run->history =
            history_new(run->sc, o->plot_from, o->plot_to > 0 ? o->plot_to : SIM_NEVER);
        trace_attach(trace, history_sink(run->history));
    }
    if (o->page) {
        run->tape = tape_new(run->sc);
        trace_attach(trace, &run->tape->sink);
    }
    if (o->check) {
        run->checker = checker_new(run->sc);
        run->checker->lenient = run->cfg->recording && run->cfg->recording->foreign;
        trace_attach(trace, &run->checker->sink);
    }
}

static void simulate(const struct scenario *sc, struct trace *trace, struct course *c)
{
    struct sim *sim = sim_new(sc, trace);

    c->outcome = sim_run(sim);
    c->events = sim_events(sim);
    c->bytes = sim_bytes(sim);
    c->end = sim_end(sim);
    sim_free(sim);
}

static void play(const struct recording *r, struct trace *trace, struct course *c)
{
    struct diags diags;

    diags_init(&diags);
    if (!recording_play(r, trace, &diags))
        c->trouble = diags_text(&diags);
    diags_release(&diags);
    c->outcome = r->outcome;
    c->events = r->records;
    c->end = r->end;
}

/* Simulates the variant, or plays what was recorded. */
static struct course take_course(const struct quanta_config *cfg, size_t variant,
                                 struct trace *trace)
{
    struct course c = {.trouble = NULL};

    if (cfg->recording)
        play(cfg->recording, trace, &c);
    else
        simulate(scenario_of(cfg, variant), trace, &c);
    return c;
}

struct quanta_run *quanta_run(const struct quanta_config *cfg, size_t variant,
                              const struct quanta_options *options)
{
    struct quanta_run *run = sim_calloc(1, sizeof(*run));
    struct trace trace;

    run->cfg = cfg;
    run->sc = scenario_of(cfg, variant);
    run->variant = variant;
    digest_init(&run->digest);
    trace_init(&trace);
    attach(run, &trace, options ? options : &usual);
    run->course = take_course(cfg, variant, &trace);
    return run;
}

void quanta_run_free(struct quanta_run *run)
{
    if (!run)
        return;
    cJSON_Delete(run->json);
    free(run->course.trouble);
    metrics_free(run->metrics);
    segments_free(run->segments);
    findings_release(&run->findings);
    checker_free(run->checker);
    timeline_free(run->timeline);
    explain_free(run->explain);
    history_free(run->history);
    tape_free(run->tape);
    free(run);
}

const char *quanta_outcome(const struct quanta_run *run)
{
    return outcome_name(run->course.outcome);
}

uint64_t quanta_digest(const struct quanta_run *run)
{
    return digest_value(&run->digest);
}

uint64_t quanta_events(const struct quanta_run *run)
{
    return run->course.events;
}

int64_t quanta_end(const struct quanta_run *run)
{
    return run->course.end;
}

size_t quanta_bytes(const struct quanta_run *run)
{
    return run->course.bytes;
}

const char *quanta_trouble(const struct quanta_run *run)
{
    return run->course.trouble;
}

/* ---- results -------------------------------------------------------------------------------- */

static struct report report_of(const struct quanta_run *run, bool segments)
{
    sim_assert(run->metrics); /* options->numbers */
    return (struct report){.sc = run->sc,
                           .metrics = run->metrics,
                           .segments = segments ? run->segments : NULL,
                           .findings = &run->findings,
                           .outcome = run->course.outcome,
                           .digest = digest_value(&run->digest)};
}

static cJSON *json_of(const struct quanta_run *run, bool segments)
{
    struct report report = report_of(run, segments);

    return report_json(&report);
}

char *quanta_json(const struct quanta_run *run, bool formatted)
{
    cJSON *json = json_of(run, run->tells_segments);
    char *printed = formatted ? cJSON_Print(json) : cJSON_PrintUnformatted(json), *text;

    sim_assert(printed);
    text = sim_strdup(printed);
    cJSON_free(printed);
    cJSON_Delete(json);
    return text;
}

bool quanta_number(struct quanta_run *run, const char *pointer, int64_t *number)
{
    const cJSON *node;

    if (!run->json)
        run->json = json_of(run, true);
    node = pointer_find(run->json, pointer);
    if (!cJSON_IsRaw(node))
        return false;
    *number = strtoll(node->valuestring, NULL, 10);
    return true;
}

char *quanta_failed_expectations(const struct quanta_run *run)
{
    cJSON *json = json_of(run, true);
    char *failed = config_verify(run->cfg->config, run->variant, json);

    cJSON_Delete(json);
    return failed;
}

char *quanta_violations(const struct quanta_run *run)
{
    if (!run->checker || run->checker->nfound == 0)
        return NULL;
    return sim_strdup(run->checker->found.data);
}

char *quanta_timeline(const struct quanta_run *run, const struct quanta_look *look)
{
    sim_assert(run->timeline); /* options->timeline */
    return timeline_text(run->timeline, look);
}

int64_t quanta_span(const struct quanta_run *run)
{
    return run->timeline ? timeline_span(run->timeline) : run->course.end;
}

char *quanta_legend(const struct quanta_run *const *runs, size_t n,
                    const struct quanta_look *look)
{
    const struct timeline **list = sim_calloc(n + 1, sizeof(struct timeline *));
    char *text;

    for (size_t i = 0; i < n; i++) {
        sim_assert(runs[i]->timeline);
        list[i] = runs[i]->timeline;
    }
    text = timeline_legend(list, n, look);
    free(list);
    return text;
}

char *quanta_summary(const struct quanta_run *run, const struct quanta_look *look)
{
    sim_assert(run->metrics);
    return summary_text(&(struct summary){.metrics = run->metrics,
                                          .outcome = run->course.outcome,
                                          .findings = &run->findings},
                        look);
}

char *quanta_comparison(const struct quanta_run *const *runs, size_t n,
                        const struct quanta_look *look)
{
    struct comparison_column *columns = sim_calloc(n + 1, sizeof(*columns));
    char *text;

    for (size_t i = 0; i < n; i++) {
        sim_assert(runs[i]->metrics);
        columns[i].name = runs[i]->sc->variant;
        columns[i].metrics = runs[i]->metrics;
        columns[i].findings = &runs[i]->findings;
        columns[i].outcome = runs[i]->course.outcome;
    }
    text = comparison_text(columns, n, look);
    free(columns);
    return text;
}

/* ---- traces for others' tools --------------------------------------------------------------- */

static bool export_run(const struct quanta_config *cfg, const struct export_source *from,
                       const struct export_format *format, struct export_out *out,
                       char **errors)
{
    struct exporter *ex = format->start(from->sc, out);
    struct course course;
    struct trace trace;

    trace_init(&trace);
    trace_attach(&trace, &ex->sink);
    if (ex->begin)
        ex->begin(ex, from);
    course = take_course(cfg, from->variant, &trace);
    if (ex->end)
        ex->end(ex, course.outcome);
    ex->free(ex);
    if (course.trouble && errors)
        *errors = course.trouble;
    else
        free(course.trouble);
    return !course.trouble && !out->failed;
}

static bool export_text(const struct export_source *from, const struct export_format *format,
                        struct quanta_writer *w, char **errors)
{
    struct text text = {0};
    struct diags diags;
    bool fine;

    diags_init(&diags);
    diags_source(&diags, from->sc->file, NULL, 0);
    if (from->foreign)
        diags_add(
            &diags, SIZE_MAX, NULL, NULL,
            "a trace of a real machine says what ran when, and not what the programs are");
    fine = !from->foreign && format->translate(from, &text, &diags);
    if (!fine && errors)
        *errors = diags_text(&diags);
    fine = fine && w->write(w, 0, text.data, text.len);
    text_release(&text);
    diags_release(&diags);
    return fine;
}

bool quanta_export(const struct quanta_config *cfg, size_t variant, const char *format,
                   struct quanta_writer *writer, char **errors)
{
    const struct export_format *f = export_find(format);
    struct export_source from = {cfg->config, variant, scenario_of(cfg, variant),
                                 cfg->recording && cfg->recording->foreign};
    struct export_out out = {writer, false};

    sim_assert(f && writer);
    if (errors)
        *errors = NULL;
    if (f->translate)
        return export_text(&from, f, writer, errors);
    return export_run(cfg, &from, f, &out, errors);
}

struct import_to_writer {
    struct import_sink sink;
    struct quanta_writer *writer;
};

static bool import_write(struct import_sink *to, const char *bytes, size_t n)
{
    struct quanta_writer *w = container_of(to, struct import_to_writer, sink)->writer;

    return w->write(w, 0, bytes, n);
}

bool quanta_import(const char *path, const char *format, struct quanta_writer *writer,
                   char **notes, char **errors)
{
    struct import_to_writer to = {{import_write}, writer};
    const char *name = strcmp(path, "-") == 0 ? "<stdin>" : path;
    struct text text = {0}, said = {0};
    struct diags diags;
    bool fine;

    diags_init(&diags);
    diags_source(&diags, name, NULL, 0);
    fine = config_slurp(path, IMPORT_MAX, &text, &diags);
    text_add(&text, "");
    fine = fine && import_text(name, format, text.data, text.len, &to.sink, &said, &diags);
    if (errors)
        *errors = fine ? NULL : diags_text(&diags);
    if (notes)
        *notes = text_take(&said);
    text_release(&text);
    text_release(&said);
    diags_release(&diags);
    return fine;
}

char *quanta_plot(const struct quanta_run *const *runs, size_t n,
                  const struct quanta_picture *look)
{
    struct plot_run *list = sim_calloc(n + 1, sizeof(*list));
    char *text;

    for (size_t i = 0; i < n; i++) {
        sim_assert(runs[i]->history); /* options->plot */
        list[i].sc = runs[i]->sc;
        list[i].history = runs[i]->history;
        list[i].metrics = runs[i]->metrics;
        list[i].findings = &runs[i]->findings;
        list[i].outcome = runs[i]->course.outcome;
        list[i].digest = digest_value(&runs[i]->digest);
    }
    text = plot_draw(list, n, look);
    free(list);
    return text;
}

const char *quanta_plot_help(size_t kind)
{
    return plot_kinds[kind]->help;
}

bool quanta_time(const char *text, int64_t *ns)
{
    return time_read(text, ns) == NULL;
}

bool quanta_page(const struct quanta_run *const *runs, size_t n, struct quanta_writer *writer)
{
    struct page_run *list = sim_calloc(n, sizeof(*list));
    bool written;

    for (size_t i = 0; i < n; i++) {
        sim_assert(runs[i]->tape); /* options->page */
        list[i].tape = runs[i]->tape;
        list[i].report = report_of(runs[i], false);
    }
    written = page_write(list, n, writer);
    free(list);
    return written;
}

char *quanta_schema(void)
{
    return config_schema();
}

char *quanta_models(const char *name)
{
    return config_models(name);
}

void quanta_text_free(char *text)
{
    free(text);
}

const char *quanta_version(void)
{
    return QUANTA_VERSION;
}
