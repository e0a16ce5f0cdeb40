/* pthreads.c - tasks on threads as a C program for Linux.
 *
 * Source: POSIX.1-2017; Linux sched(7): SCHED_FIFO, SCHED_RR, SCHED_OTHER, priorities. */
#include "models/translators/translator_c.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- lines ---------------------------------------------------------------------------------- */

PRINTF_LIKE(2, 0)
static void add_line(struct c_writing *c, const char *fmt, va_list ap)
{
    va_list again;
    char *line;
    int n;

    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    sim_assert(n >= 0);
    line = sim_malloc((size_t)n + 1);
    (void)vsnprintf(line, (size_t)n + 1, fmt, ap);
    text_pad(c->out, ' ', 4 * (size_t)c->indent);
    text_add(c->out, line);
    text_add(c->out, "\n");
    free(line);
}

void c_line(struct c_writing *c, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    add_line(c, fmt, ap);
    va_end(ap);
}

void c_open(struct c_writing *c, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    add_line(c, fmt, ap);
    va_end(ap);
    c->indent++;
}

void c_close(struct c_writing *c, const char *fmt, ...)
{
    va_list ap;

    c->indent--;
    va_start(ap, fmt);
    add_line(c, fmt, ap);
    va_end(ap);
}

void c_use(struct c_writing *c, enum c_helper helper)
{
    c->helps[helper] = true;
}

const char *c_quote(struct c_writing *c, const char *text)
{
    struct text t = {0};
    const char *quoted;

    text_add(&t, "\"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\' || *text == '?') /* no trigraphs */
            text_add(&t, "\\");
        if ((unsigned char)*text < 0x20)
            text_addf(&t, "\\%03o", (unsigned)*text);
        else
            text_add_len(&t, text, 1);
    }
    text_add(&t, "\"");
    quoted = arena_strdup(&c->tr->mem, t.data);
    text_release(&t);
    return quoted;
}

const char *c_program(struct c_writing *c, int32_t program)
{
    const char *name = c->tr->sc->programs[program].name;

    c->called[program] = true;
    return ident(c->tr, &c->globals, NAME_PROGRAM,
                 name ? name : arena_printf(&c->tr->mem, "program %d", (int)program));
}

const char *c_sync(struct c_writing *c, int32_t number)
{
    c->syncs[number] = true;
    return ident(c->tr, &c->globals, NAME_SYNC, c->tr->sc->syncs[number].name);
}

/* A time in ns, as an expression. */
const char *c_ns(struct c_writing *c, const struct op *op, const struct dist *d)
{
    struct arena *mem = &c->tr->mem;
    struct text t = {0};
    const char *text;

    switch (d->kind) {
    case DIST_CONST:
        return arena_printf(mem, d->a > INT32_MAX ? "INT64_C(%" PRId64 ")" : "%" PRId64, d->a);
    case DIST_EXP:
        c_use(c, C_EXPONENTIAL);
        return arena_printf(mem, "exponential(INT64_C(%" PRId64 "))", d->a);
    case DIST_UNIFORM:
        c_use(c, C_UNIFORM);
        return arena_printf(mem, "uniform(INT64_C(%" PRId64 "), INT64_C(%" PRId64 "))", d->a,
                            d->b);
    case DIST_CHOICE:
        c_use(c, C_CHOICE);
        text_add(&t, "choice((const int64_t[]){");
        for (uint32_t i = 0; i < d->nvalues; i++)
            text_addf(&t, "%sINT64_C(%" PRId64 ")", i ? ", " : "", d->values[i]);
        text_addf(&t, "}, %u)", (unsigned)d->nvalues);
        text = arena_strdup(mem, t.data);
        text_release(&t);
        return text;
    default:
        if (op)
            cannot_op(c->tr, op, "a time, or exp, uniform, choice",
                      "this distribution cannot be expressed in a program of threads");
        else
            cannot(c->tr, c->tr->sc->tasks[0].number, "a time, or exp, uniform, choice",
                   "a distribution of arrivals cannot be expressed in a program of threads");
        return "0";
    }
}

/* ---- who runs what ---------------------------------------------------------------------------- */

static void may_run(struct c_writing *c, int32_t task, int32_t program);

static void visit(struct c_writing *c, int32_t task, struct op_list ops)
{
    for (uint32_t i = 0; i < ops.n; i++)
        for (const struct param *p = ops.ops[i].def->params; p->name; p++) {
            const void *f = (const char *)ops.ops[i].args + p->offset;

            if (p->type == PARAM_OPS)
                visit(c, task, *(const struct op_list *)f);
            else if (p->type == PARAM_PROGRAM)
                may_run(c, task, *(const int32_t *)f);
        }
}

static void may_run(struct c_writing *c, int32_t task, int32_t program)
{
    bool *by = &c->by[(size_t)task * (size_t)c->tr->sc->nprograms + (size_t)program];

    if (*by)
        return;
    *by = true;
    visit(c, task, c->tr->sc->programs[program].ops);
}

