/* fuzz_trace.c - a recorded trace: refused, or played to all that listens.  Changed line by line,
 * so that most of what comes has a head that is fine, and records that nearly are. */
#include <stdlib.h>

#include "sim/recording.h"
#include "tests/fuzz/fuzz.h"

static void show(const struct quanta_run *run)
{
    static const struct quanta_look look = {.width = 80};
    static const struct quanta_picture picture = {.width = 0};
    struct fuzz_files files;

    free(quanta_json(run, false));
    free(quanta_timeline(run, &look));
    free(quanta_summary(run, &look));
    free(quanta_legend(&run, 1, &look));
    free(quanta_plot(&run, 1, &picture));
    free(quanta_waits(&run, 1));
    fuzz_files_init(&files);
    (void)quanta_page(&run, 1, &files.writer);
    fuzz_files_release(&files);
}

/* In every format: they are made from the same records. */
static void export_all(const struct quanta_config *cfg)
{
    struct fuzz_files files;
    char *errors;

    for (size_t i = 0; quanta_format(i); i++) {
        fuzz_files_init(&files);
        (void)quanta_export(cfg, 0, quanta_format(i)->name, &files.writer, &errors);
        free(errors);
        fuzz_files_release(&files);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct quanta_look look = {.width = 80};
    struct fuzz_files told;
    struct quanta_options options = {.segments = true,
                                     .check = true,
                                     .timeline = true,
                                     .numbers = true,
                                     .plot = true,
                                     .page = true,
                                     .explain_look = &look};
    char *text = fuzz_text(data, size);
    struct quanta_config *cfg =
        recording_is(text, size) ? quanta_parse("fuzz.ndjson", text, size, NULL) : NULL;
    struct quanta_run *run;

    if (cfg) {
        fuzz_files_init(&told);
        options.explain_to = &told.writer;
        run = quanta_run(cfg, 0, &options);
        sim_assert(!quanta_trouble(run));
        show(run);
        quanta_run_free(run);
        fuzz_files_release(&told);
        export_all(cfg);
    }
    quanta_config_free(cfg);
    free(text);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
    return fuzz_mutate_lines(data, size, max, seed, 3);
}
