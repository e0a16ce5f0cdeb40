/* table.c - every discipline of devices there is; the first is the default.  And every preset. */
#include "models/devices/device.h"

#define DISCIPLINES(X) X(fifo) X(priority) X(sstf) X(scan) X(cscan)
#define PRESETS(X) X(tcp) X(dns) X(disk)

#define X(name) extern const struct device_model device_##name;
DISCIPLINES(X)
#undef X
#define X(name) extern const struct device_preset preset_##name;
PRESETS(X)
#undef X

const struct device_model *const device_models[] = {
#define X(name) &device_##name,
    DISCIPLINES(X)
#undef X
        NULL};

const struct device_preset *const device_presets[] = {
#define X(name) &preset_##name,
    PRESETS(X)
#undef X
        NULL};
