#include "sim/cli/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base.h"
#include "sim/cli/unfinished.h"

bool write_all(int fd, const void *data, size_t len)
{
    const char *p = data;
    ssize_t written;

    while (len > 0) {
        written = write(fd, p, len);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        p += written;
        len -= (size_t)written;
    }
    return true;
}

char *real_path(const char *path)
{
    char *real = realpath(path, NULL);

    return real ? real : sim_strdup(path);
}

/* Is there nothing of that name, or a file, which may be replaced? */
static bool can_be_replaced(const char *path, mode_t *mode)
{
    struct stat st;

    *mode = 0;
    if (stat(path, &st) != 0)
        return lstat(path, &st) != 0;
    *mode = st.st_mode & 07777;
    return S_ISREG(st.st_mode);
}

int whole_open(struct whole *w, const char *path)
{
    struct text other = {NULL, 0, 0};

    memset(w, 0, sizeof(*w));
    if (!can_be_replaced(path, &w->mode)) {
        w->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY, 0666);
        return w->fd < 0 ? errno : 0;
    }
    w->real = real_path(path);
    text_addf(&other, "%s.%ld.new", w->real, (long)getpid());
    w->other = text_take(&other);
    w->fd = open(w->other, O_RDWR | O_CREAT | O_EXCL, 0666);
    if (w->fd >= 0)
        unfinished_add(w->other);
    return w->fd < 0 ? errno : 0;
}

int whole_close(struct whole *w, bool keep)
{
    int error = 0;

    if (w->fd >= 0) {
        if (keep && w->mode != 0 && w->real && fchmod(w->fd, w->mode) != 0)
            error = errno;
        if (close(w->fd) != 0 && error == 0)
            error = errno;
        if (w->real && error == 0 && keep && rename(w->other, w->real) != 0)
            error = errno;
        if (w->real && (error != 0 || !keep))
            unlink(w->other);
        if (w->real)
            unfinished_drop(w->other);
    }
    free(w->real);
    free(w->other);
    memset(w, 0, sizeof(*w));
    w->fd = -1;
    return error;
}
