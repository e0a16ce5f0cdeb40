/* segments.h - a sink that keeps who ran when: the `segments` of the result document.
 *
 * A segment is a stretch of one core's time: a task's own code, kernel work for it, the
 * switch to it, or an interrupt, which belongs to no task.  What touches on one core with
 * one task and kind is one segment; what took no time is none.
 */
#ifndef SIM_SEGMENTS_H
#define SIM_SEGMENTS_H

#include "sim/base.h"
#include "sim/scenario.h"
#include "sim/trace.h"

enum segment_kind { SEGMENT_USER, SEGMENT_KERNEL, SEGMENT_SWITCH };

struct segment {
    sim_time from, to;
    int64_t task; /* index into names; -1: none, an interrupt */
    int32_t core;
    uint8_t kind;
};

struct segments {
    struct trace_sink sink;
    const struct scenario *sc;
    struct segment *list; /* after trace_finish(): by start and core */
    size_t n;
    char **names; /* of tasks, in order of arrival */
    size_t nnames;
    struct segments_state *state; /* segments.c's */
};

struct segments *segments_new(const struct scenario *sc);
void segments_free(struct segments *s);
const char *segment_kind_name(enum segment_kind kind);

#endif
