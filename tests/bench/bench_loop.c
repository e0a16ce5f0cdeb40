/* bench_loop.c - event loops: the time for each thing that waits, at n and at ten times n, which
 * must stay the same; the bytes of each; and what the records of a server's loops cost those who
 * listen to them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/bench.h"

/* Of a config: # stands for n, and for each $ there is a name of its own, n of them. */
struct load {
    const char *what;
    uint64_t n;
    const char *config;
};

#define MAIN(ops)                                                             \
    "{\"devices\":{\"net\":{\"service\":\"1s\",\"channels\":\"unlimited\"}}," \
    "\"programs\":{\"listener\":[{\"onMessage\":[]}]},"                       \
    "\"executors\":{\"default\":{\"kind\":\"event-loop\",\"main\":[" ops "]}}}"
#define TASKS(ops)                                                            \
    "{\"devices\":{\"net\":{\"service\":\"1s\",\"channels\":\"unlimited\"}}," \
    "\"executors\":{\"default\":{\"kind\":\"event-loop\"}},"                  \
    "\"tasks\":[{\"name\":\"T\",\"count\":#,\"do\":[" ops "]}]}"
#define HEAPED(ops) \
    "{\"executors\":{\"default\":{\"kind\":\"event-loop\",\"heap\":{},\"main\":[" ops "]}}}"
#define REPEAT(ops) "{\"repeat\":#,\"do\":[" ops "]}"

static const struct load loads[] = {
    {"idle connections", 100000, TASKS("{\"io\":\"net\"}")},
    {"sleeping tasks", 100000, TASKS("{\"sleep\":\"1s\"}")},
    {"timers of one duration", 100000, MAIN(REPEAT("{\"setTimeout\":5,\"do\":[]}"))},
    {"timers of many durations", 100000,
     MAIN(REPEAT("{\"setTimeout\":{\"uniform\":[\"1ms\",\"10000s\"]},\"do\":[]}"))},
    {"timers, unref'd", 100000,
     MAIN(REPEAT("{\"setTimeout\":{\"uniform\":[\"1ms\",\"10000s\"]},\"unref\":true,\"do\":"
                 "[]}") ",{\"repeat\":1000,\"do\":[{\"sleep\":1}]}")},
    {"timers, all cleared", 10000,
     MAIN(REPEAT("{\"setTimeout\":5,\"id\":\"t\",\"do\":[]}") "," REPEAT("{\"clear\":\"t\"}"))},
    {"timers by name, cleared", 1000,
     MAIN("$[{\"setTimeout\":5,\"id\":\"$\",\"do\":[]}]$,$[{\"clear\":\"$\"}]$")},
    {"awaits", 100000, MAIN(REPEAT("{\"await\":null}"))},
    {"promises in one chain", 100000,
     MAIN("{\"promise\":\"p\"},{\"then\":\"p\",\"as\":\"q\",\"do\":[]}," REPEAT(
         "{\"then\":\"q\",\"as\":\"q\",\"do\":[]}") ",{\"resolve\":\"p\"}")},
    {"promises by name", 1000, MAIN("$[{\"promise\":\"$\"}]$,$[{\"resolve\":\"$\"}]$")},
    {"all of promises", 10000,
     MAIN("{\"promise\":\"p\"},{\"all\":[$[\"p\"]$],\"as\":\"w\"},{\"resolve\":\"p\"},{"
          "\"await\":\"w\"}")},
    {"all of promises by name", 1000,
     MAIN("$[{\"promise\":\"$\"}]$,{\"all\":[$[\"$\"]$],\"as\":\"w\"},$[{\"resolve\":\"$\"}"
          "]$,{"
          "\"await\":\"w\"}")},
    {"ticks", 100000, MAIN(REPEAT("{\"nextTick\":[]}"))},
    {"microtasks", 100000, MAIN(REPEAT("{\"microtask\":[]}"))},
    {"immediates", 100000, MAIN(REPEAT("{\"setImmediate\":[]}"))},
    {"close callbacks", 100000, MAIN(REPEAT("{\"close\":[]}"))},
    {"io with callbacks", 100000, MAIN(REPEAT("{\"io\":\"net\",\"then\":[]}"))},
    {"jobs of the pool", 100000, MAIN(REPEAT("{\"work\":\"1us\",\"then\":[]}"))},
    {"messages to a worker", 100000,
     MAIN("{\"worker\":\"listener\",\"as\":\"w\"}," REPEAT(
         "{\"postMessage\":\"w\",\"text\":\"m\"}") ",{\"sleep\":1},{\"terminate\":\"w\"}")},
    {"allocations", 100000, HEAPED(REPEAT("{\"allocate\":1000},{\"free\":1000}"))},
    {"allocations that stay", 100000, HEAPED(REPEAT("{\"allocate\":1000}"))},
    {"tasks that allocate", 10000,
     "{\"executors\":{\"default\":{\"kind\":\"event-loop\",\"heap\":{\"young\":\"1MB\"}}},"
     "\"tasks\":[{\"name\":\"T\",\"count\":#,\"do\":[{\"repeat\":5,\"do\":[{\"allocate\":"
     "10000},{\"sleep\":5}]}]}]}"},
};

