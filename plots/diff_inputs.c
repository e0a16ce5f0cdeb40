/* diff_inputs.c - what two configs say differently. */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "plots/diff.h"
#include "sim/config_patch.h"
#include "sim/json.h"

struct pair {
    const struct json *j[2];
    struct diff_inputs *inputs;
    struct text pointer;
};

/* What explains, and changes nothing. */
static bool explains(const char *key, bool top)
{
    static const char *const keys[] = {"name", "about", "expect", "$schema"};

    if (strncmp(key, "//", 2) == 0)
        return true;
    for (size_t i = 0; top && i < ARRAY_LEN(keys); i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

static char *written(const struct json *j, const cJSON *node)
{
    struct text t = {0};

    if (!node)
        return NULL;
    json_print(&t, j, node);
    return text_take(&t);
}

static void add(struct pair *p, const cJSON *a, const cJSON *b)
{
    struct diff_inputs *in = p->inputs;

    if (in->n == in->room) {
        in->room = in->room ? 2 * in->room : 16;
        in->list = sim_realloc(in->list, in->room * sizeof(*in->list));
    }
    in->list[in->n++] = (struct diff_input){sim_strdup(p->pointer.data ? p->pointer.data : ""),
                                            {written(p->j[0], a), written(p->j[1], b)}};
}

static size_t go_into(struct pair *p, const char *key, int index)
{
    size_t len = p->pointer.len;

    text_add(&p->pointer, "/");
    if (!key)
        text_addf(&p->pointer, "%d", index);
    for (; key && *key; key++)
        text_add_len(&p->pointer,
                     *key == '~'   ? "~0"
                     : *key == '/' ? "~1"
                                   : key,
                     *key == '~' || *key == '/' ? 2 : 1);
    return len;
}

static void come_out(struct pair *p, size_t len)
{
    p->pointer.len = len;
    p->pointer.data[len] = '\0';
}

static bool same_scalar(const struct pair *p, const cJSON *a, const cJSON *b)
{
    size_t n, m;
    const char *x = json_source(p->j[0], a, &n), *y = json_source(p->j[1], b, &m);

    return n == m && memcmp(x, y, n) == 0;
}

static void compare(struct pair *p, const cJSON *a, const cJSON *b);

static void compare_objects(struct pair *p, const cJSON *a, const cJSON *b)
{
    bool top = p->pointer.len == 0;

    for (const cJSON *m = a->child; m; m = m->next) {
        size_t len;

        if (explains(m->string, top))
            continue;
        len = go_into(p, m->string, 0);
        compare(p, m, json_member(b, m->string));
        come_out(p, len);
    }
    for (const cJSON *m = b->child; m; m = m->next) {
        size_t len;

        if (explains(m->string, top) || json_member(a, m->string))
            continue;
        len = go_into(p, m->string, 0);
        add(p, NULL, m);
        come_out(p, len);
    }
}

static void compare_arrays(struct pair *p, const cJSON *a, const cJSON *b)
{
    const cJSON *x = a->child, *y = b->child;

    for (int i = 0; x || y; i++) {
        size_t len = go_into(p, NULL, i);

        compare(p, x, y);
        come_out(p, len);
        x = x ? x->next : NULL;
        y = y ? y->next : NULL;
    }
}

/* Depth is bounded by that of JSON texts, JSON_DEPTH. */
static void compare(struct pair *p, const cJSON *a, const cJSON *b)
{
    if (a && b && cJSON_IsObject(a) && cJSON_IsObject(b))
        compare_objects(p, a, b);
    else if (a && b && cJSON_IsArray(a) && cJSON_IsArray(b))
        compare_arrays(p, a, b);
    else if (!a || !b || cJSON_IsObject(a) || cJSON_IsObject(b) || cJSON_IsArray(a) ||
             cJSON_IsArray(b) || !same_scalar(p, a, b))
        add(p, a, b);
}

void diff_inputs(const char *a, const char *b, struct diff_inputs *inputs)
{
    struct json j[2];
    struct pair p = {.j = {&j[0], &j[1]}, .inputs = inputs};
    struct diags diags;
    bool first, second;

    memset(inputs, 0, sizeof(*inputs));
    diags_init(&diags);
    first = json_parse(&j[0], a, strlen(a), &diags); /* both, as both are released */
    second = json_parse(&j[1], b, strlen(b), &diags);
    if (first && second)
        compare(&p, j[0].root, j[1].root);
    for (int i = 0; i < 2; i++)
        json_release(&j[i]);
    diags_release(&diags);
    text_release(&p.pointer);
}

void diff_inputs_release(struct diff_inputs *inputs)
{
    for (size_t i = 0; i < inputs->n; i++) {
        free(inputs->list[i].pointer);
        free(inputs->list[i].values[0]);
        free(inputs->list[i].values[1]);
    }
    free(inputs->list);
    memset(inputs, 0, sizeof(*inputs));
}
