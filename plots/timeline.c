#include "plots/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "plots/glyphs.h"

enum { BINS = 2048 };

enum task_is { TASK_GONE, TASK_WAITS, TASK_RUNS, TASK_BLOCKS, TASK_STATES };

struct task_bin {
    sim_time in[TASK_STATES];
};

struct core_bin {
    sim_time run, other; /* other: switches and interrupts */
    int32_t task;        /* the one that ran longest, as a number of arrival */
    sim_time longest;
};

struct task_row {
    char *name;
    struct task_bin bins[BINS];
};

/* What a task is doing, by its slot. */
struct task_now {
    enum task_is is;
    int32_t number; /* of arrival; its row where below TIMELINE_TASKS */
    int32_t core;   /* that switches to it; -1 */
    sim_time since;
};

struct core_now {
    bool busy, switching;
    int32_t number;
    sim_time since;
};

struct timeline {
    struct trace_sink sink;
    const struct scenario *sc;
    unsigned shift; /* a bin is 2^shift ns */
    struct task_row *tasks[TIMELINE_TASKS];
    struct core_bin (*cores)[BINS];
    struct core_now *core_now;
    struct task_now *task_now;
    size_t nslots;
    int32_t ncores; /* with rows */
    int32_t arrived;
    sim_time end;
};

/* ---- bins ------------------------------------------------------------------------------ */

static void core_bin_add(struct core_bin *b, int32_t task, sim_time time)
{
    if (task < 0) {
        b->other += time;
        return;
    }
    b->run += time;
    if (b->longest == 0 || b->task == task) {
        b->task = task;
        b->longest += time;
    } else if (time > b->longest) {
        b->task = task;
        b->longest = time;
    }
}

static void join_core_bins(struct core_bin *to, const struct core_bin *a,
                           const struct core_bin *b)
{
    struct core_bin joined = *a;

    joined.other += b->other;
    joined.run += b->run;
    if (b->longest > 0 && joined.longest > 0 && b->task == joined.task) {
        joined.longest += b->longest;
    } else if (b->longest > joined.longest) {
        joined.task = b->task;
        joined.longest = b->longest;
    }
    *to = joined;
}

static void join_bins(struct timeline *tl)
{
    static const struct core_bin no_core_bin;
    static const struct task_bin no_task_bin;

    tl->shift++;
    for (int i = 0; i < BINS; i++) {
        int a = 2 * i, b = 2 * i + 1;

        for (int32_t c = 0; c < tl->ncores; c++) {
            if (a < BINS)
                join_core_bins(&tl->cores[c][i], &tl->cores[c][a], &tl->cores[c][b]);
            else
                tl->cores[c][i] = no_core_bin;
        }
        for (int32_t t = 0; t < TIMELINE_TASKS && t < tl->arrived; t++) {
            struct task_bin *bins = tl->tasks[t]->bins;
            struct task_bin joined = no_task_bin;

            for (int s = 0; s < TASK_STATES && a < BINS; s++)
                joined.in[s] = bins[a].in[s] + bins[b].in[s];
            bins[i] = joined;
        }
    }
}

/* Calls for each bin that from .. to touches, with the time within it. */
#define EACH_BIN(tl, from, to, bin, time, body)                                 \
    do {                                                                        \
        sim_time at_ = (from), to_ = (to);                                      \
        while (to_ > (sim_time)BINS << (tl)->shift)                             \
            join_bins(tl);                                                      \
        while (at_ < to_) {                                                     \
            sim_time bin = at_ >> (tl)->shift, end_ = (bin + 1) << (tl)->shift; \
            sim_time time = (end_ < to_ ? end_ : to_) - at_;                    \
            body;                                                               \
            at_ += time;                                                        \
        }                                                                       \
    } while (0)

static void task_to(struct timeline *tl, struct task_now *t, sim_time now, enum task_is is)
{
    if (t->number < TIMELINE_TASKS && t->is != TASK_GONE) {
        struct task_row *row = tl->tasks[t->number];

        EACH_BIN(tl, t->since, now, bin, time, row->bins[bin].in[t->is] += time);
    }
    t->since = now;
    t->is = is;
}

static void core_to(struct timeline *tl, int32_t core, sim_time now)
{
    struct core_now *c = &tl->core_now[core];

    if (c->busy && core < tl->ncores) {
        int32_t number = c->switching ? -1 : c->number;

        EACH_BIN(tl, c->since, now, bin, time,
                 core_bin_add(&tl->cores[core][bin], number, time));
    }
    if (c->since < now)
        c->since = now;
}

/* ---- records ----------------------------------------------------------------------------- */

