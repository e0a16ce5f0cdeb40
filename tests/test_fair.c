/* test_fair.c - shares by weight, and the rules of Linux's classes one by one. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/schedulers/sched_fair.h"
#include "sim/rng.h"
#include "tests/support.h"

/* ---- weights and virtual time -------------------------------------------------------------- */

/* Linux, kernel/sched/core.c, sched_prio_to_weight, nice -20 to 19. */
static const int64_t weights[40] = {88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705,
                                    14949, 11916, 9548,  7620,  6100,  4904,  3906,  3121,
                                    2501,  1991,  1586,  1277,  1024,  820,   655,   526,
                                    423,   335,   272,   215,   172,   137,   110,   87,
                                    70,    56,    45,    36,    29,    23,    18,    15};

START_TEST(weights_are_the_kernels)
{
    double ideal = 1024;

    for (int nice = 0; nice >= -20; nice--, ideal *= 1.25) {
        ck_assert_int_eq(sched_weight_of(nice), weights[nice + 20]);
        ck_assert_double_lt((double)weights[nice + 20] / ideal, 1.0243);
        ck_assert_double_gt((double)weights[nice + 20] / ideal, 0.9757);
    }
    ideal = 1024;
    for (int nice = 0; nice <= 19; nice++, ideal /= 1.25) {
        ck_assert_int_eq(sched_weight_of(nice), weights[nice + 20]);
        ck_assert_double_lt((double)weights[nice + 20] / ideal, 1.0243);
        ck_assert_double_gt((double)weights[nice + 20] / ideal, 0.9757);
    }
}
END_TEST

START_TEST(charging_bit_by_bit_loses_nothing)
{
    struct rng rng = rng_stream((uint64_t)_i, "virtual");
    struct virtual_time vt = {.weight = weights[_i]};
    int64_t all = 0, v = 0;

    for (int i = 0; i < 2000; i++) {
        int64_t ran = (int64_t)rng_below(&rng, i % 2 ? 3 : 1000000);

        v += virtual_run(&vt, ran);
        all += ran;
        ck_assert_int_eq(vt.v, all * 1024 / vt.weight);
        ck_assert_int_eq(vt.v, v);
    }
}
END_TEST

START_TEST(the_way_to_a_virtual_instant_is_the_shortest)
{
    struct rng rng = rng_stream((uint64_t)_i, "virtual");

    for (int i = 0; i < 500; i++) {
        struct virtual_time vt = {.weight = weights[_i]}, before;
        int64_t by = (int64_t)rng_below(&rng, 100000) + 1;
        sim_time delay;

        vt.rest = (int64_t)rng_below(&rng, (uint64_t)vt.weight);
        before = vt;
        delay = virtual_until(&vt, by);
        ck_assert_int_ge(virtual_run(&vt, delay), by);
        if (delay > 1)
            ck_assert_int_lt(virtual_run(&before, delay - 1), by);
    }
}
END_TEST

START_TEST(ticks_are_counted_where_they_hit)
{
    ck_assert_int_eq(sched_until_tick(0, 1, 40, 35), 35);
    ck_assert_int_eq(sched_until_tick(35, 0, 40, 35), 40);
    ck_assert_int_eq(sched_until_tick(34, 2, 40, 35), 41);
    ck_assert_int_eq(sched_ticks(0, 34, 40, 35), 0);
    ck_assert_int_eq(sched_ticks(34, 35, 40, 35), 1);
    ck_assert_int_eq(sched_ticks(35, 75, 40, 35), 1);
    ck_assert_int_eq(sched_ticks(0, 200, 40, 35), 5);
}
END_TEST

/* ---- shares -------------------------------------------------------------------------------- */

static const char *const fair_policies[] = {"cfs", "eevdf", "linux"};
static const int nices[] = {0, 1, 5, 10, 19, -5, -10, -20};

enum { SHARES = 3 * 8 };

