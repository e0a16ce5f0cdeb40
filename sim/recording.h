/* recording.h - a run that is over, in a file: what happened, and of what.
 *
 * A file of lines, each one JSON object (NDJSON):
 *
 *     1  {"quanta":"trace","version":1,"machine":"simulated","name":...,"variant":...,"file":...}
 *     2  the config of that variant, on one line, with all that was set on the command line
 *     3  {"cores":[...],"devices":[...],...}   what the numbers in records stand for
 *     .. {"t":0,"event":"arrive","task":0,...}  a record each, as record_line.h has them
 *     n  {"t":90000000,"event":"end","outcome":"completed"}
 *
 * Line 2 is what makes a trace whole: the scenario is read from it, by the reader of configs,
 * so whatever a sink may ask of a scenario it finds, and the mistakes in it are told as those
 * of any config.  Line 3 is for other programs and may be missing; of it only the lines of
 * places in the original file are taken, and that the names agree is checked.  A `machine`
 * that is "real" may let cores idle while tasks are ready; nobody's invariants are broken then.
 *
 * Reading a recording goes through all of it, with the guard (guard.h) at the door, so that
 * every mistake is known before anything is shown.  Playing it reads it once more: a file is
 * never in memory as a whole.
 */
#ifndef SIM_RECORDING_H
#define SIM_RECORDING_H

#include "sim/base.h"
#include "sim/config.h"
#include "sim/diag.h"
#include "sim/scenario.h"
#include "sim/sim.h"
#include "sim/trace.h"

enum { RECORDING_VERSION = 1 };

struct recording {
    char *name; /* in messages */
    char *path; /* NULL: the lines are in `text` */
    struct text text;
    struct config *config; /* of line 2 */
    struct scenario *sc;
    bool foreign;         /* of a real machine */
    size_t body, line;    /* where the records begin, and how many lines come before */
    enum outcome outcome; /* from here on: known once it has been read to its end */
    sim_time end;
    uint64_t records;
};

/* Does a text, or a file of which this is the beginning, look like a recording? */
bool recording_is(const char *text, size_t len);
bool recording_is_file(const char *path);

/* From a file, or a text that messages call `name`.  NULL: diags says why. */
struct recording *recording_read(const char *path, struct diags *diags);
struct recording *recording_parse(const char *name, const char *text, size_t len,
                                  struct diags *diags);
void recording_free(struct recording *r); /* NULL is fine */

/* Tells the records to `trace`, and its end.  False: diags says why; the sinks have been told
 * an end all the same, at the last instant that was fine. */
bool recording_play(const struct recording *r, struct trace *trace, struct diags *diags);

/* ---- for those who write one ---------------------------------------------------------------- */

/* Lines 1 to 3.  `config`: as config_text() gives it. */
void recording_header(struct text *t, const struct scenario *sc, const char *config,
                      bool foreign);

#endif
