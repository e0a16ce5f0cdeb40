/* import.h - a schedule that was recorded elsewhere becomes a recording of ours.
 *
 *   text --a format's read()--> events, as a kernel tells them --sorted by time-->
 *        threads and cores, from one state to the next --> records, as recording.h has them
 *
 * A format is one constant in one file, named in import_table.c.  It knows lines or JSON and
 * says what happened; import_build.c makes of it what our records can say, and is the same for
 * all.  What a recording lacks is filled in as little as possible, and counted:
 *
 *   arrival     the first instant at which a thread is seen; what runs at the first switch of a
 *               core has run there since the recording began
 *   ready       from the waking; where no waking was recorded, from the switch to it
 *   blocked     state D: "io"; all other sleeps: "sleep", as nothing says what for
 *   idle        pid 0, on every core
 *   gaps        who leaves a core has not been seen to take it: events are missing
 *
 * Events are sorted before any is made a record: of a long recording most of them are then in a
 * scratch file, 32 bytes each (import_events.h), and text is read a line at a time; so memory
 * grows with the threads, not with the length.  Chrome's JSON is read as a whole.
 */
#ifndef PLOTS_IMPORT_H
#define PLOTS_IMPORT_H

#include "sim/base.h"
#include "sim/diag.h"
#include "sim/quanta.h"
#include "sim/recording_lines.h"

struct imported;

enum import_kind {
    IMPORT_SWITCH,  /* `thread` leaves core `cpu` in `state`; `next` takes it */
    IMPORT_WAKING,  /* `thread` can go on, on core `cpu` */
    IMPORT_NEW,     /* `thread` begins to exist */
    IMPORT_EXIT,    /* `thread` will not come back */
    IMPORT_MIGRATE, /* `thread`, which is ready, will run on core `cpu` */
    IMPORT_COST,    /* what core `cpu` has been given in this instant it does not run yet */
    IMPORT_PAID,    /* it does now */
    IMPORT_TIME,    /* nothing happens; the recording goes on at least to here */
};

/* In what state a thread leaves its core. */
enum import_state { LEFT_READY, LEFT_ASLEEP, LEFT_IO, LEFT_DEAD };

enum { NO_THREAD = -1, IDLE_THREAD = -2 };

struct import_event {
    int64_t at;           /* ns, of whatever clock */
    uint32_t order;       /* import_events.c's: settles ties */
    int32_t thread, next; /* as import_thread() numbers them, or the above */
    int32_t cpu;          /* as import_cpu() numbers it; -1: unknown */
    uint8_t kind, state;
};

/* ---- what a format calls -------------------------------------------------------------------- */

/* The thread with this id of the recording's; pid 0 is the idle one.  `name` may be NULL or
 * "<...>": not known; of several the last one stays.  `prio`: the kernel's, 0..139, or -1; the
 * first one stays. */
int32_t import_thread(struct imported *im, int64_t pid, const char *name, size_t len,
                      int64_t prio);
/* A core by its number, at most IMPORT_CPUS - 1; its own name (of that length) or NULL: "cpu3". */
enum { IMPORT_CPUS = 4096 };
int32_t import_cpu(struct imported *im, int64_t number, const char *name);
void import_add(struct imported *im, struct import_event event);
void import_skipped(struct imported *im);         /* a line that says nothing of a schedule */
void import_lost(struct imported *im, int64_t n); /* events that the recorder has dropped */
void import_note(struct imported *im, const char *s); /* something the user should know */

/* A mistake at a byte of the line that `in` gave last; gives false. */
bool import_wrong(struct diags *diags, const struct lines *in, const char *line, size_t len,
                  size_t at, const char *hint, const char *message);

struct import_format {
    const char *name;
    const char *help;   /* one line, no full stop */
    const char *source; /* where it is described */
    /* How likely is it that a text which begins so is of this format: 0, no, to 100? */
    int (*looks)(const char *text, size_t len);
    /* From front to back.  False: `diags`, of the file but without its text, says why. */
    bool (*read)(struct imported *im, struct lines *in, struct diags *diags);
};
extern const struct import_format *const import_formats[]; /* NULL ends it */

/* ---- what a caller does --------------------------------------------------------------------- */

/* `name`: of the file, as title and in messages; `format` NULL: by its content.  The recording
 * becomes file 0 of the writer.  `notes`: sentences on what was skipped or filled in, a line
 * each.  False: diags says why, or the writer failed. */
enum { IMPORT_MAX = 1 << 30 }; /* bytes of a text that is read as a whole */
bool import_lines(const char *name, const char *format, struct lines *in,
                  struct quanta_writer *to, struct text *notes, struct diags *diags);

#endif
