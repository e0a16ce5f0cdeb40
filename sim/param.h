/* param.h - tables that declare the keys of a configuration object.
 *
 * A policy, a device, an executor, an op, and the machine itself declare their
 * keys once, as a table of `struct param`.  The reader (config.c) fills a
 * struct from it and reports what is wrong; `quanta models`, the JSON Schema and
 * the man page are printed from the same rows.  `deflt` is the default as a config
 * would write it (JSON text without quotes for times: "10ms"), NULL: the field
 * stays zero, which the help explains.
 */
#ifndef SIM_PARAM_H
#define SIM_PARAM_H

#include "sim/base.h"

/* X(type, field it fills, as the user writes it) */
#define PARAM_TYPES(X)                                                             \
    X(TIME, "sim_time", "time")                                                    \
    X(DIST, "const struct dist *", "time*") /* a time, or a distribution */        \
    X(INT, "int64_t", "integer")                                                   \
    X(BOOL, "bool", "true or false")                                               \
    X(ENUM, "int32_t: index into choices", "name")                                 \
    X(RATE, "sim_time: mean gap", "rate")                       /* "200/s" */      \
    X(BYTES, "int64_t", "bytes")                                /* 4096, "16MB" */ \
    X(BANDWIDTH, "int64_t: bytes a second", "bytes per second") /* "100MB/s" */    \
    X(COUNT, "int64_t: -1 unlimited", "integer or \"unlimited\"")                  \
    X(FACTOR, "int64_t: in 10^-6", "number") /* 1.5 -> 1500000 */                  \
    X(TEXT, "const char *", "text")                                                \
    X(EXPR, "const char *: its text", "expression")                                \
    X(NAME, "const char *", "name") /* a local or a child's name */                \
    X(NAMES, "struct name_list", "array of names")                                 \
    X(DEVICE, "int32_t: number of the device", "device")                           \
    X(SYNC, "int32_t: number of the sync object", "sync object")                   \
    X(PROGRAM, "int32_t: number of the program", "program")                        \
    X(OPS, "struct op_list", "array of ops")                                       \
    X(TIMES, "struct param_list", "time or array of times")                        \
    X(INTS, "struct param_list", "integer or array of integers")                   \
    X(POLICIES, "struct policy_list", "array of queues")                           \
    X(OBJECT, "as `inside` says", "object")                                        \
    X(AWAIT, "struct awaited", "op, promise or null") /* of an event loop */       \
    X(TRUE, "bool", "true")                           /* {"yield": true} */        \
    X(SET, "const char *: \"x = expr\"", "\"name = expression\"")

enum param_type {
#define X(type, field, text) PARAM_##type,
    PARAM_TYPES(X)
#undef X
        PARAM_TYPE_COUNT
};

/* One value, or an array of them. */
struct param_list {
    int64_t *values; /* in the scenario's arena */
    size_t n;        /* 0: the key is not there */
    bool array;      /* as the file writes it */
};

struct name_list {
    const char *const *names;
    size_t n;
};

/* Queues, each with its own policy. */
struct sched_policy;
struct policy_part {
    int64_t priority;
    const struct sched_policy *policy;
    void *params; /* as the policy has them */
};
struct policy_list {
    struct policy_part *parts;
    size_t n;
};

struct param {
    const char *name; /* as configs write it; NULL ends a table */
    enum param_type type;
    bool required;
    size_t offset; /* of the field it fills */
    int64_t min,
        max; /* of TIME, INT, RATE, BYTES, COUNT, FACTOR, and of each of TIMES, INTS; min == max == 0: none but the type's */
    const struct param
        *inside; /* OBJECT: its keys, which fill a struct at `offset`; that begins
                                 * with a bool, which says that the object is there */
    const char *const *choices; /* ENUM: names, NULL ends them */
    const char *deflt;
    const char *measured; /* the default where machine.costs is "linux"; NULL: the same */
    const char *help;     /* one line, no full stop */
};

/* The usual rows; further members may follow as designated initialisers. */
#define PARAM(type_, struct_, field_, help_, ...)                                    \
    {                                                                                \
        .name = #field_, .type = PARAM_##type_, .offset = offsetof(struct_, field_), \
        .help = help_, __VA_ARGS__                                                   \
    }
/* ... where the key and the field differ. */
#define PARAM_AS(key_, type_, struct_, field_, help_, ...)                        \
    {                                                                             \
        .name = key_, .type = PARAM_##type_, .offset = offsetof(struct_, field_), \
        .help = help_, __VA_ARGS__                                                \
    }
#define PARAM_END    \
    {                \
        .name = NULL \
    }

#endif
