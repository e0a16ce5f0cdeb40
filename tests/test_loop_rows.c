/* test_loop_rows.c - how loops show in the timeline: a row for the phases of each, rows for the
 * threads of the pool, and what they are called. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "models/executors/executor.h"
#include "sim/config.h"
#include "sim/quanta.h"
#include "sim/rng.h"
#include "tests/loop_workload.h"
#include "tests/support.h"

static void check_rows(int width, const char *config, const char *has, const char *lacks)
{
    struct quanta_options options = {.timeline = true, .numbers = true};
    struct quanta_look look = {.width = width, .ascii = true};
    char *text = with_quotes(config), *errors, *drawn;
    struct quanta_config *cfg = quanta_parse("rows.json", text, strlen(text), &errors);
    struct quanta_run *run;

    ck_assert_msg(cfg != NULL, "%s", errors);
    run = quanta_run(cfg, 0, &options);
    drawn = quanta_timeline(run, &look);
    ck_assert_msg(strstr(drawn, has) != NULL, "no \"%s\" in\n%s", has, drawn);
    ck_assert_msg(!lacks || !strstr(drawn, lacks), "\"%s\" in\n%s", lacks, drawn);
    quanta_text_free(drawn);
    quanta_run_free(run);
    quanta_config_free(cfg);
    free(text);
}

START_TEST(a_loop_has_a_row_of_its_phases)
{
    /* A ms is five columns; what others wait for is in capitals. */
    check_rows(
        58,
        "{'devices':{'net':{}},'executors':{'default':{'kind':'event-loop','main':["
        "{'io':'net','time':3,'then':[{'cpu':2},{'nextTick':[{'cpu':1}]},{'setImmediate':["
        "{'cpu':1}]},{'close':[{'cpu':1}]}]},{'setTimeout':4,'do':[{'cpu':2}]},{'cpu':1}"
        "]}},'until':13}",
        "\nloop    sssss..........pppppPPPPPNNNNNCCCCCXXXXXtttttttttt\n", NULL);
}
END_TEST

/* Up to 20 timers of up to 3 ms of computing within 60 ms. */
static char *random_timers(uint64_t seed)
{
    struct rng rng = rng_stream(seed, "test/rows");
    struct text t = {0};

    text_add(&t, "{\"executors\":{\"default\":{\"kind\":\"event-loop\",\"main\":[");
    for (uint64_t n = 1 + rng_below(&rng, 20); n > 0; n--)
        text_addf(&t, "{\"setTimeout\":%d,\"do\":[{\"cpu\":\"%dus\"}]}%s",
                  (int)rng_below(&rng, 60), (int)(1 + rng_below(&rng, 3000)), n > 1 ? "," : "");
    text_add(&t, "]}}}");
    return text_take(&t);
}

/* What stands behind the label of that row. */
static const char *row_of(const char *drawn, const char *label)
{
    const char *row = strstr(drawn, label);

    ck_assert_msg(row != NULL, "no %s in\n%s", label, drawn);
    return row + 8;
}

START_TEST(whatever_holds_a_loop_is_seen)
{
    struct quanta_options options = {.timeline = true};
    struct quanta_look look = {.width = 50 + _i, .ascii = true};
    char *text = random_timers((uint64_t)_i + 1), *errors, *drawn;
    struct quanta_config *cfg = quanta_parse("rows.json", text, strlen(text), &errors);
    struct quanta_run *run;
    const char *core, *loop;
    bool runs = false, seen = true;

    ck_assert_msg(cfg != NULL, "%s", errors);
    run = quanta_run(cfg, 0, &options);
    drawn = quanta_timeline(run, &look);
    core = row_of(drawn, "core0   ");
    loop = row_of(drawn, "loop    ");
    /* Where the core runs the loop holds; its row shows that somewhere there, and nowhere else. */
    for (; *core != '\n'; core++, loop++) {
        if (*core == 'm' && !runs)
            seen = false;
        runs = *core == 'm';
        seen = seen || *loop != '.';
        ck_assert_msg(runs || *loop == '.', "holds where nothing runs:\n%s", drawn);
        ck_assert_msg(seen || (runs && core[1] == 'm'), "a callback is hidden:\n%s", drawn);
    }
    quanta_text_free(drawn);
    quanta_run_free(run);
    quanta_config_free(cfg);
    free(text);
}
END_TEST

static double number(const cJSON *of, const char *name)
{
    return member(of, name)->valuedouble;
}

/* The sum of those members of `of`. */
static double sum_of(const cJSON *of, const char *const *names, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++) {
        const cJSON *is = cJSON_GetObjectItemCaseSensitive(of, names[i]);

        sum += is ? is->valuedouble : 0;
    }
    return sum;
}

/* The numbers of a run that ended at `end`, of loops of one executor. */
static void check_numbers(const char *what, const cJSON *ex, double end, double loops)
{
    static const char *const phases[] = {"script", "timers",  "poll", "wait",
                                         "check",  "closing", "gone"};
    static const char *const order[] = {"p50", "p90", "p99", "p999", "max"};
    const cJSON *of = member(ex, "phases"), *lag = member(ex, "loop_lag");
    const cJSON *longest = cJSON_GetObjectItemCaseSensitive(ex, "longest_callback");
    double sum = sum_of(of, phases, ARRAY_LEN(phases));
    double gone = sum_of(of, phases + 6, 1), busy = number(ex, "utilization");

    ck_assert_msg(sum == end * loops, "%s: phases of %.0f, not of %.0f", what, sum,
                  end * loops);
    ck_assert_msg(busy >= 0 && busy <= 1, "%s: utilisation %f", what, busy);
    if (sum > gone)
        ck_assert_double_eq_tol(busy, 1 - number(of, "wait") / (sum - gone), 1e-8);
    for (size_t i = 1; i < ARRAY_LEN(order); i++)
        ck_assert_double_le(number(lag, order[i - 1]), number(lag, order[i]));
    if (!longest || !cJSON_IsObject(longest))
        return;
    ck_assert_double_le(number(longest, "at") + number(longest, "time"), end);
    ck_assert_double_le(number(longest, "drain"), number(longest, "time"));
    ck_assert_double_le(number(longest, "time"), sum - gone - number(of, "wait"));
}

