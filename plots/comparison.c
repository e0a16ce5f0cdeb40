#include "plots/comparison.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/executors/executor.h"
#include "plots/glyphs.h"

enum best { NO_BEST, LEAST, MOST };
enum form { FORM_TIME, FORM_COUNT, FORM_RATIO, FORM_PERCENT, FORM_SPEED_UP, FORM_BYTES };

enum { NOTHING = -1 }; /* a value that a run does not have */

/* A row: what it shows of a run. */
struct row {
    const char *name;
    enum form form;
    enum best best;
    int64_t (*value)(const struct comparison_column *c, const struct comparison_column *first);
    bool if_any; /* left out where it is 0 of all runs */
};

static int64_t makespan(const struct comparison_column *c,
                        const struct comparison_column *first)
{
    (void)first;
    return c->metrics->makespan;
}

static int64_t mean_of(const struct samples *s)
{
    return s->count > 0 ? samples_mean(s) : NOTHING;
}

static int64_t turnaround(const struct comparison_column *c,
                          const struct comparison_column *first)
{
    (void)first;
    return mean_of(&c->metrics->turnaround);
}

static int64_t waiting(const struct comparison_column *c, const struct comparison_column *first)
{
    (void)first;
    return mean_of(&c->metrics->waiting);
}

static int64_t response(const struct comparison_column *c,
                        const struct comparison_column *first)
{
    (void)first;
    return mean_of(&c->metrics->response);
}

static int64_t utilisation(const struct comparison_column *c,
                           const struct comparison_column *first)
{
    (void)first;
    return c->metrics->utilization_e9;
}

static int64_t switches(const struct comparison_column *c,
                        const struct comparison_column *first)
{
    (void)first;
    return (int64_t)c->metrics->context_switches;
}

static int64_t concurrency(const struct comparison_column *c,
                           const struct comparison_column *first)
{
    (void)first;
    return c->metrics->concurrency_e9;
}

static int64_t concurrency_peak(const struct comparison_column *c,
                                const struct comparison_column *first)
{
    (void)first;
    return c->metrics->concurrency.max;
}

static int64_t parallelism(const struct comparison_column *c,
                           const struct comparison_column *first)
{
    (void)first;
    return c->metrics->parallelism_e9;
}

static int64_t parallelism_peak(const struct comparison_column *c,
                                const struct comparison_column *first)
{
    (void)first;
    return c->metrics->parallelism.max;
}

static int64_t speed_up(const struct comparison_column *c,
                        const struct comparison_column *first)
{
    if (first->outcome != OUTCOME_COMPLETED || c->outcome != OUTCOME_COMPLETED)
        return NOTHING; /* work is left undone, or how long they are is not theirs to say */
    return ratio_e9((struct wide){0, (uint64_t)first->metrics->makespan},
                    (struct wide){0, (uint64_t)c->metrics->makespan});
}

static int64_t misses(const struct comparison_column *c, const struct comparison_column *first)
{
    (void)first;
    return (int64_t)c->metrics->deadline_misses;
}

static int64_t races(const struct comparison_column *c, const struct comparison_column *first)
{
    (void)first;
    return c->findings->races ? (int64_t)c->findings->races->n : 0;
}

static int64_t lock_orders(const struct comparison_column *c,
                           const struct comparison_column *first)
{
    (void)first;
    return c->findings->lockorder ? (int64_t)c->findings->lockorder->n : 0;
}

static int64_t memory(const struct comparison_column *c, const struct comparison_column *first)
{
    (void)first;
    return c->metrics->memory;
}

static int64_t memory_per_task(const struct comparison_column *c,
                               const struct comparison_column *first)
{
    (void)first;
    return metrics_memory_per_task(c->metrics);
}

/* The longest that a callback and its drain have held a loop. */
static int64_t longest_callback(const struct comparison_column *c,
                                const struct comparison_column *first)
{
    sim_time longest = NOTHING; /* no loop */
    int32_t loop;

    (void)first;
    for (int32_t i = 0; i < c->metrics->sc->nexecutors; i++) {
        const struct loop_hold *h = metrics_longest_hold(c->metrics, i, &loop);

        if (h && h->time > longest)
            longest = h->time;
    }
    return longest;
}

/* Of the pages among the loops; NOTHING: there is none. */
static int64_t frames_of(const struct metrics *m, bool dropped)
{
    int64_t n = NOTHING;

    for (int32_t i = 0; i < m->sc->nexecutors; i++) {
        const struct executor_spec *ex = &m->sc->executors[i];

        if (!ex->model->is_loop || !ex->model->in_browser(ex->params))
            continue;
        n = n == NOTHING ? 0 : n;
        n += (int64_t)(dropped ? m->executors[i].dropped : m->executors[i].late.count);
    }
    return n;
}

