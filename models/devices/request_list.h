/* request_list.h - requests in a row: the first is served next. */
#ifndef MODELS_DEVICES_REQUEST_LIST_H
#define MODELS_DEVICES_REQUEST_LIST_H

#include "models/devices/device.h"

struct request_list {
    struct request *first, *last;
};

/* Before the one that `link`, a link of `q`, points to; behind all of them where that is NULL. */
static inline void request_list_add(struct request_list *q, struct request **link,
                                    struct request *r)
{
    r->next = *link;
    *link = r;
    if (!r->next)
        q->last = r;
}

/* As in struct device_model, of a model whose state is its queue. */
static inline struct request *request_list_next(void *state, int64_t head, int64_t *travel)
{
    struct request_list *q = state;
    struct request *r = q->first;

    (void)head;
    (void)travel;
    if (r)
        q->first = r->next;
    return r;
}

#endif
