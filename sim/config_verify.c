#include "sim/config_verify.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/config_patch.h"
#include "sim/config_read.h"
#include "sim/config_json.h"

/* Numbers are compared in 10^-9 where that fits, as results have no more decimals. */
struct number {
    int64_t value;
    bool e9;
};

static bool number_of(const char *s, size_t len, struct number *n)
{
    struct decimal d;
    size_t used;

    if (!decimal_read(s, len, &d, &used) || used != len)
        return false;
    n->e9 = decimal_fit(&d, 9, &n->value) == FIT_EXACT;
    if (!n->e9 && decimal_fit(&d, 0, &n->value) != FIT_EXACT)
        return false;
    if (d.negative)
        n->value = -n->value;
    return true;
}

/* Brings both to one scale; false: their distance is beyond all numbers. */
static bool distance(struct number a, struct number b, struct number *d)
{
    int64_t scale = 1000000000;

    if (a.e9 !=
        b.e9) { /* the larger one has no decimals, and then the distance is large, too */
        struct number *fine = a.e9 ? &a : &b;

        fine->value /= scale;
        fine->e9 = false;
    }
    d->e9 = a.e9;
    if (a.value < b.value)
        return sub_i64(b.value, a.value, &d->value);
    return sub_i64(a.value, b.value, &d->value);
}

static bool result_number(const cJSON *node, struct number *n)
{
    return cJSON_IsRaw(node) && number_of(node->valuestring, strlen(node->valuestring), n);
}

static bool expected_number(const struct json *j, const cJSON *node, struct number *n)
{
    size_t len;
    const char *s;
    sim_time time;

    if (cJSON_IsString(node)) {
        char buf[24];

        if (!config_time(node->valuestring, &time))
            return false;
        (void)snprintf(buf, sizeof(buf), "%lld", (long long)time);
        return number_of(buf, strlen(buf), n);
    }
    if (!cJSON_IsNumber(node))
        return false;
    s = json_source(j, node, &len);
    return number_of(s, len, n);
}

static bool same(const struct json *j, const cJSON *want, const cJSON *got)
{
    struct number a, b, d;

    if (cJSON_IsRaw(got))
        return expected_number(j, want, &a) && result_number(got, &b) && a.e9 == b.e9 &&
               distance(a, b, &d) && d.value == 0;
    if (cJSON_IsArray(want) && cJSON_IsArray(got)) {
        const cJSON *w = want->child, *g = got->child;

        for (; w && g && same(j, w, g); g = g->next)
            w = w->next;
        return !w && !g;
    }
    if (cJSON_IsString(want) && cJSON_IsString(got))
        return strcmp(want->valuestring, got->valuestring) == 0;
    if (cJSON_IsNull(want))
        return cJSON_IsNull(got);
    return cJSON_IsBool(want) && cJSON_IsBool(got) && cJSON_IsTrue(want) == cJSON_IsTrue(got);
}

static bool is_near(const struct json *j, const cJSON *want, const cJSON *got)
{
    struct number near, within, value, d;

    if (!result_number(got, &value) || !expected_number(j, json_member(want, "near"), &near) ||
        !expected_number(j, json_member(want, "within"), &within))
        return false;
    if (!distance(value, near, &d))
        return false;
    if (d.e9 == within.e9)
        return d.value <= within.value;
    return d.e9 || d.value <= within.value / 1000000000;
}

/* "/log/order": the texts of the log, in order. */
static cJSON *order_of(cJSON *list)
{
    cJSON *texts;

    if (!cJSON_IsArray(list))
        return NULL;
    texts = cJSON_CreateArray();
    for (const cJSON *m = list->child; m; m = m->next) {
        const cJSON *text = json_member(m, "text");

        (void)cJSON_AddItemToArray(
            texts, cJSON_CreateString(cJSON_IsString(text) ? text->valuestring : ""));
    }
    return texts;
}

static void add_value(struct text *t, const struct json *j, const cJSON *node, bool result)
{
    size_t len;
    const char *s;
    char *printed;
    struct number n;
    char buf[TIME_TEXT_SIZE];

    if (!node) {
        text_add(t, "nothing");
        return;
    }
    if (!result && cJSON_IsNumber(node)) {
        s = json_source(j, node, &len);
        text_add_len(t, s, len);
        return;
    }
    printed = cJSON_PrintUnformatted(node);
    text_addf(t, "%.400s", printed ? printed : "?");
    if (cJSON_IsRaw(node) && result_number(node, &n) && strlen(node->valuestring) > 3 &&
        !strchr(node->valuestring, '.') && n.value >= 0)
        text_addf(t, " (%s)", time_text(n.e9 ? n.value / 1000000000 : n.value, buf));
    cJSON_free(printed);
}

static void verify_one(const struct config *cfg, const char *variant, const cJSON *want,
                       cJSON *result, struct text *t)
{
    const struct json *j = config_json(cfg);
    size_t len = strlen(want->string);
    cJSON *got = pointer_find(result, want->string), *order = NULL;
    bool fine;

    if (!got && len > 6 && strcmp(want->string + len - 6, "/order") == 0) {
        char *list = sim_strndup(want->string, len - 6);

        got = order = order_of(pointer_find(result, list));
        free(list);
    }
    fine = got && (cJSON_IsObject(want) ? is_near(j, want, got) : same(j, want, got));
    if (!fine) {
        if (json_line(j, want) > 0)
            text_addf(t, "%s:%d: ", config_file(cfg), (int)json_line(j, want));
        else
            text_addf(t, "%s: ", config_file(cfg));
        text_addf(t, "%s: expected %s to be ", variant, want->string);
        add_value(t, j, want, false);
        text_add(t, ", got ");
        add_value(t, j, got, true);
        text_add(t, "\n");
    }
    cJSON_Delete(order);
}

char *config_verify(const struct config *cfg, size_t variant, cJSON *result)
{
    cJSON *expect = config_expect(cfg, variant);
    struct text t = {0};

    for (const cJSON *m = expect ? expect->child : NULL; m; m = m->next)
        if (!is_comment(m))
            verify_one(cfg, config_variant_name(cfg, variant), m, result, &t);
    cJSON_Delete(expect);
    return t.len > 0 ? text_take(&t) : NULL;
}
