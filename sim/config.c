/* config.c - files, settings, variants. */
#include "sim/config.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/config_build.h"
#include "sim/config_json.h"
#include "sim/config_patch.h"
#include "sim/config_read.h"

struct config {
    struct json json;
    char *file;
    size_t nvariants; /* the file names; 0: none */
};

static void count_variants(struct config *cfg)
{
    const cJSON *variants = json_member(cfg->json.root, "variants");

    cfg->nvariants = 0;
    for (const cJSON *m = cJSON_IsObject(variants) ? variants->child : NULL; m; m = m->next)
        cfg->nvariants += !is_comment(m);
}

struct config *config_parse(const char *file, const char *text, size_t len, struct diags *diags)
{
    struct config *cfg = sim_calloc(1, sizeof(*cfg));

    sim_assert(file && text && diags);
    cfg->file = sim_strdup(file);
    diags_source(diags, file, text, len);
    if (!json_parse(&cfg->json, text, len, diags)) {
        config_free(cfg);
        return NULL;
    }
    if (!cJSON_IsObject(cfg->json.root)) {
        diags_add(diags, json_offset(&cfg->json, cfg->json.root), "", "{ \"tasks\": [ ... ] }",
                  "expected an object: a file begins with {");
        config_free(cfg);
        return NULL;
    }
    count_variants(cfg);
    return cfg;
}

void config_free(struct config *cfg)
{
    if (!cfg)
        return;
    json_release(&cfg->json);
    free(cfg->file);
    free(cfg);
}

/* ---- files ---------------------------------------------------------------------------- */

static bool read_stream(FILE *f, struct text *t, size_t max)
{
    char buf[65536];
    size_t n;

    while ((n = fread(buf, 1, sizeof(buf), f)) > 0 && t->len <= max)
        text_add_len(t, buf, n);
    return !ferror(f);
}

bool config_slurp(const char *path, size_t max, struct text *t, struct diags *diags)
{
    bool is_stdin = strcmp(path, "-") == 0, fine;
    FILE *f = is_stdin ? stdin : NULL;
    struct stat st;

    if (!is_stdin) {
        if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
            diags_add(diags, SIZE_MAX, NULL, "name a file in it", "this is a directory");
            return false;
        }
        f = fopen(path, "rb");
    }
    fine = f && read_stream(f, t, max);
    if (!fine)
        diags_add(diags, SIZE_MAX, NULL, NULL, "cannot read: %s", strerror(errno));
    if (f && !is_stdin)
        (void)fclose(f);
    if (fine && t->len > max) {
        diags_add(diags, SIZE_MAX, NULL,
                  max == CONFIG_MAX ? "copies of one task: \"count\"" : NULL,
                  "the file is larger than %zu MiB", max >> 20);
        return false;
    }
    return fine;
}

struct config *config_read(const char *path, struct diags *diags)
{
    const char *name = strcmp(path, "-") == 0 ? "<stdin>" : path;
    struct text t = {0};
    struct config *cfg = NULL;

    diags_source(diags, name, NULL, 0);
    if (config_slurp(path, CONFIG_MAX, &t, diags))
        cfg = config_parse(name, t.data ? t.data : "", t.len, diags);
    text_release(&t);
    return cfg;
}

/* ---- settings --------------------------------------------------------------------------- */

bool config_set(struct config *cfg, const char *assignment, struct diags *diags)
{
    const char *equals = strchr(assignment, '=');
    struct diags quiet;
    bool fine;

    if (!equals || assignment[0] != '/') {
        diags_add(diags, SIZE_MAX, NULL, "as --set /machine/cores=4", "cannot set \"%.100s\"",
                  assignment);
        return false;
    }
    /* A bare word is a string. */
    diags_init(&quiet);
    diags_source(&quiet, cfg->file, NULL, 0);
    fine = patch_set(&cfg->json, assignment, (size_t)(equals - assignment), equals + 1, &quiet);
    if (!fine) {
        struct text t = {0};

        text_quote(&t, equals + 1);
        fine = patch_set(&cfg->json, assignment, (size_t)(equals - assignment), t.data, diags);
        text_release(&t);
    }
    diags_release(&quiet);
    count_variants(cfg);
    return fine;
}

