#include "sim/syncs.h"

#include "sim/world.h"

static struct thread *thread_of(struct sync_wait *w)
{
    return container_of(w, struct thread, wait);
}

void syncs_init(struct sim *sim)
{
    const struct scenario *sc = sim->sc;
    bool minded = sc->machine.policy->by_priority;

    sim->syncs = arena_alloc(&sim->mem, ((size_t)sc->nsyncs + 1) * sizeof(*sim->syncs));
    pool_init(&sim->holds, &sim->mem, sizeof(struct hold));
    for (int32_t i = 0; i < sc->nsyncs; i++) {
        struct sync *s = &sim->syncs[i];

        s->model = sc->syncs[i].model;
        s->name = sc->syncs[i].name;
        s->params = sc->syncs[i].params;
        s->sim = sim;
        s->id = i;
        s->by_priority = minded && s->model->by_priority;
        list_init(&s->waiters);
        s->state = arena_alloc(&sim->mem, s->model->state_size + 1);
        if (s->model->init)
            s->model->init(s);
    }
}

void syncs_release(struct sim *sim)
{
    for (int32_t i = 0; sim->syncs && i < sim->sc->nsyncs; i++)
        if (sim->syncs[i].model->release)
            sim->syncs[i].model->release(&sim->syncs[i]);
    pool_release(&sim->holds);
}

/* ---- the queue ------------------------------------------------------------------------ */

static void put_in_order(struct sync *s, struct sync_wait *w)
{
    struct list *behind = s->waiters.prev;

    while (s->by_priority && behind != &s->waiters &&
           thread_of(container_of(behind, struct sync_wait, link))->priority <
               thread_of(w)->priority)
        behind = behind->prev;
    list_insert_before(behind->next, &w->link);
}

struct sync_wait *sync_first(const struct sync *s)
{
    return list_empty(&s->waiters) ? NULL
                                   : container_of(s->waiters.next, struct sync_wait, link);
}

struct task *sync_waiter(struct sync_wait *w)
{
    return thread_of(w)->task;
}

int32_t sync_top_priority(const struct sync *s)
{
    int32_t most = INT32_MIN;

    for (struct list *l = s->waiters.next; l != &s->waiters; l = l->next) {
        int32_t priority = thread_of(container_of(l, struct sync_wait, link))->priority;

        most = priority > most ? priority : most;
        if (s->by_priority)
            break; /* the first is the most urgent */
    }
    return most;
}

/* ---- priorities that locks lend --------------------------------------------------------- */

int32_t sync_base_priority(const struct sync *s, const struct task *t)
{
    return (int32_t)s->sim->sc->tasks[t->spec].priority;
}

int32_t sync_priority(const struct sim *sim, const struct task *t)
{
    int32_t most = (int32_t)sim->sc->tasks[t->spec].priority;

    for (const struct hold *h = t->ctx ? t->ctx->holds : NULL; h; h = h->of_task)
        if (h->object->model->lends) {
            int32_t lent = h->object->model->lends(h->object);

            most = lent > most ? lent : most;
        }
    return most;
}

/* Something that decides the priority of `t` has changed; what it waits for may lend on. */
static void reprioritize(struct sim *sim, struct task *t)
{
    while (t) {
        struct thread *th = t->thread;
        int32_t priority = sync_priority(sim, t);
        struct sync *s;

        if (th->priority == priority)
            return;
        machine_set_priority(&sim->machine, th, priority);
        s = th->flags & THREAD_WAITS ? th->wait.object : NULL;
        if (!s)
            return;
        list_remove(&th->wait.link);
        put_in_order(s, &th->wait);
        t = s->model->lends && s->holds ? s->holds->task : NULL;
    }
}

/* The waiters of `s` have changed. */
static void relend(struct sync *s)
{
    if (s->model->lends && s->holds && s->holds->task)
        reprioritize(s->sim, s->holds->task);
}

