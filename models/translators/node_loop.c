/* node_loop.c - ops that start something on the loop, or wait for it.
 *
 * Source: Node 20 documentation, "Timers", "Process" (nextTick), "Crypto" (pbkdf2), "Worker
 * threads" (MessagePort close). */
#include "models/translators/translator_js.h"

#include <string.h>

/* ---- the pool, sleeping ----------------------------------------------------------------------- */

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
const struct js_writer js_op_sleep = {.op = "sleep", .write = write_sleep};

static void write_yield(struct js *js, const struct op *op)
{
    (void)op;
    js_use(js, JS_SCHEDULER);
    js_line(js, "await scheduler.yield();");
}
const struct js_writer js_op_yield = {.op = "yield", .write = write_yield};

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

    if (js->programs[js->program].quits && !js->target->browser) { /* then it is no more */
        js_use(js, JS_LEAVE);
        js->cleared = true;
        call = arena_printf(mem, "owned(me, %s", call);
        last = arena_printf(mem, "%s)", last);
    }

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
            text ? js_text(js, op, text) : "'rejected'");
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
const struct js_writer js_op_await = {.op = "await", .write = write_await};
