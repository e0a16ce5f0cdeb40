/* Source: Silberschatz, Galvin, Gagne, Operating System Concepts (8th ed.), 12.4. */
#include "models/devices/position_list.h"

#include "sim/scenario.h"

struct request **positions_up(struct position_list *p, int64_t at)
{
    struct request **link = &p->first;

    while (*link && (*link)->at < at)
        link = &(*link)->next;
    return *link ? link : NULL;
}

struct request **positions_down(struct position_list *p, int64_t at)
{
    struct request **found = NULL;

    for (struct request **link = &p->first; *link && (*link)->at <= at; link = &(*link)->next)
        if (!found || (*found)->at != (*link)->at)
            found = link;
    return found;
}

void positions_add(struct position_list *p, struct request *r)
{
    struct request **link = &p->first;

    while (*link && (*link)->at <= r->at)
        link = &(*link)->next;
    r->next = *link;
    *link = r;
}

struct request *positions_take(struct request **link)
{
    struct request *r = *link;

    sim_assert(r);
    *link = r->next;
    r->next = NULL;
    return r;
}

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

struct request *elevator_next(struct elevator *e, int64_t head, int64_t *travel,
                              struct request **(*turns)(struct elevator *e, int64_t head,
                                                        int64_t *travel))
{
    struct request **link;

    if (!e->waiting.first)
        return NULL;
    link = elevator_ahead(e, head);
    return positions_take(link ? link : turns(e, head, travel));
}
