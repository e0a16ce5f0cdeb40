/* config_scenario.c - a variant's tree, read into a scenario. */
#include <stdio.h>
#include <string.h>

#include "models/executors/executor.h"
#include "models/sync/sync.h"
#include "sim/config_build.h"
#include "sim/config_read.h"

bool usable_name(struct reader *r, const cJSON *m, const char *kind)
{
    size_t len = strlen(m->string);

    if (len >= 1 && len <= 200)
        return true;
    wrong_key(r, m, NULL, "the name of %s has from 1 to 200 bytes, not %zu", kind, len);
    return false;
}

/* ---- sync objects ---------------------------------------------------------------------- */

static const struct sync_model *find_sync(const char *name)
{
    for (size_t i = 0; sync_models[i]; i++)
        if (strcmp(sync_models[i]->name, name) == 0)
            return sync_models[i];
    return NULL;
}

/* The key that says what it is: { "mutex": {} }, { "semaphore": 3 }. */
static const cJSON *sync_kind(struct reader *r, const cJSON *at)
{
    const cJSON *kind = NULL;
    const char *names[32];
    size_t n = 0;
    bool any = false;

    for (; n < ARRAY_LEN(names) && sync_models[n]; n++)
        names[n] = sync_models[n]->name;
    for (const cJSON *m = at->child; m; m = m->next) {
        if (is_comment(m))
            continue;
        any = true;
        if (!find_sync(m->string))
            wrong_name(r, m, "kind of sync object", m->string, names, n);
        else if (kind)
            wrong_key(r, m, "two objects have two names",
                      "a sync object is of one kind, and \"%s\" stands here already",
                      kind->string);
        else
            kind = m;
    }
    if (!any)
        wrong(r, at, "as { \"mutex\": {} }", "a sync object without a kind");
    return kind;
}

static void read_sync(struct reader *r, const cJSON *at, struct sync_spec *spec)
{
    const cJSON *kind = sync_kind(r, at);
    struct keys keys = {0};
    char what[60];

    spec->model = kind ? find_sync(kind->string) : sync_models[0];
    spec->params = arena_alloc(r->mem, spec->model->params_size + 1);
    keys.params = spec->model->params;
    keys.base = spec->params;
    (void)snprintf(what, sizeof(what), "a %s", spec->model->name);
    if (!kind)
        return; /* reported */
    if (spec->model->is_number)
        read_object(r, at, what, &keys, 1);
    else if (want_object(r, kind))
        read_object(r, kind, what, &keys, 1);
}

static void read_syncs(struct reader *r, const cJSON *at)
{
    struct scenario *sc = r->sc;
    int32_t room = at ? cJSON_GetArraySize(at) : 0;

    names_init(r, &r->syncs, room);
    sc->syncs = arena_alloc(r->mem, ((size_t)room + 1) * sizeof(*sc->syncs));
    for (const cJSON *m = at ? at->child : NULL; m; m = m->next) {
        if (is_comment(m) || !want_object(r, m) || !usable_name(r, m, "a sync object"))
            continue;
        sc->syncs[sc->nsyncs].name = arena_strdup(r->mem, m->string);
        read_sync(r, m, &sc->syncs[sc->nsyncs]);
        names_add(&r->syncs, sc->syncs[sc->nsyncs].name, sc->nsyncs);
        sc->nsyncs++;
    }
    names_sort(&r->syncs);
}

/* ---- executors -------------------------------------------------------------------------- */

static const struct executor_model *find_kind(struct reader *r, const cJSON *at)
{
    const char *names[16];
    size_t n = 0;

    if (!cJSON_IsString(at)) {
        wrong_type(r, at, "as \"pool\"", "the kind of an executor");
        return NULL;
    }
    for (; n < ARRAY_LEN(names) && executor_models[n]; n++) {
        names[n] = executor_models[n]->name;
        if (strcmp(names[n], at->valuestring) == 0)
            return executor_models[n];
    }
    wrong_name(r, at, "kind of executor", at->valuestring, names, n);
    return NULL;
}

