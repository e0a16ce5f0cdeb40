#include "sim/config_patch.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* ---- merge patches ------------------------------------------------------------------ */

/* A copy of an object less its members that are null, at any depth. */
static cJSON *copy_without_nulls(const cJSON *patch)
{
    cJSON *object = cJSON_CreateObject();

    sim_assert(object);
    json_set_number(object, json_number(patch));
    return patch_merge(object, patch);
}

/* Source: RFC 7396, section 2. */
cJSON *patch_merge(cJSON *target, const cJSON *patch)
{
    if (!cJSON_IsObject(patch)) {
        cJSON_Delete(target);
        return cJSON_Duplicate(patch, 1);
    }
    if (!cJSON_IsObject(target)) {
        cJSON_Delete(target);
        return copy_without_nulls(patch);
    }
    for (const cJSON *m = patch->child; m; m = m->next) {
        cJSON *old;

        if (cJSON_IsNull(m)) {
            cJSON_DeleteItemFromObjectCaseSensitive(target, m->string);
            continue;
        }
        old = json_member(target, m->string);
        if (!old) {
            cJSON *fresh = patch_merge(NULL, m);

            (void)cJSON_AddItemToObject(target, m->string, fresh);
        } else if (cJSON_IsObject(m) && cJSON_IsObject(old)) {
            (void)patch_merge(old, m);
        } else {
            (void)cJSON_ReplaceItemInObjectCaseSensitive(target, m->string,
                                                         patch_merge(NULL, m));
        }
    }
    return target;
}

/* ---- pointers --------------------------------------------------------------------------- */

/* The token at *s, decoded, which moves behind it; `end` of the pointer. */
static void next_token(const char **s, const char *end, struct text *token)
{
    token->len = 0;
    text_add(token, "");
    for (++*s; *s < end && **s != '/'; ++*s) {
        if (**s == '~' && *s + 1 < end && ((*s)[1] == '0' || (*s)[1] == '1'))
            text_add(token, *++*s == '0' ? "~" : "/");
        else
            text_add_len(token, *s, 1);
    }
}

/* As the number of an array's element; -1: it is none. */
static int element(const char *token)
{
    int n = 0;

    if (!*token || (token[0] == '0' && token[1]))
        return -1;
    for (; *token; token++) {
        if (*token < '0' || *token > '9' || n > 100000000)
            return -1;
        n = 10 * n + (*token - '0');
    }
    return n;
}

static cJSON *step(cJSON *at, const char *token)
{
    if (cJSON_IsArray(at))
        return element(token) >= 0 ? cJSON_GetArrayItem(at, element(token)) : NULL;
    return json_member(at, token);
}

cJSON *pointer_find(cJSON *root, const char *pointer)
{
    const char *end = pointer + strlen(pointer);
    struct text token = {0};

    while (root && pointer < end) {
        next_token(&pointer, end, &token);
        root = step(root, token.data);
    }
    text_release(&token);
    return root;
}

static bool no_place(struct diags *diags, const char *pointer, size_t len, const char *why)
{
    diags_add(diags, SIZE_MAX, NULL, "as --set /machine/cores=4", "cannot set \"%.*s\": %s",
              (int)len, pointer, why);
    return false;
}

/* Puts `value` into `at` under `token`. */
static bool put(struct json *j, cJSON *at, const char *token, const char *value,
                struct diags *diags, cJSON **put_there)
{
    int size, place = 0;
    cJSON *node;

    if (cJSON_IsArray(at)) {
        size = cJSON_GetArraySize(at);
        place = strcmp(token, "-") == 0 ? size : element(token);
        node = json_add(j, at, NULL, (uint32_t)place, value, diags);
        if (!node)
            return false;
        if (place == size)
            (void)cJSON_AddItemToArray(at, node);
        else
            (void)cJSON_ReplaceItemInArray(at, place, node);
    } else {
        node = json_add(j, at, token, 0, value, diags);
        if (!node)
            return false;
        if (json_member(at, token))
            (void)cJSON_ReplaceItemInObjectCaseSensitive(at, token, node);
        else
            (void)cJSON_AddItemToObject(at, token, node);
    }
    *put_there = node;
    return true;
}

static bool can_put(const cJSON *at, const char *token, bool last)
{
    if (cJSON_IsArray(at))
        return (last && strcmp(token, "-") == 0) ||
               (element(token) >= 0 && element(token) < cJSON_GetArraySize(at));
    return cJSON_IsObject(at);
}

bool patch_set(struct json *j, const char *pointer, size_t len, const char *value,
               struct diags *diags)
{
    const char *s = pointer, *end = pointer + len;
    struct text token = {0};
    cJSON *at = j->root;
    bool fine = true;

    while (fine && s < end) {
        cJSON *next;

        next_token(&s, end, &token);
        if (!can_put(at, token.data, s == end)) {
            fine =
                no_place(diags, pointer, len,
                         cJSON_IsArray(at) ? "the array has no such element"
                                           : "what is there is neither an object nor an array");
            break;
        }
        next = step(at, token.data);
        if (s == end)
            fine = put(j, at, token.data, value, diags, &next);
        else if (!next)
            fine = put(j, at, token.data, "{}", diags, &next);
        at = next;
    }
    text_release(&token);
    return fine;
}

/* ---- printing ----------------------------------------------------------------------------- */

void json_print(struct text *t, const struct json *j, const cJSON *node)
{
    bool object = cJSON_IsObject(node), first = true;
    const char *source;
    size_t len;

    if (!object && !cJSON_IsArray(node)) {
        source = json_source(j, node, &len);
        text_add_len(t, source, len);
        return;
    }
    text_add(t, object ? "{" : "[");
    for (const cJSON *m = node->child; m; m = m->next) {
        if (!first)
            text_add(t, ",");
        first = false;
        if (object) {
            text_quote(t, m->string);
            text_add(t, ":");
        }
        json_print(t, j, m);
    }
    text_add(t, object ? "}" : "]");
}
