/* loop_promises.c - promises, their reactions, and microtasks.
 *
 * Source: ECMA-262 (2024), 27.2.1 and 27.7.5.3: a reaction is one job; resolving with a promise
 * queues a job that asks it, so what waits goes on two jobs later.  Node v20.20
 * lib/internal/process/promises.js for rejections that nobody handles.  Rules P1 - P5, X6. */
#include "models/executors/executor_loop.h"

#include <stdio.h>
#include <string.h>

struct promise *promise_new(struct loop *l, const char *name)
{
    struct loops *all = l->all;
    struct promise *p = all->free_promises;

    if (p) {
        all->free_promises = p->next;
        memset(p, 0, sizeof(*p));
    } else {
        p = executor_alloc(all->ex, sizeof(*p));
    }
    p->name = name;
    p->uses = 1;
    return p;
}

struct promise *promise_use(struct promise *p)
{
    if (p)
        p->uses++;
    return p;
}

void promise_drop(struct loop *l, struct promise *p)
{
    if (!p)
        return;
    sim_assert(p->uses > 0);
    if (--p->uses > 0)
        return;
    sim_assert(!p->first);
    words_drop(p->reason);
    p->next = l->all->free_promises;
    l->all->free_promises = p;
}

/* ---- names ------------------------------------------------------------------------------------- */

static struct promise *of_list(struct list *by_name)
{
    return container_of(by_name, struct promise, by_name);
}

static const char *name_of(struct list *by_name)
{
    return of_list(by_name)->name;
}

static struct promise *find_in(struct task_names *names, const char *name)
{
    struct list *like = names ? name_lists_like(&names->promises, name) : NULL;

    for (struct list *at = like ? like->next : NULL; at != like; at = at->next)
        if (strcmp(name_of(at), name) == 0)
            return of_list(at);
    return NULL;
}

/* An older one of the same name is forgotten. */
static void add(struct loop *l, struct task_names *names, struct promise *p)
{
    struct promise *old = find_in(names, p->name);

    if (old) {
        name_lists_remove(&names->promises, &old->by_name);
        promise_drop(l, old);
    }
    name_lists_add(&names->promises, &p->by_name, name_of);
}

/* The use of `p` is the scope's from now on. */
void promise_declare(struct loop_task *lt, const char *name, struct promise *p)
{
    p->name = name;
    add(lt->loop, task_names(lt), p);
}

/* What is left when the task ends: `main`'s are everybody's. */
void promises_left(struct loop_task *lt)
{
    struct loop *l = lt->loop;
    struct list *first;

    if (!lt->names)
        return;
    if (lt->script && !l->globals) {
        l->globals = lt->names;
        lt->names = NULL;
        return;
    }
    while ((first = name_lists_first(&lt->names->promises)) != NULL) {
        name_lists_remove(&lt->names->promises, first);
        if (lt->script)
            add(l, l->globals, of_list(first));
        else
            promise_drop(l, of_list(first));
    }
}

/* The task's own, else what `main` has left, else that of the task in the lowest slot. */
struct promise *promise_find(struct loop_task *lt, const char *name)
{
    const struct loops *all = lt->loop->all;
    struct promise *p = find_in(lt->names, name);

    if (!p)
        p = find_in(lt->loop->globals, name);
    for (uint32_t slot = 0; slot < all->room && !p; slot++)
        if (all->by_slot[slot] && all->by_slot[slot]->loop == lt->loop)
            p = find_in(all->by_slot[slot]->names, name);
    return p;
}

/* ---- settling ------------------------------------------------------------------------------------ */

static void queue_reaction(struct loop *l, struct callback *cb, bool rejected)
{
    sim_assert(cb->loop == l);
    cb->throws = rejected;
    if (cb->of && !cb->holds) {
        cb->holds = true;
        cb->of->refs++;
    }
    callback_queue(cb, LOOP_QUEUE_MICROTASKS);
    if (cb->of)
        callback_ready(cb);
}

/* `cb` is a reaction, an adoption, or what a fiber waits for; it knows `p` from now on. */
void promise_react(struct loop *l, struct promise *p, struct callback *cb)
{
    cb->promise = promise_use(p);
    p->handled = true;
    if (p->state != PROMISE_PENDING) {
        queue_reaction(l, cb, p->state == PROMISE_REJECTED);
        return;
    }
    cb->next = NULL;
    if (p->first)
        p->last->next = cb;
    else
        p->first = cb;
    p->last = cb;
}

/* X6: noted; reported when no tick and no microtask is left, if still nobody looks at it. */
static void note(struct loop *l, struct promise *p, struct loop_task *by, uint32_t place)
{
    struct promise *noted = promise_use(p);

    noted->of = by;
    noted->place = place;
    by->refs++;
    noted->noted_next = NULL;
    if (l->noted)
        l->noted_last->noted_next = noted;
    else
        l->noted = noted;
    l->noted_last = noted;
}

void promise_settle(struct loop *l, struct promise *p, enum promise_state state,
                    struct words *reason, struct loop_task *by, uint32_t place)
{
    struct callback *cb = p->first;

    if (p->state != PROMISE_PENDING)
        return;
    p->state = (uint8_t)state;
    p->reason = words_use(reason);
    p->first = NULL;
    while (cb) {
        struct callback *next = cb->next;

        queue_reaction(l, cb, state == PROMISE_REJECTED);
        cb = next;
    }
    if (state == PROMISE_REJECTED && !p->handled)
        note(l, p, by, place);
}

