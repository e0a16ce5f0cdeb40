/* test_drawing.c - what pictures are made of: numbers, texts, axes, colours. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "plots/axis.h"
#include "plots/palette.h"
#include "plots/sweep.h"
#include "tests/support.h"

/* ---- numbers and texts ------------------------------------------------------------------------- */

START_TEST(numbers_are_written_in_hundredths)
{
    static const struct {
        px value;
        const char *text;
    } rows[] = {{0, "0"},          {100, "1"},
                {1, "0.01"},       {10, "0.1"},
                {12345, "123.45"}, {-50, "-0.5"},
                {-1, "-0.01"},     {164000, "1640"},
                {99, "0.99"},      {INT64_MIN, "-92233720368547758.08"}};

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct text t = {0};

        svg_number(&t, rows[i].value);
        ck_assert_str_eq(t.data, rows[i].text);
        text_release(&t);
    }
}
END_TEST

START_TEST(a_text_that_is_cut_fits)
{
    static const char *const texts[] = {"",
                                        "A",
                                        "request#1000",
                                        "Gerät für Größe",
                                        "一个很长的名字",
                                        "W W W W W W W W W W W W W",
                                        "iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii"};

    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        for (px room = PX(20); room < PX(400); room += PX(7)) {
            struct text t = {0};

            text_fit(&t, texts[i], room, PX(13), false);
            text_add(&t, "");
            ck_assert_msg(text_width(t.data, PX(13), false) <= room, "\"%s\" in %d", t.data,
                          (int)room);
            if (text_width(texts[i], PX(13), false) <= room)
                ck_assert_str_eq(t.data, texts[i]);
            else
                ck_assert_ptr_nonnull(strstr(t.data, "…"));
            text_release(&t);
        }
    ck_assert_int_lt(text_width("ill", PX(13), false), text_width("ill", PX(13), true));
}
END_TEST

/* Lines together are the text, but for the blanks between them, and none is too wide. */
START_TEST(a_paragraph_loses_nothing)
{
    const char *text = "Two transfers between two accounts, in opposite directions; "
                       "Donaudampfschifffahrtsgesellschaftskapitän each locks\nthe account.";

    for (px room = PX(30); room < PX(700); room += PX(11)) {
        struct text letters = {0}, want = {0};
        const char *rest = text;

        while (*rest) {
            const char *next;
            size_t len = text_line(rest, room, PX(13), false, &next);
            char *line = sim_strndup(rest, len);

            ck_assert_uint_gt(len, 0);
            ck_assert_int_le(text_width(line, PX(13), false), room);
            for (const char *p = line; *p; p++)
                if (*p != ' ')
                    text_add_len(&letters, p, 1);
            free(line);
            rest = next;
        }
        for (const char *p = text; *p; p++)
            if (*p != ' ' && *p != '\n')
                text_add_len(&want, p, 1);
        ck_assert_str_eq(letters.data, want.data);
        text_release(&letters);
        text_release(&want);
    }
}
END_TEST

START_TEST(an_axis_has_round_steps_and_honest_units)
{
    for (sim_time span = 1; span < SIM_TIME_MAX / 16; span = span * 3 + 1) {
        struct axis a = axis_of_time(span / 7, span / 7 + span, PX(268), PX(1362), PX(150));
        sim_time step = a.step;

        while (step % 10 == 0)
            step /= 10;
        ck_assert(step == 1 || step == 2 || step == 5);
        ck_assert_int_eq(axis_at(&a, a.from), a.x0);
        ck_assert_int_eq(axis_at(&a, a.to), a.x1);
        ck_assert_int_le(axis_at(&a, a.from + span / 3), axis_at(&a, a.from + span / 2));
        ck_assert(span < 7 || span / a.step <= 8);
    }
}
END_TEST

