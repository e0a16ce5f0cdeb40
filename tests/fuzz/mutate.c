/* mutate.c - changes to texts of lines that leave most of them what they are: a trace behind a
 * valid head, whose records are records, is where a reader can still be wrong. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

enum { LINES = 4096, NUMBER_SIZE = 32 };

struct span {
    size_t from, to; /* a line with its newline, or a number */
};

struct edit {
    const uint8_t *data;
    size_t size;
    struct span lines[LINES];
    size_t nlines, head;
    uint64_t state;
    struct text out;
};

/* Source: splitmix64. */
static size_t draw(struct edit *e, size_t n)
{
    uint64_t z = (e->state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return n > 0 ? (size_t)((z ^ (z >> 31)) % n) : 0;
}

static void find_lines(struct edit *e)
{
    for (size_t at = 0; at < e->size && e->nlines < LINES;) {
        const uint8_t *newline = memchr(e->data + at, '\n', e->size - at);
        size_t to = newline ? (size_t)(newline - e->data) + 1 : e->size;

        e->lines[e->nlines++] = (struct span){at, to};
        at = to;
    }
}

/* Now and then one of the head. */
static size_t some_line(struct edit *e)
{
    size_t from = e->nlines > e->head && draw(e, 32) > 0 ? e->head : 0;

    return from + draw(e, e->nlines - from);
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* One of the numbers of a line; false: it has none. */
static bool some_number(struct edit *e, size_t line, struct span *found)
{
    size_t n = 0;

    for (size_t at = e->lines[line].from; at < e->lines[line].to; at++) {
        size_t from = at;

        while (at < e->lines[line].to && is_digit(e->data[at]))
            at++;
        if (at > from && draw(e, ++n) == 0)
            *found = (struct span){from, at};
    }
    return n > 0;
}

static void add(struct edit *e, struct span s)
{
    if (s.to > s.from)
        text_add_len(&e->out, (const char *)e->data + s.from, s.to - s.from);
}

static void add_all(struct edit *e, size_t from, size_t to)
{
    add(e, (struct span){from, to});
}

/* The whole with `s` replaced. */
static void replace(struct edit *e, struct span s, const char *with, size_t len)
{
    add_all(e, 0, s.from);
    if (len > 0)
        text_add_len(&e->out, with, len);
    add_all(e, s.to, e->size);
}

static void another_number(struct edit *e)
{
    static const char *const hard[] = {"0",
                                       "1",
                                       "2",
                                       "-1",
                                       "4095",
                                       "4096",
                                       "65536",
                                       "2147483647",
                                       "2147483648",
                                       "9.5",
                                       "4294967295",
                                       "1000000000",
                                       "1e3",
                                       "120",
                                       "999999999",
                                       "20000000",
                                       "2251799813685248",
                                       "9223372036854775807",
                                       "00",
                                       ""};
    struct span old, other;
    char buf[NUMBER_SIZE];
    const char *with;
    int64_t value;

    if (!some_number(e, some_line(e), &old))
        return;
    switch (draw(e, 3)) {
    case 0:
        with = hard[draw(e, ARRAY_LEN(hard))];
        replace(e, old, with, strlen(with));
        break;
    case 1:
        value = strtoll((const char *)e->data + old.from, NULL, 10);
        value = value < INT64_MAX / 2 ? value + (int64_t)draw(e, 5) - 2 : value;
        (void)snprintf(buf, sizeof(buf), "%" PRId64, value);
        replace(e, old, buf, strlen(buf));
        break;
    default:
        if (some_number(e, some_line(e), &other))
            replace(e, old, (const char *)e->data + other.from, other.to - other.from);
    }
}

/* A quoted word, or one behind "=", becomes one of another line. */
static bool some_word(struct edit *e, size_t line, struct span *found)
{
    size_t n = 0;

    for (size_t at = e->lines[line].from; at < e->lines[line].to; at++) {
        size_t from = at + 1, to = from;

        if (e->data[at] != '"' && e->data[at] != '=' && e->data[at] != ':')
            continue;
        while (to < e->lines[line].to && !strchr("\" ,}\n", e->data[to]))
            to++;
        if (to > from && draw(e, ++n) == 0)
            *found = (struct span){from, to};
    }
    return n > 0;
}

static void another_word(struct edit *e)
{
    struct span old, other;

    if (some_word(e, some_line(e), &old) && some_word(e, some_line(e), &other))
        replace(e, old, (const char *)e->data + other.from, other.to - other.from);
}

static void line_goes(struct edit *e)
{
    replace(e, e->lines[some_line(e)], NULL, 0);
}

static void line_again(struct edit *e)
{
    struct span line = e->lines[some_line(e)];
    size_t at = e->lines[some_line(e)].to;

    add_all(e, 0, at);
    add(e, line);
    add_all(e, at, e->size);
}

static void lines_swap(struct edit *e)
{
    size_t i = some_line(e), j = some_line(e);
    struct span a = e->lines[i < j ? i : j], b = e->lines[i < j ? j : i];

    if (i == j)
        return;
    add_all(e, 0, a.from);
    add(e, b);
    add_all(e, a.to, b.from);
    add(e, a);
    add_all(e, b.to, e->size);
}

/* All behind a line goes, but for the last one. */
static void lines_go(struct edit *e)
{
    add_all(e, 0, e->lines[some_line(e)].to);
    add(e, e->lines[e->nlines - 1]);
}

static size_t any_bytes(struct edit *e, uint8_t *data, size_t size, size_t max)
{
    struct span line = e->lines[some_line(e)];
    uint8_t buf[4096];
    size_t len = line.to - line.from;

    if (len > sizeof(buf) / 2)
        return LLVMFuzzerMutate(data, size, max);
    memcpy(buf, e->data + line.from, len);
    len = LLVMFuzzerMutate(buf, len, sizeof(buf));
    replace(e, line, (const char *)buf, len);
    return 0;
}

static void edit_once(struct edit *e)
{
    static void (*const ways[])(struct edit * e) = {
        another_number, another_number, another_number, another_word, another_word, line_goes,
        line_again,     line_again,     lines_swap,     lines_swap,   lines_go};

    ways[draw(e, ARRAY_LEN(ways))](e);
}

size_t fuzz_mutate_lines(uint8_t *data, size_t size, size_t max, unsigned int seed, size_t head)
{
    struct edit *e = sim_calloc(1, sizeof(*e));
    size_t direct = 0;
    char *copy = fuzz_text(data, size); /* ends: numbers are read from it */

    e->data = (const uint8_t *)copy;
    e->size = size;
    e->head = head;
    e->state = seed;
    find_lines(e);
    if (e->nlines == 0)
        direct = LLVMFuzzerMutate(data, size, max);
    else if (draw(e, 8) == 0)
        direct = any_bytes(e, data, size, max);
    else
        edit_once(e);
    if (direct == 0 && e->out.len > 0 && e->out.len <= max) {
        memcpy(data, e->out.data, e->out.len);
        size = e->out.len;
    }
    text_release(&e->out);
    free(e);
    free(copy);
    return direct > 0 ? direct : size;
}
