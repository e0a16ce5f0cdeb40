/* node_tasks.c - tasks in JavaScript: how they come, and what each has of its own.
 *
 * Tasks of a loop come as connections do: in the poll phase, one a turn (before libuv 1.45 all
 * that wait).  The program has no network; it rings a message port, whose messages come in that
 * phase, too.
 *
 * Source: Node 20 documentation, "Worker threads" (MessagePort); libuv 1.46 src/unix/stream.c. */
#include "models/translators/translator_js.h"

#include <inttypes.h>
#include <string.h>

/* ---- what a task has of its own ---------------------------------------------------------------- */

const char *js_new_me(struct js *js, const struct task_spec *spec, int32_t program)
{
    struct text t = {0};
    const char *before = "{ ", *me;

    if (!js->programs[program].uses_me)
        return "";
    for (uint32_t i = 0; i < spec->nlocals; i++) {
        text_addf(&t, "%s%s: %" PRId64, before,
                  ident(js->tr, &js->members, NAME_LOCAL, spec->locals[i].name),
                  spec->locals[i].value);
        before = ", ";
    }
    if (js->spawns) {
        text_addf(&t, "%schildren: {}", before);
        before = ", ";
    }
    if (js->lists) {
        text_addf(&t, "%slists: {}", before);
        before = ", ";
    }
    if (js->urgent)
        text_addf(&t, "%spriority: %" PRId64, before, spec->priority);
    me = t.len ? arena_printf(&js->tr->mem, "%s }", t.data) : "{}";
    text_release(&t);
    return me;
}

/* ---- functions ------------------------------------------------------------------------------------- */

/* The task's own function: its program's, if that has a name. */
const char *js_task_function(struct js *js, const struct task_spec *t)
{
    if (js->tr->sc->programs[t->program].name && t->period == 0)
        return js_program_name(js, t->program);
    return ident(js->tr, &js->globals, NAME_TASK,
                 !t->script        ? t->name
                 : js->nloops == 1 ? "main"
                                   : arena_printf(&js->tr->mem, "%s main",
                                                  js->tr->sc->executors[t->executor].name));
}

/* The jobs of a periodic task; after each it waits for the next release. */
static void write_jobs(struct js *js, const struct task_spec *t)
{
    char buf[DECIMAL_SIZE];

    js_use(js, JS_PERIODS);
    js_line(js, "const released = periods(%s);", decimal_ms(t->period, buf));
    if (t->jobs < 0)
        js_open(js, "for (;;) {");
    else
        js_open(js, "for (let job = 0; job < %" PRId64 "; job++) {", t->jobs);
    js_line(js, "await released();");
    js->unseen = false;
    js_ops(js, js->tr->sc->programs[t->program].ops);
    js_close(js, "}");
}

static void write_function(struct js *js, const struct task_spec *t)
{
    bool waits = js->waits[t->program] || t->period > 0;

    if (js->tr->sc->programs[t->program].name && t->period == 0)
        return;
    js->program = t->program;
    js->async = waits;
    js->function = false;
    js->unseen = true;
    js->depth = 0;
    text_add(js->out, "\n");
    js_open(js, "%sfunction %s(%s) {", waits ? "async " : "", js_task_function(js, t),
            js_me(js, t->program));
    if (t->period > 0)
        write_jobs(js, t);
    else
        js_ops(js, js->tr->sc->programs[t->program].ops);
    js_close(js, "}");
}

/* ---- arrivals ------------------------------------------------------------------------------------------ */

/* A gap between arrivals, as a function of the object that remembers its lists. */
static const char *gap(struct js *js, const struct dist *d)
{
    return arena_printf(&js->tr->mem, "%s => %s", d->kind == DIST_LIST ? "me" : "()",
                        js_time(js, d, 0));
}

static void write_clients(struct js *js, const struct task_spec *t, const char *begin)
{
    char buf[DECIMAL_SIZE], requests[DECIMAL_SIZE];

    js_use(js, JS_CLIENTS);
    js_line(js,
            "clients({ from: %s, clients: %" PRId64 ", think: %s, requests: %s }, () => %s);",
            decimal_ms(t->arrive, buf), t->clients, gap(js, t->think),
            t->requests < 0 ? "Infinity" : decimal(t->requests, 0, requests), begin);
}

