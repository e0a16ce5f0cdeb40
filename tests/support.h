/* support.h - what several suites share. */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include <check.h>
#include <cjson/cJSON.h>

#include "sim/base.h"
#include "sim/quanta.h"

#define SUITE(name) Suite *name##_suite(void);
#include "tests/suites.h"
#undef SUITE

/* A file of the project, NUL-terminated, the caller frees it; the test fails where there is none. */
char *read_file(const char *path);
cJSON *read_json(const char *path);

/* Runs the first variant of a config given as text; the test fails where it is wrong. */
struct result {
    struct quanta_config *cfg;
    struct quanta_run *run;
    cJSON *json; /* with segments */
};
struct result run_text(const char *config);
void result_free(struct result *r);

/* The member of that name; the test fails where there is none. */
cJSON *member(const cJSON *o, const char *name);

/* A copy with " for ', the caller's. */
char *with_quotes(const char *config);

/* Runs a config with ' for ", and fails with `what` where it does not come out as it expects. */
void check_config(const char *what, const char *config);

/* A number of the result; the test fails where there is none. */
int64_t number_at(const struct result *r, const char *pointer);

/* Calls `check` with the name of each .json file of a folder; how many there were. */
int each_json(const char *folder, void (*check)(const char *name));
int each_file(const char *folder, const char *suffix, void (*check)(const char *name));

/* A variant in a format of quanta_export() that is one file; the caller frees it. */
char *export_text(const struct quanta_config *cfg, size_t variant, const char *format);

/* The outputs of a command of the shell, and its exit code; texts are the caller's. */
struct command_result {
    char *out, *err;
    int code;
};
struct command_result run_command(const char *command);
void command_result_free(struct command_result *r);

/* build/quanta, or the one of the build that is tested. */
const char *quanta_path(void);

#endif
