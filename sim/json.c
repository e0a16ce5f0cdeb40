/* json.c - the table of values, and cJSON's tree over it. */
#include "sim/json.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "sim/json_scan.h"

uint32_t json_number(const cJSON *node)
{
    return node ? (uint32_t)node->valueint : 0;
}

void json_set_number(cJSON *node, uint32_t number)
{
    sim_assert(node);
    node->valueint = (int)number;
}

/* The node after `node` in pre-order, within `root`; `up` holds its ancestors. */
struct walk {
    cJSON *up[JSON_DEPTH + 1];
    size_t depth;
};

static cJSON *walk_next(struct walk *w, cJSON *node)
{
    if (node->child) {
        sim_assert(w->depth <= JSON_DEPTH);
        w->up[w->depth++] = node;
        return node->child;
    }
    while (!node->next) {
        if (w->depth == 0)
            return NULL;
        node = w->up[--w->depth];
        if (w->depth == 0)
            return NULL;
    }
    return node->next;
}

/* Gives the nodes the numbers from `first` on. */
static void number_tree(struct json *j, cJSON *root, uint32_t first)
{
    struct walk *w = sim_calloc(1, sizeof(*w));
    uint32_t number = first;

    for (cJSON *node = root; node; node = walk_next(w, node)) {
        sim_assert(number <= j->n);
        json_set_number(node, number++);
    }
    sim_assert(number == j->n + 1); /* the scanner and cJSON saw the same text */
    free(w);
}

static cJSON *build(struct json *j, size_t from, uint32_t first)
{
    const char *end = NULL;
    cJSON *root =
        cJSON_ParseWithLengthOpts(j->text.data + from, j->text.len - from + 1, &end, 1);

    if (root)
        number_tree(j, root, first);
    return root;
}

static void find_lines(struct json *j)
{
    const char *s = j->text.data;

    for (size_t at = 0;;) {
        const char *newline = memchr(s + at, '\n', j->len - at);

        if (j->nlines == j->lines_room) {
            j->lines_room = j->lines_room ? 2 * j->lines_room : 64;
            j->lines = sim_realloc(j->lines, j->lines_room * sizeof(*j->lines));
        }
        j->lines[j->nlines++] = (uint32_t)at;
        if (!newline)
            return;
        at = (size_t)(newline - s) + 1;
    }
}

bool json_parse(struct json *j, const char *text, size_t len, struct diags *diags)
{
    memset(j, 0, sizeof(*j));
    text_add_len(&j->text, text, len);
    j->len = len;
    find_lines(j);
    if (!json_scan(j, 0, 0, 0, true, diags))
        return false;
    j->root = build(j, 0, 1);
    if (!j->root)
        diags_add(diags, SIZE_MAX, NULL, NULL, "the JSON parser refuses this text");
    return j->root != NULL;
}

void json_release(struct json *j)
{
    cJSON_Delete(j->root);
    text_release(&j->text);
    free(j->values);
    free(j->lines);
    memset(j, 0, sizeof(*j));
}

cJSON *json_add(struct json *j, const cJSON *parent, const char *key, uint32_t place,
                const char *text, struct diags *diags)
{
    uint32_t first = j->n + 1;
    size_t from;

    sim_assert(parent);
    if (key) {
        place = (uint32_t)j->text.len + 1;
        text_add(&j->text, " ");
        text_quote(&j->text, key);
    }
    text_add(&j->text, " ");
    from = j->text.len;
    text_add(&j->text, text);
    if (j->text.len > UINT32_MAX / 2 ||
        !json_scan(j, from, place, json_number(parent), false, diags)) {
        j->n = first - 1;
        return NULL;
    }
    return build(j, from, first);
}

/* ---- where a node stands ------------------------------------------------------- */

static const struct json_value *value_of(const struct json *j, const cJSON *node)
{
    uint32_t number = json_number(node);

    sim_assert(number <= j->n);
    return number ? &j->values[number - 1] : NULL;
}

static bool in_array(const struct json *j, const struct json_value *v)
{
    return v->parent && j->text.data[j->values[v->parent - 1].at] == '[';
}

size_t json_offset_of(const struct json *j, uint32_t number)
{
    const struct json_value *v = number ? &j->values[number - 1] : NULL;

    sim_assert(number <= j->n);
    return v && v->at < j->len ? v->at : SIZE_MAX;
}

size_t json_offset(const struct json *j, const cJSON *node)
{
    return json_offset_of(j, json_number(node));
}

size_t json_key_offset(const struct json *j, const cJSON *node)
{
    const struct json_value *v = value_of(j, node);

    if (!v || !v->parent || in_array(j, v))
        return json_offset(j, node);
    return v->key < j->len ? v->key : SIZE_MAX;
}

int32_t json_line(const struct json *j, const cJSON *node)
{
    size_t at = json_offset(j, node);
    uint32_t low = 0, high = j->nlines;

    if (at == SIZE_MAX)
        return 0;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;

        if (j->lines[middle] <= at)
            low = middle;
        else
            high = middle;
    }
    return (int32_t)(low + 1);
}

const char *json_source(const struct json *j, const cJSON *node, size_t *len)
{
    const struct json_value *v = value_of(j, node);
    const char *s;
    size_t n = 0;

    *len = 0;
    if (!v)
        return "";
    s = j->text.data + v->at;
    if (*s == '"') {
        for (n = 1; s[n] != '"'; n++)
            n += s[n] == '\\';
        n++;
    } else {
        n = strcspn(s, ",]} \t\r\n");
    }
    *len = n;
    return s;
}

static void add_escaped(struct text *t, const char *s)
{
    for (; *s; s++) {
        if (*s == '~')
            text_add(t, "~0");
        else if (*s == '/')
            text_add(t, "~1");
        else
            text_add_len(t, s, 1);
    }
}

char *json_pointer_of(const struct json *j, uint32_t number)
{
    uint32_t *up = sim_malloc((2 * JSON_DEPTH + 2) * sizeof(*up));
    struct text t = {0};
    size_t depth = 0;

    for (uint32_t i = number; i && j->values[i - 1].parent; i = j->values[i - 1].parent) {
        sim_assert(depth <= 2 * JSON_DEPTH);
        up[depth++] = i;
    }
    while (depth > 0) {
        const struct json_value *v = &j->values[up[--depth] - 1];

        text_add(&t, "/");
        if (in_array(j, v)) {
            text_addf(&t, "%u", v->key);
        } else {
            struct text key = {0};

            (void)json_decode(j->text.data + v->key, &key);
            add_escaped(&t, key.data ? key.data : "");
            text_release(&key);
        }
    }
    free(up);
    return text_take(&t);
}

char *json_pointer(const struct json *j, const cJSON *node)
{
    return json_pointer_of(j, json_number(node));
}

cJSON *json_member(const cJSON *object, const char *name)
{
    return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, name) : NULL;
}
