/* node_sync.c - mutexes, semaphores, conditions, barriers and channels in JavaScript.
 *
 * Here as there an op that waits blocks its thread, and with it the loop: Atomics.wait() on words
 * of memory that the threads share.  A plain mutex and a semaphore wake one who waits, who then
 * competes; whatever else is served in the order of coming gives out tickets.
 *
 * Source: ECMA-262 (2024) 25.4.13 Atomics.wait, 25.4.15 Atomics.notify (first come, first
 * woken); U. Drepper, Futexes Are Tricky (2011), mutex 1; J. M. Mellor-Crummey, M. L. Scott,
 * Scalable Reader-Writer Synchronization for Shared-Memory Multiprocessors, PPoPP (1991), the
 * simple lock without preference.  Differs: one that waits with a ticket cannot be terminated, as
 * its turn would never pass; threads of node have no priorities. */
#include "models/translators/translator_js.h"

#include <inttypes.h>
#include <string.h>

#include "models/sync/sync.h"

/* ---- objects --------------------------------------------------------------------------------- */

enum { VALUES_MAX = 1 << 20 }; /* that a channel may hold here */

static const struct {
    const char *model, *type;
    unsigned words;
    bool tickets;
    enum js_helper helper;
} kinds[] = {
    {"mutex", "Mutex", 1, false, JS_MUTEX},
    {"mutex", "QueuedMutex", 2, true, JS_QUEUED},
    {"spinlock", "Spinlock", 2, true, JS_SPINLOCK},
    {"semaphore", "Semaphore", 1, false, JS_SEMAPHORE},
    {"rwlock", "ReadWriteLock", 3, true, JS_RWLOCK},
    {"condvar", "Condition", 2, true, JS_CONDITION},
    {"barrier", "Barrier", 2, true, JS_BARRIER},
    {"channel", "Channel", 4, true, JS_CHANNEL},
};

static const struct sync_spec *sync_of(const struct js *js, int32_t number)
{
    return &js->tr->sc->syncs[number];
}

static int32_t protocol_of(const struct sync_spec *s)
{
    const int32_t *protocol = param_field(s->model->params, s->params, "protocol");

    return protocol ? *protocol : 0;
}

static size_t kind_of(const struct sync_spec *s)
{
    bool queued = protocol_of(s) == 1; /* "inherit": handed over */

    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (strcmp(kinds[i].model, s->model->name) == 0)
            return i + queued;
    sim_unreachable("a kind of sync object");
}

static int64_t number_of(const struct sync_spec *s)
{
    const int64_t *n = param_field(s->model->params, s->params, s->model->name);

    return n ? *n : 0;
}

static const char *name_of(struct js *js, int32_t number)
{
    return ident(js->tr, &js->globals, NAME_SYNC, sync_of(js, number)->name);
}

/* The object that an op is about, as the program calls it. */
static const char *object(struct js *js, const struct op *op, const char *key)
{
    int32_t number = op_number(op, key);
    const struct sync_spec *s = sync_of(js, number);

    if (protocol_of(s) == 2)
        cannot_op(js->tr, op, "\"protocol\": \"none\"",
                  "\"%s\" has a ceiling: threads of node have no priorities", s->name);
    if (strcmp(s->model->name, "channel") == 0 && number_of(s) > VALUES_MAX)
        cannot_op(js->tr, op, "at most 1048576",
                  "\"%s\" may hold %" PRId64 " values, too many for a program for node",
                  s->name, number_of(s));
    js->syncs[number] = true;
    js_use(js, kinds[kind_of(s)].helper);
    return name_of(js, number);
}

unsigned js_count_words(const struct js *js)
{
    unsigned n = 0;

    for (int32_t i = 0; i < js->tr->sc->nsyncs; i++)
        n += js->syncs[i] ? kinds[kind_of(sync_of(js, i))].words : 0;
    return n;
}

