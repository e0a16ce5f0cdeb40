/* test_loop.c - the event loop: Node's golden programs as configs (tests/node/), a browser's
 * (tests/browser/), what each key
 * and op means by numbers that follow from its definition, and random workloads. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/loop_workload.h"
#include "tests/support.h"

/* ---- tests/node, tests/browser ------------------------------------------------------------------------- */

static const char *folder;

/* A config's own "expect" holds the labels that real Node, or Chromium, prints. */
static void check_golden(const char *name)
{
    struct quanta_options options = {.check = true, .numbers = true};
    struct quanta_config *cfg;
    struct quanta_run *run;
    struct text path = {0};
    char *errors, *failed, *violations;

    text_addf(&path, "%s/%s", folder, name);
    cfg = quanta_read(path.data, &errors);
    ck_assert_msg(cfg != NULL, "%s", errors);
    run = quanta_run(cfg, 0, &options);
    failed = quanta_failed_expectations(run);
    violations = quanta_violations(run);
    ck_assert_msg(!failed, "%s", failed);
    ck_assert_msg(!violations, "%s: %s", name, violations);
    quanta_run_free(run);
    quanta_config_free(cfg);
    text_release(&path);
}

START_TEST(golden_programs_print_what_node_prints)
{
    folder = "tests/node";
    ck_assert_int_ge(each_json(folder, check_golden), 60);
}
END_TEST

START_TEST(golden_pages_print_what_chromium_prints)
{
    folder = "tests/browser";
    ck_assert_int_ge(each_json(folder, check_golden), 50);
}
END_TEST

/* ---- what things mean ---------------------------------------------------------------------- */

