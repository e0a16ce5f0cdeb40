/* test_semantics.c - what each key of the language means, by numbers that follow from its
 * definition.  A config's own "expect" holds the numbers; all run under the checker. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support.h"

static const struct {
    const char *what, *config;
} cases[] = {
    {"a bare number is in the file's unit, a text in its own",
     "{'unit':'s','tasks':[{'name':'A','do':[{'cpu':2},{'cpu':'3ms'}]}],'expect':{'/"
     "end':2003000000}}"},
    {"a core of speed s needs T/s, rounded up to a ns",
     "{'unit':'ns','machine':{'cores':[{'speed':3}]},'tasks':[{'name':'A','do':[{'cpu':10}]}],"
     "'expect':{'/end':4,'/tasks/A/cpu':4}}"},
    {"a core slower than 1", "{'machine':{'cores':[{'speed':0.5,'name':'little'}]},'tasks':[{'"
                             "name':'A','do':[{'cpu':10}]}],"
                             "'expect':{'/end':'20ms','/cores/0/name':'little'}}"},
    {"no switch is charged for the first task after boot, nor for going on with the same one",
     "{'machine':{'context_switch':1},'tasks':[{'name':'A','do':[{'cpu':2},{'sleep':5},{'cpu':"
     "2}]}],"
     "'expect':{'/end':'9ms','/summary/context_switches':0,'/cores/0/switch':0}}"},
    {"a switch is charged when another task starts, and counts as its waiting",
     "{'machine':{'context_switch':1},'tasks':[{'name':'A','do':[{'cpu':2}]},{'name':'B','do':["
     "{'cpu':2}]}],"
     "'expect':{'/end':'5ms','/summary/context_switches':1,'/tasks/B/waiting':'3ms','/tasks/B/"
     "first_run':'3ms',"
     "'/summary/switch_time':'1ms','/tasks/B/response':'3ms'}}"},
    {"a migration costs extra, and counts",
     "{'machine':{'cores':2,'migration':3,'placement':'first'},"
     "'tasks':[{'name':'A','do':[{'cpu':2}]},{'name':'B','do':[{'cpu':4},{'sleep':1},{'cpu':1}]"
     "}],"
     "'expect':{'/tasks/B/migrations':1,'/end':'9ms'}}"},
    {"the core it ran on last is taken where it is free",
     "{'machine':{'cores':2,'migration':3},"
     "'tasks':[{'name':'A','do':[{'cpu':2}]},{'name':'B','do':[{'cpu':4},{'sleep':1},{'cpu':1}]"
     "}],"
     "'expect':{'/summary/migrations':0,'/end':'6ms'}}"},
    {"system calls take kernel time: io, sleep and yield, log does not",
     "{'machine':{'syscall':1},'devices':{'d':{'service':4}},'tasks':[{'name':'A','do':[{'io':'"
     "d'},{'sleep':2},"
     "{'yield':true},{'log':'x'},{'cpu':3}]}],'expect':{'/end':'12ms','/cores/0/"
     "kernel':'3ms','/cores/0/user':'3ms'}}"},
    {"a cpu op may be kernel time", "{'tasks':[{'name':'A','do':[{'cpu':3,'kernel':true},{'cpu'"
                                    ":1}]}],'expect':{'/cores/0/kernel':'3ms'}}"},
    {"a thread's creation is kernel time of a new task's first run",
     "{'machine':{'thread_create':2},'tasks':[{'name':'A','do':[{'cpu':1}]}],"
     "'expect':{'/end':'3ms','/cores/0/kernel':'2ms'}}"},
    {"and of the creator for spawn, which also enters the kernel",
     "{'machine':{'thread_create':2,'syscall':1},'programs':{'p':[{'cpu':5}]},"
     "'tasks':[{'name':'A','do':[{'spawn':'p','as':'c'},{'cpu':1}]}],"
     "'expect':{'/end':'11ms','/tasks/A/completion':'6ms','/tasks/A~1c/cpu':'5ms','/cores/0/"
     "kernel':'5ms'}}"},
    {"linux costs are defaults, each overridable",
     "{'machine':{'costs':'linux','syscall':'1us','thread_create':0},'tasks':[{'name':'A','do':"
     "[{'cpu':1}]},"
     "{'name':'B','do':[{'sleep':1}]}],'expect':{'/summary/switch_time':'1us','/cores/0/"
     "kernel':'1us'}}"},
    {"io: service, then latency, while the device serves others",
     "{'devices':{'d':{'service':4,'latency':10}},'tasks':[{'name':'A','count':2,'do':[{'io':'"
     "d'}]}],"
     "'expect':{'/tasks/A#1/completion':'14ms','/tasks/A#2/completion':'18ms','/devices/d/"
     "busy':'8ms',"
     "'/devices/d/requests':2,'/devices/d/queue/max':'4ms','/devices/d/response/max':'18ms'}}"},
    {"channels serve side by side",
     "{'devices':{'d':{'service':4,'channels':2}},'tasks':[{'name':'A','count':3,'do':[{'io':'"
     "d'}]}],"
     "'expect':{'/end':'8ms','/tasks/A#2/blocked/d':'4ms','/tasks/A#3/blocked/d':'8ms'}}"},
    {"bytes over bandwidth add to the service",
     "{'devices':{'d':{'service':1,'bandwidth':'1MB/"
     "s'}},'tasks':[{'name':'A','do':[{'io':'d','bytes':'2kB'}]}],"
     "'expect':{'/end':'3ms'}}"},
    {"an op's time stands instead of the device's",
     "{'devices':{'d':{'service':1}},'tasks':[{'name':'A','do':[{'io':'d','time':7}]}],'expect'"
     ":{'/end':'7ms'}}"},
    {"an interrupt takes kernel time from core 0",
     "{'devices':{'d':{'service':2,'interrupt':1}},'tasks':[{'name':'A','do':[{'io':'d'}]},"
     "{'name':'B','do':[{'cpu':10}]}],'expect':{'/tasks/B/completion':'11ms','/tasks/B/"
     "cpu':'10ms',"
     "'/tasks/B/waiting':'1ms','/cores/0/kernel':'1ms','/end':'11ms'}}"},
    {"affinity keeps a task off other cores",
     "{'machine':{'cores':2},'tasks':[{'name':'A','affinity':[1],'do':[{'cpu':2}]},"
     "{'name':'B','affinity':[1],'do':[{'cpu':3}]}],'expect':{'/end':'5ms','/cores/0/user':0,'/"
     "cores/1/user':'5ms'}}"},
    {"per-core queues without balance leave a core idle",
     "{'machine':{'cores':2,'queues':'per-core','balance':'none'},'tasks':[{'name':'A','do':[{'"
     "cpu':1}]},"
     "{'name':'B','do':[{'cpu':9}]},{'name':'C','do':[{'cpu':1}]},{'name':'D','do':[{'cpu':4}]}"
     "],"
     "'expect':{'/end':'13ms'}}"},
    {"stealing fills it",
     "{'machine':{'cores':2,'queues':'per-core'},'tasks':[{'name':'A','do':[{'cpu':1}]},"
     "{'name':'B','do':[{'cpu':9}]},{'name':'C','do':[{'cpu':1}]},{'name':'D','do':[{'cpu':4}]}"
     "],"
     "'expect':{'/end':'9ms'}}"},
    {"what becomes ready when a slice ends stands before the one that ran",
     "{'machine':{'scheduler':{'policy':'rr','quantum':2}},'tasks':[{'name':'A','do':[{'cpu':4}"
     "]},"
     "{'name':'B','arrive':2,'do':[{'cpu':2}]}],'expect':{'/tasks/B/completion':'4ms'}}"},
    {"or after it", "{'machine':{'scheduler':{'policy':'rr','quantum':2,'ties':'expired-first'}"
                    "},'tasks':[{'name':'A','do':[{'cpu':4}]},"
                    "{'name':'B','arrive':2,'do':[{'cpu':2}]},{'name':'C','do':[{'cpu':2}]}],"
                    "'expect':{'/tasks/A/completion':'6ms','/tasks/B/completion':'8ms'}}"},
    {"a task that wakes may take the core at once",
     "{'machine':{'scheduler':{'policy':'fifo','on_wake':'preempt'}},'tasks':[{'name':'A','do':"
     "[{'sleep':3},{'cpu':1}]},"
     "{'name':'B','do':[{'cpu':9}]}],'expect':{'/tasks/A/completion':'4ms','/tasks/B/"
     "completion':'10ms',"
     "'/tasks/B/preemptions':1}}"},
    {"a burst that ends with its slice counts as ended; to end, a task needs a core",
     "{'machine':{'scheduler':{'policy':'rr','quantum':2}},'tasks':[{'name':'A','do':[{'cpu':2}"
     ",{'sleep':1}]},"
     "{'name':'B','do':[{'cpu':2}]}],'expect':{'/summary/preemptions':0,'/tasks/A/"
     "completion':'4ms'}}"},
    {"yield goes to the back of the queue",
     "{'tasks':[{'name':'A','do':[{'cpu':1},{'yield':true},{'cpu':1}]},{'name':'B','do':[{'cpu'"
     ":1}]}],"
     "'expect':{'/tasks/B/completion':'2ms','/tasks/A/completion':'3ms'}}"},
    {"every: copies a while apart; their names are numbered",
     "{'tasks':[{'name':'A','count':3,'every':5,'arrive':1,'do':[{'cpu':1}]}],"
     "'expect':{'/tasks/A#3/arrival':'11ms','/end':'12ms','/summary/tasks':3,'/summary/"
     "concurrency/max':1}}"},
    {"every without a count goes on to until",
     "{'until':'20ms','tasks':[{'name':'A','every':5,'do':[{'cpu':1}]}],"
     "'expect':{'/outcome':'until','/end':'20ms','/summary/tasks':5}}"},
    {"a rate has the right mean", "{'tasks':[{'name':'A','count':20000,'rate':'2/ms','do':[]}],"
                                  "'expect':{'/end':{'near':'10s','within':'300ms'}}}"},
    {"clients wait, ask, and wait for the answer",
     "{'machine':{'cores':2},'tasks':[{'name':'A','clients':2,'think':5,'requests':3,'do':[{'"
     "cpu':1}]}],"
     "'expect':{'/end':'18ms','/summary/tasks':6,'/tasks/A#2.3/completion':'18ms'}}"},
    {"after: when those have completed", "{'machine':{'cores':4},'tasks':[{'name':'A','do':[{'"
                                         "cpu':3}]},{'name':'B','do':[{'cpu':5}]},"
                                         "{'name':'C','after':['A','B'],'do':[{'cpu':1}]}],'"
                                         "expect':{'/tasks/C/arrival':'5ms','/end':'6ms'}}"},
    {"periods: the ops repeat, deadlines are counted",
     "{'tasks':[{'name':'A','period':10,'jobs':3,'deadline':4,'do':[{'cpu':{'list':[3,5,4]}}]}]"
     ","
     "'expect':{'/tasks/A/jobs':3,'/tasks/A/deadline_misses':1,'/end':'24ms'}}"},
    {"a pool: tasks queue for threads",
     "{'machine':{'cores':4},'executors':{'default':{'kind':'pool','threads':2}},"
     "'tasks':[{'name':'A','count':4,'do':[{'cpu':3}]}],'expect':{'/end':'6ms','/executors/"
     "default/threads':2,"
     "'/executors/default/pool_queue/max':'3ms','/tasks/A#4/waiting':'3ms'}}"},
    {"a backlog refuses the rest",
     "{'executors':{'small':{'kind':'pool','threads':1,'backlog':1}},"
     "'tasks':[{'name':'A','on':'small','count':4,'do':[{'cpu':3}]}],"
     "'expect':{'/executors/small/rejected':2,'/summary/tasks':2,'/outcome':'completed'}}"},
    {"memory: a run that passes it ends",
     "{'machine':{'memory':'10kB','thread_memory':'4kB','task_memory':500},'tasks':[{'name':'A'"
     ",'count':5,'every':1,"
     "'do':[{'sleep':9}]}],'expect':{'/outcome':'out of memory','/end':'2ms'}}"},
    {"memory is given back", "{'machine':{'memory':'10kB','thread_memory':'4kB'},'tasks':[{'"
                             "name':'A','count':5,'every':1,'memory':900,"
                             "'do':[{'cpu':1}]}],'expect':{'/outcome':'completed'}}"},
    {"a cache: warm after warmup, then r times as fast",
     "{'unit':'ns','machine':{'cache':{'size':100,'warmup':10,'speedup':2}},"
     "'tasks':[{'name':'A','working_set':50,'do':[{'cpu':30}]}],'expect':{'/end':20}}"},
    {"hold: the core waits with its task",
     "{'machine':{'on_block':'hold'},'tasks':[{'name':'A','do':[{'sleep':5},{'cpu':1}]},{'name'"
     ":'B','do':[{'cpu':1}]}],"
     "'expect':{'/tasks/B/completion':'7ms'}}"},
    {"repeat, while, if, call, exit",
     "{'vars':{'n':0},'programs':{'one':[{'cpu':1},{'set':'n = n + "
     "1'}]},'tasks':[{'name':'A','locals':{'i':0},'do':["
     "{'repeat':2,'do':[{'call':'one'}]},{'while':'i < 3','do':[{'set':'i = i + "
     "1'},{'call':'one'}]},"
     "{'if':'n == 5','then':[{'log':'five'},{'exit':true}],'else':[{'log':'not "
     "five'}]},{'cpu':100}]}],"
     "'expect':{'/end':'5ms','/log/order':['five']}}"},
    {"a set is several steps: an update is lost",
     "{'vars':{'x':0},'machine':{'cores':2},'tasks':[{'name':'A','count':2,'do':[{'set':'x = x "
     "+ 1','cost':1},"
     "{'log':'${x}'}]}],'expect':{'/log/order':['1','1'],'/end':'2ms'}}"},
    {"an atomic is one", "{'vars':{'x':0},'machine':{'cores':2},'tasks':[{'name':'A','count':2,"
                         "'do':[{'atomic':'x = x + 1'},"
                         "{'log':'${x}'}]}],'expect':{'/log/order':['1','2'],'/end':0}}"},
    {"spawn and join: all of a name",
     "{'machine':{'cores':4},'programs':{'p':[{'cpu':{'list':[3,3]}}]},'tasks':[{'name':'A','"
     "do':["
     "{'repeat':3,'do':[{'spawn':'p','as':'c'}]},{'join':'c'},{'cpu':1}]}],"
     "'expect':{'/end':'4ms','/tasks/A/blocked/join':'3ms','/tasks/A~1c#3/cpu':'3ms','/summary/"
     "tasks':4}}"},
    {"a fault ends its task; the others run on",
     "{'tasks':[{'name':'A','do':[{'cpu':1},{'assert':'1 == "
     "2'},{'cpu':50}]},{'name':'B','do':[{'cpu':2}]}],"
     "'expect':{'/outcome':'fault','/end':'3ms','/faults/0/where':'tasks[0].do[1]','/faults/0/"
     "line':1,"
     "'/faults/0/task':'A'}}"},
    {"an unknown name, an overflow, a division by zero, an endless loop are faults",
     "{'vars':{'x':9007199254740992},'tasks':[{'name':'A','do':[{'set':'y = "
     "1'}]},{'name':'B','do':[{'set':'x = x * x'}]},"
     "{'name':'C','do':[{'set':'x = x % 0'}]},{'name':'D','do':[{'while':true,'do':[]}]}],"
     "'expect':{'/outcome':'fault','/faults/0/task':'A','/faults/1/task':'B','/faults/2/"
     "task':'C','/faults/3/task':'D'}}"},
    {"a name from a list, in order, again from the front",
     "{'tasks':[{'name':'A','do':[{'repeat':5,'do':[{'cpu':{'list':[1,10]}}]}]}],'expect':{'/"
     "end':'23ms'}}"},
    {"concurrency is tasks in progress, parallelism tasks running",
     "{'machine':{'cores':2},'tasks':[{'name':'A','do':[{'cpu':10}]},{'name':'B','do':[{'sleep'"
     ":10}]}],"
     "'expect':{'/summary/concurrency/mean':2,'/summary/parallelism/mean':1,'/summary/"
     "parallelism/max':1,"
     "'/summary/utilization':0.5,'/summary/fairness':0.5}}"},
    {"a run of nothing is a run", "{'tasks':[],'expect':{'/end':0,'/outcome':'completed','/"
                                  "summary/tasks':0,'/summary/makespan':0}}"},
    {"what ends the run in the middle of a burst",
     "{'until':'3ms','tasks':[{'name':'A','do':[{'cpu':10}]},{'name':'B','do':[{'cpu':1}]}],"
     "'expect':{'/tasks/A/cpu':'3ms','/tasks/A/completion':null,'/tasks/B/waiting':'3ms','/"
     "tasks/B/first_run':null,"
     "'/cores/0/user':'3ms','/summary/makespan':'3ms'}}"},
    {"the latest instant there is", "{'tasks':[{'name':'A','do':[{'cpu':'4611686018427387904ns'"
                                    "}]}],'expect':{'/end':4611686018427387904}}"},
};

START_TEST(the_language_means_what_it_says)
{
    check_config(cases[_i].what, cases[_i].config);
}
END_TEST

Suite *semantics_suite(void)
{
    Suite *s = suite_create("semantics");
    TCase *tc = tcase_create("language");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, the_language_means_what_it_says, 0, (int)ARRAY_LEN(cases));
    suite_add_tcase(s, tc);
    return s;
}