/* Of channels, behind the words of all: each may hold one, where nothing else does. */
static int64_t room_of(const struct js *js, int32_t number)
{
    const struct sync_spec *s = sync_of(js, number);

    if (!js->syncs[number] || strcmp(s->model->name, "channel") != 0)
        return 0;
    return number_of(s) > 0 ? number_of(s) : 1;
}

static unsigned values_at(const struct js *js)
{
    return (js_count_words(js) * 4 + 7) / 8 * 8;
}

void js_declare_syncs(struct js *js)
{
    unsigned word = 0;
    int64_t at = values_at(js);

    for (int32_t i = 0; i < js->tr->sc->nsyncs; i++) {
        const struct sync_spec *s = sync_of(js, i);
        size_t kind = kind_of(s);

        if (!js->syncs[i])
            continue;
        text_addf(js->out, "const %s = new %s(%u", name_of(js, i), kinds[kind].type, word);
        if (s->model->is_number)
            text_addf(js->out, ", %" PRId64, number_of(s));
        if (room_of(js, i) > 0)
            text_addf(js->out, ", %" PRId64, at);
        text_add(js->out, ");\n");
        word += kinds[kind].words;
        at += 8 * room_of(js, i);
    }
}

/* ---- facts ----------------------------------------------------------------------------------- */

static bool owns(const struct op *op)
{
    return strcmp(op_name(op), "lock") == 0 || strcmp(op_name(op), "unlock") == 0 ||
           strcmp(op_name(op), "trylock") == 0 ||
           (strcmp(op_name(op), "wait") == 0 && op_number(op, "with") >= 0);
}

/* Each thread has one task: who owns a lock needs no name. */
static bool is_alone(const struct js *js)
{
    return js->nactors == 1 && js->actors[0].one;
}

bool js_sync_of_me(const struct js *js, const struct op *op)
{
    return owns(op) && !is_alone(js);
}

static bool draws_ticket(const struct js *js, struct op_list list, uint8_t *seen)
{
    for (uint32_t i = 0; i < list.n; i++) {
        const struct op *op = &list.ops[i];

        for (const struct param *p = op->def->params; p->name; p++) {
            const void *f = (const char *)op->args + p->offset;
            int32_t number =
                p->type == PARAM_SYNC || p->type == PARAM_PROGRAM ? *(const int32_t *)f : -1;

            if (p->type == PARAM_SYNC && number >= 0 &&
                kinds[kind_of(sync_of(js, number))].tickets)
                return true;
            if (p->type == PARAM_PROGRAM && !seen[number]++ &&
                draws_ticket(js, js->tr->sc->programs[number].ops, seen))
                return true;
            if (p->type == PARAM_OPS && draws_ticket(js, *(const struct op_list *)f, seen))
                return true;
            if (p->type == PARAM_AWAIT &&
                draws_ticket(js, ((const struct awaited *)f)->op, seen))
                return true;
        }
    }
    return false;
}

bool js_draws_tickets(const struct js *js, int32_t program)
{
    uint8_t *seen = arena_alloc(&js->tr->mem, (size_t)js->tr->sc->nprograms + 1);

    return draws_ticket(js, js->tr->sc->programs[program].ops, seen);
}

/* ---- ops ------------------------------------------------------------------------------------- */

/* The arguments of a call: who asks, and whether it only reads. */
static const char *arguments(const struct js *js, const struct op *op, bool has_mode)
{
    bool reads = has_mode && op_number(op, "mode") == 1;

    if (is_alone(js))
        return reads ? "true, 'read'" : "";
    return reads ? "me, 'read'" : "me";
}

static void write_lock(struct js *js, const struct op *op)
{
    js_line(js, "%s.lock(%s);", object(js, op, "lock"), arguments(js, op, true));
}
const struct js_writer js_op_lock = {.op = "lock", .write = write_lock};

static void write_trylock(struct js *js, const struct op *op)
{
    js_line(js, "%s = %s.tryLock(%s) ? 1 : 0;", js_var(js, op, op_text(op, "into")),
            object(js, op, "trylock"), arguments(js, op, true));
}
const struct js_writer js_op_trylock = {.op = "trylock", .write = write_trylock};

