/* node_ops.c - the table of ops, and those that run in place.
 *
 * Source: ECMA-262 (2024); Node 20 documentation, "Asynchronous flow control". */
#include "models/translators/translator_js.h"

#include <inttypes.h>
#include <string.h>

static const struct js_writer *const writers[] = {
#define X(name) &js_op_##name,
    JS_OPS(X)
#undef X
        NULL};

const struct js_writer *js_writer(const struct js *js, const struct op *op)
{
    const struct js_writer *const *own = js->target->writers;

    for (size_t i = 0; own[i]; i++)
        if (strcmp(own[i]->op, op_name(op)) == 0)
            return own[i];
    for (size_t i = 0; writers[i]; i++)
        if (strcmp(writers[i]->op, op_name(op)) == 0)
            return writers[i];
    return NULL;
}

static const char *no_writer_hint(const struct op *op)
{
    for (const struct param *p = op->def->params; p->name; p++)
        if (p->type == PARAM_SYNC)
            return "sync objects are for threads: quanta export --to pthreads";
    return NULL;
}

void js_unless_gone(struct js *js)
{
    if (js->programs[js->program].quits)
        js_line(js, "if (me.gone) return%s;", js->function ? " true" : "");
}

/* May the task have ended when this op is over, and is there something behind it? */
static bool interrupts(const struct js *js, const struct op *op)
{
    return !js->unseen && (op_waits(op, js->waits) || strcmp(op_name(op), "async") == 0);
}

void js_ops(struct js *js, struct op_list ops)
{
    bool unseen = js->unseen;

    for (uint32_t i = 0; i < ops.n; i++) {
        const struct js_writer *w = js_writer(js, &ops.ops[i]);

        js->unseen = unseen && i + 1 == ops.n; /* and nothing comes after it */
        if (w) {
            w->write(js, &ops.ops[i]);
            if (interrupts(js, &ops.ops[i]))
                js_unless_gone(js);
        } else {
            cannot_op(js->tr, &ops.ops[i], no_writer_hint(&ops.ops[i]),
                      "\"%s\" cannot be expressed in %s", op_name(&ops.ops[i]),
                      js->target->program);
        }
    }
    js->unseen = unseen;
}

/* ---- time and text -------------------------------------------------------------------------- */

static void write_cpu(struct js *js, const struct op *op)
{
    js_use(js, JS_BUSY);
    js_line(js, "busy(%s);", js_op_time(js, op, "cpu"));
}
const struct js_writer js_op_cpu = {.op = "cpu", .write = write_cpu};

struct template
{
    struct js *js;
    const struct op *op;
    struct text t;
    bool values;
};

static void write_piece(void *ctx, const char *text, size_t len, const char *expr)
{
    struct template *t = ctx;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '`' || text[i] == '\\' ||
            (text[i] == '$' && i + 1 < len && text[i + 1] == '{'))
            text_add(&t->t, "\\");
        if (text[i] == '\n')
            text_add(&t->t, "\\n");
        else
            text_add_len(&t->t, &text[i], 1);
    }
    if (!expr)
        return;
    t->values = true;
    if (strcmp(expr, "message") == 0 && t->js->received) {
        js_use(t->js, JS_SAID);
        text_add(&t->t, "${said(message)}");
    } else if (strcmp(expr, "message") == 0 && t->js->messages > 0) {
        text_add(&t->t, "${message}");
    } else {
        text_addf(&t->t, "${%s}", js_value(t->js, t->op, expr));
    }
}

const char *js_text(struct js *js, const struct op *op, const char *text)
{
    struct template t = {.js = js, .op = op};
    const char *written;

    translator_log(js->tr, text, write_piece, &t);
    written = t.values ? arena_printf(&js->tr->mem, "`%s`", t.t.data) : js_quote(js, text);
    text_release(&t.t);
    return written;
}

static void write_log(struct js *js, const struct op *op)
{
    js_use(js, JS_LOG);
    js_line(js, "log(%s);", js_text(js, op, op_text(op, "log")));
}
const struct js_writer js_op_log = {.op = "log", .write = write_log};

/* ---- control --------------------------------------------------------------------------------- */

/* What stands in a loop comes again. */
static void write_block(struct js *js, struct op_list ops)
{
    bool unseen = js->unseen;

    js->unseen = false;
    js_ops(js, ops);
    js->unseen = unseen;
}

