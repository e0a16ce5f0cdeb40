/* config_read.h - within the reader: one variant on its way to a scenario.
 *
 *   config_values.c   scalars: times, rates, bytes, numbers, distributions
 *   config_params.c   objects whose keys a table of `struct param` declares
 *   config_machine.c  "machine"
 *   config_devices.c  "devices"
 *   config_ops.c      op lists
 *   config_tasks.c    "tasks"
 *   config_scenario.c the rest, and the order of it all
 *
 * Every function that reads reports what is wrong and goes on with a value that is
 * safe, so that one pass finds every mistake.  r->bad says that there was one.
 */
#ifndef SIM_CONFIG_READ_H
#define SIM_CONFIG_READ_H

#include <cjson/cJSON.h>

#include "sim/config.h"
#include "sim/json.h"
#include "sim/param.h"

enum {
    CORES_MAX = 65536,
    SHOWN_NAMES = 30,      /* in a hint */
    COMPARED_NAMES = 2000, /* when looking for the closest */
};
#define TASKS_MAX ((1 << 20) - 1) /* ranks of arrivals: ENGINE_RANK_MAX */

/* Names, for finding: sorted. */
struct name_entry {
    const char *name;
    int32_t number;
};
struct names {
    struct name_entry *list;
    int32_t n;
};

struct reader {
    const struct json *j;
    struct diags *diags;
    struct scenario *sc;
    struct arena *mem; /* the scenario's */
    struct text path;  /* of the ops being read: "tasks[0].do" */
    struct names devices, syncs, programs, executors, tasks;
    sim_time unit;
    uint32_t *ncursors;        /* who owns the lists that are read */
    const cJSON **place_nodes; /* of each place */
    uint32_t places_room;
    bool linux_costs; /* machine.costs */
    bool bad;
};

/* ---- mistakes ------------------------------------------------------------------ */

/* About a value; about its key; about a byte of a string's text.  hint may be NULL. */
void wrong(struct reader *r, const cJSON *at, const char *hint, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
void wrong_key(struct reader *r, const cJSON *at, const char *hint, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
void wrong_inside(struct reader *r, const cJSON *at, size_t offset, const char *hint,
                  const char *fmt, ...) PRINTF_LIKE(5, 6);

/* "expected WHAT, got ..." */
void wrong_type(struct reader *r, const cJSON *at, const char *hint, const char *what);

/* `no KIND "name"`, with the closest of `names`, or all of them, as hint. */
void wrong_name(struct reader *r, const cJSON *at, const char *kind, const char *name,
                const char *const *names, size_t n);

/* ---- config_values.c ------------------------------------------------------------- */

/* A decimal number: digits x 10^exponent, exact. */
struct decimal {
    bool negative;
    const char *digits; /* with a point perhaps; `len` bytes, no leading zeros */
    size_t len;
    int64_t exponent;
};
enum decimal_fit { FIT_EXACT, FIT_FRACTION, FIT_TOO_LARGE };

/* From the text of a JSON number; *used: its bytes.  False: there is none. */
bool decimal_read(const char *s, size_t len, struct decimal *d, size_t *used);
/* |d| x 10^shift as an integer. */
enum decimal_fit decimal_fit(const struct decimal *d, int shift, int64_t *value);

/* A time in a string, "2.5us", as ns.  NULL: fine; else what is wrong. */
const char *time_read(const char *s, sim_time *time);

bool read_time(struct reader *r, const cJSON *at, sim_time *time);
bool read_int(struct reader *r, const cJSON *at, int64_t min, int64_t max, int64_t *value);
bool read_fixed(struct reader *r, const cJSON *at, int digits, int64_t min, int64_t max,
                int64_t *value); /* a number x 10^digits, whole */
/* Bytes, or bytes a second, as tables of ours write them: "16MB", "100MB/s".  NULL: fine. */
const char *bytes_read(const char *s, int64_t *value);
bool read_bytes(struct reader *r, const cJSON *at, bool a_second, int64_t *value);
bool read_rate(struct reader *r, const cJSON *at, sim_time *gap);
const struct dist *read_dist(struct reader *r, const cJSON *at); /* NULL: reported */
const struct dist *const_dist(struct reader *r, sim_time time);
bool read_seed(struct reader *r, const cJSON *at, uint64_t *seed);
bool read_identifier(struct reader *r, const cJSON *at, const char *name);

/* ---- config_params.c ---------------------------------------------------------------- */

/* Keys of an object: those of a table, which fill `base`, and others, read elsewhere. */
struct keys {
    const struct param *params; /* may be NULL */
    void *base;
    const char *const *others; /* may be NULL; NULL ends it */
};

/* Fills defaults, then what the object says (NULL: nothing); reports unknown keys. */
void read_object(struct reader *r, const cJSON *object, const char *what,
                 const struct keys *keys, size_t n);
void read_default(struct reader *r, const struct param *p, void *to); /* nothing: it has none */
bool is_comment(const cJSON *member);
/* The object itself, or NULL and a report: `at` may be NULL. */
const cJSON *want_object(struct reader *r, const cJSON *at);

/* Numbers of things by their names. */
void names_init(struct reader *r, struct names *names, int32_t room);
void names_add(struct names *names, const char *name, int32_t number);
void names_sort(struct names *names);
int32_t names_find(const struct names *names, const char *name); /* -1: none */
int32_t read_reference(struct reader *r, const cJSON *at, const struct names *names,
                       const char *kind); /* -1: reported */

/* ---- the rooms of a file ------------------------------------------------------------- */

void read_machine(struct reader *r, const cJSON *at);
void read_devices(struct reader *r, const cJSON *at);
bool usable_name(struct reader *r, const cJSON *m, const char *kind); /* from 1 to 200 bytes */
void read_policies(struct reader *r, const cJSON *at, struct policy_list *list);
void read_op_list(struct reader *r, const cJSON *at, struct op_list *list);
void read_one_op(struct reader *r, const cJSON *at, struct op_list *list);
void path_set(struct reader *r, const char *fmt, ...) PRINTF_LIKE(2, 3);
void read_tasks(struct reader *r, const cJSON *at); /* NULL: none, but scripts */
void task_defaults(struct reader *r, struct task_spec *t);

/* config_loop.c: the scripts of event loops and what only loops can do. */
void read_loops(struct reader *r, const cJSON *executors);

/* The table of a task's plain keys, and the machine's, and the device's: for the schema. */
extern const struct param machine_params[], cache_params[], core_params[], task_params[],
    part_params[], device_params[];

/* Checks "expect" (config_expect.c). */
void read_expect(struct reader *r, const cJSON *at);

#endif