/* ---- who owns what ------------------------------------------------------------------------ */

struct hold *sync_hold_of(const struct sync *s, const struct task *t)
{
    struct hold *h = s->holds;

    while (h && h->task != t)
        h = h->of_object;
    return h;
}

static void tell(struct sync *s, enum trace_kind kind, const struct task *t, enum hold_how how,
                 uint32_t place)
{
    trace_emit(s->sim->trace, s->sim->eng.now, kind, s->id, (int32_t)t->slot, how, place);
}

void sync_own(struct sync *s, struct task *t, enum hold_how how, uint32_t place)
{
    struct task_ctx *ctx = task_ctx(t);
    struct hold *h = &s->sole;

    sim_assert(!sync_hold_of(s, t));
    if (how == HOLD_SHARED) {
        uint32_t slot;

        h = pool_take(&s->sim->holds, &slot);
        h->slot = slot;
    } else {
        sim_assert(!s->holds);
    }
    h->object = s;
    h->task = t;
    h->how = (uint8_t)how;
    h->of_object = s->holds;
    s->holds = h;
    h->of_task = ctx->holds;
    ctx->holds = h;
    tell(s, TR_ACQUIRE, t, how, place);
    if (s->model->lends)
        reprioritize(s->sim, t);
}

void sync_disown(struct sync *s, struct task *t, uint32_t place)
{
    struct hold **at = &s->holds, *h;

    while ((*at)->task != t)
        at = &(*at)->of_object;
    h = *at;
    *at = h->of_object;
    for (at = &t->ctx->holds; *at != h;)
        at = &(*at)->of_task;
    *at = h->of_task;
    tell(s, TR_RELEASE, t, (enum hold_how)h->how, place);
    if (h != &s->sole)
        pool_give(&s->sim->holds, h->slot);
    if (s->model->lends)
        reprioritize(s->sim, t);
}

void sync_order_give(struct sync *s, struct task *t, uint32_t place)
{
    tell(s, TR_RELEASE, t, HOLD_ORDER, place);
}

void sync_order_take(struct sync *s, struct task *t, uint32_t place)
{
    tell(s, TR_ACQUIRE, t, HOLD_ORDER, place);
}

void sync_room_give(struct sync *s, struct task *t, uint32_t place)
{
    tell(s, TR_RELEASE, t, HOLD_BACK, place);
}

void sync_room_take(struct sync *s, struct task *t, uint32_t place)
{
    tell(s, TR_ACQUIRE, t, HOLD_BACK, place);
}

void sync_task_gone(struct task *t)
{
    for (struct hold *h = t->ctx ? t->ctx->holds : NULL; h; h = h->of_task)
        h->task = NULL;
}

void sync_deliver(struct task *t, int64_t value)
{
    task_push(t, value);
}

/* ---- waking -------------------------------------------------------------------------------- */

static void leave_queue(struct sync_wait *w)
{
    struct sync *s = w->object;

    list_remove(&w->link);
    thread_of(w)->flags &= (uint8_t)~THREAD_WAITS;
    sim_assert(s->nwaiting > 0);
    s->nwaiting--;
}

static void end_spin(struct thread *th)
{
    th->flags &= (uint8_t)~THREAD_SPINS;
    thread_waits_no_more(th);
}

void sync_spin(struct sim *sim, struct thread *th)
{
    struct sync *s = th->wait.object;

    th->flags |= THREAD_SPINS;
    s->nwaiting++;
    list_push_back(&s->waiters, &th->wait.link);
    deadlock_look(sim, th->task);
}

void sync_spin_off(struct thread *th)
{
    leave_queue(&th->wait);
    th->rest = 0;
}

void sync_wake(struct sync_wait *w)
{
    struct sync *s = w->object;

    leave_queue(w);
    relend(s);
    thread_waits_no_more(thread_of(w));
    machine_wake(&s->sim->machine, thread_of(w));
}

