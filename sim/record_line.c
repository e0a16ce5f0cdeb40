#include "sim/record_line.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/trace_fields.h"

/* ---- writing ------------------------------------------------------------------------------- */

static void add_number(struct text *t, int64_t value)
{
    char buf[24];
    char *p = buf + sizeof(buf);
    uint64_t rest = value < 0 ? ~(uint64_t)value + 1 : (uint64_t)value;

    if (value == SIM_NEVER) {
        text_add(t, "\"never\"");
        return;
    }
    do {
        *--p = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        *--p = '-';
    text_add_len(t, p, (size_t)(buf + sizeof(buf) - p));
}

static void add_key(struct text *t, const char *name)
{
    text_add(t, ",\"");
    text_add(t, name);
    text_add(t, "\":");
}

static void add_field(struct text *t, const struct trace_field *f, int field, int64_t value)
{
    const char *word = f->name && f->word ? f->word(value) : NULL;

    if (!f->name && value == trace_field_default(field))
        return;
    add_key(t, f->name ? f->name : trace_field_plain(field));
    if (word)
        text_quote(t, word);
    else
        add_number(t, value);
}

void record_line_write(struct text *t, const struct trace_rec *rec, const char *name)
{
    const struct trace_fields *fields = trace_fields((enum trace_kind)rec->kind);

    text_add(t, "{\"t\":");
    add_number(t, rec->at);
    text_add(t, ",\"event\":\"");
    text_add(t, trace_kind_name((enum trace_kind)rec->kind));
    text_add(t, "\"");
    if (rec->task != -1) {
        add_key(t, "task");
        add_number(t, rec->task);
    }
    for (int i = 0; i < TRACE_FIELDS; i++)
        add_field(t, &fields->of[i], i, trace_field_get(rec, i));
    if (rec->kind == TR_ARRIVE && (rec->text || name)) {
        add_key(t, "name");
        text_quote(t, rec->text ? rec->text : name);
        text_add(t, rec->text ? ",\"spawned\":true" : "");
    } else if (rec->text) {
        add_key(t, "text");
        text_quote(t, rec->text);
    }
    text_add(t, "}\n");
}

void record_line_end(struct text *t, sim_time at, const char *outcome)
{
    text_add(t, "{\"t\":");
    add_number(t, at);
    text_add(t, ",\"event\":\"end\",\"outcome\":");
    text_quote(t, outcome);
    text_add(t, "}\n");
}

/* ---- what is wrong --------------------------------------------------------------------------- */

void slip_say(struct slip *slip, size_t at, const char *hint, const char *fmt, ...)
{
    char buf[400];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(buf, sizeof(buf), fmt, ap);
    va_end(ap);
    slip->at = at;
    slip->message.len = slip->hint.len = 0;
    text_add(&slip->message, buf);
    if (hint)
        text_add(&slip->hint, hint);
}

void slip_release(struct slip *slip)
{
    text_release(&slip->message);
    text_release(&slip->hint);
}

/* ---- reading: a flat object -------------------------------------------------------------------- */

enum { MEMBERS_MAX = 12 };
enum member_type { MEMBER_NUMBER, MEMBER_TEXT, MEMBER_TRUE, MEMBER_FALSE };

struct member {
    const char *key;
    size_t key_len, at; /* `at`: where its key stands */
    enum member_type type;
    int64_t number;
    size_t text; /* offset in the line's texts */
    bool used;
};

struct members {
    struct member list[MEMBERS_MAX];
    size_t n;
};

struct scan {
    const char *line;
    size_t len, at;
    struct text *texts;
    struct slip *slip;
};

static bool wrong(struct scan *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
static bool wrong(struct scan *s, const char *fmt, ...)
{
    char buf[200];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(buf, sizeof(buf), fmt, ap);
    va_end(ap);
    slip_say(s->slip, s->at,
             "a record is one JSON object a line, without objects or arrays in it", "%s", buf);
    return false;
}

static int peek(struct scan *s)
{
    while (s->at < s->len &&
           (s->line[s->at] == ' ' || s->line[s->at] == '\t' || s->line[s->at] == '\r'))
        s->at++;
    return s->at < s->len ? (unsigned char)s->line[s->at] : -1;
}

static bool expect(struct scan *s, char c)
{
    if (peek(s) != (unsigned char)c)
        return s->at < s->len ? wrong(s, "expected '%c'", c)
                              : wrong(s, "expected '%c', and the line ends", c);
    s->at++;
    return true;
}

/* The four digits of \uXXXX at *at, which moves behind them; -1: they are none. */
static int32_t read_hex(const struct scan *s, size_t *at)
{
    int32_t value = 0;

    if (s->len - *at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = s->line[(*at)++];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;

        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static void add_utf8(struct text *t, uint32_t c)
{
    char buf[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};

    for (size_t i = n; i-- > 1; c >>= 6)
        buf[i] = (char)(0x80 | (c & 0x3f));
    buf[0] = (char)(first[n] | c);
    text_add_len(t, buf, n);
}

/* Behind the backslash. */
static bool read_escape(struct scan *s)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    const char *found;
    int32_t c, low;

    if (s->at >= s->len)
        return wrong(s, "the text does not end");
    found = s->line[s->at] ? strchr(names, s->line[s->at]) : NULL;
    if (found) {
        text_add_len(s->texts, &values[found - names], 1);
        s->at++;
        return true;
    }
    if (s->line[s->at++] != 'u')
        return wrong(s, "no such escape in a text");
    c = read_hex(s, &s->at);
    if (c >= 0xd800 && c < 0xdc00 && s->len - s->at >= 6 && s->line[s->at] == '\\' &&
        s->line[s->at + 1] == 'u') {
        s->at += 2;
        low = read_hex(s, &s->at);
        c = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00)
                                          : -1;
    }
    if (c <= 0 || (c >= 0xd800 && c < 0xe000))
        return wrong(s, "no such character");
    add_utf8(s->texts, (uint32_t)c);
    return true;
}

/* Into the texts, with a NUL behind; *offset: where it begins. */
static bool read_text(struct scan *s, size_t *offset)
{
    *offset = s->texts->len;
    if (!expect(s, '"'))
        return false;
    for (;;) {
        size_t from = s->at;

        while (s->at < s->len && s->line[s->at] != '"' && s->line[s->at] != '\\' &&
               (unsigned char)s->line[s->at] >= 0x20)
            s->at++;
        text_add_len(s->texts, s->line + from, s->at - from);
        if (s->at >= s->len || (unsigned char)s->line[s->at] < 0x20)
            return wrong(s, "the text does not end");
        if (s->line[s->at++] == '"')
            break;
        if (!read_escape(s))
            return false;
    }
    text_add_len(s->texts, "", 1);
    return true;
}

static bool read_number(struct scan *s, int64_t *number)
{
    bool minus = s->line[s->at] == '-';
    size_t from = s->at += minus;
    int64_t value = 0;

    for (; s->at < s->len && s->line[s->at] >= '0' && s->line[s->at] <= '9'; s->at++)
        if (!mul_i64(value, 10, &value) ||
            !(minus ? sub_i64(value, s->line[s->at] - '0', &value)
                    : add_i64(value, s->line[s->at] - '0', &value)))
            return wrong(s, "this number is too large");
    if (s->at == from)
        return wrong(s, "expected a whole number, a text or true");
    if (s->at < s->len && strchr(".eE", s->line[s->at]))
        return wrong(s, "expected a whole number");
    *number = value;
    return true;
}

static bool read_word(struct scan *s, const char *word)
{
    size_t n = strlen(word);

    if (s->len - s->at < n || memcmp(s->line + s->at, word, n) != 0)
        return wrong(s, "expected a whole number, a text or true");
    s->at += n;
    return true;
}

static bool read_member(struct scan *s, struct member *m)
{
    size_t key;

    (void)peek(s);
    m->at = s->at;
    m->used = false;
    m->type = MEMBER_NUMBER;
    m->number = 0;
    if (!read_text(s, &key))
        return false;
    s->texts->len = key; /* keys are compared as they stand; none of ours has escapes */
    m->key = s->line + m->at + 1;
    m->key_len = s->at - m->at - 2;
    if (!expect(s, ':'))
        return false;
    switch (peek(s)) {
    case '"':
        m->type = MEMBER_TEXT;
        return read_text(s, &m->text);
    case 't':
        m->type = MEMBER_TRUE;
        return read_word(s, "true");
    case 'f':
        m->type = MEMBER_FALSE;
        return read_word(s, "false");
    case -1:
        return wrong(s, "the line ends before the value");
    default:
        return read_number(s, &m->number);
    }
}

static bool read_members(struct scan *s, struct members *ms)
{
    ms->n = 0;
    if (!expect(s, '{'))
        return false;
    do {
        struct member *m = &ms->list[ms->n];

        if (ms->n == MEMBERS_MAX)
            return wrong(s, "a record has no more than %d members", MEMBERS_MAX);
        if (!read_member(s, m))
            return false;
        for (size_t i = 0; i < ms->n; i++)
            if (ms->list[i].key_len == m->key_len &&
                memcmp(ms->list[i].key, m->key, m->key_len) == 0) {
                s->at = m->at;
                return wrong(s, "\"%.*s\" stands twice", (int)m->key_len, m->key);
            }
        ms->n++;
    } while (peek(s) == ',' && s->at++ < s->len);
    if (!expect(s, '}'))
        return false;
    return peek(s) < 0 || wrong(s, "something stands behind the record");
}

/* ---- reading: a record --------------------------------------------------------------------------- */

static struct member *find(struct members *ms, const char *key)
{
    size_t len = strlen(key);

    for (size_t i = 0; i < ms->n; i++)
        if (ms->list[i].key_len == len && memcmp(ms->list[i].key, key, len) == 0) {
            ms->list[i].used = true;
            return &ms->list[i];
        }
    return NULL;
}

static bool is_never(const struct scan *s, const struct member *m)
{
    return m->type == MEMBER_TEXT && strcmp(s->texts->data + m->text, "never") == 0;
}

static bool need_number(struct scan *s, struct members *ms, const char *key, int64_t *value)
{
    const struct member *m = find(ms, key);

    if (!m) {
        s->at = 0;
        return wrong(s, "a record needs \"%s\"", key);
    }
    s->at = m->at;
    if (is_never(s, m)) {
        *value = SIM_NEVER;
        return true;
    }
    if (m->type != MEMBER_NUMBER)
        return wrong(s, "\"%s\" is a whole number", key);
    *value = m->number;
    return true;
}

static bool unknown_word(struct scan *s, const struct trace_field *f, const char *word)
{
    const char *names[32];
    struct text hint = {0};
    size_t n = 0;

    while (n < ARRAY_LEN(names) && f->word((int64_t)n)) {
        names[n] = f->word((int64_t)n);
        text_addf(&hint, "%s%s", n ? ", " : "there are: ", names[n]);
        n++;
    }
    slip_say(s->slip, s->at, hint.data, "no %s \"%.60s\"", f->name, word);
    text_release(&hint);
    return false;
}

/* One of an enumeration, by its word. */
static bool read_enum(struct scan *s, const struct member *m, const struct trace_field *f,
                      int64_t *value)
{
    const char *word = m->type == MEMBER_TEXT ? s->texts->data + m->text : NULL;

    s->at = m->at;
    if (!word)
        return wrong(s, "\"%s\" is a word", f->name);
    for (int64_t i = 0; f->word(i); i++)
        if (strcmp(f->word(i), word) == 0) {
            *value = i;
            return true;
        }
    return unknown_word(s, f, word);
}

static bool read_field(struct scan *s, struct members *ms, struct trace_rec *rec, int field)
{
    const struct trace_field *f = &trace_fields((enum trace_kind)rec->kind)->of[field];
    const char *name = f->name ? f->name : trace_field_plain(field);
    int64_t value = trace_field_default(field);
    const struct member *m = find(ms, name);

    if (!m && f->name && !f->may_miss) {
        s->at = 0;
        return wrong(s, "the record \"%s\" needs \"%s\"",
                     trace_kind_name((enum trace_kind)rec->kind), name);
    }
    if (m && f->word) {
        if (!read_enum(s, m, f, &value))
            return false;
    } else if (m && !need_number(s, ms, name, &value)) {
        return false;
    }
    if (field == FIELD_PLACE && (value < INT32_MIN || value > INT32_MAX)) {
        s->at = m ? m->at : 0;
        return wrong(s, "there is no such %s", name);
    }
    trace_field_set(rec, field, value);
    return true;
}

static bool read_texts(struct scan *s, struct members *ms, struct trace_rec *rec, size_t *text)
{
    bool arrives = rec->kind == TR_ARRIVE;
    const struct member *m = find(ms, arrives ? "name" : "text");
    const struct member *spawned = arrives ? find(ms, "spawned") : NULL;

    *text = SIZE_MAX;
    if (!m)
        return true;
    s->at = m->at;
    if (m->type != MEMBER_TEXT)
        return wrong(s, "a name and a text are texts");
    if (!arrives || (spawned && spawned->type == MEMBER_TRUE))
        *text = m->text;
    return true;
}

static bool no_such_kind(struct scan *s, const struct member *m)
{
    const char *names[TR_COUNT], *close, *word = s->texts->data + m->text;
    char hint[100] = "sim/trace.h lists the kinds of records";

    for (int i = 0; i < TR_COUNT; i++)
        names[i] = trace_kind_name((enum trace_kind)i);
    close = name_closest(word, names, TR_COUNT);
    if (close)
        (void)snprintf(hint, sizeof(hint), "did you mean \"%s\"?", close);
    slip_say(s->slip, m->at, hint, "no event \"%.60s\"", word);
    return false;
}

static bool read_kind(struct scan *s, struct members *ms, struct record_line *rl)
{
    const struct member *m = find(ms, "event");
    const char *word;

    s->at = m ? m->at : 0;
    if (!m || m->type != MEMBER_TEXT)
        return wrong(s, "a record needs \"event\": what happens");
    word = s->texts->data + m->text;
    rl->is_end = strcmp(word, "end") == 0;
    for (int i = 0; i < TR_COUNT; i++)
        if (strcmp(trace_kind_name((enum trace_kind)i), word) == 0) {
            rl->rec.kind = (uint8_t)i;
            return true;
        }
    return rl->is_end || no_such_kind(s, m);
}

static bool read_end(struct scan *s, struct members *ms, size_t *text)
{
    const struct member *m = find(ms, "outcome");

    s->at = m ? m->at : 0;
    if (!m || m->type != MEMBER_TEXT)
        return wrong(s, "the end needs its \"outcome\"");
    *text = m->text;
    return true;
}

static bool read_rest(struct scan *s, struct members *ms, struct trace_rec *rec, size_t *text)
{
    int64_t task = -1;

    if (find(ms, "task") && !need_number(s, ms, "task", &task))
        return false;
    if (task < -1 || task > INT32_MAX)
        return wrong(s, "there is no such task");
    rec->task = (int32_t)task;
    for (int i = 0; i < TRACE_FIELDS; i++)
        if (!read_field(s, ms, rec, i))
            return false;
    return read_texts(s, ms, rec, text);
}

bool record_line_read(struct record_line *rl, const char *line, size_t len, struct slip *slip)
{
    struct scan s = {line, len, 0, &rl->text, slip};
    struct members ms;
    size_t text = SIZE_MAX;

    rl->text.len = 0;
    rl->rec = (struct trace_rec){.place = -1, .task = -1};
    if (!read_members(&s, &ms) || !read_kind(&s, &ms, rl) ||
        !need_number(&s, &ms, "t", &rl->rec.at))
        return false;
    if (!(rl->is_end ? read_end(&s, &ms, &text) : read_rest(&s, &ms, &rl->rec, &text)))
        return false;
    for (size_t i = 0; i < ms.n; i++)
        if (!ms.list[i].used) {
            slip_say(slip, ms.list[i].at, NULL, "\"%.*s\" is nothing that this event has",
                     (int)(ms.list[i].key_len < 60 ? ms.list[i].key_len : 60), ms.list[i].key);
            return false;
        }
    rl->rec.text = text == SIZE_MAX ? NULL : rl->text.data + text;
    return true;
}
