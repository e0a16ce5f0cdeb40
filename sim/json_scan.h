/* json_scan.h - json.c's scanner: strict JSON, and a message for every slip. */
#ifndef SIM_JSON_SCAN_H
#define SIM_JSON_SCAN_H

#include "sim/json.h"

/* Scans j->text from `from` to its end and appends the values, the first of them with
 * `key` and `parent`.  Positions in `diags` count where `report` is set. */
bool json_scan(struct json *j, size_t from, uint32_t key, uint32_t parent, bool report,
               struct diags *diags);

/* The string literal at `s`, decoded; the number of bytes it takes. */
size_t json_decode(const char *s, struct text *out);

#endif
