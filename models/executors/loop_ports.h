/* loop_ports.h - what crosses loops, and what comes at the end: ports and their messages,
 * workers, listeners, exceptions that nobody catches. */
#ifndef MODELS_EXECUTORS_LOOP_PORTS_H
#define MODELS_EXECUTORS_LOOP_PORTS_H

#include "models/executors/executor_callback.h"
#include "sim/loop_call.h"
#include "sim/words.h"

struct loop;
struct loop_task;
struct loops;
struct worker;

/* Somebody is told of an event, as often as it happens. */
struct listener {
    struct listener *next; /* of its loop, in the order they came */
    struct loop_task *of;  /* NULL: it is over */
    struct port *port;     /* of this one only */
    struct words *message, *error;
    uint32_t entry, place;
    uint8_t event;
    bool any; /* of any worker of its task */
};

/* One end of a channel: in a loop, which it wakes.
 *
 *     postMessage ends[0] ----> messages of ends[1], then its listeners; and back */
struct port {
    struct port *next; /* of its loop, in the order in which a wakeup looks at them */
    struct port *peer;
    struct loop *loop;
    struct loop_task *of; /* NULL: nobody's any more */
    const char *name;
    struct worker *worker; /* whose it is, either end; NULL: a channel within a loop */
    struct queue messages;
    int64_t n;
    struct callback *hold; /* PORT; NULL: nobody listens */
    uint32_t transit;      /* messages on their way to it */
    int32_t number;
    bool pending; /* wants to be served: L9 */
    bool open;
    bool ends;   /* the other end is closed, once all has been delivered */
    bool drains; /* closed while it was read: what this wakeup finds there still comes */
};

/* Where a wakeup is: what has ended, then the ports.  A port that is created meanwhile is not looked
 * at, but stands before those that are not yet: L9.
 *
 *     [port] [at] [created meanwhile] | [port] [port]
 *                                     place                                              */
struct visit {
    bool going;
    bool heard;  /* which workers have ended */
    bool failed; /* a drain behind a message at `at`: TH2 */
    struct port *at;
    struct port **place;  /* where the next one goes; no wakeup: behind all */
    int64_t left;         /* messages that may still be delivered here; -1: not begun */
    struct worker *ended; /* being told, one behind the other; in the check phase, too */
};

struct worker {
    struct worker *next; /* in loop->ended, or unused */
    struct loop *loop, *parent;
    struct loop_task *script;
    struct port *port;       /* of its parent; its own is the peer */
    struct callback *hold;   /* WORKER; NULL: nobody waits for it */
    struct callback *joiner; /* JOIN: goes on when its end is told; NULL: none */
    struct words *error;     /* what has ended it */
    int code;
    bool terminated, over;
    bool late;    /* its parent was busy when it ended */
    bool counted; /* its error is, among what is ready at its parent */
};

/* REPORT: rejections are told; LAST: no ticks any more. */
enum drain { DRAIN_NONE, DRAIN_BEGIN, DRAIN_TICKS, DRAIN_MICROTASKS, DRAIN_REPORT, DRAIN_LAST };

/* The end of a task or a process, while its listeners are told. */
struct leaving {
    bool goes;
    struct loop_task *of; /* whose end it is; NULL: that of all on the loop */
    struct listener *next;
    uint8_t event; /* BEFORE_EXIT, EXIT */
    bool abrupt, fault, last;
    bool alone;       /* nobody else on the loop is alive: BEFORE_EXIT begins a run */
    enum drain drain; /* goes on behind it */
    int code;
};

/* ---- loop_ports.c ---------------------------------------------------------------------------- */

