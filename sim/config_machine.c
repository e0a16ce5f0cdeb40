/* config_machine.c - "machine": cores, scheduler, costs, cache. */
#include <stdio.h>
#include <string.h>

#include "models/schedulers/sched.h"
#include "sim/config_read.h"

static const char *const queue_names[] = {"global", "per-core", NULL};
static const char *const balance_names[] = {"none", "steal", "periodic", "probe", NULL};
static const char *const placement_names[] = {"last", "first", NULL};
static const char *const on_block_names[] = {"switch", "hold", NULL};
static const char *const costs_names[] = {"ideal", "linux", NULL};

const struct param machine_params[] = {
    PARAM(ENUM, struct machine_spec, queues, "one run queue for all cores, or one of each core",
          .choices = queue_names, .deflt = "global"),
    PARAM(ENUM, struct machine_spec, balance,
          "with per-core queues: how threads move between them", .choices = balance_names,
          .deflt = "steal"),
    PARAM(TIME, struct machine_spec, balance_interval,
          "of balance \"periodic\": one thread of the longest queue to the shortest, again "
          "and again; and of \"probe\": a core whose queue is empty takes the first thread of "
          "another, drawn at random",
          .min = 1, .max = SIM_TIME_MAX, .deflt = "10ms"),
    PARAM(ENUM, struct machine_spec, placement, "which free core a ready task gets",
          .choices = placement_names, .deflt = "last"),
    /* Measured on Linux 6.18, an x86-64 server, with pinned SCHED_FIFO threads: a sched_yield()
     * ping-pong less two system calls, a running thread moved by its affinity, a getppid(),
     * pthread_create() in its caller. */
    PARAM(TIME, struct machine_spec, context_switch,
          "of a core that starts another task than it ran last", .deflt = "0",
          .measured = "1us"),
    PARAM(TIME, struct machine_spec, migration,
          "added where a task starts on another core than its last", .deflt = "0",
          .measured = "3us"),
    PARAM(TIME, struct machine_spec, syscall, "kernel time of every op that enters the kernel",
          .deflt = "0", .measured = "130ns"),
    PARAM(TIME, struct machine_spec, thread_create,
          "kernel time of the creator, or of a new task's first run", .deflt = "0",
          .measured = "12us"),
    PARAM(ENUM, struct machine_spec, on_block,
          "the core goes on with another task, or idles with the one that waits",
          .choices = on_block_names, .deflt = "switch"),
    PARAM(BYTES, struct machine_spec, memory, "RAM; none: no limit", .deflt = "0"),
    PARAM(BYTES, struct machine_spec, thread_memory, "of a thread, while it exists",
          .deflt = "0"),
    PARAM(BYTES, struct machine_spec, task_memory, "of a task, while it exists", .deflt = "0"),
    PARAM_END,
};

const struct param cache_params[] = {
    PARAM(BYTES, struct cache_spec, size, "in the unit of the tasks' working_set",
          .required = true),
    PARAM(TIME, struct cache_spec, warmup, "of running, until a task is warm",
          .required = true),
    PARAM_AS("speedup", FACTOR, struct cache_spec, speedup_e6,
             "how many times as fast a warm task runs", .required = true, .min = 1000,
             .max = INT64_C(1000000000)),
    PARAM_END,
};

const struct param core_params[] = {
    PARAM_AS("speed", FACTOR, struct core_spec, speed_e6, "a cpu op of T takes T / speed",
             .min = 1000, .max = INT64_C(1000000000), .deflt = "1"),
    PARAM(NAME, struct core_spec, name, "its name in outputs", .deflt = NULL),
    PARAM_END,
};

static void make_cores(struct reader *r, int32_t n)
{
    struct machine_spec *m = &r->sc->machine;

    m->cores = arena_alloc(r->mem, (size_t)n * sizeof(*m->cores));
    m->ncores = n;
    for (int32_t i = 0; i < n; i++)
        m->cores[i].speed_e6 = 1000000;
}

static void read_cores(struct reader *r, const cJSON *at)
{
    struct machine_spec *m = &r->sc->machine;
    int64_t n = 1;
    int32_t i = 0;

    make_cores(r, 1);
    if (cJSON_IsArray(at)) {
        n = cJSON_GetArraySize(at);
        if (n < 1 || n > CORES_MAX) {
            wrong(r, at, NULL, "a machine has from 1 to %d cores, not %d", CORES_MAX, (int)n);
            n = 1;
        } else {
            make_cores(r, (int32_t)n);
            for (const cJSON *c = at->child; c; c = c->next) {
                struct keys keys = {.params = core_params, .base = &m->cores[i++]};

                if (want_object(r, c))
                    read_object(r, c, "a core", &keys, 1);
            }
        }
    } else if (at && read_int(r, at, 1, CORES_MAX, &n)) {
        make_cores(r, (int32_t)n);
    }
    for (i = 0; i < m->ncores; i++)
        if (!m->cores[i].name)
            m->cores[i].name = arena_printf(r->mem, "core%d", (int)i);
}

/* ---- the scheduler ------------------------------------------------------------------ */