static void write_repeat(struct js *js, const struct op *op)
{
    static const char *const counters[] = {"i", "j", "k"};
    const char *text = op_text(op, "repeat"), *times = js_value(js, op, text), *i;
    bool number = strspn(text, "0123456789 ") == strlen(text);
    int depth = js->depth++;

    i = depth < 3 ? counters[depth] : arena_printf(&js->tr->mem, "i%d", depth + 1);
    if (!number) {
        js_use(js, JS_TIMES);
        times = arena_printf(&js->tr->mem, "times(%s)", times);
        js_open(js, "for (let %s = 0, %s_end = %s; %s < %s_end; %s++) {", i, i, times, i, i, i);
    } else {
        js_open(js, "for (let %s = 0; %s < %s; %s++) {", i, i, times, i);
    }
    write_block(js, op_ops(op, "do"));
    js_close(js, "}");
    js->depth = depth;
}
const struct js_writer js_op_repeat = {.op = "repeat", .write = write_repeat, .in_place = true};

static void write_while(struct js *js, const struct op *op)
{
    js_open(js, "while (%s) {", js_condition(js, op, op_text(op, "while")));
    write_block(js, op_ops(op, "do"));
    js_close(js, "}");
}
const struct js_writer js_op_while = {.op = "while", .write = write_while, .in_place = true};

static void write_if(struct js *js, const struct op *op)
{
    struct op_list otherwise = op_ops(op, "else");

    js_open(js, "if (%s) {", js_condition(js, op, op_text(op, "if")));
    js_ops(js, op_ops(op, "then"));
    if (otherwise.n > 0) {
        js->indent--;
        js_open(js, "} else {");
        js_ops(js, otherwise);
    }
    js_close(js, "}");
}
const struct js_writer js_op_if = {.op = "if", .write = write_if, .in_place = true};

/* Is all that runs this a loop's `main`, whose end is the process's, or a worker's? */
bool js_is_script(const struct js *js)
{
    if (js_in_worker(js, js->program))
        return true;
    for (uint32_t i = 0; i < js->nactors; i++) {
        const struct js_actor *a = &js->actors[i];

        if (a->visits[js->program] && !(a->one && a->spec->script))
            return false;
    }
    return true;
}

static void write_exit(struct js *js, const struct op *op)
{
    (void)op;
    if (js_is_script(js)) {
        js_line(js, "process.exit(0);");
        return;
    }
    if (js->programs[js->program].quits) {
        js_use(js, JS_LEAVE);
        js_line(js, "leave(me);");
    }
    js_line(js, js->function ? "return true;" : "return;");
}
const struct js_writer js_op_exit = {.op = "exit", .write = write_exit};

/* ---- exceptions -------------------------------------------------------------------------------- */

static void write_throw(struct js *js, const struct op *op)
{
    js_line(js, "throw new Error(%s);", js_text(js, op, op_text(op, "throw")));
}
const struct js_writer js_op_throw = {.op = "throw", .write = write_throw};

/* Without a `catch` and a `finally` it is caught, and forgotten. */
static void write_try(struct js *js, const struct op *op)
{
    struct op_list caught = op_ops(op, "catch"), finally = op_ops(op, "finally");

    js_open(js, "try {");
    write_block(js, op_ops(op, "try"));
    if (caught.ops || !finally.ops) {
        js->indent--;
        js_open(js, "} catch (error) {");
        js->errors++;
        write_block(js, caught);
        js->errors--;
    }
    if (finally.ops) {
        js->indent--;
        js_open(js, "} finally {");
        js_unless_gone(js);
        write_block(js, finally);
    }
    js_close(js, "}");
}
const struct js_writer js_op_try = {.op = "try", .write = write_try, .in_place = true};

/* ---- calls -------------------------------------------------------------------------------------- */

/* The ops of a program that waits, where it is called: an await would take a microtask more. */
static void write_in_place(struct js *js, const struct op *op, int32_t program)
{
    struct js_program *p = &js->programs[program];
    int32_t from = js->program;

    if (p->open) {
        cannot_op(
            js->tr, op, "{ \"await\": { \"call\": ... } } calls an async function",
            "\"%s\" waits and calls itself: a function of JavaScript that waits is awaited",
            js->tr->sc->programs[program].name);
        return;
    }
    p->open = true;
    js->program = program;
    js_line(js, "// %s", js->tr->sc->programs[program].name);
    js_open(js, "{");
    js_ops(js, js->tr->sc->programs[program].ops);
    js_close(js, "}");
    js->program = from;
    p->open = false;
}

static void write_call(struct js *js, const struct op *op)
{
    int32_t program = op_number(op, "call");
    const struct js_program *p = &js->programs[program];
    const char *call;

    if (js->waits[program] && !js->unseen) {
        write_in_place(js, op, program);
        return;
    }
    call =
        arena_printf(&js->tr->mem, "%s(%s)", js_program_name(js, program), js_me(js, program));
    if (js->waits[program])
        js_line(js, "await %s;", call);
    else if (p->exits)
        js_line(js, "if (%s) return%s;", call, js->function ? " true" : "");
    else
        js_line(js, "%s;", call);
}

const struct js_writer js_op_call = {.op = "call", .write = write_call};

