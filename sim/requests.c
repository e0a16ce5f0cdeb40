#include "sim/requests.h"

#include <stdlib.h>

struct asked *asked_add(struct asked **list, struct asked **unused, int64_t number)
{
    struct asked *a = *unused;

    if (a)
        *unused = a->next;
    else
        a = sim_malloc(sizeof(*a));
    *a = (struct asked){.next = *list, .number = number, .device = -1};
    *list = a;
    return a;
}

struct asked *asked_find(struct asked *list, int64_t number)
{
    while (list && list->number != number)
        list = list->next;
    return list;
}

void asked_remove(struct asked **list, struct asked **unused, int64_t number)
{
    struct asked *a;

    while ((*list)->number != number)
        list = &(*list)->next;
    a = *list;
    *list = a->next;
    a->next = *unused;
    *unused = a;
}

void asked_free(struct asked *list)
{
    while (list) {
        struct asked *next = list->next;

        free(list);
        list = next;
    }
}
