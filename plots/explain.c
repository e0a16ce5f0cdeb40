#include "plots/explain.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "models/executors/executor.h"
#include "models/schedulers/sched.h"
#include "plots/explain_state.h"
#include "plots/findings.h"
#include "plots/glyphs.h"

enum { TIME_COLUMNS = 11, LEVEL = 2, FRAMES_SHOWN = 12 };

/* ---- lines ----------------------------------------------------------------------------------- */

static void write_out(struct explain *e, const struct text *t)
{
    if (!e->failed && t->len > 0)
        e->failed = !e->writer->write(e->writer, 0, t->data, t->len);
}

struct text *explain_line(struct explain *e)
{
    e->line.len = 0;
    return &e->line;
}

struct text *explain_line_of(struct explain *e, int32_t loop)
{
    char buf[TASK_NAME_SIZE];

    explain_line(e);
    if (e->nloops > 1 && loop >= 0 && loop != e->at_loop)
        text_addf(&e->line, "[%s] ", scenario_loop_name(e->sc, loop, buf));
    if (loop >= 0)
        e->at_loop = loop;
    return &e->line;
}

/* Breaks `words` at blanks, the first line behind what stands in `to`. */
static void break_words(struct text *to, const char *words, size_t indent, size_t width)
{
    size_t column = glyph_columns(to->data); /* a long time may have pushed it */
    size_t room = width > indent + 20 ? width : indent + 20;
    bool first = true;

    while (*words) {
        size_t len = strcspn(words, " \n");
        char word[400];
        size_t columns;

        len = len < sizeof(word) ? len : sizeof(word) - 1;
        memcpy(word, words, len);
        word[len] = '\0';
        columns = glyph_columns(word);
        if (!first && column + 1 + columns > room) {
            text_add(to, "\n");
            text_pad(to, ' ', indent + LEVEL);
            column = indent + LEVEL;
        } else if (!first) {
            text_add(to, " ");
            column++;
        }
        text_add(to, word);
        first = false;
        column += columns;
        words += len;
        words += strspn(words, " \n");
    }
    text_add(to, "\n");
}

static void say(struct explain *e, const struct text *line, sim_time at, int level)
{
    char time[TIME_TEXT_SIZE] = "";
    size_t indent = (size_t)level * LEVEL;
    size_t width = (size_t)(e->look.width > 0 ? e->look.width : 80);

    if (at != e->told_at)
        (void)time_text(at, time);
    e->told_at = at;
    e->broken.len = 0;
    text_addf(&e->broken, "%*s  ", TIME_COLUMNS, time);
    text_pad(&e->broken, ' ', indent);
    break_words(&e->broken, line->data, TIME_COLUMNS + 2 + indent, width);
    write_out(e, &e->broken);
}

void explain_say(struct explain *e, sim_time at, int level)
{
    if (e->later.len > 0)
        say(e, &e->later, e->later_at, 0);
    e->later.len = 0;
    say(e, &e->line, at, level);
}

void explain_say_later(struct explain *e, sim_time at)
{
    struct text line = e->later;

    if (line.len > 0)
        say(e, &line, e->later_at, 0);
    line.len = 0;
    e->later = e->line;
    e->line = line;
    e->later_at = at;
}

/* ---- names ----------------------------------------------------------------------------------- */

const char *explain_name(const struct explain *e, int32_t slot)
{
    return task_names_of(&e->names, slot);
}

void explain_place(struct explain *e, int64_t place)
{
    findings_place(&e->line, e->sc, place);
}

struct told_task *explain_task(struct explain *e, int32_t slot)
{
    sim_assert(slot >= 0 && (size_t)slot < e->ntasks);
    return &e->tasks[slot];
}

