/* config.h - from JSON text to a scenario, or to everything that is wrong with it.
 *
 * text --config_parse--> config: the tree, with positions --config_scenario--> scenario
 *
 * A variant is the file, less its `variants`, with the variant's merge patch
 * (RFC 7396) applied.  Nothing here prints or exits: mistakes are collected as
 * diagnostics (diag.h), all of a file in one go.
 */
#ifndef SIM_CONFIG_H
#define SIM_CONFIG_H

#include "sim/base.h"
#include "sim/diag.h"
#include "sim/scenario.h"

struct cJSON;
struct config;

/* `file` is the name in messages.  NULL where the text is not JSON, not an object,
 * or cannot be read ("-": standard input); the reason is in `diags`. */
struct config *config_parse(const char *file, const char *text, size_t len,
                            struct diags *diags);
struct config *config_read(const char *path, struct diags *diags);
void config_free(struct config *cfg);

/* Changes the file before variants are applied: "/machine/cores=4", the value
 * as JSON, or as a bare word taken for a string.  Objects on the way are made;
 * array elements must exist ("-" appends).  False: diags says why. */
bool config_set(struct config *cfg, const char *assignment, struct diags *diags);

/* The variants in the order written; one, "base", where the file has none. */
size_t config_nvariants(const struct config *cfg);
const char *config_variant_name(const struct config *cfg, size_t variant);
bool config_has_variants(const struct config *cfg); /* the file names some */

/* The scenario of a variant, or NULL and diags.  Independent of `cfg` afterwards. */
struct scenario *config_scenario(const struct config *cfg, size_t variant, struct diags *diags);

/* The variant by itself, as one line of JSON: a config without variants that means the same.
 * The caller frees it. */
char *config_text(const struct config *cfg, size_t variant);

/* A file's text of at most `max` bytes ("-": standard input).  False: diags says why. */
enum { CONFIG_MAX = 64 << 20 };
bool config_slurp(const char *path, size_t max, struct text *t, struct diags *diags);

/* Reads every variant and reports what is wrong in any, each mistake once. */
bool config_check(const struct config *cfg, struct diags *diags);

/* What the variant expects: the merged "expect" object, NULL where there is none;
 * the caller deletes it. */
struct cJSON *config_expect(const struct config *cfg, size_t variant);

/* A time as configs write it ("24ms"; a bare number is in ns here), for expectations and options.
 * False where it is none. */
bool config_time(const char *text, sim_time *time);

#endif
