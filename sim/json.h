/* json.h - JSON text as a tree whose nodes know where they stand.
 *
 *   text --strict scanner--> a table of values in pre-order: offset, key, parent
 *        --cJSON-----------> the tree; each node carries its number in the table
 *
 * cJSON builds the tree but accepts more than JSON, says little about what is wrong,
 * and keeps no positions.  The scanner goes first: it refuses what RFC 8259 does not
 * allow, and keys that stand twice, with a message for each usual slip, and records
 * every value.  The nodes of cJSON's tree in pre-order are those values, so each node
 * is given its number, in the one member that nothing else uses; it survives copies
 * and merges.  From the number follow line, pointer, and the very digits of a number.
 *
 * Texts added later (json_add: what `--set` says) stand behind the file's in the same
 * table, without a position.
 */
#ifndef SIM_JSON_H
#define SIM_JSON_H

#include "sim/base.h"
#include "sim/diag.h"

struct cJSON;

enum { JSON_DEPTH = 1000, JSON_NUMBER_SIZE = 60 };

/* One value; number 0 is none. */
struct json_value {
    uint32_t at;     /* its text begins here */
    uint32_t key;    /* in an object: where its key begins; in an array: its place there */
    uint32_t parent; /* number of the object or array it is in; 0: none */
};

struct json {
    struct text text; /* the file's, then those of json_add() */
    size_t len;       /* of the file's */
    struct json_value *values;
    uint32_t n, room;
    uint32_t *lines; /* where they begin */
    uint32_t nlines, lines_room;
    struct cJSON *root;
};

/* False: what is wrong is in `diags`.  Either way to be released. */
bool json_parse(struct json *j, const char *text, size_t len, struct diags *diags);
void json_release(struct json *j);

/* A value from another text, for the object (key) or array (place; key NULL) `parent`;
 * the caller puts it there.  NULL: diags says why. */
struct cJSON *json_add(struct json *j, const struct cJSON *parent, const char *key,
                       uint32_t place, const char *text, struct diags *diags);

/* The node's number in the table, for copies made by hand. */
uint32_t json_number(const struct cJSON *node);
void json_set_number(struct cJSON *node, uint32_t number);

/* Offsets in the file; SIZE_MAX: it is not from there. */
size_t json_offset(const struct json *j, const struct cJSON *node);
size_t json_key_offset(const struct json *j,
                       const struct cJSON *node);                  /* the value's in arrays */
int32_t json_line(const struct json *j, const struct cJSON *node); /* from 1; 0: none */

/* A scalar as it was written (a string with its quotes); "" for an unknown node. */
const char *json_source(const struct json *j, const struct cJSON *node, size_t *len);

/* The JSON Pointer of a node, where it was written; the caller frees it. */
char *json_pointer(const struct json *j, const struct cJSON *node);

/* Both, of a value by its number, whose node may be gone; 0: SIZE_MAX and "". */
size_t json_offset_of(const struct json *j, uint32_t number);
char *json_pointer_of(const struct json *j, uint32_t number);

/* A member by its name, NULL: none; also where `object` is NULL or none. */
struct cJSON *json_member(const struct cJSON *object, const char *name);

#endif
