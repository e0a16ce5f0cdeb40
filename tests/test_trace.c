/* test_trace.c - records reach those who listen, and the digest sees every field. */
#include <check.h>
#include <string.h>

#include "sim/digest.h"
#include "sim/trace.h"
#include "tests/support.h"

struct listener {
    struct trace_sink sink;
    int records;
    sim_time end;
    struct trace_rec last;
};

static void record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct listener *l = container_of(sink, struct listener, sink);

    l->records++;
    l->last = *rec;
}

static void finish(struct trace_sink *sink, sim_time end)
{
    container_of(sink, struct listener, sink)->end = end;
}

START_TEST(a_sink_gets_what_it_asks_for)
{
    struct listener runs = {
        .sink = {.kinds = TRACE_BIT(RUN), .record = record, .finish = finish}};
    struct listener all = {.sink = {.kinds = TRACE_ALL, .record = record}};
    struct trace tr;

    trace_init(&tr);
    ck_assert(!trace_wants(&tr, TR_RUN));
    trace_emit(&tr, 1, TR_RUN, 0, 0, 0, 0);
    trace_attach(&tr, &runs.sink);
    ck_assert(trace_wants(&tr, TR_RUN) && !trace_wants(&tr, TR_STOP));
    trace_attach(&tr, &all.sink);
    trace_emit(&tr, 5, TR_RUN, 1, 2, 3, 4);
    trace_emit(&tr, 6, TR_STOP, 1, 2, STOP_DONE, 0);
    trace_finish(&tr, 9);
    ck_assert_int_eq(runs.records, 1);
    ck_assert_int_eq(all.records, 2);
    ck_assert_int_eq(runs.end, 9);
    ck_assert_int_eq(runs.last.at, 5);
    ck_assert_int_eq(runs.last.place, 1);
    ck_assert_int_eq(runs.last.task, 2);
    ck_assert_int_eq(runs.last.arg, 3);
    ck_assert_int_eq(runs.last.extra, 4);
}
END_TEST

static uint64_t digest_of(const struct trace_rec *recs, size_t n)
{
    struct digest d;
    struct trace tr;

    digest_init(&d);
    trace_init(&tr);
    trace_attach(&tr, &d.sink);
    for (size_t i = 0; i < n; i++)
        trace_tell(&tr, &recs[i]);
    return digest_value(&d);
}

START_TEST(the_digest_is_the_same_whoever_looks_into_the_run)
{
    const struct trace_rec course[] = {{1, TR_ARRIVE, -1, 0, 0, 0, NULL},
                                       {2, TR_DONE, -1, 0, DONE_END, 0, NULL}};
    const struct trace_rec detailed[] = {course[0],
                                         {1, TR_SPAWN, 3, 0, 1, 0, NULL},
                                         {1, TR_ACCESS, 0, 0, ACCESS_WRITE, 5, NULL},
                                         {1, TR_PHASE, 0, -1, STAGE_POLL, 1, NULL},
                                         {1, TR_CALL, 0, 0, CALL_TIMER, 7, "later"},
                                         {2, TR_RETURN, 0, 0, 0, 0, NULL},
                                         {2, TR_QUEUED, 0, -1, LOOP_QUEUE_TICKS, 1, NULL},
                                         {2, TR_GC, 0, -1, GC_SCAVENGE, 9, NULL},
                                         {2, TR_JOIN, -1, 0, 2, 0, NULL},
                                         course[1]};

    ck_assert_uint_eq(digest_of(course, ARRAY_LEN(course)),
                      digest_of(detailed, ARRAY_LEN(detailed)));
}
END_TEST

START_TEST(each_way_to_access_has_a_name)
{
    ck_assert_str_eq(access_how_name(ACCESS_READ), "read");
    ck_assert_str_eq(access_how_name(ACCESS_ATOMIC_WRITE), "atomic write");
    ck_assert_ptr_null(access_how_name(ACCESS_COUNT));
}
END_TEST

START_TEST(the_digest_sees_every_field_and_the_order)
{
    const struct trace_rec rec = {10, TR_LOG, 1, 2, 3, 4, "text"};
    struct trace_rec other[7];
    struct trace_rec pair[2] = {rec, rec}, swapped[2];
    uint64_t digest = digest_of(&rec, 1);

    for (size_t i = 0; i < 7; i++)
        other[i] = rec;
    other[0].at = 11;
    other[1].kind = TR_FAULT;
    other[2].place = -1;
    other[3].task = 3;
    other[4].arg = -3;
    other[5].extra = 5;
    other[6].text = "texu";
    for (size_t i = 0; i < 7; i++)
        ck_assert_msg(digest_of(&other[i], 1) != digest, "field %zu", i);
    ck_assert_uint_eq(digest_of(&rec, 1), digest);
    pair[1].at = 12;
    swapped[0] = pair[1];
    swapped[1] = pair[0];
    ck_assert_uint_ne(digest_of(pair, 2), digest_of(swapped, 2));
    ck_assert_uint_ne(digest_of(pair, 2), digest);
}
END_TEST

START_TEST(everything_has_a_name_of_its_own)
{
    for (int a = 0; a < TR_COUNT; a++)
        for (int b = 0; b < a; b++)
            ck_assert_str_ne(trace_kind_name((enum trace_kind)a),
                             trace_kind_name((enum trace_kind)b));
    ck_assert_str_eq(ready_why_name(READY_WOKEN), "woken");
    ck_assert_str_eq(stop_why_name(STOP_EXPIRED), "expired");
    ck_assert_str_eq(block_why_name(BLOCK_IO), "io");
    ck_assert_ptr_null(trace_kind_name(TR_COUNT));
    ck_assert_str_eq(loop_stage_name(STAGE_WAIT), "wait");
    ck_assert_ptr_null(loop_stage_name(STAGE_COUNT));
    ck_assert_str_eq(call_kind_name(CALL_CONTINUATION), "continuation");
    ck_assert_ptr_null(call_kind_name(CALL_COUNT));
    ck_assert_str_eq(loop_queue_name(LOOP_QUEUE_POOL), "pool");
    ck_assert_ptr_null(loop_queue_name(LOOP_QUEUE_COUNT));
    ck_assert_str_eq(gc_kind_name(GC_MARK_SWEEP), "mark-sweep");
    ck_assert_ptr_null(gc_kind_name(GC_COUNT));
}
END_TEST

Suite *trace_suite(void)
{
    Suite *s = suite_create("trace");
    TCase *tc = tcase_create("records");

    tcase_add_test(tc, a_sink_gets_what_it_asks_for);
    tcase_add_test(tc, the_digest_sees_every_field_and_the_order);
    tcase_add_test(tc, the_digest_is_the_same_whoever_looks_into_the_run);
    tcase_add_test(tc, each_way_to_access_has_a_name);
    tcase_add_test(tc, everything_has_a_name_of_its_own);
    suite_add_tcase(s, tc);
    return s;
}
