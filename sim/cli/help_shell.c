/* help_shell.c - completion for bash and zsh. */
#include <string.h>

#include "sim/cli/help.h"

char *help_bash(void)
{
    struct text t = {0};

    text_add(&t, "# bash completion for quanta, made by: quanta help --bash\n"
                 "_quanta()\n{\n"
                 "    local cur=${COMP_WORDS[COMP_CWORD]} cmd=${COMP_WORDS[1]} words=\n"
                 "    COMPREPLY=()\n"
                 "    if [[ $COMP_CWORD -eq 1 ]]; then\n"
                 "        COMPREPLY=($(compgen -W \"");
    for (size_t i = 0; commands[i]; i++)
        text_addf(&t, "%s ", commands[i]->name);
    text_add(&t,
             "--help --version\" -- \"$cur\"))\n        return\n    fi\n    case $cmd in\n");
    for (size_t i = 0; commands[i]; i++) {
        text_addf(&t, "    %s) words='", commands[i]->name);
        for (const struct opt *o = commands[i]->options; o->name; o++)
            text_addf(&t, "%s--%s%s", o == commands[i]->options ? "" : " ", o->name,
                      o->value ? "=" : "");
        if (commands[i]->operand_kind == OPERAND_COMMAND)
            for (size_t k = 0; commands[k]; k++)
                text_addf(&t, " %s", commands[k]->name);
        text_add(&t, "' ;;\n");
    }
    text_add(
        &t,
        "    esac\n"
        "    if [[ $cur == -* || $cmd == help ]]; then\n"
        "        COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
        "        [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace\n"
        "    else\n"
        "        compopt -o filenames\n"
        "        COMPREPLY=($(compgen -d -- \"$cur\") $(compgen -f -X '!*.json' -- \"$cur\"))\n"
        "    fi\n"
        "}\n"
        "complete -F _quanta quanta\n");
    return text_take(&t);
}

/* Within '...[...]': quotes and brackets of its own are escaped. */
static void add_escaped(struct text *t, const char *s)
{
    for (; *s; s++) {
        if (*s == '\'')
            text_add(t, "'\\''");
        else if (strchr("[]:\\", *s))
            text_addf(t, "\\%c", *s);
        else
            text_add_len(t, s, 1);
    }
}

static void add_zsh_option(struct text *t, const struct opt *o)
{
    text_add(t, "            '");
    if (o->kind == OPT_SET)
        text_add(t, "*");
    text_addf(t, "--%s%s[", o->name, o->value ? "=" : "");
    add_escaped(t, o->help);
    text_add(t, "]");
    if (o->value) {
        text_add(t, ":");
        add_escaped(t, o->value);
        text_add(t, ":");
        if (strcmp(o->value, "FILE") == 0)
            text_add(t, "_files");
        if (o->kind == OPT_CHOICE) {
            text_add(t, "(");
            for (size_t i = 0; o->choices[i]; i++)
                text_addf(t, "%s%s", i ? " " : "", o->choices[i]);
            text_add(t, ")");
        }
    }
    text_add(t, "' \\\n");
}

char *help_zsh(void)
{
    struct text t = {0};

    text_add(&t, "#compdef quanta\n# zsh completion for quanta, made by: quanta help --zsh\n"
                 "local -a commands\ncommands=(\n");
    for (size_t i = 0; commands[i]; i++) {
        text_addf(&t, "    '%s:", commands[i]->name);
        add_escaped(&t, commands[i]->summary);
        text_add(&t, "'\n");
    }
    text_add(&t,
             ")\nif (( CURRENT == 2 )); then\n    _describe command commands\n    return\nfi\n"
             "local cmd=$words[2]\nshift words\n(( CURRENT-- ))\ncase $cmd in\n");
    for (size_t i = 0; commands[i]; i++) {
        text_addf(&t, "    %s)\n        _arguments \\\n", commands[i]->name);
        for (const struct opt *o = commands[i]->options; o->name; o++)
            add_zsh_option(&t, o);
        if (commands[i]->operand_kind == OPERAND_FILES)
            text_add(&t, "            '*:file:_files -g \"*.json\"' ;;\n");
        else if (commands[i]->operand_kind == OPERAND_COMMAND)
            text_add(&t, "            '1:command:{_describe command commands}' ;;\n");
        else
            text_add(&t, "            '*:name:' ;;\n");
    }
    text_add(&t, "esac\n");
    return text_take(&t);
}
