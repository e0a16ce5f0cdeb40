/* page_facts.c - what a page knows of a run beside its records. */
#include "plots/page_parts.h"
#include "plots/page_story.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <string.h>

#include "models/devices/device.h"
#include "models/executors/executor.h"
#include "models/schedulers/sched.h"
#include "models/sync/sync.h"

/* ---- texts ----------------------------------------------------------------------------------- */

/* Bytes of the UTF-8 sequence at `s`, as RFC 3629 has them; 0: it is none. */
static size_t utf8_length(const unsigned char *s)
{
    size_t n = s[0] < 0x80             ? 1
               : (s[0] & 0xE0) == 0xC0 ? 2
               : (s[0] & 0xF0) == 0xE0 ? 3
               : (s[0] & 0xF8) == 0xF0 ? 4
                                       : 0;

    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    if ((n == 2 && s[0] < 0xC2) || (n == 3 && s[0] == 0xE0 && s[1] < 0xA0) ||
        (n == 3 && s[0] == 0xED && s[1] > 0x9F) || (n == 4 && s[0] == 0xF0 && s[1] < 0x90) ||
        (n == 4 && (s[0] > 0xF4 || (s[0] == 0xF4 && s[1] > 0x8F))))
        return 0;
    return n;
}

void json_text(struct text *t, const char *s)
{
    text_add(t, "\"");
    while (*s) {
        size_t n = utf8_length((const unsigned char *)s);

        if (n == 0)
            text_add(t, "\xEF\xBF\xBD");
        else if (*s == '"' || *s == '\\')
            text_addf(t, "\\%c", *s);
        else if ((unsigned char)*s < 0x20 || *s == '<' || *s == '>' || *s == '&')
            text_addf(t, "\\u%04x", (unsigned)(unsigned char)*s);
        else
            text_add_len(t, s, n);
        s += n > 0 ? n : 1;
    }
    text_add(t, "\"");
}

static void key(struct text *t, const char *name)
{
    if (t->len > 0 && !strchr("{[", t->data[t->len - 1]))
        text_add(t, ",");
    json_text(t, name);
    text_add(t, ":");
}

static void add_text(struct text *t, const char *name, const char *value)
{
    key(t, name);
    json_text(t, value ? value : "");
}

static void add_number(struct text *t, const char *name, int64_t value)
{
    key(t, name);
    text_addf(t, "%" PRId64, value);
}

static void next_of(struct text *t, size_t i)
{
    if (i > 0)
        text_add(t, ",");
}

/* ---- what models say of themselves -------------------------------------------------------------- */

/* A key and its value, as one would say it; false: it has no short one. */
static bool say_param(struct text *t, const struct param *p, const void *params)
{
    const char *field = (const char *)params + p->offset;
    char buf[TIME_TEXT_SIZE];

    switch (p->type) {
    case PARAM_TIME:
        if (*(const sim_time *)(const void *)field == 0)
            return false; /* off, or the model's own choice */
        text_addf(t, "%s %s", p->name, time_text(*(const sim_time *)(const void *)field, buf));
        return true;
    case PARAM_INT:
        text_addf(t, "%s %" PRId64, p->name, *(const int64_t *)(const void *)field);
        return true;
    case PARAM_BOOL:
        text_add(t, p->name);
        return *(const bool *)(const void *)field;
    case PARAM_ENUM:
        text_addf(t, "%s %s", p->name, p->choices[*(const int32_t *)(const void *)field]);
        return true;
    default:
        return false;
    }
}

static void add_params(struct text *t, const struct param *params, const void *values)
{
    struct text said = {0};

    for (const struct param *p = params; p && p->name && values; p++) {
        size_t before = said.len;

        if (before > 0)
            text_add(&said, ", ");
        if (!say_param(&said, p, values))
            said.len = before;
    }
    text_add(&said, "");
    said.data[said.len] = '\0';
    add_text(t, "params", said.data);
    text_release(&said);
}

