/* node_facts.c - what must be known before a line of JavaScript is written: who runs which
 * program, how often, which programs wait, and which need to know for whom they run.
 *
 * Source: ECMA-262 (2024) 27.7: a function with an await in its own body is async. */
#include "models/translators/translator_js.h"

#include <string.h>

/* ---- actors ---------------------------------------------------------------------------------- */

static struct js_actor *find_actor(const struct js *js, const struct task_spec *spec,
                                   int32_t program)
{
    for (uint32_t i = 0; i < js->nactors; i++)
        if (js->actors[i].spec == spec && js->actors[i].program == program)
            return &js->actors[i];
    return NULL;
}

static void add_actor(struct js *js, const struct task_spec *spec, int32_t program, bool one)
{
    struct js_actor *a;

    if (find_actor(js, spec, program))
        return;
    js->actors = sim_realloc(js->actors, (js->nactors + 1) * sizeof(*js->actors));
    a = &js->actors[js->nactors++];
    a->spec = spec;
    a->program = program;
    a->one = one;
    a->child = a->spawns = a->quits = false;
    a->visits = arena_alloc(&js->tr->mem, (size_t)js->tr->sc->nprograms + 1);
}

/* ---- names of promises and timers --------------------------------------------------------------- */

static struct js_name *name_of(struct js *js, const char *name, bool timer)
{
    for (uint32_t i = 0; i < js->nnames; i++)
        if (js->names[i].timer == timer && strcmp(js->names[i].name, name) == 0)
            return &js->names[i];
    if (js->nnames == js->names_room) {
        js->names_room = js->names_room ? 2 * js->names_room : 16;
        js->names = sim_realloc(js->names, js->names_room * sizeof(*js->names));
    }
    js->names[js->nnames] =
        (struct js_name){.name = name,
                         .timer = timer,
                         .immediates = true,
                         .frames = true,
                         .tickets = arena_alloc(&js->tr->mem, sizeof(bool)),
                         .place = arena_alloc(&js->tr->mem, sizeof(int32_t))};
    return &js->names[js->nnames++];
}

static void given(struct js *js, const struct op *op, const char *name, uint32_t actor,
                  bool many)
{
    bool port = strcmp(op->def->names, "worker") == 0;
    struct js_name *n =
        name_of(js, port ? js_port_name(js, name) : name, strcmp(op->def->names, "timer") == 0);

    n->port |= port && strcmp(op_name(op), "worker") != 0;
    n->sites++;
    n->many |= many;
    n->immediates &= strcmp(op_name(op), "setImmediate") == 0;
    n->frames &= strcmp(op_name(op), "requestAnimationFrame") == 0;
    for (uint32_t i = 0; i < n->nowners; i++)
        if (n->owners[i] == actor)
            return;
    n->owners = sim_realloc(n->owners, (n->nowners + 1) * sizeof(*n->owners));
    n->owners[n->nowners++] = actor;
}

/* ---- a walk through all that an actor may run ------------------------------------------------------ */

static void visit_program(struct js *js, uint32_t actor, int32_t program, bool many);

static bool repeats(const struct op *op)
{
    static const char *const ops[] = {"repeat", "while", "setInterval", "onMessage"};

    for (size_t i = 0; i < ARRAY_LEN(ops); i++)
        if (strcmp(op_name(op), ops[i]) == 0)
            return true;
    return false;
}

static void visit_list(struct js *js, uint32_t actor, struct op_list list, bool many);

static void visit_op(struct js *js, uint32_t actor, const struct op *op, bool many)
{
    bool within = many || repeats(op);
    const struct param *p = op->def->params;

    for (uint32_t i = 0; p[i].name; i++) {
        const void *f = (const char *)op->args + p[i].offset;
        const char *name = p[i].type == PARAM_NAME ? *(const char *const *)f : NULL;

        if (p[i].type == PARAM_OPS) {
            visit_list(js, actor, *(const struct op_list *)f, within);
        } else if (p[i].type == PARAM_AWAIT) {
            visit_list(js, actor, ((const struct awaited *)f)->op, within);
        } else if (p[i].type == PARAM_DIST && *(const struct dist *const *)f) {
            js->lists |= (*(const struct dist *const *)f)->kind == DIST_LIST;
            js->random |= dist_is_random(*(const struct dist *const *)f);
        } else if (p[i].type == PARAM_PROGRAM) {
            if (strcmp(op_name(op), "spawn") == 0) {
                js->spawns = js->actors[actor].spawns = true;
                add_actor(js, js->actors[actor].spec, *(const int32_t *)f, false);
                find_actor(js, js->actors[actor].spec, *(const int32_t *)f)->child = true;
            } else {
                if (strcmp(op_name(op), "worker") == 0 && !op_text(op, "as"))
                    given(js, op, js->tr->sc->programs[*(const int32_t *)f].name, actor, many);
                visit_program(js, actor, *(const int32_t *)f, within);
            }
        } else if (name && op->def->names && (op->def->declares >> i & 1)) {
            given(js, op, name, actor, many);
        }
    }
}

