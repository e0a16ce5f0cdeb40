/* translator_js.h - what the files of the translator to JavaScript share.
 *
 *   node.c           the program as a whole: its head, variables, functions, what begins
 *   node_facts.c     what must be known before a line is written
 *   node_names.c     where variables, promises and timers live
 *   node_tasks.c     tasks: how they arrive, children, periods
 *   node_children.c  spawn and join
 *   node_ops.c       the table of ops; those that run in place
 *   node_loop.c      those that start something, or wait for it
 *   node_devices.c   devices, and what asks them
 *   node_threads.c   several loops, and what threads share
 *   node_workers.c   workers and messages
 *   node_sync.c      mutexes and the like
 *   node_more.c      promises of several, events of the process, ref, the heap
 *   node_expr.c      expressions and times
 *   node_runtime.c   helpers in JavaScript, written where something uses them
 *   browser.c        what is other in a page: its HTML, and ops
 *   browser_runtime.c  ... and helpers
 *
 * A fiber of quanta is a function of JavaScript, async where it waits.  `call` of a program
 * that waits is not an await, which would take a microtask more: its ops are written in place,
 * but where nobody can tell, at the end of a callback.
 *
 * Some code runs for many tasks, each with locals, promises and children of its own: these stand
 * in an object, `me`, which then is the functions' parameter.  An actor is a task of the file,
 * or a program that one spawns: who may run a program decides where its names live.
 */
#ifndef MODELS_TRANSLATORS_TRANSLATOR_JS_H
#define MODELS_TRANSLATORS_TRANSLATOR_JS_H

#include "models/translators/translator.h"

/* X(enumerator): of node_runtime.c, in the order in which they are written. */
/* clang-format off */
#define JS_HELPERS(X) \
    X(LOG) X(SLEEPS) X(BUSY) X(BLOCK) X(EXACT) X(DIVIDE) X(TIMES) X(ASSERT) \
    X(PROMISE) X(NAMED) X(CLOSE) X(RANDOM) X(EXPONENTIAL) X(UNIFORM) X(NORMAL) \
    X(LOGNORMAL) X(PARETO) X(CHOICE) X(NEXT) X(TURN) X(POLLED) X(POOL) X(DISCIPLINES) \
    X(DEVICES) X(LIMITED) X(LOOKUPS) X(CONNECT) X(STAT) X(LOOKUP) X(SLEEP) X(SCHEDULER) \
    X(ARRIVE) X(LATER) X(ARRIVALS) X(CLIENTS) X(ENDS) X(SPAWN) X(LEAVE) X(PERIODS) \
    X(FAILS) X(SHARED) X(ATOMICALLY) \
    X(WORDS) X(TICKETS) X(MUTEX) X(QUEUED) X(SPINLOCK) X(SEMAPHORE) X(RWLOCK) \
    X(CONDITION) X(BARRIER) X(CHANNEL) X(THREADS) X(WORKERS) X(PORTS) X(RECEIVE) X(SAID) X(NUMBER) X(HEAP) X(CLUSTER) X(CHILDREN)
/* clang-format on */

enum js_helper {
#define X(name) JS_##name,
    JS_HELPERS(X)
#undef X
        JS_HELPER_COUNT
};

enum js_kind { /* of names, for ident() */
               NAME_PROGRAM,
               NAME_TASK,
               NAME_VAR,
               NAME_PROMISE,
               NAME_TIMER,
               NAME_DEVICE,
               NAME_SYNC,
               NAME_LOCAL /* a member of `me` */
};

struct js;

struct js_helper_text {
    enum js_helper needs[2]; /* JS_HELPER_COUNT: nothing */
    const char *text;        /* NULL: that for node */
};

/* What the program is for. */
struct js_target {
    const char *format;  /* as --to has it */
    const char *program; /* "a program for node" */
    bool browser;        /* of which flavor the loop must be */
    bool has_ref;        /* timers, workers and ports have ref() and unref() */
    const struct js_writer *const *writers; /* of ops that are other than for node; NULL ends */

    const char *const *reserved; /* words beside js_reserved; NULL: none */

