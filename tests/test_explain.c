/* test_explain.c - the story of a run: its text, and that telling it changes nothing. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenario.h"
#include "tests/loop_workload.h"
#include "tests/support.h"
#include "tests/workload.h"

enum { LOOPS = 64 }; /* of a story, more than any here has */

struct listener {
    struct quanta_writer writer;
    struct text heard;
};

static bool hear(struct quanta_writer *w, int file, const void *bytes, size_t n)
{
    struct listener *l = container_of(w, struct listener, writer);

    ck_assert_int_eq(file, 0);
    text_add_len(&l->heard, bytes, n);
    return true;
}

/* Each line within the width, its bytes ASCII where that was asked for. */
static void check_lines(const char *what, const char *story, const struct quanta_look *look)
{
    int columns = 0;

    for (const char *s = story; *s; s++) {
        unsigned char c = (unsigned char)*s;

        if (c == '\n') {
            if (columns > look->width)
                ck_abort_msg("%s: a line of %d columns\n%.400s", what, columns,
                             s - (columns < 200 ? columns : 200));
            columns = 0;
            continue;
        }
        columns += (c & 0xc0) != 0x80;
        if (look->ascii && c >= 0x80)
            ck_abort_msg("%s: not ASCII: %.100s", what, s);
    }
    ck_assert_int_eq(columns, 0);
}

/* "pool 2/4": of four threads two are at work, never more. */
static void check_pools(const char *what, const char *story)
{
    for (const char *at = strstr(story, "pool "); at; at = strstr(at + 1, "pool ")) {
        char *end;
        long busy = strtol(at + 5, &end, 10);

        if (end > at + 5 && *end == '/' && (busy < 0 || busy > strtol(end + 1, NULL, 10)))
            ck_abort_msg("%s: %.20s", what, at);
    }
}

/* The loop that a line speaks of, where there are several: "[default 2] poll: ...". */
static size_t loop_told(const char *line, char names[][TASK_NAME_SIZE], size_t *n)
{
    const char *end = *line == '[' ? strstr(line, "] ") : NULL;
    size_t i = 0;

    if (!end)
        return SIZE_MAX;
    ck_assert_uint_lt((size_t)(end - line), TASK_NAME_SIZE);
    while (i < *n &&
           (strncmp(names[i], line, (size_t)(end - line)) != 0 || names[i][end - line] != '\0'))
        i++;
    if (i == *n && *n < LOOPS) {
        memcpy(names[i], line, (size_t)(end - line));
        (*n)++;
    }
    return i;
}

/* What is told to happen meanwhile happens in the midst of a call, of the loop that it is told
 * of: a loop calls, and returns or waits, then calls again. */
static void check_calls(const char *what, const char *story)
{
    static const char *const begins[] = {
        "script: ",  "timers: ", "poll: ",      "check: ", "tick: ",
        "closing: ", "task: ",   "microtask: ", "render: "};
    char names[LOOPS][TASK_NAME_SIZE] = {""};
    bool calls[LOOPS + 1] = {false};
    size_t n = 0, at = 0;

    for (const char *s = story; *s; s = strchr(s, '\n') + 1) {
        const char *line = s + 13 + strspn(s + 13, " ");
        const char *end = strchr(s, '\n');
        size_t told = loop_told(line, names, &n);

        if (told != SIZE_MAX) {
            at = told;
            line = strstr(line, "] ") + 2;
        }
        for (size_t i = 0; i < ARRAY_LEN(begins); i++)
            if (strncmp(line, begins[i], strlen(begins[i])) == 0)
                calls[at] = true;
        if (strncmp(line, "-> ", 3) == 0 || strncmp(line, "wait: ", 6) == 0)
            calls[at] = false;
        if (strncmp(line, "wait: ", 6) != 0 && strstr(line, " meanwhile: ") &&
            strstr(line, " meanwhile: ") < end && !calls[at])
            ck_abort_msg("%s: not meanwhile: %.300s", what, s);
    }
}

static size_t count(const char *text, const char *word)
{
    size_t n = 0;

    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
        n++;
    return n;
}

/* The story of a variant; checks what holds of all of them. */
static char *story_of(const char *what, const struct quanta_config *cfg, size_t variant,
                      struct quanta_look look)
{
    struct listener l = {.writer = {.write = hear}};
    struct quanta_options options = {
        .digest = true, .numbers = true, .explain_to = &l.writer, .explain_look = &look};
    struct quanta_run *run = quanta_run(cfg, variant, &options);
    struct quanta_run *untold = quanta_run(cfg, variant, NULL);
    char *json = quanta_json(run, false);
    cJSON *result = cJSON_Parse(json);

