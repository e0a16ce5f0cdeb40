/* tcp.c - the other end of a TCP connection.
 *
 * Source: RFC 9293, 3.5: a client may send once its SYN has been answered, one round trip after
 * it; RFC 8446, 2: TLS 1.3 takes one more, RFC 5246, 7.3: TLS 1.2 two more.  Differs: nothing
 * is lost and no window is ever full, so that an exchange takes one round trip, whatever its
 * size; closing costs nothing. */
#include "models/devices/device.h"

#include "sim/scenario.h"

static const struct param tcp_params[] = {
    PARAM(DIST, struct device_spec, rtt,
          "round trip: each exchange takes one, beside its service", .deflt = "40ms"),
    PARAM(
        INT, struct device_spec, handshake,
        "round trips before the first exchange of a connection: 1 TCP, 2 with TLS 1.3, 3 with "
        "TLS 1.2",
        .deflt = "1", .max = 100),
    PARAM(BOOL, struct device_spec, keep_alive,
          "a task's connection stays for its next request; false: each has a new one",
          .deflt = "true"),
    PARAM_END,
};

const struct device_preset preset_tcp = {
    .name = "tcp",
    .help = "the other end of a connection; a task's first use of it costs a handshake",
    .source = "Source: RFC 9293, 3.5 (TCP), RFC 8446, 2 (TLS 1.3), RFC 5246, 7.3 (TLS 1.2)",
    .params = tcp_params,
    .values = {{"channels", "unlimited"}, {NULL, NULL}},
};