static void begin_model(struct text *t, const char *name, const char *model, const char *help)
{
    text_add(t, "{");
    add_text(t, "name", name);
    add_text(t, "model", model);
    add_text(t, "help", help);
}

static void add_policy(struct text *t, const struct machine_spec *m)
{
    const struct sched_policy *p = m->policy;

    key(t, "policy");
    text_add(t, "{");
    add_text(t, "name", p->name);
    add_text(t, "help", p->help);
    add_text(t, "source", p->source);
    add_params(t, p->params, m->policy_params);
    text_add(t, "}");
}

static void add_machine(struct text *t, const struct scenario *sc)
{
    const struct machine_spec *m = &sc->machine;

    key(t, "cores");
    text_add(t, "[");
    for (int32_t i = 0; i < m->ncores; i++) {
        next_of(t, (size_t)i);
        json_text(t, m->cores[i].name);
    }
    text_add(t, "]");
    add_policy(t, m);
    add_number(t, "perCore", m->queues == QUEUES_PER_CORE);
    add_number(t, "switchCost", m->context_switch);
}

static void add_objects(struct text *t, const struct scenario *sc)
{
    key(t, "devices");
    text_add(t, "[");
    for (int32_t i = 0; i < sc->ndevices; i++) {
        const struct device_spec *d = &sc->devices[i];

        next_of(t, (size_t)i);
        begin_model(t, d->name, d->model->name, d->model->help);
        add_number(t, "channels", d->channels);
        text_add(t, "}");
    }
    text_add(t, "]");
    key(t, "syncs");
    text_add(t, "[");
    for (int32_t i = 0; i < sc->nsyncs; i++) {
        const struct sync_spec *s = &sc->syncs[i];

        next_of(t, (size_t)i);
        begin_model(t, s->name, s->model->name, s->model->help);
        add_params(t, s->model->params, s->params);
        text_add(t, "}");
    }
    text_add(t, "]");
    key(t, "executors");
    text_add(t, "[");
    for (int32_t i = 0; i < sc->nexecutors; i++) {
        const struct executor_spec *e = &sc->executors[i];

        next_of(t, (size_t)i);
        begin_model(t, e->name, e->model->name, e->model->help);
        if (e->model->has_heap && e->model->has_heap(e->params))
            add_number(t, "heapLimit", e->model->heap_limit(e->params));
        if (e->model->in_browser && e->model->in_browser(e->params))
            add_number(t, "browser", 1);
        text_add(t, "}");
    }
    text_add(t, "]");
    key(t, "loops");
    text_add(t, "[");
    for (int32_t i = 0; i < scenario_loops(sc); i++) {
        char buf[TASK_NAME_SIZE];

        next_of(t, (size_t)i);
        text_add(t, "{");
        add_text(t, "name", scenario_loop_name(sc, i, buf));
        add_number(t, "executor", scenario_loop_executor(sc, i));
        text_add(t, "}");
    }
    text_add(t, "]");
    key(t, "vars");
    text_add(t, "[");
    for (uint32_t i = 0; i < sc->nvars; i++) {
        next_of(t, i);
        json_text(t, sc->vars[i].name);
    }
    text_add(t, "]");
}

/* Tasks as the file has them: what their copies are called follows from this. */
static void add_specs(struct text *t, const struct scenario *sc)
{
    key(t, "specs");
    text_add(t, "[");
    for (int32_t i = 0; i < sc->ntasks + sc->nhelpers; i++) {
        const struct task_spec *s = &sc->tasks[i];

        next_of(t, (size_t)i);
        text_add(t, "{");
        add_text(t, "name", s->name);
        if (s->clients > 0) {
            add_number(t, "clients", s->clients);
            add_number(t, "requests", s->requests);
        }
        if (s->priority != 0)
            add_number(t, "priority", s->priority);
        if (s->nice != 0)
            add_number(t, "nice", s->nice);
        if (s->deadline > 0)
            add_number(t, "deadline", s->deadline);
        if (s->period > 0)
            add_number(t, "period", s->period);
        if (s->executor >= 0 && i < sc->ntasks)
            add_number(t, "executor", s->executor);
        text_add(t, "}");
    }
    text_add(t, "]");
    add_number(t, "ntasks", sc->ntasks);
}