static void write_unlock(struct js *js, const struct op *op)
{
    js_line(js, "%s.unlock(%s);", object(js, op, "unlock"), arguments(js, op, false));
}
const struct js_writer js_op_unlock = {.op = "unlock", .write = write_unlock};

static void write_wait(struct js *js, const struct op *op)
{
    const char *what = object(js, op, "wait");

    if (op_number(op, "with") < 0)
        js_line(js, "%s.wait();", what);
    else
        js_line(js, "%s.wait(%s%s);", what, object(js, op, "with"), is_alone(js) ? "" : ", me");
}
const struct js_writer js_op_wait = {.op = "wait", .write = write_wait};

static void write_simple(struct js *js, const struct op *op)
{
    const char *name = op_name(op);

    js_line(js, "%s.%s();", object(js, op, name),
            strcmp(name, "barrier") == 0 ? "arrive" : name);
}
const struct js_writer js_op_post = {.op = "post", .write = write_simple};
const struct js_writer js_op_signal = {.op = "signal", .write = write_simple};
const struct js_writer js_op_broadcast = {.op = "broadcast", .write = write_simple};
const struct js_writer js_op_barrier = {.op = "barrier", .write = write_simple};

static void write_send(struct js *js, const struct op *op)
{
    const char *value = op_text(op, "value");

    js_line(js, "%s.send(%s);", object(js, op, "send"), value ? js_value(js, op, value) : "0");
}
const struct js_writer js_op_send = {.op = "send", .write = write_send};

static void write_recv(struct js *js, const struct op *op)
{
    const char *into = op_text(op, "into");
    const char *before = into ? arena_printf(&js->tr->mem, "%s = ", js_var(js, op, into)) : "";

    js_line(js, "%s%s.receive();", before, object(js, op, "recv"));
}
const struct js_writer js_op_recv = {.op = "recv", .write = write_recv};

/* ---- helpers --------------------------------------------------------------------------------- */

void js_words_text(const struct js *js, struct text *out)
{
    int64_t bytes = values_at(js);

    for (int32_t i = 0; i < js->tr->sc->nsyncs; i++)
        bytes += 8 * room_of(js, i);
    text_add(out, "// Locks and the like are words that the threads share; who waits for one "
                  "blocks its thread.\n");
    if (js->threads)
        text_addf(out,
                  "const words = isMainThread\n"
                  "  ? new Int32Array(new SharedArrayBuffer(%" PRId64 "))\n"
                  "  : workerData.words;\n",
                  bytes);
    else
        text_addf(out, "const words = new Int32Array(new SharedArrayBuffer(%" PRId64 "));\n",
                  bytes);
}

const char js_tickets_text[] =
    "// Who comes draws a ticket, and waits until another word has come past it.\n"
    "function advance(word, by = 1) {\n"
    "  const before = Atomics.add(words, word, by);\n"
    "  Atomics.notify(words, word);\n"
    "  return before;\n"
    "}\n"
    "function waitUntilPast(word, ticket) {\n"
    "  const isPast = now => ((now - ticket) | 0) > 0; // they wrap around\n"
    "  for (let now; !isPast((now = Atomics.load(words, word))); ) Atomics.wait(words, word, "
    "now);\n"
    "}\n";

