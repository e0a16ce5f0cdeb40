/* plot_panel.c - one run: its cores, its tasks, how many are in progress and how many run. */
#include <inttypes.h>
#include <string.h>

#include "plots/insight.h"
#include "plots/plot_timeline.h"

enum { ROWS_LARGE = 12, LANES_ALL = 600, BANDS = 16 };

/* ---- measuring ------------------------------------------------------------------------------- */

static void measure_cores(const struct plot *p, int32_t ncores, struct panel *m)
{
    static const struct {
        int32_t upto;
        px h, gap;
    } sizes[] = {{1, PX(30), 0},      {4, PX(17), PX(4)}, {8, PX(14), PX(3)},
                 {16, PX(11), PX(2)}, {32, PX(8), PX(1)}, {HISTORY_CORES, PX(6), PX(1)}};
    size_t i = 0;

    m->per_row = 1;
    while (ncores > m->per_row * HISTORY_CORES || ncores * (int64_t)p->n > m->per_row * 400)
        m->per_row *= 2;
    m->core_rows = p->rows == QUANTA_TASKS ? 0 : (ncores + m->per_row - 1) / m->per_row;
    while (i + 1 < ARRAY_LEN(sizes) && m->core_rows > sizes[i].upto)
        i++;
    m->core_h = sizes[i].h;
    m->core_gap = sizes[i].gap;
}

/* A thread of a pool that never had anything to do. */
static bool is_idle(const struct history *h, int32_t row)
{
    const struct task_story *story = history_story(h, row);

    return story->colour < 0 && story->first_run < 0;
}

static int32_t idle_threads(const struct history *h)
{
    int32_t n = 0;

    for (int32_t row = 0; row < history_rows(h); row++)
        n += is_idle(h, row);
    return n;
}

/* As many lanes as there are tasks that did something, or bands where they are too many. */
static void measure_lanes(const struct plot *p, const struct history *h, struct panel *m)
{
    int32_t rows = history_rows(h), limit = LANES_ALL / (int32_t)p->n;

    limit = limit > HISTORY_ROWS ? HISTORY_ROWS : limit < BANDS ? BANDS : limit;
    m->rows_each = 1;
    m->idle = history_per_row(h) == 1 ? idle_threads(h) : 0;
    rows -= m->idle;
    m->lanes = p->rows == QUANTA_CORES ? 0 : rows;
    m->idle = p->rows == QUANTA_CORES ? 0 : m->idle;
    m->lane_h = rows <= ROWS_LARGE ? PX(10) : rows <= 40 ? PX(7) : PX(4);
    m->lane_pitch = rows <= ROWS_LARGE ? PX(15) : rows <= 40 ? PX(11) : PX(5);
    if (m->lanes == 0 || (rows <= limit && history_per_row(h) == 1))
        return;
    rows += m->idle;
    m->idle = 0;
    while ((rows + m->rows_each - 1) / m->rows_each > BANDS)
        m->rows_each *= 2;
    m->lanes = (rows + m->rows_each - 1) / m->rows_each;
    m->lane_h = PX(14);
    m->lane_pitch = PX(17);
}

void panel_measure(struct layout *l, size_t run)
{
    struct panel *m = &l->panels[run];
    const struct plot_run *r = &l->p->runs[run];
    px least = plot_label_height(l->p, run, PX(110)), y = PX(20);

    measure_cores(l->p, r->sc->machine.ncores, m);
    measure_lanes(l->p, r->history, m);
    y += m->core_rows * (m->core_h + m->core_gap) - (m->core_rows > 0 ? m->core_gap : 0);
    plot_loops_measure(l, run, y);
    y += m->loops_h;
    m->said = y + PX(20);
    y += PX(32);
    y += (m->lanes + (m->idle > 0)) * m->lane_pitch;
    m->strip_h = PX(30);
    m->strip = y + PX(12);
    y += PX(12) + m->strip_h + PX(20);
    if (l->numbers && plot_numbers_height(l->p) + PX(34) > least)
        least = plot_numbers_height(l->p) + PX(34);
    m->h = y > least ? y : least;
}

/* ---- cores ------------------------------------------------------------------------------------ */

