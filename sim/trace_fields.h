/* trace_fields.h - what the three numbers of a record are called, for files that people and
 * other programs read.
 *
 * TRACE_KINDS says in a sentence what `place`, `arg` and `extra` mean for each kind; here each
 * has one word, and where the number is one of an enumeration, the words of that.  A kind
 * without a row is written with the plain words "place", "arg" and "extra".
 */
#ifndef SIM_TRACE_FIELDS_H
#define SIM_TRACE_FIELDS_H

#include "sim/base.h"
#include "sim/trace.h"

/* Counts in records are exact in every reader's numbers, and a thousand of them add up. */
#define TRACE_COUNT_MAX (INT64_C(1) << 53)

/* What a number points to. */
enum trace_range {
    RANGE_ANY,   /* any number */
    RANGE_TIME,  /* from 0 to SIM_TIME_MAX */
    RANGE_COUNT, /* from 0 to TRACE_COUNT_MAX */
    RANGE_ENUM,  /* one of `words` */
    RANGE_CORE,
    RANGE_DEVICE,
    RANGE_SYNC,
    RANGE_EXECUTOR,
    RANGE_LOOP,
    RANGE_VAR,
    RANGE_PLACE,  /* in the file */
    RANGE_SPEC,   /* a task of the file */
    RANGE_SLOT,   /* a task that is there */
    RANGE_THREAD, /* a thread that tasks share */
};

struct trace_field {
    const char *name;                   /* NULL: the kind does not use it */
    uint8_t range;                      /* enum trace_range */
    bool may_miss;                      /* -1 means: none */
    const char *(*word)(int64_t value); /* RANGE_ENUM; NULL past the end */
};

enum { FIELD_PLACE, FIELD_ARG, FIELD_EXTRA, TRACE_FIELDS };

struct trace_fields {
    struct trace_field of[TRACE_FIELDS];
    bool has_task; /* `task` names one that is there */
    bool has_text; /* there is always a text */
    bool may_text; /* there may be one */
};

const struct trace_fields *trace_fields(enum trace_kind kind);

/* The plain word of a field, and what it holds where a kind does not use it. */
const char *trace_field_plain(int field);
int64_t trace_field_default(int field);

int64_t trace_field_get(const struct trace_rec *rec, int field);
void trace_field_set(struct trace_rec *rec, int field, int64_t value);

#endif
