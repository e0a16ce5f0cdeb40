/* import_ftrace.c - the kernel's scheduling events as text, by ftrace, trace-cmd or perf.
 *
 *   <idle>-0       (-----) [000] d..2. 12.000100: sched_switch: prev_comm=swapper/0 ... ==> ...
 *   bash-1234  [003]  12.000100: sched_switch:         bash:1234 [120] S ==> swapper/3:0 [120]
 *   bash  1234 [003]  12.000100: sched:sched_switch: prev_comm=bash prev_pid=1234 ...
 *
 * All three say the same in the same order: the core in brackets, the instant in seconds, the
 * event, and its fields, by name or as libtraceevent's plugin writes them.  What stands before
 * the core is not needed.  So a line is looked through for a core, an instant and an event
 * whose name begins with "sched_", and everything else is skipped.
 *
 * A thread that leaves its core in state R or R+ was preempted: the kernel writes R also where
 * it gives way on the return to user mode, and only sched_yield() would be another thing, which
 * nothing tells apart.
 *
 * Source: Linux 6.12, kernel/trace/trace_output.c (the columns), include/trace/events/sched.h
 * (the fields, and the letters of prev_state); libtraceevent 1.8, plugins/plugin_sched_switch.c;
 * tools/perf/builtin-script.c. */
#include <string.h>

#include "plots/import.h"

enum { TRACE_LINE_MAX = 1 << 20 };

/* ---- a line ------------------------------------------------------------------------------------ */

struct cursor {
    const char *at, *end; /* of the line */
};

struct line {
    int64_t cpu, at;
    struct cursor event, fields;
};

static bool is_digit(const struct cursor *c)
{
    return c->at < c->end && *c->at >= '0' && *c->at <= '9';
}

static void skip_spaces(struct cursor *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t'))
        c->at++;
}

static bool take(struct cursor *c, char what)
{
    if (c->at >= c->end || *c->at != what)
        return false;
    c->at++;
    return true;
}

static bool take_number(struct cursor *c, int64_t *value)
{
    bool minus = take(c, '-');

    if (!is_digit(c))
        return false;
    for (*value = 0; is_digit(c); c->at++)
        if (!mul_i64(*value, 10, value) || !add_i64(*value, *c->at - '0', value))
            return false;
    *value = minus ? -*value : *value;
    return true;
}

/* Seconds with any number of decimals, of which nine count, as ns. */
static bool take_instant(struct cursor *c, int64_t *at)
{
    int64_t unit = SEC(1), ns = 0;

    if (!is_digit(c) || !take_number(c, at) || !take(c, '.') || !is_digit(c))
        return false;
    for (; is_digit(c); c->at++) {
        unit /= 10;
        ns += (*c->at - '0') * unit;
    }
    return *at < SIM_TIME_MAX / SEC(2) && mul_i64(*at, SEC(1), at) && add_i64(*at, ns, at);
}

/* "[003] d..2. 12.000100: sched_switch: fields", from the bracket on. */
static bool take_line(struct cursor c, struct line *line)
{
    static const char group[] = "sched:";

    if (!take(&c, '[') || !is_digit(&c) || !take_number(&c, &line->cpu) || !take(&c, ']'))
        return false;
    skip_spaces(&c);
    if (!take_instant(&c, &line->at)) {
        while (c.at < c.end && *c.at != ' ') /* the flags */
            c.at++;
        skip_spaces(&c);
        if (!take_instant(&c, &line->at))
            return false;
    }
    if (!take(&c, ':'))
        return false;
    skip_spaces(&c);
    if ((size_t)(c.end - c.at) > sizeof(group) && memcmp(c.at, group, sizeof(group) - 1) == 0)
        c.at += sizeof(group) - 1;
    line->event.at = c.at;
    while (c.at < c.end && *c.at != ':' && *c.at != ' ')
        c.at++;
    line->event.end = c.at;
    if (!take(&c, ':'))
        return false;
    skip_spaces(&c);
    line->fields = c;
    return true;
}

static bool find_line(const char *s, size_t len, struct line *line)
{
    for (const char *at = s; (at = memchr(at, '[', len - (size_t)(at - s))); at++)
        if (take_line((struct cursor){at, s + len}, line))
            return true;
    return false;
}

/* ---- fields --------------------------------------------------------------------------------------- */

/* Where `what` stands; NULL: nowhere. */
static const char *find(struct cursor c, const char *what)
{
    size_t n = strlen(what);

    for (; (size_t)(c.end - c.at) >= n; c.at++)
        if (memcmp(c.at, what, n) == 0)
            return c.at;
    return NULL;
}

static const char *find_last(struct cursor c, const char *what)
{
    const char *last = NULL, *at;

    while ((at = find(c, what))) {
        last = at;
        c.at = at + 1;
    }
    return last;
}

static bool number_after(struct cursor c, const char *what, int64_t *value)
{
    const char *at = find_last(c, what);

    if (!at)
        return false;
    c.at = at + strlen(what);
    return take_number(&c, value);
}

struct who {
    int64_t pid, prio;
    struct cursor name;
};

