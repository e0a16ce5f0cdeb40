/* plot_frame.c - what stands above and beneath every picture. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "models/executors/executor.h"
#include "models/schedulers/sched.h"
#include "plots/axis.h"
#include "plots/plot.h"
#include "sim/param.h"

/* ---- the title ------------------------------------------------------------------------------ */

/* The first sentence of the file's explanation. */
static void first_sentence(const char *about, struct text *t)
{
    const char *end = about;

    while (*end && *end != '\n' &&
           !((*end == '.' || *end == '?' || *end == '!') && (end[1] == ' ' || end[1] == '\n')))
        end++;
    text_add_len(t, about, (size_t)(end - about));
    if (*end == '.' || *end == '?' || *end == '!')
        text_add_len(t, end, 1);
    text_add(t, "");
}

px plot_header(const struct plot *p, struct svg *s)
{
    const struct scenario *sc = p->runs[0].sc;
    struct font title = plot_bold(PX(29), p->theme->ink);
    struct font about = plot_font(1550, p->theme->muted);
    px room = p->width - PX(2 * PLOT_MARGIN);
    struct text name = {0}, sentence = {0};
    int lines = 0;

    if (p->one_file)
        text_add(&name, sc->name);
    else
        text_addf(&name, "%zu runs on one scale", p->n);
    if (p->one_file)
        first_sentence(sc->about, &sentence);
    text_add(&sentence, "");
    if (s) {
        svg_group(s, "header", NULL);
        svg_text_fit(s, PX(PLOT_MARGIN), PX(46), room, title, name.data);
        lines =
            svg_paragraph(s, PX(PLOT_MARGIN), PX(73), room, PX(21), 2, about, sentence.data);
        svg_end(s);
    } else {
        const char *rest = sentence.data;

        for (; *rest && lines < 2; lines++)
            (void)text_line(rest, room, about.size, false, &rest);
    }
    text_release(&name);
    text_release(&sentence);
    return PX(58 + 21 * lines);
}

/* ---- what it was made from ------------------------------------------------------------------- */

static void add_digests(const struct plot *p, struct text *t)
{
    for (size_t i = 0; i < p->n; i++)
        text_addf(t, "%s%016" PRIx64,
                  i          ? ", "
                  : p->n > 1 ? "digests "
                             : "digest ",
                  p->runs[i].digest);
}

px plot_footer(const struct plot *p, struct svg *s, px y, const char *notes)
{
    struct font f = plot_font(1250, p->theme->faint);
    struct text t = {0};
    px room = p->width - PX(2 * PLOT_MARGIN), leading = PX(18);
    const char *rest;
    int lines = 0;

    text_addf(&t, "quanta %s plot", quanta_version());
    if (strcmp(p->kind->name, plot_kinds[0]->name) != 0)
        text_addf(&t, " --kind %s", p->kind->name);
    for (size_t i = 0; i < p->n; i++)
        if (i == 0 || strcmp(p->runs[i].sc->file, p->runs[i - 1].sc->file) != 0)
            text_addf(&t, " %s", p->runs[i].sc->file);
    if (p->command)
        text_addf(&t, " %s", p->command);
    text_addf(&t, " · seed %" PRIu64 " · ", p->runs[0].sc->seed);
    add_digests(p, &t);
    text_add(&t, " · The same file and seed give the same picture, byte by byte.");
    if (p->left_out > 0)
        text_addf(&t, "\n%zu more runs are not drawn: choose with --variant.", p->left_out);
    if (notes[0])
        text_addf(&t, "\n%s", notes);
    if (s) {
        svg_group(s, "footer", NULL);
        lines = svg_paragraph(s, PX(PLOT_MARGIN), y, room, leading, 8, f, t.data);
        svg_end(s);
    } else {
        for (rest = t.data; *rest && lines < 8; lines++)
            (void)text_line(rest, room, f.size, false, &rest);
    }
    text_release(&t);
    return leading * lines;
}

/* ---- the page --------------------------------------------------------------------------------- */

void plot_body(const struct plot *p, struct svg *body)
{
    memset(body, 0, sizeof(*body));
    body->ground = p->theme->ground;
}

char *plot_page(const struct plot *p, struct svg *body, px bottom, const char *about,
                const char *notes)
{
    px foot = bottom + PX(16), height = foot + plot_footer(p, NULL, 0, notes);
    struct svg s;

    sim_assert(body->depth == 0);
    svg_open(&s, p->width, height, p->theme->ground, p->runs[0].sc->name, about);
    (void)plot_header(p, &s);
    if (body->t.len > 0)
        text_add_len(&s.t, body->t.data, body->t.len);
    (void)plot_footer(p, &s, foot, notes);
    text_release(&body->t);
    return svg_close(&s);
}

/* ---- runs ------------------------------------------------------------------------------------ */