static void visit_list(struct js *js, uint32_t actor, struct op_list list, bool many)
{
    for (uint32_t i = 0; i < list.n; i++)
        visit_op(js, actor, &list.ops[i], many);
}

static void visit_program(struct js *js, uint32_t actor, int32_t program, bool many)
{
    uint8_t *visits = &js->actors[actor].visits[program];

    if (*visits == 2)
        return;
    many |= *visits > 0;
    *visits = many ? 2 : 1;
    visit_list(js, actor, js->tr->sc->programs[program].ops, many);
}

/* ---- programs ------------------------------------------------------------------------------------------ */

bool js_waits(const struct js *js, struct op_list ops)
{
    return ops_wait(ops, js->waits);
}

static bool list_exits(const struct js *js, struct op_list ops)
{
    for (uint32_t i = 0; i < ops.n; i++) {
        const struct op *op = &ops.ops[i];
        const struct js_writer *w = js_writer(js, op);

        if (strcmp(op_name(op), "exit") == 0)
            return true;
        if (strcmp(op_name(op), "call") == 0 && js->programs[op_number(op, "call")].exits)
            return true;
        for (const struct param *p = op->def->params; w && w->in_place && p->name; p++)
            if (p->type == PARAM_OPS &&
                list_exits(js, *(const struct op_list *)((const char *)op->args + p->offset)))
                return true;
    }
    return false;
}

bool js_local_of(const struct task_spec *spec, const char *name)
{
    for (uint32_t i = 0; i < spec->nlocals; i++)
        if (strcmp(spec->locals[i].name, name) == 0)
            return true;
    return false;
}

/* Is this the variable that an op gives its result? */
bool js_is_into(const struct param *p)
{
    return p->type == PARAM_NAME && strcmp(p->name, "into") == 0;
}

/* Is this a local of somebody who runs the program? */
bool js_is_local(const struct js *js, int32_t program, const char *name)
{
    for (uint32_t i = 0; i < js->nactors; i++)
        if (js->actors[i].visits[program] && js_local_of(js->actors[i].spec, name))
            return true;
    return false;
}

struct local_search {
    const struct js *js;
    int32_t program;
    bool found;
};

static void search_tree(struct local_search *s, const struct expr_node *n)
{
    if (!n)
        return;
    if (n->kind == EXPR_NAME && js_is_local(s->js, s->program, n->op))
        s->found = true;
    search_tree(s, n->left);
    search_tree(s, n->right);
}

static void search_piece(void *ctx, const char *text, size_t len, const char *expr)
{
    struct local_search *s = ctx;

    (void)text;
    (void)len;
    if (expr)
        search_tree(s, translator_expr(s->js->tr, expr));
}

static bool text_uses_me(const struct js *js, int32_t program, const struct param *p,
                         const char *text)
{
    struct local_search s = {js, program, false};
    char name[EXPR_NAME_MAX];
    size_t at;

    if (p->type == PARAM_TEXT) {
        translator_log(js->tr, text, search_piece, &s);
    } else if (p->type == PARAM_EXPR) {
        search_tree(&s, translator_expr(js->tr, text));
    } else if (expr_split_set(text, name, &at)) {
        search_tree(&s, translator_expr(js->tr, text + at));
        s.found |= js_is_local(js, program, name);
    }
    return s.found;
}

static bool list_uses_me(const struct js *js, int32_t program, struct op_list ops);

static bool name_uses_me(const struct js *js, const struct op *op, const char *name)
{
    bool timer = op->def->names && strcmp(op->def->names, "timer") == 0;
    const struct js_name *n = op->def->names ? js_find_name(js, name, timer) : NULL;

    if (op->def->names && strcmp(op->def->names, "worker") == 0)
        n = js_find_name(js, arena_printf(&js->tr->mem, "%s port", name), false);
    if (!n)
        return false;
    return timer ? js_timer_of_me(js, n) : !js_name_is_one(js, n);
}

static bool names_use_me(const struct js *js, const struct op *op, const struct name_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        if (name_uses_me(js, op, list->names[i]))
            return true;
    return false;
}

static bool param_uses_me(const struct js *js, int32_t program, const struct op *op,
                          const struct param *p)
{
    const void *f = (const char *)op->args + p->offset;
    const struct awaited *awaited = f;
    const char *text;

    switch (p->type) {
    case PARAM_OPS:
        return list_uses_me(js, program, *(const struct op_list *)f);
    case PARAM_AWAIT:
        return list_uses_me(js, program, awaited->op) ||
               (awaited->promise && name_uses_me(js, op, awaited->promise));
    case PARAM_DIST:
        return *(const struct dist *const *)f &&
               (*(const struct dist *const *)f)->kind == DIST_LIST;
    case PARAM_PROGRAM:
        return strcmp(op_name(op), "spawn") == 0 || js->programs[*(const int32_t *)f].uses_me;
    case PARAM_TEXT:
    case PARAM_EXPR:
    case PARAM_SET:
        text = *(const char *const *)f;
        return text && text_uses_me(js, program, p, text);
    case PARAM_NAMES:
        return names_use_me(js, op, f);
    case PARAM_NAME:
        text = *(const char *const *)f;
        if (js_is_into(p))
            return text && js_is_local(js, program, text);
        return text && (strcmp(op_name(op), "join") == 0 || name_uses_me(js, op, text));
    default:
        return false;
    }
}

