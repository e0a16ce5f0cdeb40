/* test_starved.c - who is ready where a run ends, and would never have had a turn. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support.h"
#include "tests/workload.h"

#define HOG "{'name':'hog','do':[{'while':1,'do':[{'cpu':1}]}]}"

static const struct {
    const char *what, *config;
} cases[] = {
    {"a policy that does not preempt leaves the core to who never ends",
     "{'until':100,'tasks':[" HOG ",{'name':'A','arrive':5,'do':[{'cpu':1}]},{'name':'late',"
     "'arrive':95,'do':[{'cpu':1}]}],'expect':{'/outcome':'until','/summary/starved':1,"
     "'/starved/0/task':'A','/starved/0/since':'5ms','/starved/0/time':'95ms','/starved/0/ran':"
     "'hog','/starved/0/why':'not preempted'}}"},
    {"round robin starves nobody, and neither does a queue that is long",
     "{'until':100,'machine':{'scheduler':{'policy':'rr','quantum':4}},'tasks':[" HOG
     ",{'name':'A','count':20,'do':[{'cpu':30}]}],'expect':{'/summary/starved':0,'/starved':[]}"
     "}"},
    {"fifo under too much load: all wait, in order",
     "{'until':1000,'tasks':[{'name':'A','count':200,'every':5,'do':[{'cpu':20}]}],'expect':{"
     "'/summary/starved':0}}"},
    {"a less urgent one among more urgent ones that come again and again",
     "{'until':100,'machine':{'scheduler':'priority'},'tasks':[{'name':'low','do':[{'cpu':9}]}"
     ",{'name':'high','count':2,'priority':1,'do':[{'while':1,'do':[{'cpu':3},{'sleep':2}]}]}],"
     "'expect':{'/summary/starved':1,'/starved/0/task':'low','/starved/0/why':'passed over'}}"},
    {"one that spins for what it keeps another from giving back: in a deadlock for ever",
     "{'sync':{'l':{'spinlock':{}}},'machine':{'scheduler':'priority'},'tasks':[{'name':'A','"
     "do'"
     ":[{'lock':'l'},{'cpu':3},{'unlock':'l'}]},{'name':'B','arrive':1,'priority':2,'do':[{"
     "'lock':'l'}]}],'expect':{'/outcome':'deadlock','/deadlock/0/task':'B','/summary/"
     "starved':1"
     ",'/starved/0/task':'A','/starved/0/ran':'B','/starved/0/since':'1ms'}}"},
    {"likewise where spinners take turns",
     "{'sync':{'l':{'spinlock':{}}},'machine':{'scheduler':{'policy':'priority','quantum':1}},"
     "'tasks':[{'name':'A','do':[{'lock':'l'},{'cpu':3},{'unlock':'l'}]},{'name':'B','count':2,"
     "'arrive':1,'priority':2,'do':[{'lock':'l'}]}],'expect':{'/outcome':'deadlock','/summary/"
     "starved':1,'/starved/0/task':'A','/starved/0/why':'passed over'}}"},
    {"a core of its own would help, but it may use none",
     "{'until':100,'machine':{'cores':2},'tasks':[{'name':'hog','affinity':[0],'do':[{'while':"
     "1,"
     "'do':[{'cpu':1}]}]},{'name':'A','affinity':[0],'do':[{'cpu':1}]},{'name':'B','do':[{'cpu'"
     ":"
     "1}]}],'expect':{'/summary/starved':1,'/starved/0/task':'A','/starved/0/ran':'hog'}}"},
    {"queues that nobody balances",
     "{'until':100,'machine':{'cores':2,'queues':'per-core','balance':'none'},'tasks':[" HOG
     ",{'name':'B','do':[{'cpu':1}]},{'name':'C','do':[{'cpu':1}]}],'expect':{'/summary/"
     "starved':1,'/starved/0/task':'C','/starved/0/ran':'hog'}}"},
    {"one of several cores comes free: nobody is starved",
     "{'until':100,'machine':{'cores':2},'tasks':[" HOG
     ",{'name':'B','do':[{'cpu':60}]},{'name'"
     ":'C','count':3,'do':[{'cpu':15}]}],'expect':{'/summary/starved':0}}"},
    {"the shortest job first: a long one, while short ones come",
     "{'until':200,'machine':{'scheduler':'sjf'},'tasks':[{'name':'short','count':100,'every':"
     "2,"
     "'do':[{'cpu':3}]},{'name':'long','arrive':1,'do':[{'cpu':50}]}],'expect':{'/starved/0/"
     "task':'long','/starved/0/why':'passed over'}}"},
    {"what is blocked is not starved, and what has run is not either",
     "{'until':100,'sync':{'m':{'mutex':{}}},'machine':{'cores':2},'tasks':[{'name':'A','do':[{"
     "'lock':'m'},{'while':1,'do':[{'cpu':1}]}]},{'name':'B','do':[{'sleep':1},{'lock':'m'}]},{"
     "'name':'C','do':[{'cpu':1}]}],'expect':{'/summary/starved':0}}"},
};

START_TEST(the_end_of_a_run_names_who_would_never_have_run)
{
    check_config(cases[_i].what, cases[_i].config);
}
END_TEST

START_TEST(it_is_told_in_the_summary)
{
    struct command_result r =
        run_command("echo '{\"until\":100,\"tasks\":[{\"name\":\"hog\",\"do\":[{\"while\":1,"
                    "\"do\":[{\"cpu\":1}]}]},{\"name\":\"A\",\"arrive\":5,\"do\":[{\"cpu\":1}]}"
                    "]}' | $QUANTA_BUILD/quanta run --ascii -");

    ck_assert_msg(strstr(r.out, "starved: ready, and without a core to the end of the run\n"
                                "          5 ms  A was ready from here on, 95 ms, while hog "
                                "ran: the policy did not preempt it\n") != NULL,
                  "%s", r.out);
    command_result_free(&r);
}
END_TEST

/* The longest list of those passed over that a run of `config` gives. */
static int passed_over(const char *config)
{
    struct result r = run_text(config);
    cJSON *list = cJSON_GetObjectItemCaseSensitive(r.json, "starved"), *one;
    int n = 0;

    cJSON_ArrayForEach(one, list)
    {
        n += strcmp(member(one, "why")->valuestring, "passed over") == 0;
        ck_assert_int_eq((int)(member(one, "since")->valuedouble +
                               member(one, "time")->valuedouble -
                               member(r.json, "end")->valuedouble),
                         0);
    }
    result_free(&r);
    return n;
}

