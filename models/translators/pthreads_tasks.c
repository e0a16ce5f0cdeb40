/* pthreads_tasks.c - tasks in C: under which policy, and how they come.
 *
 * Source: Linux sched(7): SCHED_FIFO, SCHED_RR, SCHED_OTHER, priorities. */
#include "models/translators/translator_c.h"

#include <inttypes.h>
#include <string.h>

#include "models/executors/executor.h"
#include "models/schedulers/sched.h"

enum { RANKS_MAX = 80, PLAIN_PRIORITY = 10, LIMIT_S = 60 };

/* ---- policies ------------------------------------------------------------------------------------ */

struct urgency {
    const char *policy; /* a name of sched.h; NULL: it cannot be expressed */
    int64_t priority;
};

/* The more, the more urgent: by its period under "rm", else as the file has it. */
static int64_t key_of(const struct scenario *sc, const struct task_spec *t)
{
    if (strcmp(sc->machine.policy->name, "rm") == 0)
        return t->period > 0 ? -t->period : -SIM_NEVER;
    return t->priority;
}

/* How many of the keys that tasks have are below this one. */
static int64_t rank_of(const struct scenario *sc, int64_t key)
{
    int64_t rank = 0;

    for (int32_t i = 0; i < sc->ntasks; i++) {
        int64_t own = key_of(sc, &sc->tasks[i]);
        bool again = false;

        for (int32_t k = 0; k < i; k++)
            again = again || key_of(sc, &sc->tasks[k]) == own;
        rank += !again && own < key;
    }
    return rank;
}

int64_t c_ceiling(const struct c_writing *c, int64_t priority)
{
    const struct scenario *sc = c->tr->sc;

    return strcmp(sc->machine.policy->name, "priority") == 0
               ? PLAIN_PRIORITY + rank_of(sc, priority)
               : priority;
}

static struct urgency urgency_linux(const struct task_spec *t)
{
    switch (t->sched_class) {
    case CLASS_FIFO:
        return (struct urgency){"SCHED_FIFO", t->priority};
    case CLASS_RR:
        return (struct urgency){"SCHED_RR", t->priority};
    case CLASS_BATCH:
        return (struct urgency){"SCHED_BATCH", 0};
    case CLASS_IDLE:
        return (struct urgency){"SCHED_IDLE", 0};
    case CLASS_DEADLINE:
        return (struct urgency){NULL, 0};
    default:
        return (struct urgency){"SCHED_OTHER", 0};
    }
}

static struct urgency urgency_of(const struct scenario *sc, const struct task_spec *t)
{
    const struct machine_spec *m = &sc->machine;
    const char *name = m->policy->name;
    const bool *preemptive = param_field(m->policy->params, m->policy_params, "preemptive");
    const sim_time *aging = param_field(m->policy->params, m->policy_params, "aging");
    const sim_time *quantum = param_field(m->policy->params, m->policy_params, "quantum");

    if (strcmp(name, "fifo") == 0)
        return (struct urgency){"SCHED_FIFO", PLAIN_PRIORITY};
    if (strcmp(name, "rr") == 0)
        return (struct urgency){"SCHED_RR", PLAIN_PRIORITY};
    if (strcmp(name, "priority") == 0 && preemptive && *preemptive && !(aging && *aging > 0))
        return (struct urgency){quantum && *quantum > 0 ? "SCHED_RR" : "SCHED_FIFO",
                                PLAIN_PRIORITY + rank_of(sc, key_of(sc, t))};
    if (strcmp(name, "rm") == 0)
        return (struct urgency){"SCHED_FIFO", PLAIN_PRIORITY + rank_of(sc, key_of(sc, t))};
    if (strcmp(name, "cfs") == 0 || strcmp(name, "eevdf") == 0)
        return (struct urgency){"SCHED_OTHER", 0};
    if (strcmp(name, "linux") == 0)
        return urgency_linux(t);
    return (struct urgency){NULL, 0};
}

/* How many threads a pool has; 0: it is none. */
static int64_t pool_size(const struct executor_spec *ex)
{
    return strcmp(ex->model->name, "pool") == 0
               ? *(const int64_t *)param_field(ex->model->params, ex->params, "threads")
               : 0;
}