static bool list_uses_me(const struct js *js, int32_t program, struct op_list ops)
{
    for (uint32_t i = 0; i < ops.n; i++) {
        if (js_heap_of_me(js, &ops.ops[i]) || js_sync_of_me(js, &ops.ops[i]))
            return true;
        if (strcmp(op_name(&ops.ops[i]), "io") == 0 && js_device_knows_me(js, &ops.ops[i]))
            return true;
        for (const struct param *p = ops.ops[i].def->params; p->name; p++)
            if (param_uses_me(js, program, &ops.ops[i], p))
                return true;
    }
    return false;
}

/* Programs call each other: as long as something changes. */
static void find_facts(struct js *js)
{
    bool changed = true;

    js->waits = arena_alloc(&js->tr->mem, (size_t)js->tr->sc->nprograms + 1);
    programs_wait(js->tr->sc, js->waits);
    while (changed) {
        changed = false;
        for (int32_t i = 0; i < js->tr->sc->nprograms; i++) {
            struct js_program *p = &js->programs[i], before = *p;
            struct op_list ops = js->tr->sc->programs[i].ops;

            p->exits = p->exits || list_exits(js, ops);
            p->uses_me = p->uses_me || list_uses_me(js, i, ops);
            changed = changed || before.exits != p->exits || before.uses_me != p->uses_me;
        }
    }
}

/* ---- who may end early ------------------------------------------------------------------------- */

/* Of those that count: all, or such in a `try` with a `finally`, which an `exit` leaves out. */
static bool has_exit(struct op_list ops, bool all)
{
    for (uint32_t i = 0; i < ops.n; i++) {
        const struct op *op = &ops.ops[i];
        bool within = all;

        if (strcmp(op_name(op), "try") == 0)
            within |= op_ops(op, "finally").ops != NULL;
        if (strcmp(op_name(op), "exit") == 0)
            return within;
        for (const struct param *p = op->def->params; p->name; p++) {
            const void *f = (const char *)op->args + p->offset;

            if (p->type == PARAM_OPS && has_exit(*(const struct op_list *)f, within))
                return true;
            if (p->type == PARAM_AWAIT && has_exit(((const struct awaited *)f)->op, within))
                return true;
        }
    }
    return false;
}

/* Such an `exit` is more than a return. */
static bool may_quit(const struct js *js, const struct js_actor *a)
{
    bool outlives = js_outlives(js, a->program);

    for (int32_t i = 0; i < js->tr->sc->nprograms; i++)
        if (a->visits[i] && !js_in_worker(js, i) &&
            has_exit(js->tr->sc->programs[i].ops, outlives))
            return true;
    return false;
}

static void find_quitters(struct js *js)
{
    for (uint32_t i = 0; i < js->nactors; i++) {
        struct js_actor *a = &js->actors[i];

        a->quits = !(a->one && a->spec->script) && may_quit(js, a);
        for (int32_t k = 0; a->quits && k < js->tr->sc->nprograms; k++)
            if (a->visits[k] && !js_in_worker(js, k))
                js->programs[k].quits = js->programs[k].uses_me = true;
    }
}

/* Device times are drawn for whoever asks: for nobody in particular. */
static void device_facts(struct js *js)
{
    for (int32_t i = 0; i < js->tr->sc->ndevices; i++) {
        const struct device_spec *d = &js->tr->sc->devices[i];

        js->random |= dist_is_random(d->service) || dist_is_random(d->latency) ||
                      (d->rtt && dist_is_random(d->rtt));
    }
    for (int32_t i = 1; i < js->tr->sc->ntasks; i++)
        js->urgent |= js->tr->sc->tasks[i].priority != js->tr->sc->tasks[0].priority;
}

void js_facts(struct js *js)
{
    const struct scenario *sc = js->tr->sc;

    js->programs =
        arena_alloc(&js->tr->mem, ((size_t)sc->nprograms + 1) * sizeof(*js->programs));
    for (int32_t i = 0; i < sc->ntasks; i++) {
        const struct task_spec *t = &sc->tasks[i];
        bool one = (t->count == 1 && t->clients == 0) || t->script; /* in each loop */

        add_actor(js, t, t->program, one);
    }
    for (uint32_t i = 0; i < js->nactors; i++) /* spawned ones are added meanwhile */
        visit_program(js, i, js->actors[i].program, js->actors[i].spec->period > 0);
    js_places(js);
    js_shared(js);
    device_facts(js);
    find_facts(js);
    find_quitters(js);
    find_facts(js); /* who calls them */
}
