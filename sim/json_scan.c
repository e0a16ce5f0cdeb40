/* json_scan.c - strict JSON without recursion, and a message for every slip. */
#include "sim/json_scan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scan {
    struct json *j;
    struct diags *diags;
    const char *s;
    size_t at, end;
    bool report;                /* positions count */
    bool failed;                /* something was reported */
    uint32_t open[JSON_DEPTH];  /* numbers of the containers around */
    uint32_t count[JSON_DEPTH]; /* of their members */
    size_t depth;
    uint32_t *seen; /* hash table: numbers of values with keys */
    size_t nseen, seen_room;
};

/* ---- strings ----------------------------------------------------------------------- */

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Four hexadecimal digits, or -1. */
static long hex4(const char *s)
{
    long value = 0;

    for (int i = 0; i < 4; i++) {
        if (hex(s[i]) < 0)
            return -1;
        value = 16 * value + hex(s[i]);
    }
    return value;
}

static void add_utf8(struct text *out, unsigned long c)
{
    char b[4];
    size_t n = 0;

    if (c < 0x80) {
        b[n++] = (char)c;
    } else if (c < 0x800) {
        b[n++] = (char)(0xc0 | c >> 6);
        b[n++] = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        b[n++] = (char)(0xe0 | c >> 12);
        b[n++] = (char)(0x80 | (c >> 6 & 0x3f));
        b[n++] = (char)(0x80 | (c & 0x3f));
    } else {
        b[n++] = (char)(0xf0 | c >> 18);
        b[n++] = (char)(0x80 | (c >> 12 & 0x3f));
        b[n++] = (char)(0x80 | (c >> 6 & 0x3f));
        b[n++] = (char)(0x80 | (c & 0x3f));
    }
    text_add_len(out, b, n);
}

size_t json_decode(const char *s, struct text *out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    size_t i = 1;

    sim_assert(s[0] == '"');
    while (s[i] != '"') {
        size_t run = strcspn(s + i, "\"\\");

        text_add_len(out, s + i, run);
        i += run;
        if (s[i] != '\\')
            continue;
        if (s[i + 1] == 'u') {
            unsigned long c = (unsigned long)hex4(s + i + 2);

            i += 6;
            if (c >= 0xd800 && c < 0xdc00) {
                c = 0x10000 + ((c - 0xd800) << 10) + ((unsigned long)hex4(s + i + 2) - 0xdc00);
                i += 6;
            }
            add_utf8(out, c);
        } else {
            text_add_len(out, &to[strchr(from, s[i + 1]) - from], 1);
            i += 2;
        }
    }
    return i + 1;
}

/* ---- errors ------------------------------------------------------------------------ */

static bool fail(struct scan *s, size_t at, const char *hint, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/* Always false, to be returned. */
static bool fail(struct scan *s, size_t at, const char *hint, const char *fmt, ...)
{
    char message[200];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(message, sizeof(message), fmt, ap);
    va_end(ap);
    diags_add_text(s->diags, s->report ? at : SIZE_MAX, NULL, hint, message);
    s->failed = true;
    return false;
}

static size_t line_of(const struct scan *s, size_t at, size_t *column)
{
    size_t line = 1, start = 0;

    for (size_t i = 0; i < at; i++) {
        if (s->s[i] == '\n') {
            line++;
            start = i + 1;
        }
    }
    *column = 1;
    for (size_t i = start; i < at; i++)
        *column += ((unsigned char)s->s[i] & 0xc0) != 0x80;
    return line;
}

static char peek(const struct scan *s)
{
    return s->at < s->end ? s->s[s->at] : '\0';
}

static const char *container(const struct scan *s)
{
    return s->s[s->j->values[s->open[s->depth - 1] - 1].at] == '{' ? "object" : "array";
}

/* The text is over, and should not be. */
static bool fail_end(struct scan *s)
{
    size_t column, line;

    if (s->depth == 0)
        return fail(s, s->at, NULL, "a value is missing");
    line = line_of(s, s->j->values[s->open[s->depth - 1] - 1].at, &column);
    return fail(s, s->at, *container(s) == 'o' ? "is a \"}\" missing?" : "is a \"]\" missing?",
                "the text ends inside the %s that begins at line %zu, column %zu", container(s),
                line, column);
}

/* What stands there is neither a value nor punctuation that fits. */
static bool fail_char(struct scan *s, const char *expected)
{
    char c = peek(s);
    size_t n = 0;

    if (s->at >= s->end)
        return fail_end(s);
    if (c == '\0')
        return fail(s, s->at, "is this a text file?", "a NUL byte in the text");
    if (c == '/' || c == '#')
        return fail(s, s->at, "write \"//\": \"...\" as a member of an object",
                    "JSON has no comments");
    if (c == '\'')
        return fail(s, s->at, NULL, "strings stand in double quotes: \"...\"");
    if ((unsigned char)c == 0xef && s->end - s->at > 2 &&
        memcmp(s->s + s->at, "\xef\xbb\xbf", 3) == 0)
        return fail(s, s->at, "save the file as UTF-8 without it", "a byte order mark");
    if (s->at == 0 && s->end > 1 &&
        (memcmp(s->s, "\xff\xfe", 2) == 0 || memcmp(s->s, "\xfe\xff", 2) == 0))
        return fail(s, s->at, "save the file as UTF-8", "this text is UTF-16");
    if ((unsigned char)c < 0x20 || (unsigned char)c >= 0x7f)
        return fail(s, s->at, NULL, "expected %s, got the byte 0x%02x", expected,
                    (unsigned char)c);
    while (s->at + n < s->end && n < 40 &&
           strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$.-",
                  s->s[s->at + n]) &&
           s->s[s->at + n])
        n++;
    return fail(s, s->at, NULL, "expected %s, got %.*s", expected, n ? (int)n : 1,
                s->s + s->at);
}

