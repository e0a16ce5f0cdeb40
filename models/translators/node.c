/* node.c - a scenario's event loop as a program for Node.
 *
 * Source: Node 20 documentation; ECMA-262 (2024) for scripts and async functions. */
#include "models/translators/translator_js.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/executors/executor.h"

/* ---- lines -------------------------------------------------------------------------------- */

PRINTF_LIKE(2, 0)
static void add_line(struct js *js, const char *fmt, va_list ap)
{
    va_list again;
    int n;

    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    sim_assert(n >= 0);
    text_pad(js->out, ' ', 2 * (size_t)js->indent);
    if (n > 0) {
        char *line = sim_malloc((size_t)n + 1);

        (void)vsnprintf(line, (size_t)n + 1, fmt, ap);
        text_add(js->out, line);
        free(line);
    }
    text_add(js->out, "\n");
}

void js_line(struct js *js, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    add_line(js, fmt, ap);
    va_end(ap);
}

void js_open(struct js *js, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    add_line(js, fmt, ap);
    va_end(ap);
    js->indent++;
}

void js_close(struct js *js, const char *fmt, ...)
{
    va_list ap;

    js->indent--;
    va_start(ap, fmt);
    add_line(js, fmt, ap);
    va_end(ap);
}

void js_use(struct js *js, enum js_helper helper)
{
    js->helps[helper] = true;
}

const char *js_quote(struct js *js, const char *text)
{
    struct text t = {0};
    const char *quoted;

    text_add(&t, "'");
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            text_add(&t, "\\");
        if (*text == '\n')
            text_add(&t, "\\n");
        else if ((unsigned char)*text < 0x20)
            text_addf(&t, "\\x%02x", (unsigned)*text);
        else
            text_add_len(&t, text, 1);
    }
    text_add(&t, "'");
    quoted = arena_strdup(&js->tr->mem, t.data);
    text_release(&t);
    return quoted;
}

/* ---- functions ------------------------------------------------------------------------------- */

const char *js_me(const struct js *js, int32_t program)
{
    return js->programs[program].uses_me ? "me" : "";
}

const char *js_program_name(struct js *js, int32_t program)
{
    js->programs[program].called = true;
    return ident(js->tr, &js->globals, NAME_PROGRAM, js->tr->sc->programs[program].name);
}

void js_callback(struct js *js, const char *before, const char *first, struct op_list ops,
                 const char *after, bool unseen)
{
    bool async = js->async, function = js->function, was_unseen = js->unseen;
    const char *argument = js->argument ? js->argument : "()";
    int depth = js->depth;

    js->argument = NULL;
    js->async = js_waits(js, ops);
    if (ops.n == 0 && !first) {
        js_line(js, "%s() => {}%s", before, after);
    } else {
        js_open(js, "%s%s%s => {", before, js->async ? "async " : "", argument);
        if (first)
            js_line(js, "%s", first);
        js->function = false;
        if (!js->cleared)
            js_unless_gone(js);
        js->cleared = false;
        js->unseen = unseen;
        js->depth = 0;
        js_ops(js, ops);
        js_close(js, "}%s", after);
    }
    js->async = async;
    js->function = function;
    js->unseen = was_unseen;
    js->depth = depth;
}

void js_await_start(struct js *js, const char *call)
{
    js_line(js, "await new Promise(done => %sdone));", call);
}

/* A program's function; writing one may call for others. */
static void write_program(struct js *js, int32_t program)
{
    const struct js_program *p = &js->programs[program];

    js->program = program;
    js->async = js->waits[program];
    js->function = !js->async && p->exits;
    js->unseen = false;
    js->depth = 0;
    text_add(js->out, "\n");
    js_open(js, "%sfunction %s(%s) {", js->waits[program] ? "async " : "",
            js_program_name(js, program), js_me(js, program));
    js->programs[program].open = js->waits[program];
    js_ops(js, js->tr->sc->programs[program].ops);
    js->programs[program].open = false;
    if (js->function)
        js_line(js, "return false;");
    js_close(js, "}");
}

static void write_programs(struct js *js, struct text *out)
{
    bool *written = arena_alloc(&js->tr->mem, (size_t)js->tr->sc->nprograms + 1);
    bool more = true;

    js->out = out;
    while (more) {
        more = false;
        for (int32_t i = 0; i < js->tr->sc->nprograms; i++) {
            if (!js->programs[i].called || written[i])
                continue;
            written[i] = more = true;
            write_program(js, i);
        }
    }
}

/* ---- what a program for node cannot be ---------------------------------------------------------- */

static int64_t loop_number(const struct js *js, const char *key, int64_t otherwise)
{
    const int64_t *n = param_field(js->loop->model->params, js->loop->params, key);

    return n ? *n : otherwise;
}

static const char *flavor_of(const struct executor_spec *ex)
{
    const struct param *p = ex->model->params;

    while (p->name && strcmp(p->name, "flavor") != 0)
        p++;
    return p->name ? p->choices[*(const int32_t *)((const char *)ex->params + p->offset)]
                   : "node";
}

