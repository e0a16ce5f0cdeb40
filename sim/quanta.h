/* quanta.h - the library: from a config to its results.
 *
 *     char *errors = NULL;
 *     struct quanta_config *cfg = quanta_read("web.json", &errors);
 *     struct quanta_run *run = cfg ? quanta_run(cfg, 0, NULL) : NULL;
 *     int64_t makespan;
 *
 *     if (run && quanta_number(run, "/summary/makespan", &makespan))
 *         printf("%" PRId64 " ns\n", makespan);
 *     quanta_run_free(run);
 *     quanta_config_free(cfg);
 *     quanta_text_free(errors);
 *
 * A config is a file as read; it holds one or more variants, numbered from 0 in
 * the order written.  A run is what came of simulating one of them.  Nothing is
 * global: configs and runs may live side by side.  The library prints nothing and
 * exits never, but for want of memory and for a broken invariant of its own, when
 * it aborts with a message.
 *
 * A recorded trace (what quanta_export() writes as "ndjson", or quanta_import() makes of others'
 * traces) is read as a config is, and has one variant; its run plays what was recorded, so that
 * all that can be asked of a run can be asked of it.
 *
 * Texts given back (char *) are the caller's: quanta_text_free().  Every `errors`
 * may be NULL; otherwise it receives NULL, or messages as the command line prints
 * them, one after the other (file:line:column: error: ...).
 */
#ifndef QUANTA_H
#define QUANTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct quanta_config;
struct quanta_run;

/* Read a file ("-": standard input), or a text of `len` bytes that messages call
 * `name`.  Every mistake in any variant is reported; then NULL is returned. */
struct quanta_config *quanta_read(const char *path, char **errors);
struct quanta_config *quanta_parse(const char *name, const char *text, size_t len,
                                   char **errors);

/* As quanta_read(), with changes applied to the file first: `n` assignments
 * "/pointer=value", the pointer by RFC 6901, the value as JSON. */
struct quanta_config *quanta_read_with(const char *path, const char *const *assignments,
                                       size_t n, char **errors);
void quanta_config_free(struct quanta_config *cfg); /* NULL is fine */

size_t quanta_variants(const struct quanta_config *cfg);
bool quanta_has_variants(const struct quanta_config *cfg); /* the file names them itself */
bool quanta_is_recorded(const struct quanta_config *cfg);
const char *quanta_variant_name(const struct quanta_config *cfg,
                                size_t variant); /* the config's */
const char *quanta_about(const struct quanta_config *cfg, size_t variant);
const char *quanta_title(const struct quanta_config *cfg, size_t variant);

struct quanta_writer;
struct quanta_look;

struct quanta_options {
    bool segments;              /* keep who ran when, for quanta_json() */
    bool tasks;                 /* the tasks object even for more than 1,000 of them */
    bool check;                 /* watch the invariants as it runs: quanta_violations() */
    bool timeline;              /* keep what quanta_timeline() draws */
    bool page;                  /* keep what quanta_page() writes: all that happens */
    bool plot;                  /* keep what quanta_plot() draws; implies numbers and digest */
    int64_t plot_from, plot_to; /* ns; of this part alone, in full detail; 0, 0: all */
    /* Tell the run as a story while it goes on, into file 0 of a writer; NULL: do not. */
    struct quanta_writer *explain_to;
    const struct quanta_look *explain_look; /* never NULL with that */
    bool digest;                            /* quanta_digest() without numbers */
    bool numbers; /* the metrics, which all results but digest and outcome need */
};

/* Simulate a variant.  `options` NULL: numbers and digest.  The run is independent of
 * `cfg` but for its lifetime: free the run first. */
struct quanta_run *quanta_run(const struct quanta_config *cfg, size_t variant,
                              const struct quanta_options *options);
void quanta_run_free(struct quanta_run *run);