/* As exact as fits in `room`. */
static void add_end(struct text *t, sim_time end, px room)
{
    sim_time step = 1;

    axis_time(t, end);
    while (text_width(t->data, PX(13), true) > room && step <= end / 10) {
        step *= 10;
        t->len = 0;
        axis_time(t, (end + step / 2) / step * step);
    }
}

static void draw_end(const struct layout *l, struct svg *s, const struct plot_run *r, px y,
                     px h)
{
    struct text t = {0};
    px x = axis_at(&l->axis, history_end(r->history)) + PX(9);
    char *unit;

    if (history_end(r->history) > l->axis.to)
        return;
    add_end(&t, history_end(r->history),
            l->numbers ? l->axis.x1 + PX(NUMBERS_GAP - 6) - x : l->p->width - x);
    unit = strchr(t.data, ' ');
    if (unit)
        *unit++ = '\0';
    svg_runs(s, x, y + h / 2 + 460, plot_font(PX(13), l->p->theme->ink));
    svg_run(s, plot_bold(PX(13), l->p->theme->ink), 0, t.data);
    if (unit)
        svg_run(s, plot_font(PX(11), l->p->theme->faint), PX(2), unit);
    svg_runs_end(s);
    text_release(&t);
}

static void core_name(const struct plot_run *r, const struct panel *m, int32_t row,
                      struct text *t)
{
    int32_t first = row * m->per_row, last = first + m->per_row - 1;

    last = last < r->sc->machine.ncores ? last : r->sc->machine.ncores - 1;
    text_add(t, r->sc->machine.cores[first].name);
    if (last > first)
        text_addf(t, "–%d", (int)last);
}

/* In the gaps of a single core. */
static void draw_idle(const struct layout *l, struct svg *s, const struct plot_run *r, px y,
                      px h)
{
    struct font f = plot_font(PX(12), l->p->theme->faint);
    struct pieces p = {0};
    sim_time end = l->axis.from;

    f.anchor = ANCHOR_MIDDLE;
    f.italic = true;
    history_core(r->history, 0, 1, &p);
    for (size_t i = 0; i < p.n; i++) {
        px x0 = axis_at(&l->axis, end), x1 = axis_at(&l->axis, p.list[i].from);

        if (x1 - x0 > PX(44))
            svg_text(s, (x0 + x1) / 2, y + h / 2 + PX(4), f, "idle");
        end = p.list[i].to;
    }
    pieces_release(&p);
}

static void draw_cores(struct layout *l, struct svg *s, size_t run)
{
    const struct plot_run *r = &l->p->runs[run];
    const struct panel *m = &l->panels[run];
    px pitch = m->core_h + m->core_gap, size = m->core_h >= PX(11) ? PX(12) : PX(9);
    struct font f = plot_font(size, l->p->theme->faint);
    int32_t every = (int32_t)((PX(12) + pitch - 1) / pitch);

    f.anchor = ANCHOR_END;
    for (int32_t row = 0; row < m->core_rows; row++) {
        struct lane lane = {.p = l->p,
                            .s = s,
                            .axis = &l->axis,
                            .run = r,
                            .y = m->y + PX(20) + row * pitch,
                            .h = m->core_h};
        struct text name = {0};

        core_name(r, m, row, &name);
        svg_group(s, "core", name.data);
        if (row % every == 0)
            svg_text_fit(s, PX(LABEL_END), lane.y + m->core_h / 2 + size * 35 / 100, PX(100), f,
                         name.data);
        svg_line(s, l->axis.x0, lane.y + m->core_h - 50, l->axis.x1, lane.y + m->core_h - 50,
                 l->p->theme->rule, PX(1), LINE_SOLID, NULL);
        lane_core(&lane, row * m->per_row, m->per_row);
        if (m->core_rows == 1 && r->sc->machine.ncores == 1)
            draw_idle(l, s, r, lane.y, lane.h);
        svg_end(s);
        l->folded = l->folded || lane.folded;
        text_release(&name);
    }
    if (m->core_rows > 0)
        draw_end(l, s, r, m->y + PX(20), m->core_h);
}

/* ---- tasks ------------------------------------------------------------------------------------- */

