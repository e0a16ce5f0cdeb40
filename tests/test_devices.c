/* test_devices.c - devices: presets, the slow lane of the pool, and the disciplines by the
 * numbers that textbooks give. */
#include <check.h>

#include "tests/support.h"

struct case_of {
    const char *what, *config;
};

/* ---- presets ------------------------------------------------------------------------------ */

static const struct case_of presets[] = {
    {"a connection costs a round trip, each exchange another; the second finds it open",
     "{'devices':{'api':{'preset':'tcp','rtt':40}},"
     "'tasks':[{'name':'A','do':[{'io':'api'},{'io':'api'}]}],"
     "'expect':{'/end':'120ms','/devices/api/response/max':'80ms','/devices/api/queue/max':0,"
     "'/tasks/A/blocked/api':'120ms'}}"},
    {"without keep_alive every exchange pays it",
     "{'devices':{'api':{'preset':'tcp','rtt':40,'keep_alive':false}},"
     "'tasks':[{'name':'A','do':[{'io':'api'},{'io':'api'}]}],'expect':{'/end':'160ms'}}"},
    {"TLS 1.2 takes three round trips before the first exchange",
     "{'devices':{'api':{'preset':'tcp','rtt':40,'handshake':3}},"
     "'tasks':[{'name':'A','do':[{'io':'api'}]}],'expect':{'/end':'160ms'}}"},
    {"service, bandwidth and latency still count",
     "{'devices':{'api':{'preset':'tcp','rtt':40,'service':5,'bandwidth':'1MB/s','latency':2}},"
     "'tasks':[{'name':'A','do':[{'io':'api','bytes':10000}]}],'expect':{'/end':'97ms'}}"},
    {"every task has a connection of its own, to each device",
     "{'devices':{'a':{'preset':'tcp','rtt':10},'b':{'preset':'tcp','rtt':10}},"
     "'tasks':[{'name':'A','count':2,'do':[{'io':'a'},{'io':'b'},{'io':'a'}]}],"
     "'expect':{'/end':'50ms','/tasks/A#2/turnaround':'50ms'}}"},
    {"on a loop, who asks during the handshake waits for the same one",
     "{'devices':{'a':{'preset':'tcp','rtt':10}},"
     "'executors':{'default':{'kind':'event-loop','main':["
     "{'io':'a','then':[{'log':'one'}]},"
     "{'setTimeout':4,'do':[{'io':'a','then':[{'log':'two'}]}]}]}},"
     "'expect':{'/end':'20ms','/log/order':['one','two'],'/devices/a/response/max':'20ms',"
     "'/log/1/t':'20ms','/devices/a/queue/max':0}}"},
    {"the handshake comes before the queue",
     "{'devices':{'a':{'preset':'tcp','rtt':10,'service':5,'channels':1}},"
     "'tasks':[{'name':'A','count':2,'do':[{'io':'a'}]}],"
     "'expect':{'/tasks/A#1/completion':'25ms','/tasks/A#2/completion':'30ms',"
     "'/devices/a/queue/max':'5ms'}}"},
    {"a name takes its latency, on a thread of the pool",
     "{'devices':{'names':{'preset':'dns'}},'executors':{'default':{'kind':'event-loop'}},"
     "'tasks':[{'name':'A','do':[{'io':'names'}]}],"
     "'expect':{'/end':'5ms','/executors/default/threads':5}}"},
    {"with mode poll a name is asked for over sockets, as dns.resolve() does",
     "{'devices':{'names':{'preset':'dns','mode':'poll'}},"
     "'executors':{'default':{'kind':'event-loop'}},"
     "'tasks':[{'name':'A','count':9,'do':[{'io':'names'}]}],"
     "'expect':{'/end':'5ms','/executors/default/threads':1}}"},
    {"a disk takes 8 ms and 150 MB a second, one request at a time",
     "{'devices':{'disk':{'preset':'disk'}},"
     "'tasks':[{'name':'A','count':2,'do':[{'io':'disk','bytes':300000}]}],"
     "'expect':{'/end':'20ms'}}"},
    {"what the file says goes before what the preset says",
     "{'devices':{'disk':{'preset':'disk','service':3,'channels':2}},"
     "'tasks':[{'name':'A','count':2,'do':[{'io':'disk'}]}],'expect':{'/end':'3ms'}}"},
};

START_TEST(presets_do_as_defined)
{
    check_config(presets[_i].what, presets[_i].config);
}
END_TEST

/* ---- the slow lane (W4), as measured beside node: eight look-ups of 400 ms ---------------------- */

#define LOOKUPS(pool, expect)                                                                \
    "{'machine':{'cores':8},'devices':{'names':{'preset':'dns','latency':400},"              \
    "'fs':{'mode':'pool','channels':'unlimited'}},"                                          \
    "'executors':{'default':{'kind':'event-loop','pool':" pool                               \
    ",'main':[{'repeat':8,'do':[{'io':'names','then':[{'log':'dns'}]}]},"                    \
    "{'repeat':8,'do':[{'await':{'sleep':90}},{'io':'fs','time':1,'then':[{'log':'fs'}]}]}]" \
    "}},'expect':" expect "}"

static const struct case_of lanes[] = {
    {"a pool of one: the marker stands before, then behind the files that came meanwhile",
     LOOKUPS("1", "{'/log/order':['dns','dns','fs','fs','fs','fs','dns','fs','fs','fs','fs',"
                  "'dns','dns','dns','dns','dns'],'/log/0/t':'400ms','/log/1/t':'800ms',"
                  "'/log/6/t':'1204ms','/end':'3208ms'}")},
    {"a pool of two: look-ups one by one, files at once",
     LOOKUPS("2", "{'/log/0/t':'91ms','/log/1/t':'181ms','/log/4/t':'400ms','/end':'3200ms'}")},
    {"a pool of four: two at a time",
     LOOKUPS("4", "{'/log/0/t':'91ms','/log/4/t':'400ms','/log/5/t':'400ms','/end':'1600ms'}")},
    {"a pool of five: three at a time",
     LOOKUPS("5", "{'/log/0/t':'91ms','/log/6/t':'400ms','/log/7/t':'451ms','/end':'1200ms'}")},
    {"a pool of eight: four at a time",
     LOOKUPS("8", "{'/log/0/t':'91ms','/log/7/t':'400ms','/log/8/t':'451ms','/end':'800ms'}")},
};

START_TEST(look_ups_take_half_of_the_pool)
{
    check_config(lanes[_i].what, lanes[_i].config);
}
END_TEST

Suite *devices_suite(void)
{
    Suite *s = suite_create("devices");
    TCase *tc = tcase_create("devices");

    tcase_add_loop_test(tc, presets_do_as_defined, 0, (int)ARRAY_LEN(presets));
    tcase_add_loop_test(tc, look_ups_take_half_of_the_pool, 0, (int)ARRAY_LEN(lanes));
    suite_add_tcase(s, tc);
    return s;
}