void c_find_programs(struct c_writing *c)
{
    const struct scenario *sc = c->tr->sc;

    c->by = arena_alloc(&c->tr->mem, (size_t)sc->ntasks * (size_t)sc->nprograms + 1);
    for (int32_t i = 0; i < sc->ntasks; i++)
        may_run(c, i, sc->tasks[i].program);
}

/* ---- functions ------------------------------------------------------------------------------------------ */

static void write_jobs(struct c_writing *c, const struct task_spec *t)
{
    c_use(c, C_UNTIL);
    c_line(c, "int64_t release = now();");
    if (t->jobs < 0)
        c_open(c, "for (;;) {");
    else
        c_open(c, "for (int64_t job = 0; job < %" PRId64 "; job++) {", t->jobs);
    c_line(c, "sleep_until(release);");
    c_line(c, "release += INT64_C(%" PRId64 ");", t->period);
    c_ops(c, c->tr->sc->programs[t->program].ops);
    c_close(c, "}");
}

/* One that does not need to know whose it is says so. */
static void write_function(struct c_writing *c, const char *name, int32_t program,
                           const struct task_spec *periodic)
{
    struct text body = {0}, *out = c->out;

    c->program = program;
    c->uses_me = false;
    c->depth = 0;
    c->out = &body;
    c->indent = 1;
    if (periodic)
        write_jobs(c, periodic);
    else
        c_ops(c, c->tr->sc->programs[program].ops);
    c->indent = 0;
    c->out = out;
    text_addf(out, "\nstatic void %s(struct task *me)\n{\n%s%s}\n", name,
              c->uses_me ? "" : "    (void)me;\n", body.data ? body.data : "");
    text_release(&body);
}

const char *c_task_function(struct c_writing *c, const struct task_spec *t)
{
    if (t->period > 0)
        return ident(c->tr, &c->globals, NAME_PROGRAM,
                     arena_printf(&c->tr->mem, "jobs of %s", t->name));
    if (!c->tr->sc->programs[t->program].name) {
        c->called[t->program] = true;
        return ident(c->tr, &c->globals, NAME_PROGRAM,
                     arena_printf(&c->tr->mem, "task %s", t->name));
    }
    return c_program(c, t->program);
}

static const char *function_name(struct c_writing *c, int32_t program)
{
    const struct scenario *sc = c->tr->sc;

    for (int32_t i = 0; i < sc->ntasks && !sc->programs[program].name; i++)
        if (sc->tasks[i].program == program && sc->tasks[i].period == 0)
            return c_task_function(c, &sc->tasks[i]);
    return c_program(c, program);
}

static void write_functions(struct c_writing *c, struct text *prototypes)
{
    const struct scenario *sc = c->tr->sc;
    bool *written = arena_alloc(&c->tr->mem, (size_t)sc->nprograms + 1), more = true;

    for (int32_t i = 0; i < sc->ntasks; i++) {
        const char *name = c_task_function(c, &sc->tasks[i]);

        if (sc->tasks[i].period > 0)
            write_function(c, name, sc->tasks[i].program, &sc->tasks[i]);
    }
    while (more) {
        more = false;
        for (int32_t i = 0; i < sc->nprograms; i++) {
            if (!c->called[i] || written[i])
                continue;
            written[i] = more = true;
            text_addf(prototypes, "static void %s(struct task *me);\n", function_name(c, i));
            write_function(c, function_name(c, i), i, NULL);
        }
    }
}

/* ---- the head ---------------------------------------------------------------------------------------------------- */

static void add_head(struct c_writing *c, struct text *out)
{
    static const char notes[] =
        "A task is a thread, on as many CPUs as the file has cores. What it computes is a loop "
        "on "
        "the thread's own clock, so that others on its core do not count; what it waits for at "
        "a "
        "device is a sleep behind a semaphore of the device's channels.\n"
        "SCHED_FIFO and SCHED_RR need a privilege (CAP_SYS_NICE); without it a warning is "
        "printed, "
        "and the threads are ordinary ones, in whose order the kernel is free. The slice of "
        "SCHED_RR is the kernel's (/proc/sys/kernel/sched_rr_timeslice_ms), not the file's. "
        "The "
        "costs of switches and calls are the real ones.";
    const struct scenario *sc = c->tr->sc;
    const char *file = strrchr(sc->file, '/');
    struct text t = {0};

    text_addf(&t, "%s\nVariant \"%s\" of %s, written by quanta export --to pthreads.", sc->name,
              sc->variant, file ? file + 1 : sc->file);
    comment_text(out, "// ", t.data);
    text_release(&t);
    text_addf(out,
              "//\n// Build and run it with: gcc -std=gnu11 -O1 -pthread FILE%s && sudo "
              "./a.out\n//\n",
              c->helps[C_EXPONENTIAL] ? " -lm" : "");
    comment_text(out, "// ", notes);
}

