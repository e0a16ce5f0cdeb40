/* test_processes.c - workers and messages, exceptions and exits, and browsers: what each op and
 * event means, by orders and numbers that follow from its definition, and random workloads. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/rng.h"
#include "tests/support.h"

/* The rest of an event loop's executor, with `main` and `expect`. */
#define MAIN(main, expect) \
    "{'executors':{'default':{'kind':'event-loop','main':[" main "]}},'expect':{" expect "}}"
#define PAGE(main, expect)                                                                    \
    "{'devices':{'net':{'service':3,'channels':'unlimited'}},'executors':{'default':{'kind':" \
    "'event-loop','flavor':'browser','main':[" main "]}},'expect':{" expect "}}"
#define WORKER(script, main, expect)                                                          \
    "{'machine':{'cores':2},'vars':{'x':0,'y':0},'programs':{'w':[" script "]},'executors':{" \
    "'default':{'kind':'event-loop','main':[" main "]}},'expect':{" expect "}}"

static const struct {
    const char *what, *config;
} cases[] = {
    /* ---- exceptions ---- */
    {"a thread catches what it throws, in a call, too; finally comes in any case",
     "{'programs':{'p':[{'throw':'in "
     "p'}]},'tasks':[{'name':'A','do':[{'try':[{'repeat':3,'do':["
     "{'call':'p'}]}],'catch':[{'log':'${error}'}],'finally':[{'log':'f'}]},{'try':[{'log':'b'}"
     "],"
     "'finally':[{'log':'g'}]},{'log':'on'}]}],"
     "'expect':{'/log/order':['in p','f','b','g','on'],'/outcome':'completed'}}"},
    {"what passes a finally goes on behind it, and an inner error hides the outer one",
     "{'tasks':[{'name':'A','do':[{'try':[{'try':[{'throw':'7'}],'finally':[{'try':[{'throw':'"
     "x'"
     "}],'catch':[{'log':'${error}'}]}]}],'catch':[{'try':[{'throw':'y'}],'catch':[{'log':'"
     "${error}'}]},{'log':'${error + 1} ${error}'}]}]}],'expect':{'/log/order':['x','y','8 "
     "7']}}"},
    {"what nobody catches is a fault of the thread's task, with its place",
     "{'tasks':[{'name':'A','do':[{'log':'a'},{'throw':'no'},{'log':'never'}]},{'name':'B','do'"
     ":["
     "{'log':'b'}]}],'expect':{'/outcome':'fault','/log/order':['a','b'],"
     "'/faults/0/where':'tasks[0].do[1]'}}"},
    {"a broken rule is not thrown",
     "{'tasks':[{'name':'A','do':[{'try':[{'assert':'1 == 2'}],'catch':[{'log':'no'}]}]}],"
     "'expect':{'/outcome':'fault','/log/order':[]}}"},
    {"a rejected await throws where it stands; its text comes along, through async functions",
     MAIN("{'promise':'p'},{'async':[{'await':'p'}],'as':'f'},{'async':[{'try':[{'await':'f'},{"
          "'log':'no'}],'catch':[{'log':'caught "
          "${error}'}]},{'log':'on'}]},{'reject':'p','text':"
          "'R${1+1}'}",
          "'/log/order':['caught R2','on'],'/outcome':'completed'")},
    {"X5: in main it ends the process, with what its other tasks wait for",
     "{'executors':{'default':{'kind':'event-loop','main':[{'on':'exit','do':[{'log':'exit "
     "${message}'}]},{'setTimeout':5,'do':[{'throw':'boom'}]}]}},'tasks':[{'name':'A','do':[{"
     "'sleep':9},{'log':'never'}]},{'name':'late','arrive':7,'do':[{'log':'never'}]}],'expect':"
     "{"
     "'/outcome':'fault','/log/order':['exit "
     "1'],'/end':'7ms','/executors/default/rejected':1}}"},
    {"of another task likewise, also where main has ended",
     "{'executors':{'default':{'kind':'event-loop'}},'tasks':[{'name':'A','do':[{'setTimeout':"
     "1,'do':[{'throw':'boom'}]},{'setTimeout':2,'do':[{'log':'never'}]}]},{'name':'B','do':[{"
     "'log':'B'},{'sleep':3},{'log':'never'}]},{'name':'C','arrive':2,'do':[]}],'expect':{'/"
     "outcome':'fault','/log/order':['B'],'/faults/0/task':'A','/faults/0/message':'nobody "
     "catches \\'boom\\'; the process ends with code 1','/executors/default/rejected':1,'/end':"
     "'2ms'}}"},
    {"X6: a task is an async function: what it throws rejects it, and the drain comes first",
     "{'executors':{'default':{'kind':'event-loop','main':[{'on':'exit','do':[{'log':'exit "
     "${message}'}]},{'setTimeout':9,'do':[{'log':'never'}]}]}},'tasks':[{'name':'A','do':[{"
     "'nextTick':[{'log':'tick'}]},{'microtask':[{'log':'micro'}]},{'log':'A'},{'throw':'R'}]},"
     "{'name':'B','do':[{'log':'never'}]}],'expect':{'/outcome':'fault','/log/order':['A',"
     "'tick','micro','exit 1'],'/faults/0/task':'A','/faults/0/where':'tasks[0].do[3]'}}"},
    {"a listener to rejections keeps the process, and the task's other callbacks",
     "{'executors':{'default':{'kind':'event-loop','main':[{'on':'unhandledRejection','do':[{"
     "'log':'u ${error}'}]}]}},'tasks':[{'name':'A','do':[{'setTimeout':2,'do':[{'log':'A'}]},"
     "{'throw':'R'}]},{'name':'B','do':[{'sleep':3},{'log':'B'}]}],'expect':{'/outcome':"
     "'completed','/log/order':['u R','A','B']}}"},
    {"a listener to exceptions hears rejections, too, where nobody else does",
     "{'executors':{'default':{'kind':'event-loop','main':[{'on':'uncaughtException','do':[{"
     "'log':'u ${error}'}]}]}},'tasks':[{'name':'A','do':[{'sleep':1},{'throw':'R'}]},{'name':"
     "'B','do':[{'sleep':3},{'log':'B'}]}],'expect':{'/outcome':'completed','/log/order':['u "
     "R','B']}}"},
    {"of a cluster it ends that process: the others go on, and get what comes",
     "{'machine':{'cores':2},'executors':{'default':{'kind':'event-loop','loops':2}},'tasks':[{"
     "'name':'A','do':[{'sleep':1},{'throw':'boom'}]},{'name':'B','do':[{'sleep':5},{'log':'B'}"
     "]},{'name':'C','do':[{'sleep':5},{'log':'never'}]},{'name':'D','arrive':2,'count':3,'do':"
     "[{'log':'D'}]}],'expect':{'/outcome':'fault','/log/order':['D','D','D','B'],'/executors/"
     "default/rejected':0}}"},
    {"of a worker it ends the worker, whichever of its tasks threw, and its parent goes on",
     WORKER("{'async':[{'sleep':1},{'throw':'boom'}]},{'setTimeout':5,'do':[{'log':'never'}]}",
            "{'worker':'w'},{'on':'error','do':[{'log':'${error}'}]},{'on':'exit','of':'w','do'"
            ":[{'log':'${message}'}]},{'setTimeout':9,'do':[{'log':'on'}]}",
            "'/log/order':['boom','1','on'],'/outcome':'completed'")},
    {"an error in a task's listener to its exit ends the process, whose listeners are told",
     "{'executors':{'default':{'kind':'event-loop','main':[{'on':'exit','do':[{'log':'main "
     "${message}'}]},{'setTimeout':9,'do':[{'log':'never'}]}]}},'tasks':[{'name':'A','do':[{"
     "'on':'exit','do':[{'throw':'E'}]},{'sleep':1},{'exit':true}]}],'expect':{'/outcome':"
     "'fault','/log/order':['main 1'],'/end':'1ms'}}"},
    {"X2, X3: after a throw in a timer its ticks wait for the next timer's drain",
     MAIN("{'on':'uncaughtException','do':[{'log':'u ${error}'}]},{'setTimeout':1,'do':[{"
          "'nextTick':[{'log':'tick'}]},{'throw':'e'}]},{'setTimeout':1,'do':[{'log':'B'}]},{"
          "'cpu':5}",
          "'/log/order':['u e','B','tick'],'/outcome':'completed'")},
    {"X2: of immediates likewise",
     MAIN("{'on':'uncaughtException','do':[{'log':'u "
          "${error}'}]},{'setImmediate':[{'nextTick':[{"
          "'log':'tick'}]},{'throw':'e'}]},{'setImmediate':[{'log':'B'}]}",
          "'/log/order':['u e','B','tick']")},
    {"X4: after a throw in a microtask the others go on",
     MAIN("{'on':'uncaughtException','do':[{'log':'u "
          "${error}'}]},{'microtask':[{'throw':'e'}]},{"
          "'microtask':[{'log':'m'}]}",
          "'/log/order':['u e','m']")},
    {"an interval whose callback throws goes on",
     MAIN("{'on':'uncaughtException','do':[{'log':'u'}]},{'setInterval':2,'id':'i','do':[{"
          "'throw':'e'}]},{'setTimeout':5,'do':[{'clear':'i'}]}",
          "'/log/order':['u','u'],'/end':'5ms'")},
    {"X7: exit ends main from a callback, and drops what is queued",
     MAIN("{'on':'exit','do':[{'log':'exit ${message}'},{'microtask':[{'log':'never'}]}]},{"
          "'setTimeout':3,'do':[{'nextTick':[{'log':'never'}]},{'exit':true}]},{'setTimeout':9,"
          "'do':[{'log':'never'}]}",
          "'/log/order':['exit 0'],'/end':'3ms','/outcome':'completed'")},
    {"exit of another task is its own, whatever it has started",
     "{'executors':{'default':{'kind':'event-loop'}},'tasks':[{'name':'A','do':[{'setTimeout':"
     "9,"
     "'do':[{'log':'never'}]},{'setTimeout':1,'do':[{'exit':true}]}]},{'name':'B','do':[{'"
     "sleep':"
     "2},{'log':'B'}]}],'expect':{'/log/order':['B'],'/tasks/A/completion':'1ms','/outcome':"
     "'completed'}}"},
    {"beforeExit comes again when it has made the loop alive",
     "{'vars':{'n':0},'executors':{'default':{'kind':'event-loop','main':[{'on':'beforeExit','"
     "do'"
     ":[{'set':'n = n + 1'},{'log':'b${n}'},{'if':'n == "
     "1','then':[{'setTimeout':4,'do':[{'log':"
     "'t'}]}]}]},{'on':'exit','do':[{'log':'e'}]}]}},'expect':{'/log/"
     "order':['b1','t','b2','e'],"
     "'/end':'4ms'}}"},
    {"a rejection is handled by a listener, and the process goes on",
     MAIN("{'on':'unhandledRejection','do':[{'log':'r ${error}'}]},{'async':[{'throw':'A'}]},{"
          "'setTimeout':1,'do':[{'log':'t'}]}",
          "'/log/order':['r A','t'],'/outcome':'completed'")},
    {"unref and ref change what keeps the task",
     MAIN("{'setTimeout':9,'id':'a','do':[{'log':'no'}]},{'setImmediate':[{'log':'i'}],'id':'b'"
          ",'"
          "unref':true},{'unref':'a'},{'ref':'b'}",
          "'/log/order':['i'],'/end':0")},
    /* ---- combinators ---- */
    {"all is rejected with the first, and what comes later changes nothing",
     MAIN(
         "{'promise':'a'},{'promise':'b'},{'all':['a','b'],'as':'c'},{'async':[{'try':[{'await'"
         ":"
         "'c'}],'catch':[{'log':'${error}'}]}]},{'reject':'b','text':'B'},{'reject':'a','text':"
         "'A'}",
         "'/log/order':['B'],'/outcome':'completed'")},
    {"any is rejected when all are",
     MAIN("{'promise':'a'},{'any':['a'],'as':'c'},{'then':'c','catch':[{'log':'${error}'}]},{"
          "'reject':'a'}",
          "'/log/order':['All promises were rejected']")},
    {"a race of nobody is never decided",
     MAIN("{'race':[],'as':'c'},{'async':[{'await':'c'}]}", "'/outcome':'deadlock'")},
    /* ---- workers ---- */
    {"TH1: a worker computes beside its parent, on another core",
     WORKER("{'cpu':8},{'postMessage':'parent','text':'done'}",
            "{'worker':'w'},{'onMessage':[{'log':'${message}'}]},{'cpu':8}",
            "'/end':'8ms','/summary/parallelism/max':2,'/log/0/t':'8ms','/tasks/main~1w/cpu':"
            "'8ms','/tasks/main~1w/completion':'8ms','/executors/default/threads':2")},
    {"its start computes on its own thread, a message takes a while, and so does its end",
     "{'machine':{'cores':2},'programs':{'w':[{'postMessage':'parent','text':'m'}]},'executors'"
     ":{"
     "'default':{'kind':'event-loop','worker_start':10,'message':2,'main':[{'worker':'w'},{"
     "'onMessage':[{'log':'${message}'}]},{'on':'exit','of':'w','do':[{'log':'e'}]}]}},'expect'"
     ":{"
     "'/log/0/t':'12ms','/log/1/t':'12ms','/tasks/main~1w/cpu':'10ms','/log/"
     "order':['m','e']}}"},
    {"D7: it begins in its poll phase, so immediates come before timers that are due",
     WORKER("{'setTimeout':1,'do':[{'log':'t'}]},{'setImmediate':[{'log':'i'}]},{'cpu':5}",
            "{'worker':'w'}", "'/log/order':['i','t'],'/log/0/task':'main/w'")},
    {"TH2: one wakeup delivers what has come, each with its drain; before immediates",
     MAIN("{'messageChannel':'a','to':'b'},{'onMessage':[{'log':'${message}'},{'nextTick':[{'"
          "log'"
          ":'t${message}'}]},{'if':'message == 2','then':[{'closePort':'b'}]}],'from':'b'},{"
          "'setImmediate':[{'log':'i'}]},{'postMessage':'a','text':'1'},{'postMessage':'a','"
          "text'"
          ":'2'}",
          "'/log/order':['1','t1','2','t2','i']")},
    {"TH2: more than 1000 are not delivered at once, unless so many had come",
     "{'vars':{'n':0},'executors':{'default':{'kind':'event-loop','main':[{'messageChannel':'a'"
     ","
     "'to':'b'},{'setImmediate':[{'log':'${n}'}]},{'onMessage':[{'atomic':'n = n + "
     "1'},{'if':'n < "
     "1500','then':[{'postMessage':'a','text':'x'}],'else':[{'closePort':'b'}]}],'from':'b'},{"
     "'postMessage':'a','text':'x'}]}},'expect':{'/log/order':['1000'],'/"
     "outcome':'completed'}}"},
    {"what is posted before somebody listens waits for that, also from a worker's script",
     WORKER("{'sleep':3},{'onMessage':[{'log':'${message}'},{'closePort':'parent'}]}",
            "{'worker':'w'},{'postMessage':'w','text':'early'}",
            "'/log/0/t':'3ms','/log/order':['early'],'/outcome':'completed'")},
    {"the closures of a message's handler know what it said",
     MAIN("{'messageChannel':'a','to':'b'},{'onMessage':[{'setTimeout':1,'do':[{'log':"
          "'${message}'},{'if':'message == 2','then':[{'closePort':'b'}]}]}],'from':'b'},{"
          "'postMessage':'a','text':'1'},{'postMessage':'a','text':'2'}",
          "'/log/order':['1','2']")},
    {"a worker's uncaught error is its parent's event; the parent goes on",
     WORKER(
         "{'throw':'boom'}",
         "{'worker':'w'},{'on':'error','of':'w','do':[{'log':'${error}'}]},{'on':'exit','of':"
         "'w','do':[{'log':'${message}'}]}",
         "'/log/order':['boom','1'],'/outcome':'completed'")},
    {"where nobody listens to it, it is the parent's own",
     WORKER("{'throw':'boom'}", "{'worker':'w'},{'setTimeout':5,'do':[{'log':'never'}]}",
            "'/log/order':[],'/outcome':'fault','/faults/0/task':'main','/faults/0/where':"
            "'executors.default.main[0]'")},
    {"an assert that fails in a worker ends its task, and the worker with it",
     WORKER("{'assert':'x == 1'}",
            "{'worker':'w'},{'on':'exit','of':'w','do':[{'log':'${message}'}]}",
            "'/log/order':['0'],'/outcome':'fault','/faults/0/task':'main/w'")},
    {"exit in a worker ends the worker alone",
     WORKER("{'setTimeout':2,'do':[{'exit':true}]},{'setTimeout':9,'do':[{'log':'never'}]}",
            "{'worker':'w'},{'join':'w'},{'log':'joined'}",
            "'/log/order':['joined'],'/end':'2ms','/tasks/main/"
            "blocked/join':'2ms'")},
    {"terminate cuts what it computes",
     WORKER(
         "{'cpu':'1s'}",
         "{'worker':'w'},{'setTimeout':4,'do':[{'terminate':'w'}]},{'on':'exit','of':'w','do':["
         "{'log':'${message}'}]}",
         "'/end':'4ms','/log/order':['1'],'/tasks/main~1w/cpu':'4ms','/outcome':'completed'")},
    {"terminate ends one that waits for messages, and one that never ran",
     "{'machine':{'cores':1},'programs':{'w':[{'onMessage':[]}]},'executors':{'default':{'kind'"
     ":"
     "'event-loop','main':[{'worker':'w','as':'a'},{'worker':'w','as':'b'},{'terminate':'b'},{"
     "'sleep':2},{'terminate':'a'}]}},'expect':{'/end':'2ms','/outcome':'completed'}}"},
    {"workers that wait for messages for ever are told at the end",
     WORKER("{'onMessage':[]}", "{'worker':'w'}",
            "'/outcome':'deadlock','/deadlock/0/waits_for':'a message from w','/deadlock/1/"
            "waits_for':'a message from parent'")},
    {"an unref'd worker ends with the others, and serves them until then",
     "{'machine':{'cores':2},'programs':{'w':[{'onMessage':[{'cpu':5},{'postMessage':'parent',"
     "'text':'${message}'}]}]},'executors':{'default':{'kind':'event-loop','main':[{'worker':'"
     "w',"
     "'unref':true},{'onMessage':[{'log':'${message}'}],'from':'w'}]}},'tasks':[{'name':'A',"
     "'count':2,'every':20,'do':[{'postMessage':'w','text':'job'},{'sleep':7}]}],'expect':{"
     "'/log/order':['job','job'],'/log/1/t':'25ms','/end':'27ms','/outcome':'completed'}}"},
    {"what is spawned in a worker stays there, and the pool is everybody's",
     "{'machine':{'cores':4},'programs':{'child':[{'await':{'work':5}},{'cpu':2}],'w':[{'spawn'"
     ":"
     "'child','as':'c'},{'spawn':'child','as':'c'},{'join':'c'}]},'executors':{'default':{'"
     "kind':"
     "'event-loop','pool':2,'main':[{'worker':'w'},{'join':'w'}]}},'expect':{'/end':'9ms',"
     "'/executors/default/threads':4,'/outcome':'completed'}}"},
    {"workers of workers",
     "{'machine':{'cores':3},'programs':{'inner':[{'cpu':3},{'postMessage':'parent','text':'in'"
     "}]"
     ",'w':[{'worker':'inner'},{'onMessage':[{'postMessage':'parent','text':'${message} out'}],"
     "'from':'inner'}]},'executors':{'default':{'kind':'event-loop','main':[{'worker':'w'},{"
     "'onMessage':[{'log':'${message}'}]}]}},'expect':{'/log/order':['in "
     "out'],'/log/0/t':'3ms',"
     "'/outcome':'completed'}}"},
    {"a worker's heap is its own: full, it ends the worker",
     "{'machine':{'cores':2},'programs':{'w':[{'while':1,'do':[{'allocate':'100kB'},{'cpu':1}]}"
     "]}"
     ",'executors':{'default':{'kind':'event-loop','heap':{'limit':'1MB','young':'100kB'},'"
     "main':"
     "[{'worker':'w'},{'on':'error','of':'w','do':[{'log':'${error}'}]}]}},'expect':{'/"
     "outcome':"
     "'completed','/log/order':['Worker terminated due to reaching memory limit: JS heap out "
     "of "
     "memory']}}"},
    {"a variable that workers share is raced for; a message puts things in order",
     WORKER("{'set':'x = x + 1'},{'set':'y = 1'},{'postMessage':'parent','text':'m'}",
            "{'set':'x = 5'},{'worker':'w'},{'onMessage':[{'log':'${y}'}]},{'set':'x = x + 1'}",
            "'/summary/races':1,'/races/0/variable':'x'")},
    {"the end of a worker comes before what is told of it",
     WORKER("{'set':'x = x + 1'}",
            "{'worker':'w'},{'on':'exit','of':'w','do':[{'set':'x = x + 1'},{'log':'${x}'}]}",
            "'/summary/races':0,'/log/order':['2']")},
    /* ---- browsers ---- */
    {"HTML 8.1.7.3: one task, then all microtasks, and theirs",
     PAGE("{'setTimeout':0,'do':[{'log':'t1'},{'microtask':[{'log':'m'},{'microtask':[{'log':'"
          "n'}"
          "]}]}]},{'setTimeout':0,'do':[{'log':'t2'}]},{'log':'s'}",
          "'/log/order':['s','t1','m','n','t2'],'/end':0")},
    {"HTML 8.1.7.3: each message is a task, behind what became ready before",
     PAGE("{'messageChannel':'a','to':'b'},{'onMessage':[{'log':'${message}'},{'microtask':[{"
          "'log':'m'}]},{'if':'message == 2','then':[{'closePort':'b'}]}],'from':'b'},{"
          "'postMessage':'a','text':'1'},{'yield':true},{'postMessage':'a','text':'2'},{'log':"
          "'y'}",
          "'/log/order':['y','1','m','2','m'],'/outcome':'completed'")},
    {"a yield goes on before what others wait for, and after older yields",
     PAGE(
         "{'setTimeout':0,'do':[{'log':'t'}]},{'async':[{'yield':true},{'log':'y1'}]},{'yield':"
         "true},{'log':'y2'}",
         "'/log/order':['y1','y2','t']")},
    {"HTML, unhandled promise rejections: a task tells of all, each has its checkpoint",
     PAGE("{'on':'unhandledRejection','do':[{'log':'${error}'},{'microtask':[{'log':'m'}]}]},{"
          "'setTimeout':0,'do':[{'log':'t'}]},{'promise':'a'},{'promise':'b'},{'promise':'c'},{"
          "'reject':'a','text':'a'},{'reject':'b','text':'b'},{'reject':'c'},{'microtask':[{'"
          "log':"
          "'x'}]},{'setTimeout':0,'do':[{'then':'c','catch':[{'log':'c'}]}]}",
          "'/log/order':['x','t','c','a','m','b','m'],'/outcome':'completed'")},
    {"HTML 8.6: an interval begins anew behind the microtasks of its callback, one level "
     "deeper",
     PAGE("{'setInterval':10,'id':'i','do':[{'microtask':[{'cpu':3},{'log':'x'}]}]},{'"
          "setTimeout':"
          "30,'do':[{'clear':'i'}]}",
          "'/log/0/t':'13ms','/log/1/t':'26ms','/log/order':['x','x'],'/end':'30ms'")},
    {"timers set behind an await are as deep as those in callbacks",
     "{'vars':{'n':0},'executors':{'default':{'kind':'event-loop','flavor':'browser','main':[{"
     "'while':'n < 8','do':[{'sleep':0},{'set':'n = n + 1'}]}]}},'expect':{'/end':'8ms'}}"},
    {"HTML 8.6: timers by expiry, then creation, whole ms, 0 allowed",
     PAGE("{'setTimeout':2,'do':[{'log':'2'}]},{'setTimeout':'1.9ms','do':[{'log':'1'}]},{"
          "'setTimeout':0,'do':[{'log':'0'}]},{'setTimeout':1,'do':[{'log':'1b'}]}",
          "'/log/order':['0','1','1b','2'],'/log/0/t':0,'/end':'2ms'")},
    {"HTML 8.6: no list by duration: T7 does not hold",
     PAGE(
         "{'setTimeout':4,'do':[{'log':'a'},{'cpu':3}]},{'cpu':1},{'setTimeout':4,'do':[{'log':"
         "'c'}]},{'setTimeout':'3ms','do':[{'log':'b'}]}",
         "'/log/order':['a','b','c']")},
    {"HTML 8.6: nested deeper than five, at least 4 ms",
     "{'vars':{'n':0},'programs':{'next':[{'set':'n = n + 1'},{'if':'n < "
     "8','then':[{'setTimeout'"
     ":0,'do':[{'call':'next'}]}]}]},'executors':{'default':{'kind':'event-loop','flavor':"
     "'browser','main':[{'setTimeout':0,'do':[{'call':'next'}]}]}},'expect':{'/end':'8ms'}}"},
    {"HTML 8.6: an interval counts from the end of its callback",
     PAGE("{'setInterval':10,'id':'i','do':[{'cpu':3},{'log':'x'}]},{'setTimeout':30,'do':[{"
          "'clear':'i'}]}",
          "'/log/0/t':'13ms','/log/1/t':'26ms','/log/order':['x','x'],'/end':'30ms'")},
    {"HTML 8.11: a frame every 16.67 ms, those asked for in it are the next one's",
     PAGE("{'requestAnimationFrame':[{'log':'a'},{'requestAnimationFrame':[{'log':'c'}]}]},{"
          "'requestAnimationFrame':[{'log':'b'}]},{'requestAnimationFrame':[],'id':'no'},{'"
          "clear':"
          "'no'}",
          "'/log/order':['a','b','c'],'/log/0/t':'16666667ns','/log/2/t':'33333334ns'")},
    {"HTML 8.11: a long task makes the frame late, and microtasks come before it",
     PAGE("{'requestAnimationFrame':[{'log':'f'}]},{'cpu':40},{'setTimeout':0,'do':[{'log':'t'}"
          "]}"
          ",{'microtask':[{'log':'m'}]}",
          "'/log/order':['m','f','t'],'/log/1/t':'40ms'")},
    {"a frame that is late by more than one is one, and those between are dropped",
     PAGE("{'requestAnimationFrame':[{'requestAnimationFrame':[]}]},{'cpu':55}",
          "'/executors/default/frames/rendered':2,'/executors/default/frames/dropped':2,"
          "'/executors/default/frames/late/max':'38333333ns','/end':'66666668ns'")},
    {"nobody asks for a frame, and none is dropped",
     PAGE("{'cpu':55}", "'/executors/default/frames/rendered':0,'/executors/default/frames/"
                        "dropped':0")},
    {"timers that come due while a task runs stand behind what it queues, as in Chromium",
     PAGE("{'setTimeout':1,'do':[{'log':'1'}]},{'cpu':5},{'setTimeout':0,'do':[{'log':'0'}]}",
          "'/log/order':['0','1']")},
    {"HTML, runtime script errors: what nobody catches is reported, and the page goes on",
     PAGE("{'setTimeout':1,'do':[{'throw':'e'}]},{'setTimeout':2,'do':[{'log':'on'}]}",
          "'/outcome':'fault','/log/order':['on'],'/faults/0/message':'nobody catches "
          "\\'e\\''")},
    {"a reply is a task; so is what comes behind an await",
     PAGE("{'io':'net','then':[{'log':'r1'},{'microtask':[{'log':'m'}]}]},{'io':'net'},{'log':"
          "'r2'}",
          "'/log/order':['r1','m','r2'],'/log/2/t':'3ms'")},
    {"Web workers",
     "{'machine':{'cores':2},'programs':{'w':[{'onMessage':[{'cpu':2},{'postMessage':'parent',"
     "'text':'${message + "
     "1}'}]}]},'executors':{'default':{'kind':'event-loop','flavor':'browser'"
     ",'main':[{'worker':'w'},{'onMessage':[{'log':'${message}'},{'if':'message > 2','then':[{"
     "'terminate':'w'}],'else':[{'postMessage':'w','text':'${message}'}]}]},{'postMessage':'w',"
     "'text':'0'}]}},'expect':{'/log/order':['1','2','3'],'/end':'6ms','/"
     "outcome':'completed'}}"},
};

