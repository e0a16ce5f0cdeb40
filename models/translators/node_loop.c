/* node_loop.c - ops that start something on the loop, or wait for it.
 *
 * A device that is polled is a thread that answers by messages, which come in the poll phase; one
 * of the pool is a call that blocks a thread of it: fs.stat() where it takes next to no time,
 * crypto.pbkdf2() of as many rounds as take that long otherwise.
 *
 * Source: Node 20 documentation, "Timers", "Process" (nextTick), "Crypto" (pbkdf2), "File system"
 * (stat), "Worker threads" (MessagePort close). */
#include "models/translators/translator_js.h"

#include <string.h>

#include "models/devices/device.h"

static bool always(const struct js *js, const struct op *op)
{
    (void)js;
    (void)op;
    return true;
}

/* ---- devices and the pool ----------------------------------------------------------------------- */

/* What a device's request costs: its service, with what its bytes take. */
static const char *service_of(struct js *js, const struct op *op, const struct device_spec *d)
{
    const struct dist *own = op_time(op, "time");
    const char *time = own ? js_time(js, own, op->place) : js_time(js, d->service, 0);
    int64_t bytes = op_int(op, "bytes");
    char buf[DECIMAL_SIZE];

    if (d->mode == DEVICE_POOL && (d->latency->kind != DIST_CONST || d->latency->a > 0))
        time = arena_printf(&js->tr->mem, "%s + %s", time, js_time(js, d->latency, 0));
    if (bytes == 0 || d->bandwidth == 0)
        return time;
    return arena_printf(&js->tr->mem, "%s + %s", time,
                        decimal_ms(mul_div_ceil(bytes, SEC(1), d->bandwidth), buf));
}

/* Next to nothing: what a call of the file system takes anyway. */
static bool is_instant(const struct op *op, const struct device_spec *d)
{
    const struct dist *time = op_time(op, "time") ? op_time(op, "time") : d->service;

    return time->kind == DIST_CONST && d->latency->kind == DIST_CONST &&
           time->a + d->latency->a < MS(1);
}

static void check_device(struct js *js, const struct op *op, const struct device_spec *d)
{
    if (d->rtt)
        cannot_op(js->tr, op, "a device without \"rtt\", with its time as \"latency\"",
                  "the handshakes of \"%s\" cannot be expressed in %s", d->name,
                  js->target->program);
    else if (d->preset && d->preset->slow && d->mode == DEVICE_POOL && !is_instant(op, d))
        cannot_op(js->tr, op, "a look-up of less than 1 ms is dns.lookup('localhost')",
                  "a name look-up that takes long cannot be expressed in a program for node");
    else if (d->model != device_models[0])
        cannot_op(js->tr, op, "\"discipline\": \"fifo\"",
                  "\"%s\" serves by \"%s\": devices of %s serve in order", d->name,
                  d->model->name, js->target->program);
}

/* A call, up to the callback, which is its last argument. */
static const char *request(struct js *js, const struct op *op)
{
    const struct device_spec *d = &js->tr->sc->devices[op_number(op, "io")];

    check_device(js, op, d);
    if (d->preset && d->preset->slow && d->mode == DEVICE_POOL) {
        js_use(js, JS_LOOKUP);
        return "lookup('localhost', ";
    }
    if (d->mode == DEVICE_POOL && is_instant(op, d)) {
        js_use(js, JS_STAT);
        return "stat('.', ";
    }
    js->asked[op_number(op, "io")] = true;
    js_use(js, d->mode == DEVICE_POOL ? JS_POOL : JS_DEVICES);
    if (d->mode == DEVICE_POOL && d->channels >= 0)
        js_use(js, JS_LIMITED);
    return arena_printf(&js->tr->mem, "%s(%s, ",
                        ident(js->tr, &js->globals, NAME_DEVICE, d->name),
                        service_of(js, op, d));
}

static void write_io(struct js *js, const struct op *op)
{
    struct op_list then = op_ops(op, "then");

    if (op_flag(op, "sync")) {
        js_use(js, JS_BLOCK);
        js_line(js, "block(%s); // a synchronous call",
                service_of(js, op, &js->tr->sc->devices[op_number(op, "io")]));
    } else if (then.ops) {
        js_callback(js, request(js, op), NULL, then, ");", true);
    } else {
        js_await_start(js, request(js, op));
    }
}

static bool io_waits(const struct js *js, const struct op *op)
{
    (void)js;
    return !op_flag(op, "sync") && !op_ops(op, "then").ops;
}
const struct js_writer js_op_io = {.op = "io", .write = write_io, .waits = io_waits};

