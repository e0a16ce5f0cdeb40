/* fuzz_config.c - any bytes are a config, a recorded trace or a message.  What is a config runs:
 * for a while, under the checker; what is a trace is played to all that listens. */
#include <stdlib.h>
#include <string.h>

#include "sim/checker.h"
#include "sim/config.h"
#include "sim/metrics.h"
#include "sim/quanta.h"
#include "sim/recording.h"
#include "sim/sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
    return copies < 1000 && sc->machine.ncores <= 256;
}

static void run(struct scenario *sc)
{
    struct trace trace;
    struct checker *checker = checker_new(sc);
    struct metrics *metrics = metrics_new(sc, false);
    struct sim *sim;

    if (sc->until > MS(20))
        sc->until = MS(20);
    trace_init(&trace);
    trace_attach(&trace, &checker->sink);
    trace_attach(&trace, &metrics->sink);
    sim = sim_new(sc, &trace);
    sim_limit_events(sim, 20000);
    (void)sim_run(sim);
    sim_assert(checker->nfound == 0);
    sim_free(sim);
    metrics_free(metrics);
    checker_free(checker);
}

static void play(const char *text, size_t size)
{
    static const struct quanta_options options = {
        .segments = true, .check = true, .timeline = true, .numbers = true};
    static const struct quanta_look look = {.width = 80};
    struct quanta_config *cfg = quanta_parse("fuzz.ndjson", text, size, NULL);
    struct quanta_run *run = cfg ? quanta_run(cfg, 0, &options) : NULL;

    if (run) {
        sim_assert(!quanta_trouble(run));
        free(quanta_json(run, false));
        free(quanta_timeline(run, &look));
        free(quanta_summary(run, &look));
    }
    quanta_run_free(run);
    quanta_config_free(cfg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diags diags;
    struct config *cfg;
    char *text = sim_malloc(size + 1);

    memcpy(text, data, size);
    text[size] = '\0';
    if (recording_is(text, size)) {
        play(text, size);
        free(text);
        return 0;
    }
    diags_init(&diags);
    cfg = config_parse("fuzz.json", text, size, &diags);
    for (size_t i = 0; cfg && i < config_nvariants(cfg) && i < 8; i++) {
        struct scenario *sc = config_scenario(cfg, i, &diags);

        if (sc && is_small(sc))
            run(sc);
        scenario_free(sc);
    }
    free(diags_text(&diags));
    config_free(cfg);
    diags_release(&diags);
    free(text);
    return 0;
}
