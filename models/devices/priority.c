/* priority.c - the request of the most urgent task first; among equals, first come. */
#include "models/devices/request_list.h"

static void priority_submit(void *state, struct request *r)
{
    struct request_list *q = state;
    struct request **link = &q->first;

    if (q->first && q->last->priority >= r->priority)
        link = &q->last->next; /* as most often: behind all of them */
    while (*link && (*link)->priority >= r->priority)
        link = &(*link)->next;
    request_list_add(q, link, r);
}

static const struct param priority_params[] = {PARAM_END};

const struct device_model device_priority = {
    .name = "priority",
    .help = "the request of the task with the highest priority; among equals, first come",
    .source = "Source: Kleinrock, Queueing Systems II (1976), 3.6: the head-of-the-line "
              "priority discipline",
    .params = priority_params,
    .state_size = sizeof(struct request_list),
    .submit = priority_submit,
    .next = request_list_next,
};
