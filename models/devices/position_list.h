/* position_list.h - requests that wait, in the order of their positions; those of one position in
 * the order in which they came.
 *
 * A list: what waits at a disk is few, and a model looks for neighbours, which a list has.  A
 * place in it is the link that points to the request, so that taking it out needs no search.
 *
 * And what the two elevators have in common: a head that goes one way.
 */
#ifndef MODELS_DEVICES_POSITION_LIST_H
#define MODELS_DEVICES_POSITION_LIST_H

#include "models/devices/device.h"

struct position_list {
    struct request *first;
};

void positions_add(struct position_list *p, struct request *r);

/* The first at `at` or above; the first of those that are highest at `at` or below.  NULL:
 * there is none. */
struct request **positions_up(struct position_list *p, int64_t at);
struct request **positions_down(struct position_list *p, int64_t at);

struct request *positions_take(struct request **link);

struct elevator_params {
    int32_t direction; /* enum direction */
};
enum direction { DIRECTION_UP, DIRECTION_DOWN };

struct elevator {
    struct position_list waiting;
    int64_t cylinders; /* 0: it turns at the last request */
    bool down;         /* the way it goes */
};

extern const struct param elevator_params[];

/* As in struct device_model. */
void elevator_init(void *state, const struct device_spec *spec);
void elevator_submit(void *state, struct request *r);

/* The next one on its way; NULL: there is none. */
struct request **elevator_ahead(struct elevator *e, int64_t head);

/* As in struct device_model; where nothing is on its way any more, `turns` finds the next of
 * those that wait, of which there is one. */
struct request *elevator_next(struct elevator *e, int64_t head, int64_t *travel,
                              struct request **(*turns)(struct elevator *e, int64_t head,
                                                        int64_t *travel));

#endif