/* ---- variants ------------------------------------------------------------------------------ */

size_t config_nvariants(const struct config *cfg)
{
    return cfg->nvariants ? cfg->nvariants : 1;
}

bool config_has_variants(const struct config *cfg)
{
    return cfg->nvariants > 0;
}

static const cJSON *variant_patch(const struct config *cfg, size_t variant)
{
    const cJSON *variants = json_member(cfg->json.root, "variants");

    sim_assert(variant < config_nvariants(cfg));
    if (cfg->nvariants == 0)
        return NULL;
    for (const cJSON *m = variants->child; m; m = m->next)
        if (!is_comment(m) && variant-- == 0)
            return m;
    return NULL;
}

const char *config_variant_name(const struct config *cfg, size_t variant)
{
    const cJSON *patch = variant_patch(cfg, variant);

    return patch ? patch->string : "base";
}

/* The file with the patch applied; the caller deletes it. */
static cJSON *merged(const struct config *cfg, const cJSON *patch)
{
    cJSON *root = cJSON_Duplicate(cfg->json.root, 1);

    sim_assert(root);
    cJSON_DeleteItemFromObjectCaseSensitive(root, "variants");
    return patch ? patch_merge(root, patch) : root;
}

static bool check_patch(const struct config *cfg, const cJSON *patch, struct diags *diags)
{
    const cJSON *at = patch, *variants = json_member(cfg->json.root, "variants");
    const char *why = "a variant is an object: what it changes in this file";
    char *pointer;

    if (cfg->nvariants == 0 && variants && !cJSON_IsObject(variants)) {
        at = variants;
        why = "expected an object of variants";
    } else if (json_member(patch, "variants")) {
        at = json_member(patch, "variants");
        why = "a variant has no variants of its own";
    } else if (!patch || cJSON_IsObject(patch)) {
        return true;
    }
    pointer = json_pointer(&cfg->json, at);
    diags_add(diags, json_offset(&cfg->json, at), pointer,
              "\"variants\": { \"two cores\": { \"machine\": { \"cores\": 2 } } }", "%s", why);
    free(pointer);
    return false;
}

struct scenario *config_scenario(const struct config *cfg, size_t variant, struct diags *diags)
{
    const cJSON *patch = variant_patch(cfg, variant);
    struct scenario *sc;
    cJSON *root;

    if (!check_patch(cfg, patch, diags))
        return NULL;
    root = merged(cfg, patch);
    sc = scenario_build(&cfg->json, root, cfg->file, config_variant_name(cfg, variant), diags);
    cJSON_Delete(root);
    return sc;
}

char *config_text(const struct config *cfg, size_t variant)
{
    cJSON *root = merged(cfg, variant_patch(cfg, variant));
    struct text t = {0};

    json_print(&t, &cfg->json, root);
    cJSON_Delete(root);
    return text_take(&t);
}

bool config_check(const struct config *cfg, struct diags *diags)
{
    bool fine = true;

    for (size_t i = 0; i < config_nvariants(cfg); i++) {
        struct scenario *sc = config_scenario(cfg, i, diags);

        fine = fine && sc;
        scenario_free(sc);
    }
    return fine;
}

cJSON *config_expect(const struct config *cfg, size_t variant)
{
    cJSON *root = merged(cfg, variant_patch(cfg, variant));
    cJSON *expect = cJSON_DetachItemFromObjectCaseSensitive(root, "expect");

    cJSON_Delete(root);
    return expect;
}

bool config_time(const char *text, sim_time *time)
{
    return time_read(text, time) == NULL;
}

const struct json *config_json(const struct config *cfg)
{
    return &cfg->json;
}

const char *config_file(const struct config *cfg)
{
    return cfg->file;
}