static void arrive(struct timeline *tl, const struct trace_rec *rec)
{
    size_t slot = (size_t)rec->task;
    struct task_now *t;
    char buf[TASK_NAME_SIZE];

    if (slot >= tl->nslots) {
        size_t n = 2 * slot + 64;

        tl->task_now = sim_realloc(tl->task_now, n * sizeof(*tl->task_now));
        memset(tl->task_now + tl->nslots, 0, (n - tl->nslots) * sizeof(*tl->task_now));
        tl->nslots = n;
    }
    t = &tl->task_now[slot];
    t->is = TASK_GONE;
    t->core = -1;
    t->number = tl->arrived;
    if (tl->arrived < TIMELINE_TASKS) {
        struct task_row *row = sim_calloc(1, sizeof(*row));

        row->name = sim_strdup(
            rec->text ? rec->text
                      : task_name(&tl->sc->tasks[rec->arg], (uint64_t)rec->extra, buf));
        tl->tasks[tl->arrived] = row;
    }
    tl->arrived++;
    task_to(tl, t, rec->at, TASK_WAITS);
}

static void take_core(struct timeline *tl, const struct trace_rec *rec, bool switching)
{
    struct task_now *t = &tl->task_now[rec->task];
    struct core_now *c = &tl->core_now[rec->place];

    core_to(tl, rec->place, rec->at);
    c->busy = true;
    c->switching = switching;
    c->number = t->number;
    t->core = rec->place;
}

static void leave_core(struct timeline *tl, int32_t core, sim_time now)
{
    core_to(tl, core, now);
    tl->core_now[core].busy = false;
}

static void interrupt(struct timeline *tl, const struct trace_rec *rec)
{
    struct core_now *c = &tl->core_now[rec->place];
    sim_time from = c->since > rec->at ? c->since : rec->at, to = time_add(from, rec->arg);

    core_to(tl, rec->place, rec->at);
    if (rec->place < tl->ncores)
        EACH_BIN(tl, from, to, bin, time, tl->cores[rec->place][bin].other += time);
    c->since = to;
}

static void record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct timeline *tl = container_of(sink, struct timeline, sink);
    struct task_now *t =
        rec->task >= 0 && rec->kind != TR_ARRIVE ? &tl->task_now[rec->task] : NULL;

    switch ((enum trace_kind)rec->kind) {
    case TR_ARRIVE:
        arrive(tl, rec);
        break;
    case TR_READY:
        sim_assert(t);
        if (t->core >= 0)
            leave_core(tl, t->core, rec->at);
        t->core = -1;
        task_to(tl, t, rec->at, TASK_WAITS);
        break;
    case TR_SWITCH:
        take_core(tl, rec, true);
        break;
    case TR_RUN:
        sim_assert(t);
        take_core(tl, rec, false);
        t->core = -1;
        task_to(tl, t, rec->at, TASK_RUNS);
        break;
    case TR_STOP:
        leave_core(tl, rec->place, rec->at);
        task_to(tl, t, rec->at, TASK_WAITS);
        break;
    case TR_BLOCK:
        task_to(tl, t, rec->at, TASK_BLOCKS);
        break;
    case TR_DONE:
        task_to(tl, t, rec->at, TASK_GONE);
        break;
    case TR_IRQ:
        interrupt(tl, rec);
        break;
    default:
        break;
    }
}

static void finish(struct trace_sink *sink, sim_time end)
{
    struct timeline *tl = container_of(sink, struct timeline, sink);

    for (int32_t i = 0; i < tl->sc->machine.ncores; i++)
        leave_core(tl, i, end);
    for (size_t i = 0; i < tl->nslots; i++)
        if (tl->task_now[i].is != TASK_GONE)
            task_to(tl, &tl->task_now[i], end, TASK_GONE);
    tl->end = end;
}

struct timeline *timeline_new(const struct scenario *sc)
{
    struct timeline *tl = sim_calloc(1, sizeof(*tl));

    tl->sink.kinds = TRACE_ALL;
    tl->sink.record = record;
    tl->sink.finish = finish;
    tl->sc = sc;
    tl->ncores = sc->machine.ncores < TIMELINE_CORES ? sc->machine.ncores : TIMELINE_CORES;
    tl->cores = sim_calloc((size_t)tl->ncores, sizeof(*tl->cores));
    tl->core_now = sim_calloc((size_t)sc->machine.ncores, sizeof(*tl->core_now));
    return tl;
}

void timeline_free(struct timeline *tl)
{
    if (!tl)
        return;
    for (int32_t i = 0; i < TIMELINE_TASKS && i < tl->arrived; i++) {
        free(tl->tasks[i]->name);
        free(tl->tasks[i]);
    }
    free(tl->cores);
    free(tl->core_now);
    free(tl->task_now);
    free(tl);
}

struct trace_sink *timeline_sink(struct timeline *tl)
{
    return &tl->sink;
}

sim_time timeline_end(const struct timeline *tl)
{
    return tl->end;
}

/* ---- drawing --------------------------------------------------------------------------------- */

