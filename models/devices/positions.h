/* positions.h - requests that wait, in the order of their positions; those of one position in
 * the order in which they came.
 *
 * A list: what waits at a disk is few, and a model looks for neighbours, which a list has.  A
 * place in it is the link that points to the request, so that taking it out needs no search.
 */
#ifndef MODELS_DEVICES_POSITIONS_H
#define MODELS_DEVICES_POSITIONS_H

#include "models/devices/device.h"

struct positions {
    struct request *first;
};

void positions_add(struct positions *p, struct request *r);

/* The first at `at` or above; the first of those that are highest at `at` or below.  NULL:
 * there is none. */
struct request **positions_up(struct positions *p, int64_t at);
struct request **positions_down(struct positions *p, int64_t at);

struct request *positions_take(struct request **link);

#endif
