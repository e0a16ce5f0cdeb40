/* picture.c - the table of picture files, and SVG itself. */
#include "sim/cli/picture.h"

#include <string.h>

#include "sim/cli/raster.h"

char *picture_svg(const struct picture *p)
{
    return p->sweep ? quanta_plot_sweep(p->sweep, &p->look)
                    : quanta_plot(p->runs, p->n, &p->look);
}

static bool make_svg(const struct picture *p, struct text *out, struct text *error)
{
    char *svg = picture_svg(p);

    (void)error;
    text_add(out, svg);
    quanta_text_free(svg);
    return true;
}

static const struct picture_output svg = {
    .suffix = ".svg",
    .help = "text, for browsers, editors and slides",
    .make = make_svg,
};

static void prepare_page(struct quanta_options *options)
{
    options->plot = false;
    options->page = options->numbers = options->digest = true;
}

static bool stream_page(const struct picture *p, struct quanta_writer *writer)
{
    return quanta_page(p->runs, p->n, writer);
}

static const struct picture_output html = {
    .suffix = ".html",
    .help = "a page to explore in a browser: zoom, step, search; one file, no network",
    .prepare = prepare_page,
    .stream = stream_page,
};

static bool make_dot(const struct picture *p, struct text *out, struct text *error)
{
    char *dot = quanta_waits(p->runs, p->n);

    (void)error;
    text_add(out, dot);
    quanta_text_free(dot);
    return true;
}

static const struct picture_output dot = {
    .suffix = ".dot",
    .help = "who waits for whom for ever, for Graphviz",
    .make = make_dot,
    .kind = "waits",
};

const struct picture_output *const picture_outputs[] = {&svg,  &raster_png, &raster_pdf,
                                                        &html, &dot,        NULL};

const struct picture_output *picture_output_of(const char *path)
{
    size_t len = strlen(path);

    for (size_t i = 0; picture_outputs[i]; i++) {
        size_t suffix = strlen(picture_outputs[i]->suffix);

        if (len > suffix && strcmp(path + len - suffix, picture_outputs[i]->suffix) == 0)
            return picture_outputs[i];
    }
    return NULL;
}
