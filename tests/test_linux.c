/* test_linux.c - timelines of threads on a real Linux 6.18, recorded by its trace, against the
 * policy linux with the same tick: tests/oracles/linux.json.  Each scenario becomes a config and
 * is compared by the check that the file names for it, under a global queue and under one a
 * core. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/checker.h"
#include "sim/config.h"
#include "sim/sim.h"
#include "tests/support.h"

#define ORACLE "tests/oracles/linux.json"

enum { SCENARIOS = 27, SLICES_MAX = 4000, TASKS_MAX = 16 };

/* Left out, each for its reason. */
static const char *const left_out[][2] = {
    {"30_epoll_shared", "threads that wait for events of epoll are not in the language"},
};

static const char *text_of(const cJSON *o, const char *name)
{
    return member(o, name)->valuestring;
}

static int64_t whole(const cJSON *number)
{
    return (int64_t)number->valuedouble;
}

/* ---- from a scenario to a config ----------------------------------------------------------- */

/* A child arrives when what its parent runs before the spawn is over; `hogs` run until then. */
static int64_t spawn_time(const cJSON *threads, const char *child)
{
    const cJSON *t, *op;

    for (t = threads->child; t; t = t->next) {
        int64_t at = whole(member(t, "at_us"));

        for (op = member(t, "ops")->child; op; op = op->next) {
            const cJSON *arg = op->child->next;

            if (strcmp(op->child->valuestring, "run") == 0)
                at += whole(arg);
            else if (strcmp(op->child->valuestring, "spawn") == 0 &&
                     strcmp(arg->valuestring, child) == 0)
                return at;
        }
    }
    return 0;
}

static void add_op(struct text *t, const cJSON *op, int64_t *until)
{
    const char *name = op->child->valuestring;
    const cJSON *arg = op->child->next;

    if (strcmp(name, "run") == 0) {
        text_addf(t, "{\"cpu\":%" PRId64 "}", whole(arg));
    } else if (strcmp(name, "sleep") == 0) {
        text_addf(t, "{\"sleep\":%" PRId64 "}", whole(arg));
    } else if (strcmp(name, "yield") == 0) {
        text_add(t, "{\"yield\":true}");
    } else if (strcmp(name, "loop") == 0) {
        text_addf(t, "{\"repeat\":%" PRId64 ",\"do\":[", whole(arg));
    } else if (strcmp(name, "end") == 0) {
        text_add(t, "]}");
    } else if (strcmp(name, "hog_until") == 0) {
        *until = whole(arg);
        text_add(t, "{\"cpu\":\"1000s\"}");
    } else if (strcmp(name, "join") == 0) {
        text_addf(t, "{\"wait\":\"end of %s\"}", arg->valuestring);
    } else {
        text_addf(t, "{\"%s\":\"%s\"}", name, arg->valuestring);
    }
}

static void add_ops(struct text *t, const cJSON *thread, int64_t *until)
{
    const char *before = "[";
    const cJSON *op;

    for (op = member(thread, "ops")->child; op; op = op->next) {
        const char *name = op->child->valuestring;

        if (strcmp(name, "spawn") == 0)
            continue;
        if (strcmp(name, "end") != 0)
            text_add(t, before);
        add_op(t, op, until);
        before = strcmp(name, "loop") == 0 ? "" : ",";
    }
    if (*before == '[')
        text_add(t, before);
}

