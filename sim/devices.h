/* devices.h - requests on their way through devices.  The model (its discipline)
 * says which comes next; this keeps the time.
 *
 *   submit -> [queue] -> service -> [latency] -> reply: the thread wakes
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
    void *state;     /* the model's */
    int32_t id;
};

void devices_init(struct sim *sim);

/* A request of `t`; service < 0: the device's own.  True: `t` has to wait; once it is
 * off its core, device_begin() serves, and machine_wake() comes with the reply.
 * False: it took no time at all. */
bool device_submit(struct device *d, struct thread *t, sim_time service, int64_t bytes);
void device_begin(struct device *d);

/* One that nobody's thread waits for: replied() is called instead.  The caller has filled
 * `task` and `replied`.  False: it took no time at all, and replied() will not be called. */
bool device_submit_async(struct device *d, struct async_request *a, sim_time service,
                         int64_t bytes);

#endif
