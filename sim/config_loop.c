/* config_loop.c - what event loops bring along: their scripts, the names of their pool threads,
 * ops that work on a loop only, and the names of promises and timers. */
#include <string.h>

#include "models/executors/executor.h"
#include "models/ops/op.h"
#include "sim/config_read.h"

/* ---- scripts and pool threads ------------------------------------------------------------- */

static bool taken(const struct reader *r, const char *name)
{
    return names_find(&r->tasks, name) >= 0;
}

static struct task_spec *add_spec(struct reader *r, int32_t index, int32_t executor,
                                  const char *name)
{
    struct scenario *sc = r->sc;
    struct task_spec *t = &sc->tasks[index];

    task_defaults(r, t);
    t->index = (uint32_t)index;
    t->name = name;
    t->executor = executor;
    t->program = sc->nprograms++;
    return t;
}

static void read_script(struct reader *r, const cJSON *at, int32_t executor)
{
    struct scenario *sc = r->sc;
    const struct executor_spec *ex = &sc->executors[executor];
    bool plain = strcmp(ex->name, "default") == 0 && !taken(r, "main");
    struct task_spec *t = add_spec(r, sc->ntasks, executor,
                                   plain ? "main" : arena_printf(r->mem, "%s/main", ex->name));

    sc->ntasks++;
    t->number = json_number(at);
    t->script = true;
    t->count = ex->model->scripts(ex->params);
    t->numbered = t->count != 1;
    path_set(r, "executors.%.200s.main", ex->name);
    r->ncursors = &sc->ncursors;
    read_op_list(r, at, &sc->programs[t->program].ops);
}

/* ---- loops only ---------------------------------------------------------------------------- */

struct walk {
    struct reader *r;
    uint8_t *seen; /* of each program */
    bool loops;    /* loops are looked at, browsers or others; else threads */
    bool browser;
};

static void check_flavor(struct walk *w, const struct op *op);

static void walk_program(struct walk *w, int32_t program);

static void walk_list(struct walk *w, struct op_list list);

static void check_thread(struct walk *w, const struct op *op)
{
    static const char hint[] = "give the task \"on\": the name of an executor of the kind "
                               "\"event-loop\"";
    int option = op->def->needs_loop ? op->def->needs_loop(op->args) : -1;
    const cJSON *at = w->r->place_nodes[op->place], *m;
    const char *name = op->def->params[0].name, *key;

    if (option < 0)
        return;
    key = op->def->params[option].name;
    m = json_member(at, key);
    if (option == 0)
        wrong_key(w->r, m ? m : at, hint, "\"%s\" works on an event loop only", name);
    else
        wrong_key(w->r, m ? m : at, hint, "\"%s\" with \"%s\" works on an event loop only",
                  name, key);
}

static void walk_op(struct walk *w, const struct op *op)
{
    if (w->loops)
        check_flavor(w, op);
    else
        check_thread(w, op);
    for (const struct param *p = op->def->params; p->name; p++) {
        const void *field = (const char *)op->args + p->offset;

        if (p->type == PARAM_OPS)
            walk_list(w, *(const struct op_list *)field);
        else if (p->type == PARAM_AWAIT)
            walk_list(w, ((const struct awaited *)field)->op);
        else if (p->type == PARAM_PROGRAM)
            walk_program(w, *(const int32_t *)field);
    }
}

static void walk_list(struct walk *w, struct op_list list)
{
    for (uint32_t i = 0; i < list.n; i++)
        if (list.ops[i].def)
            walk_op(w, &list.ops[i]);
}

static void walk_program(struct walk *w, int32_t program)
{
    if (program < 0 || w->seen[program])
        return;
    w->seen[program] = 1;
    walk_list(w, w->r->sc->programs[program].ops);
}

/* The programs that tasks on threads reach: nothing in them needs a loop. */
static void check_threads(struct reader *r)
{
    const struct scenario *sc = r->sc;
    struct walk w = {.r = r, .seen = arena_alloc(r->mem, (size_t)sc->nprograms + 1)};

    for (int32_t i = 0; i < sc->ntasks; i++)
        if (sc->tasks[i].executor >= 0 && !sc->executors[sc->tasks[i].executor].model->is_loop)
            walk_program(&w, sc->tasks[i].program);
}

