#include "plots/svg.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define FONTS "Inter, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"

/* ---- what all elements are made of ------------------------------------------------------- */

void svg_number(struct text *t, px value)
{
    char digits[24];
    size_t n = sizeof(digits);
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value, whole = left / 100;

    if (left % 100 > 0) {
        if (left % 10 > 0)
            digits[--n] = (char)('0' + left % 10);
        digits[--n] = (char)('0' + left / 10 % 10);
        digits[--n] = '.';
    }
    do
        digits[--n] = (char)('0' + whole % 10);
    while (whole /= 10);
    if (value < 0)
        digits[--n] = '-';
    text_add_len(t, digits + n, sizeof(digits) - n);
}

void svg_escape(struct text *t, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '&')
            text_add(t, "&amp;");
        else if (c == '<')
            text_add(t, "&lt;");
        else if (c == '>')
            text_add(t, "&gt;");
        else if (c == '"')
            text_add(t, "&quot;");
        else if (c < ' ')
            text_add(t, " ");
        else
            text_add_len(t, text, 1);
    }
}

static void attribute(struct svg *s, const char *name, px value)
{
    text_add(&s->t, " ");
    text_add(&s->t, name);
    text_add(&s->t, "=\"");
    svg_number(&s->t, value);
    text_add(&s->t, "\"");
}

static void paint(struct svg *s, const char *name, colour c)
{
    char hex[] = "#000000";

    for (int i = 6; i > 0; i--, c >>= 4)
        hex[i] = "0123456789abcdef"[c & 15];
    text_add(&s->t, " ");
    text_add(&s->t, name);
    text_add(&s->t, "=\"");
    text_add(&s->t, hex);
    text_add(&s->t, "\"");
}

static void close_element(struct svg *s, const char *name, const char *title)
{
    if (!title) {
        text_add(&s->t, "/>\n");
        return;
    }
    text_add(&s->t, "><title>");
    svg_escape(&s->t, title);
    text_add(&s->t, "</title></");
    text_add(&s->t, name);
    text_add(&s->t, ">\n");
}

/* ---- the document ------------------------------------------------------------------------ */

