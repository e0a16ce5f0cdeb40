/* test_lanes.c - rows of pictures: what is shorter than a pixel has its share, evenly. */
#include <check.h>
#include <stdlib.h>

#include "plots/lane_cells.h"
#include "tests/support.h"

enum { WIDTH = 1000, STRETCHES = 3000 };

static struct axis axis_of(sim_time to)
{
    return axis_of_time(0, to, PX(268), PX(268 + WIDTH), PX(150));
}

static void add(struct pieces *p, sim_time from, sim_time to, enum doing is)
{
    if (p->n == p->room) {
        p->room = p->room ? 2 * p->room : 64;
        p->list = sim_realloc(p->list, p->room * sizeof(*p->list));
    }
    p->list[p->n] = (struct piece){.from = from, .to = to, .who = 3};
    p->list[p->n].in[is] = to - from;
    p->list[p->n++].top = is == DOES_RUN ? to - from : 0;
}

/* Cells stand in order, do not overlap, and have all of the time of the pieces. */
static void expect_whole(const struct cells *c, const struct pieces *p)
{
    sim_time in_cells = 0, in_pieces = 0;
    px end = 0;

    for (size_t i = 0; i < c->n; i++) {
        ck_assert_int_ge(c->list[i].x0, end);
        ck_assert_int_ge(c->list[i].to - c->list[i].from, c->list[i].in[DOES_RUN]);
        end = c->list[i].x1;
        in_cells += c->list[i].in[DOES_RUN];
    }
    for (size_t i = 0; i < p->n; i++)
        in_pieces += p->list[i].in[DOES_RUN];
    ck_assert_int_eq(in_cells, in_pieces);
}

/* A core that is busy for a fifth of the time, in periods from a fiftieth of a pixel to nearly
 * three, whatever they have to do with pixels: it is a fifth high from end to end. */
START_TEST(what_comes_again_and_again_is_even)
{
    for (int periods = WIDTH / 3 + 27; periods < 50000; periods += periods / 13 + 7) {
        sim_time period = 10000;
        struct axis axis = axis_of(period * periods);
        struct pieces p = {0};
        struct cells c = {0};

        for (int i = 0; i < periods; i++)
            add(&p, i * period + 100, i * period + 100 + period / 5, DOES_RUN);
        (void)cells_make(&c, &p, &axis, 1, false);
        expect_whole(&c, &p);
        for (size_t i = 0; i + 1 < c.n; i++)
            ck_assert_msg(cell_share(&c.list[i], c.list[i].in[DOES_RUN], 1) == CELL_LEVELS / 5,
                          "%d periods, cell %zu of %zu: %d of %d", periods, i, c.n,
                          (int)cell_share(&c.list[i], c.list[i].in[DOES_RUN], 1), CELL_LEVELS);
        pieces_release(&p);
        free(c.list);
    }
}
END_TEST

/* Stretches of all lengths: what is drawn as it is is drawn where it is, and no time is lost. */
START_TEST(no_time_is_lost_in_cells)
{
    for (uint32_t seed = 1; seed < 60; seed++) {
        uint32_t random = seed;
        sim_time at = 0;
        struct pieces p = {0};
        struct cells c = {0};
        struct axis axis;
        size_t whole = 0, drawn = 0;

        for (int i = 0; i < STRETCHES; i++) {
            sim_time gap, time;

            random = random * 1664525 + 1013904223;
            gap = random >> 28 ? (random >> 16 & 63) : (random >> 8 & 0xffff);
            random = random * 1664525 + 1013904223;
            time = 1 + (random >> 28 ? (random >> 16 & 63) : (random >> 8 & 0xffff));
            add(&p, at + gap, at + gap + time, DOES_RUN);
            at += gap + time;
        }
        axis = axis_of(at);
        ck_assert(cells_make(&c, &p, &axis, 1, false));
        expect_whole(&c, &p);
        for (size_t i = 0; i < p.n; i++)
            whole +=
                axis_at(&axis, p.list[i].to) - axis_at(&axis, p.list[i].from) >= CELL_PIXEL;
        for (size_t i = 0; i < c.n; i++)
            drawn += !c.list[i].many && c.list[i].x1 - c.list[i].x0 >= CELL_PIXEL &&
                     cell_pure(&c.list[i], 1);
        ck_assert_uint_ge(drawn, whole);
        pieces_release(&p);
        free(c.list);
    }
}
END_TEST

/* One that stands alone is a pixel wide, and as high as the share of the pixel that it has. */
START_TEST(a_stretch_alone_has_its_share_of_a_pixel)
{
    struct axis axis = axis_of(1000 * WIDTH);
    struct pieces p = {0};
    struct cells c = {0};

    add(&p, 50000, 50250, DOES_RUN);
    add(&p, 90000, 95000, DOES_RUN);
    ck_assert(!cells_make(&c, &p, &axis, 1, false));
    ck_assert_uint_eq(c.n, 2);
    ck_assert_int_eq(c.list[0].x1 - c.list[0].x0, CELL_PIXEL);
    ck_assert_int_eq(cell_share(&c.list[0], c.list[0].in[DOES_RUN], 1), CELL_LEVELS / 4);
    ck_assert(cell_pure(&c.list[1], 1));
    ck_assert_int_eq(c.list[1].x1 - c.list[1].x0, 5 * CELL_PIXEL);
    pieces_release(&p);
    free(c.list);
}
END_TEST

Suite *lanes_suite(void)
{
    Suite *s = suite_create("lanes");
    TCase *tc = tcase_create("cells");

    tcase_add_test(tc, what_comes_again_and_again_is_even);
    tcase_add_test(tc, no_time_is_lost_in_cells);
    tcase_add_test(tc, a_stretch_alone_has_its_share_of_a_pixel);
    suite_add_tcase(s, tc);
    return s;
}
