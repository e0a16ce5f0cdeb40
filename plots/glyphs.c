#include "plots/glyphs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct glyphs *glyphs_of(bool ascii)
{
    static const struct glyphs unicode = {
        "·", "╳", "█", "░", "─", "═", "×", "─", "┬", {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
        "◂"};
    static const struct glyphs plain = {
        ".", "x", "#", ":", "-", "=", "X", "-", "+", {"1", "2", "3", "4", "5", "6", "7", "8"},
        "*"};

    return ascii ? &plain : &unicode;
}

const char *glyph_colour(int32_t number)
{
    static const char *const colours[] = {"\033[36m", "\033[32m", "\033[35m", "\033[34m",
                                          "\033[96m", "\033[92m", "\033[95m", "\033[94m"};

    return colours[(uint32_t)number % ARRAY_LEN(colours)];
}

void pen_put(struct pen *pen, const char *colour, const char *s)
{
    if (pen->colours && colour != pen->colour) {
        if (pen->colour)
            text_add(pen->t, GLYPH_PLAIN);
        if (colour)
            text_add(pen->t, colour);
        pen->colour = colour;
    }
    text_add(pen->t, s);
}

void pen_end(struct pen *pen)
{
    if (pen->colours && pen->colour)
        text_add(pen->t, GLYPH_PLAIN);
    pen->colour = NULL;
    while (pen->t->len > 0 && pen->t->data[pen->t->len - 1] == ' ')
        pen->t->data[--pen->t->len] = '\0';
    text_add(pen->t, "\n");
}

static bool continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

size_t glyph_columns(const char *s)
{
    size_t n = 0;

    for (; *s; s++)
        n += !continues(*s);
    return n;
}

void glyph_cut(struct text *t, const char *s, int columns)
{
    size_t len = 0;

    for (int n = 0; s[len]; len++) {
        if (!continues(s[len]) && ++n >= columns)
            break;
    }
    text_add_len(t, s, len);
    text_add(t, "~");
}

void glyph_number(sim_time t, sim_time unit, char buf[TIME_TEXT_SIZE])
{
    size_t len;

    if (t % unit == 0) {
        (void)snprintf(buf, TIME_TEXT_SIZE, "%" PRId64, t / unit);
        return;
    }
    (void)snprintf(buf, TIME_TEXT_SIZE, "%" PRId64 ".%03" PRId64, t / unit,
                   t % unit / (unit / 1000 ? unit / 1000 : 1));
    for (len = strlen(buf); buf[len - 1] == '0';)
        buf[--len] = '\0';
}

void glyph_ratio(int64_t e9, int digits, char buf[TIME_TEXT_SIZE])
{
    int64_t unit = 1000000000, scale = 1;

    for (int i = 0; i < digits; i++) {
        unit /= 10;
        scale *= 10;
    }
    e9 = (e9 + unit / 2) / unit;
    if (digits == 0)
        (void)snprintf(buf, TIME_TEXT_SIZE, "%" PRId64, e9);
    else
        (void)snprintf(buf, TIME_TEXT_SIZE, "%" PRId64 ".%0*" PRId64, e9 / scale, digits,
                       e9 % scale);
}

void glyph_bytes(int64_t bytes, char buf[TIME_TEXT_SIZE])
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    int64_t unit = 1, tenths;
    size_t i = 0;

    while (bytes / unit >= 1000 && i + 1 < ARRAY_LEN(units)) {
        unit *= 1000;
        i++;
    }
    if (i == 0) {
        (void)snprintf(buf, TIME_TEXT_SIZE, "%" PRId64 " B", bytes);
        return;
    }
    tenths = (bytes + unit / 20) / (unit / 10);
    (void)snprintf(buf, TIME_TEXT_SIZE, "%" PRId64 ".%d %s", tenths / 10, (int)(tenths % 10),
                   units[i]);
}

void glyph_percent(int64_t e9, char buf[TIME_TEXT_SIZE])
{
    int64_t permille = (e9 + 500000) / 1000000;

    (void)snprintf(buf, TIME_TEXT_SIZE, "%" PRId64 ".%" PRId64 " %%", permille / 10,
                   permille % 10);
}
