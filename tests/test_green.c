/* test_green.c - tasks that are switched in user space. */
#include <check.h>

#include "tests/support.h"

#define GREEN(threads) "'executors':{'default':{'kind':'green','threads':" threads "}},"
#define ONE GREEN("1")

static const struct {
    const char *what, *config;
} cases[] = {
    {"one that sleeps leaves its thread to the next, and waits for it when it is back",
     "{" ONE "'tasks':[{'name':'A','do':[{'cpu':2},{'sleep':3},{'cpu':1}]},"
     "{'name':'B','do':[{'cpu':4}]}],'expect':{'/tasks/B/completion':'6ms',"
     "'/tasks/A/completion':'7ms','/tasks/A/waiting':'1ms','/executors/default/threads':1,"
     "'/summary/context_switches':0,'/executors/default/switches':2}}"},
    {"a switch takes user time of nobody; the first task comes free of charge",
     "{'executors':{'default':{'kind':'green','threads':1,'switch':'1us'}},"
     "'tasks':[{'name':'A','count':3,'do':[{'cpu':1},{'sleep':3},{'cpu':1}]}],'expect':{"
     "'/end':'7003us','/executors/default/switches':5,'/executors/default/switch_time':'5us',"
     "'/cores/0/user':'6005us','/cores/0/switch':0,'/tasks/A#2/cpu':'2ms',"
     "'/tasks/A#1/waiting':'1us','/tasks/A#1/completion':'5001us'}}"},
    {"who goes on with the same task does not switch",
     "{'executors':{'default':{'kind':'green','threads':1,'switch':'1us'}},"
     "'tasks':[{'name':'A','do':[{'cpu':1},{'sleep':3},{'yield':true},{'cpu':1}]}],'expect':{"
     "'/end':'5ms','/executors/default/switches':0}}"},
    {"nobody is sent away, whatever the kernel's quantum is",
     "{'machine':{'scheduler':{'policy':'rr','quantum':1}}," ONE
     "'tasks':[{'name':'A','do':[{'cpu':20}]},{'name':'B','do':[{'cpu':1}]}],"
     "'expect':{'/tasks/B/response':'20ms'}}"},
    {"but a yield lets the others in",
     "{" ONE "'tasks':[{'name':'A','do':[{'repeat':4,'do':[{'cpu':5},{'yield':true}]}]},"
     "{'name':'B','do':[{'cpu':1}]}],'expect':{'/tasks/B/response':'5ms','/end':'21ms'}}"},
    {"M tasks on N threads: as parallel as there are threads and cores",
     "{'machine':{'cores':4}," GREEN("2") "'tasks':[{'name':'A','count':4,'do':[{'cpu':3}]}],"
                                          "'expect':{'/end':'6ms','/summary/parallelism/"
                                          "max':2,'/executors/default/threads':2,"
                                          "'/executors/default/pool_queue/max':'3ms'}}"},
    {"a thread a core, where the file does not say",
     "{'machine':{'cores':3},'executors':{'default':{'kind':'green'}},"
     "'tasks':[{'name':'A','count':6,'do':[{'cpu':3}]}],"
     "'expect':{'/end':'6ms','/executors/default/threads':3}}"},
    {"a lock that is taken blocks the task, not its thread",
     "{'sync':{'m':{'mutex':{}}}," ONE
     "'tasks':[{'name':'A','do':[{'lock':'m'},{'sleep':3},{'unlock':'m'}]},"
     "{'name':'B','do':[{'lock':'m'},{'cpu':1},{'unlock':'m'}]},{'name':'C','do':[{'cpu':2}]}],"
     "'expect':{'/tasks/B/blocked/m':'3ms','/tasks/C/completion':'2ms','/end':'4ms'}}"},
    {"who spins burns the thread that the owner needs",
     "{'sync':{'s':{'spinlock':{}}}," ONE
     "'tasks':[{'name':'A','do':[{'lock':'s'},{'sleep':3},{'unlock':'s'}]},"
     "{'name':'B','do':[{'lock':'s'},{'unlock':'s'}]}],"
     "'expect':{'/outcome':'deadlock','/deadlock/1/task':'B','/deadlock/1/held_by':'A',"
     "'/deadlock/0/task':'A','/deadlock/0/waits_for':'a thread'}}"},
    {"and with a second thread it only burns a core",
     "{'machine':{'cores':2},'sync':{'s':{'spinlock':{}}}," GREEN(
         "2") "'tasks':[{'name':'A','do':[{'lock':'s'},{'sleep':3},{'unlock':'s'}]},"
              "{'name':'B','do':[{'lock':'s'},{'unlock':'s'}]}],"
              "'expect':{'/outcome':'completed','/end':'3ms','/tasks/B/cpu':'3ms'}}"},
    {"a circle of locks is found when it closes",
     "{'sync':{'m':{'mutex':{}},'n':{'mutex':{}}}," ONE
     "'tasks':[{'name':'A','do':[{'lock':'m'},{'sleep':1},{'lock':'n'}]},"
     "{'name':'B','do':[{'lock':'n'},{'sleep':1},{'lock':'m'}]}],"
     "'expect':{'/outcome':'deadlock','/deadlock/0/held_by':'A','/deadlock/1/held_by':'B'}}"},
    {"channels: without a queue, sender and receiver meet",
     "{'sync':{'c':{'channel':0}},'vars':{'x':0}," ONE
     "'tasks':[{'name':'A','do':[{'repeat':3,'do':[{'cpu':1},{'send':'c','value':'7'}]}]},"
     "{'name':'B','do':[{'repeat':3,'do':[{'recv':'c','into':'x'},{'cpu':2}]},"
     "{'log':'${x}'}]}],"
     "'expect':{'/log/order':['7'],'/tasks/A/completion':'9ms','/end':'9ms'}}"},
    {"children have their parent's executor; who joins them leaves its thread",
     "{'programs':{'c':[{'cpu':1},{'sleep':2}]}," ONE
     "'tasks':[{'name':'A','do':[{'spawn':'c'},{'spawn':'c'},{'join':'c'},{'cpu':1}]}],"
     "'expect':{'/end':'5ms','/executors/default/threads':1}}"},
    {"devices: all requests are on their way at once",
     "{'devices':{'d':{'service':4,'channels':'unlimited'}}," ONE
     "'tasks':[{'name':'A','count':50,'do':[{'io':'d'}]}],"
     "'expect':{'/end':'4ms','/devices/d/requests':50}}"},
    {"a reply that takes no time needs no switch",
     "{'devices':{'d':{'service':0}}," ONE
     "'tasks':[{'name':'A','count':2,'do':[{'cpu':1},{'io':'d'},{'cpu':1}]}],"
     "'expect':{'/tasks/A#1/completion':'2ms','/executors/default/switches':1}}"},
    {"periods are waited for without a thread",
     "{" ONE "'tasks':[{'name':'A','period':10,'jobs':3,'do':[{'cpu':2}]},"
     "{'name':'B','period':10,'jobs':3,'do':[{'cpu':3}]}],"
     "'expect':{'/end':'25ms','/tasks/B/jobs':3}}"},
    {"memory: stacks of threads are few",
     "{'machine':{'memory':'1MB','thread_memory':'100kB','task_memory':'1kB'}," GREEN(
         "4") "'tasks':[{'name':'A','count':500,'do':[{'sleep':3}]}],"
              "'expect':{'/outcome':'completed','/summary/memory/max':900000}}"},
    {"a thread each would not fit",
     "{'machine':{'memory':'1MB','thread_memory':'100kB','task_memory':'1kB'},"
     "'tasks':[{'name':'A','count':500,'do':[{'sleep':3}]}],"
     "'expect':{'/outcome':'out of memory'}}"},
    {"on one thread nobody comes between a read and its write",
     "{'machine':{'scheduler':{'policy':'rr','quantum':'3us'}},'vars':{'x':0}," ONE
     "'tasks':[{'name':'A','count':2,'do':[{'repeat':10,'do':[{'set':'x = x + 1',"
     "'cost':'1us'}]},{'log':'${x}'}]}],"
     "'expect':{'/log/order':['10','20']}}"},
    {"the kernel takes turns among threads, whoever they serve",
     "{'machine':{'scheduler':{'policy':'rr','quantum':1}},"
     "'executors':{'default':{'kind':'green','threads':1},'own':{'kind':'thread-per-task'}},"
     "'tasks':[{'name':'A','count':2,'do':[{'cpu':2}]},{'name':'B','on':'own','do':[{'cpu':2}]}"
     "],'expect':{'/tasks/B/completion':'4ms','/tasks/A#1/completion':'3ms','/end':'6ms'}}"},
    {"a task's nice is its thread's, while it has one",
     "{'machine':{'scheduler':'cfs'},'executors':{'default':{'kind':'green','threads':1},"
     "'own':{'kind':'thread-per-task'}},'until':'2s',"
     "'tasks':[{'name':'first','do':[{'cpu':1},{'sleep':1}]},{'name':'A','nice':5,'do':[{'"
     "while'"
     ":1,'do':[{'cpu':1}]}]},{'name':'B','on':'own','do':[{'while':1,'do':[{'cpu':1}]}]}],"
     "'expect':{'/tasks/A/cpu':{'near':'493ms','within':'20ms'}}}"},
    {"a thread goes there to spin, too",
     "{'machine':{'cores':2},"
     "'executors':{'default':{'kind':'green','threads':1},'own':{'kind':'thread-per-task'}},"
     "'sync':{'s':{'spinlock':{}}},'tasks':["
     "{'name':'H','on':'own','affinity':[0],'do':[{'lock':'s'},{'cpu':10},{'unlock':'s'}]},"
     "{'name':'A','affinity':[1],'do':[{'cpu':2}]},"
     "{'name':'B','affinity':[0],'do':[{'lock':'s'},{'cpu':1},{'unlock':'s'}]}],"
     "'expect':{'/tasks/B/completion':'11ms','/cores/1/user':'2ms'}}"},
    {"a thread goes where the task's affinity wants it",
     "{'machine':{'cores':2}," ONE "'tasks':[{'name':'A','affinity':[0],'do':[{'cpu':2}]},"
     "{'name':'B','affinity':[1],'do':[{'cpu':2}]}],"
     "'expect':{'/cores/0/user':'2ms','/cores/1/user':'2ms','/end':'4ms'}}"},
    {"and so does that of a pool",
     "{'machine':{'cores':2},'executors':{'default':{'kind':'pool','threads':1}},"
     "'tasks':[{'name':'A','affinity':[0],'do':[{'cpu':2}]},"
     "{'name':'B','affinity':[1],'do':[{'cpu':2}]}],"
     "'expect':{'/cores/0/user':'2ms','/cores/1/user':'2ms','/end':'4ms'}}"},
    {"and a loop's", "{'machine':{'cores':2},'executors':{'default':{'kind':'event-loop'}},"
                     "'tasks':[{'name':'A','affinity':[0],'do':[{'cpu':2}]},"
                     "{'name':'B','affinity':[1],'do':[{'cpu':2}]}],"
                     "'expect':{'/cores/0/user':'2ms','/cores/1/user':'2ms','/end':'4ms'}}"},
    {"a system call is the kernel's, and of the task that makes it",
     "{'machine':{'syscall':'1us'}," ONE "'tasks':[{'name':'A','count':2,'do':[{'sleep':1}]}],"
     "'expect':{'/cores/0/kernel':'2us','/end':'1002us'}}"},
};

START_TEST(green_tasks_keep_the_rules)
{
    check_config(cases[_i].what, cases[_i].config);
}
END_TEST

/* A million of them: what waits costs a task and what it waits by. */
START_TEST(a_million_wait_on_four_threads)
{
    check_config("a million",
                 "{'machine':{'cores':4}," GREEN(
                     "4") "'tasks':[{'name':'A','count':1000000,'do':[{'sleep':1000}]}],"
                          "'expect':{'/summary/concurrency/max':1000000,'/end':'1s'}}");
}
END_TEST

Suite *green_suite(void)
{
    Suite *s = suite_create("green");
    TCase *tc = tcase_create("tasks");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, green_tasks_keep_the_rules, 0, (int)ARRAY_LEN(cases));
    tcase_add_test(tc, a_million_wait_on_four_threads);
    suite_add_tcase(s, tc);
    return s;
}
