/* glyphs.h - what text drawings are made of: characters, colours, columns. */
#ifndef PLOTS_GLYPHS_H
#define PLOTS_GLYPHS_H

#include "sim/base.h"

struct glyphs {
    const char *idle, *change;          /* of a core */
    const char *runs, *waits, *blocked; /* of a task */
    const char *locked, *deadlocked;    /* blocked on a sync object; for ever */
    const char *axis, *mark;
    const char *levels[8]; /* of a line that climbs */
    const char *best;      /* the mark of the best value in a row */
};
const struct glyphs *glyphs_of(bool ascii);

/* ANSI escapes, "" where there are no colours. */
#define GLYPH_DIM "\033[2m"
#define GLYPH_SWITCH "\033[31m"
#define GLYPH_WAITS "\033[33m"
#define GLYPH_BOLD "\033[1m"
#define GLYPH_BEST "\033[1;32m"
#define GLYPH_PLAIN "\033[0m"
const char *glyph_colour(int32_t number); /* of a task */

/* Writes characters, and an escape only where the colour changes. */
struct pen {
    struct text *t;
    bool colours;
    const char *colour; /* now; NULL: plain */
};
void pen_put(struct pen *pen, const char *colour, const char *s);
void pen_end(struct pen *pen); /* of the line; trailing blanks go */

size_t glyph_columns(const char *s);                        /* one a code point */
void glyph_cut(struct text *t, const char *s, int columns); /* its beginning and "~" */

/* t / unit with as many decimals as it needs, at most three. */
void glyph_number(sim_time t, sim_time unit, char buf[TIME_TEXT_SIZE]);

/* Bytes in the unit that leaves at most three digits before the point: "16.8 MB". */
void glyph_bytes(int64_t bytes, char buf[TIME_TEXT_SIZE]);

/* A ratio in 10^-9 with `digits` decimals, rounded: "87.3". */
void glyph_ratio(int64_t e9, int digits, char buf[TIME_TEXT_SIZE]);
void glyph_percent(int64_t e9, char buf[TIME_TEXT_SIZE]); /* "87.3 %" */

#endif
