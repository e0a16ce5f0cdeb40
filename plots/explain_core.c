/* explain_core.c - the story of the cores: who gets one, who loses it, who waits. */
#include <inttypes.h>

#include "models/executors/executor.h"
#include "plots/explain_state.h"

enum { WAITERS_SHOWN = 3 };

/* ---- those that wait for a core ------------------------------------------------------------------ */

static void waits(struct explain *e, int32_t slot, sim_time at)
{
    struct told_task *t = explain_task(e, slot);

    if (t->ready_at >= 0)
        return;
    t->ready_at = at;
    t->next = -1;
    t->prev = e->last_ready;
    if (e->last_ready >= 0)
        explain_task(e, e->last_ready)->next = slot;
    else
        e->first_ready = slot;
    e->last_ready = slot;
    e->nready++;
}

static void waits_no_more(struct explain *e, int32_t slot)
{
    struct told_task *t = explain_task(e, slot);

    if (t->ready_at < 0)
        return;
    if (t->prev >= 0)
        explain_task(e, t->prev)->next = t->next;
    else
        e->first_ready = t->next;
    if (t->next >= 0)
        explain_task(e, t->next)->prev = t->prev;
    else
        e->last_ready = t->prev;
    t->ready_at = -1;
    e->nready--;
}

static void add_waiters(struct explain *e)
{
    int n = 0;

    if (e->nready == 0)
        return;
    text_add(&e->line, "; ready and waiting: ");
    for (int32_t slot = e->first_ready; slot >= 0 && n < WAITERS_SHOWN; n++) {
        text_addf(&e->line, "%s%s", n ? ", " : "", explain_name(e, slot));
        slot = explain_task(e, slot)->next;
    }
    if (e->nready > n)
        text_addf(&e->line, " and %" PRId64 " more", e->nready - n);
}

/* ---- ready ------------------------------------------------------------------------------------------ */

static void add_woken(struct explain *e, const struct told_task *t, const char *name)
{
    switch (t->blocked) {
    case BLOCK_IO:
        text_addf(&e->line, "%s has replied to %s, which is ready again",
                  e->sc->devices[t->place].name, name);
        break;
    case BLOCK_SLEEP:
        text_addf(&e->line, "the sleep of %s is over: it is ready", name);
        break;
    case BLOCK_SYNC:
        text_addf(&e->line, "%s need not wait for %s any more: it is ready", name,
                  t->place >= 0 ? e->sc->syncs[t->place].name : "it");
        break;
    case BLOCK_JOIN:
        text_addf(&e->line, "the children of %s have ended: it is ready", name);
        break;
    case BLOCK_PERIOD:
        text_addf(&e->line, "the next job of %s is released", name);
        break;
    default:
        text_addf(&e->line, "%s has something to do", name);
        break;
    }
}

static void wakes(struct told_pool *p)
{
    p->busy++;
    p->woken++;
}

/* It waits for its thread, which goes on with others, or will. */
static void ready_for_thread(struct explain *e, const struct trace_rec *rec)
{
    struct told_task *t = explain_task(e, rec->task);
    const char *name = explain_name(e, rec->task);

    if (t->on_loop || t->helper)
        return;
    waits(e, rec->task, rec->at);
    explain_line(e);
    if (t->off)
        add_woken(e, t, name);
    else
        text_addf(&e->line, "%s leaves its thread to the next", name);
    explain_say(e, rec->at, 0);
}

static void ready(struct explain *e, const struct trace_rec *rec)
{
    struct told_task *t = explain_task(e, rec->task);
    const char *name = explain_name(e, rec->task);

    if (rec->arg == READY_LOOP) {
        ready_for_thread(e, rec);
        return;
    }
    t->why = (enum ready_why)rec->arg;
    waits(e, rec->task, rec->at);
    if (t->pooled &&
        (rec->arg == READY_NEW || (rec->arg == READY_WOKEN && t->blocked == BLOCK_POOL)))
        wakes(&e->pools[e->sc->tasks[e->names.of[rec->task].spec].executor]);
    explain_line(e);
    switch (t->why) {
    case READY_WOKEN:
        if (t->on_loop || t->helper)
            return;
        add_woken(e, t, name);
        break;
    case READY_EXPIRED:
        text_addf(&e->line, "the slice of %s is over: it goes back to those that wait", name);
        break;
    case READY_PREEMPTED:
        text_addf(&e->line, "%s loses its core to one that goes before it", name);
        break;
    case READY_YIELDED:
        text_addf(&e->line, "%s gives its core up", name);
        break;
    default:
        return;
    }
    t->lost = t->on_loop && t->why != READY_WOKEN;
    explain_say(e, rec->at, 0);
}

