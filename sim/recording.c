#include "sim/recording.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "models/executors/executor.h"
#include "models/schedulers/sched.h"
#include "sim/guard.h"
#include "sim/json.h"
#include "sim/record_line.h"
#include "sim/recording_lines.h"

enum { RECORD_MAX = 1 << 20, HEADER_MAX = 64 << 20 };

/* ---- writing: what stands in front ------------------------------------------------------------ */

static void begin_list(struct text *t, const char *name, bool first)
{
    text_addf(t, "%s\"%s\":[", first ? "{" : "],", name);
}

static void add_names(struct text *t, const struct scenario *sc)
{
    char buf[TASK_NAME_SIZE];

    begin_list(t, "devices", false);
    for (int32_t i = 0; i < sc->ndevices; i++) {
        text_add(t, i ? "," : "");
        text_quote(t, sc->devices[i].name);
    }
    begin_list(t, "sync", false);
    for (int32_t i = 0; i < sc->nsyncs; i++) {
        text_add(t, i ? "," : "");
        text_quote(t, sc->syncs[i].name);
    }
    begin_list(t, "vars", false);
    for (uint32_t i = 0; i < sc->nvars; i++) {
        text_add(t, i ? "," : "");
        text_quote(t, sc->vars[i].name);
    }
    begin_list(t, "executors", false);
    for (int32_t i = 0; i < sc->nexecutors; i++) {
        text_addf(t, "%s{\"name\":", i ? "," : "");
        text_quote(t, sc->executors[i].name);
        text_addf(t, ",\"kind\":\"%s\"}", sc->executors[i].model->name);
    }
    begin_list(t, "loops", false);
    for (int32_t i = 0; i < scenario_loops(sc); i++) {
        text_add(t, i ? "," : "");
        text_quote(t, scenario_loop_name(sc, i, buf));
    }
}

static void add_tasks(struct text *t, const struct scenario *sc)
{
    begin_list(t, "tasks", false);
    for (int32_t i = 0; i < sc->ntasks + sc->nhelpers; i++) {
        const struct task_spec *spec = &sc->tasks[i];

        text_addf(t, "%s{\"name\":", i ? "," : "");
        text_quote(t, spec->name);
        text_addf(t, ",\"executor\":%d,\"priority\":%" PRId64 ",\"nice\":%" PRId64 "%s}",
                  (int)spec->executor, spec->priority, spec->nice,
                  i < sc->ntasks ? "" : ",\"pool\":true");
    }
}

void recording_header(struct text *t, const struct scenario *sc, const char *config,
                      bool foreign)
{
    text_addf(t, "{\"quanta\":\"trace\",\"version\":%d,\"machine\":\"%s\",\"name\":",
              RECORDING_VERSION, foreign ? "real" : "simulated");
    text_quote(t, sc->name);
    text_add(t, ",\"variant\":");
    text_quote(t, sc->variant);
    text_add(t, ",\"file\":");
    text_quote(t, sc->file);
    text_addf(t, ",\"policy\":\"%s\",\"seed\":\"%" PRIu64 "\"}\n", sc->machine.policy->name,
              sc->seed);
    text_addf(t, "%s\n", config);
    begin_list(t, "cores", true);
    for (int32_t i = 0; i < sc->machine.ncores; i++) {
        text_addf(t, "%s{\"name\":", i ? "," : "");
        text_quote(t, sc->machine.cores[i].name);
        text_addf(t, ",\"speed_e6\":%" PRId64 "}", sc->machine.cores[i].speed_e6);
    }
    add_names(t, sc);
    add_tasks(t, sc);
    begin_list(t, "places", false);
    for (uint32_t i = 0; i < sc->nplaces; i++) {
        text_addf(t, "%s[", i ? "," : "");
        text_quote(t, sc->places[i].path);
        text_addf(t, ",%d]", (int)sc->places[i].line);
    }
    text_add(t, "]}\n");
}

/* ---- what is wrong ------------------------------------------------------------------------------ */

/* At a byte of the line that was given last. */
static bool wrong_line(const struct recording *r, const struct lines *l, const char *line,
                       size_t len, struct diags *diags, size_t at, const char *hint,
                       const char *message)
{
    diags_source(diags, r->name, line, len);
    diags->lines_before = l->number - 1;
    diags_add_text(diags, at < len ? at : len, NULL, hint, message);
    return false;
}

static bool wrong_length(const struct recording *r, struct lines *l, size_t len,
                         struct diags *diags)
{
    l->number++;
    return wrong_line(r, l, "", 0, diags, 0, NULL,
                      len == 0 ? "the trace has no end" : "this line is too long for a trace");
}

/* ---- the head ------------------------------------------------------------------------------------- */

