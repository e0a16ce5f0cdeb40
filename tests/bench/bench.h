/* bench.h - what the bench programs share. */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

#include "sim/base.h"

/* Processor seconds of this process so far. */
double bench_seconds(void);

/* `count` per second as a short text: "34.1 M". */
enum { BENCH_TEXT = 32 };
const char *bench_rate(double count, double seconds, char buf[BENCH_TEXT]);

/* A whole file, NUL-terminated, to be freed; ends the program where it cannot be read. */
char *bench_file(const char *path);

#endif
