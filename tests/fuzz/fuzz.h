/* fuzz.h - what the fuzz targets share.
 *
 * A target is one file with LLVMFuzzerTestOneInput(); all of them are built and run by
 * `make fuzz`, each with the seeds that run.sh makes for it.  What holds of every input is
 * asserted there: that nothing crashes is not all that can be asked of a simulator. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "sim/quanta.h"
#include "sim/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A target may have one of its own; and libFuzzer's. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

/* The input as a text; the caller frees it. */
char *fuzz_text(const uint8_t *data, size_t size);

/* A config of which every variant is small, each cut to the part that is short; NULL: it is
 * wrong, or large.  The run up to there goes under the checker, and nothing may be found. */
struct quanta_config *fuzz_config(const char *text, size_t size);

/* A writer into memory. */
struct fuzz_files {
    struct quanta_writer writer;
    struct text *list; /* file 0 is the output */
    int n;
};
void fuzz_files_init(struct fuzz_files *files);
void fuzz_files_release(struct fuzz_files *files);

/* A variant as a recorded trace; the caller frees it. */
char *fuzz_record(const struct quanta_config *cfg, size_t variant);

/* Changes a text of lines: lines go, come twice, change places; numbers become those of other
 * lines, their neighbours, or hard ones; the first `head` lines are mostly left alone. */
size_t fuzz_mutate_lines(uint8_t *data, size_t size, size_t max, unsigned int seed,
                         size_t head);

#endif