/* How it ended: "completed", "until", "deadlock", "fault", "out of memory". */
const char *quanta_outcome(const struct quanta_run *run);
uint64_t quanta_digest(const struct quanta_run *run);
uint64_t quanta_events(const struct quanta_run *run); /* fired by the engine */
int64_t quanta_end(const struct quanta_run *run);     /* ns */
size_t quanta_bytes(const struct quanta_run *run);    /* held by the simulation at its end */

/* Of a recorded trace whose file is no longer what was read: what is wrong with it.  The run is
 * that up to there.  NULL: all is well. */
const char *quanta_trouble(const struct quanta_run *run);

/* The result document, formatted or on one line. */
char *quanta_json(const struct quanta_run *run, bool formatted);

/* A number of the result by JSON Pointer; times in ns, ratios rounded down.  False: there is none. */
bool quanta_number(struct quanta_run *run, const char *pointer, int64_t *number);

/* Expectations of the file that do not hold, a line each; NULL when all do. */
char *quanta_failed_expectations(const struct quanta_run *run);

/* With options->check: the broken invariants, a line each; NULL when there is none. */
char *quanta_violations(const struct quanta_run *run);

struct quanta_look {
    int width;    /* columns; 0: 80 */
    bool ascii;   /* no characters beyond ASCII */
    bool colours; /* ANSI escapes */
    int rows;     /* at most so many task rows; 0: 20 */
    int64_t span; /* ns that the axis has at least: several timelines on one scale */
};
char *quanta_timeline(const struct quanta_run *run, const struct quanta_look *look);
/* ns that the axis of a run's timeline has by itself: all of the run, and some of what never
 * ends. */
int64_t quanta_span(const struct quanta_run *run);
/* What the characters of these runs' timelines mean. */
char *quanta_legend(const struct quanta_run *const *runs, size_t n,
                    const struct quanta_look *look);
char *quanta_summary(const struct quanta_run *run, const struct quanta_look *look);

/* A row a task: arrival, first run, completion, turnaround, waiting, response, CPU time; beyond
 * 1,000 tasks with options->tasks alone. */
char *quanta_task_table(const struct quanta_run *run);

/* One table over `n` runs, the speed-up over the first among its rows. */
char *quanta_comparison(const struct quanta_run *const *runs, size_t n,
                        const struct quanta_look *look);

/* ---- traces for others' tools ------------------------------------------------------- */

struct quanta_format {
    const char *name;   /* as quanta_export() takes it */
    const char *suffix; /* that its files usually have */
    const char *help;   /* one line, no full stop */
    const char *opens;  /* which programs read it */
    bool binary;        /* nothing for a terminal */
    bool folder;        /* the output is a folder of files */
};
const struct quanta_format *quanta_format(size_t i); /* NULL behind the last */
extern const char *const quanta_format_names[];      /* in the same order; NULL ends them */

/* Where an export goes while it is made: files, each written from front to back.  File 0 is
 * the output itself, there from the start, unless the output is a folder.  Whoever gives the
 * functions remembers why one failed; after that none is called. */
struct quanta_writer {
    /* Appends to a file. */
    bool (*write)(struct quanta_writer *w, int file, const void *bytes, size_t n);
    /* Another file: in the folder that the output is; `name` NULL: a scratch file.  -1: failed. */
    int (*open)(struct quanta_writer *w, const char *name);
    /* Appends the content of a scratch file to another file; the scratch file is gone then. */
    bool (*append)(struct quanta_writer *w, int file, int scratch);
    /* Reads back what a scratch file has at a byte; quanta_import() alone needs it, for long
     * traces.  NULL: they are in memory. */
    bool (*read)(struct quanta_writer *w, int scratch, uint64_t at, void *bytes, size_t n);
};

/* Writes a variant in a format, for which most of them simulate it; memory does not grow with
 * the length of the run.  False: the writer failed, or the format cannot say what the config
 * does (`errors` says what and where). */