static const struct {
    const char *what, *config;
} cases[] = {
    {"while one task waits the loop goes on with another, without a switch",
     "{'machine':{'context_switch':1},'devices':{'net':{'channels':'unlimited'}},"
     "'executors':{'default':{'kind':'event-loop'}},"
     "'tasks':[{'name':'A','do':[{'cpu':2},{'io':'net','time':5},{'cpu':1}]},"
     "{'name':'B','do':[{'cpu':3},{'io':'net','time':5},{'cpu':1}]}],"
     "'expect':{'/end':'11ms','/summary/context_switches':0,'/tasks/A/waiting':0,"
     "'/tasks/A/blocked/net':'5ms','/tasks/B/waiting':'2ms','/executors/default/threads':1,"
     "'/executors/default/loop_lag/max':'2ms'}}"},
    {"a task that could go on waits while the loop is busy",
     "{'devices':{'net':{'channels':'unlimited'}},'executors':{'default':{'kind':'event-loop'}}"
     ","
     "'tasks':[{'name':'A','do':[{'io':'net','time':5},{'cpu':1}]},{'name':'B','do':[{'cpu':9}]"
     "}],"
     "'expect':{'/tasks/A/blocked/net':'5ms','/tasks/A/waiting':'4ms','/tasks/A/"
     "completion':'10ms'}}"},
    {"the phases add up to the run, and the longest callback is told with its drain",
     "{'executors':{'default':{'kind':'event-loop'}},"
     "'tasks':[{'name':'A','do':[{'setTimeout':10,'do':[{'cpu':7},{'nextTick':[{'cpu':2}]}]},"
     "{'setTimeout':12,'do':[{'cpu':1}]},{'cpu':3}]}],"
     "'expect':{'/end':'20ms','/executors/default/phases/timers':'10ms',"
     "'/executors/default/phases/poll':'3ms','/executors/default/phases/wait':'7ms',"
     "'/executors/default/phases/check':0,'/executors/default/utilization':0.65,"
     "'/executors/default/longest_callback/time':'9ms',"
     "'/executors/default/longest_callback/drain':'2ms',"
     "'/executors/default/longest_callback/at':'10ms',"
     "'/executors/default/longest_callback/task':'A',"
     "'/executors/default/longest_callback/kind':'timer',"
     "'/executors/default/longest_callback/where':'tasks[0].do[0]',"
     "'/executors/default/longest_callback/waited':1}}"},
    {"a call that blocks holds the loop as computing does, and what waits for others does not",
     "{'devices':{'disk':{'mode':'pool'}},'executors':{'default':{'kind':'event-loop'}},"
     "'tasks':[{'name':'A','do':[{'io':'disk','time':30},{'io':'disk','time':5,'sync':true}]}],"
     "'expect':{'/end':'35ms','/executors/default/phases/wait':'30ms',"
     "'/executors/default/longest_callback/time':'5ms',"
     "'/executors/default/longest_callback/drain':'5ms',"
     "'/executors/default/longest_callback/kind':'continuation'}}"},
    {"a loop that nothing holds has no longest callback",
     "{'executors':{'default':{'kind':'event-loop'}},'tasks':[{'name':'A','do':[{'sleep':1}]}],"
     "'expect':{'/executors/default/longest_callback':null,'/executors/default/"
     "utilization':0}}"},
    {"the loop's thread competes for its core like any other",
     "{'machine':{'scheduler':{'policy':'rr','quantum':2}},"
     "'executors':{'default':{'kind':'event-loop'},'os':{'kind':'thread-per-task'}},"
     "'tasks':[{'name':'A','do':[{'cpu':4}]},{'name':'B','on':'os','do':[{'cpu':4}]}],"
     "'expect':{'/tasks/A/completion':'6ms','/tasks/B/completion':'8ms'}}"},
    {"a sleep is a timer: at least 1 ms, whole ms, from the loop's clock",
     "{'executors':{'default':{'kind':'event-loop'}},"
     "'tasks':[{'name':'A','do':[{'sleep':0},{'log':'one'}]},{'name':'B','do':[{'sleep':'2.9ms'"
     "},"
     "{'log':'two'}]}],"
     "'expect':{'/log/0/t':'1ms','/log/1/t':'2ms','/tasks/B/blocked/sleep':'2ms'}}"},
    {"a timer may fire up to 1 ms early by the wall, as the clock is a floor",
     "{'executors':{'default':{'kind':'event-loop'}},"
     "'tasks':[{'name':'A','do':[{'cpu':'0.9ms'},{'sleep':5},{'log':'x'}]}],"
     "'expect':{'/log/0/t':'5ms'}}"},
    {"an interval counts from the start of its callback",
     "{'vars':{'n':0},'executors':{'default':{'kind':'event-loop','main':[{'setInterval':10,'"
     "id':'i',"
     "'do':[{'set':'n = n + 1'},{'log':'${n}'},{'cpu':4},{'if':'n == "
     "3','then':[{'clear':'i'}]}]}]}},"
     "'expect':{'/log/0/t':'10ms','/log/1/t':'20ms','/log/2/t':'30ms','/outcome':'completed','/"
     "end':"
     "'34ms'}}"},
    {"a poll device's requests run side by side, and each is told from the other",
     "{'devices':{'net':{'channels':1}},'executors':{'default':{'kind':'event-loop','main':["
     "{'io':'net','time':3,'then':[{'log':'a'}]},{'io':'net','time':2,'then':[{'log':'b'}]}]}},"
     "'expect':{'/log/order':['a','b'],'/log/0/t':'3ms','/log/1/t':'5ms','/devices/net/"
     "requests':2,"
     "'/devices/net/queue/max':'3ms'}}"},
    {"sync io blocks the loop",
     "{'devices':{'d':{'service':5}},'executors':{'default':{'kind':'event-loop','main':["
     "{'setTimeout':1,'do':[{'log':'timer'}]},{'io':'d','sync':true},{'log':'sync'}]}},"
     "'expect':{'/log/order':['sync','timer'],'/log/1/t':'5ms'}}"},
    {"a lock blocks the loop, too",
     "{'machine':{'cores':2},'sync':{'m':{'mutex':{}}},"
     "'executors':{'default':{'kind':'event-loop'},'os':{'kind':'thread-per-task'}},"
     "'tasks':[{'name':'T','on':'os','do':[{'lock':'m'},{'cpu':5},{'unlock':'m'}]},"
     "{'name':'A','do':[{'sleep':1},{'lock':'m'},{'unlock':'m'}]},"
     "{'name':'B','do':[{'sleep':2},{'log':'B'}]}],'expect':{'/log/0/t':'5ms'}}"},
    {"k equal jobs on a pool of 4 with 4 cores end at s ceil(k/4)",
     "{'machine':{'cores':5},'executors':{'default':{'kind':'event-loop','main':["
     "{'repeat':10,'do':[{'work':8,'then':[]}]}]}},'expect':{'/end':'24ms','/executors/default/"
     "threads'"
     ":5,'/executors/default/pool_queue/max':'16ms'}}"},
    {"on 2 cores the same work is conserved",
     "{'machine':{'cores':2,'scheduler':{'policy':'rr','quantum':1}},'executors':{'default':{"
     "'kind':'event-loop','main':[{'repeat':10,'do':[{'work':8,'then':[]}]}]}},"
     "'expect':{'/end':'40ms','/summary/tasks':1}}"},
    {"what waits for the loop itself does not stand in the pool's queue",
     "{'machine':{'cores':2},'executors':{'default':{'kind':'event-loop','pool':1}},"
     "'tasks':[{'name':'A','count':2,'do':[{'cpu':5},{'await':{'work':7}}]}],"
     "'expect':{'/executors/default/pool_queue/max':'2ms','/executors/default/pool_queue/"
     "mean':'1ms'}}"},
    {"what awaits work is blocked on the pool, and the loop goes on",
     "{'machine':{'cores':2},'executors':{'default':{'kind':'event-loop'}},"
     "'tasks':[{'name':'A','do':[{'await':{'work':5}},{'log':'done'}]},"
     "{'name':'B','do':[{'cpu':1},{'log':'B'}]}],"
     "'expect':{'/log/order':['B','done'],'/log/1/t':'5ms','/tasks/A/blocked/pool':'5ms'}}"},
    {"a device of mode pool takes a thread of the pool",
     "{'devices':{'file':{'service':4,'channels':'unlimited','mode':'pool'}},"
     "'executors':{'default':{'kind':'event-loop','pool':1}},"
     "'tasks':[{'name':'A','count':3,'do':[{'io':'file'}]}],"
     "'expect':{'/end':'12ms','/tasks/A#3/blocked/file':'12ms','/tasks/A#3/waiting':0}}"},
    {"the new flavour accepts one task a turn: immediates run between",
     "{'executors':{'default':{'kind':'event-loop'}},"
     "'tasks':[{'name':'A','count':2,'do':[{'log':'A'},{'setImmediate':[{'log':'later'}]}]}],"
     "'expect':{'/log/order':['A','later','A','later']}}"},
    {"the old one accepts all that wait",
     "{'executors':{'default':{'kind':'event-loop','flavor':'node18'}},"
     "'tasks':[{'name':'A','count':2,'do':[{'log':'A'},{'setImmediate':[{'log':'later'}]}]}],"
     "'expect':{'/log/order':['A','A','later','later']}}"},
    {"what the first pass of timers leaves unref'd still has the turn that follows",
     "{'executors':{'default':{'kind':'event-loop','main':[{'setTimeout':1,'do':[{'"
     "setImmediate':["
     "{'log':'unref'}],'unref':true}]},{'cpu':1}]}},'expect':{'/log/order':['unref']}}"},
    {"what a later pass leaves does not",
     "{'executors':{'default':{'kind':'event-loop','main':[{'setTimeout':2,'do':[{'"
     "setImmediate':["
     "{'log':'unref'}],'unref':true}]},{'cpu':1}]}},'expect':{'/log/order':[]}}"},
    {"an unref'd timer that is due at the end of the loop fires in the new flavour",
     "{'executors':{'default':{'kind':'event-loop','main':[{'setImmediate':[{'setTimeout':1,"
     "'unref':true,'do':[{'log':'unref'}]},{'cpu':5}]}]}},'expect':{'/log/order':['unref']}}"},
    {"but not in the old one",
     "{'executors':{'default':{'kind':'event-loop','flavor':'node18','main':[{'setImmediate':["
     "{'setTimeout':1,'unref':true,'do':[{'log':'unref'}]},{'cpu':5}]}]}},"
     "'expect':{'/log/order':[],'/outcome':'completed'}}"},
    {"several loops take tasks in turn, and run on several cores",
     "{'machine':{'cores':2},'executors':{'default':{'kind':'event-loop','loops':2}},"
     "'tasks':[{'name':'A','count':4,'do':[{'cpu':5}]}],"
     "'expect':{'/end':'10ms','/summary/parallelism/max':2,'/executors/default/threads':2}}"},
    {"the same work on threads: spawn and join",
     "{'executors':{'default':{'kind':'event-loop'}},'programs':{'child':[{'sleep':3},{'log':'"
     "child'}]},"
     "'tasks':[{'name':'A','do':[{'spawn':'child','as':'c'},{'join':'c'},{'log':'joined'}]}],"
     "'expect':{'/log/order':['child','joined'],'/tasks/A/blocked/join':'3ms'}}"},
    {"a periodic task is released to the nanosecond",
     "{'executors':{'default':{'kind':'event-loop'}},'tasks':[{'name':'A','period':'1.5ms','"
     "jobs':3,"
     "'do':[{'cpu':'0.5ms'}]}],'expect':{'/end':'3.5ms','/tasks/A/deadline_misses':0}}"},
    {"close callbacks: the newest first, after the immediates",
     "{'executors':{'default':{'kind':'event-loop','main':[{'close':[{'log':'c1'}]},{'close':["
     "{'log':'c2'}]},{'setImmediate':[{'log':'i'}]}]}},'expect':{'/log/"
     "order':['i','c2','c1']}}"},
    {"a promise that nobody settles is told at the end",
     "{'executors':{'default':{'kind':'event-loop'}},'tasks':[{'name':'A','do':[{'promise':'p'}"
     ","
     "{'cpu':1},{'await':'p'}]}],'expect':{'/outcome':'deadlock','/deadlock/0/"
     "waits_for':'promise p',"
     "'/deadlock/0/task':'A','/deadlock/0/where':'tasks[0].do[2]'}}"},
    {"one task may settle what another waits for",
     "{'executors':{'default':{'kind':'event-loop'}},'tasks':[{'name':'A','do':[{'promise':'p'}"
     ","
     "{'await':'p'},{'log':'A'}]},{'name':'B','do':[{'cpu':4},{'resolve':'p'},{'log':'B'}]}],"
     "'expect':{'/log/order':['B','A'],'/tasks/A/blocked/promise':'4ms'}}"},
    {"a rejection ends the async functions that wait for it, and is handled in the end",
     "{'executors':{'default':{'kind':'event-loop','main':[{'promise':'p'},{'async':[{'await':'"
     "p'},"
     "{'log':'never'}],'as':'f'},{'then':'f','do':[{'log':'no'}],'catch':[{'log':'caught'}]},"
     "{'reject':'p'}]}},'expect':{'/log/order':['caught'],'/outcome':'completed'}}"},
    {"a rejection that nobody handles is a fault, once the queues are empty",
     "{'executors':{'default':{'kind':'event-loop'}},'tasks':[{'name':'A','do':[{'promise':'p'}"
     ","
     "{'reject':'p'},{'nextTick':[{'log':'tick'}]},{'setTimeout':1,'do':[{'log':'never'}]}]},"
     "{'name':'B','do':[{'log':'never'}]}],"
     "'expect':{'/outcome':'fault','/log/order':['tick'],'/faults/0/task':'A','/end':0,"
     "'/faults/0/where':'tasks[0].do[1]'}}"},
    {"ticks without end are found",
     "{'executors':{'default':{'kind':'event-loop'}},'programs':{'p':[{'nextTick':[{'call':'p'}"
     "]}]},"
     "'tasks':[{'name':'A','do':'p'},{'name':'B','do':[{'log':'B'}]}],"
     "'expect':{'/outcome':'fault','/log/order':['B']}}"},
    {"what the last drain of a pass starts may be due in a second pass, before the poll",
     "{'machine':{'cores':2},'devices':{'fs':{'service':'0.1ms','mode':'pool'}},"
     "'executors':{'default':{'kind':'event-loop','main':[{'setTimeout':60,'do':[{'io':'fs','"
     "then':["
     "{'log':'fs'}]},{'cpu':20},{'nextTick':[{'setTimeout':1,'do':[{'log':'timer'}]},{'cpu':10}"
     ","
     "{'setTimeout':25,'do':[]}]}]}]}},'expect':{'/log/order':['timer','fs']}}"},
    {"an async handler of a promise returns one itself: two hops more",
     "{'executors':{'default':{'kind':'event-loop','main':[{'promise':'p'},{'resolve':'p'},"
     "{'then':'p','as':'q','do':[{'await':null}]},{'then':'q','do':[{'log':'q'}]},"
     "{'then':'p','as':'t1','do':[{'log':'t1'}]},{'then':'t1','as':'t2','do':[{'log':'t2'}]},"
     "{'then':'t2','as':'t3','do':[{'log':'t3'}]},{'then':'t3','as':'t4','do':[{'log':'t4'}]}]}"
     "},"
     "'expect':{'/log/order':['t1','t2','t3','q','t4']}}"},
    {"what tasks of one loop do to a variable is no race; what a thread does beside it is",
     "{'machine':{'cores':2},'vars':{'x':0,'y':0},'executors':{'default':{'kind':'event-loop'},"
     "'os':{'kind':'thread-per-task'}},'tasks':[{'name':'A','count':3,'do':[{'set':'x = x + "
     "1'},"
     "{'sleep':1},{'set':'x = x + 1'}]},{'name':'B','do':[{'set':'y = y + 1'}]},"
     "{'name':'T','on':'os','do':[{'set':'y = y + 1'}]}],"
     "'expect':{'/summary/races':1,'/races/0/variable':'y'}}"},
    {"callbacks share the locals of their task, and its name in the log",
     "{'executors':{'default':{'kind':'event-loop'}},'tasks':[{'name':'A','count':2,'locals':{'"
     "x':0},"
     "'do':[{'setTimeout':2,'do':[{'log':'${x}'}]},{'set':'x = x + 7'}]}],"
     "'expect':{'/log/order':['7','7'],'/log/1/task':'A#2'}}"},
    {"a client's next request comes when its task has ended",
     "{'executors':{'default':{'kind':'event-loop'}},'tasks':[{'name':'A','clients':2,'think':"
     "1,"
     "'requests':3,'do':[{'cpu':1},{'sleep':2}]}],'expect':{'/summary/tasks':6,'/outcome':"
     "'completed'}}"},
};

