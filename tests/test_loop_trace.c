/* test_loop_trace.c - what event loops tell of themselves: phases in the order of libuv's round,
 * callbacks that begin and end, the call stack, the lengths of queues; on the project's own
 * files and on random programs. */
#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "models/executors/executor.h"
#include "sim/config.h"
#include "sim/digest.h"
#include "sim/sim.h"
#include "tests/loop_workload.h"
#include "tests/support.h"

enum { LOOPS_MAX = 64, FRAMES_MAX = 64 /* that are compared */ };

/* For every record: ck_assert() writes to a file each time. */
#define CHECK(holds, ...)              \
    do {                               \
        if (!(holds))                  \
            ck_abort_msg(__VA_ARGS__); \
    } while (0)

/* What is known of one loop, by its records alone. */
struct seen_loop {
    bool told;             /* of an event: after an exception ticks may be left over, X2 */
    enum loop_stage stage; /* STAGE_COUNT: none yet */
    int64_t iteration;
    int32_t calling; /* slot; -1: none */
    enum call_kind call;
    int64_t queued[LOOP_QUEUE_COUNT];
    int32_t popped; /* the queue that got shorter last, -1: one has got longer since */
    const char *frames[FRAMES_MAX];
    int depth;
    int64_t phases, calls[CALL_COUNT];
};

/* Of a task: how long it ran, and how much of that within its calls. */
struct seen_task {
    bool on_loop, runs, called;
    sim_time since, ran, inside;
    int depth; /* of its frames, on a thread */
};

struct watcher {
    struct trace_sink sink;
    const struct scenario *sc;
    const char *what;
    bool leaves_ticks; /* where an exception is handled, X2 */
    struct seen_loop loops[LOOPS_MAX];
    struct seen_task *tasks;
    int32_t ntasks;
    int64_t polls; /* as TR_LOOP counts them */
    bool gone;     /* a loop is, which still turns */
    int64_t taken, pool_waits, frames;
};

static struct seen_task *task_of(struct watcher *w, int32_t slot)
{
    if (slot >= w->ntasks) {
        int32_t n = 2 * slot + 8;

        w->tasks = sim_realloc(w->tasks, (size_t)n * sizeof(*w->tasks));
        memset(w->tasks + w->ntasks, 0, (size_t)(n - w->ntasks) * sizeof(*w->tasks));
        w->ntasks = n;
    }
    return &w->tasks[slot];
}

static struct seen_loop *loop_of(struct watcher *w, const struct trace_rec *rec)
{
    CHECK(rec->place >= 0 && rec->place < scenario_loops(w->sc), "%s: loop %d", w->what,
          (int)rec->place);
    return &w->loops[rec->place];
}

static void settle(struct seen_task *t, sim_time now)
{
    if (t->runs)
        t->ran += now - t->since;
    if (t->runs && t->called)
        t->inside += now - t->since;
    t->since = now;
}

/* ---- phases: script -> timers -> poll -> (wait -> poll) -> check -> closing -> timers ------- */

static bool follows(enum loop_stage from, enum loop_stage to)
{
    switch (to) {
    case STAGE_SCRIPT:
        return from == STAGE_COUNT;
    case STAGE_TIMERS:
        return from == STAGE_COUNT || from == STAGE_SCRIPT || from == STAGE_CLOSING ||
               from == STAGE_TIMERS || from == STAGE_POLL; /* a new run: L3 */
    case STAGE_POLL:
        return from == STAGE_TIMERS || from == STAGE_WAIT;
    case STAGE_WAIT:
    case STAGE_CHECK:
        return from == STAGE_POLL;
    case STAGE_CLOSING:
        return from == STAGE_CHECK;
    default:
        return false;
    }
}

