/* bench_cores.c - what a decision costs on 1, 8, 64 and 1,024 cores with 100,000 threads
 * that compute, wait for a device, and compute, 100 tasks for each core at a time.
 *
 * A decision is a thread put on a core.  The reference is the machine of one core in the
 * same run: a policy that looks at every core for every decision would fall to a
 * thousandth of it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/base.h"
#include "tests/bench/bench.h"

struct machine_row {
    const char *name, *machine;
};

static const struct machine_row rows[] = {
    {"rr, one queue", "\"scheduler\":{\"policy\":\"rr\",\"quantum\":\"1ms\"}"},
    {"rr, a queue a core, none", "\"scheduler\":{\"policy\":\"rr\",\"quantum\":\"1ms\"},"
                                 "\"queues\":\"per-core\",\"balance\":\"none\""},
    {"rr, a queue a core, steal", "\"scheduler\":{\"policy\":\"rr\",\"quantum\":\"1ms\"},"
                                  "\"queues\":\"per-core\",\"balance\":\"steal\""},
    {"eevdf, a queue a core, steal",
     "\"scheduler\":\"eevdf\",\"queues\":\"per-core\",\"balance\":\"steal\""},
    {"linux, a queue a core, steal",
     "\"scheduler\":\"linux\",\"queues\":\"per-core\",\"balance\":\"steal\""},
    {"priority, one queue", "\"scheduler\":{\"policy\":\"priority\",\"quantum\":\"1ms\"}"},
};

static char *config(const struct machine_row *row, int cores)
{
    struct text t = {0};

    text_addf(&t,
              "{\"machine\":{\"cores\":%d,%s},\"devices\":{\"net\":{\"channels\":\"unlimited\","
              "\"service\":{\"exp\":\"20ms\"}}},\"tasks\":[{\"name\":\"t\",\"count\":100000,"
              "\"every\":\"%dns\",\"do\":[{\"repeat\":5,\"do\":[{\"cpu\":{\"exp\":\"2ms\"}},"
              "{\"io\":\"net\"}]}]}]}",
              cores, row->machine, 10000000 / cores);
    return text_take(&t);
}

int main(void)
{
    static const int cores[] = {1, 8, 64, 1024};

    printf("%-29s %6s  %12s  %8s\n", "100,000 threads", "cores", "decisions/s", "of one");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        double one = 0;

        for (size_t k = 0; k < ARRAY_LEN(cores); k++) {
            char *text = config(&rows[i], cores[k]), buf[BENCH_TEXT];
            struct bench_run r = bench_run(text);
            double decisions = (double)(bench_number(text, "/summary/preemptions") + 500000);

            one = k == 0 ? decisions / r.seconds : one;
            printf("%-29s %6d  %12s  %7.0f%%\n", rows[i].name, cores[k],
                   bench_rate(decisions, r.seconds, buf), 100 * decisions / r.seconds / one);
            free(text);
        }
    }
    return 0;
}
