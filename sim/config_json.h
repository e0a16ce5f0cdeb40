/* config_json.h - the tree behind a config, for the files of the reader. */
#ifndef SIM_CONFIG_JSON_H
#define SIM_CONFIG_JSON_H

#include "sim/config.h"
#include "sim/json.h"

const struct json *config_json(const struct config *cfg);
const char *config_file(const struct config *cfg); /* as named in messages */

#endif
