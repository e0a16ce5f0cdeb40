/* findings.h - the detectors of one run, each attached only where it could find something:
 * races where there are shared variables, orders of locks where there are sync objects,
 * urgency where priorities differ, starvation where tasks may be left at the end. */
#ifndef SIM_FINDINGS_H
#define SIM_FINDINGS_H

#include "sim/lockorder.h"
#include "sim/races.h"
#include "sim/scenario.h"
#include "sim/starved.h"
#include "sim/trace.h"
#include "sim/urgency.h"

/* NULL: not attached.  Zeroed, there are none. */
struct findings {
    struct races *races;
    struct lockorder *lockorder;
    struct urgency *urgency;
    struct starved *starved;
};

void findings_attach(struct findings *f, const struct scenario *sc, struct trace *trace);
void findings_release(struct findings *f);

#endif
