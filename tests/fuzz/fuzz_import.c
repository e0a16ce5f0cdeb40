/* fuzz_import.c - what others have recorded: refused with a message, or made a trace of ours,
 * which is read and played without complaint. */
#include <stdlib.h>
#include <string.h>

#include "plots/import.h"
#include "tests/fuzz/fuzz.h"

struct to_text {
    struct import_sink sink;
    struct text text;
};

static bool write_text(struct import_sink *to, const char *bytes, size_t n)
{
    text_add_len(&container_of(to, struct to_text, sink)->text, bytes, n);
    return true;
}

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
    struct to_text to = {.sink = {write_text}};
    struct text notes = {0};
    struct diags diags;

    diags_init(&diags);
    diags_source(&diags, "fuzz.txt", NULL, 0);
    if (import_text("fuzz.txt", format, text, size, &to.sink, &notes, &diags)) {
        play(to.text.data, to.text.len);
    } else {
        char *errors = diags_text(&diags);

        sim_assert(errors && strstr(errors, "error: "));
        free(errors);
    }
    diags_release(&diags);
    text_release(&to.text);
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