static const char *work_call(struct js *js, const struct op *op)
{
    js_use(js, JS_POOL);
    return arena_printf(&js->tr->mem, "work(%s, ", js_op_time(js, op, "work"));
}

static void write_work(struct js *js, const struct op *op)
{
    js_callback(js, work_call(js, op), NULL, op_ops(op, "then"), ");", true);
}
const struct js_writer js_op_work = {.op = "work", .write = write_work};

static void write_sleep(struct js *js, const struct op *op)
{
    js_use(js, JS_SLEEP);
    js_line(js, "await sleep(%s);", js_op_time(js, op, "sleep"));
}
const struct js_writer js_op_sleep = {.op = "sleep", .write = write_sleep, .waits = always};

static void write_yield(struct js *js, const struct op *op)
{
    (void)op;
    js_use(js, JS_SCHEDULER);
    js_line(js, "await scheduler.yield();");
}
const struct js_writer js_op_yield = {.op = "yield", .write = write_yield, .waits = always};

/* ---- timers and immediates --------------------------------------------------------------------------- */

void js_write_timer(struct js *js, const struct op *op, const char *call, const char *last,
                    struct op_list ops)
{
    const char *name = op_text(op, "id");
    const char *unref = js->target->has_ref && op_flag(op, "unref") ? ".unref()" : "";
    const char *variable = name ? js_timer(js, name) : NULL;
    struct arena *mem = &js->tr->mem;
    bool once = strcmp(call, "setInterval") != 0;
    bool frame = strcmp(call, "requestAnimationFrame") == 0;

    if (!name || variable) {
        js_callback(js,
                    variable ? arena_printf(mem, "%s = %s(", variable, call)
                             : arena_printf(mem, "%s(", call),
                    NULL, ops, arena_printf(mem, "%s)%s;", last, unref), true);
        return;
    }
    js_use(js, JS_NAMED);
    js_callback(
        js,
        arena_printf(mem, "named(%s, %s, %s => %s(", js_quote(js, name),
                     js_timer_of_me(js, js_find_name(js, name, true)) ? "me" : "null",
                     once ? "fired" : "()", call),
        once ? "fired();" : NULL, ops,
        arena_printf(mem, "%s)%s%s);", last, unref, frame ? ", cancelAnimationFrame" : ""),
        true);
}

static void write_setTimeout(struct js *js, const struct op *op)
{
    js_write_timer(js, op, "setTimeout",
                   arena_printf(&js->tr->mem, ", %s", js_op_time(js, op, "setTimeout")),
                   op_ops(op, "do"));
}
const struct js_writer js_op_setTimeout = {.op = "setTimeout", .write = write_setTimeout};

static void write_setInterval(struct js *js, const struct op *op)
{
    js_write_timer(js, op, "setInterval",
                   arena_printf(&js->tr->mem, ", %s", js_op_time(js, op, "setInterval")),
                   op_ops(op, "do"));
}
const struct js_writer js_op_setInterval = {.op = "setInterval", .write = write_setInterval};

static void write_setImmediate(struct js *js, const struct op *op)
{
    js_write_timer(js, op, "setImmediate", "", op_ops(op, "setImmediate"));
}
const struct js_writer js_op_setImmediate = {.op = "setImmediate", .write = write_setImmediate};

static void write_clear(struct js *js, const struct op *op)
{
    const char *name = op_text(op, "clear"), *variable = js_timer(js, name);
    const struct js_name *n = js_find_name(js, name, true);

    if (variable) {
        js_line(js, "%s(%s);", n->immediates ? "clearImmediate" : "clearTimeout", variable);
        return;
    }
    js_use(js, JS_NAMED);
    js_line(js, "clearNamed(%s, %s);", js_quote(js, name),
            js_timer_of_me(js, n) ? "me" : "null");
}
const struct js_writer js_op_clear = {.op = "clear", .write = write_clear};

/* ---- queues ---------------------------------------------------------------------------------------------- */

static void write_nextTick(struct js *js, const struct op *op)
{
    js_callback(js, "process.nextTick(", NULL, op_ops(op, "nextTick"), ");", true);
}
const struct js_writer js_op_nextTick = {.op = "nextTick", .write = write_nextTick};

static void write_microtask(struct js *js, const struct op *op)
{
    js_callback(js, "queueMicrotask(", NULL, op_ops(op, "microtask"), ");", true);
}
const struct js_writer js_op_microtask = {.op = "microtask", .write = write_microtask};

