/* fuzz_diff.c - a run beside its own recording, which is the same run, and beside the next
 * variant, which may be any other. */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

static uint64_t digest_of(const struct quanta_config *cfg, size_t variant)
{
    struct quanta_run *run = quanta_run(cfg, variant, NULL);
    uint64_t digest = quanta_digest(run);

    quanta_run_free(run);
    return digest;
}

/* Both ways, in words and as JSON; whether they differ. */
static bool differ(const struct quanta_config *a, size_t va, const struct quanta_config *b,
                   size_t vb)
{
    static const struct quanta_look look = {.width = 80};
    char *errors;
    bool differ = false, again = false;

    free(quanta_diff(a, va, b, vb, &look, &differ, &errors));
    free(errors);
    free(quanta_diff(b, vb, a, va, NULL, &again, &errors));
    free(errors);
    sim_assert(differ == again);
    return differ;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    struct quanta_config *cfg = fuzz_config(text, size);

    for (size_t i = 0; cfg && i < quanta_variants(cfg); i++) {
        char *recorded = fuzz_record(cfg, i), *errors;
        struct quanta_config *again =
            quanta_parse("fuzz.ndjson", recorded, strlen(recorded), &errors);

        sim_assert(again);
        sim_assert(digest_of(cfg, i) == digest_of(again, 0));
        sim_assert(!differ(cfg, i, again, 0));
        if (i > 0)
            (void)differ(cfg, i - 1, again, 0);
        quanta_config_free(again);
        free(recorded);
    }
    quanta_config_free(cfg);
    free(text);
    return 0;
}
