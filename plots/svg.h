/* svg.h - a drawing as SVG text: rectangles, lines, paths, text, groups.
 *
 *     struct svg s;
 *
 *     svg_open(&s, PX(640), PX(400), &theme, "Title", "What it shows.");
 *     svg_group(&s, "core", "core0");
 *     svg_rect(&s, x, y, w, h, (struct ink){.fill = blue, .round = PX(2)}, "A: 4 ms");
 *     svg_end(&s);
 *     text = svg_close(&s);
 *
 * Lengths are whole hundredths of a pixel and numbers are written by integer arithmetic
 * alone, so the text has the same bytes whatever has compiled this, in every locale.  What
 * is written are plain attributes: no style sheets, variables or scripts, so that every
 * reader of SVG shows the same.
 */
#ifndef PLOTS_SVG_H
#define PLOTS_SVG_H

#include "plots/text_width.h"
#include "sim/base.h"

/* 0xRRGGBB. */
typedef uint32_t colour;
#define NO_COLOUR UINT32_C(0xffffffff)

struct svg {
    struct text t;
    int depth; /* of groups */
    colour ground;
    px title_room; /* titles are left out of shapes narrower than this */
};

void svg_open(struct svg *s, px width, px height, colour ground, const char *title,
              const char *about);
char *svg_close(struct svg *s); /* the caller frees it */

/* What is drawn until svg_end() belongs together: class="KIND" and, unless NULL, the name
 * as data-name, by which scripts and people find it. */
void svg_group(struct svg *s, const char *kind, const char *name);
void svg_end(struct svg *s);

/* A number as "12.5"; a text with <, & and " as entities and without what XML does not allow. */
void svg_number(struct text *t, px value);
void svg_escape(struct text *t, const char *text);

/* `title` is shown where the mouse rests; NULL: none. */
void svg_rect(struct svg *s, px x, px y, px w, px h, colour fill, px round, const char *title);

enum line_shape { LINE_SOLID, LINE_DOTS, LINE_DASHES, LINE_SPARSE };
void svg_line(struct svg *s, px x1, px y1, px x2, px y2, colour stroke, px width,
              enum line_shape shape, const char *title);

void svg_ring(struct svg *s, px x, px y, px radius, colour fill, colour stroke, px width,
              const char *title);
/* A cross of two lines within `radius`. */
void svg_cross(struct svg *s, px x, px y, px radius, colour stroke, px width,
               const char *title);

/* A path of one colour: svg_path(), points, svg_path_end().  Filled, or, where `width` is
 * not 0, stroked. */
void svg_path(struct svg *s, colour c, px width);
void svg_move(struct svg *s, px x, px y);
void svg_to(struct svg *s, px x, px y);
void svg_box(struct svg *s, px x, px y, px w, px h); /* a rectangle as part of the path */
void svg_path_end(struct svg *s, const char *title);

enum anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };
struct font {
    px size;
    colour fill;
    int weight; /* 0: 400 */
    enum anchor anchor;
    bool italic;
    bool halo;    /* a rim of the ground's colour, for text upon lines */
    bool figures; /* digits of one width */
};
void svg_text(struct svg *s, px x, px y, struct font f, const char *text);
/* At most `room` wide: cut, the whole of it as its title. */
void svg_text_fit(struct svg *s, px x, px y, px room, struct font f, const char *text);
/* In lines no wider than `room`, at most `lines` of them, `leading` apart; gives how many, and
 * draws them unless `s` is NULL. */
int svg_paragraph(struct svg *s, px x, px y, px room, px leading, int lines, struct font f,
                  const char *text);

/* A text of several fonts: svg_run() for each part, in a row. */
void svg_runs(struct svg *s, px x, px y, struct font f);
void svg_run(struct svg *s, struct font f, px before, const char *text);
void svg_runs_end(struct svg *s);

#endif
