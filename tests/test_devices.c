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

/* ---- disciplines ---------------------------------------------------------------------------- */

/* A cylinder takes a microsecond, so that the end tells how far the head has gone; all wait
 * behind one request of 1 ms, which is where the head stands.
 *
 * Silberschatz, Galvin, Gagne: a queue for cylinders 98 183 37 122 14 124 65 67, the head at
 * 53 of 200. */
#define OSC(keys, order, way)                                  \
    "{'unit':'us','devices':{'disk':{'seek':1,'head':53," keys \
    "}},'executors':{'default':{'kind':'event-loop','main':["  \
    "{'io':'disk','at':53,'time':1000,'then':[]},"             \
    "{'io':'disk','at':98,'then':[{'log':'98'}]},"             \
    "{'io':'disk','at':183,'then':[{'log':'183'}]},"           \
    "{'io':'disk','at':37,'then':[{'log':'37'}]},"             \
    "{'io':'disk','at':122,'then':[{'log':'122'}]},"           \
    "{'io':'disk','at':14,'then':[{'log':'14'}]},"             \
    "{'io':'disk','at':124,'then':[{'log':'124'}]},"           \
    "{'io':'disk','at':65,'then':[{'log':'65'}]},"             \
    "{'io':'disk','at':67,'then':[{'log':'67'}]}"              \
    "]}},'expect':{'/log/order':" order ",'/end':'1" way "us'}}"

/* Stallings, table 11.2: 55 58 39 18 90 160 150 38 184 from 100, upwards first. */
#define STALLINGS(keys, order, way)                             \
    "{'unit':'us','devices':{'disk':{'seek':1,'head':100," keys \
    "}},'executors':{'default':{'kind':'event-loop','main':["   \
    "{'io':'disk','at':100,'time':1000,'then':[]},"             \
    "{'io':'disk','at':55,'then':[{'log':'55'}]},"              \
    "{'io':'disk','at':58,'then':[{'log':'58'}]},"              \
    "{'io':'disk','at':39,'then':[{'log':'39'}]},"              \
    "{'io':'disk','at':18,'then':[{'log':'18'}]},"              \
    "{'io':'disk','at':90,'then':[{'log':'90'}]},"              \
    "{'io':'disk','at':160,'then':[{'log':'160'}]},"            \
    "{'io':'disk','at':150,'then':[{'log':'150'}]},"            \
    "{'io':'disk','at':38,'then':[{'log':'38'}]},"              \
    "{'io':'disk','at':184,'then':[{'log':'184'}]}"             \
    "]}},'expect':{'/log/order':" order ",'/end':'1" way "us'}}"

static const struct case_of books[] = {
    {"OSC: first come, first served: 640 cylinders",
     OSC("'discipline':'fifo'", "['98','183','37','122','14','124','65','67']", "640")},
    {"OSC: the nearest first: 236",
     OSC("'discipline':'sstf'", "['65','67','37','14','98','122','124','183']", "236")},
    {"OSC: SCAN down to 0, then up: 236",
     OSC("'discipline':'scan','direction':'down','cylinders':200",
         "['37','14','65','67','98','122','124','183']", "236")},
    {"OSC: C-SCAN up to 199, back to 0: 382 with the way back",
     OSC("'discipline':'cscan','cylinders':200", "['65','67','98','122','124','183','14','37']",
         "382")},
    {"OSC: C-LOOK goes up to 183, then to 14: 322 with the way back",
     OSC("'discipline':'cscan'", "['65','67','98','122','124','183','14','37']", "322")},
    {"OSC: LOOK down to 14, then up: 208",
     OSC("'discipline':'scan','direction':'down'",
         "['37','14','65','67','98','122','124','183']", "208")},
    {"C-SCAN the other way: 53 down to 0, to 199, down to 65",
     OSC("'discipline':'cscan','direction':'down','cylinders':200",
         "['37','14','183','124','122','98','67','65']", "386")},
    {"Stallings: FIFO, 55.3 tracks on average",
     STALLINGS("'discipline':'fifo'", "['55','58','39','18','90','160','150','38','184']",
               "498")},
    {"Stallings: SSTF, 27.5",
     STALLINGS("'discipline':'sstf'", "['90','58','55','39','38','18','150','160','184']",
               "248")},
    {"Stallings: SCAN, 27.8",
     STALLINGS("'discipline':'scan'", "['150','160','184','90','58','55','39','38','18']",
               "250")},
    {"Stallings: C-SCAN, 35.8",
     STALLINGS("'discipline':'cscan'", "['150','160','184','18','38','39','55','58','90']",
               "322")},
};

