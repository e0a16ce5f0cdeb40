/* out.c - standard output, whole files, and what the terminal can show. */
#include "sim/cli/out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sim/cli/whole.h"

enum { WIDTH_MIN = 40, WIDTH_USUAL = 80, WIDTH_MAX = 1000 };

void out_standard_streams(void)
{
    int fd;

    for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) != -1 || errno != EBADF)
            continue;
        /* The wrong way round on purpose: using it fails with EBADF, as it should.  The
         * lowest free number is `fd`, for those below are open. */
        if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            _exit(EXIT_OUTPUT);
    }
}

/* ---- writing ----------------------------------------------------------------- */

void out_init(struct out *out, const char *path)
{
    memset(out, 0, sizeof(*out));
    out->path = path && strcmp(path, "-") != 0 ? path : NULL;
}

void out_release(struct out *out)
{
    text_release(&out->kept);
}

void out_text(struct out *out, const char *text)
{
    size_t len = strlen(text);

    if (out->path) {
        text_add_len(&out->kept, text, len);
        return;
    }
    errno = 0;
    if (out->error == 0 && fwrite(text, 1, len, stdout) != len)
        out->error = errno ? errno : EIO;
}

static int write_file(const char *path, const struct text *text)
{
    struct whole file;
    int error = whole_open(&file, path), closing;

    if (error == 0 && !write_all(file.fd, text->data, text->len))
        error = errno;
    closing = whole_close(&file, error == 0);
    return error ? error : closing;
}

bool out_finish(struct out *out)
{
    text_add(&out->kept, "");
    if (out->path) {
        out->error = write_file(out->path, &out->kept);
    } else if (out->error == 0) {
        errno = 0;
        if (fflush(stdout) != 0)
            out->error = errno ? errno : EIO;
    }
    if (out->error != 0)
        complain(NULL, NULL, "cannot write %s: %s", out->path ? out->path : "standard output",
                 strerror(out->error));
    return out->error == 0;
}

/* ---- the terminal -------------------------------------------------------------- */

static const char *variable(const char *name) /* never NULL */
{
    const char *value = getenv(name);

    return value ? value : "";
}

static int terminal_width(void)
{
    struct winsize size;
    const char *columns = variable("COLUMNS");
    long width = strtol(columns, NULL, 10);

    if (width <= 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        width = size.ws_col;
    if (width <= 0)
        return WIDTH_USUAL;
    return width < WIDTH_MIN ? WIDTH_MIN : width > WIDTH_MAX ? WIDTH_MAX : (int)width;
}

/* Does the locale name a character set, and another one than UTF-8?  A locale without one
 * ("C", "en_US") says nothing of what the terminal shows, which today is UTF-8. */
static bool other_charset(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    const char *locale = "", *charset;
    size_t i;

    for (i = 0; i < ARRAY_LEN(names) && locale[0] == '\0'; i++)
        locale = variable(names[i]);
    charset = strchr(locale, '.');
    return charset && strncasecmp(charset, ".utf-8", 6) != 0 &&
           strncasecmp(charset, ".utf8", 5) != 0;
}

void out_look(const struct args *args, struct quanta_look *look)
{
    bool to_stdout = !args->output || strcmp(args->output, "-") == 0;
    bool terminal = to_stdout && isatty(STDOUT_FILENO);
    const char *term = variable("TERM");

    memset(look, 0, sizeof(*look));
    look->width = args->width > 0 ? (int)args->width
                  : terminal      ? terminal_width()
                                  : WIDTH_USUAL;
    look->rows = (int)args->rows;
    look->ascii = args->ascii;
    if (terminal &&
        (strcmp(term, "linux") == 0 || strcmp(term, "dumb") == 0 || other_charset()))
        look->ascii = true;
    if (args->colour == COLOUR_AUTO)
        look->colours =
            terminal && variable("NO_COLOR")[0] == '\0' && strcmp(term, "dumb") != 0;
    else
        look->colours = args->colour == COLOUR_ALWAYS;
}

int out_help_width(void)
{
    int width = isatty(STDOUT_FILENO) ? terminal_width() : WIDTH_USUAL;

    return width < WIDTH_USUAL ? width : WIDTH_USUAL;
}

/* ---- running text -------------------------------------------------------------- */

static size_t columns_of(const char *text, size_t len)
{
    size_t i, n = 0;

    for (i = 0; i < len; i++)
        n += ((unsigned char)text[i] & 0xC0) != 0x80; /* not within a code point */
    return n;
}

size_t text_columns(const char *text)
{
    return columns_of(text, strlen(text));
}

void wrap_text(struct text *t, const char *paragraphs, int indent, int width)
{
    size_t room = (size_t)(width > indent + 10 ? width - indent : 10);
    size_t used = 0, len, columns;
    const char *p = paragraphs;

    while (*p != '\0') {
        if (*p == ' ') {
            p++;
            continue;
        }
        if (*p == '\n') {
            text_add(t, "\n");
            used = 0;
            p++;
            continue;
        }
        len = strcspn(p, " \n");
        columns = columns_of(p, len);
        if (used > 0 && used + 1 + columns > room) {
            text_add(t, "\n");
            used = 0;
        }
        if (used == 0)
            text_pad(t, ' ', (size_t)indent);
        else
            text_add(t, " ");
        text_add_len(t, p, len);
        used += columns + (used > 0);
        p += len;
    }
    if (used > 0)
        text_add(t, "\n");
}
