/* report.h - the result document: what was measured, as JSON.
 *
 * Times are integers in ns; ratios have at most nine decimals, exact on every platform.
 * Numbers are written as text once and never pass through a float.
 */
#ifndef SIM_REPORT_H
#define SIM_REPORT_H

#include "sim/findings.h"
#include "sim/metrics.h"
#include "sim/segments.h"
#include "sim/sim.h"

struct cJSON;

struct report {
    const struct scenario *sc;
    struct metrics *metrics;
    const struct segments *segments; /* NULL: left out */
    const struct findings *findings;
    enum outcome outcome;
    uint64_t digest;
};

/* The caller deletes it. */
struct cJSON *report_json(const struct report *report);

#endif
