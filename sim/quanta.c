#include "sim/quanta.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "plots/comparison.h"
#include "plots/page.h"
#include "plots/plot.h"
#include "plots/summary.h"
#include "plots/explain.h"
#include "plots/sweep.h"
#include "plots/task_table.h"
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
#include "sim/quanta_state.h"
#include "sim/report.h"

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

const char *quanta_variant_name(const struct quanta_config *cfg, size_t variant)
{
    return quanta_scenario(cfg, variant)->variant;
}

const char *quanta_about(const struct quanta_config *cfg, size_t variant)
{
    return quanta_scenario(cfg, variant)->about;
}

const char *quanta_title(const struct quanta_config *cfg, size_t variant)
{
    return quanta_scenario(cfg, variant)->name;
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
        tape_tell(run->tape);
        trace_attach(trace, &run->tape->sink);
    }
    if (o->check) {
        run->checker = checker_new(run->sc);
        run->checker->lenient = run->cfg->recording && run->cfg->recording->foreign;
        trace_attach(trace, &run->checker->sink);
    }
}

struct quanta_run *quanta_run(const struct quanta_config *cfg, size_t variant,
                              const struct quanta_options *options)
{
    struct quanta_run *run = sim_calloc(1, sizeof(*run));
    struct trace trace;

    run->cfg = cfg;
    run->sc = quanta_scenario(cfg, variant);
    run->variant = variant;
    digest_init(&run->digest);
    trace_init(&trace);
    attach(run, &trace, options ? options : &usual);
    run->course = quanta_take(cfg, variant, &trace);
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

char *quanta_task_table(const struct quanta_run *run)
{
    sim_assert(run->metrics);
    return task_table(run->metrics);
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

/* ---- pictures ------------------------------------------------------------------------------- */

/* The caller frees the list. */
static struct plot_run *plot_runs(const struct quanta_run *const *runs, size_t n)
{
    struct plot_run *list = sim_calloc(n + 1, sizeof(*list));

    for (size_t i = 0; i < n; i++) {
        sim_assert(runs[i]->history); /* options->plot */
        list[i].sc = runs[i]->sc;
        list[i].history = runs[i]->history;
        list[i].metrics = runs[i]->metrics;
        list[i].findings = &runs[i]->findings;
        list[i].outcome = runs[i]->course.outcome;
        list[i].digest = digest_value(&runs[i]->digest);
    }
    return list;
}

char *quanta_plot(const struct quanta_run *const *runs, size_t n,
                  const struct quanta_picture *look)
{
    struct plot_run *list = plot_runs(runs, n);
    char *text = plot_draw(list, n, look);

    free(list);
    return text;
}

bool quanta_measure(struct quanta_run *run, const char *pointer, int64_t *value,
                    enum quanta_unit *unit)
{
    const cJSON *node;

    if (!run->json)
        run->json = json_of(run, true);
    node = pointer_find(run->json, pointer);
    if (!cJSON_IsRaw(node))
        return false;
    *unit = sweep_unit(pointer);
    *value = *unit == QUANTA_RATIO ? sweep_ratio(node->valuestring)
                                   : strtoll(node->valuestring, NULL, 10);
    return true;
}

char *quanta_plot_sweep(const struct quanta_sweep *sweep, const struct quanta_picture *look)
{
    return sweep_draw(sweep, look);
}

char *quanta_waits(const struct quanta_run *const *runs, size_t n)
{
    struct plot_run *list = plot_runs(runs, n);
    char *text = plot_dot(list, n);

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
