/* config_ops.c - lists of ops. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "models/ops/op.h"
#include "sim/config_read.h"

void path_set(struct reader *r, const char *fmt, ...)
{
    char buf[512];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(buf, sizeof(buf), fmt, ap);
    va_end(ap);
    r->path.len = 0;
    text_add(&r->path, buf);
}

static uint32_t add_place(struct reader *r, const cJSON *at)
{
    struct scenario *sc = r->sc;

    if (sc->nplaces == r->places_room) {
        uint32_t room = r->places_room ? 2 * r->places_room : 64;
        struct place *places = arena_alloc(r->mem, room * sizeof(*places));
        const cJSON **nodes;

        if (sc->nplaces > 0)
            memcpy(places, sc->places, sc->nplaces * sizeof(*places));
        sc->places = places;
        nodes = arena_alloc(r->mem, room * sizeof(const cJSON *));
        if (sc->nplaces > 0)
            memcpy(nodes, r->place_nodes, sc->nplaces * sizeof(const cJSON *));
        r->place_nodes = nodes;
        r->places_room = room;
    }
    sc->places[sc->nplaces].path = arena_strdup(r->mem, r->path.data);
    r->place_nodes[sc->nplaces] = at;
    sc->places[sc->nplaces].line = json_line(r->j, at);
    sc->places[sc->nplaces].number = json_number(at);
    return sc->nplaces++;
}

static const struct op_def *find_op(const char *name)
{
    for (size_t i = 0; op_defs[i]; i++)
        if (strcmp(op_defs[i]->params[0].name, name) == 0)
            return op_defs[i];
    return NULL;
}

static bool has_option(const struct op_def *def, const char *name)
{
    for (const struct param *p = def->params + 1; p->name; p++)
        if (strcmp(p->name, name) == 0)
            return true;
    return false;
}

/* Nothing in the object is an op's key. */
static void no_op(struct reader *r, const cJSON *at)
{
    const char *names[64];
    size_t n = 0;
    const cJSON *first = at->child;

    while (first && is_comment(first))
        first = first->next;
    if (!first) {
        wrong(r, at, "as { \"cpu\": \"5ms\" }", "an op without a key");
        return;
    }
    while (n < ARRAY_LEN(names) && op_defs[n]) {
        names[n] = op_defs[n]->params[0].name;
        n++;
    }
    wrong_name(r, first, "op", first->string, names, n);
}

/* The key that says which op this is: the one that is no other's option. */
static const cJSON *op_key(struct reader *r, const cJSON *at)
{
    const cJSON *key = NULL;

    for (const cJSON *m = at->child; m; m = m->next) {
        const struct op_def *def = find_op(m->string);

        if (!def)
            continue;
        if (key && has_option(find_op(key->string), m->string))
            continue;
        if (!key || has_option(def, key->string)) {
            key = m;
            continue;
        }
        wrong_key(r, m, "two ops are two objects: {...}, {...}",
                  "an op object has one op, and \"%s\" stands here already", key->string);
        return NULL;
    }
    if (!key)
        no_op(r, at);
    return key;
}

static void read_op(struct reader *r, const cJSON *at, struct op *op)
{
    const cJSON *key = want_object(r, at) ? op_key(r, at) : NULL;
    struct keys keys = {0};
    char message[200];
    bool bad = r->bad;
    int wrong_option;

    op->place = add_place(r, at);
    if (!key)
        return;
    op->def = find_op(key->string);
    op->args = arena_alloc(r->mem, op->def->args_size + 1);
    keys.params = op->def->params;
    keys.base = op->args;
    r->bad = false;
    (void)snprintf(message, sizeof(message), "the op \"%s\"", key->string);
    read_object(r, at, message, &keys, 1);
    if (!r->bad && op->def->check) {
        wrong_option = op->def->check(r->sc, op->args, message, sizeof(message));
        if (wrong_option >= 0) {
            const cJSON *m = json_member(at, op->def->params[wrong_option].name);

            wrong(r, m ? m : at, NULL, "%s", message);
        }
    }
    r->bad |= bad;
}

void read_op_list(struct reader *r, const cJSON *at, struct op_list *list)
{
    size_t len = r->path.len;
    struct op *ops;

    if (!cJSON_IsArray(at)) {
        wrong_type(r, at, "as [ { \"cpu\": \"5ms\" } ]", "an array of ops");
        return;
    }
    ops = arena_alloc(r->mem, ((size_t)cJSON_GetArraySize(at) + 1) * sizeof(*ops));
    list->ops = ops;
    for (const cJSON *m = at->child; m; m = m->next) {
        text_addf(&r->path, "[%u]", (unsigned)list->n);
        read_op(r, m, &ops[list->n++]);
        r->path.len = len;
        r->path.data[len] = '\0';
    }
}

void read_one_op(struct reader *r, const cJSON *at, struct op_list *list)
{
    struct op *op = arena_alloc(r->mem, sizeof(*op));

    list->ops = op;
    list->n = 1;
    read_op(r, at, op);
}