const char *js_flavor(const struct js *js)
{
    return flavor_of(js->loop);
}

/* Their flavor is the first's; of their pools, one has all threads. */
static void add_loop(struct js *js, const struct executor_spec *ex)
{
    const struct executor_spec *first = js->loop;

    for (uint32_t i = 0; i < js->nloops; i++)
        if (js->loops[i] == ex)
            return;
    js->loops = sim_realloc(js->loops, (js->nloops + 1) * sizeof(const struct executor_spec *));
    js->loops[js->nloops++] = ex;
    js->loop = ex;
    js->pool += loop_number(js, "pool", 4);
    js->cluster |= js->nloops > 1 || js_loops(js, ex) > 1;
    if (!first)
        return;
    if (strcmp(js_flavor(js), flavor_of(first)) != 0)
        cannot(js->tr, ex->number, "the same \"flavor\" for all",
               "this loop is of another flavor than \"%s\": a program is for one Node",
               first->name);
    js->loop = first;
}

static void find_loop(struct js *js)
{
    const struct scenario *sc = js->tr->sc;
    const char *hint =
        arena_printf(&js->tr->mem, "executors: { \"default\": { \"kind\": \"event-loop\"%s } }",
                     js->target->browser ? ", \"flavor\": \"browser\"" : "");

    for (int32_t i = 0; i < sc->ntasks; i++) {
        const struct task_spec *t = &sc->tasks[i];
        const struct executor_spec *ex = &sc->executors[t->executor];

        if (!ex->model->is_loop && js->tr->failed)
            continue; /* said once */
        if (!ex->model->is_loop)
            cannot(js->tr, t->number, hint,
                   "\"%s\" runs on threads (\"%s\"): %s is one event loop", t->name,
                   ex->model->name, js->target->program);
        else if (js->loop && js->loop != ex && js->target->browser)
            cannot(js->tr, t->number, "export a variant with one of them",
                   "\"%s\" is on another loop: a page is one", t->name);
        else
            add_loop(js, ex);
    }
}

static void check_loop(struct js *js)
{
    bool browser = strcmp(js_flavor(js), "browser") == 0;

    if (js->cluster && js->target->browser)
        cannot(js->tr, js->loop->number, "export a variant with \"loops\": 1",
               "%" PRId64 " loops are a server's: a page is one", js_loops(js, js->loop));
    if (browser && !js->target->browser)
        cannot(js->tr, js->loop->number, "\"flavor\": \"node\", or export --to browser",
               "a browser's loop is not node's");
    if (!browser && js->target->browser)
        cannot(js->tr, js->loop->number, "\"flavor\": \"browser\", or export --to node",
               "node's loop is not a browser's");
}

/* ---- the head ------------------------------------------------------------------------------------- */

const char *js_about(struct js *js)
{
    const struct scenario *sc = js->tr->sc;
    const char *base = strrchr(sc->file, '/');

    return arena_printf(&js->tr->mem,
                        "%s\nVariant \"%s\" of %s, written by quanta export --to %s.", sc->name,
                        sc->variant, base ? base + 1 : sc->file, js->target->format);
}

void js_notes(struct text *out, const struct js_note *notes, size_t n)
{
    static const char real[] =
        "The machine is the one it runs on: its cores, costs and other work "
        "are not the file's, so times differ somewhat, and the order of "
        "what is close together may.";

    comment_text(out, "// ", real);
    for (size_t i = 0; i < n; i++)
        if (notes[i].applies)
            comment_text(out, "// ", notes[i].text);
}

static void variables(struct js *js)
{
    js_variables(js);
    js_declare_syncs(js);
    js_declare_names(js);
}

/* The names that a reader knows from the file go first, so that they stay as they are. */
static void reserve_names(struct js *js)
{
    const struct scenario *sc = js->tr->sc;

    for (uint32_t i = 0; i < sc->nvars; i++)
        (void)ident(js->tr, &js->globals, NAME_VAR, sc->vars[i].name);
    for (int32_t i = 0; i < sc->nprograms; i++)
        if (sc->programs[i].name)
            (void)ident(js->tr, &js->globals, NAME_PROGRAM, sc->programs[i].name);
}

static void assemble(struct js *js)
{
    struct text programs = {0}, tasks = {0}, head = {0};

    js->out = &tasks;
    js_tasks(js);
    write_programs(js, &programs);
    js->out = &head;
    js->target->settings(js);
    variables(js);
    js_devices(js);
    js->target->opens(js, js->tr->out);
    text_add(js->tr->out, "'use strict';\n");
    js_runtime(js, js->tr->out);
    if (head.len)
        text_addf(js->tr->out, "\n%s", head.data);
    if (programs.len)
        text_add(js->tr->out, programs.data);
    text_add(js->tr->out, tasks.data);
    if (js->target->closes)
        js->target->closes(js, js->tr->out);
    js->out = NULL;
    text_release(&head);
    text_release(&programs);
    text_release(&tasks);
}