START_TEST(the_loop_does_as_defined)
{
    check_config(cases[_i].what, cases[_i].config);
}
END_TEST

/* ---- random workloads ------------------------------------------------------------------------ */

/* The checker watches: every task in one place, cpu + waiting + blocked = turnaround, no two
 * tasks on a core.  Here: all of them end, or are said to wait for a promise or a message, and again in the
 * same way. */
START_TEST(no_task_is_lost)
{
    char *config = loop_workload((uint64_t)_i + 1);
    struct result r = run_text(config), again = run_text(config);
    const cJSON *task, *waits;
    int left = 0;

    task = cJSON_GetObjectItemCaseSensitive(r.json, "tasks")->child;
    for (; task; task = task->next)
        left += cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(task, "completion"));
    waits = cJSON_GetObjectItemCaseSensitive(r.json, "deadlock");
    ck_assert_msg(cJSON_GetArraySize(waits) == left, "%s: %s", quanta_outcome(r.run), config);
    ck_assert_msg(strcmp(quanta_outcome(r.run), "until") != 0, "%s", config);
    /* Of a name, or what an async function gives. */
    for (task = waits->child; task; task = task->next) {
        const char *what = cJSON_GetObjectItemCaseSensitive(task, "waits_for")->valuestring;

        ck_assert_msg(strstr(what, "promise") || strstr(what, "a message"), "%s: %s", what,
                      config);
    }
    ck_assert_msg(quanta_digest(r.run) == quanta_digest(again.run), "%s", config);
    result_free(&again);
    result_free(&r);
    free(config);
}
END_TEST

Suite *loop_suite(void)
{
    Suite *s = suite_create("loop");
    TCase *tc = tcase_create("loops");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, golden_programs_print_what_node_prints);
    tcase_add_test(tc, golden_pages_print_what_chromium_prints);
    tcase_add_loop_test(tc, the_loop_does_as_defined, 0, (int)ARRAY_LEN(cases));
    tcase_add_loop_test(tc, no_task_is_lost, 0, 280);
    suite_add_tcase(s, tc);
    return s;
}