static void add_thread(struct text *t, const cJSON *threads, const cJSON *thread,
                       int64_t *until)
{
    const char *name = text_of(thread, "name"), *policy = text_of(thread, "policy");
    const cJSON *slice = cJSON_GetObjectItemCaseSensitive(thread, "slice_us");
    bool child = whole(member(thread, "at_us")) < 0;
    bool rt = strcmp(policy, "fifo") == 0 || strcmp(policy, "rr") == 0;

    text_addf(t, "{\"name\":\"%s\",\"class\":\"%s\",\"%s\":%" PRId64, name, policy,
              rt ? "priority" : "nice", whole(member(thread, rt ? "prio" : "nice")));
    text_addf(t, ",\"arrive\":%" PRId64,
              child ? spawn_time(threads, name) : whole(member(thread, "at_us")));
    if (strcmp(text_of(thread, "cpus"), "0-1") != 0)
        text_addf(t, ",\"affinity\":[%s]", text_of(thread, "cpus"));
    if (slice)
        text_addf(t, ",\"slice\":%" PRId64, whole(slice));
    text_add(t, ",\"do\":");
    add_ops(t, thread, until);
    if (child)
        text_addf(t, "%s{\"post\":\"end of %s\"}",
                  cJSON_GetArraySize(member(thread, "ops")) ? "," : "", name);
    text_add(t, "]}");
}

static void add_sync(struct text *t, const cJSON *scenario)
{
    const char *comma = "";
    const cJSON *m;

    text_add(t, "\"sync\":{");
    for (m = member(scenario, "mutexes")->child; m; m = m->next) {
        const char *protocol = text_of(m, "protocol");

        text_addf(t, "%s\"%s\":{\"mutex\":{\"protocol\":\"%s\"}}", comma, text_of(m, "name"),
                  strcmp(protocol, "pi") == 0 ? "inherit" : protocol);
        comma = ",";
    }
    for (m = member(scenario, "sems")->child; m; m = m->next) {
        text_addf(t, "%s\"%s\":{\"semaphore\":%" PRId64 "}", comma, text_of(m, "name"),
                  whole(member(m, "init")));
        comma = ",";
    }
    for (m = member(scenario, "threads")->child; m; m = m->next) {
        if (whole(member(m, "at_us")) >= 0)
            continue;
        text_addf(t, "%s\"end of %s\":{\"semaphore\":0}", comma, text_of(m, "name"));
        comma = ",";
    }
    text_add(t, "},");
}

static char *config_of(const cJSON *scenario, const char *queues)
{
    int64_t rr = whole(member(scenario, "rr_slice_ms")), until = 0;
    const cJSON *threads = member(scenario, "threads"), *thread;
    struct text t = {0};
    const char *comma = "";

    text_addf(&t,
              "{\"unit\":\"us\",\"machine\":{\"cores\":2,\"queues\":\"%s\",\"scheduler\":{"
              "\"policy\":\"linux\",\"tick\":\"4ms\",\"tick_phase\":\"3500us\"",
              queues);
    if (rr > 0)
        text_addf(&t, ",\"rr_timeslice\":\"%" PRId64 "ms\"", rr);
    text_add(&t, "}},");
    add_sync(&t, scenario);
    text_add(&t, "\"tasks\":[");
    for (thread = threads->child; thread; thread = thread->next) {
        text_add(&t, comma);
        add_thread(&t, threads, thread, &until);
        comma = ",";
    }
    text_add(&t, "]");
    if (until > 0)
        text_addf(&t, ",\"until\":%" PRId64, until);
    text_add(&t, "}");
    return text_take(&t);
}

/* ---- what ran ------------------------------------------------------------------------------ */

struct slice {
    int32_t core, task; /* its number in the file */
    sim_time from, to;
    const char *end; /* "done", "block", "preempt" */
};

struct timeline {
    struct trace_sink sink;
    struct scenario *sc;
    struct slice slices[SLICES_MAX];
    int n;
    int running[2];   /* the slice open on each core; -1: none */
    int32_t spec[64]; /* of each slot */
    int32_t done[TASKS_MAX];
    int ndone;
    sim_time cpu[TASKS_MAX];
    sim_time woken[TASKS_MAX], waited[SLICES_MAX]; /* from each wake-up to running */
    int nwaited;
    sim_time end;
};

static const char *end_of(int64_t why)
{
    return why == STOP_DONE ? "done" : why == STOP_BLOCKED ? "block" : "preempt";
}

