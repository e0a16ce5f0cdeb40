/* sstf.c - shortest seek time first: the request nearest to the head. */
#include "models/devices/position_list.h"

static void sstf_submit(void *state, struct request *r)
{
    positions_add(state, r);
}

/* As near on both sides: the lower one. */
static struct request *sstf_next(void *state, int64_t head, int64_t *travel)
{
    struct request **up = positions_up(state, head), **down = positions_down(state, head);

    (void)travel;
    if (!up && !down)
        return NULL;
    if (!down || (up && (*up)->at - head < head - (*down)->at))
        return positions_take(up);
    return positions_take(down);
}

static const struct param sstf_params[] = {PARAM_END};

const struct device_model device_sstf = {
    .name = "sstf",
    .help = "the request nearest to the head: shortest seek time first",
    .source =
        "Source: Silberschatz, Galvin, Gagne, Operating System Concepts (8th ed.), 12.4.2",
    .params = sstf_params,
    .state_size = sizeof(struct position_list),
    .positions = true,
    .submit = sstf_submit,
    .next = sstf_next,
};
