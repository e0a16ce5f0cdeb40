/* requests.h - the requests of one task that are on their way, as the records of a run tell
 * them: for sinks.  A thread waits for its only one, number 0; on an event loop a task may
 * have made many. */
#ifndef SIM_REQUESTS_H
#define SIM_REQUESTS_H

#include "sim/base.h"

struct asked {
    struct asked *next;
    int64_t number;
    sim_time at;     /* when it was submitted */
    sim_time queued; /* since when it is in the device's queue */
    int32_t device;
    uint8_t stage; /* the checker's: TR_SUBMIT, TR_SERVE or TR_SERVED, whichever came last */
};

/* Adds to `list`; takes from `unused` where there is one. */
struct asked *asked_add(struct asked **list, struct asked **unused, int64_t number);

/* NULL: there is none of this number. */
struct asked *asked_find(struct asked *list, int64_t number);

/* Moves the one of this number, which is there, to `unused`. */
void asked_remove(struct asked **list, struct asked **unused, int64_t number);

void asked_free(struct asked *list);

#endif
