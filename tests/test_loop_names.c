/* test_loop_names.c - what a loop's ops call by name, a few and very many, beside a list that is
 * searched from its end. */
#include <check.h>
#include <stdlib.h>

#include "sim/rng.h"
#include "tests/support.h"

enum { OPS = 600, SEEDS = 24 };

/* Ops, and the labels that must come of them. */
struct written {
    struct text ops, order;
    int name[OPS], n;              /* of timers or promises that there are */
    bool over[OPS];                /* cleared; resolved */
    int said[OPS], of[OPS], nsaid; /* labels that wait for promises */
};

/* Where the next op goes. */
static struct text *next_op(struct written *w)
{
    if (w->ops.len)
        text_add(&w->ops, ",");
    return &w->ops;
}

static void expect_label(struct written *w, int label)
{
    text_addf(&w->order, "%s'%d'", w->order.len ? "," : "", label);
}

/* The latest of that name that is not over, if `alive`; -1: none. */
static int latest(const struct written *w, int name, bool alive)
{
    for (int i = w->n - 1; i >= 0; i--)
        if (w->name[i] == name && !(alive && w->over[i]))
            return i;
    return -1;
}

static void run_written(struct written *w)
{
    struct text config = {0};

    text_addf(
        &config,
        "{'executors':{'default':{'kind':'event-loop','main':[%s]}},'expect':{'/log/order':"
        "[%s],'/outcome':'completed'}}",
        w->ops.data, w->order.data ? w->order.data : "");
    check_config("names", config.data);
    text_release(&config);
    text_release(&w->ops);
    text_release(&w->order);
}

START_TEST(clear_takes_the_latest_of_its_name_that_is_pending)
{
    struct rng r = rng_stream((uint64_t)_i + 1, "names");
    uint64_t names = 1 + rng_below(&r, _i % 3 ? 300 : 5);
    struct written w = {0};

    for (int op = 0; op < OPS; op++) {
        int name = (int)rng_below(&r, names), found;

        if (op == 0 || latest(&w, name, false) < 0 || rng_below(&r, 5) < 3) {
            text_addf(next_op(&w), "{'setTimeout':5,'id':'t%d','do':[{'log':'%d'}]}", name, op);
            w.of[w.n] = op;
            w.name[w.n++] = name;
        } else {
            text_addf(next_op(&w), "{'clear':'t%d'}", name);
            found = latest(&w, name, true);
            if (found >= 0)
                w.over[found] = true;
        }
    }
    for (int i = 0; i < w.n; i++)
        if (!w.over[i])
            expect_label(&w, w.of[i]);
    run_written(&w);
}
END_TEST

/* Who waits for it is told, in the order of waiting; where it is resolved already, at once. */
static void resolve(struct written *w, int promise)
{
    if (w->over[promise])
        return;
    w->over[promise] = true;
    for (int i = 0; i < w->nsaid; i++)
        if (w->of[i] == promise)
            expect_label(w, w->said[i]);
}

static void await_it(struct written *w, int promise, int label)
{
    if (w->over[promise]) {
        expect_label(w, label);
        return;
    }
    w->of[w->nsaid] = promise;
    w->said[w->nsaid++] = label;
}

START_TEST(a_name_is_the_latest_promise_that_was_given_it)
{
    struct rng r = rng_stream((uint64_t)_i + 1, "promises");
    uint64_t names = 1 + rng_below(&r, _i % 3 ? 300 : 5);
    struct written w = {0};

    for (int op = 0; op < OPS; op++) {
        int name = (int)rng_below(&r, names), known = latest(&w, name, false);

        if (known < 0 || rng_below(&r, 5) == 0) {
            text_addf(next_op(&w), "{'promise':'p%d'}", name);
            w.name[w.n++] = name;
        } else if (rng_below(&r, 2) == 0) {
            text_addf(next_op(&w), "{'resolve':'p%d'}", name);
            resolve(&w, known);
        } else {
            text_addf(next_op(&w), "{'then':'p%d','do':[{'log':'%d'}]}", name, op);
            await_it(&w, known, op);
        }
    }
    run_written(&w);
}
END_TEST

Suite *loop_names_suite(void)
{
    Suite *s = suite_create("loop names");
    TCase *tc = tcase_create("names");

    tcase_add_loop_test(tc, clear_takes_the_latest_of_its_name_that_is_pending, 0, SEEDS);
    tcase_add_loop_test(tc, a_name_is_the_latest_promise_that_was_given_it, 0, SEEDS);
    suite_add_tcase(s, tc);
    return s;
}
