/* browser.c - a scenario's event loop as a page for a browser: what is other than for node.
 *
 * The page is one file: a list that the log goes to, and the program as its script, which
 * workers run, too.  Devices are a worker, whose messages are the answers; a task of the file
 * comes by a message of the page to itself.
 *
 * Source: WHATWG HTML Living Standard, "Timers", "Animation frames", "Web messaging", "Web
 * workers", "Runtime script errors", "Unhandled promise rejections"; WICG Prioritized Task
 * Scheduling (scheduler.yield). */
#include "models/translators/translator_js.h"

#include <stdlib.h>
#include <string.h>

/* ---- ops ------------------------------------------------------------------------------------- */

static void write_frame(struct js *js, const struct op *op)
{
    js_write_timer(js, op, "requestAnimationFrame", "", op_ops(op, "requestAnimationFrame"));
}
static const struct js_writer op_requestAnimationFrame = {.op = "requestAnimationFrame",
                                                          .write = write_frame};

static void write_clear(struct js *js, const struct op *op)
{
    const char *name = op_text(op, "clear"), *variable = js_timer(js, name);
    const struct js_name *n = js_find_name(js, name, true);

    if (variable) {
        js_line(js, "%s(%s);", n->frames ? "cancelAnimationFrame" : "clearTimeout", variable);
        return;
    }
    js_use(js, JS_NAMED);
    js_line(js, "clearNamed(%s, %s);", js_quote(js, name),
            js_timer_of_me(js, n) ? "me" : "null");
}
static const struct js_writer op_clear = {.op = "clear", .write = write_clear};

/* A function ends by returning; of scripts, only those of workers have an end. */
static void write_exit(struct js *js, const struct op *op)
{
    if (js_is_script(js))
        cannot_op(js->tr, op, "let what it has started come to its end",
                  "a page has no end that its script brings about");
    if (js_in_worker(js, js->program))
        js_line(js, "close();");
    else if (js->programs[js->program].quits)
        js_line(js, "me.gone = true; // what it has started looks at that");
    js_line(js, js->function ? "return true;" : "return;");
}
static const struct js_writer op_exit = {.op = "exit", .write = write_exit};

static void write_join(struct js *js, const struct op *op)
{
    const char *name = op_text(op, "join");

    if (js_find_name(js, js_port_name(js, name), false))
        cannot_op(js->tr, op, "let the worker post a message when it is done",
                  "a page is not told of a worker's end: \"%s\" cannot be joined there", name);
    else
        js_op_join.write(js, op);
}
static const struct js_writer op_join = {.op = "join", .write = write_join};

/* ---- messages and events ------------------------------------------------------------------------ */

/* CALL error => { ... }, with ${error}, or ${message}. */
static void write_hearing(struct js *js, const char *call, const char *argument,
                          struct op_list ops)
{
    bool error = strcmp(argument, "error") == 0;

    js->argument = argument;
    js->errors += error;
    js->messages += !error;
    js_callback(js, call, NULL, ops, ");", true);
    js->errors -= error;
    js->messages -= !error;
    js->argument = NULL;
}

static void hear_messages(struct js *js, const struct op *op, const char *from,
                          struct op_list ops)
{
    const char *of = from ? js_port(js, op, from) : "inbox";

    if (!from)
        js_use(js, JS_WORKERS);
    js_use(js, JS_PORTS);
    write_hearing(js, arena_printf(&js->tr->mem, "hear(%s, ", of), "message", ops);
}

static void write_onMessage(struct js *js, const struct op *op)
{
    hear_messages(js, op, op_text(op, "from"), op_ops(op, "onMessage"));
}
static const struct js_writer op_onMessage = {.op = "onMessage", .write = write_onMessage};

static void write_on(struct js *js, const struct op *op)
{
    const char *of = op_text(op, "of");
    const char *event = op->def->params[0].choices[op_number(op, "on")];
    struct op_list ops = op_ops(op, "do");

    if (strcmp(event, "message") == 0) {
        hear_messages(js, op, of, ops);
    } else if (strcmp(event, "error") == 0) {
        js_use(js, JS_FAILS);
        js_use(js, of ? JS_FAILS : JS_WORKERS);
        write_hearing(
            js, arena_printf(&js->tr->mem, "fails(%s, ", of ? js_port(js, op, of) : "workers"),
            "error", ops);
    } else if (strcmp(event, "uncaughtException") == 0) {
        js_use(js, JS_FAILS);
        write_hearing(js, "fails(globalThis, ", "error", ops);
    } else if (strcmp(event, "unhandledRejection") == 0) {
        js_use(js, JS_FAILS);
        write_hearing(js, "rejects(", "error", ops);
    } else if (strcmp(event, "close") == 0) {
        js_callback(
            js,
            arena_printf(&js->tr->mem, "%s.addEventListener('close', ", js_port(js, op, of)),
            NULL, ops, ");", true);
    } else {
        cannot_op(js->tr, op, NULL, "a page is not told of \"%s\"", event);
    }
}
static const struct js_writer op_on = {.op = "on", .write = write_on};

