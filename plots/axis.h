/* axis.h - a scale from times, or other numbers, to places in a picture. */
#ifndef PLOTS_AXIS_H
#define PLOTS_AXIS_H

#include "plots/plot.h"

struct axis {
    px x0, x1;
    sim_time from, to; /* to > from */
    sim_time step;     /* between marks: 1, 2 or 5 times a power of ten */
    sim_time unit;     /* of the numbers at them */
    const char *unit_name;
};

/* Marks some `apart` or more. */
struct axis axis_of_time(sim_time from, sim_time to, px x0, px x1, px apart);
px axis_at(const struct axis *a, sim_time t);

void axis_grid(const struct axis *a, struct svg *s, const struct theme *theme, px y0, px y1);
/* The numbers, centred beneath their marks; the last one has the unit. */
void axis_labels(const struct axis *a, struct svg *s, const struct theme *theme, px y);

/* 1, 2 or 5 times a power of ten that is `least` or more. */
int64_t axis_step(int64_t least);

/* The unit for times up to `t`. */
sim_time axis_unit(sim_time t, const char **name);

/* t in `unit` with `decimals` of them, rounded: "52.6". */
void axis_number(struct text *t, sim_time time, sim_time unit, int decimals);
void axis_count(struct text *t, int64_t n); /* "185,188" */
/* A time for reading: at most three decimals of its unit, rounded, the unit behind: "52.6 ms". */
void axis_time(struct text *t, sim_time time);

#endif
