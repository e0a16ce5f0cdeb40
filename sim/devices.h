/* devices.h - requests on their way through devices.  The model (its discipline)
 * says which comes next; this keeps the time.
 *
 *   submit -> [handshake] -> [queue] -> service -> [latency, round trip] -> reply: the thread wakes
 *
 * A connection (preset tcp) is a task's, to one device.  Who asks while its handshake goes on
 * waits for the same one.
 */
#ifndef SIM_DEVICES_H
#define SIM_DEVICES_H

#include "models/devices/device.h"
#include "sim/rng.h"
#include "sim/scenario.h"

struct sim;
struct thread;

struct device {
    const struct device_spec *spec;
    struct sim *sim;
    struct rng rng;
    uint32_t *cursors;
    int64_t serving; /* requests in service */
    int64_t queued;  /* with the model */
    int64_t head;    /* its position: that of the request served last */
    void *state;     /* the model's */
    int32_t id;
};

void devices_init(struct sim *sim);

/* What is asked of it; service < 0: the device's own. */
struct asking {
    sim_time service;
    int64_t bytes, at;
    struct task *behalf; /* NULL: the one that asks */
};

/* A request of `t`.  True: `t` has to wait; once it is
 * off its core, device_begin() serves, and machine_wake() comes with the reply.
 * False: it took no time at all. */
bool device_submit(struct device *d, struct thread *t, const struct asking *what);
void device_begin(struct device *d);

/* One that nobody's thread waits for: replied() is called instead.  The caller has filled
 * `task` and `replied`.  False: it took no time at all, and replied() will not be called. */
bool device_submit_async(struct device *d, struct async_request *a, const struct asking *what);

/* What a task keeps: where it is connected to, and since when.  NULL: nowhere. */
struct connection;
void connections_free(struct connection *first);

#endif
