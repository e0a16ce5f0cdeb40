/* loop_gather.c - promises that are settled by several others.
 *
 * Source: ECMA-262 (2024) 27.2.4: Promise.all, allSettled, any, race; each element gets a
 * reaction of its own, and the last one that matters settles the whole. */
#include "models/executors/executor_loop.h"

#include <string.h>

struct gather {
    struct gather *next; /* unused */
    uint32_t left;       /* elements that have not been settled as it takes */
    uint32_t uses;       /* reactions that count */
    enum loop_verb verb;
};

static struct gather *gather_alloc(struct loops *all, enum loop_verb verb, size_t n)
{
    struct gather *g = all->free_gathers;

    if (g)
        all->free_gathers = g->next;
    else
        g = executor_alloc(all->ex, sizeof(*g));
    *g = (struct gather){.left = (uint32_t)n, .uses = (uint32_t)n, .verb = verb};
    return g;
}

static void reject_all(struct loop *l, struct promise *p, struct loop_task *by, uint32_t place)
{
    struct words *reason = executor_words(l->ex, "All promises were rejected");

    promise_settle(l, p, PROMISE_REJECTED, reason, by, place);
    words_drop(reason);
}

void gather_new(struct loop *l, struct fiber *f, const struct step *step)
{
    const struct loop_call *call = step->call;
    struct promise *result = promise_new(l, call->name);
    struct gather *g = gather_alloc(l->all, call->verb, call->nnames);
    struct loop_task *lt = f->of;

    for (size_t i = 0; i < call->nnames; i++) {
        struct promise *p = promise_named(lt, call->names[i], step->place);
        struct callback *cb;

        if (!p) {
            promise_drop(l, result);
            return;
        }
        cb = callback_new(lt, CALLBACK_REACTION, false);
        cb->place = step->place;
        cb->gather = g;
        cb->result = promise_use(result);
        promise_react(l, p, cb);
    }
    if (call->name)
        promise_declare(lt, call->name, promise_use(result));
    if (call->nnames == 0 && call->verb == LOOP_ANY)
        reject_all(l, result, lt, step->place);
    else if (call->nnames == 0 && call->verb != LOOP_RACE)
        promise_settle(l, result, PROMISE_FULFILLED, NULL, lt, step->place);
    promise_drop(l, result);
}

void gather_step(struct loop *l, struct callback *cb)
{
    struct gather *g = cb->gather;
    struct loop_task *lt = cb->of;
    bool rejected = cb->throws;
    bool decides = g->verb == LOOP_RACE || (g->verb == LOOP_ANY && !rejected) ||
                   (g->verb == LOOP_ALL && rejected);

    if (decides)
        promise_settle(l, cb->result, rejected ? PROMISE_REJECTED : PROMISE_FULFILLED,
                       rejected ? cb->promise->reason : NULL, lt, cb->place);
    else if (--g->left == 0 && g->verb == LOOP_ANY)
        reject_all(l, cb->result, lt, cb->place);
    else if (g->left == 0)
        promise_settle(l, cb->result, PROMISE_FULFILLED, NULL, lt, cb->place);
    if (--g->uses == 0) {
        g->next = l->all->free_gathers;
        l->all->free_gathers = g;
    }
    callback_over(cb);
    loop_check(lt);
}