/* ---- tokens ------------------------------------------------------------------------- */

static void skip_space(struct scan *s)
{
    while (s->at < s->end && strchr(" \t\r\n", s->s[s->at]) && s->s[s->at])
        s->at++;
}

/* Bytes of the UTF-8 character at `p`; 0: it is none. */
static size_t utf8_len(const char *p, size_t left)
{
    const unsigned char *u = (const unsigned char *)p;
    size_t n = u[0] < 0x80                   ? 1
               : u[0] >= 0xc2 && u[0] < 0xe0 ? 2
               : (u[0] & 0xf0) == 0xe0       ? 3
               : u[0] >= 0xf0 && u[0] < 0xf5 ? 4
                                             : 0;

    if (n > left)
        return 0;
    for (size_t i = 1; i < n; i++) {
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    }
    if ((u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xed && u[1] >= 0xa0) ||
        (u[0] == 0xf0 && u[1] < 0x90) || (u[0] == 0xf4 && u[1] >= 0x90))
        return 0;
    return n;
}

static bool scan_escape(struct scan *s)
{
    const char *p = s->s + s->at;
    size_t left = s->end - s->at;
    long c;

    if (left < 2)
        return fail(s, s->at, NULL, "the string does not end");
    if (p[1] != 'u') {
        if (!strchr("\"\\/bfnrt", p[1]) || !p[1])
            return fail(s, s->at, "a backslash itself is written \\\\",
                        "no such escape in JSON strings");
        s->at += 2;
        return true;
    }
    c = left < 6 ? -1 : hex4(p + 2);
    if (c < 0)
        return fail(s, s->at, NULL, "\\u needs four hexadecimal digits");
    if (c == 0)
        return fail(s, s->at, NULL, "a NUL character in a string");
    s->at += 6;
    if (c < 0xd800 || c > 0xdfff)
        return true;
    if (c < 0xdc00 && left >= 12 && p[6] == '\\' && p[7] == 'u') {
        long low = hex4(p + 8);

        if (low >= 0xdc00 && low <= 0xdfff) {
            s->at += 6;
            return true;
        }
    }
    return fail(s, s->at - 6, NULL, "half of a surrogate pair");
}

static bool scan_string(struct scan *s)
{
    size_t start = s->at++;

    sim_assert(s->s[start] == '"');
    while (s->at < s->end && s->s[s->at] != '"') {
        unsigned char c = (unsigned char)s->s[s->at];
        size_t n;

        if (c == '\\') {
            if (!scan_escape(s))
                return false;
            continue;
        }
        if (c == '\n' || c == '\r')
            return fail(s, start,
                        "a closing \" is missing, or a line break, which is written \\n",
                        "the string does not end on its line");
        if (c == '\t')
            return fail(s, s->at, NULL, "a tab in a string is written \\t");
        if (c == '\0')
            return fail(s, s->at, "is this a text file?", "a NUL byte in the text");
        if (c < 0x20)
            return fail(s, s->at, NULL, "a control character in a string is written \\u%04x",
                        c);
        n = utf8_len(s->s + s->at, s->end - s->at);
        if (n == 0)
            return fail(s, s->at, "save the file as UTF-8", "the byte 0x%02x is not UTF-8", c);
        s->at += n;
    }
    if (s->at >= s->end)
        return fail(s, start, NULL, "the string does not end");
    s->at++;
    return true;
}

