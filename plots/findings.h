/* findings.h - what detectors have found, for reading: part of the summary. */
#ifndef PLOTS_FINDINGS_H
#define PLOTS_FINDINGS_H

#include "plots/summary.h"

/* A place in the file, as " (line 12)"; none where there is none. */
void findings_place(struct text *t, const struct scenario *sc, int64_t place);

void findings_text(struct text *t, const struct findings *f, const struct quanta_look *look);

#endif