static void arrives(struct explain *e, const struct trace_rec *rec)
{
    struct told_task *t;

    task_names_arrive(&e->names, rec);
    e->tasks = array_reach(e->tasks, &e->ntasks, (size_t)rec->task, sizeof(*e->tasks));
    t = &e->tasks[rec->task];
    *t = (struct told_task){.ready_at = -1, .next = -1, .prev = -1, .loop = -1};
    t->helper = task_names_helper(&e->names, rec->task);
    t->on_loop = !t->helper && e->sc->executors[e->sc->tasks[rec->arg].executor].model->is_loop;
    t->pooled =
        t->helper && rec->arg == e->sc->executors[e->sc->tasks[rec->arg].executor].helper;
    t->switches = t->helper &&
                  rec->arg == e->sc->executors[e->sc->tasks[rec->arg].executor].own &&
                  !e->sc->executors[e->sc->tasks[rec->arg].executor].model->is_loop;
    if (t->pooled)
        e->pools[e->sc->tasks[rec->arg].executor].threads++;
    if (t->helper)
        return;
    if (e->sc->tasks[rec->arg].script)
        return;
    text_addf(explain_line(e), "%s arrives", explain_name(e, rec->task));
    explain_say(e, rec->at, 0);
}

void explain_frame(struct explain *e, const struct trace_rec *rec, int depth, const char *who)
{
    int shown = depth < FRAMES_SHOWN ? depth : FRAMES_SHOWN;
    struct text *line;

    if (depth > FRAMES_SHOWN || (depth == FRAMES_SHOWN && !rec->arg))
        return;
    line = explain_line_of(e, rec->place);
    if (depth == FRAMES_SHOWN)
        text_add(line, "... and deeper");
    else if (rec->arg)
        text_addf(line, "%scall stack: %s()", who, rec->text);
    else
        text_addf(line, "%s%s() leaves the call stack", who, rec->text);
    if (rec->arg && depth < FRAMES_SHOWN)
        explain_place(e, rec->extra);
    explain_say(e, rec->at, shown);
}

/* ---- what both kinds of threads do ------------------------------------------------------------- */

int32_t explain_calling(const struct explain *e, int32_t slot)
{
    for (int32_t i = 0; slot >= 0 && i < e->nloops; i++)
        if (e->loops[i].calling == slot)
            return i;
    return -1;
}

/* Within a callback what happens stands under it, and under the functions that it has called. */
static int level_of(const struct explain *e, int32_t slot)
{
    int32_t loop = explain_calling(e, slot);

    if (loop < 0)
        return 0;
    return 1 + (e->loops[loop].depth < FRAMES_SHOWN ? e->loops[loop].depth : FRAMES_SHOWN);
}

static void says(struct explain *e, const struct trace_rec *rec)
{
    int level = level_of(e, rec->task);

    if (rec->kind == TR_FAULT)
        explain_task(e, rec->task)->faulted = true;
    if (rec->kind == TR_FAULT)
        text_addf(explain_line_of(e, explain_calling(e, rec->task)), "fault: %s: %s",
                  explain_name(e, rec->task), rec->text);
    else if (level > 0)
        text_addf(explain_line_of(e, explain_calling(e, rec->task)), "prints \"%s\"",
                  rec->text);
    else
        text_addf(explain_line(e), "%s prints \"%s\"", explain_name(e, rec->task), rec->text);
    if (rec->kind == TR_FAULT)
        explain_place(e, rec->arg);
    explain_say(e, rec->at, level);
}

static void owns(struct explain *e, const struct trace_rec *rec)
{
    if (rec->arg >= HOLD_ORDER)
        return;
    text_addf(explain_line(e), "%s %s %s%s", explain_name(e, rec->task),
              rec->kind == TR_ACQUIRE ? "takes" : "gives back", e->sc->syncs[rec->place].name,
              rec->arg == HOLD_SHARED ? ", to read" : "");
    explain_place(e, rec->extra);
    explain_say(e, rec->at, level_of(e, rec->task));
}

