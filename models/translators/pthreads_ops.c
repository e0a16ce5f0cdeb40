/* pthreads_ops.c - ops as C.
 *
 * Source: POSIX.1-2017; ISO C11 7.17 (_Atomic: a load and a store are two steps). */
#include "models/translators/translator_c.h"

#include <inttypes.h>
#include <string.h>

#include "models/devices/device.h"
#include "models/sync/sync.h"

/* ---- expressions -------------------------------------------------------------------------- */

static const char *variable(struct c_writing *c, const struct op *op, const char *name)
{
    const struct scenario *sc = c->tr->sc;
    bool local = false, shared = false;

    for (int32_t i = 0; i < sc->ntasks; i++) {
        bool has = false;

        if (!c->by[(size_t)i * (size_t)sc->nprograms + (size_t)c->program])
            continue;
        for (uint32_t k = 0; k < sc->tasks[i].nlocals; k++)
            has = has || strcmp(sc->tasks[i].locals[k].name, name) == 0;
        local |= has;
        shared |= !has;
    }
    if (local && shared) {
        cannot_op(c->tr, op, "give the local another name",
                  "\"%s\" is a local of some tasks that run this, and not of others", name);
        return "";
    }
    if (local) {
        c->uses_me = true;
        return arena_printf(&c->tr->mem, "me->%s", ident(c->tr, &c->members, NAME_LOCAL, name));
    }
    for (uint32_t i = 0; i < sc->nvars; i++)
        if (strcmp(sc->vars[i].name, name) == 0) {
            c->vars[i] = true;
            return ident(c->tr, &c->globals, NAME_VAR, name);
        }
    cannot_op(c->tr, op, "\"vars\" has those of all, a task's \"locals\" its own",
              "there is no variable \"%s\"", name);
    return "";
}

struct expr_writing {
    struct c_writing *c;
    const struct op *op;
    struct text t;
    bool numbered; /* shared variables are v0, v1 ... in the order they stand */
    uint32_t nread;
};

static bool is_shared(const char *name)
{
    return strncmp(name, "me->", 4) != 0;
}

static void write_expr(struct expr_writing *w, const struct expr_node *n, int level)
{
    bool division = n->kind == EXPR_BINARY && (n->op[0] == '/' || n->op[0] == '%');
    const char *name;

    if (n->kind == EXPR_NUMBER) {
        text_addf(&w->t, n->value > INT32_MAX ? "INT64_C(%" PRId64 ")" : "%" PRId64, n->value);
    } else if (n->kind == EXPR_NAME) {
        name = variable(w->c, w->op, n->op);
        if (w->numbered && is_shared(name))
            text_addf(&w->t, "v%u", (unsigned)w->nread++);
        else
            text_add(&w->t, name);
    } else if (n->kind == EXPR_UNARY) {
        text_add(&w->t, n->op);
        write_expr(w, n->right, 8);
    } else {
        /* Mixed levels are bracketed where compilers would ask for it. */
        bool brackets = level > 0 && (n->level != level || level > 5);

        text_add(&w->t, brackets ? "(" : "");
        write_expr(w, n->left, n->level);
        text_addf(&w->t, " %s ", n->op);
        if (division) {
            c_use(w->c, C_NONZERO);
            w->c->uses_me = true;
            text_add(&w->t, "nonzero(me, ");
            write_expr(w, n->right, 0);
            text_add(&w->t, ")");
        } else {
            write_expr(w, n->right, n->level + 1);
        }
        text_add(&w->t, brackets ? ")" : "");
    }
}

static const char *expression(struct c_writing *c, const struct op *op, const char *text)
{
    struct expr_writing w = {.c = c, .op = op};
    const char *written;

    write_expr(&w, translator_expr(c->tr, text), 0);
    written = arena_strdup(&c->tr->mem, w.t.data);
    text_release(&w.t);
    return written;
}

/* ---- computing, waiting, text ------------------------------------------------------------------- */

static void write_cpu(struct c_writing *c, const struct op *op)
{
    c_use(c, C_CPU);
    c_line(c, "use_cpu(%s);", c_ns(c, op, op_time(op, "cpu")));
}

