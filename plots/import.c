/* import.c - gathers what formats tell. */
#include "plots/import.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "plots/import_state.h"

/* ---- threads and cores --------------------------------------------------------------------- */

static size_t bucket_of(const struct imported *im, int64_t pid)
{
    uint64_t hash = (uint64_t)pid * UINT64_C(0x9e3779b97f4a7c15);

    return (size_t)(hash >> 20) & (im->nbuckets - 1);
}

static size_t find_bucket(const struct imported *im, int64_t pid)
{
    size_t b = bucket_of(im, pid);

    while (im->by_pid[b] && im->threads[im->by_pid[b] - 1].pid != pid)
        b = (b + 1) & (im->nbuckets - 1);
    return b;
}

static void more_buckets(struct imported *im)
{
    free(im->by_pid);
    im->nbuckets = im->nbuckets ? 2 * im->nbuckets : 256;
    im->by_pid = sim_calloc(im->nbuckets, sizeof(*im->by_pid));
    for (size_t i = 0; i < im->nthreads; i++) /* the latest of a pid stays */
        im->by_pid[find_bucket(im, im->threads[i].pid)] = (int32_t)i + 1;
}

static int32_t new_thread(struct imported *im, int64_t pid, int32_t earlier)
{
    if (im->nthreads == im->threads_room) {
        im->threads_room = im->threads_room ? 2 * im->threads_room : 64;
        im->threads = sim_realloc(im->threads, im->threads_room * sizeof(*im->threads));
    }
    im->threads[im->nthreads] =
        (struct import_thread){.pid = pid, .prio = -1, .earlier = earlier};
    return (int32_t)im->nthreads++;
}

int32_t import_thread(struct imported *im, int64_t pid, const char *name, size_t len,
                      int64_t prio)
{
    struct import_thread *t;
    int32_t number;
    size_t b;

    if (pid == 0)
        return IDLE_THREAD;
    if (2 * im->nthreads >= im->nbuckets)
        more_buckets(im);
    b = find_bucket(im, pid);
    number = im->by_pid[b] - 1;
    if (number < 0 || im->threads[number].gone)
        im->by_pid[b] = (number = new_thread(im, pid, number)) + 1;
    t = &im->threads[number];
    if (name && len > 0 && !(len == 5 && memcmp(name, "<...>", 5) == 0) &&
        !(t->name && strlen(t->name) == len && memcmp(t->name, name, len) == 0)) {
        free(t->name);
        t->name = sim_strndup(name, len);
    }
    if (t->prio < 0)
        t->prio = prio;
    return number;
}

int32_t import_cpu(struct imported *im, int64_t number, const char *name)
{
    if (number < 0 || number >= IMPORT_CPUS)
        return -1;
    if (!im->core_of) {
        im->core_of = sim_calloc(IMPORT_CPUS, sizeof(*im->core_of));
        im->cores = sim_calloc(IMPORT_CPUS, sizeof(*im->cores));
    }
    if (im->core_of[number] == 0) {
        im->cores[im->ncores] = (struct import_core){number, name ? sim_strdup(name) : NULL};
        im->core_of[number] = (int32_t)++im->ncores;
    }
    return im->core_of[number] - 1;
}

void import_add(struct imported *im, struct import_event event)
{
    import_events_add(&im->events, event);
    if (event.kind != IMPORT_SWITCH)
        return;
    im->io = im->io || event.state == LEFT_IO;
    if (event.state == LEFT_DEAD && event.thread >= 0)
        im->threads[event.thread].gone = true;
}

void import_skipped(struct imported *im)
{
    im->skipped++;
}

void import_lost(struct imported *im, int64_t n)
{
    im->lost += n;
}

void import_note(struct imported *im, const char *s)
{
    text_addf(&im->notes, "%s\n", s);
}

bool import_wrong(struct diags *diags, const struct lines *in, const char *line, size_t len,
                  size_t at, const char *hint, const char *message)
{
    char *file = sim_strdup(diags->file);

    diags_source(diags, file, line, len);
    diags->lines_before = in->number - 1;
    diags_add_text(diags, at, NULL, hint, message);
    free(file);
    return false;
}

static void release(struct imported *im)
{
    for (size_t i = 0; i < im->nthreads; i++)
        free(im->threads[i].name);
    for (size_t i = 0; i < im->ncores; i++)
        free(im->cores[i].name);
    import_events_release(&im->events);
    free(im->threads);
    free(im->by_pid);
    free(im->cores);
    free(im->core_of);
    text_release(&im->notes);
}

/* ---- formats --------------------------------------------------------------------------------- */

/* How much of a text is looked at to tell its format. */
enum { LOOK = 1 << 16 };

static const struct import_format *format_of(const char *name, struct lines *in,
                                             struct diags *diags)
{
    const struct import_format *best = NULL;
    struct text hint = {0};
    int most = 0;

    lines_look(in, LOOK);
    for (size_t i = 0; import_formats[i]; i++) {
        int looks = name ? (strcmp(import_formats[i]->name, name) == 0)
                         : import_formats[i]->looks(in->data + in->at, in->end - in->at);

        if (looks > most) {
            most = looks;
            best = import_formats[i];
        }
        text_addf(&hint, "%s%s",
                  i ? ", " : "name the format with --from: ", import_formats[i]->name);
    }
    if (!best && name)
        diags_add(diags, SIZE_MAX, NULL, hint.data, "no format \"%.60s\"", name);
    else if (!best)
        diags_add(diags, SIZE_MAX, NULL, hint.data,
                  "this is no trace of a schedule that quanta knows");
    text_release(&hint);
    return best;
}

static void tell_what_is_missing(const struct imported *im, struct text *notes)
{
    text_addf(notes, "%" PRIu64 " events of %zu threads on %zu core%s\n", im->events.total,
              im->nthreads, im->ncores, im->ncores == 1 ? "" : "s");
    if (im->skipped > 0)
        text_addf(notes, "%" PRId64 " lines that say nothing of a schedule were skipped\n",
                  im->skipped);
    if (im->lost > 0)
        text_addf(notes, "%" PRId64 " events were lost while it was recorded\n", im->lost);
    text_add_len(notes, im->notes.data ? im->notes.data : "", im->notes.len);
}

bool import_lines(const char *name, const char *format, struct lines *in,
                  struct quanta_writer *to, struct text *notes, struct diags *diags)
{
    const struct import_format *f = format_of(format, in, diags);
    struct imported im = {0};
    bool fine;

    import_events_init(&im.events, to);
    fine = f && f->read(&im, in, diags) && lines_fine(in, diags);
    if (fine && (im.nthreads == 0 || im.ncores == 0)) {
        diags_add(diags, SIZE_MAX, NULL,
                  "record the events sched_switch, sched_waking, sched_process_fork and "
                  "sched_process_exit",
                  "no thread takes a core in this trace");
        fine = false;
    }
    if (fine) {
        fine = import_build(&im, name, to);
        tell_what_is_missing(&im, notes);
    }
    release(&im);
    return fine;
}
