/* test_policies.c - what each policy decides, by timelines worked out by hand. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support.h"

/* A machine of one core, a task a letter, and who runs in each unit of time, worked out by
 * hand: "aab.": nobody runs in the fourth.  Units are ms. */
struct timeline {
    const char *about, *machine, *tasks, *runs;
};

/* One character a unit for the core whose number is `core`. */
static char *draw(const struct result *r, int core)
{
    const cJSON *segments = cJSON_GetObjectItemCaseSensitive(r->json, "segments");
    struct text t = {0};

    for (const cJSON *s = segments->child; s; s = s->next) {
        const char *task = cJSON_GetObjectItemCaseSensitive(s, "task")->valuestring;
        double from = cJSON_GetObjectItemCaseSensitive(s, "from")->valuedouble / 1e6;
        double to = cJSON_GetObjectItemCaseSensitive(s, "to")->valuedouble / 1e6;

        if (cJSON_GetObjectItemCaseSensitive(s, "core")->valuedouble != core)
            continue;
        while ((double)t.len < from)
            text_add(&t, ".");
        while ((double)t.len < to)
            text_add_len(&t, task, 1);
    }
    return text_take(&t);
}

static void check_timeline(const struct timeline *line)
{
    struct text config = {0};
    struct result r;
    char *runs;

    text_addf(&config, "{\"machine\":{%s},\"devices\":{\"disk\":{\"channels\":\"unlimited\"}},",
              line->machine);
    text_addf(&config, "\"tasks\":[%s]}", line->tasks);
    r = run_text(config.data);
    runs = draw(&r, 0);
    ck_assert_msg(strcmp(runs, line->runs) == 0, "%s: %s, not %s", line->about, runs,
                  line->runs);
    free(runs);
    result_free(&r);
    text_release(&config);
}

#define CPU(name, rest, ms) "{\"name\":\"" name "\"," rest "\"do\":[{\"cpu\":" #ms "}]}"

static const struct timeline priority_lines[] = {
    {"the more urgent preempts, the preempted goes on", "\"scheduler\":\"priority\"",
     CPU("a", "\"priority\":1,", 4) "," CPU("b", "\"priority\":2,\"arrive\":1,", 2) "," CPU(
         "c", "\"priority\":3,\"arrive\":2,", 1),
     "abcbaaa"},
    {"equals do not preempt each other", "\"scheduler\":\"priority\"",
     CPU("a", "", 3) "," CPU("b", "\"arrive\":1,", 2), "aaabb"},
    {"the preempted stays before its equals", "\"scheduler\":\"priority\"",
     CPU("a", "", 3) "," CPU("b", "", 2) "," CPU("c", "\"priority\":1,\"arrive\":1,", 1),
     "acaabb"},
    {"without preemption it waits for the end",
     "\"scheduler\":{\"policy\":\"priority\",\"preemptive\":false}",
     CPU("a", "", 3) "," CPU("b", "\"arrive\":1,", 1) "," CPU(
         "c", "\"priority\":1,\"arrive\":2,", 1),
     "aaacb"},
    {"a quantum among equals", "\"scheduler\":{\"policy\":\"priority\",\"quantum\":1}",
     CPU("a", "\"priority\":1,", 2) "," CPU("b", "\"priority\":1,", 2) "," CPU("c", "", 2),
     "ababcc"},
    {"a slice that is over yields to the more urgent, preemptive or not",
     "\"scheduler\":{\"policy\":\"priority\",\"quantum\":2,\"preemptive\":false}",
     CPU("a", "\"priority\":1,", 5) "," CPU("b", "\"priority\":2,\"arrive\":1,", 1) "," CPU(
         "c", "", 1),
     "aabaaac"},
    {"the preempted goes on with the rest of its slice",
     "\"scheduler\":{\"policy\":\"priority\",\"quantum\":3}",
     CPU("a", "", 5) "," CPU("b", "", 3) "," CPU("c", "\"priority\":1,\"arrive\":1,", 1),
     "acaabbbaa"},
    /* b reaches 3 > 2 after waiting 20, and keeps it while it runs; a waits from 20 on at
     * priority 2, c from 0 at priority 1 reaches 3 at 20 as well, and comes after b. */
    {"aging preempts at the instant at which it passes, and not before",
     "\"scheduler\":{\"policy\":\"priority\",\"aging\":10}",
     CPU("a", "\"priority\":2,", 24) "," CPU("b", "\"priority\":1,", 2) "," CPU(
         "c", "\"priority\":1,", 1),
     "aaaaaaaaaaaaaaaaaaaabbcaaaa"},
    /* c came first and has 1 from 10 on, as b has; before, b is more urgent. */
    {"levels are whole: of equals the first that came",
     "\"scheduler\":{\"policy\":\"priority\",\"aging\":10,\"preemptive\":false}",
     CPU("a", "\"priority\":9,", 12) "," CPU("c", "", 2) "," CPU(
         "b", "\"priority\":1,\"arrive\":5,", 2),
     "aaaaaaaaaaaaccbb"},
    {"before that the more urgent one goes first",
     "\"scheduler\":{\"policy\":\"priority\",\"aging\":10,\"preemptive\":false}",
     CPU("a", "\"priority\":9,", 9) "," CPU("c", "", 2) "," CPU(
         "b", "\"priority\":1,\"arrive\":5,", 2),
     "aaaaaaaaabbcc"},
    /* a is back at 0 at 4, and b, which has come at 3, at 0 as well. */
    {"a slice ends what a thread has aged",
     "\"scheduler\":{\"policy\":\"priority\",\"aging\":1,\"quantum\":2}",
     CPU("x", "\"priority\":2,", 2) "," CPU("a", "", 4) "," CPU("b", "\"arrive\":3,", 2),
     "xxaabbaa"},
};

START_TEST(priority_runs_the_most_urgent)
{
    check_timeline(&priority_lines[_i]);
}
END_TEST

Suite *policies_suite(void)
{
    Suite *s = suite_create("policies");
    TCase *tc = tcase_create("timelines");

    tcase_add_loop_test(tc, priority_runs_the_most_urgent, 0, ARRAY_LEN(priority_lines));
    suite_add_tcase(s, tc);
    return s;
}
