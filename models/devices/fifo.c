/* fifo.c - first come, first served. */
#include "models/devices/device.h"

struct fifo {
    struct request *first, *last;
};

static void fifo_submit(void *state, struct request *r)
{
    struct fifo *q = state;

    r->next = NULL;
    if (q->first)
        q->last->next = r;
    else
        q->first = r;
    q->last = r;
}

static struct request *fifo_next(void *state, int64_t head, int64_t *travel)
{
    struct fifo *q = state;
    struct request *r = q->first;

    (void)head;
    (void)travel;
    if (r)
        q->first = r->next;
    return r;
}

static const struct param fifo_params[] = {PARAM_END};

const struct device_model device_fifo = {
    .name = "fifo",
    .help = "first come, first served",
    .source = "Source: Kleinrock, Queueing Systems I (1975), 1.2: the first-come-first-served "
              "discipline",
    .params = fifo_params,
    .state_size = sizeof(struct fifo),
    .submit = fifo_submit,
    .next = fifo_next,
};
