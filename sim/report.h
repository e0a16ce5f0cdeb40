/* report.h - the result document: what was measured, as JSON.
 *
 * Times are integers in ns; ratios have at most nine decimals, exact on every platform.
 * Numbers are written as text once and never pass through a float.
 */
#ifndef SIM_REPORT_H
#define SIM_REPORT_H

#include "sim/metrics.h"
#include "sim/races.h"
#include "sim/segments.h"
#include "sim/sim.h"
#include "sim/urgency.h"

struct cJSON;

struct report {
    const struct scenario *sc;
    struct metrics *metrics;
    const struct segments *segments; /* NULL: left out */
    const struct races *races;       /* NULL: nothing is shared */
    const struct urgency *urgency;   /* NULL: all are as urgent */
    enum outcome outcome;
    uint64_t digest;
};

/* The caller deletes it. */
struct cJSON *report_json(const struct report *report);

#endif
