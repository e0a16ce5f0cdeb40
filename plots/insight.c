/* insight.c - facts, in the order of their weight; a run is told by the first two that hold.
 *
 * Every fact looks only at what happened, and says it in numbers that are in the picture. */
#include "plots/insight.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "models/executors/executor.h"
#include "plots/axis.h"

enum { NAMES = 4, FACTS = 2 };

/* ---- words -------------------------------------------------------------------------------- */

/* Names as one says them: "B, C and D", "B, C, D and 12 more". */
struct names {
    const char *list[NAMES];
    int n; /* of all */
};

static void names_add(struct names *names, const char *name)
{
    if (names->n < NAMES)
        names->list[names->n] = name;
    names->n++;
}

static void say_names(struct text *t, const struct names *names)
{
    int shown = names->n > NAMES ? NAMES - 1 : names->n, more = names->n - shown;

    for (int i = 0; i < shown; i++)
        text_addf(t, "%s%s",
                  i == 0                      ? ""
                  : i + 1 < shown || more > 0 ? ", "
                                              : " and ",
                  names->list[i]);
    if (more > 0)
        text_addf(t, " and %d more", more);
}

static void say_percent(struct text *t, int64_t part, int64_t whole)
{
    axis_number(t, mul_div_floor(part, 1000, whole > 0 ? whole : 1), 10, 1);
    if (t->data[t->len - 1] == '0')
        t->data[t->len -= 2] = '\0';
    text_add(t, " %");
}

static sim_time whole(const struct plot_run *r)
{
    return r->metrics->end > 0 ? r->metrics->end : 1;
}

/* ---- what went wrong ------------------------------------------------------------------------ */

/* The first circle, or who waits for what will not come. */
static void deadlock(const struct plot_run *r, struct text *t)
{
    const struct notes *notes = &r->metrics->deadlock;
    struct names names = {.n = 0};

    if (notes->n == 0)
        return;
    for (size_t i = 0; i < notes->n; i++)
        names_add(&names, notes->list[i].task);
    say_names(t, &names);
    text_add(t, notes->n == 1 ? " waits" : notes->n == 2 ? " wait for each other" : " wait");
    text_add(t, ", for ever, from ");
    axis_time(t, notes->list[0].at);
    text_add(t, " on");
    for (size_t i = 0; i < notes->n && i < 2; i++) {
        const struct note *n = &notes->list[i];

        text_addf(t, "%s %s for %s", i ? "," : ":", n->task, n->waits_for);
        if (n->held_by && n->since >= 0)
            text_addf(t, ", which %s has", n->held_by);
    }
    text_add(t, ".");
}

static void fault(const struct plot_run *r, struct text *t)
{
    const struct notes *notes = &r->metrics->faults;

    if (notes->n == 0)
        return;
    text_addf(t, "%s ends with a fault at ", notes->list[0].task);
    axis_time(t, notes->list[0].at);
    text_addf(t, ": %s.", notes->list[0].text);
}

static void memory(const struct plot_run *r, struct text *t)
{
    if (r->outcome != OUTCOME_OUT_OF_MEMORY)
        return;
    text_add(t, "The machine has no memory left at ");
    axis_time(t, r->metrics->end);
    text_add(t, ".");
}

static void race(const struct plot_run *r, struct text *t)
{
    const struct races *races = r->findings->races;

    if (!races || races->n == 0)
        return;
    text_addf(t, "A data race: %s and %s meet at %s, and nothing puts them in order.",
              races->list[0].first.task, races->list[0].second.task,
              r->sc->vars[races->list[0].var].name);
}

static void inversion(const struct plot_run *r, struct text *t)
{
    const struct urgency *u = r->findings->urgency;

    if (!u || !u->inversion.task || u->inversion.time < whole(r) / 10)
        return;
    text_addf(t, "%s waits ", u->inversion.task);
    axis_time(t, u->inversion.time);
    text_addf(t, " for a lock that %s holds", u->inversion.holder);
    if (u->inversion.ran && strcmp(u->inversion.ran, u->inversion.holder) != 0)
        text_addf(t, ", while %s runs", u->inversion.ran);
    text_add(t, ", which is less urgent.");
}

/* ---- who keeps whom waiting ------------------------------------------------------------------ */

/* The longest stretch for which one task keeps a core. */
struct stretch {
    sim_time from, to;
    int32_t who;
};

static struct stretch longest_stretch(const struct plot_run *r)
{
    struct stretch best = {0, 0, -1};
    struct pieces p = {0};

    for (int32_t c = 0; c < r->sc->machine.ncores && r->sc->machine.ncores <= HISTORY_CORES;
         c++) {
        struct stretch now = {0, 0, -1};

        history_core(r->history, c, 1, &p);
        for (size_t i = 0; i < p.n; i++) {
            const struct piece *piece = &p.list[i];
            bool one = piece->in[DOES_RUN] > 0 && piece->top == piece->in[DOES_RUN];

            if (!one || piece->from != now.to || piece->who != now.who)
                now = (struct stretch){piece->from, piece->to, one ? piece->who : -1};
            else
                now.to = piece->to;
            if (one && now.to - now.from > best.to - best.from)
                best = now;
        }
    }
    pieces_release(&p);
    return best;
}