struct port *port_new(struct loop *l, struct loop_task *of, const char *name);
void port_join(struct port *a, struct port *b);
struct port *port_find(struct loop_task *lt, const char *name); /* NULL: none */
void port_post(struct loop_task *by, struct port *from, struct words *w, enum loop_event event);
void port_listen(struct port *p, uint32_t place, bool unref); /* it is read from now on */
void port_close(struct port *p);                              /* by its owner */
void port_closed(struct port *p);  /* in the closing phase: the other end hears of it */
void port_abandon(struct port *p); /* its owner is gone, or both ends' worker */
struct callback *port_take(struct port *p);                  /* the next message; NULL: none */
void message_deliver(struct loop *l, struct callback *m);    /* to its listeners */
void message_over(struct callback *m, struct loop_task *by); /* by: who has received it */
void ports_of(struct loop_task *lt);                         /* it has ended */
bool ports_pending(const struct loop_task *lt);              /* a wakeup will serve one */
void ports_visit(struct loop *l); /* the wakeup: from now on, ports_next() */
bool ports_next(struct loop *l);  /* the wakeup goes on; false: it is over */
void loop_wakeup(struct loop *l);
void port_call(struct loop *l, struct fiber *f, const struct step *step);

/* ---- loop_workers.c --------------------------------------------------------------------------- */

void worker_new(struct loop *l, struct fiber *f, const struct step *step);
void worker_stop(struct worker *w);                       /* terminates it */
void worker_fails(struct worker *w, struct words *error); /* takes the use */
void worker_abandon(struct callback *hold);               /* its parent is gone */
void worker_over(struct loop *l, struct loop_task *last); /* its last task is about to end */
bool worker_joined(struct callback *cb); /* JOIN: all have ended; true: one is to be told of */
void workers_hear(struct loop *l);       /* which have ended by now */
bool worker_tells(struct loop *l);       /* of one of those; false: of all */
void worker_begins(struct loop *l);
void workers_settle(struct loops *all);
bool worker_keeps(const struct loop_task *lt); /* it has workers that do not hold it */
void workers_look(struct loop *l);             /* ends what lingers, if it is time */
struct loop *loop_numbered(struct loops *all, int32_t number);

/* ---- loop_exits.c ------------------------------------------------------------------------------ */

void listener_new(struct loop *l, struct fiber *f, const struct step *step);
void listeners_of(struct loop_task *lt); /* it has ended */
void listeners_of_port(struct port *p);  /* likewise */
/* Calls those that listen; false: nobody does. */
bool loop_emit(struct loop *l, enum loop_event event, struct port *p, struct words *message,
               struct words *error);
bool loop_emit_uncaught(struct loop *l, struct loop_task *lt, struct words *error);
bool loop_emit_to(struct loop *l, enum loop_event event, struct loop_task *lt,
                  struct words *error); /* of the process, on behalf of `lt` */
/* The first who listens, `lt` for one that has ended; NULL: nobody does. */
struct loop_task *loop_listens(const struct loop *l, enum loop_event event,
                               const struct port *p, struct loop_task *lt);
void loop_exit(struct loop *l, int code, bool fault);    /* the process ends */
void loop_op_exit(struct loop *l, struct loop_task *by); /* or that task of it alone */
bool loop_takes_leave(struct loop_task *lt); /* listeners are told first; false: nobody is */
bool loop_is_empty(struct loop *l);          /* nobody is alive, ... */
bool loop_hears_nothing(struct loop *l);     /* ... and is told so: true */
void loop_leaves(struct loop *l);            /* goes on with that */
/* All its tasks end, and it takes none any more.  Requests on their way keep theirs until the
 * reply, as a kernel keeps a process. */
void loop_stop(struct loop *l, bool fault);

/* ---- loop_uncaught.c --------------------------------------------------------------------------- */

/* Takes the use of `w`.  `text`: how a fault says it; NULL: as for what was thrown. */
void loop_uncaught(struct loop *l, struct loop_task *lt, struct words *w, uint32_t place,
                   const char *text);
void loop_rethrow(struct loop_task *lt, struct words *w, uint32_t place,
                  enum callback_kind kind);  /* TICK, REACTION */
void loop_throws_again(struct callback *cb); /* by a tick; that one: is thrown */
void loop_throw(struct loop *l, struct fiber *f, struct words *w, uint32_t place);
void loop_once_more(struct loop *l); /* what was uncaught has been handled */

#endif
