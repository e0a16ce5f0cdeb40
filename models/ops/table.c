/* table.c - every op there is. */
#include "models/ops/op.h"

/* In the order of the manual. */
/* clang-format off */
#define OPS(X)                                                              \
    X(cpu) X(io) X(sleep) X(yield) X(log) X(repeat) X(while) X(if) X(call)  \
    X(exit) X(throw) X(try) X(set) X(atomic) X(assert) X(lock) X(trylock)   \
    X(unlock) X(wait) X(post) X(signal) X(broadcast) X(barrier) X(send)     \
    X(recv) X(spawn) X(join) X(setTimeout) X(setInterval) X(clear)          \
    X(setImmediate) X(nextTick) X(microtask) X(work) X(async) X(await)      \
    X(promise) X(resolve) X(reject) X(then) X(all) X(allSettled) X(any)     \
    X(race) X(close) X(ref) X(unref) X(on) X(worker) X(terminate)           \
    X(messageChannel) X(postMessage) X(onMessage) X(receiveMessage)         \
    X(closePort) X(requestAnimationFrame) X(allocate) X(free)
/* clang-format on */

#define X(name) extern const struct op_def op_##name;
OPS(X)
#undef X

const struct op_def *const op_defs[] = {
#define X(name) &op_##name,
    OPS(X)
#undef X
        NULL};