bool recording_is(const char *text, size_t len)
{
    static const char *const begins[] = {"{", "\"quanta\"", ":"};
    size_t at = 0;

    for (size_t i = 0; i < ARRAY_LEN(begins); i++) {
        size_t n = strlen(begins[i]);

        while (at < len && (text[at] == ' ' || text[at] == '\t'))
            at++;
        if (len - at < n || memcmp(text + at, begins[i], n) != 0)
            return false;
        at += n;
    }
    return true;
}

bool recording_is_file(const char *path)
{
    struct stat st;
    char buf[64];
    size_t n;
    FILE *f;

    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    f = fopen(path, "rb");
    if (!f)
        return false;
    n = fread(buf, 1, sizeof(buf), f);
    (void)fclose(f);
    return recording_is(buf, n);
}

/* A line as a tree; positions of mistakes are those of the line. */
static bool parse_line(const struct recording *r, struct lines *l, struct json *j,
                       struct diags *diags)
{
    const char *line;
    size_t len;

    memset(j, 0, sizeof(*j));
    if (!lines_next(l, HEADER_MAX, &line, &len))
        return wrong_length(r, l, len, diags);
    diags_source(diags, r->name, line, len);
    diags->lines_before = l->number - 1;
    return json_parse(j, line, len, diags);
}

static bool wrong_member(const struct json *j, const cJSON *at, struct diags *diags,
                         const char *hint, const char *message)
{
    char *pointer = json_pointer(j, at);

    diags_add_text(diags, json_offset(j, at), pointer, hint, message);
    free(pointer);
    return false;
}

/* A text of line 1, copied; NULL: reported. */
static char *first_text(const struct json *j, const char *name, struct diags *diags)
{
    const cJSON *m = json_member(j->root, name);
    char message[60];

    if (cJSON_IsString(m))
        return sim_strdup(m->valuestring);
    (void)snprintf(message, sizeof(message), "a trace's \"%s\" is a text", name);
    (void)wrong_member(j, m ? m : j->root, diags, NULL, message);
    return NULL;
}

struct head {
    char *title, *variant, *file;
};

static bool read_first(struct recording *r, struct lines *l, struct head *h,
                       struct diags *diags)
{
    struct json j;
    const cJSON *version, *machine;
    bool fine = parse_line(r, l, &j, diags);

    if (fine) {
        version = json_member(j.root, "version");
        machine = json_member(j.root, "machine");
        if (!cJSON_IsNumber(version) || version->valuedouble != RECORDING_VERSION)
            fine = wrong_member(&j, version ? version : j.root, diags,
                                "export it again with this quanta",
                                "this quanta reads traces of version 1");
        r->foreign = cJSON_IsString(machine) && strcmp(machine->valuestring, "real") == 0;
    }
    if (fine) {
        h->title = first_text(&j, "name", diags);
        h->variant = first_text(&j, "variant", diags);
        h->file = first_text(&j, "file", diags);
        fine = h->title && h->variant && h->file;
    }
    json_release(&j);
    return fine;
}

static bool read_config(struct recording *r, struct lines *l, const struct head *h,
                        struct diags *diags)
{
    const char *line;
    size_t len;

    if (!lines_next(l, HEADER_MAX, &line, &len))
        return wrong_length(r, l, len, diags);
    r->config = config_parse(r->name, line, len, diags);
    diags->lines_before = l->number - 1;
    if (!r->config)
        return false;
    if (config_has_variants(r->config)) {
        diags_add(diags, 0, "/variants", NULL, "the config of a trace is of one variant");
        return false;
    }
    r->sc = config_scenario(r->config, 0, diags);
    if (!r->sc)
        return false;
    r->sc->name = arena_strdup(&r->sc->mem, h->title);
    r->sc->variant = arena_strdup(&r->sc->mem, h->variant);
    r->sc->file = arena_strdup(&r->sc->mem, h->file);
    for (uint32_t i = 0; i < r->sc->nplaces; i++)
        r->sc->places[i].line = (int32_t)l->number;
    return true;
}

/* ---- line 3 ------------------------------------------------------------------------------------------ */

static const char *core_name(const struct scenario *sc, int64_t i)
{
    return i < sc->machine.ncores ? sc->machine.cores[i].name : NULL;
}

static const char *device_name(const struct scenario *sc, int64_t i)
{
    return i < sc->ndevices ? sc->devices[i].name : NULL;
}

static const char *sync_name(const struct scenario *sc, int64_t i)
{
    return i < sc->nsyncs ? sc->syncs[i].name : NULL;
}

static const char *var_name(const struct scenario *sc, int64_t i)
{
    return i < sc->nvars ? sc->vars[i].name : NULL;
}

static const char *executor_name(const struct scenario *sc, int64_t i)
{
    return i < sc->nexecutors ? sc->executors[i].name : NULL;
}

