#include "sim/cli/out_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/cli/args.h"
#include "sim/cli/unfinished.h"
#include "sim/cli/whole.h"

enum { COPY_BYTES = 65536 };

struct one_file {
    int fd;     /* -1: closed */
    char *path; /* in the folder; NULL: file 0, or a scratch file */
};

struct out_files {
    struct quanta_writer writer;
    const char *path; /* NULL: standard output */
    bool folder;
    char *real, *other; /* of a folder: its name, and the one until it is whole */
    struct whole whole; /* file 0 */
    struct one_file *list;
    int n;
    int error; /* errno of the first thing that failed; 0: none */
};

/* Remembers the first error.  False, for the caller to return. */
static bool failed(struct out_files *files)
{
    if (files->error == 0)
        files->error = errno ? errno : EIO;
    return false;
}

/* `path` is ours from now on. */
static int add_file(struct out_files *files, int fd, char *path)
{
    files->list = sim_realloc(files->list, (size_t)(files->n + 1) * sizeof(*files->list));
    files->list[files->n].fd = fd;
    files->list[files->n].path = path;
    if (path)
        unfinished_add(path);
    return files->n++;
}

static char *joined(const char *folder, const char *name)
{
    struct text t = {NULL, 0, 0};

    text_addf(&t, "%s/%s", folder, name);
    return text_take(&t);
}

/* ---- what the writer does ------------------------------------------------------ */

static bool files_write(struct quanta_writer *w, int file, const void *bytes, size_t n)
{
    struct out_files *files = container_of(w, struct out_files, writer);

    sim_assert(file >= 0 && file < files->n);
    return write_all(files->list[file].fd, bytes, n) || failed(files);
}

/* A file without a name: beside the output, which may be large, where there is one. */
static int open_scratch(const struct out_files *files)
{
    const char *folder = getenv("TMPDIR");
    struct text name = {NULL, 0, 0};
    int fd;

    if (files->real || files->whole.real)
        text_addf(&name, "%s.XXXXXX", files->real ? files->real : files->whole.real);
    else
        text_addf(&name, "%s/quanta.XXXXXX", folder && *folder ? folder : "/tmp");
    fd = mkstemp(name.data);
    if (fd >= 0)
        unlink(name.data);
    text_release(&name);
    return fd;
}

static int files_open(struct quanta_writer *w, const char *name)
{
    struct out_files *files = container_of(w, struct out_files, writer);
    char *path = NULL;
    int fd;

    sim_assert(!name || files->folder);
    if (name && files->other) {
        path = joined(files->other, name);
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
    } else {
        fd = open_scratch(files);
    }
    if (fd < 0) {
        (void)failed(files);
        free(path);
        return -1;
    }
    return add_file(files, fd, path);
}

static bool copy(int to, int from)
{
    char *buf = sim_malloc(COPY_BYTES);
    ssize_t got = -1;
    bool fine = lseek(from, 0, SEEK_SET) == 0;

    while (fine && (got = read(from, buf, COPY_BYTES)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        fine = got > 0 && write_all(to, buf, (size_t)got);
    }
    free(buf);
    return fine;
}

static bool files_append(struct quanta_writer *w, int file, int scratch)
{
    struct out_files *files = container_of(w, struct out_files, writer);
    struct one_file *from = &files->list[scratch];
    bool fine;

    sim_assert(scratch > 0 && scratch < files->n && from->fd >= 0 && !from->path);
    fine = copy(files->list[file].fd, from->fd) || failed(files);
    (void)close(from->fd); /* nothing is lost with it any more */
    from->fd = -1;
    return fine;
}

static bool files_read(struct quanta_writer *w, int scratch, uint64_t at, void *bytes, size_t n)
{
    struct out_files *files = container_of(w, struct out_files, writer);
    char *p = bytes;

    sim_assert(scratch > 0 && scratch < files->n);
    while (n > 0) {
        ssize_t got = pread(files->list[scratch].fd, p, n, (off_t)at);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return failed(files);
        p += got;
        at += (uint64_t)got;
        n -= (size_t)got;
    }
    return true;
}

/* ---- folders ------------------------------------------------------------------- */

/* A folder takes no place but a free one, or an empty folder's: what is in it is not ours to
 * delete. */
static bool is_free(const char *path)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;
    bool empty = true;

    if (!dir)
        return errno == ENOENT;
    while ((entry = readdir(dir)))
        empty = empty && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);
    (void)closedir(dir);
    if (!empty)
        errno = ENOTEMPTY;
    return empty;
}

/* "out/" is "out". */
static char *without_slashes(const char *path)
{
    size_t len = strlen(path);

    while (len > 1 && path[len - 1] == '/')
        len--;
    return sim_strndup(path, len);
}

static void open_folder(struct out_files *files)
{
    struct text other = {NULL, 0, 0};
    char *path = without_slashes(files->path);

    files->real = real_path(path);
    free(path);
    errno = 0;
    if (!is_free(files->real)) {
        (void)failed(files);
        return;
    }
    text_addf(&other, "%s.%ld.new", files->real, (long)getpid());
    if (mkdir(other.data, 0777) == 0) {
        files->other = text_take(&other);
        unfinished_add(files->other);
    } else {
        (void)failed(files);
    }
    text_release(&other);
}

static void close_folder(struct out_files *files, bool keep)
{
    if (!files->other)
        return;
    if (keep && files->error == 0 && rename(files->other, files->real) != 0)
        (void)failed(files);
    if (keep && files->error == 0)
        return;
    for (int i = 0; i < files->n; i++)
        if (files->list[i].path)
            unlink(files->list[i].path);
    rmdir(files->other);
}

/* ---- the whole ----------------------------------------------------------------- */

struct out_files *out_files_new(const char *path, bool folder)
{
    struct out_files *files = sim_calloc(1, sizeof(*files));

    files->writer = (struct quanta_writer){files_write, files_open, files_append, files_read};
    files->path = path && strcmp(path, "-") != 0 ? path : NULL;
    files->folder = folder;
    files->whole.fd = -1;
    sim_assert(files->path || !folder);
    if (folder) {
        open_folder(files);
        add_file(files, -1, NULL);
        return files;
    }
    if (files->path)
        files->error = whole_open(&files->whole, files->path);
    add_file(files, files->path ? files->whole.fd : STDOUT_FILENO, NULL);
    return files;
}

struct quanta_writer *out_files_writer(struct out_files *files)
{
    return files->error == 0 ? &files->writer : NULL;
}

bool out_files_end(struct out_files *files, bool keep)
{
    bool fine;

    for (int i = 1; i < files->n; i++) /* file 0 belongs to `whole`, or to nobody */
        if (files->list[i].fd >= 0 && close(files->list[i].fd) != 0)
            (void)failed(files);
    if (files->folder)
        close_folder(files, keep);
    else if (files->path) {
        int error = whole_close(&files->whole, keep && files->error == 0);

        if (files->error == 0)
            files->error = error;
    }
    fine = files->error == 0;
    if (!fine)
        complain(NULL,
                 files->error == ENOTEMPTY ? "it becomes a folder, where nothing is yet" : NULL,
                 "cannot write %s: %s", files->path ? files->path : "standard output",
                 strerror(files->error));
    for (int i = 0; i < files->n; i++) {
        if (files->list[i].path)
            unfinished_drop(files->list[i].path);
        free(files->list[i].path);
    }
    if (files->other)
        unfinished_drop(files->other);
    free(files->list);
    free(files->real);
    free(files->other);
    free(files);
    return fine;
}