    ck_assert_msg(quanta_digest(run) == quanta_digest(untold), "%s: telling changes it", what);
    ck_assert_ptr_nonnull(result);
    text_add(&l.heard, "");
    check_lines(what, l.heard.data, &look);
    check_pools(what, l.heard.data);
    if (look.ascii)
        check_calls(what, l.heard.data);
    ck_assert_msg(count(l.heard.data, "prints \"") ==
                      (size_t)cJSON_GetArraySize(member(result, "log")),
                  "%s: not all that is printed is told", what);
    ck_assert_msg(count(l.heard.data, "fault: ") ==
                      (size_t)cJSON_GetArraySize(member(result, "faults")),
                  "%s: not all faults are told", what);
    cJSON_Delete(result);
    quanta_text_free(json);
    quanta_run_free(untold);
    quanta_run_free(run);
    return text_take(&l.heard);
}

static void tell_text(const char *what, const char *text, struct quanta_look look)
{
    char *errors;
    struct quanta_config *cfg = quanta_parse("story.json", text, strlen(text), &errors);

    ck_assert_msg(cfg != NULL, "%s", errors);
    for (size_t i = 0; i < quanta_variants(cfg); i++)
        free(story_of(what, cfg, i, look));
    quanta_config_free(cfg);
}

static void tell_file(const char *folder, const char *name)
{
    struct text path = {0};
    char *text;

    text_addf(&path, "%s/%s", folder, name);
    text = read_file(path.data);
    tell_text(name, text, (struct quanta_look){.width = 80, .ascii = true});
    tell_text(name, text, (struct quanta_look){.width = 100});
    free(text);
    text_release(&path);
}

static void tell_lesson(const char *name)
{
    tell_file("configs/lessons", name);
}

static void tell_program(const char *name)
{
    tell_file("tests/node", name);
}

START_TEST(every_program_of_a_loop_can_be_told)
{
    ck_assert_int_ge(each_json("tests/node", tell_program), 60);
}
END_TEST

START_TEST(every_lesson_can_be_told)
{
    ck_assert_int_ge(each_json("configs/lessons", tell_lesson), 35);
}
END_TEST

START_TEST(whatever_happens_can_be_told)
{
    char *loop = loop_workload((uint64_t)_i + 1);
    char *threads = workload((uint64_t)_i + 1, WORKLOAD_SYNC, NULL);

    tell_text(loop, loop, (struct quanta_look){.width = 100, .ascii = true});
    tell_text(threads, threads, (struct quanta_look){.width = 100, .ascii = true});
    free(loop);
    free(threads);
}
END_TEST

START_TEST(the_story_of_a_loop_reads_as_this)
{
    struct command_result r =
        run_command("$QUANTA_BUILD/quanta run --explain --ascii --width 80 "
                    "configs/lessons/24-phases-of-the-loop.json");
    char *want = read_file("tests/golden/explain-24.txt");

    ck_assert_str_eq(r.out, want);
    ck_assert_str_eq(r.err, "");
    ck_assert_int_eq(r.code, 0);
    command_result_free(&r);
    free(want);
}
END_TEST