START_TEST(processes_do_as_defined)
{
    check_config(cases[_i].what, cases[_i].config);
}
END_TEST

/* ---- random workloads ------------------------------------------------------------------------ */

static void random_ops(struct text *t, struct rng *rng, int depth, bool browser);

static void add_numbered(struct text *t, const char *text, int n)
{
    for (; *text; text++) {
        if (*text == '#')
            text_addf(t, "%d", n);
        else
            text_addf(t, "%c", *text == '\'' ? '"' : *text);
    }
}

static bool pages_lack(const char *op)
{
    static const char *const words[] = {"'unref'", "'ref'", "receiveMessage", "'on':'exit'",
                                        "beforeExit"};

    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strstr(op, words[i]))
            return true;
    return false;
}

static void random_op(struct text *t, struct rng *rng, int depth, bool browser)
{
    static const char *const plain[] = {
        "{'cpu':'#us'}",
        "{'postMessage':'parent','text':'#'}",
        "{'postMessage':'w','text':'#'}",
        "{'postMessage':'v','text':'${x}'}",
        "{'postMessage':'one','text':'#'}",
        "{'worker':'leaf','as':'v'}",
        "{'worker':'leaf','as':'w','unref':true}",
        "{'worker':'echo','as':'w'}",
        "{'terminate':'w'}",
        "{'terminate':'v'}",
        "{'closePort':'two'}",
        "{'closePort':'parent'}",
        "{'messageChannel':'one','to':'two'}",
        "{'receiveMessage':'two'}",
        "{'throw':'#'}",
        "{'exit':true}",
        "{'atomic':'x = x + 1'}",
        "{'sleep':'#us'}",
        "{'await':null}",
        "{'promise':'p'}",
        "{'reject':'p','text':'#'}",
        "{'resolve':'p'}",
        "{'await':'p'}",
        "{'all':['p','q'],'as':'q'}",
        "{'race':['p','q'],'as':'p'}",
        "{'allocate':'#kB'}",
        "{'unref':'t'}",
        "{'ref':'t'}",
        "{'clear':'t'}",
        "{'join':'v'}",
    };
    static const char *const nested[] = {
        "{'setTimeout':#,'id':'t','do':",
        "{'microtask':",
        "{'async':",
        "{'onMessage':",
        "{'from':'two','onMessage':",
        "{'from':'w','onMessage':",
        "{'on':'exit','of':'w','do':",
        "{'on':'exit','do':",
        "{'on':'beforeExit','do':",
        "{'on':'error','do':",
        "{'on':'uncaughtException','do':",
        "{'on':'unhandledRejection','do':",
        "{'io':'net','then':",
        "{'then':'p','catch':",
        "{'try':[{'throw':'#'}],'catch':",
        "{'try':[{'call':'leaf'},{'throw':'x'}],'finally':",
        "{'catch':[],'finally':[{'cpu':'#us'}],'try':",
    };
    static const char *const of_node[] = {
        "{'nextTick':", "{'setImmediate':", "{'work':'#us','then':", "{'close':"};
    uint64_t k = rng_below(rng, ARRAY_LEN(plain) +
                                    (depth > 0 ? ARRAY_LEN(nested) + ARRAY_LEN(of_node) : 0));
    int n = (int)rng_below(rng, 30);
    const char *op = k < ARRAY_LEN(plain) ? plain[k] : "{'requestAnimationFrame':";

    if (k < ARRAY_LEN(plain)) {
        add_numbered(t, browser && pages_lack(op) ? "{'yield':true}" : op, n);
        return;
    }
    k -= ARRAY_LEN(plain);
    if (k < ARRAY_LEN(nested) && !(browser && pages_lack(nested[k])))
        op = nested[k];
    else if (!browser)
        op = of_node[k - ARRAY_LEN(nested)];
    add_numbered(t, op, n);
    random_ops(t, rng, depth - 1, browser);
    text_add(t, "}");
}

