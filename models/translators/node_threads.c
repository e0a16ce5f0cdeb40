/* node_threads.c - several loops, and what threads share, in JavaScript.
 *
 * Each loop is a worker that loads the file; the thread of the file itself deals out the tasks, as
 * the primary process of a cluster does, but threads share the pool, as our loops do.  Tasks come
 * by messages, which are there in the poll phase.  What the file keeps in one variable for several
 * threads is a cell of memory that they share.
 *
 * Source: Node 20 documentation, "Worker threads", "Cluster" (scheduling policy: round robin);
 * ECMA-262 (2024) 25.4, Atomics. */
#include "models/translators/translator_js.h"

#include <inttypes.h>
#include <string.h>

#include "models/executors/executor.h"

/* ---- who uses which variable -------------------------------------------------------------------- */

struct seen {
    struct js *js;
    int32_t program;
};

static void see_name(const struct seen *s, const char *name)
{
    const struct scenario *sc = s->js->tr->sc;
    int32_t place = s->js->programs[s->program].place;

    if (js_is_local(s->js, s->program, name))
        return;
    for (uint32_t i = 0; i < sc->nvars; i++) {
        int32_t *own = &s->js->var_places[i];

        if (strcmp(sc->vars[i].name, name) == 0)
            *own = *own == JS_PLACE_NONE || *own == place ? place : JS_PLACE_SEVERAL;
    }
}

static void see_tree(const struct seen *s, const struct expr_node *n)
{
    if (!n)
        return;
    if (n->kind == EXPR_NAME)
        see_name(s, n->op);
    see_tree(s, n->left);
    see_tree(s, n->right);
}

static void see_piece(void *ctx, const char *text, size_t len, const char *expr)
{
    const struct seen *s = ctx;

    (void)text;
    (void)len;
    if (expr)
        see_tree(s, translator_expr(s->js->tr, expr));
}

static void see_text(struct seen *s, const struct param *p, const char *text)
{
    char name[EXPR_NAME_MAX];
    size_t at;

    if (p->type == PARAM_TEXT) {
        translator_log(s->js->tr, text, see_piece, s);
    } else if (p->type == PARAM_EXPR) {
        see_tree(s, translator_expr(s->js->tr, text));
    } else if (expr_split_set(text, name, &at)) {
        see_name(s, name);
        see_tree(s, translator_expr(s->js->tr, text + at));
    }
}

static void see_ops(struct seen *s, struct op_list ops)
{
    for (uint32_t i = 0; i < ops.n; i++)
        for (const struct param *p = ops.ops[i].def->params; p->name; p++) {
            const void *f = (const char *)ops.ops[i].args + p->offset;
            bool text = p->type == PARAM_TEXT || p->type == PARAM_EXPR || p->type == PARAM_SET;
            bool into = js_is_into(p) && *(const char *const *)f;

            if (p->type == PARAM_OPS)
                see_ops(s, *(const struct op_list *)f);
            else if (p->type == PARAM_AWAIT)
                see_ops(s, ((const struct awaited *)f)->op);
            else if (into)
                see_name(s, *(const char *const *)f);
            else if (text && *(const char *const *)f)
                see_text(s, p, *(const char *const *)f);
        }
}

void js_shared(struct js *js)
{
    const struct scenario *sc = js->tr->sc;

    js->var_places = arena_alloc(&js->tr->mem, ((size_t)sc->nvars + 1) * sizeof(int32_t));
    for (int32_t i = 0; js->threads && i < sc->nprograms; i++)
        if (js->programs[i].place != JS_PLACE_NONE)
            see_ops(&(struct seen){js, i}, sc->programs[i].ops);
}

/* One of them may be run by several loops. */
bool js_is_shared(const struct js *js, uint32_t var)
{
    int32_t place = js->var_places[var], first = JS_PLACE_SCRIPT + js->tr->sc->nprograms;

    if (place == JS_PLACE_SEVERAL)
        return true;
    return place >= first && js_loops(js, &js->tr->sc->executors[place - first]) > 1;
}

static uint32_t count_shared(const struct js *js)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < js->tr->sc->nvars; i++)
        n += js_is_shared(js, i);
    return n;
}

/* ---- variables ----------------------------------------------------------------------------------- */

void js_variables(struct js *js)
{
    const struct scenario *sc = js->tr->sc;
    uint32_t cell = 1;

    for (uint32_t i = 0; i < sc->nvars; i++) {
        const char *name = ident(js->tr, &js->globals, NAME_VAR, sc->vars[i].name);

        if (js_is_shared(js, i)) {
            js_use(js, JS_SHARED);
            js_line(js, "const %s = new Shared(%u, %" PRId64 ");", name, (unsigned)cell++,
                    sc->vars[i].value);
        } else {
            js_line(js, "let %s = %" PRId64 ";", name, sc->vars[i].value);
        }
    }
}

