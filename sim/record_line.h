/* record_line.h - a record as a line of JSON, and back.
 *
 *     {"t":4000000,"event":"run","task":1,"core":0,"mode":"user","slice":4000000}
 *
 * `t` is in ns, as all times are; `event` is the kind's name, the other names are those of
 * trace_fields.h.  What a kind does not use is left out; "never" stands for SIM_NEVER, which
 * other readers of JSON would round.  A text is "text"; that of an arrival is "name", and is
 * there for the reader's eye alone unless "spawned" is true.
 *
 * Reading is strict: what is not a record with exactly these names is refused, with the place
 * in the line.  It checks words and types only; whether the record fits the ones before it is
 * guard.h's business.
 */
#ifndef SIM_RECORD_LINE_H
#define SIM_RECORD_LINE_H

#include "sim/base.h"
#include "sim/trace.h"

/* Appends the line with its newline.  `name`: of the task that arrives; else NULL. */
void record_line_write(struct text *t, const struct trace_rec *rec, const char *name);

/* The last line: {"t":90000000,"event":"end","outcome":"completed"} */
void record_line_end(struct text *t, sim_time at, const char *outcome);

/* What is wrong with a line. */
struct slip {
    size_t at;                 /* byte within the line */
    struct text message, hint; /* zeroed: none; slip_release() */
};
void slip_say(struct slip *slip, size_t at, const char *hint, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
void slip_release(struct slip *slip);

struct record_line {
    struct trace_rec rec; /* its text points into `text` */
    bool is_end;          /* the last line: rec.at, and the outcome as rec.text */
    struct text text;     /* kept from line to line; text_release() */
};

/* False: `slip` says why. */
bool record_line_read(struct record_line *rl, const char *line, size_t len, struct slip *slip);

#endif
