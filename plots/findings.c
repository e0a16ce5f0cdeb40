#include "plots/findings.h"

#include <string.h>

#include "plots/glyphs.h"

void findings_place(struct text *t, const struct scenario *sc, int64_t place)
{
    if (place < 0)
        return;
    if (sc->places[place].line > 0)
        text_addf(t, " (line %d)", (int)sc->places[place].line);
    else
        text_addf(t, " (%s)", sc->places[place].path);
}

static void add_title(struct text *t, const char *title, const struct quanta_look *look)
{
    text_addf(t, "\n%s%s%s\n", look->colours ? GLYPH_SWITCH : "", title,
              look->colours ? GLYPH_PLAIN : "");
}

static void add_more(struct text *t, size_t n)
{
    if (n > SUMMARY_LINES)
        text_addf(t, "  ... and %zu more\n", n - SUMMARY_LINES);
}

/* ---- races ----------------------------------------------------------------------------- */

static void add_side(struct text *t, const struct scenario *sc, const struct race_side *side)
{
    static const char *const does[ACCESS_COUNT] = {
        [ACCESS_READ] = "reads",
        [ACCESS_WRITE] = "writes",
        [ACCESS_ATOMIC_READ] = "reads atomically",
        [ACCESS_ATOMIC_WRITE] = "writes atomically",
    };
    char at[TIME_TEXT_SIZE];

    text_addf(t, "  %12s  %s %s", time_text(side->at, at), side->task, does[side->how]);
    findings_place(t, sc, side->place);
    text_add(t, "\n");
}

static void add_races(struct text *t, const struct races *r, const struct quanta_look *look)
{
    if (r->n == 0)
        return;
    add_title(t, "data races: nothing puts these accesses in order", look);
    for (size_t i = 0; i < r->n && i < SUMMARY_LINES; i++) {
        text_addf(t, "  %s\n", r->sc->vars[r->list[i].var].name);
        add_side(t, r->sc, &r->list[i].first);
        add_side(t, r->sc, &r->list[i].second);
    }
    add_more(t, r->n);
}

/* ---- urgency --------------------------------------------------------------------------- */

static const char *const why[] = {
    [STARVED_NOT_PREEMPTED] = "the policy did not preempt it",
    [STARVED_PASSED_OVER] = "the policy chose it first",
    [STARVED_LENT] = "a lock had lent it a higher priority",
};

static void add_urgency(struct text *t, const struct urgency *u, const struct quanta_look *look)
{
    const struct long_wait *inversion = &u->inversion, *starvation = &u->starvation;
    char time[TIME_TEXT_SIZE], from[TIME_TEXT_SIZE];

    if (inversion->task) {
        add_title(t,
                  "priority inversion: the longest wait for a lock while less urgent tasks ran",
                  look);
        text_addf(t, "  %12s  %s waited %s for %s, which %s held",
                  time_text(inversion->from, from), inversion->task,
                  time_text(inversion->time, time), u->sc->syncs[inversion->lock].name,
                  inversion->holder);
        if (strcmp(inversion->ran, inversion->holder) != 0)
            text_addf(t, ", while %s ran", inversion->ran);
        text_add(t, "\n");
    }
    if (!starvation->task)
        return;
    add_title(t, "starvation: the longest wait on the ready queue while less urgent tasks ran",
              look);
    text_addf(t, "  %12s  %s waited %s while %s ran: %s\n", time_text(starvation->from, from),
              starvation->task, time_text(starvation->time, time), starvation->ran,
              why[starvation->why]);
}

static void add_starved(struct text *t, const struct starved *s, const struct quanta_look *look)
{
    char time[TIME_TEXT_SIZE], since[TIME_TEXT_SIZE];

    if (s->n == 0)
        return;
    add_title(t, "starved: ready, and without a core to the end of the run", look);
    for (size_t i = 0; i < s->n && i < SUMMARY_LINES; i++) {
        const struct starving *w = &s->list[i];

        text_addf(t, "  %12s  %s was ready from here on, %s", time_text(w->since, since),
                  w->task, time_text(w->time, time));
        if (w->ran)
            text_addf(t, ", while %s ran: %s", w->ran,
                      why[w->passed_over ? STARVED_PASSED_OVER : STARVED_NOT_PREEMPTED]);
        text_add(t, "\n");
    }
    add_more(t, s->total);
}

/* ---- lock order ------------------------------------------------------------------------ */

static void add_lock_order(struct text *t, const struct lockorder *lo,
                           const struct quanta_look *look)
{
    char at[TIME_TEXT_SIZE];

    if (lo->n == 0)
        return;
    add_title(t, "lock order: these tasks could have deadlocked, had they met", look);
    for (size_t i = 0; i < lo->n && i < SUMMARY_LINES; i++) {
        const struct lock_cycle *c = &lo->list[i];

        for (size_t k = 0; k < c->n; k++)
            text_addf(t, "%s%s", k ? " -> " : "  ", lo->sc->syncs[c->steps[k].held].name);
        text_addf(t, " -> %s\n", lo->sc->syncs[c->steps[0].held].name);
        for (size_t k = 0; k < c->n; k++) {
            const struct lock_step *s = &c->steps[k];

            text_addf(t, "  %12s  %s holds %s", time_text(s->at, at), s->task,
                      lo->sc->syncs[s->held].name);
            findings_place(t, lo->sc, s->held_place);
            text_addf(t, " and takes %s", lo->sc->syncs[s->taken].name);
            findings_place(t, lo->sc, s->taken_place);
            text_add(t, "\n");
        }
    }
    add_more(t, lo->n);
}

void findings_text(struct text *t, const struct findings *f, const struct quanta_look *look)
{
    if (f->races)
        add_races(t, f->races, look);
    if (f->lockorder)
        add_lock_order(t, f->lockorder, look);
    if (f->urgency)
        add_urgency(t, f->urgency, look);
    if (f->starved)
        add_starved(t, f->starved, look);
}
