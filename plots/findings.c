#include "plots/findings.h"

#include <string.h>

#include "plots/glyphs.h"

void findings_place(struct text *t, const struct scenario *sc, int64_t place)
{
    if (place < 0)
        return;
    text_addf(t, "  (%s", sc->places[place].path);
    if (sc->places[place].line > 0)
        text_addf(t, ", line %d", (int)sc->places[place].line);
    text_add(t, ")");
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
    if (!r || r->n == 0)
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

static void add_starvation(struct text *t, const struct urgency *u,
                           const struct quanta_look *look)
{
    const struct long_wait *w = &u->starvation;
    char time[TIME_TEXT_SIZE], from[TIME_TEXT_SIZE];

    if (!w->task)
        return;
    add_title(t, "starvation: the longest wait while less urgent tasks ran", look);
    text_addf(t, "  %12s  %s was ready for %s while %s ran: %s\n", time_text(w->from, from),
              w->task, time_text(w->time, time), w->ran,
              w->passed_over ? "the policy chose the less urgent first"
                             : "the policy did not preempt it");
}

void findings_text(struct text *t, const struct summary *s, const struct quanta_look *look)
{
    add_races(t, s->races, look);
    if (s->urgency)
        add_starvation(t, s->urgency, look);
}
