/* text_width.h - how wide a text is, without asking a font.
 *
 * A picture is laid out the same everywhere, whatever fonts there are; so the widths are of
 * one font, DejaVu Sans, which is wider than the others that a picture asks for (Inter, Helvetica,
 * Arial): what fits by this table fits with them.
 */
#ifndef PLOTS_TEXT_WIDTH_H
#define PLOTS_TEXT_WIDTH_H

#include "sim/base.h"

/* Lengths in pictures are hundredths of a pixel. */
typedef int64_t px;
#define PX(x) ((px)(x)*100)

/* Of a UTF-8 text; `size` is the font's height. */
px text_width(const char *text, px size, bool bold);

/* Appends the longest beginning of `text` that is no wider than `room`, "…" at its end where
 * something is missing. */
void text_fit(struct text *t, const char *text, px room, px size, bool bold);

/* Bytes of the first line of `text` where a line is `room` wide: broken at a space, or within
 * a word that is too long by itself.  *next is where the second line begins, its end: none. */
size_t text_line(const char *text, px room, px size, bool bold, const char **next);

#endif
