#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

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

char *bench_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    struct text t = {0};
    char buf[4096];
    size_t n;

    if (!f) {
        perror(path);
        exit(1);
    }
    while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
        text_add_len(&t, buf, n);
    (void)fclose(f);
    return text_take(&t);
}
