/* cmd_diff.c - quanta diff. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/cli/job.h"

static const struct opt options[] = {
    FLAG("json", json, "print a JSON document instead", '\0'),
    OPTION("variant", OPT_SET, "NAME", variants,
           "of each file in turn; twice for two variants of one file", .letter = 'v'),
    OPT_OUTPUT,
    OPT_LOOK,
    OPT_HELP,
    OPT_END,
};

struct chosen {
    struct quanta_config *cfg;
    char *path;          /* the operand without its variant */
    const char *variant; /* NULL: not named */
    size_t number;
};

/* "file.json#variant", where there is no file of that name as it is. */
static void split(struct chosen *c, const char *operand)
{
    const char *hash = strrchr(operand, '#');
    struct stat st;

    if (!hash || stat(operand, &st) == 0) {
        c->path = sim_strdup(operand);
        return;
    }
    c->path = sim_strndup(operand, (size_t)(hash - operand));
    c->variant = hash + 1;
}

/* Which variant is meant.  False: complained. */
static bool choose(struct chosen *c, const struct args *args)
{
    struct args named = *args;
    struct text hint = {0};
    size_t n = quanta_variants(c->cfg);
    int number;

    if (c->variant) {
        named.variant = c->variant;
        number = job_variant(&named, c->cfg);
        c->number = number < 0 ? 0 : (size_t)number;
        return number >= 0;
    }
    if (n == 1)
        return true;
    text_add(&hint, "FILE#VARIANT, or --variant=NAME; there are: ");
    for (size_t i = 0; i < n && i < 20; i++)
        text_addf(&hint, "%s\"%s\"", i ? ", " : "", quanta_variant_name(c->cfg, i));
    complain("diff", hint.data, "which of the %zu variants of %s?", n, c->path);
    text_release(&hint);
    return false;
}

/* --variant is of the files that name variants, in turn.  False: complained. */
static bool name_variants(struct chosen sides[2], const struct args *args)
{
    size_t next = 0;

    for (size_t i = 0; i < 2; i++)
        if (!sides[i].variant && quanta_has_variants(sides[i].cfg) && next < args->variants.n)
            sides[i].variant = args->variants.list[next++];
    if (next == args->variants.n)
        return true;
    complain("diff", "each file that has variants takes one", "whose variant is \"%s\"?",
             args->variants.list[next]);
    return false;
}

/* Both sides: two files, or one with two variants.  False: complained. */
static bool choose_all(struct chosen sides[2], const struct args *args)
{
    bool one_file = args->operands.n == 1, fine;

    for (size_t i = 0; i < 2; i++)
        split(&sides[i], args->operands.list[one_file ? 0 : i]);
    sides[0].cfg = job_read(args, sides[0].path);
    sides[1].cfg = one_file ? sides[0].cfg : job_read(args, sides[1].path);
    fine = sides[0].cfg && sides[1].cfg;
    fine = fine && name_variants(sides, args);
    if (fine && one_file && !sides[0].variant && !sides[1].variant &&
        quanta_variants(sides[0].cfg) == 2) {
        sides[1].number = 1; /* there is but one pair */
        return true;
    }
    for (size_t i = 0; i < 2; i++)
        fine = fine && choose(&sides[i], args);
    if (fine && one_file && sides[0].number == sides[1].number) {
        complain("diff", "two files, or --variant twice: quanta diff a.json b.json",
                 "%s with itself?", sides[0].path);
        return false;
    }
    return fine;
}

static int show(const struct args *args, struct chosen sides[2])
{
    int code = EXIT_FINE;
    struct quanta_look look;
    char *text, *errors;
    struct out out;
    bool differ;

    out_look(args, &look);
    text = quanta_diff(sides[0].cfg, sides[0].number, sides[1].cfg, sides[1].number,
                       args->json ? NULL : &look, &differ, &errors);
    if (!text) {
        (void)fputs(errors, stderr);
        quanta_text_free(errors);
        return EXIT_INPUT;
    }
    out_init(&out, args->output);
    out_take(&out, text);
    if (args->json)
        out_text(&out, "\n");
    if (differ)
        code_add(&code, EXIT_OUTCOME);
    job_end(&out, &code);
    return code;
}

static int diff(const struct args *args)
{
    struct chosen sides[2] = {{NULL, NULL, NULL, 0}, {NULL, NULL, NULL, 0}};
    int code = EXIT_INPUT;

    if (choose_all(sides, args))
        code = show(args, sides);
    if (sides[1].cfg != sides[0].cfg)
        quanta_config_free(sides[1].cfg);
    quanta_config_free(sides[0].cfg);
    for (size_t i = 0; i < 2; i++)
        free(sides[i].path);
    return code;
}

const struct command command_diff = {
    .name = "diff",
    .operands = "FILE[#VARIANT] [FILE[#VARIANT]]",
    .operand_kind = OPERAND_FILES,
    .min = 1,
    .max = 2,
    .summary = "tell where two runs part for the first time, and why",
    .about =
        "Compares two runs: of two files, of two variants of one (FILE#VARIANT, or --variant "
        "twice), or recorded traces. It tells the first instant at which they differ, what "
        "each does then, who was where just before, which inputs differ, the rules of the "
        "policies, and what comes of it in the end.\n"
        "\n"
        "Tasks are compared by their names. What only says how a policy decides, as the length "
        "of a slice, is no difference until something comes of it.\n"
        "\n"
        "Exits with 1 where they differ, and with 0 where they are the same.",
    .options = options,
    .examples = {{"quanta diff configs/lessons/06-convoy-effect.json",
                  "the two variants of a file"},
                 {"quanta diff web.json#base web.json#pool", "two of several"},
                 {"quanta diff before.ndjson after.json", "a recorded trace and a config"}},
    .run = diff,
};
