/* record_names.h - what the numbers of a record are called in the file that was run. */
#ifndef PLOTS_RECORD_NAMES_H
#define PLOTS_RECORD_NAMES_H

#include "sim/scenario.h"
#include "sim/trace.h"

/* The core, device, sync object, executor, loop or variable that `place` names, perhaps in
 * `buf`; NULL where it names none. */
const char *record_place(const struct scenario *sc, const struct trace_rec *rec,
                         char buf[TASK_NAME_SIZE]);

/* The word that `arg` stands for, as reasons and modes have one; NULL where it is a number. */
const char *record_word(const struct trace_rec *rec);

#endif
