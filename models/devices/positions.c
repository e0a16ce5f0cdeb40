#include "models/devices/positions.h"

struct request **positions_up(struct positions *p, int64_t at)
{
    struct request **link = &p->first;

    while (*link && (*link)->at < at)
        link = &(*link)->next;
    return *link ? link : NULL;
}

struct request **positions_down(struct positions *p, int64_t at)
{
    struct request **found = NULL;

    for (struct request **link = &p->first; *link && (*link)->at <= at; link = &(*link)->next)
        if (!found || (*found)->at != (*link)->at)
            found = link;
    return found;
}

void positions_add(struct positions *p, struct request *r)
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