static const char shared_text[] = "// A variable of several threads is a cell that they share; "
                                  "of the first, they take turns.\n"
                                  "const cells = isMainThread\n"
                                  "  ? new BigInt64Array(new SharedArrayBuffer(%u))\n"
                                  "  : workerData.cells;\n"
                                  "class Shared {\n"
                                  "  constructor(cell, value) {\n"
                                  "    this.cell = cell;\n"
                                  "    if (isMainThread) this.value = value;\n"
                                  "  }\n"
                                  "  get value() {\n"
                                  "    return Number(Atomics.load(cells, this.cell));\n"
                                  "  }\n"
                                  "  set value(value) {\n"
                                  "    Atomics.store(cells, this.cell, BigInt(value));\n"
                                  "  }\n"
                                  "}\n";
const char js_atomically_text[] =
    "// Excludes all other atomic steps.\n"
    "function atomically(step) {\n"
    "  while (Atomics.compareExchange(cells, 0, 0n, 1n) !== 0n) Atomics.wait(cells, 0, 1n);\n"
    "  try {\n"
    "    step();\n"
    "  } finally {\n"
    "    Atomics.store(cells, 0, 0n);\n"
    "    Atomics.notify(cells, 0, 1);\n"
    "  }\n"
    "}\n";

void js_shared_text(const struct js *js, struct text *out)
{
    text_addf(out, shared_text, 8 * (unsigned)(count_shared(js) + 1));
}

/* ---- threads ------------------------------------------------------------------------------------- */

void js_threads_text(const struct js *js, struct text *out)
{
    bool devices = js->helps[JS_DEVICES] || js->helps[JS_LATER] || js->helps[JS_ARRIVALS] ||
                   js->helps[JS_CLIENTS];
    const char *cells = count_shared(js) > 0 ? ", cells" : "";
    const char *gate = js->cluster ? ", gate" : "";
    const char *words = js_count_words(js) > 0 ? ", words" : "";

    text_add(out, "// Another thread, which loads this file, too, and is told what it is for.\n"
                  "function startThread(what) {\n");
    if (devices)
        text_add(out, "  const devices = wayToDevices(), transferList = [devices];\n");
    text_addf(out, "  const workerData = { ...what%s%s%s%s }, argv = process.argv.slice(2);\n",
              cells, words, gate, devices ? ", devices" : "");
    text_addf(out, "  return new Worker(__filename, { workerData, argv%s });\n}\n",
              devices ? ", transferList" : "");
}

/* ---- loops --------------------------------------------------------------------------------------- */

int64_t js_loops(const struct js *js, const struct executor_spec *ex)
{
    const int64_t *n = param_field(ex->model->params, ex->params, "loops");

    (void)js;
    return n ? *n : 1;
}

int32_t js_place_of_loop(const struct js *js, const struct task_spec *t)
{
    return js->cluster ? JS_PLACE_SCRIPT + js->tr->sc->nprograms + t->executor : JS_PLACE_MAIN;
}

bool js_in_worker(const struct js *js, int32_t program)
{
    int32_t place = js->programs[program].place;

    return place >= JS_PLACE_SCRIPT && place < JS_PLACE_SCRIPT + js->tr->sc->nprograms;
}

/* Its loops, as the one who deals knows them. */
static const char *loops_of(struct js *js, int32_t executor)
{
    return ident(js->tr, &js->globals, NAME_TASK,
                 arena_printf(&js->tr->mem, "%s loops", js->tr->sc->executors[executor].name));
}

const char *js_deal(struct js *js, const struct task_spec *t, bool waits)
{
    return arena_printf(&js->tr->mem, "%s(%s, %s)", waits ? "served" : "deal",
                        loops_of(js, t->executor), js_quote(js, t->name));
}

static bool has_tasks(const struct js *js, int32_t executor)
{
    for (int32_t i = 0; i < js->tr->sc->ntasks; i++)
        if (js->tr->sc->tasks[i].executor == executor)
            return true;
    return false;
}

void js_start_loops(struct js *js)
{
    const struct scenario *sc = js->tr->sc;

    js_use(js, JS_CLUSTER);
    js_use(js, JS_LOG);
    for (int32_t i = 0; i < sc->nexecutors; i++)
        if (has_tasks(js, i))
            js_line(js, "const %s = startLoops(%s, %" PRId64 ");", loops_of(js, i),
                    js_quote(js, sc->executors[i].name), js_loops(js, &sc->executors[i]));
    js_line(js, "openGate();");
}

/* What a loop does: its script, and then tasks as they come. */
void js_run_loop(struct js *js)
{
    const struct scenario *sc = js->tr->sc;

    js_line(js, "passGate();");
    for (int32_t i = 0; i < sc->ntasks; i++)
        if (sc->tasks[i].script)
            js_line(js, "if (workerData.loop === %s) %s(%s);",
                    js_quote(js, sc->executors[sc->tasks[i].executor].name),
                    js_task_function(js, &sc->tasks[i]),
                    js_new_me(js, &sc->tasks[i], sc->tasks[i].program));
    js_open(js, "serve({");
    for (int32_t i = 0; i < sc->ntasks; i++)
        if (!sc->tasks[i].script)
            js_line(js, "%s: () => %s(%s),", js_quote(js, sc->tasks[i].name),
                    js_task_function(js, &sc->tasks[i]),
                    js_new_me(js, &sc->tasks[i], sc->tasks[i].program));
    js_children(js);
    js_close(js, "});");
}