struct drawing {
    const struct timeline *tl;
    const struct glyphs *glyphs;
    struct text *t;
    int label, columns; /* widths */
    sim_time span;      /* of the axis */
    bool colours;
    char letters[TIMELINE_TASKS];
};

/* Where column `i` begins. */
static sim_time column_start(const struct drawing *d, int i)
{
    return mul_div_floor(d->span, i, d->columns);
}

/* The part of the bin's `time` that falls into from .. to. */
static sim_time share(const struct timeline *tl, sim_time bin, sim_time from, sim_time to,
                      sim_time time)
{
    sim_time start = bin << tl->shift, end = (bin + 1) << tl->shift;
    sim_time a = from > start ? from : start, b = to < end ? to : end;

    if (a >= b || time == 0)
        return 0;
    return b - a == end - start ? time : mul_div_floor(time, b - a, end - start);
}

static void column_bins(const struct drawing *d, int column, sim_time *from, sim_time *to,
                        int *first, int *last)
{
    *from = column_start(d, column);
    *to = column_start(d, column + 1);
    *first = (int)(*from >> d->tl->shift);
    *last = *to > *from ? (int)((*to - 1) >> d->tl->shift) : *first - 1;
    if (*last >= BINS)
        *last = BINS - 1;
}

static void start_row(struct drawing *d, const char *name)
{
    size_t len = glyph_columns(name);

    if (len > (size_t)d->label) {
        glyph_cut(d->t, name, d->label);
        len = (size_t)d->label;
    } else {
        text_add(d->t, name);
    }
    text_pad(d->t, ' ', (size_t)d->label - len + 2);
}

static void draw_core(struct drawing *d, int32_t core)
{
    const struct timeline *tl = d->tl;
    struct pen pen = {d->t, d->colours, NULL};

    start_row(d, tl->sc->machine.cores[core].name);
    for (int i = 0; i < d->columns; i++) {
        sim_time from, to;
        int first, last;
        struct core_bin sum = {0};

        column_bins(d, i, &from, &to, &first, &last);
        for (int b = first; b <= last; b++) {
            const struct core_bin *bin = &tl->cores[core][b];
            struct core_bin part = *bin;

            part.run = share(tl, b, from, to, bin->run);
            part.other = share(tl, b, from, to, bin->other);
            part.longest = share(tl, b, from, to, bin->longest);
            join_core_bins(&sum, &sum, &part);
        }
        if (from >= tl->end && tl->end > 0) {
            pen_put(&pen, NULL, " ");
        } else if (sum.run == 0 && sum.other == 0) {
            pen_put(&pen, GLYPH_DIM, d->glyphs->idle);
        } else if (sum.other > sum.run) {
            pen_put(&pen, GLYPH_SWITCH, d->glyphs->change);
        } else {
            char letter[2] = {sum.task < TIMELINE_TASKS ? d->letters[sum.task] : '#', '\0'};

            pen_put(&pen, glyph_colour(sum.task), letter);
        }
    }
    pen_end(&pen);
}

static void draw_task(struct drawing *d, int32_t task)
{
    const struct timeline *tl = d->tl;
    const struct task_row *row = tl->tasks[task];
    struct pen pen = {d->t, d->colours, NULL};

    start_row(d, row->name);
    for (int i = 0; i < d->columns; i++) {
        sim_time from, to, in[TASK_STATES] = {0};
        int first, last;

        column_bins(d, i, &from, &to, &first, &last);
        for (int b = first; b <= last; b++)
            for (int s = 0; s < TASK_STATES; s++)
                in[s] += share(tl, b, from, to, row->bins[b].in[s]);
        if (in[TASK_RUNS] > 0 && in[TASK_RUNS] >= in[TASK_WAITS] &&
            in[TASK_RUNS] >= in[TASK_BLOCKS])
            pen_put(&pen, glyph_colour(task), d->glyphs->runs);
        else if (in[TASK_WAITS] > 0 && in[TASK_WAITS] >= in[TASK_BLOCKS])
            pen_put(&pen, GLYPH_WAITS, d->glyphs->waits);
        else if (in[TASK_BLOCKS] > 0)
            pen_put(&pen, GLYPH_DIM, d->glyphs->blocked);
        else
            pen_put(&pen, NULL, " ");
    }
    pen_end(&pen);
}

struct axis_unit {
    const char *name;
    sim_time ns;
};

/* The column of a mark, and the one behind its text with the unit. */
static size_t mark_column(const struct drawing *d, sim_time at)
{
    return (size_t)mul_div_floor(at, d->columns, d->span > 0 ? d->span : 1);
}

static size_t mark_end(const struct drawing *d, sim_time at, const struct axis_unit *unit)
{
    char buf[TIME_TEXT_SIZE];

    glyph_number(at, unit->ns, buf);
    return mark_column(d, at) + strlen(buf) + 1 + strlen(unit->name);
}