/* To go on at once on the same core is no switch to a kernel's trace. */
static void begin(struct timeline *l, int32_t core, int32_t task, sim_time at)
{
    for (int i = l->n - 1; i >= 0; i--) {
        struct slice *s = &l->slices[i];

        if (s->core != core)
            continue;
        if (s->task == task && s->to == at && strcmp(s->end, "preempt") == 0) {
            l->running[core] = i;
            return;
        }
        break;
    }
    ck_assert_int_lt(l->n, SLICES_MAX);
    l->slices[l->n] = (struct slice){core, task, at, at, "until"};
    l->running[core] = l->n++;
}

static void record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct timeline *l = container_of(sink, struct timeline, sink);
    int32_t task = rec->task >= 0 ? l->spec[rec->task] : -1;

    if (rec->kind == TR_ARRIVE) {
        l->spec[rec->task] = (int32_t)rec->arg;
    } else if (rec->kind == TR_READY && rec->arg == READY_WOKEN) {
        l->woken[task] = rec->at;
    } else if (rec->kind == TR_RUN) {
        begin(l, rec->place, task, rec->at);
        if (l->woken[task] >= 0)
            l->waited[l->nwaited++] = rec->at - l->woken[task];
        l->woken[task] = -1;
    } else if (rec->kind == TR_STOP) {
        struct slice *s = &l->slices[l->running[rec->place]];

        ck_assert_int_eq(s->task, task);
        l->cpu[task] += rec->at - s->to;
        s->to = rec->at;
        s->end = end_of(rec->arg);
        l->running[rec->place] = -1;
    } else if (rec->kind == TR_DONE) {
        l->done[l->ndone++] = task;
    }
}

static void finish(struct trace_sink *sink, sim_time end)
{
    struct timeline *l = container_of(sink, struct timeline, sink);

    l->end = end;
    for (int core = 0; core < 2; core++) {
        struct slice *s = l->running[core] >= 0 ? &l->slices[l->running[core]] : NULL;

        if (!s)
            continue;
        l->cpu[s->task] += end - s->to;
        s->to = end;
        s->end = "done"; /* a hog's last */
    }
}

static struct timeline *run(const cJSON *scenario, const char *queues)
{
    struct timeline *l = sim_calloc(1, sizeof(*l));
    char *text = config_of(scenario, queues), *errors;
    struct diags diags;
    struct config *cfg;
    struct trace trace;
    struct checker *checker;
    struct sim *sim;

    diags_init(&diags);
    cfg = config_parse("linux.json", text, strlen(text), &diags);
    l->sc = cfg ? config_scenario(cfg, 0, &diags) : NULL;
    errors = diags_text(&diags);
    ck_assert_msg(l->sc != NULL, "%s\n%s", errors, text);
    checker = checker_new(l->sc);
    l->sink.kinds = TRACE_ALL;
    l->sink.record = record;
    l->sink.finish = finish;
    l->running[0] = l->running[1] = -1;
    for (int i = 0; i < TASKS_MAX; i++)
        l->woken[i] = -1;
    trace_init(&trace);
    trace_attach(&trace, &checker->sink);
    trace_attach(&trace, &l->sink);
    sim = sim_new(l->sc, &trace);
    (void)sim_run(sim);
    ck_assert_msg(checker->nfound == 0, "%s", checker->found.data);
    sim_free(sim);
    checker_free(checker);
    config_free(cfg);
    diags_release(&diags);
    free(errors);
    free(text);
    return l;
}

/* ---- the checks ---------------------------------------------------------------------------- */

static void describe(struct text *t, const struct timeline *l, int32_t core)
{
    for (int i = 0; i < l->n; i++) {
        const struct slice *s = &l->slices[i];

        if (s->core == core)
            text_addf(t, " %s:%" PRId64 "(%s)", l->sc->tasks[s->task].name,
                      (s->to - s->from) / 1000, s->end);
    }
}