struct keys {
    const char *name, *pid, *prio; /* all but the first with the space in front */
};

/* "comm=bash pid=1234 prio=120": names may have spaces, so the pid is looked for behind. */
static bool take_named(struct cursor c, const struct keys *keys, struct who *who)
{
    const char *at = find(c, keys->name);

    who->prio = -1;
    if (!at)
        return false;
    who->name.at = at + strlen(keys->name);
    who->name.end = find((struct cursor){who->name.at, c.end}, keys->pid);
    if (!who->name.end)
        return false;
    c.at = who->name.end;
    if (keys->prio)
        (void)number_after(c, keys->prio, &who->prio);
    return number_after(c, keys->pid, &who->pid);
}

/* "bash:1234 [120]", the last such before the end; *c ends before it then. */
static bool take_plain(struct cursor *c, struct who *who)
{
    const char *bracket = find_last(*c, " ["), *colon;
    struct cursor number;

    if (!bracket)
        return false;
    number = (struct cursor){bracket + 2, c->end};
    if (!take_number(&number, &who->prio) || !take(&number, ']'))
        return false;
    colon = find_last((struct cursor){c->at, bracket}, ":");
    if (!colon)
        return false;
    who->name = (struct cursor){c->at, colon};
    c->at = number.at;
    number = (struct cursor){colon + 1, bracket};
    return take_number(&number, &who->pid) && number.at == bracket;
}

static bool take_who(struct cursor c, const struct keys *keys, struct who *who)
{
    return take_named(c, keys, who) || take_plain(&c, who);
}

static int32_t thread_of(struct imported *im, const struct who *who)
{
    return import_thread(im, who->pid, who->name.at, (size_t)(who->name.end - who->name.at),
                         who->prio);
}

/* ---- states --------------------------------------------------------------------------------------- */

/* A letter, with others behind it, or with `trace-cmd -R` a number of TASK_ bits. */
static enum import_state state_of(struct cursor c)
{
    static const char digits[] = "0123456789abcdef";
    int64_t bits = 0;

    if (find(c, "0x") == c.at) {
        for (c.at += 2; c.at < c.end; c.at++) {
            const char *digit = *c.at ? strchr(digits, *c.at) : NULL;

            if (!digit || bits > INT32_MAX)
                break;
            bits = 16 * bits + (digit - digits);
        }
    } else if (!take_number(&c, &bits)) {
        char letter = c.at < c.end ? *c.at : 'S';

        return letter == 'R'                                     ? LEFT_READY
               : letter == 'D' || letter == 'K'                  ? LEFT_IO
               : letter == 'X' || letter == 'Z' || letter == 'x' ? LEFT_DEAD
                                                                 : LEFT_ASLEEP;
    }
    return bits & 0x30   ? LEFT_DEAD
           : bits & 2    ? LEFT_IO
           : bits & 0xff ? LEFT_ASLEEP
                         : LEFT_READY;
}

/* ---- events ----------------------------------------------------------------------------------------- */

static const struct keys one = {"comm=", " pid=", " prio="};

static bool read_switch(struct imported *im, const struct line *l, struct import_event *e)
{
    static const struct keys prev = {"prev_comm=", " prev_pid=", " prev_prio="};
    static const struct keys next = {"next_comm=", " next_pid=", " next_prio="};
    const char *arrow = find(l->fields, " ==> "), *state;
    struct cursor left = {l->fields.at, arrow}, right;
    struct who a, b;

    if (!arrow)
        return false;
    right = (struct cursor){arrow + 5, l->fields.end};
    if (take_named(left, &prev, &a)) {
        state = find_last(left, " prev_state=");
        if (!state)
            return false;
        left.at = state + 12;
    } else if (take_plain(&left, &a)) {
        skip_spaces(&left);
    } else {
        return false;
    }
    if (!take_who(right, &next, &b))
        return false;
    e->kind = IMPORT_SWITCH;
    e->thread = thread_of(im, &a);
    e->state = (uint8_t)state_of(left);
    e->next = thread_of(im, &b);
    return e->cpu >= 0;
}

/* The core it will run on; that of the line where the event does not say. */
static bool read_wake(struct imported *im, const struct line *l, struct import_event *e)
{
    struct who who;
    int64_t cpu;

    if (!take_who(l->fields, &one, &who))
        return false;
    e->kind = IMPORT_WAKING;
    e->thread = thread_of(im, &who);
    if (number_after(l->fields, "target_cpu=", &cpu) || number_after(l->fields, "CPU:", &cpu))
        e->cpu = import_cpu(im, cpu, NULL);
    return true;
}

static bool read_fork(struct imported *im, const struct line *l, struct import_event *e)
{
    static const struct keys child = {"child_comm=", " child_pid=", NULL};
    struct who who;

    if (!take_named(l->fields, &child, &who))
        return false;
    e->kind = IMPORT_NEW;
    e->thread = thread_of(im, &who);
    return true;
}

