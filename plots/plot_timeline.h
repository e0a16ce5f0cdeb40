/* plot_timeline.h - between plot_timeline.c, which lays out, and the parts of the picture. */
#ifndef PLOTS_PLOT_TIMELINE_H
#define PLOTS_PLOT_TIMELINE_H

#include "plots/lanes.h"

enum { NUMBERS_WIDTH = 216, NUMBERS_GAP = 42 };

/* Where the parts of a run's panel lie, from its top. */
struct panel {
    px y, h;
    int32_t core_rows, per_row; /* cores a row */
    px core_h, core_gap;
    px loops, loops_h;             /* rows of event loops */
    int32_t loop_rows, loops_each; /* how many rows, and loops in each */
    bool queues;                   /* all of theirs; else those of the poll alone */
    px said;                       /* the sentence's line */
    int32_t lanes, rows_each;      /* lanes of tasks, and rows of the history in each */
    int32_t idle; /* threads that did nothing: one line says so, after the lanes */
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

/* ---- the workload: plot_workload.c ---------------------------------------------------------- */

/* With the legend beside or above it.  Both give their height, and draw unless `s` is NULL. */
px plot_workload(const struct layout *l, struct svg *s, px y);

/* ---- the legend: plot_legend.c --------------------------------------------------------------- */

int plot_legend_signs(const struct layout *l); /* how many */
/* In a box `width` wide. */
px plot_legend(const struct layout *l, struct svg *s, px x, px y, px width);

/* ---- a run: plot_panel.c ----------------------------------------------------------------------- */

void panel_measure(struct layout *l, size_t run);
void panel_draw(struct layout *l, struct svg *s, size_t run);

/* Numbers as an area upon `bottom`, `unit_256` / 256 high for every `of` of them. */
void plot_steps(const struct layout *l, struct svg *s, const struct steps *steps, colour fill,
                const char *title, px bottom, px unit_256, int64_t of);
/* A level as an area upon `bottom`, `unit_256` / 256 high for each one. */
void plot_area(const struct layout *l, struct svg *s, const struct history *h, int32_t level,
               colour fill, const char *title, px bottom, px unit_256);

/* ---- its event loops: plot_loops.c --------------------------------------------------------------- */

enum { LOOPS_SHOWN = 8, QUEUES_OF = 2 /* beyond so many loops, not all queues */ };
/* Sets the panel's fields of loops; they begin at `top`. */
void plot_loops_measure(struct layout *l, size_t run, px top);
void plot_loops(struct layout *l, struct svg *s, size_t run);
bool plot_queue_drawn(const struct layout *l, size_t run, int32_t loop, int queue);

/* ---- their heaps: plot_heap.c --------------------------------------------------------------- */

px plot_heap_height(const struct plot_run *r, int32_t loop); /* 0: it has none */
/* Its limit, where a line at it does not make the rest too flat to read; 0: no line. */
int64_t plot_heap_limit(const struct plot_run *r, int32_t loop);
void plot_mark_sweep(struct svg *s, const struct theme *theme, px x, px top, px bottom,
                     const char *title);
void plot_heap(struct layout *l, struct svg *s, size_t run, int32_t loop, px y);

/* ---- its numbers: plot_numbers.c --------------------------------------------------------------- */

px plot_numbers_height(const struct plot *p);
void plot_numbers(const struct layout *l, struct svg *s, size_t run, px x, px y);

#endif
