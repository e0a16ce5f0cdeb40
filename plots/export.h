/* export.h - what is written for others' tools: a table of formats, a file each.
 *
 * A format is one constant of this type, in one file, named in export_list.h.  It is of one
 * of two kinds: it listens to a run, record by record, and writes as the run goes on; or it
 * translates the config into another language, and nothing runs.
 *
 * What listens keeps memory proportional to what is alive, never to the length of the run:
 * what a format wants in front of what is known only later (counts, names, a core's events in
 * one piece) goes to a scratch file and is appended when its turn has come (export_file.h).
 */
#ifndef PLOTS_EXPORT_H
#define PLOTS_EXPORT_H

#include "plots/export_file.h"
#include "sim/config.h"
#include "sim/diag.h"
#include "sim/quanta.h"
#include "sim/scenario.h"
#include "sim/sim.h"
#include "sim/trace.h"

/* Where an export comes from: the variant as a scenario, and as the file has it. */
struct export_source {
    const struct config *config;
    size_t variant;
    const struct scenario *sc;
    bool foreign; /* recorded on a real machine */
};

/* A format at work: the first member of the format's own struct. */
struct exporter {
    struct trace_sink sink; /* finish() writes the rest */
    /* Optional: before the first record, and behind finish(). */
    void (*begin)(struct exporter *ex, const struct export_source *from);
    void (*end)(struct exporter *ex, enum outcome outcome);
    void (*free)(struct exporter *ex);
};

struct export_format {
    struct quanta_format is; /* the part that everybody sees */
    const char *source;      /* where the format is described */

    /* Listens: made before the run.  NULL: it translates. */
    struct exporter *(*start)(const struct scenario *sc, struct export_out *out);

    /* Translates, all into `to`.  False: it cannot say this, and `diags` says why. */
    bool (*translate)(const struct export_source *from, struct text *to, struct diags *diags);
};

extern const struct export_format *const export_formats[]; /* NULL ends it */
const struct export_format *export_find(const char *name); /* NULL: there is none */

#endif