static bool digits(struct scan *s)
{
    size_t start = s->at;

    while (peek(s) >= '0' && peek(s) <= '9')
        s->at++;
    return s->at > start;
}

static bool scan_number(struct scan *s)
{
    size_t start = s->at;
    char c;

    if (peek(s) == '-')
        s->at++;
    if (peek(s) == '0' && s->at + 1 < s->end && s->s[s->at + 1] >= '0' &&
        s->s[s->at + 1] <= '9')
        return fail(s, start, NULL, "a number does not begin with 0");
    if (!digits(s))
        return fail(s, start, NULL, "a digit is missing after \"-\"");
    if (peek(s) == '.') {
        s->at++;
        if (!digits(s))
            return fail(s, start, NULL, "a digit is missing after the decimal point");
    }
    if (peek(s) == 'e' || peek(s) == 'E') {
        s->at++;
        if (peek(s) == '+' || peek(s) == '-')
            s->at++;
        if (!digits(s))
            return fail(s, start, NULL, "a digit is missing in the exponent");
    }
    if (s->at - start > JSON_NUMBER_SIZE)
        return fail(s, start, NULL, "a number of %zu characters; %d are enough", s->at - start,
                    JSON_NUMBER_SIZE);
    c = peek(s);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_')
        return fail(s, start, "a value with a unit is a string: \"10ms\"", "not a number");
    return true;
}

static bool scan_word(struct scan *s)
{
    static const char *const words[] = {"true", "false", "null"};
    size_t n = 0;

    while (s->at + n < s->end &&
           ((s->s[s->at + n] | 32) >= 'a' && (s->s[s->at + n] | 32) <= 'z'))
        n++;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (n == strlen(words[i]) && memcmp(s->s + s->at, words[i], n) == 0) {
            s->at += n;
            return true;
        }
    }
    if (n == 0 || n > 40)
        return fail_char(s, "a value");
    return fail(s, s->at,
                "words are true, false, null; everything else stands in double quotes",
                "no value %.*s in JSON", (int)n, s->s + s->at);
}

/* ---- keys that stand twice ------------------------------------------------------------ */

static uint32_t hash_key(const char *key, size_t len, uint32_t parent)
{
    uint32_t h = (2166136261U ^ parent) * 16777619U;

    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)key[i]) * 16777619U;
    h ^= h >> 15;
    h *= 2246822519U;
    return h ^ h >> 13;
}

static void key_of(const struct scan *s, uint32_t number, struct text *key)
{
    key->len = 0;
    text_add(key, "");
    (void)json_decode(s->s + s->j->values[number - 1].key, key);
}

static void seen_put(uint32_t *table, size_t room, uint32_t hash, uint32_t number)
{
    size_t i = hash & (room - 1);

    while (table[i])
        i = (i + 1) & (room - 1);
    table[i] = number;
}

static void seen_grow(struct scan *s)
{
    size_t room = s->seen_room ? 2 * s->seen_room : 64;
    uint32_t *table = sim_calloc(room, sizeof(*table));
    struct text key = {0};

    for (size_t i = 0; i < s->seen_room; i++) {
        if (s->seen[i]) {
            key_of(s, s->seen[i], &key);
            seen_put(table, room,
                     hash_key(key.data, key.len, s->j->values[s->seen[i] - 1].parent),
                     s->seen[i]);
        }
    }
    text_release(&key);
    free(s->seen);
    s->seen = table;
    s->seen_room = room;
}

static void report_twice(struct scan *s, const char *key, size_t first, size_t second)
{
    char hint[80];
    size_t column, line = line_of(s, first, &column);

    (void)snprintf(hint, sizeof(hint), "the first one is at line %zu, column %zu", line,
                   column);
    (void)fail(s, second, hint, "the key \"%.60s\" stands twice in one object", key);
}

/* The last value recorded has a key: is it new? */
static void check_key(struct scan *s)
{
    uint32_t number = s->j->n, parent = s->j->values[number - 1].parent;
    struct text key = {0}, other = {0};
    uint32_t hash;
    size_t i;

    if (2 * (s->nseen + 1) > s->seen_room)
        seen_grow(s);
    key_of(s, number, &key);
    hash = hash_key(key.data, key.len, parent);
    for (i = hash & (s->seen_room - 1); s->seen[i]; i = (i + 1) & (s->seen_room - 1)) {
        const struct json_value *v = &s->j->values[s->seen[i] - 1];

        if (v->parent != parent)
            continue;
        key_of(s, s->seen[i], &other);
        if (other.len == key.len && memcmp(other.data, key.data, key.len) == 0 &&
            strcmp(key.data, "//") != 0) {
            report_twice(s, key.data, v->key, s->j->values[number - 1].key);
            break;
        }
    }
    if (!s->seen[i]) {
        s->seen[i] = number;
        s->nseen++;
    }
    text_release(&key);
    text_release(&other);
}

