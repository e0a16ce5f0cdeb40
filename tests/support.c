#include "tests/support.h"

#include <check.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

char *read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    struct text t = {0};
    char buf[4096];
    size_t n;

    ck_assert_msg(f != NULL, "%s: cannot open", path);
    while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
        text_add_len(&t, buf, n);
    (void)fclose(f);
    return text_take(&t);
}

cJSON *read_json(const char *path)
{
    char *text = read_file(path);
    cJSON *json = cJSON_Parse(text);

    ck_assert_msg(json != NULL, "%s: not JSON", path);
    free(text);
    return json;
}

struct result run_text(const char *config)
{
    struct quanta_options options = {
        .segments = true, .tasks = true, .check = true, .numbers = true};
    struct result r = {0};
    char *errors, *json, *violations;

    r.cfg = quanta_parse("test.json", config, strlen(config), &errors);
    ck_assert_msg(r.cfg != NULL, "%s\n%s", errors, config);
    r.run = quanta_run(r.cfg, 0, &options);
    violations = quanta_violations(r.run);
    ck_assert_msg(violations == NULL, "%s\n%s", violations, config);
    json = quanta_json(r.run, false);
    r.json = cJSON_Parse(json);
    ck_assert_ptr_nonnull(r.json);
    free(json);
    return r;
}

void result_free(struct result *r)
{
    cJSON_Delete(r->json);
    quanta_run_free(r->run);
    quanta_config_free(r->cfg);
}

cJSON *member(const cJSON *o, const char *name)
{
    cJSON *m = cJSON_GetObjectItemCaseSensitive(o, name);

    ck_assert_msg(m != NULL, "no \"%s\"", name);
    return m;
}

char *with_quotes(const char *config)
{
    char *text = sim_strdup(config);

    for (char *s = text; *s; s++)
        if (*s == '\'')
            *s = '"';
    return text;
}

void check_config(const char *what, const char *config)
{
    char *text = with_quotes(config), *failed;
    struct result r = run_text(text);

    failed = quanta_failed_expectations(r.run);
    ck_assert_msg(failed == NULL, "%s: %s\n%s", what, failed, text);
    result_free(&r);
    free(text);
}

int64_t number_at(const struct result *r, const char *pointer)
{
    int64_t number = 0;

    ck_assert_msg(quanta_number(r->run, pointer, &number), "no number at %s", pointer);
    return number;
}

int each_json(const char *folder, void (*check)(const char *name))
{
    return each_file(folder, ".json", check);
}

int each_file(const char *folder, const char *suffix, void (*check)(const char *name))
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    int n = 0;

    ck_assert_msg(dir != NULL, "%s: cannot open", folder);
    while ((entry = readdir(dir)) != NULL) {
        size_t len = strlen(entry->d_name), end = strlen(suffix);

        if (len > end && strcmp(entry->d_name + len - end, suffix) == 0) {
            check(entry->d_name);
            n++;
        }
    }
    (void)closedir(dir);
    return n;
}

struct text_writer {
    struct quanta_writer writer;
    struct text text;
};

static bool write_text(struct quanta_writer *w, int file, const void *bytes, size_t n)
{
    ck_assert_int_eq(file, 0);
    text_add_len(&container_of(w, struct text_writer, writer)->text, bytes, n);
    return true;
}

char *export_text(const struct quanta_config *cfg, size_t variant, const char *format)
{
    struct text_writer w = {.writer = {.write = write_text}};
    char *errors;

    ck_assert_msg(quanta_export(cfg, variant, format, &w.writer, &errors), "%s", errors);
    return text_take(&w.text);
}

struct command_result run_command(const char *command)
{
    char out[] = "/tmp/quanta-out-XXXXXX", err[] = "/tmp/quanta-err-XXXXXX";
    struct command_result r = {0};
    struct text t = {0};
    int status, fd;

    fd = mkstemp(out);
    ck_assert_int_ge(fd, 0);
    (void)close(fd);
    fd = mkstemp(err);
    ck_assert_int_ge(fd, 0);
    (void)close(fd);
    text_addf(&t, "( %s ) >%s 2>%s </dev/null", command, out, err);
    status = system(t.data);
    r.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    r.out = read_file(out);
    r.err = read_file(err);
    (void)unlink(out);
    (void)unlink(err);
    text_release(&t);
    return r;
}

void command_result_free(struct command_result *r)
{
    free(r->out);
    free(r->err);
}

const char *quanta_path(void)
{
    static char path[512];
    const char *build = getenv("QUANTA_BUILD");

    (void)snprintf(path, sizeof(path), "%s/quanta", build ? build : "build");
    return path;
}
