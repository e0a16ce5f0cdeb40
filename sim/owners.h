/* owners.h - who owns which sync object since when, as the records of a run tell it: for
 * sinks. */
#ifndef SIM_OWNERS_H
#define SIM_OWNERS_H

#include "sim/base.h"
#include "sim/trace.h"

struct owner {
    struct owner *next;
    int32_t slot; /* of the task; -1: it has ended, and was called `name` */
    uint8_t how;  /* HOLD_SOLE, HOLD_SHARED */
    char *name;
    sim_time since;
    int64_t place; /* in the file, where it got it */
};

struct owners {
    struct owner **of; /* of each sync object, who has owned it longest first */
    int32_t n;
};

void owners_init(struct owners *o, int32_t nsyncs);
void owners_release(struct owners *o);

/* From TR_ACQUIRE and TR_RELEASE of HOLD_SOLE and HOLD_SHARED; removing what is not there
 * gives false. */
void owners_add(struct owners *o, const struct trace_rec *rec);
bool owners_remove(struct owners *o, const struct trace_rec *rec);

/* NULL: `slot` does not own it.  Slot -1: one that has ended. */
struct owner *owners_find(const struct owners *o, int32_t object, int32_t slot);

/* The task of this slot has ended, and keeps what it owns. */
void owners_keep(struct owners *o, int32_t slot, const char *name);

#endif
