/* timeline_draw.c - draws what timeline.c has collected. */
#include <string.h>

#include "plots/glyphs.h"
#include "plots/timeline_bins.h"

enum { LETTERED = 2 }; /* columns of a letter before a name */

sim_time drawing_column(const struct drawing *d, int i)
{
    return mul_div_floor(d->span, i, d->columns);
}

sim_time timeline_share(const struct timeline *tl, sim_time bin, sim_time from, sim_time to,
                        sim_time time)
{
    sim_time start = bin << tl->shift, end = (bin + 1) << tl->shift;
    sim_time a = from > start ? from : start, b = to < end ? to : end;

    if (a >= b || time == 0)
        return 0;
    return b - a == end - start ? time : mul_div_floor(time, b - a, end - start);
}

void drawing_bins(const struct drawing *d, int column, sim_time *from, sim_time *to, int *first,
                  int *last)
{
    *from = drawing_column(d, column);
    *to = drawing_column(d, column + 1);
    *first = (int)(*from >> d->tl->shift);
    *last = *to > *from ? (int)((*to - 1) >> d->tl->shift) : *first - 1;
    if (*last >= BINS)
        *last = BINS - 1;
}

void drawing_row(struct drawing *d, const char *name, int room)
{
    size_t len = glyph_columns(name);

    if (len > (size_t)room) {
        glyph_cut(d->t, name, room);
        len = (size_t)room;
    } else {
        text_add(d->t, name);
    }
    text_pad(d->t, ' ', (size_t)room - len + 2);
}

/* What a core did within a column; nothing beyond the edges. */
static struct core_bin core_column(const struct drawing *d, int32_t core, int column)
{
    struct core_bin sum = {0};
    sim_time from, to;
    int first, last;

    if (column < 0 || column >= d->columns)
        return sum;
    drawing_bins(d, column, &from, &to, &first, &last);
    for (int b = first; b <= last; b++) {
        const struct core_bin *bin = &d->tl->cores[core][b];
        struct core_bin part = *bin;

        part.run = timeline_share(d->tl, b, from, to, bin->run);
        part.other = timeline_share(d->tl, b, from, to, bin->other);
        part.longest = timeline_share(d->tl, b, from, to, bin->longest);
        timeline_join_bins(&sum, &sum, &part);
    }
    return sum;
}

/* Busy for less than half of the column, and at the edge of a stretch that is seen anyway. */
static bool core_rather_idle(const struct drawing *d, int32_t core, int column, sim_time busy)
{
    struct core_bin before = core_column(d, core, column - 1);
    struct core_bin after = core_column(d, core, column + 1);
    sim_time from = drawing_column(d, column), to = drawing_column(d, column + 1);

    sim_time half;

    to = to < d->tl->end ? to : d->tl->end;
    half = (to - from) / 2;
    return busy < half && (before.run + before.other > half || after.run + after.other > half);
}

/* A switch that takes a quarter of a column and falls between two would not be seen at all:
 * it is drawn in the column that has more of it. */
static bool core_only_here_switches(const struct drawing *d, int32_t core, int column,
                                    sim_time other)
{
    sim_time width = drawing_column(d, column + 1) - drawing_column(d, column);

    return other > 0 && other >= width / 4 && core_column(d, core, column - 1).other < other &&
           core_column(d, core, column + 1).other <= other;
}

static void draw_core(struct drawing *d, int32_t core)
{
    struct pen pen = {d->t, d->colours, NULL};

    drawing_row(d, d->tl->sc->machine.cores[core].name, d->label);
    for (int i = 0; i < d->columns; i++) {
        struct core_bin sum = core_column(d, core, i);
        sim_time busy = sum.run + sum.other;

        if (drawing_column(d, i) >= d->tl->end && d->tl->end > 0) {
            pen_put(&pen, NULL, " ");
        } else if (busy == 0 || core_rather_idle(d, core, i, busy)) {
            pen_put(&pen, GLYPH_DIM, d->glyphs->idle);
        } else if (sum.other > sum.run || core_only_here_switches(d, core, i, sum.other)) {
            pen_put(&pen, GLYPH_SWITCH, d->glyphs->change);
        } else {
            char letter[2] = {sum.task < TIMELINE_TASKS ? d->letters[sum.task] : '#', '\0'};

            pen_put(&pen, glyph_colour(sum.task), letter);
        }
    }
    pen_end(&pen);
}

static struct task_bin task_column(const struct drawing *d, int32_t task, int column)
{
    const struct task_row *row = d->tl->tasks[task];
    struct task_bin sum = {{0}};
    sim_time from, to;
    int first, last;

    if (column < 0 || column >= d->columns)
        return sum;
    drawing_bins(d, column, &from, &to, &first, &last);
    for (int b = first; b <= last; b++)
        for (int s = 0; s < TASK_STATES; s++)
            sum.in[s] += timeline_share(d->tl, b, from, to, row->bins[b].in[s]);
    return sum;
}

/* The longest state of the column; a run that would not be seen at all comes first. */
static enum task_is task_shows(const struct drawing *d, int32_t task, int column)
{
    struct task_bin sum = task_column(d, task, column);
    enum task_is longest = TASK_RUNS;

    if (d->tl->tasks[task]->deadlocked && drawing_column(d, column) >= d->tl->end)
        return TASK_DEADLOCKED;
    for (int is = TASK_WAITS; is < TASK_STATES; is++)
        if (sum.in[is] > sum.in[longest])
            longest = (enum task_is)is;
    if (sum.in[TASK_RUNS] > 0 && task_column(d, task, column - 1).in[TASK_RUNS] == 0 &&
        task_column(d, task, column + 1).in[TASK_RUNS] == 0)
        return TASK_RUNS;
    return sum.in[longest] > 0 ? longest : TASK_GONE;
}