/* P2: one job asks `other`, whose reaction settles `p`. */
void promise_follow(struct loop_task *by, struct promise *p, struct promise *other)
{
    struct callback *cb = callback_new(by, CALLBACK_ADOPT, true);

    p->follows = true;
    cb->promise = promise_use(other);
    cb->result = promise_use(p);
    callback_queue(cb, LOOP_QUEUE_MICROTASKS);
    callback_ready(cb);
}

/* Why it was rejected, used once more. */
static struct words *promise_reason(struct loop *l, const struct promise *p)
{
    return p->reason ? words_use(p->reason) : executor_words(l->ex, "rejected");
}

static void report(struct loop *l, struct promise *p, struct loop_task *lt)
{
    struct words *reason = promise_reason(l, p);
    char text[700];

    p->handled = true;
    if (loop_emit_to(l, EVENT_UNHANDLED, lt, reason)) {
        words_drop(reason);
        return;
    }
    (void)snprintf(text, sizeof(text), "nobody handles the rejection of %s%.200s%s%s%.400s",
                   p->name ? "the promise \"" : "a promise", p->name ? p->name : "",
                   p->name ? "\"" : "", p->reason ? ": " : "",
                   p->reason ? p->reason->text : "");
    loop_uncaught(l, lt, reason, p->place, text);
}

static void forget(struct loop *l, struct promise *p)
{
    while (p) {
        struct promise *next = p->noted_next;
        struct loop_task *lt = p->of;

        promise_drop(l, p);
        lt->refs--;
        loop_check(lt);
        p = next;
    }
}

void promises_unreported(struct loop *l)
{
    struct promise *reporting = l->reporting;

    l->reporting = NULL;
    forget(l, reporting);
}

void promises_forget(struct loop *l)
{
    struct promise *noted = l->noted;

    l->noted = NULL;
    forget(l, noted);
    promises_unreported(l);
    for (struct callback *cb = l->ready.first; cb; cb = cb->next) {
        if (cb->kind != CALLBACK_REPORT)
            continue;
        forget(l, cb->promise);
        cb->promise = NULL;
    }
}

/* Node looks at once who is handled, a page at each when it tells of it. */
void promises_begin_report(struct loop *l)
{
    struct promise *p = l->noted, **last = &l->reporting;

    l->noted = NULL;
    while (p) {
        struct promise *next = p->noted_next;

        p->noted_next = NULL;
        if (p->handled) {
            forget(l, p);
        } else {
            *last = p;
            last = &p->noted_next;
        }
        p = next;
    }
}

/* Those that are rejected meanwhile wait for the end of another drain. */
bool promises_report(struct loop *l)
{
    struct promise *p = l->reporting;
    struct loop_task *lt;

    if (!p)
        return false;
    lt = p->of;
    l->reporting = p->noted_next;
    if (!(p->handled && l->all->browser) && !lt->dead)
        report(l, p, lt);
    promise_drop(l, p);
    lt->refs--;
    loop_check(lt);
    return true;
}

/* ---- microtasks -------------------------------------------------------------------------------------- */

/* A fiber goes on; where what it waited for was rejected, that is thrown there. */
static void go_on(struct loop *l, struct callback *cb)
{
    struct fiber *f = cb->fiber;
    struct words *reason = cb->throws ? promise_reason(l, cb->promise) : NULL;
    uint32_t at = cb->place;

    fiber_resume(l, f);
    fiber_frames(f, true);
    callback_over(cb);
    if (!reason)
        return;
    fiber_load(f);
    if (!executor_throws(l->ex, f->of->task, reason))
        loop_throw(l, f, reason, at);
}

static void react(struct loop *l, struct callback *cb)
{
    uint32_t entry = cb->throws ? cb->rejected : cb->entry;
    struct loop_task *lt = cb->of;

    if (cb->throws && !cb->promise) {
        loop_throws_again(cb);
        return;
    }
    if (cb->gather) {
        gather_step(l, cb);
        return;
    }
    if (entry > 0) {
        if (cb->throws) {
            words_drop(cb->error);
            cb->error = promise_reason(l, cb->promise);
        }
        callback_begin(cb, entry);
        l->top->handler = l->top->result != NULL;
        return;
    }
    if (cb->result) /* a rejection goes on to whoever waits for this reaction */
        promise_settle(l, cb->result, cb->throws ? PROMISE_REJECTED : PROMISE_FULFILLED,
                       cb->promise->reason, lt, cb->place);
    callback_over(cb);
    loop_check(lt);
}

void microtask_run(struct loop *l, struct callback *cb)
{
    struct loop_task *lt = cb->of;
    struct promise *p = cb->promise;

    if (!lt) {
        callback_over(cb);
        return;
    }
    l->owed += l->all->costs.microtask;
    loop_calls(l, cb);
    callback_taken(cb);
    if (cb->fiber) {
        go_on(l, cb);
    } else if (cb->kind == CALLBACK_ADOPT) {
        cb->kind = CALLBACK_ADOPTED;
        cb->promise = NULL;
        cb->holds = false; /* until that is settled */
        lt->refs--;
        promise_react(l, p, cb);
        promise_drop(l, p);
        loop_check(lt);
    } else {
        react(l, cb);
    }
}