/* Hogs of those nices for 20 s on one core: each gets what its weight says, within 1 %. */
static void check_shares(const char *policy, const int *nice, int n)
{
    struct quanta_options options = {.check = true, .numbers = true};
    struct text t = {0};
    struct quanta_config *cfg;
    struct quanta_run *run;
    int64_t all = 0;
    char *errors;

    text_addf(&t, "{\"until\":\"20s\",\"machine\":{\"scheduler\":\"%s\"},\"tasks\":[", policy);
    for (int i = 0; i < n; i++) {
        text_addf(&t, "%s{\"name\":\"T%d\",\"nice\":%d,\"do\":[{\"cpu\":\"100s\"}]}",
                  i ? "," : "", i, nice[i]);
        all += weights[nice[i] + 20];
    }
    text_add(&t, "]}");
    cfg = quanta_parse("shares.json", t.data, t.len, &errors);
    ck_assert_msg(cfg != NULL, "%s", errors);
    run = quanta_run(cfg, 0, &options);
    ck_assert_ptr_null(quanta_violations(run));
    for (int i = 0; i < n; i++) {
        double ideal = 20e9 * (double)weights[nice[i] + 20] / (double)all;
        char pointer[40];
        int64_t cpu;

        (void)snprintf(pointer, sizeof(pointer), "/tasks/T%d/cpu", i);
        ck_assert(quanta_number(run, pointer, &cpu));
        ck_assert_msg((double)cpu < ideal * 1.01 && (double)cpu > ideal * 0.99,
                      "%s: nice %d gets %" PRId64 " ns, not %.0f", policy, nice[i], cpu, ideal);
    }
    quanta_run_free(run);
    quanta_config_free(cfg);
    text_release(&t);
}

START_TEST(two_hogs_share_by_their_weights)
{
    const int pair[] = {0, nices[_i % 8]};

    check_shares(fair_policies[_i / 8], pair, 2);
}
END_TEST

START_TEST(three_hogs_share_by_their_weights)
{
    static const int three[] = {-5, 0, 5}, five[] = {3, 0, -1, 0, 7};

    check_shares(fair_policies[_i], three, 3);
    check_shares(fair_policies[_i], five, 5);
}
END_TEST

/* ---- rule by rule -------------------------------------------------------------------------- */