/* ---- variables ------------------------------------------------------------------------------------ */

static void count_shared(const struct js *js, const struct expr_node *n, uint32_t *count)
{
    if (!n)
        return;
    for (uint32_t i = 0; n->kind == EXPR_NAME && i < js->tr->sc->nvars; i++)
        *count += strcmp(js->tr->sc->vars[i].name, n->op) == 0;
    count_shared(js, n->left, count);
    count_shared(js, n->right, count);
}

static void write_assignment(struct js *js, const struct op *op, const char *text)
{
    char name[EXPR_NAME_MAX];
    size_t at;
    bool good = expr_split_set(text, name, &at);

    sim_assert(good);
    js_line(js, "%s = %s;", js_var(js, op, arena_strdup(&js->tr->mem, name)),
            js_value(js, op, text + at));
}

/* Variables of several threads: "n.value" where they stand. */
static uint32_t threads_variables(const struct js *js, const struct expr_node *n)
{
    uint32_t count = 0;

    if (!n)
        return 0;
    for (uint32_t i = 0; n->kind == EXPR_NAME && i < js->tr->sc->nvars; i++)
        count += strcmp(js->tr->sc->vars[i].name, n->op) == 0 && js_is_shared(js, i) &&
                 !js_is_local(js, js->program, n->op);
    return count + threads_variables(js, n->left) + threads_variables(js, n->right);
}

static bool of_threads(struct js *js, const char *text)
{
    char name[EXPR_NAME_MAX];
    size_t at;
    bool good = expr_split_set(text, name, &at);
    struct expr_node target = {.kind = EXPR_NAME, .op = name};

    sim_assert(good);
    return threads_variables(js, &target) +
               threads_variables(js, translator_expr(js->tr, text + at)) >
           0;
}

static void read_all(struct js *js, const struct op *op, const struct expr_node *n,
                     uint32_t *nreads)
{
    if (!n)
        return;
    read_all(js, op, n->left, nreads);
    if (n->kind == EXPR_NAME && threads_variables(js, n) > 0) {
        js_line(js, "busy(%s);", js_op_time(js, op, "cost"));
        js_line(js, "const v%u = %s;", (unsigned)(*nreads)++,
                js_var(js, op, arena_strdup(&js->tr->mem, n->op)));
    }
    read_all(js, op, n->right, nreads);
}

/* Another thread may come between each read and the write. */
static void write_slow_set(struct js *js, const struct op *op, const char *text)
{
    uint32_t written = 0, read = 0;
    char name[EXPR_NAME_MAX];
    const char *value;
    size_t at;
    bool good = expr_split_set(text, name, &at);

    sim_assert(good);
    js_use(js, JS_BUSY);
    js_open(js, "{");
    read_all(js, op, translator_expr(js->tr, text + at), &read);
    js->reads = &written;
    value = js_value(js, op, text + at);
    js->reads = NULL;
    js_line(js, "busy(%s);", js_op_time(js, op, "cost"));
    js_line(js, "%s = %s;", js_var(js, op, arena_strdup(&js->tr->mem, name)), value);
    js_close(js, "}");
}

/* On one loop nothing runs between its steps: what they cost comes first. */
static void write_set(struct js *js, const struct op *op)
{
    const struct dist *cost = op_time(op, "cost");
    const char *text = op_text(op, "set");
    char name[EXPR_NAME_MAX];
    uint32_t steps = 1;
    size_t at;

    if ((cost->kind != DIST_CONST || cost->a > 0) && of_threads(js, text)) {
        write_slow_set(js, op, text);
        return;
    }
    if (cost->kind != DIST_CONST || cost->a > 0) {
        bool good = expr_split_set(text, name, &at);

        sim_assert(good);
        count_shared(js, translator_expr(js->tr, text + at), &steps);
        js_use(js, JS_BUSY);
        for (uint32_t i = 0; i < steps; i++)
            js_line(js, "busy(%s);", js_op_time(js, op, "cost"));
    }
    write_assignment(js, op, text);
}
const struct js_writer js_op_set = {.op = "set", .write = write_set};

static void write_atomic(struct js *js, const struct op *op)
{
    const char *text = op_text(op, "atomic");
    bool several = of_threads(js, text);

    if (several) {
        js_use(js, JS_ATOMICALLY);
        js_open(js, "atomically(() => {");
    }
    write_assignment(js, op, text);
    if (several)
        js_close(js, "});");
}
const struct js_writer js_op_atomic = {.op = "atomic", .write = write_atomic};

static void write_assert(struct js *js, const struct op *op)
{
    const char *text = op_text(op, "assert");

    js_use(js, JS_ASSERT);
    js_line(js, "assert(%s, %s);", js_condition(js, op, text), js_quote(js, text));
}
const struct js_writer js_op_assert = {.op = "assert", .write = write_assert};
