/* timeline_loops.c - a row a loop: where it is in its round, and when others wait for it. */
#include <ctype.h>
#include <stdlib.h>

#include "plots/timeline_bins.h"

static const char letters[DOES_COUNT] = {
#define X(does, letter, name) letter,
    LOOP_DOINGS(X)
#undef X
};

/* ---- collecting -------------------------------------------------------------------------------- */

void timeline_loops_init(struct timeline *tl)
{
    int32_t n = scenario_loops(tl->sc);

    if (n == 0)
        return;
    tl->numbers = sim_calloc((size_t)n, sizeof(*tl->numbers));
    tl->sink.kinds |= TRACE_BIT(PHASE) | TRACE_BIT(CALL) | TRACE_BIT(RETURN) |
                      TRACE_BIT(QUEUED) | TRACE_BIT(GC);
    for (int32_t i = 0; i < n; i++)
        tl->numbers[i] = -1;
}

static bool is_worker(const struct scenario *sc, int32_t loop)
{
    int32_t first = scenario_first_worker(sc, scenario_loop_executor(sc, loop));

    return first >= 0 && loop >= first;
}

/* Its row, made when it is first told of; NULL: there are too many. */
static struct loop_row *row_of(struct timeline *tl, int32_t loop)
{
    struct loop_row *l;

    if (tl->numbers[loop] >= 0)
        return tl->loops[tl->numbers[loop]];
    if (tl->nloops == TIMELINE_LOOPS) {
        tl->more_loops = true;
        return NULL;
    }
    tl->numbers[loop] = tl->nloops;
    l = tl->loops[tl->nloops++] = sim_calloc(1, sizeof(*l));
    l->loop = loop;
    l->stage = is_worker(tl->sc, loop) ? STAGE_GONE : STAGE_WAIT; /* until now */
    l->calling = -1;
    return l;
}

void timeline_loops_free(struct timeline *tl)
{
    for (int32_t i = 0; i < tl->nloops; i++)
        free(tl->loops[i]);
    free(tl->numbers);
}

void timeline_loops_join(struct timeline *tl)
{
    static const struct loop_bin no_bin;

    for (int32_t l = 0; l < tl->nloops; l++) {
        struct loop_bin *bins = tl->loops[l]->bins;

        for (int i = 0; i < BINS; i++) {
            struct loop_bin joined = no_bin;

            for (int k = 2 * i; k < 2 * i + 2 && k < BINS; k++) {
                for (int d = 0; d < DOES_COUNT; d++)
                    joined.in[d] += bins[k].in[d];
                joined.others += bins[k].others;
            }
            bins[i] = joined;
        }
    }
}

static enum loop_does phase_of(enum loop_stage stage)
{
    static const uint8_t phases[STAGE_COUNT] = {
        [STAGE_SCRIPT] = DOES_SCRIPT,   [STAGE_TIMERS] = DOES_TIMERS,
        [STAGE_PENDING] = DOES_POLL,    [STAGE_IDLE] = DOES_POLL,
        [STAGE_PREPARE] = DOES_POLL,    [STAGE_POLL] = DOES_POLL,
        [STAGE_WAIT] = DOES_WAITS,      [STAGE_CHECK] = DOES_CHECK,
        [STAGE_CLOSING] = DOES_CLOSING, [STAGE_TASK] = DOES_TASK,
        [STAGE_RENDER] = DOES_RENDER,   [STAGE_MICROTASKS] = DOES_MICROTASKS,
        [STAGE_GONE] = DOES_GONE,
    };

    return (enum loop_does)phases[stage];
}

static enum loop_does does(const struct loop_row *l)
{
    if (l->collects)
        return DOES_COLLECTS;
    if (l->off)
        return DOES_READY;
    if (l->calling >= 0 && l->call == CALL_TICK)
        return DOES_TICKS;
    if (l->calling >= 0 && (l->call == CALL_MICROTASK || l->call == CALL_REACTION ||
                            l->call == CALL_ADOPTION || l->call == CALL_CONTINUATION))
        return DOES_MICROTASKS;
    return phase_of(l->stage);
}

