/* config_patch.h - changing trees: RFC 7396 merge patches, RFC 6901 pointers.
 *
 * cJSON has both in its utilities, which Debian's package leaves out. */
#ifndef SIM_CONFIG_PATCH_H
#define SIM_CONFIG_PATCH_H

#include "sim/json.h"

/* RFC 7396: `target` with `patch` applied.  Takes target, which may be NULL, and gives
 * the result to the caller. */
struct cJSON *patch_merge(struct cJSON *target, const struct cJSON *patch);

/* Puts the JSON text `value` at `pointer` (of `len` bytes, beginning with '/').  Objects on
 * the way are made; array elements must exist, "-" appends. */
bool patch_set(struct json *j, const char *pointer, size_t len, const char *value,
               struct diags *diags);

/* The node that a JSON Pointer names; NULL: none. */
struct cJSON *pointer_find(struct cJSON *root, const char *pointer);

/* On one line, every scalar as it was written. */
void json_print(struct text *t, const struct json *j, const struct cJSON *node);

#endif