    /* A helper that is other than for node; NULL, or no text in it: none is. */
    struct js_helper_text (*helper)(const struct js *js, enum js_helper helper);
    void (*settings)(struct js *js);                 /* the first lines */
    void (*opens)(struct js *js, struct text *out);  /* what comes before 'use strict' */
    void (*closes)(struct js *js, struct text *out); /* behind the program; NULL: nothing */
};

struct js_actor {
    const struct task_spec *spec; /* whose locals it has */
    int32_t program;
    bool one;        /* there is only ever one of it */
    bool spawns;     /* it has children */
    bool child;      /* some task spawns it */
    bool quits;      /* it may `exit` while something that it has started goes on */
    uint8_t *visits; /* of each program: 0, 1, or 2: more often than once */
};

/* A promise or a timer. */
struct js_name {
    const char *name;
    bool timer;
    uint32_t *owners; /* the actors that give it */
    uint32_t nowners;
    uint32_t sites;  /* ops that do */
    bool many;       /* one of them may run more than once */
    bool port;       /* or a worker */
    bool *tickets;   /* a worker's, and it may wait with a ticket */
    int32_t *place;  /* who uses it */
    bool immediates; /* a timer's name: all are */
    bool frames;     /* likewise */
};

/* The threads that run or use something. */
enum {
    JS_PLACE_NONE,
    JS_PLACE_MAIN,
    JS_PLACE_SEVERAL,
    JS_PLACE_SCRIPT /* + the number of a program: the one worker whose script it is; behind
                     * these, of a cluster, + the number of an executor: its loops */
};

struct js_program {
    bool exits;    /* has an `exit` there */
    bool uses_me;  /* needs to know for which task it runs */
    bool called;   /* to be written as a function */
    bool open;     /* being written in place */
    bool script;   /* of a worker */
    bool quits;    /* who runs it may */
    int32_t place; /* who runs it */
};

struct js {
    struct translation *tr;
    const struct js_target *target;
    struct text *out; /* what is being written */
    int indent;
    struct idents globals, members;
    bool helps[JS_HELPER_COUNT];
    struct js_program *programs;
    struct js_actor *actors;
    uint32_t nactors;
    struct js_name *names;
    uint32_t nnames, names_room;
    const struct executor_spec *loop, **loops; /* the first; all */
    uint32_t nloops;
    int64_t pool;    /* threads */
    bool *asked;     /* devices, by number: some op asks it */
    bool *syncs;     /* sync objects, by number, likewise */
    bool lists;      /* some times are lists, gone through by each task for itself */
    bool random;     /* some times are drawn */
    bool urgent;     /* requests have the priorities of their tasks, which differ */
    bool cluster;    /* there are several loops */
    bool threads;    /* several load the file */
    uint32_t *reads; /* shared variables have been read so often, into v0 ...; NULL: they are
                           * read where they stand */
    bool spawns;     /* there are children */
    int32_t program; /* whose ops are being written */
    bool async;      /* ... in an async function */
    bool function;   /* ... in that of a program, which tells its caller of an `exit` */
    bool cleared;    /* the next callback is never called once its task has ended */
    bool *waits;     /* of each program, whether it does: programs_wait() */
    bool unseen;     /* nobody waits for the promise of this function */
    const char *argument; /* of the next callback, "error"; NULL: none */
    int errors;           /* catches around what is being written: ${error} has a meaning */
    int messages;         /* callbacks with a ${message}, likewise */
    bool received;        /* a `message` has been taken from a port */
    uint32_t nscripts;    /* programs that are workers' scripts */
    int32_t *var_places;  /* who uses a variable */
    bool hears_exit;      /* somebody listens to `exit` of the process */
    int depth;            /* of loops, for the names of their counters */
};

/* ---- writing ------------------------------------------------------------------------------- */

void js_line(struct js *js, const char *fmt, ...) PRINTF_LIKE(2, 3);
void js_open(struct js *js, const char *fmt, ...) PRINTF_LIKE(2, 3); /* and indent */
void js_close(struct js *js, const char *fmt, ...) PRINTF_LIKE(2, 3);
void js_use(struct js *js, enum js_helper helper);

void js_ops(struct js *js, struct op_list ops);
/* BEFORE, a function that runs `ops`, AFTER; `first` NULL, or a statement that comes first. */
void js_callback(struct js *js, const char *before, const char *first, struct op_list ops,
                 const char *after, bool unseen);
