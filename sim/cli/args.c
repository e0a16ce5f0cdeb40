/* args.c - reads a command line by a command's table. */
#include "sim/cli/args.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MAX = 32, HINT_SIZE = 160 };

void complain(const char *who, const char *hint, const char *fmt, ...)
{
    struct text message = {NULL, 0, 0};
    va_list args;
    char *text;
    int len;

    sim_assert(fmt);
    text_addf(&message, "quanta%s%s: ", who ? " " : "", who ? who : "");
    va_start(args, fmt);
    len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    sim_assert(len >= 0);
    text = sim_malloc((size_t)len + 1);
    va_start(args, fmt);
    vsnprintf(text, (size_t)len + 1, fmt, args);
    va_end(args);
    text_addf(&message, "%s\n", text);
    if (hint)
        text_addf(&message, "    hint: %s\n", hint);
    fputs(message.data, stderr); /* in one piece, so that others' lines do not get in between */
    free(text);
    text_release(&message);
}

static void words_add(struct words *words, const char *word)
{
    words->list = sim_realloc(words->list, (words->n + 1) * sizeof(*words->list));
    words->list[words->n++] = word;
}

static void no_such_option(const struct command *cmd, const char *word)
{
    const char *names[OPTIONS_MAX], *closest;
    char hint[HINT_SIZE], name[HINT_SIZE / 2];
    const struct opt *opt;
    size_t n = 0;

    for (opt = cmd->options; opt->name; opt++) {
        sim_assert(n < OPTIONS_MAX);
        names[n++] = opt->name;
    }
    snprintf(name, sizeof(name), "%s", word + strspn(word, "-"));
    name[strcspn(name, "=")] = '\0';
    closest = name_closest(name, names, n);
    if (closest)
        snprintf(hint, sizeof(hint), "did you mean --%s?", closest);
    else
        snprintf(hint, sizeof(hint), "quanta %s --help lists its options", cmd->name);
    complain(cmd->name, hint, "unknown option %s", word);
}

/* The row of "--name", "--name=value" or "-l"; NULL: there is none. */
static const struct opt *find_option(const struct command *cmd, const char *word)
{
    const struct opt *opt;
    size_t len;

    sim_assert(word[0] == '-' && word[1] != '\0');
    for (opt = cmd->options; opt->name; opt++) {
        if (word[1] != '-') {
            if (opt->letter == word[1] && (opt->value || word[2] == '\0'))
                return opt;
            continue;
        }
        len = strcspn(word + 2, "=");
        if (strlen(opt->name) == len && strncmp(opt->name, word + 2, len) == 0)
            return opt;
    }
    return NULL;
}

static bool read_number(const struct command *cmd, const struct opt *opt, const char *value,
                        int64_t *number)
{
    int64_t sum = 0;
    const char *p = value;

    while (*p >= '0' && *p <= '9' && mul_i64(sum, 10, &sum) && add_i64(sum, *p - '0', &sum))
        p++;
    if (p == value || *p != '\0' || sum < opt->min || sum > opt->max) {
        complain(cmd->name, NULL,
                 "--%s: expected a whole number from %" PRId64 " to %" PRId64 ", got \"%s\"",
                 opt->name, opt->min, opt->max, value);
        return false;
    }
    *number = sum;
    return true;
}

static bool read_choice(const struct command *cmd, const struct opt *opt, const char *value,
                        int64_t *number)
{
    struct text hint = {NULL, 0, 0};
    const char *closest;
    size_t i, n;

    for (n = 0; opt->choices[n]; n++) {
        if (strcmp(opt->choices[n], value) == 0) {
            *number = (int64_t)n;
            return true;
        }
    }
    closest = name_closest(value, opt->choices, n);
    if (closest)
        text_addf(&hint, "did you mean \"%s\"?  There are: ", closest);
    else
        text_add(&hint, "there are: ");
    for (i = 0; i < n; i++)
        text_addf(&hint, "%s%s", i > 0 ? ", " : "", opt->choices[i]);
    complain(cmd->name, hint.data, "--%s: no choice \"%s\"", opt->name, value);
    text_release(&hint);
    return false;
}

