/* test_x86.c - x86.py of OSTEP (Arpaci-Dusseau, Operating Systems: Three Easy Pieces, chapters 26
 * to 28), case by case: threads that share a counter, interrupted after every few
 * instructions.  tests/oracles/ostep/x86-threads.json has the layouts of the programs.
 *
 * An instruction takes 1 ns and does what it does at its end; what follows a `cpu` and takes no
 * time belongs to its last instruction, so an exchange is a read and a write there.  An interrupt
 * after every n-th instruction is round robin with slices that end at multiples of n ns; where a
 * thread yields the count begins anew, as a slice does that is not aligned. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support.h"

#define X86 "tests/oracles/ostep/x86-threads.json"
enum { X86_CASES = 17 };

#define LOAD_ADD_STORE                                 \
    "{\"set\":\"ax = count\",\"cost\":1},{\"cpu\":1}," \
    "{\"set\":\"count = ax + 1\",\"cost\":1},"
#define EXCHANGE "{\"atomic\":\"held = lock\"},{\"atomic\":\"lock = 1\"}"
#define CLEAR "{\"cpu\":1},{\"atomic\":\"lock = 0\"},{\"set\":\"held = 1\"},"

/* The ops of one turn of the loop, its end (decrement, compare, branch) left out. */
struct program {
    const char *name;
    const char *turn;
    bool once;  /* no loop at all */
    bool races; /* it is not synchronized, or by means that do not */
    bool yields;
};

static const struct program programs[] = {
    {.name = "simple-race", .turn = LOAD_ADD_STORE, .once = true, .races = true},
    {.name = "looping-race-nolock", .turn = LOAD_ADD_STORE, .races = true},
    {.name = "flag",
     .turn =
         "{\"while\":\"held == 1\",\"do\":[{\"set\":\"held = flag\",\"cost\":1},{\"cpu\":2}]},"
         "{\"set\":\"flag = 1\",\"cost\":1}," LOAD_ADD_STORE
         "{\"set\":\"flag = 0\",\"cost\":1},{\"set\":\"held = 1\"},",
     .races = true},
    {.name = "test-and-set",
     .turn = "{\"while\":\"held == 1\",\"do\":[{\"cpu\":2}," EXCHANGE
             ",{\"cpu\":2}]}," LOAD_ADD_STORE CLEAR},
    {.name = "test-and-test-and-set",
     .turn = "{\"while\":\"held == 1\",\"do\":[{\"set\":\"busy = 1\"},"
             "{\"while\":\"busy == 1\",\"do\":[{\"cpu\":1},{\"atomic\":\"busy = "
             "lock\"},{\"cpu\":2}]},"
             "{\"cpu\":2}," EXCHANGE ",{\"cpu\":2}]}," LOAD_ADD_STORE CLEAR},
    {.name = "ticket",
     .turn = "{\"cpu\":2},{\"atomic\":\"mine = ticket\"},{\"atomic\":\"ticket = mine + 1\"},"
             "{\"set\":\"held = 0 - 1\"},"
             "{\"while\":\"held != mine\",\"do\":[{\"cpu\":1},{\"atomic\":\"held = turn\"},"
             "{\"cpu\":2}]}," LOAD_ADD_STORE "{\"cpu\":2},{\"atomic\":\"turn = turn + 1\"},"},
    {.name = "yield",
     .turn = "{\"while\":\"held == 1\",\"do\":[{\"cpu\":2}," EXCHANGE
             ",{\"cpu\":2},{\"if\":\"held == "
             "1\",\"then\":[{\"cpu\":1},{\"yield\":true},{\"cpu\":1}]}]}," LOAD_ADD_STORE CLEAR,
     .yields = true},
};

static int number(const cJSON *o, const char *name)
{
    return (int)member(o, name)->valuedouble;
}

static const struct program *program_of(const cJSON *input)
{
    const char *name = member(input, "program")->valuestring;

    for (size_t i = 0; i < ARRAY_LEN(programs); i++)
        if (strcmp(programs[i].name, name) == 0)
            return &programs[i];
    ck_abort_msg("no program \"%s\"", name);
}

/* Instructions between interrupts; a thread a slot, as "0011" says, is as many as its slots. */
static int quantum_of(const cJSON *input)
{
    const cJSON *manual = member(input, "manual_schedule");

    if (!cJSON_IsString(manual))
        return number(input, "interrupt_every");
    return (int)strspn(manual->valuestring, "0");
}