/* Of a page: task -> microtasks -> perhaps render, and again; or wait. */
static bool follows_in_page(enum loop_stage from, enum loop_stage to)
{
    switch (to) {
    case STAGE_TASK:
        return true;
    case STAGE_MICROTASKS:
        return from == STAGE_TASK || from == STAGE_RENDER || from == STAGE_MICROTASKS;
    case STAGE_RENDER:
        return from != STAGE_COUNT;
    case STAGE_WAIT:
        return from != STAGE_WAIT;
    default:
        return false;
    }
}

static bool is_page(const struct watcher *w, const struct trace_rec *rec)
{
    const struct executor_spec *ex =
        &w->sc->executors[scenario_loop_executor(w->sc, rec->place)];

    return ex->model->in_browser(ex->params);
}

static bool of_worker(const struct watcher *w, const struct trace_rec *rec)
{
    return rec->place >= scenario_first_loop(w->sc, w->sc->nexecutors);
}

static void phase(struct watcher *w, const struct trace_rec *rec)
{
    struct seen_loop *l = loop_of(w, rec);
    enum loop_stage to = (enum loop_stage)rec->arg;
    bool page = is_page(w, rec);
    bool polls = page ? to == STAGE_TASK : to == STAGE_POLL && l->stage != STAGE_WAIT;

    /* A worker begins in its poll phase, and ends anywhere, as do two in turn. */
    CHECK((page ? follows_in_page : follows)(l->stage, to) ||
              (to == STAGE_GONE && (l->stage != STAGE_GONE || of_worker(w, rec))) ||
              (of_worker(w, rec) && to == STAGE_POLL),
          "%s: %s after %s", w->what, loop_stage_name(to), loop_stage_name(l->stage));
    /* A page's task may go on, behind the microtasks of its listeners. */
    w->gone = w->gone || to == STAGE_GONE;
    CHECK(to == STAGE_GONE || rec->extra == l->iteration + polls ||
              (page && polls && rec->extra == l->iteration) ||
              (of_worker(w, rec) && to == STAGE_POLL && rec->extra == l->iteration + 1),
          "%s", w->what);
    CHECK(l->calling == -1, "%s", w->what);
    l->stage = to;
    l->iteration = rec->extra;
    l->phases++;
}

/* ---- calls ------------------------------------------------------------------------------------- */

static bool belongs(enum loop_stage stage, enum call_kind kind)
{
    switch (kind) {
    case CALL_SCRIPT:
        return stage == STAGE_SCRIPT;
    case CALL_TIMER:
    case CALL_INTERVAL:
        return stage == STAGE_TIMERS;
    case CALL_IMMEDIATE:
        return stage == STAGE_CHECK;
    case CALL_CLOSE:
        return stage == STAGE_CLOSING;
    case CALL_TASK:
    case CALL_IO:
    case CALL_WORK:
    case CALL_JOIN:
    case CALL_PERIOD:
        return stage == STAGE_POLL;
    case CALL_MESSAGE: /* of a worker that has ended, before immediates, too */
        return stage == STAGE_POLL || stage == STAGE_CHECK;
    default: /* a drain comes behind every callback */
        return stage != STAGE_WAIT;
    }
}

static bool belongs_in_page(enum loop_stage stage, enum call_kind kind)
{
    switch (kind) {
    case CALL_FRAME:
        return stage == STAGE_RENDER;
    case CALL_MICROTASK:
    case CALL_REACTION:
    case CALL_ADOPTION:
    case CALL_CONTINUATION:
        return stage == STAGE_MICROTASKS;
    default:
        return stage == STAGE_TASK;
    }
}

