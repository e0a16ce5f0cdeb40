/* config_models.h - what `quanta models` prints: every model with its keys, from the tables. */
#ifndef SIM_CONFIG_MODELS_H
#define SIM_CONFIG_MODELS_H

/* All of them, or those called `name` (NULL: all).  NULL: there is none of that name.  The
 * caller frees the text. */
char *config_models(const char *name);

#endif
