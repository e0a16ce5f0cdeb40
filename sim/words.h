/* words.h - texts that programs make while they run: what a message says, why something was
 * thrown.  Shared by all that hold one, and gone with the last; a simulation frees those that
 * are left at its end. */
#ifndef SIM_WORDS_H
#define SIM_WORDS_H

#include "sim/base.h"

struct words {
    struct list link; /* among all of the simulation */
    uint32_t uses;
    char text[];
};

/* A copy of `text`, in `all`, used once. */
struct words *words_new(struct list *all, const char *text);
struct words *words_use(struct words *w); /* NULL: none */
void words_drop(struct words *w);         /* NULL: none */
void words_free_all(struct list *all);

/* A whole decimal number, and nothing else?  Then *value is it. */
bool words_number(const char *text, int64_t *value);

#endif