/* The queue that such a callback was taken from; -1: none. */
static int32_t comes_from(enum call_kind kind, bool page)
{
    if (page && (kind == CALL_TIMER || kind == CALL_INTERVAL || kind == CALL_IMMEDIATE ||
                 kind == CALL_CLOSE))
        return LOOP_QUEUE_READY;
    switch (kind) {
    case CALL_FRAME:
    case CALL_SCRIPT:
    case CALL_EVENT:
        return -1;
    case CALL_TIMER:
    case CALL_INTERVAL:
        return LOOP_QUEUE_TIMERS;
    case CALL_IMMEDIATE:
        return LOOP_QUEUE_IMMEDIATES;
    case CALL_CLOSE:
        return LOOP_QUEUE_CLOSING;
    case CALL_TICK:
        return LOOP_QUEUE_TICKS;
    case CALL_MICROTASK:
    case CALL_REACTION:
    case CALL_ADOPTION:
    case CALL_CONTINUATION:
        return LOOP_QUEUE_MICROTASKS;
    default:
        return LOOP_QUEUE_READY;
    }
}

static void call(struct watcher *w, const struct trace_rec *rec)
{
    struct seen_loop *l = loop_of(w, rec);
    enum call_kind kind = (enum call_kind)rec->arg;
    bool page = is_page(w, rec);

    CHECK(l->calling == -1, "%s: %s within a %s", w->what, call_kind_name(kind),
          call_kind_name(l->call));
    CHECK((page ? belongs_in_page : belongs)(l->stage, kind) ||
              (kind == CALL_SCRIPT && of_worker(w, rec) && l->stage == STAGE_POLL),
          "%s: %s in %s", w->what, call_kind_name(kind), loop_stage_name(l->stage));
    /* A page's last task may have been news of a worker that nobody listens to. */
    CHECK(l->popped == comes_from(kind, page) || (page && comes_from(kind, page) == -1),
          "%s: %s comes from %d", w->what, call_kind_name(kind), (int)l->popped);
    if (kind != CALL_TICK && kind != CALL_EVENT && !w->leaves_ticks &&
        comes_from(kind, page) != LOOP_QUEUE_MICROTASKS) { /* D1 */
        CHECK(l->queued[LOOP_QUEUE_TICKS] == 0, "%s", w->what);
        CHECK(l->queued[LOOP_QUEUE_MICROTASKS] == 0, "%s", w->what);
    }
    CHECK(rec->extra < w->sc->nplaces, "%s", w->what);
    CHECK(rec->extra >= -1, "%s", w->what);
    l->calling = rec->task;
    l->call = kind;
    l->calls[kind]++;
    l->popped = -1;
    settle(task_of(w, rec->task), rec->at);
    task_of(w, rec->task)->called = true;
}

static void returns(struct watcher *w, const struct trace_rec *rec)
{
    struct seen_loop *l = loop_of(w, rec);

    CHECK(l->calling == rec->task, "%s", w->what);
    CHECK(rec->task >= 0, "%s", w->what);
    CHECK(l->depth == 0, "%s: %d frames are left", w->what, l->depth);
    l->calling = -1;
    l->popped = -1;
    settle(task_of(w, rec->task), rec->at);
    task_of(w, rec->task)->called = false;
}

static void frame(struct watcher *w, const struct trace_rec *rec)
{
    struct seen_loop *l;

    CHECK(rec->text != NULL, "%s", w->what);
    CHECK(rec->extra < w->sc->nplaces, "%s", w->what);
    w->frames++;
    if (rec->place < 0) {
        task_of(w, rec->task)->depth += rec->arg ? 1 : -1;
        CHECK(task_of(w, rec->task)->depth >= 0, "%s", w->what);
        return;
    }
    l = loop_of(w, rec);
    CHECK(l->calling == rec->task, "%s", w->what);
    if (rec->arg) {
        if (l->depth < FRAMES_MAX)
            l->frames[l->depth] = rec->text;
        l->depth++;
    } else {
        CHECK(l->depth > 0, "%s", w->what);
        l->depth--;
        if (l->depth < FRAMES_MAX)
            CHECK(strcmp(l->frames[l->depth], rec->text) == 0, "%s: %s is left, not %s",
                  w->what, rec->text, l->frames[l->depth]);
    }
}

/* ---- queues -------------------------------------------------------------------------------------- */

