/* test_heap.c - the heap of an event loop: when it is collected, what that costs, how it ends; and
 * the memory of the machine. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support.h"

#define LOOP(heap) "'executors':{'default':{'kind':'event-loop','heap':" heap "}}"
#define HEAP LOOP("{'limit':'40MB','young':'10MB','scavenge':10,'mark_sweep':40}")
#define DO(ops) "'tasks':[{'name':'A','do':[" ops "]}]"
#define KEEP "{'allocate':'4MB'}"
#define WASTE "{'allocate':'4MB'},{'free':'4MB'}"

static const struct {
    const char *what, *config;
} cases[] = {
    {"without a heap, bytes are counted and no more",
     "{'executors':{'default':{'kind':'event-loop'}},"
     "'tasks':[{'name':'A','count':3,'do':[{'allocate':'1GB'},{'allocate':1000},{'free':500},"
     "{'sleep':5}]}],'expect':{'/end':'5ms','/summary/memory/max':3000002000,"
     "'/summary/memory/per_task':1000000667}}"},
    {"without a heap, the machine's memory is the limit",
     "{'machine':{'memory':'5GB'},'executors':{'default':{'kind':'event-loop'}},"
     "'tasks':[{'name':'A','count':3,'every':10,'do':[{'allocate':'2GB','leak':true}]}],"
     "'expect':{'/outcome':'out of memory','/end':'20ms'}}"},
    {"young is full: a scavenge, as long as what survives says; what does not fit is old",
     "{" HEAP "," DO(KEEP "," KEEP "," KEEP) ",'expect':{'/end':'8ms','/tasks/A/cpu':'8ms',"
                                             "'/executors/default/heap/scavenges':1,'/"
                                             "executors/default/heap/mark_sweeps':0,"
                                             "'/executors/default/heap/max':12000000,'/"
                                             "executors/default/heap/pause_max':'8ms'}}"},
    {"nothing survives: it takes no time",
     "{" HEAP "," DO(WASTE "," WASTE "," WASTE) ",'expect':{'/end':0,"
                                                "'/executors/default/heap/scavenges':1,'/"
                                                "executors/default/heap/max':8000000}}"},
    {"who has survived two scavenges is old, and costs no more of them",
     "{" HEAP "," DO(KEEP ",{'repeat':6,'do':[" WASTE
                          "]}") ",'expect':{'/end':'8ms',"
                                "'/executors/default/heap/scavenges':3,'/executors/default/"
                                "heap/pause_total':'8ms'}}"},
    {"a task's bytes are garbage when it ends",
     "{" HEAP ",'tasks':[{'name':'A','count':12,'every':1,'do':[" KEEP "]}],"
     "'expect':{'/end':'11ms','/outcome':'completed','/executors/default/heap/scavenges':5,"
     "'/executors/default/heap/max':8000000,'/executors/default/heap/pause_total':0}}"},
    {"what leaks is not, and grows old",
     "{" HEAP
     ",'tasks':[{'name':'A','count':4,'every':50,'do':[{'allocate':'4MB','leak':true}]}]"
     ",'expect':{'/end':'158ms','/outcome':'completed','/executors/default/heap/scavenges':2,"
     "'/executors/default/heap/max':16000000,'/executors/default/heap/pause_total':'16ms'}}"},
    {"what does not fit into young at all is old; its limit is half of all, then halfway there",
     "{" LOOP("{'limit':'40MB','young':'1MB','mark_sweep':40}") "," DO(
         "{'repeat':4,'do':[{'allocate':'10MB'}]}") ",'expect':{'/outcome':'completed',"
                                                    "'/end':'50ms','/executors/default/heap/"
                                                    "mark_sweeps':2,"
                                                    "'/executors/default/heap/"
                                                    "pause_max':'30ms','/executors/default/"
                                                    "heap/max':40000000}}"},
    {"no room after that either: the process ends, as Node says it",
     "{" LOOP("{'limit':'40MB','young':'1MB','mark_sweep':40}") "," DO(
         "{'repeat':5,'do':[{'allocate':'10MB'}]}") ",'expect':{'/outcome':'out of memory',"
                                                    "'/end':'90ms','/faults/0/"
                                                    "where':'tasks[0].do[0].do[0]','/faults/0/"
                                                    "message':"
                                                    "'FATAL ERROR: Reached heap limit "
                                                    "Allocation failed - JavaScript heap out "
                                                    "of memory (exit "
                                                    "status 134)'}}"},
    {"more than the limit at once",
     "{" LOOP("{'limit':'40MB'}") "," DO("{'allocate':'41MB'}") ",'expect':{'/outcome':"
                                                                "'out of memory','/end':0}}"},
    {"four collections that bring nothing, and no time for the program",
     "{" LOOP("{'limit':'100MB','young':'1MB','mark_sweep':100}") "," DO(
         "{'allocate':'90MB'},{'"
         "repeat':20,'do':[{'"
         "allocate':'5MB'},{'free':'"
         "5MB'}]}") ",'expect':{'/"
                    "outcome':'out "
                    "of "
                    "memory','/"
                    "end':'360ms',"
                    "'/executors/"
                    "default/heap/"
                    "mark_sweeps':5,"
                    "'/faults/0/"
                    "message':"
                    "'FATAL ERROR: "
                    "Ineffective "
                    "mark-compacts "
                    "near heap "
                    "limit "
                    "Allocation "
                    "failed - "
                    "JavaScript "
                    "heap "
                    "out of memory "
                    "(exit status "
                    "134)'}}"},
    {"the same with time for the program: it goes on",
     "{" LOOP("{'limit':'100MB','young':'1MB','mark_sweep':100}") "," DO(
         "{'allocate':'90MB'},{'repeat':20,'do':[{'cpu':60},{'allocate':'5MB'},{'free':'5MB'}]"
         "}") ",'expect':{'/outcome':'completed','/end':'3000ms'}}"},
    {"a pause keeps the others waiting",
     "{" HEAP ",'tasks':[{'name':'A','do':[" KEEP "," KEEP "," KEEP "]},"
     "{'name':'B','arrive':1,'do':[{'cpu':1}]}],"
     "'expect':{'/tasks/B/waiting':'7ms','/executors/default/loop_lag/max':'7ms'}}"},
    {"all tasks of the process end with it; who arrives afterwards is refused",
     "{" LOOP(
         "{'limit':'40MB'}") ",'devices':{'net':{'service':20}},'tasks':["
                             "{'name':'sleeps','do':[{'sleep':100}]},{'name':'asks','do':[{'io'"
                             ":'net'},{'cpu':50}]},"
                             "{'name':'A','arrive':5,'do':[{'cpu':1},{'allocate':'41MB'}]},"
                             "{'name':'new','arrive':5,'do':[{'cpu':1}]},{'name':'late','"
                             "arrive':9,'do':[{'cpu':1}]}],"
                             "'expect':{'/outcome':'out of "
                             "memory','/tasks/sleeps/completion':'6ms',"
                             "'/tasks/A/completion':'6ms','/tasks/new/completion':'6ms','/"
                             "tasks/asks/completion':'20ms',"
                             "'/tasks/asks/cpu':0,'/executors/default/rejected':1,'/"
                             "end':'20ms'}}"},
    {"of a cluster one process ends, and the others go on",
     "{'machine':{'cores':2},'executors':{'default':{'kind':'event-loop','loops':2,"
     "'heap':{'limit':'10MB','young':'1MB'}}},'tasks':["
     "{'name':'A','do':[{'cpu':1},{'allocate':'11MB'},{'cpu':1}]},{'name':'B','do':[{'cpu':9}]}"
     ","
     "{'name':'C','arrive':2,'count':2,'do':[{'cpu':5}]}],"
     "'expect':{'/outcome':'out of memory','/end':'19ms','/tasks/C#2/completion':'19ms',"
     "'/executors/default/rejected':0}}"},
    {"a heap is a process's: each loop has one",
     "{'executors':{'default':{'kind':'event-loop','loops':2,'heap':{'limit':'10MB'}}},"
     "'tasks':[{'name':'A','count':2,'do':[{'allocate':'8MB','leak':true}]}],"
     "'expect':{'/outcome':'completed','/summary/memory/max':16000000,"
     "'/executors/default/heap/max':8000000}}"},
    {"what main allocates stays",
     "{'executors':{'default':{'kind':'event-loop','heap':{'limit':'40MB','young':'10MB',"
     "'scavenge':10},'main':[{'allocate':'8MB'}]}},"
     "'tasks':[{'name':'A','arrive':1,'do':[" KEEP "]}],'expect':{'/end':'9ms'}}"},
    {"who frees more than it has breaks a rule",
     "{" HEAP
     "," DO("{'allocate':1000},{'free':1001}") ",'expect':{'/outcome':'fault',"
                                               "'/faults/0/message':'frees 1001 bytes, and has "
                                               "allocated 1000 that it has not freed yet'}}"},
    {"memory: of threads and tasks, at the instant when most of it is in use",
     "{'machine':{'thread_memory':'36kB','task_memory':4000,'cores':4},"
     "'tasks':[{'name':'A','count':2,'do':[{'cpu':2}]},{'name':'B','arrive':1,'memory':1000,"
     "'do':[{'cpu':2}]}],'expect':{'/summary/memory/max':121000,"
     "'/summary/memory/per_task':40334}}"},
    {"memory: one thread for all tasks",
     "{'machine':{'thread_memory':'36kB','task_memory':4000,'cores':4},"
     "'executors':{'default':{'kind':'event-loop'}},'tasks':[{'name':'A','count':9,"
     "'do':[{'sleep':2}]}],'expect':{'/summary/memory/max':72000,"
     "'/summary/memory/per_task':8000}}"},
};

START_TEST(the_heap_does_as_defined)
{
    check_config(cases[_i].what, cases[_i].config);
}
END_TEST

/* Four steps of 10 MB, and what is left when the task has ended: half of them. */
START_TEST(a_timeline_shows_how_the_heap_climbs)
{
    static const char config[] =
        "{'name':'steps','executors':{'default':{'kind':'event-loop','heap':{'young':'1MB'}}},"
        "'tasks':[{'name':'A','do':[{'repeat':2,'do':[{'cpu':10},{'allocate':'10MB'},{'cpu':10}"
        ","
        "{'allocate':'10MB','leak':true}]},{'cpu':10}]}]}";
    char path[] = "/tmp/quanta-heap-XXXXXX", *text = with_quotes(config);
    struct text command = {0};
    struct command_result r;
    FILE *f = fdopen(mkstemp(path), "w");

    ck_assert_ptr_nonnull(f);
    ck_assert_int_ge(fputs(text, f), 0);
    ck_assert_int_eq(fclose(f), 0);
    text_addf(&command, "%s run --ascii --width 64 %s", quanta_path(), path);
    r = run_command(command.data);
    ck_assert_ptr_nonnull(
        strstr(r.out, "heap 40.0 MB            2222222222444444444466666666668888888888\n"));
    ck_assert_ptr_nonnull(strstr(r.out, "heap: 1 to 8,"));
    (void)remove(path);
    command_result_free(&r);
    text_release(&command);
    free(text);
}
END_TEST

Suite *heap_suite(void)
{
    Suite *s = suite_create("heap");
    TCase *tc = tcase_create("heap");

    tcase_add_loop_test(tc, the_heap_does_as_defined, 0, (int)ARRAY_LEN(cases));
    tcase_add_test(tc, a_timeline_shows_how_the_heap_climbs);
    suite_add_tcase(s, tc);
    return s;
}