bool quanta_export(const struct quanta_config *cfg, size_t variant, const char *format,
                   struct quanta_writer *writer, char **errors);

/* ---- pictures -------------------------------------------------------------------------- */

enum quanta_theme { QUANTA_LIGHT, QUANTA_DARK, QUANTA_PRINT };
enum quanta_rows { QUANTA_BOTH, QUANTA_CORES, QUANTA_TASKS };

struct quanta_picture {
    const char *kind; /* one of quanta_plot_kinds; NULL: the first */
    int width;        /* pixels, at least 640; 0: 1640 */
    enum quanta_theme theme;
    enum quanta_rows rows; /* of a timeline */
    const char
        *command; /* options that the runs were made with, for who wants to repeat it; NULL:
                          * none */
};

/* One picture of `n` runs, all made with options->plot and of the same part: an SVG text, with
 * the same bytes on every machine. */
char *quanta_plot(const struct quanta_run *const *runs, size_t n,
                  const struct quanta_picture *look);

/* A number of the result, in the unit that it has: ns, or 10^-9 of a ratio.  False: there is
 * none. */
enum quanta_unit { QUANTA_TIME, QUANTA_COUNT, QUANTA_RATIO };
bool quanta_measure(struct quanta_run *run, const char *pointer, int64_t *value,
                    enum quanta_unit *unit);

/* A metric against a parameter, a curve a series. */
struct quanta_sweep {
    const char *title, *file;
    const char *parameter, *metric;            /* JSON Pointers */
    const char *const *values, *const *series; /* as they are labelled */
    size_t nvalues, nseries;
    enum quanta_unit unit;
    const int64_t *points; /* of the first series, then of the next; INT64_MIN: none */
};
char *quanta_plot_sweep(const struct quanta_sweep *sweep, const struct quanta_picture *look);

/* Who waits for whom for ever in these runs, as Graphviz reads it (DOT). */
char *quanta_waits(const struct quanta_run *const *runs, size_t n);

/* The kinds of pictures; NULL ends them. */
extern const char *const quanta_plot_kinds[];
const char *quanta_plot_help(size_t kind); /* one line, no full stop */

/* A duration as configs write it, "2.5ms", in ns; false: it is none. */
bool quanta_time(const char *text, int64_t *ns);
/* One HTML page to explore `n` runs in a browser, the first one uppermost, each with
 * options->page and numbers.  It needs no other file and no network.  False: the writer failed. */
bool quanta_page(const struct quanta_run *const *runs, size_t n, struct quanta_writer *writer);

/* Makes a recorded trace, file 0 of the writer, of a schedule that others have recorded ("-":
 * standard input).  The kernel's formats may be of any length: what does not fit into a few MB
 * goes through a scratch file.  `format` NULL: whichever it looks like.  `notes`, which may be NULL: what was
 * found, skipped and filled in, a line each.  False: the writer failed, or `errors` says why. */
extern const char *const quanta_import_names[]; /* NULL ends them */
const char *quanta_import_help(size_t format);  /* one line, no full stop; NULL: none such */
bool quanta_import(const char *path, const char *format, struct quanta_writer *writer,
                   char **notes, char **errors);

/* The first instant at which two runs differ, what each did then, which inputs differ, and what
 * comes of it; with `look` NULL as a JSON document.  Each is run three times, as nothing of them
 * is kept; tasks are compared by their names.  NULL: they cannot be compared, and `errors` says
 * why. */
char *quanta_diff(const struct quanta_config *a, size_t variant_a,
                  const struct quanta_config *b, size_t variant_b,
                  const struct quanta_look *look, bool *differ, char **errors);

/* From the tables of the models: the JSON Schema of configs; what `quanta models`
 * prints, of all or of those called `name`, NULL where there is no such name. */
char *quanta_schema(void);
char *quanta_models(const char *name);

void quanta_text_free(char *text); /* NULL is fine */
const char *quanta_version(void);

#ifdef __cplusplus
}
#endif

#endif
