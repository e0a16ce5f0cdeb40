#include "sim/recording_lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { CHUNK = 1 << 18 };

void lines_of_text(struct lines *l, const char *text, size_t len)
{
    *l = (struct lines){.data = text, .end = len};
}

bool lines_open(struct lines *l, const char *path, struct diags *diags)
{
    struct stat st;

    *l = (struct lines){.f = NULL};
    if (strcmp(path, "-") == 0) {
        l->f = stdin;
        return true;
    }
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
        diags_add(diags, SIZE_MAX, NULL, "name a file in it", "this is a directory");
        return false;
    }
    l->f = fopen(path, "rb");
    if (!l->f)
        diags_add(diags, SIZE_MAX, NULL, NULL, "cannot read: %s", strerror(errno));
    return l->f != NULL;
}

bool lines_fine(const struct lines *l, struct diags *diags)
{
    if (l->error)
        diags_add(diags, SIZE_MAX, NULL, NULL, "cannot read: %s", strerror(l->error));
    return l->error == 0;
}

void lines_close(struct lines *l)
{
    if (l->f && l->f != stdin)
        (void)fclose(l->f);
    free(l->buffer);
}

bool lines_fill(struct lines *l)
{
    size_t n;

    if (!l->f)
        return false;
    if (l->at > 0 && l->end > l->at)
        memmove(l->buffer, l->buffer + l->at, l->end - l->at);
    l->passed += l->at;
    l->end -= l->at;
    l->at = 0;
    if (l->end + CHUNK > l->room) {
        l->room = 2 * (l->end + CHUNK);
        l->buffer = sim_realloc(l->buffer, l->room);
    }
    l->data = l->buffer;
    n = fread(l->buffer + l->end, 1, CHUNK, l->f);
    if (n == 0 && ferror(l->f))
        l->error = errno ? errno : EIO;
    l->end += n;
    return n > 0;
}

void lines_look(struct lines *l, size_t n)
{
    while (l->end - l->at < n && lines_fill(l))
        continue;
}

bool lines_next(struct lines *l, size_t max, const char **line, size_t *len)
{
    size_t looked = 0;
    const char *newline;

    for (;;) {
        newline = l->end > l->at + looked
                      ? memchr(l->data + l->at + looked, '\n', l->end - l->at - looked)
                      : NULL;
        looked = l->end - l->at;
        if (newline || looked > max || !lines_fill(l))
            break;
    }
    *line = l->data + l->at;
    *len = newline ? (size_t)(newline - *line) : l->end - l->at;
    if (*len > max || (!newline && *len == 0))
        return false;
    l->cut = !newline;
    l->at += *len + (newline != NULL);
    l->number++;
    *len -= *len > 0 && (*line)[*len - 1] == '\r';
    return true;
}
