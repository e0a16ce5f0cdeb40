/* page_story.c - the story of a run, as `run --explain` tells it, beside the records of a page.
 *
 * Each line stands at the record behind which it was told.  It is kept for the first records of
 * a run: nobody reads on for ever, and a page of a million records has no room for it.  Most
 * lines differ from an earlier one in their numbers alone: only these are written then. */
#include "plots/page_story.h"

#include <stdlib.h>
#include <string.h>

#include "plots/explain.h"
#include "plots/page_parts.h"

enum { TIME_COLUMNS = 11, LEVEL = 2, UNBROKEN = 1 << 20, PATTERNS = 512, DIGITS = 9 };

struct page_story {
    struct quanta_writer writer;
    struct explain *explain;
    uint64_t now, told;       /* records that have happened; ... at the last line */
    char *patterns[PATTERNS]; /* the last ones, each at its number modulo PATTERNS */
    int npatterns;            /* in all */
    struct text json;         /* its lines, without the brackets */
};

/* What stands behind the column of times. */
static const char *behind_time(const char *line)
{
    int column = 0;

    while (*line && column < TIME_COLUMNS) {
        line++;
        if (((unsigned char)*line & 0xc0) != 0x80)
            column++;
    }
    line = strstr(line, "  ");
    sim_assert(line);
    return line + 2;
}

/* The text with 0 for each number. */
static char *pattern_of(const char *words)
{
    char *pattern = sim_strndup(words, strlen(words)), *to = pattern;

    while (*words) {
        size_t digits = strspn(words, "0123456789");

        *to++ = digits > 0 ? '0' : *words;
        words += digits > 0 ? digits : 1;
    }
    *to = '\0';
    return pattern;
}

/* Its number, or the pattern itself where it is new: it gets the next number. */
static void add_pattern(struct page_story *s, char *pattern)
{
    int oldest = s->npatterns > PATTERNS ? s->npatterns - PATTERNS : 0;

    for (int i = s->npatterns - 1; i >= oldest; i--)
        if (strcmp(s->patterns[i % PATTERNS], pattern) == 0) {
            text_addf(&s->json, "%d", i);
            free(pattern);
            return;
        }
    json_text(&s->json, pattern);
    free(s->patterns[s->npatterns % PATTERNS]);
    s->patterns[s->npatterns++ % PATTERNS] = pattern;
}

/* Its numbers; those that JSON would write otherwise, as strings. */
static void add_numbers(struct page_story *s, const char *words)
{
    while (*(words += strcspn(words, "0123456789"))) {
        int digits = (int)strspn(words, "0123456789");
        const char *quote = digits > DIGITS || (digits > 1 && *words == '0') ? "\"" : "";

        text_addf(&s->json, ",%s%.*s%s", quote, digits, words, quote);
        words += digits;
    }
}

/* One line comes at a time, its end with it. */
static bool write_line(struct quanta_writer *writer, int file, const void *bytes, size_t n)
{
    struct page_story *s = container_of(writer, struct page_story, writer);
    char *line = sim_strndup(bytes, n);
    const char *words = behind_time(line);
    size_t indent = strspn(words, " ");

    (void)file;
    line[strcspn(line, "\n")] = '\0';
    text_addf(&s->json, "%s[%llu,%zu,", s->json.len > 0 ? "," : "",
              (unsigned long long)(s->now - s->told), indent / LEVEL);
    s->told = s->now;
    add_pattern(s, pattern_of(words + indent));
    add_numbers(s, words + indent);
    text_add(&s->json, "]");
    free(line);
    return true;
}

struct page_story *page_story_new(const struct scenario *sc)
{
    const struct quanta_look look = {.width = UNBROKEN};
    struct page_story *s = sim_calloc(1, sizeof(*s));

    s->writer.write = write_line;
    s->explain = explain_new(sc, &look, &s->writer);
    return s;
}

void page_story_record(struct page_story *s, const struct trace_rec *rec, uint64_t records)
{
    s->now = records;
    if (records <= STORY_RECORDS)
        explain_sink(s->explain)->record(explain_sink(s->explain), rec);
}

const char *page_story_json(const struct page_story *s)
{
    return s && s->json.len > 0 ? s->json.data : "";
}

void page_story_free(struct page_story *s)
{
    if (!s)
        return;
    explain_free(s->explain);
    text_release(&s->json);
    for (int i = 0; i < PATTERNS; i++)
        free(s->patterns[i]);
    free(s);
}
