/* translated.c - the formats that are programs: what a config does, for a real system. */
#include "plots/export.h"

#include <stdlib.h>

#include "models/translators/translator.h"
#include "sim/config_json.h"

static bool translated(const char *target, const struct export_source *from, struct text *to,
                       struct diags *diags)
{
    const struct json *json = config_json(from->config);
    char *program;

    diags_source(diags, config_file(from->config), json->text.data, json->len);
    program = translate(translator_find(target), from->sc, json, diags);
    if (program)
        text_add(to, program);
    free(program);
    return program != NULL;
}

static bool to_node(const struct export_source *from, struct text *to, struct diags *diags)
{
    return translated("node", from, to, diags);
}

const struct export_format export_node = {
    .is = {.name = "node",
           .suffix = ".js",
           .help = "a JavaScript program that does what an event loop does",
           .opens = "Node 20"},
    .source = "Source: Node 20 documentation",
    .translate = to_node,
};

static bool to_browser(const struct export_source *from, struct text *to, struct diags *diags)
{
    return translated("browser", from, to, diags);
}

const struct export_format export_browser = {
    .is = {.name = "browser",
           .suffix = ".html",
           .help = "a page whose script does what a browser's event loop does",
           .opens = "any browser, from the disk"},
    .source = "Source: WHATWG HTML Living Standard",
    .translate = to_browser,
};

static bool to_pthreads(const struct export_source *from, struct text *to, struct diags *diags)
{
    return translated("pthreads", from, to, diags);
}

const struct export_format export_pthreads = {
    .is = {.name = "pthreads",
           .suffix = ".c",
           .help = "a C program that runs the tasks as threads on the real kernel",
           .opens = "a C compiler, on Linux"},
    .source = "Source: POSIX.1-2017; Linux sched(7)",
    .translate = to_pthreads,
};
