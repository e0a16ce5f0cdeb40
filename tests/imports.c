#include "tests/imports.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support.h"

struct to_text {
    struct quanta_writer writer;
    struct text text;
};

static bool write_text(struct quanta_writer *w, int file, const void *bytes, size_t n)
{
    ck_assert_int_eq(file, 0);
    text_add_len(&container_of(w, struct to_text, writer)->text, bytes, n);
    return true;
}

char *import_file(const char *path, const char *format, char **said)
{
    struct to_text to = {.writer = {.write = write_text}};
    char *notes, *errors;
    bool fine = quanta_import(path, format, &to.writer, &notes, &errors);

    *said = fine ? notes : errors;
    free(fine ? errors : notes);
    if (fine)
        return text_take(&to.text);
    text_release(&to.text);
    return NULL;
}

char *import_string(const char *text, const char *format, char **said)
{
    char path[] = "/tmp/quanta-import-XXXXXX", *made;
    int fd = mkstemp(path);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    ck_assert_int_eq(close(fd), 0);
    made = import_file(path, format, said);
    ck_assert_int_eq(unlink(path), 0);
    return made;
}