/* ---- browsers and Node ------------------------------------------------------------------------ */

/* An option that pages lack; of the first row it is what stands there. */
static void check_option(struct reader *r, const struct op *op, const cJSON *at)
{
    const struct param *p = op->def->params;
    int row;
    const char *why = op->def->option_of_node(op->args, &row);
    const cJSON *m;

    if (!why)
        return;
    m = json_member(at, p[row].name);
    why = arena_printf(r->mem, "not in a browser: %s", why);
    if (row == 0)
        wrong(r, m ? m : at, why, "\"%s\": \"%s\" works on Node's loops only", p->name,
              m && cJSON_IsString(m) ? m->valuestring : "");
    else
        wrong_key(r, m ? m : at, why, "\"%s\" with \"%s\" works on Node's loops only", p->name,
                  p[row].name);
}

static void check_flavor(struct walk *w, const struct op *op)
{
    const struct op_def *def = op->def;
    const char *key = def->params[0].name;
    const cJSON *at = w->r->place_nodes[op->place], *m = json_member(at, key);
    const struct scenario *sc = w->r->sc;

    if (w->browser && def->not_in_browser)
        wrong_key(w->r, m ? m : at,
                  arena_printf(w->r->mem, "not in a browser: %s", def->not_in_browser),
                  "\"%s\" works on Node's loops only", key);
    if (w->browser && def->option_of_node)
        check_option(w->r, op, at);
    if (!w->browser && def->browser_only)
        wrong_key(w->r, m ? m : at, "give the executor \"flavor\": \"browser\"",
                  "\"%s\" works in a browser only", key);
    for (const struct param *p = def->params; w->browser && p->name; p++) {
        int32_t device = p->type == PARAM_DEVICE
                             ? *(const int32_t *)((const char *)op->args + p->offset)
                             : -1;

        if (device >= 0 && sc->devices[device].mode == DEVICE_POOL)
            wrong(w->r, m ? m : at,
                  "not in a browser: pages have no pool; a device of mode \"poll\" is like "
                  "fetch()",
                  "the device \"%s\" is of mode pool", sc->devices[device].name);
    }
}

/* The programs that tasks on loops reach: each op is there, in a browser or in Node. */
static void check_flavors(struct reader *r, bool browser)
{
    const struct scenario *sc = r->sc;
    struct walk w = {.r = r,
                     .seen = arena_alloc(r->mem, (size_t)sc->nprograms + 1),
                     .loops = true,
                     .browser = browser};

    for (int32_t i = 0; i < sc->ntasks; i++) {
        const struct executor_spec *ex =
            sc->tasks[i].executor >= 0 ? &sc->executors[sc->tasks[i].executor] : NULL;

        if (ex && ex->model->is_loop && ex->model->in_browser(ex->params) == browser)
            walk_program(&w, sc->tasks[i].program);
    }
}

/* ---- names ----------------------------------------------------------------------------------- */

enum pass { PASS_COUNT, PASS_COLLECT, PASS_CHECK };

/* What names are names of. */
static const char *const kinds[] = {"promise", "timer", "worker"};
enum { KINDS = ARRAY_LEN(kinds) };

struct given {
    struct reader *r;
    enum pass pass;
    struct names names[KINDS];
    int32_t n;
};

static void name_list(struct given *g, struct op_list list);

static struct names *names_of(struct given *g, const struct op_def *def)
{
    size_t i = 0;

    while (strcmp(kinds[i], def->names) != 0) {
        i++;
        sim_assert(i < KINDS);
    }
    return &g->names[i];
}

static void give(struct given *g, const struct op_def *def, const char *name)
{
    if (g->pass == PASS_COUNT)
        g->n++;
    else if (g->pass == PASS_COLLECT)
        names_add(names_of(g, def), name, 0);
}

/* `m`: where the name stands; NULL: under the row's key. */
static void name_one(struct given *g, const struct op *op, uint32_t row, const char *name,
                     const cJSON *m)
{
    const struct op_def *def = op->def;

    if (def->declares >> row & 1)
        give(g, def, name);
    if ((def->uses >> row & 1) == 0 || g->pass != PASS_CHECK ||
        names_find(names_of(g, def), name) >= 0)
        return;
    if (!m)
        m = json_member(g->r->place_nodes[op->place], def->params[row].name);
    (void)read_reference(g->r, m, names_of(g, def), def->names);
}