void sync_hand_over(struct sync_wait *w, enum hold_how how)
{
    struct sync *s = w->object;
    struct thread *th = thread_of(w);

    leave_queue(w);
    sync_own(s, th->task, how, w->place);
    if (th->flags & THREAD_SPINS) {
        th->task->pc++; /* it stands before its op, to ask again */
        end_spin(th);
        machine_end_burst(&s->sim->machine, th);
    } else {
        thread_waits_no_more(th);
        machine_wake(&s->sim->machine, th);
    }
}

/* ---- asking ---------------------------------------------------------------------------------- */

void sync_queue(struct sim *sim, struct thread *th)
{
    struct sync *s = th->wait.object;

    th->flags |= THREAD_WAITS;
    s->nwaiting++;
    put_in_order(s, &th->wait);
    relend(s);
    deadlock_look(sim, th->task);
}

void sync_join(struct sim *sim, struct thread *th, struct brood *children, uint32_t place)
{
    children->waiter = th;
    th->wait = (struct sync_wait){.what.brood = children, .place = place};
    th->flags |= THREAD_WAITS;
    deadlock_look(sim, th->task);
}

/* What would come of it, were every lock free: a thread that may have to wait ends its burst. */
static bool rehearse(const struct sync_call *call, struct step *out)
{
    out->kind = STEP_WAIT;
    return call->verb == SYNC_WAIT || call->verb == SYNC_ARRIVE || call->verb == SYNC_SEND ||
           call->verb == SYNC_RECV;
}

/* Waiting enters the kernel: true where that takes time first, once. */
static bool pay(const struct sim *sim, struct task *t, const struct sync_call *call,
                struct step *out)
{
    sim_time cost = sim->sc->machine.syscall;

    if (cost == 0 || call->paid || (t->flags & TASK_PAID))
        return false;
    t->flags |= TASK_PAID;
    t->pc--;
    *out = (struct step){.kind = STEP_RUN, .kernel = true, .time = cost};
    return true;
}

struct sync *task_sync(struct sim *sim, int32_t object)
{
    return &sim->syncs[object];
}

bool task_ask(struct sim *sim, struct task *t, const struct instr *in, struct step *out,
              int32_t object, struct sync_call *call)
{
    struct sync *s = &sim->syncs[object];
    enum sync_answer answer;

    call->task = t;
    call->place = in->place;
    if (task_rehearses(sim))
        return rehearse(call, out);
    if (t->thread->flags & THREAD_SPINS)
        end_spin(t->thread); /* it was off its core, and asks again */
    if (call->tries_once && sync_hold_of(s, t)) {
        call->busy = true;
        return false;
    }
    if (call->tries_once)
        trace_emit(sim->trace, sim->eng.now, TR_TRY, object, (int32_t)t->slot, 1, 0);
    answer = s->model->ask[call->verb](s, call);
    if (call->tries_once)
        trace_emit(sim->trace, sim->eng.now, TR_TRY, object, (int32_t)t->slot, 0, 0);
    if (answer == SYNC_REFUSED)
        return task_fault(sim, t, in, out, "%s \"%s\": %s", s->model->name, s->name,
                          call->fault);
    call->busy = answer != SYNC_DONE;
    if (answer == SYNC_DONE || call->tries_once) {
        t->flags &= ~(uint32_t)TASK_PAID;
        return false;
    }
    if (answer != SYNC_SPINS && pay(sim, t, call, out))
        return true;
    t->flags &= ~(uint32_t)TASK_PAID;
    if (answer != SYNC_WAITS)
        t->pc--;
    t->thread->wait = (struct sync_wait){.object = s,
                                         .what.value = call->value,
                                         .place = call->place,
                                         .verb = (uint8_t)call->verb,
                                         .shared = call->shared};
    *out = (struct step){.kind = answer == SYNC_SPINS ? STEP_SPIN : STEP_WAIT};
    return true;
}
