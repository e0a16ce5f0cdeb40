/* table.c - every translator there is. */
#include "models/translators/translator.h"

#include <string.h>

extern const struct translator translator_node, translator_browser, translator_pthreads;

const struct translator *const translators[] = {&translator_node, &translator_browser,
                                                &translator_pthreads, NULL};

const struct translator *translator_find(const char *name)
{
    for (size_t i = 0; translators[i]; i++)
        if (strcmp(translators[i]->name, name) == 0)
            return translators[i];
    return NULL;
}
