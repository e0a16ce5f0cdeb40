/* page.c - puts the page together, piece by piece: it may be larger than memory should be. */
#include "plots/page.h"

#include <inttypes.h>
#include <string.h>

#include "plots/page_parts.h"

struct page {
    struct quanta_writer *writer;
    bool failed;
};

static void add_len(struct page *p, const char *s, size_t len)
{
    if (!p->failed && len > 0 && !p->writer->write(p->writer, 0, s, len))
        p->failed = true;
}

static void add(struct page *p, const char *s)
{
    add_len(p, s, strlen(s));
}

static void add_lines(struct page *p, const char *const *lines)
{
    for (; *lines; lines++)
        add(p, *lines);
}

static void add_taken(struct page *p, struct text *t)
{
    add_len(p, t->data ? t->data : "", t->len);
    t->len = 0;
}

/* ---- base64 -------------------------------------------------------------------------------- */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Pads only where `len` is no multiple of three: the last piece of a tape. */
static void add_base64(struct page *p, const unsigned char *bytes, size_t len)
{
    char line[4096];
    size_t n = 0;

    for (size_t i = 0; i < len; i += 3) {
        uint32_t left = (uint32_t)(len - i), bits = (uint32_t)bytes[i] << 16;

        bits |= left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        bits |= left > 2 ? (uint32_t)bytes[i + 2] : 0;
        line[n++] = digits[bits >> 18];
        line[n++] = digits[bits >> 12 & 63];
        line[n++] = left > 1 ? digits[bits >> 6 & 63] : '=';
        line[n++] = left > 2 ? digits[bits & 63] : '=';
        if (n == sizeof(line)) {
            add_len(p, line, n);
            n = 0;
        }
    }
    add_len(p, line, n);
}

/* ---- the parts ------------------------------------------------------------------------------- */

/* A text as HTML has it. */
static void html_text(struct text *t, const char *s)
{
    for (; *s; s++) {
        if (*s == '<')
            text_add(t, "&lt;");
        else if (*s == '&')
            text_add(t, "&amp;");
        else
            text_add_len(t, s, 1);
    }
}

static void add_head(struct page *p, const char *title)
{
    struct text t = {0};

    /* Nothing is fetched, whatever a name in the data may say. */
    text_add(&t, "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
                 "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                 "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                 "script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:\">\n"
                 "<meta name=\"generator\" content=\"quanta " QUANTA_VERSION "\">\n<title>");
    html_text(&t, title);
    text_add(&t, "</title>\n<style>");
    add_taken(p, &t);
    text_release(&t);
    add_lines(p, page_style);
    add(p, "</style>\n<noscript>This page draws with JavaScript, which is switched off "
           "here.</noscript>\n<div id=\"app\"></div>\n");
}

static void add_texts(struct page *p, const struct tape *tape)
{
    struct text t = {0};

    add(p, ",\"texts\":[");
    for (size_t i = 0; i < tape->ntexts; i++) {
        if (i > 0)
            text_add(&t, ",");
        json_text(&t, tape->texts[i]);
        if (t.len > TAPE_PIECE)
            add_taken(p, &t);
    }
    add_taken(p, &t);
    text_release(&t);
    add(p, "]}");
}

static void add_facts(struct page *p, const struct page_run *runs, size_t n)
{
    struct text t = {0};

    text_add(&t, "<script type=\"application/json\" id=\"facts\">{");
    page_words(&t);
    text_add(&t, ",\"runs\":[");
    for (size_t i = 0; i < n; i++) {
        text_add(&t, i > 0 ? ",\n" : "\n");
        page_facts(&t, &runs[i]);
        t.len--; /* the object goes on */
        add_taken(p, &t);
        add_texts(p, runs[i].tape);
    }
    text_release(&t);
    add(p, "]}</script>\n");
}

static void add_tape(struct page *p, const struct tape *tape)
{
    add(p, "<script type=\"text/plain\" class=\"tape\">");
    for (const struct tape_piece *piece = tape->first; piece; piece = piece->next)
        add_base64(p, piece->bytes, piece->len);
    add(p, "</script>\n");
}

bool page_write(const struct page_run *runs, size_t n, struct quanta_writer *writer)
{
    struct page p = {.writer = writer};

    sim_assert(n > 0);
    add_head(&p, runs[0].tape->sc->name);
    add_facts(&p, runs, n);
    for (size_t i = 0; i < n; i++)
        add_tape(&p, runs[i].tape);
    add(&p, "<script>");
    add_lines(&p, page_script);
    add(&p, "</script>\n</html>\n");
    return !p.failed;
}