static void write_io(struct c_writing *c, const struct op *op)
{
    int32_t number = op_number(op, "io");
    const struct device_spec *d = &c->tr->sc->devices[number];
    const struct dist *time = op_time(op, "time") ? op_time(op, "time") : d->service;
    int64_t bytes = op_int(op, "bytes");
    const char *ns = c_ns(c, op, time);

    if (d->model != device_models[0])
        cannot_op(c->tr, op, "\"discipline\": \"fifo\"",
                  "\"%s\" serves by \"%s\": devices of the program serve in order", d->name,
                  d->model->name);
    if (d->rtt)
        cannot_op(c->tr, op, "a device without \"rtt\", with its time as \"latency\"",
                  "the handshakes of \"%s\" cannot be expressed in the program", d->name);
    if (bytes > 0 && d->bandwidth > 0)
        ns = arena_printf(&c->tr->mem, "%s + %" PRId64, ns,
                          mul_div_ceil(bytes, SEC(1), d->bandwidth));
    c->devices[number] = true;
    c_use(c, C_DEVICE);
    c_line(c, "request(&%s, %s, %s);", ident(c->tr, &c->globals, NAME_DEVICE, d->name), ns,
           c_ns(c, op, d->latency));
}

static void write_sleep(struct c_writing *c, const struct op *op)
{
    c_use(c, C_SLEEP);
    c_line(c, "sleep_for(%s);", c_ns(c, op, op_time(op, "sleep")));
}

static void write_yield(struct c_writing *c, const struct op *op)
{
    (void)op;
    c_line(c, "sched_yield();");
}

struct format {
    struct c_writing *c;
    const struct op *op;
    struct text format, values;
};

static void write_piece(void *ctx, const char *text, size_t len, const char *expr)
{
    struct format *f = ctx;

    for (size_t i = 0; i < len; i++)
        text_addf(&f->format, text[i] == '%' ? "%%%%" : "%c", text[i]);
    if (!expr)
        return;
    text_add(&f->format, "%lld");
    text_addf(&f->values, ", (long long)(%s)", expression(f->c, f->op, expr));
}

static void write_log(struct c_writing *c, const struct op *op)
{
    struct format f = {.c = c, .op = op};

    c_use(c, C_LOG);
    c->uses_me = true;
    translator_log(c->tr, op_text(op, "log"), write_piece, &f);
    c_line(c, "log_line(me, %s%s);", c_quote(c, f.format.data ? f.format.data : ""),
           f.values.data ? f.values.data : "");
    text_release(&f.format);
    text_release(&f.values);
}

/* ---- control --------------------------------------------------------------------------------------- */

static void write_repeat(struct c_writing *c, const struct op *op)
{
    const char *text = op_text(op, "repeat"), *n = expression(c, op, text);
    bool number = strspn(text, "0123456789 ") == strlen(text);
    int depth = c->depth++;

    if (!number) {
        c_use(c, C_TIMES);
        c->uses_me = true;
        n = arena_printf(&c->tr->mem, "times(me, %s)", n);
    }
    c_open(c, "for (int64_t i%d = 0, end%d = %s; i%d < end%d; i%d++) {", depth, depth, n, depth,
           depth, depth);
    c_ops(c, op_ops(op, "do"));
    c_close(c, "}");
    c->depth = depth;
}

static void write_while(struct c_writing *c, const struct op *op)
{
    c_open(c, "while (%s) {", expression(c, op, op_text(op, "while")));
    c_ops(c, op_ops(op, "do"));
    c_close(c, "}");
}

static void write_if(struct c_writing *c, const struct op *op)
{
    struct op_list otherwise = op_ops(op, "else");

    c_open(c, "if (%s) {", expression(c, op, op_text(op, "if")));
    c_ops(c, op_ops(op, "then"));
    if (otherwise.n > 0) {
        c->indent--;
        c_open(c, "} else {");
        c_ops(c, otherwise);
    }
    c_close(c, "}");
}

static void write_call(struct c_writing *c, const struct op *op)
{
    c->uses_me = true;
    c_line(c, "%s(me);", c_program(c, op_number(op, "call")));
}

static void write_exit(struct c_writing *c, const struct op *op)
{
    (void)op;
    c->uses_me = true;
    c_line(c, "task_ends(me);");
}

/* ---- variables ----------------------------------------------------------------------------------------- */

