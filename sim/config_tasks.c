/* config_tasks.c - "tasks". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/schedulers/sched.h"
#include "sim/config_read.h"

static const char *const class_names[] = {"other", "batch",    "idle", "fifo",
                                          "rr",    "deadline", NULL};

const struct param task_params[] = {
    PARAM(TIME, struct task_spec, arrive, "when it arrives", .deflt = "0"),
    PARAM(DIST, struct task_spec, every, "time between the arrivals of its copies",
          .deflt = NULL),
    PARAM(RATE, struct task_spec, rate, "of the arrivals of its copies: a Poisson process",
          .deflt = NULL),
    PARAM(DIST, struct task_spec, think, "how long a client waits before each request",
          .deflt = "0"),
    PARAM(INT, struct task_spec, priority, "higher is more urgent", .min = -(INT64_C(1) << 31),
          .max = (INT64_C(1) << 31) - 1, .deflt = "0"),
    PARAM(INT, struct task_spec, nice, "as Linux has it: lower is more urgent", .min = -20,
          .max = 19, .deflt = "0"),
    PARAM_AS("class", ENUM, struct task_spec, sched_class,
             "of the policy linux: fifo and rr by priority from 1 to 99, deadline by runtime, "
             "deadline and period; the others by nice, idle as the least",
             .choices = class_names, .deflt = "other"),
    PARAM(TIME, struct task_spec, slice,
          "that it asks for at a time under eevdf and linux (the policy's)", .min = 1,
          .max = SLICE_MAX),
    PARAM(INT, struct task_spec, tickets, "its share under lottery and stride", .min = 1,
          .max = INT64_C(1) << 31, .deflt = "100"),
    PARAM(TIME, struct task_spec, deadline, "after its arrival, or the release of each job",
          .min = 1, .max = SIM_TIME_MAX),
    PARAM(TIME, struct task_spec, period, "between the releases of its jobs", .min = 1,
          .max = SIM_TIME_MAX),
    PARAM(TIME, struct task_spec, runtime,
          "of class deadline: how long it may run in each period (no limit)", .min = 1,
          .max = SIM_TIME_MAX),
    PARAM(BYTES, struct task_spec, working_set, "what it keeps in the cache", .deflt = "0"),
    PARAM(BYTES, struct task_spec, memory, "that it takes while it exists", .deflt = "0"),
    PARAM_END,
};

static const char *const other_keys[] = {"name",     "do",    "count",  "on",
                                         "affinity", "after", "locals", "clients",
                                         "requests", "jobs",  NULL};

/* ---- arrivals ---------------------------------------------------------------------- */

/* A number that must be given, unless `until` ends what would go on for ever. */
static void read_endless(struct reader *r, const cJSON *task, const char *key,
                         const char *because, int64_t *value)
{
    const cJSON *at = json_member(task, key);

    *value = -1;
    if (at)
        (void)read_int(r, at, 1, INT64_C(1) << 40, value);
    else if (r->sc->until == SIM_NEVER)
        wrong(r, json_member(task, because), "or give the file an \"until\"",
              "\"%s\" without \"%s\" would never end", because, key);
}

static void exclude(struct reader *r, const cJSON *task, const char *key, const char *other)
{
    const cJSON *at = json_member(task, key);

    if (at && json_member(task, other))
        wrong_key(r, at, NULL, "\"%s\" and \"%s\" cannot stand together", key, other);
}

static void need(struct reader *r, const cJSON *task, const char *key, const char *other)
{
    const cJSON *at = json_member(task, key);

    if (at && !json_member(task, other))
        wrong_key(r, at, NULL, "\"%s\" means nothing without \"%s\"", key, other);
}

static void read_arrivals(struct reader *r, const cJSON *at, struct task_spec *t)
{
    const cJSON *clients = json_member(at, "clients"), *count = json_member(at, "count");

    exclude(r, at, "rate", "every");
    exclude(r, at, "clients", "every");
    exclude(r, at, "clients", "rate");
    exclude(r, at, "clients", "count");
    need(r, at, "think", "clients");
    need(r, at, "requests", "clients");
    need(r, at, "jobs", "period");
    t->count = 1;
    if (clients) {
        if (read_int(r, clients, 1, INT64_C(1) << 24, &t->clients))
            read_endless(r, at, "requests", "clients", &t->requests);
    } else if (count) {
        (void)read_int(r, count, 1, INT64_C(1) << 40, &t->count);
    } else if (json_member(at, "every") || json_member(at, "rate")) {
        read_endless(r, at, "count", json_member(at, "every") ? "every" : "rate", &t->count);
    }
    t->numbered = t->count != 1;
    t->jobs = 1;
    if (t->period > 0)
        read_endless(r, at, "jobs", "period", &t->jobs);
}

