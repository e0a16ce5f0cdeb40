/* args.h - the command line as tables: what may be asked, and what was asked.
 *
 * A command is one constant of `struct command` in a file of its own, listed in
 * commands.c.  Its rows drive the parser, the short and the long help, the man page
 * and the shells' completion, so none of them can say something else than the rest.
 *
 *     quanta  run  --width=100  web.json  -o out.txt
 *             |      |            |         |
 *             |      option       operand   option by its letter, value follows
 *             command
 *
 * Options and operands may mix; "--" ends the options; a value follows after "=" or as
 * the next word.  Names are never abbreviated: a name that works today must not become
 * ambiguous tomorrow.  A wrong one is answered with the closest right one.
 */
#ifndef SIM_CLI_ARGS_H
#define SIM_CLI_ARGS_H

#include "sim/base.h"

/* What the process says at its end.  Where several hold: bad input comes before what
 * cannot be written, then an expectation, then the outcome. */
enum exit_code {
    EXIT_FINE = 0,
    EXIT_OUTCOME = 1,  /* a fault, a deadlock, out of memory; a broken invariant */
    EXIT_INPUT = 2,    /* bad input or usage */
    EXIT_EXPECTED = 3, /* an expectation failed */
    EXIT_OUTPUT = 4,   /* cannot write */
};

enum colour_when { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

struct words {
    const char **list;
    size_t n;
};

/* All that any command can be told.  Texts are argv's, but for what the parser made
 * itself: args_release(). */
struct args {
    const char *command; /* its name */
    bool help, json, segments, tasks, digest, check, ascii, no_timeline, explain, quiet;
    bool man, bash, zsh, schema;
    const char *variant, *output; /* NULL: not given */
    int64_t width, rows;          /* 0: not given */
    int64_t colour;               /* enum colour_when */
    const char *sweep, *metric;   /* NULL: not given */
    const char *from, *to;        /* NULL: not given */
    int64_t kind;               /* of a picture: index into quanta_plot_kinds; -1: not given */
    int64_t theme, show, scale; /* of a picture: indices into the choices; 0: not given */
    int64_t format;             /* index into quanta_format_names; -1: not given */
    struct words sets;          /* "/pointer=value", in the order given */
    struct words variants;      /* of diff, in the order given */
    struct words operands;
    struct words made; /* texts that are the parser's own */
};

enum opt_kind {
    OPT_FLAG,   /* bool */
    OPT_TEXT,   /* const char * */
    OPT_NUMBER, /* int64_t, from min to max */
    OPT_CHOICE, /* int64_t: index into choices */
    OPT_SET,    /* appended to a list of words */
    OPT_PRESET, /* appended to sets, as the assignment of `pointer` */
};

struct opt {
    const char *name; /* without the dashes; NULL ends a table */
    char letter;      /* its short form; '\0': none */
    enum opt_kind kind;
    const char *value; /* what stands for the value in helps; NULL: it takes none */
    size_t offset;     /* in struct args */
    int64_t min, max;
    const char *const *choices; /* NULL ends them */
    const char *pointer;        /* OPT_PRESET */
    const char *help;           /* one line, no full stop */
};

/* What operands are, for completion. */
enum operand_kind { OPERAND_NONE, OPERAND_FILES, OPERAND_MODEL, OPERAND_COMMAND };

struct example {
    const char *line; /* as typed */
    const char *what; /* it does; one line */
};

enum { COMMAND_EXAMPLES = 5 };

struct command {
    const char *name;
    const char *operands; /* as the synopsis has them: "FILE..." */
    enum operand_kind operand_kind;
    size_t min, max;     /* how many operands */
    const char *summary; /* one line, no full stop */
    const char *about;   /* paragraphs, an empty line between */
    char *(*more)(void); /* more of them, made from a table; NULL: none */
    const struct opt *options;
    struct example examples[COMMAND_EXAMPLES]; /* the first is in the short help, too */
    int (*run)(const struct args *args);       /* gives enum exit_code */
};

extern const struct command *const commands[];        /* NULL ends it */
const struct command *command_find(const char *name); /* NULL: there is none */
const char *command_closest(const char *name);        /* NULL: none is close */

extern const struct command command_run, command_compare, command_check, command_export,
    command_import, command_diff, command_models, command_plot, command_help;

/* Texts that belong to the program as a whole; commands.c. */
extern const char program_summary[];       /* one line */
extern const char program_about[];         /* paragraphs */
extern const struct opt program_options[]; /* before or instead of a command */
struct exit_meaning {
    int code;
    const char *meaning;
};
extern const struct exit_meaning exit_meanings[]; /* meaning NULL ends it */
struct env_meaning {
    const char *name, *meaning;
};
extern const struct env_meaning env_meanings[]; /* name NULL ends it */

/* Rows as tables write them. */
/* clang-format off */
#define OPTION(name_, kind_, value_, field_, help_, ...)                                   \
    {                                                                                      \
        .name = name_, .kind = kind_, .value = value_,                                     \
        .offset = offsetof(struct args, field_), .help = help_, __VA_ARGS__                \
    }
#define FLAG(name_, field_, help_, letter_) OPTION(name_, OPT_FLAG, NULL, field_, help_, .letter = letter_)
/* clang-format on */
#define OPT_END      \
    {                \
        .name = NULL \
    }

/* Rows that several commands have, with one meaning. */
#define OPT_HELP FLAG("help", help, "show a short help and end", 'h')
#define OPT_OUTPUT                             \
    OPTION("output", OPT_TEXT, "FILE", output, \
           "write to FILE, whole or not at all, instead of standard output", .letter = 'o')
#define OPT_SETTING                                                             \
    OPTION("set", OPT_SET, "/POINTER=VALUE", sets,                              \
           "change the file first, as --set /machine/cores=4; may be repeated", \
           .letter = '\0')
#define OPT_SEED \
    OPTION("seed", OPT_PRESET, "N", sets, "the same as --set /seed=N", .pointer = "/seed")
#define OPT_UNTIL                                                                       \
    OPTION("until", OPT_PRESET, "TIME", sets, "the same as --set /until=TIME, as 20ms", \
           .pointer = "/until")
#define OPT_LOOK                                                                         \
    FLAG("ascii", ascii, "draw with ASCII characters alone", '\0'),                      \
        OPTION("width", OPT_NUMBER, "COLUMNS", width,                                    \
               "fit to so many columns; default: the terminal's, else 80", .min = 40,    \
               .max = 1000),                                                             \
        OPTION("rows", OPT_NUMBER, "N", rows, "draw at most so many tasks; default: 20", \
               .min = 1, .max = 10000),                                                  \
        OPTION("color", OPT_CHOICE, "WHEN", colour,                                      \
               "auto (on a terminal), always or never; default: auto",                   \
               .choices = colour_names)
extern const char *const colour_names[]; /* as enum colour_when; NULL ends them */

/* Reads argv[1..] of `cmd` (argv[0] is its name).  False: a message is on stderr. */
bool args_read(struct args *args, const struct command *cmd, int argc, char **argv);
void args_release(struct args *args);

/* "quanta run: MESSAGE", and on a line of its own "    hint: HINT" unless NULL, to stderr.
 * `who` NULL: the program as a whole. */
void complain(const char *who, const char *hint, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