static void queued(struct watcher *w, const struct trace_rec *rec)
{
    struct seen_loop *l = loop_of(w, rec);
    int64_t more = rec->extra - l->queued[rec->arg];

    CHECK(rec->extra >= 0, "%s: %s", w->what, loop_queue_name((enum loop_queue)rec->arg));
    CHECK(more == 1 || more == -1, "%s: %s %" PRId64, w->what,
          loop_queue_name((enum loop_queue)rec->arg), more);
    l->queued[rec->arg] = rec->extra;
    CHECK(l->queued[LOOP_QUEUE_DUE] <= l->queued[LOOP_QUEUE_TIMERS], "%s", w->what);
    l->popped = more < 0 ? (int32_t)rec->arg : -1;
    w->taken += more < 0 && rec->arg == LOOP_QUEUE_POOL;
}

/* ---- the whole ------------------------------------------------------------------------------------- */

static void runs(struct watcher *w, const struct trace_rec *rec, bool does)
{
    struct seen_task *t = task_of(w, rec->task);

    settle(t, rec->at);
    t->runs = does;
}

static void done(struct watcher *w, const struct trace_rec *rec)
{
    struct seen_task *t = task_of(w, rec->task);

    CHECK(t->depth == 0, "%s", w->what);
    if (t->on_loop)
        CHECK(t->ran == t->inside, "%s: %" PRId64 " ns ran, %" PRId64 " within calls", w->what,
              t->ran, t->inside);
    *t = (struct seen_task){0};
}

static void record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct watcher *w = container_of(sink, struct watcher, sink);

    switch ((enum trace_kind)rec->kind) {
    case TR_ARRIVE:
        *task_of(w, rec->task) = (struct seen_task){0};
        if (rec->arg < w->sc->ntasks)
            task_of(w, rec->task)->on_loop =
                w->sc->executors[w->sc->tasks[rec->arg].executor].model->is_loop;
        break;
    case TR_RUN:
        runs(w, rec, true);
        break;
    case TR_STOP:
        runs(w, rec, false);
        break;
    case TR_DONE:
        done(w, rec);
        break;
    case TR_LOOP:
        w->polls += rec->arg == LOOP_TURN;
        w->pool_waits += rec->arg == LOOP_POOL_WAIT;
        break;
    case TR_PHASE:
        phase(w, rec);
        break;
    case TR_CALL:
        call(w, rec);
        break;
    case TR_RETURN:
        returns(w, rec);
        break;
    case TR_FRAME:
        frame(w, rec);
        break;
    case TR_QUEUED:
        queued(w, rec);
        break;
    default:
        break;
    }
}

/* Runs the scenario, watched or not; its digest. */
static uint64_t run(const struct scenario *sc, struct watcher *w, enum outcome *outcome)
{
    struct digest digest;
    struct trace trace;
    struct sim *sim;

    trace_init(&trace);
    digest_init(&digest);
    trace_attach(&trace, &digest.sink);
    if (w)
        trace_attach(&trace, &w->sink);
    sim = sim_new(sc, &trace);
    *outcome = sim_run(sim);
    sim_free(sim);
    return digest_value(&digest);
}

static void watcher_init(struct watcher *w, const char *what, const struct scenario *sc)
{
    memset(w, 0, sizeof(*w));
    w->sink = (struct trace_sink){.kinds = TRACE_ALL, .record = record};
    w->what = what;
    w->sc = sc;
    ck_assert_int_le(scenario_loops(sc), LOOPS_MAX);
    for (int32_t i = 0; i < LOOPS_MAX; i++) {
        w->loops[i].stage = STAGE_COUNT;
        w->loops[i].calling = w->loops[i].popped = -1;
    }
}