/* Whoever is faster: one that is woken may find it taken again. */
const char js_mutex_text[] =
    "// Unlocking wakes one of those who wait, who competes for it with all others.\n"
    "class Mutex {\n"
    "  constructor(word) {\n"
    "    this.word = word;\n"
    "  }\n"
    "  take() {\n"
    "    return Atomics.compareExchange(words, this.word, 0, 1) === 0;\n"
    "  }\n"
    "  lock(me = true) {\n"
    "    if (this.owner === me) throw new Error('locks a mutex again, while holding it');\n"
    "    while (!this.take()) Atomics.wait(words, this.word, 1);\n"
    "    this.owner = me;\n"
    "  }\n"
    "  tryLock(me = true) {\n"
    "    if (!this.take()) return false;\n"
    "    this.owner = me;\n"
    "    return true;\n"
    "  }\n"
    "  unlock(me = true) {\n"
    "    if (this.owner !== me) throw new Error('unlocks a mutex, and does not hold it');\n"
    "    this.owner = null;\n"
    "    Atomics.store(words, this.word, 0);\n"
    "    Atomics.notify(words, this.word, 1);\n"
    "  }\n"
    "}\n";

const char js_queued_text[] =
    "// Unlocking hands it over to the first of those who wait.\n"
    "class QueuedMutex {\n"
    "  constructor(word) {\n"
    "    [this.tickets, this.served] = [word, word + 1];\n"
    "  }\n"
    "  waitFor(ticket) {\n"
    "    waitUntilPast(this.served, ticket - 1);\n"
    "  }\n"
    "  lock(me = true) {\n"
    "    if (this.owner === me) throw new Error('locks it again, while holding it');\n"
    "    this.waitFor(Atomics.add(words, this.tickets, 1));\n"
    "    this.owner = me;\n"
    "  }\n"
    "  tryLock(me = true) {\n"
    "    const ticket = Atomics.load(words, this.served);\n"
    "    if (Atomics.compareExchange(words, this.tickets, ticket, ticket + 1) !== ticket) "
    "return false;\n"
    "    this.owner = me;\n"
    "    return true;\n"
    "  }\n"
    "  unlock(me = true) {\n"
    "    if (this.owner !== me) throw new Error('unlocks it, and does not hold it');\n"
    "    this.owner = null;\n"
    "    advance(this.served);\n"
    "  }\n"
    "}\n";

const char js_spinlock_text[] = "// Who waits for it burns its core.\n"
                                "class Spinlock extends QueuedMutex {\n"
                                "  waitFor(ticket) {\n"
                                "    while (Atomics.load(words, this.served) !== ticket);\n"
                                "  }\n"
                                "}\n";

static const char semaphore_text[] =
    "class Semaphore {\n"
    "  constructor(word, count) {\n"
    "    this.word = word;\n"
    "    %sAtomics.store(words, word, count);\n"
    "  }\n"
    "  wait() {\n"
    "    for (;;) {\n"
    "      const count = Atomics.load(words, this.word);\n"
    "      if (count === 0) Atomics.wait(words, this.word, 0);\n"
    "      else if (Atomics.compareExchange(words, this.word, count, count - 1) === count) "
    "return;\n"
    "    }\n"
    "  }\n"
    "  post() {\n"
    "    Atomics.add(words, this.word, 1);\n"
    "    Atomics.notify(words, this.word, 1);\n"
    "  }\n"
    "}\n";

void js_semaphore_text(const struct js *js, struct text *out)
{
    text_addf(out, semaphore_text, js->threads ? "if (isMainThread) " : "");
}

const char js_rwlock_text[] =
    "// First come, first served: a reader that is in lets the next in, too, if that one "
    "reads.\n"
    "class ReadWriteLock {\n"
    "  constructor(word) {\n"
    "    [this.tickets, this.mayRead, this.mayWrite] = [word, word + 1, word + 2];\n"
    "    this.owners = new Map();\n"
    "  }\n"
    "  own(me, mode) {\n"
    "    this.owners.set(me, mode);\n"
    "    if (mode === 'read') advance(this.mayRead);\n"
    "  }\n"
    "  turn(mode) {\n"
    "    return mode === 'read' ? this.mayRead : this.mayWrite;\n"
    "  }\n"
    "  lock(me = true, mode = 'write') {\n"
    "    if (this.owners.has(me)) throw new Error('locks it again, while holding it');\n"
    "    waitUntilPast(this.turn(mode), Atomics.add(words, this.tickets, 1) - 1);\n"
    "    this.own(me, mode);\n"
    "  }\n"
    "  tryLock(me = true, mode = 'write') {\n"
    "    const ticket = Atomics.load(words, this.turn(mode));\n"
    "    if (this.owners.has(me)) return false;\n"
    "    if (Atomics.compareExchange(words, this.tickets, ticket, ticket + 1) !== ticket) "
    "return false;\n"
    "    this.own(me, mode);\n"
    "    return true;\n"
    "  }\n"
    "  unlock(me = true) {\n"
    "    const mode = this.owners.get(me);\n"
    "    if (!mode) throw new Error('unlocks it, and does not hold it');\n"
    "    this.owners.delete(me);\n"
    "    if (mode === 'write') advance(this.mayRead);\n"
    "    advance(this.mayWrite);\n"
    "  }\n"
    "}\n";