static void band_name(const struct plot_run *r, int32_t row, struct text *t)
{
    text_addf(t, "%s …", history_story(r->history, row)->name);
}

static int64_t most_of_bands(const struct plot_run *r, const struct panel *m)
{
    int64_t most = 1;

    for (int32_t i = 0; i < m->lanes; i++) {
        int32_t row = i * m->rows_each, n = history_rows(r->history) - row;
        int64_t here = lane_band_most(r, row, n < m->rows_each ? n : m->rows_each);

        most = here > most ? here : most;
    }
    return most;
}

static void note_bands(struct layout *l, const struct plot_run *r, const struct panel *m)
{
    if (strstr(l->notes.data ? l->notes.data : "", "folded"))
        return;
    text_add(&l->notes, l->notes.len ? " " : "");
    axis_count(&l->notes, history_tasks(r->history));
    text_addf(
        &l->notes,
        " tasks are folded into %d bands, in the order of their arrival: dark is how many "
        "run, grey how many are ready, light how many wait for something else.",
        (int)m->lanes);
}

static int32_t next_row(const struct history *h, int32_t row)
{
    do
        row++;
    while (is_idle(h, row));
    return row;
}

static void draw_idle_threads(const struct layout *l, struct svg *s, const struct panel *m)
{
    px size = m->lane_pitch >= PX(15) ? PX(12) : PX(10);
    struct font f = plot_font(size, l->p->theme->faint);
    px y = m->y + m->said + PX(12) + m->lanes * m->lane_pitch + m->lane_h / 2;
    struct text t = {0};

    f.anchor = ANCHOR_END;
    text_addf(&t, "%d pool thread%s idle", (int)m->idle, m->idle == 1 ? "" : "s");
    svg_text(s, PX(LABEL_END), y + size * 38 / 100, f, t.data);
    text_release(&t);
}

static void draw_lanes(struct layout *l, struct svg *s, size_t run)
{
    const struct plot_run *r = &l->p->runs[run];
    const struct panel *m = &l->panels[run];
    bool bands = m->rows_each > 1 || history_per_row(r->history) > 1;
    int64_t most = bands ? most_of_bands(r, m) : 1;
    int32_t every = (int32_t)((PX(11) + m->lane_pitch - 1) / m->lane_pitch);
    px size = m->lane_pitch >= PX(15) ? PX(12) : PX(10);
    int32_t last = -1;

    for (int32_t i = 0; i < m->lanes; i++) {
        struct lane lane = {.p = l->p,
                            .s = s,
                            .axis = &l->axis,
                            .run = r,
                            .y = m->y + m->said + PX(12) + i * m->lane_pitch,
                            .h = m->lane_h};
        int32_t row = bands ? i * m->rows_each : next_row(r->history, last);
        int32_t n = history_rows(r->history) - row;
        const struct task_story *story = history_story(r->history, row);
        struct font f = plot_bold(size, theme_task(l->p->theme, story->colour)->line);
        struct text name = {0};

        last = row;
        n = n < m->rows_each ? n : m->rows_each;
        if (bands)
            band_name(r, row, &name);
        else
            text_add(&name, story->name);
        if (bands || story->colour < 0)
            f = plot_font(size, l->p->theme->faint);
        f.anchor = ANCHOR_END;
        svg_group(s, bands ? "band" : "task", name.data);
        if (i % every == 0)
            svg_text_fit(s, PX(LABEL_END), lane.y + m->lane_h / 2 + size * 38 / 100, PX(150), f,
                         name.data);
        if (bands)
            lane_band(&lane, row, n, most);
        else
            lane_task(&lane, row);
        svg_end(s);
        l->folded = l->folded || (lane.folded && !bands);
        text_release(&name);
    }
    if (m->idle > 0)
        draw_idle_threads(l, s, m);
    if (bands)
        note_bands(l, r, m);
}

/* ---- the strip --------------------------------------------------------------------------------- */

