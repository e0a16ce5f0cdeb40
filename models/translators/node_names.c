/* node_names.c - where the file's variables, promises and timers live in JavaScript.
 *
 * A promise of a task of which there is one is a variable of the module, else a member of `me`.
 * A timer whose name is given once is a variable, too; where a name may be given again while an
 * older timer of it is pending, `clear` takes the latest that is: these stand in a list.
 *
 * Source: Node 20 documentation, "Timers": clearTimeout() and clearImmediate() of what has fired
 * do nothing. */
#include "models/translators/translator_js.h"

#include <string.h>

const char *js_var(struct js *js, const struct op *op, const char *name)
{
    const struct scenario *sc = js->tr->sc;
    bool local = false, shared = false;

    for (uint32_t i = 0; i < js->nactors; i++) {
        const struct js_actor *a = &js->actors[i];

        if (!a->visits[js->program])
            continue;
        local |= js_local_of(a->spec, name);
        shared |= !js_local_of(a->spec, name);
    }
    if (local && shared) {
        cannot_op(js->tr, op, "give the local another name",
                  "\"%s\" is a local of some tasks that run this, and not of others", name);
        return "";
    }
    if (local)
        return arena_printf(&js->tr->mem, "me.%s",
                            ident(js->tr, &js->members, NAME_LOCAL, name));
    for (uint32_t i = 0; i < sc->nvars; i++)
        if (strcmp(sc->vars[i].name, name) == 0) {
            const char *variable = ident(js->tr, &js->globals, NAME_VAR, name);

            if (!js_is_shared(js, i))
                return variable;
            if (js->target->browser)
                cannot_op(
                    js->tr, op, "tell the other thread by \"postMessage\"",
                    "\"%s\" is used on several threads, which share no variables in a page "
                    "from the disk",
                    name);
            return js->reads ? arena_printf(&js->tr->mem, "v%u", (unsigned)(*js->reads)++)
                             : arena_printf(&js->tr->mem, "%s.value", variable);
        }
    if (js->errors > 0 && strcmp(name, "error") == 0)
        return "error.message";
    if ((js->messages > 0 || js->received) && strcmp(name, "message") == 0) {
        js_use(js, JS_NUMBER);
        return "number(message)";
    }
    cannot_op(js->tr, op, "\"vars\" has those of all, a task's \"locals\" its own",
              "there is no variable \"%s\"", name);
    return "";
}

const struct js_name *js_find_name(const struct js *js, const char *name, bool timer)
{
    for (uint32_t i = 0; i < js->nnames; i++)
        if (js->names[i].timer == timer && strcmp(js->names[i].name, name) == 0)
            return &js->names[i];
    return NULL;
}

bool js_name_is_one(const struct js *js, const struct js_name *n)
{
    return n->nowners == 1 && js->actors[n->owners[0]].one;
}

/* Does everybody who runs what is being written give this name? */
static bool all_give(const struct js *js, const struct js_name *n)
{
    for (uint32_t i = 0; i < js->nactors; i++) {
        bool own = false;

        for (uint32_t k = 0; k < n->nowners; k++)
            own = own || n->owners[k] == i;
        if (js->actors[i].visits[js->program] && !own)
            return false;
    }
    return true;
}

const char *js_promise(struct js *js, const struct op *op, const char *name)
{
    const struct js_name *n = js_find_name(js, name, false);

    if (!n) {
        cannot_op(js->tr, op, NULL, "nothing makes the promise \"%s\"", name);
        return "";
    }
    if (js_name_is_one(js, n) || js->nscripts > 0)
        js_check_place(js, op, n->place, name);
    if (js_name_is_one(js, n))
        return ident(js->tr, &js->globals, NAME_PROMISE, name);
    if (!all_give(js, n))
        cannot_op(js->tr, op,
                  "make it in the executor's \"main\", whose promises are everybody's",
                  "which task's promise \"%s\" this is cannot be told beforehand", name);
    return arena_printf(&js->tr->mem, "me.%s", ident(js->tr, &js->members, NAME_PROMISE, name));
}

static bool is_variable(const struct js *js, const struct js_name *n)
{
    return n->sites == 1 && !n->many && js_name_is_one(js, n);
}

bool js_timer_of_me(const struct js *js, const struct js_name *n)
{
    return !js_name_is_one(js, n);
}

const char *js_timer(struct js *js, const char *name)
{
    const struct js_name *n = js_find_name(js, name, true);

    sim_assert(n); /* the reader knows who gives it */
    return is_variable(js, n) ? ident(js->tr, &js->globals, NAME_TIMER, name) : NULL;
}

void js_declare_names(struct js *js)
{
    const char *before = "let ";
    bool any = false;

    for (uint32_t i = 0; i < js->nnames; i++) {
        const struct js_name *n = &js->names[i];

        if (n->timer ? !is_variable(js, n) : !js_name_is_one(js, n))
            continue;
        text_addf(js->out, "%s%s", before,
                  ident(js->tr, &js->globals, n->timer ? NAME_TIMER : NAME_PROMISE, n->name));
        before = ", ";
        any = true;
    }
    if (any)
        text_add(js->out, ";\n");
}