static bool read_exit(struct imported *im, const struct line *l, struct import_event *e)
{
    struct who who;

    if (!take_who(l->fields, &one, &who))
        return false;
    e->kind = IMPORT_EXIT;
    e->thread = thread_of(im, &who);
    return true;
}

static bool read_migrate(struct imported *im, const struct line *l, struct import_event *e)
{
    struct who who;
    int64_t cpu;

    if (!take_who(l->fields, &one, &who) || !number_after(l->fields, " dest_cpu=", &cpu))
        return false;
    e->kind = IMPORT_MIGRATE;
    e->thread = thread_of(im, &who);
    e->cpu = import_cpu(im, cpu, NULL);
    return e->cpu >= 0;
}

/* "B|100|context switch", "E|100": how quanta's own ftrace marks what a switch costs.  What else
 * programs mark is nothing of a schedule. */
static bool read_mark(struct imported *im, const struct line *l, struct import_event *e)
{
    (void)im;
    if (find(l->fields, "|context switch"))
        e->kind = IMPORT_COST;
    else if (find(l->fields, "E|") == l->fields.at)
        e->kind = IMPORT_PAID;
    else
        e->kind = IMPORT_TIME;
    return true;
}

static const struct {
    const char *name;
    bool (*read)(struct imported *im, const struct line *l, struct import_event *e);
} events[] = {
    {"sched_switch", read_switch},        {"sched_waking", read_wake},
    {"sched_wakeup", read_wake},          {"sched_wakeup_new", read_wake},
    {"sched_process_fork", read_fork},    {"sched_process_exit", read_exit},
    {"sched_migrate_task", read_migrate}, {"tracing_mark_write", read_mark},
};

/* -1: of no interest. */
static int event_of(const struct cursor *name)
{
    size_t len = (size_t)(name->end - name->at);

    for (size_t i = 0; i < ARRAY_LEN(events); i++)
        if (strlen(events[i].name) == len && memcmp(events[i].name, name->at, len) == 0)
            return (int)i;
    return -1;
}

/* ---- the text ------------------------------------------------------------------------------------------ */

static void read_lost(struct imported *im, struct cursor c)
{
    const char *at = find(c, "[LOST ");
    int64_t n;

    if (!at)
        at = find(c, "LOST ");
    if (at && number_after((struct cursor){at, c.end}, "LOST ", &n) && n > 0)
        import_lost(im, n);
    else
        import_skipped(im);
}

static bool read_line(struct imported *im, const struct lines *in, const char *line, size_t len,
                      struct diags *diags)
{
    struct import_event e = {.thread = NO_THREAD, .next = NO_THREAD, .cpu = -1};
    struct line l;
    int event;

    if (len == 0 || *line == '#')
        return true;
    if (!find_line(line, len, &l)) {
        read_lost(im, (struct cursor){line, line + len});
        return true;
    }
    event = event_of(&l.event);
    if (event < 0) {
        import_skipped(im);
        return true;
    }
    e.at = l.at;
    e.cpu = import_cpu(im, l.cpu, NULL);
    if (!events[event].read(im, &l, &e))
        return import_wrong(diags, in, line, len, (size_t)(l.fields.at - line),
                            "as `trace-cmd report` and `perf script` write it",
                            "the fields of this event are not what they should be");
    import_add(im, e);
    return true;
}

static bool read(struct imported *im, struct lines *in, struct diags *diags)
{
    const char *line;
    size_t len;

    while (lines_next(in, TRACE_LINE_MAX, &line, &len))
        if (!read_line(im, in, line, len, diags))
            return false;
    if (len == 0)
        return true;
    in->number++;
    return import_wrong(diags, in, "", 0, 0, NULL, "this line is too long for a trace");
}

/* Of the first lines, how many are of the kind. */
static int looks(const char *text, size_t len, bool perf)
{
    static const char columns[] = "# tracer:";
    const char *at = text, *end = text + (len < 65536 ? len : 65536);
    int found = 0;

    if (!perf && len > sizeof(columns) && memcmp(text, columns, sizeof(columns) - 1) == 0)
        return 100;
    for (size_t n; at < end && found < 90; at += n + 1) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        struct line l;

        n = (size_t)((newline ? newline : end) - at);
        if (find_line(at, n, &l) &&
            (l.event.at - at > 6 && memcmp(l.event.at - 6, "sched:", 6) == 0) == perf)
            found += 30;
    }
    return found;
}

static int looks_ftrace(const char *text, size_t len)
{
    return looks(text, len, false);
}

static int looks_perf(const char *text, size_t len)
{
    return looks(text, len, true);
}

const struct import_format import_ftrace = {
    .name = "ftrace",
    .help = "/sys/kernel/tracing/trace, `trace-cmd report`, also with -R",
    .source = "Linux 6.12, kernel/trace/trace_output.c, include/trace/events/sched.h",
    .looks = looks_ftrace,
    .read = read,
};

const struct import_format import_perf = {
    .name = "perf-script",
    .help = "`perf script`, `perf sched script`",
    .source = "Linux 6.12, tools/perf/builtin-script.c",
    .looks = looks_perf,
    .read = read,
};