static const char *spec_name(const struct scenario *sc, int64_t i)
{
    return i < sc->ntasks + sc->nhelpers ? sc->tasks[i].name : NULL;
}

static const char *place_name(const struct scenario *sc, int64_t i)
{
    return i < sc->nplaces ? sc->places[i].path : NULL;
}

static const struct {
    const char *list;
    const char *(*name)(const struct scenario *sc, int64_t i); /* NULL behind the last */
} dictionary[] = {
    {"cores", core_name},   {"devices", device_name},     {"sync", sync_name},
    {"vars", var_name},     {"executors", executor_name}, {"tasks", spec_name},
    {"places", place_name},
};

/* "name", {"name": ...} or ["name", ...] */
static const char *name_of(const cJSON *m)
{
    const cJSON *at = cJSON_IsObject(m)  ? json_member(m, "name")
                      : cJSON_IsArray(m) ? m->child
                                         : m;

    return cJSON_IsString(at) ? at->valuestring : NULL;
}

static bool agrees(const struct recording *r, const struct json *j, size_t list,
                   struct diags *diags)
{
    static const char hint[] = "line 2 is the config that these names are of";
    const cJSON *at = json_member(j->root, dictionary[list].list);
    int64_t i = 0;

    if (!at)
        return true;
    if (!cJSON_IsArray(at))
        return wrong_member(j, at, diags, hint, "expected an array");
    for (const cJSON *m = at->child; m; m = m->next, i++) {
        const char *want = dictionary[list].name(r->sc, i), *name = name_of(m);

        if (!want || !name || strcmp(want, name) != 0)
            return wrong_member(j, m, diags, hint, "the config has another name here");
    }
    if (dictionary[list].name(r->sc, i))
        return wrong_member(j, at, diags, hint, "the config has more of them");
    return true;
}

static void take_lines(struct recording *r, const struct json *j)
{
    const cJSON *at = json_member(j->root, "places");
    uint32_t i = 0;

    for (const cJSON *m = at ? at->child : NULL; m; m = m->next, i++) {
        const cJSON *line = cJSON_IsArray(m) && m->child ? m->child->next : NULL;

        if (line && cJSON_IsNumber(line) && line->valuedouble >= 0 &&
            line->valuedouble < INT32_MAX)
            r->sc->places[i].line = (int32_t)line->valuedouble;
    }
}

static bool read_dictionary(struct recording *r, struct lines *l, struct diags *diags)
{
    struct json j;
    bool fine = parse_line(r, l, &j, diags);

    for (size_t i = 0; fine && i < ARRAY_LEN(dictionary); i++)
        fine = agrees(r, &j, i, diags);
    if (fine)
        take_lines(r, &j);
    json_release(&j);
    return fine;
}

/* Is line 3 the one of names?  It begins with them. */
static bool dictionary_next(struct lines *l)
{
    static const char begins[] = "{\"cores\"";

    if (l->end - l->at < sizeof(begins))
        (void)lines_fill(l);
    return l->end - l->at >= sizeof(begins) &&
           memcmp(l->data + l->at, begins, sizeof(begins) - 1) == 0;
}

static bool read_head(struct recording *r, struct lines *l, struct diags *diags)
{
    struct head h = {NULL, NULL, NULL};
    bool fine = read_first(r, l, &h, diags) && read_config(r, l, &h, diags) &&
                (!dictionary_next(l) || read_dictionary(r, l, diags));

    r->body = l->passed + l->at;
    r->line = l->number;
    free(h.title);
    free(h.variant);
    free(h.file);
    return fine;
}

/* ---- the records --------------------------------------------------------------------------------------- */

struct playing {
    const struct recording *r;
    struct lines *lines;
    struct guard *guard;
    struct record_line record;
    struct trace *trace; /* NULL: nobody listens */
    struct diags *diags;
    sim_time now;
    uint64_t records;
    enum outcome outcome;
};

static bool refuse(struct playing *p, const char *line, size_t len, size_t at, const char *hint,
                   const char *message)
{
    return wrong_line(p->r, p->lines, line, len, p->diags, at, hint, message);
}

static bool find_outcome(struct playing *p)
{
    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (strcmp(outcome_name((enum outcome)i), p->record.rec.text) == 0) {
            p->outcome = (enum outcome)i;
            return true;
        }
    return false;
}

/* The last line has been read. */
static bool play_end(struct playing *p, const char *line, size_t len)
{
    const char *why = guard_ends(p->guard, p->record.rec.at), *more;

    if (why)
        return refuse(p, line, len, 0, "what happened before does not add up to this end", why);
    p->now = p->record.rec.at;
    if (!find_outcome(p))
        return refuse(p, line, len, 0,
                      "there are: completed, until, deadlock, fault, out of memory",
                      "no such outcome");
    while (lines_next(p->lines, RECORD_MAX, &more, &len))
        if (len > 0)
            return refuse(p, more, len, 0, "the end is the last line of a trace",
                          "something stands behind the end");
    return len == 0 || wrong_length(p->r, p->lines, len, p->diags);
}

