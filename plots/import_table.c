/* import_table.c - the formats that can be imported from. */
#include "plots/import.h"

#include "sim/quanta.h"

extern const struct import_format import_ftrace, import_perf, import_chrome;

const struct import_format *const import_formats[] = {&import_ftrace, &import_perf,
                                                      &import_chrome, NULL};

const char *const quanta_import_names[] = {"ftrace", "perf-script", "chrome", NULL};

const char *quanta_import_help(size_t i)
{
    return import_formats[i] ? import_formats[i]->help : NULL;
}
