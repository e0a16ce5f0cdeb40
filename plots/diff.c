#include "plots/diff.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "models/schedulers/sched.h"
#include "sim/config_patch.h"
#include "sim/json.h"

/* ---- names --------------------------------------------------------------------------------- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char **sorted_names(const struct scenario *sc)
{
    size_t n = (size_t)sc->ntasks;
    const char **names = sim_calloc(n + 1, sizeof(const char *));

    for (size_t i = 0; i < n; i++)
        names[i] = sc->tasks[i].name;
    qsort(names, n, sizeof(const char *), compare_names);
    return names;
}

static size_t common_names(const struct scenario *a, const struct scenario *b)
{
    const char **x = sorted_names(a), **y = sorted_names(b);
    size_t n = (size_t)a->ntasks, m = (size_t)b->ntasks, i = 0, k = 0, common = 0;

    while (i < n && k < m) {
        int order = strcmp(x[i], y[k]);

        common += order == 0;
        i += order <= 0;
        k += order >= 0;
    }
    free(x);
    free(y);
    return common;
}

/* ---- the whole ----------------------------------------------------------------------------- */

bool diff_make(struct diff *d)
{
    d->at = SIM_NEVER;
    d->common = common_names(d->sides[0].sc, d->sides[1].sc);
    if (d->common == 0)
        return false;
    diff_inputs(d->sides[0].config, d->sides[1].config, &d->inputs);
    d->at = diff_find(d->sides);
    if (d->at == SIM_NEVER)
        return true;
    for (int i = 0; i < 2; i++)
        diff_look(&d->sides[i], d->at, &d->views[i]);
    diff_only(d->views);
    return true;
}

void diff_release(struct diff *d)
{
    for (int i = 0; i < 2; i++) {
        free(d->sides[i].label);
        free(d->sides[i].config);
        metrics_free(d->sides[i].metrics);
        diff_view_release(&d->views[i]);
    }
    diff_inputs_release(&d->inputs);
}

/* ---- what texts need ------------------------------------------------------------------------- */

/* A time by itself, which the policy has read; false: it is none. */
static bool add_time_param(struct text *t, const struct machine_spec *m, const char *key)
{
    char buf[TIME_TEXT_SIZE];

    for (const struct param *p = m->policy->params; p && p->name; p++)
        if (p->type == PARAM_TIME && strcmp(p->name, key) == 0) {
            const void *field = (const char *)m->policy_params + p->offset;

            text_add(t, time_text(*(const sim_time *)field, buf));
            return true;
        }
    return false;
}

void diff_policy(struct text *t, const struct diff_side *side)
{
    const cJSON *scheduler;
    struct json j;
    struct diags diags;
    bool any = false;

    text_add(t, side->sc->machine.policy->name);
    diags_init(&diags);
    if (json_parse(&j, side->config, strlen(side->config), &diags)) {
        scheduler = json_member(json_member(j.root, "machine"), "scheduler");
        for (const cJSON *m = cJSON_IsObject(scheduler) ? scheduler->child : NULL; m;
             m = m->next) {
            if (strcmp(m->string, "policy") == 0 || strncmp(m->string, "//", 2) == 0)
                continue;
            text_addf(t, "%s%s ", any ? ", " : " (", m->string);
            any = true;
            if (add_time_param(t, &side->sc->machine, m->string))
                continue;
            if (cJSON_IsString(m))
                text_add(t, m->valuestring);
            else
                json_print(t, &j, m);
        }
        text_add(t, any ? ")" : "");
    }
    json_release(&j);
    diags_release(&diags);
}

static int compare_ends_by_name(const void *a, const void *b)
{
    const struct diff_end *x = a, *y = b;

    return strcmp(x->name, y->name);
}

static sim_time distance(const struct diff_end *e)
{
    sim_time by = e->ends[1] - e->ends[0];

    if (e->ends[0] < 0 || e->ends[1] < 0)
        return SIM_TIME_MAX; /* one did not end, or was not there */
    return by < 0 ? -by : by;
}

static int compare_ends(const void *a, const void *b)
{
    const struct diff_end *x = a, *y = b;
    sim_time p = distance(x), q = distance(y);

    if (p != q)
        return p < q ? 1 : -1;
    return strcmp(x->name, y->name);
}

/* Of one side, sorted by name; the names are the caller's. */
static struct diff_end *ends_of(const struct metrics *m)
{
    struct diff_end *list = sim_calloc(m->nkept + 1, sizeof(*list));
    char buf[TASK_NAME_SIZE];

    for (size_t i = 0; i < m->nkept; i++) {
        list[i].name = sim_strdup(metrics_task_name(m, m->kept[i], buf));
        list[i].ends[0] = m->kept[i]->completion;
    }
    qsort(list, m->nkept, sizeof(*list), compare_ends_by_name);
    return list;
}

size_t diff_ends(const struct diff *d, struct diff_end **list)
{
    const struct metrics *a = d->sides[0].metrics, *b = d->sides[1].metrics;
    struct diff_end *x = ends_of(a), *y = ends_of(b);
    struct diff_end *all = sim_calloc(a->nkept + b->nkept + 1, sizeof(*all));
    size_t i = 0, k = 0, n = 0;

    while (i < a->nkept || k < b->nkept) {
        int order = i == a->nkept ? 1 : k == b->nkept ? -1 : strcmp(x[i].name, y[k].name);
        struct diff_end e = {NULL, {-2, -2}};

        if (order >= 0) {
            e.name = y[k].name;
            e.ends[1] = y[k++].ends[0];
        }
        if (order <= 0) {
            e.name = x[i].name;
            e.ends[0] = x[i++].ends[0];
        }
        if (e.ends[0] != e.ends[1])
            all[n++] = (struct diff_end){sim_strdup(e.name), {e.ends[0], e.ends[1]}};
    }
    for (i = 0; i < a->nkept; i++)
        free(x[i].name);
    for (k = 0; k < b->nkept; k++)
        free(y[k].name);
    free(x);
    free(y);
    qsort(all, n, sizeof(*all), compare_ends);
    *list = all;
    return n;
}

void diff_ends_free(struct diff_end *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(list[i].name);
    free(list);
}