void plot_run_name(const struct plot *p, size_t run, struct text *t)
{
    const struct scenario *sc = p->runs[run].sc;
    bool only = strcmp(sc->variant, "base") == 0;

    if (!p->one_file || (only && p->n == 1))
        text_add(t, sc->name);
    if (!only || (p->one_file && p->n > 1))
        text_addf(t, "%s%s", p->one_file ? "" : ": ", sc->variant);
    text_add(t, "");
}

void plot_add_time(struct text *t, sim_time time)
{
    struct text spaced = {0};
    char *unit;

    axis_time(&spaced, time);
    unit = strchr(spaced.data, ' ');
    if (unit)
        *unit++ = '\0';
    text_addf(t, "%s%s%s", spaced.data, unit ? "\u00a0" : "", unit ? unit : "");
    text_release(&spaced);
}

/* Times that the policy must be told: its quantum. */
static void add_policy(const struct machine_spec *m, struct text *t)
{
    text_addf(t, ", %s", m->policy->name);
    for (const struct param *par = m->policy->params; par && par->name; par++) {
        sim_time time;

        if (par->type != PARAM_TIME || !par->required)
            continue;
        memcpy(&time, (const char *)m->policy_params + par->offset, sizeof(time));
        text_addf(t, ", %s\u00a0", par->name);
        plot_add_time(t, time);
    }
}

/* Those that tasks are on, but for the usual kind. */
static void add_executors(const struct scenario *sc, struct text *t)
{
    for (int32_t e = 0; e < sc->nexecutors; e++) {
        bool used = false;

        for (int32_t i = 0; i < sc->ntasks; i++)
            used = used || sc->tasks[i].executor == e;
        if (used && sc->executors[e].model != executor_models[0])
            text_addf(t, ", %s", sc->executors[e].model->name);
    }
}

void plot_run_facts(const struct plot_run *r, struct text *t)
{
    const struct machine_spec *m = &r->sc->machine;

    text_addf(t, "%d core%s", (int)m->ncores, m->ncores == 1 ? "" : "s");
    add_policy(m, t);
    if (m->ncores > 1 && m->queues == QUEUES_PER_CORE)
        text_add(t, ", a queue a core");
    add_executors(r->sc, t);
    if (m->context_switch > 0) {
        text_add(t, "; a switch costs ");
        plot_add_time(t, m->context_switch);
    }
}

/* Of the names of cores, beside which the first two lines of a timeline's label stand. */
static px core_names(const struct plot_run *r)
{
    px most = 0;

    for (int32_t i = 0; i < r->sc->machine.ncores; i++) {
        px width = text_width(r->sc->machine.cores[i].name, PX(12), false);

        most = width > most ? width : most;
    }
    return most < PX(ROW_NAME) ? most : PX(ROW_NAME);
}

/* The name of the run in as few lines as there is room for: how many. */
static int draw_name(const struct plot *p, struct svg *s, size_t run, px y, px room,
                     const char *name)
{
    struct font f = plot_bold(PX(17), p->theme->ink);
    px wide = PX(LABEL_END - PLOT_MARGIN - 14) - core_names(&p->runs[run]);

    if (p->kind == plot_kinds[0] && p->rows != QUANTA_TASKS &&
        svg_paragraph(NULL, 0, 0, wide, PX(20), 3, f, name) <= 2)
        room = wide;
    return svg_paragraph(s, PX(PLOT_MARGIN), y, room, PX(20), 3, f, name);
}

/* Draws unless `s` is NULL; where it ends. */
static px label(const struct plot *p, struct svg *s, size_t run, px y)
{
    px room = PX(LABEL_END - PLOT_MARGIN - ROW_NAME - 6);
    struct text name = {0}, phrase = {0}, facts = {0};

    plot_run_name(p, run, &name);
    plot_run_phrase(&p->runs[run], &phrase);
    plot_run_facts(&p->runs[run], &facts);
    y += PX(33);
    y += PX(20) * draw_name(p, s, run, y, room, name.data);
    y += PX(1);
    y += PX(17) * svg_paragraph(s, PX(PLOT_MARGIN), y, room, PX(17), 4,
                                plot_font(1250, p->theme->muted), phrase.data);
    y += PX(3);
    y += PX(15) * svg_paragraph(s, PX(PLOT_MARGIN), y, room, PX(15), 4,
                                plot_font(PX(11), p->theme->faint), facts.data);
    text_release(&name);
    text_release(&phrase);
    text_release(&facts);
    return y;
}

px plot_label_height(const struct plot *p, size_t run, px least)
{
    px h = label(p, NULL, run, 0);

    return h > least ? h : least;
}

void plot_label(const struct plot *p, struct svg *s, size_t run, px y)
{
    (void)label(p, s, run, y);
}
