#include "plots/axis.h"

#include <inttypes.h>
#include <string.h>

static const struct {
    const char *name;
    sim_time ns;
} units[] = {{"s", SEC(1)}, {"ms", MS(1)}, {"µs", US(1)}, {"ns", 1}};

int64_t axis_step(int64_t least)
{
    int64_t power = 1, factor = 1;

    while (power * factor < least) {
        factor = factor == 1 ? 2 : factor == 2 ? 5 : 1;
        if (factor == 1)
            power *= 10;
    }
    return power * factor;
}

sim_time axis_unit(sim_time t, const char **name)
{
    size_t i = 0;

    while (i + 1 < ARRAY_LEN(units) && t < units[i].ns)
        i++;
    *name = units[i].name;
    return units[i].ns;
}

void axis_number(struct text *t, sim_time time, sim_time unit, int decimals)
{
    sim_time scale = 1, rest, whole = time / unit;

    for (int i = 0; i < decimals; i++)
        scale *= 10;
    rest = mul_div_floor(time % unit, 2 * scale, unit);
    rest = (rest + 1) / 2;
    if (rest >= scale) {
        whole++;
        rest -= scale;
    }
    text_addf(t, "%" PRId64, whole);
    if (decimals > 0)
        text_addf(t, ".%0*" PRId64, decimals, rest);
}

static void grouped(struct text *t, int64_t n)
{
    if (n >= 1000) {
        grouped(t, n / 1000);
        text_addf(t, ",%03d", (int)(n % 1000));
    } else {
        text_addf(t, "%d", (int)n);
    }
}

void axis_count(struct text *t, int64_t n)
{
    sim_assert(n >= 0);
    if (n < 10000)
        text_addf(t, "%d", (int)n);
    else
        grouped(t, n);
}

/* Zeros at its end, behind the point, are not written. */
static void trimmed(struct text *t, sim_time time, sim_time unit, int decimals)
{
    axis_number(t, time, unit, decimals);
    if (decimals == 0)
        return;
    while (t->data[t->len - 1] == '0')
        t->data[--t->len] = '\0';
    if (t->data[t->len - 1] == '.')
        t->data[--t->len] = '\0';
}

void axis_time(struct text *t, sim_time time)
{
    size_t i = 0;

    while (i + 1 < ARRAY_LEN(units) && time < units[i].ns)
        i++;
    if (time == 0) {
        text_add(t, "0");
        return;
    }
    trimmed(t, time, units[i].ns, units[i].ns > 1 ? 3 : 0);
    text_add(t, " ");
    text_add(t, units[i].name);
}

struct axis axis_of_time(sim_time from, sim_time to, px x0, px x1, px apart)
{
    struct axis a = {.x0 = x0, .x1 = x1, .from = from, .to = to > from ? to : from + 1};
    px marks = (x1 - x0) / apart;

    marks = marks > 1 ? marks : 1;
    a.step = axis_step((a.to - a.from) / marks + ((a.to - a.from) % marks > 0));
    a.unit = axis_unit(a.to, &a.unit_name);
    return a;
}

px axis_at(const struct axis *a, sim_time t)
{
    t = t < a->from ? a->from : t > a->to ? a->to : t;
    return a->x0 + mul_div_floor(t - a->from, a->x1 - a->x0, a->to - a->from);
}

static sim_time first_mark(const struct axis *a)
{
    return (a->from + a->step - 1) / a->step * a->step;
}

void axis_grid(const struct axis *a, struct svg *s, const struct theme *theme, px y0, px y1)
{
    svg_group(s, "grid", NULL);
    for (sim_time t = first_mark(a); t <= a->to; t += a->step)
        svg_line(s, axis_at(a, t), y0, axis_at(a, t), y1,
                 t == a->from ? theme->rule : theme->grid, PX(1), LINE_SOLID, NULL);
    svg_end(s);
}

void axis_labels(const struct axis *a, struct svg *s, const struct theme *theme, px y)
{
    struct font f = {
        .size = 1250, .fill = theme->muted, .anchor = ANCHOR_MIDDLE, .figures = true};

    svg_group(s, "axis", NULL);
    for (sim_time t = first_mark(a); t <= a->to; t += a->step) {
        struct text label = {0};

        trimmed(&label, t, a->unit, 9);
        if (t + a->step > a->to)
            text_addf(&label, " %s", a->unit_name);
        svg_text(s, axis_at(a, t), y, f, label.data);
        text_release(&label);
    }
    svg_end(s);
}