/* ---- the other keys ------------------------------------------------------------------ */

static void read_affinity(struct reader *r, const cJSON *at, struct task_spec *t)
{
    int32_t ncores = r->sc->machine.ncores;
    uint64_t *set;

    if (!at)
        return;
    if (!cJSON_IsArray(at) || !at->child) {
        wrong_type(r, at, "as [0, 1]", "an array of core numbers");
        return;
    }
    set = arena_alloc(r->mem, (size_t)(ncores / 64 + 1) * sizeof(*set));
    for (const cJSON *c = at->child; c; c = c->next) {
        int64_t core;

        if (!cJSON_IsNumber(c))
            wrong_type(r, c, "the number of a core, from 0", "a whole number");
        else if (read_int(r, c, 0, CORES_MAX - 1, &core) && core >= ncores)
            wrong(r, c, "cores are numbered from 0", "there is no core %d: the machine has %d",
                  (int)core, (int)ncores);
        else if (!r->bad)
            set[core / 64] |= UINT64_C(1) << (core % 64);
    }
    t->affinity = set;
}

static void read_after(struct reader *r, const cJSON *at, struct task_spec *t)
{
    int32_t *after;

    if (!at)
        return;
    if (!cJSON_IsArray(at)) {
        wrong_type(r, at, "as [\"A\", \"B\"]", "an array of tasks' names");
        return;
    }
    after = arena_alloc(r->mem, ((size_t)cJSON_GetArraySize(at) + 1) * sizeof(*after));
    t->after = after;
    for (const cJSON *a = at->child; a; a = a->next) {
        int32_t task = read_reference(r, a, &r->tasks, "task");
        bool twice = false;

        for (uint32_t i = 0; i < t->nafter; i++)
            twice = twice || after[i] == task;
        if (twice)
            wrong(r, a, NULL, "\"%s\" stands here twice", a->valuestring);
        else if (task >= 0)
            after[t->nafter++] = task;
    }
}

static void read_vars(struct reader *r, const cJSON *at, const struct var_spec **vars,
                      uint32_t *n)
{
    struct var_spec *list;

    if (!want_object(r, at))
        return;
    list = arena_alloc(r->mem, ((size_t)cJSON_GetArraySize(at) + 1) * sizeof(*list));
    *vars = list;
    for (const cJSON *v = at->child; v; v = v->next) {
        if (is_comment(v) || !read_identifier(r, v, v->string))
            continue;
        list[*n].name = arena_strdup(r->mem, v->string);
        (void)read_int(r, v, -(INT64_C(1) << 53), INT64_C(1) << 53, &list[*n].value);
        ++*n;
    }
}

static int32_t read_do(struct reader *r, const cJSON *at, uint32_t number)
{
    struct scenario *sc = r->sc;

    if (cJSON_IsString(at))
        return read_reference(r, at, &r->programs, "program");
    path_set(r, "tasks[%u].do", (unsigned)number);
    r->ncursors = &sc->ncursors;
    read_op_list(r, at, &sc->programs[sc->nprograms].ops);
    return sc->nprograms++;
}

void task_defaults(struct reader *r, struct task_spec *t)
{
    struct keys keys = {.params = task_params, .base = t, .others = other_keys};

    r->ncursors = &t->ncursors;
    read_object(r, NULL, "a task", &keys, 1);
    t->count = t->jobs = 1;
}

/* Of all the keys together, as the policy sees them. */
static void check_policy(struct reader *r, const cJSON *at, const struct task_spec *t)
{
    const struct sched_policy *policy = r->sc->machine.policy;
    const char *key = NULL, *problem;

    if (r->bad || !policy->check_task)
        return;
    problem = policy->check_task(t, &key);
    if (problem && json_member(at, key))
        wrong(r, json_member(at, key), NULL, "\"%s\" %s", key, problem);
}

static void read_task(struct reader *r, const cJSON *at, struct task_spec *t)
{
    struct keys keys = {.params = task_params, .base = t, .others = other_keys};
    const cJSON *m;

    r->ncursors = &t->ncursors;
    read_object(r, at, "a task", &keys, 1);
    read_arrivals(r, at, t);
    if (t->sched_class == CLASS_DEADLINE && t->deadline == 0 && t->period == 0)
        wrong(r, json_member(at, "class"), "as \"deadline\": \"10ms\"",
              "a task of the class \"deadline\" needs \"deadline\" or \"period\"");
    check_policy(r, at, t);
    read_affinity(r, json_member(at, "affinity"), t);
    read_after(r, json_member(at, "after"), t);
    read_vars(r, json_member(at, "locals"), &t->locals, &t->nlocals);
    m = json_member(at, "on");
    t->executor = names_find(&r->executors, "default");
    if (m)
        t->executor = read_reference(r, m, &r->executors, "executor");
    m = json_member(at, "do");
    if (m)
        t->program = read_do(r, m, t->index);
    else
        wrong(r, at, "as \"do\": [ { \"cpu\": \"5ms\" } ]", "a task needs \"do\"");
}

