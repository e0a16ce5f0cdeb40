/* test_sync.c - sync objects, by who runs when.
 *
 * A case is a config and what must come of it: the config's own "expect", and where the case
 * has ticks, who ran on each core in each unit of time ("AAB.|..A." is two cores), a dot
 * where the core idles, a small letter where the time is the kernel's. */
#include <check.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support.h"

static const struct {
    const char *what, *ticks, *config;
} cases[] = {
    /* ---- mutex, protocol none ---- */
    {"a second comer waits, blocked on the mutex by name", "AAAABB",
     "{'sync':{'m':{'mutex':{}}},'machine':{'scheduler':{'policy':'rr','quantum':3}},'tasks':["
     "{'name':'A','do':[{'lock':'m'},{'cpu':4},{'unlock':'m'}]},"
     "{'name':'B','do':[{'lock':'m'},{'cpu':2},{'unlock':'m'}]}],"
     "'expect':{'/outcome':'completed','/tasks/B/blocked/m':'1ms','/tasks/B/waiting':'3ms'}}"},
    {"a woken waiter competes: who runs on takes the lock again, and the loser waits again",
     "AAAAABB",
     "{'sync':{'m':{'mutex':{}}},'machine':{'scheduler':{'policy':'rr','quantum':1}},'tasks':["
     "{'name':'A','do':[{'lock':'m'},{'cpu':2},{'unlock':'m'},{'lock':'m'},{'cpu':3},{'unlock':"
     "'m'}"
     "]},"
     "{'name':'B','do':[{'lock':'m'},{'cpu':2},{'unlock':'m'}]}],"
     "'expect':{'/outcome':'completed','/tasks/B/completion':'7ms'}}"},
    {"waiters come first in, first out where the policy minds no priorities", NULL,
     "{'sync':{'m':{'mutex':{}}},'machine':{'cores':4},'tasks':["
     "{'name':'A','do':[{'lock':'m'},{'cpu':9},{'unlock':'m'}]},"
     "{'name':'B','arrive':1,'priority':1,'do':[{'lock':'m'},{'log':'B'},{'cpu':1},{'unlock':'"
     "m'}]"
     "},"
     "{'name':'C','arrive':2,'priority':3,'do':[{'lock':'m'},{'log':'C'},{'cpu':1},{'unlock':'"
     "m'}]"
     "},"
     "{'name':'D','arrive':3,'priority':2,'do':[{'lock':'m'},{'log':'D'},{'cpu':1},{'unlock':'"
     "m'}]"
     "}],"
     "'expect':{'/log/order':['B','C','D'],'/end':'12ms'}}"},
    {"and by priority where it does", NULL,
     "{'sync':{'m':{'mutex':{}}},'machine':{'cores':4,'scheduler':'priority'},'tasks':["
     "{'name':'A','do':[{'lock':'m'},{'cpu':9},{'unlock':'m'}]},"
     "{'name':'B','arrive':1,'priority':1,'do':[{'lock':'m'},{'log':'B'},{'cpu':1},{'unlock':'"
     "m'}]"
     "},"
     "{'name':'C','arrive':2,'priority':3,'do':[{'lock':'m'},{'log':'C'},{'cpu':1},{'unlock':'"
     "m'}]"
     "},"
     "{'name':'E','arrive':2,'priority':3,'do':[{'lock':'m'},{'log':'E'},{'cpu':1},{'unlock':'"
     "m'}]"
     "},"
     "{'name':'D','arrive':3,'priority':2,'do':[{'lock':'m'},{'log':'D'},{'cpu':1},{'unlock':'"
     "m'}]"
     "}],"
     "'expect':{'/log/order':['C','E','D','B'],'/end':'13ms'}}"},
    {"a lock that is free costs no system call, one that blocks does: before it waits",
     "AAA.|b..B",
     "{'sync':{'m':{'mutex':{}}},'machine':{'cores':2,'syscall':1},'tasks':["
     "{'name':'A','do':[{'lock':'m'},{'cpu':3},{'unlock':'m'}]},"
     "{'name':'B','do':[{'lock':'m'},{'cpu':1},{'unlock':'m'}]}],"
     "'expect':{'/end':'4ms','/tasks/B/blocked/m':'2ms'}}"},
    {"what is free again when the system call is over is taken without waiting", "AA.|bbB",
     "{'sync':{'m':{'mutex':{}}},'machine':{'cores':2,'syscall':2},'tasks':["
     "{'name':'A','do':[{'lock':'m'},{'cpu':2},{'unlock':'m'}]},"
     "{'name':'B','do':[{'lock':'m'},{'cpu':1},{'unlock':'m'}]}],"
     "'expect':{'/end':'3ms','/tasks/B/waiting':0}}"},
    {"trylock says whether it got the lock, and never waits", "AAA|B.B",
     "{'sync':{'m':{'mutex':{}}},'machine':{'cores':2},'tasks':["
     "{'name':'A','do':[{'lock':'m'},{'cpu':2},{'unlock':'m'},{'cpu':1}]},"
     "{'name':'B','locals':{'got':7},'do':[{'trylock':'m','into':'got'},{'log':'${got}'},{'cpu'"
     ":1},"
     "{'sleep':1},{'trylock':'m','into':'got'},{'log':'${got}'},{'trylock':'m','into':'got'},{'"
     "log'"
     ":'${got}'},{'cpu':1}]}],"
     "'expect':{'/log/order':['0','1','0']}}"},

    {"a device of the same name: the times of both add up under it", NULL,
     "{'sync':{'m':{'mutex':{}}},'devices':{'m':{'service':5}},'machine':{'cores':2},'tasks':["
     "{'name':'A','do':[{'lock':'m'},{'cpu':3},{'unlock':'m'}]},"
     "{'name':'B','do':[{'lock':'m'},{'io':'m'},{'unlock':'m'}]}],"
     "'expect':{'/tasks/B/blocked/m':'8ms'}}"},

    /* ---- protocols ---- */
    {"inherit: unlocking hands over; who runs on and asks again waits behind", "AAABBAA",
     "{'sync':{'m':{'mutex':{'protocol':'inherit'}}},'machine':{'scheduler':{'policy':'rr',"
     "'quantum':1}},'tasks':["
     "{'name':'A','do':[{'lock':'m'},{'cpu':3},{'unlock':'m'},{'lock':'m'},{'cpu':2},{'unlock':"
     "'m'}"
     "]},"
     "{'name':'B','do':[{'lock':'m'},{'cpu':2},{'unlock':'m'}]}],"
     "'expect':{'/outcome':'completed'}}"},
    {"inherit: a chain of owners runs in the name of who waits at its end",
     "CCBBAAACCBBBAAADDDB",
     /* C holds m1; B holds m2 and waits for m1; A waits for m2: C runs at A's priority, above D */
     "{'sync':{'m1':{'mutex':{'protocol':'inherit'}},'m2':{'mutex':{'protocol':'inherit'}}},"
     "'machine':{'scheduler':'priority'},'tasks':["
     "{'name':'C','priority':1,'do':[{'lock':'m1'},{'cpu':4},{'unlock':'m1'}]},"
     "{'name':'B','priority':2,'arrive':2,'do':[{'lock':'m2'},{'cpu':2},{'lock':'m1'},{'cpu':2}"
     ","
     "{'unlock':'m1'},{'cpu':1},{'unlock':'m2'},{'cpu':1}]},"
     "{'name':'A','priority':9,'arrive':4,'do':[{'cpu':3},{'lock':'m2'},{'cpu':3},{'unlock':'"
     "m2'}]}"
     ","
     "{'name':'D','priority':5,'arrive':7,'do':[{'cpu':3}]}],'expect':{'/"
     "outcome':'completed'}}"},
    {"inherit: what one lock lends goes when that lock goes, not before", "CCCCCCBBBAAACC",
     /* two locks, both wanted: each unlock lets the priority fall to what the other lends */
     "{'sync':{'m1':{'mutex':{'protocol':'inherit'}},'m2':{'mutex':{'protocol':'inherit'}}},"
     "'machine':{'cores':1,'scheduler':'priority'},'tasks':["
     "{'name':'C','priority':1,'do':[{'lock':'m1'},{'lock':'m2'},{'cpu':2},{'cpu':2},{'unlock':"
     "'m1'}"
     ",{'cpu':2},{'unlock':'m2'},{'cpu':2}]},"
     "{'name':'A','priority':3,'arrive':2,'do':[{'lock':'m1'},{'cpu':3}]},"
     "{'name':'B','priority':9,'arrive':3,'do':[{'lock':'m2'},{'cpu':3}]}],"
     "'expect':{'/outcome':'completed'}}"},
    {"a waiter whose priority is raised meanwhile moves forward in the queue", NULL,
     "{'sync':{'m':{'mutex':{}},'k':{'mutex':{'protocol':'inherit'}}},'machine':{'cores':4,"
     "'scheduler':'priority'},'tasks':["
     "{'name':'A','do':[{'lock':'m'},{'cpu':9},{'unlock':'m'}]},"
     "{'name':'B','priority':2,'arrive':1,'do':[{'lock':'m'},{'log':'B'},{'cpu':1},{'unlock':'"
     "m'}]},"
     "{'name':'C','priority':1,'do':[{'lock':'k'},{'cpu':2},{'lock':'m'},{'log':'C'},{'cpu':1},"
     "{"
     "'unlock':'m'},{'unlock':'k'}]},"
     "{'name':'D','priority':9,'arrive':3,'do':[{'lock':'k'},{'log':'D'}]}],"
     "'expect':{'/log/order':['C','D','B'],'/log/0/t':'9ms','/tasks/D/blocked/k':'7ms'}}"},
    {"ceiling: the owner runs at the ceiling from lock to unlock, so others do not even start",
     "AAAABBAA",
     "{'sync':{'m':{'mutex':{'protocol':'ceiling','ceiling':5}}},'machine':{'scheduler':"
     "'priority'},'tasks':["
     "{'name':'A','priority':1,'do':[{'cpu':1},{'lock':'m'},{'cpu':3},{'unlock':'m'},{'cpu':2}]"
     "},"
     "{'name':'B','priority':5,'arrive':2,'do':[{'lock':'m'},{'cpu':2},{'unlock':'m'}]}],"
     "'expect':{'/tasks/B/waiting':'2ms'}}"},
    {"ceiling: the highest of several held counts, in whatever order they are given back",
     "AAAAACCBBA",
     "{'sync':{'m':{'mutex':{'protocol':'ceiling','ceiling':9}},'k':{'mutex':{'protocol':'"
     "ceiling',"
     "'ceiling':4}}},'machine':{'scheduler':'priority'},'tasks':["
     "{'name':'A','priority':1,'do':[{'lock':'m'},{'lock':'k'},{'cpu':3},{'unlock':'m'},{'cpu':"
     "2},{"
     "'unlock':'k'},{'cpu':1}]},"
     "{'name':'B','priority':3,'arrive':1,'do':[{'cpu':2}]},{'name':'C','priority':4,'arrive':"
     "4,"
     "'do':[{'cpu':2}]}],'expect':{'/outcome':'completed'}}"},
    {"ceiling: a priority above the ceiling is a fault", NULL,
     "{'sync':{'m':{'mutex':{'protocol':'ceiling','ceiling':3}}},'tasks':[{'name':'A','"
     "priority':4,"
     "'do':[{'lock':'m'}]}],'expect':{'/outcome':'fault','/faults/0/message':"
     "'mutex \\\"m\\\": has a priority above its ceiling'}}"},

    /* ---- semaphore ---- */
    {"a semaphore lets in as many as its count", "AAA.D|BBBB.|...CC|.....",
     "{'sync':{'s':{'semaphore':2}},'machine':{'cores':4},'tasks':["
     "{'name':'A','do':[{'wait':'s'},{'cpu':3},{'post':'s'}]},"
     "{'name':'B','do':[{'wait':'s'},{'cpu':4},{'post':'s'}]},"
     "{'name':'C','do':[{'wait':'s'},{'cpu':2},{'post':'s'}]},{'name':'D','arrive':1,'do':[{'"
     "wait':'s'},{'cpu':1},{'post':'s'}]}],"
     "'expect':{'/tasks/C/blocked/s':'3ms','/tasks/D/blocked/s':'3ms'}}"},
    {"a count that is posted is taken by whoever runs first", "AAAAAABA",
     "{'sync':{'s':{'semaphore':1}},'machine':{'scheduler':{'policy':'rr','quantum':1}},'tasks'"
     ":["
     "{'name':'A','do':[{'repeat':3,'do':[{'wait':'s'},{'cpu':2},{'post':'s'}]},{'cpu':1}]},"
     "{'name':'B','do':[{'wait':'s'},{'cpu':1},{'post':'s'}]}],'expect':{'/end':'8ms'}}"},
    {"two posts wake two", NULL,
     "{'sync':{'s':{'semaphore':0}},'machine':{'cores':3},'tasks':["
     "{'name':'A','do':[{'wait':'s'},{'cpu':2}]},{'name':'B','do':[{'wait':'s'},{'cpu':2}]},"
     "{'name':'C','do':[{'cpu':1},{'post':'s'},{'post':'s'}]}],'expect':{'/end':'3ms','/tasks/"
     "A/"
     "blocked/s':'1ms'}}"},

    /* ---- rwlock ---- */
    {"readers share, a writer is alone, and nobody overtakes it",
     "AAA....|BBB....|...CCDD|.......",
     /* D, a reader, comes while readers are in, but behind the writer C */
     "{'sync':{'rw':{'rwlock':{}}},'machine':{'cores':4},'tasks':["
     "{'name':'A','do':[{'lock':'rw','mode':'read'},{'cpu':3},{'unlock':'rw'}]},"
     "{'name':'B','do':[{'lock':'rw','mode':'read'},{'cpu':3},{'unlock':'rw'}]},"
     "{'name':'C','arrive':1,'do':[{'lock':'rw'},{'cpu':2},{'unlock':'rw'}]},"
     "{'name':'D','arrive':2,'do':[{'lock':'rw','mode':'read'},{'cpu':2},{'unlock':'rw'}]}],"
     "'expect':{'/tasks/C/blocked/rw':'2ms','/tasks/D/blocked/rw':'3ms','/end':'7ms'}}"},
    {"a writer gives way to all readers at the front, up to the next writer", NULL,
     "{'sync':{'rw':{'rwlock':{}}},'machine':{'cores':5},'tasks':["
     "{'name':'W','do':[{'lock':'rw'},{'cpu':5},{'unlock':'rw'}]},"
     "{'name':'R1','arrive':1,'do':[{'lock':'rw','mode':'read'},{'cpu':2},{'unlock':'rw'}]},"
     "{'name':'R2','arrive':2,'do':[{'lock':'rw','mode':'read'},{'cpu':3},{'unlock':'rw'}]},"
     "{'name':'X','arrive':3,'do':[{'lock':'rw'},{'cpu':1},{'unlock':'rw'}]},"
     "{'name':'R3','arrive':4,'do':[{'lock':'rw','mode':'read'},{'cpu':1},{'unlock':'rw'}]}],"
     "'expect':{'/tasks/R1/completion':'7ms','/tasks/R2/completion':'8ms','/tasks/X/"
     "completion':"
     "'9ms','/tasks/R3/completion':'10ms'}}"},

    /* ---- condition variable ---- */
    {"a wait gives the mutex back; the signalled one takes it again, when it is free",
     "AABBBB..A",
     "{'sync':{'c':{'condvar':{}},'m':{'mutex':{}}},'tasks':["
     "{'name':'A','do':[{'lock':'m'},{'cpu':2},{'wait':'c','with':'m'},{'cpu':1},{'unlock':'m'}"
     "]},"
     "{'name':'B','do':[{'lock':'m'},{'cpu':2},{'signal':'c'},{'cpu':2},{'sleep':2},{'unlock':'"
     "m'}]}"
     "],"
     "'expect':{'/tasks/A/blocked/c':'2ms','/tasks/A/blocked/m':'2ms','/"
     "outcome':'completed'}}"},
    {"a signal wakes one, the first; a signal that nobody waits for is lost", NULL,
     "{'sync':{'c':{'condvar':{}},'m':{'mutex':{}}},'machine':{'cores':2},'tasks':["
     "{'name':'S','do':[{'signal':'c'},{'sleep':5},{'signal':'c'},{'sleep':5},{'signal':'c'}]},"
     "{'name':'A','do':[{'lock':'m'},{'wait':'c','with':'m'},{'log':'A'},{'unlock':'m'}]},"
     "{'name':'B','do':[{'lock':'m'},{'wait':'c','with':'m'},{'log':'B'},{'unlock':'m'}]}],"
     "'expect':{'/log/order':['A','B'],'/log/0/t':'5ms','/log/1/t':'10ms','/outcome':"
     "'completed'}}"},
    {"a broadcast wakes all; they get the mutex one after the other", NULL,
     "{'sync':{'c':{'condvar':{}},'m':{'mutex':{}}},'machine':{'cores':4},'tasks':["
     "{'name':'A','count':3,'do':[{'lock':'m'},{'wait':'c','with':'m'},{'cpu':2},{'unlock':'m'}"
     "]},"
     "{'name':'S','do':[{'sleep':1},{'lock':'m'},{'broadcast':'c'},{'unlock':'m'}]}],"
     "'expect':{'/tasks/A#1/completion':'3ms','/tasks/A#2/completion':'5ms','/tasks/A#3/"
     "completion':'7ms'}}"},

    /* ---- barrier ---- */
    {"the last to arrive goes on at once, the others in the order of their coming",
     "AAABCCCABBC",
     "{'sync':{'b':{'barrier':3}},'tasks':["
     "{'name':'A','do':[{'cpu':3},{'barrier':'b'},{'cpu':1}]},"
     "{'name':'B','do':[{'cpu':1},{'barrier':'b'},{'cpu':2}]},"
     "{'name':'C','do':[{'cpu':2},{'barrier':'b'},{'cpu':1},{'yield':true},{'cpu':1}]}],"
     "'expect':{'/outcome':'completed','/tasks/A/blocked/b':'3ms'}}"},
    {"a barrier serves again", NULL,
     "{'sync':{'b':{'barrier':2}},'machine':{'cores':2},'tasks':["
     "{'name':'A','do':[{'repeat':3,'do':[{'cpu':1},{'barrier':'b'}]}]},"
     "{'name':'B','do':[{'repeat':3,'do':[{'cpu':2},{'barrier':'b'}]}]}],"
     "'expect':{'/end':'6ms','/tasks/A/blocked/b':'3ms','/outcome':'completed'}}"},

    /* ---- channel ---- */
    {"a channel keeps as many values as it has room for, in order", NULL,
     "{'sync':{'c':{'channel':2}},'machine':{'cores':2},'tasks':["
     "{'name':'P','do':[{'send':'c','value':1},{'send':'c','value':'1 + "
     "1'},{'send':'c','value':3},"
     "{'log':'sent'}]},"
     "{'name':'Q','locals':{'v':0},'do':[{'sleep':4},{'repeat':3,'do':[{'recv':'c','into':'v'},"
     "{"
     "'log':'${v}'}]}]}],"
     "'expect':{'/log/order':['1','2','3','sent'],'/tasks/P/blocked/c':'4ms'}}"},
    {"without room, sender and receiver meet", NULL,
     "{'sync':{'c':{'channel':0}},'vars':{'v':0},'machine':{'cores':2},'tasks':["
     "{'name':'P','do':[{'cpu':3},{'send':'c','value':7},{'cpu':2},{'send':'c','value':8}]},"
     "{'name':'Q','do':[{'recv':'c','into':'v'},{'log':'${v}'},{'cpu':4},{'recv':'c','into':'v'"
     "},{"
     "'log':'${v}'}]}],"
     "'expect':{'/log/order':['7','8'],'/tasks/Q/blocked/c':'3ms','/tasks/P/blocked/c':'2ms','/"
     "end':'7ms'}}"},
    {"receivers are served in the order of their coming", NULL,
     "{'sync':{'c':{'channel':5}},'machine':{'cores':4},'tasks':["
     "{'name':'R','count':3,'every':1,'locals':{'v':0},'do':[{'recv':'c','into':'v'},{'log':'${"
     "v}'}"
     "]},"
     "{'name':'P','do':[{'sleep':5},{'send':'c','value':1},{'send':'c','value':2},{'send':'c',"
     "'value':3}]}],"
     "'expect':{'/log/order':['1','2','3'],'/log/0/task':'R#1','/log/2/task':'R#3'}}"},
    {"sending and receiving are system calls", "ppP|qqq",
     "{'sync':{'c':{'channel':5}},'machine':{'cores':2,'syscall':1},'tasks':["
     "{'name':'P','do':[{'send':'c'},{'send':'c'},{'cpu':1}]},"
     "{'name':'Q','do':[{'recv':'c'},{'sleep':0},{'recv':'c'}]}],'expect':{'/"
     "outcome':'completed'}"
     "}"},

    /* ---- spinlock ---- */
    {"a spinner burns its core, in user time, and goes on when it is released", "AAA.|BBBB",
     "{'sync':{'l':{'spinlock':{}}},'machine':{'cores':2,'syscall':1},'tasks':["
     "{'name':'A','do':[{'lock':'l'},{'cpu':3},{'unlock':'l'}]},"
     "{'name':'B','do':[{'lock':'l'},{'cpu':1},{'unlock':'l'}]}],"
     "'expect':{'/tasks/B/cpu':'4ms','/cores/1/user':'4ms','/tasks/B/slices':1}}"},
    {"of those that spin, the first gets it", NULL,
     "{'sync':{'l':{'spinlock':{}}},'machine':{'cores':3},'tasks':["
     "{'name':'A','do':[{'lock':'l'},{'cpu':5},{'unlock':'l'}]},"
     "{'name':'B','arrive':2,'do':[{'lock':'l'},{'log':'B'},{'cpu':1},{'unlock':'l'}]},"
     "{'name':'C','arrive':1,'do':[{'lock':'l'},{'log':'C'},{'cpu':1},{'unlock':'l'}]}],"
     "'expect':{'/log/order':['C','B'],'/end':'7ms'}}"},
    {"on one core a spinner burns whole slices; off its core, it does not get the lock",
     "AABBABBB",
     "{'sync':{'l':{'spinlock':{}}},'machine':{'scheduler':{'policy':'rr','quantum':2}},'tasks'"
     ":["
     "{'name':'A','do':[{'lock':'l'},{'cpu':3},{'unlock':'l'}]},"
     "{'name':'B','do':[{'lock':'l'},{'cpu':3},{'unlock':'l'}]}],'expect':{'/"
     "outcome':'completed'}"
     "}"},
    {"a spinner that is preempted is passed over", "AACC|BDDD",
     /* D takes B's core at 1; at 2 the lock is free, and C, who comes then, gets it */
     "{'sync':{'l':{'spinlock':{}}},'machine':{'cores':2,'scheduler':'priority'},'tasks':["
     "{'name':'A','priority':5,'do':[{'lock':'l'},{'cpu':2},{'unlock':'l'}]},"
     "{'name':'B','priority':1,'do':[{'lock':'l'},{'log':'B'},{'unlock':'l'}]},"
     "{'name':'D','priority':4,'arrive':1,'do':[{'cpu':3}]},"
     "{'name':'C','priority':3,'arrive':1,'do':[{'lock':'l'},{'log':'C'},{'cpu':2},{'unlock':'"
     "l'}]}"
     "],"
     "'expect':{'/log/order':['C','B'],'/outcome':'completed'}}"},

    /* ---- faults ---- */
    {"unlocking what one does not hold, for every lock", NULL,
     "{'sync':{'m':{'mutex':{}},'l':{'spinlock':{}},'rw':{'rwlock':{}}},'tasks':["
     "{'name':'A','do':[{'unlock':'m'}]},{'name':'B','do':[{'unlock':'l'}]},{'name':'C','do':[{"
     "'unlock':'rw'}]},{'name':'D','do':[{'cpu':1}]}],"
     "'expect':{'/outcome':'fault','/faults/0/message':'mutex \\\"m\\\": unlocks it, and does "
     "not "
     "hold it',"
     "'/faults/0/where':'tasks[0].do[0]','/faults/1/message':'spinlock \\\"l\\\": unlocks it, "
     "and "
     "does not hold it',"
     "'/faults/2/message':'rwlock \\\"rw\\\": unlocks it, and does not hold "
     "it','/end':'1ms'}}"},
    {"locking again what one holds, for every lock", NULL,
     "{'sync':{'m':{'mutex':{}},'l':{'spinlock':{}},'rw':{'rwlock':{}}},'tasks':["
     "{'name':'A','do':[{'lock':'m'},{'lock':'m'}]},{'name':'B','do':[{'lock':'l'},{'lock':'l'}"
     "]},"
     "{'name':'C','do':[{'lock':'rw','mode':'read'},{'lock':'rw'}]}],"
     "'expect':{'/outcome':'fault','/faults/0/message':'mutex \\\"m\\\": locks it again, while "
     "holding it',"
     "'/faults/1/where':'tasks[1].do[1]','/faults/2/message':'rwlock \\\"rw\\\": locks it "
     "again, "
     "while holding it'}}"},
    {"waiting for a condition without its mutex", NULL,
     "{'sync':{'c':{'condvar':{}},'m':{'mutex':{}}},'tasks':[{'name':'A','do':[{'wait':'c','"
     "with':"
     "'m'}]}],"
     "'expect':{'/outcome':'fault','/faults/0/message':'condvar \\\"c\\\": waits for it, and "
     "does "
     "not hold its mutex'}}"},
    {"a variable that is not there", NULL,
     "{'sync':{'c':{'channel':1},'m':{'mutex':{}}},'tasks':[{'name':'A','do':[{'trylock':'m','"
     "into'"
     ":'x'}]},{'name':'B','do':[{'send':'c'},{'recv':'c','into':'y'}]}],"
     "'expect':{'/faults/0/message':'no variable \\\"x\\\"','/faults/1/message':'no variable "
     "\\\"y\\\"'}}"},
    {"another's lock: a pool's thread goes on with the next task, which does not hold it", NULL,
     "{'sync':{'m':{'mutex':{}}},'executors':{'default':{'kind':'pool','threads':1}},'tasks':["
     "{'name':'A','do':[{'lock':'m'},{'cpu':1}]},{'name':'B','do':[{'unlock':'m'}]}],"
     "'expect':{'/outcome':'fault','/faults/0/task':'B'}}"},

    /* ---- deadlock ---- */
    {"a cycle is found when it closes, while another task goes on", NULL,
     "{'sync':{'m1':{'mutex':{}},'m2':{'mutex':{}}},'machine':{'cores':3},'tasks':["
     "{'name':'A','do':[{'lock':'m1'},{'cpu':3},{'lock':'m2'}]},"
     "{'name':'B','do':[{'cpu':1},{'lock':'m2'},{'cpu':4},{'lock':'m1'}]},"
     "{'name':'C','do':[{'cpu':50}]}],"
     "'expect':{'/outcome':'deadlock','/end':'50ms','/tasks/C/completion':'50ms',"
     "'/deadlock/0/task':'B','/deadlock/0/waits_for':'m1','/deadlock/0/held_by':'A','/deadlock/"
     "0/"
     "at':'5ms','/deadlock/0/since':0,"
     "'/deadlock/0/where':'tasks[1].do[3]','/deadlock/0/held_where':'tasks[0].do[0]',"
     "'/deadlock/1/task':'A','/deadlock/1/waits_for':'m2','/deadlock/1/held_by':'B','/deadlock/"
     "1/"
     "since':'1ms','/deadlock/1/at':'5ms'}}"},
    {"a deadlock is one also where the run ends at until", NULL,
     "{'sync':{'m1':{'mutex':{}},'m2':{'mutex':{}}},'until':'20ms','machine':{'cores':3},'"
     "tasks':["
     "{'name':'A','do':[{'lock':'m1'},{'cpu':3},{'lock':'m2'}]},"
     "{'name':'B','do':[{'lock':'m2'},{'cpu':4},{'lock':'m1'}]},"
     "{'name':'C','do':[{'cpu':50}]}],"
     "'expect':{'/outcome':'deadlock','/end':'20ms','/deadlock/0/task':'B','/deadlock/1/"
     "task':'A'}}"
     ""},
    {"a fault weighs more than a deadlock, and both are told", NULL,
     "{'sync':{'m':{'mutex':{}}},'tasks':["
     "{'name':'A','do':[{'lock':'m'},{'assert':'1 == 2'}]},{'name':'B','do':[{'lock':'m'}]}],"
     "'expect':{'/outcome':'fault','/deadlock/0/task':'B','/deadlock/0/held_by':'A','/deadlock/"
     "0/"
     "holder_ended':true}}"},
    {"a task that ends with a lock keeps it", NULL,
     "{'sync':{'m':{'mutex':{}}},'machine':{'cores':2},'tasks':["
     "{'name':'A','do':[{'lock':'m'},{'cpu':1}]},{'name':'B','do':[{'cpu':3},{'lock':'m'}]}],"
     "'expect':{'/outcome':'deadlock','/end':'3ms','/deadlock/0/task':'B','/deadlock/0/"
     "waits_for':"
     "'m','/deadlock/0/held_by':'A','/deadlock/0/holder_ended':true,'/deadlock/0/since':0}}"},
    {"of what nobody holds, the deadlock names nobody", NULL,
     "{'sync':{'s':{'semaphore':0},'c':{'channel':0},'b':{'barrier':2}},'tasks':["
     "{'name':'A','do':[{'wait':'s'}]},{'name':'B','do':[{'send':'c'}]},{'name':'C','do':[{"
     "'barrier':'b'}]}],"
     "'expect':{'/outcome':'deadlock','/deadlock/0/waits_for':'s','/deadlock/0/held_by':null,'/"
     "deadlock/1/waits_for':'c','/deadlock/2/waits_for':'b'}}"},
    {"a parent that joins a child that waits for its lock", NULL,
     "{'sync':{'m':{'mutex':{}}},'programs':{'p':[{'sleep':2},{'lock':'m'}]},'machine':{'cores'"
     ":2},"
     "'tasks':[{'name':'A','do':[{'lock':'m'},{'spawn':'p','as':'c'},{'join':'c'}]},{'name':'B'"
     ",'do'"
     ":[{'cpu':9}]}],"
     "'expect':{'/outcome':'deadlock','/deadlock/0/task':'A/c','/deadlock/0/held_by':'A','/"
     "deadlock/"
     "0/at':'2ms',"
     "'/deadlock/1/task':'A','/deadlock/1/waits_for':'c','/deadlock/1/held_by':'A/c'}}"},
    {"the other way round: it joins when the child waits already", NULL,
     "{'sync':{'m':{'mutex':{}}},'programs':{'p':[{'lock':'m'}]},'machine':{'cores':2},"
     "'tasks':[{'name':'A','do':[{'lock':'m'},{'spawn':'p','as':'c'},{'cpu':3},{'join':'c'}]}],"
     "'expect':{'/outcome':'deadlock','/deadlock/0/task':'A','/deadlock/0/at':'3ms','/deadlock/"
     "1/"
     "task':'A/c'}}"},
    {"readers that both want to write", NULL,
     "{'sync':{'rw':{'rwlock':{}},'m':{'mutex':{}}},'machine':{'cores':3},'tasks':["
     "{'name':'R','do':[{'lock':'rw','mode':'read'},{'cpu':1},{'lock':'m'}]},"
     "{'name':'W','do':[{'lock':'m'},{'cpu':2},{'lock':'rw'}]},"
     "{'name':'S','do':[{'lock':'rw','mode':'read'},{'cpu':9},{'unlock':'rw'}]}],"
     "'expect':{'/outcome':'deadlock','/deadlock/0/task':'W','/deadlock/0/held_by':'R','/"
     "deadlock/0/"
     "at':'2ms','/deadlock/1/task':'R','/tasks/S/completion':'9ms'}}"},
    {"spinners that wait for each other, on two cores without slices", NULL,
     "{'sync':{'k':{'spinlock':{}},'l':{'spinlock':{}}},'machine':{'cores':2},'tasks':["
     "{'name':'A','do':[{'lock':'k'},{'cpu':1},{'lock':'l'}]},{'name':'B','do':[{'lock':'l'},{'"
     "cpu':"
     "2},{'lock':'k'}]}],"
     "'expect':{'/outcome':'deadlock','/end':'2ms','/deadlock/0/task':'B','/deadlock/1/"
     "task':'A'}}"},
    {"and with slices: the run ends at the first that nothing can follow", NULL,
     "{'sync':{'k':{'spinlock':{}},'l':{'spinlock':{}}},'machine':{'cores':2,'scheduler':{'"
     "policy':"
     "'rr','quantum':3}},'tasks':["
     "{'name':'A','do':[{'lock':'k'},{'cpu':1},{'lock':'l'}]},{'name':'B','do':[{'lock':'l'},{'"
     "cpu':"
     "2},{'lock':'k'}]}],"
     "'expect':{'/outcome':'deadlock','/end':'3ms'}}"},
    {"a spinner above what it waits for starves it: no end, but the run has one", NULL,
     "{'sync':{'l':{'spinlock':{}}},'machine':{'scheduler':{'policy':'priority','quantum':1}},"
     "'tasks':["
     "{'name':'A','do':[{'lock':'l'},{'cpu':3},{'unlock':'l'}]},{'name':'B','arrive':1,'"
     "priority':2,"
     "'do':[{'lock':'l'}]},{'name':'C','arrive':1,'priority':2,'do':[{'lock':'l'}]}],"
     "'expect':{'/outcome':'deadlock','/deadlock/0/task':'B','/deadlock/0/held_by':'A'}}"},
    {"dining philosophers, each with the left fork first", NULL,
     "{'sync':{'f0':{'mutex':{}},'f1':{'mutex':{}},'f2':{'mutex':{}}},'machine':{'cores':3},"
     "'tasks':["
     "{'name':'P0','do':[{'lock':'f0'},{'cpu':1},{'lock':'f1'}]},"
     "{'name':'P1','do':[{'lock':'f1'},{'cpu':1},{'lock':'f2'}]},"
     "{'name':'P2','do':[{'lock':'f2'},{'cpu':1},{'lock':'f0'}]}],"
     "'expect':{'/outcome':'deadlock','/end':'1ms','/deadlock/0/task':'P2','/deadlock/1/"
     "task':'P0',"
     "'/deadlock/2/task':'P1'}}"},

    /* ---- other machines ---- */
    {"hold: a core waits with the task that waits for a lock", "AAA.........|B..BBC......",
     "{'sync':{'m':{'mutex':{}}},'machine':{'cores':2,'on_block':'hold'},'tasks':["
     "{'name':'A','do':[{'lock':'m'},{'cpu':3},{'unlock':'m'},{'sleep':9}]},"
     "{'name':'B','do':[{'cpu':1},{'lock':'m'},{'cpu':2},{'unlock':'m'}]},{'name':'C','do':[{'"
     "cpu':"
     "1}]}],'expect':{'/tasks/B/blocked/m':'2ms'}}"},
    {"shortest job first counts a lock as free, and a wait as the end of the burst", "BBCAAAA",
     "{'sync':{'m':{'mutex':{}},'s':{'semaphore':1},'l':{'spinlock':{}},'c':{'channel':1}},"
     "'machine':{'scheduler':'sjf'},'tasks':["
     "{'name':'A','do':[{'lock':'m'},{'cpu':2},{'unlock':'m'},{'lock':'l'},{'cpu':2},{'unlock':"
     "'l'}"
     "]},"
     "{'name':'B','do':[{'cpu':1},{'wait':'s'},{'cpu':1}]},{'name':'C','locals':{'x':0},'do':[{"
     "'trylock':'m','into':'x'},{'cpu':1},{'unlock':'m'},{'send':'c'}]}],'expect':{'/"
     "outcome':'completed'}}"},
};