static const struct sched_policy *find_policy(struct reader *r, const cJSON *at)
{
    const char *names[64];
    const struct sched_policy *policy;
    size_t n = 0;

    if (!cJSON_IsString(at)) {
        wrong_type(r, at, "as \"fifo\"", "the name of a policy");
        return NULL;
    }
    policy = sched_policy_find(at->valuestring);
    if (policy)
        return policy;
    for (size_t i = 0; sched_policies[i] && n + 1 < ARRAY_LEN(names); i++)
        names[n++] = sched_policies[i]->name;
    wrong_name(r, at, "policy", at->valuestring, names, n);
    return NULL;
}

/* The policy that `at` names, or that an object names beside its parameters and, in `keys`,
 * what else belongs there.  *params: as read; the first policy's where there is a mistake. */
static const struct sched_policy *read_policy(struct reader *r, const cJSON *at,
                                              const char *who, struct keys keys[2],
                                              void **params)
{
    static const char *const others[] = {"policy", NULL};
    const cJSON *object = cJSON_IsObject(at) ? at : NULL;
    const cJSON *name = object ? json_member(at, "policy") : at;
    const struct sched_policy *policy = name ? find_policy(r, name) : sched_policies[0];
    const char *problem, *key = NULL;
    bool was_bad = r->bad;
    char what[80];

    if (object && !name)
        wrong(r, at, "as { \"policy\": \"fifo\" }", "%s needs \"policy\"", who);
    keys[0].others = others;
    sim_assert(sched_policies[0]);
    if (!policy) {
        *params = arena_alloc(r->mem, sched_policies[0]->params_size + 1);
        return sched_policies[0];
    }
    *params = arena_alloc(r->mem, policy->params_size + 1);
    keys[1].params = policy->params;
    keys[1].base = *params;
    (void)snprintf(what, sizeof(what), "the policy \"%s\"", policy->name);
    read_object(r, object, what, keys, 2);
    for (const struct param *p = policy->params; name && !object && p->name; p++)
        if (p->required)
            wrong(r, name, p->help,
                  "the policy \"%s\" needs \"%s\": { \"policy\": \"%s\", \"%s\": ... }",
                  policy->name, p->name, policy->name, p->name);
    r->bad = was_bad || r->bad;
    problem = policy->check && !r->bad ? policy->check(*params, &key) : NULL;
    if (problem)
        wrong(r, json_member(at, key) ? json_member(at, key) : at, NULL, "\"%s\" %s", key,
              problem);
    return policy;
}

/* ---- queues with a policy each ------------------------------------------------------- */

const struct param part_params[] = {
    PARAM(INT, struct policy_part, priority, "of the tasks in this queue", .required = true,
          .min = -(INT64_C(1) << 31), .max = (INT64_C(1) << 31) - 1),
    PARAM_END,
};

void read_policies(struct reader *r, const cJSON *at, struct policy_list *list)
{
    if (!cJSON_IsArray(at) || !at->child) {
        wrong_type(r, at, "as [ { \"priority\": 1, \"policy\": \"fifo\" } ]",
                   "an array of queues");
        return;
    }
    list->parts = arena_alloc(r->mem, (size_t)cJSON_GetArraySize(at) * sizeof(*list->parts));
    for (const cJSON *part = at->child; part; part = part->next) {
        struct policy_part *to = &list->parts[list->n];
        struct keys keys[2] = {{.params = part_params, .base = to}, {0}};

        if (!want_object(r, part))
            continue;
        to->policy = read_policy(r, part, "a queue", keys, &to->params);
        list->n++;
    }
}

static void read_scheduler(struct reader *r, const cJSON *at)
{
    struct machine_spec *m = &r->sc->machine;
    struct keys keys[2] = {{.params = sched_common_params, .base = m}, {0}};

    m->policy = read_policy(r, at, "the scheduler", keys, &m->policy_params);
}

/* ---- costs ---------------------------------------------------------------------------- */

static void read_costs(struct reader *r, const cJSON *machine)
{
    const cJSON *at = json_member(machine, "costs");

    if (!at)
        return;
    if (!cJSON_IsString(at))
        wrong_type(r, at, "one of \"ideal\", \"linux\"", "a name");
    else if (strcmp(at->valuestring, "linux") == 0)
        r->linux_costs = true;
    else if (strcmp(at->valuestring, "ideal") != 0)
        wrong_name(r, at, "costs", at->valuestring, costs_names, 2);
}

void read_machine(struct reader *r, const cJSON *at)
{
    static const char *const others[] = {"cores", "scheduler", "costs", "cache", NULL};
    struct machine_spec *m = &r->sc->machine;
    struct keys keys = {.params = machine_params, .base = m, .others = others};
    const cJSON *cache;

    at = want_object(r, at);
    read_costs(r, at);
    read_object(r, at, "the machine", &keys, 1);
    read_cores(r, json_member(at, "cores"));
    read_scheduler(r, json_member(at, "scheduler"));
    cache = want_object(r, json_member(at, "cache"));
    if (cache) {
        struct keys cache_keys = {.params = cache_params, .base = &m->cache};

        m->cache.present = true;
        read_object(r, cache, "the cache", &cache_keys, 1);
    }
}
