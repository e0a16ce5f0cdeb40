/* feed.h - a scenario of which nothing runs, and records made by hand for one sink. */
#ifndef TESTS_FEED_H
#define TESTS_FEED_H

#include "sim/base.h"
#include "sim/scenario.h"
#include "sim/trace.h"

struct feed {
    struct scenario *sc;
    struct trace trace;
    sim_time now; /* of the next records */
};

/* Of a config given as text; the test fails where it is wrong. */
void feed_init(struct feed *f, const char *config);
void feed_release(struct feed *f);

void feed(struct feed *f, enum trace_kind kind, int32_t place, int32_t task, int64_t arg,
          int64_t extra);
/* Task `spec` arrives in `slot`. */
void feed_arrive(struct feed *f, int32_t slot, int32_t spec, int64_t copy);
/* As "name", of parent's children `number`. */
void feed_spawn(struct feed *f, int32_t slot, int32_t parent, int64_t number, const char *name);
void feed_done(struct feed *f, int32_t slot);

#endif