static const struct {
    const char *what, *config;
} cases[] = {
    {"eevdf, sleepers get in within two slices, beside three hogs",
     "{'unit':'us','until':'2s','machine':{'scheduler':'eevdf'},'tasks':[{'name':'H','count':3,"
     "'do':[{'cpu':'10s'}]},{'name':'IO','do':[{'repeat':200,'do':[{'cpu':500},{'sleep':9500}]}"
     "]}],'expect':{'/tasks/IO/waiting':{'near':0,'within':'280ms'}}}"},
    {"cfs, a sleeper takes the core at once",
     "{'unit':'us','until':'2s','machine':{'scheduler':'cfs'},'tasks':[{'name':'H','count':3,"
     "'do':[{'cpu':'10s'}]},{'name':'IO','do':[{'sleep':9500},{'repeat':200,'do':[{'cpu':500},{"
     "'sleep':9500}]}]}],'expect':{'/tasks/IO/waiting':{'near':0,'within':'10ms'}}}"},
    {"eevdf, a debt is not slept away: short sleeps beside a hog with long requests",
     "{'unit':'us','until':'1s','machine':{'scheduler':'eevdf'},'tasks':[{'name':'A','slice':"
     "10000,'do':[{'cpu':'10s'}]},{'name':'B','do':[{'repeat':100000,'do':[{'cpu':700},{'sleep'"
     ":1}]}]}],'expect':{'/tasks/B/cpu':{'near':'500ms','within':'5ms'}}}"},
    {"eevdf, nor without delayed dequeue, since lag survives sleep",
     "{'unit':'us','until':'1s','machine':{'scheduler':{'policy':'eevdf','delay_dequeue':false}"
     "},'tasks':[{'name':'A','slice':10000,'do':[{'cpu':'10s'}]},{'name':'B','do':[{'repeat':"
     "100000,'do':[{'cpu':700},{'sleep':1}]}]}],'expect':{'/tasks/B/cpu':{'near':'500ms',"
     "'within':'5ms'}}}"},
    {"eevdf, delayed dequeue: a debt is paid while one sleeps, and no longer",
     "{'until':'40ms','machine':{'scheduler':'eevdf'},'tasks':[{'name':'B','do':[{'cpu':'700us'"
     "},{'sleep':20},{'cpu':1}]},{'name':'A','slice':5,'do':[{'cpu':'10s'}]}],"
     "'expect':{'/tasks/B/completion':{'near':'23.1ms','within':'1ms'}}}"},
    {"eevdf, a newcomer with a shorter slice takes the core",
     "{'until':'40ms','machine':{'scheduler':'eevdf'},'tasks':[{'name':'S','slice':1,'do':[{"
     "'sleep':5},{'cpu':1}]},{'name':'L','slice':20,'do':[{'cpu':30}]}],"
     "'expect':{'/tasks/S/completion':'6ms'}}"},
    {"eevdf, one with the same slice waits for the end of the other's",
     "{'until':'40ms','machine':{'scheduler':'eevdf'},'tasks':[{'name':'S','slice':20,'do':[{"
     "'sleep':5},{'cpu':1}]},{'name':'L','slice':20,'do':[{'cpu':30}]}],"
     "'expect':{'/tasks/S/completion':'11ms'}}"},
    {"eevdf, a batch task waits even so",
     "{'until':'40ms','machine':{'scheduler':'eevdf'},'tasks':[{'name':'S','slice':1,'class':"
     "'batch','do':[{'sleep':5},{'cpu':1}]},{'name':'L','slice':20,'do':[{'cpu':30}]}],"
     "'expect':{'/tasks/S/waiting':{'near':'1ms','within':'1ms'}}}"},
    {"eevdf, an idle task gives way at once",
     "{'until':'40ms','machine':{'scheduler':'eevdf'},'tasks':[{'name':'S','do':[{'sleep':5},{"
     "'cpu':'500us'}]},{'name':'L','class':'idle','do':[{'cpu':30}]}],"
     "'expect':{'/tasks/S/completion':'5.5ms'}}"},
    {"cfs, new tasks go behind those that are there",
     "{'machine':{'scheduler':'cfs'},'tasks':[{'name':'A','do':[{'cpu':20}]},{'name':'B',"
     "'arrive':1,'do':[{'cpu':1}]}],'expect':{'/tasks/B/first_run':{'near':'6ms','within':'3ms'"
     "}}}"},
    {"cfs, a slice is the period by weight: six ms for two equals",
     "{'until':'30ms','machine':{'scheduler':'cfs'},'tasks':[{'name':'A','count':2,'do':[{'cpu'"
     ":30}]}],'expect':{'/tasks/A#1/slices':{'near':5,'within':1}}}"},
    {"yield: two take turns",
     "{'machine':{'scheduler':'eevdf'},'tasks':[{'name':'A','count':2,'do':[{'repeat':10,'do':["
     "{'cpu':'300us'},{'yield':true}]}]}],'expect':{'/tasks/A#2/first_run':'300us','/tasks/A#1/"
     "completion':{'near':'5.7ms','within':'300us'}}}"},
    {"linux, deadline: no more than its budget",
     "{'until':'1s','machine':{'scheduler':'linux'},'tasks':[{'name':'D','class':'deadline',"
     "'runtime':3,'deadline':10,'do':[{'cpu':'10s'}]},{'name':'B','class':'fifo','priority':99,"
     "'do':[{'cpu':'10s'}]}],'expect':{'/tasks/D/cpu':'300ms','/tasks/B/cpu':'700ms'}}"},
    {"linux, deadline: alone it is held to it, too",
     "{'machine':{'scheduler':'linux'},'tasks':[{'name':'D','class':'deadline','runtime':3,"
     "'deadline':10,'do':[{'cpu':7}]}],'expect':{'/tasks/D/completion':'21ms'}}"},
    {"linux, deadline: at ticks, and what it had too much it gets less afterwards",
     "{'until':'1s','machine':{'scheduler':{'policy':'linux','tick':4}},'tasks':[{'name':'D',"
     "'class':'deadline','runtime':3,'deadline':10,'do':[{'cpu':'10s'}]},{'name':'B','do':[{"
     "'cpu':'10s'}]}],'expect':{'/tasks/D/cpu':'300ms'}}"},
    {"linux, deadline: the earlier one first",
     "{'machine':{'scheduler':'linux'},'tasks':[{'name':'A','class':'deadline','runtime':5,"
     "'deadline':30,'do':[{'cpu':5}]},{'name':'B','class':'deadline','runtime':5,'deadline':9,"
     "'arrive':2,'do':[{'cpu':5}]},{'name':'C','class':'deadline','runtime':1,'deadline':40,"
     "'arrive':3,'do':[{'cpu':1}]}],'expect':{'/tasks/A/completion':'10ms',"
     "'/tasks/B/completion':'7ms','/tasks/C/completion':'11ms'}}"},
    {"linux, deadline: a yield gives up the rest of the period",
     "{'machine':{'scheduler':'linux'},'tasks':[{'name':'D','class':'deadline','runtime':3,"
     "'deadline':10,'do':[{'cpu':1},{'yield':true},{'cpu':2}]},{'name':'B','do':[{'cpu':20}]}],"
     "'expect':{'/tasks/D/completion':'12ms','/tasks/B/completion':'23ms'}}"},
    {"linux, rr: a slice survives preemption",
     "{'machine':{'scheduler':{'policy':'linux','rr_timeslice':10}},'tasks':[{'name':'A',"
     "'class':'rr','priority':10,'do':[{'cpu':15}]},{'name':'B','class':'rr','priority':10,'do'"
     ":[{'cpu':12}]},{'name':'H','class':'fifo','priority':20,'arrive':4,'do':[{'cpu':3}]}],"
     "'expect':{'/tasks/B/first_run':'13ms','/tasks/A/completion':'28ms'}}"},
    {"linux, rr: and sleep",
     "{'machine':{'scheduler':{'policy':'linux','rr_timeslice':10}},'tasks':[{'name':'A',"
     "'class':'rr','priority':10,'do':[{'cpu':7},{'sleep':1},{'cpu':5}]},{'name':'B','class':"
     "'rr','priority':10,'do':[{'cpu':14}]}],"
     "'expect':{'/tasks/A/completion':'26ms','/tasks/B/completion':'24ms'}}"},
    {"linux, fifo: a yield does nothing for lower priorities",
     "{'machine':{'scheduler':'linux'},'tasks':[{'name':'A','class':'fifo','priority':2,'do':[{"
     "'cpu':1},{'yield':true},{'cpu':1}]},{'name':'B','class':'fifo','priority':1,'do':[{'cpu':"
     "1}]}],'expect':{'/tasks/A/completion':'2ms'}}"},
    {"linux, fair tasks that starve get 50 ms of each second",
     "{'until':'2s','machine':{'scheduler':'linux'},'tasks':[{'name':'R','class':'fifo',"
     "'priority':1,'do':[{'cpu':'10s'}]},{'name':'O','do':[{'cpu':'10s'}]}],"
     "'expect':{'/tasks/O/cpu':'100ms','/tasks/O/first_run':'950ms'}}"},
    {"linux, without the fair server they get nothing",
     "{'until':'2s','machine':{'scheduler':{'policy':'linux','fair_runtime':0}},'tasks':[{"
     "'name':'R','class':'fifo','priority':1,'do':[{'cpu':'10s'}]},{'name':'O','do':[{'cpu':"
     "'10s'}]}],'expect':{'/tasks/O/cpu':0}}"},
    {"linux, N cores run the N most urgent",
     "{'machine':{'cores':2,'scheduler':'linux'},'tasks':[{'name':'L','class':'fifo','priority'"
     ":1,'do':[{'cpu':9}]},{'name':'M','class':'fifo','priority':2,'do':[{'cpu':9}]},{'name':"
     "'H','class':'fifo','priority':3,'arrive':3,'do':[{'cpu':4}]}],"
     "'expect':{'/tasks/H/completion':'7ms','/tasks/M/completion':'9ms','/tasks/L/completion':"
     "'13ms'}}"},
    {"linux, a fair task that a lock makes urgent is one, until it unlocks",
     "{'machine':{'scheduler':'linux'},'sync':{'m':{'mutex':{'protocol':'inherit'}}},'tasks':[{"
     "'name':'L','do':[{'lock':'m'},{'cpu':5},{'unlock':'m'},{'cpu':1}]},{'name':'M','class':"
     "'fifo','priority':5,'arrive':2,'do':[{'cpu':10}]},{'name':'H','class':'fifo','priority':9"
     ",'arrive':1,'do':[{'lock':'m'},{'cpu':1},{'unlock':'m'}]}],"
     "'expect':{'/tasks/H/completion':'6ms','/tasks/M/completion':'16ms','/tasks/L/completion':"
     "'17ms'}}"},
    {"linux, once it is fair again it shares",
     "{'until':'60ms','machine':{'scheduler':'linux'},'sync':{'m':{'mutex':{'protocol':"
     "'inherit'}}},'tasks':[{'name':'L','do':[{'lock':'m'},{'cpu':5},{'unlock':'m'},{'cpu':90}]"
     "},{'name':'O','arrive':2,'do':[{'cpu':90}]},{'name':'H','class':'fifo','priority':9,"
     "'arrive':1,'do':[{'lock':'m'},{'unlock':'m'}]}],"
     "'expect':{'/tasks/O/cpu':{'near':'27.5ms','within':'1ms'}}}"},
};