/* As an argument of an `await`: calls back `done`. */
void js_await_start(struct js *js, const char *call);

/* Nothing more, if the task has ended meanwhile. */
void js_unless_gone(struct js *js);

const char *js_quote(struct js *js, const char *text); /* 'text' */
/* A text with ${expression} in it: quoted, or a template. */
const char *js_text(struct js *js, const struct op *op, const char *text);
const char *js_me(const struct js *js, int32_t program); /* "me" or "" */

/* ---- node.c ------------------------------------------------------------------------------------ */

void js_translate(struct translation *tr, const struct js_target *target);
const char *js_flavor(const struct js *js); /* of the loop */
/* Where the program comes from; a comment of its approximations. */
const char *js_about(struct js *js);
struct js_note {
    bool applies;
    const char *text;
};
void js_notes(struct text *out, const struct js_note *notes, size_t n);

/* ---- node_loop.c ------------------------------------------------------------------------------ */

/* CALL(callback, LAST), which gives a handle: kept under the op's `id`, if it has one. */
void js_write_timer(struct js *js, const struct op *op, const char *call, const char *last,
                    struct op_list ops);

/* ---- node_expr.c ----------------------------------------------------------------------------- */

/* As a number; as what an `if` looks at. */
const char *js_value(struct js *js, const struct op *op, const char *expr);
const char *js_condition(struct js *js, const struct op *op, const char *expr);
const char *js_time(struct js *js, const struct dist *d, uint32_t list); /* ms */
const char *js_op_time(struct js *js, const struct op *op, const char *key);

/* ---- node_names.c ------------------------------------------------------------------------------ */

/* What a variable is called here; "" and a mistake where it is none. */
const char *js_var(struct js *js, const struct op *op, const char *name);
const char *js_promise(struct js *js, const struct op *op, const char *name);
/* A timer that a variable holds; NULL: it is one of several, and stands in a list. */
const char *js_timer(struct js *js, const char *name);
const struct js_name *js_find_name(const struct js *js, const char *name, bool timer);
bool js_timer_of_me(const struct js *js, const struct js_name *n);
/* Is it given by one actor alone, of which there is one? */
bool js_name_is_one(const struct js *js, const struct js_name *n);
void js_declare_names(struct js *js); /* `let` of promises and timers */

/* ---- node_threads.c ---------------------------------------------------------------------------- */

void js_shared(struct js *js); /* which variables are several threads' */
bool js_is_shared(const struct js *js, uint32_t var);
void js_variables(struct js *js); /* declares them */
int64_t js_loops(const struct js *js, const struct executor_spec *ex);
int32_t js_place_of_loop(const struct js *js, const struct task_spec *t);
bool js_in_worker(const struct js *js, int32_t program); /* it is a worker's alone */
/* A call that deals out one copy; or gives a promise of its end. */
const char *js_deal(struct js *js, const struct task_spec *t, bool waits);
void js_start_loops(struct js *js);
void js_run_loop(struct js *js);
/* The helpers. */
void js_shared_text(const struct js *js, struct text *out);
void js_threads_text(const struct js *js, struct text *out);
void js_cluster_text(const struct js *js, struct text *out);
extern const char js_atomically_text[];

/* ---- node_workers.c ---------------------------------------------------------------------------- */

void js_places(struct js *js);  /* who runs which program */
void js_scripts(struct js *js); /* how a worker begins */
const char *js_port(struct js *js, const struct op *op,
                    const char *name); /* a worker or a port */
/* Notes that the program being written uses what `place` is of; a mistake where another thread
 * does, too. */
void js_check_place(struct js *js, const struct op *op, int32_t *place, const char *name);
const char *js_port_name(struct js *js, const char *name); /* among the names of promises */
const char *js_worker_name(struct js *js, const struct op *op);
/* If it is a worker that is waited for, it is written. */
bool js_join_worker(struct js *js, const struct op *op, const char *name);

/* ---- node_sync.c ------------------------------------------------------------------------------- */