static void watch(const struct scenario *sc, struct watcher *w)
{
    enum outcome outcome, unwatched;
    uint64_t digest = run(sc, w, &outcome);
    int64_t polls = 0;

    ck_assert_msg(run(sc, NULL, &unwatched) == digest, "%s: watching changes the run", w->what);
    ck_assert_int_eq(outcome, unwatched);
    for (int32_t i = 0; i < scenario_loops(sc); i++) {
        polls += w->loops[i].iteration;
        if (outcome != OUTCOME_COMPLETED)
            continue;
        ck_assert_msg(w->loops[i].calling == -1, "%s: a call has no end", w->what);
        for (int q = 0; q < LOOP_QUEUE_COUNT; q++) /* but for what is unref'd */
            if (q != LOOP_QUEUE_TIMERS && q != LOOP_QUEUE_DUE && q != LOOP_QUEUE_IMMEDIATES)
                ck_assert_msg(w->loops[i].queued[q] == 0, "%s: %s", w->what,
                              loop_queue_name((enum loop_queue)q));
    }
    ck_assert_int_le(polls, w->polls);
    ck_assert(w->gone || polls == w->polls);
    ck_assert_int_eq(w->taken, w->pool_waits);
    free(w->tasks);
    w->tasks = NULL;
}

static void watch_variants(const char *what, struct config *cfg, bool leaves_ticks)
{
    for (size_t i = 0; i < config_nvariants(cfg); i++) {
        struct diags diags;
        struct scenario *sc;
        struct watcher w;

        diags_init(&diags);
        sc = config_scenario(cfg, i, &diags);
        ck_assert_ptr_nonnull(sc);
        watcher_init(&w, what, sc);
        w.leaves_ticks = leaves_ticks;
        watch(sc, &w);
        scenario_free(sc);
        diags_release(&diags);
    }
}

static void watch_file(const char *folder, const char *name, bool leaves_ticks)
{
    struct text path = {0};
    struct diags diags;
    struct config *cfg;

    text_addf(&path, "%s/%s", folder, name);
    diags_init(&diags);
    cfg = config_read(path.data, &diags);
    ck_assert_ptr_nonnull(cfg);
    watch_variants(path.data, cfg, leaves_ticks);
    config_free(cfg);
    diags_release(&diags);
    text_release(&path);
}

static void watch_lesson(const char *name)
{
    watch_file("configs/lessons", name, false);
}

static void watch_golden(const char *name)
{
    static const char *const leave[] = {
        "311-last-immediate-throws.json", "341-timer-throws-another-list.json",
        "342-listener-starts-immediate.json",
        "345-worker-ends-meanwhile.json", /* all in the callback of its end */
    };
    bool leaves_ticks = false;

    for (size_t i = 0; i < ARRAY_LEN(leave); i++)
        leaves_ticks = leaves_ticks || strcmp(name, leave[i]) == 0;
    watch_file("tests/node", name, leaves_ticks);
}

static void watch_page(const char *name)
{
    watch_file("tests/browser", name, false);
}

START_TEST(the_golden_pages_tell_their_loops)
{
    ck_assert_int_ge(each_json("tests/browser", watch_page), 50);
}
END_TEST

START_TEST(the_lessons_tell_their_loops)
{
    ck_assert_int_ge(each_json("configs/lessons", watch_lesson), 35);
}
END_TEST

START_TEST(the_golden_programs_tell_their_loops)
{
    ck_assert_int_ge(each_json("tests/node", watch_golden), 60);
}
END_TEST

/* ---- by hand: exactly this ---------------------------------------------------------------------- */

struct script {
    struct trace_sink sink;
    const struct scenario *sc;
    struct text t;
};

