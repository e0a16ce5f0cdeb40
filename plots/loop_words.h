/* loop_words.h - what loops do, in words that the text outputs share. */
#ifndef PLOTS_LOOP_WORDS_H
#define PLOTS_LOOP_WORDS_H

#include "sim/metrics.h"

/* A call as what somebody's one is called: "timer callback" of A's. */
const char *loop_call_words(enum call_kind call);

/* "blocked 60 ms from 3 ms by heavy's first run (line 8); 6 callbacks waited": who held a loop. */
void loop_hold_words(struct text *t, const struct metrics *m, const struct loop_hold *h);

#endif