static void random_ops(struct text *t, struct rng *rng, int depth, bool browser)
{
    uint64_t n = rng_below(rng, depth == 3 ? 7 : 4);

    text_add(t, "[");
    for (uint64_t i = 0; i < n; i++) {
        text_add(t, i > 0 ? "," : "");
        random_op(t, rng, depth, browser);
    }
    text_add(t, "]");
}

static char *workload(uint64_t seed)
{
    struct rng rng = rng_stream(seed, "test/processes");
    static const char *const more[] = {
        "", "'worker_start':'70us','message':'15us',",
        "'turn':'1us','poll':'1us','dispatch':'1us','microtask':'1us','message':'3us',",
        "'heap':{'limit':'90kB','young':'20kB'},"};
    bool browser = seed % 3 == 0;
    struct text t = {0};

    add_numbered(
        &t,
        "{'until':'40ms','vars':{'x':0},'devices':{'net':{'service':'200us'}},'machine':{"
        "'cores':#,'context_switch':'1us','scheduler':",
        (int)rng_below(&rng, 3) + 1);
    add_numbered(&t,
                 rng_below(&rng, 2) ? "{'policy':'rr','quantum':'30us'}},'programs':{"
                                    : "'fifo'},'programs':{",
                 0);
    add_numbered(&t,
                 "'leaf':[{'cpu':'9us'}],'echo':[{'onMessage':[{'cpu':'5us'},{'postMessage':"
                 "'parent','text':'${message}'}]}],'deep':",
                 0);
    random_ops(&t, &rng, 2, browser);
    add_numbered(&t, "},'executors':{'default':{'kind':'event-loop',", 0);
    add_numbered(&t, more[rng_below(&rng, ARRAY_LEN(more))], 0);
    add_numbered(
        &t,
        browser
            ? "'flavor':'browser','main':[{'if':0,'then':[{'messageChannel':'one','to':'two'},{"
              "'worker':'leaf','as':'v'}]},{'promise':'p'},{'promise':'q'},{'worker':"
              "'deep','as':'w'},{'setTimeout':1,'id':'t','do':"
            : "'main':[{'if':0,'then':[{'messageChannel':'one','to':'two'},{'worker':'leaf','"
              "as':'v'}]},{'promise':'p'},{'promise':'q'},{'worker':'deep','as':'w'},{"
              "'setTimeout':1,'id':'t','do':",
        0);
    random_ops(&t, &rng, 3, browser);
    add_numbered(&t, "}]}},'tasks':[{'name':'A','count':3,'every':'90us','do':", 0);
    random_ops(&t, &rng, 3, browser);
    add_numbered(&t, "},{'name':'B','do':", 0);
    random_ops(&t, &rng, 3, browser);
    text_add(&t, "}]}");
    return text_take(&t);
}

