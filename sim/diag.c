/* diag.c - collects, sorts and prints what is wrong with a file. */
#include "sim/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SHOWN = 100, /* columns of a line that are shown */
    BEFORE = 60, /* of which at most so many before the caret, in a longer line */
};

void diags_init(struct diags *d)
{
    memset(d, 0, sizeof *d);
}

static void diag_release(struct diag *one)
{
    free(one->pointer);
    free(one->message);
    free(one->hint);
}

void diags_release(struct diags *d)
{
    for (size_t i = 0; i < d->n; i++)
        diag_release(&d->list[i]);
    free(d->list);
    free(d->file);
    free(d->text);
    diags_init(d);
}

void diags_source(struct diags *d, const char *file, const char *text, size_t len)
{
    char *old_file = d->file, *old_text = d->text;

    sim_assert(file);
    d->file = sim_strdup(file);
    d->text = NULL;
    d->len = 0;
    if (text) {
        d->text = sim_malloc(len + 1);
        memcpy(d->text, text, len);
        d->text[len] = '\0';
        d->len = len;
    }
    free(old_file);
    free(old_text);
}

void diags_add_text(struct diags *d, size_t offset, const char *pointer, const char *hint,
                    const char *message)
{
    struct diag *one;

    sim_assert(message);
    if (d->n == DIAGS_KEPT) {
        d->dropped++;
        return;
    }
    if (d->n == d->room) {
        d->room = d->room ? 2 * d->room : 16;
        d->list = sim_realloc(d->list, d->room * sizeof *d->list);
    }
    one = &d->list[d->n];
    one->pointer = pointer ? sim_strdup(pointer) : NULL;
    one->message = sim_strdup(message);
    one->hint = hint ? sim_strdup(hint) : NULL;
    one->offset = offset;
    one->order = d->n++;
}

void diags_add(struct diags *d, size_t offset, const char *pointer, const char *hint,
               const char *fmt, ...)
{
    va_list ap;
    char *message;
    int len;

    va_start(ap, fmt);
    len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    sim_assert(len >= 0);
    message = sim_malloc((size_t)len + 1);
    va_start(ap, fmt);
    vsnprintf(message, (size_t)len + 1, fmt, ap);
    va_end(ap);
    diags_add_text(d, offset, pointer, hint, message);
    free(message);
}

static int compare(const void *a, const void *b)
{
    const struct diag *x = a, *y = b;

    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

void diags_sort(struct diags *d)
{
    size_t kept = 0;

    if (d->n == 0)
        return;
    qsort(d->list, d->n, sizeof *d->list, compare);
    for (size_t i = 0; i < d->n; i++) {
        bool twice = false;

        for (size_t j = kept; j-- > 0 && !twice && d->list[j].offset == d->list[i].offset;)
            twice = strcmp(d->list[j].message, d->list[i].message) == 0 &&
                    same_text(d->list[j].pointer, d->list[i].pointer);
        if (twice)
            diag_release(&d->list[i]);
        else
            d->list[kept++] = d->list[i];
    }
    for (size_t i = 0; i < kept; i++)
        d->list[i].order = i;
    d->n = kept;
}

/* ---- printing -------------------------------------------------------------- */

/* Lines are counted onwards from the diagnostic before: the text may be long. */
struct cursor {
    size_t offset, line, line_start;
};

static void cursor_move(struct cursor *c, const struct diags *d, size_t offset)
{
    sim_assert(offset >= c->offset);
    sim_assert(offset <= d->len);
    for (; c->offset < offset; c->offset++) {
        if (d->text[c->offset] == '\n') {
            c->line++;
            c->line_start = c->offset + 1;
        }
    }
}

/* Bytes of the character at `s`, of which `left` are there; 1 for what is no UTF-8. */
static size_t char_len(const char *s, size_t left)
{
    unsigned char c = (unsigned char)*s;
    size_t len = c < 0x80                ? 1
                 : c >= 0xc2 && c < 0xe0 ? 2
                 : (c & 0xf0) == 0xe0    ? 3
                 : c >= 0xf0 && c < 0xf5 ? 4
                                         : 1;

    if (len > left)
        return 1;
    for (size_t i = 1; i < len; i++) {
        if (((unsigned char)s[i] & 0xc0) != 0x80)
            return 1;
    }
    return len;
}

static size_t columns(const char *s, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i += char_len(s + i, len - i))
        n++;
    return n;
}

