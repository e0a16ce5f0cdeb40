/* picture.c - the table of picture files, and SVG itself. */
#include "sim/cli/picture.h"

#include <string.h>

#include "sim/cli/raster.h"

static bool make_svg(const struct picture *p, struct text *out, struct text *error)
{
    char *svg = quanta_plot(p->runs, p->n, &p->look);

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

const struct picture_output *const picture_outputs[] = {&svg, &raster_png, &raster_pdf, NULL};

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