START_TEST(heads_go_as_in_textbooks)
{
    check_config(books[_i].what, books[_i].config);
}
END_TEST

static const struct case_of disciplines[] = {
    {"priority: the most urgent task first, among equals the first to come",
     "{'devices':{'d':{'service':4,'discipline':'priority'}},'machine':{'cores':9},"
     "'tasks':[{'name':'a','do':[{'io':'d'},{'log':'a'}]},"
     "{'name':'b','arrive':1,'priority':1,'do':[{'io':'d'},{'log':'b'}]},"
     "{'name':'c','arrive':2,'priority':3,'do':[{'io':'d'},{'log':'c'}]},"
     "{'name':'d','arrive':2,'priority':1,'do':[{'io':'d'},{'log':'d'}]},"
     "{'name':'e','arrive':3,'priority':3,'do':[{'io':'d'},{'log':'e'}]}],"
     "'expect':{'/log/order':['a','c','e','b','d'],'/end':'20ms'}}"},
    {"priority: on a loop's pool it is the task's that asked",
     "{'devices':{'d':{'service':4,'discipline':'priority','mode':'pool'}},"
     "'machine':{'cores':9},'executors':{'default':{'kind':'event-loop'}},"
     "'tasks':[{'name':'a','do':[{'io':'d'},{'log':'a'}]},"
     "{'name':'b','arrive':1,'priority':1,'do':[{'io':'d'},{'log':'b'}]},"
     "{'name':'c','arrive':2,'priority':3,'do':[{'io':'d'},{'log':'c'}]}],"
     "'expect':{'/log/order':['a','c','b'],'/end':'12ms'}}"},
    {"one position: in order, whichever way the head comes",
     "{'devices':{'d':{'seek':1,'head':5,'discipline':'scan','direction':'down'}},"
     "'executors':{'default':{'kind':'event-loop','main':["
     "{'io':'d','at':5,'time':1,'then':[]},{'io':'d','at':2,'then':[{'log':'1'}]},"
     "{'io':'d','at':2,'then':[{'log':'2'}]},{'io':'d','at':7,'then':[{'log':'3'}]},"
     "{'io':'d','at':7,'then':[{'log':'4'}]}]}},"
     "'expect':{'/log/order':['1','2','3','4'],'/end':'9ms'}}"},
    {"seek counts under fifo as well, and service beside it",
     "{'devices':{'d':{'service':3,'seek':'0.1ms','head':10}},"
     "'tasks':[{'name':'A','do':[{'io':'d','at':30},{'io':'d','at':20}]}],"
     "'expect':{'/end':'9ms','/devices/d/busy':'9ms'}}"},
    {"as near on both sides: the lower one",
     "{'devices':{'d':{'seek':1,'head':5,'discipline':'sstf'}},"
     "'executors':{'default':{'kind':'event-loop','main':["
     "{'io':'d','at':5,'time':1,'then':[]},{'io':'d','at':8,'then':[{'log':'8'}]},"
     "{'io':'d','at':2,'then':[{'log':'2'}]}]}},"
     "'expect':{'/log/order':['2','8'],'/end':'10ms'}}"},
};

START_TEST(disciplines_do_as_defined)
{
    check_config(disciplines[_i].what, disciplines[_i].config);
}
END_TEST

Suite *devices_suite(void)
{
    Suite *s = suite_create("devices");
    TCase *tc = tcase_create("devices");

    tcase_add_loop_test(tc, presets_do_as_defined, 0, (int)ARRAY_LEN(presets));
    tcase_add_loop_test(tc, look_ups_take_half_of_the_pool, 0, (int)ARRAY_LEN(lanes));
    tcase_add_loop_test(tc, heads_go_as_in_textbooks, 0, (int)ARRAY_LEN(books));
    tcase_add_loop_test(tc, disciplines_do_as_defined, 0, (int)ARRAY_LEN(disciplines));
    suite_add_tcase(s, tc);
    return s;
}
