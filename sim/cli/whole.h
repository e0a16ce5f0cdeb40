/* whole.h - a file that appears under its name whole or not at all: written beside it under
 * another name, then renamed.  Devices and pipes are written to as they are, and so is the
 * file that a link names which leads nowhere yet: it is made, the link not replaced. */
#ifndef SIM_CLI_WHOLE_H
#define SIM_CLI_WHOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct whole {
    int fd;
    mode_t mode; /* that the file had; 0: it is new */
    char *real;  /* its name, links followed; NULL: written through */
    char *other; /* the name until it is whole */
};

/* Each gives an errno; 0: done. */
int whole_open(struct whole *w, const char *path);
int whole_close(struct whole *w, bool keep); /* keep: the file appears; else it never was */

/* False: errno. */
bool write_all(int fd, const void *data, size_t len);

/* `path` in full, links followed, where it exists; the caller's to free. */
char *real_path(const char *path);

#endif
