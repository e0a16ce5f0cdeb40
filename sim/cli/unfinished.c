#include "sim/cli/unfinished.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base.h"

/* The process has one set of signals, and so one list; it is changed while none can come. */
static struct {
    const char **paths;
    size_t n, room;
} list;

static const int endings[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXCPU, SIGXFSZ, SIGABRT};

void unfinished_delete(void)
{
    for (size_t i = list.n; i-- > 0;) /* a folder goes after what is in it */
        if (unlink(list.paths[i]) != 0)
            (void)rmdir(list.paths[i]);
    list.n = 0;
}

/* The action is the default one again: the signal ends the process, as who sent it expects. */
static void ended(int signal)
{
    unfinished_delete();
    (void)raise(signal);
}

void unfinished_watch(void)
{
    struct sigaction action, old;

    memset(&action, 0, sizeof(action));
    action.sa_handler = ended;
    action.sa_flags = (int)SA_RESETHAND;
    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < ARRAY_LEN(endings); i++)
        if (sigaction(endings[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
            (void)sigaction(endings[i], &action, NULL);
}

static void hold_signals(sigset_t *before)
{
    sigset_t all;

    (void)sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, before);
}

void unfinished_add(const char *path)
{
    sigset_t before;

    sim_assert(path);
    hold_signals(&before);
    if (list.n == list.room) {
        list.room = list.room ? 2 * list.room : 16;
        list.paths = sim_realloc(list.paths, list.room * sizeof(*list.paths));
    }
    list.paths[list.n++] = path;
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
}

void unfinished_drop(const char *path)
{
    sigset_t before;
    size_t i = list.n;

    sim_assert(path);
    hold_signals(&before);
    while (i > 0 && list.paths[i - 1] != path)
        i--;
    if (i > 0) {
        memmove(&list.paths[i - 1], &list.paths[i], (list.n - i) * sizeof(*list.paths));
        list.n--;
    }
    if (list.n == 0) { /* nothing is left behind for who looks for leaks */
        free(list.paths);
        list.paths = NULL;
        list.room = 0;
    }
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
}
