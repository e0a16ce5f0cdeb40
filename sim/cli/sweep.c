#include "sim/cli/sweep.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/cli/job.h"

enum { VALUES = 1000, SERIES = 64 };

struct sweep {
    struct quanta_sweep result;
    char *parameter;
    char *values[VALUES];
    size_t nvalues;
    char *series[SERIES];
    size_t nseries;
    int64_t *points; /* room for SERIES series */
    bool any;        /* the result had such a number */
};

/* ---- the values ---------------------------------------------------------------------------------- */

/* The assignment to go through: --sweep, or the --set whose value is a range. */
static const char *swept(const struct args *args)
{
    if (args->sweep)
        return args->sweep;
    for (size_t i = 0; i < args->sets.n; i++) {
        const char *value = strchr(args->sets.list[i], '=');

        if (value && strstr(value, ".."))
            return args->sets.list[i];
    }
    return NULL;
}

/* Digits at *p, which moves behind them; -1: none, or too many. */
static int64_t whole_number(const char **p)
{
    const char *start = *p;
    int64_t n = 0;

    for (; **p >= '0' && **p <= '9'; (*p)++)
        if (!mul_i64(n, 10, &n) || !add_i64(n, **p - '0', &n))
            return -1;
    return *p > start ? n : -1;
}

static bool add_value(struct sweep *s, const char *text, size_t len)
{
    if (s->nvalues == VALUES || len == 0)
        return false;
    s->values[s->nvalues++] = sim_strndup(text, len);
    return true;
}

/* "1..20", "1ms..20ms", "0..100..10": both ends, and a step. */
static bool add_range(struct sweep *s, const char *text, size_t len)
{
    const char *p = text, *end = text + len, *unit;
    int64_t from = whole_number(&p), to, step = 1;
    size_t unit_len;

    unit = p;
    unit_len = strcspn(p, ".,");
    p += unit_len;
    if (from < 0 || strncmp(p, "..", 2) != 0)
        return false;
    p += 2;
    to = whole_number(&p);
    p += strcspn(p, ".,");
    if (p < end && strncmp(p, "..", 2) == 0) {
        p += 2;
        step = whole_number(&p);
    }
    if (to < from || step < 1)
        return false;
    for (int64_t v = from; v <= to; v += step) {
        struct text value = {0};
        bool fits;

        /* A number as it stands, a time as a text. */
        text_addf(&value, unit_len > 0 ? "\"%" PRId64 "%.*s\"" : "%" PRId64 "%.*s", v,
                  (int)unit_len, unit);
        fits = add_value(s, value.data, value.len);
        text_release(&value);
        if (!fits)
            return false;
    }
    return true;
}

static bool read_values(struct sweep *s, const char *assignment)
{
    const char *p = strchr(assignment, '=');
    bool fine = p != NULL && p > assignment;

    if (!fine)
        return false;
    s->parameter = sim_strndup(assignment, (size_t)(p - assignment));
    for (p++; fine && *p;) {
        size_t len = strcspn(p, ",");
        bool range = false;

        for (size_t i = 0; i + 1 < len; i++)
            range = range || (p[i] == '.' && p[i + 1] == '.');
        fine = range ? add_range(s, p, len) : add_value(s, p, len);
        p += len;
        p += *p == ',';
    }
    return fine && s->nvalues > 0;
}

/* ---- the runs --------------------------------------------------------------------------------------- */

static void add_point(struct sweep *s, const char *name, size_t value, struct quanta_run *run)
{
    enum quanta_unit unit;
    int64_t number;
    size_t series = 0;

    while (series < s->nseries && strcmp(s->series[series], name) != 0)
        series++;
    if (series == SERIES)
        return;
    if (series == s->nseries) {
        s->series[s->nseries++] = sim_strdup(name);
        for (size_t i = 0; i < s->nvalues; i++)
            s->points[series * s->nvalues + i] = INT64_MIN;
    }
    if (quanta_measure(run, s->result.metric, &number, &unit)) {
        s->points[series * s->nvalues + value] = number;
        s->result.unit = unit;
        s->any = true;
    }
}

/* The file with `assignment` and all of --set but the one that is gone through. */
static struct quanta_config *read_with(const struct args *args, const char *path,
                                       const char *assignment, char **errors)
{
    const char **sets = sim_calloc(args->sets.n + 1, sizeof(*sets));
    struct quanta_config *cfg;
    size_t n = 0;

    for (size_t i = 0; i < args->sets.n; i++)
        if (args->sets.list[i] != swept(args))
            sets[n++] = args->sets.list[i];
    if (assignment)
        sets[n++] = assignment;
    cfg = quanta_read_with(path, sets, n, errors);
    free(sets);
    return cfg;
}

/* A value is set where it counts: in the variant, which may say something else than the file; where
 * that has no such place, as a policy without a quantum, in the file.  NULL: complained. */