static int64_t user_switches(const struct comparison_column *c,
                             const struct comparison_column *first)
{
    const struct metrics *m = c->metrics;
    int64_t n = NOTHING;

    (void)first;
    for (int32_t i = 0; i < m->sc->nexecutors; i++)
        if (m->sc->executors[i].model->woken)
            n = (n == NOTHING ? 0 : n) + (int64_t)m->executors[i].switches;
    return n;
}

static int64_t frames(const struct comparison_column *c, const struct comparison_column *first)
{
    (void)first;
    return frames_of(c->metrics, false);
}

static int64_t dropped_frames(const struct comparison_column *c,
                              const struct comparison_column *first)
{
    (void)first;
    return frames_of(c->metrics, true);
}

/* The longest that a collection has stopped a loop. */
static int64_t heap_pause(const struct comparison_column *c,
                          const struct comparison_column *first)
{
    sim_time longest = 0;

    (void)first;
    for (int32_t i = 0; i < c->metrics->sc->nexecutors; i++)
        if (c->metrics->executors[i].heap.pause_max > longest)
            longest = c->metrics->executors[i].heap.pause_max;
    return longest;
}

static int64_t inversion(const struct comparison_column *c,
                         const struct comparison_column *first)
{
    (void)first;
    return c->findings->urgency ? c->findings->urgency->inversion.time : 0;
}

static int64_t starvation(const struct comparison_column *c,
                          const struct comparison_column *first)
{
    (void)first;
    return c->findings->urgency ? c->findings->urgency->starvation.time : 0;
}

static const struct row rows[] = {
    {"makespan", FORM_TIME, LEAST, makespan, false},
    {"mean turnaround", FORM_TIME, LEAST, turnaround, false},
    {"mean waiting", FORM_TIME, LEAST, waiting, false},
    {"mean response", FORM_TIME, LEAST, response, false},
    {"utilisation", FORM_PERCENT, MOST, utilisation, false},
    {"context switches", FORM_COUNT, LEAST, switches, false},
    {"user switches", FORM_COUNT, LEAST, user_switches, true},
    {"mean concurrency", FORM_RATIO, NO_BEST, concurrency, false},
    {"peak concurrency", FORM_COUNT, NO_BEST, concurrency_peak, false},
    {"mean parallelism", FORM_RATIO, MOST, parallelism, false},
    {"peak parallelism", FORM_COUNT, MOST, parallelism_peak, false},
    {"speed-up", FORM_SPEED_UP, MOST, speed_up, false},
    {"deadlines missed", FORM_COUNT, LEAST, misses, true},
    {"memory, peak", FORM_BYTES, LEAST, memory, true},
    {"memory a task", FORM_BYTES, LEAST, memory_per_task, true},
    {"longest callback", FORM_TIME, LEAST, longest_callback, true},
    {"frames rendered", FORM_COUNT, NO_BEST, frames, true},
    {"frames dropped", FORM_COUNT, LEAST, dropped_frames, true},
    {"longest GC pause", FORM_TIME, LEAST, heap_pause, true},
    {"inversion", FORM_TIME, LEAST, inversion, true},
    {"starvation", FORM_TIME, LEAST, starvation, true},
    {"lock orders", FORM_COUNT, LEAST, lock_orders, true},
    {"data races", FORM_COUNT, LEAST, races, true},
};

enum { LABEL = 16, GAP = 2, COLUMN_MIN = 8 };

static void form(int64_t value, enum form how, char buf[TIME_TEXT_SIZE])
{
    sim_time unit = value >= SEC(1) ? MS(1) : value >= MS(1) ? US(1) : 1;
    char number[TIME_TEXT_SIZE];

    if (value == NOTHING) {
        (void)snprintf(buf, TIME_TEXT_SIZE, "-");
        return;
    }
    switch (how) {
    case FORM_TIME:
        (void)time_text((value + unit / 2) / unit * unit, buf);
        break;
    case FORM_COUNT:
        (void)snprintf(buf, TIME_TEXT_SIZE, "%" PRId64, value);
        break;
    case FORM_RATIO:
        glyph_ratio(value, 2, buf);
        break;
    case FORM_PERCENT:
        glyph_percent(value, buf);
        break;
    case FORM_BYTES:
        glyph_bytes(value, buf);
        break;
    case FORM_SPEED_UP:
        glyph_ratio(value, 2, number);
        (void)snprintf(buf, TIME_TEXT_SIZE, "%.20sx", number);
        break;
    }
}

/* A run that broke off is not the best at anything. */
static bool ended_well(const struct comparison_column *c)
{
    return c->outcome == OUTCOME_COMPLETED || c->outcome == OUTCOME_UNTIL;
}

