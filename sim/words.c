#include "sim/words.h"

#include <stdlib.h>
#include <string.h>

struct words *words_new(struct list *all, const char *text)
{
    size_t size = strlen(text) + 1;
    struct words *w = sim_malloc(sizeof(*w) + size);

    w->uses = 1;
    memcpy(w->text, text, size);
    list_push_back(all, &w->link);
    return w;
}

struct words *words_use(struct words *w)
{
    if (w)
        w->uses++;
    return w;
}

void words_drop(struct words *w)
{
    if (!w)
        return;
    sim_assert(w->uses > 0);
    if (--w->uses > 0)
        return;
    list_remove(&w->link);
    free(w);
}

void words_free_all(struct list *all)
{
    struct list *at = all->next;

    while (at != all) {
        struct list *next = at->next;

        free(container_of(at, struct words, link));
        at = next;
    }
    list_init(all);
}

bool words_number(const char *text, int64_t *value)
{
    bool negative = *text == '-';
    int64_t n = 0;

    text += negative;
    if (!*text)
        return false;
    for (; *text; text++) {
        int64_t digit = *text - '0';

        if (digit < 0 || digit > 9 || n > (INT64_MAX - digit) / 10)
            return false;
        n = 10 * n + digit;
    }
    *value = negative ? -n : n;
    return true;
}