static struct quanta_config *read_value(const struct sweep *s, const struct args *args,
                                        const char *path, const char *variant, size_t value)
{
    struct text assignment = {0};
    struct quanta_config *cfg = NULL;
    char *errors = NULL;

    if (variant) {
        text_add(&assignment, "/variants/");
        for (const char *p = variant; *p; p++) {
            if (*p == '~' || *p == '/')
                text_add(&assignment, *p == '~' ? "~0" : "~1");
            else
                text_add_len(&assignment, p, 1);
        }
        text_addf(&assignment, "%s=%s", s->parameter, s->values[value]);
        cfg = read_with(args, path, assignment.data, &errors);
    }
    if (!cfg && (!errors || strstr(errors, "cannot set"))) {
        quanta_text_free(errors);
        text_release(&assignment);
        text_addf(&assignment, "%s=%s", s->parameter, s->values[value]);
        cfg = read_with(args, path, assignment.data, &errors);
    }
    if (errors)
        (void)fputs(errors, stderr);
    quanta_text_free(errors);
    text_release(&assignment);
    return cfg;
}

static bool run_value(struct sweep *s, const struct args *args, const char *path,
                      const struct quanta_config *plain, size_t variant, size_t value)
{
    const struct quanta_options options = {.numbers = true};
    bool many = quanta_has_variants(plain);
    const char *name = quanta_variant_name(plain, variant);
    struct quanta_config *cfg = read_value(s, args, path, many ? name : NULL, value);
    struct quanta_run *run;
    struct text label = {0};

    if (!cfg)
        return false;
    run = quanta_run(cfg, variant, &options);
    if (args->operands.n > 1 || !many)
        text_addf(&label, "%s%s", quanta_title(cfg, variant), many ? ": " : "");
    if (many)
        text_add(&label, name);
    add_point(s, label.data, value, run);
    text_release(&label);
    quanta_run_free(run);
    quanta_config_free(cfg);
    return true;
}

static bool run_file(struct sweep *s, const struct args *args, const char *path)
{
    char *errors = NULL;
    struct quanta_config *plain = read_with(args, path, NULL, &errors);
    bool fine = plain && (!args->variant || job_variant(args, plain) >= 0);

    if (errors)
        (void)fputs(errors, stderr);
    quanta_text_free(errors);
    if (fine && !s->result.title)
        s->result.title = sim_strdup(quanta_title(plain, 0));
    for (size_t v = 0; fine && v < quanta_variants(plain); v++) {
        if (args->variant && strcmp(quanta_variant_name(plain, v), args->variant) != 0)
            continue;
        for (size_t value = 0; fine && value < s->nvalues; value++)
            fine = run_value(s, args, path, plain, v, value);
    }
    quanta_config_free(plain);
    return fine;
}

static bool run_all(struct sweep *s, const struct args *args)
{
    s->points = sim_calloc(SERIES * s->nvalues, sizeof(*s->points));
    for (size_t i = 0; i < args->operands.n; i++)
        if (!run_file(s, args, args->operands.list[i]))
            return false;
    if (!s->any)
        complain(
            "plot",
            "a JSON Pointer into what quanta run --json prints: --metric=/summary/makespan",
            "no result has a number at \"%s\"", s->result.metric);
    return s->any;
}

struct sweep *sweep_run(const struct args *args)
{
    struct sweep *s = sim_calloc(1, sizeof(*s));
    const char *assignment = swept(args);

    if (strcmp(args->operands.list[0], "-") == 0) {
        complain("plot", "write it to a file first",
                 "a sweep reads its file again for each value, which \"-\" is not fit for");
        sweep_free(s);
        return NULL;
    }
    s->result.metric = args->metric ? args->metric : "/summary/turnaround/mean";
    if (!assignment || !read_values(s, assignment)) {
        complain("plot", "--sweep=/machine/scheduler/quantum=1..20, or 1,2,4,8, or 0ms..9ms..3",
                 assignment ? "cannot go through the values of \"%s\"" : "which parameter%s?",
                 assignment ? assignment : "");
    } else if (run_all(s, args)) {
        s->result.file = args->operands.list[0];
        s->result.parameter = s->parameter;
        s->result.values = (const char *const *)s->values;
        s->result.nvalues = s->nvalues;
        s->result.series = (const char *const *)s->series;
        s->result.nseries = s->nseries;
        s->result.points = s->points;
        return s;
    }
    sweep_free(s);
    return NULL;
}

const struct quanta_sweep *sweep_result(const struct sweep *s)
{
    return &s->result;
}

void sweep_free(struct sweep *s)
{
    union {
        const char *text;
        void *memory;
    } title; /* ours, so not const after all */

    if (!s)
        return;
    title.text = s->result.title;
    free(title.memory);
    for (size_t i = 0; i < s->nvalues; i++)
        free(s->values[i]);
    for (size_t i = 0; i < s->nseries; i++)
        free(s->series[i]);
    free(s->parameter);
    free(s->points);
    free(s);
}