static bool close_to(int64_t ns, double us)
{
    double off = (double)ns / 1000 - us, tolerance = us * 0.02 > 400 ? us * 0.02 : 400;

    return off <= tolerance && off >= -tolerance;
}

/* Slice by slice: who, for how long, and how it ended, against what was recorded. */
static const char *differs_on(const struct timeline *l, const cJSON *recorded, int32_t core)
{
    const cJSON *r = recorded->child;

    for (int i = 0; i < l->n; i++) {
        const struct slice *s = &l->slices[i];

        if (s->core != core)
            continue;
        while (r && whole(member(r, "cpu")) != core)
            r = r->next;
        if (!r)
            return "more slices than recorded";
        if (strcmp(l->sc->tasks[s->task].name, text_of(r, "thread")) != 0)
            return "another order than recorded";
        if (strcmp(s->end, text_of(r, "end")) != 0)
            return "a slice ends for another reason than recorded";
        if (!close_to(s->to - s->from, member(r, "dur_us")->valuedouble))
            return "a slice of another length than recorded";
        r = r->next;
    }
    while (r && whole(member(r, "cpu")) != core)
        r = r->next;
    return r ? "fewer slices than recorded" : NULL;
}

static void check_cores(const struct timeline *l, const cJSON *row, const char *id)
{
    for (int32_t core = 0; core < 2; core++) {
        const char *wrong = differs_on(l, member(row, "median_timeline"), core);
        struct text t = {0};

        describe(&t, l, core);
        ck_assert_msg(wrong == NULL, "%s: core %d: %s:%s", id, (int)core, wrong, t.data);
        text_release(&t);
    }
}

/* "cpu1 A:5000 B:3000": the slices in order; "done A B": who ended, in order. */
static void check_line(const struct timeline *l, const char *id, const char *line)
{
    bool done = strncmp(line, "done", 4) == 0;
    int32_t core = done ? -1 : line[3] - '0';
    int at = 0;

    line += 4;
    while (*line == ' ') {
        size_t len = strcspn(++line, " :");
        const char *name;
        int64_t us;

        if (done) {
            ck_assert_msg(at < l->ndone, "%s: fewer ended", id);
            name = l->sc->tasks[l->done[at++]].name;
        } else {
            while (at < l->n && l->slices[at].core != core)
                at++;
            ck_assert_msg(at < l->n, "%s: too few slices on core %d", id, (int)core);
            name = l->sc->tasks[l->slices[at].task].name;
        }
        ck_assert_msg(strlen(name) == len && strncmp(name, line, len) == 0,
                      "%s: %s, expected %s", id, name, line);
        line += len;
        if (done)
            continue;
        us = strtoll(line + 1, NULL, 10);
        line += strcspn(line, " ");
        ck_assert_msg(close_to(l->slices[at].to - l->slices[at].from, (double)us),
                      "%s: slice %d lasts %" PRId64 " ns, expected %" PRId64 " us", id, at,
                      l->slices[at].to - l->slices[at].from, us);
        at++;
    }
}

static double share(const struct timeline *l, const char *name)
{
    sim_time all = 0, mine = 0;

    for (int32_t i = 0; i < l->sc->ntasks; i++) {
        all += l->cpu[i];
        if (strcmp(l->sc->tasks[i].name, name) == 0)
            mine = l->cpu[i];
    }
    return (double)mine / (double)all;
}

static void check_shares(const struct timeline *l, const cJSON *row, const char *id)
{
    const cJSON *m;

    for (m = member(row, "share_by_thread")->child; m; m = m->next) {
        double off = share(l, m->string) - m->valuedouble;

        ck_assert_msg(off < 0.02 && off > -0.02, "%s: the share of %s is off by %f", id,
                      m->string, off);
    }
}

