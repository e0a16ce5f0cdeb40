/* priority.c - the request of the most urgent task first; among equals, first come. */
#include "models/devices/device.h"

struct ranked {
    struct request *first, *last;
};

static void priority_submit(void *state, struct request *r)
{
    struct ranked *q = state;
    struct request **link = &q->first;

    if (q->first && q->last->priority >= r->priority)
        link = &q->last->next; /* as most often: behind all of them */
    while (*link && (*link)->priority >= r->priority)
        link = &(*link)->next;
    r->next = *link;
    *link = r;
    if (!r->next)
        q->last = r;
}

static struct request *priority_next(void *state, int64_t head, int64_t *travel)
{
    struct ranked *q = state;
    struct request *r = q->first;

    (void)head;
    (void)travel;
    if (r)
        q->first = r->next;
    return r;
}

static const struct param priority_params[] = {PARAM_END};

const struct device_model device_priority = {
    .name = "priority",
    .help = "the request of the task with the highest priority; among equals, first come",
    .source = "Source: Kleinrock, Queueing Systems II (1976), 3.6: the head-of-the-line "
              "priority discipline",
    .params = priority_params,
    .state_size = sizeof(struct ranked),
    .submit = priority_submit,
    .next = priority_next,
};