/* ---- on a core, and off ---------------------------------------------------------------------------- */

static const char *core_name(const struct explain *e, int32_t core)
{
    return e->sc->machine.cores[core].name;
}

static void switches_in_user_space(struct explain *e, const struct trace_rec *rec)
{
    int32_t executor = e->sc->tasks[e->names.of[rec->task].spec].executor;

    text_addf(explain_line(e), "%s: a thread of %s turns to another task, in user space",
              core_name(e, rec->place), e->sc->executors[executor].name);
    add_waiters(e);
    explain_say(e, rec->at, 0);
}

/* The turns that tasks of a loop take are the loop's story. */
static void runs(struct explain *e, const struct trace_rec *rec)
{
    struct told_task *t = explain_task(e, rec->task);
    sim_time since = t->ready_at;
    char time[TIME_TEXT_SIZE];

    waits_no_more(e, rec->task);
    t->off = false;
    if (t->switches) {
        switches_in_user_space(e, rec);
        return;
    }
    if (t->on_loop && !t->lost && (since < 0 || since == rec->at))
        return;
    t->lost = false;
    text_addf(explain_line(e), "%s runs %s%s", core_name(e, rec->place),
              t->on_loop ? "the loop's thread, which is at " : "", explain_name(e, rec->task));
    if (since >= 0 && since < rec->at)
        text_addf(&e->line, ", which waited %s", time_text(rec->at - since, time));
    if (rec->extra < SIM_TIME_MAX)
        text_addf(&e->line, ", for %s at most", time_text(rec->extra, time));
    add_waiters(e);
    explain_say(e, rec->at, 0);
}

/* Sync: the thread itself waits, in the midst of a callback. */
static void holds_loop(struct explain *e, const struct trace_rec *rec)
{
    text_addf(explain_line_of(e, explain_calling(e, rec->task)),
              "the loop's thread waits for %s, and all that is on this loop with it",
              e->sc->devices[rec->place].name);
    explain_say(e, rec->at, 1);
}

/* What waits for it goes on without: a core, or the thread that green threads share. */
static const char *what_it_leaves(const struct explain *e, int32_t slot)
{
    int32_t executor = e->sc->tasks[e->names.of[slot].spec].executor;

    return e->sc->executors[executor].model->woken ? "thread" : "core";
}

static void blocks(struct explain *e, const struct trace_rec *rec)
{
    struct told_task *t = explain_task(e, rec->task);
    const char *name = explain_name(e, rec->task);

    t->blocked = (enum block_why)rec->arg;
    t->off = true;
    t->place = rec->place;
    if (t->pooled && t->blocked == BLOCK_POOL)
        e->pools[e->sc->tasks[e->names.of[rec->task].spec].executor].busy--;
    if (t->on_loop && t->blocked == BLOCK_IO && explain_calling(e, rec->task) >= 0)
        holds_loop(e, rec);
    if (t->on_loop || (t->helper && t->blocked == BLOCK_POOL))
        return;
    explain_line(e);
    switch (t->blocked) {
    case BLOCK_IO:
        text_addf(&e->line, "%s waits for %s, and leaves its %s", name,
                  e->sc->devices[rec->place].name, what_it_leaves(e, rec->task));
        break;
    case BLOCK_SLEEP:
        text_addf(&e->line, "%s sleeps", name);
        break;
    case BLOCK_SYNC:
        text_addf(&e->line, "%s waits for %s", name,
                  rec->text ? rec->text : e->sc->syncs[rec->place].name);
        explain_place(e, rec->extra);
        break;
    case BLOCK_JOIN:
        text_addf(&e->line, "%s waits until its %s have ended", name,
                  rec->text ? rec->text : "children");
        break;
    default:
        text_addf(&e->line, "%s waits for its next job", name);
        break;
    }
    explain_say(e, rec->at, 0);
}

static void switches(struct explain *e, const struct trace_rec *rec)
{
    char time[TIME_TEXT_SIZE];

    if (rec->arg == 0)
        return;
    text_addf(explain_line(e), "%s switches to %s, which takes %s", core_name(e, rec->place),
              explain_name(e, rec->task), time_text(rec->arg, time));
    explain_say(e, rec->at, 0);
}

void explain_core(struct explain *e, const struct trace_rec *rec)
{
    if (rec->kind == TR_READY)
        ready(e, rec);
    else if (rec->kind == TR_RUN)
        runs(e, rec);
    else if (rec->kind == TR_BLOCK)
        blocks(e, rec);
    else if (rec->kind == TR_SWITCH)
        switches(e, rec);
}
