/* config_build.h - between config.c, which makes a variant's tree, and what reads it. */
#ifndef SIM_CONFIG_BUILD_H
#define SIM_CONFIG_BUILD_H

#include "sim/json.h"
#include "sim/scenario.h"

/* NULL: there were mistakes, all of them in `diags`. */
struct scenario *scenario_build(const struct json *j, const struct cJSON *root,
                                const char *file, const char *variant, struct diags *diags);

#endif
