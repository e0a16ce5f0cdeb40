/* pthreads_objects.c - variables, sync objects and devices in C.
 *
 * Source: POSIX.1-2017 (pthread_mutexattr_setprotocol, pthread_mutexattr_setprioceiling). */
#include "models/translators/translator_c.h"

#include <inttypes.h>
#include <string.h>

#include "models/sync/sync.h"

static int64_t sync_number(const struct sync_spec *s)
{
    const int64_t *n = param_field(s->model->params, s->params, s->model->name);

    return n ? *n : 0;
}

static const char *sync_type(const char *model)
{
    static const char *const types[][2] = {
        {"mutex", "pthread_mutex_t"},  {"spinlock", "pthread_spinlock_t"},
        {"semaphore", "sem_t"},        {"rwlock", "pthread_rwlock_t"},
        {"condvar", "pthread_cond_t"}, {"barrier", "pthread_barrier_t"},
        {"channel", "struct channel"},
    };

    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (strcmp(types[i][0], model) == 0)
            return types[i][1];
    sim_unreachable("a kind of sync object");
}

static void make_mutex(struct c_writing *c, const struct sync_spec *s, const char *name)
{
    static const char *const protocols[] = {"NONE", "INHERIT", "PROTECT"};
    const int32_t *protocol = param_field(s->model->params, s->params, "protocol");
    const int64_t *ceiling = param_field(s->model->params, s->params, "ceiling");

    sim_assert(protocol && (size_t)*protocol < ARRAY_LEN(protocols));
    c_open(c, "{");
    c_line(c, "pthread_mutexattr_t a;");
    c_line(c, "pthread_mutexattr_init(&a);");
    c_line(c, "pthread_mutexattr_settype(&a, PTHREAD_MUTEX_ERRORCHECK);");
    c_line(c, "pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_%s);", protocols[*protocol]);
    if (*protocol == 2)
        c_line(c, "pthread_mutexattr_setprioceiling(&a, %" PRId64 ");", c_ceiling(c, *ceiling));
    c_line(c, "pthread_mutex_init(&%s, &a);", name);
    c_close(c, "}");
}

static void make_sync(struct c_writing *c, int32_t number)
{
    const struct sync_spec *s = &c->tr->sc->syncs[number];
    const char *name = c_sync(c, number), *model = s->model->name;
    int64_t n = sync_number(s);

    if (strcmp(model, "mutex") == 0) {
        make_mutex(c, s, name);
    } else if (strcmp(model, "spinlock") == 0) {
        c_line(c, "pthread_spin_init(&%s, PTHREAD_PROCESS_PRIVATE);", name);
    } else if (strcmp(model, "semaphore") == 0) {
        c_line(c, "sem_init(&%s, 0, %" PRId64 ");", name, n);
    } else if (strcmp(model, "rwlock") == 0) {
        c_line(c, "pthread_rwlock_init(&%s, NULL);", name);
    } else if (strcmp(model, "condvar") == 0) {
        c_line(c, "pthread_cond_init(&%s, NULL);", name);
    } else if (strcmp(model, "barrier") == 0) {
        c_line(c, "pthread_barrier_init(&%s, NULL, %" PRId64 ");", name, n);
    } else {
        c_line(c, "pthread_mutex_init(&%s.lock, NULL);", name);
        c_line(c, "pthread_cond_init(&%s.changed, NULL);", name);
        c_line(c, "%s.capacity = %" PRId64 ";", name, n);
        c_line(c, "%s.values = calloc(%" PRId64 ", sizeof(*%s.values));", name, n > 0 ? n : 1,
               name);
    }
}

void c_make_objects(struct c_writing *c)
{
    const struct scenario *sc = c->tr->sc;

    text_add(c->out, "\n");
    c_line(c, "static void make_objects(void)");
    c_open(c, "{");
    for (int32_t i = 0; i < sc->nsyncs; i++)
        if (c->syncs[i])
            make_sync(c, i);
    for (int32_t i = 0; i < sc->ndevices; i++) {
        const struct device_spec *d = &sc->devices[i];
        const char *name = ident(c->tr, &c->globals, NAME_DEVICE, d->name);

        if (c->devices[i] && d->channels < 0)
            c_line(c, "%s.unlimited = true;", name);
        else if (c->devices[i])
            c_line(c, "sem_init(&%s.channels, 0, %" PRId64 ");", name, d->channels);
    }
    c_close(c, "}");
}

void c_declare_objects(struct c_writing *c)
{
    const struct scenario *sc = c->tr->sc;

    text_add(c->out, "\n");
    for (uint32_t i = 0; i < sc->nvars; i++)
        if (c->vars[i])
            c_line(c, "static _Atomic int64_t %s = %" PRId64 ";",
                   ident(c->tr, &c->globals, NAME_VAR, sc->vars[i].name), sc->vars[i].value);
    for (int32_t i = 0; i < sc->nsyncs; i++)
        if (c->syncs[i])
            c_line(c, "static %s %s;", sync_type(sc->syncs[i].model->name), c_sync(c, i));
    for (int32_t i = 0; i < sc->ndevices; i++)
        if (c->devices[i])
            c_line(c, "static struct device %s;",
                   ident(c->tr, &c->globals, NAME_DEVICE, sc->devices[i].name));
}
