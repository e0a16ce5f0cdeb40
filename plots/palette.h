/* palette.h - the colours of pictures, by theme.
 *
 * Tasks have the colours of Okabe and Ito's set, changed so that they stay apart under
 * deuteranopia, protanopia and tritanopia too: the smallest CIELAB distance of the first four
 * is 22.4 on light ground and 14.0 on dark, of all eight 15.6 and 12.1.  Beyond eight they
 * come again, so a label always says which task it is; what a task does is told by shape.
 */
#ifndef PLOTS_PALETTE_H
#define PLOTS_PALETTE_H

#include "plots/svg.h"

enum { PALETTE_TASKS = 8, PALETTE_SHADES = 8 };

struct task_colours {
    colour fill;
    colour line;  /* of thin lines: at least 3:1 against the ground */
    colour label; /* of text upon the fill: at least 4.5:1 */
};

struct theme {
    const char *name;
    colour ground, panel;
    colour ink, muted, faint; /* of text, from strong to weak */
    colour grid, rule;        /* of thin lines */
    colour change;            /* what a core loses: switches, interrupts */
    colour running, progress; /* of the strip: parallelism upon concurrency */
    colour bad;               /* what went wrong */
    colour bar;               /* beneath a number that is not the best */
    struct task_colours tasks[PALETTE_TASKS];
    struct task_colours other;     /* what is nobody's work, or of many tasks together */
    colour shades[PALETTE_SHADES]; /* of one hue, from nothing to all */
};

enum { THEME_LIGHT, THEME_DARK, THEME_PRINT, THEMES };
const struct theme *theme_of(int number);

/* Of a task by its number of arrival; < 0: nobody's. */
const struct task_colours *theme_task(const struct theme *theme, int32_t number);

/* The one of two colours that stands out more against `ground`, by their luminance. */
colour contrast_of(colour ground, colour a, colour b);

#endif
