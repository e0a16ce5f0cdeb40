/* heap.c - allocate, free: bytes of the heap that an event loop's tasks share. */
#include "models/ops/op_loop.h"

struct heap_args {
    int64_t bytes;
    bool leak;
};

static void compile_heap(struct compiler *c, const struct heap_args *a, enum loop_verb verb)
{
    struct loop_op *op = loop_op_new(c, verb, NULL);

    op->bytes = a->bytes;
    op->call.leaks = a->leak;
    emit_loop_op(c, op, (struct op_list){0}, (struct op_list){0});
}

static const struct param allocate_params[] = {
    PARAM_AS("allocate", BYTES, struct heap_args, bytes,
             "how many; they are garbage once the task has ended", .required = true),
    PARAM(BOOL, struct heap_args, leak,
          "they are the process's: nobody frees them, as what a global list or a cache keeps",
          .deflt = "false"),
    PARAM_END,
};

static void compile_allocate(struct compiler *c, const void *args)
{
    compile_heap(c, args, LOOP_ALLOCATE);
}

const struct op_def op_allocate = {
    .help = "take bytes of the heap; with \"heap\" on the loop a full one is collected first",
    .source = "Source: V8 11.3 src/heap/heap-allocator.cc (AllocateRaw)",
    .params = allocate_params,
    .args_size = sizeof(struct heap_args),
    .compile = compile_allocate,
    .needs_loop = loop_op_needs_loop,
};

static const struct param free_params[] = {
    PARAM_AS("free", BYTES, struct heap_args, bytes,
             "how many of its own the task needs no more, the youngest first",
             .required = true),
    PARAM_END,
};

static void compile_free(struct compiler *c, const void *args)
{
    compile_heap(c, args, LOOP_FREE);
}

const struct op_def op_free = {
    .help = "drop bytes that the task has allocated: garbage, until a collection finds it",
    .source = "Source: ECMA-262 9.10 (liveness): what nothing refers to may be collected",
    .params = free_params,
    .args_size = sizeof(struct heap_args),
    .compile = compile_free,
    .needs_loop = loop_op_needs_loop,
};