/* Does a task wait for most of that time? */
static bool waits_behind(const struct plot_run *r, int32_t row, const struct stretch *s)
{
    struct pieces p = {0};
    sim_time waits = 0;

    history_task(r->history, row, 1, &p);
    for (size_t i = 0; i < p.n; i++) {
        sim_time from = p.list[i].from > s->from ? p.list[i].from : s->from;
        sim_time to = p.list[i].to < s->to ? p.list[i].to : s->to;

        if (from < to && p.list[i].in[DOES_WAIT] > 0)
            waits += mul_div_floor(to - from, p.list[i].in[DOES_WAIT],
                                   p.list[i].to - p.list[i].from);
    }
    pieces_release(&p);
    return waits >= (s->to - s->from) / 4 * 3;
}

static void convoy(const struct plot_run *r, struct text *t)
{
    struct stretch s = longest_stretch(r);
    const char *name = history_name(r->history, s.who);
    const struct task_story *story;
    struct names behind = {.n = 0};

    if (s.who < 0 || !name || s.to - s.from < whole(r) / 5 || history_per_row(r->history) > 1)
        return;
    for (int32_t row = 0; row < history_rows(r->history); row++)
        if (row != s.who && waits_behind(r, row, &s))
            names_add(&behind, history_story(r->history, row)->name);
    if (behind.n == 0)
        return;
    story = history_story(r->history, s.who);
    if (story->spec < r->sc->ntasks &&
        r->sc->executors[r->sc->tasks[story->spec].executor].model->is_loop)
        text_addf(t, "%s blocks the loop for ", name);
    else if (story->spec < r->sc->ntasks &&
             r->sc->executors[r->sc->tasks[story->spec].executor].model->woken)
        text_addf(t, "Nobody can take the thread from %s, which keeps it for ", name);
    else
        text_addf(t, "The convoy: %s keeps %s for ", name,
                  r->sc->machine.ncores > 1 ? "a core" : "the core");
    axis_time(t, s.to - s.from);
    text_add(t, "; ");
    say_names(t, &behind);
    text_add(t, behind.n == 1 ? " stands in line behind it." : " stand in line behind it.");
}

static void longest_wait(const struct plot_run *r, struct text *t)
{
    struct longest_wait w = history_longest_wait(r->history);
    const struct task_story *story = NULL;

    if (w.to - w.from < whole(r) / 20 || w.to == w.from)
        return;
    if (history_per_row(r->history) == 1 && w.number >= 0)
        story = history_story(r->history, w.number);
    text_addf(t, "%s waits ", history_longest_name(r->history));
    axis_time(t, w.to - w.from);
    if (story && story->first_run == w.to)
        text_add(t, " for its first turn.");
    else
        text_add(t, " at a stretch, though it could run.");
}

/* ---- prices ------------------------------------------------------------------------------------- */

/* When all had been on a core, where all came together; else -1. */
static sim_time all_started(const struct plot_run *r)
{
    sim_time last = 0;

    if (history_per_row(r->history) > 1 || history_work(r->history) < 2 ||
        history_from(r->history) > 0)
        return -1;
    for (int32_t i = 0; i < history_rows(r->history); i++) {
        const struct task_story *s = history_story(r->history, i);

        if (s->spec >= r->sc->ntasks)
            continue;
        if (s->first_run < 0 || s->arrival > 0)
            return -1;
        last = s->first_run > last ? s->first_run : last;
    }
    return last;
}

/* What turns cost, and what they are good for. */
static void turns(const struct plot_run *r, struct text *t)
{
    const struct metrics *m = r->metrics;
    struct wide all = wide_mul((uint64_t)m->end, (uint64_t)m->sc->machine.ncores);
    int64_t lost = ratio_e9((struct wide){0, (uint64_t)m->switch_time}, all);
    sim_time started = m->preemptions > 0 ? all_started(r) : -1;

    if (started > 0) {
        text_add(t, "Everyone has started after ");
        axis_time(t, started);
        text_add(t, m->switch_time == 0 ? ", and switches are free here." : ".");
    }
    if (lost < 10000000)
        return;
    text_addf(t, "%sThe price: %" PRIu64 " switch%s, ", t->len > 0 ? " " : "",
              m->context_switches, m->context_switches == 1 ? "" : "es");
    axis_time(t, m->switch_time);
    text_add(t, ", ");
    say_percent(t, lost, 1000000000);
    text_add(t, " of the cores' time.");
}