static void add_task_struct(struct c_writing *c, struct text *out)
{
    const struct scenario *sc = c->tr->sc;
    struct text locals = {0};

    for (int32_t i = 0; i < sc->ntasks; i++)
        for (uint32_t k = 0; k < sc->tasks[i].nlocals; k++) {
            const char *name =
                ident(c->tr, &c->members, NAME_LOCAL, sc->tasks[i].locals[k].name);
            char *line = arena_printf(&c->tr->mem, "    int64_t %s;\n", name);

            if (!locals.data || !strstr(locals.data, line))
                text_add(&locals, line);
        }
    text_addf(out,
              "\nstruct task {\n"
              "    const char *name;\n"
              "    void (*run)(struct task *me);\n"
              "    int kind; /* in kinds[] */\n"
              "    bool grouped; /* counts among the copies of its kind */\n"
              "    int policy, priority, nice;\n"
              "    struct task *parent, *next;\n"
              "    int64_t arrived, ended, cpu; /* ns */\n"
              "    bool over;\n"
              "    sem_t go; /* it may begin */\n"
              "%s%s%s"
              "};\n",
              c_has_affinity(c) ? "    uint64_t affinity; /* a bit a core; 0: all */\n" : "",
              c_has_pools(c) ? "    struct pool *pool; /* NULL: none */\n"
                               "    struct task *behind; /* in its queue */\n"
                             : "",
              locals.data ? locals.data : "");
    text_release(&locals);
}

static void add_counts(const struct c_writing *c, struct text *out)
{
    const struct scenario *sc = c->tr->sc;

    text_addf(out, "\nstatic int64_t left[%d] = {", (int)sc->ntasks);
    for (int32_t i = 0; i < sc->ntasks; i++) {
        const struct task_spec *t = &sc->tasks[i];

        text_addf(out, "%s%" PRId64, i ? ", " : "",
                  t->clients > 0 ? t->clients * (t->requests < 0 ? 1 : t->requests) : t->count);
    }
    text_add(out, "}; /* copies that have not ended */\n");
}

static void assemble(struct c_writing *c)
{
    struct text functions = {0}, prototypes = {0}, rest = {0}, *out = c->tr->out;

    c->out = &functions;
    write_functions(c, &prototypes);
    c->out = &rest;
    c_make_objects(c);
    c_main(c);
    add_head(c, out);
    text_add(out, "#define _GNU_SOURCE\n");
    if (c->helps[C_EXPONENTIAL])
        text_add(out, "#include <math.h>\n");
    text_add(
        out,
        "#include <errno.h>\n#include <inttypes.h>\n#include <pthread.h>\n#include <sched.h>\n"
        "#include <semaphore.h>\n#include <stdarg.h>\n#include <stdatomic.h>\n"
        "#include <stdbool.h>\n#include <stdint.h>\n#include <stdio.h>\n#include <stdlib.h>\n"
        "#include <string.h>\n#include <sys/resource.h>\n#include <time.h>\n#include "
        "<unistd.h>\n");
    add_task_struct(c, out);
    text_addf(out, "\n%s", prototypes.data ? prototypes.data : "");
    c->out = out;
    for (int32_t i = 0; i < c->tr->sc->ntasks; i++)
        if (c->tr->sc->tasks[i].period > 0)
            c_line(c, "static void %s(struct task *me);",
                   c_task_function(c, &c->tr->sc->tasks[i]));
    c_pools(c);
    c_kinds(c);
    add_counts(c, out);
    c_base(c, out);
    c_runtime(c, out);
    c_declare_objects(c);
    text_add(out, functions.data ? functions.data : "");
    text_add(out, rest.data ? rest.data : "");
    text_release(&functions);
    text_release(&prototypes);
    text_release(&rest);
}

static void pthreads_write(struct translation *tr)
{
    static const char *const members[] = {
        "affinity", "pool",     "behind", "go",     "name",   "run",     "kind",  "grouped",
        "policy",   "priority", "nice",   "parent", "next",   "arrived", "ended", "cpu",
        "over",     "int",      "for",    "if",     "do",     "long",    "short", "char",
        "case",     "else",     "while",  "return", "static", "default", "break", "switch",
        "auto",     "const",    "float",  "double", "void",   "signed",  "goto",  NULL};
    const struct scenario *sc = tr->sc;
    struct c_writing c = {
        .tr = tr, .globals = {.reserved = c_reserved}, .members = {.reserved = members}};

    for (int32_t i = 0; i < sc->ntasks; i++)
        c_check_task(&c, &sc->tasks[i]);
    if (!tr->failed && sc->ntasks > 0) {
        c.vars = arena_alloc(&tr->mem, (size_t)sc->nvars + 1);
        c.devices = arena_alloc(&tr->mem, (size_t)sc->ndevices + 1);
        c.syncs = arena_alloc(&tr->mem, (size_t)sc->nsyncs + 1);
        c.called = arena_alloc(&tr->mem, (size_t)sc->nprograms + 1);
        c_find_programs(&c);
        for (uint32_t i = 0; i < sc->nvars; i++)
            (void)ident(tr, &c.globals, NAME_VAR, sc->vars[i].name);
        assemble(&c);
    }
    idents_release(&c.globals);
    idents_release(&c.members);
}

const struct translator translator_pthreads = {
    .name = "pthreads",
    .suffix = ".c",
    .help = "a C program that runs tasks as threads, for Linux",
    .source = "Source: POSIX.1-2017; Linux sched(7)",
    .write = pthreads_write,
};
