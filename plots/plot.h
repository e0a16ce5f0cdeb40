/* plot.h - pictures of runs: the table of their kinds, and what all of them share.
 *
 * A kind is one constant in one file: it reads what sinks have kept of some runs (history,
 * metrics, findings) and gives back an SVG text.  It knows nothing of policies, devices and
 * executors but their names.
 */
#ifndef PLOTS_PLOT_H
#define PLOTS_PLOT_H

#include "plots/history.h"
#include "plots/palette.h"
#include "plots/svg.h"
#include "sim/findings.h"
#include "sim/metrics.h"
#include "sim/quanta.h"
#include "sim/sim.h"

/* What is drawn of one run. */
struct plot_run {
    const struct scenario *sc;
    const struct history *history;
    struct metrics *metrics;
    const struct findings *findings;
    enum outcome outcome;
    uint64_t digest;
};

enum { PLOT_RUNS = 24 }; /* at most so many are drawn in one picture */

struct plot {
    const struct plot_run *runs;
    size_t n;
    size_t left_out; /* runs beyond PLOT_RUNS */
    const struct theme *theme;
    const struct plot_kind *kind;
    enum quanta_rows rows;
    const char *command; /* more of the command line, NULL: no more */
    px width;
    bool one_file; /* all runs are variants of one file */
};

struct plot_kind {
    const char *name; /* as --kind has it */
    const char *help; /* one line, no full stop */
    char *(*draw)(
        const struct plot *p); /* the caller frees it; NULL: not of given runs, sweep.h */
};
extern const struct plot_kind *const plot_kinds[]; /* NULL ends it; the first is the default */
const struct plot_kind *plot_kind_find(const char *name); /* NULL: there is none */

char *plot_draw(const struct plot_run *runs, size_t n, const struct quanta_picture *look);

/* The graph of those that wait for ever, for Graphviz. */
char *plot_dot(const struct plot_run *runs, size_t n);

extern const struct plot_kind plot_timeline, plot_heat, plot_off_cpu, plot_latency, plot_queue,
    plot_sweep, plot_waits;

/* ---- what kinds share: plot_frame.c --------------------------------------------------------- */

/* The names of runs stand from the margin on, those of rows end at LABEL_END and have room for
 * ROW_NAME beside them. */
enum { PLOT_MARGIN = 40, LABEL_END = 286, PLOT_X0 = 300, ROW_NAME = 116 };

/* Lines from top to bottom: texts are measured first, then drawn, by the same functions with
 * `s` NULL.  Each gives the height it takes. */
px plot_header(const struct plot *p, struct svg *s); /* title, explanation */
px plot_footer(const struct plot *p, struct svg *s, px y, const char *notes);

/* What stands between the two is drawn first, as it says what the footer tells: into a body,
 * which plot_page() puts into its frame and frees. */
void plot_body(const struct plot *p, struct svg *body);
char *plot_page(const struct plot *p, struct svg *body, px bottom, const char *about,
                const char *notes);

/* The name of a run's panel: its variant, behind the title where there are several files. */
void plot_run_name(const struct plot *p, size_t run, struct text *t);
/* How many cores, which policy and executors: "4 cores, rr, quantum 4 ms". */
void plot_run_facts(const struct plot_run *r, struct text *t);

void plot_add_time(struct text *t, sim_time time); /* not broken before its unit */
/* How it runs, in plain words: "One thread at a time, in turns of 4 ms.": plot_phrase.c */
void plot_run_phrase(const struct plot_run *r, struct text *t);

/* All three, at the left of a panel that begins at `y`, and its height, `least` or more. */
px plot_label_height(const struct plot *p, size_t run, px least);
void plot_label(const struct plot *p, struct svg *s, size_t run, px y);

static inline struct font plot_font(px size, colour c)
{
    return (struct font){.size = size, .fill = c};
}
static inline struct font plot_bold(px size, colour c)
{
    return (struct font){.size = size, .fill = c, .weight = 700};
}

#endif