START_TEST(a_rule_holds)
{
    check_config(cases[_i].what, cases[_i].config);
}
END_TEST

/* Figure 1 of Stoica and Abdel-Wahab: two clients of one weight, one asks for two units at a
 * time from 0 on, the other for one from 1 on; a decision each unit, ties to the second.
 * A unit is 10 ms. */
START_TEST(the_papers_example_of_eevdf_is_served_in_its_order)
{
    struct result r = run_text(
        "{\"unit\":\"ms\",\"until\":80,\"machine\":{\"scheduler\":\"eevdf\"},\"tasks\":["
        "{\"name\":\"2\",\"slice\":10,\"do\":[{\"sleep\":10},{\"cpu\":\"1s\"}]},"
        "{\"name\":\"1\",\"slice\":20,\"do\":[{\"sleep\":0},{\"cpu\":\"1s\"}]}]}");
    const cJSON *s = cJSON_GetObjectItemCaseSensitive(r.json, "segments")->child;

    for (int i = 0; i < 8; i++, s = s->next) {
        ck_assert_ptr_nonnull(s);
        ck_assert_str_eq(cJSON_GetObjectItemCaseSensitive(s, "task")->valuestring,
                         i % 2 ? "2" : "1");
        ck_assert_double_eq(cJSON_GetObjectItemCaseSensitive(s, "from")->valuedouble, i * 1e7);
    }
    ck_assert_ptr_null(s);
    result_free(&r);
}
END_TEST

Suite *fair_suite(void)
{
    Suite *s = suite_create("fair");
    TCase *tc = tcase_create("rules");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, weights_are_the_kernels);
    tcase_add_loop_test(tc, charging_bit_by_bit_loses_nothing, 0, 40);
    tcase_add_loop_test(tc, the_way_to_a_virtual_instant_is_the_shortest, 0, 40);
    tcase_add_test(tc, ticks_are_counted_where_they_hit);
    tcase_add_loop_test(tc, two_hogs_share_by_their_weights, 0, SHARES);
    tcase_add_loop_test(tc, three_hogs_share_by_their_weights, 0, 3);
    tcase_add_loop_test(tc, a_rule_holds, 0, (int)ARRAY_LEN(cases));
    tcase_add_test(tc, the_papers_example_of_eevdf_is_served_in_its_order);
    suite_add_tcase(s, tc);
    return s;
}