/* ---- values --------------------------------------------------------------------------- */

static void record(struct scan *s, uint32_t key, uint32_t parent)
{
    struct json *j = s->j;

    if (j->n == j->room) {
        j->room = j->room ? 2 * j->room : 256;
        j->values = sim_realloc(j->values, j->room * sizeof(*j->values));
    }
    j->values[j->n++] = (struct json_value){(uint32_t)s->at, key, parent};
}

/* A key and its colon, up to its value. */
static bool scan_key(struct scan *s, size_t *key)
{
    char c = peek(s);

    if (c != '"') {
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_')
            return fail(s, s->at, NULL, "keys stand in double quotes");
        return fail_char(s, "a key in double quotes");
    }
    *key = s->at;
    if (!scan_string(s))
        return false;
    skip_space(s);
    if (peek(s) != ':')
        return fail_char(s, "\":\" after the key");
    s->at++;
    skip_space(s);
    return true;
}

/* A scalar, or the opening of a container; *opened says which. */
static bool scan_value(struct scan *s, bool *opened)
{
    char c = peek(s);

    *opened = false;
    if (s->at >= s->end)
        return fail_end(s);
    if (c == '"')
        return scan_string(s);
    if (c == '-' || (c >= '0' && c <= '9'))
        return scan_number(s);
    if (c == '+')
        return fail(s, s->at, NULL, "a number has no plus sign");
    if (c == '.')
        return fail(s, s->at, "write 0.5 for .5", "a number begins with a digit");
    if (c != '{' && c != '[')
        return scan_word(s);
    if (s->depth == JSON_DEPTH)
        return fail(s, s->at, NULL, "more than %d levels of objects and arrays", JSON_DEPTH);
    s->open[s->depth] = s->j->n;
    s->count[s->depth++] = 0;
    s->at++;
    *opened = true;
    return true;
}

/* Behind a member, or behind an opening: closes what ends here.  *more: a member follows. */
static bool scan_between(struct scan *s, bool opened, bool *more)
{
    *more = false;
    while (s->depth > 0) {
        bool object;
        size_t comma;

        skip_space(s);
        object = *container(s) == 'o';
        if (peek(s) == (object ? '}' : ']')) {
            s->at++;
            s->depth--;
            opened = false;
            continue;
        }
        *more = true;
        if (opened)
            return true;
        comma = s->at;
        if (peek(s) != ',') {
            char c = peek(s);

            if (c == '"' || c == '{' || c == '[' || c == '-' || (c >= '0' && c <= '9'))
                return fail(s, s->at, NULL, "a comma is missing before this");
            return fail_char(s, object ? "\",\" or \"}\"" : "\",\" or \"]\"");
        }
        s->at++;
        skip_space(s);
        if (peek(s) == '}' || peek(s) == ']')
            return fail(s, comma, "JSON allows none after the last member",
                        "a comma before \"%c\"", peek(s));
        return true;
    }
    return true;
}

static bool scan_all(struct scan *s, uint32_t key, uint32_t parent)
{
    bool opened, more = true;

    skip_space(s);
    if (s->at >= s->end)
        return fail(s, s->at, "a workload is a JSON object: { \"tasks\": [ ... ] }",
                    "the file is empty");
    for (bool first = true; more; first = false) {
        size_t name = 0;

        skip_space(s);
        if (first) {
            record(s, key, parent);
        } else {
            bool object = *container(s) == 'o';
            uint32_t place = s->count[s->depth - 1]++;

            if (object && !scan_key(s, &name))
                return false;
            record(s, object ? (uint32_t)name : place, s->open[s->depth - 1]);
            if (object)
                check_key(s);
        }
        if (!scan_value(s, &opened) || !scan_between(s, opened, &more))
            return false;
    }
    skip_space(s);
    if (s->at < s->end)
        return fail(s, s->at, NULL, "text after the end of the document");
    return true;
}

bool json_scan(struct json *j, size_t from, uint32_t key, uint32_t parent, bool report,
               struct diags *diags)
{
    struct scan *s = sim_calloc(1, sizeof(*s));
    bool good;

    sim_assert(from <= j->text.len);
    s->j = j;
    s->diags = diags;
    s->s = j->text.data ? j->text.data : "";
    s->at = from;
    s->end = j->text.len;
    s->report = report;
    good = scan_all(s, key, parent);
    good = good && !s->failed;
    free(s->seen);
    free(s);
    return good;
}
