/* scan.c - the elevator: the head goes one way and serves what it meets, then the other way.
 *
 * Source: Silberschatz, Galvin, Gagne, Operating System Concepts (8th ed.), 12.4.3, where the
 * head goes to the end of the disk: with `cylinders`; without, it turns at the last request,
 * which they call LOOK (12.4.5), and Stallings SCAN (Operating Systems, 11.5). */
#include "models/devices/position_list.h"

static struct request **scan_turns(struct elevator *e, int64_t head, int64_t *travel)
{
    int64_t end = e->down ? 0 : e->cylinders - 1;
    struct request **link;

    e->down = !e->down;
    link = elevator_ahead(e, head);
    sim_assert(link);
    if (e->cylinders > 0)
        *travel = e->down ? end - head + end - (*link)->at : head + (*link)->at;
    return link;
}

static struct request *scan_next(void *state, int64_t head, int64_t *travel)
{
    return elevator_next(state, head, travel, scan_turns);
}

const struct device_model device_scan = {
    .name = "scan",
    .help =
        "the elevator: serves what it meets on its way up, then down; with \"cylinders\" it "
        "turns at their end, without at the last request (LOOK)",
    .source =
        "Source: Silberschatz, Galvin, Gagne, Operating System Concepts (8th ed.), 12.4.3, "
        "12.4.5",
    .params = elevator_params,
    .params_size = sizeof(struct elevator_params),
    .state_size = sizeof(struct elevator),
    .positions = true,
    .init = elevator_init,
    .submit = elevator_submit,
    .next = scan_next,
};
