/* fifo.c - first come, first served. */
#include "models/devices/request_list.h"

static void fifo_submit(void *state, struct request *r)
{
    struct request_list *q = state;

    r->next = NULL;
    request_list_add(q, q->first ? &q->last->next : &q->first, r);
}

static const struct param fifo_params[] = {PARAM_END};

const struct device_model device_fifo = {
    .name = "fifo",
    .help = "first come, first served",
    .source = "Source: Kleinrock, Queueing Systems I (1975), 1.2: the first-come-first-served "
              "discipline",
    .params = fifo_params,
    .state_size = sizeof(struct request_list),
    .submit = fifo_submit,
    .next = request_list_next,
};