static void write_series(struct js *js, const struct task_spec *t, const char *begin)
{
    struct dist rate = {.kind = DIST_EXP, .a = t->rate};
    char buf[DECIMAL_SIZE], count[DECIMAL_SIZE];

    js_use(js, JS_ARRIVALS);
    js_line(js, "arrivals({ from: %s%s%s, count: %s, every: %s }, () => %s);",
            decimal_ms(t->arrive, buf), t->rate > 0 ? " + " : "",
            t->rate > 0 ? js_time(js, &rate, 0) : "",
            t->count < 0 ? "Infinity" : decimal(t->count, 0, count),
            gap(js, t->every ? t->every : &rate), begin);
}

static void write_arrivals(struct js *js, const struct task_spec *t, const char *begin)
{
    char buf[DECIMAL_SIZE];

    if (!js->cluster)
        js_use(js, JS_ARRIVE);
    if (t->clients > 0) {
        write_clients(js, t, begin);
        return;
    }
    if (t->every || t->rate > 0) {
        write_series(js, t, begin);
        return;
    }
    if (t->arrive > 0) {
        js_use(js, JS_LATER);
        begin = arena_printf(&js->tr->mem, "%s(%s%s, () => %s);",
                             js->cluster ? "later" : "arriveLater", decimal_ms(t->arrive, buf),
                             t->nafter == 0 ? ""
                             : js->cluster  ? " + zero - performance.now()"
                                            : " - performance.now()",
                             begin);
    } else {
        begin = arena_printf(&js->tr->mem, js->cluster ? "%s;" : "arrive(() => %s);", begin);
    }
    if (t->count != 1)
        js_line(js, "for (let i = 0; i < %" PRId64 "; i++) %s", t->count, begin);
    else
        js_line(js, "%s", begin);
}

/* ---- one after the other ------------------------------------------------------------------------------- */

/* Does it start what goes on when its function has returned? */
static bool starts(const struct js *js, struct op_list ops, uint8_t *seen)
{
    for (uint32_t i = 0; i < ops.n; i++) {
        const struct op *op = &ops.ops[i];
        const struct js_writer *w = js_writer(js, op);
        bool waits = op_waits(op, js->waits);

        if (strcmp(op_name(op), "worker") == 0)
            return true;

        for (const struct param *p = op->def->params; p->name; p++) {
            const void *f = (const char *)op->args + p->offset;

            if (p->type == PARAM_OPS && ((const struct op_list *)f)->ops && !waits &&
                !(w && w->in_place))
                return true;
            if (p->type == PARAM_OPS && starts(js, *(const struct op_list *)f, seen))
                return true;
            if (p->type == PARAM_PROGRAM && !seen[*(const int32_t *)f]) {
                seen[*(const int32_t *)f] = 1;
                if (starts(js, js->tr->sc->programs[*(const int32_t *)f].ops, seen))
                    return true;
            }
        }
    }
    return false;
}

bool js_outlives(const struct js *js, int32_t program)
{
    uint8_t *seen = arena_alloc(&js->tr->mem, (size_t)js->tr->sc->nprograms + 1);

    return starts(js, js->tr->sc->programs[program].ops, seen);
}

static bool has_followers(const struct js *js, int32_t task)
{
    for (int32_t i = 0; i < js->tr->sc->ntasks; i++)
        for (uint32_t k = 0; k < js->tr->sc->tasks[i].nafter; k++)
            if (js->tr->sc->tasks[i].after[k] == task)
                return true;
    return false;
}

static const char *ends_of(struct js *js, const struct task_spec *t)
{
    return ident(js->tr, &js->globals, NAME_TASK,
                 arena_printf(&js->tr->mem, "%s ends", t->name));
}

static bool deals_children(const struct js *js, const struct task_spec *t)
{
    for (uint32_t i = 0; i < js->nactors; i++)
        if (js->actors[i].spec == t && js->actors[i].program == t->program)
            return js_deals_children(js, &js->actors[i]);
    return false;
}

