/* node_workers.c - workers and messages in JavaScript.
 *
 * The file is the script of its workers, too: each is told which program it runs.  A module is
 * loaded anew in every thread, so what the file keeps in one variable for several threads cannot
 * be a variable here.
 *
 * Source: Node 20 documentation, "Worker threads". */
#include "models/translators/translator_js.h"

#include <string.h>

static void place_here(struct js *js, int32_t *place)
{
    int32_t here = js->programs[js->program].place;

    if (*place == JS_PLACE_NONE || *place == here)
        *place = here;
    else
        *place = JS_PLACE_SEVERAL;
}

void js_check_place(struct js *js, const struct op *op, int32_t *place, const char *name)
{
    if (!js->threads || *place == JS_PLACE_SEVERAL)
        return; /* said once */
    place_here(js, place);
    if (*place == JS_PLACE_SEVERAL)
        cannot_op(js->tr, op, "tell the other thread by \"postMessage\"",
                  "\"%s\" is used on several threads, which share no variables in node", name);
}

/* ---- who runs what ------------------------------------------------------------------------- */

static void place_list(struct js *js, struct op_list list, int32_t place);

static void place_program(struct js *js, int32_t program, int32_t place)
{
    int32_t *own = &js->programs[program].place, before = *own;

    if (before == place || before == JS_PLACE_SEVERAL)
        return;
    *own = before == JS_PLACE_NONE ? place : JS_PLACE_SEVERAL;
    place_list(js, js->tr->sc->programs[program].ops, *own);
}

static bool is_worker(const struct op *op)
{
    return strcmp(op_name(op), "worker") == 0;
}

/* Where the same script runs twice, no variable is one. */
static int32_t script_place(struct js *js, int32_t program, const struct op *op)
{
    struct js_program *p = &js->programs[program];
    const struct js_name *n = js_find_name(js, js_worker_name(js, op), false);

    if (n && js_draws_tickets(js, program))
        *n->tickets = true;
    js->nscripts += !p->script;
    p->script = true;
    return n && (n->sites > 1 || n->many || !js_name_is_one(js, n)) ? JS_PLACE_SEVERAL
                                                                    : JS_PLACE_SCRIPT + program;
}

static void place_list(struct js *js, struct op_list list, int32_t place)
{
    for (uint32_t i = 0; i < list.n; i++) {
        const struct op *op = &list.ops[i];

        for (const struct param *p = op->def->params; p->name; p++) {
            const void *f = (const char *)op->args + p->offset;

            if (p->type == PARAM_OPS)
                place_list(js, *(const struct op_list *)f, place);
            else if (p->type == PARAM_AWAIT)
                place_list(js, ((const struct awaited *)f)->op, place);
            else if (p->type == PARAM_PROGRAM)
                place_program(js, *(const int32_t *)f,
                              is_worker(op) ? script_place(js, *(const int32_t *)f, op)
                                            : place);
        }
    }
}

void js_places(struct js *js)
{
    for (int32_t i = 0; i < js->tr->sc->ntasks; i++)
        place_program(js, js->tr->sc->tasks[i].program,
                      js_place_of_loop(js, &js->tr->sc->tasks[i]));
    js->threads = js->nscripts > 0 || js->cluster;
    if (js->nscripts > 0) {
        js_use(js, JS_WORKERS);
        js_use(js, JS_LOG);
    }
}

/* The other branch of the end of the file. */
void js_scripts(struct js *js)
{
    js_line(js, "zero = workerData.zero - performance.timeOrigin;");
    js_open(js, "({");
    for (int32_t i = 0; i < js->tr->sc->nprograms; i++) {
        const struct task_spec *spec = NULL;

        if (!js->programs[i].script)
            continue;
        for (uint32_t k = 0; k < js->nactors && !spec; k++)
            if (js->actors[k].visits[i])
                spec = js->actors[k].spec;
        sim_assert(spec);
        js_line(js, "%s: () => %s(%s),", js_quote(js, js->tr->sc->programs[i].name),
                js_program_name(js, i), js_new_me(js, spec, i));
    }
    js_close(js, "})[workerData.program]();");
}

/* ---- names ----------------------------------------------------------------------------------- */

const char *js_port_name(struct js *js, const char *name)
{
    return arena_printf(&js->tr->mem, "%s port", name);
}

const char *js_worker_name(struct js *js, const struct op *op)
{
    const char *as = op_text(op, "as");

    return js_port_name(js, as ? as : js->tr->sc->programs[op_number(op, "worker")].name);
}

const char *js_port(struct js *js, const struct op *op, const char *name)
{
    const struct js_name *n;

    if (strcmp(name, "parent") == 0)
        return "parentPort";
    n = js_find_name(js, js_port_name(js, name), false);
    if (n)
        js_check_place(js, op, n->place, name);
    return js_promise(js, op, js_port_name(js, name));
}

static bool is_port(const struct js *js, const char *name)
{
    for (uint32_t i = 0; i < js->nnames; i++)
        if (js->names[i].port && strncmp(js->names[i].name, name, strlen(name)) == 0 &&
            strcmp(js->names[i].name + strlen(name), " port") == 0)
            return true;
    return strcmp(name, "parent") == 0;
}

/* ---- workers ---------------------------------------------------------------------------------- */

/* It may end before what it starts now, and takes that along. */
static bool is_owned(struct js *js, const struct op *op)
{
    if (!js->programs[js->program].quits)
        return false;
    if (js->target->browser)
        cannot_op(js->tr, op, "a task without \"exit\", or \"main\", with whose end all ends",
                  "what ends with a task that may exit cannot be expressed in %s",
                  js->target->program);
    js_use(js, JS_LEAVE);
    return true;
}