/* Who has each core in each ms, from the segments. */
static char *ticks_of(const struct result *r)
{
    int64_t end = quanta_end(r->run) / MS(1);
    int ncores = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(r->json, "cores"));
    char *ticks = sim_calloc((size_t)(end + 1) * (size_t)ncores + 1, 1);

    for (int i = 0; i < ncores; i++) {
        memset(ticks + (end + 1) * i, '.', (size_t)end);
        if (i > 0)
            ticks[(end + 1) * i - 1] = '|';
    }
    for (const cJSON *s = cJSON_GetObjectItemCaseSensitive(r->json, "segments")->child; s;
         s = s->next) {
        int core = (int)cJSON_GetArrayItem(s, 0)->valuedouble;
        char task = cJSON_GetArrayItem(s, 1)->valuestring[0];
        int64_t from = (int64_t)cJSON_GetArrayItem(s, 2)->valuedouble / MS(1);
        int64_t to = (int64_t)cJSON_GetArrayItem(s, 3)->valuedouble / MS(1);

        if (strcmp(cJSON_GetArrayItem(s, 4)->valuestring, "kernel") == 0)
            task = (char)tolower((unsigned char)task);
        memset(ticks + (end + 1) * core + from, task, (size_t)(to - from));
    }
    return ticks;
}

