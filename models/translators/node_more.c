/* node_more.c - promises made of several, listeners of the process, ref and unref, the heap.
 *
 * Source: ECMA-262 (2024) 27.2.4 (all, allSettled, any, race); Node 20 documentation, "Process"
 * (events), "Timers" (ref, unref), "Command-line API" (--max-old-space-size). */
#include "models/translators/translator_js.h"

#include <inttypes.h>
#include <string.h>

/* ---- one promise of several ------------------------------------------------------------------ */

static void write_gather(struct js *js, const struct op *op)
{
    const struct name_list *names = param_field(op->def->params, op->args, op_name(op));
    const char *as = op_text(op, "as"), *given = "", *line;
    struct text t = {0};

    for (size_t i = 0; i < names->n; i++)
        text_addf(&t, "%s%s", i ? ", " : "", js_promise(js, op, names->names[i]));
    if (as)
        given = arena_printf(&js->tr->mem, "%s = ", js_promise(js, op, as));
    line = arena_printf(&js->tr->mem, "%sPromise.%s([%s]);", given, op_name(op),
                        t.len ? t.data : "");
    text_release(&t);
    js_line(js, "%s", line);
}
const struct js_writer js_op_all = {.op = "all", .write = write_gather};
const struct js_writer js_op_allSettled = {.op = "allSettled", .write = write_gather};
const struct js_writer js_op_any = {.op = "any", .write = write_gather};
const struct js_writer js_op_race = {.op = "race", .write = write_gather};

/* ---- listeners of the process ------------------------------------------------------------------ */

static bool is_alone(const struct js *js)
{
    return js->nactors == 1 && js->actors[0].one;
}

/* Only where the process is the task: one task ends before another. */
bool js_hears_process(struct js *js, const struct op *op, const char *event)
{
    bool exit = strcmp(event, "exit") == 0, ends = exit || strcmp(event, "beforeExit") == 0;

    if (ends && (js->tr->sc->ntasks != 1 || !js->actors[0].one || js->spawns)) {
        cannot_op(js->tr, op, "a config with one task, or with the loop's \"main\" alone",
                  "this is about the end of one task of several: a process for node ends once");
        return false;
    }
    js->hears_exit |= exit;
    return true;
}

/* ---- ref, unref ----------------------------------------------------------------------------------- */

/* Of a timer that has not been set yet, or is over, both do nothing. */
static void write_ref(struct js *js, const struct op *op)
{
    const char *name = op_text(op, op_name(op)), *variable = js_timer(js, name);

    if (variable) {
        js_line(js, "%s?.%s();", variable, op_name(op));
        return;
    }
    js_use(js, JS_NAMED);
    js_line(js, "findNamed(%s, %s)?.handle.%s();", js_quote(js, name),
            js_timer_of_me(js, js_find_name(js, name, true)) ? "me" : "null", op_name(op));
}
const struct js_writer js_op_ref = {.op = "ref", .write = write_ref};
const struct js_writer js_op_unref = {.op = "unref", .write = write_ref};

/* ---- the heap -------------------------------------------------------------------------------------- */

/* A task's pieces hang on its `me`, and are garbage with it. */
const char js_heap_text[] =
    "// Arrays of so many bytes on V8's heap: 8 each element; of each task, the youngest "
    "last.\n"
    "const heaps = new WeakMap(), leaked = [];\n"
    "function heapOf(me) {\n"
    "  if (!heaps.has(me)) heaps.set(me, []);\n"
    "  return heaps.get(me);\n"
    "}\n"
    "function allocate(pieces, bytes) {\n"
    "  for (let rest = bytes; rest > 0; rest -= 2 ** 20) {\n"
    "    const size = Math.min(rest, 2 ** 20);\n"
    "    pieces.push({ size, data: new Array(Math.ceil(size / 8)).fill(0) });\n"
    "  }\n"
    "}\n"
    "function release(pieces, bytes) {\n"
    "  while (bytes > 0 && pieces.length > 0) {\n"
    "    const last = pieces.at(-1), size = Math.min(bytes, last.size);\n"
    "    bytes -= size;\n"
    "    last.size -= size;\n"
    "    if (last.size === 0) pieces.pop();\n"
    "    else last.data.length = Math.ceil(last.size / 8);\n"
    "  }\n"
    "}\n";

bool js_heap_of_me(const struct js *js, const struct op *op)
{
    bool allocates = strcmp(op_name(op), "allocate") == 0;

    if (!allocates && strcmp(op_name(op), "free") != 0)
        return false;
    return !is_alone(js) && !(allocates && op_flag(op, "leak"));
}

static const char *pieces(const struct js *js, const struct op *op)
{
    return js_heap_of_me(js, op) ? "heapOf(me)" : "heapOf(globalThis)";
}

static void write_allocate(struct js *js, const struct op *op)
{
    js_use(js, JS_HEAP);
    js_line(js, "allocate(%s, %" PRId64 ");", op_flag(op, "leak") ? "leaked" : pieces(js, op),
            op_int(op, "allocate"));
}
const struct js_writer js_op_allocate = {.op = "allocate", .write = write_allocate};

static void write_free(struct js *js, const struct op *op)
{
    js_use(js, JS_HEAP);
    js_line(js, "release(%s, %" PRId64 ");", pieces(js, op), op_int(op, "free"));
}
const struct js_writer js_op_free = {.op = "free", .write = write_free};
