#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "sim/config.h"
#include "sim/digest.h"
#include "sim/metrics.h"
#include "sim/quanta.h"
#include "sim/sim.h"

double bench_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

const char *bench_rate(double count, double seconds, char buf[BENCH_TEXT])
{
    double rate = seconds > 0 ? count / seconds : 0;

    (void)snprintf(buf, BENCH_TEXT, rate >= 1e6 ? "%.1f M" : "%.0f k",
                   rate >= 1e6 ? rate / 1e6 : rate / 1e3);
    return buf;
}

struct bench_run bench_listened(const char *config, enum bench_listener who)
{
    struct bench_run r;
    struct digest digest;
    struct metrics *metrics = NULL;
    struct diags diags;
    struct config *cfg;
    struct scenario *sc;
    struct trace trace;
    struct sim *sim;
    double start;

    diags_init(&diags);
    cfg = config_parse("bench.json", config, strlen(config), &diags);
    sc = cfg ? config_scenario(cfg, 0, &diags) : NULL;
    sim_assert(sc); /* a config of ours */
    trace_init(&trace);
    if (who >= BENCH_DIGEST) {
        digest_init(&digest);
        trace_attach(&trace, &digest.sink);
    }
    if (who == BENCH_NUMBERS) {
        metrics = metrics_new(sc, false);
        trace_attach(&trace, &metrics->sink);
    }
    sim = sim_new(sc, &trace);
    start = bench_seconds();
    (void)sim_run(sim);
    r.seconds = bench_seconds() - start;
    metrics_free(metrics);
    r.events = sim_events(sim);
    r.bytes = sim_bytes(sim);
    r.live = sim_live_max(sim);
    r.end = sim_end(sim);
    sim_free(sim);
    scenario_free(sc);
    config_free(cfg);
    diags_release(&diags);
    return r;
}

struct bench_run bench_run(const char *config)
{
    return bench_listened(config, BENCH_NOBODY);
}

int64_t bench_number(const char *config, const char *pointer)
{
    struct quanta_config *cfg = quanta_parse("bench.json", config, strlen(config), NULL);
    struct quanta_run *run = quanta_run(cfg, 0, NULL);
    int64_t number = 0;
    bool found = quanta_number(run, pointer, &number);

    sim_assert(found);
    quanta_run_free(run);
    quanta_config_free(cfg);
    return number;
}

size_t bench_memory(void)
{
    struct rusage usage;

    return getrusage(RUSAGE_SELF, &usage) == 0 ? (size_t)usage.ru_maxrss * 1024 : 0;
}
