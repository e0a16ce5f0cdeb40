/* diff_deeds.c - what one run did in the instant in which it parts from the other, in words. */
#include <string.h>

#include "plots/diff.h"

enum { PHRASES_MAX = 8, NAMES_MAX = 6 };

struct phrases {
    struct text *t;
    size_t n;
    const struct diff *d;
    int side;
};

static bool phrase(struct phrases *p)
{
    if (p->n++ < PHRASES_MAX)
        text_add(p->t, p->n > 1 ? "; " : "");
    return p->n <= PHRASES_MAX;
}

static const struct diff_view *view_of(const struct phrases *p)
{
    return &p->d->views[p->side];
}

static int32_t ncores(const struct phrases *p)
{
    return p->d->sides[p->side].sc->machine.ncores;
}

/* "the core" where there is but one in both. */
static const char *core_name(const struct phrases *p, int32_t core)
{
    if (p->d->sides[0].sc->machine.ncores == 1 && p->d->sides[1].sc->machine.ncores == 1)
        return "the core";
    return p->d->sides[p->side].sc->machine.cores[core].name;
}

/* The first deed of these kinds on the core; the last where `last`; NULL: none. */
static const struct diff_deed *on_core(const struct diff_view *v, int32_t core, uint64_t kinds,
                                       bool last)
{
    const struct diff_deed *found = NULL;

    for (size_t i = 0; i < v->ndeeds && (last || !found); i++)
        if (v->deeds[i].core == core && (kinds >> v->deeds[i].kind & 1))
            found = &v->deeds[i];
    return found;
}

static const struct diff_deed *deed_of(const struct diff_view *v, const char *task,
                                       enum trace_kind kind)
{
    for (size_t i = 0; i < v->ndeeds; i++)
        if (v->deeds[i].kind == kind && v->deeds[i].task && strcmp(v->deeds[i].task, task) == 0)
            return &v->deeds[i];
    return NULL;
}

static const char *waits_for(const struct phrases *p, const char *task)
{
    const struct diff_deed *block = deed_of(view_of(p), task, TR_BLOCK);

    return !block         ? "something"
           : block->place ? block->place
           : block->text  ? block->text
                          : block_why_name((enum block_why)block->why);
}

/* ", while B, C and D are ready": who waited before, and was not chosen yet. */
static void add_waiting(struct phrases *p, const char *but)
{
    const struct diff_view *v = view_of(p);
    const char *names[NAMES_MAX];
    size_t n = 0, more = 0;

    for (size_t i = 0; i < v->ntasks; i++) {
        if (v->tasks[i].where != WHERE_READY || (but && strcmp(v->tasks[i].name, but) == 0))
            continue;
        if (n < NAMES_MAX)
            names[n++] = v->tasks[i].name;
        else
            more++;
    }
    for (size_t i = 0; i < n; i++)
        text_addf(p->t, "%s%s",
                  i == 0                    ? " while "
                  : i + 1 == n && more == 0 ? " and "
                                            : ", ",
                  names[i]);
    if (more > 0)
        text_addf(p->t, " and %zu more", more);
    if (n > 0)
        text_add(p->t, n + more == 1 ? " is ready" : " are ready");
}

/* `stop`'s task leaves the core. */
static void add_stop(struct phrases *p, const struct diff_deed *stop)
{
    switch ((enum stop_why)stop->why) {
    case STOP_EXPIRED:
        text_addf(p->t, "%s's slice is over", stop->task);
        add_waiting(p, stop->task);
        break;
    case STOP_PREEMPTED:
        text_addf(p->t, "%s loses %s", stop->task, core_name(p, stop->core));
        break;
    case STOP_YIELDED:
        text_addf(p->t, "%s gives %s up", stop->task, core_name(p, stop->core));
        break;
    case STOP_BLOCKED:
        text_addf(p->t, "%s waits for %s", stop->task, waits_for(p, stop->task));
        break;
    case STOP_DONE:
        text_addf(p->t, "%s ends", stop->task);
        break;
    case STOP_COUNT:
        break;
    }
}