static void name_some(struct given *g, const struct op *op, uint32_t row,
                      const struct name_list *list)
{
    const cJSON *m =
        json_member(g->r->place_nodes[op->place], op->def->params[row].name)->child;

    for (size_t i = 0; i < list->n; i++, m = m->next)
        if (list->names[i])
            name_one(g, op, row, list->names[i], m);
}

static void name_row(struct given *g, const struct op *op, uint32_t row)
{
    const struct param *p = &op->def->params[row];
    const void *field = (const char *)op->args + p->offset;
    const char *name = NULL;

    if (p->type == PARAM_OPS)
        name_list(g, *(const struct op_list *)field);
    if (p->type == PARAM_AWAIT) {
        name_list(g, ((const struct awaited *)field)->op);
        name = ((const struct awaited *)field)->promise;
    } else if (p->type == PARAM_NAME) {
        name = *(const char *const *)field;
    } else if (p->type == PARAM_NAMES) {
        name_some(g, op, row, field);
    }
    if (name)
        name_one(g, op, row, name, NULL);
    if (op->def->named_after >> row & 1)
        give(g, op->def, g->r->sc->programs[*(const int32_t *)field].name);
}

static void name_list(struct given *g, struct op_list list)
{
    for (uint32_t i = 0; i < list.n; i++) {
        const struct op_def *def = list.ops[i].def;

        if (def && def->makes_loop)
            g->r->sc->has_workers = true;
        if (def && def->listens)
            g->r->sc->has_listeners = true;
        for (uint32_t row = 0; def && def->params[row].name; row++)
            name_row(g, &list.ops[i], row);
    }
}

static void name_all(struct given *g, enum pass pass)
{
    g->pass = pass;
    for (int32_t i = 0; i < g->r->sc->nprograms; i++)
        name_list(g, g->r->sc->programs[i].ops);
}

static void drop_doubles(struct names *names)
{
    int32_t n = 0;

    names_sort(names);
    for (int32_t i = 0; i < names->n; i++)
        if (n == 0 || strcmp(names->list[n - 1].name, names->list[i].name) != 0)
            names->list[n++] = names->list[i];
    names->n = n;
}

/* A promise, timer or worker that no op ever makes is a mistake. */
static void check_names(struct reader *r)
{
    struct given g = {.r = r};

    name_all(&g, PASS_COUNT);
    for (size_t i = 0; i < KINDS; i++)
        names_init(r, &g.names[i], g.n + 1);
    name_all(&g, PASS_COLLECT);
    names_add(&g.names[KINDS - 1], "parent", 0);
    for (size_t i = 0; i < KINDS; i++)
        drop_doubles(&g.names[i]);
    name_all(&g, PASS_CHECK);
}

/* Behind the tasks: what is nobody's work. */
static int32_t add_helper(struct reader *r, int32_t executor, const char *name)
{
    struct scenario *sc = r->sc;
    int32_t index = sc->ntasks + sc->nhelpers++;

    name = arena_printf(r->mem, "%s/%s", sc->executors[executor].name, name);
    add_spec(r, index, executor, name)->numbered = true;
    return index;
}

void read_loops(struct reader *r, const cJSON *executors)
{
    struct scenario *sc = r->sc;

    if (!sc->tasks)
        return; /* reported */
    for (int32_t i = 0; i < sc->nexecutors; i++) {
        const cJSON *at = json_member(executors, sc->executors[i].name);
        const cJSON *script = at ? json_member(at, "main") : NULL;

        if (script && sc->executors[i].model->is_loop)
            read_script(r, script, i);
    }
    for (int32_t i = 0; i < sc->nexecutors; i++)
        if (sc->executors[i].model->is_loop)
            sc->executors[i].helper = add_helper(r, i, "pool");
    for (int32_t i = 0; i < sc->nexecutors; i++)
        if (sc->executors[i].model->has_costs &&
            sc->executors[i].model->has_costs(sc->executors[i].params))
            sc->executors[i].own = add_helper(r, i, sc->executors[i].model->own_name);
    if (r->bad)
        return;
    check_threads(r);
    check_flavors(r, false);
    check_flavors(r, true);
    check_names(r);
}