static void draw_task(struct drawing *d, int32_t task)
{
    struct pen pen = {d->t, d->colours, NULL};

    if (d->lettered)
        text_addf(d->t, "%c ", d->letters[task]);
    drawing_row(d, d->tl->tasks[task]->name, d->label - (d->lettered ? LETTERED : 0));
    for (int i = 0; i < d->columns; i++) {
        switch (task_shows(d, task, i)) {
        case TASK_RUNS:
            pen_put(&pen, glyph_colour(task), d->glyphs->runs);
            break;
        case TASK_WAITS:
            pen_put(&pen, GLYPH_WAITS, d->glyphs->waits);
            break;
        case TASK_BLOCKS:
            pen_put(&pen, GLYPH_DIM, d->glyphs->blocked);
            break;
        case TASK_LOCKED:
            pen_put(&pen, GLYPH_DIM, d->glyphs->locked);
            break;
        case TASK_DEADLOCKED:
            pen_put(&pen, GLYPH_SWITCH, d->glyphs->deadlocked);
            break;
        default:
            pen_put(&pen, NULL, " ");
        }
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

/* What a task's letter would be, were it alone: the number of a copy, of one digit, else the
 * first of its name. */
static unsigned char favourite_letter(const char *name)
{
    const char *number = strrchr(name, '#');

    if (number && number[1] >= '0' && number[1] <= '9' && number[2] == '\0')
        return (unsigned char)number[1];
    return (unsigned char)name[0];
}

/* One letter a task: its favourite, unless another has it, and then what is left. */
static void choose_letters(struct drawing *d, int32_t n)
{
    static const char all[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    bool taken[128] = {false};
    size_t next = 0;

    for (int32_t i = 0; i < n; i++) {
        unsigned char c = favourite_letter(d->tl->tasks[i]->name);

        d->letters[i] = 0;
        if (c < 128 && c && strchr(all, c) && !taken[c]) {
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
    for (int32_t i = 0; i < n && i < rows; i++)
        draw_task(d, i);
    if (d->tl->arrived > rows)
        text_addf(d->t, "... and %d more tasks\n", (int)(d->tl->arrived - rows));
}

/* Is there a row whose name is more than its letter? */
static bool names_are_longer(const struct timeline *tl, int32_t tasks)
{
    for (int32_t i = 0; i < tasks; i++)
        if (strlen(tl->tasks[i]->name) > 1)
            return true;
    return false;
}

static int label_width(const struct timeline *tl, int32_t cores, int32_t tasks, int width,
                       bool lettered)
{
    size_t label = 5;

    for (int32_t i = 0; i < cores; i++) {
        size_t len = glyph_columns(tl->sc->machine.cores[i].name);

        label = len > label ? len : label;
    }
    for (int32_t i = 0; i < tl->nloops; i++) {
        struct text name = {0};
        size_t len = timeline_loop_label(tl, i, &name);

        label = len > label ? len : label;
        text_release(&name);
    }
    for (int32_t i = 0; i < tasks; i++) {
        size_t len = glyph_columns(tl->tasks[i]->name) + (lettered ? LETTERED : 0);

        label = len > label ? len : label;
    }
    for (size_t i = 0; i < tl->nheaps; i++) {
        char name[HEAP_NAME_SIZE];
        size_t len = timeline_heap_name(tl, i, name) ? glyph_columns(name) : 0;

        label = len > label ? len : label;
    }
    return (int)label > width / 4 ? width / 4 : (int)label;
}

char *timeline_legend(const struct timeline *const *list, size_t n,
                      const struct quanta_look *look)
{
    const struct glyphs *g = glyphs_of(look->ascii);
    bool locked = false, deadlocked = false, heaps = false;
    struct text t = {0};

    for (size_t i = 0; i < n; i++) {
        locked = locked || list[i]->locked;
        deadlocked = deadlocked || list[i]->deadlocked;
        heaps = heaps || list[i]->nheaps > 0;
    }
    text_addf(&t, "core: a task's letter runs, %s switches, %s idles; ", g->change, g->idle);
    text_addf(&t, "task: %s runs, %s is ready and waits, %s is blocked", g->runs, g->waits,
              g->blocked);
    if (locked)
        text_addf(&t, ", %s waits for a lock or its like", g->locked);
    if (deadlocked)
        text_addf(&t, ", %s is deadlocked", g->deadlocked);
    timeline_loops_legend(&t, list, n, g);
    if (heaps)
        text_addf(&t, "; heap: %s to %s, of the most that it had", g->levels[0],
                  g->levels[ARRAY_LEN(g->levels) - 1]);
    return text_take(&t);
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
    d.span = look->span > timeline_span(tl) ? look->span : timeline_span(tl);
    d.lettered = names_are_longer(tl, rows);
    d.label = label_width(tl, cores, rows, width, d.lettered);
    d.columns = width - d.label - 2;
    choose_letters(&d, n);
    for (int32_t i = 0; i < cores; i++)
        draw_core(&d, i);
    if (tl->sc->machine.ncores > cores)
        text_addf(&t, "... and %d more cores\n", (int)(tl->sc->machine.ncores - cores));
    timeline_loops_draw(&d);
    timeline_heaps_draw(&d);
    draw_tasks(&d, n, rows);
    draw_axis(&d);
    return text_take(&t);
}
