/* job.h - what run, compare and check have in common: reading, running, exit codes. */
#ifndef SIM_CLI_JOB_H
#define SIM_CLI_JOB_H

#include "sim/cli/args.h"
#include "sim/cli/out.h"
#include "sim/quanta.h"

/* Remembers the one of several exit codes that comes first. */
void code_add(int *code, int more);

/* The file, with --set and its kin applied; NULL: the messages are on stderr. */
struct quanta_config *job_read(const struct args *args, const char *path);

/* The number of the variant, as --variant names it; -1: complained. */
int job_variant(const struct args *args, const struct quanta_config *cfg);

/* Runs it; what is wrong with the run goes to stderr and into *code. */
struct quanta_run *job_run(const struct args *args, const struct quanta_config *cfg,
                           size_t variant, bool timeline, int *code);

/* Likewise, telling it into `writer`. */
struct quanta_run *job_explain(const struct args *args, const struct quanta_config *cfg,
                               size_t variant, struct quanta_writer *writer,
                               const struct quanta_look *look, int *code);

void out_take(struct out *out, char *text); /* writes and frees */

/* Finishes and releases; adds to *code where it cannot write. */
void job_end(struct out *out, int *code);

/* The file's title and explanation. */
void job_title(struct out *out, const struct quanta_config *cfg, size_t variant,
               const struct quanta_look *look);

/* What the characters of these timelines mean, and an empty line. */
void job_legend(struct out *out, const struct quanta_run *const *runs, size_t n,
                const struct quanta_look *look);

#endif
