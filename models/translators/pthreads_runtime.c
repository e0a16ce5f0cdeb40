/* pthreads_runtime.c - helpers in C, each written where something uses it.
 *
 * Source: POSIX.1-2017 (clock_nanosleep, sem_wait, pthread_cond_wait); Linux sched(7). */
#include "models/translators/translator_c.h"

/* Words of the language, and what the program uses. */
const char *const c_reserved[] = {"auto",
                                  "break",
                                  "case",
                                  "char",
                                  "const",
                                  "continue",
                                  "default",
                                  "do",
                                  "double",
                                  "else",
                                  "enum",
                                  "extern",
                                  "float",
                                  "for",
                                  "goto",
                                  "if",
                                  "inline",
                                  "int",
                                  "long",
                                  "register",
                                  "restrict",
                                  "return",
                                  "short",
                                  "signed",
                                  "sizeof",
                                  "static",
                                  "struct",
                                  "switch",
                                  "typedef",
                                  "union",
                                  "unsigned",
                                  "void",
                                  "volatile",
                                  "while",
                                  "bool",
                                  "true",
                                  "false",
                                  "main",
                                  "me",
                                  "run",
                                  "name",
                                  "thread",
                                  "policy",
                                  "priority",
                                  "nice",
                                  "ended",
                                  "cpu",
                                  "kind",
                                  "next",
                                  "arrived",
                                  "over",
                                  "atomic_steps",
                                  "begin",
                                  "channel",
                                  "channel_recv",
                                  "channel_send",
                                  "check",
                                  "choice",
                                  "children",
                                  "clock_ns",
                                  "cores",
                                  "device",
                                  "ends",
                                  "exponential",
                                  "fault",
                                  "join",
                                  "kinds",
                                  "later",
                                  "left",
                                  "lines",
                                  "live",
                                  "log_line",
                                  "make_objects",
                                  "must",
                                  "nlines",
                                  "nonzero",
                                  "now",
                                  "pin",
                                  "random_unit",
                                  "realtime",
                                  "start_thread",
                                  "pools",
                                  "pool",
                                  "must_queue",
                                  "whose_turn",
                                  "report",
                                  "request",
                                  "sleep_for",
                                  "sleep_until",
                                  "source",
                                  "spawn",
                                  "start",
                                  "task",
                                  "task_ends",
                                  "tasks",
                                  "thread_main",
                                  "times",
                                  "uniform",
                                  "use_cpu",
                                  "wait_for",
                                  "warn",
                                  "abs",
                                  "div",
                                  "exit",
                                  "exp",
                                  "index",
                                  "labs",
                                  "log",
                                  "pow",
                                  "printf",
                                  "puts",
                                  "rand",
                                  "random",
                                  "read",
                                  "remove",
                                  "rename",
                                  "sleep",
                                  "time",
                                  "wait",
                                  "write",
                                  "yield",
                                  "errno",
                                  "malloc",
                                  "free",
                                  "signal",
                                  "send",
                                  "recv",
                                  "y0",
                                  "y1",
                                  "yn",
                                  "j0",
                                  "j1",
                                  "jn",
                                  "gamma",
                                  "stdin",
                                  "stdout",
                                  "stderr",
                                  "unix",
                                  "linux",
                                  "NULL",
                                  "I",
                                  "EOF",
                                  "clock",
                                  "accept",
                                  "bind",
                                  "connect",
                                  "listen",
                                  "pipe",
                                  "pause",
                                  "nanosleep",
                                  "kill",
                                  "link",
                                  "unlink",
                                  "access",
                                  "open",
                                  "close",
                                  "dup",
                                  "fork",
                                  "mutex",
                                  "spinlock",
                                  NULL};

#define NONE C_HELPER_COUNT