START_TEST(the_case_comes_out_as_it_says)
{
    char *config = with_quotes(cases[_i].config), *failed, *ticks;
    struct result r = run_text(config);

    failed = quanta_failed_expectations(r.run);
    ticks = ticks_of(&r);
    ck_assert_msg(failed == NULL, "%s: %s\n%s\n%s", cases[_i].what, failed, ticks, config);
    if (cases[_i].ticks)
        ck_assert_msg(strcmp(ticks, cases[_i].ticks) == 0, "%s:\n%s, not\n%s\n%s",
                      cases[_i].what, ticks, cases[_i].ticks, config);
    free(ticks);
    result_free(&r);
    free(config);
}
END_TEST

/* The textbook gives who runs in each tick. */
START_TEST(priority_inversion_comes_out_tick_by_tick_as_in_the_book)
{
    static const struct {
        const char *variant, *ticks;
    } book[] = {{"no protocol", "aaccddccbbaaaddda"},
                {"inheritance", "aaccddaaadcddcbba"},
                {"immediate ceiling", "aaaaadddddccccbba"}};
    struct quanta_options options = {.segments = true, .check = true, .numbers = true};
    char *errors = NULL;
    struct quanta_config *cfg =
        quanta_read("configs/textbook/burns-wellings-inversion.json", &errors);

    ck_assert_msg(cfg != NULL, "%s", errors);
    ck_assert_uint_eq(quanta_variants(cfg), ARRAY_LEN(book));
    for (size_t i = 0; i < ARRAY_LEN(book); i++) {
        struct quanta_run *run = quanta_run(cfg, i, &options);
        char *json = quanta_json(run, false), *ticks;
        struct result r = {cfg, run, cJSON_Parse(json)};

        ticks = ticks_of(&r);
        ck_assert_str_eq(quanta_variant_name(cfg, i), book[i].variant);
        ck_assert_str_eq(ticks, book[i].ticks);
        ck_assert_ptr_null(quanta_violations(run));
        free(ticks);
        free(json);
        cJSON_Delete(r.json);
        quanta_run_free(run);
    }
    quanta_config_free(cfg);
}
END_TEST

Suite *sync_suite(void)
{
    Suite *s = suite_create("sync");
    TCase *tc = tcase_create("objects");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, the_case_comes_out_as_it_says, 0, (int)ARRAY_LEN(cases));
    tcase_add_test(tc, priority_inversion_comes_out_tick_by_tick_as_in_the_book);
    suite_add_tcase(s, tc);
    return s;
}
