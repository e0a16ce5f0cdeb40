/* bench.h - what the bench programs share. */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

#include "sim/base.h"

/* Processor seconds of this process so far. */
double bench_seconds(void);

/* `count` per second as a short text: "34.1 M". */
enum { BENCH_TEXT = 32 };
const char *bench_rate(double count, double seconds, char buf[BENCH_TEXT]);

/* One simulation of a config given as text, told to nobody; what it took. */
struct bench_run {
    double seconds; /* of the processor, without reading and building */
    uint64_t events;
    size_t bytes;  /* that the simulation held */
    uint32_t live; /* tasks at once */
    sim_time end;
};
struct bench_run bench_run(const char *config);

/* The same, told to those who want no records, the digest, or all numbers (and the digest). */
enum bench_listener { BENCH_NOBODY, BENCH_DIGEST, BENCH_NUMBERS, BENCH_LISTENERS };
struct bench_run bench_listened(const char *config, enum bench_listener who);

/* A number of the result document of the same config. */
int64_t bench_number(const char *config, const char *pointer);

/* The most memory this process has held, in bytes. */
size_t bench_memory(void);

#endif