static const char *const *reserved_words(struct translation *tr, const struct js_target *target)
{
    size_t n = 0, more = 0;
    const char **all;

    while (js_reserved[n])
        n++;
    while (target->reserved && target->reserved[more])
        more++;
    all = arena_alloc(&tr->mem, (n + more + 1) * sizeof(*all));
    for (size_t i = 0; i < n + more; i++)
        all[i] = i < n ? js_reserved[i] : target->reserved[i - n];
    return all;
}

void js_translate(struct translation *tr, const struct js_target *target)
{
    struct js js = {
        .tr = tr,
        .target = target,
        .globals = {.reserved = reserved_words(tr, target), .camel = true},
        .members = {.reserved = (const char *const[]){"children", "connections", "gone",
                                                      "lists", "owned", "priority", NULL},
                    .camel = true}};

    find_loop(&js);
    if (js.loop)
        check_loop(&js);
    if (!tr->failed && js.loop) {
        js.asked = arena_alloc(&tr->mem, (size_t)tr->sc->ndevices + 1);
        js.syncs = arena_alloc(&tr->mem, (size_t)tr->sc->nsyncs + 1);
        js_facts(&js);
        reserve_names(&js);
        assemble(&js);
    }
    for (uint32_t i = 0; i < js.nnames; i++)
        free(js.names[i].owners);
    free(js.names);
    free(js.actors);
    free(js.loops);
    idents_release(&js.globals);
    idents_release(&js.members);
}

/* ---- for node --------------------------------------------------------------------------------- */

static void node_opens(struct js *js, struct text *out)
{
    const struct js_note notes[] = {
        {js->helps[JS_BUSY],
         "cpu is a busy loop on performance.now(): time on the clock, not on "
         "the core."},
        {js->helps[JS_DEVICES], "Devices that are polled are a thread with timers (to the ms), "
                                "which answers by messages."},
        {js->helps[JS_STAT], "A request to the pool of less than 1 ms is fs.stat(), and takes "
                             "what that takes."},
        {js->helps[JS_LOOKUP], "A name look-up is dns.lookup('localhost')."},
        {js->helps[JS_LOOKUPS],
         "Look-ups that take long are crypto.pbkdf2(), too, on half the pool's threads."},
        {js->helps[JS_POOL], "What takes longer on the pool is crypto.pbkdf2(): its threads "
                             "compute, also where they only wait in the file."},
        {js->helps[JS_ARRIVE],
         "Tasks are not connections, but messages of the program to itself, "
         "and end when their function returns."},
        {js->cluster,
         "A loop is a thread of its own, to which the first thread deals out tasks in "
         "turn, by messages."},
        {js->nloops > 1,
         "Loops share the threads of one pool: those of all executors together."},
        {js_count_words(js) > 0,
         "What waits for a lock or the like blocks its thread: a deadlock is a program that "
         "stands still, a broken rule an exception."},
        {js->helps[JS_HEAP],
         "Memory is arrays on V8's heap, which collects when it thinks best; a limit is "
         "node --max-old-space-size=MB."},
        {js->random, "What is drawn is drawn from other streams than the simulator's."},
    };

    comment_text(out, "// ", js_about(js));
    text_add(out, "//\n// Run it with: node FILE [--times] [--asleep]\n");
    if (strcmp(js_flavor(js), "node18") == 0)
        text_add(out,
                 "// It is meant for Node 18, whose loop looks at timers first: later ones "
                 "may differ.\n");
    text_add(out, "//\n");
    js_notes(out, notes, ARRAY_LEN(notes));
}

static void node_settings(struct js *js)
{
    char buf[DECIMAL_SIZE];

    if (js->pool != 4)
        js_line(js, "process.env.UV_THREADPOOL_SIZE = '%" PRId64 "';", js->pool);
    if (js->tr->sc->until < SIM_NEVER)
        js_line(js, "%ssetTimeout(() => process%s.exit(0), %s).unref(); // until",
                js->threads ? "if (isMainThread) " : "",
                js->hears_exit ? ".removeAllListeners('exit')" : "",
                decimal_ms(js->tr->sc->until, buf));
}

static const struct js_writer *const node_writers[] = {
#define X(name) &js_op_##name,
    JS_SYNC_OPS(X)
#undef X
        NULL};

static const struct js_target node = {
    .format = "node",
    .program = "a program for node",
    .has_ref = true,
    .writers = node_writers,
    .settings = node_settings,
    .opens = node_opens,
};

static void node_write(struct translation *tr)
{
    js_translate(tr, &node);
}

const struct translator translator_node = {
    .name = "node",
    .suffix = ".js",
    .help = "a JavaScript program that does what an event loop does, for node 20",
    .source = "Source: Node 20 documentation",
    .write = node_write,
};
