/* digest.h - one number for all that happened: equal digests, equal runs.
 *
 * A sink that hashes every field of every record of TRACE_COURSE, in a byte order of its
 * own, so that the number is the same on every machine.
 *
 *     struct digest digest;
 *
 *     digest_init(&digest);
 *     trace_attach(&trace, &digest.sink);
 *     ... the run ...
 *     digest_value(&digest)
 */
#ifndef SIM_DIGEST_H
#define SIM_DIGEST_H

#include "sim/trace.h"

struct digest {
    struct trace_sink sink;
    uint64_t hash;
    uint64_t words;
};

void digest_init(struct digest *d);
uint64_t digest_value(const struct digest *d); /* of what there was so far */

#endif
