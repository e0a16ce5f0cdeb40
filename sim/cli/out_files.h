/* out_files.h - where an export goes: a file, a folder or standard output, written while the
 * run goes on, and under its name at the end, whole or not at all.
 *
 * Scratch files have no name: they stand beside the output, or where TMPDIR says, and are gone
 * whatever happens. */
#ifndef SIM_CLI_OUT_FILES_H
#define SIM_CLI_OUT_FILES_H

#include "sim/quanta.h"

struct out_files;

/* `path` NULL or "-": standard output, which a folder cannot be.  Never NULL: what cannot be
 * opened is said at the end, as what cannot be written. */
struct out_files *out_files_new(const char *path, bool folder);
struct quanta_writer *out_files_writer(struct out_files *files);

/* The output under its name, or, where `keep` is false, no output; frees.  False: it could
 * not be written; a message is on stderr. */
bool out_files_end(struct out_files *files, bool keep);

#endif