/* How long what was ready waited for a loop. */
static void lag(const struct plot_run *r, struct text *t)
{
    const struct metrics *m = r->metrics;

    for (int32_t e = 0; e < r->sc->nexecutors; e++) {
        if (!history_has_loop(r->history, e) || m->executors[e].lag.max == 0)
            continue;
        text_add(t, "What was ready waited up to ");
        axis_time(t, m->executors[e].lag.max);
        text_addf(t, " for the loop, which turned %" PRIu64 " time%s",
                  m->executors[e].iterations, m->executors[e].iterations == 1 ? "" : "s");
        if (m->executors[e].dropped > 0)
            text_addf(t, "; %" PRIu64 " frame%s dropped", m->executors[e].dropped,
                      m->executors[e].dropped == 1 ? " was" : "s were");
        text_add(t, ".");
        return;
    }
}

/* A device that is always busy, while cores are not. */
static void bottleneck(const struct plot_run *r, struct text *t)
{
    const struct metrics *m = r->metrics;

    for (int32_t d = 0; d < r->sc->ndevices; d++) {
        if (m->devices[d].busy < whole(r) / 10 * 9 || m->utilization_e9 > 600000000 ||
            m->devices[d].requests < 3 || history_level_max(r->history, LEVEL_MORE + d) == 0)
            continue;
        text_addf(t, "%s is the bottleneck, busy ", r->sc->devices[d].name);
        say_percent(t, m->devices[d].busy, whole(r));
        text_add(t, " of the time; up to ");
        text_addf(t, "%" PRId64 " requests queue for it.",
                  history_level_max(r->history, LEVEL_MORE + d));
        return;
    }
}

/* A sync object for which tasks wait most of all. */
static void lock(const struct plot_run *r, struct text *t)
{
    const struct metrics *m = r->metrics;
    sim_time most = 0, all = 0;
    int32_t which = -1;

    for (int32_t s = 0; s < r->sc->nsyncs; s++) {
        sim_time sum = 0;

        for (size_t i = 0; i < m->nkept; i++)
            for (const struct blocked *b = m->kept[i]->blocked; b; b = b->next)
                sum += b->key == r->sc->ndevices + s ? b->time : 0;
        if (sum > most) {
            most = sum;
            which = s;
        }
    }
    for (size_t i = 0; i < m->nkept; i++)
        all += (m->kept[i]->completion >= 0 ? m->kept[i]->completion : m->end) -
               m->kept[i]->arrival;
    if (which < 0 || most < all / 10)
        return;
    text_addf(t, "Tasks wait for %s ", r->sc->syncs[which].name);
    say_percent(t, most, all);
    text_add(t, " of their time, ");
    axis_time(t, most);
    text_add(t, " in all.");
}

/* ---- when all is well -------------------------------------------------------------------------- */

static void nobody_waits(const struct plot_run *r, struct text *t)
{
    struct longest_wait w = history_longest_wait(r->history);

    if (w.to > w.from || history_work(r->history) < 2)
        return;
    if (r->metrics->parallelism.max > 1)
        text_addf(t,
                  "Real parallelism: up to %" PRId64
                  " run at the same instant, and nobody waits for a core.",
                  r->metrics->parallelism.max);
    else
        text_add(t, "Nobody waits for a core.");
}

static void levels(const struct plot_run *r, struct text *t)
{
    const struct metrics *m = r->metrics;

    if (m->end == 0) {
        text_add(t, "All of it takes no time.");
        return;
    }
    text_addf(t,
              "Up to %" PRId64 " in progress, up to %" PRId64 " running; the cores are busy ",
              m->concurrency.max, m->parallelism.max);
    say_percent(t, m->utilization_e9, 1000000000);
    text_add(t, " of the time.");
}

char *insight(const struct plot_run *r, px room, px size)
{
    static const struct {
        void (*tell)(const struct plot_run *r, struct text *t);
        bool alone; /* nothing is worth saying beside it */
        bool last;  /* only where nothing else was said */
    } facts[] = {
        {deadlock, true, false},    {fault, true, false},         {memory, true, false},
        {race, false, false},       {inversion, false, false},    {convoy, false, false},
        {bottleneck, false, false}, {lock, false, false},         {turns, false, false},
        {lag, false, false},        {nobody_waits, false, false}, {longest_wait, false, false},
        {levels, false, true}};
    struct text t = {0};
    int said = 0;

    for (size_t i = 0; i < ARRAY_LEN(facts) && said < FACTS; i++) {
        struct text fact = {0};

        if (said > 0 && facts[i].last)
            break;
        facts[i].tell(r, &fact);
        if (fact.len > 0 &&
            (said == 0 || text_width(t.data, size, false) + text_width(fact.data, size, false) <
                              room - size)) {
            text_addf(&t, "%s%s", said > 0 ? " " : "", fact.data);
            said += facts[i].alone ? FACTS : 1;
        }
        text_release(&fact);
    }
    return text_take(&t);
}

void insight_free(char *text)
{
    free(text);
}