/* The checker watches: every task in one place, cpu + waiting + blocked = turnaround.  Here: who
 * has not ended at the end waits for something that is named, and again in the same way. */
START_TEST(nobody_is_lost)
{
    char *config = workload((uint64_t)_i + 1);
    struct result r = run_text(config), again = run_text(config);
    const cJSON *task, *waits = cJSON_GetObjectItemCaseSensitive(r.json, "deadlock");
    int left = 0;

    task = cJSON_GetObjectItemCaseSensitive(r.json, "tasks")->child;
    for (; task; task = task->next)
        left += cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(task, "completion"));
    if (strcmp(quanta_outcome(r.run), "completed") == 0)
        ck_assert_msg(left == 0, "%s", config);
    if (strcmp(quanta_outcome(r.run), "deadlock") == 0)
        ck_assert_msg(cJSON_GetArraySize(waits) == left, "%s", config);
    ck_assert_msg(quanta_digest(r.run) == quanta_digest(again.run), "%s", config);
    result_free(&again);
    result_free(&r);
    free(config);
}
END_TEST

Suite *processes_suite(void)
{
    Suite *s = suite_create("processes");
    TCase *tc = tcase_create("processes");

    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, processes_do_as_defined, 0, (int)ARRAY_LEN(cases));
    tcase_add_loop_test(tc, nobody_is_lost, 0, 300);
    suite_add_tcase(s, tc);
    return s;
}
