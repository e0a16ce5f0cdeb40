/* samples.h - many durations, told by their mean, percentiles and maximum.
 *
 * Up to SAMPLES_EXACT values are kept as they are, and percentiles are exact, by
 * nearest rank: the smallest value that at least that share of all does not pass.
 * Beyond, they are counted in buckets, 512 for each doubling, and percentiles are
 * off by 1/1024 of their value at most.  Count, sum, mean and maximum stay exact.
 *
 * Source: the buckets are those of G. Tene's HdrHistogram, which tells the upper end
 * of a bucket; here its middle is told, but nothing above the maximum.
 */
#ifndef SIM_SAMPLES_H
#define SIM_SAMPLES_H

#include "sim/base.h"

enum { SAMPLES_EXACT = 65536 };

struct samples_histogram;

struct samples {
    uint64_t count;
    struct wide sum;
    sim_time max; /* 0 where there is none */
    /* The rest is samples.c's. */
    sim_time *values; /* the first `count`, while there are few */
    size_t room;
    bool sorted;
    struct samples_histogram *histogram; /* NULL while there are few */
};

void samples_init(struct samples *s);
void samples_release(struct samples *s); /* empty again, and may be used so */

void samples_add(struct samples *s, sim_time value); /* value >= 0 */

sim_time samples_mean(const struct samples *s); /* rounded to nearest; 0 where there is none */

/* The value that permille of 1000 do not pass: 500 the median, 999 "p999"; 0 where there is none.
 * Puts the values in order when asked the first time. */
sim_time samples_percentile(struct samples *s, unsigned permille);

#endif