static const struct {
    enum c_helper needs[2];
    const char *text;
} helpers[C_HELPER_COUNT] = {
    [C_LOG] = {{NONE, NONE},
               "__attribute__((format(printf, 2, 3))) static void log_line(const struct task "
               "*me, const char *fmt, ...)\n"
               "{\n"
               "    int number = nlines++;\n"
               "    va_list ap;\n"
               "\n"
               "    if (number >= LINES)\n"
               "        return;\n"
               "    lines[number].at = now();\n"
               "    lines[number].task = me->name;\n"
               "    va_start(ap, fmt);\n"
               "    vsnprintf(lines[number].text, sizeof(lines[number].text), fmt, ap);\n"
               "    va_end(ap);\n"
               "}\n"},
    [C_UNTIL] =
        {{NONE, NONE},
         "static void sleep_until(int64_t at)\n"
         "{\n"
         "    struct timespec t;\n"
         "\n"
         "    at += start;\n"
         "    t.tv_sec = (time_t)(at / 1000000000);\n"
         "    t.tv_nsec = (long)(at % 1000000000);\n"
         "    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)\n"
         "        ;\n"
         "}\n"},
    [C_SLEEP] = {{C_UNTIL, NONE},
                 "static void sleep_for(int64_t ns)\n"
                 "{\n"
                 "    sleep_until(now() + ns);\n"
                 "}\n"},
    [C_CPU] = {{NONE, NONE},
               "/* Computes until this thread has had so many ns more of a core. */\n"
               "static void use_cpu(int64_t ns)\n"
               "{\n"
               "    int64_t end = clock_ns(CLOCK_THREAD_CPUTIME_ID) + ns;\n"
               "\n"
               "    while (clock_ns(CLOCK_THREAD_CPUTIME_ID) < end)\n"
               "        ;\n"
               "}\n"},
    [C_FAULT] = {{NONE, NONE},
                 "/* What ends a task that has broken a rule. */\n"
                 "static _Noreturn void fault(struct task *me, const char *what)\n"
                 "{\n"
                 "    fprintf(stderr, \"%s: %s\\n\", me->name, what);\n"
                 "    task_ends(me);\n"
                 "}\n"},
    [C_MUST] = {{C_FAULT, NONE},
                "static void must(struct task *me, int error, const char *what)\n"
                "{\n"
                "    if (error != 0)\n"
                "        fault(me, what);\n"
                "}\n"},
    [C_CHECK] = {{C_FAULT, NONE},
                 "static void check(struct task *me, bool holds, const char *what)\n"
                 "{\n"
                 "    if (!holds)\n"
                 "        fault(me, what);\n"
                 "}\n"},
    [C_NONZERO] = {{C_FAULT, NONE},
                   "static int64_t nonzero(struct task *me, int64_t divisor)\n"
                   "{\n"
                   "    if (divisor == 0)\n"
                   "        fault(me, \"division by zero\");\n"
                   "    return divisor;\n"
                   "}\n"},
    [C_TIMES] = {{C_FAULT, NONE},
                 "static int64_t times(struct task *me, int64_t n)\n"
                 "{\n"
                 "    if (n < 0)\n"
                 "        fault(me, \"repeat a negative number of times\");\n"
                 "    return n;\n"
                 "}\n"},
    [C_ATOMIC] = {{NONE, NONE},
                  "/* What is atomic in the file excludes what else is. */\n"
                  "static pthread_mutex_t atomic_steps = PTHREAD_MUTEX_INITIALIZER;\n"},
    [C_DEVICE] = {{C_SLEEP, NONE},
                  "/* A device serves so many at once; who asks sleeps meanwhile. */\n"
                  "struct device {\n"
                  "    sem_t channels;\n"
                  "    bool unlimited;\n"
                  "};\n"
                  "\n"
                  "static void request(struct device *d, int64_t service, int64_t latency)\n"
                  "{\n"
                  "    if (!d->unlimited)\n"
                  "        while (sem_wait(&d->channels) != 0)\n"
                  "            ;\n"
                  "    sleep_for(service);\n"
                  "    if (!d->unlimited)\n"
                  "        sem_post(&d->channels);\n"
                  "    if (latency > 0)\n"
                  "        sleep_for(latency);\n"
                  "}\n"},
    [C_CHANNEL] =
        {{NONE, NONE},
         "/* A bounded buffer; of capacity 0: who sends waits until somebody has received. */\n"
         "struct channel {\n"
         "    pthread_mutex_t lock;\n"
         "    pthread_cond_t changed;\n"
         "    int64_t capacity, sent, received, waiting;\n"
         "    int64_t *values;\n"
         "};\n"
         "\n"
         "static void channel_send(struct channel *c, int64_t value)\n"
         "{\n"
         "    int64_t room = c->capacity > 0 ? c->capacity : 1, number;\n"
         "\n"
         "    pthread_mutex_lock(&c->lock);\n"
         "    while (c->sent - c->received >= room)\n"
         "        pthread_cond_wait(&c->changed, &c->lock);\n"
         "    c->values[c->sent % room] = value;\n"
         "    number = ++c->sent;\n"
         "    pthread_cond_broadcast(&c->changed);\n"
         "    while (c->capacity == 0 && c->received < number)\n"
         "        pthread_cond_wait(&c->changed, &c->lock);\n"
         "    pthread_mutex_unlock(&c->lock);\n"
         "}\n"
         "\n"
         "static int64_t channel_recv(struct channel *c)\n"
         "{\n"
         "    int64_t room = c->capacity > 0 ? c->capacity : 1, value;\n"
         "\n"
         "    pthread_mutex_lock(&c->lock);\n"
         "    while (c->sent == c->received)\n"
         "        pthread_cond_wait(&c->changed, &c->lock);\n"
         "    value = c->values[c->received++ % room];\n"
         "    pthread_cond_broadcast(&c->changed);\n"
         "    pthread_mutex_unlock(&c->lock);\n"
         "    return value;\n"
         "}\n"},
    [C_RANDOM] =
        {{NONE, NONE},
         "/* Draws that every run repeats for the same order of calls, though they are not the "
         "simulator's. */\n"
         "static uint64_t random_bits(void)\n"
         "{\n"
         "    static _Atomic uint64_t state = UINT64_C(0x9e3779b97f4a7c15);\n"
         "    uint64_t z = atomic_fetch_add(&state, UINT64_C(0x9e3779b97f4a7c15));\n"
         "\n"
         "    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);\n"
         "    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);\n"
         "    return z ^ (z >> 31);\n"
         "}\n"},
    [C_UNIFORM] = {{C_RANDOM, NONE},
                   "static int64_t uniform(int64_t from, int64_t to)\n"
                   "{\n"
                   "    return from + (int64_t)(random_bits() % (uint64_t)(to - from + 1));\n"
                   "}\n"},
    [C_EXPONENTIAL] =
        {{C_RANDOM, NONE},
         "static int64_t exponential(int64_t mean)\n"
         "{\n"
         "    double u = ((double)(random_bits() >> 11) + 0.5) / 9007199254740992.0;\n"
         "\n"
         "    return (int64_t)(-(double)mean * log(u));\n"
         "}\n"},
    [C_CHOICE] = {{C_RANDOM, NONE},
                  "static int64_t choice(const int64_t *values, uint64_t n)\n"
                  "{\n"
                  "    return values[random_bits() % n];\n"
                  "}\n"},
    [C_SPAWN] =
        {{NONE, NONE},
         "/* Children have what their parent had at first, but their own program. */\n"
         "static void spawn(struct task *me, const char *name, void (*run)(struct task *))\n"
         "{\n"
         "    struct task child = kinds[me->kind];\n"
         "\n"
         "    child.name = name;\n"
         "    child.run = run;\n"
         "    child.parent = me;\n"
         "    child.grouped = false;\n"
         "    (void)begin(&child, 0);\n"
         "}\n"
         "\n"
         "static void join(struct task *me, const char *name)\n"
         "{\n"
         "    pthread_mutex_lock(&ends);\n"
         "    for (struct task *t = tasks; t;) {\n"
         "        if (t->parent == me && !t->over && strcmp(t->name, name) == 0) {\n"
         "            pthread_cond_wait(&ended, &ends);\n"
         "            t = tasks;\n"
         "        } else {\n"
         "            t = t->next;\n"
         "        }\n"
         "    }\n"
         "    pthread_mutex_unlock(&ends);\n"
         "}\n"},
    [C_GROUP] = {{NONE, NONE},
                 "/* Until all copies of a task have ended. */\n"
                 "static void after(int kind)\n"
                 "{\n"
                 "    pthread_mutex_lock(&ends);\n"
                 "    while (left[kind] > 0)\n"
                 "        pthread_cond_wait(&ended, &ends);\n"
                 "    pthread_mutex_unlock(&ends);\n"
                 "}\n"},
    [C_LATER] = {{NONE, NONE},
                 "/* What begins tasks later is a thread as urgent as main(). */\n"
                 "static void later(void *(*source)(void *))\n"
                 "{\n"
                 "    pthread_t thread;\n"
                 "\n"
                 "    pthread_mutex_lock(&ends);\n"
                 "    live++;\n"
                 "    pthread_mutex_unlock(&ends);\n"
                 "    if (pthread_create(&thread, NULL, source, NULL) != 0)\n"
                 "        abort();\n"
                 "    pthread_detach(thread);\n"
                 "}\n"
                 "\n"
                 "static void source_ends(void)\n"
                 "{\n"
                 "    pthread_mutex_lock(&ends);\n"
                 "    live--;\n"
                 "    pthread_cond_broadcast(&ended);\n"
                 "    pthread_mutex_unlock(&ends);\n"
                 "}\n"},
};

static void need(bool *needed, enum c_helper helper)
{
    if (helper == C_HELPER_COUNT || needed[helper])
        return;
    needed[helper] = true;
    need(needed, helpers[helper].needs[0]);
    need(needed, helpers[helper].needs[1]);
}

void c_runtime(const struct c_writing *c, struct text *out)
{
    bool needed[C_HELPER_COUNT] = {false};

    for (size_t i = 0; i < C_HELPER_COUNT; i++)
        if (c->helps[i])
            need(needed, (enum c_helper)i);
    for (size_t i = 0; i < C_HELPER_COUNT; i++)
        if (needed[i])
            text_addf(out, "\n%s", helpers[i].text);
}