static bool store(struct args *args, const struct command *cmd, const struct opt *opt,
                  const char *value)
{
    void *field = (char *)args + opt->offset;
    struct text assignment = {NULL, 0, 0};
    char *text;

    sim_assert(value || !opt->value);
    switch (opt->kind) {
    case OPT_FLAG:
        *(bool *)field = true;
        return true;
    case OPT_TEXT:
        *(const char **)field = value;
        return true;
    case OPT_NUMBER:
        sim_assert(value);
        return read_number(cmd, opt, value, field);
    case OPT_CHOICE:
        sim_assert(value);
        return read_choice(cmd, opt, value, field);
    case OPT_SET:
        words_add(field, value);
        return true;
    case OPT_PRESET:
        text_addf(&assignment, "%s=%s", opt->pointer, value);
        text = text_take(&assignment);
        words_add(&args->made, text);
        words_add(&args->sets, text);
        return true;
    }
    sim_unreachable("an option of no kind");
    return false;
}

/* One option at argv[*i], and its value, which may be the next word. */
static bool read_option(struct args *args, const struct command *cmd, int argc, char **argv,
                        int *i)
{
    const char *word = argv[*i], *value = NULL;
    const struct opt *opt = find_option(cmd, word);

    if (!opt) {
        no_such_option(cmd, word);
        return false;
    }
    if (word[1] == '-')
        value = strchr(word, '=') ? strchr(word, '=') + 1 : NULL;
    else if (word[2] != '\0')
        value = word + 2;
    if (!opt->value && value) {
        complain(cmd->name, NULL, "--%s takes no value", opt->name);
        return false;
    }
    if (opt->value && !value) {
        if (*i + 1 >= argc) {
            complain(cmd->name, NULL, "--%s needs a value: --%s=%s", opt->name, opt->name,
                     opt->value);
            return false;
        }
        value = argv[++*i];
    }
    return store(args, cmd, opt, value);
}

static bool count_operands(const struct args *args, const struct command *cmd)
{
    char hint[HINT_SIZE];

    snprintf(hint, sizeof(hint), "quanta %s%s%s; for example: %s", cmd->name,
             cmd->operands[0] ? " " : "", cmd->operands, cmd->examples[0].line);
    if (args->operands.n < cmd->min) {
        complain(cmd->name, hint, "which %s?",
                 cmd->operand_kind == OPERAND_FILES ? "file" : "one");
        return false;
    }
    if (args->operands.n > cmd->max) {
        complain(cmd->name, hint, "too many arguments: \"%s\"", args->operands.list[cmd->max]);
        return false;
    }
    return true;
}

bool args_read(struct args *args, const struct command *cmd, int argc, char **argv)
{
    bool options = true;
    int i;

    sim_assert(argc >= 1);
    sim_assert(cmd->options);
    memset(args, 0, sizeof(*args));
    args->command = cmd->name;
    args->format = -1;
    args->kind = -1;
    for (i = 1; i < argc; i++) {
        if (options && strcmp(argv[i], "--") == 0)
            options = false;
        else if (!options || argv[i][0] != '-' || argv[i][1] == '\0')
            words_add(&args->operands, argv[i]); /* "-" alone is standard input */
        else if (!read_option(args, cmd, argc, argv, &i))
            return false;
    }
    return args->help || count_operands(args, cmd);
}

void args_release(struct args *args)
{
    union {
        const char *text;
        void *memory;
    } made; /* ours, so not const after all */
    size_t i;

    for (i = 0; i < args->made.n; i++) {
        made.text = args->made.list[i];
        free(made.memory);
    }
    free(args->made.list);
    free(args->sets.list);
    free(args->variants.list);
    free(args->operands.list);
    memset(args, 0, sizeof(*args));
}
