#include "plots/loop_words.h"

#include <inttypes.h>

#include "plots/findings.h"

/* A callback of more holds a loop noticeably, also where nothing happens to wait. */
#define BLOCKED_FROM MS(10)

const char *loop_call_words(enum call_kind call)
{
    static const char *const words[CALL_COUNT] = {
        [CALL_SCRIPT] = "script",
        [CALL_TASK] = "first run",
        [CALL_TIMER] = "timer callback",
        [CALL_INTERVAL] = "interval callback",
        [CALL_IMMEDIATE] = "immediate",
        [CALL_TICK] = "nextTick callback",
        [CALL_MICROTASK] = "microtask",
        [CALL_REACTION] = "promise reaction",
        [CALL_ADOPTION] = "promise adoption",
        [CALL_CONTINUATION] = "code behind await",
        [CALL_IO] = "reply callback",
        [CALL_WORK] = "work callback",
        [CALL_JOIN] = "join callback",
        [CALL_PERIOD] = "next job",
        [CALL_CLOSE] = "close callback",
        [CALL_MESSAGE] = "message callback",
        [CALL_FRAME] = "animation frame",
        [CALL_EVENT] = "listener",
    };

    return words[call] ? words[call] : call_kind_name(call);
}

void loop_hold_words(struct text *t, const struct metrics *m, const struct loop_hold *h)
{
    char a[TIME_TEXT_SIZE], b[TIME_TEXT_SIZE], name[TASK_NAME_SIZE];

    text_addf(t, "%s %s from %s by %s's %s",
              h->time > BLOCKED_FROM || h->waited > 0 ? "blocked" : "held",
              time_text(h->time, a), time_text(h->at, b), metrics_hold_name(m, h, name),
              loop_call_words(h->call));
    findings_place(t, m->sc, h->place);
    if (h->drain > 0 && h->drain < h->time)
        text_addf(t, ", %s of it ticks and microtasks", time_text(h->drain, a));
    if (h->waited > 0)
        text_addf(t, "; %" PRId64 " callback%s waited", h->waited, h->waited == 1 ? "" : "s");
}
