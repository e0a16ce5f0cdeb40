/* raster.c - pictures as PNG and PDF: the SVG text, drawn by librsvg.
 *
 * QUANTA_RSVG says that the library is there; without it the two formats are known, and what
 * is missing is said. */
#include "sim/cli/raster.h"

#ifdef QUANTA_RSVG

#include <cairo-pdf.h>
#include <librsvg/rsvg.h>
#include <string.h>

static cairo_status_t append(void *out, const unsigned char *data, unsigned int len)
{
    text_add_len(out, (const char *)data, len);
    return CAIRO_STATUS_SUCCESS;
}

/* NULL: `error` says why. */
static RsvgHandle *load(const struct picture *p, double *width, double *height,
                        struct text *error)
{
    char *svg = picture_svg(p);
    GError *why = NULL;
    RsvgHandle *handle = rsvg_handle_new_from_data((const guint8 *)svg, strlen(svg), &why);

    quanta_text_free(svg);
    if (!handle || !rsvg_handle_get_intrinsic_size_in_pixels(handle, width, height)) {
        text_add(error, why ? why->message : "librsvg cannot read the picture");
        g_clear_error(&why);
        g_clear_object(&handle);
    }
    return handle;
}

static bool draw(RsvgHandle *handle, cairo_surface_t *surface, double scale, double width,
                 double height, struct text *error)
{
    RsvgRectangle page = {0, 0, width, height};
    cairo_t *cr = cairo_create(surface);
    GError *why = NULL;
    bool drawn;

    cairo_scale(cr, scale, scale);
    drawn = rsvg_handle_render_document(handle, cr, &page, &why);
    if (drawn && cairo_status(cr) != CAIRO_STATUS_SUCCESS) {
        text_add(error, cairo_status_to_string(cairo_status(cr)));
        drawn = false;
    } else if (!drawn) {
        text_add(error, why ? why->message : "librsvg cannot draw the picture");
    }
    g_clear_error(&why);
    cairo_destroy(cr);
    return drawn;
}

static bool make_png(const struct picture *p, struct text *out, struct text *error)
{
    double width, height;
    RsvgHandle *handle = load(p, &width, &height, error);
    cairo_surface_t *surface;
    bool done;

    if (!handle)
        return false;
    surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(width * p->scale),
                                         (int)(height * p->scale));
    done = draw(handle, surface, p->scale, width, height, error) &&
           cairo_surface_write_to_png_stream(surface, append, out) == CAIRO_STATUS_SUCCESS;
    if (!done && error->len == 0)
        text_add(error, "the picture is too large for a PNG");
    cairo_surface_destroy(surface);
    g_object_unref(handle);
    return done;
}

/* A page of the picture's size, at 96 pixels an inch.  The date of its creation would be the
 * only thing in it that differs from run to run: it is the same for all. */
static bool make_pdf(const struct picture *p, struct text *out, struct text *error)
{
    double width, height, points = 72.0 / 96.0;
    RsvgHandle *handle = load(p, &width, &height, error);
    cairo_surface_t *surface;
    bool done;

    if (!handle)
        return false;
    surface = cairo_pdf_surface_create_for_stream(append, out, width * points, height * points);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE,
                                   "2000-01-01T00:00:00Z");
    done = draw(handle, surface, points, width, height, error);
    cairo_surface_finish(surface);
    if (done && cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS) {
        text_add(error, cairo_status_to_string(cairo_surface_status(surface)));
        done = false;
    }
    cairo_surface_destroy(surface);
    g_object_unref(handle);
    return done;
}

#define MISSING NULL

#else

#define make_png NULL
#define make_pdf NULL
#define MISSING                                                                         \
    "this build has no librsvg: install librsvg2-dev (Debian, Ubuntu), librsvg2-devel " \
    "(Fedora) or librsvg (brew, pacman) and build again; an .svg needs nothing"

#endif

const struct picture_output raster_png = {
    .suffix = ".png",
    .help = "pixels, by librsvg",
    .binary = true,
    .make = make_png,
    .missing = MISSING,
};

const struct picture_output raster_pdf = {
    .suffix = ".pdf",
    .help = "a page, by librsvg",
    .binary = true,
    .make = make_pdf,
    .missing = MISSING,
};
