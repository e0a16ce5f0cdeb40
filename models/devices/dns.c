/* dns.c - a look-up of a name, as getaddrinfo() does it: it blocks a thread.
 *
 * Source: libuv 1.46 src/unix/getaddrinfo.c (UV__WORK_SLOW_IO); node 20.20 dns.lookup().  The
 * latency is that of an answer which the resolver has in its cache, one round trip to it; one
 * that it must ask for itself takes 100 ms and more (Brandhorst and Pras, "DNS: a statistical
 * analysis of name server traffic": 152 ms on average).  With "mode": "poll" it is
 * dns.resolve(), which asks over sockets of its own. */
#include "models/devices/device.h"

static const struct param dns_params[] = {PARAM_END};

const struct device_preset preset_dns = {
    .name = "dns",
    .help = "a look-up of a name: blocks a pool thread, of which half at most do that",
    .source = "Source: libuv 1.46 src/unix/getaddrinfo.c, src/threadpool.c (UV__WORK_SLOW_IO)",
    .params = dns_params,
    .values = {{"mode", "pool"}, {"channels", "unlimited"}, {"latency", "5ms"}, {NULL, NULL}},
    .slow = true,
};
