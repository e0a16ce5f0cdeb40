/* explain.h - a run told as a story while it goes on: what each loop and each core does, why
 * now, and who is left waiting.
 *
 * A line a step, under the time where that has moved; what happens within a step stands
 * indented under it.  A rule is said in full where it first decides something.  Memory is
 * proportional to the live tasks. */
#ifndef PLOTS_EXPLAIN_H
#define PLOTS_EXPLAIN_H

#include "sim/quanta.h"
#include "sim/scenario.h"
#include "sim/trace.h"

struct explain;

/* Writes to file 0 of `writer`, which stays the caller's, as `look` is copied. */
struct explain *explain_new(const struct scenario *sc, const struct quanta_look *look,
                            struct quanta_writer *writer);
struct trace_sink *explain_sink(struct explain *e);
void explain_free(struct explain *e); /* NULL is fine */

#endif
