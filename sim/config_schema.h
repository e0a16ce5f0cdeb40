/* config_schema.h - the JSON Schema of configs, from the tables that the reader uses.
 *
 * Draft 2020-12.  What a schema cannot say (names that must exist, whole nanoseconds,
 * the syntax of expressions) is the reader's alone.
 */
#ifndef SIM_CONFIG_SCHEMA_H
#define SIM_CONFIG_SCHEMA_H

char *config_schema(void); /* the caller frees it */

#endif