static void tell_core(struct phrases *p, int32_t core)
{
    const uint64_t comes = TRACE_BIT(RUN) | TRACE_BIT(SWITCH);
    const struct diff_view *v = view_of(p), *other = &p->d->views[!p->side];
    const struct diff_deed *stop = on_core(v, core, TRACE_BIT(STOP), false);
    const struct diff_deed *next = on_core(v, core, comes, true);
    const char *before = diff_on_core(v, core);

    if (stop && next && stop->why == STOP_PREEMPTED) {
        if (phrase(p))
            text_addf(p->t, "%s takes %s from %s", next->task, core_name(p, core), stop->task);
    } else if (stop) {
        if (phrase(p))
            add_stop(p, stop);
        if (next && phrase(p))
            text_addf(p->t, "%s goes to %s", core_name(p, core), next->task);
    } else if (next && before && strcmp(before, next->task) == 0) {
        if (phrase(p))
            text_addf(p->t, "the switch is over, and %s runs", before);
    } else if (next) {
        if (phrase(p))
            text_addf(p->t, "%s goes to %s", core_name(p, core), next->task);
    } else if (on_core(other, core, comes | TRACE_BIT(STOP), false)) {
        if (!phrase(p))
            return;
        if (before)
            text_addf(p->t, "%s %s%s", before, ncores(p) > 1 ? "stays on " : "goes on",
                      ncores(p) > 1 ? core_name(p, core) : "");
        else
            text_addf(p->t, "%s idles", core_name(p, core));
    }
}

/* What happens to no core. */
static void tell_deed(struct phrases *p, const struct diff_deed *deed)
{
    static const char *const formats[TR_COUNT] = {
        [TR_ARRIVE] = "%s arrives",         [TR_SUBMIT] = "%s asks %s",
        [TR_SERVE] = "%s is served by %s",  [TR_REPLY] = "%s has its answer from %s",
        [TR_ACQUIRE] = "%s gets %s",        [TR_RELEASE] = "%s gives %s back",
        [TR_DEADLOCK] = "%s is deadlocked", [TR_REJECT] = "%s is turned away by %s",
    };
    const char *format = formats[deed->kind];

    if (deed->kind == TR_READY && (deed->why == READY_WOKEN || deed->why == READY_NEW)) {
        if (!deed_of(view_of(p), deed->task, TR_RUN) && phrase(p))
            text_addf(p->t, "%s is ready", deed->task);
    } else if (deed->kind == TR_LOG || deed->kind == TR_FAULT) {
        if (phrase(p))
            text_addf(p->t, deed->kind == TR_LOG ? "%s says \"%.100s\"" : "%s fails: %.200s",
                      deed->task, deed->text);
    } else if (format && phrase(p)) {
        const char *place = deed->place ? deed->place : "";

        for (; *format; format++) {
            if (*format != '%') {
                text_add_len(p->t, format, 1);
                continue;
            }
            text_add(p->t, format == formats[deed->kind] ? deed->task : place);
            format++;
        }
    }
}

/* Who takes a core over there, and does nothing here. */
static void tell_left_out(struct phrases *p)
{
    const struct diff_view *other = &p->d->views[!p->side];
    size_t n = 0;

    for (size_t i = 0; i < other->ndeeds; i++) {
        const struct diff_deed *deed = &other->deeds[i];

        if (deed->kind != TR_RUN || !deed->task || n >= NAMES_MAX)
            continue;
        text_addf(p->t, "%s%s", n ? ", " : "", deed->task);
        n++;
    }
    text_add(p->t, n == 0   ? "nothing of this"
                   : n == 1 ? " does not run yet"
                            : " do not run yet");
}

void diff_deeds(struct text *t, const struct diff *d, int side)
{
    struct phrases p = {.t = t, .d = d, .side = side};
    const struct diff_view *v = &d->views[side];

    for (int32_t core = 0; core < ncores(&p); core++)
        tell_core(&p, core);
    for (size_t i = 0; i < v->ndeeds; i++)
        if (v->deeds[i].core < 0)
            tell_deed(&p, &v->deeds[i]);
    if (v->ended && !d->views[!side].ended && phrase(&p))
        text_add(t, "the run is over");
    if (p.n == 0)
        tell_left_out(&p);
    if (p.n > PHRASES_MAX)
        text_addf(t, "; and %zu things more", p.n - PHRASES_MAX);
}
