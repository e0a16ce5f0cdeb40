/* channel.c - a bounded queue of values.  Who sends to a full one waits, as does who receives
 * from an empty one; values are handed over, first come first served.  Without capacity, a
 * sender and a receiver wait for each other. */
#include "models/sync/sync.h"

#include <stdlib.h>

struct channel_params {
    int64_t channel;
};

/* The values wait in a ring. */
struct channel {
    int64_t *values;
    int64_t room, first, n;
};

static const struct param channel_params[] = {
    PARAM(INT, struct channel_params, channel,
          "values that it holds; 0: a sender waits for its receiver", .required = true,
          .min = 0, .max = (INT64_C(1) << 31) - 1),
    PARAM_END,
};

static void channel_release(struct sync *s)
{
    free(((struct channel *)s->state)->values);
}

static void grow(struct channel *c)
{
    int64_t room = c->room ? 2 * c->room : 8;
    int64_t *values = sim_calloc((size_t)room, sizeof(*values));

    for (int64_t i = 0; i < c->n; i++)
        values[i] = c->values[(c->first + i) % c->room];
    free(c->values);
    c->values = values;
    c->room = room;
    c->first = 0;
}

static void put(struct channel *c, int64_t value)
{
    if (c->n == c->room)
        grow(c);
    c->values[(c->first + c->n++) % c->room] = value;
}

static int64_t take(struct channel *c)
{
    int64_t value = c->values[c->first];

    c->first = (c->first + 1) % c->room;
    c->n--;
    return value;
}

static enum sync_answer channel_send(struct sync *s, struct sync_call *call)
{
    struct channel *c = s->state;
    struct sync_wait *first = sync_first(s);
    bool receiver = first && first->verb == SYNC_RECV;

    if (!receiver && c->n == ((const struct channel_params *)s->params)->channel)
        return SYNC_WAITS;
    sync_order_give(s, call->task, call->place);
    if (receiver) {
        sync_deliver(sync_waiter(first), call->value);
        sync_order_take(s, sync_waiter(first), first->place);
        sync_room_give(s, sync_waiter(first), first->place);
        sync_wake(first);
    } else {
        put(c, call->value);
    }
    sync_room_take(s, call->task, call->place);
    return SYNC_DONE;
}

static enum sync_answer channel_recv(struct sync *s, struct sync_call *call)
{
    struct channel *c = s->state;
    struct sync_wait *first = sync_first(s);
    bool sender = first && first->verb == SYNC_SEND;

    if (c->n == 0 && !sender)
        return SYNC_WAITS;
    if (sender) {
        sync_order_give(s, sync_waiter(first), first->place);
        put(c, first->what.value);
    }
    sync_deliver(call->task, take(c));
    sync_order_take(s, call->task, call->place);
    sync_room_give(s, call->task, call->place);
    if (sender) {
        sync_room_take(s, sync_waiter(first), first->place);
        sync_wake(first);
    }
    return SYNC_DONE;
}

const struct sync_model sync_channel = {
    .name = "channel",
    .help = "a bounded queue of values; full, it makes senders wait, empty, receivers",
    .source = "Source: The Go Programming Language Specification (2023), Channel types, Send "
              "statements; C. A. R. Hoare, Communicating Sequential Processes, CACM 21 (1978)",
    .params = channel_params,
    .params_size = sizeof(struct channel_params),
    .is_number = true,
    .state_size = sizeof(struct channel),
    .release = channel_release,
    .ask = {[SYNC_SEND] = channel_send, [SYNC_RECV] = channel_recv},
};
