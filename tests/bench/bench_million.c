/* bench_million.c - a million threads that are there together: time, and bytes a thread. */
#include <inttypes.h>
#include <stdio.h>

#include "tests/bench/bench.h"

int main(void)
{
    static const char *const devices[] = {"1", "1000", "\"unlimited\""};

    printf("count 1000000: cpu 1 us, io 10 us, cpu 1 us on 64 cores, rr of 1 ms\n");
    printf("%10s  %8s  %12s  %10s  %14s  %14s\n", "channels", "seconds", "events/s", "threads",
           "bytes a thread", "process, bytes");
    for (size_t i = 0; i < ARRAY_LEN(devices); i++) {
        struct text t = {0};
        struct bench_run r;
        char rate[BENCH_TEXT];

        text_addf(&t,
                  "{\"unit\":\"us\",\"machine\":{\"cores\":64,\"scheduler\":{\"policy\":\"rr\","
                  "\"quantum\":1000}},\"devices\":{\"disk\":{\"service\":10,\"channels\":%s}},"
                  "\"tasks\":[{\"name\":\"t\",\"count\":1000000,"
                  "\"do\":[{\"cpu\":1},{\"io\":\"disk\"},{\"cpu\":1}]}]}",
                  devices[i]);
        r = bench_run(t.data);
        printf("%10s  %8.2f  %12s  %10" PRIu32 "  %14.1f  %14.1f\n", devices[i], r.seconds,
               bench_rate((double)r.events, r.seconds, rate), r.live,
               (double)r.bytes / (double)r.live, (double)bench_memory() / (double)r.live);
        text_release(&t);
    }
    return 0;
}
