/* picture.h - the kinds of files that pictures are written as: a table, chosen by suffix. */
#ifndef SIM_CLI_PICTURE_H
#define SIM_CLI_PICTURE_H

#include "sim/base.h"
#include "sim/quanta.h"

/* All that is known when a picture is made. */
struct picture {
    const struct quanta_run *const *runs;
    size_t n;
    const struct quanta_config *const *of; /* whose run each is, and which variant of it */
    const size_t *variants;
    const struct quanta_sweep *sweep; /* instead of runs; NULL: none */
    struct quanta_picture look;
    int scale; /* pixels of a raster for one of the picture */
};

struct picture_output {
    const char *suffix; /* ".svg" */
    const char *help;   /* one line, no full stop */
    bool binary;        /* nothing for a terminal */
    const char *kind;   /* the only kind of picture that it can be; NULL: any */
    /* What the runs must keep for it; NULL: what quanta_plot() draws. */
    void (*prepare)(struct quanta_options *options);
    /* Appends the file to `out`.  False: `error` says why, as "cannot write FILE: WHY" would. */
    bool (*make)(const struct picture *p, struct text *out, struct text *error);
    /* Instead of `make`: writes the file as it goes, for what may be large.  False: it could not,
     * which the writer tells. */
    bool (*stream)(const struct picture *p, struct quanta_writer *writer);
    /* Why this build has it not, and what to install; NULL: it has. */
    const char *missing;
};

/* The picture itself; the caller frees it. */
char *picture_svg(const struct picture *p);

extern const struct picture_output
    *const picture_outputs[]; /* NULL ends it; the first is the default */

/* By the suffix of `path`; NULL: there is none. */
const struct picture_output *picture_output_of(const char *path);

#endif
