/* diff_json.c - a difference of two runs as a document. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "plots/diff.h"

static void add_time(cJSON *to, const char *key, sim_time time)
{
    char buf[24];

    (void)snprintf(buf, sizeof(buf), "%" PRId64, time);
    if (time < 0)
        (void)cJSON_AddNullToObject(to, key);
    else
        (void)cJSON_AddRawToObject(to, key, buf);
}

static void add_side(cJSON *root, const struct diff *d, int side)
{
    cJSON *o = cJSON_AddObjectToObject(root, side == 0 ? "a" : "b");
    const struct diff_side *s = &d->sides[side];
    struct text t = {0};

    (void)cJSON_AddStringToObject(o, "label", s->label);
    diff_policy(&t, s);
    (void)cJSON_AddStringToObject(o, "policy", t.data);
    text_release(&t);
    (void)cJSON_AddStringToObject(o, "outcome", outcome_name(s->outcome));
    add_time(o, "end", s->metrics->end);
    if (d->at == SIM_NEVER)
        return;
    diff_deeds(&t, d, side);
    (void)cJSON_AddStringToObject(o, "does", t.data);
    text_release(&t);
}

static void add_state(cJSON *root, const struct diff *d)
{
    cJSON *o = cJSON_AddObjectToObject(root, "before");
    cJSON *cores = cJSON_AddArrayToObject(o, "cores");
    cJSON *ready = cJSON_AddArrayToObject(o, "ready");
    cJSON *waiting = cJSON_AddObjectToObject(o, "waiting");
    const struct diff_view *v = &d->views[0];

    for (int32_t i = 0; i < d->sides[0].sc->machine.ncores; i++) {
        const char *task = diff_on_core(v, i);

        (void)cJSON_AddItemToArray(cores, task ? cJSON_CreateString(task) : cJSON_CreateNull());
    }
    for (size_t i = 0; i < v->ntasks; i++) {
        if (v->tasks[i].where == WHERE_READY)
            (void)cJSON_AddItemToArray(ready, cJSON_CreateString(v->tasks[i].name));
        else if (v->tasks[i].where == WHERE_BLOCKED)
            (void)cJSON_AddStringToObject(waiting, v->tasks[i].name, v->tasks[i].waits);
    }
}

/* What the file says; null: it does not. */
static void add_value(cJSON *to, const char *key, const char *value)
{
    if (value)
        (void)cJSON_AddRawToObject(to, key, value);
    else
        (void)cJSON_AddNullToObject(to, key);
}

static void add_inputs(cJSON *root, const struct diff_inputs *inputs)
{
    cJSON *list = cJSON_AddArrayToObject(root, "inputs");

    for (size_t i = 0; i < inputs->n; i++) {
        cJSON *o = cJSON_CreateObject();

        (void)cJSON_AddStringToObject(o, "pointer", inputs->list[i].pointer);
        add_value(o, "a", inputs->list[i].values[0]);
        add_value(o, "b", inputs->list[i].values[1]);
        (void)cJSON_AddItemToArray(list, o);
    }
}

static void add_ends(cJSON *root, const struct diff *d)
{
    cJSON *tasks = cJSON_AddObjectToObject(root, "tasks");
    struct diff_end *list;
    size_t n = diff_ends(d, &list);

    for (size_t i = 0; i < n; i++) {
        cJSON *o = cJSON_AddObjectToObject(tasks, list[i].name);

        add_time(o, "a", list[i].ends[0]);
        add_time(o, "b", list[i].ends[1]);
    }
    diff_ends_free(list, n);
}

char *diff_json(const struct diff *d)
{
    cJSON *root = cJSON_CreateObject();
    char *printed, *text;

    sim_assert(root);
    (void)cJSON_AddBoolToObject(root, "same", d->at == SIM_NEVER);
    add_time(root, "at", d->at == SIM_NEVER ? -1 : d->at);
    add_side(root, d, 0);
    add_side(root, d, 1);
    if (d->at != SIM_NEVER)
        add_state(root, d);
    add_inputs(root, &d->inputs);
    add_ends(root, d);
    printed = cJSON_Print(root);
    sim_assert(printed);
    text = sim_strdup(printed);
    cJSON_free(printed);
    cJSON_Delete(root);
    return text;
}
