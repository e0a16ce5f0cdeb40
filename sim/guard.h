/* guard.h - do records, one after the other, make a run that sinks can be given?
 *
 * What a simulation emits is sane, and sinks rely on it.  What comes from a file may be
 * anything: a number that points nowhere, a task that stops and did not run, a reply to no
 * request.  The guard stands between: every record passes it first, and the first one that
 * does not fit is refused, with the reason.
 *
 *     line -> record_line_read() -> guard_takes() -> trace_tell()
 *
 * That numbers point to something is its own business; that tasks and cores go from one state
 * to the next as they can, it asks of a checker.
 */
#ifndef SIM_GUARD_H
#define SIM_GUARD_H

#include "sim/base.h"
#include "sim/scenario.h"
#include "sim/trace.h"

struct guard;

/* `foreign`: recorded on another machine, whose cores may idle while tasks are ready. */
struct guard *guard_new(const struct scenario *sc, bool foreign);
void guard_free(struct guard *g);

/* NULL: fine.  Else why not, valid until the next call; nothing may be asked after that. */
const char *guard_takes(struct guard *g, const struct trace_rec *rec);
const char *guard_ends(struct guard *g, sim_time end);

#endif