static void add_places(struct text *t, const struct scenario *sc)
{
    key(t, "places");
    text_add(t, "[");
    for (uint32_t i = 0; i < sc->nplaces; i++) {
        next_of(t, i);
        text_addf(t, "%" PRId32, sc->places[i].line);
    }
    text_add(t, "]");
}

/* The result document less what the page makes of the records itself: who ran when, the tasks,
 * what they logged.  As it is printed, but what might end the script. */
static void add_result(struct text *t, const struct report *report)
{
    static const char *const left_out[] = {"tasks", "log", "faults", "name", "variant"};
    cJSON *json = report_json(report);
    char *printed;

    for (size_t i = 0; i < ARRAY_LEN(left_out); i++)
        cJSON_DeleteItemFromObjectCaseSensitive(json, left_out[i]);
    printed = cJSON_PrintUnformatted(json);
    sim_assert(printed);
    key(t, "result");
    for (const char *s = printed; *s; s++) {
        if (*s == '<')
            text_add(t, "\\u003c");
        else
            text_add_len(t, s, 1);
    }
    cJSON_free(printed);
    cJSON_Delete(json);
}

void page_facts(struct text *t, const struct page_run *run)
{
    const struct scenario *sc = run->tape->sc;

    text_add(t, "{");
    add_text(t, "name", sc->name);
    add_text(t, "about", sc->about);
    add_text(t, "variant", sc->variant);
    add_text(t, "file", sc->file);
    add_text(t, "outcome", outcome_name(run->report.outcome));
    add_number(t, "end", run->tape->end);
    add_number(t, "records", (int64_t)run->tape->records);
    add_machine(t, sc);
    add_objects(t, sc);
    add_specs(t, sc);
    add_places(t, sc);
    key(t, "story");
    text_addf(t, "[%s]", page_story_json(run->tape->story));
    add_number(t, "told", STORY_RECORDS);
    add_result(t, &run->report);
    text_add(t, "}");
}

/* ---- words ------------------------------------------------------------------------------------- */

/* An array of the names, in the order of their numbers. */
static void names_of(struct text *t, const char *list, const char *const *names, size_t n)
{
    key(t, list);
    text_add(t, "[");
    for (size_t i = 0; i < n; i++) {
        next_of(t, i);
        json_text(t, names[i]);
    }
    text_add(t, "]");
}

/* X-macros differ in what follows the name. */
#define NAME4(kind, name, place, arg, extra) name,
#define NAME(why, name, help) name,
#define NAMES_OF(t, list, macro, X)                     \
    do {                                                \
        static const char *const names[] = {macro(X)};  \
        names_of((t), (list), names, ARRAY_LEN(names)); \
    } while (0)

void page_words(struct text *t)
{
    add_text(t, "version", QUANTA_VERSION);
    NAMES_OF(t, "kinds", TRACE_KINDS, NAME4);
    NAMES_OF(t, "readys", READY_WHYS, NAME);
    NAMES_OF(t, "stops", STOP_WHYS, NAME);
    NAMES_OF(t, "blocks", BLOCK_WHYS, NAME);
    NAMES_OF(t, "accesses", ACCESS_HOWS, NAME);
    NAMES_OF(t, "stages", LOOP_STAGES, NAME);
    NAMES_OF(t, "calls", CALL_KINDS, NAME);
    NAMES_OF(t, "queues", LOOP_QUEUES, NAME);
    NAMES_OF(t, "gcs", GC_KINDS, NAME);
}