bool c_has_pools(const struct c_writing *c)
{
    for (int32_t i = 0; i < c->tr->sc->ntasks; i++)
        if (pool_size(&c->tr->sc->executors[c->tr->sc->tasks[i].executor]) > 0)
            return true;
    return false;
}

bool c_has_affinity(const struct c_writing *c)
{
    for (int32_t i = 0; i < c->tr->sc->ntasks; i++)
        if (c->tr->sc->tasks[i].affinity)
            return true;
    return false;
}

/* By the number of the executor. */
void c_pools(struct c_writing *c)
{
    const struct scenario *sc = c->tr->sc;

    if (!c_has_pools(c))
        return;
    text_add(c->out, "\n");
    c_line(c,
           "/* So many tasks of each executor may have a thread; the others wait for one. */");
    c_open(c, "static struct pool {");
    c_line(c, "int64_t free;");
    c_line(c, "struct task *first, *last;");
    c_close(c, "} pools[] = {");
    c->indent++;
    for (int32_t i = 0; i < sc->nexecutors; i++)
        c_line(c, "{.free = %" PRId64 "}, /* %s */", pool_size(&sc->executors[i]),
               strstr(sc->executors[i].name, "*/") ? "" : sc->executors[i].name);
    c_close(c, "};");
}

void c_check_task(struct c_writing *c, const struct task_spec *t)
{
    const struct scenario *sc = c->tr->sc;
    const struct executor_spec *ex = &sc->executors[t->executor];
    struct urgency u = urgency_of(sc, t);

    if (c->tr->failed)
        return; /* of one kind, one message */
    if (ex->model != executor_models[0] && !pool_size(ex))
        cannot(c->tr, t->number,
               ex->model->is_loop
                   ? "event loops are for node: quanta export --to node"
                   : "\"executors\": { \"default\": { \"kind\": \"thread-per-task\" } }",
               "\"%s\" runs on the executor \"%s\": a program of threads has one for each task",
               t->name, ex->model->name);
    else if (pool_size(ex) &&
             *(const int64_t *)param_field(ex->model->params, ex->params, "backlog") >= 0)
        cannot(c->tr, t->number, "\"backlog\": \"unlimited\"",
               "\"%s\" may be rejected by its pool, which a program of threads does not do",
               t->name);
    else if (t->affinity && sc->machine.ncores > 64)
        cannot(c->tr, t->number, "a machine of 64 cores at most",
               "\"%s\" has an affinity among more than 64 cores", t->name);
    else if (!u.policy)
        cannot(c->tr, t->number,
               "fifo, rr, rm, priority (preemptive, without aging), cfs, eevdf, or linux",
               "\"%s\" is scheduled by \"%s\", which the kernel has not", t->name,
               sc->machine.policy->name);
    else if (u.priority - PLAIN_PRIORITY > RANKS_MAX)
        cannot(c->tr, t->number, NULL, "more than %d priorities", (int)RANKS_MAX);
}

/* ---- tasks ------------------------------------------------------------------------------------------------- */

void c_kinds(struct c_writing *c)
{
    const struct scenario *sc = c->tr->sc;

    text_add(c->out, "\n");
    c_open(c, "static const struct task kinds[] = {");
    for (int32_t i = 0; i < sc->ntasks; i++) {
        const struct task_spec *t = &sc->tasks[i];
        struct urgency u = urgency_of(sc, t);
        struct text locals = {0};

        if (pool_size(&sc->executors[t->executor]) > 0)
            text_addf(&locals, ", .pool = &pools[%d]", (int)t->executor);
        if (t->affinity)
            text_addf(&locals, ", .affinity = UINT64_C(%" PRIu64 ")", t->affinity[0]);
        for (uint32_t k = 0; k < t->nlocals; k++)
            text_addf(&locals, ", .%s = %" PRId64,
                      ident(c->tr, &c->members, NAME_LOCAL, t->locals[k].name),
                      t->locals[k].value);
        c_line(c,
               "{.name = %s, .run = %s, .kind = %d, .grouped = true, .policy = %s, .priority = "
               "%" PRId64 ", .nice = %" PRId64 "%s},",
               c_quote(c, t->name), c_task_function(c, t), (int)i, u.policy, u.priority,
               t->nice, locals.data ? locals.data : "");
        text_release(&locals);
    }
    c_close(c, "};");
}