/* All but the first and the last slice last whole ticks. */
static void check_ticks(const struct timeline *l, const char *id)
{
    ck_assert_int_gt(l->n, 10);
    for (int i = 1; i < l->n - 1; i++)
        ck_assert_msg((l->slices[i].to - l->slices[i].from) % MS(4) == 0,
                      "%s: slice %d lasts %" PRId64 " ns", id, i,
                      l->slices[i].to - l->slices[i].from);
}

static int compare_times(const void *a, const void *b)
{
    const sim_time *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* From wake-up to running, in the median: far below the slice of 1.4 ms. */
static void check_wakeup(struct timeline *l, const char *id)
{
    ck_assert_int_gt(l->nwaited, 30);
    qsort(l->waited, (size_t)l->nwaited, sizeof(l->waited[0]), compare_times);
    ck_assert_msg(l->waited[l->nwaited / 2] <= US(140), "%s: %" PRId64 " ns in the median", id,
                  l->waited[l->nwaited / 2]);
}

/* Two threads that work 300 us and yield: while both are there no slice outlasts that. */
static void check_alternation(const struct timeline *l, const char *id)
{
    int last = l->n - 1;

    while (last > 0 && l->slices[last].task == l->slices[l->n - 1].task)
        last--;
    ck_assert_int_ge(l->n, 2 * 60 - 1);
    for (int i = 1; i <= last; i++) {
        ck_assert_msg(l->slices[i].task != l->slices[i - 1].task, "%s: slice %d", id, i);
        ck_assert_msg(l->slices[i].to - l->slices[i].from <= US(300), "%s: slice %d", id, i);
    }
}

static void check(struct timeline *l, const cJSON *row, const char *id)
{
    const char *kind = text_of(row, "check");
    const cJSON *line;

    if (strcmp(kind, "order") == 0 || strcmp(kind, "completion") == 0)
        for (line = member(row, "expect")->child; line; line = line->next)
            check_line(l, id, line->valuestring);
    if (strcmp(kind, "order") == 0)
        check_cores(l, row, id);
    if (strncmp(kind, "shares", 6) == 0 || strcmp(kind, "wakeup") == 0)
        check_shares(l, row, id);
    if (strcmp(kind, "shares+tick") == 0)
        check_ticks(l, id);
    if (strcmp(kind, "wakeup") == 0)
        check_wakeup(l, id);
    if (strcmp(kind, "alternation") == 0)
        check_alternation(l, id);
    if (strcmp(kind, "informational") == 0)
        printf(" %s: ends at %" PRId64 " us; not judged\n", id, l->end / 1000);
}

static bool is_left_out(const char *id)
{
    for (size_t i = 0; i < ARRAY_LEN(left_out); i++)
        if (strcmp(left_out[i][0], id) == 0)
            return true;
    return false;
}

static void compare(int number, const char *queues)
{
    cJSON *all = read_json(ORACLE);
    const cJSON *row = cJSON_GetArrayItem(member(all, "scenarios"), number), *scenario;
    const char *id;

    ck_assert_int_eq(cJSON_GetArraySize(member(all, "scenarios")), SCENARIOS);
    scenario = member(row, "scenario");
    id = text_of(scenario, "name");
    if (!is_left_out(id)) {
        struct timeline *l = run(scenario, queues);

        check(l, row, id);
        scenario_free(l->sc);
        free(l);
    }
    cJSON_Delete(all);
}

START_TEST(a_recorded_timeline_is_met_with_one_queue)
{
    compare(_i, "global");
}
END_TEST

START_TEST(a_recorded_timeline_is_met_with_a_queue_a_core)
{
    compare(_i, "per-core");
}
END_TEST

Suite *linux_suite(void)
{
    Suite *s = suite_create("linux");
    TCase *tc = tcase_create("timelines");

    tcase_add_loop_test(tc, a_recorded_timeline_is_met_with_one_queue, 0, SCENARIOS);
    tcase_add_loop_test(tc, a_recorded_timeline_is_met_with_a_queue_a_core, 0, SCENARIOS);
    suite_add_tcase(s, tc);
    return s;
}
