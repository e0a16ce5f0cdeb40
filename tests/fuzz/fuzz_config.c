/* fuzz_config.c - any bytes are a config, a recorded trace or a message.  What is a config runs:
 * for a while, under the checker. */
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    struct quanta_config *cfg = fuzz_config(text, size);

    for (size_t i = 0; cfg && i < quanta_variants(cfg); i++) {
        struct quanta_run *run = quanta_run(cfg, i, NULL);

        free(quanta_json(run, false));
        quanta_run_free(run);
    }
    quanta_config_free(cfg);
    free(text);
    return 0;
}
