/* quanta_traces.c - the library's part about whole traces: taking a run, export, import, diff. */
#include <stdlib.h>
#include <string.h>

#include "plots/diff.h"
#include "plots/export.h"
#include "plots/import.h"
#include "sim/config_json.h"
#include "sim/recording_lines.h"
#include "sim/quanta_state.h"

const struct scenario *quanta_scenario(const struct quanta_config *cfg, size_t variant)
{
    sim_assert(variant < cfg->n);
    return cfg->scenarios[variant];
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

struct course quanta_take(const struct quanta_config *cfg, size_t variant, struct trace *trace)
{
    struct course c = {.trouble = NULL};

    if (cfg->recording)
        play(cfg->recording, trace, &c);
    else
        simulate(quanta_scenario(cfg, variant), trace, &c);
    return c;
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
    course = quanta_take(cfg, from->variant, &trace);
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
    struct export_source from = {cfg->config, variant, quanta_scenario(cfg, variant),
                                 cfg->recording && cfg->recording->foreign};
    struct export_out out = {writer, false};

    sim_assert(f && writer);
    if (errors)
        *errors = NULL;
    if (f->translate)
        return export_text(&from, f, writer, errors);
    return export_run(cfg, &from, f, &out, errors);
}

bool quanta_import(const char *path, const char *format, struct quanta_writer *writer,
                   char **notes, char **errors)
{
    const char *name = strcmp(path, "-") == 0 ? "<stdin>" : path;
    struct text said = {0};
    struct lines in;
    struct diags diags;
    bool fine = false;

    diags_init(&diags);
    diags_source(&diags, name, NULL, 0);
    if (lines_open(&in, path, &diags)) {
        fine = import_lines(name, format, &in, writer, &said, &diags);
        lines_close(&in);
    }
    if (errors)
        *errors = fine ? NULL : diags_text(&diags);
    if (notes)
        *notes = text_take(&said);
    text_release(&said);
    diags_release(&diags);
    return fine;
}

/* ---- the difference of two runs ---------------------------------------------------------------- */

struct taken { /* of whom a side is, and what went wrong with it */
    const struct quanta_config *cfg;
    size_t variant;
    char *trouble;
};

static enum outcome take_side(struct diff_side *side, struct trace *trace)
{
    struct taken *t = side->of;
    struct course course = quanta_take(t->cfg, t->variant, trace);

    free(t->trouble);
    t->trouble = course.trouble;
    return course.outcome;
}

static const char *file_of(const struct quanta_config *cfg)
{
    return cfg->recording ? cfg->recording->name : config_file(cfg->config);
}

/* Of one file, variants are called by their names; of two, the files are. */
static char *label_of(const struct taken *t, bool one_file)
{
    const char *base = strrchr(file_of(t->cfg), '/');
    struct text label = {0};

    if (one_file)
        return sim_strdup(quanta_variant_name(t->cfg, t->variant));
    text_add(&label, base ? base + 1 : file_of(t->cfg));
    if (quanta_has_variants(t->cfg))
        text_addf(&label, "#%s", quanta_variant_name(t->cfg, t->variant));
    return text_take(&label);
}

static void fill_sides(struct diff *d, struct taken taken[2])
{
    bool one_file = strcmp(file_of(taken[0].cfg), file_of(taken[1].cfg)) == 0;

    for (int i = 0; i < 2; i++) {
        struct diff_side *side = &d->sides[i];
        const struct quanta_config *cfg = taken[i].cfg;

        side->sc = quanta_scenario(cfg, taken[i].variant);
        side->label = label_of(&taken[i], one_file);
        side->config = config_text(cfg->config, taken[i].variant);
        side->foreign = cfg->recording && cfg->recording->foreign;
        side->take = take_side;
        side->of = &taken[i];
    }
    if (strcmp(d->sides[0].label, d->sides[1].label) != 0)
        return;
    for (int i = 0; i < 2; i++) {
        free(d->sides[i].label);
        d->sides[i].label = sim_strdup(i == 0 ? "the first" : "the second");
    }
}

static char *cannot_compare(const struct diff *d, const struct taken taken[2])
{
    struct diags diags;
    char *text;

    diags_init(&diags);
    diags_source(&diags, file_of(taken[1].cfg), NULL, 0);
    if (d->common == 0)
        diags_add(&diags, SIZE_MAX, NULL,
                  "runs are compared task by task, and tasks by their names",
                  "no task has the same name as one of %s", file_of(taken[0].cfg));
    text = diags_text(&diags);
    diags_release(&diags);
    return text;
}

char *quanta_diff(const struct quanta_config *a, size_t variant_a,
                  const struct quanta_config *b, size_t variant_b,
                  const struct quanta_look *look, bool *differ, char **errors)
{
    struct taken taken[2] = {{a, variant_a, NULL}, {b, variant_b, NULL}};
    struct diff d = {.at = SIM_NEVER};
    char *text = NULL, *wrong = NULL;

    fill_sides(&d, taken);
    if (!diff_make(&d))
        wrong = cannot_compare(&d, taken);
    for (int i = 0; i < 2; i++) {
        if (taken[i].trouble && !wrong)
            wrong = taken[i].trouble;
        else
            free(taken[i].trouble);
    }
    if (!wrong)
        text = look ? diff_words(&d, look) : diff_json(&d);
    *differ = d.at != SIM_NEVER;
    if (errors)
        *errors = wrong;
    else
        free(wrong);
    diff_release(&d);
    return text;
}