START_TEST(the_numbers_of_loops_add_up)
{
    static const char *const core[] = {"user", "kernel", "switch", "idle"};
    struct quanta_options options = {.numbers = true};
    char *text = loop_workload((uint64_t)_i + 1), *errors, *json;
    struct quanta_config *cfg = quanta_parse("numbers.json", text, strlen(text), &errors);
    cJSON *config = cJSON_Parse(text), *result, *each;
    const cJSON *loop = member(member(config, "executors"), "default");
    struct quanta_run *run;
    double end;

    ck_assert_msg(cfg != NULL, "%s", errors);
    run = quanta_run(cfg, 0, &options);
    json = quanta_json(run, false);
    result = cJSON_Parse(json);
    end = number(result, "end");
    for (each = member(result, "cores")->child; each; each = each->next)
        ck_assert_msg(sum_of(each, core, ARRAY_LEN(core)) == end, "%s", text);
    check_numbers(text, member(member(result, "executors"), "default"), end,
                  number(loop, "loops"));
    cJSON_Delete(result);
    cJSON_Delete(config);
    quanta_text_free(json);
    quanta_run_free(run);
    quanta_config_free(cfg);
    free(text);
}
END_TEST

START_TEST(each_loop_has_a_row_and_waits_for_its_core)
{
    check_rows(
        60,
        "{'machine':{'scheduler':{'policy':'rr','quantum':2}},'executors':{'web':{'kind':"
        "'event-loop','loops':2}},'tasks':[{'name':'A','on':'web','count':2,'do':[{'cpu':6"
        "}]}]}",
        "\nloop web    pppppppp::::::::pppppppp::::::::pppppppp........\n"
        "loop web 2  ::::::::pppppppp::::::::pppppppp::::::::pppppppp\n",
        NULL);
}
END_TEST

START_TEST(a_loop_that_is_gone_waits_for_nothing)
{
    check_rows(
        60,
        "{'machine':{'cores':2},'executors':{'web':{'kind':'event-loop','loops':2}},'tasks':[{"
        "'name':'A','on':'web','do':[{'cpu':2},{'throw':'e'}]},{'name':'B','on':'web','do':[{"
        "'cpu':6}]}]}",
        "\nloop web    pppppppppppppppp\n", NULL);
}
END_TEST

START_TEST(threads_of_a_pool_have_rows_where_they_work)
{
    check_rows(
        80,
        "{'executors':{'default':{'kind':'event-loop'}},'tasks':[{'name':'A','do':[{'await'"
        ":{'work':5}}]}]}",
        "\n1 default/pool#1  ####", "\n2 ");
}
END_TEST

START_TEST(loops_are_numbered_over_the_scenario)
{
    static const char config[] = "{\"executors\": {"
                                 "\"web\": {\"kind\": \"event-loop\", \"loops\": 3},"
                                 "\"os\": {\"kind\": \"thread-per-task\"},"
                                 "\"mail\": {\"kind\": \"event-loop\"}},"
                                 "\"tasks\": [{\"name\": \"A\", \"on\": \"os\", \"do\": []}]}";
    static const char *const names[] = {"web", "web 2", "web 3", "mail"};
    char buf[TASK_NAME_SIZE];
    struct diags diags;
    struct config *cfg;
    struct scenario *sc;

    diags_init(&diags);
    cfg = config_parse("loops.json", config, strlen(config), &diags);
    sc = cfg ? config_scenario(cfg, 0, &diags) : NULL;
    ck_assert_ptr_nonnull(sc);
    ck_assert_int_eq(scenario_loops(sc), (int)ARRAY_LEN(names));
    for (int32_t i = 0; i < (int32_t)ARRAY_LEN(names); i++) {
        int32_t executor = scenario_loop_executor(sc, i);

        ck_assert_str_eq(scenario_loop_name(sc, i, buf), names[i]);
        ck_assert_str_eq(sc->executors[executor].name, i < 3 ? "web" : "mail");
        ck_assert_int_eq(scenario_first_loop(sc, executor), i < 3 ? 0 : 3);
    }
    scenario_free(sc);
    config_free(cfg);
    diags_release(&diags);
}
END_TEST

Suite *loop_rows_suite(void)
{
    Suite *s = suite_create("loop_rows");
    TCase *tc = tcase_create("rows");

    tcase_add_test(tc, loops_are_numbered_over_the_scenario);
    tcase_add_test(tc, a_loop_has_a_row_of_its_phases);
    tcase_add_loop_test(tc, whatever_holds_a_loop_is_seen, 0, 100);
    tcase_add_loop_test(tc, the_numbers_of_loops_add_up, 0, 100);
    tcase_add_test(tc, a_loop_that_is_gone_waits_for_nothing);
    tcase_add_test(tc, each_loop_has_a_row_and_waits_for_its_core);
    tcase_add_test(tc, threads_of_a_pool_have_rows_where_they_work);
    suite_add_tcase(s, tc);
    return s;
}