static const struct js_writer *const writers[] = {
    &op_requestAnimationFrame, &op_clear, &op_exit, &op_join, &op_onMessage, &op_on, NULL};

/* ---- the page ---------------------------------------------------------------------------------- */

static void settings(struct js *js)
{
    char buf[DECIMAL_SIZE];

    if (js->tr->sc->until < SIM_NEVER && js->helps[JS_LOG])
        js_line(js, "%ssetTimeout(() => (over = true), %s); // until",
                js->nscripts > 0 ? "if (isMainThread) " : "",
                decimal_ms(js->tr->sc->until, buf));
}

static void escaped(struct text *out, const char *text)
{
    for (; *text; text++)
        if (*text == '<' || *text == '&')
            text_add(out, *text == '<' ? "&lt;" : "&amp;");
        else
            text_add_len(out, text, 1);
}

static const char style[] =
    "<style>\n"
    "  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }\n"
    "  body { max-width: 46em; margin: 2em auto; padding: 0 1em; }\n"
    "  h1 { font-size: 1.3em; }\n"
    "  ol { list-style: none; padding: 0; font-family: ui-monospace, monospace; }\n"
    "  li::before { content: attr(data-at) ' ms'; display: inline-block; width: 7em;\n"
    "    margin-right: 1.5em; text-align: right; opacity: 0.6; }\n"
    "</style>\n";

static void opens(struct js *js, struct text *out)
{
    const struct scenario *sc = js->tr->sc;
    const struct js_note notes[] = {
        {js->helps[JS_BUSY], "cpu is a busy loop on performance.now()."},
        {js->helps[JS_DEVICES],
         "Devices are a thread with timers (to the ms), which answers by messages; the script "
         "begins when it is there."},
        {js->helps[JS_ARRIVE],
         "Tasks are messages of the page to itself, and end when their function returns."},
        {js->helps[JS_WORKERS], "What a worker logs reaches the page by a message; the lines "
                                "stand in the order of their times."},
        {js->helps[JS_HEAP],
         "Memory is arrays on the engine's heap, which collects when it thinks best."},
        {sc->until < SIM_NEVER,
         "A page does not end: after \"until\" it logs nothing any more."},
        {js->random, "What is drawn is drawn from other streams than the simulator's."},
    };

    text_add(out, "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>");
    escaped(out, sc->name);
    text_addf(out, "</title>\n%s\n<h1>", style);
    escaped(out, sc->name);
    text_add(out, "</h1>\n<p>Variant “");
    escaped(out, sc->variant);
    text_add(out, "”: what it logs, here and in the console.</p>\n<ol id=\"log\"></ol>\n\n"
                  "<script>\n");
    comment_text(out, "// ", js_about(js));
    text_add(out, "//\n// Open it in a browser, from the disk: it needs no server.\n//\n");
    js_notes(out, notes, ARRAY_LEN(notes));
}

/* A text of the file that would end the script, or begin a comment of HTML, is written another
 * way; in strings and comments of JavaScript the backslash says nothing. */
static void closes(struct js *js, struct text *out)
{
    char *start = strstr(out->data, "<script>"), *all;
    struct text safe = {0};

    (void)js;
    sim_assert(start);
    start += strlen("<script>");
    all = sim_strdup(start);
    for (const char *at = all; *at; at++) {
        text_add_len(&safe, at, 1);
        if (at[0] == '<' && (at[1] == '/' || at[1] == '!' || at[1] == 's' || at[1] == 'S'))
            text_add(&safe, "\\");
    }
    out->len = (size_t)(start - out->data);
    text_add(out, safe.data);
    text_add(out, "</script>\n</html>\n");
    text_release(&safe);
    free(all);
}

static const struct js_target browser = {
    .format = "browser",
    .program = "a page",
    .browser = true,
    .helper = browser_helper,
    .reserved = browser_reserved,
    .writers = writers,
    .settings = settings,
    .opens = opens,
    .closes = closes,
};

static void browser_write(struct translation *tr)
{
    js_translate(tr, &browser);
}

const struct translator translator_browser = {
    .name = "browser",
    .suffix = ".html",
    .help = "a page whose script does what an event loop of flavor \"browser\" does",
    .source = "Source: WHATWG HTML Living Standard",
    .write = browser_write,
};