static void read_executor(struct reader *r, const cJSON *at, struct executor_spec *ex)
{
    static const char *const others[] = {"kind", NULL};
    static const char *const loop_others[] = {"kind", "main", NULL};
    const cJSON *kind = json_member(at, "kind");
    struct keys keys = {.others = others};
    char what[60];

    ex->model = NULL;
    if (at && !kind)
        wrong(r, at, "as { \"kind\": \"pool\", \"threads\": 8 }", "an executor needs \"kind\"");
    else if (at)
        ex->model = find_kind(r, kind);
    if (!ex->model) {
        ex->model = executor_models[0];
        at = NULL; /* its keys mean nothing then */
    }
    ex->params = arena_alloc(r->mem, ex->model->params_size + 1);
    keys.params = ex->model->params;
    keys.base = ex->params;
    if (ex->model->is_loop)
        keys.others = loop_others;
    ex->helper = ex->own = -1;
    ex->number = json_number(at);
    (void)snprintf(what, sizeof(what), "the executor \"%s\"", ex->model->name);
    read_object(r, at, what, &keys, 1);
}

static void read_executors(struct reader *r, const cJSON *at)
{
    struct scenario *sc = r->sc;
    int32_t room = at ? cJSON_GetArraySize(at) : 0;
    const cJSON *deflt = json_member(at, "default");

    names_init(r, &r->executors, room + 1);
    sc->executors = arena_alloc(r->mem, ((size_t)room + 2) * sizeof(*sc->executors));
    if (!deflt) {
        sc->executors[0].name = "default";
        read_executor(r, NULL, &sc->executors[0]);
        names_add(&r->executors, "default", sc->nexecutors++);
    }
    for (const cJSON *m = at ? at->child : NULL; m; m = m->next) {
        struct executor_spec *ex = &sc->executors[sc->nexecutors];

        if (is_comment(m) || !want_object(r, m) || !usable_name(r, m, "an executor"))
            continue;
        ex->name = arena_strdup(r->mem, m->string);
        read_executor(r, m, ex);
        names_add(&r->executors, ex->name, sc->nexecutors++);
    }
    names_sort(&r->executors);
    if (names_find(&r->executors, "default") < 0) {
        sc->executors[sc->nexecutors].name = "default"; /* what stood there is reported */
        read_executor(r, NULL, &sc->executors[sc->nexecutors]);
        names_add(&r->executors, "default", sc->nexecutors++);
        names_sort(&r->executors);
    }
}

/* ---- variables and programs ---------------------------------------------------------------- */

static void read_shared(struct reader *r, const cJSON *at)
{
    struct scenario *sc = r->sc;
    int32_t room = at ? cJSON_GetArraySize(at) : 0;

    sc->vars = arena_alloc(r->mem, ((size_t)room + 1) * sizeof(*sc->vars));
    for (const cJSON *m = at ? at->child : NULL; m; m = m->next) {
        if (is_comment(m) || !read_identifier(r, m, m->string))
            continue;
        sc->vars[sc->nvars].name = arena_strdup(r->mem, m->string);
        (void)read_int(r, m, -(INT64_C(1) << 53), INT64_C(1) << 53, &sc->vars[sc->nvars].value);
        sc->nvars++;
    }
}

/* The names first: programs call each other. */
static void read_programs(struct reader *r, const cJSON *at, int32_t ntasks)
{
    struct scenario *sc = r->sc;
    int32_t room = at ? cJSON_GetArraySize(at) : 0, i = 0;

    names_init(r, &r->programs, room);
    sc->programs = arena_alloc(r->mem, (size_t)(room + ntasks + 3 * sc->nexecutors + 1) *
                                           sizeof(*sc->programs));
    for (const cJSON *m = at ? at->child : NULL; m; m = m->next) {
        if (is_comment(m))
            continue;
        (void)usable_name(r, m, "a program");
        sc->programs[sc->nprograms].name = arena_strdup(r->mem, m->string);
        names_add(&r->programs, sc->programs[sc->nprograms].name, sc->nprograms);
        sc->nprograms++;
    }
    names_sort(&r->programs);
    r->ncursors = &sc->ncursors;
    for (const cJSON *m = at ? at->child : NULL; m; m = m->next) {
        if (is_comment(m))
            continue;
        path_set(r, "programs.%.200s", m->string);
        read_op_list(r, m, &sc->programs[i++].ops);
    }
}

/* ---- the file -------------------------------------------------------------------------------- */

static const char *const file_keys[] = {
    "$schema", "name", "about",    "unit",      "seed",  "until",    "machine", "devices",
    "sync",    "vars", "programs", "executors", "tasks", "variants", "expect",  NULL};