static const struct {
    const char *config, *has;
} parts[] = {
    {"{'machine':{'scheduler':{'policy':'rr','quantum':2}},"
     "'tasks':[{'name':'A','count':2,'do':[{'cpu':3}]}]}",
     "core0 runs A#2, which waited 2 ms, for 2 ms at most; ready and waiting: A#1\n"},
    {"{'machine':{'scheduler':'priority'},'tasks':[{'name':'low','do':[{'cpu':3}]},"
     "{'name':'high','priority':9,'arrive':1,'do':[{'cpu':1}]}]}",
     "low loses its core to one that goes before it\n"},
    {"{'machine':{'cores':2},'sync':{'m':{'mutex':{}}},'tasks':[{'name':'A','count':2,'do':["
     "{'lock':'m'},{'cpu':1},{'unlock':'m'}]}]}",
     "A#2 waits for m (line 1)\n"},
    {"{'executors':{'default':{'kind':'event-loop','loops':2}},'tasks':[{'name':'A','count':2,"
     "'do':[{'cpu':1}]}]}",
     "[default 2] poll: A#2 is accepted, and runs (line 1)\n"},
    {"{'machine':{'cores':3},'executors':{'default':{'kind':'event-loop','pool':2}},'tasks':[{'"
     "name':'A','count':3,"
     "'do':[{'await':{'work':5}}]}]}",
     "pool 2/2 (1 wait)"},
    {"{'executors':{'default':{'kind':'event-loop'}},'tasks':[{'name':'A','do':["
     "{'setTimeout':5,'id':'t','do':[]},{'cpu':9}]}]}",
     "a timer is due meanwhile: it waits until A returns\n"},
    {"{'programs':{'f':[{'call':'g'}],'g':[{'cpu':1}]},'tasks':[{'name':'A','do':[{'call':'f'}]"
     "}"
     "]}",
     "A: call stack: g() (line 1)\n"},
    {"{'executors':{'default':{'kind':'event-loop','flavor':'browser','main':[{"
     "'requestAnimationFrame':[{'cpu':1}]}]}}}",
     "render: an animation frame of main (line 1): before the page is drawn\n"},
    {"{'executors':{'default':{'kind':'event-loop','flavor':'node18'}},'tasks':[{'name':'A','"
     "do':"
     "[]}]}",
     "up to its first await; this poll takes all connections that wait\n"},
    {"{'devices':{'net':{'service':1}},'executors':{'default':{'kind':'green','threads':1}},"
     "'tasks':[{'name':'A','do':[{'io':'net'}]}]}",
     "A waits for net, and leaves its thread\n"},
    {"{'devices':{'net':{'service':1}},'executors':{'default':{'kind':'event-loop','main':["
     "{'io':'net','sync':true}]}}}",
     "1 ms    net has replied: the loop's thread is ready again\n"},
    {"{'devices':{'net':{'service':3}},'executors':{'default':{'kind':'event-loop'}},'tasks':["
     "{'name':'A','do':[{'throw':'e'}]},{'name':'B','do':[]}]}",
     "B has ended, as its process has\n"},
    {"{'devices':{'net':{'service':3}},'executors':{'default':{'kind':'event-loop'}},'tasks':["
     "{'name':'A','do':[{'await':null},{'throw':'e'}]}]}",
     "A has ended, by its fault\n"},
    {"{'machine':{'cores':2},'devices':{'net':{'service':9}},'executors':{'default':{'kind':"
     "'event-loop','loops':2}},'tasks':[{'name':'A','count':2,'do':[{'cpu':1},{'log':'x'},"
     "{'await':{'io':'net'}}]}]}",
     "[default] wait: nothing is ready: the loop's thread blocks in the kernel; pending: "
     "requests 1\n"},
    {"{'executors':{'default':{'kind':'event-loop','main':[{'on':'unhandledRejection','do':[{"
     "'log':'x'}]},{'async':[{'throw':'e'}]}]}}}",
     "main hears of it (line 1): listeners to the process run at once\n"},
};

START_TEST(it_says_who_and_why)
{
    char *text = with_quotes(parts[_i].config), *story, *errors;
    struct quanta_config *cfg = quanta_parse("part.json", text, strlen(text), &errors);

    ck_assert_msg(cfg != NULL, "%s", errors);
    story = story_of(text, cfg, 0, (struct quanta_look){.width = 120, .ascii = true});
    ck_assert_msg(strstr(story, parts[_i].has) != NULL, "no \"%s\" in\n%s", parts[_i].has,
                  story);
    free(story);
    quanta_config_free(cfg);
    free(text);
}
END_TEST

START_TEST(a_story_is_no_document)
{
    struct command_result r = run_command("$QUANTA_BUILD/quanta run --explain --json "
                                          "configs/lessons/24-phases-of-the-loop.json");

    ck_assert_int_eq(r.code, 2);
    ck_assert_str_eq(r.out, "");
    ck_assert_ptr_nonnull(strstr(r.err, "--explain tells a story"));
    command_result_free(&r);
}
END_TEST

Suite *explain_suite(void)
{
    Suite *s = suite_create("explain");
    TCase *tc = tcase_create("stories");

    tcase_set_timeout(tc, 240);
    tcase_add_test(tc, the_story_of_a_loop_reads_as_this);
    tcase_add_loop_test(tc, it_says_who_and_why, 0, (int)ARRAY_LEN(parts));
    tcase_add_test(tc, a_story_is_no_document);
    tcase_add_test(tc, every_lesson_can_be_told);
    tcase_add_test(tc, every_program_of_a_loop_can_be_told);
    tcase_add_loop_test(tc, whatever_happens_can_be_told, 0, 60);
    suite_add_tcase(s, tc);
    return s;
}
