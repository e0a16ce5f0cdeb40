/* plot_timeline.h - between plot_timeline.c, which lays out, and the parts of the picture. */
#ifndef PLOTS_PLOT_TIMELINE_H
#define PLOTS_PLOT_TIMELINE_H

#include "plots/lanes.h"

enum { NUMBERS_WIDTH = 196, NUMBERS_GAP = 42 };

/* Where the parts of a run's panel lie, from its top. */
struct panel {
    px y, h;
    int32_t core_rows, per_row; /* cores a row */
    px core_h, core_gap;
    px loops, loops_h;        /* rows of event loops */
    px said;                  /* the sentence's line */
    int32_t lanes, rows_each; /* lanes of tasks, and rows of the history in each */
    int32_t idle;             /* threads that did nothing: one line says so, after the lanes */
    px lane_h, lane_pitch;
    px strip, strip_h; /* 0: none */
};

struct layout {
    const struct plot *p;
    struct axis axis;
    bool numbers; /* there is room for them */
    struct panel panels[PLOT_RUNS];
    bool folded; /* stretches were shorter than a pixel */
    struct text notes;
};

/* ---- the workload and the legend: plot_workload.c ------------------------------------------- */

/* Each gives its height, and draws unless `s` is NULL. */
px plot_workload(const struct layout *l, struct svg *s, px y);

/* ---- a run: plot_panel.c ----------------------------------------------------------------------- */

void panel_measure(const struct layout *l, size_t run, struct panel *panel);
void panel_draw(struct layout *l, struct svg *s, size_t run);

/* Numbers as an area upon `bottom`, `unit_256` / 256 high for every `of` of them. */
void plot_steps(const struct layout *l, struct svg *s, const struct steps *steps, colour fill,
                const char *title, px bottom, px unit_256, int64_t of);
/* A level as an area upon `bottom`, `unit_256` / 256 high for each one. */
void plot_area(const struct layout *l, struct svg *s, const struct history *h, int32_t level,
               colour fill, const char *title, px bottom, px unit_256);

/* ---- its event loops: plot_loops.c --------------------------------------------------------------- */

enum { LOOPS_SHOWN = 2 };
/* Sets m->loops_h; they begin at `top`. */
void plot_loops_measure(const struct layout *l, size_t run, struct panel *m, px top);
void plot_loops(struct layout *l, struct svg *s, size_t run);

/* ---- their heaps: plot_heap.c --------------------------------------------------------------- */

px plot_heap_height(const struct history *h, int32_t loop); /* 0: it has none */
void plot_heap(struct layout *l, struct svg *s, size_t run, int32_t loop, px y);

/* ---- its numbers: plot_numbers.c --------------------------------------------------------------- */

px plot_numbers_height(const struct plot *p);
void plot_numbers(const struct layout *l, struct svg *s, size_t run, px x, px y);

#endif
