/* table.c - every discipline of devices there is; the first is the default. */
#include "models/devices/device.h"

#define DISCIPLINES(X) X(fifo)

#define X(name) extern const struct device_model device_##name;
DISCIPLINES(X)
#undef X

const struct device_model *const device_models[] = {
#define X(name) &device_##name,
    DISCIPLINES(X)
#undef X
        NULL};
