/* device.h - the questions a device model answers.
 *
 * A device is to requests what a policy is to threads.  sim/devices.c keeps the
 * time and moves the requests; a model (a discipline) only decides which comes next:
 *
 *    submit           next            after its service        after the latency
 *   --------> QUEUED -------> SERVED --------------------> (on the way) ----> reply: who asked wakes
 *
 * At most `channels` requests are SERVED at once.
 *
 * A preset is a device that is known: values of keys that a file need not write, and keys of
 * its own; which discipline it has, the file says as for any other.
 */
#ifndef MODELS_DEVICE_H
#define MODELS_DEVICE_H

#include "sim/base.h"
#include "sim/engine.h"
#include "sim/param.h"

struct device;
struct device_spec; /* sim/scenario.h */
struct task;

struct request {
    struct event done;    /* end of service, then of the latency */
    struct request *next; /* for the model's queue */
    struct device *device;
    sim_time service; /* how long it takes */
    int64_t at;       /* its position on the device */
    int32_t priority; /* of its task: higher is more urgent */
    uint32_t number;  /* 0: a thread waits for it; else of those that its task has made beside
                       * each other */
};

/* A request that blocks no thread: of a task on an event loop. */
struct async_request {
    struct request request;
    struct task *task;
    void (*replied)(struct async_request *a);
};

struct device_model {
    const char *name;           /* the discipline, as configs write it */
    const char *help;           /* one line */
    const char *source;         /* what this models */
    const struct param *params; /* further keys of the device */
    size_t params_size;
    size_t state_size; /* per device: zeroed */

    bool positions; /* it asks where requests are, and where the head stands */

    /* Queue `r`; it is the model's until next() returns it. */
    void (*submit)(void *state, struct request *r);

    /* A channel is free: take out and return the request to serve, or NULL.  The head stands at
     * `head`; *travel is set where it does not go straight to the request. */
    struct request *(*next)(void *state, int64_t head, int64_t *travel);

    /* Optional, once, before the others. */
    void (*init)(void *state, const struct device_spec *spec);
};

struct device_preset {
    const char *name; /* "preset" in configs */
    const char *help;
    const char *source;
    const struct param *params; /* further keys of the device; they fill its device_spec */
    const struct preset_value { /* what a key is worth where the file does not say */
        const char *key, *text; /* as param.deflt; a NULL key ends them */
    } values[4];
    bool slow; /* looks up names: waits in the pool's slow lane */
};

extern const struct device_model
    *const device_models[]; /* NULL ends it; the first is the default */
extern const struct device_preset *const device_presets[]; /* NULL ends it */

#endif
