/* main.c - runs the suites of suites.h: all of them, or those named as arguments.
 *
 * Check's own switches work: CK_FORK=no for debuggers, CK_VERBOSITY=verbose, CK_RUN_CASE. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUITE(name) Suite *name##_suite(void);
#include "tests/suites.h"
#undef SUITE

static const struct {
    const char *name;
    Suite *(*suite)(void);
} suites[] = {
#define SUITE(name) {#name, name##_suite},
#include "tests/suites.h"
#undef SUITE
};

enum { NSUITES = sizeof(suites) / sizeof(suites[0]) };

static int find_suite(const char *name)
{
    int i;

    for (i = 0; i < NSUITES; i++) {
        if (strcmp(suites[i].name, name) == 0)
            return i;
    }
    return -1;
}

int main(int argc, char **argv)
{
    SRunner *runner = srunner_create(NULL);
    int i, found, failed;

    for (i = 1; i < argc; i++) {
        found = find_suite(argv[i]);
        if (found < 0) {
            fprintf(stderr, "%s: no suite \"%s\"\n", argv[0], argv[i]);
            srunner_free(runner);
            return 2;
        }
        srunner_add_suite(runner, suites[found].suite());
    }
    for (i = 0; argc == 1 && i < NSUITES; i++)
        srunner_add_suite(runner, suites[i].suite());
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