/* Of one queue in the order of becoming ready nobody is passed over, whenever the run is cut. */
START_TEST(in_one_queue_nobody_is_passed_over)
{
    char *text = workload((uint64_t)_i + 1, WORKLOAD_PLAIN | WORKLOAD_FIFO, NULL);
    cJSON *config = cJSON_Parse(text), *machine = cJSON_CreateObject(), *policy;
    char *cut;

    policy = cJSON_AddObjectToObject(machine, "scheduler");
    (void)cJSON_AddStringToObject(policy, "policy", _i % 2 ? "rr" : "fifo");
    if (_i % 2)
        (void)cJSON_AddNumberToObject(policy, "quantum", 40);
    (void)cJSON_AddItemToObject(
        machine, "cores",
        cJSON_Duplicate(member(member(config, "machine"), "cores"), cJSON_True));
    cJSON_DeleteItemFromObjectCaseSensitive(config, "machine");
    (void)cJSON_AddItemToObject(config, "machine", machine);
    (void)cJSON_AddNumberToObject(config, "until", 50 + 20 * _i);
    cut = cJSON_PrintUnformatted(config);
    ck_assert_msg(passed_over(cut) == 0, "%s", cut);
    free(cut);
    free(text);
    cJSON_Delete(config);
}
END_TEST

Suite *starved_suite(void)
{
    Suite *s = suite_create("starved");
    TCase *tc = tcase_create("ends");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, the_end_of_a_run_names_who_would_never_have_run, 0,
                        (int)ARRAY_LEN(cases));
    tcase_add_test(tc, it_is_told_in_the_summary);
    tcase_add_loop_test(tc, in_one_queue_nobody_is_passed_over, 0, 60);
    suite_add_tcase(s, tc);
    return s;
}