const char js_condition_text[] =
    "// Signals are for those who wait already; who is woken competes for the mutex again.\n"
    "class Condition {\n"
    "  constructor(word) {\n"
    "    [this.tickets, this.woken] = [word, word + 1];\n"
    "  }\n"
    "  wait(mutex, me = true) {\n"
    "    if (mutex.owner !== me) throw new Error('waits, and does not hold the mutex');\n"
    "    const ticket = Atomics.add(words, this.tickets, 1);\n"
    "    mutex.unlock(me);\n"
    "    waitUntilPast(this.woken, ticket);\n"
    "    mutex.lock(me);\n"
    "  }\n"
    "  signal(most = 1) {\n"
    "    for (;;) {\n"
    "      const woken = Atomics.load(words, this.woken);\n"
    "      const waiting = (Atomics.load(words, this.tickets) - woken) | 0;\n"
    "      const all = (woken + Math.min(waiting, most)) | 0;\n"
    "      if (Atomics.compareExchange(words, this.woken, woken, all) === woken) break;\n"
    "    }\n"
    "    Atomics.notify(words, this.woken);\n"
    "  }\n"
    "  broadcast() {\n"
    "    this.signal(Infinity);\n"
    "  }\n"
    "}\n";

const char js_barrier_text[] =
    "class Barrier {\n"
    "  constructor(word, size) {\n"
    "    [this.tickets, this.through, this.size] = [word, word + 1, size];\n"
    "  }\n"
    "  arrive() {\n"
    "    const ticket = Atomics.add(words, this.tickets, 1);\n"
    "    if (((ticket >>> 0) + 1) % this.size === 0) advance(this.through, this.size);\n"
    "    else waitUntilPast(this.through, ticket);\n"
    "  }\n"
    "}\n";

const char js_channel_text[] =
    "// A queue of so many values; without room for any, a sender waits for who receives.\n"
    "class Channel {\n"
    "  constructor(word, capacity, at) {\n"
    "    [this.senders, this.receivers, this.sent, this.taken] = [word, word + 1, word + 2, "
    "word + 3];\n"
    "    this.capacity = capacity;\n"
    "    this.values = new Float64Array(words.buffer, at, Math.max(1, capacity));\n"
    "  }\n"
    "  send(value) {\n"
    "    const ticket = Atomics.add(words, this.senders, 1), room = this.values.length;\n"
    "    waitUntilPast(this.taken, ticket - room);\n"
    "    this.values[(ticket >>> 0) % room] = value;\n"
    "    waitUntilPast(this.sent, ticket - 1); // one after the other\n"
    "    advance(this.sent);\n"
    "    if (this.capacity === 0) waitUntilPast(this.receivers, ticket);\n"
    "  }\n"
    "  receive() {\n"
    "    const ticket = advance(this.receivers);\n"
    "    waitUntilPast(this.sent, ticket);\n"
    "    const value = this.values[(ticket >>> 0) % this.values.length];\n"
    "    waitUntilPast(this.taken, ticket - 1);\n"
    "    advance(this.taken);\n"
    "    return value;\n"
    "  }\n"
    "}\n";