/* The best value of a row, over all runs; *any false: nothing is to be marked, as they are
 * all alike. */
static int64_t best_of(const struct row *row, const struct comparison_column *columns, size_t n,
                       bool *any)
{
    int64_t best = 0, first = row->value(&columns[0], &columns[0]);
    bool found = false, differ = false;
    size_t have = 0;

    for (size_t i = 0; i < n; i++) {
        int64_t value = row->value(&columns[i], &columns[0]);

        differ = differ || value != first;
        have += value != NOTHING;
        if (!ended_well(&columns[i]) || value == NOTHING)
            continue;
        if (!found || (row->best == LEAST ? value < best : value > best))
            best = value;
        found = true;
    }
    *any = found && differ && have > 1 && row->best != NO_BEST;
    return best;
}

static bool is_left_out(const struct row *row, const struct comparison_column *columns,
                        size_t n)
{
    bool all_zero = row->if_any;

    for (size_t i = 0; i < n; i++) {
        int64_t value = row->value(&columns[i], &columns[0]);

        all_zero = all_zero && (value == 0 || value == NOTHING);
    }
    return all_zero;
}

static size_t column_width(const struct comparison_column *column,
                           const struct comparison_column *first)
{
    size_t width = glyph_columns(column->name), len;
    char buf[TIME_TEXT_SIZE];

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        form(rows[i].value(column, first), rows[i].form, buf);
        len = strlen(buf);
        width = len > width ? len : width;
    }
    return width < COLUMN_MIN ? COLUMN_MIN : width;
}

/* The runs from `from` to before `to`. */
static void table(struct text *t, const struct comparison_column *columns, size_t n,
                  size_t from, size_t to, size_t widest, const struct quanta_look *look)
{
    const struct glyphs *g = glyphs_of(look->ascii);
    bool any, bad = false;
    char buf[TIME_TEXT_SIZE];

    text_pad(t, ' ', LABEL);
    for (size_t i = from; i < to; i++) {
        size_t width = column_width(&columns[i], columns);

        width = width > widest ? widest : width;
        text_pad(t, ' ', GAP);
        if (glyph_columns(columns[i].name) > width)
            glyph_cut(t, columns[i].name, (int)width);
        else
            text_addf(t, "%*s%s", (int)(width - glyph_columns(columns[i].name)), "",
                      columns[i].name);
        text_add(t, " ");
        bad = bad || columns[i].outcome != OUTCOME_COMPLETED;
    }
    while (t->data[t->len - 1] == ' ')
        t->len--;
    text_add(t, "\n");
    for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
        int64_t best = best_of(&rows[r], columns, n, &any);
        struct pen pen = {t, look->colours, NULL};

        if (is_left_out(&rows[r], columns, n))
            continue;
        text_add(t, rows[r].name);
        text_pad(t, ' ', LABEL - strlen(rows[r].name));
        for (size_t i = from; i < to; i++) {
            int64_t value = rows[r].value(&columns[i], columns);
            size_t width = column_width(&columns[i], columns);

            width = width > widest ? widest : width;
            form(value, rows[r].form, buf);
            text_pad(t, ' ', GAP + (strlen(buf) < width ? width - strlen(buf) : 0));
            if (any && value == best && value != NOTHING && ended_well(&columns[i])) {
                pen_put(&pen, GLYPH_BEST, buf);
                pen_put(&pen, GLYPH_BEST, g->best);
                pen_put(&pen, NULL, "");
            } else {
                text_addf(t, "%s ", buf);
            }
        }
        pen_end(&pen);
    }
    if (!bad)
        return;
    text_add(t, "outcome         ");
    for (size_t i = from; i < to; i++) {
        size_t width = column_width(&columns[i], columns);
        const char *name = outcome_name(columns[i].outcome);

        width = width > widest ? widest : width;
        text_pad(t, ' ', GAP + (strlen(name) < width ? width - strlen(name) : 0));
        text_addf(t, "%s ", name);
    }
    t->len--;
    text_add(t, "\n");
}

char *comparison_text(const struct comparison_column *columns, size_t n,
                      const struct quanta_look *look)
{
    size_t width = (size_t)(look->width > 0 ? look->width : 80),
           widest = width - LABEL - GAP - 1;
    struct text t = {0};

    for (size_t from = 0, to; from < n; from = to) {
        size_t used = LABEL;

        for (to = from; to < n; to++) {
            size_t column = column_width(&columns[to], columns);

            column = column > widest ? widest : column;
            if (to > from && used + GAP + column + 1 > width)
                break;
            used += GAP + column + 1;
        }
        if (from > 0)
            text_add(&t, "\n");
        table(&t, columns, n, from, to, widest, look);
    }
    return text_take(&t);
}
