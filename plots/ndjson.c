/* ndjson.c - a run as quanta itself reads it again: everything, nothing left out.
 *
 * Source: sim/recording.h; ndjson.org, a JSON text a line. */
#include <stdlib.h>

#include "plots/export.h"
#include "sim/record_line.h"
#include "sim/recording.h"

enum { PIECE = 1 << 16 };

struct ndjson {
    struct exporter base;
    const struct scenario *sc;
    struct export_file *file;
    struct text text; /* not yet written */
    sim_time end;
};

static void flush(struct ndjson *nd)
{
    if (nd->text.len > 0)
        file_bytes(nd->file, nd->text.data, nd->text.len);
    nd->text.len = 0;
}

static void ndjson_record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct ndjson *nd = container_of(sink, struct ndjson, base.sink);
    char buf[TASK_NAME_SIZE];
    const char *name = NULL;

    if (rec->kind == TR_ARRIVE)
        name = task_name(&nd->sc->tasks[rec->arg], (uint64_t)rec->extra, buf);
    record_line_write(&nd->text, rec, name);
    if (nd->text.len > PIECE)
        flush(nd);
}

static void ndjson_finish(struct trace_sink *sink, sim_time end)
{
    container_of(sink, struct ndjson, base.sink)->end = end;
}

static void ndjson_begin(struct exporter *ex, const struct export_source *from)
{
    struct ndjson *nd = container_of(ex, struct ndjson, base);
    char *config = config_text(from->config, from->variant);

    recording_header(&nd->text, from->sc, config, from->foreign);
    free(config);
}

static void ndjson_end(struct exporter *ex, enum outcome outcome)
{
    struct ndjson *nd = container_of(ex, struct ndjson, base);

    record_line_end(&nd->text, nd->end, outcome_name(outcome));
    flush(nd);
}

static void ndjson_free(struct exporter *ex)
{
    struct ndjson *nd = container_of(ex, struct ndjson, base);

    export_file_free(nd->file);
    text_release(&nd->text);
    free(nd);
}

static struct exporter *ndjson_start(const struct scenario *sc, struct export_out *out)
{
    struct ndjson *nd = sim_calloc(1, sizeof(*nd));

    nd->base.sink.kinds = TRACE_ALL;
    nd->base.sink.record = ndjson_record;
    nd->base.sink.finish = ndjson_finish;
    nd->base.begin = ndjson_begin;
    nd->base.end = ndjson_end;
    nd->base.free = ndjson_free;
    nd->sc = sc;
    nd->file = export_file_main(out);
    return &nd->base;
}

const struct export_format export_ndjson = {
    .is = {.name = "ndjson",
           .suffix = ".ndjson",
           .help = "a recorded trace: every record, a JSON object a line",
           .opens = "quanta itself, wherever it takes a config; jq, pandas"},
    .source = "sim/recording.h",
    .start = ndjson_start,
};
