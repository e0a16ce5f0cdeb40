/* config_verify.h - does a result agree with what the file expects? */
#ifndef SIM_CONFIG_VERIFY_H
#define SIM_CONFIG_VERIFY_H

#include "sim/config.h"

/* What does not, a line each: "file: variant: expected POINTER to be A, got B"; NULL: all
 * agrees.  The caller frees it. */
char *config_verify(const struct config *cfg, size_t variant, struct cJSON *result);

#endif