static void write_close(struct js *js, const struct op *op)
{
    js_use(js, JS_CLOSE);
    js_callback(js, "closeHandle(", NULL, op_ops(op, "close"), ");", true);
}
const struct js_writer js_op_close = {.op = "close", .write = write_close};

/* ---- promises ----------------------------------------------------------------------------------------------- */

static void write_promise(struct js *js, const struct op *op)
{
    js_use(js, JS_PROMISE);
    js_line(js, "%s = newPromise();", js_promise(js, op, op_text(op, "promise")));
}
const struct js_writer js_op_promise = {.op = "promise", .write = write_promise};

static void write_resolve(struct js *js, const struct op *op)
{
    const char *with = op_text(op, "with");

    js_line(js, "%s.resolve(%s);", js_promise(js, op, op_text(op, "resolve")),
            with ? js_promise(js, op, with) : "");
}
const struct js_writer js_op_resolve = {.op = "resolve", .write = write_resolve};

static void write_reject(struct js *js, const struct op *op)
{
    const char *name = op_text(op, "reject"), *text = op_text(op, op->def->params[1].name);

    js_line(js, "%s.reject(new Error(%s));", js_promise(js, op, name),
            text ? js_text(js, op, text) : js_quote(js, name));
}
const struct js_writer js_op_reject = {.op = "reject", .write = write_reject};

/* "NAME = " where the op has a name for the promise that it gives. */
static const char *given_name(struct js *js, const struct op *op)
{
    const char *as = op_text(op, "as");

    return as ? arena_printf(&js->tr->mem, "%s = ", js_promise(js, op, as)) : "";
}

static void write_then(struct js *js, const struct op *op)
{
    struct op_list good = op_ops(op, "do"), bad = op_ops(op, "catch");
    const char *promise = js_promise(js, op, op_text(op, "then"));
    const char *as = given_name(js, op);
    const char *method = good.ops || !bad.ops ? "then" : "catch";
    const char *before = arena_printf(&js->tr->mem, "%s%s.%s(", as, promise, method);

    if (!good.ops && !bad.ops)
        js_line(js, "%s);", before);
    if (good.ops)
        js_callback(js, before, NULL, good, bad.ops ? "," : ");", false);
    if (!bad.ops)
        return;
    js->argument = "error";
    js->errors++;
    js_callback(js, good.ops ? "" : before, NULL, bad, ");", false);
    js->errors--;
}
const struct js_writer js_op_then = {.op = "then", .write = write_then};

/* ---- async functions ----------------------------------------------------------------------------------------- */

/* BEFORE (async () => { ... })(); */
static void write_async_function(struct js *js, const char *before, struct op_list ops)
{
    struct js saved = *js;

    js_open(js, "%s(async () => {", before);
    js->async = true;
    js->function = js->unseen = false;
    js->depth = 0;
    js_ops(js, ops);
    js->async = saved.async;
    js->function = saved.function;
    js->unseen = saved.unseen;
    js->depth = saved.depth;
    js_close(js, "})();");
}

static void write_async(struct js *js, const struct op *op)
{
    /* A line that begins with a bracket would go on with the line before: each ends with ;. */
    write_async_function(js, given_name(js, op), op_ops(op, "async"));
}
const struct js_writer js_op_async = {.op = "async", .write = write_async};

/* Its promise's name is given when the function is called, before anybody waits. */
static void await_async(struct js *js, const struct op *op)
{
    if (op_text(op, "as")) {
        write_async(js, op);
        js_line(js, "await %s;", js_promise(js, op, op_text(op, "as")));
    } else {
        write_async_function(js, "await ", op_ops(op, "async"));
    }
}

static void write_await(struct js *js, const struct op *op)
{
    const struct awaited *a = op_awaited(op);
    const struct op *what = a->op.ops;
    int32_t program;

    if (a->promise) {
        js_line(js, "await %s;", js_promise(js, op, a->promise));
    } else if (a->op.n == 0) {
        js_line(js, "await null;");
    } else if (strcmp(op_name(what), "work") == 0) {
        js_await_start(js, work_call(js, what));
    } else if (strcmp(op_name(what), "call") == 0) {
        program = op_number(what, "call");
        js_line(js, "await %s(%s);", js_program_name(js, program), js_me(js, program));
    } else if (strcmp(op_name(what), "async") == 0) {
        await_async(js, what);
    } else {
        js_ops(js, a->op); /* is awaited anyway */
    }
}
const struct js_writer js_op_await = {.op = "await", .write = write_await, .waits = always};
