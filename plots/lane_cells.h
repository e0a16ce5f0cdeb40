/* lane_cells.h - what a row of a picture is made of, where there is more than pixels can show.
 *
 * A stretch of a pixel or more is a cell of its own.  What is shorter is counted together with
 * the gaps between: a cell then says which share of its time was spent how, and is drawn as
 * high as that.  Such a cell begins with a stretch and ends where the next stretch of the same
 * kind begins, so what comes again and again, however its period and a pixel's width go
 * together, has the same share everywhere.
 */
#ifndef PLOTS_LANE_CELLS_H
#define PLOTS_LANE_CELLS_H

#include "plots/axis.h"
#include "plots/history.h"

enum {
    CELL_PIXEL = 100,
    CELL_LEVELS = 20, /* heights of densities */
};

struct cell {
    px x0, x1;
    sim_time from, to;
    sim_time in[DOINGS];
    sim_time top; /* the longest time of one runner, `who` */
    int32_t who;
    bool many; /* of several pieces, or of bins */
};

struct cells {
    struct cell *list; /* the caller frees it */
    size_t n, room;
};

/* Cells of the pieces of `per` rows together; `bins`: pieces are not as they were.  true: some
 * were too short to be drawn by themselves. */
bool cells_make(struct cells *c, const struct pieces *p, const struct axis *axis, int32_t per,
                bool bins);

/* What it does for most of the time. */
enum doing cell_longest(const struct cell *c);
/* Does it do one thing all of the time, all of `per` rows? */
bool cell_pure(const struct cell *c, int32_t per);
/* Which share of a cell's time is `time`, rounded, in 1/CELL_LEVELS; at least one if any. */
px cell_share(const struct cell *c, sim_time time, int32_t per);

/* Columns, each so many levels high: neighbours of one height are one box, neighbours of one
 * colour one path. */
struct columns {
    struct svg *s;
    px y, h;
    bool middle; /* they stand about the middle, else upon the lower edge */
    colour fill; /* of the path that is open; NO_COLOUR: none */
    px x0, x1;   /* of the last box, which is not yet drawn */
    px levels;   /* its height; 0: there is none */
};
void columns_add(struct columns *d, colour fill, px x0, px x1, px levels);
void columns_end(struct columns *d);

#endif
