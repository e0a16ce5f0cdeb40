/* fuzz_import.c - what others have recorded: refused with a message, or made a trace of ours,
 * which is read and played without complaint. */
#include <stdlib.h>
#include <string.h>

#include "plots/import.h"
#include "tests/fuzz/fuzz.h"

/* The trace that was made is one. */
static void play(const char *text, size_t size)
{
    static const struct quanta_options options = {.check = true, .numbers = true};
    char *errors;
    struct quanta_config *cfg = quanta_parse("fuzz.ndjson", text, size, &errors);
    struct quanta_run *run;

    sim_assert(cfg);
    sim_assert(!errors);
    run = quanta_run(cfg, 0, &options);
    sim_assert(!quanta_trouble(run));
    sim_assert(!quanta_violations(run));
    quanta_run_free(run);
    quanta_config_free(cfg);
}

static void import(const char *format, const char *text, size_t size)
{
    struct fuzz_files to;
    struct text notes = {0};
    struct diags diags;
    struct lines in;

    diags_init(&diags);
    diags_source(&diags, "fuzz.txt", NULL, 0);
    lines_of_text(&in, text, size);
    fuzz_files_init(&to);
    if (import_lines("fuzz.txt", format, &in, &to.writer, &notes, &diags)) {
        play(to.list[0].data, to.list[0].len);
    } else {
        char *errors = diags_text(&diags);

        sim_assert(errors && strstr(errors, "error: "));
        free(errors);
    }
    diags_release(&diags);
    fuzz_files_release(&to);
    text_release(&notes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);

    import(NULL, text, size);
    for (size_t i = 0; quanta_import_names[i]; i++)
        import(quanta_import_names[i], text, size);
    free(text);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
    return fuzz_mutate_lines(data, size, max, seed, 0);
}
