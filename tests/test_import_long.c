/* test_import_long.c - recordings that do not fit into the importer's memory: through a scratch
 * file comes the same as without one, in whatever order the events are, and what fails there
 * is no crash. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/rng.h"
#include "tests/support.h"

enum { SWITCHES = 400000, BLOCK = 1000, CPUS = 4, FILES = 8 };

/* File 0 and the scratch files in memory; the scratch file stops working behind so many bytes. */
struct memory {
    struct quanta_writer writer;
    struct text files[FILES];
    int n;
    size_t fails_at;
    bool reads_fail;
};

static bool memory_write(struct quanta_writer *w, int file, const void *bytes, size_t n)
{
    struct memory *m = container_of(w, struct memory, writer);

    ck_assert_int_lt(file, m->n);
    ck_assert_int_ge(file, 0);
    if (file != 0 && m->files[file].len + n > m->fails_at)
        return false;
    text_add_len(&m->files[file], bytes, n);
    return true;
}

static int memory_open(struct quanta_writer *w, const char *name)
{
    struct memory *m = container_of(w, struct memory, writer);

    ck_assert_ptr_null(name);
    ck_assert_int_lt(m->n, FILES);
    return m->n++;
}

static bool memory_read(struct quanta_writer *w, int scratch, uint64_t at, void *bytes,
                        size_t n)
{
    struct memory *m = container_of(w, struct memory, writer);

    ck_assert_int_gt(scratch, 0);
    ck_assert_uint_le(at + n, m->files[scratch].len);
    memcpy(bytes, m->files[scratch].data + at, n);
    return !m->reads_fail;
}

static void memory_init(struct memory *m, bool scratch)
{
    memset(m, 0, sizeof(*m));
    m->writer.write = memory_write;
    if (scratch) {
        m->writer.open = memory_open;
        m->writer.read = memory_read;
    }
    m->n = 1;
    m->fails_at = SIZE_MAX;
}

static void memory_release(struct memory *m)
{
    for (int i = 0; i < m->n; i++)
        text_release(&m->files[i]);
}

/* A line of a core: 20 threads of its own in turn, often several switches in an instant. */
static void add_switch(struct text *t, int64_t i)
{
    int64_t cpu = i % CPUS, turn = i / CPUS, at = turn / 3;

    text_addf(t,
              "  x-1 [%03d] d..2. %" PRId64 ".%06" PRId64
              ": sched_switch: prev_comm=t prev_pid=%" PRId64
              " prev_prio=120 prev_state=%s ==> "
              "next_comm=t next_pid=%" PRId64 " next_prio=120\n",
              (int)cpu, at / 1000000, at % 1000000, 100 * cpu + turn % 20 + 1,
              turn % 7 == 0   ? "D"
              : turn % 7 == 1 ? "S"
                              : "R",
              100 * cpu + (turn + 1) % 20 + 1);
}

/* Its path, to be freed; `jumbled`: blocks of lines stand in another order than that of time. */
static char *write_trace(bool jumbled)
{
    char path[] = "/tmp/quanta-long-XXXXXX";
    int64_t order[SWITCHES / BLOCK] = {0};
    int fd = mkstemp(path);
    struct text t = {0};
    struct rng rng = rng_stream(7, "order");

    ck_assert_int_ge(fd, 0);
    for (int64_t i = 0; i < SWITCHES / BLOCK; i++) {
        int64_t k = jumbled ? (int64_t)rng_below(&rng, (uint64_t)i + 1) : i;

        order[i] = order[k];
        order[k] = i;
    }
    for (int64_t i = 0; i < SWITCHES; i++)
        add_switch(&t, order[i / BLOCK] * BLOCK + i % BLOCK);
    ck_assert_int_eq(write(fd, t.data, t.len), (ssize_t)t.len);
    ck_assert_int_eq(close(fd), 0);
    text_release(&t);
    return sim_strdup(path);
}

static void import(struct memory *m, const char *path)
{
    char *notes, *errors;
    bool fine = quanta_import(path, NULL, &m->writer, &notes, &errors);

    ck_assert_msg(fine, "%s", errors);
    ck_assert_ptr_nonnull(strstr(notes, "400000 events of 80 threads on 4 cores\n"));
    free(notes);
}

START_TEST(a_scratch_file_changes_nothing)
{
    char *path = write_trace(_i == 1);
    struct memory without, with;

    memory_init(&without, false);
    memory_init(&with, true);
    import(&without, path);
    import(&with, path);
    ck_assert_int_eq(with.n, 2);
    ck_assert_uint_gt(with.files[1].len, 0);
    ck_assert_uint_eq(with.files[0].len, without.files[0].len);
    ck_assert_int_eq(memcmp(with.files[0].data, without.files[0].data, with.files[0].len), 0);
    ck_assert_int_eq(unlink(path), 0);
    memory_release(&with);
    memory_release(&without);
    free(path);
}
END_TEST

START_TEST(a_scratch_file_that_fails_ends_the_import)
{
    char *path = write_trace(false), *notes, *errors;
    struct memory m;

    memory_init(&m, true);
    m.fails_at = _i == 0 ? 0 : _i == 1 ? 5000000 : SIZE_MAX;
    m.reads_fail = _i == 2;
    ck_assert(!quanta_import(path, "ftrace", &m.writer, &notes, &errors));
    ck_assert_str_eq(errors, ""); /* who gave the functions knows why */
    free(errors);
    free(notes);
    memory_release(&m);
    ck_assert_int_eq(unlink(path), 0);
    free(path);
}
END_TEST

START_TEST(the_command_reads_any_length_from_a_pipe)
{
    char *path = write_trace(true);
    struct text t = {0};
    struct command_result r;

    /* From line 3 on: the first two have the name of the file. */
    text_addf(
        &t,
        "%s import -q %s | tail -n +3 | cksum; cat %s | %s import -q - | tail -n +3 | cksum",
        quanta_path(), path, path, quanta_path());
    r = run_command(t.data);
    ck_assert_int_eq(r.code, 0);
    ck_assert_uint_eq(strlen(r.out) % 2, 0);
    ck_assert_int_eq(memcmp(r.out, r.out + strlen(r.out) / 2, strlen(r.out) / 2), 0);
    command_result_free(&r);
    text_release(&t);
    ck_assert_int_eq(unlink(path), 0);
    free(path);
}
END_TEST

Suite *import_long_suite(void)
{
    Suite *s = suite_create("import_long");
    TCase *tc = tcase_create("scratch");

    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, a_scratch_file_changes_nothing, 0, 2);
    tcase_add_loop_test(tc, a_scratch_file_that_fails_ends_the_import, 0, 3);
    tcase_add_test(tc, the_command_reads_any_length_from_a_pipe);
    suite_add_tcase(s, tc);
    return s;
}
