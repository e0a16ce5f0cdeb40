/* export_table.c - the formats that can be exported to. */
#include "plots/export.h"

#include <string.h>

#define EXPORT(id, name) extern const struct export_format export_##id;
#include "plots/export_list.h"
#undef EXPORT

const struct export_format *const export_formats[] = {
#define EXPORT(id, name) &export_##id,
#include "plots/export_list.h"
#undef EXPORT
    NULL};

const char *const quanta_format_names[] = {
#define EXPORT(id, name) name,
#include "plots/export_list.h"
#undef EXPORT
    NULL};

const struct export_format *export_find(const char *name)
{
    for (size_t i = 0; export_formats[i]; i++)
        if (strcmp(export_formats[i]->is.name, name) == 0)
            return export_formats[i];
    return NULL;
}

const struct quanta_format *quanta_format(size_t i)
{
    for (size_t k = 0; export_formats[k]; k++)
        if (k == i)
            return &export_formats[k]->is;
    return NULL;
}