void js_declare_syncs(struct js *js);
/* Does this lock or unlock, for one of several tasks of a thread? */
bool js_sync_of_me(const struct js *js, const struct op *op);
/* May the program wait for its turn, which would never pass if it were terminated? */
bool js_draws_tickets(const struct js *js, int32_t program);
unsigned js_count_words(const struct js *js); /* that threads share for them */
/* The helpers. */
void js_words_text(const struct js *js, struct text *out);
void js_semaphore_text(const struct js *js, struct text *out);
extern const char js_tickets_text[], js_mutex_text[], js_queued_text[], js_spinlock_text[],
    js_rwlock_text[], js_condition_text[], js_barrier_text[], js_channel_text[];

/* ---- node_facts.c ------------------------------------------------------------------------------- */

void js_facts(struct js *js);
bool js_waits(const struct js *js, struct op_list ops);
bool js_is_into(const struct param *p); /* the variable that an op gives its result */
bool js_is_local(const struct js *js, int32_t program, const char *name); /* of who runs it */
bool js_local_of(const struct task_spec *spec, const char *name);

/* ---- node_tasks.c ------------------------------------------------------------------------------ */

void js_tasks(struct js *js);
/* The first argument of a call for a new task, "{ x: 0 }" or "". */
const char *js_new_me(struct js *js, const struct task_spec *spec, int32_t program);
const char *js_program_name(struct js *js, int32_t program);
const char *js_task_function(struct js *js, const struct task_spec *t);
bool js_outlives(const struct js *js, int32_t program); /* what it starts, its function */

/* ---- node_children.c ----------------------------------------------------------------------------- */

/* Are there several loops to which its children go in turn? */
bool js_deals_children(const struct js *js, const struct js_actor *a);
void js_children(struct js *js); /* how each begins that is dealt */
extern const char js_children_text[];

/* ---- node_devices.c ------------------------------------------------------------------------------ */

void js_devices(struct js *js);
bool js_device_knows_me(const struct js *js,
                        const struct op *op); /* which task it is that asks */
/* The helpers. */
void js_devices_text(const struct js *js, struct text *out);
void js_disciplines_text(const struct js *js, struct text *out);

/* ---- node_ops.c -------------------------------------------------------------------------------- */

struct js_writer {
    const char *op;
    void (*write)(struct js *js, const struct op *op);
    bool in_place; /* the ops in it are not a callback's */
};

/* NULL: it cannot be expressed. */
const struct js_writer *js_writer(const struct js *js, const struct op *op);

/* clang-format off */
#define JS_OPS(X) \
    X(cpu) X(io) X(sleep) X(yield) X(log) X(repeat) X(while) X(if) X(call) X(exit) \
    X(set) X(atomic) X(assert) X(spawn) X(join) X(setTimeout) X(setInterval) \
    X(clear) X(setImmediate) X(nextTick) X(microtask) X(work) X(async) X(await) \
    X(promise) X(resolve) X(reject) X(then) X(close) X(try) X(throw) X(worker) X(terminate) \
    X(messageChannel) X(postMessage) X(onMessage) X(receiveMessage) X(closePort) X(on) \
    X(all) X(allSettled) X(any) X(race) X(ref) X(unref) X(allocate) X(free)
/* clang-format on */
/* ... and for node alone. */
#define JS_SYNC_OPS(X) \
    X(lock)            \
    X(trylock) X(unlock) X(wait) X(post) X(signal) X(broadcast) X(barrier) X(send) X(recv)
#define X(name) extern const struct js_writer js_op_##name;
JS_OPS(X)
JS_SYNC_OPS(X)
#undef X

bool js_is_script(const struct js *js); /* what is being written: the loop's `main` alone */

/* ---- node_more.c ------------------------------------------------------------------------------- */

/* Does this allocate or free what one task of several has? */
bool js_heap_of_me(const struct js *js, const struct op *op);
extern const char js_heap_text[]; /* the helper */
/* May this op listen to that event of the process?  Else it is a mistake. */
bool js_hears_process(struct js *js, const struct op *op, const char *event);

/* ---- node_runtime.c ------------------------------------------------------------------------------ */

void js_runtime(const struct js *js, struct text *out);
extern const char
    *const js_reserved[]; /* words that are no names of a file's; NULL ends them */

/* ---- browser_runtime.c --------------------------------------------------------------------------- */

struct js_helper_text browser_helper(const struct js *js, enum js_helper helper);
extern const char *const browser_reserved[];

#endif