static struct result run_case(const cJSON *input, const struct program *p)
{
    struct text t = {0};
    struct result r;

    text_addf(&t,
              "{\"unit\":\"ns\",\"machine\":{\"scheduler\":{\"policy\":\"rr\",\"quantum\":%d,"
              "\"align\":%s}},\"vars\":{\"count\":0,\"flag\":0,\"lock\":0,\"ticket\":0,"
              "\"turn\":0},\"tasks\":[",
              quantum_of(input), p->yields ? "false" : "true");
    for (int i = 0; i < number(input, "threads"); i++) {
        text_addf(&t,
                  "{\"name\":\"T%d\",\"locals\":{\"ax\":0,\"held\":1,\"busy\":1,\"mine\":0},"
                  "\"do\":[{\"repeat\":%d,\"do\":[",
                  i, number(input, "loops"));
        text_addf(&t, "%s{\"cpu\":%d}]}%s]},", p->turn, p->once ? 1 : 3,
                  p->once ? "" : ",{\"cpu\":1}"); /* halt */
    }
    text_add(&t, "{\"name\":\"end\",\"after\":[");
    for (int i = 0; i < number(input, "threads"); i++)
        text_addf(&t, "%s\"T%d\"", i ? "," : "", i);
    text_add(&t, "],\"do\":[{\"log\":\"${count}\"}]}]}");
    r = run_text(t.data);
    text_release(&t);
    return r;
}

static void compare_runs(const char *id, const struct result *r, const cJSON *want)
{
    const cJSON *got = member(r->json, "segments")->child;
    int64_t at = 0;

    for (const cJSON *w = want->child; w; w = w->next, got = got->next) {
        char name[16];

        (void)snprintf(name, sizeof(name), "T%d", (int)cJSON_GetArrayItem(w, 0)->valuedouble);
        ck_assert_msg(got && strcmp(member(got, "task")->valuestring, name) == 0,
                      "%s: not %s at %" PRId64, id, name, at);
        ck_assert_msg((int64_t)member(got, "from")->valuedouble == at,
                      "%s: %s begins not at %" PRId64, id, name, at);
        at += (int64_t)cJSON_GetArrayItem(w, 1)->valuedouble;
        ck_assert_msg((int64_t)member(got, "to")->valuedouble == at,
                      "%s: %s ends not at %" PRId64, id, name, at);
    }
    ck_assert_msg(!got, "%s: goes on after %" PRId64, id, at);
}

START_TEST(x86_py_agrees)
{
    cJSON *all = read_json(X86);
    const cJSON *c = cJSON_GetArrayItem(member(all, "cases"), _i), *expect, *threads;
    const struct program *p;
    const char *id, *count;
    char pointer[40];
    struct result r;
    int i = 0;

    ck_assert_int_eq(cJSON_GetArraySize(member(all, "cases")), X86_CASES);
    id = member(c, "id")->valuestring;
    expect = member(c, "expect");
    threads = member(expect, "per_thread");
    p = program_of(member(c, "input"));
    r = run_case(member(c, "input"), p);
    compare_runs(id, &r, member(expect, "thread_runs"));
    ck_assert_int_eq(number_at(&r, "/cores/0/user"), number(expect, "instructions"));
    for (const cJSON *t = threads->child; t; t = t->next) {
        (void)snprintf(pointer, sizeof(pointer), "/tasks/T%d/cpu", i++);
        ck_assert_int_eq(number_at(&r, pointer), (int64_t)t->valuedouble);
    }
    count = member(member(r.json, "log")->child, "text")->valuestring;
    ck_assert_int_eq(strtol(count, NULL, 10), number(expect, "final_count"));
    ck_assert_int_eq(number(expect, "correct_count") - strtol(count, NULL, 10),
                     number(expect, "race_lost_updates"));
    ck_assert_msg((number_at(&r, "/summary/races") > 0) == p->races, "%s: races", id);
    result_free(&r);
    cJSON_Delete(all);
}
END_TEST

Suite *x86_suite(void)
{
    Suite *s = suite_create("x86");
    TCase *tc = tcase_create("cases");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, x86_py_agrees, 0, X86_CASES);
    suite_add_tcase(s, tc);
    return s;
}