/* What a terminal would obey, or could not show, becomes a question mark. */
static void add_char(struct text *t, const char *s, size_t len)
{
    unsigned char c = (unsigned char)*s;

    bool control = len == 1 ? (c < 0x20 && c != '\t') || c >= 0x7f
                            : len == 2 && c == 0xc2 && (unsigned char)s[1] < 0xa0;

    if (control)
        text_add(t, "?");
    else
        text_add_len(t, s, len);
}

/* The line without its indentation, and a caret under `offset`.  Of a long line,
 * what is around the caret. */
static void add_line(struct text *t, const struct diags *d, size_t start, size_t offset)
{
    const char *newline = memchr(d->text + start, '\n', d->len - start);
    size_t end = newline ? (size_t)(newline - d->text) : d->len;
    size_t at, first, column, i;
    struct text caret = {0};

    while (end > start && end > offset && d->text[end - 1] == '\r')
        end--;
    while (start < offset && (d->text[start] == ' ' || d->text[start] == '\t'))
        start++;
    at = columns(d->text + start, offset - start);
    first = at > BEFORE && columns(d->text + start, end - start) > SHOWN ? at - BEFORE : 0;
    text_add(t, "    ");
    text_add(&caret, "    ");
    if (first > 0) {
        text_add(t, "...");
        text_add(&caret, "   ");
    }
    column = 0;
    for (i = start; i < end && column < first + SHOWN; column++) {
        size_t len = char_len(d->text + i, end - i);

        if (column >= first) {
            add_char(t, d->text + i, len);
            if (column < at)
                text_add(&caret, d->text[i] == '\t' ? "\t" : " ");
        }
        i += len;
    }
    text_add(t, i < end ? "...\n" : "\n");
    text_add(t, caret.data);
    text_add(t, "^\n");
    text_release(&caret);
}

static void add_plain(struct text *t, const char *s)
{
    size_t left = strlen(s);

    while (left > 0) {
        size_t len = char_len(s, left);

        add_char(t, s, len);
        s += len;
        left -= len;
    }
}

static void add_diag(struct text *t, const struct diags *d, const struct diag *one,
                     struct cursor *cursor)
{
    bool placed = d->text && one->offset <= d->len;

    add_plain(t, d->file ? d->file : "");
    if (placed) {
        cursor_move(cursor, d, one->offset);
        text_addf(t, ":%zu:%zu", cursor->line,
                  columns(d->text + cursor->line_start, one->offset - cursor->line_start) + 1);
    }
    text_add(t, ": error: ");
    if (one->pointer && *one->pointer) {
        add_plain(t, one->pointer);
        text_add(t, ": ");
    }
    add_plain(t, one->message);
    text_add(t, "\n");
    if (placed && d->len > 0)
        add_line(t, d, cursor->line_start, one->offset);
    if (one->hint) {
        text_add(t, "    hint: ");
        add_plain(t, one->hint);
        text_add(t, "\n");
    }
}

char *diags_text(struct diags *d)
{
    struct cursor cursor = {0, 1 + d->lines_before, 0};
    struct text t = {0};
    size_t more;

    diags_sort(d);
    for (size_t i = 0; i < d->n && i < DIAGS_PRINTED; i++)
        add_diag(&t, d, &d->list[i], &cursor);
    more = d->dropped + (d->n > DIAGS_PRINTED ? d->n - DIAGS_PRINTED : 0);
    if (more > 0)
        text_addf(&t, "... and %zu more\n", more);
    return text_take(&t);
}
