/* test_checker.c - the sink that watches: it must see what is wrong, so it is told of it. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/checker.h"
#include "sim/config.h"
#include "tests/support.h"

/* Two tasks on two cores, then the records of the case; what is found. */
static char *found_by_checker(const struct trace_rec *recs, size_t n)
{
    static const char config[] = "{\"sync\":{\"m\":{\"mutex\":{}}},\"machine\":{\"cores\":2},"
                                 "\"tasks\":[{\"name\":\"A\",\"count\":2,\"do\":[]}]}";
    struct diags diags;
    struct config *cfg;
    struct scenario *sc;
    struct checker *checker;
    char *found;

    diags_init(&diags);
    cfg = config_parse("checked.json", config, strlen(config), &diags);
    sc = config_scenario(cfg, 0, &diags);
    checker = checker_new(sc);
    for (int32_t i = 0; i < 2; i++) {
        struct trace_rec life[] = {{0, TR_ARRIVE, -1, i, 0, i + 1, NULL},
                                   {0, TR_READY, -1, i, READY_NEW, 0, NULL},
                                   {0, TR_RUN, i, i, RUN_USER, SIM_NEVER, NULL}};

        for (size_t k = 0; k < ARRAY_LEN(life); k++)
            checker->sink.record(&checker->sink, &life[k]);
    }
    ck_assert_uint_eq(checker->nfound, 0);
    for (size_t i = 0; i < n; i++)
        checker->sink.record(&checker->sink, &recs[i]);
    found = sim_strdup(checker->nfound > 0 ? checker->found.data : "");
    checker_free(checker);
    scenario_free(sc);
    config_free(cfg);
    diags_release(&diags);
    return found;
}

START_TEST(the_checker_sees_what_no_lock_may_do)
{
    static const struct {
        struct trace_rec recs[3];
        const char *found;
    } wrong[] = {
        {{{1, TR_ACQUIRE, 0, 0, HOLD_SOLE, 0, NULL}, {2, TR_ACQUIRE, 0, 1, HOLD_SOLE, 0, NULL}},
         "gets \"m\", which task 0 has"},
        {{{1, TR_ACQUIRE, 0, 0, HOLD_SOLE, 0, NULL},
          {2, TR_ACQUIRE, 0, 1, HOLD_SHARED, 0, NULL}},
         "gets \"m\", which task 0 has"},
        {{{1, TR_ACQUIRE, 0, 0, HOLD_SHARED, 0, NULL},
          {2, TR_ACQUIRE, 0, 1, HOLD_SOLE, 0, NULL}},
         "gets \"m\", which task 0 has"},
        {{{1, TR_ACQUIRE, 0, 0, HOLD_SOLE, 0, NULL}, {2, TR_RELEASE, 0, 1, HOLD_SOLE, 0, NULL}},
         "gives back \"m\", which it has not"},
    };

    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        char *found = found_by_checker(wrong[i].recs, 2);

        ck_assert_msg(strstr(found, wrong[i].found) != NULL, "%s", found);
        free(found);
    }
}
END_TEST

START_TEST(the_checker_lets_readers_share_and_owners_give_back)
{
    static const struct trace_rec recs[] = {
        {1, TR_ACQUIRE, 0, 0, HOLD_SHARED, 0, NULL},
        {2, TR_ACQUIRE, 0, 1, HOLD_SHARED, 0, NULL},
        {3, TR_RELEASE, 0, 0, HOLD_SHARED, 0, NULL},
        {4, TR_RELEASE, 0, 1, HOLD_SHARED, 0, NULL},
        {5, TR_ACQUIRE, 0, 1, HOLD_SOLE, 0, NULL},
        {6, TR_RELEASE, 0, 1, HOLD_SOLE, 0, NULL},
        {7, TR_RELEASE, 0, 0, HOLD_ORDER, 0, NULL},
    };
    char *found = found_by_checker(recs, ARRAY_LEN(recs));

    ck_assert_str_eq(found, "");
    free(found);
}
END_TEST

Suite *checker_suite(void)
{
    Suite *s = suite_create("checker");
    TCase *tc = tcase_create("sync objects");

    tcase_add_test(tc, the_checker_sees_what_no_lock_may_do);
    tcase_add_test(tc, the_checker_lets_readers_share_and_owners_give_back);
    suite_add_tcase(s, tc);
    return s;
}
