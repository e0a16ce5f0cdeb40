#include "models/devices/elevator.h"

#include "sim/scenario.h"

static const char *const directions[] = {"up", "down", NULL};

const struct param elevator_params[] = {
    PARAM(ENUM, struct elevator_params, direction, "the way the head goes at first",
          .choices = directions, .deflt = "up"),
    PARAM_END,
};

void elevator_init(void *state, const struct device_spec *spec)
{
    const struct elevator_params *params = spec->params;
    struct elevator *e = state;

    e->cylinders = spec->cylinders;
    e->down = params->direction == DIRECTION_DOWN;
}

void elevator_submit(void *state, struct request *r)
{
    struct elevator *e = state;

    positions_add(&e->waiting, r);
}

struct request **elevator_ahead(struct elevator *e, int64_t head)
{
    return e->down ? positions_down(&e->waiting, head) : positions_up(&e->waiting, head);
}