static void read_unit(struct reader *r, const cJSON *at)
{
    static const char *const names[] = {"ns", "us", "ms", "s"};
    static const sim_time units[] = {1, 1000, 1000000, 1000000000};

    r->unit = MS(1);
    if (!at)
        return;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (cJSON_IsString(at) && strcmp(at->valuestring, names[i]) == 0) {
            r->unit = units[i];
            return;
        }
    if (cJSON_IsString(at))
        wrong_name(r, at, "unit", at->valuestring, names, ARRAY_LEN(names));
    else
        wrong_type(r, at, "one of \"ns\", \"us\", \"ms\", \"s\"", "a unit");
}

static const char *read_title(struct reader *r, const cJSON *at)
{
    const char *base;

    if (at && !cJSON_IsString(at))
        wrong_type(r, at, NULL, "a text");
    else if (at)
        return arena_strdup(r->mem, at->valuestring);
    base = strrchr(r->sc->file, '/');
    return base ? base + 1 : r->sc->file;
}

/* English where there is a choice, else what stands first. */
static const char *read_about(struct reader *r, const cJSON *at)
{
    const cJSON *chosen = at;

    if (cJSON_IsObject(at)) {
        chosen = NULL;
        for (const cJSON *m = at->child; m; m = m->next) {
            if (is_comment(m))
                continue;
            if (!cJSON_IsString(m))
                wrong_type(r, m, NULL, "a text");
            else if (!chosen || strcmp(m->string, "en") == 0)
                chosen = m;
        }
        if (!chosen)
            return "";
    }
    if (!chosen)
        return "";
    if (cJSON_IsString(chosen))
        return arena_strdup(r->mem, chosen->valuestring);
    wrong_type(r, at, "or an object of language and text", "a text");
    return "";
}

static bool has_script(const cJSON *executors)
{
    for (const cJSON *m = executors ? executors->child : NULL; m; m = m->next)
        if (cJSON_IsObject(m) && json_member(m, "main"))
            return true;
    return false;
}

static void read_file(struct reader *r, const cJSON *root)
{
    struct keys keys = {.others = file_keys};
    struct scenario *sc = r->sc;
    const cJSON *tasks = json_member(root, "tasks"), *m;

    read_object(r, root, "the file", &keys, 1);
    read_unit(r, json_member(root, "unit"));
    sc->name = read_title(r, json_member(root, "name"));
    sc->about = read_about(r, json_member(root, "about"));
    m = json_member(root, "$schema");
    if (m && !cJSON_IsString(m))
        wrong_type(r, m, NULL, "a text");
    sc->seed = 1;
    m = json_member(root, "seed");
    if (m)
        (void)read_seed(r, m, &sc->seed);
    sc->until = SIM_NEVER;
    m = json_member(root, "until");
    if (m && !read_time(r, m, &sc->until))
        sc->until = 0;
    read_machine(r, json_member(root, "machine"));
    read_devices(r, want_object(r, json_member(root, "devices")));
    read_syncs(r, want_object(r, json_member(root, "sync")));
    read_shared(r, want_object(r, json_member(root, "vars")));
    read_executors(r, want_object(r, json_member(root, "executors")));
    read_programs(r, want_object(r, json_member(root, "programs")),
                  cJSON_IsArray(tasks) ? cJSON_GetArraySize(tasks) : 0);
    if (tasks || has_script(json_member(root, "executors")))
        read_tasks(r, tasks);
    else
        wrong(r, root,
              "as \"tasks\": [ { \"name\": \"A\", \"do\": [ { \"cpu\": \"5ms\" } ] } ]",
              "a file needs \"tasks\"");
    read_loops(r, json_member(root, "executors"));
    read_expect(r, json_member(root, "expect"));
}

struct scenario *scenario_build(const struct json *j, const cJSON *root, const char *file,
                                const char *variant, struct diags *diags)
{
    struct reader r = {.j = j, .diags = diags};

    r.sc = scenario_new();
    r.mem = &r.sc->mem;
    r.sc->file = arena_strdup(r.mem, file);
    r.sc->variant = arena_strdup(r.mem, variant);
    read_file(&r, root);
    text_release(&r.path);
    if (r.bad) {
        scenario_free(r.sc);
        return NULL;
    }
    return r.sc;
}