START_TEST(times_are_rounded_to_the_last_decimal)
{
    static const struct {
        sim_time time, unit;
        int decimals;
        const char *text;
    } rows[] = {{52600000, 1000000, 1, "52.6"},      {43150000, 1000000, 1, "43.2"},
                {999999, 1000000, 1, "1.0"},         {0, 1000000, 2, "0.00"},
                {49999, 1000000, 1, "0.0"},          {50000, 1000000, 1, "0.1"},
                {1234567890, 1000000000, 3, "1.235"}};
    struct text t = {0};

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        text_release(&t);
        axis_number(&t, rows[i].time, rows[i].unit, rows[i].decimals);
        ck_assert_str_eq(t.data, rows[i].text);
    }
    text_release(&t);
    axis_time(&t, 400000);
    axis_count(&t, 1234567);
    axis_count(&t, 9999);
    axis_count(&t, 10000);
    axis_count(&t, 1000007);
    ck_assert_str_eq(t.data, "400 µs1,234,567999910,0001,000,007");
    text_release(&t);
    ck_assert_int_eq(sweep_ratio("0.875"), 875000000);
    ck_assert_int_eq(sweep_ratio("12"), INT64_C(12000000000));
    ck_assert_int_eq(sweep_unit("/summary/utilization"), QUANTA_RATIO);
    ck_assert_int_eq(sweep_unit("/summary/context_switches"), QUANTA_COUNT);
    ck_assert_int_eq(sweep_unit("/summary/turnaround/p99"), QUANTA_TIME);
}
END_TEST

/* ---- colours ------------------------------------------------------------------------------------- */

/* x to the power of 2.4: the fifth root of x to the twelfth, by Newton. */
static double power_2_4(double x)
{
    double twelfth = x * x * x, y = x > 0 ? 1 : 0;

    twelfth = twelfth * twelfth * twelfth * twelfth;
    for (int i = 0; i < 200 && x > 0; i++)
        y = (4 * y + twelfth / (y * y * y * y)) / 5;
    return y;
}

static double luminance(colour c)
{
    static const double weight[] = {0.0722, 0.7152, 0.2126};
    double sum = 0;

    for (int i = 0; i < 3; i++, c >>= 8) {
        double x = (c & 255) / 255.0;

        sum += weight[i] * (x <= 0.04045 ? x / 12.92 : power_2_4((x + 0.055) / 1.055));
    }
    return sum;
}

/* Source: WCAG 2.2, contrast ratio. */
static double contrast(colour a, colour b)
{
    double x = luminance(a) + 0.05, y = luminance(b) + 0.05;

    return x > y ? x / y : y / x;
}

START_TEST(colours_stand_out)
{
    ck_assert_double_eq_tol(contrast(0x000000, 0xffffff), 21, 0.01);
    for (int i = 0; i < THEMES; i++) {
        const struct theme *t = theme_of(i);

        for (int k = 0; k < PALETTE_TASKS; k++) {
            ck_assert_msg(contrast(t->tasks[k].fill, t->tasks[k].label) >= 4.5, "%s, label %d",
                          t->name, k);
            ck_assert_msg(contrast(t->tasks[k].line, t->ground) >= 3.0 - 0.005,
                          "%s, line %d: %f", t->name, k, contrast(t->tasks[k].line, t->ground));
        }
        ck_assert(contrast(t->other.line, t->ground) >= 3);
        ck_assert(contrast(t->ink, t->ground) >= 7);
        ck_assert(contrast(t->muted, t->ground) >= 4.5);
        ck_assert_msg(contrast(t->faint, t->ground) >= 3.9, "%s: %f", t->name,
                      contrast(t->faint, t->ground));
        ck_assert(contrast(t->bad, t->ground) >= 4.5);
    }
}
END_TEST

Suite *drawing_suite(void)
{
    Suite *s = suite_create("drawing");
    TCase *tc = tcase_create("parts");

    tcase_add_test(tc, numbers_are_written_in_hundredths);
    tcase_add_test(tc, a_text_that_is_cut_fits);
    tcase_add_test(tc, a_paragraph_loses_nothing);
    tcase_add_test(tc, an_axis_has_round_steps_and_honest_units);
    tcase_add_test(tc, times_are_rounded_to_the_last_decimal);
    tcase_add_test(tc, colours_stand_out);
    suite_add_tcase(s, tc);
    return s;
}