static void serves(struct explain *e, const struct trace_rec *rec)
{
    char time[TIME_TEXT_SIZE];

    text_addf(explain_line(e), "%s begins with the request of %s: %s",
              e->sc->devices[rec->place].name, explain_name(e, rec->task),
              time_text(rec->arg, time));
    explain_say(e, rec->at, level_of(e, rec->task));
}

static void stuck(struct explain *e, const struct trace_rec *rec)
{
    text_addf(explain_line(e), "%s waits for ever for %s", explain_name(e, rec->task),
              rec->text);
    explain_place(e, rec->extra);
    if (rec->arg >= 0)
        text_addf(&e->line, ", held by %s", explain_name(e, (int32_t)rec->arg));
    explain_say(e, rec->at, 0);
}

static void ends(struct explain *e, const struct trace_rec *rec)
{
    const struct told_task *t = explain_task(e, rec->task);
    const char *how = "";

    if (rec->arg == DONE_FAULT)
        how = t->faulted || !t->on_loop ? ", by its fault" : ", as its process has";
    text_addf(explain_line(e), "%s has ended%s", explain_name(e, rec->task), how);
    explain_say(e, rec->at, 0);
}

static void record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct explain *e = container_of(sink, struct explain, sink);

    switch ((enum trace_kind)rec->kind) {
    case TR_ARRIVE:
        arrives(e, rec);
        break;
    case TR_LOG:
    case TR_FAULT:
        says(e, rec);
        break;
    case TR_ACQUIRE:
    case TR_RELEASE:
        owns(e, rec);
        break;
    case TR_SERVE:
        serves(e, rec);
        break;
    case TR_DEADLOCK:
        stuck(e, rec);
        break;
    case TR_DONE:
        ends(e, rec);
        break;
    case TR_REJECT:
        text_addf(explain_line(e), "%s takes no more: a task is rejected",
                  e->sc->executors[rec->place].name);
        explain_say(e, rec->at, 0);
        break;
    case TR_READY:
    case TR_SWITCH:
    case TR_RUN:
    case TR_STOP:
    case TR_BLOCK:
        explain_core(e, rec);
        break;
    default:
        explain_loop(e, rec);
        break;
    }
}

/* ---- the whole ----------------------------------------------------------------------------------- */

static void opening(struct explain *e)
{
    const struct sched_policy *p = e->sc->machine.policy;
    bool threads = false;

    for (int32_t i = 0; i < e->sc->ntasks; i++)
        threads = threads || !e->sc->executors[e->sc->tasks[i].executor].model->is_loop;
    if (!threads)
        return;
    text_addf(explain_line(e), "the cores take ready threads by %s: %s", p->name, p->help);
    explain_say(e, 0, 0);
}

struct explain *explain_new(const struct scenario *sc, const struct quanta_look *look,
                            struct quanta_writer *writer)
{
    struct explain *e = sim_calloc(1, sizeof(*e));

    e->sc = sc;
    e->look = *look;
    e->writer = writer;
    e->sink.kinds = TRACE_COURSE | TRACE_LOOPS;
    e->sink.record = record;
    e->told_at = -1;
    e->at_loop = -1;
    e->first_ready = e->last_ready = -1;
    task_names_init(&e->names, sc);
    e->nloops = scenario_loops(sc);
    e->loops = sim_calloc((size_t)e->nloops + 1, sizeof(*e->loops));
    for (int32_t i = 0; i < e->nloops; i++) {
        e->loops[i].stage = STAGE_WAIT;
        e->loops[i].calling = -1;
    }
    e->pools = sim_calloc((size_t)sc->nexecutors + 1, sizeof(*e->pools));
    opening(e);
    return e;
}

struct trace_sink *explain_sink(struct explain *e)
{
    return &e->sink;
}

void explain_free(struct explain *e)
{
    if (!e)
        return;
    task_names_release(&e->names);
    text_release(&e->line);
    text_release(&e->later);
    text_release(&e->broken);
    free(e->tasks);
    free(e->loops);
    free(e->pools);
    free(e);
}
