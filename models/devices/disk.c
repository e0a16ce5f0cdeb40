/* disk.c - a disk with a moving head, and the file on it.
 *
 * Source: Ruemmler and Wilkes, "An introduction to disk drive modeling", IEEE Computer 27(3),
 * 1994: a request takes a seek, half a turn on average, and its transfer.  At 7200 turns a
 * minute half a turn is 4.17 ms; with a short seek that is the 8 ms that tables of latencies
 * give, and drives range from 4 to 12.  Differs: head and turn are in the service, unless
 * "seek" and the "at" of requests say where things lie; no cache of the drive's own. */
#include "models/devices/device.h"

static const struct param disk_params[] = {PARAM_END};

const struct device_preset preset_disk = {
    .name = "disk",
    .help = "a disk with a moving head: one request at a time, read on a pool thread",
    .source = "Source: Ruemmler and Wilkes, An introduction to disk drive modeling, 1994",
    .params = disk_params,
    .values = {{"mode", "pool"}, {"service", "8ms"}, {"bandwidth", "150MB/s"}, {NULL, NULL}},
};
