/* fuzz_draw.c - all that can be made of a config's runs: texts, pictures, pages, exports, also as
 * programs for node and for threads. */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

static void draw_texts(const struct quanta_run *const *runs, size_t n, int width)
{
    const struct quanta_look look = {
        .width = width, .ascii = width % 2 != 0, .colours = width % 3 == 0};

    for (size_t i = 0; i < n; i++) {
        free(quanta_timeline(runs[i], &look));
        free(quanta_summary(runs[i], &look));
        free(quanta_json(runs[i], false));
        free(quanta_failed_expectations(runs[i]));
    }
    free(quanta_legend(runs, n, &look));
    free(quanta_comparison(runs, n, &look));
}

static void draw_pictures(const struct quanta_run *const *runs, size_t n, int width)
{
    struct fuzz_files files;

    for (size_t i = 0; quanta_plot_kinds[i]; i++) {
        const struct quanta_picture picture = {
            .kind = quanta_plot_kinds[i],
            .width = 640 + width,
            .theme = width % 2 ? QUANTA_PRINT : QUANTA_DARK,
            .rows = (enum quanta_rows)(width % 3),
        };
        char *svg = strcmp(picture.kind, "sweep") == 0 ? NULL : quanta_plot(runs, n, &picture);

        sim_assert(!svg || strncmp(svg, "<svg", 4) == 0 || strstr(svg, "<svg"));
        sim_assert(!svg || (!strstr(svg, "\"nan\"") && !strstr(svg, "=\"inf")));
        free(svg);
    }
    free(quanta_waits(runs, n));
    fuzz_files_init(&files);
    sim_assert(quanta_page(runs, n, &files.writer));
    fuzz_files_release(&files);
}

static void export_all(const struct quanta_config *cfg, size_t variant)
{
    for (size_t i = 0; quanta_format(i); i++) {
        struct fuzz_files files;
        char *errors;
        bool fine;

        fuzz_files_init(&files);
        fine = quanta_export(cfg, variant, quanta_format(i)->name, &files.writer, &errors);
        sim_assert(fine == !errors); /* nothing else can go wrong here */
        free(errors);
        fuzz_files_release(&files);
    }
}

static void explain(const struct quanta_config *cfg, size_t variant, int width)
{
    const struct quanta_look look = {.width = width};
    struct fuzz_files files;
    struct quanta_options options = {.numbers = true, .explain_look = &look};

    fuzz_files_init(&files);
    options.explain_to = &files.writer;
    quanta_run_free(quanta_run(cfg, variant, &options));
    fuzz_files_release(&files);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct quanta_options options = {.segments = true,
                                                  .check = true,
                                                  .timeline = true,
                                                  .numbers = true,
                                                  .plot = true,
                                                  .page = true};
    char *text = fuzz_text(data, size);
    struct quanta_config *cfg = fuzz_config(text, size);
    struct quanta_run *runs[2] = {NULL, NULL};
    const struct quanta_run *shown[2];
    size_t n = !cfg ? 0 : quanta_variants(cfg) < 2 ? 1 : 2;
    int width = 40 + (int)(size % 161);

    for (size_t i = 0; i < n; i++) {
        runs[i] = quanta_run(cfg, i, &options);
        sim_assert(!quanta_violations(runs[i]));
        shown[i] = runs[i];
        explain(cfg, i, width);
        export_all(cfg, i);
    }
    if (n > 0) {
        draw_texts(shown, n, width);
        draw_pictures(shown, n, width);
    }
    for (size_t i = 0; i < n; i++)
        quanta_run_free(runs[i]);
    quanta_config_free(cfg);
    free(text);
    return 0;
}