static void loop_to(struct timeline *tl, struct loop_row *l, sim_time now)
{
    enum loop_does doing = does(l);
    bool others = letters[doing] != 0 && l->ready + l->due > 0;

    if (now > l->since) {
        l->ever[doing] = true;
        l->others = l->others || others;
    }
    EACH_BIN(tl, l->since, now, bin, time, {
        l->bins[bin].in[doing] += time;
        l->bins[bin].others += others ? time : 0;
    });
    l->since = now;
}

/* The thread of a loop that waited in its poll is woken by what has come. */
static void wakes(struct timeline *tl, const struct trace_rec *rec)
{
    struct loop_row *l = tl->woken;

    tl->woken = NULL;
    if (rec->kind != TR_READY || l->stage != STAGE_WAIT || l->since != rec->at)
        return;
    l->off = true;
    l->calling = rec->task; /* until it is known what is called */
    l->call = CALL_TASK;
}

/* Its thread gets a core, or loses it. */
static void turns(struct timeline *tl, const struct trace_rec *rec)
{
    if (tl->woken)
        wakes(tl, rec);
    for (int32_t i = 0; i < tl->nloops; i++) {
        struct loop_row *l = tl->loops[i];
        bool off = rec->kind == TR_READY;

        if (l->calling != rec->task || l->off == off)
            continue;
        loop_to(tl, l, rec->at);
        l->off = off;
    }
}

static void queued(struct timeline *tl, struct loop_row *l, const struct trace_rec *rec)
{
    int64_t *length = rec->arg == LOOP_QUEUE_READY ? &l->ready
                      : rec->arg == LOOP_QUEUE_DUE ? &l->due
                                                   : NULL;

    if (!length)
        return;
    if (rec->extra > *length && l->stage == STAGE_WAIT && l->calling < 0)
        tl->woken = l;
    *length = rec->extra;
}

void timeline_loop(struct timeline *tl, const struct trace_rec *rec)
{
    struct loop_row *l;

    if (rec->kind == TR_RUN || (rec->kind == TR_READY && rec->arg != READY_LOOP))
        turns(tl, rec);
    if (!((TRACE_LOOPS | TRACE_BIT(GC)) >> rec->kind & 1))
        return;
    l = row_of(tl, rec->place);
    if (!l)
        return;
    loop_to(tl, l, rec->at);
    if (rec->kind == TR_PHASE) {
        l->stage = (enum loop_stage)rec->arg;
        l->calling = -1;
        l->off = false;
    } else if (rec->kind == TR_CALL) {
        l->calling = rec->task;
        l->call = (enum call_kind)rec->arg;
    } else if (rec->kind == TR_RETURN) {
        l->calling = -1;
        l->off = false;
    } else if (rec->kind == TR_GC) {
        l->collects = rec->extra > 0;
    } else {
        queued(tl, l, rec);
    }
}

void timeline_loops_end(struct timeline *tl, sim_time end)
{
    for (int32_t i = 0; i < tl->nloops; i++)
        loop_to(tl, tl->loops[i], end);
}

/* ---- drawing --------------------------------------------------------------------------------------- */

static struct loop_bin column_of(const struct drawing *d, const struct loop_row *l, int column)
{
    struct loop_bin sum = {{0}, 0};
    sim_time from, to;
    int first, last;

    if (column < 0 || column >= d->columns)
        return sum;
    drawing_bins(d, column, &from, &to, &first, &last);
    for (int b = first; b <= last; b++) {
        for (int k = 0; k < DOES_COUNT; k++)
            sum.in[k] += timeline_share(d->tl, b, from, to, l->bins[b].in[k]);
        sum.others += timeline_share(d->tl, b, from, to, l->bins[b].others);
    }
    return sum;
}

static sim_time held(const struct loop_bin *b)
{
    sim_time sum = 0;

    for (int k = DOES_WAITS + 1; k < DOES_GONE; k++)
        sum += b->in[k];
    return sum;
}

/* Held for half of the column, or so that it would not be seen otherwise: a column beside it that
 * shows the same callback has more of it.  (Of two that have equally much the first shows it.) */