void plot_steps(const struct layout *l, struct svg *s, const struct steps *steps, colour fill,
                const char *title, px bottom, px unit_256, int64_t of)
{
    px last = l->axis.x0, high = 0;

    svg_path(s, fill, 0);
    svg_move(s, axis_at(&l->axis, steps->list[0].at), bottom);
    for (size_t i = 0; i < steps->n; i++) {
        px x = axis_at(&l->axis, steps->list[i].at);

        svg_to(s, x, bottom - high);
        high = mul_div_floor(steps->list[i].mean_256, unit_256, 65536 * of);
        svg_to(s, x, bottom - high);
        last = x;
    }
    svg_to(s, last, bottom);
    text_add(&s->t, "Z");
    svg_path_end(s, title);
}

void plot_area(const struct layout *l, struct svg *s, const struct history *h, int32_t level,
               colour fill, const char *title, px bottom, px unit_256)
{
    struct steps steps = {0};

    history_level(h, level, &steps);
    plot_steps(l, s, &steps, fill, title, bottom, unit_256, 1);
    steps_release(&steps);
}

static void draw_strip(const struct layout *l, struct svg *s, size_t run)
{
    const struct plot_run *r = &l->p->runs[run];
    const struct theme *theme = l->p->theme;
    const struct panel *m = &l->panels[run];
    px top = m->y + m->strip, bottom = top + m->strip_h;
    int64_t most = 1;
    struct font f = plot_font(1050, theme->faint);
    struct text t = {0};

    for (size_t i = 0; i < l->p->n; i++) {
        int64_t here = history_level_max(l->p->runs[i].history, LEVEL_PROGRESS);
        int64_t runs = history_level_max(l->p->runs[i].history, LEVEL_RUNNING);

        here = here > runs ? here : runs;
        most = here > most ? here : most;
    }
    svg_group(s, "concurrency", NULL);
    svg_line(s, l->axis.x0, top, l->axis.x1, top, theme->grid, PX(1), LINE_SOLID, NULL);
    plot_area(l, s, r->history, LEVEL_PROGRESS, theme->progress,
              "tasks in progress (concurrency)", bottom, m->strip_h * 256 / most);
    plot_area(l, s, r->history, LEVEL_RUNNING, theme->running,
              "tasks that run at this instant (parallelism)", bottom, m->strip_h * 256 / most);
    svg_line(s, l->axis.x0, bottom, l->axis.x1, bottom, theme->rule, PX(1), LINE_SOLID, NULL);
    f.anchor = ANCHOR_END;
    text_addf(&t, "%" PRId64, most);
    svg_text(s, PX(LABEL_END + 6), top + PX(8), f, t.data);
    svg_text(s, PX(LABEL_END + 6), bottom + PX(1), f, "0");
    f.size = PX(12);
    svg_text(s, PX(LABEL_END - 20), bottom - PX(13), f, "in progress");
    f.fill = theme->muted;
    svg_text(s, PX(LABEL_END - 20), bottom + PX(2), f, "running now");
    svg_end(s);
    text_release(&t);
}

/* ---- the whole ---------------------------------------------------------------------------------- */

static void draw_sentence(const struct layout *l, struct svg *s, size_t run)
{
    const struct panel *m = &l->panels[run];
    struct font f = {
        .size = 1280, .fill = l->p->theme->ink, .weight = 500, .italic = true, .halo = true};
    char *said = insight(&l->p->runs[run], l->axis.x1 - l->axis.x0, f.size);

    svg_text_fit(s, l->axis.x0, m->y + m->said, l->axis.x1 - l->axis.x0, f, said);
    insight_free(said);
}

void panel_draw(struct layout *l, struct svg *s, size_t run)
{
    const struct panel *m = &l->panels[run];
    struct text name = {0};

    plot_run_name(l->p, run, &name);
    svg_group(s, "run", name.data);
    svg_line(s, PX(PLOT_MARGIN), m->y, l->p->width - PX(PLOT_MARGIN), m->y, l->p->theme->rule,
             PX(1), LINE_SOLID, NULL);
    plot_label(l->p, s, run, m->y);
    draw_cores(l, s, run);
    plot_loops(l, s, run);
    draw_sentence(l, s, run);
    draw_lanes(l, s, run);
    draw_strip(l, s, run);
    if (l->numbers)
        plot_numbers(l, s, run, l->axis.x1 + PX(NUMBERS_GAP), m->y + PX(26));
    svg_end(s);
    text_release(&name);
}