/* A call that begins one copy, and counts its end where somebody waits for that. */
static const char *begin_call(struct js *js, int32_t task)
{
    const struct task_spec *t = &js->tr->sc->tasks[task];
    bool watched = has_followers(js, task) || t->clients > 0;
    const char *call = js->cluster
                           ? js_deal(js, t, watched || deals_children(js, t))
                           : arena_printf(&js->tr->mem, "%s(%s)", js_task_function(js, t),
                                          js_new_me(js, t, t->program));

    if (watched && js_outlives(js, t->program))
        cannot(js->tr, t->number, "let it wait for what it starts, with \"await\"",
               "\"%s\" ends with all that it has started, a function when it returns", t->name);
    if (!has_followers(js, task))
        return call;
    return arena_printf(&js->tr->mem, "%s.count(%s)", ends_of(js, t), call);
}

/* Tasks come in the order of the file; those after others when these have ended. */
static void begin_task(struct js *js, int32_t task)
{
    const struct task_spec *t = &js->tr->sc->tasks[task];
    struct text all = {0};

    for (uint32_t i = 0; i < t->nafter; i++)
        text_addf(&all, "%s%s", i ? ", " : "", ends_of(js, &js->tr->sc->tasks[t->after[i]]));
    if (t->nafter > 0)
        js_open(js, "after([%s], () => {", all.data);
    write_arrivals(js, t, begin_call(js, task));
    if (t->nafter > 0)
        js_close(js, "});");
    text_release(&all);
}

static void declare_ends(struct js *js)
{
    for (int32_t i = 0; i < js->tr->sc->ntasks; i++) {
        const struct task_spec *t = &js->tr->sc->tasks[i];

        if (!has_followers(js, i))
            continue;
        js_use(js, JS_ENDS);
        js_line(js, "const %s = ends(%" PRId64 ");", ends_of(js, t),
                t->clients > 0 ? t->clients * t->requests : t->count);
    }
}

/* In a page devices are not there at once; those that nobody asks may be waited for, too. */
static bool waits_for_devices(struct js *js)
{
    const struct scenario *sc = js->tr->sc;
    bool later = sc->ndevices > 0;

    for (int32_t i = 0; i < sc->ntasks; i++) {
        const struct task_spec *t = &sc->tasks[i];

        later |= t->arrive > 0 || t->every || t->rate > 0 || t->clients > 0;
    }
    if (js->target->browser && later)
        js_use(js, JS_DEVICES);
    return js->target->browser && later;
}

static void begin_all(struct js *js)
{
    const struct scenario *sc = js->tr->sc;

    if (js->cluster)
        js_start_loops(js);
    else if (js->helps[JS_LOG])
        js_line(js, "zero = performance.now();");
    for (int32_t i = 0; i < sc->ntasks; i++)
        if (!sc->tasks[i].script)
            begin_task(js, i);
    for (int32_t i = 0; i < sc->ntasks;
         i++) /* runs after what is there at the start has come */
        if (sc->tasks[i].script && !js->cluster)
            js_line(js, "%s(%s);", js_task_function(js, &sc->tasks[i]),
                    js_new_me(js, &sc->tasks[i], sc->tasks[i].program));
}

void js_tasks(struct js *js)
{
    const struct scenario *sc = js->tr->sc;
    bool waits = waits_for_devices(js);

    for (int32_t i = 0; i < sc->ntasks; i++)
        write_function(js, &sc->tasks[i]);
    text_add(js->out, "\n");
    declare_ends(js);
    if (js->threads)
        js_open(js, "if (isMainThread) {");
    if (waits) {
        js_open(js, "devices.addEventListener('message', () => {");
        begin_all(js);
        js_close(js, "}, { once: true });");
    } else {
        begin_all(js);
    }
    if (!js->threads)
        return;
    js->indent--;
    if (js->cluster) {
        js_open(js, js->nscripts > 0 ? "} else if (workerData.loop) {" : "} else {");
        js_run_loop(js);
        js->indent -= js->nscripts > 0;
    }
    if (js->nscripts > 0) {
        js_open(js, "} else {");
        js_scripts(js);
    }
    js_close(js, "}");
}