static bool is_late(const struct task_spec *t)
{
    return t->arrive > 0 || t->every || t->rate > 0 || t->clients > 0 || t->nafter > 0;
}

static void begin_copies(struct c_writing *c, const struct task_spec *t)
{
    struct dist rate = {.kind = DIST_EXP, .a = t->rate};
    const struct dist *gap = t->every ? t->every : t->rate > 0 ? &rate : NULL;
    int kind = (int)t->index;

    if (!t->numbered) {
        c_line(c, "(void)begin(&kinds[%d], 0);", kind);
        return;
    }
    if (gap)
        c_line(c, "int64_t at = now()%s%s;", t->rate > 0 ? " + " : "",
               t->rate > 0 ? c_ns(c, NULL, gap) : "");
    if (t->count < 0)
        c_open(c, "for (int i = 1;; i++) {");
    else
        c_open(c, "for (int i = 1; i <= %" PRId64 "; i++) {", t->count);
    if (gap) {
        c_use(c, C_UNTIL);
        c_line(c, "sleep_until(at);");
        c_line(c, "at += %s;", c_ns(c, NULL, gap));
    }
    c_line(c, "(void)begin(&kinds[%d], i);", kind);
    c_close(c, "}");
}

/* A client waits for its task's end, and thinks. */
static void write_client(struct c_writing *c, const struct task_spec *t)
{
    c_use(c, C_SLEEP);
    c_open(c, "for (int64_t i = 0; i < %s; i++) {",
           t->requests < 0 ? "INT64_MAX" : arena_printf(&c->tr->mem, "%" PRId64, t->requests));
    c_line(c, "sleep_for(%s);", c_ns(c, NULL, t->think));
    c_line(c, "struct task *request = begin(&kinds[%d], 0);", (int)t->index);
    c_line(c, "pthread_mutex_lock(&ends);");
    c_line(c, "while (!request->over)");
    c_line(c, "    pthread_cond_wait(&ended, &ends);");
    c_line(c, "pthread_mutex_unlock(&ends);");
    c_close(c, "}");
}

static void write_source(struct c_writing *c, const struct task_spec *t)
{
    c_use(c, C_LATER);
    text_add(c->out, "\n");
    c_line(c, "/* %s */", strstr(t->name, "*/") ? "a task" : t->name);
    c_line(c, "static void *source%d(void *unused)", (int)t->index);
    c_open(c, "{");
    c_line(c, "(void)unused;");
    for (uint32_t i = 0; i < t->nafter; i++) {
        c_use(c, C_GROUP);
        c_line(c, "after(%d);", (int)t->after[i]);
    }
    if (t->arrive > 0) {
        c_use(c, C_UNTIL);
        c_line(c, "sleep_until(INT64_C(%" PRId64 "));", t->arrive);
    }
    if (t->clients > 0)
        write_client(c, t);
    else
        begin_copies(c, t);
    if (t->count >= 0 || t->clients > 0) {
        c_line(c, "source_ends();");
        c_line(c, "return NULL;");
    }
    c_close(c, "}");
}

void c_main(struct c_writing *c)
{
    const struct scenario *sc = c->tr->sc;
    int64_t limit = sc->until < SIM_NEVER ? sc->until : SEC(LIMIT_S);

    for (int32_t i = 0; i < sc->ntasks; i++)
        if (is_late(&sc->tasks[i]))
            write_source(c, &sc->tasks[i]);
    text_add(c->out, "\n");
    c_line(c, "int main(void)");
    c_open(c, "{");
    c_line(c, "pin(%d);", (int)sc->machine.ncores);
    c_line(c, "make_objects();");
    c_line(c, "start = clock_ns(CLOCK_MONOTONIC);");
    for (int32_t i = 0; i < sc->ntasks; i++) {
        const struct task_spec *t = &sc->tasks[i];

        if (!is_late(t))
            begin_copies(c, t);
        else if (t->clients > 0)
            c_line(c, "for (int i = 0; i < %" PRId64 "; i++) later(source%d);", t->clients,
                   (int)i);
        else
            c_line(c, "later(source%d);", (int)i);
    }
    c_line(c, "return report(wait_for(INT64_C(%" PRId64 ")), %s);", limit,
           sc->until < SIM_NEVER ? "true" : "false");
    c_close(c, "}");
}