static const char cluster_begin[] =
    "// Each loop is a thread; the thread of the file itself only deals out tasks, in turn.\n"
    "const gate = isMainThread ? new SharedArrayBuffer(16) : workerData.gate;\n"
    "const [atGate, open] = [new Int32Array(gate, 0, 1), new Int32Array(gate, 4, 1)];\n"
    "const opened = new Float64Array(gate, 8, 1);\n"
    "const allLoops = [], waiting = new Map();\n"
    "let dealt = 0;\n"
    "function startLoops(loop, count) {\n"
    "  const loops = Array.from({ length: count }, () => startThread({ loop }));\n"
    "  allLoops.push(...loops);\n"
    "  for (const one of loops) {\n"
    "    one.on('error', error => { // it ends alone\n"
    "      console.error(error);\n"
    "      process.exitCode = 1;\n"
    "    });\n"
    "    one.on('exit', () => {\n"
    "      loops.splice(loops.indexOf(one), 1);\n"
    "      for (const [id, { loop }] of waiting) if (loop === one) ended(id);\n"
    "    });\n"
    "    one.on('message', ";
static const char cluster_tasks[] = "id => {\n";
static const char cluster_children[] =
    "({ id, child, born }) => {\n"
    "      if (child) {\n"
    "        served(loops, child).then(() => one.postMessage({ born }));\n"
    "        return;\n"
    "      }\n";
static const char cluster_middle[] =
    "      ended(id);\n"
    "    });\n"
    "  }\n"
    "  return loops;\n"
    "}\n"
    "function deal(loops, task, id) {\n"
    "  const loop = loops.shift();\n"
    "  if (!loop) return loop;\n"
    "  loops.push(loop);\n"
    "  loop.postMessage({ task, id, at: clock() });\n"
    "  return loop;\n"
    "}\n"
    "function ended(id) {\n"
    "  waiting.get(id).done();\n"
    "  waiting.delete(id);\n"
    "  if (waiting.size === 0) for (const loop of allLoops) loop.unref();\n"
    "}\n"
    "function served(loops, task) {\n"
    "  for (const loop of allLoops) loop.ref();\n"
    "  return new Promise(done => {\n"
    "    waiting.set(++dealt, { done, loop: deal(loops, task, dealt) });\n"
    "  });\n"
    "}\n"
    "// All begin at once, when all are there; a loop ends when no task can come any more.\n"
    "function openGate() {\n"
    "  for (let n = 0; n < allLoops.length; n = Atomics.load(atGate, 0)) Atomics.wait(atGate, "
    "0, "
    "n);\n"
    "  zero = performance.now();\n"
    "  opened[0] = performance.timeOrigin + zero;\n"
    "  Atomics.store(open, 0, 1);\n"
    "  Atomics.notify(open, 0);\n"
    "  for (const loop of allLoops) loop.unref();\n"
    "  process.once('beforeExit', () => {\n"
    "    for (const loop of allLoops) {\n"
    "      loop.ref();\n"
    "      loop.postMessage({});\n"
    "    }\n"
    "  });\n"
    "}\n"
    "function passGate() {\n"
    "  Atomics.add(atGate, 0, 1);\n"
    "  Atomics.notify(atGate, 0);\n"
    "  Atomics.wait(open, 0, 0);\n"
    "  zero = opened[0] - performance.timeOrigin;\n"
    "}\n"
    "function serve(tasks) {\n"
    "  parentPort.on('message', ({ task, id, at";
static const char serve_tasks[] = " }) => {\n";
static const char serve_children[] = ", born }) => {\n"
                                     "    if (born) {\n"
                                     "      hasEnded(born);\n"
                                     "      return;\n"
                                     "    }\n";
static const char cluster_end[] =
    "    if (!task) {\n"
    "      parentPort.unref();\n"
    "      return;\n"
    "    }\n"
    "    const begin = () => {\n"
    "      const result = tasks[task]();\n"
    "      if (id) Promise.resolve(result).then(() => parentPort.postMessage(%s));\n"
    "    };\n"
    "    if (inTurn(at)) comes(begin);\n"
    "    else setImmediate(() => polled(() => comes(begin)));\n"
    "  });\n"
    "}\n";

void js_cluster_text(const struct js *js, struct text *out)
{
    bool children = js->helps[JS_CHILDREN];

    text_add(out, cluster_begin);
    text_add(out, children ? cluster_children : cluster_tasks);
    text_add(out, cluster_middle);
    text_add(out, children ? serve_children : serve_tasks);
    text_addf(out, cluster_end, children ? "{ id }" : "id");
}