static void write_worker(struct js *js, const struct op *op)
{
    int32_t program = op_number(op, "worker");
    const char *name = js->tr->sc->programs[program].name;
    const char *worker = js_promise(js, op, js_worker_name(js, op));
    bool owned = is_owned(js, op);

    if (owned && js_draws_tickets(js, program))
        cannot_op(
            js->tr, op, "a task without \"exit\", or \"main\"",
            "\"%s\" may be waiting for its turn when its task exits, and that would never "
            "pass",
            name);
    js_line(js, "%s = %sstartWorker(%s)%s;", worker, owned ? "owned(me, " : "",
            js_quote(js, name), owned ? ")" : "");
    if (op_flag(op, "unref"))
        js_line(js, "%s.unref();", worker);
}
const struct js_writer js_op_worker = {.op = "worker", .write = write_worker};

static void write_terminate(struct js *js, const struct op *op)
{
    const char *name = op_text(op, "terminate");
    const struct js_name *n = js_find_name(js, js_port_name(js, name), false);

    if (n && *n->tickets)
        cannot_op(js->tr, op, "tell it to end by \"postMessage\"",
                  "\"%s\" may be waiting for its turn, which would never pass", name);
    js_line(js, "%s.terminate();", js_port(js, op, name));
}
const struct js_writer js_op_terminate = {.op = "terminate", .write = write_terminate};

bool js_join_worker(struct js *js, const struct op *op, const char *name)
{
    const char *worker = js_port_name(js, name);

    if (!js_find_name(js, worker, false))
        return false;
    js_line(js, "await %s.ended;", js_promise(js, op, worker));
    return true;
}

/* ---- messages ----------------------------------------------------------------------------------- */

static void write_channel(struct js *js, const struct op *op)
{
    const char *one = js_port(js, op, op_text(op, "messageChannel"));

    js_use(js, JS_PORTS);
    js_line(js, "({ port1: %s, port2: %s } = new MessageChannel());", one,
            js_port(js, op, op_text(op, "to")));
    if (is_owned(js, op))
        js_line(js, "owned(me, %s);", one);
}
const struct js_writer js_op_messageChannel = {.op = "messageChannel", .write = write_channel};

static void write_post(struct js *js, const struct op *op)
{
    js_line(js, "%s.postMessage(%s);", js_port(js, op, op_text(op, "postMessage")),
            js_text(js, op, op_text(op, "text")));
}
const struct js_writer js_op_postMessage = {.op = "postMessage", .write = write_post};

/* OF.on(EVENT, message => { ... }); of some events there is nothing to say. */
static void write_listener(struct js *js, const char *of, const char *event, struct op_list ops)
{
    bool error = strcmp(event, "error") == 0 || strcmp(event, "uncaughtException") == 0 ||
                 strcmp(event, "unhandledRejection") == 0;
    bool message = strcmp(event, "message") == 0 || strcmp(event, "exit") == 0;

    js->argument = error ? "error" : message ? "message" : NULL;
    js->errors += error;
    js->messages += message;
    js_callback(js, arena_printf(&js->tr->mem, "%s.on('%s', ", of, event), NULL, ops, ");",
                true);
    js->errors -= error;
    js->messages -= message;
    js->argument = NULL;
}

static void write_onMessage(struct js *js, const struct op *op)
{
    const char *from = op_text(op, "from");
    const char *of = from ? js_port(js, op, from) : "inbox";

    if (!from)
        js_use(js, JS_WORKERS);
    write_listener(js, of, "message", op_ops(op, "onMessage"));
    if (op_flag(op, "unref") && from && is_port(js, from))
        js_line(js, "%s.unref();", of);
    else if (op_flag(op, "unref") && !from)
        js_line(js, "if (workerData?.program) parentPort.unref();");
}
const struct js_writer js_op_onMessage = {.op = "onMessage", .write = write_onMessage};

static void write_receive(struct js *js, const struct op *op)
{
    js_use(js, JS_RECEIVE);
    js_line(js, "message = receive(%s);", js_port(js, op, op_text(op, "receiveMessage")));
    js->received = true;
}
const struct js_writer js_op_receiveMessage = {.op = "receiveMessage", .write = write_receive};

static void write_closePort(struct js *js, const struct op *op)
{
    js_line(js, "%s.close();", js_port(js, op, op_text(op, "closePort")));
}
const struct js_writer js_op_closePort = {.op = "closePort", .write = write_closePort};

/* ---- listeners ------------------------------------------------------------------------------------ */

static void write_on(struct js *js, const struct op *op)
{
    const char *of = op_text(op, "of");
    const char *event = op->def->params[0].choices[op_number(op, "on")];
    bool any = strcmp(event, "online") == 0 || strcmp(event, "error") == 0 ||
               strcmp(event, "message") == 0;

    if (!of && !any) {
        if (js_hears_process(js, op, event))
            write_listener(js, "process", event, op_ops(op, "do"));
        return;
    }
    write_listener(js,
                   of                              ? js_port(js, op, of)
                   : strcmp(event, "message") == 0 ? "inbox"
                                                   : "workers",
                   event, op_ops(op, "do"));
    if (!of && any)
        js_use(js, JS_WORKERS);
}
const struct js_writer js_op_on = {.op = "on", .write = write_on};