static bool play_line(struct playing *p, const char *line, size_t len)
{
    struct slip slip = {0};
    bool cut = p->lines->cut, fine = record_line_read(&p->record, line, len, &slip);
    const char *why;

    if (!fine)
        (void)refuse(p, line, len, slip.at,
                     cut ? "the file has been cut off in the middle of this line"
                         : slip.hint.data,
                     slip.message.data);
    slip_release(&slip);
    if (!fine || p->record.is_end)
        return fine;
    why = guard_takes(p->guard, &p->record.rec);
    if (why)
        return refuse(p, line, len, 0,
                      "the records before do not allow it: a task arrives, is ready, runs, "
                      "stops, and then is ready again, blocks or is done",
                      why);
    p->now = p->record.rec.at;
    p->records++;
    if (p->trace && trace_wants(p->trace, (enum trace_kind)p->record.rec.kind))
        trace_tell(p->trace, &p->record.rec);
    return true;
}

static bool play_all(struct playing *p)
{
    const char *line;
    size_t len;

    for (;;) {
        if (!lines_next(p->lines, RECORD_MAX, &line, &len)) {
            bool fine = wrong_length(p->r, p->lines, len, p->diags);

            if (len == 0)
                p->diags->list[p->diags->n - 1].hint =
                    sim_strdup("the file has been cut off: its last line says how it ended, as "
                               "{\"t\":90000000,\"event\":\"end\",\"outcome\":\"completed\"}");
            return fine;
        }
        if (len == 0)
            continue;
        if (!play_line(p, line, len))
            return false;
        if (p->record.is_end)
            return play_end(p, line, len);
    }
}

/* `trace` NULL: only to see whether all is well, and how it ends. */
static bool play(const struct recording *r, struct lines *l, struct trace *trace,
                 struct diags *diags, struct playing *p)
{
    bool fine;

    *p = (struct playing){.r = r, .lines = l, .trace = trace, .diags = diags};
    p->guard = guard_new(r->sc, r->foreign);
    fine = play_all(p);
    if (trace)
        trace_finish(trace, p->now);
    guard_free(p->guard);
    text_release(&p->record.text);
    return fine;
}

static bool seek(struct lines *l, const struct recording *r, struct diags *diags)
{
    l->number = r->line;
    if (!l->f) {
        l->at = r->body;
        return true;
    }
    l->passed = r->body;
    if (fseeko(l->f, (off_t)r->body, SEEK_SET) == 0)
        return true;
    diags_add(diags, SIZE_MAX, NULL, NULL, "cannot read: %s", strerror(errno));
    return false;
}

bool recording_play(const struct recording *r, struct trace *trace, struct diags *diags)
{
    struct playing p;
    struct lines l;
    bool fine = true;

    diags_source(diags, r->name, NULL, 0);
    if (r->path)
        fine = lines_open(&l, r->path, diags);
    else
        lines_of_text(&l, r->text.data, r->text.len);
    fine = fine && seek(&l, r, diags);
    if (fine)
        fine = play(r, &l, trace, diags, &p);
    else
        trace_finish(trace, 0);
    lines_close(&l);
    return fine;
}

/* ---- reading ------------------------------------------------------------------------------------------------ */

static struct recording *finish(struct recording *r, struct lines *l, struct diags *diags)
{
    struct playing p;

    if (read_head(r, l, diags) && play(r, l, NULL, diags, &p)) {
        r->outcome = p.outcome;
        r->end = p.now;
        r->records = p.records;
    } else {
        recording_free(r);
        r = NULL;
    }
    lines_close(l);
    return r;
}

struct recording *recording_read(const char *path, struct diags *diags)
{
    struct recording *r = sim_calloc(1, sizeof(*r));
    struct lines l;

    r->name = sim_strdup(path);
    r->path = sim_strdup(path);
    diags_source(diags, path, NULL, 0);
    if (lines_open(&l, path, diags))
        return finish(r, &l, diags);
    recording_free(r);
    return NULL;
}

struct recording *recording_parse(const char *name, const char *text, size_t len,
                                  struct diags *diags)
{
    struct recording *r = sim_calloc(1, sizeof(*r));
    struct lines l;

    r->name = sim_strdup(name);
    text_add_len(&r->text, text, len);
    diags_source(diags, name, NULL, 0);
    lines_of_text(&l, r->text.data, len);
    return finish(r, &l, diags);
}

void recording_free(struct recording *r)
{
    if (!r)
        return;
    scenario_free(r->sc);
    config_free(r->config);
    text_release(&r->text);
    free(r->path);
    free(r->name);
    free(r);
}