static void read_all(struct c_writing *c, const struct op *op, const struct expr_node *n,
                     const char *cost, uint32_t *nread)
{
    const char *name;

    if (!n)
        return;
    read_all(c, op, n->left, cost, nread);
    if (n->kind == EXPR_NAME) {
        name = variable(c, op, n->op);
        if (is_shared(name)) {
            c_line(c, "use_cpu(%s);", cost);
            c_line(c, "int64_t v%u = %s;", (unsigned)(*nread)++, name);
        }
    }
    read_all(c, op, n->right, cost, nread);
}

/* Each shared variable that is read and the write are steps, which cost something. */
static void write_slow_set(struct c_writing *c, const struct op *op, const char *name,
                           const char *text, const char *cost)
{
    const struct expr_node *tree = translator_expr(c->tr, text);
    struct expr_writing w = {.c = c, .op = op, .numbered = true};
    uint32_t nread = 0;

    c_use(c, C_CPU);
    write_expr(&w, tree, 0);
    c_open(c, "{");
    read_all(c, op, tree, cost, &nread);
    if (is_shared(name))
        c_line(c, "use_cpu(%s);", cost);
    c_line(c, "%s = %s;", name, w.t.data);
    c_close(c, "}");
    text_release(&w.t);
}

static const char *target(struct c_writing *c, const struct op *op, const char *text,
                          size_t *at)
{
    char name[EXPR_NAME_MAX];
    bool good = expr_split_set(text, name, at);

    sim_assert(good);
    return variable(c, op, arena_strdup(&c->tr->mem, name));
}

static void write_set(struct c_writing *c, const struct op *op)
{
    const struct dist *cost = op_time(op, "cost");
    const char *text = op_text(op, "set"), *name;
    size_t at;

    name = target(c, op, text, &at);
    if (cost->kind != DIST_CONST || cost->a > 0)
        write_slow_set(c, op, name, text + at, c_ns(c, op, cost));
    else
        c_line(c, "%s = %s;", name, expression(c, op, text + at));
}

static void write_atomic(struct c_writing *c, const struct op *op)
{
    const char *text = op_text(op, "atomic"), *name;
    size_t at;

    c_use(c, C_ATOMIC);
    name = target(c, op, text, &at);
    c_line(c, "pthread_mutex_lock(&atomic_steps);");
    c_line(c, "%s = %s;", name, expression(c, op, text + at));
    c_line(c, "pthread_mutex_unlock(&atomic_steps);");
}

static void write_assert(struct c_writing *c, const struct op *op)
{
    const char *text = op_text(op, "assert");

    c_use(c, C_CHECK);
    c->uses_me = true;
    c_line(c, "check(me, %s, %s);", expression(c, op, text), c_quote(c, text));
}

/* ---- sync objects --------------------------------------------------------------------------------------- */

static bool is(const struct c_writing *c, int32_t sync, const char *model)
{
    return strcmp(c->tr->sc->syncs[sync].model->name, model) == 0;
}

/* "pthread_mutex_lock(&m)": the call of POSIX for it. */
static const char *sync_call(struct c_writing *c, int32_t sync, const char *verb, bool shared)
{
    const char *kind = is(c, sync, "spinlock") ? "spin"
                       : is(c, sync, "rwlock") ? "rwlock"
                                               : "mutex";
    const char *mode = strcmp(kind, "rwlock") != 0 || strcmp(verb, "unlock") == 0 ? ""
                       : shared                                                   ? "rd"
                                                                                  : "wr";
    bool tries = strcmp(verb, "trylock") == 0;

    return arena_printf(&c->tr->mem, "pthread_%s_%s%s%s(&%s)", kind, tries ? "try" : "", mode,
                        tries ? "lock" : verb, c_sync(c, sync));
}

static void must(struct c_writing *c, const char *call)
{
    c_use(c, C_MUST);
    c->uses_me = true;
    c_line(c, "must(me, %s, %s);", call, c_quote(c, call));
}

static bool reads(const struct op *op)
{
    return op_number(op, "mode") == 1; /* write, read */
}

static void write_lock(struct c_writing *c, const struct op *op)
{
    must(c, sync_call(c, op_number(op, "lock"), "lock", reads(op)));
}

static void write_unlock(struct c_writing *c, const struct op *op)
{
    must(c, sync_call(c, op_number(op, "unlock"), "unlock", false));
}