/* ---- all of them ----------------------------------------------------------------------- */

/* A task that waits, in the end, for itself: visits in depth, 1 on the way, 2 done. */
static bool has_cycle(const struct scenario *sc, int32_t task, uint8_t *seen, int32_t *way,
                      uint32_t *next)
{
    int32_t depth = 0;

    way[0] = task;
    next[0] = 0;
    seen[task] = 1;
    while (depth >= 0) {
        const struct task_spec *t = &sc->tasks[way[depth]];

        if (next[depth] == t->nafter) {
            seen[way[depth--]] = 2;
            continue;
        }
        task = t->after[next[depth]++];
        if (seen[task] == 1)
            return true;
        if (seen[task] == 2)
            continue;
        seen[task] = 1;
        way[++depth] = task;
        next[depth] = 0;
    }
    return false;
}

static void check_cycles(struct reader *r, const cJSON *at)
{
    size_t n = (size_t)r->sc->ntasks + 1;
    uint8_t *seen = sim_calloc(n, 1);
    int32_t *way = sim_calloc(n, sizeof(*way)), i = 0;
    uint32_t *next = sim_calloc(n, sizeof(*next));

    for (const cJSON *m = at->child; m; m = m->next, i++)
        if (seen[i] == 0 && has_cycle(r->sc, i, seen, way, next)) {
            wrong(r, json_member(m, "after"), NULL, "\"%s\" would wait, in the end, for itself",
                  r->sc->tasks[i].name);
            break;
        }
    free(seen);
    free(way);
    free(next);
}

static const char *read_name(struct reader *r, const cJSON *task, uint32_t number)
{
    const cJSON *at = json_member(task, "name");

    if (!at) {
        if (task)
            wrong(r, task, "as \"name\": \"A\"", "a task needs \"name\"");
    } else if (!cJSON_IsString(at) || !*at->valuestring) {
        wrong_type(r, at, NULL, "a name");
    } else if (strlen(at->valuestring) > 200) {
        wrong(r, at, "at most 200 bytes", "this name is too long");
    } else {
        return arena_strdup(r->mem, at->valuestring);
    }
    return arena_printf(r->mem, "task %u", (unsigned)number);
}

static void check_names(struct reader *r, const cJSON *at)
{
    const struct names *names = &r->tasks;

    for (int32_t i = 1; i < names->n; i++) {
        const cJSON *m = at->child;

        if (strcmp(names->list[i].name, names->list[i - 1].name) != 0)
            continue;
        for (int32_t k = 0; m && k < names->list[i].number; k++)
            m = m->next;
        m = json_member(m, "name");
        if (m)
            wrong(r, m, "copies of one task: \"count\"", "there is a task \"%s\" already",
                  names->list[i].name);
    }
}

void read_tasks(struct reader *r, const cJSON *at)
{
    struct scenario *sc = r->sc;
    int n = cJSON_IsArray(at) ? cJSON_GetArraySize(at) : 0;
    uint32_t i = 0;

    if (at && !cJSON_IsArray(at)) {
        wrong_type(r, at, NULL, "an array of tasks");
        return;
    }
    if (n > TASKS_MAX - sc->nexecutors) {
        wrong(r, at, "copies of one task: \"count\"", "more than %d tasks", TASKS_MAX);
        return;
    }
    /* With room for a script and the pool threads of each executor. */
    sc->tasks =
        arena_alloc(r->mem, ((size_t)n + 3 * (size_t)sc->nexecutors + 1) * sizeof(*sc->tasks));
    sc->ntasks = n;
    names_init(r, &r->tasks, n);
    if (!at)
        return;
    for (const cJSON *m = at->child; m; m = m->next, i++) {
        sc->tasks[i].index = i;
        sc->tasks[i].number = json_number(m);
        sc->tasks[i].name = read_name(r, want_object(r, m), i);
        names_add(&r->tasks, sc->tasks[i].name, (int32_t)i);
    }
    names_sort(&r->tasks);
    check_names(r, at);
    i = 0;
    for (const cJSON *m = at->child; m; m = m->next, i++)
        if (cJSON_IsObject(m))
            read_task(r, m, &sc->tasks[i]);
    check_cycles(r, at);
}
