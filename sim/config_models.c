#include "sim/config_models.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "models/devices/device.h"
#include "models/executors/executor.h"
#include "models/ops/op.h"
#include "models/schedulers/sched.h"
#include "models/sync/sync.h"
#include "sim/config_read.h"

static const char *const type_names[] = {
#define X(type, field, text) text,
    PARAM_TYPES(X)
#undef X
};

static void add_limits(struct text *t, const struct param *p)
{
    char low[TIME_TEXT_SIZE], high[TIME_TEXT_SIZE];

    if (p->min == 0 && p->max == 0)
        return;
    if ((p->type == PARAM_TIME || p->type == PARAM_TIMES) && p->max == SIM_TIME_MAX)
        text_addf(t, ", at least %s", time_text(p->min, low));
    else if (p->type == PARAM_TIME)
        text_addf(t, ", %s to %s", time_text(p->min, low), time_text(p->max, high));
    else if (p->type == PARAM_FACTOR)
        text_addf(t, ", %s%" PRId64 " to %" PRId64, p->min == 1000 ? "0.001 or " : "",
                  p->min < 1000000 ? p->max > 1000000 : p->min / 1000000, p->max / 1000000);
    else if (p->max >= INT64_C(1) << 31)
        text_addf(t, ", at least %" PRId64, p->min);
    else
        text_addf(t, ", %" PRId64 " to %" PRId64, p->min, p->max);
}

static void add_params(struct text *t, const struct param *params);

/* The keys of an object, as "heap.limit". */
static void add_inside(struct text *t, const struct param *object)
{
    for (const struct param *p = object->inside; p->name; p++) {
        struct param one[2] = {*p, PARAM_END};
        char name[80];

        (void)snprintf(name, sizeof(name), "%.30s.%.40s", object->name, p->name);
        one[0].name = name;
        add_params(t, one);
    }
}

static void add_params(struct text *t, const struct param *params)
{
    for (const struct param *p = params; p && p->name; p++) {
        text_addf(t, "    %-18s ", p->name);
        if (p->type == PARAM_ENUM)
            for (size_t i = 0; p->choices[i]; i++)
                text_addf(t, "%s\"%s\"", i ? " | " : "", p->choices[i]);
        else
            text_add(t, type_names[p->type]);
        add_limits(t, p);
        if (p->required)
            text_add(t, ", required");
        else if (p->deflt)
            text_addf(t, ", default %s", p->deflt);
        if (p->measured)
            text_addf(t, ", %s with costs \"linux\"", p->measured);
        text_addf(t, "\n    %-18s   %s\n", "", p->help);
        if (p->type == PARAM_OBJECT)
            add_inside(t, p);
    }
}

/* True where `name` asks for this one. */
static bool wanted(const char *name, const char *a, const char *b)
{
    return !name || strcmp(name, a) == 0 || (b && strcmp(name, b) == 0);
}

static void add_model(struct text *t, const char *name, const char *alias, const char *help,
                      const char *source, const struct param *params)
{
    text_addf(t, "\n  %s", name);
    if (alias)
        text_addf(t, " (also %s)", alias);
    text_addf(t, "\n    %s\n", help);
    if (source)
        text_addf(t, "    %s\n", source);
    add_params(t, params);
}

/* A heading, once. */
static void heading(struct text *t, const char **title)
{
    if (!*title)
        return;
    text_addf(t, "%s%s\n", t->len > 0 ? "\n" : "", *title);
    *title = NULL;
}

static void add_policies(struct text *t, const char *name)
{
    const char *title = "policies: \"machine\": { \"scheduler\": { \"policy\": NAME, ... } }";

    for (size_t i = 0; sched_policies[i]; i++) {
        const struct sched_policy *p = sched_policies[i];

        if (!wanted(name, p->name, p->alias))
            continue;
        heading(t, &title);
        add_model(t, p->name, p->alias, p->help, p->source, p->params);
    }
    if (!title) {
        text_add(t, "\n  every policy takes\n");
        add_params(t, sched_common_params);
    }
}

static void add_devices(struct text *t, const char *name)
{
    const char *title = "devices: \"devices\": { \"disk\": { \"discipline\": NAME, ... } }";

    for (size_t i = 0; device_models[i]; i++) {
        const struct device_model *d = device_models[i];

        if (!wanted(name, d->name, NULL))
            continue;
        heading(t, &title);
        add_model(t, d->name, NULL, d->help, d->source, d->params);
    }
    if (!title) {
        text_add(t, "\n  every device takes\n");
        add_params(t, device_params);
    }
}

static void add_presets(struct text *t, const char *name)
{
    const char *title =
        "presets of devices: \"devices\": { \"net\": { \"preset\": NAME, ... } }";

    for (size_t i = 0; device_presets[i]; i++) {
        const struct device_preset *d = device_presets[i];

        if (!wanted(name, d->name, NULL))
            continue;
        heading(t, &title);
        add_model(t, d->name, NULL, d->help, d->source, d->params);
        text_add(t, "    and, where the file does not say:");
        for (const struct preset_value *v = d->values; v->key; v++)
            text_addf(t, "%s %s %s", v == d->values ? "" : ",", v->key, v->text);
        text_add(t, "\n");
    }
}

static void add_syncs(struct text *t, const char *name)
{
    const char *title = "sync objects: \"sync\": { \"m\": { NAME: { ... } } }";

    for (size_t i = 0; sync_models[i]; i++) {
        const struct sync_model *s = sync_models[i];

        if (!wanted(name, s->name, NULL))
            continue;
        heading(t, &title);
        add_model(t, s->name, NULL, s->help, s->source, s->params);
    }
}

static void add_executors(struct text *t, const char *name)
{
    const char *title = "executors: \"executors\": { \"default\": { \"kind\": NAME, ... } }";

    for (size_t i = 0; executor_models[i]; i++) {
        const struct executor_model *ex = executor_models[i];

        if (!wanted(name, ex->name, NULL))
            continue;
        heading(t, &title);
        add_model(t, ex->name, NULL, ex->help, ex->source, ex->params);
    }
}

static void add_ops(struct text *t, const char *name)
{
    const char *title = "ops: \"do\": [ { NAME: ..., ... } ]";

    for (size_t i = 0; op_defs[i]; i++) {
        const struct op_def *op = op_defs[i];

        if (!wanted(name, op->params[0].name, NULL))
            continue;
        heading(t, &title);
        add_model(t, op->params[0].name, NULL, op->help, op->source, op->params);
    }
}

static void add_plain(struct text *t, const char *name, const char *key, const char *title,
                      const struct param *params)
{
    if (!wanted(name, key, NULL))
        return;
    heading(t, &title);
    text_add(t, "\n");
    add_params(t, params);
}

char *config_models(const char *name)
{
    struct text t = {0};

    add_policies(&t, name);
    add_devices(&t, name);
    add_presets(&t, name);
    add_syncs(&t, name);
    add_executors(&t, name);
    add_ops(&t, name);
    add_plain(&t, name, "machine",
              "the machine: \"machine\": { ... }, beside cores, scheduler, costs, cache",
              machine_params);
    add_plain(&t, name, "cache", "its cache: \"cache\": { ... }", cache_params);
    add_plain(
        &t, name, "task",
        "a task: \"tasks\": [ { ... } ], beside name, do, count, on, affinity, after, locals, "
        "clients, requests, jobs",
        task_params);
    return t.len > 0 ? text_take(&t) : NULL;
}