static void write_trylock(struct c_writing *c, const struct op *op)
{
    c_line(c, "%s = %s == 0;", variable(c, op, op_text(op, "into")),
           sync_call(c, op_number(op, "trylock"), "trylock", reads(op)));
}

static void write_wait(struct c_writing *c, const struct op *op)
{
    int32_t sync = op_number(op, "wait"), with = op_number(op, "with");

    if (is(c, sync, "condvar"))
        must(c, arena_printf(&c->tr->mem, "pthread_cond_wait(&%s, &%s)", c_sync(c, sync),
                             c_sync(c, with)));
    else
        must(c, arena_printf(&c->tr->mem, "sem_wait(&%s)", c_sync(c, sync)));
}

static void write_post(struct c_writing *c, const struct op *op)
{
    must(c, arena_printf(&c->tr->mem, "sem_post(&%s)", c_sync(c, op_number(op, "post"))));
}

static void write_signal(struct c_writing *c, const struct op *op)
{
    c_line(c, "pthread_cond_signal(&%s);", c_sync(c, op_number(op, "signal")));
}

static void write_broadcast(struct c_writing *c, const struct op *op)
{
    c_line(c, "pthread_cond_broadcast(&%s);", c_sync(c, op_number(op, "broadcast")));
}

static void write_barrier(struct c_writing *c, const struct op *op)
{
    c_line(c, "pthread_barrier_wait(&%s);", c_sync(c, op_number(op, "barrier")));
}

static void write_send(struct c_writing *c, const struct op *op)
{
    const char *value = op_text(op, "value");

    c_use(c, C_CHANNEL);
    c_line(c, "channel_send(&%s, %s);", c_sync(c, op_number(op, "send")),
           value ? expression(c, op, value) : "0");
}

static void write_recv(struct c_writing *c, const struct op *op)
{
    const char *into = op_text(op, "into");

    c_use(c, C_CHANNEL);
    c_line(c, "%schannel_recv(&%s);",
           into ? arena_printf(&c->tr->mem, "%s = ", variable(c, op, into)) : "(void)",
           c_sync(c, op_number(op, "recv")));
}

/* ---- children --------------------------------------------------------------------------------------------- */

static void write_spawn(struct c_writing *c, const struct op *op)
{
    int32_t program = op_number(op, "spawn");
    const char *as = op_text(op, "as");

    c_use(c, C_SPAWN);
    c->uses_me = true;
    c_line(c, "spawn(me, %s, %s);", c_quote(c, as ? as : c->tr->sc->programs[program].name),
           c_program(c, program));
}

static void write_join(struct c_writing *c, const struct op *op)
{
    c_use(c, C_SPAWN);
    c->uses_me = true;
    c_line(c, "join(me, %s);", c_quote(c, op_text(op, "join")));
}

/* ---- the table ------------------------------------------------------------------------------------------------ */

static const struct {
    const char *op;
    void (*write)(struct c_writing *c, const struct op *op);
} writers[] = {
    {"cpu", write_cpu},         {"io", write_io},
    {"sleep", write_sleep},     {"yield", write_yield},
    {"log", write_log},         {"repeat", write_repeat},
    {"while", write_while},     {"if", write_if},
    {"call", write_call},       {"exit", write_exit},
    {"set", write_set},         {"atomic", write_atomic},
    {"assert", write_assert},   {"lock", write_lock},
    {"trylock", write_trylock}, {"unlock", write_unlock},
    {"wait", write_wait},       {"post", write_post},
    {"signal", write_signal},   {"broadcast", write_broadcast},
    {"barrier", write_barrier}, {"send", write_send},
    {"recv", write_recv},       {"spawn", write_spawn},
    {"join", write_join},
};

static void write_op(struct c_writing *c, const struct op *op)
{
    for (size_t i = 0; i < ARRAY_LEN(writers); i++)
        if (strcmp(writers[i].op, op_name(op)) == 0) {
            writers[i].write(c, op);
            return;
        }
    cannot_op(c->tr, op, "event loops are for node: quanta export --to node",
              "\"%s\" cannot be expressed in a program of threads", op_name(op));
}

void c_ops(struct c_writing *c, struct op_list ops)
{
    for (uint32_t i = 0; i < ops.n; i++)
        write_op(c, &ops.ops[i]);
}