void svg_open(struct svg *s, px width, px height, colour ground, const char *title,
              const char *about)
{
    memset(s, 0, sizeof(*s));
    s->ground = ground;
    text_add(&s->t, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ");
    svg_number(&s->t, width);
    text_add(&s->t, " ");
    svg_number(&s->t, height);
    text_add(&s->t, "\"");
    attribute(s, "width", width);
    attribute(s, "height", height);
    text_add(&s->t, " role=\"img\" aria-labelledby=\"title about\" font-family=\"" FONTS "\">\n"
                    "<title id=\"title\">");
    svg_escape(&s->t, title);
    text_add(&s->t, "</title>\n<desc id=\"about\">");
    svg_escape(&s->t, about);
    text_add(&s->t, "</desc>\n");
    svg_rect(s, 0, 0, width, height, ground, 0, NULL);
}

char *svg_close(struct svg *s)
{
    sim_assert(s->depth == 0);
    text_add(&s->t, "</svg>\n");
    return text_take(&s->t);
}

void svg_group(struct svg *s, const char *kind, const char *name)
{
    s->depth++;
    text_add(&s->t, "<g class=\"");
    text_add(&s->t, kind);
    text_add(&s->t, "\"");
    if (name) {
        text_add(&s->t, " data-name=\"");
        svg_escape(&s->t, name);
        text_add(&s->t, "\"");
    }
    text_add(&s->t, ">\n");
}

void svg_end(struct svg *s)
{
    sim_assert(s->depth > 0);
    s->depth--;
    text_add(&s->t, "</g>\n");
}

/* ---- shapes ------------------------------------------------------------------------------- */

void svg_rect(struct svg *s, px x, px y, px w, px h, colour fill, px round, const char *title)
{
    text_add(&s->t, "<rect");
    attribute(s, "x", x);
    attribute(s, "y", y);
    attribute(s, "width", w > 0 ? w : 0);
    attribute(s, "height", h > 0 ? h : 0);
    paint(s, "fill", fill);
    if (round > 0)
        attribute(s, "rx", round);
    close_element(s, "rect", title);
}

void svg_line(struct svg *s, px x1, px y1, px x2, px y2, colour stroke, px width,
              enum line_shape shape, const char *title)
{
    static const char *const dashes[] = {NULL, "0.1 6.2", "7 4", "0.1 11"};

    text_add(&s->t, "<line");
    attribute(s, "x1", x1);
    attribute(s, "y1", y1);
    attribute(s, "x2", x2);
    attribute(s, "y2", y2);
    paint(s, "stroke", stroke);
    attribute(s, "stroke-width", width);
    if (dashes[shape]) {
        if (shape != LINE_DASHES)
            text_add(&s->t, " stroke-linecap=\"round\"");
        text_add(&s->t, " stroke-dasharray=\"");
        text_add(&s->t, dashes[shape]);
        text_add(&s->t, "\"");
    }
    close_element(s, "line", title);
}

void svg_ring(struct svg *s, px x, px y, px radius, colour fill, colour stroke, px width,
              const char *title)
{
    text_add(&s->t, "<circle");
    attribute(s, "cx", x);
    attribute(s, "cy", y);
    attribute(s, "r", radius);
    paint(s, "fill", fill);
    paint(s, "stroke", stroke);
    attribute(s, "stroke-width", width);
    close_element(s, "circle", title);
}

void svg_cross(struct svg *s, px x, px y, px radius, colour stroke, px width, const char *title)
{
    svg_path(s, stroke, width);
    svg_move(s, x - radius, y - radius);
    svg_to(s, x + radius, y + radius);
    svg_move(s, x + radius, y - radius);
    svg_to(s, x - radius, y + radius);
    svg_path_end(s, title);
}

void svg_path(struct svg *s, colour c, px width)
{
    text_add(&s->t, "<path");
    if (width > 0) {
        text_add(&s->t, " fill=\"none\"");
        paint(s, "stroke", c);
        attribute(s, "stroke-width", width);
        text_add(&s->t, " stroke-linejoin=\"round\"");
    } else {
        paint(s, "fill", c);
    }
    text_add(&s->t, " d=\"");
}

static void point(struct svg *s, const char *command, px x, px y)
{
    text_add(&s->t, command);
    svg_number(&s->t, x);
    text_add(&s->t, " ");
    svg_number(&s->t, y);
}

void svg_move(struct svg *s, px x, px y)
{
    point(s, "M", x, y);
}

void svg_to(struct svg *s, px x, px y)
{
    point(s, "L", x, y);
}

void svg_box(struct svg *s, px x, px y, px w, px h)
{
    svg_move(s, x, y);
    text_add(&s->t, "h");
    svg_number(&s->t, w);
    text_add(&s->t, "v");
    svg_number(&s->t, h);
    text_add(&s->t, "h");
    svg_number(&s->t, -w);
    text_add(&s->t, "z");
}

void svg_path_end(struct svg *s, const char *title)
{
    text_add(&s->t, "\"");
    close_element(s, "path", title);
}

/* ---- text --------------------------------------------------------------------------------- */

static void font_attributes(struct svg *s, struct font f)
{
    static const char *const anchors[] = {NULL, "middle", "end"};

    attribute(s, "font-size", f.size);
    paint(s, "fill", f.fill);
    if (f.weight > 0)
        text_addf(&s->t, " font-weight=\"%d\"", f.weight);
    if (anchors[f.anchor]) {
        text_add(&s->t, " text-anchor=\"");
        text_add(&s->t, anchors[f.anchor]);
        text_add(&s->t, "\"");
    }
    if (f.italic)
        text_add(&s->t, " font-style=\"italic\"");
    if (f.figures)
        text_add(&s->t, " font-feature-settings=\"tnum\"");
    if (f.halo) {
        paint(s, "stroke", s->ground);
        text_add(&s->t, " stroke-width=\"5\" stroke-linejoin=\"round\" paint-order=\"stroke\"");
    }
}

static void start_text(struct svg *s, px x, px y, struct font f)
{
    text_add(&s->t, "<text");
    attribute(s, "x", x);
    attribute(s, "y", y);
    font_attributes(s, f);
    text_add(&s->t, ">");
}

void svg_text(struct svg *s, px x, px y, struct font f, const char *text)
{
    start_text(s, x, y, f);
    svg_escape(&s->t, text);
    text_add(&s->t, "</text>\n");
}

void svg_text_fit(struct svg *s, px x, px y, px room, struct font f, const char *text)
{
    struct text cut = {0};

    text_fit(&cut, text, room, f.size, f.weight >= 600);
    text_add(&cut, "");
    start_text(s, x, y, f);
    svg_escape(&s->t, cut.data);
    if (strcmp(cut.data, text) != 0) {
        text_add(&s->t, "<title>");
        svg_escape(&s->t, text);
        text_add(&s->t, "</title>");
    }
    text_add(&s->t, "</text>\n");
    text_release(&cut);
}

int svg_paragraph(struct svg *s, px x, px y, px room, px leading, int lines, struct font f,
                  const char *text)
{
    int n = 0;

    while (*text && n < lines) {
        const char *next;
        size_t len = text_line(text, room, f.size, f.weight >= 600, &next);
        char *line = sim_strndup(text, len);

        /* What has no line any more ends in "…". */
        if (s)
            svg_text_fit(s, x, y + leading * n, room, f, n + 1 == lines && *next ? text : line);
        free(line);
        text = next;
        n++;
    }
    return n;
}

void svg_runs(struct svg *s, px x, px y, struct font f)
{
    start_text(s, x, y, f);
}

void svg_run(struct svg *s, struct font f, px before, const char *text)
{
    text_add(&s->t, "<tspan");
    if (before != 0)
        attribute(s, "dx", before);
    f.anchor = ANCHOR_START;
    f.halo = false;
    font_attributes(s, f);
    text_add(&s->t, ">");
    svg_escape(&s->t, text);
    text_add(&s->t, "</tspan>");
}

void svg_runs_end(struct svg *s)
{
    text_add(&s->t, "</text>\n");
}
