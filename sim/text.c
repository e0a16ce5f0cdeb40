/* text.c - growing texts, names that are nearly right, and times as people write them. */
#include "sim/base.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- growing texts --------------------------------------------------------- */

/* Room for `more` bytes and the NUL. */
static void text_reserve(struct text *t, size_t more)
{
    size_t need, room;

    if (more > SIZE_MAX / 2 - t->len - 1)
        sim_out_of_memory(more);
    need = t->len + more + 1;
    if (need <= t->room)
        return;
    room = t->room ? t->room : 64;
    while (room < need)
        room *= 2;
    t->data = sim_realloc(t->data, room);
    t->room = room;
}

void text_add(struct text *t, const char *s)
{
    text_add_len(t, s, strlen(s));
}

void text_add_len(struct text *t, const char *s, size_t len)
{
    sim_assert(s || len == 0);
    text_reserve(t, len);
    if (len > 0)
        memcpy(t->data + t->len, s, len);
    t->len += len;
    t->data[t->len] = '\0';
}

void text_addf(struct text *t, const char *fmt, ...)
{
    va_list args;
    int len;

    sim_assert(fmt);
    text_reserve(t, 0);
    va_start(args, fmt);
    len = vsnprintf(t->data + t->len, t->room - t->len, fmt, args);
    va_end(args);
    sim_assert(len >= 0);
    if ((size_t)len >= t->room - t->len) { /* cut off: now its length is known */
        text_reserve(t, (size_t)len);
        va_start(args, fmt);
        vsnprintf(t->data + t->len, t->room - t->len, fmt, args);
        va_end(args);
    }
    t->len += (size_t)len;
    sim_assert(t->len < t->room);
}

void text_pad(struct text *t, char c, size_t n)
{
    text_reserve(t, n);
    memset(t->data + t->len, c, n);
    t->len += n;
    t->data[t->len] = '\0';
}

void text_quote(struct text *t, const char *s)
{
    text_add_len(t, "\"", 1);
    for (;;) {
        const char *from = s;

        while ((unsigned char)*s >= 0x20 && *s != '"' && *s != '\\')
            s++;
        text_add_len(t, from, (size_t)(s - from));
        if (*s == '\0')
            break;
        if ((unsigned char)*s < 0x20)
            text_addf(t, "\\u%04x", (unsigned)(unsigned char)*s++);
        else
            text_addf(t, "\\%c", *s++);
    }
    text_add_len(t, "\"", 1);
}

char *text_take(struct text *t)
{
    char *data = t->data ? t->data : sim_strdup("");

    memset(t, 0, sizeof(*t));
    return data;
}

void text_release(struct text *t)
{
    free(t->data);
    memset(t, 0, sizeof(*t));
}

/* ---- names ------------------------------------------------------------------- */

enum { NAME_LONG = 64 };

static char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same(char a, char b, bool folded)
{
    return a == b || (folded && fold(a) == fold(b));
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Source: R. A. Wagner, M. J. Fischer, The String-to-String Correction Problem, JACM 1974,
 * and for the swaps F. J. Damerau, CACM 1964; what has been swapped is not edited again.
 * Three rows of the table are enough.  Names too long for them count as different throughout. */
static int distance(const char *a, const char *b, bool folded)
{
    int rows[3][NAME_LONG + 1];
    int *before = rows[0], *last = rows[1], *row = rows[2];
    size_t n = strlen(a), m = strlen(b), i, j;

    if (n > NAME_LONG || m > NAME_LONG) {
        size_t longer = n > m ? n : m;

        return strcmp(a, b) == 0 ? 0 : longer > INT32_MAX ? INT32_MAX : (int)longer;
    }
    for (j = 0; j <= m; j++)
        before[j] = last[j] = (int)j;
    for (i = 1; i <= n; i++) {
        int *free_row = before;

        row[0] = (int)i;
        for (j = 1; j <= m; j++) {
            int change = last[j - 1] + (same(a[i - 1], b[j - 1], folded) ? 0 : 1);

            row[j] = least(change, least(last[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2], folded) &&
                same(a[i - 2], b[j - 1], folded))
                row[j] = least(row[j], before[j - 2] + 1);
        }
        before = last;
        last = row;
        row = free_row;
    }
    return last[m];
}

int name_distance(const char *a, const char *b)
{
    sim_assert(a);
    sim_assert(b);
    return distance(a, b, false);
}

const char *name_closest(const char *word, const char *const *names, size_t n)
{
    /* A third of the word may be wrong, and a word of two letters may have one wrong. */
    size_t len = strlen(word);
    int best = len < 3 ? 2 : len > NAME_LONG ? NAME_LONG / 3 + 1 : (int)(len / 3) + 1;
    const char *closest = NULL;
    size_t i;

    for (i = 0; i < n; i++) {
        int d = distance(word, names[i], true);

        /* "FIFO" is as close to "fifo" as can be without being it.  With fewer than all of
         * its letters wrong, a short name is still one that could have been meant. */
        if (d == 0 && strcmp(word, names[i]) != 0)
            d = 1;
        else if ((size_t)d >= strlen(names[i]))
            continue;
        if (d < best) {
            best = d;
            closest = names[i];
        }
    }
    return closest;
}

/* ---- times ------------------------------------------------------------------------ */

enum { DECIMALS_MAX = 6 };

/* The decimals of `part` in `size`, a power of ten: ".5" for 500 in 1000, "" for none.  More than
 * DECIMALS_MAX are cut off. */
static const char *decimals(uint64_t part, uint64_t size, char buf[DECIMALS_MAX + 2])
{
    size_t n = 0, used = 0;

    for (size /= 10; n < DECIMALS_MAX && size > 0; size /= 10) {
        buf[++n] = (char)('0' + part / size % 10);
        if (buf[n] != '0')
            used = n;
    }
    buf[0] = '.';
    buf[used > 0 ? used + 1 : 0] = '\0';
    return buf;
}

const char *time_text(sim_time ns, char buf[TIME_TEXT_SIZE])
{
    static const struct {
        const char *name;
        uint64_t ns, smallest; /* what its last decimal stands for */
    } units[] = {{"s", 1000000000, 1000}, {"ms", 1000000, 1}, {"us", 1000, 1}, {"ns", 1, 1}};
    uint64_t size = ns < 0 ? ~(uint64_t)ns + 1 : (uint64_t)ns;
    char behind[DECIMALS_MAX + 2];
    size_t i = 0;

    if (ns == 0 || ns == SIM_NEVER) {
        snprintf(buf, TIME_TEXT_SIZE, "%s", ns == 0 ? "0" : "never");
        return buf;
    }
    while (size < units[i].ns || size % units[i].smallest != 0)
        i++;
    sim_assert(i < ARRAY_LEN(units));
    snprintf(buf, TIME_TEXT_SIZE, "%s%" PRIu64 "%s %s", ns < 0 ? "-" : "", size / units[i].ns,
             decimals(size % units[i].ns, units[i].ns, behind), units[i].name);
    return buf;
}
