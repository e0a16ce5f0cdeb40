/* cscan.c - the elevator that serves on its way up only, and then comes back at once.
 *
 * Source: Silberschatz, Galvin, Gagne, Operating System Concepts (8th ed.), 12.4.4, where the
 * head goes to the end of the disk, then to its beginning: with `cylinders`; without, from the
 * last request straight to the farthest one, which they call C-LOOK (12.4.5), and Stallings
 * C-SCAN (Operating Systems, 11.5).  The way back counts as any other. */
#include "models/devices/position_list.h"

static struct request **cscan_turns(struct elevator *e, int64_t head, int64_t *travel)
{
    struct request **link = elevator_ahead(e, e->down ? INT64_MAX : 0);
    int64_t end = e->cylinders - 1;

    sim_assert(link);
    if (e->cylinders > 0)
        *travel = end + (e->down ? head + end - (*link)->at : end - head + (*link)->at);
    return link;
}

static struct request *cscan_next(void *state, int64_t head, int64_t *travel)
{
    return elevator_next(state, head, travel, cscan_turns);
}

const struct device_model device_cscan = {
    .name = "cscan",
    .help =
        "serves on its way up only, then comes back; with \"cylinders\" by way of both ends, "
        "without straight to the farthest request (C-LOOK)",
    .source =
        "Source: Silberschatz, Galvin, Gagne, Operating System Concepts (8th ed.), 12.4.4, "
        "12.4.5",
    .params = elevator_params,
    .params_size = sizeof(struct elevator_params),
    .state_size = sizeof(struct elevator),
    .positions = true,
    .init = elevator_init,
    .submit = elevator_submit,
    .next = cscan_next,
};
