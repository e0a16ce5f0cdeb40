/* text_width.c - the advance widths of DejaVu Sans 2.37 and DejaVu Sans Bold 2.37, in
 * thousandths of the font's size: horizontal metrics (hmtx) of the glyphs of the Latin
 * letters, which are all that names and sentences are made of; others are taken for as wide as
 * most, and East Asian ones for as wide as high. */
#include "plots/text_width.h"

#include <string.h>

enum { FIRST = 32, LAST = 126, LATIN = 160, LATIN_LAST = 255, OTHER = 660, WIDE = 1000 };

/* clang-format off */
static const uint16_t regular[] = {
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337,
    636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531,
    1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787,
    603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500,
    500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612,
    635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
    /* from U+00A0 */
    318, 401, 636, 636, 636, 636, 337, 500, 500, 1000, 471, 612, 838, 361, 1000, 500,
    500, 838, 401, 401, 500, 636, 636, 318, 500, 401, 471, 612, 969, 969, 969, 531,
    684, 684, 684, 684, 684, 684, 974, 698, 632, 632, 632, 632, 295, 295, 295, 295,
    775, 748, 787, 787, 787, 787, 787, 838, 787, 732, 732, 732, 732, 611, 605, 630,
    613, 613, 613, 613, 613, 613, 982, 550, 615, 615, 615, 615, 278, 278, 278, 278,
    612, 634, 612, 612, 612, 612, 612, 838, 612, 634, 634, 634, 634, 592, 635, 592,
};
static const uint16_t heavy[] = {
    348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365,
    696, 696, 696, 696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 580,
    1000, 774, 762, 734, 830, 683, 683, 821, 837, 372, 372, 775, 637, 995, 837, 850,
    733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 365, 457, 838, 500,
    500, 675, 716, 593, 716, 678, 435, 716, 712, 343, 343, 665, 343, 1042, 712, 687,
    716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712, 365, 712, 838,
    /* from U+00A0 */
    348, 456, 696, 696, 636, 696, 365, 500, 500, 1000, 564, 646, 838, 415, 1000, 500,
    500, 838, 438, 438, 500, 736, 636, 380, 500, 438, 564, 646, 1035, 1035, 1035, 580,
    774, 774, 774, 774, 774, 774, 1085, 734, 683, 683, 683, 683, 372, 372, 372, 372,
    838, 837, 850, 850, 850, 850, 850, 838, 850, 812, 812, 812, 812, 724, 738, 719,
    675, 675, 675, 675, 675, 675, 1048, 593, 678, 678, 678, 678, 343, 343, 343, 343,
    687, 712, 687, 687, 687, 687, 687, 838, 687, 712, 712, 712, 712, 652, 716, 652,
};
/* clang-format on */
_Static_assert(ARRAY_LEN(regular) == LAST - FIRST + 1 + LATIN_LAST - LATIN + 1, "both ranges");
_Static_assert(ARRAY_LEN(heavy) == ARRAY_LEN(regular), "of the same letters");

/* The code point at *s, which goes on behind it; a byte that starts none stands for itself. */
static uint32_t next_letter(const char **s)
{
    const unsigned char *p = (const unsigned char *)*s;
    uint32_t c = *p++;
    int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;

    c = more == 3 ? c & 7 : more == 2 ? c & 15 : more == 1 ? c & 31 : c;
    while (more-- > 0 && (*p & 0xc0) == 0x80)
        c = c << 6 | (*p++ & 0x3fu);
    *s = (const char *)p;
    return c;
}

/* In thousandths. */
static px letter_width(uint32_t c, bool bold)
{
    const uint16_t *widths = bold ? heavy : regular;

    if (c >= FIRST && c <= LAST)
        return widths[c - FIRST];
    if (c >= LATIN && c <= LATIN_LAST)
        return widths[c - LATIN + LAST - FIRST + 1];
    if (c == 0x2026 || (c >= 0x2e80 && c < 0xa000) || c >= 0x1f000)
        return WIDE;
    return c == 0x2018 || c == 0x2019 ? widths[0] : bold ? OTHER + OTHER / 10 : OTHER;
}

px text_width(const char *text, px size, bool bold)
{
    px sum = 0;

    while (*text)
        sum += letter_width(next_letter(&text), bold);
    return (sum * size + 999) / 1000;
}

void text_fit(struct text *t, const char *text, px room, px size, bool bold)
{
    px sum = 0, limit = size > 0 ? room * 1000 / size : 0;
    const char *end = text, *p = text;

    if (text_width(text, size, bold) <= room) {
        text_add(t, text);
        return;
    }
    while (*p) {
        sum += letter_width(next_letter(&p), bold);
        if (sum + WIDE > limit)
            break;
        end = p;
    }
    while (end > text && end[-1] == ' ')
        end--;
    text_add_len(t, text, (size_t)(end - text));
    text_add(t, "…");
}

size_t text_line(const char *text, px room, px size, bool bold, const char **next)
{
    px sum = 0, limit = size > 0 ? room * 1000 / size : 0;
    const char *p = text, *space = NULL, *end = text;

    while (*p && *p != '\n') {
        if (*p == ' ')
            space = p;
        sum += letter_width(next_letter(&p), bold);
        if (sum > limit && end > text)
            break;
        end = p;
    }
    if (*p == '\0' && sum <= limit)
        space = NULL;
    else if (*p == '\n' && sum <= limit)
        space = p;
    if (space && space > text)
        end = space;
    *next = end;
    while (**next == ' ' || **next == '\n')
        (*next)++;
    return (size_t)(end - text);
}
