/* elevator.h - what scan and cscan have in common: a head that goes one way. */
#ifndef MODELS_DEVICES_ELEVATOR_H
#define MODELS_DEVICES_ELEVATOR_H

#include "models/devices/positions.h"

struct elevator_params {
    int32_t direction; /* enum direction */
};
enum direction { DIRECTION_UP, DIRECTION_DOWN };

struct elevator {
    struct positions waiting;
    int64_t cylinders; /* 0: it turns at the last request */
    bool down;         /* the way it goes */
};

extern const struct param elevator_params[];

void elevator_init(void *state, const struct device_spec *spec);
void elevator_submit(void *state, struct request *r);

/* The next one on its way; NULL: there is none. */
struct request **elevator_ahead(struct elevator *e, int64_t head);

#endif
