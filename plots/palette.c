#include "plots/palette.h"

#define WHITE 0xffffff
#define NIGHT 0x101820

/* clang-format off */
static const struct theme themes[THEMES] = {
    [THEME_LIGHT] = {
        .name = "light", .ground = 0xffffff, .panel = 0xf7f9fb,
        .ink = 0x17212b, .muted = 0x5a6672, .faint = 0x76828d,
        .grid = 0xe9edf1, .rule = 0xd5dbe1, .change = 0x39434d,
        .running = 0x6f757c, .progress = 0xdadbdd, .bad = 0xb3261e, .bar = 0xd5dbe1,
        .tasks = {{0x006298, 0x006298, WHITE}, {0xe09900, 0xc58700, NIGHT},
                  {0x009e73, 0x009e73, NIGHT}, {0xdda5c4, 0xb587a1, NIGHT},
                  {0xa8daf7, 0x7699ad, NIGHT}, {0x8f2a10, 0x8f2a10, WHITE},
                  {0x4b1f8a, 0x4b1f8a, WHITE}, {0xc6d05a, 0x939a43, NIGHT}},
        .other = {0x9aa5b0, 0x7d8893, NIGHT},
        .shades = {0xeef2f5, 0xd3e3ee, 0xb0cfe2, 0x85b5d2, 0x5598bf, 0x2a7aa8, 0x00608f, 0x004569},
    },
    [THEME_DARK] = {
        .name = "dark", .ground = 0x0f161d, .panel = 0x141d26,
        .ink = 0xe8eef4, .muted = 0xa3b0bd, .faint = 0x8793a0,
        .grid = 0x1d2832, .rule = 0x2c3945, .change = 0xc9d3dc,
        .running = 0x969ca2, .progress = 0x454c53, .bad = 0xff7b72, .bar = 0x3a4855,
        .tasks = {{0x2f86cc, 0x2f86cc, NIGHT}, {0xf2b134, 0xf2b134, NIGHT},
                  {0x1fa67e, 0x1fa67e, NIGHT}, {0xf0c6dc, 0xf0c6dc, NIGHT},
                  {0xa6dcff, 0xa6dcff, NIGHT}, {0x8e3b12, 0x994f2a, WHITE},
                  {0x8a4dff, 0x8a4dff, WHITE}, {0xd6f0a8, 0xd6f0a8, NIGHT}},
        .other = {0x77838f, 0x77838f, NIGHT},
        .shades = {0x18222c, 0x173447, 0x164a66, 0x176388, 0x2180ad, 0x3f9fce, 0x74bfe5, 0xb4e0f7},
    },
    [THEME_PRINT] = {
        .name = "print", .ground = 0xffffff, .panel = 0xffffff,
        .ink = 0x000000, .muted = 0x333333, .faint = 0x5c5c5c,
        .grid = 0xe4e4e4, .rule = 0xb5b5b5, .change = 0x000000,
        .running = 0x555555, .progress = 0xd0d0d0, .bad = 0x000000, .bar = 0xb5b5b5,
        .tasks = {{0x404040, 0x404040, WHITE}, {0xc8c8c8, 0x6e6e6e, NIGHT},
                  {0x8c8c8c, 0x606060, NIGHT}, {0xdedede, 0x808080, NIGHT},
                  {0x505050, 0x505050, WHITE}, {0xb4b4b4, 0x6e6e6e, NIGHT},
                  {0x9c9c9c, 0x606060, NIGHT}, {0xececec, 0x808080, NIGHT}},
        .other = {0xaaaaaa, 0x707070, NIGHT},
        .shades = {0xf4f4f4, 0xe0e0e0, 0xc8c8c8, 0xacacac, 0x8c8c8c, 0x6a6a6a, 0x484848, 0x222222},
    },
};
/* clang-format on */

const struct theme *theme_of(int number)
{
    sim_assert(number >= 0);
    sim_assert(number < THEMES);
    return &themes[number];
}

const struct task_colours *theme_task(const struct theme *theme, int32_t number)
{
    return number < 0 ? &theme->other : &theme->tasks[number % PALETTE_TASKS];
}

/* In thousandths, near enough to choose by: sRGB's luminance with a gamma of 2. */
static int64_t luminance(colour c)
{
    int64_t r = c >> 16 & 255, g = c >> 8 & 255, b = c & 255;

    return (213 * r * r + 715 * g * g + 72 * b * b) / (255 * 255);
}

/* The ratio of WCAG, (light + 0.05) / (dark + 0.05), in thousandths. */
static int64_t contrast(colour a, colour b)
{
    int64_t la = luminance(a) + 50, lb = luminance(b) + 50;

    return la > lb ? la * 1000 / lb : lb * 1000 / la;
}

colour contrast_of(colour ground, colour a, colour b)
{
    return contrast(ground, a) >= contrast(ground, b) ? a : b;
}