static bool shows_held(const struct drawing *d, const struct loop_row *l, int column)
{
    struct loop_bin here = column_of(d, l, column);
    sim_time busy = held(&here);

    if (busy == 0 || busy >= here.in[DOES_WAITS] + here.in[DOES_GONE])
        return busy > 0;
    for (int beside = column - 1; beside <= column + 1; beside += 2) {
        struct loop_bin other = column_of(d, l, beside);
        bool more = held(&other) > busy || (held(&other) == busy && beside < column);

        if (more && shows_held(d, l, beside)) /* which has more than `column`: this ends */
            return false;
    }
    return true;
}

/* What held it longest. */
static enum loop_does shows(const struct drawing *d, const struct loop_row *l, int column,
                            bool *others)
{
    struct loop_bin here = column_of(d, l, column);
    enum loop_does longest = DOES_SCRIPT;

    *others = 2 * here.others > held(&here);
    for (int k = DOES_WAITS + 1; k < DOES_GONE; k++)
        if (here.in[k] > here.in[longest])
            longest = (enum loop_does)k;
    if (shows_held(d, l, column))
        return longest;
    return here.in[DOES_GONE] > here.in[DOES_WAITS] ? DOES_GONE : DOES_WAITS;
}

size_t timeline_loop_label(const struct timeline *tl, int32_t row, struct text *label)
{
    int32_t loop = tl->loops[row]->loop;
    char buf[TASK_NAME_SIZE];

    if (tl->nloops == 1)
        text_add(label, "loop");
    else
        text_addf(label, "%s%s", is_worker(tl->sc, loop) ? "" : "loop ",
                  scenario_loop_name(tl->sc, loop, buf));
    return glyph_columns(label->data);
}

static void draw_loop(struct drawing *d, int32_t loop)
{
    const struct loop_row *l = d->tl->loops[loop];
    struct pen pen = {d->t, d->colours, NULL};
    struct text label = {0};

    (void)timeline_loop_label(d->tl, loop, &label);
    drawing_row(d, label.data, d->label);
    text_release(&label);
    for (int i = 0; i < d->columns; i++) {
        bool others;
        enum loop_does doing = shows(d, l, i, &others);
        char letter[2] = {letters[doing], '\0'};

        if (others)
            letter[0] = (char)toupper((unsigned char)letter[0]);
        if (doing == DOES_GONE || (drawing_column(d, i) >= d->tl->end && d->tl->end > 0))
            pen_put(&pen, NULL, " ");
        else if (doing == DOES_WAITS)
            pen_put(&pen, GLYPH_DIM, d->glyphs->idle);
        else if (doing == DOES_READY)
            pen_put(&pen, GLYPH_WAITS, d->glyphs->waits);
        else
            pen_put(&pen, others ? GLYPH_SWITCH : glyph_colour((int32_t)doing), letter);
    }
    pen_end(&pen);
}

void timeline_loops_draw(struct drawing *d)
{
    for (int32_t i = 0; i < d->tl->nloops; i++)
        draw_loop(d, i);
    if (d->tl->more_loops)
        text_add(d->t, "... and more loops\n");
}

/* What is seen of all there could be. */
void timeline_loops_legend(struct text *t, const struct timeline *const *list, size_t n,
                           const struct glyphs *g)
{
    static const char *const names[DOES_COUNT] = {
#define X(does, letter, name) name,
        LOOP_DOINGS(X)
#undef X
    };
    bool ever[DOES_COUNT] = {false}, others = false, any = false;

    for (size_t i = 0; i < n; i++)
        for (int32_t l = 0; l < list[i]->nloops; l++) {
            any = true;
            others = others || list[i]->loops[l]->others;
            for (int k = 0; k < DOES_COUNT; k++)
                ever[k] = ever[k] || list[i]->loops[l]->ever[k];
        }
    if (!any)
        return;
    text_addf(t, "; loop: %s waits in the poll", g->idle);
    for (int k = 0; k < DOES_COUNT; k++)
        if (ever[k] && letters[k])
            text_addf(t, ", %c %s", letters[k], names[k]);
    if (ever[DOES_READY])
        text_addf(t, ", %s waits for a core", g->waits);
    if (others)
        text_add(t, ", a capital: something else waits for it");
}