static void write_down(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct script *s = container_of(sink, struct script, sink);

    if (rec->kind == TR_PHASE)
        text_addf(&s->t, " |%s", loop_stage_name((enum loop_stage)rec->arg));
    else if (rec->kind == TR_CALL)
        text_addf(&s->t, " %s", call_kind_name((enum call_kind)rec->arg));
    else if (rec->kind == TR_FRAME)
        text_addf(&s->t, "%s", rec->arg ? "(" : ")");
    else if (rec->arg == LOOP_QUEUE_TIMERS)
        text_addf(&s->t, " t%d", (int)rec->extra);
    if (rec->text)
        text_addf(&s->t, ":%s", rec->text);
    if ((rec->kind == TR_CALL || rec->kind == TR_FRAME) && rec->extra >= 0)
        text_addf(&s->t, "@%d", (int)s->sc->places[rec->extra].line);
}

static char *told(const char *config)
{
    struct script s = {.sink = {.kinds = TRACE_BIT(PHASE) | TRACE_BIT(CALL) | TRACE_BIT(FRAME) |
                                         TRACE_BIT(QUEUED),
                                .record = write_down}};
    char *text = with_quotes(config);
    struct diags diags;
    struct config *cfg;
    struct scenario *sc;
    struct trace trace;
    struct sim *sim;

    diags_init(&diags);
    cfg = config_parse("told.json", text, strlen(text), &diags);
    sc = cfg ? config_scenario(cfg, 0, &diags) : NULL;
    ck_assert_ptr_nonnull(sc);
    s.sc = sc;
    trace_init(&trace);
    trace_attach(&trace, &s.sink);
    sim = sim_new(sc, &trace);
    (void)sim_run(sim);
    sim_free(sim);
    scenario_free(sc);
    config_free(cfg);
    diags_release(&diags);
    free(text);
    return text_take(&s.t);
}

START_TEST(a_small_program_is_told_in_full)
{
    char *text = told("{'programs':{'f':[{'sleep':2},{'log':'slept'}]},\n"
                      "'executors':{'default':{'kind':'event-loop','main':[\n"
                      "{'setTimeout':1,'id':'late','do':[\n"
                      "{'cpu':3}]},\n"
                      "{'await':{'call':'f'}},\n"
                      "{'nextTick':[]}]}}}");

    ck_assert_str_eq(text, " |script script@3 t1(:f@5):f@5 t2"
                           " |timers |poll |wait |poll |check |closing"
                           " |timers t1 timer:late@3 |poll |check |closing"
                           " |timers t0 timer@1 continuation@1(:f@5):f@5 continuation@5 tick@6"
                           " |poll |wait");
    free(text);
}
END_TEST

START_TEST(calls_on_plain_threads_are_told_too)
{
    char *text = told("{'programs':{'f':[{'cpu':1},{'call':'g'}],'g':[{'sleep':1},\n"
                      "{'exit':true}]},\n"
                      "'tasks':[{'name':'A','do':[{'call':'f'}]}]}");

    ck_assert_str_eq(text, "(:f@3(:g@1):g@1):f@3");
    free(text);
}
END_TEST

/* ---- random programs ------------------------------------------------------------------------------- */

START_TEST(random_programs_tell_their_loops)
{
    char *text = loop_workload((uint64_t)_i + 1);
    struct diags diags;
    struct config *cfg;

    diags_init(&diags);
    cfg = config_parse("random.json", text, strlen(text), &diags);
    ck_assert_ptr_nonnull(cfg);
    watch_variants(text, cfg, false);
    config_free(cfg);
    diags_release(&diags);
    free(text);
}
END_TEST

Suite *loop_trace_suite(void)
{
    Suite *s = suite_create("loop_trace");
    TCase *tc = tcase_create("records");

    tcase_set_timeout(tc, 240);
    tcase_add_test(tc, a_small_program_is_told_in_full);
    tcase_add_test(tc, calls_on_plain_threads_are_told_too);
    tcase_add_test(tc, the_lessons_tell_their_loops);
    tcase_add_test(tc, the_golden_programs_tell_their_loops);
    tcase_add_test(tc, the_golden_pages_tell_their_loops);
    tcase_add_loop_test(tc, random_programs_tell_their_loops, 0, 280);
    suite_add_tcase(s, tc);
    return s;
}
