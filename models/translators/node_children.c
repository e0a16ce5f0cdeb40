/* node_children.c - spawn and join in JavaScript.
 *
 * On one loop a child is a task that comes there.  Of several, each child is dealt to the next,
 * as every task is: the first thread, which deals, is asked for it by a message, and tells of its
 * end by another.  It counts the tasks that may spawn and their children, as loops end when none
 * of them is left.
 *
 * Source: Node 20 documentation, "Worker threads". */
#include "models/translators/translator_js.h"

#include <string.h>

/* ---- where a child goes ------------------------------------------------------------------------- */

bool js_deals_children(const struct js *js, const struct js_actor *a)
{
    return a->spawns && js_loops(js, &js->tr->sc->executors[a->spec->executor]) > 1;
}

static bool task_is_called(const struct js *js, const char *name)
{
    for (int32_t i = 0; i < js->tr->sc->ntasks; i++)
        if (strcmp(js->tr->sc->tasks[i].name, name) == 0)
            return true;
    return false;
}

/* What the loops know it by, beside the tasks. */
static const char *child_name(struct js *js, const struct task_spec *spec, int32_t program)
{
    const char *name =
        arena_printf(&js->tr->mem, "%s/%s", spec->name, js->tr->sc->programs[program].name);

    while (task_is_called(js, name))
        name = arena_printf(&js->tr->mem, "%s'", name);
    return name;
}

/* Entries of the table of what a loop may be told to begin. */
void js_children(struct js *js)
{
    for (uint32_t i = 0; i < js->nactors; i++) {
        const struct js_actor *a = &js->actors[i];

        if (a->child && js_loops(js, &js->tr->sc->executors[a->spec->executor]) > 1)
            js_line(js, "%s: () => %s(%s),", js_quote(js, child_name(js, a->spec, a->program)),
                    js_program_name(js, a->program), js_new_me(js, a->spec, a->program));
    }
}

/* ---- ops ------------------------------------------------------------------------------------------- */

static void check_counted(struct js *js, const struct op *op, const struct js_actor *a)
{
    if (a->spec->script)
        cannot_op(
            js->tr, op, "let a task spawn it",
            "what spawns on several loops is a task, whose end is counted, and no script");
    else if (js_outlives(js, a->program))
        cannot_op(js->tr, op, "let it wait for what it starts, with \"await\"",
                  "who spawns on several loops ends with all that it has started, a function "
                  "when it returns");
}

/* Whose children these are; in a worker they stay. */
static const struct task_spec *find_parent(struct js *js, const struct op *op, bool *dealt)
{
    const struct task_spec *spec = NULL;
    bool stays = false;

    for (uint32_t i = 0; i < js->nactors; i++) {
        const struct js_actor *a = &js->actors[i];

        if (!a->visits[js->program])
            continue;
        if (spec && spec != a->spec && (spec->nlocals > 0 || a->spec->nlocals > 0))
            cannot_op(js->tr, op, "give each task a program of its own that spawns",
                      "whose locals the child has cannot be told beforehand");
        spec = a->spec;
        if (!js_in_worker(js, js->program) && js_deals_children(js, a)) {
            *dealt = true;
            check_counted(js, op, a);
        } else {
            stays = true;
        }
    }
    if (*dealt && stays)
        cannot_op(js->tr, op, "give each task a program of its own that spawns",
                  "whether the child is on this loop or another cannot be told beforehand");
    sim_assert(spec);
    return spec;
}

static void deal_child(struct js *js, const struct op *op, const struct task_spec *spec)
{
    int32_t program = op_number(op, "spawn");

    js_use(js, JS_CHILDREN);
    js_line(js, "spawnElsewhere(me, %s, %s);",
            js_quote(js, op_text(op, "as") ? op_text(op, "as")
                                           : js->tr->sc->programs[program].name),
            js_quote(js, child_name(js, spec, program)));
}

static void write_spawn(struct js *js, const struct op *op)
{
    int32_t program = op_number(op, "spawn");
    const char *as = op_text(op, "as");
    bool dealt = false;
    const struct task_spec *spec = find_parent(js, op, &dealt);

    if (dealt) {
        deal_child(js, op, spec);
        return;
    }
    js_use(js, JS_SPAWN);
    js_line(js, "spawn(me, %s, () => %s(%s));",
            js_quote(js, as ? as : js->tr->sc->programs[program].name),
            js_program_name(js, program), js_new_me(js, spec, program));
}
const struct js_writer js_op_spawn = {.op = "spawn", .write = write_spawn};

static void write_join(struct js *js, const struct op *op)
{
    const char *name = js_quote(js, op_text(op, "join"));

    if (js_join_worker(js, op, op_text(op, "join")))
        return;
    js_use(js, JS_SPAWN);
    js_line(js, "if (alive(me, %s)) await join(me, %s);", name, name);
}

const struct js_writer js_op_join = {.op = "join", .write = write_join};

/* ---- the helper ------------------------------------------------------------------------------------ */

const char js_children_text[] =
    "// A child is dealt to the next loop by the first thread, which tells of its end.\n"
    "const elsewhere = new Map();\n"
    "let born = 0;\n"
    "function spawnElsewhere(me, name, child) {\n"
    "  const children = (me.children[name] ?\?= { alive: 0 });\n"
    "  children.alive++;\n"
    "  elsewhere.set(++born, () => {\n"
    "    if (--children.alive === 0 && children.joined) children.joined();\n"
    "  });\n"
    "  parentPort.postMessage({ child, born });\n"
    "}\n"
    "function hasEnded(child) {\n"
    "  elsewhere.get(child)();\n"
    "  elsewhere.delete(child);\n"
    "}\n";
