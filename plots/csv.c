/* csv.c - a line a record, for spreadsheets, R and pandas.
 *
 * All kinds of records are told, those that only detectors ask for included.  A number that
 * names something is followed by its name, so that the file can be read without the config.
 *
 * Source: RFC 4180.
 * Differs: lines end with a newline alone, as every other text of ours. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "plots/export.h"
#include "plots/record_names.h"
#include "plots/task_names.h"

struct csv {
    struct exporter base;
    struct task_names names;
    struct export_file *file;
};

/* A field, in quotes where its characters ask for them; NULL: an empty one. */
static void add_field(struct export_file *f, const char *text)
{
    file_text(f, ",");
    if (!text)
        return;
    if (!strpbrk(text, ",\"\r\n")) {
        file_text(f, text);
        return;
    }
    file_text(f, "\"");
    for (; *text; text++) {
        if (*text == '"')
            file_text(f, "\"");
        file_bytes(f, text, 1);
    }
    file_text(f, "\"");
}

/* A number that is -1 where there is none. */
static void add_index(struct export_file *f, int32_t i)
{
    if (i >= 0)
        file_addf(f, ",%" PRId32, i);
    else
        file_text(f, ",");
}

static void csv_record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct csv *csv = container_of(sink, struct csv, base.sink);
    struct export_file *f = csv->file;
    char buf[TASK_NAME_SIZE];

    if (rec->kind == TR_ARRIVE)
        task_names_arrive(&csv->names, rec);
    file_addf(f, "%" PRId64 ",%s", rec->at, trace_kind_name((enum trace_kind)rec->kind));
    add_index(f, rec->task);
    add_field(f, rec->task >= 0 ? task_names_of(&csv->names, rec->task) : NULL);
    add_index(f, rec->place);
    add_field(f, record_place(csv->names.sc, rec, buf));
    file_addf(f, ",%" PRId64, rec->arg);
    add_field(f, record_word(rec));
    file_addf(f, ",%" PRId64, rec->extra);
    add_field(f, rec->text);
    file_text(f, "\n");
}

static void csv_finish(struct trace_sink *sink, sim_time end)
{
    struct csv *csv = container_of(sink, struct csv, base.sink);

    file_addf(csv->file, "%" PRId64 ",end,,,,,,,,\n", end);
}

static void csv_free(struct exporter *ex)
{
    struct csv *csv = container_of(ex, struct csv, base);

    export_file_free(csv->file);
    task_names_release(&csv->names);
    free(csv);
}

static struct exporter *csv_start(const struct scenario *sc, struct export_out *out)
{
    struct csv *csv = sim_calloc(1, sizeof(*csv));

    csv->base.sink.kinds = TRACE_ALL;
    csv->base.sink.record = csv_record;
    csv->base.sink.finish = csv_finish;
    csv->base.free = csv_free;
    task_names_init(&csv->names, sc);
    csv->file = export_file_main(out);
    file_text(csv->file, "ns,record,task,task_name,place,place_name,arg,word,extra,text\n");
    return &csv->base;
}

const struct export_format export_csv = {
    .is = {.name = "csv",
           .suffix = ".csv",
           .help = "a line a record, names beside numbers",
           .opens = "a spreadsheet, R, pandas, sqlite3"},
    .source = "RFC 4180",
    .start = csv_start,
};