/* A $[text]$ n times, with commas; each $ in it is a name. */
static const char *add_each(struct text *t, const char *from, uint64_t n)
{
    const char *end = strstr(from, "]$");

    sim_assert(end);
    for (uint64_t i = 0; i < n; i++) {
        text_addf(t, "%s", i ? "," : "");
        for (const char *c = from; c < end; c++)
            if (*c == '$')
                text_addf(t, "n%" PRIu64, i);
            else
                text_addf(t, "%c", *c);
    }
    return end + 2;
}

static char *config_of(const struct load *load, uint64_t n)
{
    struct text t = {0};
    const char *c = load->config;

    while (*c) {
        if (c[0] == '$' && c[1] == '[') {
            c = add_each(&t, c + 2, n);
            continue;
        }
        if (*c == '#')
            text_addf(&t, "%" PRIu64, n);
        else
            text_addf(&t, "%c", *c);
        c++;
    }
    return text_take(&t);
}

static void run_load(const struct load *load)
{
    double per_item[2], bytes = 0;

    for (size_t i = 0; i < 2; i++) {
        uint64_t n = i ? 10 * load->n : load->n;
        char *config = config_of(load, n);
        struct bench_run r = bench_run(config);

        per_item[i] = 1e9 * r.seconds / (double)n;
        bytes = (double)r.bytes / (double)n;
        free(config);
    }
    printf("%-26s %10" PRIu64 " %10.0f %10.0f %10.1f\n", load->what, 10 * load->n, per_item[0],
           per_item[1], bytes);
}

/* ---- a server --------------------------------------------------------------------------------- */

static void serve(const char *what, const char *loops)
{
    struct text t = {0};

    text_addf(&t,
              "{\"machine\":{\"cores\":4,\"costs\":\"linux\",\"scheduler\":{\"policy\":\"rr\","
              "\"quantum\":\"3ms\"},\"thread_memory\":78848,\"task_memory\":13312},"
              "\"devices\":{\"net\":{\"channels\":\"unlimited\",\"service\":20}},"
              "\"executors\":{\"default\":{\"kind\":\"event-loop\"%s}},"
              "\"tasks\":[{\"name\":\"request\",\"count\":200000,\"do\":[{\"cpu\":1},{\"io\":"
              "\"net\"},{\"cpu\":1}]}]}",
              loops);
    printf("%-26s", what);
    for (int who = 0; who < BENCH_LISTENERS; who++)
        printf(" %10.0f", bench_listened(t.data, (enum bench_listener)who).seconds * 1e9 / 2e5);
    printf("\n");
    text_release(&t);
}

int main(int argc, char **argv)
{
    printf("200,000 requests: 1 ms, 20 ms of the network, 1 ms; ns a request\n");
    printf("%-26s %10s %10s %10s\n", "", "nobody", "digest", "numbers");
    if (argc < 2 || strcmp(argv[1], "requests") == 0)
        serve("one loop", "");
    if (argc < 2)
        serve("four loops", ",\"loops\":4");
    printf("\nns for each at n / 10 and at n, where nobody listens; bytes\n");
    printf("%-26s %10s %10s %10s %10s\n", "", "n", "ns, n / 10", "ns, n", "bytes");
    for (size_t i = 0; i < ARRAY_LEN(loads); i++)
        if (argc < 2 || strstr(loads[i].what, argv[1]))
            run_load(&loads[i]);
    return 0;
}