/* 1, 2 or 5 times a power of ten, some ten columns or more. */
static sim_time mark_distance(const struct drawing *d)
{
    sim_time power = 1, factor = 1;

    while (power * factor < d->span / (d->columns > 20 ? d->columns / 10 : 2)) {
        factor = factor == 1 ? 2 : factor == 2 ? 5 : 1;
        if (factor == 1)
            power *= 10;
    }
    return power * factor;
}

/* Marks and their numbers, as far as they fit; the last one has the unit. */
static void draw_axis(struct drawing *d)
{
    static const struct axis_unit units[] = {
        {"s", SEC(1)}, {"ms", MS(1)}, {"us", US(1)}, {"ns", 1}};
    const struct axis_unit *unit = units;
    sim_time step = mark_distance(d);
    struct text marks = {0}, line = {0};
    bool last = false;

    while (unit->ns > 1 && d->span < 2 * unit->ns)
        unit++;
    for (sim_time t = 0; !last; t += step) {
        char buf[TIME_TEXT_SIZE];

        last = t + step > d->span || mark_end(d, t + step, unit) > (size_t)d->columns;
        glyph_number(t, unit->ns, buf);
        while (line.len < mark_column(d, t))
            text_add(&line, "-");
        text_add(&line, "|");
        text_pad(&marks, ' ', mark_column(d, t) - marks.len);
        text_addf(&marks, "%s%s%s", buf, last ? " " : "", last ? unit->name : "");
    }
    while (line.len < (size_t)d->columns)
        text_add(&line, "-");
    text_pad(d->t, ' ', (size_t)d->label + 2);
    for (size_t i = 0; i < line.len; i++)
        text_add(d->t, line.data[i] == '|' ? d->glyphs->mark : d->glyphs->axis);
    text_add(d->t, "\n");
    text_pad(d->t, ' ', (size_t)d->label + 2);
    text_addf(d->t, "%s\n", marks.data);
    text_release(&marks);
    text_release(&line);
}

/* A task's letter: the first of its name, unless another has it. */
static void choose_letters(struct drawing *d, int32_t n)
{
    static const char all[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    bool taken[128] = {false};
    size_t next = 0;

    for (int32_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)d->tl->tasks[i]->name[0];

        d->letters[i] = 0;
        if (c < 128 && strchr(all, c) && c && !taken[c]) {
            taken[c] = true;
            d->letters[i] = (char)c;
        }
    }
    for (int32_t i = 0; i < n; i++) {
        if (d->letters[i])
            continue;
        while (all[next] && taken[(unsigned char)all[next]])
            next++;
        d->letters[i] = all[next] ? all[next++] : '#';
    }
}

static void draw_tasks(struct drawing *d, int32_t n, int32_t rows)
{
    struct text name = {0};

    for (int32_t i = 0; i < n && i < rows; i++)
        draw_task(d, i);
    if (d->tl->arrived > rows)
        text_addf(d->t, "... and %d more tasks\n", (int)(d->tl->arrived - rows));
    text_release(&name);
}

static int label_width(const struct timeline *tl, int32_t cores, int32_t tasks, int width)
{
    size_t label = 5;

    for (int32_t i = 0; i < cores; i++) {
        size_t len = glyph_columns(tl->sc->machine.cores[i].name);

        label = len > label ? len : label;
    }
    for (int32_t i = 0; i < tasks; i++) {
        size_t len = glyph_columns(tl->tasks[i]->name);

        label = len > label ? len : label;
    }
    return (int)label > width / 4 ? width / 4 : (int)label;
}

char *timeline_text(const struct timeline *tl, const struct quanta_look *look)
{
    struct text t = {0};
    int width = look->width > 0 ? look->width : 80;
    int32_t rows = look->rows > 0 ? look->rows : TIMELINE_ROWS;
    int32_t n = tl->arrived < TIMELINE_TASKS ? tl->arrived : TIMELINE_TASKS;
    int32_t cores = tl->ncores < TIMELINE_CORE_ROWS ? tl->ncores : TIMELINE_CORE_ROWS;
    struct drawing d = {
        .tl = tl, .glyphs = glyphs_of(look->ascii), .t = &t, .colours = look->colours};

    rows = rows < n ? rows : n;
    d.span = look->span > tl->end ? look->span : tl->end;
    d.label = label_width(tl, cores, rows, width);
    d.columns = width - d.label - 2;
    choose_letters(&d, n);
    for (int32_t i = 0; i < cores; i++)
        draw_core(&d, i);
    if (tl->sc->machine.ncores > cores)
        text_addf(&t, "... and %d more cores\n", (int)(tl->sc->machine.ncores - cores));
    draw_tasks(&d, n, rows);
    draw_axis(&d);
    return text_take(&t);
}
