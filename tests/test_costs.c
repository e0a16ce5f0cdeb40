/* test_costs.c - the time that an event loop itself takes: whose it is, and that it all adds up. */
#include <check.h>
#include <stdlib.h>

#include "tests/support.h"

#define LOOP(keys, more) \
    "'unit':'us','executors':{'default':{'kind':'event-loop'," keys more "}}"
#define ALL "'turn':10,'poll':3,'dispatch':5,'microtask':2,'handover':7"

static const struct {
    const char *what, *config;
} cases[] = {
    {"a round and its poll are nobody's; who arrives waits for them, and pays for its dispatch",
     "{" LOOP(ALL, "") ",'tasks':[{'name':'A','do':[{'cpu':100}]}],"
                       "'expect':{'/tasks/A/cpu':'105us','/tasks/A/waiting':'13us','/tasks/A/"
                       "response':'13us',"
                       "'/end':'118us','/cores/0/kernel':'3us','/cores/0/user':'115us','/"
                       "summary/tasks':1}}"},
    {"what is awaited: a round, two polls, dispatch and microtask",
     "{'devices':{'net':{'service':50}}," LOOP(
         ALL,
         "") ",'tasks':[{'name':'A','do':[{'io':'net'},{'cpu':100}]}],"
             "'expect':{'/tasks/A/cpu':'112us','/tasks/A/waiting':'16us','/end':'178us',"
             "'/cores/0/kernel':'9us','/cores/0/user':'132us','/tasks/A/blocked/net':'50us'}}"},
    {"who is ready meanwhile waits",
     "{" LOOP(ALL,
              "") ",'tasks':[{'name':'A','do':[{'cpu':100}]},{'name':'B','do':[{'cpu':1}]}],"
                  "'expect':{'/tasks/B/waiting':'131us','/tasks/B/cpu':'6us','/end':'137us'}}"},
    {"a hand-over costs the one who gives, and the thread that gives back",
     "{'machine':{'cores':2}," LOOP(
         "'handover':7",
         "") ",'tasks':[{'name':'A','do':[{'await':{'work':50}}]}],"
             "'expect':{'/end':'57us','/tasks/A/cpu':'7us','/cores/0/kernel':'7us',"
             "'/cores/1/kernel':'7us','/cores/1/user':'50us','/tasks/A/blocked/pool':'50us'}}"},
    {"ticks and microtasks",
     "{" LOOP("'microtask':2",
              ",'main':[{'nextTick':[{'cpu':10}]},{'microtask':[]},"
              "{'microtask':[{'nextTick':[]}]}]") ",'expect':{'/end':'18us'}}"},
    {"a chain of immediates with the costs of Linux: 0.91 us a round",
     "{'machine':{'costs':'linux','syscall':0}," LOOP(
         "'main':[{'repeat':1000,'do':[{'yield':true}]}]",
         "") ",'expect':{'/executors/default/iterations':1000,'/"
             "end':'1010.2us'}}"},
    {"with the costs of Linux a key that is there goes before",
     "{'machine':{'costs':'linux'}," LOOP(
         "'turn':0,'poll':0,'dispatch':0",
         "") ",'tasks':[{'name':'A','do':[{'cpu':100}]}],'expect':{'/end':'100us'}}"},
    {"loops take their time side by side",
     "{'machine':{'cores':2}," LOOP(
         "'turn':10,'poll':3,'loops':2",
         "") ",'tasks':[{'name':'A','count':2,'do':[{'cpu':100},{'sleep':1000},{'cpu':1}]}],"
             "'expect':{'/tasks/A#1/cpu':'101us','/tasks/A#2/cpu':'101us'}}"},
};

START_TEST(the_loop_takes_time)
{
    check_config(cases[_i].what, cases[_i].config);
}
END_TEST

/* What is not charged is not there: no record, no event. */
START_TEST(no_costs_are_the_same_as_costs_of_nothing)
{
    static const char *const keys[] = {
        "", ",'turn':0,'poll':0,'dispatch':0,'microtask':0,'handover':0"};
    uint64_t digests[2];

    for (int i = 0; i < 2; i++) {
        struct text t = {0};
        char *text;
        struct result r;

        text_addf(&t,
                  "{'machine':{'cores':2},'devices':{'f':{'service':2,'mode':'pool'}},"
                  "'executors':{'default':{'kind':'event-loop'%s}},'tasks':[{'name':'A',"
                  "'count':9,'every':1,'do':[{'cpu':1},{'io':'f'},{'sleep':3},{'cpu':1}]}]}",
                  keys[i]);
        text = with_quotes(t.data);
        r = run_text(text);
        digests[i] = quanta_digest(r.run);
        result_free(&r);
        free(text);
        text_release(&t);
    }
    ck_assert_uint_eq(digests[0], digests[1]);
}
END_TEST

Suite *costs_suite(void)
{
    Suite *s = suite_create("costs");
    TCase *tc = tcase_create("costs");

    tcase_add_loop_test(tc, the_loop_takes_time, 0, (int)ARRAY_LEN(cases));
    tcase_add_test(tc, no_costs_are_the_same_as_costs_of_nothing);
    suite_add_tcase(s, tc);
    return s;
}
