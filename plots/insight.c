#include "plots/insight.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "plots/axis.h"

char *insight(const struct plot_run *r)
{
    struct longest_wait w = history_longest_wait(r->history);
    struct text t = {0};

    if (w.number >= 0) {
        text_addf(&t, "%s waits ", history_longest_name(r->history));
        axis_time(&t, w.to - w.from);
        text_add(&t, ".");
    }
    return text_take(&t);
}

void insight_free(char *text)
{
    free(text);
}
