/* translator_names.c - identifiers of a language for the names of a file. */
#include "models/translators/translator.h"

#include <stdlib.h>
#include <string.h>

struct ident {
    int kind;
    const char *name; /* as the file has it */
    const char *ident;
};

void idents_release(struct idents *ids)
{
    free(ids->list);
    ids->list = NULL;
    ids->n = ids->room = 0;
}

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What of the name may stand in an identifier; what may not parts its words. */
static void add_words(struct text *t, const char *name, bool camel)
{
    bool gap = false;

    for (; *name; name++) {
        char c = *name;

        if (!letter(c) && !digit(c)) {
            gap = t->len > 0;
            continue;
        }
        if (digit(c) && t->len == 0)
            text_add(t, "_");
        if (gap && !(camel && letter(c) && c != '_'))
            text_add(t, "_");
        if (gap && camel && c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        gap = false;
        text_add_len(t, &c, 1);
    }
    if (t->len == 0)
        text_add(t, "unnamed");
}

static bool taken(const struct idents *ids, const char *word)
{
    for (size_t i = 0; ids->reserved[i]; i++)
        if (strcmp(ids->reserved[i], word) == 0)
            return true;
    for (uint32_t i = 0; i < ids->n; i++)
        if (strcmp(ids->list[i].ident, word) == 0)
            return true;
    return false;
}

static const char *make(struct translation *tr, const struct idents *ids, const char *name)
{
    struct text t = {0};
    const char *made;

    add_words(&t, name, ids->camel);
    made = arena_strdup(&tr->mem, t.data);
    for (unsigned n = 2; taken(ids, made); n++)
        made = arena_printf(&tr->mem, "%s%s%u", t.data,
                            digit(t.data[t.len - 1]) || !ids->camel ? "_" : "", n);
    text_release(&t);
    return made;
}

const char *ident(struct translation *tr, struct idents *ids, int kind, const char *name)
{
    struct ident *id;

    for (uint32_t i = 0; i < ids->n; i++)
        if (ids->list[i].kind == kind && strcmp(ids->list[i].name, name) == 0)
            return ids->list[i].ident;
    if (ids->n == ids->room) {
        ids->room = ids->room ? 2 * ids->room : 32;
        ids->list = sim_realloc(ids->list, ids->room * sizeof(*ids->list));
    }
    id = &ids->list[ids->n];
    *id = (struct ident){kind, name, make(tr, ids, name)};
    ids->n++;
    return id->ident;
}
