#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "sim/checker.h"
#include "sim/quanta_state.h"

enum { EVENTS = 3000, RECORDS = 20000, VARIANTS = 4 };

char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = sim_malloc(size + 1);

    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

/* ---- configs --------------------------------------------------------------------------------- */

/* Bounded: the fuzzer looks for mistakes, not for long runs. */
static bool is_small(const struct scenario *sc)
{
    int64_t copies = 0;

    for (int32_t i = 0; i < sc->ntasks; i++) {
        const struct task_spec *t = &sc->tasks[i];

        if (t->count < 0 || t->count > 100 || t->clients > 100 || t->requests > 100 ||
            t->jobs > 100 || t->requests < 0 || t->jobs < 0)
            return false;
        copies += t->clients > 0 ? t->clients * t->requests : t->count;
    }
    return copies < 300 && sc->machine.ncores <= 64;
}

struct counter {
    struct trace_sink sink;
    int64_t records;
};

static void count(struct trace_sink *sink, const struct trace_rec *rec)
{
    (void)rec;
    container_of(sink, struct counter, sink)->records++;
}

/* Cuts the run where EVENTS have been fired.  False: all of them are in the first instant, or
 * they do much each, as where a program calls itself ten thousand times. */
static bool cut(struct scenario *sc)
{
    struct trace trace;
    struct checker *checker = checker_new(sc);
    struct counter counter = {.sink = {.kinds = TRACE_ALL, .record = count}};
    struct sim *sim;
    bool fine;

    if (sc->until > MS(20))
        sc->until = MS(20);
    trace_init(&trace);
    trace_attach(&trace, &checker->sink);
    trace_attach(&trace, &counter.sink);
    sim = sim_new(sc, &trace);
    sim_limit_events(sim, EVENTS);
    (void)sim_run(sim);
    sim_assert(checker->nfound == 0);
    fine = counter.records < RECORDS;
    if (sim_events(sim) >= EVENTS) {
        fine = fine && sim_end(sim) > 0;
        sc->until = fine ? sim_end(sim) - 1 : 0;
    }
    sim_free(sim);
    checker_free(checker);
    return fine;
}

struct quanta_config *fuzz_config(const char *text, size_t size)
{
    char *errors;
    struct quanta_config *cfg = quanta_parse("fuzz.json", text, size, &errors);
    bool fine = cfg && cfg->n <= VARIANTS && !cfg->recording;

    sim_assert((cfg != NULL) != (errors != NULL)); /* who refuses says why */
    free(errors);
    for (size_t i = 0; fine && i < cfg->n; i++)
        fine = is_small(cfg->scenarios[i]) && cut(cfg->scenarios[i]);
    if (fine)
        return cfg;
    quanta_config_free(cfg);
    return NULL;
}

/* ---- files ----------------------------------------------------------------------------------- */

static bool write_file(struct quanta_writer *w, int file, const void *bytes, size_t n)
{
    struct fuzz_files *files = container_of(w, struct fuzz_files, writer);

    sim_assert(file >= 0 && file < files->n);
    if (n > 0)
        text_add_len(&files->list[file], bytes, n);
    return true;
}

static int open_file(struct quanta_writer *w, const char *name)
{
    struct fuzz_files *files = container_of(w, struct fuzz_files, writer);

    (void)name;
    files->list = sim_realloc(files->list, ((size_t)files->n + 1) * sizeof(*files->list));
    files->list[files->n] = (struct text){0};
    return files->n++;
}

static bool append_file(struct quanta_writer *w, int file, int scratch)
{
    struct fuzz_files *files = container_of(w, struct fuzz_files, writer);
    struct text *from = &files->list[scratch];

    sim_assert(scratch > 0 && scratch < files->n && scratch != file);
    return !from->data || write_file(w, file, from->data, from->len);
}

void fuzz_files_init(struct fuzz_files *files)
{
    *files = (struct fuzz_files){
        .writer = {.write = write_file, .open = open_file, .append = append_file}};
    (void)open_file(&files->writer, NULL);
}

void fuzz_files_release(struct fuzz_files *files)
{
    for (int i = 0; i < files->n; i++)
        text_release(&files->list[i]);
    free(files->list);
}

char *fuzz_record(const struct quanta_config *cfg, size_t variant)
{
    struct fuzz_files files;
    char *errors, *text;
    bool fine;

    fuzz_files_init(&files);
    fine = quanta_export(cfg, variant, "ndjson", &files.writer, &errors);
    sim_assert(fine);
    text = text_take(&files.list[0]);
    fuzz_files_release(&files);
    return text;
}
